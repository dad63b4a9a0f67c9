"""Optimizers in hand-written loops, in Keras's words: they hold variables and change them."""

import collections
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
import optax
from flax import nnx

from jaxkeras.optimizers.variable_steps import Slot, VariableSteps
from jaxkeras.variable import NonTrainableWeight

__all__ = ["HoldsVariables"]


class _Held(NamedTuple):
    """What an optimizer was built with."""

    variables: list[Any]
    names: list[str]  # of the variables in the tree of parameters, all different
    like: Any  # a state of the optimizer, for its structure
    slots: list[NonTrainableWeight]  # the state, in Keras's order


class HoldsVariables(VariableSteps):
    """The part of an optimizer that changes variables in place.

    `fit` does without: it keeps the state itself and takes `init` and `update`, which are pure.
    """

    name: str
    iterations: int
    init: Any
    update: Any
    sync: Any
    adopt: Any
    finalize: Any
    _held: _Held | None = None

    def build(self, variables: Sequence[Any]) -> None:
        """Make what is kept beside these variables, such as momenta.

        Args:
            variables: ``model.trainable_variables``, or other variables of Flax NNX.

        Example:
            >>> import jaxkeras
            >>> optimizer = jaxkeras.optimizers.SGD(0.1, momentum=0.9)
            >>> optimizer.build([jaxkeras.Variable([1.0, 2.0], name="scale")])
            >>> [variable.name for variable in optimizer.variables]
            ['iteration', 'learning_rate', 'scale_momentum']
        """
        super().build(variables)
        # Those of a rule that is traced are slots, and lie in its state already.
        if variables and not isinstance(variables[0], Slot):
            self._hold(variables)

    def _hold(self, variables: Sequence[Any]) -> _Held:
        names = _different([_path(variable) for variable in variables])
        like = self.init({name: _value(v) for name, v in zip(names, variables, strict=True)})
        slots = [
            NonTrainableWeight(value, name=name.replace("/", "_"), path=f"{self.name}/{name}")
            for name, value in _arranged(self, like, names).items()
        ]
        self._held = _Held(list(variables), names, like, slots)
        return self._held

    @property
    def variables(self) -> list[NonTrainableWeight]:
        """The number of steps, the learning rate unless a schedule gives it, and what is kept.

        Raises:
            RuntimeError: the optimizer was not built.
        """
        held, before = self._require_held(), self.held_state
        after = self.sync(before)
        if after is not before:  # the learning rate was set
            self._keep(held, after)
        return list(held.slots)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]]) -> int:
        """Change variables in place, one step along their gradients.

        Args:
            grads_and_vars: pairs of a gradient and its variable; all variables that the optimizer
                was built with, in any order. The first call builds it.

        Returns:
            The number of steps so far.

        Raises:
            ValueError: the variables are others, or a gradient is missing.

        Example:
            >>> import jax, jaxkeras
            >>> weight = jaxkeras.Variable([4.0])
            >>> optimizer = jaxkeras.optimizers.SGD(0.25)
            >>> optimizer.apply_gradients([(jax.grad(lambda w: (w**2)[0])(weight.value), weight)])
            1
            >>> weight.numpy()
            array([2.], dtype=float32)
        """
        pairs = list(grads_and_vars)
        return self.apply([grad for grad, _ in pairs], [variable for _, variable in pairs])

    def apply(self, grads: Sequence[Any], trainable_variables: Any = None) -> int:
        """Like `apply_gradients`, with the gradients in a list of their own.

        Args:
            grads: gradients.
            trainable_variables: their variables; by default those that the optimizer was built
                with.
        """
        if len(grads) == 0:
            return self.iterations
        if trainable_variables is not None:
            grads = self._in_order(list(grads), list(trainable_variables))
        slots, held = self.variables, self._require_held()
        values, kept = self.stateless_apply(slots, grads, held.variables)
        for variable, value in zip((*held.variables, *slots), (*values, *kept), strict=True):
            variable.set_value(value)
        self.iterations += 1
        self.adopt(self.held_state)  # which may count in another way
        return self.iterations

    def stateless_apply(
        self,
        optimizer_variables: Sequence[Any],
        grads: Sequence[Any],
        trainable_variables: Sequence[Any],
    ) -> tuple[list[jax.Array], list[jax.Array]]:
        """One step as a pure function, which can be part of a program of `jax.jit`.

        Args:
            optimizer_variables: values of `variables`.
            grads: gradients, one for every variable that the optimizer was built with.
            trainable_variables: values of these variables.

        Returns:
            New values of the variables, and of `variables`.

        Raises:
            RuntimeError: the optimizer was not built.
            ValueError: there are more or fewer than those that it was built with.

        Example:
            >>> import jax, jax.numpy as jnp, jaxkeras
            >>> optimizer = jaxkeras.optimizers.SGD(0.5)
            >>> optimizer.build([jaxkeras.Variable([1.0])])
            >>> step = jax.jit(optimizer.stateless_apply)
            >>> params, state = step(optimizer.variables, [jnp.ones(1)], [jnp.ones(1)])
            >>> params, state
            ([Array([0.5], dtype=float32)],
             [Array(1, dtype=int32), Array(0.5, dtype=float32)])
        """
        held = self._require_held()
        expected = {"variables": trainable_variables, "gradients": grads}
        for what, given in expected.items():
            if len(given) != len(held.variables):
                raise ValueError(
                    f"{self._label} was built with {len(held.variables)} variables, got "
                    f"{len(given)} {what}."
                )
        missing = [name for name, grad in zip(held.names, grads, strict=True) if grad is None]
        if missing:
            raise ValueError(
                f"{self._label} got no gradient, but None, for {', '.join(missing)}. Build it with "
                "the variables that the loss depends on."
            )
        state = self._state(held, optimizer_variables)
        params = dict(zip(held.names, map(_value, trainable_variables), strict=True))
        steps, state = self.update(
            dict(zip(held.names, map(_value, grads), strict=True)), state, params
        )
        after: Any = optax.apply_updates(params, steps)
        values = [
            _constrained(variable, after[name])
            for variable, name in zip(held.variables, held.names, strict=True)
        ]
        return values, list(_arranged(self, state, held.names).values())

    def finalize_variable_values(self, var_list: Sequence[Any] | None = None) -> None:
        """Put the moving averages of ``use_ema`` in place of the variables, after the last step.

        Args:
            var_list: no matter: all variables are meant that the optimizer was built with.
        """
        held = self._require_held()
        params = dict(zip(held.names, map(_value, held.variables), strict=True))
        averages = self.finalize(params, self._state(held, held.slots))
        for variable, name in zip(held.variables, held.names, strict=True):
            variable.set_value(averages[name])

    def get_weights(self) -> list[np.ndarray]:
        """The values of `variables`."""
        return [variable.numpy() for variable in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set all of `variables`, as `get_weights` gives them.

        Raises:
            RuntimeError: the optimizer was not built.
            ValueError: their number or a shape is wrong.
        """
        held = self._require_held()
        state = self._state(held, weights)
        self._keep(held, state)
        self.adopt(state)

    # ------------------------------------------------------------------ the state

    @property
    def held_state(self) -> Any:
        """The state of the variables that the optimizer was built with; ``None`` before."""
        return None if self._held is None else self._state(self._held, self._held.slots)

    @property
    def _label(self) -> str:
        return f"{type(self).__name__} {self.name!r}"

    def _require_held(self) -> _Held:
        if self._held is None:
            raise RuntimeError(
                f"{self._label} holds no variables. For a loop of your own call "
                "optimizer.build(model.trainable_variables) first. What `fit` keeps lies with the "
                "model: model.as_pure().train_state.opt_state."
            )
        return self._held

    def _in_order(self, grads: list[Any], variables: list[Any]) -> list[Any]:
        """The gradients in the order of the variables that the optimizer holds."""
        held = self._held or self._hold(variables)
        by_id = {id(variable): grad for variable, grad in zip(variables, grads, strict=True)}
        if len(variables) != len(by_id) or by_id.keys() != {id(v) for v in held.variables}:
            given = ", ".join(_path(variable) for variable in variables[:8])
            raise ValueError(
                f"{self._label} was built with the variables {', '.join(held.names[:8])}, got "
                f"{given}. Give it all of them every time, or make an optimizer for each group."
            )
        return [by_id[id(variable)] for variable in held.variables]

    def _state(self, held: _Held, values: Sequence[Any]) -> Any:
        """The state whose values these are, in the order of `variables`."""
        from jaxkeras.optimizers.variables import from_variables  # which knows all optimizers

        return from_variables(self, held.like, held.names, list(map(_value, values)))

    def _keep(self, held: _Held, state: Any) -> None:
        for slot, value in zip(
            held.slots, _arranged(self, state, held.names).values(), strict=True
        ):
            slot.set_value(value)


def _arranged(optimizer: Any, state: Any, names: Sequence[str]) -> dict[str, jax.Array]:
    from jaxkeras.optimizers.variables import arranged  # which knows all optimizers

    return arranged(optimizer, state, names)


def _value(variable: Any) -> Any:
    return variable[...] if isinstance(variable, nnx.Variable) else variable


def _path(variable: Any) -> str:
    if not isinstance(variable, nnx.Variable):
        raise TypeError(
            "An optimizer changes variables, such as model.trainable_variables. Received: "
            f"{type(variable).__name__}. To change arrays use optimizer.init and optimizer.update."
        )
    return variable.get_metadata("path", None) or variable.get_metadata("name", "variable")


def _constrained(variable: Any, value: jax.Array) -> jax.Array:
    constraint = variable.get_metadata("constraint", None)
    return value if constraint is None else constraint(value)


def _different(names: Sequence[str]) -> list[str]:
    """The names, numbered from the second of each on."""
    counts: collections.Counter[str] = collections.Counter()
    different = []
    for name in names:
        different.append(f"{name}_{counts[name]}" if counts[name] else name)
        counts[name] += 1
    return different

"""Optimizers that change one variable after the other, as Keras 3 has users write them."""

from collections.abc import Sequence
from typing import Any

import jax

from jaxkeras.optimizers.rule import Rule, map_with_name
from jaxkeras.variable import NonTrainableWeight

__all__ = ["Slot", "VariableSteps", "rule_of"]


class Slot(NonTrainableWeight):
    """A parameter, or what an optimizer keeps beside it, while an optimizer changes it."""


class VariableSteps:
    """What `build` and `update_step` of an optimizer may call.

    A class that defines ``update_step(self, gradient, variable, learning_rate)`` needs no ``rule``.
    `build` runs whenever the step is traced, so it must do nothing but make variables.
    """

    built = False
    _parameters: Sequence[Slot] = ()
    _slots: list[Slot]

    def build(self, variables: Sequence[Slot]) -> None:
        """Make what is kept beside these variables; a subclass calls it first."""
        self._parameters = variables
        self.built = True

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = "float32",
        name: str | None = None,
    ) -> Slot:
        """Keep an array from step to step."""
        slot = Slot(initializer, shape, dtype, name=name or "variable")
        self._slots.append(slot)
        return slot

    def add_variable_from_reference(
        self, reference_variable: Slot, name: str | None = None, initializer: Any = "zeros"
    ) -> Slot:
        """Keep an array of the shape and type of a variable."""
        shape, dtype = reference_variable.shape, reference_variable.dtype
        return self.add_variable(shape, initializer, dtype, name)

    def assign(self, variable: Slot, value: Any) -> None:
        """Set a variable to a value."""
        variable.assign(value)

    def assign_add(self, variable: Slot, value: Any) -> None:
        """Add a value to a variable."""
        variable.assign(variable[...] + value)

    def assign_sub(self, variable: Slot, value: Any) -> None:
        """Subtract a value from a variable."""
        variable.assign(variable[...] - value)

    def _get_variable_index(self, variable: Slot) -> int:
        return next(i for i, other in enumerate(self._parameters) if other is variable)


def rule_of(optimizer: Any) -> Rule:
    """The rule of an optimizer that defines ``update_step``, see `VariableSteps`.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import optimizers
        >>> class Momentum(optimizers.Optimizer):
        ...     def build(self, variables):
        ...         super().build(variables)
        ...         self.momenta = [self.add_variable_from_reference(v) for v in variables]
        ...     def update_step(self, gradient, variable, learning_rate):
        ...         momentum = self.momenta[self._get_variable_index(variable)]
        ...         self.assign(momentum, 0.9 * momentum - learning_rate * gradient)
        ...         self.assign_add(variable, momentum)
        >>> optimizer, params = Momentum(0.5), {"bias": jnp.array([1.0])}
        >>> opt_state = optimizer.init(params)
        >>> for _ in range(2):
        ...     updates, opt_state = optimizer.update(params, opt_state, params)
        >>> updates
        {'bias': Array([-0.95], dtype=float32)}
    """

    def build(params: Any) -> list[Slot]:
        named = map_with_name(lambda name, leaf: Slot(leaf, name=name), params)
        parameters = jax.tree.leaves(named, is_leaf=lambda leaf: isinstance(leaf, Slot))
        optimizer.built, optimizer._slots = False, []
        optimizer.build(parameters)
        return parameters

    def init(params: Any) -> list[jax.Array]:
        build(params)
        return [slot[...] for slot in optimizer._slots]

    def update(
        grads: Any, state: list[jax.Array], params: Any, *, learning_rate: Any, step: Any
    ) -> tuple[Any, list[jax.Array]]:
        parameters = build(params)
        iterations = optimizer.iterations
        optimizer.iterations = (step - 1).astype("int32")
        try:
            for slot, value in zip(optimizer._slots, state, strict=True):
                slot.assign(value)
            leaves, structure = jax.tree.flatten(grads)
            for gradient, parameter in zip(leaves, parameters, strict=True):
                optimizer.update_step(gradient, parameter, learning_rate)
        finally:
            optimizer.iterations = iterations
        updates = [
            parameter[...] - before
            for parameter, before in zip(parameters, jax.tree.leaves(params), strict=True)
        ]
        return jax.tree.unflatten(structure, updates), [slot[...] for slot in optimizer._slots]

    return Rule(init, update)

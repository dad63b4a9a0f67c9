"""The base of every optimizer: an optax transformation with Keras's name, arguments and formula."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import optax

from jaxkeras.optimizers import schedules
from jaxkeras.optimizers.held_variables import HoldsVariables
from jaxkeras.optimizers.learning_rate import HasLearningRate, rate_after
from jaxkeras.optimizers.rule import (
    OptimizerState,
    Rule,
    clip_by_global_norm,
    clip_by_norm,
    map_with_name,
)
from jaxkeras.optimizers.variable_steps import rule_of
from jaxkeras.registry import Catalog, Configurable, serialize

__all__ = ["Optimizer", "catalog"]

catalog = Catalog("optimizer")

# Arguments that configurations of Keras 2 carry and that change nothing here.
_WITHOUT_EFFECT = ("is_legacy_optimizer", "jit_compile")


class Optimizer(HoldsVariables, HasLearningRate, Configurable):
    """Base of the optimizers: a pair of pure functions, `init` and `update`, as optax has them.

    A subclass states its `rule`; or, as in Keras 3, ``build(self, variables)`` and
    ``update_step(self, gradient, variable, learning_rate)``, see `VariableSteps`. The base gathers
    and clips the gradients, looks up the learning rate, decays and averages the weights, in Keras's
    order. The learning rate lies in the state, so that changing it compiles nothing anew; see
    `HasLearningRate`.

    Args:
        learning_rate: a number, a `LearningRateSchedule`, or a function from the step (an int32
            array of shape (), 0 at first) to the rate.
        weight_decay: subtract this share of each parameter, times the learning rate, every step.
        clipnorm: shrink the gradient of each parameter to at most this norm.
        clipvalue: clip every element of the gradients to ``[-clipvalue, clipvalue]``.
        global_clipnorm: shrink all gradients together to at most this norm.
        use_ema: keep a moving average of the parameters; see `finalize`.
        ema_momentum: share of the average that is kept at every step.
        ema_overwrite_frequency: set the parameters to their average every so many steps.
        loss_scale_factor: the gradients are those of the loss times this; see `scale_loss`.
        gradient_accumulation_steps: gather the gradients of so many calls of `update`, and change
            the parameters in the last one, along their mean. Schedules count calls.
        name: defaults to the name of the class in lower case.
        lr: Keras 2's spelling of ``learning_rate``.
        decay: Keras 2's argument: divide the rate by ``1 + decay * step``. It is turned into an
            `InverseTimeDecay` schedule, and `get_config` shows it as that.

    Attributes:
        iterations: calls of `update`, an int; a training loop keeps it up to date.

    Raises:
        TypeError: ``learning_rate`` is neither a number nor callable.
        ValueError: more than one way of clipping is asked for, or an argument is out of bounds.

    Example:
        >>> import jax, jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> class SignSGD(optimizers.Optimizer):
        ...     def rule(self):
        ...         def update(grads, state, params, *, learning_rate, step):
        ...             return jax.tree.map(lambda g: -learning_rate * jnp.sign(g), grads), state
        ...         return optimizers.Rule(lambda params: None, update)
        >>> optimizer = SignSGD(learning_rate=0.5)
        >>> params, grads = {"kernel": jnp.ones(2)}, {"kernel": jnp.array([3.0, -4.0])}
        >>> opt_state = optimizer.init(params)
        >>> updates, opt_state = optimizer.update(grads, opt_state, params)
        >>> optax.apply_updates(params, updates)
        {'kernel': Array([0.5, 1.5], dtype=float32)}
    """

    reads_params: bool = False
    """Whether the rule looks at the parameters."""

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.001,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        lr: float | None = None,
        decay: float = 0.0,
    ):
        self.name = name or type(self).__name__.lower()
        self.iterations = 0
        self._learning_rate: Any = self._checked(learning_rate if lr is None else lr)
        self._is_ahead = False  # whether the rate was set after the last `sync`
        if decay:
            if callable(self._learning_rate):
                raise TypeError(
                    f"{type(self).__name__} {self.name!r} takes either decay= or a schedule as "
                    f"learning_rate, not both. Received: decay={decay}, "
                    f"learning_rate={self._learning_rate!r}"
                )
            self._learning_rate = schedules.InverseTimeDecay(self._learning_rate, 1, decay)
        self.weight_decay = weight_decay
        self._excluded: tuple[str, ...] = ()  # patterns of names that weight decay passes over
        self._excluded_paths: list[str] = []  # those of them that single parameters must match
        self.use_ema, self.ema_momentum = use_ema, ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._require(
            not use_ema or 0 <= ema_momentum <= 1, "ema_momentum from 0 to 1", ema_momentum
        )
        self._require(
            not (use_ema and ema_overwrite_frequency) or ema_overwrite_frequency >= 1,
            "ema_overwrite_frequency of at least 1",
            ema_overwrite_frequency,
        )
        self._require(
            not gradient_accumulation_steps or gradient_accumulation_steps >= 2,
            "gradient_accumulation_steps of at least 2",
            gradient_accumulation_steps,
        )
        self.clipnorm, self.clipvalue = clipnorm, clipvalue
        self.global_clipnorm = global_clipnorm
        limits = {
            "clipnorm": clipnorm,
            "clipvalue": clipvalue,
            "global_clipnorm": global_clipnorm,
        }
        limits = {key: limit for key, limit in limits.items() if limit is not None}
        if len(limits) > 1 or any(limit < 0 for limit in limits.values()):
            raise ValueError(
                f"{type(self).__name__} {self.name!r} clips in one way, with a positive limit: "
                f"give one of clipnorm, clipvalue and global_clipnorm. Received: {limits}"
            )

    def rule(self) -> Rule:
        """The formula of the optimizer; a subclass defines it."""
        if hasattr(self, "update_step"):
            return rule_of(self)
        raise NotImplementedError(
            f"{type(self).__name__} must define update_step(self, gradient, variable, "
            "learning_rate), or rule(self), which returns a Rule(init, update)."
        )

    def init(self, params: optax.Params) -> Any:
        """The state before the first step, for any pytree of arrays."""
        self._check_excluded(params)
        zeros = optax.tree.zeros_like
        count = jnp.zeros((), jnp.int32)
        return OptimizerState(
            count,
            {"learning_rate": rate_after(self._learning_rate, count)},
            self.rule().init(params),
            zeros(params) if self.use_ema else None,
            zeros(params) if self.gradient_accumulation_steps else None,
        )

    def update(
        self, grads: optax.Updates, opt_state: Any, params: optax.Params | None = None
    ) -> tuple[Any, Any]:
        """What to add to the parameters (`optax.apply_updates`), and the state after the step.

        Args:
            grads: gradients, a pytree like ``params``.
            opt_state: the state, from `init` or from the step before.
            params: the parameters; may be left out where nothing looks at them.

        Raises:
            ValueError: the parameters are left out, but weight decay, ``use_ema`` or the rule of
                the optimizer needs them.
        """
        reads_params = self.reads_params or hasattr(self, "update_step")
        if params is None and (reads_params or self.weight_decay or self.use_ema):
            raise ValueError(
                f"{type(self).__name__} {self.name!r}, with weight_decay={self.weight_decay} and "
                f"use_ema={self.use_ema}, needs the parameters: update(grads, opt_state, params)."
            )
        count, hyperparams, inner_state, average, accumulated = opt_state
        if callable(self._learning_rate):
            hyperparams = {"learning_rate": rate_after(self._learning_rate, count)}
        if self.loss_scale_factor:
            grads = optax.tree.scale(1 / self.loss_scale_factor, grads)

        calls = self.gradient_accumulation_steps or 1
        done = count // calls

        def step(grads):
            return self._step(grads, inner_state, params, hyperparams["learning_rate"], done + 1)

        if calls == 1:
            updates, inner_state = step(grads)
        else:
            total = optax.tree.cast_like(optax.tree.add(grads, accumulated), accumulated)
            updates, inner_state, accumulated = jax.lax.cond(
                (count + 1) % calls == 0,
                lambda: (*step(optax.tree.scale(1 / calls, total)), optax.tree.zeros_like(total)),
                lambda: (optax.tree.zeros_like(total), inner_state, total),
            )
        if self.use_ema:
            updates, average = self._averaged(updates, average, params, done)
        return updates, OptimizerState(count + 1, hyperparams, inner_state, average, accumulated)

    def _step(
        self, grads: Any, state: Any, params: Any, learning_rate: jax.Array, step: jax.Array
    ) -> tuple[Any, Any]:
        """The updates for whole gradients, and the state of the rule after them."""
        grads = self._clip(grads)
        if params is not None:
            grads = optax.tree.cast_like(grads, params)
        decay = self._decay(params, learning_rate)
        if decay is not None:
            params = optax.tree.add(params, decay)
        updates, new_state = self.rule().update(
            grads,
            state,
            params,
            learning_rate=learning_rate,
            step=step.astype(jnp.promote_types(learning_rate.dtype, jnp.float32)),
        )
        if decay is not None:
            updates = optax.tree.add(updates, decay)
        return optax.tree.cast_like(updates, grads), optax.tree.cast_like(new_state, state)

    def _averaged(
        self, updates: Any, average: Any, params: Any, done: jax.Array
    ) -> tuple[Any, Any]:
        """The updates, and the moving average of the parameters after them."""
        momentum = jnp.where(done == 0, 0.0, self.ema_momentum)
        mixed = jax.tree.map(
            lambda a, p: momentum * a + (1 - momentum) * p,
            average,
            optax.apply_updates(params, updates),
        )
        average = optax.tree.cast_like(mixed, average)
        if every := self.ema_overwrite_frequency:
            is_due = (done + 1) % every == 0
            updates = jax.tree.map(
                lambda u, a, p: jnp.where(is_due, (a - p).astype(u.dtype), u),
                updates,
                average,
                params,
            )
        return updates, average

    def scale_loss(self, loss: Any, opt_state: Any = None) -> Any:
        """The loss whose gradients `update` expects; they are scaled back there.

        Gradients that are too small for 16 bits are not lost that way.

        Example:
            >>> from jaxkeras import optimizers
            >>> optimizers.SGD(0.1, loss_scale_factor=1024.0).scale_loss(0.5)
            512.0
        """
        return loss * self.loss_scale_factor if self.loss_scale_factor else loss

    def finalize(self, params: optax.Params, opt_state: Any) -> optax.Params:
        """The parameters to keep at the end of training: with ``use_ema`` their moving average.

        Example:
            >>> import jax.numpy as jnp
            >>> from jaxkeras import optimizers
            >>> optimizer = optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
            >>> params, grads = {"bias": jnp.array([4.0])}, {"bias": jnp.array([1.0])}
            >>> opt_state = optimizer.init(params)
            >>> for _ in range(2):
            ...     updates, opt_state = optimizer.update(grads, opt_state, params)
            ...     params = {"bias": params["bias"] + updates["bias"]}
            >>> params, optimizer.finalize(params, opt_state)
            ({'bias': Array([2.], dtype=float32)}, {'bias': Array([2.5], dtype=float32)})
        """
        return opt_state.average if self.use_ema else params

    def exclude_from_weight_decay(
        self, var_list: Iterable[Any] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Let weight decay pass over some parameters; to be called before training starts.

        Args:
            var_list: weights that have a ``path``, such as ``"dense/bias"``; parameters whose path
                ends with it are meant.
            var_names: regular expressions; one that is found in the path of a parameter, or in
                the last part of it, excludes the parameter. Keras 3 looks at the last part only.

        Raises:
            TypeError: a weight does not know its path.

        Example:
            >>> import jax.numpy as jnp
            >>> from jaxkeras import optimizers
            >>> params = {"dense": {"bias": jnp.array(1.0), "kernel": jnp.array(1.0)}}
            >>> optimizer = optimizers.SGD(1.0, weight_decay=0.5)
            >>> optimizer.exclude_from_weight_decay(var_names=["bias"])
            >>> grads = {"dense": {"bias": jnp.array(0.0), "kernel": jnp.array(0.0)}}
            >>> optimizer.update(grads, optimizer.init(params), params)[0]
            {'dense': {'bias': Array(0., dtype=float32), 'kernel': Array(-0.5, dtype=float32)}}
        """
        paths = [getattr(variable, "path", None) for variable in var_list or ()]
        if not all(isinstance(path, str) for path in paths):
            raise TypeError(
                f"{type(self).__name__} {self.name!r} knows parameters by their paths, and a "
                "weight of var_list has none. Name it instead: var_names=['dense/bias']."
            )
        self._excluded_paths = [f"(^|/){re.escape(str(path))}$" for path in paths]
        self._excluded = (*self._excluded_paths, *(var_names or ()))

    def _check_excluded(self, params: optax.Params) -> None:
        names: list[str] = []
        map_with_name(lambda name, _: names.append(name), params)
        for pattern in self._excluded_paths:
            if not any(re.search(pattern, name) for name in names):
                raise ValueError(
                    f"{type(self).__name__} {self.name!r} is to exclude a weight from decay whose "
                    f"path ends none of the parameters' paths: {pattern!r}. Name it by a pattern: "
                    f"var_names=['bias']. The parameters are {', '.join(names[:8])}."
                )

    def _decay_rate(self, name: str, param: jax.Array) -> float:
        """How much of a parameter weight decay takes, in units of the learning rate."""
        return 0.0 if self._is_excluded(name) else self.weight_decay or 0.0

    def _is_excluded(self, name: str) -> bool:
        """Whether weight decay passes over a parameter."""
        places = (name, name.rpartition("/")[2])
        return any(re.search(pattern, place) for pattern in self._excluded for place in places)

    def _decay(self, params: Any, learning_rate: jax.Array) -> Any:
        """What weight decay adds to the parameters; None if nothing."""
        rates = map_with_name(self._decay_rate, params)
        if not any(jax.tree.leaves(rates)):
            return None
        return jax.tree.map(lambda rate, param: -learning_rate * rate * param, rates, params)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data, with the learning rate of now."""
        config = super().get_config()
        now = {"name": self.name, "learning_rate": serialize(self._learning_rate)}
        old = ("lr", "decay")
        return {key: now.get(key, value) for key, value in config.items() if key not in old}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]):
        """An optimizer from `get_config`'s dictionary or from Keras's."""
        config = {key: value for key, value in config.items() if key not in _WITHOUT_EFFECT}
        if isinstance(config.get("learning_rate"), Mapping):
            config["learning_rate"] = schedules.deserialize(config["learning_rate"])
        return cls(**config)

    def _require(self, is_right: Any, expected: str, received: Any) -> None:
        if not is_right:
            raise ValueError(
                f"{type(self).__name__} {self.name!r} expected {expected}. Received: {received!r}"
            )

    def _clip(self, grads: optax.Updates) -> optax.Updates:
        if limit := self.clipnorm:
            return jax.tree.map(lambda grad: clip_by_norm(grad, limit), grads)
        if limit := self.global_clipnorm:
            return clip_by_global_norm(grads, limit)
        if limit := self.clipvalue:
            return optax.tree.clip(grads, -limit, limit)
        return grads

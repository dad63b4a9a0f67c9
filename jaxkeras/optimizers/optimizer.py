"""The base of every optimizer: an optax transformation with Keras's name, arguments and formula."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from jaxkeras.config import floatx
from jaxkeras.optimizers import schedules
from jaxkeras.registry import Configurable, serialize

__all__ = ["LearningRate", "Optimizer", "OptimizerState", "Rule"]

# Arguments that configurations of Keras carry, with the values at which they change nothing.
_SWITCHED_OFF = {
    "use_ema": (False, None),
    "ema_overwrite_frequency": (None,),
    "loss_scale_factor": (None,),
    "gradient_accumulation_steps": (None,),
    "is_legacy_optimizer": (False, True),
    "jit_compile": (False, True),
}


class LearningRate(float):
    """The learning rate of a live optimizer: a float that can be assigned, as in Keras.

    Args:
        value: the rate.
        assign: what to call with a new rate.

    Example:
        >>> from jaxkeras import optimizers
        >>> optimizer = optimizers.SGD(0.1)
        >>> optimizer.learning_rate.assign(optimizer.learning_rate / 2)
        >>> optimizer.learning_rate, optimizer.learning_rate.numpy()
        (0.05, array(0.05, dtype=float32))
    """

    assign: Callable[[float], None]

    def __new__(cls, value: float, assign: Callable[[float], None]):
        self = super().__new__(cls, value)
        self.assign = assign
        return self

    def __reduce__(self):
        return float, (float(self),)

    @property
    def value(self) -> jax.Array:
        """The rate as an array of shape () and type `floatx`."""
        return jnp.asarray(float(self), floatx())

    def numpy(self) -> np.ndarray:
        """The rate as a NumPy array of shape () and type `floatx`."""
        return np.asarray(self.value)


class Rule(NamedTuple):
    """The formula of an optimizer: a pair of pure functions, as a transformation of optax is.

    Args:
        init: ``init(params)`` returns the state of the rule, a pytree of arrays or None.
        update: ``update(grads, state, params, *, learning_rate, step)`` returns what to add to the
            parameters, learning rate and sign included, and the next state. The learning rate is an
            array of shape () and type `floatx`; the step, 1 at first, is one of at least 32 bits.

    Example:
        >>> from jaxkeras import optimizers
        >>> rule = optimizers.SGD(0.1).rule()
        >>> updates, _ = rule.update({"bias": 3.0}, None, learning_rate=0.5, step=1.0)
        >>> float(updates["bias"])
        -1.5
    """

    init: Callable[[Any], Any]
    update: Callable[..., tuple[Any, Any]]


class OptimizerState(NamedTuple):
    """What an optimizer carries from step to step; laid out as by `optax.inject_hyperparams`."""

    count: jax.Array  # (), int32: steps taken
    hyperparams: dict[str, jax.Array]  # {"learning_rate": ()}, floatx
    inner_state: optax.OptState  # of the update rule; arrays have the parameters' shapes and types


class Optimizer(Configurable):
    """Base of the optimizers: a pair of pure functions, `init` and `update`, as optax has them.

    A subclass states its `rule`. The base clips the gradients, looks up the learning rate and
    decays the weights, in Keras's order. The learning rate lies in the state, so that changing it
    compiles nothing anew; `learning_rate` holds the value that the host wants, `sync` carries it
    into a state, and `adopt` carries it back.

    Args:
        learning_rate: a number, a `LearningRateSchedule`, or a function from the step (an int32
            array of shape (), 0 at first) to the rate.
        weight_decay: subtract this share of each parameter, times the learning rate, every step.
        clipnorm: shrink the gradient of each parameter to at most this norm.
        clipvalue: clip every element of the gradients to ``[-clipvalue, clipvalue]``.
        global_clipnorm: shrink all gradients together to at most this norm.
        name: defaults to the name of the class in lower case.
        lr: Keras 2's spelling of ``learning_rate``.
        decay: Keras 2's argument: divide the rate by ``1 + decay * step``. It is turned into an
            `InverseTimeDecay` schedule, and `get_config` shows it as that.

    Attributes:
        iterations: steps taken, an int; a training loop keeps it up to date.

    Raises:
        TypeError: ``learning_rate`` is neither a number nor callable.
        ValueError: more than one way of clipping is asked for, or a negative limit is.

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

    def __init__(
        self,
        learning_rate: float | Callable[..., Any] = 0.001,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
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

    # The pure functions

    def rule(self) -> Rule:
        """The formula of the optimizer; a subclass defines it."""
        raise NotImplementedError(
            f"{type(self).__name__} must define rule(self), which returns a Rule(init, update)."
        )

    def init(self, params: optax.Params) -> optax.OptState:
        """The state before the first step, for any pytree of arrays."""
        count = jnp.zeros((), jnp.int32)
        return OptimizerState(
            count,
            {"learning_rate": _rate(self._learning_rate, count)},
            self.rule().init(params),
        )

    def update(
        self, grads: optax.Updates, opt_state: Any, params: optax.Params | None = None
    ) -> tuple[optax.Updates, optax.OptState]:
        """What to add to the parameters (`optax.apply_updates`), and the state after the step.

        Args:
            grads: gradients, a pytree like ``params``.
            opt_state: the state, from `init` or from the step before.
            params: the parameters; may be left out where there is no weight decay.
        """
        count, hyperparams, inner_state = opt_state
        if callable(self._learning_rate):
            hyperparams = {"learning_rate": _rate(self._learning_rate, count)}
        learning_rate = hyperparams["learning_rate"]
        step = (count + 1).astype(jnp.promote_types(learning_rate.dtype, jnp.float32))

        grads = self._clip(grads)
        if params is not None:
            grads = optax.tree.cast_like(grads, params)
        updates, new_state = self.rule().update(
            grads, inner_state, params, learning_rate=learning_rate, step=step
        )
        if self.weight_decay:
            if params is None:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r} has weight_decay={self.weight_decay}, "
                    "which needs the parameters: update(grads, opt_state, params)."
                )
            updates = optax.tree.add_scale(updates, -learning_rate * self.weight_decay, params)
        return (
            optax.tree.cast_like(updates, grads),
            OptimizerState(count + 1, hyperparams, optax.tree.cast_like(new_state, inner_state)),
        )

    def with_learning_rate(self, opt_state: Any, value: float) -> Any:
        """The same state with another learning rate; pure, and of the same shapes and types."""
        rate = opt_state.hyperparams["learning_rate"]
        rate = jnp.full_like(rate, jnp.asarray(value, rate.dtype))
        return opt_state._replace(hyperparams={"learning_rate": rate})

    # The live object

    @property
    def schedule(self) -> Callable[..., Any] | None:
        """The function from step to learning rate, if there is one.

        `update` has it built in: a step compiled before another one was assigned is stale.
        """
        return self._learning_rate if callable(self._learning_rate) else None

    @property
    def learning_rate(self) -> LearningRate:
        """The current learning rate; with a schedule, the one at step `iterations`.

        Raises:
            TypeError: a number is assigned while a schedule is in charge.
        """
        rate: Any = self._learning_rate
        if callable(rate):
            rate = rate(self.iterations)
        return LearningRate(float(rate), functools.partial(setattr, self, "learning_rate"))

    @learning_rate.setter
    def learning_rate(self, value: float | Callable[..., Any]) -> None:
        if callable(self._learning_rate) and not callable(value):
            raise TypeError(
                f"The learning rate of {type(self).__name__} {self.name!r} follows a schedule and "
                f"cannot be set to {value!r}. Make the optimizer with a number as learning_rate to "
                "set it while training, or assign another schedule."
            )
        self._learning_rate = self._checked(value)
        self._is_ahead = True

    lr = learning_rate

    def sync(self, opt_state: Any) -> Any:
        """The state with the learning rate that was set on the host since the last call, if any.

        A training loop calls it before it runs; while nothing was set it costs nothing.

        Example:
            >>> import jax.numpy as jnp
            >>> from jaxkeras import optimizers
            >>> optimizer = optimizers.SGD(0.1)
            >>> opt_state = optimizer.init({"kernel": jnp.ones(2)})
            >>> optimizer.learning_rate = 0.5
            >>> optimizer.sync(opt_state).hyperparams
            {'learning_rate': Array(0.5, dtype=float32)}
        """
        if not self._is_ahead or self.schedule is not None:
            return opt_state
        self._is_ahead = False
        return self.with_learning_rate(opt_state, self.learning_rate)

    def adopt(self, opt_state: Any) -> None:
        """Take the learning rate and the step count of a state, as after reading a checkpoint.

        Example:
            >>> import jax.numpy as jnp
            >>> from jaxkeras import optimizers
            >>> opt_state = optimizers.SGD(0.25).init({"kernel": jnp.ones(2)})
            >>> optimizer = optimizers.SGD(0.1)
            >>> optimizer.adopt(opt_state)
            >>> optimizer.learning_rate
            0.25
        """
        self.iterations = int(opt_state.count)
        if self.schedule is None:
            self._take(opt_state.hyperparams["learning_rate"])

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data, with the learning rate of now."""
        config = super().get_config()
        now = {"name": self.name, "learning_rate": serialize(self._learning_rate)}
        old = ("lr", "decay")
        return {key: now.get(key, value) for key, value in config.items() if key not in old}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]):
        """An optimizer from `get_config`'s dictionary or from Keras's.

        Keras writes arguments that are not known here; they are passed over while they are off.
        """
        config = {k: v for k, v in config.items() if v not in _SWITCHED_OFF.get(k, ())}
        if "use_ema" not in config:
            config.pop("ema_momentum", None)
        if isinstance(config.get("learning_rate"), Mapping):
            config["learning_rate"] = schedules.deserialize(config["learning_rate"])
        return cls(**config)

    def _checked(self, learning_rate: Any) -> float | Callable[..., Any]:
        if callable(learning_rate):
            return learning_rate
        try:
            return float(learning_rate)
        except (TypeError, ValueError):
            raise TypeError(
                f"{type(self).__name__} {self.name!r} expected learning_rate as a number, a "
                f"LearningRateSchedule or a function of the step. Received: {learning_rate!r}"
            ) from None

    def _take(self, rate: jax.Array) -> None:
        """Make this the learning rate, with no more digits than its type holds: 0.1 for float32."""
        self._learning_rate = float(str(np.asarray(rate)[()]))
        self._is_ahead = False

    def _clip(self, grads: optax.Updates) -> optax.Updates:
        if limit := self.clipnorm:
            return jax.tree.map(lambda grad: _clip_by_norm(grad, limit), grads)
        if limit := self.global_clipnorm:
            return _clip_by_global_norm(grads, limit)
        if limit := self.clipvalue:
            return optax.tree.clip(grads, -limit, limit)
        return grads


def _rate(learning_rate: float | Callable[..., Any], count: jax.Array) -> jax.Array:
    """The learning rate after ``count`` steps: shape (), type `floatx`."""
    now = learning_rate(count) if callable(learning_rate) else learning_rate
    return jnp.asarray(now, floatx())


def _clip_by_norm(grad: jax.Array, limit: float) -> jax.Array:
    return grad * (limit / jnp.maximum(optax.tree.norm(grad), limit))


def _clip_by_global_norm(grads: optax.Updates, limit: float) -> optax.Updates:
    """As `optax.clip_by_global_norm`, except that an infinite norm makes every gradient NaN."""
    norm = optax.tree.norm(grads)
    scale = jnp.where(jnp.isfinite(norm), limit / jnp.maximum(norm, limit), jnp.nan)
    return optax.tree.scale(scale, grads)

"""The learning rate as the user sees it, and as a step computes with it."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.config import floatx

__all__ = ["HasLearningRate", "LearningRate", "rate_after"]


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


def rate_after(learning_rate: float | Callable[..., Any], count: jax.Array) -> jax.Array:
    """The learning rate after ``count`` steps: shape (), type `floatx`.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.optimizers.learning_rate import rate_after
        >>> rate_after(lambda step: 0.5**step, jnp.int32(2))
        Array(0.25, dtype=float32)
    """
    now = learning_rate(count) if callable(learning_rate) else learning_rate
    return jnp.asarray(now, floatx())


class HasLearningRate:
    """The live side of an optimizer: a learning rate that the host reads and sets.

    `learning_rate` holds the value that the host wants; `sync` carries it into a state, and `adopt`
    carries it back.

    Example:
        >>> from jaxkeras import optimizers
        >>> optimizer = optimizers.SGD(0.1)
        >>> optimizer.learning_rate *= 2
        >>> optimizer.learning_rate
        0.2
    """

    name: str
    iterations: int
    _learning_rate: Any
    _is_ahead: bool  # whether the rate was set after the last `sync`

    def with_learning_rate(self, opt_state: Any, value: float) -> Any:
        """The same state with another learning rate; pure, and of the same shapes and types."""
        rate = opt_state.hyperparams["learning_rate"]
        rate = jnp.full_like(rate, jnp.asarray(value, rate.dtype))
        return opt_state._replace(hyperparams={"learning_rate": rate})

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

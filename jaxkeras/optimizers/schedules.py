"""Learning rates as functions of the step, with Keras's names and numbers.

Every schedule takes the step, a number or an integer array of any shape (0 at first), and returns
the rates, an array of that shape and of type `jaxkeras.config.floatx`. It can be called inside
``jax.jit``.
"""

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.config import floatx
from jaxkeras.registry import Catalog, Configurable, deserializer, serialize

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]

_catalog = Catalog("learning rate schedule")


class LearningRateSchedule(Configurable):
    """Base of the schedules; a subclass defines ``__call__(step)``.

    Example:
        >>> from jaxkeras.optimizers import schedules
        >>> class Halving(schedules.LearningRateSchedule):
        ...     def __init__(self, initial_learning_rate):
        ...         self.initial_learning_rate = initial_learning_rate
        ...     def __call__(self, step):
        ...         return self.initial_learning_rate * 0.5**step
        >>> Halving(0.8)(2), Halving(0.8).get_config()
        (0.2, {'initial_learning_rate': 0.8})
    """

    def __call__(self, step: Any) -> Any:
        """The learning rate at ``step``."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, step).")


@_catalog.register()
class ExponentialDecay(LearningRateSchedule):
    """``initial_learning_rate * decay_rate ** (step / decay_steps)``.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: in how many steps the rate is multiplied by ``decay_rate`` once.
        decay_rate: the factor.
        staircase: decay at once every ``decay_steps`` steps, rather than a little each step.
        name: kept for `get_config`.

    Raises:
        ValueError: ``decay_steps`` is not positive.

    Example:
        >>> from jaxkeras.optimizers.schedules import ExponentialDecay
        >>> ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5)(200)
        Array(0.025, dtype=float32)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step) -> jax.Array:
        periods = _periods(step, self.decay_steps, self.staircase)
        return self.initial_learning_rate * jnp.power(self.decay_rate, periods)


@_catalog.register()
class InverseTimeDecay(LearningRateSchedule):
    """``initial_learning_rate / (1 + decay_rate * step / decay_steps)``.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: how many steps make one period.
        decay_rate: what is added to the divisor in each period.
        staircase: decay at once every ``decay_steps`` steps, rather than a little each step.
        name: kept for `get_config`.

    Raises:
        ValueError: ``decay_steps`` is not positive.

    Example:
        >>> from jaxkeras.optimizers.schedules import InverseTimeDecay
        >>> InverseTimeDecay(0.1, decay_steps=100, decay_rate=1.0)(300)
        Array(0.025, dtype=float32)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step) -> jax.Array:
        periods = _periods(step, self.decay_steps, self.staircase)
        return self.initial_learning_rate / (1 + self.decay_rate * periods)


@_catalog.register()
class PiecewiseConstantDecay(LearningRateSchedule):
    """``values[i]`` up to and including step ``boundaries[i]``, and ``values[-1]`` after the last.

    Args:
        boundaries: increasing steps, one fewer than values.
        values: the rates.
        name: kept for `get_config`.

    Raises:
        ValueError: the lengths do not fit.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.optimizers.schedules import PiecewiseConstantDecay
        >>> PiecewiseConstantDecay([10, 20], [1.0, 0.5, 0.1])(jnp.array([10, 11, 21]))
        Array([1. , 0.5, 0.1], dtype=float32)
    """

    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str = "PiecewiseConstant",
    ):
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "PiecewiseConstantDecay expected one boundary fewer than values. Received: "
                f"{len(boundaries)} boundaries {list(boundaries)} and {len(values)} values "
                f"{list(values)}"
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step) -> jax.Array:
        piece = jnp.searchsorted(jnp.asarray(self.boundaries), jnp.asarray(step))
        return jnp.asarray(self.values, floatx())[piece]


@_catalog.register()
class PolynomialDecay(LearningRateSchedule):
    """From ``initial_learning_rate`` to ``end_learning_rate`` along a power of the time left.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: the step at which the end is reached.
        end_learning_rate: the rate there and after.
        power: of the share of steps left; 1 is a straight line.
        cycle: start again, with ``decay_steps`` more to go, each time the end is reached.
        name: kept for `get_config`.

    Raises:
        ValueError: ``decay_steps`` is not positive.

    Example:
        >>> from jaxkeras.optimizers.schedules import PolynomialDecay
        >>> PolynomialDecay(0.1, decay_steps=100, end_learning_rate=0.0)(75)
        Array(0.025, dtype=float32)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step) -> jax.Array:
        periods = _periods(step, self.decay_steps)
        if self.cycle:
            done = periods / jnp.maximum(jnp.ceil(periods), 1)
        else:
            done = jnp.minimum(periods, 1)
        fall = self.initial_learning_rate - self.end_learning_rate
        return fall * jnp.power(1 - done, self.power) + self.end_learning_rate


@_catalog.register()
class CosineDecay(LearningRateSchedule):
    """Half a cosine wave from the highest rate down to ``alpha`` of it, after an optional warm-up.

    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: how many steps the decay takes.
        alpha: the last rate as a share of the highest.
        name: kept for `get_config`.
        warmup_target: the highest rate, to be reached along a straight line from
            ``initial_learning_rate``; without it there is no warm-up.
        warmup_steps: how many steps that takes; the decay begins after them.

    Raises:
        ValueError: ``decay_steps`` is not positive.

    Example:
        >>> from jaxkeras.optimizers.schedules import CosineDecay
        >>> CosineDecay(0.1, decay_steps=100)(50)
        Array(0.05, dtype=float32)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step) -> jax.Array:
        start = self.initial_learning_rate
        step = jnp.asarray(step, floatx())
        if self.warmup_target is None:
            return start * _cosine(step / self.decay_steps, self.alpha)
        climb = (self.warmup_target - start) * step / max(self.warmup_steps, 1) + start
        done = (step - self.warmup_steps) / self.decay_steps
        decayed = self.warmup_target * _cosine(done, self.alpha)
        return jnp.where(step < self.warmup_steps, climb, decayed)


@_catalog.register()
class CosineDecayRestarts(LearningRateSchedule):
    """Cosine waves from the highest rate to ``alpha`` of it, one after another.

    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016.

    Args:
        initial_learning_rate: the rate at step 0.
        first_decay_steps: how many steps the first wave takes.
        t_mul: how many times longer each wave is than the one before.
        m_mul: how many times higher it starts.
        alpha: the lowest rate as a share of ``initial_learning_rate``.
        name: kept for `get_config`.

    Raises:
        ValueError: ``first_decay_steps`` is not positive.

    Example:
        >>> from jaxkeras.optimizers.schedules import CosineDecayRestarts
        >>> CosineDecayRestarts(0.1, first_decay_steps=10, m_mul=0.5)(20)
        Array(0.025, dtype=float32)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = _positive("first_decay_steps", first_decay_steps)
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step) -> jax.Array:
        periods = _periods(step, self.first_decay_steps)
        if self.t_mul == 1:
            restarts = jnp.floor(periods)
            done = periods - restarts
        else:
            restarts = jnp.floor(jnp.log(1 - periods * (1 - self.t_mul)) / math.log(self.t_mul))
            length = jnp.power(self.t_mul, restarts)
            done = (periods - (1 - length) / (1 - self.t_mul)) / length
        height = jnp.power(self.m_mul, restarts)
        return self.initial_learning_rate * _cosine(done, self.alpha, height)


def _positive(argument: str, value: int) -> int:
    if value <= 0:
        raise ValueError(f"{argument} must be positive. Received: {argument}={value}")
    return value


def _periods(step, length: float, staircase: bool = False) -> jax.Array:
    """How many periods of ``length`` steps have passed; whole ones only for a staircase."""
    periods = jnp.asarray(step, floatx()) / length
    return jnp.floor(periods) if staircase else periods


def _cosine(done: jax.Array, alpha: float, height: jax.Array | float = 1.0) -> jax.Array:
    """Half a cosine wave of this height, raised by ``alpha``: from ``done`` 0 to 1, then level."""
    wave = 0.5 * height * (1 + jnp.cos(math.pi * jnp.minimum(done, 1)))
    return (1 - alpha) * wave + alpha


deserialize = deserializer(_catalog.get)

"""Layers that shift and scale numbers."""

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras import config
from jaxkeras.layers.layer import Layer
from jaxkeras.layers.preprocessing._host import batches
from jaxkeras.symbolic import Shape

__all__ = ["Normalization", "Rescaling"]


class Rescaling(Layer):
    """Multiply by a number and add another: ``inputs * scale + offset``.

    Args:
        scale: the factor, ``1 / 255`` for pixels from 0 to 1; or one for each channel.
        offset: what is added; or one for each channel.
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Example:
        >>> import numpy as np, jaxkeras
        >>> jaxkeras.layers.Rescaling(1 / 127.5, offset=-1)(np.array([0, 255], "uint8"))
        Array([-1.,  1.], dtype=float32)
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.scale = _as_tuples(scale)
        self.offset = _as_tuples(offset)

    def call(self, inputs: jax.Array) -> jax.Array:
        inputs = inputs.astype(self.compute_dtype)
        return inputs * self._aligned(self.scale) + self._aligned(self.offset)

    def _aligned(self, value: Any) -> jax.Array:
        """Numbers per channel where the channels of images are."""
        array = jnp.asarray(value, self.compute_dtype)
        if array.ndim and config.image_data_format() == "channels_first":
            return array.reshape(*array.shape, *(1,) * (3 - array.ndim))
        return array


class Normalization(Layer):
    """Shift and scale features to mean 0 and variance 1: ``(inputs - mean) / sqrt(variance)``.

    Mean and variance are given, or learned from data with `adapt`; then they are weights.

    Args:
        axis: axis or axes that have a mean and a variance for each index; None for a single one.
        mean: the mean, of a shape that broadcasts to those axes.
        variance: the variance; goes with ``mean``.
        invert: whether to do the opposite: ``inputs * sqrt(variance) + mean``.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ...)``

    Output shape:
        same as the input

    Raises:
        ValueError: mean and variance do not go together, or the axes do not fit the input.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.Normalization()
        >>> layer.adapt(np.array([[0.0, 7.0], [2.0, 9.0]]))
        >>> layer(np.array([[0.0, 10.0]]))
        Array([[-1.,  2.]], dtype=float32)
        >>> [w.name for w in layer.weights]
        ['mean', 'variance', 'count']
    """

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.axis = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        self.invert = invert
        self.input_mean, self.input_variance = _as_tuples(mean), _as_tuples(variance)
        self._shape: Shape = ()  # of the input for which the layer was built
        if np.shape(mean) != np.shape(variance) or (mean is None) != (variance is None):
            raise ValueError(
                f"{self.label} needs mean and variance together, of one shape, or neither, to "
                f"learn them with adapt(). Received: mean={mean!r}, variance={variance!r}"
            )
        if np.ndim(mean) > len(self.axis):
            raise ValueError(
                f"{self.label} takes a mean with as many dimensions as axis names, "
                f"{len(self.axis)} at most. Received: axis={axis!r}, mean of shape {np.shape(mean)}"
            )

    def build(self, input_shape: Shape) -> None:
        ndim = len(input_shape)
        if any(not -ndim <= axis < ndim for axis in self.axis):
            raise ValueError(
                f"{self.label} expected inputs that have the axes {self.axis}, got shape "
                f"{input_shape}."
            )
        self._shape = tuple(input_shape)
        self._kept = tuple(sorted(axis % ndim for axis in self.axis))
        if any(input_shape[axis] is None for axis in self._kept):
            raise ValueError(
                f"{self.label} needs to know the size of the axes {self.axis}, got shape "
                f"{input_shape}."
            )
        if self.input_mean is None:
            shape: Any = tuple(input_shape[axis] for axis in self._kept)
            own = {"shape": shape, "trainable": False}
            self.adapt_mean = self.add_weight(name="mean", initializer="zeros", **own)
            self.adapt_variance = self.add_weight(name="variance", initializer="ones", **own)
            self.count = self.add_weight(
                name="count", initializer="zeros", dtype="int32", trainable=False
            )

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn mean and variance from data; what was learned before is forgotten.

        Args:
            data: numbers ``(samples, ...)``: an array, nested lists, or an iterable of batches.
            steps: the most batches to take.

        Raises:
            ValueError: mean and variance were given, there is no data, or its shape does not fit.
        """
        if self.input_mean is not None:
            raise ValueError(
                f"{self.label} was given its mean and variance, so it has nothing to learn. To "
                "learn them leave both out."
            )
        count, mean, variance = 0, 0.0, 0.0
        for batch in batches(self.label, data, steps):
            values = np.asarray(batch, np.float64)
            if not self.built:
                self.build(values.shape)
            self._check(values.shape)
            others = tuple(axis for axis in range(values.ndim) if axis not in self._kept)
            more = math.prod(values.shape[axis] for axis in others)
            count += more
            shift = values.mean(others) - mean
            mean = mean + shift * (more / count)
            # Chan et al.: the variance inside of both parts, and of the distance between them.
            variance += (values.var(others) - variance) * (more / count)
            variance = variance + shift**2 * (more / count) * (1 - more / count)
        self.adapt_mean.set_value(jnp.asarray(mean, self.variable_dtype))
        self.adapt_variance.set_value(jnp.asarray(variance, self.variable_dtype))

    def _check(self, shape: tuple[int, ...]) -> None:
        is_same = len(shape) == len(self._shape)
        if not is_same or any(shape[axis] != self._shape[axis] for axis in self._kept):
            raise ValueError(
                f"{self.label} was built for inputs of shape {self._shape}, got data of shape "
                f"{shape} to adapt to. Make another layer for other data."
            )

    def _broadcast(self, value: Any) -> jax.Array:
        """A statistic, or what was given for it, in the dimensions of the input."""
        sizes = [1] * len(self._shape)
        array = jnp.asarray(value, self.compute_dtype)
        for axis, size in zip(reversed(self._kept), reversed(array.shape), strict=False):
            sizes[axis] = size
        return array.reshape(sizes)

    @property
    def mean(self) -> jax.Array | None:
        """The mean in the dimensions of the input; None before the layer is built."""
        return self._statistic(self.input_mean, "adapt_mean")

    @property
    def variance(self) -> jax.Array | None:
        """The variance in the dimensions of the input; None before the layer is built."""
        return self._statistic(self.input_variance, "adapt_variance")

    def _statistic(self, given: Any, name: str) -> jax.Array | None:
        if not self.built:
            return None
        return self._broadcast(getattr(self, name)[...] if given is None else given)

    def call(self, inputs: jax.Array) -> jax.Array:
        inputs = inputs.astype(self.compute_dtype)
        mean, variance = self.mean, self.variance
        assert mean is not None and variance is not None
        deviation = jnp.maximum(jnp.sqrt(variance), config.epsilon())
        return inputs * deviation + mean if self.invert else (inputs - mean) / deviation


def _as_tuples(value: Any) -> Any:
    """An array or nested lists of numbers as nested tuples, which hash."""
    if isinstance(value, (list, tuple)):
        return tuple(map(_as_tuples, value))
    return _as_tuples(value.tolist()) if hasattr(value, "tolist") else value

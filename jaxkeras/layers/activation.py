"""Activation functions that have settings, or weights, as layers."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras import activations
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer
from jaxkeras.layers.mask import get_mask
from jaxkeras.symbolic import Shape

__all__ = ["ELU", "EntrywiseLayer", "LeakyReLU", "PReLU", "ReLU", "Softmax"]


def _not_negative(layer: Layer, name: str, value: Any) -> Any:
    if value is None or not value >= 0:
        raise ValueError(f"{layer.label}: {name} must not be negative. Received: {value!r}")
    return value


class ReLU(Layer):
    """Rectified linear unit; see `jaxkeras.activations.relu`.

    Args:
        max_value: the largest output; ``None`` for no limit.
        negative_slope: slope below the threshold.
        threshold: where the unit opens.
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Raises:
        ValueError: one of them is negative.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.ReLU(max_value=6)(jnp.array([-1.0, 2.0, 9.0]))
        Array([0., 2., 6.], dtype=float32)
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.max_value = None if max_value is None else _not_negative(self, "max_value", max_value)
        self.negative_slope = _not_negative(self, "negative_slope", negative_slope)
        self.threshold = _not_negative(self, "threshold", threshold)

    def call(self, inputs: jax.Array) -> jax.Array:
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(Layer):
    """Leaky rectified linear unit; see `jaxkeras.activations.leaky_relu`.

    Args:
        negative_slope: slope for negative inputs.
        alpha: what Keras 2 calls ``negative_slope``.
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Raises:
        ValueError: the slope is negative.

    Source:
        Maas et al., "Rectifier Nonlinearities Improve Neural Network Acoustic Models", 2013.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.LeakyReLU(0.5)(jnp.array([-1.0, 2.0]))
        Array([-0.5,  2. ], dtype=float32)
    """

    def __init__(self, negative_slope: float = 0.3, alpha: float | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        slope = negative_slope if alpha is None else alpha
        self.negative_slope = _not_negative(self, "negative_slope", slope)

    def call(self, inputs: jax.Array) -> jax.Array:
        return activations.leaky_relu(inputs, self.negative_slope)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data, under today's name."""
        config = super().get_config() | {"negative_slope": self.negative_slope}
        del config["alpha"]
        return config


class EntrywiseLayer(Layer):
    """Base of activations that are learned: with a weight for every entry of a sample.

    Args:
        shared_axes: axes along which the weights are the same.
        **kwargs: see `Layer`.

    Example:
        >>> from jaxkeras.layers.activation import EntrywiseLayer
        >>> EntrywiseLayer(shared_axes=(1, 2)).entries((None, None, None, 3))
        (1, 1, 3)
    """

    def __init__(self, shared_axes: int | Sequence[int] | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        is_one = isinstance(shared_axes, int)
        self.shared_axes = (shared_axes,) if is_one else tuple(shared_axes or ())

    def entries(self, input_shape: Shape) -> tuple[int, ...]:
        """The shape of the weights; the sizes of axes that are not shared are fixed from here on.

        Raises:
            ValueError: such a size is not known.
        """
        ndim = len(input_shape)
        shared = {axis % ndim for axis in self.shared_axes}
        sizes: Any = {axis: input_shape[axis] for axis in range(1, ndim) if axis not in shared}
        if None in sizes.values():
            raise ValueError(
                f"{self.label} needs to know its input's size on axes {tuple(sizes)}, got "
                f"{input_shape}. Share the slope where it is not known: shared_axes=(1, 2)."
            )
        self.input_spec = InputSpec(ndim=ndim, axes=sizes)
        return tuple(sizes.get(axis, 1) for axis in range(1, ndim))


class PReLU(EntrywiseLayer):
    """Rectified linear unit with a slope for negative inputs that is learned.

    Args:
        alpha_initializer: first value of the slopes, ``alpha``.
        alpha_regularizer: penalty on the slopes.
        alpha_constraint: applied to the slopes after every update.
        shared_axes: axes along which the slope is the same: ``(1, 2)`` for one a channel of images.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ...)``; only shared axes may have an unknown size

    Output shape:
        same as the input

    Source:
        He et al., 2015, https://arxiv.org/abs/1502.01852.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.PReLU(jaxkeras.initializers.Constant(0.25), shared_axes=[1, 2])
        >>> layer(jnp.full((1, 2, 2, 1), -4.0)).ravel()
        Array([-1., -1., -1., -1.], dtype=float32)
        >>> [(w.name, w.shape) for w in layer.weights]
        [('alpha', (1, 1, 1))]
    """

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ):
        super().__init__(shared_axes, **kwargs)
        self._describe_weight("alpha", alpha_initializer, alpha_regularizer, alpha_constraint)

    def build(self, input_shape: Shape) -> None:
        self.alpha = self._add_described("alpha", self.entries(input_shape))

    def call(self, inputs: jax.Array) -> jax.Array:
        alpha = self.alpha[...].astype(self.compute_dtype)
        return jax.nn.relu(inputs) - alpha * jax.nn.relu(-inputs)


class ELU(Layer):
    """Exponential linear unit; see `jaxkeras.activations.elu`.

    Args:
        alpha: minus the limit at large negative inputs.
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Source:
        Clevert et al., 2015, https://arxiv.org/abs/1511.07289.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.ELU(alpha=2.0)(jnp.array([-50.0, 2.0]))
        Array([-2.,  2.], dtype=float32)
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: jax.Array) -> jax.Array:
        return activations.elu(inputs, self.alpha)


class Softmax(Layer):
    """Scores as probabilities; see `jaxkeras.activations.softmax`.

    Args:
        axis: the axis, or the several axes, along which the result sums to 1.
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Raises:
        ValueError: a mask does not broadcast to the input.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Softmax()(jnp.array([1.0, 1.0, 7.0]), mask=jnp.array([1, 1, 0]) > 0)
        Array([0.5, 0.5, 0. ], dtype=float32)
    """

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, int) else tuple(axis)

    def call(self, inputs: jax.Array, mask: jax.Array | None = None) -> jax.Array:
        if mask is None:
            return activations.softmax(inputs, self.axis)
        mask = self._broadcast(mask, inputs)
        scores = jnp.where(mask, inputs, jnp.finfo(inputs.dtype).min)
        return jnp.where(mask, activations.softmax(scores, self.axis), 0)

    def _broadcast(self, mask: jax.Array, inputs: jax.Array) -> jax.Array:
        """A mask that came with the input tells of its leading axes; another broadcasts."""
        if mask is get_mask(inputs):
            mask = jnp.expand_dims(mask, range(mask.ndim, inputs.ndim))
        sizes = zip(mask.shape[::-1], inputs.shape[::-1], strict=False)
        if mask.ndim > inputs.ndim or any(own not in (1, size) for own, size in sizes):
            raise ValueError(
                f"{self.label} expected a mask that broadcasts to its input, of shape "
                f"{inputs.shape}. Received: mask of shape {mask.shape}"
            )
        return mask if mask.dtype == bool else mask > 0.5

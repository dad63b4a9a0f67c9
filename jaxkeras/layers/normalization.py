"""Layers that bring every sample to a common scale, and the weights of a layer to norm 1."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from jaxkeras import initializers
from jaxkeras.layers._normalizing import AxisLayer, Normalization
from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.layer import Layer
from jaxkeras.layers.wrapping import Wrapper
from jaxkeras.ops._moments import along, l2_normalize, moments, rms_normalize, standardizing, wide
from jaxkeras.symbolic import Shape

__all__ = [
    "GroupNormalization",
    "LayerNormalization",
    "RMSNormalization",
    "SpectralNormalization",
    "UnitNormalization",
]


class LayerNormalization(Normalization):
    """Normalize every sample, or every time step, by the mean and variance of its features.

    Args:
        axis: the axis of the features, or several axes.
        epsilon: added to the variance.
        center: whether there is a shift, ``beta``.
        scale: whether there is a factor, ``gamma``.
        beta_initializer: first value of ``beta``, with the sizes of the axes.
        gamma_initializer: first value of ``gamma``, with the sizes of the axes.
        beta_regularizer: penalty on ``beta``.
        gamma_regularizer: penalty on ``gamma``.
        beta_constraint: applied to ``beta`` after every update.
        gamma_constraint: applied to ``gamma`` after every update.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ..., features)``

    Output shape:
        same as the input

    Source:
        Ba et al., 2016, https://arxiv.org/abs/1607.06450.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.LayerNormalization(epsilon=0.0)
        >>> layer(jnp.array([[1.0, 3.0], [20.0, 10.0]])).tolist()
        [[-1.0, 1.0], [1.0, -1.0]]
    """

    def call(self, inputs: jax.Array) -> jax.Array:
        x = wide(inputs)
        return self.transform(x, *standardizing(*moments(x, self.axes), self.epsilon))


class GroupNormalization(Normalization):
    """Normalize every sample by the mean and variance of each group of its channels.

    Args:
        groups: number of groups; -1 makes each channel its own, which is instance normalization.
        axis: the axis of the channels.
        epsilon: added to the variance.
        center: whether there is a shift, ``beta``.
        scale: whether there is a factor, ``gamma``.
        beta_initializer: first value of ``beta``, ``(channels,)``.
        gamma_initializer: first value of ``gamma``, ``(channels,)``.
        beta_regularizer: penalty on ``beta``.
        gamma_regularizer: penalty on ``gamma``.
        beta_constraint: applied to ``beta`` after every update.
        gamma_constraint: applied to ``gamma`` after every update.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ..., channels)``

    Output shape:
        same as the input

    Raises:
        ValueError: the channels do not divide into so many groups.

    Source:
        Wu and He, 2018, https://arxiv.org/abs/1803.08494.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.GroupNormalization(groups=2, epsilon=0.0)
        >>> layer(jnp.array([[1.0, 3.0, 20.0, 10.0]])).tolist()
        [[-1.0, 1.0, 1.0, -1.0]]
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            axis,
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.require_one_axis()
        name = f"{self.label}: groups, unless it is -1,"
        self.groups = -1 if groups == -1 else whole_number(name, groups)

    def build(self, input_shape: Shape) -> None:
        super().build(input_shape)
        [channels] = self.sizes(input_shape)
        self.groups = channels if self.groups == -1 else self.groups
        if channels % self.groups:
            raise ValueError(
                f"{self.label} cannot divide {channels} channels into {self.groups} groups. Give "
                "groups= a number that divides them."
            )

    def call(self, inputs: jax.Array) -> jax.Array:
        x = wide(inputs)
        axis = self.axes[0] % x.ndim
        before, channels, after = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
        grouped = x.reshape(*before, self.groups, channels // self.groups, *after)
        others = [other for other in range(1, grouped.ndim) if other != axis]
        factor, shift = standardizing(*moments(grouped, others), self.epsilon)
        return self.transform(grouped, factor, shift, (axis, axis + 1)).reshape(x.shape)


class RMSNormalization(AxisLayer):
    """Divide every sample by the root of the mean of its squares.

    Args:
        axis: the axis of the features, or several axes. (Keras 3.15 multiplies by the weight as
            if these were always the last ones; here it follows them.)
        epsilon: added to the mean of the squares.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ..., features)``

    Output shape:
        same as the input

    Source:
        Zhang and Sennrich, 2019, https://arxiv.org/abs/1910.07467.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.RMSNormalization(epsilon=0.0)
        >>> layer(jnp.array([[3.0, -3.0]])).tolist()
        [[1.0, -1.0]]
        >>> [(w.name, w.shape) for w in layer.weights]
        [('scale', (2,))]
    """

    def __init__(self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **kwargs: Any):
        super().__init__(axis, **kwargs)
        self.epsilon = epsilon

    def build(self, input_shape: Shape) -> None:
        shape = self.sizes(input_shape)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")

    def call(self, inputs: jax.Array) -> jax.Array:
        x = wide(inputs)
        x = rms_normalize(x, self.axes, self.epsilon) * along(self.scale, x, self.axes)
        return x.astype(self.compute_dtype)


class UnitNormalization(Layer):
    """Scale every sample to a vector of length 1.

    Args:
        axis: the axis along which a vector lies, or several axes.
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.UnitNormalization()(jnp.array([[0.0, 5.0]]))
        Array([[0., 1.]], dtype=float32)
    """

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = tuple(axis) if isinstance(axis, (tuple, list)) else axis

    def call(self, inputs: jax.Array) -> jax.Array:
        return l2_normalize(inputs, self.axis).astype(self.compute_dtype)


class SpectralNormalization(Wrapper):
    """Divide the kernel of a layer by its largest singular value, which bounds the slope.

    The kernel itself stays as the optimizer left it; each call, in training and in inference,
    computes with the divided one. (Keras 3.15 on JAX divides in training only.)

    Args:
        layer: a layer that has a ``kernel``, or ``embeddings``.
        power_iterations: steps of power iteration at each call; training keeps where they led.
        **kwargs: see `Layer`.

    Input shape:
        that of the layer inside

    Output shape:
        that of the layer inside

    Raises:
        ValueError: the layer has neither weight.

    Source:
        Miyato et al., 2018, https://arxiv.org/abs/1802.05957.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> dense = jaxkeras.layers.Dense(1, kernel_initializer="ones")
        >>> layer = jaxkeras.layers.SpectralNormalization(dense)
        >>> layer(jnp.array([[1.0, 1.0, 1.0, 1.0]]))
        Array([[2.]], dtype=float32)
    """

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any):
        super().__init__(layer, **kwargs)
        name = f"{self.label}: power_iterations"
        self.power_iterations = whole_number(name, power_iterations)

    def build(self, input_shape: Shape) -> None:
        super().build(input_shape)
        self.kernel = _kernel_of(self.layer)
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        kernel = self.kernel[...]
        u, norm = _largest_singular(
            wide(kernel.reshape(-1, kernel.shape[-1])),
            wide(self.vector_u[...]),
            self.power_iterations,
        )
        if training:
            self.vector_u.set_value(u.astype(self.vector_u.dtype))
        layer = nnx.clone(self.layer)
        _kernel_of(layer).set_value((kernel / norm).astype(kernel.dtype))
        return layer(inputs)


def _kernel_of(layer: Layer) -> nnx.Variable:
    for name in ("kernel", "embeddings"):
        if isinstance(weight := getattr(layer, name, None), nnx.Variable):
            return weight
    raise ValueError(f"SpectralNormalization needs a layer with a kernel. {layer.label} has none.")


def _largest_singular(
    matrix: jax.Array, u: jax.Array, iterations: int
) -> tuple[jax.Array, jax.Array]:
    """The direction, ``(1, columns)``, and size of the largest singular value, from a guess.

    A matrix of zeros leaves the guess as it is, and has size 1.
    """
    guess, fixed = u, jax.lax.stop_gradient(matrix)
    v = jnp.zeros((1, matrix.shape[0]), matrix.dtype)
    for _ in range(iterations):
        v = l2_normalize(u @ fixed.T, None)
        u = l2_normalize(v @ fixed, None)
    norm = (v @ matrix @ u.T)[0, 0]
    is_zero = norm == 0
    return jnp.where(is_zero, guess, u), jnp.where(is_zero, 1, norm)

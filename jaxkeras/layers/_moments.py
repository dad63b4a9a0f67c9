"""What normalizing layers have in common: means and variances, factors and shifts along axes."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from jaxkeras import constraints, initializers, regularizers
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer
from jaxkeras.symbolic import Shape

__all__ = [
    "AxisLayer",
    "Normalization",
    "along",
    "l2_normalize",
    "moments",
    "standardizing",
    "wide",
]


def l2_normalize(x: jax.Array, axis: int | Sequence[int] | None, least: float = 1e-12) -> jax.Array:
    """Vectors scaled to length 1; a vector of zeros stays, with a gradient of its own.

    Args:
        x: array of any shape.
        axis: the axis, or the axes, along which a vector lies; ``None`` for all.
        least: shorter vectors are divided by this instead of by their length.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.normalization import l2_normalize
        >>> l2_normalize(jnp.array([[3.0, 4.0], [0.0, 0.0]]), -1).round(3).tolist()
        [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    numbers = wide(x)
    squares = jnp.sum(jnp.square(numbers), axis, keepdims=True)
    return (numbers * jax.lax.rsqrt(jnp.maximum(squares, least**2))).astype(x.dtype)


def wide(x: jax.Array) -> jax.Array:
    """In 32 bits at least: sums of squares overflow and round in 16.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers._moments import wide
        >>> wide(jnp.array([1], "bfloat16")).dtype, wide(jnp.array([1])).dtype
        (dtype('float32'), dtype('float32'))
    """
    return x.astype(jnp.promote_types(x.dtype, "float32"))


def moments(
    x: jax.Array, axes: Sequence[int], mask: jax.Array | None = None
) -> tuple[jax.Array, jax.Array]:
    """Mean and variance over some axes, which stay with size 1.

    Args:
        x: array of any shape.
        axes: the axes.
        mask: which entries count, booleans along the leading axes of ``x``; where none does, mean
            and variance are 0.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers._moments import moments
        >>> mean, variance = moments(jnp.array([[1.0], [3.0], [9.0]]), (0,), jnp.arange(3) < 2)
        >>> mean.tolist(), variance.tolist()
        ([[2.0]], [[1.0]])
    """
    if mask is None:
        mean = jnp.mean(x, axes, keepdims=True)
        return mean, jnp.mean(jnp.square(x - mean), axes, keepdims=True)
    mask = jnp.expand_dims(mask.astype(bool), range(mask.ndim, x.ndim))
    kept = jnp.broadcast_to(mask, x.shape)
    count = jnp.maximum(jnp.sum(kept, axes, keepdims=True), 1)
    mean = jnp.sum(jnp.where(kept, x, 0), axes, keepdims=True) / count
    squares = jnp.square(jnp.where(kept, x - mean, 0))
    return mean, jnp.sum(squares, axes, keepdims=True) / count


def standardizing(
    mean: jax.Array, variance: jax.Array, epsilon: float
) -> tuple[jax.Array, jax.Array]:
    """The factor and the shift that give numbers of this mean and variance mean 0, variance 1.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers._moments import standardizing
        >>> factor, shift = standardizing(jnp.array([1.0]), jnp.array([4.0]), epsilon=0.0)
        >>> jnp.array([5.0]) * factor + shift
        Array([2.], dtype=float32)
    """
    factor = jax.lax.rsqrt(variance + epsilon)
    return factor, -mean * factor


def along(weight: nnx.Variable, x: jax.Array, axes: Sequence[int]) -> jax.Array:
    """A weight with an entry for every position on some axes of ``x``, to compute with ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers import Weight
        >>> from jaxkeras.layers._moments import along
        >>> along(Weight(jnp.ones(3)), jnp.ones((2, 3, 4)), [1]).shape
        (1, 3, 1)
    """
    axes = [axis % x.ndim for axis in axes]
    shape = [size if axis in axes else 1 for axis, size in enumerate(x.shape)]
    return weight[...].astype(x.dtype).reshape(shape)


class AxisLayer(Layer):
    """Base of layers that have weights along one axis, or several, of their input.

    Args:
        axis: the axis, or the axes.
        **kwargs: see `Layer`.

    Raises:
        TypeError: ``axis`` is no number.

    Example:
        >>> from jaxkeras.layers._moments import AxisLayer
        >>> AxisLayer(axis=[2, 1]).sizes((None, 4, 3))
        (4, 3)
    """

    axis: int | tuple[int, ...]

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any):
        super().__init__(**kwargs)
        axes: Any = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
        if any(isinstance(item, bool) or not hasattr(item, "__index__") for item in axes):
            raise TypeError(
                f"{self.label} takes an axis, such as -1, or several. Received: axis={axis!r}"
            )
        self.axis = axes if isinstance(axis, (tuple, list)) else axes[0]

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes, as weights follow one another."""
        return tuple(sorted(self.axis)) if isinstance(self.axis, tuple) else (self.axis,)

    def require_one_axis(self) -> None:
        """Refuse several axes."""
        if len(self.axes) != 1:
            raise ValueError(
                f"{self.label} takes one axis, that of the channels. Received: axis={self.axis!r}"
            )

    def sizes(self, input_shape: Shape) -> tuple[int, ...]:
        """The sizes of the axes, which are fixed from here on."""
        ndim = len(input_shape)
        if any(not -ndim <= axis < ndim for axis in self.axes):
            raise ValueError(f"{self.label} works along axis {self.axis}, got shape {input_shape}.")
        known = tuple(size for axis in self.axes if (size := input_shape[axis]) is not None)
        if len(known) < len(self.axes):
            raise ValueError(
                f"{self.label} needs to know its input's size on axis {self.axis}, got "
                f"{input_shape}."
            )
        self.input_spec = InputSpec(axes=dict(zip(self.axes, known, strict=True)))
        return known


class Normalization(AxisLayer):
    """Base of layers that give mean 0 and variance 1, then scale by gamma and shift by beta.

    Args:
        axis: the axis, or the axes, of gamma and beta.
        epsilon: added to the variance.
        center: whether there is a shift, ``beta``.
        scale: whether there is a factor, ``gamma``.
        beta_initializer: first value of ``beta``.
        gamma_initializer: first value of ``gamma``.
        beta_regularizer: penalty on ``beta``.
        gamma_regularizer: penalty on ``gamma``.
        beta_constraint: applied to ``beta`` after every update.
        gamma_constraint: applied to ``gamma`` after every update.
        **kwargs: see `Layer`.

    Example:
        >>> from jaxkeras.layers._moments import Normalization
        >>> layer = Normalization(axis=1, center=False)
        >>> layer.build((None, 4, 3))
        >>> [(w.name, w.shape) for w in layer.weights]
        [('gamma', (4,))]
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
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
        super().__init__(axis, **kwargs)
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape: Shape) -> None:
        shape = self.sizes(input_shape)
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma",
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
            )
        if self.center:
            self.beta = self.add_weight(
                name="beta",
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
            )

    def transform(
        self, x: jax.Array, factor: jax.Array, shift: jax.Array, axes: Sequence[int] | None = None
    ) -> jax.Array:
        """``(x * factor + shift) * gamma + beta``, with one product and one sum for each entry.

        Args:
            x: what is normalized, in 32 bits.
            factor: broadcasts with ``x``.
            shift: broadcasts with ``x``.
            axes: the axes of gamma and beta in ``x``, where they are not those of the layer.
        """
        axes = self.axes if axes is None else axes
        if self.scale:
            gamma = along(self.gamma, x, axes)
            factor, shift = factor * gamma, shift * gamma
        if self.center:
            shift = shift + along(self.beta, x, axes)
        return (x * factor + shift).astype(self.compute_dtype)

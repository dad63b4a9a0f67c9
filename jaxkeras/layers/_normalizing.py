"""What normalizing layers have in common: the axes of their weights, a factor and a shift."""

from collections.abc import Sequence
from typing import Any

import jax

from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer
from jaxkeras.ops._moments import transform
from jaxkeras.symbolic import Shape

__all__ = ["AxisLayer", "Normalization"]


class AxisLayer(Layer):
    """Base of layers that have weights along one axis, or several, of their input.

    Args:
        axis: the axis, or the axes.
        **kwargs: see `Layer`.

    Raises:
        TypeError: ``axis`` is no number.

    Example:
        >>> from jaxkeras.layers._normalizing import AxisLayer
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
        >>> from jaxkeras.layers._normalizing import Normalization
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
        self._describe_weight("beta", beta_initializer, beta_regularizer, beta_constraint)
        self._describe_weight("gamma", gamma_initializer, gamma_regularizer, gamma_constraint)

    def build(self, input_shape: Shape) -> None:
        shape = self.sizes(input_shape)
        if self.scale:
            self.gamma = self._add_described("gamma", shape)
        if self.center:
            self.beta = self._add_described("beta", shape)

    def transform(
        self, x: jax.Array, factor: jax.Array, shift: jax.Array, axes: Sequence[int] | None = None
    ) -> jax.Array:
        """``(x * factor + shift) * gamma + beta`` in the type of the computation.

        Args:
            x: what is normalized, in 32 bits.
            factor: broadcasts with ``x``.
            shift: broadcasts with ``x``.
            axes: the axes of gamma and beta in ``x``, where they are not those of the layer.
        """
        gamma = self.gamma[...] if self.scale else None
        beta = self.beta[...] if self.center else None
        axes = self.axes if axes is None else axes
        return transform(x, factor, shift, gamma, beta, axes).astype(self.compute_dtype)

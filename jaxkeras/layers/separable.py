"""Depthwise and separable convolutions: cheap ones that treat every channel on its own."""

from collections.abc import Sequence
from typing import Any

import jax

from jaxkeras.layers.convolution import BaseConvolution
from jaxkeras.ops._windows import convolve

__all__ = [
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
]

_Sizes = int | Sequence[int]


class _Depthwise(BaseConvolution):
    """What depthwise and separable convolutions share: ``depth_multiplier`` filters a channel."""

    def __init__(
        self,
        *,
        depth_multiplier: int,
        depthwise_initializer: Any,
        depthwise_regularizer: Any,
        depthwise_constraint: Any,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.depth_multiplier = self._count("depth_multiplier", depth_multiplier)
        self._describe_weight(
            "depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint
        )

    def _depthwise_weight(self, name: str, channels: int) -> Any:
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        return self._add_described("depthwise", shape, name)

    def _slide_by_channel(self, inputs: jax.Array, weight: Any) -> jax.Array:
        kernel = weight[...].astype(self.compute_dtype)
        channels = kernel.shape[-2]
        return self._slide(inputs, kernel.reshape(*self.kernel_size, 1, -1), groups=channels)


class _DepthwiseConv(_Depthwise):
    """Depthwise convolution of any rank; `DepthwiseConv2D` documents it."""

    def __init__(
        self,
        kernel_size: _Sizes,
        strides: _Sizes = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: _Sizes = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            depth_multiplier=depth_multiplier,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )

    def _build_kernels(self, channels: int) -> int:
        self.kernel = self._depthwise_weight("kernel", channels)
        return channels * self.depth_multiplier

    def _convolve(self, inputs: jax.Array) -> jax.Array:
        return self._slide_by_channel(inputs, self.kernel)


class DepthwiseConv1D(_DepthwiseConv):
    """Convolution over sequences that keeps the channels apart.

    Args: those of `DepthwiseConv2D`; a size is one number, and ``padding="causal"`` pads the past
        only, which Keras 3 offers for `Conv1D` alone.

    Input shape:
        ``(batch, time, channels)``, or ``(batch, channels, time)`` if channels come first

    Output shape:
        ``(batch, new_time, channels * depth_multiplier)``, or
        ``(batch, channels * depth_multiplier, new_time)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.DepthwiseConv1D(3, padding="same")(jnp.zeros((1, 10, 4))).shape
        (1, 10, 4)
    """

    rank = 1
    _paddings = (*BaseConvolution._paddings, "causal")


class DepthwiseConv2D(_DepthwiseConv):
    """Convolution over images that keeps the channels apart: each has filters of its own.

    Args:
        kernel_size: height and width of the window, or one number for both.
        strides: steps of the window, or one number for both.
        padding: ``"valid"`` or ``"same"``, see `Conv2D`.
        depth_multiplier: number of filters for every channel.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        dilation_rate: distance of neighbours in the window, or one number for both.
        activation: name or function; ``None`` leaves the output as it is.
        use_bias: whether a bias is added.
        depthwise_initializer: first value of the kernel,
            ``(height, width, channels, depth_multiplier)``.
        bias_initializer: first value of the bias, ``(channels * depth_multiplier,)``.
        depthwise_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: applied to the kernel after every update.
        bias_constraint: applied to the bias after every update.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, height, width, channels)``, or ``(batch, channels, height, width)`` if channels
        come first

    Output shape:
        like the input, with new height and width and ``channels * depth_multiplier`` channels

    Raises:
        ValueError: an argument is out of range, or the window exceeds the image.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.DepthwiseConv2D(3, depth_multiplier=2)
        >>> layer(jnp.zeros((1, 8, 8, 3))).shape
        (1, 6, 6, 6)
        >>> [(w.name, w.shape) for w in layer.weights]
        [('kernel', (3, 3, 3, 2)), ('bias', (6,))]
    """

    rank = 2


class _SeparableConv(_Depthwise):
    """Separable convolution of any rank; `SeparableConv2D` documents it."""

    def __init__(
        self,
        filters: int,
        kernel_size: _Sizes,
        strides: _Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: _Sizes = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            depth_multiplier=depth_multiplier,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.filters = self._count("filters", filters)
        self._describe_weight(
            "pointwise", pointwise_initializer, pointwise_regularizer, pointwise_constraint
        )

    def _build_kernels(self, channels: int) -> int:
        self.depthwise_kernel = self._depthwise_weight("depthwise_kernel", channels)
        shape = (*(1,) * self.rank, channels * self.depth_multiplier, self.filters)
        self.pointwise_kernel = self._add_described("pointwise", shape, "pointwise_kernel")
        return self.filters

    def _convolve(self, inputs: jax.Array) -> jax.Array:
        ones = (1,) * self.rank
        return convolve(
            self._slide_by_channel(inputs, self.depthwise_kernel),
            self.pointwise_kernel[...].astype(self.compute_dtype),
            ones,
            "valid",
            self.data_format,
            ones,
        )


class SeparableConv1D(_SeparableConv):
    """Separable convolution over sequences.

    Args: those of `SeparableConv2D`; a size is one number, and ``padding="causal"`` pads the past
        only, which Keras 3 offers for `Conv1D` alone.

    Input shape:
        ``(batch, time, channels)``, or ``(batch, channels, time)`` if channels come first

    Output shape:
        ``(batch, new_time, filters)``, or ``(batch, filters, new_time)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.SeparableConv1D(8, 3, strides=2)(jnp.zeros((1, 11, 4))).shape
        (1, 5, 8)
    """

    rank = 1
    _paddings = (*BaseConvolution._paddings, "causal")


class SeparableConv2D(_SeparableConv):
    """Separable convolution over images: one filter or more for each channel, then a 1x1 mixture.

    Args:
        filters: number of mixtures, the channels of the output.
        kernel_size: height and width of the window, or one number for both.
        strides: steps of the window, or one number for both.
        padding: ``"valid"`` or ``"same"``, see `Conv2D`.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        dilation_rate: distance of neighbours in the window, or one number for both.
        depth_multiplier: number of filters for every channel.
        activation: name or function; ``None`` leaves the output as it is.
        use_bias: whether a bias is added.
        depthwise_initializer: first value of the depthwise kernel,
            ``(height, width, channels, depth_multiplier)``.
        pointwise_initializer: first value of the pointwise kernel,
            ``(1, 1, channels * depth_multiplier, filters)``.
        bias_initializer: first value of the bias, ``(filters,)``.
        depthwise_regularizer: penalty on the depthwise kernel.
        pointwise_regularizer: penalty on the pointwise kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: applied to the depthwise kernel after every update.
        pointwise_constraint: applied to the pointwise kernel after every update.
        bias_constraint: applied to the bias after every update.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, height, width, channels)``, or ``(batch, channels, height, width)`` if channels
        come first

    Output shape:
        ``(batch, new_height, new_width, filters)``, or ``(batch, filters, new_height, new_width)``

    Raises:
        ValueError: an argument is out of range, or the window exceeds the image.

    Source:
        Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", CVPR 2017.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.SeparableConv2D(8, 3, use_bias=False)
        >>> layer(jnp.zeros((1, 8, 8, 3))).shape
        (1, 6, 6, 8)
        >>> [(w.name, w.shape) for w in layer.weights]
        [('depthwise_kernel', (3, 3, 3, 1)), ('pointwise_kernel', (1, 1, 3, 8))]
    """

    rank = 2


SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D

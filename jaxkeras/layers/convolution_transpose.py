"""Transposed convolutions: layers that enlarge sequences, images and volumes."""

from collections.abc import Sequence
from typing import Any

import jax

from jaxkeras.layers.convolution import BaseConvolution
from jaxkeras.ops._windows import convolve_transpose

__all__ = [
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "Convolution1DTranspose",
    "Convolution2DTranspose",
    "Convolution3DTranspose",
]

_Sizes = int | Sequence[int]


class _ConvTranspose(BaseConvolution):
    """Transposed convolution of any rank; `Conv2DTranspose` documents it."""

    def __init__(
        self,
        filters: int,
        kernel_size: _Sizes,
        strides: _Sizes = 1,
        padding: str = "valid",
        output_padding: _Sizes | None = None,
        data_format: str | None = None,
        dilation_rate: _Sizes = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self._describe_weight("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._refuse_dilated_strides()
        self.filters = self._count("filters", filters)
        self.output_padding = None
        if output_padding is not None:
            self.output_padding = self._sizes("output_padding", output_padding, least=0)
            if any(p >= s for p, s in zip(self.output_padding, self.strides, strict=True)):
                raise ValueError(
                    f"{self.label}: output_padding must be less than strides on every axis. "
                    f"Received: output_padding={self.output_padding}, strides={self.strides}"
                )

    def _build_kernels(self, channels: int) -> int:
        shape = (*self.kernel_size, self.filters, channels)
        self.kernel = self._add_described("kernel", shape)
        return self.filters

    def _convolve(self, inputs: jax.Array) -> jax.Array:
        return convolve_transpose(
            inputs,
            self.kernel[...].astype(self.compute_dtype),
            self.strides,
            self.padding,
            self.output_padding,
            self.data_format,
            self.dilation_rate,
        )


class Conv1DTranspose(_ConvTranspose):
    """Transposed convolution over sequences.

    Args: those of `Conv2DTranspose`; a size is one number.

    Input shape:
        ``(batch, time, channels)``, or ``(batch, channels, time)`` if channels come first

    Output shape:
        ``(batch, new_time, filters)``, or ``(batch, filters, new_time)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Conv1DTranspose(4, 3, strides=2)(jnp.zeros((1, 10, 2))).shape
        (1, 21, 4)
    """

    rank = 1


class Conv2DTranspose(_ConvTranspose):
    """Transposed convolution over images, the step from small to large in decoders.

    It maps shapes as the gradient of a `Conv2D` does: every input value adds a copy of the kernel
    to the output.

    Args:
        filters: number of filters, the channels of the output.
        kernel_size: height and width of the window, or one number for both.
        strides: by how much the image grows, or one number for both axes.
        padding: ``"same"`` gives ``size * stride``; ``"valid"`` gives
            ``(size - 1) * stride + max(window, stride)``, where a dilated window counts in full.
        output_padding: what the output is longer than the least that fits padding and strides; less
            than the strides. ``None`` gives the sizes above.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        dilation_rate: distance of neighbours in the window, or one number for both.
        activation: name or function; ``None`` leaves the output as it is.
        use_bias: whether a bias is added.
        kernel_initializer: first value of the kernel, ``(height, width, filters, channels)``.
        bias_initializer: first value of the bias, ``(filters,)``.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the kernel after every update.
        bias_constraint: applied to the bias after every update.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, height, width, channels)``, or ``(batch, channels, height, width)`` if channels
        come first

    Output shape:
        ``(batch, new_height, new_width, filters)``, or ``(batch, filters, new_height, new_width)``

    Raises:
        ValueError: an argument is out of range; strides and dilation_rate are both greater than 1.

    Source:
        Zeiler et al., "Deconvolutional Networks", CVPR 2010.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.Conv2DTranspose(4, 3, strides=2, padding="same")
        >>> layer(jnp.zeros((1, 7, 7, 8))).shape
        (1, 14, 14, 4)
        >>> [(w.name, w.shape) for w in layer.weights]
        [('kernel', (3, 3, 4, 8)), ('bias', (4,))]
    """

    rank = 2


class Conv3DTranspose(_ConvTranspose):
    """Transposed convolution over volumes.

    Args: those of `Conv2DTranspose`; a size is three numbers, or one for all.

    Input shape:
        ``(batch, depth, height, width, channels)``, or ``(batch, channels, depth, height, width)``
        if channels come first

    Output shape:
        ``(batch, new_depth, new_height, new_width, filters)``, or
        ``(batch, filters, new_depth, new_height, new_width)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.Conv3DTranspose(2, 2, strides=2)
        >>> layer(jnp.zeros((1, 2, 3, 4, 1))).shape
        (1, 4, 6, 8, 2)
    """

    rank = 3


Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose

"""Convolutions over sequences, images and volumes."""

from collections.abc import Sequence
from typing import Any

import jax

from jaxkeras import activations
from jaxkeras.layers._spatial import SpatialLayer
from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.ops._windows import convolve
from jaxkeras.symbolic import Shape

__all__ = [
    "BaseConvolution",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Convolution1D",
    "Convolution2D",
    "Convolution3D",
]

_Sizes = int | Sequence[int]


class BaseConvolution(SpatialLayer):
    """Base of every kind of convolution: its geometry, the bias and the activation.

    A subclass makes its kernels in ``_build_kernels(channels)``, which returns the number of output
    channels, and applies them in ``_convolve(inputs)``.

    Args:
        kernel_size: size of the window.
        strides: step of the window.
        padding: see `Conv2D`.
        data_format: order of the axes.
        dilation_rate: distance of neighbours in the window.
        activation: name or function.
        use_bias: whether a bias is added.
        bias_initializer: first value of the bias.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        bias_constraint: applied to the bias after every update.
        **kwargs: see `Layer`.

    Example:
        >>> import jaxkeras
        >>> isinstance(jaxkeras.layers.Conv2D(1, 3), jaxkeras.layers.convolution.BaseConvolution)
        True
    """

    _activation_is_last = True
    _paddings: tuple[str, ...] = ("valid", "same")

    def __init__(
        self,
        *,
        kernel_size: _Sizes,
        strides: _Sizes,
        padding: str,
        data_format: str | None,
        dilation_rate: _Sizes,
        activation: Any,
        use_bias: bool,
        bias_initializer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        bias_constraint: Any,
        **kwargs: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.kernel_size = self._sizes("kernel_size", kernel_size)
        self.strides = self._sizes("strides", strides)
        self.padding = self._one_of("padding", padding, self._paddings)
        self.data_format = self._layout(data_format)
        self.dilation_rate = self._sizes("dilation_rate", dilation_rate)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self._describe_weight("bias", bias_initializer, bias_regularizer, bias_constraint)

    def _count(self, name: str, value: Any) -> int:
        return whole_number(f"{self.label}: {name}", value)

    def _refuse_dilated_strides(self) -> None:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{self.label} takes strides or dilation_rate greater than 1, not both. "
                f"Received: strides={self.strides}, dilation_rate={self.dilation_rate}"
            )

    def build(self, input_shape: Shape) -> None:
        InputSpec(ndim=self.rank + 2).check(self.label, input_shape)
        channels = input_shape[self.channel_axis]
        if channels is None:
            raise ValueError(
                f"{self.label} needs to know the number of channels, axis {self.channel_axis} of "
                f"its input, got {input_shape}."
            )
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self.channel_axis: channels})
        width = self._build_kernels(channels)
        if self.use_bias:
            self.bias = self._add_described("bias", (width,))

    def _build_kernels(self, channels: int) -> int:
        raise NotImplementedError

    def _convolve(self, inputs: jax.Array) -> jax.Array:
        raise NotImplementedError

    def _slide(self, inputs: jax.Array, kernel: Any, groups: int) -> jax.Array:
        """`convolve` with the geometry of this layer."""
        if self.padding == "valid":
            pairs = zip(self.kernel_size, self.dilation_rate, strict=True)
            self._check_window(
                "kernel_size", [(size - 1) * rate + 1 for size, rate in pairs], inputs
            )
        return convolve(
            inputs,
            kernel,
            self.strides,
            self.padding,
            self.data_format,
            self.dilation_rate,
            groups,
        )

    def call(self, inputs: jax.Array) -> jax.Array:
        outputs = self._convolve(inputs.astype(self.compute_dtype))
        if self.use_bias:
            bias = self.bias[...].astype(self.compute_dtype)
            if self.data_format == "channels_first":
                bias = bias.reshape(-1, *(1,) * self.rank)
            outputs = outputs + bias
        return self.activation(outputs)


class _Conv(BaseConvolution):
    """Convolution of any rank; `Conv2D` documents it."""

    def __init__(
        self,
        filters: int,
        kernel_size: _Sizes,
        strides: _Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: _Sizes = 1,
        groups: int = 1,
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
        self.groups = self._count("groups", groups)
        if self.filters % self.groups:
            raise ValueError(
                f"{self.label}: filters must be a multiple of groups. "
                f"Received: filters={filters}, groups={groups}"
            )

    def _build_kernels(self, channels: int) -> int:
        if channels % self.groups:
            raise ValueError(
                f"{self.label}: groups={self.groups} must divide the channels of the input, "
                f"got {channels}."
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = self._add_described("kernel", shape)
        return self.filters

    def _convolve(self, inputs: jax.Array) -> jax.Array:
        return self._slide(inputs, self.kernel[...].astype(self.compute_dtype), self.groups)


class Conv1D(_Conv):
    """Convolution over sequences: filters slide along the time axis.

    Args: those of `Conv2D`; besides, ``padding="causal"`` pads the past only, so that no output
        depends on a later input. ``kernel_size``, ``strides`` and ``dilation_rate`` are one number.

    Input shape:
        ``(batch, time, channels)``, or ``(batch, channels, time)`` if channels come first

    Output shape:
        ``(batch, new_time, filters)``, or ``(batch, filters, new_time)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.Conv1D(1, 2, padding="causal", kernel_initializer="ones")
        >>> layer(jnp.array([[[1.0], [2.0], [3.0]]])).ravel()
        Array([1., 3., 5.], dtype=float32)
    """

    rank = 1
    _paddings = (*BaseConvolution._paddings, "causal")


class Conv2D(_Conv):
    """Convolution over images: filters slide over height and width.

    Args:
        filters: number of filters, the channels of the output.
        kernel_size: height and width of the window, or one number for both.
        strides: steps of the window, or one number for both.
        padding: ``"valid"`` keeps the window inside the image; ``"same"`` pads with zeros, so that
            the output has the size of the input, divided by the strides and rounded up.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        dilation_rate: distance of neighbours in the window, or one number for both.
        groups: number of groups of channels, each convolved with ``filters // groups`` filters.
        activation: name or function; ``None`` leaves the output as it is.
        use_bias: whether a bias is added.
        kernel_initializer: first value of the kernel,
            ``(height, width, channels // groups, filters)``.
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
        ValueError: an argument is out of range; ``groups`` does not divide channels and filters;
            strides and dilation_rate are both greater than 1; the window exceeds the image.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.Conv2D(8, 3, activation="relu")
        >>> layer(jnp.zeros((2, 28, 28, 1))).shape
        (2, 26, 26, 8)
        >>> [(w.name, w.shape) for w in layer.weights]
        [('kernel', (3, 3, 1, 8)), ('bias', (8,))]
    """

    rank = 2


class Conv3D(_Conv):
    """Convolution over volumes or videos: filters slide over three axes.

    Args: those of `Conv2D`; a size is three numbers, or one for all.

    Input shape:
        ``(batch, depth, height, width, channels)``, or ``(batch, channels, depth, height, width)``
        if channels come first

    Output shape:
        ``(batch, new_depth, new_height, new_width, filters)``, or
        ``(batch, filters, new_depth, new_height, new_width)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Conv3D(4, (1, 3, 3), strides=2)(jnp.zeros((1, 8, 9, 9, 1))).shape
        (1, 4, 4, 4, 4)
    """

    rank = 3


Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D

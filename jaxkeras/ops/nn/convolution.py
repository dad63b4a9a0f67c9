"""Operations with windows that move over sequences, images and volumes."""

from collections.abc import Sequence

from jaxkeras.ops import _windows
from jaxkeras.ops.operation import Tensor, layout, operation

__all__ = [
    "adaptive_average_pool", "adaptive_max_pool", "average_pool", "conv", "conv_transpose",
    "depthwise_conv", "max_pool", "separable_conv",
]  # fmt: skip

_Sizes = int | Sequence[int]


@operation
def conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: _Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: _Sizes = 1,
) -> Tensor:
    """Convolution over one, two or three axes of space.

    Args:
        inputs: ``(batch, *space, channels)``, or ``(batch, channels, *space)``.
        kernel: ``(*window, channels // groups, filters)``.
        strides: step of the window, for all axes of space or for each.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        dilation_rate: distance of neighbours in the window.

    Returns:
        ``(batch, *new_space, filters)``, or ``(batch, filters, *new_space)``.

    Raises:
        ValueError: the kernel's channels do not divide those of the inputs.

    Example:
        >>> from jaxkeras import ops
        >>> ops.conv(ops.ones((1, 8, 8, 3)), ops.ones((3, 3, 3, 16))).shape
        (1, 6, 6, 16)
    """
    data_format = layout(data_format)
    channels = inputs.shape[-1 if data_format == "channels_last" else 1]
    if channels % kernel.shape[-2]:
        raise ValueError(
            f"conv: the inputs have {channels} channels, no multiple of the kernel's "
            f"{kernel.shape[-2]}. Received: inputs {inputs.shape}, kernel {kernel.shape}"
        )
    return _windows.convolve(
        inputs.astype(kernel.dtype),
        kernel,
        _each(strides, inputs),
        padding.lower(),
        data_format,
        _each(dilation_rate, inputs),
        channels // kernel.shape[-2],
    )


@operation
def depthwise_conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: _Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: _Sizes = 1,
) -> Tensor:
    """Convolution of every channel with filters of its own.

    Args:
        inputs: ``(batch, *space, channels)``, or ``(batch, channels, *space)``.
        kernel: ``(*window, channels, multiplier)``.
        strides: step of the window, for all axes of space or for each.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        dilation_rate: distance of neighbours in the window.

    Returns:
        ``(batch, *new_space, channels * multiplier)``, or with the channels first.

    Example:
        >>> from jaxkeras import ops
        >>> ops.depthwise_conv(ops.ones((1, 8, 8, 3)), ops.ones((3, 3, 3, 2))).shape
        (1, 6, 6, 6)
    """
    kernel = kernel.reshape(*kernel.shape[:-2], 1, -1)
    return conv(inputs, kernel, strides, padding, data_format, dilation_rate)


@operation
def separable_conv(
    inputs: Tensor,
    depthwise_kernel: Tensor,
    pointwise_kernel: Tensor,
    strides: _Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: _Sizes = 1,
) -> Tensor:
    """A `depthwise_conv`, and a convolution that mixes its channels point by point.

    Args:
        inputs: ``(batch, *space, channels)``, or ``(batch, channels, *space)``.
        depthwise_kernel: ``(*window, channels, multiplier)``.
        pointwise_kernel: ``(1, ..., channels * multiplier, filters)``.
        strides: step of the window, for all axes of space or for each.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        dilation_rate: distance of neighbours in the window.

    Returns:
        ``(batch, *new_space, filters)``, or ``(batch, filters, *new_space)``.

    Example:
        >>> from jaxkeras import ops
        >>> kernels = ops.ones((3, 3, 3, 2)), ops.ones((1, 1, 6, 4))
        >>> ops.separable_conv(ops.ones((1, 8, 8, 3)), *kernels).shape
        (1, 6, 6, 4)
    """
    outputs = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(outputs, pointwise_kernel, data_format=data_format)


@operation
def conv_transpose(
    inputs: Tensor,
    kernel: Tensor,
    strides: _Sizes = 1,
    padding: str = "valid",
    output_padding: _Sizes | None = None,
    data_format: str | None = None,
    dilation_rate: _Sizes = 1,
) -> Tensor:
    """The transpose of a convolution, which spreads every input over a window.

    Args:
        inputs: ``(batch, *space, channels)``, or ``(batch, channels, *space)``.
        kernel: ``(*window, filters, channels)``.
        strides: distance of neighbouring windows in the output.
        padding: ``"valid"`` or ``"same"``.
        output_padding: additional length of the output on the axes of space.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        dilation_rate: distance of neighbours in the window.

    Returns:
        ``(batch, *new_space, filters)``, or ``(batch, filters, *new_space)``.

    Example:
        >>> from jaxkeras import ops
        >>> x, kernel = ops.ones((1, 4, 4, 3)), ops.ones((2, 2, 5, 3))
        >>> ops.conv_transpose(x, kernel, strides=2).shape
        (1, 8, 8, 5)
    """
    return _windows.convolve_transpose(
        inputs,
        kernel,
        _each(strides, inputs),
        padding.lower(),
        None if output_padding is None else _each(output_padding, inputs),
        layout(data_format),
        _each(dilation_rate, inputs),
    )


def _pool(
    kind: str,
    inputs: Tensor,
    pool_size: _Sizes,
    strides: _Sizes | None,
    padding: str,
    data_format: str | None,
) -> Tensor:
    window = _each(pool_size, inputs)
    steps = window if strides is None else _each(strides, inputs)
    return _windows.pool(inputs, kind, window, steps, padding.lower(), layout(data_format))


@operation
def max_pool(
    inputs: Tensor,
    pool_size: _Sizes,
    strides: _Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The greatest value of every window.

    Args:
        inputs: ``(batch, *space, channels)``, or ``(batch, channels, *space)``.
        pool_size: the window's size, for all axes of space or for each.
        strides: its step; by default its size.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Example:
        >>> from jaxkeras import ops
        >>> ops.max_pool([[[1.0], [2.0], [5.0], [3.0]]], 2).ravel()
        Array([2., 5.], dtype=float32)
    """
    return _pool("max", inputs, pool_size, strides, padding, data_format)


@operation
def average_pool(
    inputs: Tensor,
    pool_size: _Sizes,
    strides: _Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The mean of every window; what is padded does not count.

    Args:
        inputs: ``(batch, *space, channels)``, or ``(batch, channels, *space)``.
        pool_size: the window's size, for all axes of space or for each.
        strides: its step; by default its size.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Example:
        >>> from jaxkeras import ops
        >>> ops.average_pool([[[1.0], [2.0], [5.0], [3.0]]], 2).ravel()
        Array([1.5, 4. ], dtype=float32)
    """
    return _pool("average", inputs, pool_size, strides, padding, data_format)


@operation
def adaptive_max_pool(
    inputs: Tensor, output_size: _Sizes, data_format: str | None = None
) -> Tensor:
    """The greatest values of a given number of windows.

    Args: those of `adaptive_average_pool`.

    Example:
        >>> from jaxkeras import ops
        >>> ops.adaptive_max_pool([[[1.0], [2.0], [5.0]]], 2).ravel()
        Array([2., 5.], dtype=float32)
    """
    sizes = _each(output_size, inputs)
    return _windows.adaptive_pool(inputs, "max", sizes, layout(data_format))


@operation
def adaptive_average_pool(
    inputs: Tensor, output_size: _Sizes, data_format: str | None = None
) -> Tensor:
    """The means of a given number of windows.

    Window ``i`` of ``n`` reaches from ``floor(i * size / n)`` to ``ceil((i + 1) * size / n)``.

    Args:
        inputs: ``(batch, *space, channels)``, or ``(batch, channels, *space)``.
        output_size: number of windows, for all axes of space or for each.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Returns:
        ``(batch, *output_size, channels)``, or ``(batch, channels, *output_size)``.

    Example:
        >>> from jaxkeras import ops
        >>> ops.adaptive_average_pool([[[1.0], [2.0], [5.0]]], 2).ravel()
        Array([1.5, 3.5], dtype=float32)
    """
    sizes = _each(output_size, inputs)
    return _windows.adaptive_pool(inputs, "average", sizes, layout(data_format))


def _each(sizes: _Sizes, inputs: Tensor) -> tuple[int, ...]:
    """One number for every axis of space."""
    return tuple(sizes) if isinstance(sizes, Sequence) else (sizes,) * (inputs.ndim - 2)

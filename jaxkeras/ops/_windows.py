"""How convolutions and pooling are computed: layers and operations say what, this module how."""

import functools
import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jaxkeras.config import floatx
from jaxkeras.ops import _patches

__all__ = ["adaptive_pool", "around", "convolve", "convolve_transpose", "pool"]


def around(spatial: Sequence[Any], other: Any, data_format: str) -> tuple[Any, ...]:
    """A value for every axis of an array: ``other`` stands for batch and channels.

    Args:
        spatial: the values for the axes of space or time.
        other: the value for the two other axes.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> from jaxkeras.ops._windows import around
        >>> around((2, 3), 1, "channels_last"), around((2, 3), 1, "channels_first")
        ((1, 2, 3, 1), (1, 1, 2, 3))
    """
    if data_format == "channels_last":
        return (other, *spatial, other)
    return (other, other, *spatial)


def _layout(rank: int, data_format: str, kernel_channels: str) -> tuple[str, str, str]:
    """The order of axes in inputs, kernel and outputs, as `jax.lax` spells it."""
    space = "DHW"[-rank:]
    array = f"N{space}C" if data_format == "channels_last" else f"NC{space}"
    return array, space + kernel_channels, array


def convolve(
    inputs: jax.Array,
    kernel: jax.Array,
    strides: Sequence[int],
    padding: str,
    data_format: str,
    dilation: Sequence[int],
    groups: int = 1,
) -> jax.Array:
    """Slide a kernel over the axes of space or time (a cross-correlation, as the field has it).

    Args:
        inputs: ``(batch, *space, channels)``, or ``(batch, channels, *space)``.
        kernel: ``(*window, channels // groups, filters)``.
        strides: step of the window on every axis of space.
        padding: ``"valid"``, ``"same"``, or ``"causal"``, which pads the past only.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        dilation: distance of neighbours in the window on every axis of space.
        groups: number of groups of channels, each with filters of its own.

    Returns:
        ``(batch, *new_space, filters)``, or ``(batch, filters, *new_space)``.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._windows import convolve
        >>> x = jnp.array([[[1.0], [2.0], [3.0]]])
        >>> convolve(x, jnp.ones((2, 1, 1)), (1,), "causal", "channels_last", (1,)).ravel()
        Array([1., 3., 5.], dtype=float32)
    """
    spans = [rate * (size - 1) + 1 for size, rate in zip(kernel.shape, dilation, strict=False)]
    pads: Any = [(span - 1, 0) for span in spans] if padding == "causal" else padding.upper()
    plain = functools.partial(
        lax.conv_general_dilated,
        window_strides=strides,
        padding=pads,
        rhs_dilation=dilation,
        dimension_numbers=_layout(len(strides), data_format, "IO"),
        feature_group_count=groups,
    )
    if groups > 1 or not _patches.suits(inputs, kernel):
        return plain(inputs, kernel)
    if isinstance(pads, str):
        pads = lax.padtype_to_pads(_space(inputs, data_format), spans, strides, pads)

    def by_patches(inputs: jax.Array, kernel: jax.Array) -> jax.Array:
        inputs = _channels_last(inputs, data_format)
        outputs = _patches.convolve(inputs, kernel, tuple(strides), pads, tuple(dilation))
        return _channels_back(outputs, data_format)

    return lax.platform_dependent(inputs, kernel, cpu=by_patches, default=plain)


def convolve_transpose(
    inputs: jax.Array,
    kernel: jax.Array,
    strides: Sequence[int],
    padding: str,
    output_padding: Sequence[int] | None,
    data_format: str,
    dilation: Sequence[int],
) -> jax.Array:
    """The transpose of a convolution as a linear map: it spreads every input over a window.

    With ``k = (window - 1) * dilation + 1``, an axis of size ``n`` becomes
    ``(n - 1) * stride + k + output_padding`` long if ``"valid"`` (by default the padding is
    ``max(stride - k, 0)``), and if ``"same"`` ``n * stride``, or
    ``(n - 1) * stride + k % 2 + output_padding`` with a padding that is given.

    Args:
        inputs: ``(batch, *space, channels)``, or ``(batch, channels, *space)``.
        kernel: ``(*window, filters, channels)``.
        strides: distance of neighbouring windows in the output.
        padding: ``"valid"`` or ``"same"``.
        output_padding: additional length on every axis of space, or ``None``.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        dilation: distance of neighbours in the window on every axis of space.

    Returns:
        ``(batch, *new_space, filters)``, or ``(batch, filters, *new_space)``.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._windows import convolve_transpose
        >>> x, kernel = jnp.array([[[1.0], [2.0]]]), jnp.ones((2, 1, 1))
        >>> convolve_transpose(x, kernel, (2,), "same", None, "channels_last", (1,)).ravel()
        Array([1., 1., 2., 2.], dtype=float32)
    """
    rank = len(strides)
    added = (None,) * rank if output_padding is None else output_padding
    pads = [
        _transpose_pads((size - 1) * rate + 1, stride, padding, extra)
        for size, rate, stride, extra in zip(
            kernel.shape[:-2], dilation, strides, added, strict=True
        )
    ]
    return lax.conv_general_dilated(
        inputs,
        jnp.flip(kernel, range(rank)),
        window_strides=(1,) * rank,
        padding=pads,
        lhs_dilation=strides,
        rhs_dilation=dilation,
        dimension_numbers=_layout(rank, data_format, "OI"),
    )


def _transpose_pads(
    window: int, stride: int, padding: str, output_padding: int | None
) -> tuple[int, int]:
    """Zeros before and after the spread input that give the output its size."""
    if padding == "valid":
        last = window + (max(stride - window, 0) if output_padding is None else output_padding)
    else:
        last = stride if output_padding is None else window % 2 + output_padding
    total = window - 2 + last  # of which the output is (n - 1) * stride + last long
    before = min((total + 1) // 2, window - 1)
    return before, total - before


def pool(
    inputs: jax.Array,
    kind: str,
    window: Sequence[int],
    strides: Sequence[int],
    padding: str,
    data_format: str,
) -> jax.Array:
    """The greatest value, or the mean, of every window.

    Args:
        inputs: ``(batch, *space, channels)``, or ``(batch, channels, *space)``.
        kind: ``"max"`` or ``"average"``.
        window: its size on every axis of space.
        strides: step of the window on every axis of space.
        padding: ``"valid"`` or ``"same"``; what is padded counts in no mean.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Returns:
        ``(batch, *new_space, channels)``, or ``(batch, channels, *new_space)``.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._windows import pool
        >>> x = jnp.array([[[1.0], [2.0], [6.0]]])
        >>> pool(x, "max", (2,), (2,), "same", "channels_last").ravel()
        Array([2., 6.], dtype=float32)
        >>> pool(x, "average", (2,), (2,), "same", "channels_last").ravel()
        Array([1.5, 6. ], dtype=float32)
    """
    geometry = (around(window, 1, data_format), around(strides, 1, data_format), padding.upper())
    if kind == "max":
        is_float = jnp.issubdtype(inputs.dtype, jnp.floating)
        lowest = np.array(-jnp.inf if is_float else jnp.iinfo(inputs.dtype).min, inputs.dtype)

        def plain(inputs: jax.Array) -> jax.Array:
            return lax.reduce_window(inputs, lowest, lax.max, *geometry)

        space = _space(inputs, data_format)
        if not is_float or not all(isinstance(size, int) for size in space):
            return plain(inputs)
        pads = tuple(lax.padtype_to_pads(space, window, strides, padding.upper()))

        def by_shifts(inputs: jax.Array) -> jax.Array:
            inputs = _channels_last(inputs, data_format)
            outputs: Any = _patches.max_pool(inputs, tuple(window), tuple(strides), pads)
            return _channels_back(outputs, data_format)

        return lax.platform_dependent(inputs, cpu=by_shifts, default=plain)
    if not jnp.issubdtype(inputs.dtype, jnp.floating):
        inputs = inputs.astype(floatx())
    totals = lax.reduce_window(inputs, 0.0, lax.add, *geometry)
    if padding == "valid":
        return totals / math.prod(window)
    ones = jnp.ones(around(_space(inputs, data_format), 1, data_format), inputs.dtype)
    return totals / lax.reduce_window(ones, 0.0, lax.add, *geometry)


def adaptive_pool(
    inputs: jax.Array, kind: str, sizes: Sequence[int], data_format: str
) -> jax.Array:
    """The greatest value, or the mean, of a given number of windows on every axis of space.

    Window ``i`` of ``n`` reaches from ``floor(i * size / n)`` to ``ceil((i + 1) * size / n)``.

    Args:
        inputs: ``(batch, *space, channels)``, or ``(batch, channels, *space)``.
        kind: ``"max"`` or ``"average"``.
        sizes: number of windows on every axis of space.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Returns:
        ``(batch, *sizes, channels)``, or ``(batch, channels, *sizes)``.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._windows import adaptive_pool
        >>> x = jnp.array([[[1.0], [2.0], [6.0]]])
        >>> adaptive_pool(x, "max", (2,), "channels_last").ravel()
        Array([2., 6.], dtype=float32)
    """
    first = 1 if data_format == "channels_last" else 2
    for axis, size in enumerate(sizes, first):
        length = inputs.shape[axis]
        if length % size == 0:
            inputs = _pool_axis(inputs, kind, axis, length // size, length // size, data_format)
            continue
        # Windows differ by one in length: pool with both lengths, and take what is needed.
        starts = np.arange(size) * length // size
        stops = -(-np.arange(1, size + 1) * length // size)
        short = -(-length // size)
        pooled = [
            _pool_axis(inputs, kind, axis, window, 1, data_format) for window in (short, short + 1)
        ]
        is_long = stops - starts > short
        places = np.where(is_long, starts + pooled[0].shape[axis], starts)
        inputs = jnp.take(jnp.concatenate(pooled, axis), places, axis)
    return inputs


def _pool_axis(
    inputs: jax.Array, kind: str, axis: int, window: int, stride: int, data_format: str
) -> jax.Array:
    """`pool` along one axis."""
    first = 1 if data_format == "channels_last" else 2
    axes = range(first, first + inputs.ndim - 2)
    windows, strides = ([size if own == axis else 1 for own in axes] for size in (window, stride))
    return pool(inputs, kind, windows, strides, "valid", data_format)


def _space(inputs: jax.Array, data_format: str) -> tuple[int, ...]:
    return inputs.shape[1:-1] if data_format == "channels_last" else inputs.shape[2:]


def _channels_last(inputs: jax.Array, data_format: str) -> jax.Array:
    return inputs if data_format == "channels_last" else jnp.moveaxis(inputs, 1, -1)


def _channels_back(outputs: jax.Array, data_format: str) -> jax.Array:
    return outputs if data_format == "channels_last" else jnp.moveaxis(outputs, -1, 1)

"""Operations that cut tensors into blocks, put blocks together, or attend to them."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from jaxkeras.ops.operation import Tensor, layout, operation

__all__ = [
    "depth_to_space", "dot_product_attention", "fold", "polar", "psnr", "space_to_depth", "unfold",
]  # fmt: skip

_Pair = int | Sequence[int]


@operation
def dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    bias: Tensor | None = None,
    mask: Tensor | None = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Tensor:
    """Means of values, weighted by the softmax of dot products of queries and keys.

    Vaswani et al., 2017, https://arxiv.org/abs/1706.03762.

    Args:
        query: ``(batch, query_time, heads, depth)``
        key: ``(batch, time, heads, depth)``
        value: ``(batch, time, heads, value_depth)``
        bias: added to the scores; broadcasts with ``(batch, heads, query_time, time)``.
        mask: booleans, where a query may attend; broadcasts likewise.
        scale: factor of the dot products; by default ``1 / sqrt(depth)``.
        is_causal: whether no query attends to a later key.
        flash_attention: whether to use the kernel of cuDNN, which runs on some GPUs only.
        attn_logits_soft_cap: not supported.

    Returns:
        ``(batch, query_time, heads, value_depth)``

    Raises:
        ValueError: a tensor has not four axes, or ``attn_logits_soft_cap`` is given.

    Example:
        >>> from jaxkeras import ops
        >>> x = ops.ones((1, 3, 2, 4))
        >>> ops.dot_product_attention(x, x, x).shape
        (1, 3, 2, 4)
    """
    if not query.ndim == key.ndim == value.ndim == 4:
        raise ValueError(
            "dot_product_attention takes tensors of shape (batch, time, heads, depth). "
            f"Received: query {query.shape}, key {key.shape}, value {value.shape}"
        )
    if attn_logits_soft_cap is not None:
        raise ValueError("dot_product_attention has no cap of its scores here. Leave it out.")
    dtype = jnp.result_type(query, key, value)
    query, key, value = (x.astype(dtype) for x in (query, key, value))
    return jax.nn.dot_product_attention(
        query,
        key,
        value,
        bias=None if bias is None else bias.astype(dtype),
        mask=mask,
        scale=scale,
        is_causal=is_causal,
        implementation="cudnn" if flash_attention else "xla",
    )


@operation
def unfold(
    x: Tensor, kernel_size: _Pair, dilation: _Pair = 1, padding: _Pair = 0, stride: _Pair = 1
) -> Tensor:
    """The windows of images, each flattened into a column.

    Args:
        x: ``(batch, channels, height, width)``
        kernel_size: height and width of a window, or one number for both.
        dilation: distance of neighbours in a window.
        padding: zeros at every border.
        stride: step of the window.

    Returns:
        ``(batch, channels * window, number of windows)``

    Example:
        >>> from jaxkeras import ops
        >>> ops.unfold(ops.ones((1, 2, 4, 4)), 3).shape
        (1, 18, 4)
    """
    patches = jax.lax.conv_general_dilated_patches(
        x,
        _pair(kernel_size),
        _pair(stride),
        [(border, border) for border in _pair(padding)],
        rhs_dilation=_pair(dilation),
    )
    return patches.reshape(*patches.shape[:2], -1)


@operation
def fold(
    x: Tensor,
    output_size: _Pair,
    kernel_size: _Pair,
    dilation: _Pair = 1,
    padding: _Pair = 0,
    stride: _Pair = 1,
) -> Tensor:
    """Images as the sum of windows; the transpose of `unfold`.

    Args:
        x: ``(batch, channels * window, number of windows)``
        output_size: height and width of the images, or one number for both.
        kernel_size: height and width of a window.
        dilation: distance of neighbours in a window.
        padding: borders that are cut off.
        stride: step of the window.

    Returns:
        ``(batch, channels, *output_size)``

    Example:
        >>> from jaxkeras import ops
        >>> ops.fold(ops.ones((1, 18, 4)), 4, 3).shape
        (1, 2, 4, 4)
    """
    height, width = _pair(kernel_size)
    shape = (x.shape[0], x.shape[1] // (height * width), *_pair(output_size))
    geometry = (kernel_size, dilation, padding, stride)
    images = jnp.zeros(shape, x.dtype)
    return jax.vjp(lambda images: unfold(images, *geometry), images)[1](x)[0]


@operation
def depth_to_space(x: Tensor, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Channels rearranged into blocks of pixels.

    Args:
        x: ``(batch, height, width, channels)``, or ``(batch, channels, height, width)``.
        block_size: height and width of a block.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Returns:
        ``(batch, height * block_size, width * block_size, channels // block_size**2)``, or with the
        channels first.

    Example:
        >>> from jaxkeras import ops
        >>> ops.depth_to_space([[[[1, 2, 3, 4]]]], 2)[0, :, :, 0]
        Array([[1, 2],
               [3, 4]], dtype=int32)
    """
    if layout(data_format) == "channels_last":
        batch, height, width, _ = x.shape
        blocks = x.reshape(batch, height, width, block_size, block_size, -1)
        blocks = blocks.transpose(0, 1, 3, 2, 4, 5)
        return blocks.reshape(batch, height * block_size, width * block_size, -1)
    batch, channels, height, width = x.shape
    blocks = x.reshape(batch, channels // block_size**2, block_size, block_size, height, width)
    blocks = blocks.transpose(0, 1, 4, 2, 5, 3)
    return blocks.reshape(*blocks.shape[:2], height * block_size, width * block_size)


@operation
def space_to_depth(x: Tensor, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Blocks of pixels rearranged into channels; the inverse of `depth_to_space`.

    Args:
        x: ``(batch, height, width, channels)``, or ``(batch, channels, height, width)``.
        block_size: height and width of a block.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Returns:
        ``(batch, height // block_size, width // block_size, channels * block_size**2)``, or with
        the channels first.

    Example:
        >>> from jaxkeras import ops
        >>> ops.space_to_depth([[[[1], [2]], [[3], [4]]]], 2)
        Array([[[[1, 2, 3, 4]]]], dtype=int32)
    """
    if layout(data_format) == "channels_last":
        batch, height, width, channels = x.shape
        rows, columns = height // block_size, width // block_size
        blocks = x.reshape(batch, rows, block_size, columns, block_size, channels)
        return blocks.transpose(0, 1, 3, 2, 4, 5).reshape(batch, rows, columns, -1)
    batch, channels, height, width = x.shape
    rows, columns = height // block_size, width // block_size
    blocks = x.reshape(batch, channels, rows, block_size, columns, block_size)
    return blocks.transpose(0, 1, 3, 5, 2, 4).reshape(batch, -1, rows, columns)


@operation
def polar(abs_: Tensor, angle: Tensor) -> Tensor:
    """Complex numbers of given absolute values and angles.

    Args:
        abs_: distances from 0.
        angle: angles in radians.

    Example:
        >>> from jaxkeras import ops
        >>> ops.polar([2.0], [0.0])
        Array([2.+0.j], dtype=complex64)
    """
    return jax.lax.complex(abs_ * jnp.cos(angle), abs_ * jnp.sin(angle))


@operation
def psnr(x1: Tensor, x2: Tensor, max_val: float) -> Tensor:
    """Peak signal-to-noise ratio of two images, in decibels.

    Args:
        x1: the first.
        x2: the second, in the same shape.
        max_val: the greatest value that an element may have.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> from jaxkeras import ops
        >>> float(ops.psnr([0.0, 0.0], [0.1, 0.1], max_val=1.0))
        20.0
    """
    if x1.shape != x2.shape:
        raise ValueError(f"psnr takes tensors of one shape. Received: {x1.shape} and {x2.shape}")
    error = jnp.mean(jnp.square(x1 - x2))
    return 20 * jnp.log10(jnp.asarray(max_val, error.dtype)) - 10 * jnp.log10(error)


def _pair(value: _Pair) -> tuple[int, int]:
    height, width = (value, value) if isinstance(value, int) else value
    return height, width

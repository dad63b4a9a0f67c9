"""Operations on the neighbourhoods of pixels."""

from collections.abc import Sequence

import jax.numpy as jnp

from jaxkeras.config import floatx
from jaxkeras.ops.nn.convolution import conv, depthwise_conv
from jaxkeras.ops.operation import Tensor, layout, operation

__all__ = ["extract_patches", "extract_patches_3d", "gaussian_blur", "sobel_edges", "ssim"]

_Sizes = int | Sequence[int]


@operation
def gaussian_blur(
    images: Tensor,
    kernel_size: Sequence[int] = (3, 3),
    sigma: Sequence[float] = (1.0, 1.0),
    data_format: str | None = None,
) -> Tensor:
    """Images smoothed with a bell curve; outside of them are zeros.

    Args:
        images: ``(..., height, width, channels)``, or ``(..., channels, height, width)``.
        kernel_size: width and height of the window.
        sigma: standard deviations of the bell curve along width and height.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Example:
        >>> from jaxkeras import ops
        >>> ops.image.gaussian_blur(ops.ones((1, 4, 4, 1)))[0, 1, 1].round(3)
        Array([1.], dtype=float32)
    """
    along_x, along_y = (
        _bell(size, deviation, images.dtype)
        for size, deviation in zip(kernel_size, sigma, strict=True)
    )
    return _filtered(images, jnp.outer(along_y, along_x)[..., None], data_format)


@operation
def sobel_edges(images: Tensor, data_format: str | None = None) -> Tensor:
    """Slopes of the brightness along height and width.

    Args:
        images: ``(batch, height, width, channels)``, or ``(batch, channels, height, width)``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Returns:
        The shape of ``images`` with a last axis of 2: along height, along width.

    Example:
        >>> from jaxkeras import ops
        >>> x = ops.tile(ops.reshape(ops.arange(3.0), (1, 1, 3, 1)), (1, 3, 1, 1))
        >>> ops.image.sobel_edges(x)[0, 1, 1, 0]
        Array([0., 8.], dtype=float32)
    """
    along_x = jnp.outer(jnp.asarray([1, 2, 1]), jnp.asarray([-1, 0, 1])).astype(images.dtype)
    kernels = jnp.stack([along_x.T, along_x], axis=-1)  # (3, 3, 2)
    edges = _filtered(images, kernels, data_format)
    if layout(data_format) == "channels_last":
        return edges.reshape(*images.shape, 2)
    split = edges.reshape(images.shape[0], images.shape[1], 2, *images.shape[2:])
    return jnp.moveaxis(split, 2, -1)


@operation
def ssim(
    image1: Tensor,
    image2: Tensor,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> Tensor:
    """Structural similarity of images, at most 1.

    Wang et al., "Image quality assessment", IEEE Transactions on Image Processing 13 (2004).

    Args:
        image1: ``(..., height, width, channels)``, or ``(..., channels, height, width)``.
        image2: images to compare with, in the same shape.
        max_val: the greatest value that a pixel may have.
        filter_size: height and width of the window in which they are compared.
        filter_sigma: standard deviation of the bell curve that weights it.
        k1: keeps the comparison of brightness stable.
        k2: keeps the comparison of contrast stable.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Returns:
        ``(...,)``

    Example:
        >>> from jaxkeras import ops
        >>> x = ops.ones((2, 16, 16, 3))
        >>> ops.image.ssim(x, x)
        Array([1., 1.], dtype=float32)
    """
    dtype = image1.dtype
    wide = dtype if jnp.issubdtype(dtype, jnp.floating) else floatx()
    bell = _bell(filter_size, filter_sigma, wide)
    kernel = jnp.outer(bell, bell)[..., None]
    x, y = image1.astype(wide), image2.astype(wide)

    def mean(images: Tensor) -> Tensor:
        return _filtered(images, kernel, data_format, "valid")

    mean_x, mean_y = mean(x), mean(y)
    variance_x, variance_y = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2
    covariance = mean(x * y) - mean_x * mean_y
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    brightness = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    contrast = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return jnp.mean(brightness * contrast, axis=(-3, -2, -1)).astype(dtype)


@operation
def extract_patches(
    images: Tensor,
    size: _Sizes,
    strides: _Sizes | None = None,
    dilation_rate: _Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The windows of images or volumes, each flattened into channels.

    Args:
        images: ``(..., height, width, channels)``, or with the channels first; volumes, if ``size``
            has three numbers.
        size: the window's size, for all axes of space or for each.
        strides: its step; by default its size.
        dilation_rate: distance of neighbours in the window.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Returns:
        ``(..., rows, columns, window * channels)``, or with the channels first.

    Example:
        >>> from jaxkeras import ops
        >>> ops.image.extract_patches(ops.ones((2, 6, 6, 3)), 3).shape
        (2, 2, 2, 27)
    """
    window = (size, size) if isinstance(size, int) else tuple(size)
    rank = len(window)
    is_single = images.ndim == rank + 1
    images = images[None] if is_single else images
    channels = images.shape[-1 if layout(data_format) == "channels_last" else 1]
    kernel = jnp.eye(channels, dtype=images.dtype)
    for length in reversed(window):
        kernel = jnp.kron(jnp.eye(length, dtype=images.dtype), kernel)
    kernel = kernel.reshape(*window, channels, -1)
    steps = window if strides is None else strides
    patches = conv(images, kernel, steps, padding, data_format, dilation_rate)
    return patches[0] if is_single else patches


@operation
def extract_patches_3d(
    volumes: Tensor,
    size: _Sizes,
    strides: _Sizes | None = None,
    dilation_rate: _Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The windows of volumes, each flattened into channels.

    Args: those of `extract_patches`.

    Example:
        >>> from jaxkeras import ops
        >>> ops.image.extract_patches_3d(ops.ones((2, 4, 4, 4, 1)), 2).shape
        (2, 2, 2, 2, 8)
    """
    window = (size,) * 3 if isinstance(size, int) else size
    return extract_patches(volumes, window, strides, dilation_rate, padding, data_format)


def _bell(size: int, sigma: float, dtype) -> Tensor:
    """A bell curve over ``size`` places, of sum 1."""
    places = jnp.arange(size, dtype=dtype) - (size - 1) / 2
    curve = jnp.exp(-0.5 * jnp.square(places / sigma))
    return curve / jnp.sum(curve)


def _filtered(
    images: Tensor, kernels: Tensor, data_format: str | None, padding: str = "same"
) -> Tensor:
    """Every channel with every kernel ``(height, width, kernels)``; the kernels vary fastest."""
    is_single = images.ndim == 3
    images = images[None] if is_single else images
    channels = images.shape[-1 if layout(data_format) == "channels_last" else 1]
    kernels = jnp.repeat(kernels[:, :, None], channels, axis=2)
    outputs = depthwise_conv(images, kernels, 1, padding, data_format)
    return outputs[0] if is_single else outputs

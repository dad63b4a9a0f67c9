"""Images of another size, in NumPy: photographs of a hundred sizes need no compilation."""

from collections.abc import Callable, Sequence

import numpy as np

from jaxkeras.ops.image.layout import largest_window

__all__ = ["INTERPOLATIONS", "resize_image"]


def resize_image(
    image: np.ndarray,
    size: Sequence[int],
    interpolation: str = "bilinear",
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
) -> np.ndarray:
    """An image of another size, as `jaxkeras.ops.image.resize` makes it.

    Args:
        image: ``(height, width, channels)``, floating point numbers.
        size: new height and width.
        interpolation: one of ``INTERPOLATIONS``.
        crop_to_aspect_ratio: whether to cut off borders first, so that nothing is distorted.
        pad_to_aspect_ratio: whether to add black borders first, so that nothing is distorted.

    Returns:
        ``(*size, channels)``, of the type of ``image``.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.utils.image_dataset_resizing import resize_image
        >>> resize_image(np.array([[[0.0], [4.0]]]), (1, 4)).ravel()
        array([0., 1., 3., 4.])
    """
    height, width = image.shape[:2]
    if crop_to_aspect_ratio:
        top, left, rows, columns = largest_window((height, width), size)
        image = image[top : top + rows, left : left + columns]
    elif pad_to_aspect_ratio:
        rows = max(int(width * size[0] / size[1]) - height, 0) // 2
        columns = max(int(height * size[1] / size[0]) - width, 0) // 2
        image = np.pad(image, [(rows, rows), (columns, columns), (0, 0)])
    for axis, count in enumerate(size):
        pixels, weights = _sources(image.shape[axis], count, interpolation)
        weights = weights.astype(image.dtype)[(...,) + (None,) * (2 - axis)]
        parts = zip(pixels, weights, strict=True)
        image = np.add.reduce([weight * image.take(pixel, axis) for pixel, weight in parts])
    return image


def _sources(length: int, count: int, interpolation: str) -> tuple[np.ndarray, np.ndarray]:
    """The pixels that make up each new pixel along an axis, and what they weigh.

    Returns:
        Two arrays ``(sources, count)``.
    """
    step = length / count
    middles = (np.arange(count) + 0.5) * step  # in units of old pixels, from the border
    if interpolation == "nearest":
        return np.floor(middles).astype(int)[None], np.ones((1, count))
    if interpolation == "area":
        first = middles - step / 2
        pixels = np.floor(first).astype(int) + np.arange(int(np.ceil(step)) + 1)[:, None]
        shared = np.minimum(first + step, pixels + 1) - np.maximum(first, pixels)
        weights = np.maximum(shared, 0)
    else:
        radius, kernel = _KERNELS[interpolation]
        pixels = np.floor(middles - 0.5).astype(int) + np.arange(1 - radius, radius + 1)[:, None]
        distances = np.abs(middles - 0.5 - pixels)
        weights = np.where(distances < radius, kernel(distances), 0)
    weights = np.where((pixels >= 0) & (pixels < length), weights, 0)
    return pixels.clip(0, length - 1), weights / weights.sum(0)


def _linear(x: np.ndarray) -> np.ndarray:
    return 1 - x


def _cubic(x: np.ndarray) -> np.ndarray:
    """Keys, "Cubic convolution interpolation for digital image processing", 1981."""
    return np.where(x < 1, (1.5 * x - 2.5) * x * x + 1, ((2.5 - 0.5 * x) * x - 4) * x + 2)


def _mitchell(x: np.ndarray) -> np.ndarray:
    """Mitchell and Netravali, "Reconstruction filters in computer graphics", 1988."""
    near = (7 * x - 12) * x * x + 16 / 3
    far = ((12 - 7 / 3 * x) * x - 20) * x + 32 / 3
    return np.where(x < 1, near, far) / 6


def _gaussian(x: np.ndarray) -> np.ndarray:
    return np.where(x < 1.5, np.exp(-2 * x * x), 0)


def _lanczos(radius: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: np.sinc(x) * np.sinc(x / radius)


_KERNELS: dict[str, tuple[int, Callable[[np.ndarray], np.ndarray]]] = {
    "bilinear": (1, _linear),
    "bicubic": (2, _cubic),
    "lanczos3": (3, _lanczos(3)),
    "lanczos5": (5, _lanczos(5)),
    "gaussian": (2, _gaussian),
    "mitchellcubic": (2, _mitchell),
}
INTERPOLATIONS = ("nearest", "area", *_KERNELS)

"""Images in files, as objects of Pillow and as arrays."""

import io
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from jaxkeras.config import floatx
from jaxkeras.ops.operation import layout
from jaxkeras.registry import suggest, teaches_keywords
from jaxkeras.utils._pillow import pillow

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img"]

_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
_GREY_MODES = ("L", "I;16", "I")
_FILTERS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


@teaches_keywords()
def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """An image as an array.

    Args:
        img: an image of Pillow.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        dtype: type of the array; by default `jaxkeras.config.floatx`.

    Returns:
        An array ``(height, width, channels)``, or ``(channels, height, width)``.

    Raises:
        ValueError: it is no image.

    Example:
        >>> from PIL import Image
        >>> from jaxkeras.utils import img_to_array
        >>> img_to_array(Image.new("L", (3, 2), 7)).shape
        (2, 3, 1)
    """
    array = np.asarray(img, dtype=dtype or floatx())
    if array.ndim not in (2, 3):
        raise ValueError(f"img_to_array takes one image. Received: shape {array.shape}.")
    if array.ndim == 2:
        array = array[..., None]
    return array.transpose(2, 0, 1) if layout(data_format) == "channels_first" else array


@teaches_keywords()
def array_to_img(
    x: ArrayLike, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> Any:
    """An array as an image of Pillow.

    Args:
        x: an array ``(height, width, channels)``, or ``(channels, height, width)``, of 1, 3 or 4
            channels.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        scale: whether to stretch the values so that they go from 0 to 255.
        dtype: type to compute in; by default `jaxkeras.config.floatx`.

    Raises:
        ValueError: the array has another shape.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.utils import array_to_img
        >>> img = array_to_img(np.random.rand(2, 3, 3))
        >>> img.size, img.mode
        ((3, 2), 'RGB')
    """
    image_module = pillow("array_to_img")
    array = np.asarray(x, dtype=dtype or floatx())
    if array.ndim != 3:
        fix = " Add a channel: x[..., None]." if array.ndim == 2 else " Pass one image: x[0]."
        raise ValueError(
            f"array_to_img takes an array (height, width, channels), got shape {array.shape}.{fix}"
        )
    if layout(data_format) == "channels_first":
        array = array.transpose(1, 2, 0)
    if scale:
        array = array - array.min()
        array = array / (array.max() or 1) * 255
    channels = array.shape[2]
    if channels not in (1, 3, 4):
        raise ValueError(
            f"array_to_img takes 1 channel (grey), 3 (RGB) or 4 (RGBA), got {channels} in shape "
            f"{np.shape(x)}."
        )
    if channels > 1:
        return image_module.fromarray(array.astype("uint8"))
    is_deep = array.max() > 255
    return image_module.fromarray(array[..., 0].astype("int32" if is_deep else "uint8"))


def save_img(
    path: Any,
    x: ArrayLike,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array to an image file.

    Args:
        path: the file, or an open binary file.
        x: see `array_to_img`.
        data_format: see `array_to_img`.
        file_format: format of the file; by default the ending of its name.
        scale: see `array_to_img`.
        **kwargs: for ``PIL.Image.Image.save``.

    Example:
        >>> import io, numpy as np
        >>> from jaxkeras.utils import load_img, save_img
        >>> file = io.BytesIO()
        >>> save_img(file, np.zeros((2, 3, 1)), file_format="png")
        >>> load_img(file).size
        (3, 2)
    """
    if file_format is None and isinstance(path, (str, os.PathLike)):
        file_format = Path(path).suffix[1:]
    file_format = (file_format or "").lower().replace("jpg", "jpeg") or None
    img = array_to_img(x, data_format=data_format, scale=scale)
    if img.mode == "RGBA" and file_format == "jpeg":
        warnings.warn("JPEG has no transparency: the fourth channel is left out.", stacklevel=2)
        img = img.convert("RGB")
    img.save(path, format=file_format, **kwargs)


@teaches_keywords()
def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """Read an image file.

    Args:
        path: the file, or its content as ``io.BytesIO``.
        color_mode: ``"rgb"``, ``"rgba"`` or ``"grayscale"``.
        target_size: ``(height, width)`` to resize to.
        interpolation: how: ``"nearest"``, ``"bilinear"``, ``"bicubic"``, ``"hamming"``, ``"box"``
            or ``"lanczos"``.
        keep_aspect_ratio: whether to cut off what the new shape has no place for, instead of
            stretching the image.

    Returns:
        An image of Pillow; see `img_to_array`.

    Raises:
        TypeError: ``path`` is neither.
        ValueError: ``color_mode`` or ``interpolation`` is none of these.

    Example:
        >>> import io
        >>> from PIL import Image
        >>> from jaxkeras.utils import load_img
        >>> file = io.BytesIO()
        >>> Image.new("RGB", (8, 6)).save(file, "png")
        >>> load_img(file, color_mode="grayscale", target_size=(2, 3)).size
        (3, 2)
    """
    image_module = pillow("load_img")
    _one_of("color_mode", color_mode, _MODES)
    _one_of("interpolation", interpolation, _FILTERS)
    if not isinstance(path, (str, bytes, os.PathLike, io.BytesIO)):
        raise TypeError(
            f"load_img takes the path of a file or io.BytesIO. Received: {type(path).__name__}."
        )
    with image_module.open(path if isinstance(path, io.BytesIO) else os.fsdecode(path)) as opened:
        opened.load()
        img = opened.copy()
    keeps_mode = color_mode == "grayscale" and img.mode in _GREY_MODES
    if not keeps_mode and img.mode != _MODES[color_mode]:
        img = img.convert(_MODES[color_mode])
    if target_size is None or img.size == (target_size[1], target_size[0]):
        return img
    height, width = target_size
    box = _middle(img.size, height, width) if keep_aspect_ratio else None
    resample = image_module.Resampling[interpolation.upper()]
    return img.resize((width, height), resample, box=box)


def _middle(size: tuple[int, int], height: int, width: int) -> tuple[int, int, int, int]:
    """The largest part in the middle of an image that has the shape ``height : width``."""
    own_width, own_height = size
    cut_height = min(own_height, own_width * height // width)
    cut_width = min(own_width, own_height * width // height)
    top, left = (own_height - cut_height) // 2, (own_width - cut_width) // 2
    return left, top, left + cut_width, top + cut_height


def _one_of(name: str, value: str, choices: Any) -> None:
    if value not in choices:
        raise ValueError(
            f"load_img: {name} must be one of {', '.join(map(repr, choices))}. Received: "
            f"{value!r}.{suggest(str(value), choices)}"
        )

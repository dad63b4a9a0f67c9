"""Images turned, moved, stretched, lightened: by given amounts, or by random ones.

The random ones draw from NumPy's global generator: `np.random.seed` makes them repeat.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxkeras.utils._pillow import pillow
from jaxkeras.utils.images import array_to_img, img_to_array

__all__ = [
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
]


def apply_affine_transform(
    x: np.ndarray,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """An image turned, moved, sheared and zoomed.

    Args:
        x: ``(channels, height, width)``, or another order that the axes tell.
        theta: how far to turn it, in degrees.
        tx: how many pixels to move it to the left.
        ty: how many pixels to move it up.
        shear: angle of the shear in degrees.
        zx: zoom of the width; 2 shows it half as large.
        zy: zoom of the height.
        row_axis: axis of the rows.
        col_axis: axis of the columns.
        channel_axis: axis of the channels, the first or the last.
        fill_mode: what lies outside of the image: ``"nearest"``, ``"constant"``, ``"reflect"`` or
            ``"wrap"``.
        cval: the value outside for ``"constant"``.
        order: of the spline that interpolates, from 0 (the nearest pixel) to 5.

    As in Keras, an image that is not square turns about a point beside its middle, as its height
    and width are exchanged there.

    Returns:
        An array of the shape and type of ``x``.

    Raises:
        ValueError: it is no image, or the axes are not its axes.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.image import apply_affine_transform
        >>> apply_affine_transform(np.arange(9.0).reshape(1, 3, 3), tx=1)
        array([[[1., 2., 2.],
                [4., 5., 5.],
                [7., 8., 8.]]])

    Keras name: ``keras.preprocessing.image.apply_affine_transform`` of Keras 2.
    """
    axes = (row_axis, col_axis, channel_axis)
    if x.ndim != 3 or sorted(axes) != [0, 1, 2] or channel_axis == 1:
        raise ValueError(
            "apply_affine_transform takes one image of three axes, 0, 1 and 2, of which the first "
            f"or the last is the channels. Received: shape {x.shape}, {row_axis=}, {col_axis=}, "
            f"{channel_axis=}."
        )
    if (theta, tx, ty, shear, zx, zy) == (0, 0, 0, 0, 1, 1):
        return x
    turn, slant = np.deg2rad(theta), np.deg2rad(shear)
    matrix = (
        np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
        @ np.array([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
        @ np.array([[1, -np.sin(slant), 0], [0, np.cos(slant), 0], [0, 0, 1]])
        @ np.diag([zx, zy, 1])
    )
    matrix = _about_the_middle(matrix, x.shape[row_axis], x.shape[col_axis])
    if col_axis > row_axis:
        matrix = matrix[[1, 0, 2]][:, [1, 0, 2]]
    from scipy import ndimage

    offset: Any = matrix[:2, 2]
    changed = [
        ndimage.affine_transform(
            channel, matrix[:2, :2], offset, order=order, mode=fill_mode, cval=cval
        )
        for channel in np.moveaxis(x, channel_axis, 0)
    ]
    return np.stack(changed, axis=channel_axis)


def _about_the_middle(matrix: np.ndarray, height: int, width: int) -> np.ndarray:
    """The transformation whose origin is the middle of the image, not its corner."""
    there, back = np.eye(3), np.eye(3)
    there[:2, 2] = height / 2 - 0.5, width / 2 - 0.5
    back[:2, 2] = -there[:2, 2]
    return there @ matrix @ back


def random_rotation(
    x: np.ndarray,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """An image turned by a random angle.

    Args:
        x: ``(channels, height, width)``, or another order that the axes tell.
        rg: the largest angle, in degrees, to either side.
        row_axis: see `apply_affine_transform`, as for what follows.
        col_axis: likewise.
        channel_axis: likewise.
        fill_mode: likewise.
        cval: likewise.
        interpolation_order: its ``order``.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.image import random_rotation
        >>> random_rotation(np.ones((3, 8, 8)), 30).shape
        (3, 8, 8)
    """
    axes = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, np.random.uniform(-rg, rg), 0, 0, 0, 1, 1, *axes)


def random_shift(
    x: np.ndarray,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """An image moved by a random distance.

    Args:
        x: ``(channels, height, width)``, or another order that the axes tell.
        wrg: the largest distance up or down, as a fraction of the width.
        hrg: the largest distance to the left or right, as a fraction of the height; the two
            directions are exchanged in Keras, too.
        row_axis: see `apply_affine_transform`, as for what follows.
        col_axis: likewise.
        channel_axis: likewise.
        fill_mode: likewise.
        cval: likewise.
        interpolation_order: its ``order``.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.image import random_shift
        >>> random_shift(np.ones((3, 8, 8)), 0.2, 0.2).shape
        (3, 8, 8)
    """
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    axes = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, 0, tx, ty, 0, 1, 1, *axes)


def random_shear(
    x: np.ndarray,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """An image sheared by a random angle.

    Args:
        x: ``(channels, height, width)``, or another order that the axes tell.
        intensity: the largest angle, in degrees, to either side.
        row_axis: see `apply_affine_transform`, as for what follows.
        col_axis: likewise.
        channel_axis: likewise.
        fill_mode: likewise.
        cval: likewise.
        interpolation_order: its ``order``.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.image import random_shear
        >>> random_shear(np.ones((3, 8, 8)), 20).shape
        (3, 8, 8)
    """
    shear = np.random.uniform(-intensity, intensity)
    axes = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, 0, 0, 0, shear, 1, 1, *axes)


def random_zoom(
    x: np.ndarray,
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """An image zoomed by random factors, one for its height and one for its width.

    Args:
        x: ``(channels, height, width)``, or another order that the axes tell.
        zoom_range: the smallest and the largest factor.
        row_axis: see `apply_affine_transform`, as for what follows.
        col_axis: likewise.
        channel_axis: likewise.
        fill_mode: likewise.
        cval: likewise.
        interpolation_order: its ``order``.

    Raises:
        ValueError: ``zoom_range`` is no pair.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.image import random_zoom
        >>> random_zoom(np.ones((3, 8, 8)), (0.8, 1.2)).shape
        (3, 8, 8)
    """
    zx, zy = draw_zoom(np.random, pair("zoom_range", zoom_range))
    axes = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, 0, 0, 0, 0, zx, zy, *axes)


def draw_zoom(stream: Any, zoom_range: Sequence[float]) -> tuple[float, float]:
    """Two factors, for the height and the width; nothing is drawn where there is no zoom."""
    low, high = zoom_range
    zx, zy = (1, 1) if low == high == 1 else stream.uniform(low, high, 2)
    return zx, zy


def pair(name: str, value: Any) -> tuple[float, float]:
    """An argument that is a smallest and a largest number.

    Raises:
        ValueError: it is something else.
    """
    if np.shape(value) != (2,):
        raise ValueError(
            f"{name} must be two numbers, the smallest and the largest. Received: {value!r}."
        )
    low, high = value
    return low, high


def apply_channel_shift(x: np.ndarray, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """An image whose values are larger or smaller, but within the limits that they had.

    Args:
        x: ``(channels, height, width)``, or another order.
        intensity: what to add.
        channel_axis: axis of the channels; no matter here, as all are treated alike.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.image import apply_channel_shift
        >>> apply_channel_shift(np.array([[[0.0, 5.0, 9.0]]]), 3)
        array([[[3., 8., 9.]]])

    Keras name: ``keras.preprocessing.image.apply_channel_shift`` of Keras 2.
    """
    return np.clip(x + intensity, np.min(x), np.max(x))


def random_channel_shift(
    x: np.ndarray, intensity_range: float, channel_axis: int = 0
) -> np.ndarray:
    """An image whose values are larger or smaller by a random amount; see `apply_channel_shift`.

    Args:
        x: ``(channels, height, width)``, or another order.
        intensity_range: the largest amount, added or taken.
        channel_axis: axis of the channels.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.image import random_channel_shift
        >>> random_channel_shift(np.random.rand(3, 8, 8), 0.2).shape
        (3, 8, 8)
    """
    return apply_channel_shift(x, np.random.uniform(-intensity_range, intensity_range))


def apply_brightness_shift(
    x: np.ndarray, brightness: float, scale: bool = True, data_format: str | None = None
) -> np.ndarray:
    """An image made brighter or darker.

    Args:
        x: ``(height, width, channels)``, or ``(channels, height, width)``.
        brightness: 1 leaves it as it is, 0 makes it black.
        scale: whether to stretch the values first so that they go from 0 to 255. Otherwise only
            values that go beyond these are, and are taken back afterwards.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.image import apply_brightness_shift
        >>> apply_brightness_shift(np.full((1, 1, 3), 100.0), 1.5, scale=False)
        array([[[150., 150., 150.]]], dtype=float32)

    Keras name: ``keras.preprocessing.image.apply_brightness_shift`` of Keras 2.
    """
    pillow("apply_brightness_shift")
    from PIL import ImageEnhance

    low, high = np.min(x), np.max(x)
    goes_beyond = bool(low < 0 or high > 255)
    img = array_to_img(x, data_format, scale=scale or goes_beyond)
    changed = img_to_array(ImageEnhance.Brightness(img).enhance(brightness), data_format)
    if goes_beyond and not scale:
        changed = changed / 255 * (high - low) + low
    return changed


def random_brightness(
    x: np.ndarray, brightness_range: Sequence[float], scale: bool = True
) -> np.ndarray:
    """An image made brighter or darker by a random factor; see `apply_brightness_shift`.

    Args:
        x: ``(height, width, channels)``.
        brightness_range: the smallest and the largest factor.
        scale: see `apply_brightness_shift`.

    Raises:
        ValueError: ``brightness_range`` is no pair.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.image import random_brightness
        >>> random_brightness(np.random.rand(8, 8, 3), (0.5, 1.5)).shape
        (8, 8, 3)
    """
    low, high = pair("brightness_range", brightness_range)
    return apply_brightness_shift(x, np.random.uniform(low, high), scale)

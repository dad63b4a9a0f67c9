"""The formats of bounding boxes."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.registry import suggest

__all__ = ["FORMATS", "Size", "area", "clip_to_image_size", "convert_format", "sides"]

Size = Any  # a height or a width: a number, an array that broadcasts, or None

FORMATS = (
    "xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw",
    "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh",
)  # fmt: skip
_HEIGHT_FIRST = ("yxyx", "center_yxhw")


def convert_format(
    boxes: Any,
    source: str,
    target: str,
    height: Size = None,
    width: Size = None,
    dtype: str = "float32",
) -> Any:
    """Boxes in another format.

    A box is written as its left, top, right and bottom border, ``"xyxy"``; with the axes
    exchanged, ``"yxyx"``; as its left, top, width and height, ``"xywh"``; or as its center, width
    and height, ``"center_xywh"`` or ``"center_yxhw"``. A ``"rel_"`` in front says that the numbers
    are fractions of the image's size.

    Args:
        boxes: ``(..., 4)``, or a dictionary with such ``"boxes"``.
        source: the format that they have.
        target: the format that they get.
        height: the image's height, where one of the formats is relative and the other is not.
        width: the image's width, likewise.
        dtype: type of the result.

    Raises:
        ValueError: a format is unknown, the image's size is missing, or the boxes have not four
            numbers each.

    Example:
        >>> from jaxkeras.utils import bounding_boxes
        >>> bounding_boxes.convert_format([[1, 2, 4, 6]], "xyxy", "center_xywh")
        Array([[2.5, 4. , 3. , 4. ]], dtype=float32)
    """
    if isinstance(boxes, Mapping):
        changed = convert_format(boxes["boxes"], source, target, height, width, dtype)
        return {**boxes, "boxes": changed}
    boxes = jnp.asarray(boxes, dtype)
    if boxes.ndim == 0 or boxes.shape[-1] != 4:
        raise ValueError(f"A box has four numbers, got boxes of shape {boxes.shape}.")
    source, target = (_known_format(name) for name in (source, target))
    source_order, target_order = source.removeprefix("rel_"), target.removeprefix("rel_")
    scaled = source.startswith("rel_") != target.startswith("rel_")
    if scaled and (height is None or width is None):
        raise ValueError(
            f"Boxes go from {source!r} to {target!r} only by the size of their image: pass height "
            "and width."
        )
    if source == target:
        return boxes
    corners = _to_corners(boxes, source_order)
    if scaled:
        size = sides(width, height).astype(dtype)
        corners = corners * size if source.startswith("rel_") else corners / size
    return _from_corners(corners, target_order)


def clip_to_image_size(
    bounding_boxes: Mapping[str, Any],
    height: Size = None,
    width: Size = None,
    bounding_box_format: str = "xyxy",
) -> dict[str, Any]:
    """Boxes cut off at the borders of their image; what nothing is left of gets the label -1.

    Args:
        bounding_boxes: a dictionary with ``"boxes"``, ``(..., 4)``, and perhaps ``"labels"``,
            ``(...,)``.
        height: the image's height; a relative format does without.
        width: the image's width, likewise.
        bounding_box_format: ``"xyxy"`` or ``"rel_xyxy"``.

    Raises:
        ValueError: the format is another, or the image's size is missing.

    Example:
        >>> from jaxkeras.utils import bounding_boxes
        >>> boxes = {"boxes": [[-2.0, 0.0, 4.0, 4.0], [9.0, 0.0, 12.0, 4.0]], "labels": [1, 2]}
        >>> clipped = bounding_boxes.clip_to_image_size(boxes, height=8, width=8)
        >>> clipped["boxes"][0], clipped["labels"]
        (Array([0., 0., 4., 4.], dtype=float32), Array([ 1, -1], dtype=int32))
    """
    if bounding_box_format not in ("xyxy", "rel_xyxy"):
        raise ValueError(
            "clip_to_image_size takes boxes in the format 'xyxy' or 'rel_xyxy'; convert_format "
            f"gives them. Received: {bounding_box_format!r}"
        )
    if bounding_box_format == "rel_xyxy":
        height = width = 1.0
    elif height is None or width is None:
        raise ValueError("clip_to_image_size needs the height and width of the image.")
    boxes = jnp.asarray(bounding_boxes["boxes"])
    boxes = jnp.clip(boxes, 0, sides(width, height).astype(boxes.dtype))
    clipped = {**bounding_boxes, "boxes": boxes}
    if bounding_boxes.get("labels") is not None:
        clipped["labels"] = jnp.where(area(boxes) > 0, jnp.asarray(bounding_boxes["labels"]), -1)
    return clipped


def sides(x: Size, y: Size) -> jax.Array:
    """What belongs to the four numbers ``(x, y, x, y)`` of a box.

    Args:
        x: what belongs to left and right: a number, or an array of any shape.
        y: what belongs to top and bottom, likewise.

    Returns:
        ``(..., 4)``

    Example:
        >>> from jaxkeras.utils.bounding_boxes.formats import sides
        >>> sides(10, 20).tolist()
        [10, 20, 10, 20]
    """
    x, y = jnp.asarray(x), jnp.asarray(y)
    return jnp.stack(jnp.broadcast_arrays(x, y, x, y), axis=-1)


def area(boxes: jax.Array) -> jax.Array:
    """How many pixels boxes hold.

    Args:
        boxes: ``(..., 4)``, by their corners.

    Returns:
        ``(...,)``

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.utils.bounding_boxes.formats import area
        >>> area(jnp.array([[1, 2, 4, 4]]))
        Array([6], dtype=int32)
    """
    lengths = boxes[..., 2:] - boxes[..., :2]
    return lengths[..., 0] * lengths[..., 1]


def _known_format(name: str) -> str:
    if str(name).lower() not in FORMATS:
        raise ValueError(
            f"A bounding box format is one of {', '.join(FORMATS)}. Received: {name!r}."
            f"{suggest(str(name), FORMATS)}"
        )
    return name.lower()


def _to_corners(boxes: jax.Array, order: str) -> jax.Array:
    first, second = boxes[..., :2], boxes[..., 2:]
    if order in _HEIGHT_FIRST:
        first, second = first[..., ::-1], second[..., ::-1]
    if order.startswith("center_"):
        first, second = first - second / 2, first + second / 2
    elif order == "xywh":
        second = first + second
    return jnp.concatenate([first, second], axis=-1)


def _from_corners(corners: jax.Array, order: str) -> jax.Array:
    first, second = corners[..., :2], corners[..., 2:]
    if order.startswith("center_"):
        first, second = first + (second - first) / 2, second - first
    elif order == "xywh":
        second = second - first
    if order in _HEIGHT_FIRST:
        first, second = first[..., ::-1], second[..., ::-1]
    return jnp.concatenate([first, second], axis=-1)

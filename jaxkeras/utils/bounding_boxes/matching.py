"""How bounding boxes compare with others: differences and overlaps."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.config import epsilon
from jaxkeras.utils.bounding_boxes.formats import Size, area, convert_format

__all__ = ["compute_ciou", "compute_iou", "decode_deltas_to_boxes", "encode_box_to_deltas"]


def encode_box_to_deltas(
    anchors: Any,
    boxes: Any,
    anchor_format: str,
    box_format: str,
    encoding_format: str = "center_yxhw",
    variance: Sequence[float] | None = None,
    image_shape: Sequence[int] | None = None,
) -> jax.Array:
    """How boxes differ from anchors: moved by a part of the size, and the log of the growth.

    Ren et al., "Faster R-CNN", 2015, https://arxiv.org/abs/1506.01497.

    Args:
        anchors: ``(..., 4)``.
        boxes: ``(..., 4)``.
        anchor_format: the format of the anchors.
        box_format: the format of the boxes.
        encoding_format: ``"center_yxhw"`` or ``"center_xywh"``, the order of the result.
        variance: four numbers that the result is divided by.
        image_shape: height, width and channels of the image, for relative formats.

    Returns:
        ``(..., 4)``

    Raises:
        ValueError: the encoding's format is another.

    Example:
        >>> from jaxkeras.utils import bounding_boxes
        >>> anchors, boxes = [[0.0, 0.0, 2.0, 4.0]], [[1.0, 0.0, 3.0, 4.0]]
        >>> bounding_boxes.encode_box_to_deltas(anchors, boxes, "xyxy", "xyxy")
        Array([[0. , 0.5, 0. , 0. ]], dtype=float32)
    """
    height, width = _encoding(encoding_format, image_shape)
    anchors = convert_format(anchors, anchor_format, encoding_format, height, width)
    boxes = convert_format(boxes, box_format, encoding_format, height, width)
    sizes, targets = (jnp.maximum(item[..., 2:], epsilon()) for item in (anchors, boxes))
    moves = (boxes[..., :2] - anchors[..., :2]) / sizes
    deltas = jnp.concatenate([moves, jnp.log(targets / sizes)], axis=-1)
    return deltas if variance is None else deltas / jnp.asarray(variance, "float32")


def decode_deltas_to_boxes(
    anchors: Any,
    boxes_delta: Any,
    anchor_format: str,
    box_format: str,
    encoded_format: str = "center_yxhw",
    variance: Sequence[float] | None = None,
    image_shape: Sequence[int] | None = None,
) -> Any:
    """The boxes that differ from anchors as told; the inverse of `encode_box_to_deltas`.

    Args:
        anchors: ``(..., 4)``, or a dictionary of such arrays, one a level.
        boxes_delta: what `encode_box_to_deltas` gave; a dictionary, if the anchors are one.
        anchor_format: the format of the anchors.
        box_format: the format of the boxes.
        encoded_format: ``"center_yxhw"`` or ``"center_xywh"``, the order of the deltas.
        variance: four numbers that the deltas are multiplied by.
        image_shape: height, width and channels of the image, for relative formats.

    Raises:
        ValueError: the encoding's format is another.

    Example:
        >>> from jaxkeras.utils import bounding_boxes
        >>> anchors, deltas = [[0.0, 0.0, 2.0, 4.0]], [[0.0, 0.5, 0.0, 0.0]]
        >>> bounding_boxes.decode_deltas_to_boxes(anchors, deltas, "xyxy", "xyxy")
        Array([[1., 0., 3., 4.]], dtype=float32)
    """
    height, width = _encoding(encoded_format, image_shape)

    def decode(anchors: Any, deltas: Any) -> jax.Array:
        anchors = convert_format(anchors, anchor_format, encoded_format, height, width)
        deltas = jnp.asarray(deltas) * jnp.asarray(1.0 if variance is None else variance)
        sizes = anchors[..., 2:]
        centers = deltas[..., :2] * sizes + anchors[..., :2]
        boxes = jnp.concatenate([centers, jnp.exp(deltas[..., 2:]) * sizes], axis=-1)
        return convert_format(boxes, encoded_format, box_format, height, width)

    if isinstance(anchors, Mapping):
        return {level: decode(anchors[level], boxes_delta[level]) for level in anchors}
    return decode(anchors, boxes_delta)


def compute_iou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    use_masking: bool = False,
    mask_val: float = -1,
    image_shape: Sequence[int] | None = None,
) -> jax.Array:
    """Intersection over union of every pair of boxes.

    Args:
        boxes1: ``(m, 4)``, or ``(batch, m, 4)``.
        boxes2: ``(n, 4)``, or ``(batch, n, 4)``.
        bounding_box_format: the format of both, see `convert_format`.
        use_masking: whether boxes of negative numbers stand for no box.
        mask_val: what pairs with such a box get.
        image_shape: height, width and channels of the image, for relative formats.

    Returns:
        ``(m, n)``, or ``(batch, m, n)``.

    Raises:
        ValueError: the boxes have other dimensions, or a relative format lacks ``image_shape``.

    Example:
        >>> from jaxkeras.utils import bounding_boxes
        >>> boxes = [[0.0, 0.0, 2.0, 2.0], [1.0, 0.0, 3.0, 2.0]]
        >>> bounding_boxes.compute_iou(boxes[:1], boxes, "xyxy").round(3)
        Array([[1.   , 0.333]], dtype=float32)
    """
    boxes1, boxes2 = _pixel_boxes("compute_iou", bounding_box_format, image_shape, boxes1, boxes2)
    if not {boxes1.ndim, boxes2.ndim} <= {2, 3}:
        raise ValueError(
            "compute_iou takes boxes of shape (boxes, 4) or (batch, boxes, 4). "
            f"Received: {boxes1.shape} and {boxes2.shape}"
        )
    boxes1, boxes2 = boxes1[..., :, None, :], boxes2[..., None, :, :]
    shared = _overlap(boxes1, boxes2)
    union = area(boxes1) + area(boxes2) - shared
    iou = shared / (union + epsilon())
    if not use_masking:
        return iou
    is_none = (boxes1.max(axis=-1) < 0) | (boxes2.max(axis=-1) < 0)
    return jnp.where(is_none, jnp.asarray(mask_val, iou.dtype), iou)


def compute_ciou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    image_shape: Sequence[int] | None = None,
) -> jax.Array:
    """Complete intersection over union of boxes: it also tells how those apart differ.

    Zheng et al., "Distance-IoU loss", 2019, https://arxiv.org/abs/1911.08287.

    Args:
        boxes1: ``(..., 4)``.
        boxes2: ``(..., 4)``, which broadcasts.
        bounding_box_format: the format of both, see `convert_format`.
        image_shape: height, width and channels of the image, for relative formats.

    Returns:
        ``(...,)``, at most 1.

    Raises:
        ValueError: a relative format lacks ``image_shape``.

    Example:
        >>> from jaxkeras.utils import bounding_boxes
        >>> boxes = [[0.0, 0.0, 2.0, 2.0]]
        >>> bounding_boxes.compute_ciou(boxes, [[4.0, 0.0, 6.0, 2.0]], "xyxy").round(3)
        Array([-0.4], dtype=float32)
    """
    boxes1, boxes2 = _pixel_boxes("compute_ciou", bounding_box_format, image_shape, boxes1, boxes2)
    small = epsilon()
    shared = _overlap(boxes1, boxes2)
    (width1, height1), (width2, height2) = (
        (boxes[..., 2] - boxes[..., 0], boxes[..., 3] - boxes[..., 1] + small)
        for boxes in (boxes1, boxes2)
    )
    iou = shared / (width1 * height1 + width2 * height2 - shared + 2 * small)
    least, greatest = jnp.minimum(boxes1, boxes2), jnp.maximum(boxes1, boxes2)
    diagonal = jnp.sum(jnp.square(greatest[..., 2:] - least[..., :2]), axis=-1) + small
    centers1, centers2 = ((boxes[..., :2] + boxes[..., 2:]) / 2 for boxes in (boxes1, boxes2))
    distance = jnp.sum(jnp.square(centers1 - centers2), axis=-1)
    turn = jnp.arctan(width2 / height2) - jnp.arctan(width1 / height1)
    stretch = 4 / math.pi**2 * jnp.square(turn)
    weight = stretch / (stretch - iou + (1 + small))
    return iou - distance / diagonal - stretch * weight


def _encoding(name: str, image_shape: Sequence[int] | None) -> tuple[Size, Size]:
    if name not in ("center_xywh", "center_yxhw"):
        raise ValueError(
            f"The format of an encoding is 'center_xywh' or 'center_yxhw'. Received: {name!r}"
        )
    return (None, None) if image_shape is None else (image_shape[0], image_shape[1])


def _pixel_boxes(
    name: str, source: str, image_shape: Sequence[int] | None, *boxes: Any
) -> list[jax.Array]:
    if "rel" in source and image_shape is None:
        raise ValueError(f"{name} of boxes in the format {source!r} needs image_shape.")
    height, width = (None, None) if image_shape is None else (image_shape[0], image_shape[1])
    return [convert_format(item, source, "xyxy", height, width) for item in boxes]


def _overlap(boxes1: jax.Array, boxes2: jax.Array) -> jax.Array:
    starts = jnp.maximum(boxes1[..., :2], boxes2[..., :2])
    sides = jnp.maximum(jnp.minimum(boxes1[..., 2:], boxes2[..., 2:]) - starts, 0)
    return sides[..., 0] * sides[..., 1]

"""Bounding boxes: formats, what happens to them when an image moves, and how much they overlap.

Example:
    >>> from jaxkeras.utils import bounding_boxes
    >>> bounding_boxes.convert_format([[1, 2, 4, 6]], "xyxy", "xywh")
    Array([[1., 2., 3., 4.]], dtype=float32)
"""

from jaxkeras.utils.bounding_boxes.formats import clip_to_image_size, convert_format
from jaxkeras.utils.bounding_boxes.matching import (
    compute_ciou,
    compute_iou,
    decode_deltas_to_boxes,
    encode_box_to_deltas,
)
from jaxkeras.utils.bounding_boxes.moves import (
    affine_transform,
    crop,
    pad,
    perspective_transform,
)

__all__ = [
    "affine_transform",
    "clip_to_image_size",
    "compute_ciou",
    "compute_iou",
    "convert_format",
    "crop",
    "decode_deltas_to_boxes",
    "encode_box_to_deltas",
    "pad",
    "perspective_transform",
]

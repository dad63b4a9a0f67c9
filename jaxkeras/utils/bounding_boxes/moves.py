"""What happens to bounding boxes when their image moves."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.utils.bounding_boxes.formats import Size, sides

__all__ = ["affine_transform", "crop", "pad", "perspective_transform"]


@jax.jit
def perspective_transform(boxes: Any, matrix: Any) -> jax.Array:
    """The smallest boxes around boxes that a projective map has moved.

    Args:
        boxes: ``(batch, boxes, 4)``, left, top, right and bottom.
        matrix: ``(batch, 3, 3)``, leads from old places ``(x, y, 1)`` to new ones, up to a factor.

    Example:
        >>> from jaxkeras.utils import bounding_boxes
        >>> quarter_turn = [[[0, -1, 8], [1, 0, 0], [0, 0, 1]]]
        >>> bounding_boxes.perspective_transform([[[1.0, 2.0, 4.0, 3.0]]], quarter_turn)
        Array([[[5., 1., 6., 4.]]], dtype=float32)
    """
    boxes, matrix = jnp.asarray(boxes), jnp.asarray(matrix)
    x, y = boxes[..., jnp.asarray([0, 2, 2, 0])], boxes[..., jnp.asarray([1, 1, 3, 3])]
    corners = jnp.stack([x, y, jnp.ones_like(x)], axis=-1)  # (batch, boxes, 4, 3)
    moved = jnp.einsum("bnck,bjk->bncj", corners, matrix, precision="highest")
    places = moved[..., :2] / moved[..., 2:]
    return jnp.concatenate([places.min(axis=-2), places.max(axis=-2)], axis=-1)


def affine_transform(
    boxes: Any,
    angle: Any,
    translate_x: Any,
    translate_y: Any,
    scale: Any,
    shear_x: Any,
    shear_y: Any,
    height: int,
    width: int,
    center_x: float | None = None,
    center_y: float | None = None,
    bounding_box_format: str = "xyxy",
) -> jax.Array:
    """The smallest boxes around boxes that turn, shear, grow and move with their images.

    Args:
        boxes: ``(batch, boxes, 4)``.
        angle: degrees by which each image turns, ``(batch,)``.
        translate_x: how far it moves to the right, as a fraction of its width, ``(batch,)``.
        translate_y: how far it moves down, as a fraction of its height, ``(batch,)``.
        scale: by what factor it shrinks, ``(batch,)``.
        shear_x: degrees of the shear along the width, ``(batch,)``.
        shear_y: degrees of the shear along the height, ``(batch,)``.
        height: the images' height.
        width: the images' width.
        center_x: where it turns, as a fraction of the width; the middle by default.
        center_y: likewise, of the height.
        bounding_box_format: ``"xyxy"``.

    Raises:
        ValueError: the format is another.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.utils import bounding_boxes
        >>> zero, one = np.zeros(1), np.ones(1)
        >>> turn = np.full(1, 90.0)
        >>> box = [[[1.0, 2.0, 4.0, 3.0]]]
        >>> moved = bounding_boxes.affine_transform(box, turn, zero, zero, one, zero, zero, 9, 9)
        >>> np.asarray(moved).round(3)
        array([[[2., 4., 3., 7.]]], dtype=float32)
    """
    _require_corners("affine_transform", bounding_box_format)
    turn, shear_x, shear_y = (
        -jnp.deg2rad(jnp.asarray(degrees, "float32")) for degrees in (angle, shear_x, shear_y)
    )
    pivot_x = (0.5 if center_x is None else center_x) * (width - 1)
    pivot_y = (0.5 if center_y is None else center_y) * (height - 1)
    from_x = pivot_x - jnp.asarray(translate_x) * (width - 1)
    from_y = pivot_y - jnp.asarray(translate_y) * (height - 1)
    cosine = jnp.cos(turn - shear_y) / jnp.cos(shear_y)
    sine = jnp.sin(turn - shear_y) / jnp.cos(shear_y)
    a0 = scale * (jnp.cos(turn) + sine * jnp.tan(shear_x))
    a1 = -scale * (jnp.sin(turn) + cosine * jnp.tan(shear_x))
    b0, b1 = scale * sine, scale * cosine
    zeros, ones = jnp.zeros_like(a0), jnp.ones_like(a0)
    rows = [
        [a0, a1, pivot_x - a0 * from_x - a1 * from_y],
        [b0, b1, pivot_y - b0 * from_x - b1 * from_y],
        [zeros, zeros, ones],
    ]
    matrix = jnp.stack([jnp.stack(row, axis=-1) for row in rows], axis=-2)
    return perspective_transform(boxes, matrix)


def crop(
    boxes: Any,
    top: Size,
    left: Size,
    height: Size,
    width: Size,
    bounding_box_format: str = "xyxy",
) -> jax.Array:
    """Boxes in a window that is cut out of their image.

    Args:
        boxes: ``(..., 4)``.
        top: the window's upper border.
        left: its left border.
        height: its height.
        width: its width.
        bounding_box_format: ``"xyxy"``.

    Raises:
        ValueError: the format is another.

    Example:
        >>> from jaxkeras.utils import bounding_boxes
        >>> bounding_boxes.crop([[1.0, 2.0, 4.0, 9.0]], top=1, left=2, height=4, width=4)
        Array([[0., 1., 2., 4.]], dtype=float32)
    """
    moved = pad(boxes, -jnp.asarray(top), -jnp.asarray(left), None, None, bounding_box_format)
    return jnp.clip(moved, 0, sides(width, height))


def pad(
    boxes: Any,
    top: Size,
    left: Size,
    height: Size = None,
    width: Size = None,
    bounding_box_format: str = "xyxy",
) -> jax.Array:
    """Boxes in their image with a border around it.

    Args:
        boxes: ``(..., 4)``.
        top: rows that are added above.
        left: columns that are added on the left.
        height: the new height, which changes nothing.
        width: the new width, likewise.
        bounding_box_format: ``"xyxy"``.

    Raises:
        ValueError: the format is another.

    Example:
        >>> from jaxkeras.utils import bounding_boxes
        >>> bounding_boxes.pad([[1.0, 2.0, 4.0, 9.0]], top=1, left=2)
        Array([[ 3.,  3.,  6., 10.]], dtype=float32)
    """
    _require_corners("crop and pad", bounding_box_format)
    return jnp.asarray(boxes) + sides(left, top)


def _require_corners(name: str, bounding_box_format: str) -> None:
    if bounding_box_format != "xyxy":
        raise ValueError(
            f"{name} takes boxes in the format 'xyxy'; convert_format gives them. "
            f"Received: {bounding_box_format!r}"
        )

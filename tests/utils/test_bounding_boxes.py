"""`jaxkeras.utils.bounding_boxes`, compared with Keras's."""

import functools
import itertools

import jax
import numpy as np
import pytest

from jaxkeras.utils import bounding_boxes
from jaxkeras.utils.bounding_boxes.formats import FORMATS

keras = pytest.importorskip("keras")

theirs = keras.utils.bounding_boxes

BOXES = np.array([[[1, 1, 4, 3], [0, 0, 8, 6]], [[2, 3, 7, 5], [6, 0, 12, 2]]], "float32")
LABELS = np.array([[0, 1], [2, 3]], "int32")
CORNERS = np.array([[0, 0, 2, 2], [1, 1, 4, 3], [5, 5, 6, 9]], "float32")


def _close(ours, reference):
    np.testing.assert_allclose(ours, reference, rtol=1e-5, atol=1e-5)


def test_formats():
    for source, target in itertools.product(FORMATS, FORMATS):
        arguments = (source, target, 6, 8)
        _close(
            bounding_boxes.convert_format(BOXES, *arguments),
            theirs.convert_format(BOXES, *arguments),
        )
    boxes = {"boxes": BOXES, "labels": LABELS}
    converted = bounding_boxes.convert_format(boxes, "XYXY", "xywh")
    assert converted["labels"] is LABELS and boxes["boxes"] is BOXES
    assert converted["boxes"][0, 0].tolist() == [1, 1, 3, 2]


def test_moves():
    for boxes, size in ((BOXES - 2, (6, 8)), (BOXES / 8, (None, None))):
        form = "xyxy" if size[0] else "rel_xyxy"
        data = {"boxes": boxes, "labels": LABELS}
        ours = bounding_boxes.clip_to_image_size(data, *size, form)
        reference = theirs.clip_to_image_size(data, *size, form)
        _close(ours["boxes"], reference["boxes"])
        assert ours["labels"].tolist() == np.asarray(reference["labels"]).tolist()
    window = {"top": 1, "left": 2, "height": 3, "width": 4}
    _close(bounding_boxes.crop(BOXES, **window), theirs.crop(BOXES, **window))
    _close(bounding_boxes.pad(BOXES, top=1, left=2), theirs.pad(BOXES, top=1, left=2))
    numbers = [[30.0, -80], [0.1, 0.0], [-0.2, 0.3], [1.2, 0.7], [10, 0], [-5, 20]]
    arguments = [np.array(pair, "float32") for pair in numbers]
    for center in ((None, None), (0.2, 0.9)):
        _close(
            bounding_boxes.affine_transform(BOXES, *arguments, 6, 8, *center),
            theirs.affine_transform(BOXES, *arguments, 6, 8, *center),
        )


def test_deltas():
    anchors = np.array([[1, 1, 5, 3], [0, 0, 6, 6]], "float32")
    for form, variance in (("center_yxhw", None), ("center_xywh", (0.1, 0.1, 0.2, 0.2))):
        arguments = ("xyxy", "rel_yxyx", form, variance, (6, 8, 3))
        boxes = np.asarray(bounding_boxes.convert_format(BOXES[1], "xyxy", "rel_yxyx", 6, 8))
        deltas = bounding_boxes.encode_box_to_deltas(anchors, boxes, *arguments)
        _close(deltas, theirs.encode_box_to_deltas(anchors, boxes, *arguments))
        back = bounding_boxes.decode_deltas_to_boxes(
            {"level": anchors}, {"level": deltas}, *arguments
        )
        _close(back["level"], boxes)


def test_overlaps():
    for first, second, form in ((CORNERS, CORNERS[:2], "xyxy"), (BOXES, BOXES, "rel_yxyx")):
        ours, reference = (
            jax.jit(
                functools.partial(m.compute_iou, bounding_box_format=form, image_shape=(6, 8, 3))
            )
            for m in (bounding_boxes, theirs)
        )
        _close(ours(first, second), reference(first, second))
    with_none = np.concatenate([CORNERS[:2], [[-1, -1, -1, -1]]]).astype("float32")
    masked = bounding_boxes.compute_iou(with_none, CORNERS, "xyxy", use_masking=True, mask_val=-7)
    assert (masked[2] == -7).all() and (masked[:2] >= 0).all()
    for form in ("xyxy", "center_xywh"):
        ours, reference = (
            jax.jit(functools.partial(m.compute_ciou, bounding_box_format=form))
            for m in (bounding_boxes, theirs)
        )
        _close(ours(CORNERS[:, None], CORNERS), reference(CORNERS[:, None], CORNERS))
    relative = bounding_boxes.convert_format(CORNERS, "xyxy", "rel_xyxy", 6, 8)
    _close(
        bounding_boxes.compute_ciou(relative, relative[::-1], "rel_xyxy", (6, 8, 3)),
        bounding_boxes.compute_ciou(CORNERS, CORNERS[::-1], "xyxy"),
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: bounding_boxes.convert_format(BOXES, "centre_xywh", "xyxy"),
            "Did you mean 'center_xywh'",
        ),
        (lambda: bounding_boxes.convert_format(BOXES, "xyxy", "rel_xyxy"), "pass height and width"),
        (lambda: bounding_boxes.convert_format(BOXES[..., :3], "xyxy", "xywh"), r"\(2, 2, 3\)"),
        (lambda: bounding_boxes.clip_to_image_size({"boxes": BOXES}), "needs the height and width"),
        (
            lambda: bounding_boxes.clip_to_image_size({"boxes": BOXES}, 6, 8, "xywh"),
            "convert_format gives them",
        ),
        (lambda: bounding_boxes.crop(BOXES, 0, 0, 1, 1, "xywh"), "in the format 'xyxy'"),
        (lambda: bounding_boxes.compute_iou(BOXES, BOXES, "rel_xyxy"), "needs image_shape"),
        (lambda: bounding_boxes.compute_iou(BOXES[0, 0], BOXES, "xyxy"), r"\(boxes, 4\)"),
        (
            lambda: bounding_boxes.encode_box_to_deltas(BOXES, BOXES, "xyxy", "xyxy", "xyxy"),
            "'center_xywh' or 'center_yxhw'",
        ),
    ],
)
def test_messages(call, message):
    with pytest.raises(ValueError, match=message):
        call()

"""Layers that move the pixels of images, compared with Keras's and with what is true of them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import jaxkeras

keras = pytest.importorskip("keras")

layers = jaxkeras.layers

IMAGES = np.random.default_rng(0).uniform(0, 255, (2, 6, 8, 3)).astype("float32")
MASKS = np.random.default_rng(1).integers(0, 4, (2, 6, 8, 1)).astype("float32")
BOXES = np.array([[[1, 1, 4, 3], [0, 0, 8, 6]], [[2, 3, 7, 5], [6, 0, 7, 2]]], "float32")
LABELS = np.array([[0, 1], [2, 3]], "int32")

# One of each random layer of this room, always changing every image.
RANDOM = {
    "RandomCrop": {"height": 5, "width": 6},
    "RandomElasticTransform": {"factor": (1.0, 1.0), "scale": (0.8, 1.0)},
    "RandomErasing": {"factor": (1.0, 1.0), "scale": (0.3, 0.5)},
    "RandomFlip": {},
    "RandomPerspective": {"factor": (1.0, 1.0), "scale": 0.5},
    "RandomRotation": {"factor": 0.2},
    "RandomShear": {"x_factor": 0.3, "y_factor": 0.2},
    "RandomTranslation": {"height_factor": 0.3, "width_factor": (0.1, 0.4)},
    "RandomZoom": {"height_factor": 0.3, "width_factor": 0.2},
}


def _data(box_format="xyxy", first=False, images=IMAGES):
    """Images and what belongs to them; Keras changes dictionaries in place, so all are fresh."""
    place = (lambda x: np.moveaxis(x, -1, 1)) if first else (lambda x: x)
    boxes = jaxkeras.utils.bounding_boxes.convert_format(BOXES, "xyxy", box_format, 6, 8)
    return {
        "images": place(images),
        "labels": np.array([3, 4]),
        "segmentation_masks": place(MASKS),
        "bounding_boxes": {"boxes": np.array(boxes), "labels": LABELS.copy()},
    }


def _compiled(layer):
    """A training call as one program, which is faster than one for every step of it."""
    return jax.jit(lambda data: nnx.clone(layer)(data, training=True))


def _assert_close(ours, theirs, atol=2e-3):
    assert jax.tree.structure(ours) == jax.tree.structure(theirs)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-4, atol=atol),
        ours,
        theirs,
    )


# ---------------------------------------------------------------------------- sizes


@pytest.mark.parametrize(
    ("name", "size", "arguments"),
    [
        ("Resizing", (4, 5), {"antialias": True, "box_format": "center_xywh"}),
        ("Resizing", (9, 5), {"interpolation": "bicubic", "first": True, "box_format": "yxyx"}),
        ("Resizing", (4, 4), {"crop_to_aspect_ratio": True, "box_format": "rel_xywh"}),
        ("Resizing", (5, 9), {"crop_to_aspect_ratio": True, "interpolation": "nearest"}),
        ("Resizing", (9, 8), {"pad_to_aspect_ratio": True, "fill_value": 7.0}),
        ("Resizing", (3, 9), {"pad_to_aspect_ratio": True, "box_format": "rel_center_xywh"}),
        ("CenterCrop", (3, 5), {"box_format": "rel_yxyx"}),
        ("CenterCrop", (6, 3), {"first": True, "box_format": "xywh"}),
        ("CenterCrop", (7, 5), {"box_format": "center_yxhw"}),
    ],
)
def test_deterministic_layers_are_those_of_keras(name, size, arguments):
    arguments = dict(arguments)
    box_format, first = arguments.pop("box_format", "xyxy"), arguments.pop("first", False)
    arguments["data_format"] = "channels_first" if first else "channels_last"
    arguments["bounding_box_format"] = box_format
    ours = getattr(layers, name)(*size, **arguments)(_data(box_format, first))
    theirs = getattr(keras.layers, name)(*size, **arguments)(_data(box_format, first))
    if name == "CenterCrop" and size[0] > 6:  # where Keras mixes the classes of neighbours
        nearest = layers.Resizing(*size, "nearest", crop_to_aspect_ratio=True)
        theirs["segmentation_masks"] = nearest(MASKS)
    _assert_close(ours, theirs)


def test_resizing_keeps_integers_and_absent_boxes():
    images = IMAGES.astype("uint8")
    resized = layers.Resizing(4, 5)(images)
    assert resized.dtype == "uint8"
    np.testing.assert_array_equal(resized, keras.layers.Resizing(4, 5)(images))
    data = _data()
    data["bounding_boxes"]["boxes"][0] = [[-1] * 4, [0] * 4]
    outputs = layers.Resizing(9, 16, pad_to_aspect_ratio=True, bounding_box_format="xyxy")(data)
    assert not outputs["bounding_boxes"]["boxes"][0].any()
    assert outputs["bounding_boxes"]["labels"].tolist() == [[-1, -1], [2, 3]]


def test_random_crop_cuts_each_sample_elsewhere_and_resizes_in_inference():
    y, x = np.mgrid[:6, :8]
    images = np.tile(np.stack([y, x], axis=-1), (50, 1, 1, 1))
    layer = layers.RandomCrop(4, 3, seed=1)
    cut = np.asarray(layer(images))
    corners = cut[:, 0, 0]
    np.testing.assert_array_equal(
        cut - corners[:, None, None], np.tile(images[0, :4, :3], (50, 1, 1, 1))
    )
    assert set(corners[:, 0]) == {0, 1, 2} and set(corners[:, 1]) == {0, 1, 2, 3, 4, 5}
    resized = layer(images, training=False)
    expected = layers.Resizing(4, 3, crop_to_aspect_ratio=True)(images.astype("float32"))
    np.testing.assert_allclose(resized, expected)
    assert layers.RandomCrop(9, 6)(images).shape == (50, 9, 6, 2)
    assert layers.RandomCrop(6, 8)(images).tolist() == images.tolist()


# ---------------------------------------------------------------------------- the same parameters


def _ours_of(transformation):
    """Keras's random numbers in our shapes."""
    shapes = {"height_zoom": (2,), "width_zoom": (2,), "flips": (2,)}
    return {
        key: jnp.reshape(value, shapes[key]) if key in shapes else value
        for key, value in transformation.items()
    }


@pytest.mark.parametrize(
    ("name", "arguments", "box_format"),
    [
        ("RandomFlip", {"mode": "horizontal"}, "xywh"),
        ("RandomFlip", {"mode": "horizontal_and_vertical"}, "rel_yxyx"),
        ("RandomRotation", {"factor": 0.3, "fill_mode": "constant", "fill_value": 9.0}, "xyxy"),
        ("RandomRotation", {"factor": (0.1, 0.2), "interpolation": "nearest"}, "xyxy"),
        ("RandomTranslation", {"height_factor": 0.4, "width_factor": (-0.3, 0.2)}, "center_xywh"),
        ("RandomZoom", {"height_factor": (-0.4, -0.1), "fill_mode": "nearest"}, "rel_xyxy"),
        ("RandomZoom", {"height_factor": 0.4, "width_factor": 0.2, "fill_mode": "wrap"}, "xyxy"),
        ("RandomShear", {"x_factor": 0.4}, None),
        ("RandomShear", {"y_factor": (0.1, 0.4), "fill_mode": "constant"}, None),
        ("RandomPerspective", {"factor": (1.0, 1.0), "scale": 0.4, "fill_value": 5.0}, "xyxy"),
    ],
)
def test_random_layers_do_as_those_of_keras_with_the_same_numbers(name, arguments, box_format):
    arguments = {**arguments, "bounding_box_format": box_format}
    ours, theirs = (getattr(m.layers, name)(seed=3, **arguments) for m in (jaxkeras, keras))
    data = _data(box_format or "xyxy")
    transformation = theirs.get_random_transformation(data, training=True)
    parameters = _ours_of(transformation)
    boxes = data["bounding_boxes"] if box_format else None

    @jax.jit
    def own(images, masks, boxes):
        return (
            ours.transform_images(images, parameters),
            ours.transform_segmentation_masks(masks, parameters),
            boxes and ours.transform_bounding_boxes(boxes, parameters, (6, 8)),
        )

    @jax.jit
    def reference(images, masks, boxes):
        return (
            theirs.transform_images(images, transformation),
            theirs.transform_segmentation_masks(masks, transformation),
            boxes and theirs.transform_bounding_boxes(boxes, transformation),
        )

    _assert_close(own(IMAGES, MASKS, boxes), reference(IMAGES, MASKS, boxes), atol=5e-3)


# ---------------------------------------------------------------------------- what is true


@pytest.mark.parametrize(
    "name", sorted(RANDOM.keys() - {"RandomElasticTransform", "RandomErasing"})
)
def test_boxes_stay_around_what_they_surround(name):
    arguments = {**RANDOM[name], "bounding_box_format": "xywh", "seed": 4}
    if name == "RandomCrop":
        arguments.update(height=20, width=26)
    elif name != "RandomFlip" and name != "RandomPerspective":
        arguments.update(fill_mode="constant", interpolation="nearest")
    layer = getattr(layers, name)(**arguments)
    images = np.zeros((4, 24, 40, 1), "float32")
    images[:, 8:14, 12:24] = 1.0
    boxes = {"boxes": np.full((4, 1, 4), [12, 8, 12, 6], "float32"), "labels": np.ones((4, 1), int)}
    data = {"images": images, "bounding_boxes": boxes, "segmentation_masks": images}
    outputs = _compiled(layer)(data)
    for image, mask, box in zip(
        outputs["images"],
        outputs["segmentation_masks"],
        outputs["bounding_boxes"]["boxes"][:, 0],
        strict=True,
    ):
        rows, columns = np.nonzero(np.asarray(image[..., 0]) > 0.5)
        found = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        left, top, width, height = np.asarray(box)
        np.testing.assert_allclose([left, top, left + width, top + height], found, atol=2.1)
        assert np.mean((np.asarray(image) > 0.5) != (np.asarray(mask) > 0.5)) < 0.02
    assert outputs["bounding_boxes"]["labels"].tolist() == [[1]] * 4


@pytest.mark.parametrize("name", sorted(RANDOM))
def test_layouts_single_images_types_and_inference(name):
    make = lambda **more: getattr(layers, name)(**{**RANDOM[name], "seed": 6, **more})  # noqa: E731
    images, masks = IMAGES[:1], MASKS[:1]
    batch = make()({"images": images, "labels": [3], "segmentation_masks": masks[..., 0]})
    last = batch["images"]
    assert last.dtype == "float32" and bool(jnp.isfinite(last).all())
    single = make()({"images": images[0], "labels": 3, "segmentation_masks": masks[0, ..., 0]})
    _assert_close(jax.tree.map(lambda x: x[None], single), batch)
    first = make(data_format="channels_first")(np.moveaxis(images, -1, 1))
    np.testing.assert_allclose(np.moveaxis(first, 1, -1), last, rtol=1e-5)

    layer = make(dtype="bfloat16")
    assert layer(images.astype("uint8")).dtype == "bfloat16"
    still = layer(images.astype("uint8"), training=False)
    assert still.dtype == "bfloat16"
    if name != "RandomCrop":
        np.testing.assert_allclose(still, images.astype("uint8").astype("bfloat16"))
        assert not np.allclose(last, images)

    image = jaxkeras.Input((None, None, 3))
    size = (5, 6) if name == "RandomCrop" else (None, None)
    assert make()(image).shape == (None, *size, 3)
    again = getattr(layers, name).from_config(make().get_config())
    np.testing.assert_array_equal(again(images), last)


def test_labels_pass_and_the_dictionary_stays():
    data = _data()
    before = jax.tree.map(np.copy, data)
    outputs = layers.RandomFlip(bounding_box_format="xyxy", seed=1)({**data, "weight": np.ones(2)})
    assert outputs["labels"].tolist() == [3, 4] and outputs["weight"].tolist() == [1, 1]
    _assert_close(data, before)
    data["bounding_boxes"]["boxes"] += 1000.5  # no whole numbers of 8 bits
    outputs = layers.MaxNumBoundingBoxes(2, dtype="bfloat16")(data)
    assert outputs["images"].dtype == "bfloat16"
    _assert_close(outputs["bounding_boxes"], data["bounding_boxes"])
    images = jaxkeras.Input((6, 8, 3))
    symbolic = layers.Resizing(4, 5)({"images": images, "labels": jaxkeras.Input((1,))})
    assert symbolic["images"].shape == (None, 4, 5, 3) and symbolic["labels"].shape == (None, 1)


def test_layers_in_a_model_augment_in_training_only():
    model = jaxkeras.Sequential(
        [
            jaxkeras.Input((6, 8, 3), dtype="uint8"),
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.1),
            layers.RandomErasing(),
            layers.RandomElasticTransform(),
            layers.RandomCrop(5, 5),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    images = IMAGES.astype("uint8")
    model.compile(optimizer="sgd", loss="mse")
    model.optimizer.learning_rate = 0.0
    losses = model.fit(images, np.zeros((2, 1)), epochs=3, verbose=0).history["loss"]
    assert len(set(losses)) == 3
    np.testing.assert_array_equal(
        model.predict(images, verbose=0), model.predict(images, verbose=0)
    )


# ---------------------------------------------------------------------------- random numbers


def _drawn(layer, batch=2000):
    return layer.draw(jax.random.key(0), (batch, 10, 20, 3))


def test_what_is_drawn_keeps_its_bounds():
    flips = _drawn(layers.RandomFlip())["flips"]
    assert abs(flips.mean() - 0.5) < 0.05

    def spread(values, low, high):
        assert low <= values.min() < low + 0.05 * (high - low)
        assert high - 0.05 * (high - low) < values.max() <= high

    spread(_drawn(layers.RandomRotation((-0.1, 0.3)))["angle"], -36, 108)
    moves = _drawn(layers.RandomTranslation(0.2, (0.1, 0.5)))["translations"]
    spread(moves[:, 0], 2, 10)
    spread(moves[:, 1], -2, 2)
    zoom = _drawn(layers.RandomZoom(0.3))
    spread(zoom["height_zoom"], 0.7, 1.3)
    assert (zoom["height_zoom"] == zoom["width_zoom"]).all()
    zoom = _drawn(layers.RandomZoom((-0.2, 0.0), 0.5))
    spread(zoom["width_zoom"], 0.5, 1.5)
    assert abs(np.corrcoef(zoom["height_zoom"], zoom["width_zoom"])[0, 1]) < 0.1
    shear = _drawn(layers.RandomShear((0.2, 0.4), 0.1))["shear_factor"]
    spread(shear[:, 0], -0.4, 0.4)
    assert (abs(shear[:, 0]) >= 0.2).all() and abs((shear[:, 0] > 0).mean() - 0.5) < 0.05
    spread(shear[:, 1], -0.1, 0.1)
    points = _drawn(layers.RandomPerspective(0.6, scale=0.5))
    assert abs(points["apply_perspective"].mean() - 0.3) < 0.05
    spread(points["end_points"][:, 3, 0] / points["start_points"][:, 3, 0], 0.75, 1.25)
    assert not points["end_points"][:, 0].any()


def test_erasing_paints_one_rectangle_of_the_right_size():
    layer = layers.RandomErasing((0.5, 0.5), scale=(0.25, 0.25), fill_value=(1, 2, 300), seed=1)
    outputs = np.asarray(_compiled(layer)(np.full((200, 10, 20, 3), 50.0)))
    erased = (outputs != 50).any(axis=-1)
    changed = erased.any(axis=(1, 2))
    assert abs(changed.mean() - 0.5) < 0.1
    assert (erased[changed].sum(axis=(1, 2)) == 5 * 10).mean() > 0.9
    for mask in erased[changed][:10]:
        np.testing.assert_array_equal(mask, mask.any(1)[:, None] & mask.any(0))
    assert set(outputs[erased].ravel()) == {1.0, 2.0, 255.0}

    noise = layers.RandomErasing((1.0, 1.0), scale=1.0, value_range=(0, 1), seed=1)
    outputs = np.asarray(_compiled(noise)(np.full((200, 10, 20, 3), 0.5)))
    assert outputs.min() == 0 and outputs.max() == 1 and len(np.unique(outputs)) > 100


def test_elastic_transform_moves_neighbours_alike_and_masks_with_images():
    y, x = np.mgrid[:32, :32].astype("float32")
    images = np.tile(np.stack([y, x], axis=-1), (4, 1, 1, 1))
    layer = layers.RandomElasticTransform((1.0, 1.0), scale=(1.0, 1.0), seed=1)
    outputs = _compiled(layer)({"images": images, "segmentation_masks": images})
    moves = np.asarray(outputs["images"] - images)
    steps = np.abs(np.diff(moves[:, 8:24, 8:24], axis=1))
    assert 0.2 < moves.std() < 4 and steps.mean() < np.abs(moves).mean()
    assert abs(np.corrcoef(moves[..., 0].ravel(), moves[..., 1].ravel())[0, 1]) < 0.5
    inside = np.abs(np.asarray(outputs["segmentation_masks"] - outputs["images"]))[:, 8:24, 8:24]
    assert inside.max() <= 0.51
    assert layers.RandomElasticTransform(scale=0.0)(images).tolist() == images.tolist()


def test_seeds():
    one, two = (layers.RandomRotation(0.5, seed=7) for _ in range(2))
    first = one(IMAGES)
    np.testing.assert_array_equal(first, two(IMAGES))
    assert not np.allclose(first, one(IMAGES))
    jaxkeras.utils.set_random_seed(1)
    unseeded = layers.RandomRotation(0.5)
    assert not np.allclose(unseeded(IMAGES), layers.RandomRotation(0.5)(IMAGES))


# ---------------------------------------------------------------------------- boxes


@pytest.mark.parametrize("number", [1, 3])
def test_max_num_bounding_boxes(number):
    arguments = {"max_number": number, "fill_value": -1, "bounding_box_format": "xyxy"}
    ours = layers.MaxNumBoundingBoxes(**arguments)(_data(images=IMAGES.astype("uint8")))
    theirs = keras.layers.MaxNumBoundingBoxes(**arguments)(_data(images=IMAGES.astype("uint8")))
    assert ours["images"].dtype == "uint8"
    _assert_close(ours, theirs)


# ---------------------------------------------------------------------------- messages


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.Resizing(0, 4), "Resizing .*: height must be a whole number, at least 1"),
        (lambda: layers.Resizing(4, 4, "cubic"), "interpolation must be one of .*Did you mean 'bi"),
        (
            lambda: layers.Resizing(4, 4, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True),
            "not both",
        ),
        (lambda: layers.RandomFlip("left"), "mode must be one of 'horizontal'"),
        (lambda: layers.RandomRotation(2.0), "factor takes a number from -1 to 1, or two of them"),
        (lambda: layers.RandomRotation("a"), "Received: factor='a'"),
        (lambda: layers.RandomZoom((0.1, 0.2, 0.3)), "height_factor takes a number"),
        (lambda: layers.RandomShear(0.1, fill_mode="mirrored"), "fill_mode must be one of"),
        (lambda: layers.RandomPerspective(scale=1.5), "scale takes a number from 0 to 1"),
        (lambda: layers.RandomErasing(value_range=255), "value_range takes the least and"),
        (lambda: layers.RandomErasing(fill_value="red"), "fill_value"),
        (lambda: layers.RandomCrop(4, 4, data_format="last"), "data_format must be one of"),
        (lambda: layers.RandomFlip(bounding_box_format="xyzw"), "xyzw.*Did you mean"),
        (lambda: layers.RandomFlip()(np.zeros((6, 8))), r"3 or 4 dimensions, got\s+shape \(6, 8\)"),
        (lambda: layers.RandomFlip()({"image": IMAGES}), 'key "images". Received keys'),
        (lambda: layers.RandomFlip()(_data()), 'bounding_box_format="xyxy"'),
        (
            lambda: layers.RandomFlip()({"images": IMAGES, "bounding_boxes": BOXES}),
            'keys "boxes" and "labels"',
        ),
        (
            lambda: layers.RandomElasticTransform(bounding_box_format="xyxy")(_data()),
            "no rule for bounding boxes",
        ),
    ],
)
def test_messages(make, message):
    with pytest.raises(ValueError, match=message):
        make()

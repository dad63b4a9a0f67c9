"""Layers that change the colors of images, compared with Keras's and with what is true of them."""

from typing import Any

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
BOXES = {"boxes": np.ones((2, 1, 4), "float32"), "labels": np.array([[1], [2]])}
CLAHE = "ContrastLimitedAdaptiveHistogramEqualization"

# One of each random layer of this room, always changing every image.
RANDOM = {
    "AugMix": {"all_ops": False},
    "CutMix": {},
    "MixUp": {"alpha": 2.0},
    "RandAugment": {"factor": (0.3, 0.5), "num_ops": 3},
    "RandomBrightness": {"factor": (0.1, 0.3)},
    "RandomColorDegeneration": {"factor": (0.5, 1.0)},
    "RandomColorJitter": {
        "brightness_factor": 0.2,
        "contrast_factor": 0.3,
        "saturation_factor": (0.2, 0.4),
        "hue_factor": 0.3,
    },
    "RandomContrast": {"factor": (0.2, 0.4)},
    "RandomGaussianBlur": {"factor": (1.0, 1.0), "sigma": (0.5, 1.0)},
    "RandomGrayscale": {"factor": 1.0},
    "RandomHue": {"factor": (0.3, 0.5)},
    "RandomInvert": {"factor": (1.0, 1.0)},
    "RandomPosterization": {"factor": (2, 5)},
    "RandomSaturation": {"factor": (0.2, 0.4)},
    "RandomSharpness": {"factor": (0.0, 0.2)},
    "Solarization": {"addition_factor": 0.2, "threshold_factor": (0.2, 0.5)},
}


def _compiled(layer):
    """A training call as one program, which is faster than one for every step of it."""
    return jax.jit(lambda data: nnx.clone(layer)(data, training=True))


def _first(images):
    return np.moveaxis(images, -1, 1)


def _assert_close(ours, theirs, atol=2e-3):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-4, atol=atol)


# ---------------------------------------------------------------------------- deterministic


@pytest.mark.parametrize(
    ("name", "arguments", "size"),
    [
        ("AutoContrast", {"value_range": (0, 255)}, (6, 8)),
        ("AutoContrast", {"value_range": (-1, 1)}, (6, 8)),
        ("Equalization", {}, (6, 8)),
        ("Equalization", {"value_range": (0, 1), "bins": 16}, (6, 8)),
        (CLAHE, {"tile_grid_size": (2, 2)}, (6, 8)),
        (CLAHE, {"tile_grid_size": (3, 2), "clip_limit": 1.5, "value_range": (0, 1)}, (7, 9)),
        (CLAHE, {"tile_grid_size": (2, 4), "clip_limit": 0}, (7, 9)),
    ],
)
def test_deterministic_layers_are_those_of_keras(name, arguments, size):
    low, high = arguments.get("value_range", (0, 255))
    images = np.random.default_rng(2).uniform(0.2, 0.9, (2, *size, 3)).astype("float32") ** 2
    images[1, ..., 2] = images[1, 0, 0, 2]
    images = low + images * (high - low)
    ours, theirs = (getattr(m.layers, name)(**arguments) for m in (jaxkeras, keras))
    atol = 1e-5 * (high - low)
    expected = np.asarray(theirs(images))
    _assert_close(ours(images), expected, atol)
    first = getattr(layers, name)(data_format="channels_first", **arguments)
    _assert_close(first(_first(images)), _first(expected), atol)
    _assert_close(ours(images, training=False), theirs(images, training=False), atol)
    assert ours(jaxkeras.Input((None, None, 3))).shape == (None, None, None, 3)


def test_flat_channels_stay():
    flat = np.full((1, 4, 4, 3), [0.0, 100.0, 255.0], "float32")
    for name in ("AutoContrast", "Equalization"):
        np.testing.assert_array_equal(getattr(layers, name)()(flat), flat)


# ---------------------------------------------------------------------------- the same parameters


@pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64")  # by Keras's MixUp
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("CutMix", {"factor": 0.8}),
        ("MixUp", {"alpha": 0.6}),
        ("RandomBrightness", {"factor": 0.6}),
        ("RandomBrightness", {"factor": (-0.5, -0.1), "value_range": [0, 1]}),
        ("RandomColorDegeneration", {"factor": 0.5}),
        ("RandomColorDegeneration", {"factor": (0.3, 0.9), "value_range": (0, 1)}),
        ("RandomContrast", {"factor": (0.2, 0.6)}),
        ("RandomContrast", {"factor": 0.9, "value_range": (0, 1)}),
        ("RandomGaussianBlur", {"factor": 1.0, "kernel_size": 5, "sigma": (0.4, 0.9)}),
        ("RandomGaussianBlur", {"factor": (1, 1), "kernel_size": (3, 5), "value_range": (0, 1)}),
        ("RandomGrayscale", {"factor": 0.5}),
        ("RandomHue", {"factor": 0.8}),
        ("RandomHue", {"factor": (0.5, 1.0), "value_range": (0, 1)}),
        ("RandomInvert", {"factor": (0.5, 0.5)}),
        ("RandomInvert", {"factor": (1, 1), "value_range": (0, 1)}),
        ("RandomPosterization", {"factor": (1, 8)}),
        ("RandomPosterization", {"factor": (3, 3), "value_range": (-1, 1)}),
        ("RandomSaturation", {"factor": 0.5}),
        ("RandomSaturation", {"factor": (0.3, 0.9), "value_range": (0, 1)}),
        ("RandomSharpness", {"factor": 1.0}),
        ("RandomSharpness", {"factor": (0.8, 1.0), "value_range": (0, 1)}),
        ("Solarization", {"addition_factor": 0.4, "threshold_factor": 0.7}),
        ("Solarization", {"threshold_factor": 0.5, "value_range": (0, 1)}),
    ],
)
def test_random_layers_do_as_those_of_keras_with_the_same_numbers(name, arguments):
    low, high = arguments.get("value_range", (0, 255))
    images = low + IMAGES / 255 * (high - low)
    ours, theirs = (getattr(m.layers, name)(seed=3, **arguments) for m in (jaxkeras, keras))
    transformation = theirs.get_random_transformation(images, training=True)
    parameters = transformation
    if name == "RandomGrayscale":
        parameters = {"should_apply": transformation}
    if "permutation_order" in parameters:
        transformation["permutation_order"] = parameters["permutation_order"] = jnp.array([1, 0])
        labels = np.eye(2, dtype="float32")
        expected = theirs.transform_labels(labels, transformation)
        _assert_close(ours.transform_labels(labels, parameters), expected)
    expected = jax.jit(lambda x: theirs.transform_images(x, transformation))(images)
    changed = jax.jit(lambda x: ours.transform_images(x, parameters))(images)
    _assert_close(changed, expected, atol=1e-5 * (high - low))
    drawn = ours.draw(jax.random.key(0), images.shape)
    assert drawn.keys() == parameters.keys()


# ---------------------------------------------------------------------------- what is true


def _made(kind, **more):
    return getattr(layers, kind)(**{**RANDOM[kind], "seed": 6, **more})


@pytest.mark.parametrize("name", sorted(RANDOM.keys() - {"AugMix"}))
def test_training_in_both_layouts(name):
    images = IMAGES.astype("uint8")
    last = _compiled(_made(name))(images)
    assert last.dtype == "float32" and last.shape == images.shape
    assert last.min() >= 0 and last.max() <= 255
    if name not in ("CutMix", "MixUp"):  # where an image may be its own partner
        assert not np.allclose(last, images)
    if name not in ("CutMix", "MixUp", "RandAugment"):  # which take long to compile
        first = _compiled(_made(name, data_format="channels_first"))(_first(images))
        np.testing.assert_allclose(_first(last), first, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("name", sorted(RANDOM))
def test_inference_shapes_and_configurations(name):
    images = IMAGES.astype("uint8")
    still = _made(name, dtype="bfloat16")(images, training=False)
    assert still.dtype == "bfloat16"
    np.testing.assert_array_equal(still, images.astype("bfloat16"))
    assert _made(name)(jaxkeras.Input((None, None, 3))).shape == (None, None, None, 3)
    again = getattr(layers, name).from_config(_made(name).get_config())
    assert again.get_config() == _made(name, name=again.name).get_config()


def test_masks_boxes_labels_and_single_images():
    data = {
        "images": IMAGES,
        "labels": np.eye(2),
        "segmentation_masks": MASKS,
        "bounding_boxes": BOXES,
    }
    outputs = _compiled(layers.RandomHue((0.5, 0.9)))(data)
    for kind in ("labels", "segmentation_masks"):
        np.testing.assert_array_equal(outputs[kind], data[kind])
    np.testing.assert_array_equal(outputs["bounding_boxes"]["boxes"], BOXES["boxes"])
    mixed = _compiled(layers.MixUp(seed=1))(data)
    assert mixed["bounding_boxes"]["boxes"].shape == (2, 2, 4)
    assert mixed["bounding_boxes"]["labels"].shape == (2, 2)
    single = layers.RandomInvert((1.0, 1.0))(IMAGES[0])
    _assert_close(single, 255 - IMAGES[0])
    assert layers.CutMix()(IMAGES[0]).tolist() == IMAGES[0].tolist()


def test_saturation_stays_within_the_range_where_keras_leaves_it():
    layer = layers.RandomSaturation((1.0, 1.0))
    outputs = np.asarray(layer(IMAGES))
    assert outputs.min() >= 0 and outputs.max() <= 255
    np.testing.assert_allclose(outputs.min(axis=-1), 0, atol=1e-3)
    np.testing.assert_allclose(outputs.max(axis=-1), IMAGES.max(axis=-1), rtol=1e-5)
    grey = np.asarray(layers.RandomSaturation((-0.5, 0.0))(IMAGES))
    np.testing.assert_allclose(grey, np.tile(IMAGES.max(axis=-1, keepdims=True), 3), rtol=1e-5)


def test_jitter_is_brightness_then_contrast_then_saturation_then_hue():
    layer = layers.RandomColorJitter(**RANDOM["RandomColorJitter"], seed=1)
    drawn = layer.draw(jax.random.key(1), IMAGES.shape)
    expected = jnp.asarray(IMAGES)
    kinds = (
        layers.RandomBrightness,
        layers.RandomContrast,
        layers.RandomSaturation,
        layers.RandomHue,
    )
    for kind, numbers in zip(kinds, drawn, strict=True):
        expected = kind(0.1).transform_images(expected, numbers)
    _assert_close(layer.transform_images(jnp.asarray(IMAGES), drawn), expected)
    assert layers.RandomColorJitter()(IMAGES).tolist() == IMAGES.tolist()


def test_mixing_takes_labels_along():
    images = np.tile(np.arange(8.0)[:, None, None, None], (1, 20, 20, 1))
    data = {"images": images, "labels": np.eye(8), "segmentation_masks": images}
    up = _compiled(layers.MixUp(2.0, seed=1))(data)
    own = np.asarray(up["labels"])
    np.testing.assert_allclose(own.sum(axis=1), 1, rtol=1e-5)
    _assert_close(up["images"][:, 3, 4, 0], own @ np.arange(8.0))
    _assert_close(up["segmentation_masks"], up["images"])
    cut = _compiled(layers.CutMix((1.0, 1.0), seed=1))(data)
    pasted = np.asarray(cut["images"] != images).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(1 - np.diag(cut["labels"]), pasted, atol=0.08)
    assert (pasted > 0).sum() >= 4
    _assert_close(cut["segmentation_masks"], cut["images"])


@pytest.mark.slow
def test_policies_apply_what_was_chosen():
    layer: Any = layers.RandAugment(
        (0, 255), num_ops=2, factor=0.4, seed=2, bounding_box_format="xyxy"
    )
    names = [type(step).__name__ for step in layer.steps]
    turn, invert = names.index("RandomRotation"), names.index("Solarization")
    keys = jax.random.split(jax.random.key(0))
    in_turn = list(zip((turn, invert), keys, strict=True))
    drawn = {"choices": jnp.array([turn, invert]), "keys": keys}
    data = {
        "images": jnp.asarray(IMAGES),
        "segmentation_masks": jnp.asarray(MASKS),
        "bounding_boxes": jax.tree.map(jnp.asarray, BOXES),
    }
    outputs = layer._transform_all(data, drawn)

    @jax.jit
    def one_after_the_other(data):
        for choice, key in in_turn:
            step = layer.steps[choice]
            data = step._transform_all(data, step.draw(key, IMAGES.shape))
        return data

    jax.tree.map(_assert_close, outputs, one_after_the_other(data))

    mix = layers.AugMix(num_chains=2, chain_depth=1, all_ops=False)
    nothing = len(mix.steps)
    drawn = {
        "choices": jnp.array([[nothing], [names.index("AutoContrast")]]),
        "keys": keys[:, None],
        "chain_mixing_weights": jnp.array([0.25, 0.75]),
        "weight_sample": jnp.array(0.2),
    }
    contrast = layers.AutoContrast()(IMAGES)
    expected = 0.2 * IMAGES + 0.8 * (0.25 * IMAGES + 0.75 * contrast)
    outputs = mix._transform_all(data, drawn)
    _assert_close(outputs["images"], expected)
    _assert_close(outputs["segmentation_masks"], MASKS)
    assert outputs["bounding_boxes"] is data["bounding_boxes"]
    chosen = mix.draw(jax.random.key(1), IMAGES.shape)
    assert chosen["choices"].shape == (2, 1)
    assert float(chosen["chain_mixing_weights"].sum()) == pytest.approx(1)


def test_pipeline_is_its_layers():
    pipeline = layers.Pipeline(
        [layers.RandomInvert((1.0, 1.0)), layers.Rescaling(1 / 255), layers.Dropout(0.5, seed=1)]
    )
    dropped = np.asarray(pipeline(IMAGES))
    kept = dropped != 0
    assert 0.3 < kept.mean() < 0.7
    _assert_close(dropped[kept], 2 * (1 - IMAGES / 255)[kept], 1e-5)
    _assert_close(pipeline(IMAGES, training=False), IMAGES / 255, 1e-5)
    assert pipeline(jaxkeras.Input((6, 8, 3))).shape == (None, 6, 8, 3)
    again = jaxkeras.layers.deserialize(jaxkeras.layers.serialize(pipeline))
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in pipeline.layers]
    theirs = keras.layers.Pipeline([keras.layers.Rescaling(0.5)])
    loaded = jaxkeras.layers.deserialize(keras.layers.serialize(theirs))
    _assert_close(loaded(IMAGES), theirs(IMAGES))
    model = jaxkeras.Sequential([pipeline, layers.Flatten(), layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    model.fit(IMAGES, np.zeros((2, 1)), epochs=1, verbose=0)
    assert model.predict(IMAGES, verbose=0).shape == (2, 1)


# ---------------------------------------------------------------------------- random numbers


def test_what_is_drawn_keeps_its_bounds():
    def drawn(layer, name):
        return layer.draw(jax.random.key(0), (2000, 4, 5, 3))[name]

    def spread(values, low, high):
        slack = 0.05 * (high - low)
        assert low <= values.min() < low + slack and high - slack < values.max() <= high

    spread(drawn(layers.RandomBrightness(0.2), "rgb_delta"), -51, 51)
    spread(drawn(layers.RandomContrast((0.2, 0.6)), "contrast_factor"), 0.8, 1.6)
    spread(drawn(layers.RandomContrast(0.5), "contrast_factor"), 1, 1.5)
    hue = drawn(layers.RandomHue((0.2, 0.8)), "factor")
    spread(hue, -0.4, 0.4)
    assert (abs(hue) >= 0.1).all() and abs((hue > 0).mean() - 0.5) < 0.05
    spread(drawn(layers.RandomSaturation((0.0, 0.5)), "factor"), 0, 1)
    spread(drawn(layers.RandomColorDegeneration(0.5), "factor"), -0.5, 0.5)
    assert abs(drawn(layers.RandomGrayscale(0.3), "should_apply").mean() - 0.3) < 0.05
    assert abs(drawn(layers.RandomInvert(0.6), "apply_inversion").mean() - 0.3) < 0.05
    assert set(drawn(layers.RandomPosterization(4), "shift_factor").tolist()) == {5, 6, 7}
    assert set(drawn(layers.RandomPosterization((8, 8)), "shift_factor").tolist()) == {0}
    spread(drawn(layers.RandomSharpness((0.2, 0.6)), "factor"), 0.2, 0.6)
    assert (drawn(layers.RandomGaussianBlur(sigma=(0.3, 0.4)), "blur_factor") >= 0.3).all()
    spread(drawn(layers.Solarization((0.2, 0.4)), "additions"), 51, 102)
    mix = layers.MixUp(0.5)
    mixing = jax.jit(lambda key: mix.draw(key, (500, 4, 5, 3)))(jax.random.key(0))
    weights = mixing["mix_weight"]
    assert abs(weights.mean() - 0.5) < 0.06 and abs(weights.var() - 0.125) < 0.03
    assert sorted(mixing["permutation_order"].tolist()) == list(range(500))


# ---------------------------------------------------------------------------- messages


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.RandomBrightness(2.0), "factor takes a number from -1 to 1"),
        (lambda: layers.RandomContrast(-0.5), "factor takes a number from 0 to 1"),
        (lambda: layers.RandomGrayscale(1.5), "needs a factor from 0 to 1"),
        (lambda: layers.RandomPosterization(9), "factor takes a number from 1 to 8"),
        (lambda: layers.RandomHue(0.5, value_range=1), "value_range takes the least and"),
        (lambda: layers.RandomGaussianBlur(kernel_size=4), "kernel_size takes odd numbers"),
        (lambda: layers.Solarization("much"), "addition_factor takes a number from 0 to 1"),
        (lambda: layers.Equalization(bins=0), "bins must be a whole number, at least 1"),
        (lambda: layers.AugMix(interpolation="cubic"), "interpolation must be one of"),
        (lambda: layers.AugMix(alpha=0), "needs a positive alpha"),
        (lambda: layers.MixUp(alpha=-1), "needs a positive alpha"),
        (lambda: layers.RandomHue(0.5)(IMAGES[..., :1]), "needs 3 channels"),
        (
            lambda: layers.MixUp()({"images": IMAGES, "labels": np.array([0, 1])}),
            "to_categorical",
        ),
        (
            lambda: layers.CutMix()({"images": IMAGES, "bounding_boxes": BOXES}),
            "no rule for bounding boxes",
        ),
        (lambda: layers.Pipeline([len]), "takes a list of layers"),
    ],
)
def test_messages(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()

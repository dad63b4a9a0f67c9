"""Images changed and normalised as by the `ImageDataGenerator` of Keras."""

import numpy as np
import pytest

from jaxkeras.preprocessing import image

keras = pytest.importorskip("keras")
legacy = pytest.importorskip("keras.src.legacy.preprocessing.image")

# Keras finds the function where SciPy had it once.
pytestmark = pytest.mark.filterwarnings("ignore:Please import `affine_transform`")

IMAGES = np.random.default_rng(0).uniform(0, 255, size=(6, 8, 11, 3)).astype("float32")
LAST = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"theta": 30},
        {"tx": 2, "ty": -1.5, "fill_mode": "constant", "cval": 7.0},
        {"shear": 20, "fill_mode": "reflect", "order": 0},
        {"zx": 1.3, "zy": 0.6, "fill_mode": "wrap"},
        {"theta": -70, "tx": 1, "ty": 2, "shear": 10, "zx": 0.8, "zy": 1.2, "order": 3},
    ],
)
def test_affine_transforms_are_those_of_keras(arguments):
    turned = {"row_axis": 1, "col_axis": 0, "channel_axis": 2}
    for axes, order in ((LAST, (0, 1, 2)), ({}, (2, 0, 1)), (turned, (1, 0, 2))):
        x = IMAGES[0].transpose(order)
        before = x.copy()
        ours = image.apply_affine_transform(x, **arguments, **axes)
        assert ours.dtype == x.dtype
        np.testing.assert_array_equal(ours, legacy.apply_affine_transform(x, **arguments, **axes))
        np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("random_rotation", (40,)),
        ("random_shift", (0.3, 0.2)),
        ("random_shear", (25,)),
        ("random_zoom", ((0.7, 1.4),)),
        ("random_zoom", ((1, 1),)),
        ("random_channel_shift", (80.0,)),
        ("random_brightness", ((0.4, 1.6),)),
        ("random_brightness", ((0.4, 1.6), False)),
        ("apply_channel_shift", (-30.0,)),
        ("apply_brightness_shift", (0.7,)),
        ("apply_brightness_shift", (0.7, False)),
    ],
)
def test_random_changes_draw_what_keras_draws(name, arguments):
    places = name.startswith("random_") and "bright" not in name and "channel" not in name
    axes = LAST if places else {"channel_axis": 2} if "channel" in name else {}
    for x in (IMAGES[1], IMAGES[1] - 100):  # the second goes beyond 0 and 255
        results = []
        for library in (image, legacy):
            np.random.seed(3)
            results.append(getattr(library, name)(x, *arguments, **axes))
        np.testing.assert_array_equal(*results)


EVERYTHING = {
    "rotation_range": 30,
    "width_shift_range": 0.2,
    "height_shift_range": 0.1,
    "brightness_range": (0.5, 1.5),
    "shear_range": 10.0,
    "zoom_range": 0.3,
    "channel_shift_range": 20.0,
    "horizontal_flip": True,
    "vertical_flip": True,
    "fill_mode": "constant",
    "cval": 9.0,
    "interpolation_order": 0,
}


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        EVERYTHING,
        {"width_shift_range": 3, "height_shift_range": 2.5, "zoom_range": [0.5, 0.9]},
        {"width_shift_range": [-2, 0, 2], "height_shift_range": [0.25, 0.1]},
        {"horizontal_flip": True, "samplewise_center": True, "rescale": 1 / 255},
    ],
)
def test_images_are_changed_and_normalised_as_in_keras(arguments):
    ours, theirs = image.ImageDataGenerator(**arguments), legacy.ImageDataGenerator(**arguments)
    for seed, x in enumerate(IMAGES):
        drawn = ours.get_random_transform(x.shape, seed=seed)
        assert drawn == theirs.get_random_transform(x.shape, seed=seed)
        changed = ours.apply_transform(x, drawn)
        np.testing.assert_array_equal(changed, theirs.apply_transform(x, drawn))
        np.testing.assert_array_equal(
            ours.standardize(changed.copy()), theirs.standardize(changed.copy())
        )
        np.random.seed(seed)
        np.testing.assert_array_equal(ours.random_transform(x), changed)


def test_a_seed_leaves_the_global_generator_alone():
    np.random.seed(5)
    image.ImageDataGenerator(rotation_range=3).get_random_transform((4, 4, 3), seed=1)
    drawn = np.random.rand()
    np.random.seed(5)
    assert drawn == np.random.rand()


@pytest.mark.parametrize(
    "arguments",
    [
        {"featurewise_center": True, "featurewise_std_normalization": True, "rescale": 1 / 255},
        {"samplewise_center": True, "samplewise_std_normalization": True},
        {"featurewise_center": True, "zca_whitening": True, "zca_epsilon": 1e-3},
        {"featurewise_center": True, "preprocessing_function": lambda x: x * 2},
    ],
)
def test_fit_learns_what_keras_learns(arguments):
    for augment in (False, True):
        changes = {"rotation_range": 20, "horizontal_flip": True} if augment else {}
        batches = []
        for library in (image, legacy):
            generator = library.ImageDataGenerator(**arguments, **changes)
            generator.fit(IMAGES[:, :5, :6], augment=augment, rounds=2, seed=4)
            batches.append(generator.standardize(IMAGES[:2, :5, :6].copy()))
        np.testing.assert_allclose(*batches, rtol=1e-3, atol=1e-3)


def test_channels_may_come_first():
    first = IMAGES.transpose(0, 3, 1, 2)
    arguments = EVERYTHING | {"featurewise_center": True, "fill_mode": "nearest"}
    last = image.ImageDataGenerator(**arguments)
    other = image.ImageDataGenerator(**arguments, data_format="channels_first")
    last.fit(IMAGES)
    other.fit(first)
    ours = next(other.flow(first, seed=1))
    np.testing.assert_allclose(ours.transpose(0, 2, 3, 1), next(last.flow(IMAGES, seed=1)))


def test_standardize_works_in_place_where_it_can():
    generator = image.ImageDataGenerator(rescale=0.5)
    x = np.full((1, 2, 2, 1), 8.0)
    assert generator.standardize(x) is x and x[0, 0, 0, 0] == 4
    pixels = np.full((1, 2, 2, 1), 8, "uint8")
    assert generator.standardize(pixels).dtype == "float32" and pixels.max() == 8


def test_settings_that_ask_for_others_say_so():
    for arguments, text in (
        ({"featurewise_std_normalization": True}, "asks for featurewise_center=True"),
        ({"samplewise_std_normalization": True}, "asks for samplewise_center=True"),
        ({"zca_whitening": True}, "asks for featurewise_center=True"),
        (
            {
                "zca_whitening": True,
                "featurewise_center": True,
                "featurewise_std_normalization": True,
            },
            "featurewise_std_normalization is left out",
        ),
    ):
        with pytest.warns(UserWarning, match=text):
            image.ImageDataGenerator(**arguments)
    with pytest.warns(UserWarning, match="generator.fit"):
        image.ImageDataGenerator(featurewise_center=True).standardize(np.ones((2, 2, 3)))


def test_misuse_is_answered():
    make = image.ImageDataGenerator
    for arguments, text in (
        ({"validation_split": 20}, "between 0 and 1. Received: 20"),
        ({"brightness_range": 0.5}, "brightness_range must be two numbers.*Received: 0.5"),
        ({"zoom_range": [1, 2, 3]}, "zoom_range must be two numbers"),
        ({"fill_mode": "black"}, "fill_mode must be one of"),
        ({"data_format": "last"}, "data_format must be"),
        ({"width_shift_range": []}, "width_shift_range must be a number, or a list"),
    ):
        with pytest.raises(ValueError, match=text):
            make(**arguments)
    with pytest.raises(ValueError, match=r"four axes.*shape \(8, 11, 3\).*x\[\.\.\., None\]"):
        make().fit(IMAGES[0])
    with pytest.raises(ValueError, match="one image of three axes"):
        image.apply_affine_transform(IMAGES, theta=1)

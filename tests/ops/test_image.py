import numpy as np
import pytest

from jaxkeras import ops

rng = np.random.default_rng(0)


def images(*shape):
    return rng.uniform(size=shape).astype("float32")


LAST, FIRST = images(4, 9, 8, 3), images(4, 3, 9, 8)
BYTES = rng.integers(0, 256, size=(4, 9, 8, 3)).astype("uint8")
BOTH = (("channels_last", LAST), ("channels_first", FIRST))


def colors(table):
    for data_format, x in BOTH:
        table.each("image.rgb_to_grayscale image.rgb_to_hsv image.hsv_to_rgb", x, data_format)
    table.concrete("image.rgb_to_hsv", LAST[0])
    table("image.rgb_to_grayscale", BYTES)
    table("image.rgb_to_grayscale", LAST[..., :1])
    grays = np.repeat(LAST[..., :1], 3, axis=-1)
    table.each("image.rgb_to_hsv image.hsv_to_rgb", grays)


def sizes(table):
    for data_format, x in BOTH:
        options = {"data_format": data_format}
        table("image.resize", x, (5, 6), **options)
        table("image.resize", x, (4, 8), crop_to_aspect_ratio=True, **options)
        table("image.resize", x, (4, 8), pad_to_aspect_ratio=True, fill_value=0.5, **options)
        borders = {"top_padding": 1, "target_height": 12, "left_padding": 2, "right_padding": 0}
        table("image.pad_images", x, **borders, **options)
        borders = {"bottom_cropping": 1, "target_height": 5, "left_cropping": 2, "target_width": 3}
        table("image.crop_images", x, **borders, **options)
    for interpolation in ("nearest", "lanczos3"):
        table("image.resize", LAST, (5, 6), interpolation, antialias=True)
    table("image.resize", BYTES, (12, 5))
    table("image.resize", BYTES, (12, 9), "bicubic")
    table("image.resize", LAST, (8, 3), pad_to_aspect_ratio=True)
    table("image.resize", LAST, (8, 3), crop_to_aspect_ratio=True)
    table.concrete("image.resize", LAST[0], (5, 6))
    table.concrete("image.crop_images", LAST[0], 1, 1, 1, 1)
    shifted = ([1.5, 2.0], [0.5, -1.0], [1, 2], "linear")
    table.concrete("image.scale_and_translate", LAST, (4, 7, 5, 3), *map(_array, shifted))


def _array(value):
    return np.array(value, "float32") if isinstance(value[0], float) else value


def movements(table):
    turn = np.array([0.8, -0.6, 2.0, 0.6, 0.8, -1.0, 0.0, 0.0], "float32")
    each = np.stack([turn, turn / 2, 2 * turn, turn])
    for data_format, x in BOTH:
        table("image.affine_transform", x, np.stack([turn] * 4), data_format=data_format)
    table("image.affine_transform", LAST, each, fill_mode="reflect")
    table("image.affine_transform", LAST, each, "nearest", fill_value=0.5)
    table.concrete("image.affine_transform", LAST[0], turn)
    corners = np.array([[0, 0], [7, 0], [0, 8], [7, 8]], "float32")
    moved = corners + np.array([[1, 0.5], [-1, 0], [0.5, -2], [0, 0]], "float32")
    for data_format, x in BOTH:
        points = (np.stack([corners] * 4), np.stack([moved] * 4))
        table("image.perspective_transform", x, *points, data_format=data_format)
    table.concrete("image.perspective_transform", LAST[0], corners, moved, "nearest", 0.5)
    places = rng.uniform(-1, 9, size=(2, 5)).astype("float32")
    table.concrete("image.map_coordinates", LAST[0, ..., 0], places, 1)
    table.concrete("image.map_coordinates", LAST[0, ..., 0], places, 0, "reflect")


def neighbourhoods(table):
    for data_format, x in BOTH:
        blur = {"kernel_size": (3, 5), "sigma": (1.0, 2.0), "data_format": data_format}
        table("image.gaussian_blur", x, **blur)
        table("image.sobel_edges", x, data_format)
        table("image.ssim", x, x**2, filter_size=5, data_format=data_format)
        table("image.extract_patches", x, (3, 2), data_format=data_format)
    table.concrete("image.gaussian_blur", LAST[0], data_format="channels_last")
    table("image.extract_patches", LAST, 3, 2, padding="same")
    table("image.extract_patches", LAST, 3, 1, dilation_rate=2)
    table.concrete("image.extract_patches", LAST[0], 3)
    table("image.ssim", images(4, 16, 16, 1), images(4, 16, 16, 1), max_val=2.0)
    table("image.extract_patches_3d", images(4, 5, 6, 4, 2), 2)
    table("image.extract_patches", images(4, 5, 6, 4, 2), (2, 3, 2), (1, 1, 1))


GROUPS = [colors, sizes, movements, neighbourhoods]


@pytest.mark.parametrize("group", GROUPS)
def test_values_are_those_of_keras(group, table, agree):
    cases = table()
    group(cases)
    agree(cases)


@pytest.mark.parametrize(
    "group", [colors, sizes, movements, pytest.param(neighbourhoods, marks=pytest.mark.slow)]
)
def test_unknown_batch(group, table, infer):
    cases = table()
    group(cases)
    infer(cases)


def test_tables_are_complete(table):
    cases = table()
    for group in GROUPS:
        group(cases)
    assert cases.names == set(ops.image.__all__) - {"elastic_transform"}


def test_elastic_transform_moves_by_a_smooth_random_field():
    moved = ops.image.elastic_transform(LAST, alpha=20.0, sigma=1.0, seed=1)
    assert moved.shape == LAST.shape and not np.allclose(moved, LAST)
    np.testing.assert_array_equal(moved, ops.image.elastic_transform(LAST, sigma=1.0, seed=1))
    still = ops.image.elastic_transform(FIRST, alpha=0.0, data_format="channels_first", seed=1)
    np.testing.assert_allclose(still, FIRST, atol=1e-6)


def test_elastic_transform_moves_along_both_axes_independently():
    ramp = np.stack(np.meshgrid(np.arange(16.0), np.arange(16.0)), axis=-1)[None]
    moved = ops.image.elastic_transform(ramp, alpha=1.0, sigma=1.0, seed=1) - ramp
    columns, rows = np.asarray(moved)[0, 4:-4, 4:-4].reshape(-1, 2).T
    assert abs(np.corrcoef(columns, rows)[0, 1]) < 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.image.resize(LAST, (5,)), r"size=\(5,\)"),
        (lambda: ops.image.resize(LAST, (5, 5), fill_mode="edge"), "fill_mode='edge'"),
        (lambda: ops.image.rgb_to_hsv(BYTES), "Divide the images by 255"),
        (lambda: ops.image.pad_images(LAST, 1, 1, 1, 1, 12, 12), "two of"),
        (
            lambda: ops.image.crop_images(LAST, 5, 1, 5, 1),
            "9 pixels cannot have borders of 5 and 5",
        ),
        (lambda: ops.image.affine_transform(LAST, np.ones(8), "cubic"), "'cubic'"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()

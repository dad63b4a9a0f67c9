"""Padding, cropping, enlarging and rearranging: Keras's numbers, gradients, shapes and files."""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import layers
from jaxkeras.layers.mask import get_mask, set_mask

keras = pytest.importorskip("keras")

FIRST = {"data_format": "channels_first"}
REQUIRED = {
    "ZeroPadding1D": (),
    "ZeroPadding2D": (),
    "ZeroPadding3D": (),
    "Cropping1D": (),
    "Cropping2D": (),
    "Cropping3D": (),
    "UpSampling1D": (),
    "UpSampling2D": (),
    "UpSampling3D": (),
    "Permute": ((2, 1),),
    "RepeatVector": (3,),
}


@pytest.mark.parametrize(
    ("name", "shape", "arguments"),
    [
        ("ZeroPadding1D", (2, 3, 4), {}),
        ("ZeroPadding1D", (2, 3, 4), {"padding": (2, 0), **FIRST}),
        ("ZeroPadding2D", (2, 3, 4, 2), {"padding": (1, 2)}),
        ("ZeroPadding2D", (2, 3, 4, 2), {"padding": ((1, 0), (2, 3)), **FIRST}),
        ("ZeroPadding3D", (2, 3, 4, 2, 1), {"padding": ((1, 0), (2, 3), (0, 1))}),
        ("Cropping1D", (2, 5, 3), {"cropping": (0, 2)}),
        ("Cropping2D", (2, 5, 4, 3), {"cropping": ((1, 0), (0, 2))}),
        ("Cropping2D", (2, 3, 5, 4), {"cropping": (1, 0), **FIRST}),
        ("Cropping3D", (2, 5, 4, 3, 2), {}),
        ("UpSampling1D", (2, 3, 2), {"size": 3}),
        ("UpSampling2D", (2, 3, 4, 2), {"size": (1, 3)}),
        ("UpSampling2D", (2, 3, 4, 2), {"interpolation": "bilinear"}),
        ("UpSampling2D", (2, 2, 3, 4), {"size": (2, 3), "interpolation": "bicubic", **FIRST}),
        ("UpSampling2D", (1, 11, 3, 2), {"size": (2, 1), "interpolation": "lanczos5"}),
        ("UpSampling3D", (1, 3, 2, 3, 2), {"size": (1, 2, 3), **FIRST}),
        ("Permute", (2, 3, 4, 5), {"dims": (3, 1, 2)}),
        ("RepeatVector", (2, 3), {"n": 4}),
    ],
)
def test_layer_equals_keras(assert_same_layer, name, shape, arguments):
    assert_same_layer(name, shape, unknown=tuple(range(len(shape) - 1)) or (0,), **arguments)


def test_unknown_sizes_may_be_cropped_by_any_amount():
    assert layers.Cropping1D((9, 9)).compute_output_shape((None, None, 3)) == (None, None, 3)


@pytest.mark.parametrize("name", REQUIRED)
def test_configuration_is_one_that_keras_takes(name):
    layer = getattr(layers, name)(*REQUIRED[name])
    theirs = getattr(keras.layers, name)(*REQUIRED[name])
    assert set(layer.get_config()) == set(theirs.get_config())
    assert type(theirs).from_config(layer.get_config()).name == layer.name
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


@pytest.mark.parametrize("name", REQUIRED)
def test_defaults_are_those_of_keras(name):
    shape = {"1D": (1, 3, 2), "2D": (1, 3, 4, 2), "3D": (1, 3, 4, 5, 2)}.get(name[-2:])
    shape = shape or ((1, 3) if name == "RepeatVector" else (1, 3, 4))
    own, reference = (
        getattr(module, name)(*REQUIRED[name]).compute_output_shape(shape)
        for module in (layers, keras.layers)
    )
    assert own == tuple(reference)


def test_integers_stay_integers():
    x = np.array([[[1], [2]]], "int32")
    np.testing.assert_array_equal(layers.UpSampling1D()(x).ravel(), [1, 1, 2, 2])
    np.testing.assert_array_equal(layers.ZeroPadding1D()(x).ravel(), [0, 1, 2, 0])
    assert layers.RepeatVector(2)(np.array([[1]], "int32")).dtype == "int32"


def test_a_mask_ends_where_time_moves():
    x = jnp.ones((1, 3, 3))
    set_mask(x, jnp.ones((1, 3), bool))
    assert get_mask(layers.Permute((2, 1))(x)) is None
    assert get_mask(layers.UpSampling1D(1)(x)) is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.ZeroPadding2D((1, 2, 3)), r"2 pairs \(before, after\)"),
        (lambda: layers.ZeroPadding2D(((1, 2, 3), 1)), "padding takes one whole number or 2"),
        (lambda: layers.ZeroPadding1D(-1), "padding must be a whole number, at least 0"),
        (lambda: layers.Cropping2D((2, 1))(np.zeros((1, 4, 4, 1))), "nothing would be left"),
        (lambda: layers.UpSampling2D(0), "size must be a whole number, at least 1"),
        (lambda: layers.UpSampling2D(interpolation="cubic"), "Did you mean 'bicubic'"),
        (lambda: layers.UpSampling2D()(np.zeros((1, 4, 4))), "Add the missing axis"),
        (lambda: layers.Permute((0, 1)), "counted from 1 without the batch"),
        (lambda: layers.Permute((1, 1)), "every axis once"),
        (lambda: layers.RepeatVector(0), "n must be a whole number, at least 1"),
    ],
)
def test_what_does_not_fit_is_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()

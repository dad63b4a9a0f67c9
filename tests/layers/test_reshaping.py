"""Flatten and Reshape: the numbers of Keras in the order of Keras."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import layers

keras = pytest.importorskip("keras")

RESHAPES = [
    ((4, 6), (2, 3)),
    ((4, 6), (-1,)),
    ((4, 2, 6), (3, -1)),
    ((4, 2, 6), (-1, 2, 2)),
    ((4, 2, 3), (6,)),
    ((4, 1), ()),
    ((4,), (1, 1)),
]


def assert_same(name, shape, **arguments):
    x = np.random.normal(size=shape).astype("float32")
    ours, theirs = (getattr(module, name)(**arguments) for module in (layers, keras.layers))
    outputs, pullback = jax.vjp(ours, jnp.asarray(x))
    expected, keras_pullback = jax.vjp(theirs, jnp.asarray(x))
    assert outputs.shape == expected.shape
    np.testing.assert_array_equal(outputs, expected)
    cotangent = jnp.arange(outputs.size, dtype="float32").reshape(outputs.shape)
    np.testing.assert_array_equal(pullback(cotangent)[0], keras_pullback(cotangent)[0])
    assert ours.weights == []


@pytest.mark.parametrize("shape", [(3,), (3, 4), (3, 2, 4), (3, 2, 4, 5)])
@pytest.mark.parametrize("data_format", [None, "channels_last", "channels_first"])
def test_flatten_equals_keras(shape, data_format):
    assert_same("Flatten", shape, data_format=data_format)


def test_flatten_follows_the_global_image_layout():
    x = np.arange(12.0).reshape(1, 2, 3, 2)
    jaxkeras.config.set_image_data_format("channels_first")
    try:
        layer = layers.Flatten()
    finally:
        jaxkeras.config.set_image_data_format("channels_last")
    np.testing.assert_array_equal(layer(x), np.moveaxis(x, 1, -1).reshape(1, -1))
    np.testing.assert_array_equal(layers.Flatten()(x), x.reshape(1, -1))


@pytest.mark.parametrize(("shape", "target"), RESHAPES)
def test_reshape_equals_keras(shape, target):
    assert_same("Reshape", shape, target_shape=target)


@pytest.mark.parametrize(
    ("shape", "target"),
    [*((shape, target) for shape, target in RESHAPES if target), ((4, None, 3), (-1, 3))],
)
def test_reshape_of_an_unknown_batch(shape, target):
    shape = (None, *shape[1:])
    expected = keras.layers.Reshape(target)(keras.Input(batch_shape=shape)).shape
    assert layers.Reshape(target)(jaxkeras.Input(batch_shape=shape)).shape == expected


@pytest.mark.parametrize("shape", [(None,), (None, 4), (None, 2, 4), (8, 2, 4), (None, None, 4)])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_flatten_of_unknown_dimensions(shape, data_format):
    expected = keras.layers.Flatten(data_format)(keras.Input(batch_shape=shape)).shape
    assert layers.Flatten(data_format)(jaxkeras.Input(batch_shape=shape)).shape == expected


@pytest.mark.parametrize("target", [(4,), (-1, 4), (2, 2)])
@pytest.mark.parametrize("batch", [2, None])
def test_a_sample_that_has_another_size(batch, target):
    layer = layers.Reshape(target, name="folded")
    x = jaxkeras.Input((6,)) if batch is None else np.ones((batch, 6))
    message = r'Reshape "folded" cannot turn samples of shape \(6,\), 6 elements each, into .* 4 '
    with pytest.raises(ValueError, match=message):
        layer(x)


def test_types_pass_through():
    x = np.arange(6, dtype="int32").reshape(2, 3)
    assert layers.Flatten()(x).dtype == "int32"
    assert layers.Reshape((3, 1))(x).dtype == "int32"

"""Layers that merge entry by entry: Keras's numbers, shapes and masks."""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import Input, Model, layers
from jaxkeras.layers.mask import get_mask, set_mask

keras = pytest.importorskip("keras")

ELEMENTWISE = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_equals_keras(assert_same_layer, name):
    assert_same_layer(name, [(2, 3, 4), (2, 3, 4)], unknown=(0, 1), eager=False)


@pytest.mark.parametrize(
    ("name", "shapes", "unknown"),
    [
        ("Add", [(2, 4), (2, 3, 4), (2, 1)], (0,)),
        ("Maximum", [(2, 1, 4), (2, 3, 1)], (0,)),
        ("Subtract", [(2, 5, 3, 4), (2, 4)], (0, 2)),
    ],
)
def test_other_numbers_of_axes_equal_keras(assert_same_layer, name, shapes, unknown):
    assert_same_layer(name, shapes, unknown=unknown, eager=False)


@pytest.mark.parametrize("name", ["Add", "Average", "Multiply", "Minimum"])
def test_three_inputs_and_one(name):
    x = np.random.normal(size=(3, 2, 4)).astype("float32")
    for count in (1, 3):
        inputs = list(x[:count])
        expected = getattr(keras.layers, name)()(inputs)
        np.testing.assert_allclose(getattr(layers, name)()(inputs), expected, rtol=1e-6)
        np.testing.assert_allclose(getattr(layers, name.lower())(inputs), expected, rtol=1e-6)


def masked(masks, set_one):
    """Three arrays, each with its mask, if it has one."""
    np.random.seed(1)
    arrays = [jnp.asarray(np.random.normal(size=(2, 3, 2)), "float32") for _ in masks]
    for x, mask in zip(arrays, masks, strict=True):
        if mask is not None:
            set_one(x, jnp.asarray(mask, bool))
    return arrays


A, B, C = ([[1, 1, 0], [1, 0, 0]], [[1, 0, 0], [1, 1, 0]], [[0, 1, 0], [1, 1, 1]])


@pytest.mark.parametrize("masks", [[A, B, C], [A, None, C], [None, B, C], [A, B], [None, B]])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_masks_equal_keras(name, masks):
    masks = masks[:2] if name == "Subtract" else masks
    outputs = getattr(layers, name)()(masked(masks, set_mask))
    expected = getattr(keras.layers, name)()(masked(masks, keras.src.backend.set_keras_mask))
    np.testing.assert_allclose(outputs, expected, rtol=1e-5)
    own, reference = get_mask(outputs), keras.src.backend.get_keras_mask(expected)
    assert (own is None) == (reference is None) == (None in masks)
    if own is not None:
        np.testing.assert_array_equal(own, reference)


def test_a_mask_of_images_in_time():
    mask = jnp.array([[True, False]])
    first, second = jnp.full((1, 2, 3, 3, 1), 5.0), jnp.full((1, 2, 3, 3, 1), 2.0)
    set_mask(first, mask)
    outputs = layers.Maximum()([first, second])
    assert outputs[0, :, 0, 0, 0].tolist() == [5.0, 2.0]


@pytest.mark.parametrize(
    ("name", "shapes", "message"),
    [
        ("Add", (2, 3), r"takes a list of some arrays, as in layer\(\[a, b\]\), got one of shape"),
        ("Subtract", [(2, 3)] * 3, "takes a list of 2 arrays, .*, got 3 of them"),
        (
            "Add",
            [(2, 3), (2, 4)],
            r"cannot merge arrays of shapes \(2, 3\) and \(2, 4\). Each axis",
        ),
        ("Add", [(2, 3), (5, 3)], "cannot merge arrays of shapes"),
        ("Add", [(2, 3, 4), (2, 3)], "cannot merge arrays of shapes"),
    ],
)
def test_what_does_not_merge(name, shapes, message):
    layer = getattr(layers, name)(name="merged")
    inputs = [jnp.ones(shape) for shape in shapes] if isinstance(shapes, list) else jnp.ones(shapes)
    with pytest.raises(ValueError, match=f'{name} "merged" {message}'):
        layer(inputs)


def test_unknown_sizes_may_differ_until_they_are_known():
    first, second = Input((None, 3)), Input((None, 3))
    model = Model([first, second], layers.add([first, second]))
    assert model.output_shape == (None, None, 3)
    assert model([jnp.ones((1, 4, 3)), jnp.ones((1, 4, 3))]).sum() == 24


def test_residual_branches_with_masks_in_a_model():
    tokens = Input((None,), dtype="int32")
    vectors = layers.Embedding(5, 2, mask_zero=True)(tokens)
    outputs = layers.add([vectors, layers.Dense(2)(vectors)])
    model = Model(tokens, outputs)
    result = model(jnp.array([[1, 2, 0]]))
    assert get_mask(result).tolist() == [[True, True, False]]

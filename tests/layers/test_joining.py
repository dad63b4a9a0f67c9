"""Concatenate and Dot: Keras's numbers, shapes and masks."""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import Input, layers
from jaxkeras.layers.mask import get_mask, set_mask

keras = pytest.importorskip("keras")


@pytest.mark.parametrize(
    ("shapes", "axis", "unknown"),
    [
        ([(2, 3), (2, 4), (2, 1)], -1, (0,)),
        ([(2, 3, 4), (2, 5, 4)], 1, (0, 1)),
        ([(2, 3, 4), (2, 3, 1)], 2, (0, 1)),
        ([(2, 3), (4, 3)], 0, ()),
    ],
)
def test_concatenate_equals_keras(assert_same_layer, shapes, axis, unknown):
    assert_same_layer("Concatenate", shapes, axis=axis, unknown=unknown, eager=False)


@pytest.mark.parametrize(
    ("shapes", "axes"),
    [
        ([(2, 3), (2, 3)], 1),
        ([(2, 3), (2, 3)], -1),
        ([(2, 3, 4), (2, 3, 5)], 1),
        ([(2, 3, 4), (2, 5, 4)], (2, -1)),
        ([(2, 3), (2, 5, 3)], [1, 2]),
        ([(2, 5, 3), (2, 3)], (-1, 1)),
        ([(2, 5, 3, 4), (2, 4, 6, 2)], (3, 1)),
    ],
)
def test_dot_equals_keras(shapes, axes):
    inputs = [np.random.normal(size=shape).astype("float32") for shape in shapes]
    for normalize in (False, True):
        ours, theirs = (
            library.Dot(axes, normalize=normalize) for library in (layers, keras.layers)
        )
        np.testing.assert_allclose(ours(inputs), theirs(inputs), rtol=1e-5, atol=1e-6)
    own = layers.dot([Input(shape[1:]) for shape in shapes], axes).shape
    assert own == keras.layers.dot([keras.Input(shape[1:]) for shape in shapes], axes).shape


def test_gradients_of_dot_equal_keras(assert_same_layer):
    assert_same_layer(
        "Dot", [(2, 3, 4), (2, 5, 4)], axes=2, normalize=True, unknown=(0, 1), eager=False
    )


def test_vectors_of_zeros_have_no_cosine():
    zeros = jnp.zeros((1, 3))
    assert layers.Dot(1, normalize=True)([zeros, zeros]).tolist() == [[0.0]]


A, B = jnp.array([[True, True, False]]), jnp.array([[True, False, False]])


def concatenated(library, set_one, masks, axis, features=2):
    arrays = [jnp.ones((1, 3, features)), jnp.ones((1, 3, features))]
    for x, mask in zip(arrays, masks, strict=True):
        if mask is not None:
            set_one(x, mask)
    return library.Concatenate(axis)(arrays)


@pytest.mark.parametrize("axis", [-1, 1, 2])
@pytest.mark.parametrize("masks", [[A, B], [A, None], [None, B], [None, None]])
def test_masks_of_concatenate_equal_keras(masks, axis):
    own = get_mask(concatenated(layers, set_mask, masks, axis))
    backend = keras.src.backend
    reference = backend.get_keras_mask(
        concatenated(keras.layers, backend.set_keras_mask, masks, axis)
    )
    assert (own is None) == (reference is None)
    if own is not None:
        np.testing.assert_array_equal(own, reference)


def test_a_mask_with_as_many_axes_as_its_input():
    first, second = jnp.ones((1, 3)), jnp.ones((1, 2))
    set_mask(first, A)
    outputs = layers.concatenate([first, second])
    assert get_mask(outputs).tolist() == [[True, True, False, True, True]]


def test_a_mask_of_images_in_time():
    first, second = jnp.ones((1, 3, 4, 4, 1)), jnp.ones((1, 3, 4, 4, 2))
    set_mask(first, A)
    set_mask(second, B)
    outputs = layers.Concatenate()([first, second])
    np.testing.assert_array_equal(get_mask(outputs), A | B)


def test_dot_ends_a_mask():
    first, second = jnp.ones((1, 3, 2)), jnp.ones((1, 3, 2))
    set_mask(first, A)
    assert get_mask(layers.Dot(2)([first, second])) is None


@pytest.mark.parametrize(
    ("layer", "shapes", "message"),
    [
        (layers.Concatenate(1), [(2, 3, 4), (2, 3, 5)], "sizes must agree on all axes but 1"),
        (layers.Concatenate(), [(2, 3, 4), (2, 4)], "need as many axes, among them axis -1"),
        (layers.Concatenate(3), [(2, 3), (2, 4)], "need as many axes, among them axis 3"),
        (layers.Dot(1), [(2, 3), (2, 4)], r"sizes on axes \(1, 1\) differ"),
        (layers.Dot(0), [(2, 3), (2, 3)], r"need axes \(0, 0\) besides the batch"),
        (layers.Dot(2), [(2, 3), (2, 3)], r"need axes \(2, 2\) besides the batch"),
        (layers.Dot(1), [(2, 3)], "takes a list of 2 arrays"),
    ],
)
def test_what_does_not_join(layer, shapes, message):
    with pytest.raises(ValueError, match=message):
        layer([jnp.ones(shape) for shape in shapes])


@pytest.mark.parametrize("axes", [(1,), (1, 1, 1), 1.5, "1", ((1, 2), 1)])
def test_axes_that_are_none(axes):
    with pytest.raises(ValueError, match="takes one axis, or one for each of its two inputs"):
        layers.Dot(axes)


def test_configurations_have_the_keys_of_keras():
    for own, reference in (
        (layers.Dot((1, 2), True), keras.layers.Dot((1, 2), True)),
        (layers.Concatenate(1), keras.layers.Concatenate(1)),
    ):
        assert set(own.get_config()) == set(reference.get_config())
        assert type(own).from_config(own.get_config()).get_config() == own.get_config()

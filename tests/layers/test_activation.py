"""Activations as layers: Keras's numbers over their settings, weights and masks."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import layers
from jaxkeras.layers.mask import get_mask, set_mask

keras = pytest.importorskip("keras")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ReLU", {}),
        ("ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.5}),
        ("ReLU", {"max_value": 6}),
        ("LeakyReLU", {}),
        ("LeakyReLU", {"negative_slope": 0.1}),
        ("ELU", {}),
        ("ELU", {"alpha": 0.5}),
        ("Softmax", {}),
        ("Softmax", {"axis": 1}),
        ("Softmax", {"axis": (1, 2)}),
        ("Softmax", {"axis": [-1]}),
    ],
)
def test_values_and_slopes_equal_keras(name, arguments):
    x = jnp.asarray(np.random.normal(size=(3, 4, 2)), "float32")
    ours, theirs = (getattr(library, name)(**arguments) for library in (layers, keras.layers))
    (outputs, slope), (expected, expected_slope) = (
        jax.jit(lambda x, layer=layer: jax.jvp(layer, (x,), (jnp.ones_like(x),)))(x)
        for layer in (ours, theirs)
    )
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(slope, expected_slope, rtol=1e-5, atol=1e-6)
    assert set(ours.get_config()) == set(theirs.get_config())
    assert type(ours).from_config(ours.get_config()).get_config() == ours.get_config()


@pytest.mark.parametrize(
    ("shape", "unknown", "arguments"),
    [
        ((4, 3), (0,), {"alpha_initializer": "ones", "alpha_regularizer": "l2"}),
        ((2, 3, 4, 2), (0, 1, 2), {"shared_axes": [1, 2], "alpha_constraint": "non_neg"}),
        ((2, 3, 4), (0, 1), {"shared_axes": 1}),
    ],
)
def test_prelu_equals_keras(assert_same_layer, shape, unknown, arguments):
    assert_same_layer("PReLU", shape, unknown=unknown, eager=False, **arguments)


def test_prelu_shares_along_axes_counted_from_the_end():
    layer = layers.PReLU(shared_axes=(-1,))
    layer.build((None, 3, None))
    assert layer.alpha.shape == (3, 1)


def test_prelu_needs_sizes_that_are_not_shared():
    with pytest.raises(ValueError, match=r"size on axes \(1, 2\), got \(None, None, 3\). Share"):
        layers.PReLU().build((None, None, 3))
    layer = layers.PReLU(name="learned")
    layer(jnp.ones((2, 3)))
    with pytest.raises(ValueError, match='PReLU "learned" expected size 3 on axis 1'):
        layer(jnp.ones((2, 4)))


def test_alpha_is_what_keras_2_calls_the_slope():
    layer = layers.LeakyReLU(alpha=0.5)
    assert layer(jnp.array([-1.0])).tolist() == [-0.5]
    assert layer.get_config()["negative_slope"] == 0.5


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ReLU", {"max_value": -1.0}),
        ("ReLU", {"negative_slope": -0.1}),
        ("ReLU", {"threshold": None}),
        ("LeakyReLU", {"negative_slope": -0.1}),
        ("LeakyReLU", {"negative_slope": None}),
    ],
)
def test_settings_that_are_negative(name, arguments):
    with pytest.raises(ValueError, match=f"{next(iter(arguments))} must not be negative"):
        getattr(layers, name)(**arguments)


@pytest.mark.parametrize(
    ("mask", "axis", "dtype"),
    [
        ([[True, False, True], [False, False, False]], -1, "float32"),
        ([True, False, True], (0, 1), "float16"),
        ([[1.0], [0.0]], 1, "float32"),
    ],
)
def test_masks_of_softmax_equal_keras(mask, axis, dtype):
    x = np.random.normal(size=(2, 3)).astype(dtype)
    outputs = layers.Softmax(axis, dtype=dtype)(x, mask=jnp.asarray(mask))
    expected = keras.layers.Softmax(axis, dtype=dtype)(x, mask=jnp.asarray(mask))
    assert outputs.dtype == expected.dtype
    np.testing.assert_allclose(outputs, expected, rtol=1e-3 if dtype == "float16" else 1e-5)


def test_a_mask_that_came_with_the_input_is_about_time():
    x = jnp.zeros((1, 3, 4))
    mask = jnp.array([[True, True, False]])
    set_mask(x, mask)
    over_time = layers.Softmax(axis=1)(x)
    np.testing.assert_allclose(over_time[0, :, 0], [0.5, 0.5, 0.0])
    np.testing.assert_allclose(layers.Softmax()(x)[0, :, 0], [0.25, 0.25, 0.0])
    assert get_mask(over_time) is mask


@pytest.mark.parametrize("shape", [(2,), (1, 2, 3), (3, 3)])
def test_a_mask_that_does_not_broadcast(shape):
    with pytest.raises(ValueError, match=r"mask that broadcasts to its input, of shape \(2, 3\)"):
        layers.Softmax()(jnp.ones((2, 3)), mask=jnp.ones(shape, bool))


def test_a_softmax_masked_as_a_whole_has_a_finite_gradient():
    mask = jnp.zeros((1, 3), bool)
    gradient = jax.grad(lambda x: layers.Softmax()(x, mask=mask).sum())(jnp.ones((1, 3)))
    assert gradient.tolist() == [[0.0, 0.0, 0.0]]

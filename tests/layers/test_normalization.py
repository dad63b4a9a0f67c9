"""Layer, group, RMS, unit and spectral normalization: Keras's numbers, and its gaps filled."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from jaxkeras import Input, Sequential, layers
from jaxkeras.layers.mask import get_mask, set_mask

keras = pytest.importorskip("keras")

AFFINE = {
    "beta_initializer": "ones",
    "gamma_initializer": "zeros",
    "beta_regularizer": "l1",
    "gamma_regularizer": "l2",
    "beta_constraint": "max_norm",
    "gamma_constraint": "non_neg",
}


@pytest.mark.parametrize(
    ("shape", "unknown", "arguments"),
    [
        ((6, 4), (0,), {}),
        ((2, 3, 4), (0, 2), {"axis": 1, "epsilon": 0.1, "scale": False}),
        ((2, 3, 4, 5), (0, 2), {"axis": (3, 1), **AFFINE}),
        ((2, 3, 4), (0,), {"axis": [-2, -1], "center": False, "scale": False}),
    ],
)
def test_layer_normalization_equals_keras(assert_same_layer, shape, unknown, arguments):
    assert_same_layer("LayerNormalization", shape, unknown=unknown, eager=False, **arguments)


@pytest.mark.parametrize(
    ("shape", "unknown", "arguments"),
    [
        ((2, 5, 6), (0, 1), {"groups": 3, "epsilon": 0.1, "center": False}),
        ((2, 6, 3, 2), (0, 2, 3), {"groups": 2, "axis": 1, "scale": False}),
        ((2, 3, 3, 4), (0, 1, 2), {"groups": -1, **AFFINE}),
        ((2, 3, 4, 2), (0,), {"groups": 1, "axis": -2, "center": False, "scale": False}),
    ],
)
def test_group_normalization_equals_keras(assert_same_layer, shape, unknown, arguments):
    assert_same_layer("GroupNormalization", shape, unknown=unknown, eager=False, **arguments)


@pytest.mark.parametrize(
    ("shape", "unknown", "arguments"),
    [
        ((2, 3, 4), (0, 1), {"axis": -1, "epsilon": 0.1}),
        ((2, 3, 4), (0,), {"axis": [-2, -1]}),
    ],
)
def test_rms_normalization_equals_keras(assert_same_layer, shape, unknown, arguments):
    assert_same_layer("RMSNormalization", shape, unknown=unknown, eager=False, **arguments)


@pytest.mark.parametrize("axis", [-1, [1, 2]])
def test_unit_normalization_equals_keras(assert_same_layer, axis):
    assert_same_layer("UnitNormalization", (2, 3, 4), unknown=(0, 1, 2), eager=False, axis=axis)


def test_the_weight_of_rms_normalization_follows_its_axis():
    layer = layers.RMSNormalization(axis=1, epsilon=0.0)
    layer.build((2, 3, 4))
    layer.set_weights([np.array([1.0, 2.0, 3.0])])
    x = np.random.normal(size=(2, 3, 4)).astype("float32")
    expected = x / np.sqrt(np.square(x).mean(1, keepdims=True)) * [[[1.0], [2.0], [3.0]]]
    np.testing.assert_allclose(layer(x), expected, rtol=1e-5)


def test_a_vector_of_zeros_has_no_direction_and_a_finite_gradient():
    layer = layers.UnitNormalization()
    outputs, pullback = jax.vjp(layer, jnp.zeros((1, 3)))
    assert outputs.tolist() == [[0.0, 0.0, 0.0]]
    assert np.isfinite(pullback(jnp.ones((1, 3)))[0]).all()


@pytest.mark.parametrize(
    "make",
    [
        layers.LayerNormalization,
        lambda **arguments: layers.GroupNormalization(groups=1, **arguments),
        layers.RMSNormalization,
        layers.UnitNormalization,
    ],
)
def test_16_bits_are_computed_in_32(make):
    x = np.full((1, 64), 3000.0, "float32")  # the sum of squares is no float16
    x[0, ::2] = -3000.0
    outputs = make(dtype="mixed_float16")(x)
    assert outputs.dtype == "float16"
    expected = make()(x)
    np.testing.assert_allclose(outputs.astype("float32"), expected, rtol=1e-3)


def test_a_mask_passes():
    mask = jnp.array([[True, False]])
    for make in (layers.LayerNormalization, layers.RMSNormalization, layers.UnitNormalization):
        x = jnp.ones((1, 2, 3))
        set_mask(x, mask)
        np.testing.assert_array_equal(get_mask(make()(x)), mask)


@pytest.mark.parametrize(
    ("groups", "shape", "message"),
    [
        (3, (2, 4), 'GroupNormalization "gn" cannot divide 4 channels into 3 groups'),
        (8, (2, 4), "cannot divide 4 channels into 8 groups"),
        (0, (2, 4), "groups, unless it is -1, must be a whole number, at least 1. Received: 0"),
        (2, (2, None), r"size on axis -1, got \(2, None\)"),
    ],
)
def test_groups_that_do_not_fit(groups, shape, message):
    with pytest.raises(ValueError, match=message):
        layers.GroupNormalization(groups, name="gn").build(shape)


@pytest.mark.parametrize(
    "name",
    ["LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization"],
)
def test_configurations_have_the_keys_of_keras(name):
    own, reference = (
        getattr(library, name)(axis=1).get_config() for library in (layers, keras.layers)
    )
    assert set(own) == set(reference) - {"rms_scaling"}
    assert getattr(layers, name).from_config(own).get_config() == own


# ------------------------------------------------------------------ spectral normalization

KERNELS = {
    "dense": (lambda library: library.Dense(3), (4, 5)),
    "dense_steps": (lambda library: library.Dense(3, use_bias=False), (2, 3, 5)),
}


@pytest.mark.parametrize(("kind", "power_iterations"), [("dense", 1), ("dense_steps", 3)])
def test_spectral_normalization_in_training_equals_keras(assert_same_layer, kind, power_iterations):
    inside, shape = KERNELS[kind]
    assert_same_layer(
        "SpectralNormalization",
        shape,
        training=True,
        make=lambda library: library.layers.SpectralNormalization(
            inside(library.layers), power_iterations=power_iterations
        ),
    )


def spectral(kernel, **arguments):
    layer = layers.SpectralNormalization(layers.Dense(kernel.shape[1], use_bias=False), **arguments)
    layer.build((None, kernel.shape[0]))
    layer.kernel.assign(kernel)
    return layer


def test_the_slope_is_bounded_by_1_in_training_and_inference():
    kernel = np.random.normal(size=(6, 4)).astype("float32")
    layer = spectral(kernel)
    call = nnx.jit(lambda layer, training: layer(jnp.eye(6), training=training), static_argnums=1)
    for _ in range(30):
        call(layer, True)
    for training in (True, False):
        assert abs(np.linalg.norm(call(layer, training), 2) - 1) < 1e-3
    np.testing.assert_array_equal(layer.kernel.numpy(), kernel)


def test_the_guess_improves_from_call_to_call():
    kernel = np.random.normal(size=(6, 4)).astype("float32")
    layer = spectral(kernel, power_iterations=3)
    for _ in range(10):
        layer(np.eye(6, dtype="float32"), training=True)
    direction = np.linalg.svd(kernel)[2][0]
    assert abs(abs(layer.vector_u.numpy()[0] @ direction) - 1) < 1e-3
    before = layer.vector_u.numpy()
    layer(np.eye(6, dtype="float32"))
    np.testing.assert_array_equal(layer.vector_u.numpy(), before)


def test_a_kernel_of_zeros():
    layer = spectral(np.zeros((3, 2), "float32"))
    before = layer.vector_u.numpy()
    assert layer(jnp.ones((1, 3)), training=True).tolist() == [[0.0, 0.0]]
    np.testing.assert_array_equal(layer.vector_u.numpy(), before)
    gradient = nnx.jit(nnx.grad(lambda layer: layer(jnp.ones((1, 3))).sum()))(layer)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(gradient))


def test_an_embedding_inside_keeps_its_mask():
    layer = layers.SpectralNormalization(layers.Embedding(5, 3, mask_zero=True))
    outputs = layer(jnp.array([[1, 0]]), training=True)
    assert get_mask(outputs).tolist() == [[True, False]]
    assert layer(Input((None,), dtype="int32")).shape == (None, None, 3)


def test_spectral_normalization_needs_a_kernel():
    layer = layers.SpectralNormalization(layers.Flatten(name="flat"))
    with pytest.raises(ValueError, match='needs a layer with a kernel. Flatten "flat" has none'):
        layer.build((None, 3))


def test_spectral_normalization_trains_in_a_model():
    model = Sequential([Input((3,)), layers.SpectralNormalization(layers.Dense(1))])
    model.compile("sgd", "mse")
    x = np.random.normal(size=(32, 3)).astype("float32")
    before = model.get_weights()
    history = model.fit(x, 0.5 * x[:, :1], epochs=8, verbose=0).history["loss"]
    assert history[-1] < history[0]
    assert all((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))


def test_the_configuration_holds_the_layer_inside():
    layer = layers.SpectralNormalization(layers.Dense(3, activation="relu"), power_iterations=2)
    again = layers.SpectralNormalization.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert again.layer.units == 3

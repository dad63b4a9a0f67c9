"""BatchNormalization: Keras's numbers, statistics, masks and frozen layers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import jaxkeras
from jaxkeras import Input, Sequential, layers
from jaxkeras.layers.scope import call_scope

keras = pytest.importorskip("keras")


def values_of(layer):
    """The weights of a layer of Keras."""
    return [np.array(weight.value) for weight in layer.weights]


CLOSE = {"rtol": 1e-5, "atol": 1e-5}


@pytest.mark.parametrize(
    ("shape", "unknown", "arguments"),
    [
        ((6, 3), (0,), {}),
        ((2, 4, 3), (0, 1), {"momentum": 0.5, "epsilon": 0.1}),
        ((2, 3, 4, 5), (0, 2, 3), {"axis": 1, "scale": False}),
        ((2, 3, 4), (0,), {"axis": -2, "center": False}),
        (
            (6, 3),
            (0,),
            {
                "beta_initializer": "ones",
                "gamma_initializer": "zeros",
                "moving_mean_initializer": "ones",
                "moving_variance_initializer": "zeros",
                "beta_regularizer": "l1",
                "gamma_regularizer": "l2",
                "beta_constraint": "max_norm",
                "gamma_constraint": "non_neg",
            },
        ),
        (
            (2, 3, 4),
            (0, 2),
            {
                "axis": 1,
                "renorm": True,
                "renorm_clipping": {"rmin": 0.9, "rmax": 1.2, "dmax": 0.3},
                "renorm_momentum": 0.6,
                "momentum": 0.7,
                "scale": False,
            },
        ),
    ],
)
def test_training_equals_keras(assert_same_layer, shape, unknown, arguments):
    assert_same_layer(
        "BatchNormalization", shape, unknown=unknown, training=True, eager=False, **arguments
    )


def test_inference_equals_keras(assert_same_layer):
    assert_same_layer("BatchNormalization", (2, 3, 4), eager=False, axis=1, renorm=True)


def test_a_mask_equals_keras(assert_same_layer):
    mask = np.array([[True, True, False, True], [True, False, False, False]])
    assert_same_layer("BatchNormalization", (2, 4, 3), training=True, call_arguments={"mask": mask})


def test_first_values_are_those_of_keras():
    ours, theirs = (
        library.layers.BatchNormalization(
            renorm=True, moving_variance_initializer=library.initializers.Constant(4.0)
        )
        for library in (jaxkeras, keras)
    )
    for layer in (ours, theirs):
        layer.build((None, 2))
    np.testing.assert_array_equal(ours.get_weights(), values_of(theirs))


def test_what_a_mask_leaves_out_changes_nothing():
    x = np.random.normal(size=(2, 3, 4, 2)).astype("float32")
    mask = jnp.array([[True, False, True], [False, False, True]])
    kept = x[np.asarray(mask)]
    layer = layers.BatchNormalization(momentum=0.0)
    outputs = layer(x, training=True, mask=mask)
    mean, variance = (weight.numpy() for weight in (layer.moving_mean, layer.moving_variance))
    np.testing.assert_allclose(mean, kept.mean((0, 1)), **CLOSE)
    np.testing.assert_allclose(variance, kept.var((0, 1)), **CLOSE)
    np.testing.assert_allclose(outputs, (x - mean) / np.sqrt(variance + 1e-3), **CLOSE)


def test_a_batch_that_is_masked_as_a_whole_stays_finite():
    layer = layers.BatchNormalization()
    mask = jnp.zeros((2, 3), bool)
    gradient = jax.jit(jax.grad(lambda x: jnp.sum(nnx.clone(layer)(x, training=True, mask=mask))))
    layer.build((2, 3, 4))
    assert np.isfinite(gradient(jnp.ones((2, 3, 4)))).all()


def test_one_channel_with_a_mask():
    layer = layers.BatchNormalization(epsilon=0.0)
    mask = jnp.array([[True, True, False]])
    outputs = layer(jnp.array([[[1.0], [3.0], [9.0]]]), training=True, mask=mask)
    np.testing.assert_allclose(outputs[0, :, 0], [-1.0, 1.0, 7.0], rtol=1e-5)


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
def test_16_bits_are_computed_in_32(dtype):
    x = np.random.normal(300.0, 100.0, size=(64, 2)).astype("float32")  # squares overflow float16
    ours, theirs = (
        module.BatchNormalization(dtype=dtype, momentum=0.0) for module in (layers, keras.layers)
    )
    outputs, expected = ours(x, training=True), theirs(x, training=True)
    assert str(outputs.dtype) == str(expected.dtype) == dtype.removeprefix("mixed_")
    np.testing.assert_allclose(
        outputs.astype("float32"), expected.astype("float32"), rtol=1e-2, atol=1e-2
    )
    for own, reference in zip(ours.get_weights(), values_of(theirs), strict=True):
        assert own.dtype == reference.dtype == "float32"
        np.testing.assert_allclose(own, reference, rtol=1e-4)


def test_a_mean_far_from_zero_leaves_the_variance_exact():
    x = np.random.normal(size=(64, 5, 3)) + np.array([0.0, 1e4, -3e5])
    layer = layers.BatchNormalization(epsilon=0.0, momentum=0.0)
    out = layer(x.astype("float32"), training=True)
    seen = x.astype("float32").astype("float64")
    expected = (seen - seen.mean((0, 1))) / seen.std((0, 1))
    np.testing.assert_allclose(out, expected, atol=0.05)
    np.testing.assert_allclose(layer.moving_variance[...], seen.var((0, 1)), rtol=1e-3)


def test_integers_become_floats():
    outputs = layers.BatchNormalization(epsilon=0.0)(jnp.array([[1], [3]]), training=True)
    assert outputs.dtype == "float32"
    assert outputs.tolist() == [[-1.0], [1.0]]


def test_a_frozen_layer_uses_and_keeps_its_statistics():
    x = np.random.normal(2.0, size=(8, 3)).astype("float32")
    layer = layers.BatchNormalization()
    layer.build((None, 3))
    layer.trainable = False
    before = layer.get_weights()
    np.testing.assert_array_equal(layer(x, training=True), layer(x, training=False))
    np.testing.assert_array_equal(before, layer.get_weights())
    assert len(layer.non_trainable_weights) == 4


def test_training_a_model_equals_keras():
    x = np.random.normal(3.0, 2.0, size=(40, 4)).astype("float32")
    y = x @ np.array([[1.0], [2.0], [0.0], [-1.0]], "float32")
    models = []
    for library in (layers, keras.layers):
        kind = Sequential if library is layers else keras.Sequential
        make_input = Input if library is layers else keras.Input
        model = kind([make_input((4,)), library.BatchNormalization(momentum=0.8), library.Dense(1)])
        model.compile("sgd", "mse")
        models.append(model)
    ours, theirs = models
    ours.set_weights(values_of(theirs))
    histories = [model.fit(x, y, 8, epochs=3, shuffle=False, verbose=0) for model in models]
    np.testing.assert_allclose(*(h.history["loss"] for h in histories), rtol=1e-4)
    for own, reference in zip(ours.get_weights(), values_of(theirs), strict=True):
        np.testing.assert_allclose(own, reference, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        *(model.predict(x, verbose=0) for model in models), rtol=1e-4, atol=1e-4
    )


def test_a_frozen_layer_in_training():
    model = Sequential([Input((3,)), layers.BatchNormalization(), layers.Dense(1)])
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    before = model.layers[0].get_weights()
    model.fit(np.random.normal(5.0, size=(16, 3)), np.ones((16, 1)), epochs=2, verbose=0)
    np.testing.assert_array_equal(before, model.layers[0].get_weights())


def test_padding_does_not_count_in_a_model():
    model = Sequential([Input((3, 1)), layers.Masking(), layers.BatchNormalization(momentum=0.0)])
    with call_scope(training=True):
        model(jnp.array([[[1.0], [3.0], [0.0]]]))
    np.testing.assert_allclose(model.layers[1].moving_mean.numpy(), [2.0], rtol=1e-6)


def test_the_configuration_makes_the_layer_anew():
    layer = layers.BatchNormalization(1, 0.9, gamma_initializer="zeros", renorm=True)
    again = layers.BatchNormalization.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert (again.axis, again.momentum, again.renorm) == (1, 0.9, True)
    theirs = set(keras.layers.BatchNormalization().get_config())
    assert theirs == set(layers.BatchNormalization().get_config())


@pytest.mark.parametrize(
    ("arguments", "shape", "message"),
    [
        ({"axis": (1, 2)}, (2, 3, 4), 'BatchNormalization "bn" takes one axis'),
        ({"axis": 1.5}, (2, 3), r'"bn" takes an axis, such as -1, or several. Received: axis=1.5'),
        ({"axis": 3}, (2, 3), r'"bn" works along axis 3, got shape \(2, 3\)'),
        ({}, (2, None), r'"bn" needs to know its input\'s size on axis -1, got \(2, None\)'),
        ({"renorm_clipping": {"min": 1}}, (2, 3), "renorm_clipping with keys 'rmin'"),
        ({"renorm_clipping": {"rmin": 2, "rmax": 1}}, (2, 3), "rmin <= rmax"),
        ({"renorm_clipping": {"dmax": -1}}, (2, 3), "dmax >= 0"),
    ],
)
def test_what_does_not_fit(arguments, shape, message):
    with pytest.raises((TypeError, ValueError), match=message):
        layers.BatchNormalization(name="bn", **arguments).build(shape)


def test_other_channels_than_at_first():
    layer = layers.BatchNormalization(axis=1, name="bn")
    layer(jnp.ones((2, 3, 4)))
    with pytest.raises(ValueError, match=r'"bn" expected size 3 on axis 1, got shape \(2, 5, 4\)'):
        layer(jnp.ones((2, 5, 4)))

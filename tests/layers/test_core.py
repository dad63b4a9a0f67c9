"""Dense, Activation and inputs: outputs, gradients, losses and weights are those of Keras."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import jaxkeras
from jaxkeras import layers
from jaxkeras.layers.scope import call_scope

keras = pytest.importorskip("keras")

CLOSE = {"rtol": 1e-5, "atol": 1e-6}


def total(outputs):
    """A number in which every output counts differently."""
    return jnp.sum(outputs * jnp.linspace(0.5, 1.5, outputs.size).reshape(outputs.shape))


def our_results(layer, x):
    """Outputs, losses, and the gradients by weights and inputs of a weighted sum of outputs."""

    def run(values, x):
        module = nnx.clone(layer)
        for variable, value in zip(module.trainable_weights, values, strict=True):
            variable.set_value(value)
        with call_scope(training=True) as call:
            outputs = module(x)
        losses = sum(call.losses + module.losses, jnp.zeros(()))
        return total(outputs) + losses, (outputs, losses)

    values = [variable[...] for variable in layer.trainable_weights]
    return jax.jit(jax.grad(run, argnums=(0, 1), has_aux=True))(values, x)


def keras_results(layer, x):
    def run(values, x):
        with keras.StatelessScope(
            zip(layer.trainable_variables, values, strict=True), collect_losses=True
        ) as scope:
            outputs = layer(x)
        penalties = (
            variable.regularizer(value)
            for variable, value in zip(layer.trainable_variables, values, strict=True)
            if variable.regularizer is not None
        )
        losses = sum([*scope.losses, *penalties], jnp.zeros(()))
        return total(outputs) + losses, (outputs, losses)

    values = [variable.value for variable in layer.trainable_variables]
    return jax.jit(jax.grad(run, argnums=(0, 1), has_aux=True))(values, x)


def assert_same_layer(name, shape, **arguments):
    x = np.random.normal(size=shape).astype("float32")
    ours, theirs = (getattr(module, name)(**arguments) for module in (layers, keras.layers))
    ours.compute_output_shape(shape)
    theirs.build(shape)
    assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]
    assert [w.get_metadata("name") for w in ours.weights] == [w.name for w in theirs.weights]
    values = [np.random.normal(size=w.shape).astype("float32") for w in theirs.weights]
    ours.set_weights(values)
    theirs.set_weights(values)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, **CLOSE),
        our_results(ours, x),
        keras_results(theirs, x),
    )


@pytest.mark.parametrize(
    ("shape", "arguments"),
    [
        ((6, 4), {}),
        ((6, 4), {"activation": "relu", "use_bias": False}),
        ((2, 3, 4), {"activation": "softmax"}),
        (
            (6, 4),
            {
                "activation": "tanh",
                "kernel_regularizer": "l2",
                "bias_regularizer": "l1",
                "activity_regularizer": "l2",
            },
        ),
        ((2, 3, 2, 4), {"activation": "gelu", "activity_regularizer": "l1"}),
    ],
)
def test_dense_equals_keras(shape, arguments):
    assert_same_layer("Dense", shape, units=3, **arguments)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", jnp.sin])
def test_activation_equals_keras(activation):
    assert_same_layer("Activation", (4, 3), activation=activation)


@pytest.mark.parametrize("shape", [(None, 4), (None, 7, 4), (None, None, 4), (2, 5, 4)])
def test_output_shapes_equal_keras(shape):
    for name, arguments in (("Dense", {"units": 3}), ("Activation", {"activation": "softmax"})):
        ours, theirs = (getattr(module, name)(**arguments) for module in (layers, keras.layers))
        expected = theirs(keras.Input(batch_shape=shape)).shape
        assert ours(jaxkeras.Input(batch_shape=shape)).shape == expected
        assert ours.compute_output_shape(shape) == expected


def test_constraints_stay_with_their_weights():
    layer = layers.Dense(2, kernel_constraint="max_norm", bias_constraint="non_neg")
    layer.build((None, 3))
    found = [type(w.get_metadata("constraint")).__name__ for w in layer.weights]
    assert found == ["MaxNorm", "NonNeg"]


def test_first_weights_are_glorot_uniform_and_zero():
    layer = layers.Dense(300)
    layer.build((None, 300))
    kernel, bias = layer.get_weights()
    limit = (6 / 600) ** 0.5
    assert 0.98 * limit < np.abs(kernel).max() <= limit
    assert abs(kernel.mean()) < limit / 50
    assert not bias.any()


def test_two_layers_start_from_different_weights_and_a_seed_repeats_them():
    def kernels():
        np.random.seed(3)
        made = [layers.Dense(3), layers.Dense(3)]
        for layer in made:
            layer.build((None, 4))
        return [layer.get_weights()[0] for layer in made]

    first, second = kernels()
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal([first, second], kernels())


def test_mixed_precision_keeps_weights_in_32_bits():
    layer = layers.Dense(2, dtype="mixed_bfloat16")
    assert layer(np.ones((3, 4))).dtype == "bfloat16"
    assert [str(w.dtype) for w in layer.weights] == ["float32", "float32"]


@pytest.mark.parametrize("units", [0, -1, 2.5, "3", True, None])
def test_units_that_are_no_positive_whole_number(units):
    with pytest.raises(ValueError, match=r"positive whole number of units. Received: "):
        layers.Dense(units)


def test_units_from_numpy():
    assert layers.Dense(np.int64(3)).get_config()["units"] == 3


def test_an_unknown_last_dimension():
    with pytest.raises(ValueError, match=r'"out" needs to know the last dimension .*\(2, None\)'):
        layers.Dense(3, name="out").build((2, None))


def test_an_input_without_a_batch_axis():
    with pytest.raises(ValueError, match="A single sample needs a batch axis"):
        layers.Dense(3)(np.ones(4))


def test_only_the_last_activation_of_that_name_comes_off():
    layer = layers.Dense(3, activation="softmax")
    assert layer.detach_activation("sigmoid") is None
    assert layer.detach_activation("softmax") is jaxkeras.activations.softmax
    assert layer.activation is jaxkeras.activations.linear
    regularized = layers.Activation("softmax", activity_regularizer="l2")
    assert regularized.detach_activation("softmax") is None

    class Doubled(layers.Dense):
        def call(self, inputs):
            return 2 * super().call(inputs)

    assert Doubled(3, activation="softmax").detach_activation("softmax") is None


@pytest.mark.parametrize(
    "arguments",
    [
        {"shape": (28, 28)},
        {"shape": (None, 3), "dtype": "int32"},
        {"shape": (4,), "batch_size": 8, "name": "digits"},
        {"batch_shape": (2, 3)},
        {"shape": ()},
    ],
)
def test_input_equals_keras(arguments):
    ours, theirs = jaxkeras.Input(**arguments), keras.Input(**arguments)
    assert (ours.shape, ours.dtype, ours.ndim) == (theirs.shape, theirs.dtype, theirs.ndim)
    if "name" in arguments:
        assert ours.name == theirs.name


@pytest.mark.parametrize("arguments", [{}, {"shape": (2,), "batch_shape": (None, 2)}])
def test_an_input_takes_one_of_two_shapes(arguments):
    with pytest.raises(ValueError, match="either shape, of one sample, or batch_shape"):
        jaxkeras.Input(**arguments)


@pytest.mark.parametrize("wish", ["sparse", "ragged", "tensor", "optional"])
def test_an_input_is_a_dense_array(wish):
    assert jaxkeras.Input((2,), **{wish: None}).shape == (None, 2)
    with pytest.raises(ValueError, match="stands for a dense array"):
        jaxkeras.Input((2,), **{wish: True})


@pytest.mark.parametrize(
    "arguments", [{"shape": 3}, {"input_shape": (3,)}, {"batch_input_shape": (None, 3)}]
)
def test_input_layer_in_the_spelling_of_keras_2(arguments):
    layer = layers.InputLayer(**arguments)
    assert layer.batch_shape == (None, 3)
    x = np.ones((2, 3), "float32")
    np.testing.assert_array_equal(layer(x), x)

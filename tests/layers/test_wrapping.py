"""Identity, Lambda and Wrapper: what passes through, what can be written down."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import Input, Sequential, layers
from jaxkeras.layers.mask import get_mask, set_mask
from jaxkeras.utils import custom_object_scope, get_custom_objects, register_keras_serializable

keras = pytest.importorskip("keras")

MASK = jnp.array([[True, False]])


def steps():
    """Two time steps, one of them padding."""
    x = jnp.ones((1, 2, 3))
    set_mask(x, MASK)
    return x


def double(x):
    return 2 * x


def test_identity_passes_everything_on():
    x = steps()
    layer = layers.Identity()
    assert get_mask(layer(x)) is MASK
    first, second = layer([x, 2 * x])
    np.testing.assert_array_equal(second, 2 * first)
    assert layer(Input((None, 3))).shape == (None, None, 3)


@pytest.mark.parametrize(
    "arguments",
    [
        {"function": lambda x, factor: factor * x, "arguments": {"factor": 3.0}},
        {"function": jnp.tanh, "output_shape": (3, 4)},
        {"function": lambda x: x.sum(-1, keepdims=True)},
    ],
)
def test_lambda_equals_keras(assert_same_layer, arguments):
    assert_same_layer("Lambda", (2, 3, 4), unknown=(0,), **arguments)


@pytest.mark.parametrize("training", [False, True])
def test_the_function_gets_what_it_names(training):
    seen = {}

    def function(x, mask=None, training=None):
        seen.update(mask=mask, training=training)
        return x

    layers.Lambda(function)(steps(), training=training)
    assert seen["mask"] is MASK
    assert seen["training"] is training


def test_own_arguments_come_before_those_of_the_call():
    layer = layers.Lambda(lambda x, training: x + training, arguments={"training": 5})
    assert layer(jnp.zeros(1)).tolist() == [5.0]


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (None, None),
        (lambda inputs, mask: ~mask, [[False, True]]),
        (jnp.array([[True, True]]), [[True, True]]),
    ],
)
def test_the_mask_of_a_lambda_is_what_it_says(mask, expected):
    found = get_mask(layers.Lambda(double, mask=mask)(steps()))
    assert (None if found is None else found.tolist()) == expected


def test_a_lambda_works_in_training_and_cannot_be_written_down():
    layer = layers.Lambda(lambda x: x / 2, name="half")
    model = Sequential([Input((2,)), layer, layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    with pytest.raises(TypeError, match=r'Lambda "half" holds a lambda, which a file cannot'):
        layer.get_config()
    with pytest.raises(TypeError, match="holds a lambda"):
        layers.Lambda(double, mask=lambda inputs, mask: mask).get_config()


def test_a_function_with_a_name_is_found_by_it():
    config = layers.Lambda(double, arguments={}, name="twice").get_config()
    assert config["function"]["config"] == "double"
    with pytest.raises(ValueError, match="Unknown class or function 'double'"):
        layers.Lambda.from_config(config)
    with custom_object_scope({"double": double}):
        assert layers.Lambda.from_config(config)(jnp.ones(1)).tolist() == [2.0]


def test_a_registered_function_needs_nothing_else():
    halve = register_keras_serializable("tests")(lambda x: x / 2)
    halve.__name__ = "halve"
    try:
        again = layers.Lambda.from_config(layers.Lambda(halve).get_config())
        assert again(jnp.ones(1)).tolist() == [0.5]
    finally:
        del get_custom_objects()["tests><lambda>"]


@pytest.mark.parametrize(
    "stored",
    [
        {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None}},
        ["4wEAAAA=", None, None],
        "<lambda>",
    ],
)
def test_stored_code_is_refused(stored):
    with pytest.raises(ValueError, match=r'"half" was saved with a lambda, .* which is not run'):
        layers.Lambda(stored, name="half")


def test_a_function_as_keras_writes_it_down():
    config = {"class_name": "function", "config": "double", "registered_name": "double"}
    with custom_object_scope({"double": double}):
        assert layers.Lambda(config)(jnp.ones(1)).tolist() == [2.0]


class Twice(layers.Wrapper):
    def call(self, inputs):
        return self.layer(self.layer(inputs))


def test_a_wrapper_builds_and_writes_down_the_layer_inside():
    wrapper = Twice(layers.Dense(3, name="inside"))
    wrapper.build((None, 3))
    assert [w.shape for w in wrapper.weights] == [(3, 3), (3,)]
    x = jnp.ones((1, 3))
    np.testing.assert_array_equal(wrapper(x), wrapper.layer(wrapper.layer(x)))
    again = Twice.from_config(wrapper.get_config())
    assert again.get_config() == wrapper.get_config()
    wrapper.trainable = False
    assert wrapper.trainable_weights == []


def test_the_mask_of_the_layer_inside():
    class Around(layers.Wrapper):
        def call(self, inputs):
            return self.layer(inputs)

    embedding = Around(layers.Embedding(5, 3, mask_zero=True))
    assert get_mask(embedding(jnp.array([[1, 0]]))).tolist() == [[True, False]]
    assert get_mask(Around(layers.Dense(3))(steps())) is MASK


@pytest.mark.parametrize("inside", [None, 3, jnp.tanh])
def test_what_cannot_be_wrapped(inside):
    with pytest.raises(TypeError, match=r"goes around a layer, such as Dense\(10\). Received: "):
        layers.Wrapper(inside)


def sampled(statistics):
    """A normal sample of that mean and logarithm of variance, as Keras 2 programs wrote it."""
    mean, log_variance = statistics
    noise = jaxkeras.backend.random_normal(shape=jaxkeras.backend.shape(mean))
    return mean + jaxkeras.backend.exp(log_variance / 2) * noise


def test_a_function_that_draws_random_numbers_gives_others_in_every_batch():
    inputs = jaxkeras.Input((2,))
    outputs = jaxkeras.layers.Lambda(sampled)([inputs, inputs])
    seen = []
    model = jaxkeras.Model(inputs, outputs)
    model.compile(loss=lambda _, outputs: outputs.sum(-1), optimizer="sgd")
    callback = jaxkeras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(logs["loss"])
    )
    x = np.zeros((6, 2))
    model.fit(x, x, batch_size=2, epochs=2, verbose=0, callbacks=[callback])
    assert len(set(seen)) == 6
    assert np.std(model.predict(np.zeros((500, 2)), verbose=0)) == pytest.approx(1, abs=0.1)


def test_a_layer_of_the_user_may_draw_in_training_alone():
    class Noisy(jaxkeras.layers.Layer):
        def call(self, inputs, training=False):
            return inputs + jaxkeras.random.normal(inputs.shape) if training else inputs

    layer, x = Noisy(), np.zeros((3, 2))
    assert not np.array_equal(layer(x, training=True), layer(x, training=True))
    np.testing.assert_array_equal(jax.jit(layer)(x), x)
    model = jaxkeras.Sequential([layer, jaxkeras.layers.Dense(1)])
    model.compile("sgd", "mse")
    assert model.fit(x, np.ones((3, 1)), verbose=0).history["loss"][0] != 1.0
    assert len(model.weights) == 2

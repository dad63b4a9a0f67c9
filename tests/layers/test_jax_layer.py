"""Functions of JAX as layers, compared with Keras's."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras

keras = pytest.importorskip("keras")

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


def init(rng, inputs):
    kernel = jax.random.normal(rng, (inputs.shape[-1], 2))
    return {"kernel": kernel, "bias": jnp.zeros(2), "steps": jnp.array(2)}


def call(params, inputs):
    return inputs @ params["kernel"] * params["steps"] + params["bias"]


def init_counting(rng, inputs, training):
    assert training
    return init(rng, inputs), (jnp.zeros(()), {"seen": jnp.zeros((), int), "name": None})


def call_counting(params, state, rng, inputs, training):
    total, counts = state
    outputs = call(params, inputs)
    if training:
        outputs += jax.random.normal(rng, outputs.shape)
        counts = {**counts, "seen": counts["seen"] + 1}
    return outputs, (total + jnp.sum(inputs), counts)


def test_with_the_same_weights_it_is_the_layer_of_keras():
    made = init(jax.random.key(0), X)
    theirs = keras.layers.JaxLayer(call, params=made)  # its init_fn needs TensorFlow
    given = jaxkeras.layers.JaxLayer(call, params=made)
    np.testing.assert_allclose(given(X), theirs(X), rtol=1e-5)
    assert [w.shape for w in given.weights if w.shape] == [(2,), (3, 2)]
    layer = jaxkeras.layers.JaxLayer(call, init)
    assert not layer.weights and layer.state is None
    assert layer(jaxkeras.Input((3,))).shape == (None, 2)
    layer.params["kernel"].assign(made["kernel"])
    np.testing.assert_allclose(layer(X), theirs(X), rtol=1e-5)
    assert sorted(w.name for w in layer.trainable_weights) == ["bias", "kernel"]
    assert layer.params["steps"].dtype == "int32"


def test_state_and_keys():
    layer = jaxkeras.layers.JaxLayer(call_counting, init_counting, seed=1)
    first = layer(X)
    np.testing.assert_allclose(layer.state[0].numpy(), X.sum(), rtol=1e-4)
    assert int(layer.state[1]["seen"][...]) == 0
    one, two = (layer(X, training=True) for _ in range(2))
    assert int(layer.state[1]["seen"][...]) == 2
    assert np.abs(one - first).mean() > 0.1 and np.abs(one - two).mean() > 0.1
    assert len(layer.trainable_weights) == 2 and len(layer.non_trainable_weights) == 3
    model = jaxkeras.Sequential([layer])
    model.compile(optimizer="sgd", loss="mse")
    model.fit(X, np.zeros((8, 2)), batch_size=2, verbose=0)
    assert int(layer.state[1]["seen"][...]) == 6


def test_given_parameters_are_trained():
    params = [{"w": np.zeros((3, 1), "float32")}, 0.5]

    def linear(params, inputs):
        return inputs @ params[0]["w"] + params[1]

    layer = jaxkeras.layers.JaxLayer(linear, params=params)
    assert layer.count_params() == 4
    np.testing.assert_allclose(layer(X), 0.5)
    model = jaxkeras.Sequential([layer])
    model.compile(optimizer=jaxkeras.optimizers.SGD(0.3), loss="mse")
    losses = model.fit(X, X.sum(axis=1, keepdims=True), epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 10
    assert not params[0]["w"].any()


def test_without_weights_and_with_structures():
    layer = jaxkeras.layers.JaxLayer(lambda inputs: inputs["a"] - inputs["b"])
    np.testing.assert_allclose(layer({"a": X, "b": 2 * X}), -X)
    assert layer.weights == []


def test_configuration_and_mixed_precision():
    layer = jaxkeras.layers.JaxLayer(call, init, dtype="mixed_bfloat16", name="own")
    assert layer(X).dtype == "bfloat16" and layer.params["kernel"].dtype == "float32"
    custom = {"call": call, "init": init}
    config = jaxkeras.layers.serialize(layer)
    assert config["config"].keys() == keras.layers.JaxLayer(call, init).get_config().keys()
    again = jaxkeras.layers.deserialize(config, custom_objects=custom)
    assert again.call_fn is call and again.init_fn is init and again.name == "own"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: jaxkeras.layers.JaxLayer(call), "call_fn takes params. Pass init_fn"),
        (lambda: jaxkeras.layers.JaxLayer(lambda parms, inputs: inputs), "Did you mean 'params'"),
        (lambda: jaxkeras.layers.JaxLayer(lambda x: x), "argument 'x'"),
        (lambda: jaxkeras.layers.JaxLayer(call, lambda rng: rng), "init_fn needs an argument"),
        (
            lambda: jaxkeras.layers.JaxLayer(lambda state, inputs: (inputs, 1.0), state=[1.0])(X),
            "state of another structure",
        ),
    ],
)
def test_messages(make, message):
    with pytest.raises(ValueError, match=message):
        make()

"""Losses and metrics that are symbolic tensors of a model, and other methods of Keras 2."""

import numpy as np
import pytest

import jaxkeras
from jaxkeras import Input, Model, layers, losses, metrics, ops
from jaxkeras import backend as K

X = np.random.default_rng(0).uniform(size=(24, 6)).astype("float32")


@jaxkeras.utils.register_keras_serializable()
def sampling(args):
    z_mean, z_log_var = args
    epsilon = K.random_normal(shape=(K.shape(z_mean)[0], K.int_shape(z_mean)[1]))
    return z_mean + K.exp(0.5 * z_log_var) * epsilon


def variational_autoencoder():
    inputs = Input(shape=(6,), name="encoder_input")
    x = layers.Dense(8, activation="relu")(inputs)
    z_mean, z_log_var = layers.Dense(2, name="z_mean")(x), layers.Dense(2, name="z_log_var")(x)
    z = layers.Lambda(sampling, output_shape=(2,), name="z")([z_mean, z_log_var])
    encoder = Model(inputs, [z_mean, z_log_var, z], name="encoder")
    latent = Input(shape=(2,), name="z_sampling")
    decoder = Model(latent, layers.Dense(6, activation="sigmoid")(latent), name="decoder")
    outputs = decoder(encoder(inputs)[2])
    vae = Model(inputs, outputs, name="vae")
    weights = len(vae.weights)

    reconstruction_loss = losses.binary_crossentropy(inputs, outputs) * 6
    kl_loss = 1 + z_log_var - K.square(z_mean) - K.exp(z_log_var)
    kl_loss = -0.5 * K.sum(kl_loss, axis=-1)
    vae.add_loss(K.mean(reconstruction_loss + kl_loss))
    vae.add_metric(kl_loss, name="kl_loss", aggregation="mean")
    assert len(vae.weights) == weights
    return vae


def kl_of(vae):
    z_mean, z_log_var, _ = vae.get_layer("encoder").predict(X, verbose=0)
    return np.mean(-0.5 * (1 + z_log_var - z_mean**2 - np.exp(z_log_var)).sum(axis=-1))


def test_a_variational_autoencoder_of_symbolic_losses():
    vae = variational_autoencoder()
    vae.compile(optimizer=jaxkeras.optimizers.Adam(0.01))
    assert vae.metrics_names == ["loss", "kl_loss"]
    history = vae.fit(X, epochs=5, batch_size=8, verbose=0, validation_data=(X, None)).history
    assert sorted(history) == ["kl_loss", "loss", "val_kl_loss", "val_loss"]
    assert history["loss"][-1] < history["loss"][0]
    np.testing.assert_allclose(history["val_kl_loss"][-1], kl_of(vae), rtol=1e-4)
    np.testing.assert_allclose(vae.evaluate(X, verbose=0)[1], kl_of(vae), rtol=1e-4)
    with pytest.raises(RuntimeError, match="after a new compile"):
        vae.add_loss(ops.mean(vae.output))


def test_a_copy_of_such_a_model_has_losses_of_its_own():
    vae = variational_autoencoder()
    twin = jaxkeras.models.clone_model(vae)
    assert len(twin.weights) == len(vae.weights)
    twin.compile("sgd")
    np.testing.assert_allclose(twin.evaluate(X, verbose=0)[1], kl_of(twin), rtol=1e-4)


def test_a_configuration_says_that_it_lacks_the_losses(tmp_path):
    vae = variational_autoencoder()
    with pytest.warns(UserWarning, match="without the losses and metrics"):
        config = vae.get_config()
    assert len(Model.from_config(config).weights) == len(vae.weights)
    vae.save_weights(tmp_path / "vae.weights.h5")
    other = variational_autoencoder()
    other.load_weights(tmp_path / "vae.weights.h5")
    np.testing.assert_allclose(kl_of(other), kl_of(vae), rtol=1e-6)


def test_an_aside_keeps_the_last_activation_where_it_is():
    inputs = Input((6,))
    outputs = layers.Dense(1, activation="sigmoid")(inputs)
    model = Model(inputs, outputs)
    model.add_metric(outputs, name="probability")
    model.compile(jaxkeras.optimizers.SGD(0.0), "binary_crossentropy")
    mean = model.fit(X, np.ones(24), verbose=0).history["probability"][0]
    np.testing.assert_allclose(mean, model.predict(X, verbose=0).mean(), rtol=1e-5)


def test_tensors_that_are_no_part_of_the_model():
    inputs = Input((6,))
    model = Model(inputs, layers.Dense(1)(inputs))
    with pytest.raises(ValueError, match="none of the model's inputs"):
        model.add_loss(ops.mean(Input((6,))))
    with pytest.raises(ValueError, match="needs the name"):
        model.add_metric(ops.mean(inputs))
    with pytest.raises(RuntimeError, match=r"belongs inside call\(\)"):
        model.add_loss(1.0)
    stack = jaxkeras.Sequential([Input((6,)), layers.Dense(1)])
    with pytest.raises(ValueError, match="make Model"):
        stack.add_loss(ops.mean(stack.output))


def test_methods_of_keras_2():
    model = jaxkeras.Sequential(
        [Input(batch_shape=(2, 3, 1)), layers.GRU(2, stateful=True), layers.Dense(1)]
    )
    sequences = np.ones((2, 3, 1), "float32")
    first = model.predict_proba(sequences)
    assert (model.predict_proba(sequences) != first).all()
    model.reset_states()
    np.testing.assert_allclose(model.predict_proba(sequences), first, rtol=1e-6)


def test_text_in_a_model_is_answered_with_what_to_do():
    with pytest.raises(TypeError, match=r"begin the model with Input\(\(length,\)"):
        Input((1,), dtype="string")
    vectorize = layers.TextVectorization(vocabulary=["a"])
    model = jaxkeras.Sequential([vectorize, layers.Embedding(3, 2)])
    with pytest.raises(TypeError, match="holds text") as caught:
        model.predict(np.array(["a b"]))
    assert "x = layer(texts), then model.fit(x, y)" in caught.value.__notes__[-1]


def test_metrics_without_state_are_those_of_keras():
    keras = pytest.importorskip("keras")
    y, outputs = np.array([[0.0], [1.0], [1.0]]), np.array([[0.2], [0.4], [0.9]])
    results = []
    for library in (jaxkeras, keras):
        metric = library.metrics.BinaryAccuracy()
        start = metric.stateless_reset_state()
        values = metric.stateless_update_state(start, y, outputs)
        assert [variable.name for variable in metric.variables] == ["total", "count"]
        results.append([*map(float, values), float(metric.stateless_result(values))])
        assert float(metric.result()) == 0.0
    assert results[0] == results[1]
    with pytest.raises(ValueError, match="has 2 variables, got 1 values"):
        metrics.Mean().stateless_result([1.0])

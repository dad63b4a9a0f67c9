"""`fit` and its arguments, `evaluate`, `predict`, single batches, and models of one's own."""

import itertools

import numpy as np
import pytest

import jaxkeras
from jaxkeras import Input, Model, Sequential, layers
from jaxkeras.callbacks import LambdaCallback
from jaxkeras.layers import Dense

keras = pytest.importorskip("keras")

X = np.random.default_rng(5).normal(size=(12, 3)).astype("float32")
Y = X @ np.array([[1.0], [-2.0], [0.5]], "float32")
WEIGHT = np.random.default_rng(6).uniform(0.2, 2.0, size=12).astype("float32")


def linear(api=jaxkeras, optimizer="sgd", loss="mse", metrics=None):
    """A line through the origin with zero slope at first."""
    dense = api.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = api.Sequential([api.Input((3,)), dense])
    model.compile(optimizer, loss, metrics=metrics)
    return model


def fit(model, *data, **arguments):
    return model.fit(*data, **{"verbose": 0, "shuffle": False, **arguments})


def kernel(model):
    return model.get_weights()[0]


def losses_and_kernel(api, *data, **arguments):
    model = linear(api)
    return fit(model, *data, **arguments).history, kernel(model)


def assert_same_as_keras(make_data, **arguments):
    """The same history and weights; the data are made anew for each side."""
    ours, theirs = (losses_and_kernel(api, *make_data(), **arguments) for api in (jaxkeras, keras))
    assert list(ours[0]) == list(theirs[0])
    for name, curve in theirs[0].items():
        np.testing.assert_allclose(ours[0][name], curve, rtol=1e-5, err_msg=name)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-5)
    return ours


def arrays():
    return X, Y


class Batches:
    """Three batches of four, by index."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        part = slice(4 * index, 4 * index + 4)
        return X[part], Y[part], WEIGHT[part]


# ---------------------------------------------------------------------- fit


@pytest.mark.parametrize(
    "arguments",
    [
        {"validation_split": 0.25, "batch_size": 3, "epochs": 2},
        {"validation_split": 0.3, "batch_size": 4, "sample_weight": WEIGHT},
        {"validation_data": (X[:6], Y[:6], WEIGHT[:6]), "validation_batch_size": 4},
        {"validation_data": (X, Y), "batch_size": 4, "validation_steps": 2, "epochs": 2},
        {"initial_epoch": 2, "epochs": 4, "batch_size": 6},
        {"steps_per_epoch": 2, "epochs": 2, "batch_size": 3},
    ],
    ids=lambda arguments: "-".join(arguments),
)
def test_arguments_of_fit_mean_what_they_mean_in_keras(arguments):
    assert_same_as_keras(arrays, **arguments)


def test_an_endless_generator_and_its_sample_weights():
    def endless():
        return (Batches()[index] for index in itertools.cycle(range(3)))

    history, slope = losses_and_kernel(jaxkeras, endless(), steps_per_epoch=3, epochs=2)
    expected, same_slope = losses_and_kernel(
        jaxkeras, X, Y, batch_size=4, epochs=2, sample_weight=WEIGHT
    )
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-6)
    np.testing.assert_allclose(slope, same_slope, rtol=1e-6)


def test_a_sequence_of_batches():
    history, slope = losses_and_kernel(jaxkeras, Batches(), epochs=2, validation_data=Batches())
    expected, same_slope = losses_and_kernel(
        jaxkeras, X, Y, batch_size=4, epochs=2, sample_weight=WEIGHT
    )
    assert list(history) == ["loss", "val_loss"]
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-6)
    np.testing.assert_allclose(slope, same_slope, rtol=1e-6)


def test_the_validation_part_is_the_last_even_when_training_is_shuffled():
    history = linear(optimizer=jaxkeras.optimizers.SGD(0.0)).fit(
        X, Y, validation_split=0.25, shuffle=True, verbose=0, epochs=2
    )
    expected = [float((Y[9:] ** 2).mean())] * 2
    np.testing.assert_allclose(history.history["val_loss"], expected, rtol=1e-6)


def test_validation_data_come_before_a_validation_split():
    history = fit(linear(), X, Y, validation_split=0.5, validation_data=(X, Y), batch_size=12)
    assert history.history["loss"][0] == pytest.approx(float((Y**2).mean()), rel=1e-5)


@pytest.mark.parametrize(
    ("frequency", "expected"), [(1, [1, 2, 3, 4]), (2, [2, 4]), ([1, 4], [1, 4])]
)
def test_validation_freq(frequency, expected):
    validated = []
    note = LambdaCallback(
        on_epoch_end=lambda epoch, logs: "val_loss" in logs and validated.append(epoch + 1)
    )
    arguments = {"epochs": 4, "validation_data": (X, Y), "validation_freq": frequency}
    history = fit(linear(), X, Y, callbacks=[note], **arguments)
    assert validated == expected
    assert len(history.history["val_loss"]) == len(expected)


def test_initial_epoch_numbers_the_epochs():
    assert fit(linear(), X, Y, initial_epoch=3, epochs=5).epoch == [3, 4]
    assert fit(linear(), X, Y, initial_epoch=5, epochs=5).epoch == []


def test_steps_per_epoch_goes_on_through_the_data():
    """Two epochs of two batches are one epoch of four."""
    in_steps, slope = losses_and_kernel(jaxkeras, X, Y, batch_size=3, steps_per_epoch=2, epochs=2)
    at_once, same_slope = losses_and_kernel(jaxkeras, X, Y, batch_size=3)
    np.testing.assert_array_equal(slope, same_slope)
    assert np.mean(in_steps["loss"]) == pytest.approx(at_once["loss"][0])


@pytest.mark.parametrize(("verbose", "lines"), [(0, 0), (1, 2), (2, 2), ("auto", 2)])
def test_what_is_printed(verbose, lines, capsys):
    fit(linear(metrics=["mae"]), X, Y, epochs=2, verbose=verbose)
    printed = capsys.readouterr().out
    assert printed.count("Epoch ") == lines
    assert ("mae:" in printed) == bool(lines)
    with pytest.raises(ValueError, match="verbose must be 0, 1, 2 or 'auto'"):
        fit(linear(), X, Y, verbose=3)


def test_fit_returns_the_history_and_keeps_it():
    model = linear()
    history = fit(model, X, Y)
    assert model.history is history and history.model is model
    assert history.params["epochs"] == 1 and history.params["steps"] == 1


def test_what_must_be_compiled_first():
    model = Sequential([Input((3,)), Dense(1)])
    for use in (model.fit, model.evaluate, model.train_on_batch, model.test_on_batch):
        with pytest.raises(RuntimeError, match="is not compiled. Call model.compile"):
            use(X, Y)
    assert model.predict(X, verbose=0).shape == (12, 1)


def test_class_weights_and_accuracies_by_name_equal_keras():
    x, y = np.random.normal(size=(12, 3)), np.arange(12) % 3
    values = [np.random.normal(size=(3, 3)), np.zeros(3)]
    histories = []
    for api in (jaxkeras, keras):
        model = api.Sequential([api.Input((3,)), api.layers.Dense(3, activation="softmax")])
        model.set_weights(values)
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        class_weight = {0: 1.0, 1: 3.0, 2: 0.5}
        history = fit(model, x, y, epochs=2, batch_size=12, class_weight=class_weight)
        histories.append(history.history)
    assert list(histories[0]) == list(histories[1]) == ["accuracy", "loss"]
    for name in histories[0]:
        np.testing.assert_allclose(histories[0][name], histories[1][name], rtol=1e-5)


# ---------------------------------------------------------------------- evaluate and predict


def test_evaluate_returns_a_number_a_list_or_a_dictionary():
    loss = float((Y**2).mean())
    assert linear().evaluate(X, Y, verbose=0) == pytest.approx(loss, rel=1e-5)
    model = linear(metrics=["mae"])
    values = model.evaluate(X, Y, verbose=0)
    assert values == pytest.approx([loss, float(abs(Y).mean())], rel=1e-5)
    assert model.metrics_names == ["loss", "mae"]
    named = model.evaluate(X, Y, verbose=0, return_dict=True)
    assert named == dict(zip(["loss", "mae"], values, strict=True))


def test_evaluate_by_steps_by_batches_and_with_weights():
    model = linear()
    first_six = model.evaluate(X, Y, batch_size=3, steps=2, verbose=0)
    assert first_six == pytest.approx(float((Y[:6] ** 2).mean()), rel=1e-5)
    weighted = model.evaluate(X, Y, sample_weight=WEIGHT, verbose=0)
    assert weighted == pytest.approx(float((Y[:, 0] ** 2 * WEIGHT).mean()), rel=1e-5)
    assert model.evaluate(Batches(), verbose=0) == pytest.approx(weighted, rel=1e-5)


def test_predict_gives_all_samples_in_order():
    model = linear()
    model.set_weights([np.array([[1.0], [-2.0], [0.5]])])
    for arguments in ({}, {"batch_size": 5}):
        np.testing.assert_allclose(model.predict(X, verbose=0, **arguments), Y, rtol=1e-5)
    np.testing.assert_allclose(model.predict(X, batch_size=4, steps=2, verbose=0), Y[:8], rtol=1e-5)
    batches = (X[start : start + 5] for start in range(0, 12, 5))
    np.testing.assert_allclose(model.predict(batches, verbose=0), Y, rtol=1e-5)
    assert type(model.predict(X, verbose=0)) is np.ndarray


def test_predict_classes():
    model = Sequential([Input((3,)), layers.Activation("softmax")])
    np.testing.assert_array_equal(model.predict_classes(X), X.argmax(axis=-1))
    model = Sequential([Input((1,)), layers.Activation("sigmoid")])
    classes = model.predict_classes(X[:, :1])
    assert classes.shape == (12, 1) and classes.dtype == "int32"
    np.testing.assert_array_equal(classes, X[:, :1] > 0)


# ---------------------------------------------------------------------- single batches


def test_single_batches_equal_keras():
    models = [linear(api, optimizer="adam", metrics=["mae"]) for api in (jaxkeras, keras)]
    for part in (slice(0, 8), slice(0, 8), slice(8, 12)):
        ours, theirs = (model.train_on_batch(X[part], Y[part]) for model in models)
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    np.testing.assert_allclose(kernel(models[0]), kernel(models[1]), rtol=1e-5)
    ours, theirs = (model.test_on_batch(X, Y, WEIGHT) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    ours, theirs = (model.predict_on_batch(X) for model in models)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_values_of_single_batches():
    model = linear()
    assert model.train_on_batch(X, Y) == pytest.approx(float((Y**2).mean()), rel=1e-5)
    before = kernel(model)
    named = model.test_on_batch(X, Y, return_dict=True)
    assert list(named) == ["loss"] and named["loss"] < float((Y**2).mean())
    np.testing.assert_array_equal(kernel(model), before)
    assert model.predict_on_batch(X[:2]).shape == (2, 1)


def test_train_on_batch_with_class_weights():
    x, y = np.eye(2), np.array([0, 1])
    model = Sequential([Input((2,)), Dense(2, kernel_initializer="zeros")])
    loss = jaxkeras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss)
    expected = np.log(2) * (1 + 5) / 2
    assert model.train_on_batch(x, y, class_weight={0: 1.0, 1: 5.0}) == pytest.approx(expected)


# ---------------------------------------------------------------------- models of one's own


class Autoencoder(Model):
    """Layers as attributes, in a list and in a dictionary, one of them a model."""

    def __init__(self, width=2, **kwargs):
        super().__init__(**kwargs)
        self.encoder = Sequential([Dense(4, activation="tanh"), Dense(width)])
        self.hidden = [Dense(4, activation="tanh")]
        self.heads = {"out": Dense(3)}
        self.noise = layers.Dropout(0.1)

    def call(self, inputs, training=False):
        x = self.noise(self.encoder(inputs), training=training)
        for layer in self.hidden:
            x = layer(x)
        return self.heads["out"](x)


def test_a_subclass_learns():
    model = Autoencoder()
    model.compile(jaxkeras.optimizers.Adam(0.02), "mse", metrics=["mae"])
    curve = fit(model, X, X, batch_size=12, epochs=60).history["loss"]
    assert curve[-1] < curve[0] / 2
    assert model.count_params() == 16 + 10 + 12 + 15
    assert [type(layer).__name__ for layer in model.layers] == [
        "Sequential",
        "Dense",
        "Dense",
        "Dropout",
    ]
    np.testing.assert_array_equal(model.predict(X, verbose=0), model.predict(X, verbose=0))
    assert model.get_layer(model.heads["out"].name) is model.heads["out"]


def test_a_subclass_is_described_by_its_arguments():
    model = Autoencoder(width=3, name="net")
    expected = {"name": "net", "trainable": True, "width": 3}
    config = model.get_config()
    assert {name: config[name] for name in expected} == expected
    assert config["dtype"]["config"] == {"name": "float32"}
    assert Autoencoder.from_config(model.get_config()).encoder.layers[-1].units == 3


def test_a_model_of_several_inputs():
    class Sum(Model):
        def __init__(self):
            super().__init__()
            self.left, self.right = Dense(1), Dense(1)

        def call(self, inputs):
            return self.left(inputs["a"]) + self.right(inputs["b"])

    model = Sum()
    model.compile("sgd", "mse")
    x = {"a": X, "b": X[:, :2]}
    curve = fit(model, x, Y, epochs=5, batch_size=6).history["loss"]
    assert curve[-1] < curve[0] and model.count_params() == 7
    assert model.predict(x, verbose=0).shape == (12, 1)

"""What a beginner gets wrong: each mistake is answered in words, or simply works.

Asserted are the words that matter: what it is about, what was expected, what came, the fix.
"""

import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import Input, Sequential
from jaxkeras.layers import Dense, Flatten, Layer

N = 12
X = np.random.default_rng(0).random((N, 4)).astype("float32")
Y = np.arange(N) % 3
ONE_HOT = np.eye(3)[Y]
R = X.sum(axis=1)


def model_for(loss, units=3, activation="softmax", **arguments):
    model = Sequential([Input((4,)), Dense(units, activation=activation, name="out")])
    model.compile("sgd", loss, **arguments)
    return model


@pytest.fixture(scope="module")
def sparse():
    """A classifier that most tests only fail to feed, so that they can share it."""
    return model_for("sparse_categorical_crossentropy")


@pytest.fixture(scope="module")
def regression():
    return model_for("mse", units=1, activation=None)


def learns(model, x, y, **arguments):
    history = model.fit(x, y, verbose=0, **arguments)
    assert np.isfinite(history.history["loss"]).all()
    return history


# ---------------------------------------------------------------------- data


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (X[:, 0], ["(None, 4)", "(None,)", "x[None]"]),
        (
            X.reshape(N, 2, 2),
            ['Dense "out"', "4", "(None, 2, 2)", "x.reshape(len(x), 4)", "Flatten"],
        ),
        (np.ones((N, 3, 5)), ['Dense "out"', "expected last dimension 4", "(None, 3, 5)"]),
        (X[:, :3], ['Dense "out"', "expected last dimension 4", "(None, 3)", "4 features"]),
        (X[:, None, None, :2], ['Dense "out"', "4", "(None, 1, 1, 2)"]),
        (X[:5], ["x has 5", "y has 12", "same number of samples"]),
        (X[:0], ["x has 0"]),
        (X.astype(str), ["x", "text", "numbers", "float32"]),
        (np.array([["a", 1.0, 2.0, 3.0]] * N, object), ["x", "text", "'a'", "(0, 0)"]),
        ([[1, 2, 3, None]] * N, ["x", "missing values", "(0, 3)"]),
        ([[1, 2], [1, 2, 3]] * (N // 2), ["x", "rows have different lengths", "Pad"]),
        (np.array([X[0], X[0, :2]], object), ["x", "numbers", "np.stack"]),
        (X.astype(complex), ["x", "complex", "real numbers"]),
        (np.full((N, 4), "2020-01-01", "datetime64[D]"), ["x", "date", "numbers"]),
        (np.full((N, 4), 2**40), ["x", "32 bits", "float32"]),
        (np.float32(3.0), ["x", "array of samples", "3.0"]),
        (list(X), ["x[0] has 4", "several inputs", "np.stack(x)"]),
        ((X, Y), ["one array", "tuple of 2", "fit(x, y)"]),
        ({"a": X}, ["one array", "dict"]),
        (Input((4,)), ["no values", "NumPy"]),
        (None, ["x must be an array"]),
        (5.0, ["x must be an array", "float"]),
        ("train.csv", ["x must be an array", "str"]),
        ({1, 2}, ["x must be an array", "set"]),
        (lambda: (X, Y), ["x must be an array", "Call the function"]),
    ],
)
def test_inputs_that_do_not_fit(sparse, x, words, assert_tells):
    y = None if isinstance(x, tuple) else Y
    assert_tells(lambda: sparse.fit(x, y, verbose=0), *words)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (Y + 1, ["labels from 0 to 2", '"out"', "label 3", "y - 1"]),
        (Y - 1, ["labels from 0 to 2", "label -1", "np.unique"]),
        (Y + 0.5, ["labels from 0 to 2", "0.5", "whole numbers"]),
        (ONE_HOT, ["(12, 3)", "one-hot", "categorical_crossentropy", "argmax"]),
        (np.array(["cat", "dog", "cow"])[Y], ["y", "text", "'cat'", "np.unique"]),
        (["cat", "dog", "cow"] * 4, ["y", "text", "np.unique"]),
        (None, ["sparse_categorical_crossentropy needs targets", "fit(x, y)"]),
        (1, ["y must be an array"]),
        ([Y, Y], ["y", "2"]),
        ([], ["y has 0"]),
    ],
)
def test_labels_that_do_not_fit(sparse, y, words, assert_tells):
    assert_tells(lambda: sparse.fit(X, y, verbose=0), *words)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (Y, ["3 columns", "(12,)", "sparse_categorical_crossentropy", "to_categorical"]),
        (Y[:, None], ["3 columns", "(12, 1)", "sparse_categorical_crossentropy"]),
        (np.eye(4)[Y], ["3 columns", "(12, 4)", "4 units"]),
    ],
)
def test_one_hot_targets_that_do_not_fit(y, words, assert_tells):
    model = model_for("categorical_crossentropy")
    assert_tells(lambda: model.fit(X, y, verbose=0), '"out"', *words)


def test_regression_targets_of_the_wrong_width(assert_tells):
    model = model_for("mse", units=3, activation=None)
    assert_tells(lambda: model.fit(X, R, verbose=0), "(batch, 3)", "(12,)", "1 unit")


class Frame:
    """Converts itself to an array, as a pandas data frame or a torch tensor does."""

    def __init__(self, values):
        self.values = values
        self.shape = np.shape(values)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype)


def test_inputs_that_simply_work(sparse):
    inputs = [
        X.tolist(),
        tuple(map(tuple, X.tolist())),
        [X],
        Frame(X),
        Frame([[1, 0.5, True, 2]] * N),  # columns of several types are one array of objects
        X.astype(object),
        X.astype("float16"),
        X.astype("float64"),
        jnp.asarray(X),
        (X * 255).astype("uint8"),
        X[..., None],
    ]
    for x in inputs:
        learns(sparse, x, Y)


def test_targets_that_simply_work(sparse, regression):
    for y in (Y.tolist(), list(Y), Y.astype(float), Y[:, None], Frame(Y), Y > 0, jnp.asarray(Y)):
        learns(sparse, X, y)
    for y in (R, R[:, None], R > 2, R.tolist(), range(N)):
        learns(regression, X / 100, y)


def test_one_number_a_sample_needs_no_second_axis():
    model = Sequential([Dense(1, input_shape=[1])])
    model.compile("sgd", "mse")
    learns(model, np.arange(6.0), np.arange(6.0))
    assert model.predict(np.array([10.0]), verbose=0).shape == (1, 1)


def test_grey_images_without_channels_fit_an_input_with_one():
    model = Sequential([Input((2, 2, 1)), Flatten(), Dense(3)])
    assert model.predict(np.ones((5, 2, 2)), verbose=0).shape == (5, 3)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_is_shown(regression, value):
    model = model_for("mse", units=1, activation=None)
    history = model.fit(np.full((N, 4), value), R, epochs=2, verbose=0)
    assert np.isnan(history.history["loss"]).all()


def test_images_for_a_dense_network(assert_tells):
    model = Sequential([Dense(5, input_shape=(784,), name="first"), Dense(3)])
    images = np.zeros((2, 28, 28))
    wanted = ['Dense "first"', "784", "(None, 28, 28)", "reshape(len(x), 784)", "Flatten()"]
    assert_tells(lambda: model.predict(images, verbose=0), *wanted)
    assert_tells(lambda: model.predict(images[0], verbose=0), "784", "x.reshape(1, 784)")


def test_a_single_sample(sparse, assert_tells):
    assert_tells(lambda: sparse.predict(X[0], verbose=0), "(None, 4)", "batch axis", "x[None]")


def test_a_single_image(assert_tells):
    model = Sequential([Input((28, 28)), Flatten(), Dense(3)])
    assert_tells(lambda: model.predict(np.zeros((28, 28)), verbose=0), "(None, 28, 28)", "x[None]")


def test_images_without_flatten(assert_tells):
    model = Sequential([Dense(3, activation="softmax", name="out")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert_tells(lambda: model.fit(X.reshape(N, 2, 2), Y, verbose=0), '"out"', "Flatten")


def test_another_width_than_in_training(assert_tells):
    model = Sequential([Dense(3, name="out")])
    model.compile("sgd", "mse")
    model.fit(X, ONE_HOT, verbose=0)
    wanted = ['Dense "out"', "expected last dimension 4", "(None, 3)", "4 features"]
    assert_tells(lambda: model.predict(X[:, :3], verbose=0), *wanted)


@pytest.mark.parametrize(
    "inputs",
    [
        X.tolist(),
        [[1, 2], [3, 4]],
        X.astype("float64"),
        X.astype(int),
        X.astype("uint8"),
        X > 0.5,
        X.astype(object),
        Frame(X),
    ],
)
def test_layers_take_lists_and_arrays_of_any_number(inputs):
    outputs = Dense(3)(inputs)
    assert outputs.shape == (len(np.asarray(inputs)), 3)
    assert outputs.dtype == "float32"
    assert Dense(3)(inputs=inputs).shape == outputs.shape


# ---------------------------------------------------------------------- arguments of fit


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"epoch": 5}, ["fit", "'epoch'", "'epochs'"]),
        ({"nb_epoch": 5, "epochs": 5}, ["fit", "'nb_epoch'", "'epochs'", "one thing"]),
        ({"batchsize": 5}, ["'batchsize'", "'batch_size'"]),
        ({"samples_per_epoch": 5}, ["'samples_per_epoch'", "'steps_per_epoch'"]),
        ({"show": True}, ["'show'", "It takes", "epochs"]),
        ({"batch_size": 0}, ["batch_size", "at least 1", "0"]),
        ({"batch_size": 7.5}, ["batch_size", "whole number", "7.5"]),
        ({"batch_size": "32"}, ["batch_size", "whole number", "'32'"]),
        ({"epochs": 2.5}, ["epochs", "whole number", "2.5"]),
        ({"epochs": "5"}, ["epochs", "whole number", "'5'"]),
        ({"epochs": -1}, ["epochs", "at least 0", "-1"]),
        ({"epochs": None}, ["epochs", "whole number", "None"]),
        ({"steps_per_epoch": 0}, ["number of steps", "at least 1"]),
        ({"steps_per_epoch": "2"}, ["number of steps", "whole number"]),
        ({"validation_split": 1}, ["validation_split", "between 0 and 1", "Received: 1"]),
        ({"validation_split": 2}, ["validation_split", "between 0 and 1", "Received: 2"]),
        ({"validation_split": "0.1"}, ["validation_split", "between 0 and 1", "'0.1'"]),
        ({"validation_split": (X, Y)}, ["validation_split", "validation_data=(x, y)"]),
        ({"validation_split": 0.999}, ["validation_split", "leaves nothing"]),
        ({"validation_freq": 0, "validation_data": (X, Y)}, ["validation_freq", "at least 1"]),
        ({"validation_data": X}, ["validation_data", "(x, y)", "ndarray"]),
        ({"validation_data": (X,)}, ["validation_data", "(x, y)"]),
        ({"validation_data": (X, Y, X, Y)}, ["validation_data", "(x, y)", "4 entries"]),
        ({"validation_data": 0.2}, ["validation_data", "float"]),
        ({"validation_data": (X[:, :3], Y)}, ["validation_data", 'Dense "out"', "(None, 3)"]),
        ({"validation_data": (X, ONE_HOT)}, ["validation_data", "one-hot"]),
        ({"validation_data": (X, Y[:3])}, ["validation_data", "x has 12", "y has 3"]),
        ({"validation_data": (X, Y + 5)}, ["validation_data", "label", "0 to 2"]),
        ({"class_weight": {0: 1.0, 1: 2.0}}, ["class_weight", "class 2", "[0, 1]"]),
        ({"class_weight": [1.0, 2.0, 3.0]}, ["class_weight", "dictionary", "dict(enumerate("]),
        ({"class_weight": "balanced"}, ["class_weight", "dictionary", "'balanced'"]),
        ({"class_weight": {0: "a", 1: 1, 2: 1}}, ["class_weight", "numbers", "'a'"]),
        ({"sample_weight": np.ones(5)}, ["sample_weight has 5", "x has 12"]),
        ({"sample_weight": np.ones((N, 2))}, ["sample_weight", "(12,)", "(12, 2)"]),
        ({"sample_weight": 0.5}, ["sample_weight", "array of samples", "0.5"]),
        ({"callbacks": [jaxkeras.callbacks.History]}, ["callbacks", "History()"]),
        ({"callbacks": [print]}, ["callbacks", "LambdaCallback"]),
        ({"callbacks": "early_stopping"}, ["callbacks", "'early_stopping'"]),
        ({"verbose": "yes"}, ["verbose", "'auto'", "'yes'"]),
        ({"verbose": 3}, ["verbose", "0, 1, 2", "3"]),
    ],
)
def test_arguments_of_fit(sparse, arguments, words, assert_tells):
    assert_tells(lambda: sparse.fit(X, Y, **{"verbose": 0, **arguments}), *words)


@pytest.mark.parametrize(
    "arguments",
    [
        {"batch_size": 4.0},
        {"batch_size": np.int64(4)},
        {"batch_size": None},
        {"epochs": 2.0},
        {"steps_per_epoch": N / 8},  # one batch and a half: two, as Keras 2 counts
        {"steps_per_epoch": 2.0, "batch_size": 4},
        {"validation_split": 0},
        {"validation_split": None},
        {"validation_data": [X, Y]},
        {"class_weight": {0: 1, 1: 2, 2: 3, 3: 4}},
        {"class_weight": {0.0: 1.0, 1.0: 2.0, 2.0: 3.0}},
        {"sample_weight": np.ones((N, 1))},
        {"callbacks": jaxkeras.callbacks.LambdaCallback()},
        {"workers": 4, "use_multiprocessing": True, "max_queue_size": 10},
    ],
)
def test_arguments_of_fit_that_work(sparse, arguments):
    learns(sparse, X, Y, **arguments)


def test_fractions_of_steps_are_rounded_up():
    steps = []
    model = model_for("mse", units=1, activation=None)
    count = jaxkeras.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: steps.append(batch))
    model.fit(X, R, batch_size=4, steps_per_epoch=2.5, callbacks=[count], verbose=0)
    assert steps == [0, 1, 2]


@pytest.mark.parametrize("verbose", [True, False, 2, "auto"])
def test_verbosity(sparse, verbose, capsys):
    sparse.fit(X, Y, verbose=verbose)
    assert bool(capsys.readouterr().out) == bool(verbose)


@pytest.mark.parametrize(
    ("method", "arguments", "words"),
    [
        ("compile", {"optimiser": "adam"}, ["compile", "'optimiser'", "'optimizer'"]),
        ("compile", {"metric": ["acc"]}, ["compile", "'metric'", "'metrics'"]),
        ("compile", {"losses": "mse"}, ["compile", "'losses'", "'loss'"]),
        ("compile", {"class_mode": "binary"}, ["compile", "'class_mode'", "It takes", "optimizer"]),
        ("evaluate", {"x": X, "batchsize": 3}, ["evaluate", "'batchsize'", "'batch_size'"]),
        ("evaluate", {"x": X, "epochs": 3}, ["evaluate", "'epochs'", "It takes"]),
        ("predict", {"x": X, "verbos": 0}, ["predict", "'verbos'", "'verbose'"]),
        ("predict", {"x": X, "batch_size": Y}, ["batch_size", "whole number", "(12,)"]),
        ("predict_classes", {"x": X, "batchsize": 3}, ["'batchsize'", "'batch_size'"]),
        ("train_on_batch", {"x": X, "class_weights": {}}, ["train_on_batch", "'class_weight'"]),
    ],
)
def test_keywords_of_other_methods(sparse, method, arguments, words, assert_tells):
    assert_tells(lambda: getattr(sparse, method)(**arguments), *words)


# ---------------------------------------------------------------------- compile


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"loss": "categorical_cross_entropy"}, ["loss", "'categorical_crossentropy'"]),
        ({"loss": "something"}, ["Unknown loss", "There are", "mse", "binary_crossentropy"]),
        ({"loss": "accuracy"}, ["Unknown loss", "kind of metric"]),
        ({"loss": 3}, ["Expected loss", "3"]),
        ({"optimizer": "adamm"}, ["optimizer", "'adam'"]),
        ({"optimizer": "mse", "loss": "adam"}, ["Unknown loss: 'adam'", "kind of optimizer"]),
        ({"optimizer": 0.01}, ["Expected optimizer", "0.01"]),
        ({"optimizer": None}, ["Expected an optimizer", "None"]),
        ({"metrics": ["acuracy"]}, ["Unknown metric", "'accuracy'"]),
        ({"metrics": [3]}, ["Expected metric", "3"]),
    ],
)
def test_arguments_of_compile(arguments, words, assert_tells):
    model = Sequential([Dense(1)])
    assert_tells(lambda: model.compile(**{"optimizer": "sgd", "loss": "mse", **arguments}), *words)


def test_what_compile_takes_besides_names():
    for arguments in (
        {"metrics": "accuracy"},
        {"metrics": [jaxkeras.metrics.SparseCategoricalAccuracy]},
        {"jit_compile": True},
    ):
        learns(model_for("sparse_categorical_crossentropy", **arguments), X, Y)
    model = Sequential([Input((4,)), Dense(1)])
    model.compile(jaxkeras.optimizers.Adam, jaxkeras.losses.MeanSquaredError)
    learns(model, X, R)


def test_training_without_a_loss(assert_tells):
    model = model_for(None)
    assert_tells(lambda: model.fit(X, R, verbose=0), "nothing to minimise", "loss=")


def test_training_by_the_losses_of_layers_alone():
    class Small(Layer):
        def call(self, inputs):
            self.add_loss(jnp.mean(inputs**2))
            return inputs

    model = Sequential([Input((4,)), Dense(3), Small()])
    model.compile("sgd")
    learns(model, X, None)


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda y_true, y_pred: None, ["loss 'lambda'", "(12, 1)", "returns numbers"]),
        (lambda y_true: y_true, ["loss 'lambda'", "(y_true, y_pred)"]),
        (lambda y_true, y_pred: y_true @ jnp.ones((9, 9)), ["loss 'lambda'", "(12, 1)", "(12,)"]),
        (lambda y_true, y_pred: np.mean(np.asarray(y_pred)), ["jax.numpy instead of numpy"]),
    ],
)
def test_losses_with_a_bug(loss, words, assert_tells):
    model = model_for(loss, units=1, activation=None)
    assert_tells(lambda: model.fit(X, R, verbose=0), *words, kind=Exception)


def test_losses_that_are_a_number_or_nan():
    learns(model_for(lambda y_true, y_pred: jnp.mean((y_true - y_pred) ** 2), 1, None), X, R)
    model = model_for(lambda y_true, y_pred: y_pred * jnp.nan, 1, None)
    assert np.isnan(model.fit(X, R, verbose=0).history["loss"][0])


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("mae", ["metric 'mae'", "(12,)", "(12, 3)"]),
        (jaxkeras.metrics.Precision(), ["metric 'precision'", "(12, 3)"]),
        (lambda y_true, y_pred: y_true @ y_pred @ y_pred, ["metric 'lambda'"]),
    ],
)
def test_metrics_that_do_not_fit(metric, words, assert_tells):
    model = model_for("sparse_categorical_crossentropy", metrics=[metric])
    assert_tells(lambda: model.fit(X, Y, verbose=0), *words)


# ---------------------------------------------------------------------- generators


def batches(count, as_list=False):
    for _ in range(count):
        yield [X, Y] if as_list else (X, Y)


@pytest.mark.parametrize("as_list", [True, False])
def test_generators_may_yield_lists(sparse, as_list):
    learns(sparse, batches(10, as_list), None, steps_per_epoch=2, epochs=2)
    assert np.isfinite(sparse.evaluate(batches(2, as_list), verbose=0))


def test_a_generator_that_ends_early(sparse):
    with pytest.warns(UserWarning, match="ran out after 2 of 5 steps"):
        sparse.fit(batches(2), steps_per_epoch=5, verbose=0)


def test_a_generator_for_two_epochs_that_lasts_for_one(sparse, assert_tells):
    assert_tells(lambda: sparse.fit(batches(2), epochs=2, verbose=0), "used up", "steps_per_epoch")


def test_a_generator_that_raises_shows_its_own_traceback(sparse):
    def broken():
        yield X, Y
        raise OSError("disk on fire")

    with pytest.raises(OSError, match="disk on fire") as error:
        sparse.fit(broken(), verbose=0)
    assert error.traceback[-1].name == "broken"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda: iter([X]), ["needs targets", "(x, y)"]),
        (lambda: iter([(X, Y, X, Y)]), ["(x, y, sample_weight)", "4 entries"]),
        (lambda: iter([]), ["no batches"]),
        (lambda: iter([(None, Y)]), ["x is missing"]),
        (lambda: zip(X, Y, strict=True), ["y must be an array", "batches of samples"]),
        (lambda: iter([(X, Y), (X[:, :3], Y)]), ['Dense "out"', "4", "(12, 3)"]),
        (lambda: iter([(X, Y), (X, ONE_HOT)]), ["one-hot", "(12, 3)"]),
    ],
)
def test_generators_that_yield_something_else(sparse, data, words, assert_tells):
    assert_tells(lambda: sparse.fit(data(), verbose=0), *words)


def test_generators_bring_their_own_targets(sparse, assert_tells):
    assert_tells(lambda: sparse.fit(batches(2), Y, verbose=0), "own targets", "y")
    assert_tells(lambda: sparse.fit(batches(2), validation_split=0.1, verbose=0), "validation_data")

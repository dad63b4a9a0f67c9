"""`fit_generator` and its like, in the words of Keras 2 and of Keras 1; other libraries' data."""

import inspect
import itertools

import numpy as np
import pytest

import jaxkeras
from jaxkeras.utils import PyDataset

X = np.random.RandomState(0).rand(24, 3).astype("float32")
Y = (X.sum(axis=1, keepdims=True) > 1.5).astype("float32")


def batches(size=4, repeats=True):
    for start in itertools.count(0, size):
        if start >= len(X) and not repeats:
            return
        rows = np.arange(start, start + size) % len(X)
        yield X[rows], Y[rows]


class Numbered(PyDataset):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        return X[4 * index :][:4], Y[4 * index :][:4]


@pytest.fixture(scope="module")
def model():
    model = jaxkeras.Sequential(
        [jaxkeras.Input((3,)), jaxkeras.layers.Dense(1, activation="sigmoid")]
    )
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture
def losses(model):
    """Losses and everything else of some epochs, always from the same start."""

    def run(method, *args, **kwargs):
        model.set_weights([np.full((3, 1), 0.1), np.zeros(1)])
        return getattr(model, method)(*args, verbose=0, **kwargs).history

    return run


def test_fit_generator_does_what_fit_does(losses):
    expected = losses("fit", X, Y, batch_size=4, epochs=3, shuffle=False, validation_data=(X, Y))
    assert len(expected["val_loss"]) == 3
    endless = {"steps_per_epoch": 6, "epochs": 3, "validation_steps": 6}
    for given in (
        losses("fit_generator", batches(), validation_data=batches(), **endless),
        losses("fit_generator", batches(), 6, 3, validation_data=(X, Y), workers=2),
        losses("fit_generator", Numbered(), epochs=3, shuffle=False, validation_data=Numbered()),
    ):
        _equal(given, expected)


def _equal(given, expected):
    assert given.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(given[name], values, rtol=1e-5)


@pytest.mark.filterwarnings("ignore:.*which is Keras 1's")
def test_keras_1_counts_samples_and_not_batches(losses, model):
    expected = losses("fit", X, Y, batch_size=4, epochs=3, shuffle=False, validation_data=(X, Y))
    with pytest.warns(UserWarning, match="max_q_size=3, nb_epoch=3, nb_worker=2.*workers=2"):
        given = losses(
            "fit_generator", batches(), samples_per_epoch=24, nb_epoch=3, validation_data=batches(),
            nb_val_samples=24, nb_worker=2, max_q_size=3, pickle_safe=False,
        )  # fmt: skip
    _equal(given, expected)
    rest = {"validation_data": (X, Y), "nb_val_samples": 24, "nb_epoch": 3}
    with pytest.warns(UserWarning, match="steps_per_epoch=22 / batch_size"):
        _equal(losses("fit_generator", batches(), samples_per_epoch=22, **rest), expected)

    options = {"class_weight": {0: 1.0, 1: 5.0}, "epochs": 4, "initial_epoch": 2}
    expected = losses("fit", X, Y, batch_size=4, shuffle=False, **options)
    given = losses("fit_generator", batches(), samples_per_epoch=24, **options)
    np.testing.assert_allclose(given["loss"], expected["loss"], rtol=1e-5)

    options = {"val_samples": 24, "nb_worker": 1}
    given = model.evaluate_generator(batches(), **options)
    np.testing.assert_allclose(given, model.evaluate(X, Y, batch_size=4, verbose=0), rtol=1e-5)
    outputs = model.predict_generator(batches(), **options)
    np.testing.assert_allclose(outputs, model.predict(X, verbose=0), rtol=1e-5)


def test_class_weights_and_the_first_epoch(losses):
    options = {"class_weight": {0: 1.0, 1: 5.0}, "epochs": 4, "initial_epoch": 2}
    expected = losses("fit", X, Y, batch_size=4, shuffle=False, **options)
    given = losses("fit_generator", batches(), steps_per_epoch=6, **options)
    np.testing.assert_allclose(given["loss"], expected["loss"], rtol=1e-5)
    assert len(given["loss"]) == 2


def test_evaluate_and_predict_generator(model):
    expected = model.evaluate(X, Y, batch_size=4, verbose=0)
    for options in ({"steps": 6}, {"steps": 6, "workers": 3}):
        np.testing.assert_allclose(model.evaluate_generator(batches(), **options), expected, 1e-5)
        outputs = model.predict_generator(batches(), **options)
        np.testing.assert_allclose(outputs, model.predict(X, verbose=0), rtol=1e-5)
    np.testing.assert_allclose(model.evaluate_generator(Numbered()), expected, rtol=1e-5)
    assert model.predict_generator(Numbered(), workers=2, max_queue_size=2).shape == (24, 1)


def test_the_arguments_are_those_of_keras_2(model):
    def words(name):
        return ", ".join(inspect.signature(getattr(model, name)).parameters)

    assert words("fit_generator") == (
        "generator, steps_per_epoch, epochs, verbose, callbacks, validation_data, "
        "validation_steps, validation_freq, class_weight, max_queue_size, workers, "
        "use_multiprocessing, shuffle, initial_epoch"
    )
    rest = "callbacks, max_queue_size, workers, use_multiprocessing, verbose"
    assert words("evaluate_generator") == words("predict_generator") == f"generator, steps, {rest}"


def test_misuse_is_answered(model):
    for use in (model.fit_generator, model.evaluate_generator, model.predict_generator):
        with pytest.raises(ValueError, match="how many batches to take .* pass steps"):
            use(batches())
        with pytest.raises(TypeError, match="_generator takes a generator .*got a ndarray"):
            use(X)
    with pytest.raises(ValueError, match="pass validation_steps="):
        model.fit_generator(batches(), 2, validation_data=batches())
    with pytest.raises(TypeError, match="'nb_epoch' and 'epochs'.*Pass 'epochs' alone"):
        model.fit_generator(batches(), 2, nb_epoch=1, epochs=1)
    with pytest.raises(TypeError, match="fit_generator has no argument 'step_per_epoch'.*'steps_"):
        model.fit_generator(batches(), step_per_epoch=1)


def test_a_generator_that_ends_with_an_epoch(losses, model):
    with pytest.warns(UserWarning, match="The data ran out after 0 of 3 steps"):
        history = losses("fit", batches(repeats=False), steps_per_epoch=3, epochs=4)
    assert [len(values) for values in history.values()] == [2, 2]
    assert model.history.epoch == [0, 1]


# ---------------------------------------------------------------------- other people's data


class Tensor:
    """An array of another library."""

    def __init__(self, array):
        self.array = np.asarray(array)
        self.shape, self.dtype = self.array.shape, str(self.array.dtype)

    def __len__(self):
        return len(self.array)

    def __array__(self, dtype=None, copy=None):
        return self.array if dtype is None else self.array.astype(dtype)


class Loader:
    """PyTorch's: lists of tensors; of some data sets it does not know the length."""

    def __len__(self):
        raise TypeError("object of type 'IterableDataset' has no len()")

    def __iter__(self):
        return ([Tensor(x), Tensor(y)] for x, y in batches(repeats=False))


class Mapped:
    """TensorFlow's: a length that raises, and an iterator of NumPy's arrays."""

    def __len__(self):
        raise TypeError("The dataset length is unknown.")

    def __iter__(self):
        raise AssertionError("Tensors are slow to take apart.")

    def as_numpy_iterator(self):
        return batches(repeats=False)


class Records:
    """TensorFlow Datasets' data source: samples by their numbers."""

    class dataset_info:
        supervised_keys = "image", "label"

    def __len__(self):
        return len(X)

    def __getitem__(self, row):
        return {"label": Y[row, 0], "image": X[row], "id": row}


class Fetched(Records):
    """PyTorch's data set, which fetches many samples at once."""

    def __getitem__(self, row):
        return Tensor(X[row]), float(Y[row, 0])

    def __getitems__(self, rows):
        return [self[row] for row in rows]


class Frame(Tensor):
    """pandas' table: doubles, rows and named columns."""

    def __init__(self, array):
        super().__init__(np.asarray(array, "float64"))

    def __iter__(self):
        return iter("abc")

    def __getitem__(self, column):
        raise KeyError(column)


def test_data_of_other_libraries(losses, model):
    expected = losses("fit", X, Y, batch_size=4, epochs=2, shuffle=False)
    for data in (Loader(), Mapped(), Records(), Fetched()):
        for workers in (1, 2):
            options = {"epochs": 2, "batch_size": 4, "shuffle": False, "workers": workers}
            history = losses("fit", data, **options)
            np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-5)
    outputs = model.predict(Records(), batch_size=4, verbose=0)
    np.testing.assert_allclose(outputs, model.predict(X, verbose=0), rtol=1e-5)
    options = {"batch_size": 4, "epochs": 2, "shuffle": False}
    for x, y in ((Frame(X), Frame(Y)), (Frame(X), Frame(Y[:, 0])), (Tensor(X), Tensor(Y))):
        history = losses("fit", x, y, **options)
        np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-5)


def test_lists_stand_for_arrays(losses):
    class Lists:
        def __init__(self, entries):
            self.entries = entries

        def __len__(self):
            return len(self.entries)

        def __getitem__(self, index):
            return self.entries[index]

    expected = losses("fit", X, Y, batch_size=4, shuffle=False)["loss"]
    samples = Lists([[x.tolist(), y.item()] for x, y in zip(X, Y, strict=True)])
    whole = Lists([(x.tolist(), y[:, 0].tolist()) for x, y in batches(repeats=False)])
    for data in (samples, whole):
        history = losses("fit", data, batch_size=4, shuffle=False)
        np.testing.assert_allclose(history["loss"], expected, rtol=1e-5)


def test_single_samples_are_shuffled_and_dictionaries_are_inputs(losses):
    seen = []

    class Watched(Records):
        def __getitem__(self, row):
            seen.append(row)
            return super().__getitem__(row)

    losses("fit", Watched(), batch_size=4, epochs=2)
    first, second = seen[-48:-24], seen[-24:]
    assert sorted(first) == sorted(second) == list(range(24)) != first != second

    a = jaxkeras.Input((3,), name="a")
    both = jaxkeras.Model({"a": a}, jaxkeras.layers.Dense(1)(a))
    both.compile("sgd", "mse")
    grain = [({"a": x}, y) for x, y in batches(repeats=False)]
    assert len(both.fit(iter(grain), verbose=0).history["loss"]) == 1
    assert both.predict(iter([{"a": X[:5]}]), verbose=0).shape == (5, 1)

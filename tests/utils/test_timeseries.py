"""Windows over a time series, and data sets that make their own batches."""

import numpy as np
import pytest

import jaxkeras
from jaxkeras.utils import PyDataset, Sequence, timeseries_dataset_from_array

SERIES = np.arange(100)


def windows(*args, **kwargs):
    return np.concatenate(list(timeseries_dataset_from_array(*args, **kwargs)))


def test_the_example_of_keras():
    found = windows(SERIES[:99], None, 10, sampling_rate=2, sequence_stride=3)
    assert found[0].tolist() == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]
    assert found[1].tolist() == [3, 5, 7, 9, 11, 13, 15, 17, 19, 21]
    assert found[-1].tolist() == [78, 80, 82, 84, 86, 88, 90, 92, 94, 96]


def test_every_window_that_fits_and_its_target():
    dataset = timeseries_dataset_from_array(SERIES[:-10], SERIES[10:], 10, batch_size=32)
    assert len(dataset) == 3
    x, y = (np.concatenate(part) for part in zip(*dataset, strict=True))
    assert len(x) == 81 and (y == x[:, 0] + 10).all() and x[-1, -1] == 89
    assert [len(batch[0]) for batch in dataset] == [32, 32, 17]
    assert len(dataset[-1][0]) == 17
    with pytest.raises(IndexError, match="3 batches of windows, got index 3"):
        dataset[3]


def test_a_part_of_the_series():
    x, y = timeseries_dataset_from_array(SERIES, SERIES, 4, start_index=20, end_index=26)[0]
    assert x.tolist() == [[20, 21, 22, 23], [21, 22, 23, 24], [22, 23, 24, 25]]
    assert y.tolist() == [20, 21, 22]
    assert windows(SERIES, None, 3, start_index=97).tolist() == [[97, 98, 99]]


def test_several_values_a_step_and_single_windows():
    series = np.stack([SERIES, -SERIES], axis=1)
    assert windows(series, None, 5).shape == (96, 5, 2)
    single = timeseries_dataset_from_array(series, SERIES, 5, batch_size=None)
    assert len(single) == 96 and single[0][0].shape == (5, 2) and single[7][1] == 7


def test_shuffling_is_another_order_every_epoch():
    arguments = {"sequence_length": 3, "batch_size": 10, "shuffle": True, "seed": 1}
    one, two = (timeseries_dataset_from_array(SERIES, SERIES, **arguments) for _ in range(2))
    first = np.concatenate([y for _, y in one]).tolist()
    assert first == np.concatenate([y for _, y in two]).tolist()
    one.on_epoch_end()
    second = np.concatenate([y for _, y in one]).tolist()
    assert first != second and sorted(first) == sorted(second) == list(range(98))
    assert all((x[:, 0] == y).all() for x, y in one)


def test_fit_takes_windows():
    series = np.sin(np.arange(200) / 5)[:, None]
    dataset = timeseries_dataset_from_array(series[:-5], series[5:, 0], 5, shuffle=True, seed=0)
    model = jaxkeras.Sequential([jaxkeras.layers.Flatten(), jaxkeras.layers.Dense(1)])
    model.compile("sgd", "mse")
    losses = model.fit(dataset, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert model.predict(dataset, verbose=0).shape == (191, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sequence_length": 0}, "sequence_length must be at least 1"),
        ({"sequence_length": 3, "sampling_rate": 0}, "sampling_rate must be at least 1"),
        ({"sequence_length": 3, "batch_size": 0}, "batch_size must be at least 1"),
        ({"sequence_length": 60, "sampling_rate": 2}, "take 119 steps, the series has 100"),
        ({"sequence_length": 3, "start_index": 50, "end_index": 50}, "part of the series"),
        ({"sequence_length": 3, "end_index": 101}, "start_index < end_index <= 100"),
        ({"sequence_length": 3, "format": "torch"}, "format must be 'tf' or 'grain'"),
    ],
)
def test_misuse_is_answered(arguments, message):
    with pytest.raises(ValueError, match=message):
        timeseries_dataset_from_array(SERIES, None, **arguments)


def test_a_dataset_of_ones_own():
    class Endless(PyDataset):
        def __init__(self):
            super().__init__(workers=2)
            self.epochs = 0

        @property
        def num_batches(self):
            return None

        def __getitem__(self, index):
            return np.full((2, 1), index), np.zeros((2, 1))

    data = Endless()
    assert data.workers == 2 and next(iter(data))[0].tolist() == [[0], [0]]
    model = jaxkeras.Sequential([jaxkeras.layers.Dense(1)])
    model.compile("sgd", "mse")
    assert len(model.fit(data, epochs=2, steps_per_epoch=2, verbose=0).epoch) == 2

    class Few(Sequence):
        ends = 0

        def __len__(self):
            return 2

        def __getitem__(self, index):
            return np.ones((2, 1)), np.ones((2, 1))

        def on_epoch_end(self):
            self.ends += 1

    few = Few()  # as in Keras 2, whose Sequence had no constructor to call
    assert len(list(few)) == 2 and few.max_queue_size == 10
    model.fit(few, epochs=3, verbose=0)
    assert few.ends == 3


def test_an_unfinished_dataset_says_what_it_lacks():
    with pytest.raises(TypeError, match="define `def __getitem__"):
        PyDataset()[0]
    with pytest.raises(TypeError, match="define `def __len__"):
        list(PyDataset())

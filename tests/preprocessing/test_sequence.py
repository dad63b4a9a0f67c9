"""Windows and word pairs, exactly as Keras 2 made them."""

import json
import random

import numpy as np
import pytest

from jaxkeras.preprocessing import sequence

theirs = pytest.importorskip("keras.src.legacy.preprocessing.sequence")

# Keras draws a seed below 10e6, a float.
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arguments:DeprecationWarning")

SERIES = np.arange(40.0).reshape(20, 2)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"batch_size": 3},
        {"batch_size": 3, "stride": 2, "sampling_rate": 2, "reverse": True},
        {"batch_size": 4, "start_index": 3, "end_index": 12, "stride": 3},
        {"batch_size": 5, "shuffle": True},
    ],
)
def test_windows(options):
    ours = sequence.TimeseriesGenerator(SERIES, SERIES[:, 0], 5, **options)
    reference = theirs.TimeseriesGenerator(SERIES, SERIES[:, 0], 5, **options)
    assert len(ours) == len(reference)
    for index in range(len(ours)):
        np.random.seed(index)
        expected = reference[index]
        np.random.seed(index)
        for mine, other in zip(ours[index], expected, strict=True):
            np.testing.assert_array_equal(mine, other)
    again = sequence.timeseries_generator_from_json(ours.to_json())
    if not ours.shuffle:
        assert all(
            np.array_equal(mine, other)
            for index in range(len(ours))
            for mine, other in zip(again[index], ours[index], strict=True)
        )
    assert len(again) == len(ours)
    assert json.loads(ours.to_json())["config"]["start_index"] == ours.start_index


def test_windows_of_a_list_and_windows_that_do_not_fit():
    generator = sequence.TimeseriesGenerator([1, 2, 3], [4, 5, 6], 2, workers=3)
    assert [part.tolist() for part in generator[0]] == [[[1, 2]], [6]] and generator.workers == 3
    with pytest.raises(ValueError, match="no window fits. The first target .* step 3 "):
        sequence.TimeseriesGenerator([1, 2, 3], [4, 5, 6], 3)
    with pytest.raises(ValueError, match="data has 3 steps and targets 2"):
        sequence.TimeseriesGenerator([1, 2, 3], [4, 5], 1)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"window_size": 1, "negative_samples": 0.5, "seed": 7},
        {"negative_samples": 0, "shuffle": False},
        {"categorical": True, "sampling_table": sequence.make_sampling_table(9, 0.1)},
    ],
)
def test_word_pairs(options):
    words = [1, 5, 0, 3, 8, 8, 2, 0, 4]
    random.seed(3)
    ours = sequence.skipgrams(words, 9, **options)
    random.seed(3)
    assert ours == theirs.skipgrams(words, 9, **options)
    assert len(ours[0]) == len(ours[1]) > 4


def test_sampling_tables():
    for size, factor in ((1, 1e-5), (1000, 1e-3)):
        table = sequence.make_sampling_table(size, factor)
        np.testing.assert_array_equal(table, theirs.make_sampling_table(size, factor))

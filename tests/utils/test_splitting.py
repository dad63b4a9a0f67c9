"""Data in two parts."""

import numpy as np
import pytest

from jaxkeras.utils import PyDataset, split_dataset

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"left_size": 0.8}, (8, 2)),
        ({"right_size": 0.25}, (8, 2)),
        ({"left_size": 3}, (3, 7)),
        ({"left_size": 2, "right_size": 0.5}, (2, 5)),
        ({"left_size": 0.3, "right_size": 0.3}, (3, 3)),
    ],
)
def test_sizes_are_numbers_or_fractions(sizes, expected):
    left, right = split_dataset(Y, **sizes)
    assert (len(left), len(right)) == expected
    assert left[0] == 0 and right[-1] == 9


def test_the_structure_stays():
    data = {"image": X, "label": [Y, (Y, Y)]}
    left, right = split_dataset(data, left_size=0.7)
    assert left["image"].shape == (7, 2) and right["label"][1][0].tolist() == [7, 8, 9]
    (x, y), _ = split_dataset((X.tolist(), Y.tolist()), left_size=0.5)
    assert x.shape == (5, 2) and y.shape == (5,)


def test_samples_are_stacked_and_batches_joined():
    class Batches(PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return X[4 * index : 4 * index + 4], Y[4 * index : 4 * index + 4]

    for data in (((x, y) for x, y in zip(X, Y, strict=True)), Batches()):
        (x, y), (x_test, y_test) = split_dataset(data, left_size=0.6)
        np.testing.assert_array_equal(x, X[:6])
        assert x_test.shape == (4, 2) and y.tolist() + y_test.tolist() == Y.tolist()


def test_shuffling_keeps_pairs_and_follows_seeds():
    (x, y), (x_test, y_test) = split_dataset((X, Y), left_size=0.8, shuffle=True, seed=3)
    assert sorted([*y, *y_test]) == list(range(10)) and y.tolist() != list(range(8))
    np.testing.assert_array_equal(x, X[y])
    np.testing.assert_array_equal(x_test, X[y_test])
    again = split_dataset((X, Y), left_size=0.8, shuffle=True, seed=3)
    np.testing.assert_array_equal(again[0][1], y)
    parts = []
    for _ in range(2):
        np.random.seed(5)
        parts.append(split_dataset(Y, left_size=0.8, shuffle=True)[0].tolist())
    assert parts[0] == parts[1]


@pytest.mark.parametrize(
    ("data", "sizes", "error", "message"),
    [
        (Y, {}, ValueError, "needs a size"),
        (Y, {"left_size": 1.0}, ValueError, "left_size must be a fraction between 0 and 1"),
        (Y, {"right_size": 10}, ValueError, "number of samples below 10. Received: 10"),
        (Y, {"left_size": "half"}, TypeError, "left_size must be a number or None. Received: str"),
        (Y, {"left_size": 0.01}, ValueError, "make parts of 0 and 10"),
        (Y, {"left_size": 0.7, "right_size": 0.7}, ValueError, "together at most 10"),
        ((X, Y[:4]), {"left_size": 0.5}, ValueError, r"arrays of one length. Received: \[4, 10\]"),
        ("text", {"left_size": 0.5}, TypeError, "Received: str"),
        (iter([]), {"left_size": 0.5}, ValueError, "the data set is empty"),
    ],
)
def test_misuse_is_answered(data, sizes, error, message):
    with pytest.raises(error, match=message):
        split_dataset(data, **sizes)

import keras
import numpy as np
import pytest

from jaxkeras.utils import np_utils
from jaxkeras.utils.numerical import normalize, to_categorical


@pytest.mark.parametrize(
    ("labels", "num_classes"),
    [
        ([0, 2, 1], None),
        ([0, 2, 1], 5),
        (3, 4),
        (np.array([[0], [1]]), None),
        (np.array([[1]]), 3),
        (np.array([[0, 1], [2, 1]]), 4),
        (np.array([[[1]], [[0]]]), None),
        (np.array([0.0, 2.0], np.float32), None),
        (np.array([0, 255], np.uint8), 256),
        (np.array([True, False]), None),
        (np.zeros((0,), np.int64), 3),
    ],
)
def test_to_categorical_like_keras(labels, num_classes):
    ours = to_categorical(labels, num_classes)
    expected = keras.utils.to_categorical(labels, num_classes)
    assert ours.dtype == expected.dtype == np.float64
    np.testing.assert_array_equal(ours, expected.reshape(ours.shape))
    assert ours.shape == expected.shape or ours.size == 0


def test_the_address_in_keras_2():
    assert np_utils.to_categorical is to_categorical


@pytest.mark.parametrize(
    ("labels", "num_classes", "message"),
    [
        ([0, 10], 10, "labels from 0 to 9, got 10 at index 1. Pass num_classes=11, or"),
        ([[0, 1], [7, 1]], 3, r"got 7 at index \(1, 0\). Pass num_classes=8"),
        ([1, 0, -1], None, "expected labels from 0, got -1 at index 2. Number the classes from 0"),
        ([0, 1.5], None, "expected whole numbers, got 1.5 at index 1"),
        ([0, np.nan], 3, "expected whole numbers, got nan at index 1"),
        (["cat", "dog"], None, "got an array of <U3. Number the classes first"),
        ([], None, "cannot infer num_classes from no labels. Pass num_classes"),
        ([0], 0, "num_classes must be at least 1. Received: num_classes=0"),
    ],
)
def test_to_categorical_names_the_wrong_label(labels, num_classes, message):
    with pytest.raises(ValueError, match=message):
        to_categorical(labels, num_classes)


@pytest.mark.parametrize("axis", [-1, 1])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_normalize_like_keras(axis, order):
    x = np.random.default_rng(0).normal(size=(4, 3))
    x[2] = 0
    np.testing.assert_allclose(
        normalize(x, axis, order), keras.utils.normalize(x, axis, order), rtol=1e-12
    )


def test_normalize_columns():
    x = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_allclose(np.linalg.norm(normalize(x, axis=0), axis=0), 1)


def test_normalize_keeps_float32():
    assert normalize(np.ones((2, 3), np.float32)).dtype == np.float32


def test_normalize_keeps_the_shape_of_one_vector():
    np.testing.assert_allclose(normalize([3, 4]), [0.6, 0.8])

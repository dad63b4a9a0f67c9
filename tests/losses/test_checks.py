"""Targets that fit a loss and an output, and messages about those that do not."""

import numpy as np
import pytest

from jaxkeras import losses

SPARSE, CATEGORICAL = losses.SparseCategoricalCrossentropy(), losses.CategoricalCrossentropy()
BINARY, MSE = losses.BinaryCrossentropy(), losses.MeanSquaredError()


@pytest.mark.parametrize(
    ("loss", "y_true", "output_shape"),
    [
        (SPARSE, np.array([0, 9]), (None, 10)),
        (SPARSE, np.array([[0], [9]]), (2, 10)),
        (SPARSE, np.array([0.0, 9.0]), (None, 10)),
        (SPARSE, np.zeros((2, 7), "uint8"), (None, None, 10)),
        (SPARSE, np.zeros((2, 7, 1), int), (None, 7, 10)),
        (losses.SparseCategoricalCrossentropy(ignore_class=-1), np.array([-1, 0]), (None, 3)),
        (losses.SparseCategoricalCrossentropy(axis=1), np.zeros((2, 5), int), (None, 3, 5)),
        (CATEGORICAL, np.eye(3), (None, 3)),
        (CATEGORICAL, np.zeros((2, 5, 3)), (None, None, 3)),
        (BINARY, np.array([0, 1]), (None, 1)),
        (BINARY, np.array([[0], [1]]), (None, 1)),
        (BINARY, np.zeros((2, 4)), (None, 4)),
        (BINARY, np.zeros((2, 4, 1)), (None, 4)),
        (MSE, np.zeros(5), (None, 1)),
        (MSE, np.zeros((5, 1)), (None,)),
        (MSE, np.zeros((5, 8, 1)), (None, None, 1)),
        (losses.Dice(), np.zeros((5, 8, 8, 1)), (None, 8, 8, 1)),
        (losses.CTC(), np.array([[1, 2, 0]]), (None, None, 3)),
        (losses.Circle(), np.array([[3], [7]]), (None, 16)),
        (losses.get(lambda y_true, y_pred: y_pred), np.zeros((5, 9)), (None, 2)),
    ],
)
def test_right_targets_pass_the_check(loss, y_true, output_shape):
    loss.check(y_true, output_shape, "dense")


@pytest.mark.parametrize(
    ("loss", "y_true", "output_shape", "message"),
    [
        (SPARSE, np.array([0, 3, 12]), (None, 10),
         'labels from 0 to 9, because the output "dense" has 10 classes.*label 12 at index 2.*'
         "at least 13 units"),
        (SPARSE, np.array([1, 2, 3]), (None, 3), r"label 3 at index 2.*start at 1: pass y - 1"),
        (SPARSE, np.array([0, -1]), (None, 3), r"label -1 at index 1.*ignore_class=-1"),
        (SPARSE, np.array([0.0, 0.5]), (None, 3), r"label 0.5 at index 1.*whole numbers"),
        (SPARSE, np.array([np.nan, 7.0]), (None, 3), r"label nan at index 0"),
        (SPARSE, np.array([[0, 1], [0, 9]]), (None, 2, 3), r"label 9 at index \(1, 1\)"),
        (SPARSE, np.array(["cat", "dog"]), (None, 2), "np.unique"),
        (SPARSE, np.eye(10), (None, 10), r"one-hot: use loss=\"categorical_crossentropy\""),
        (SPARSE, np.array([0, 1]), (None, 28, 10), "Flatten"),
        (SPARSE, np.zeros((5, 3), int), (None, 10), "one label from 0 to 9"),
        (CATEGORICAL, np.array([0, 3]), (None, 10),
         r'loss="sparse_categorical_crossentropy".*to_categorical\(y, 10\)'),
        (CATEGORICAL, np.array([[0], [3]]), (None, 10), r"to_categorical\(y, 10\)"),
        (CATEGORICAL, np.eye(10), (None, 28, 10), r"one row a sample: put Flatten\(\)"),
        (CATEGORICAL, np.eye(9), (None, 10), r"10 columns.*shape \(9, 9\).*9 units"),
        (CATEGORICAL, np.array([0, 1]), (None, 1), "single class.*binary_crossentropy"),
        (SPARSE, np.array([0, 1]), (None, 1), "label 1 at index 1.*binary_crossentropy"),
        (BINARY, np.array([0, 1]), (None, 2), "sparse_categorical_crossentropy"),
        (BINARY, np.zeros((5, 3)), (None, 1), "3 units"),
        (losses.CTC(), np.array([1, 2]), (None, 3), r"\(batch, labels\).*return_sequences=True"),
        (losses.CTC(), np.array([[1, 3]]), (None, 9, 3), r"label 3 at index \(0, 1\)"),
        (losses.Circle(), np.eye(3), (None, 3), "one label a sample"),
        (losses.CategoricalGeneralizedCrossEntropy(), np.array([0, 2]), (None, 2), "label 2"),
        (losses.BinaryFocalCrossentropy(), np.zeros((5, 3)), (None, 1), "3 units"),
        (losses.CategoricalFocalCrossentropy(), np.eye(9), (None, 10), "9 units"),
        (MSE, np.zeros(5), (None, 3), "3 target values"),
        (MSE, np.zeros((3, 3)), (None, 4), "4 target values, or give the last layer 3 units"),
        (MSE, np.zeros((5, 2)), (None, 7, 1), "Reshape the targets"),
    ],
)  # fmt: skip
def test_wrong_targets_are_told_with_the_fix(loss, y_true, output_shape, message):
    with pytest.raises(ValueError, match=f"(?s)^{loss.name} expected .*{message}"):
        loss.check(y_true, output_shape, "dense")


def test_functions_refuse_shapes_that_would_broadcast():
    with pytest.raises(ValueError, match="integer labels"):
        losses.categorical_crossentropy(np.array([0, 1]), np.full((2, 2), 0.5))
    with pytest.raises(ValueError, match="one for every output"):
        losses.binary_crossentropy(np.zeros((4, 1)), np.zeros((4, 3)))
    with pytest.raises(ValueError, match="one-hot"):
        losses.sparse_categorical_crossentropy(np.eye(2), np.eye(2))

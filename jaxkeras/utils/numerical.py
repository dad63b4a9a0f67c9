"""Labels to one-hot vectors, and vectors to unit length."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from jaxkeras.registry import takes_legacy_keywords, teaches_keywords

__all__ = ["normalize", "to_categorical"]


@takes_legacy_keywords(nb_classes="num_classes")
@teaches_keywords()
def to_categorical(y: ArrayLike, num_classes: int | None = None) -> np.ndarray:
    """Turn class numbers into one-hot vectors, as `categorical_crossentropy` wants them.

    Args:
        y: class numbers from 0 to `num_classes - 1`. A last dimension of 1 is dropped.
        num_classes: the number of classes; `None` takes the largest label plus one.

    Returns:
        A `float64` array of the shape of `y`, with a last dimension of `num_classes` added.

    Raises:
        ValueError: a label is negative, not a whole number, or not below `num_classes`; or there
            are no labels and no `num_classes`.

    Example:
        >>> from jaxkeras.utils.numerical import to_categorical
        >>> to_categorical([0, 2, 1])
        array([[1., 0., 0.],
               [0., 0., 1.],
               [0., 1., 0.]])
        >>> to_categorical([0, 3], num_classes=3)
        Traceback (most recent call last):
        ...
        ValueError: to_categorical expected labels from 0 to 2, got 3 at index 1. Pass
        num_classes=4, or correct the label.
    """
    labels = _whole_numbers(y)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if num_classes is None:
        if labels.size == 0:
            raise ValueError(
                "to_categorical cannot infer num_classes from no labels. "
                "Pass num_classes, for example num_classes=10."
            )
        num_classes = int(labels.max()) + 1
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1. Received: num_classes={num_classes}")
    if labels.size and labels.max() >= num_classes:
        index = _first(labels >= num_classes)
        raise ValueError(
            f"to_categorical expected labels from 0 to {num_classes - 1}, got {labels[index]} "
            f"at index {_text(index)}. Pass num_classes={labels.max() + 1}, or correct the label."
        )
    one_hot = np.zeros((*labels.shape, num_classes))
    np.put_along_axis(one_hot, labels[..., None], 1.0, axis=-1)
    return one_hot


@teaches_keywords()
def normalize(x: ArrayLike, axis: int = -1, order: float = 2) -> np.ndarray:
    """Scale vectors to length 1; vectors of zeros stay as they are.

    Args:
        x: the vectors.
        axis: the axis along which they lie.
        order: the norm: 2 is the Euclidean length, 1 the sum of absolute values.

    Returns:
        An array of the shape of `x`.

    Example:
        >>> from jaxkeras.utils.numerical import normalize
        >>> normalize([[3.0, 4.0], [0.0, 0.0]])
        array([[0.6, 0.8],
               [0. , 0. ]])
    """
    x = np.asarray(x)
    length = np.linalg.norm(x, ord=order, axis=axis, keepdims=True)
    return x / np.where(length == 0, np.ones_like(length), length)


def _whole_numbers(y: ArrayLike) -> np.ndarray:
    """The labels as `int64`, once they are known to be whole and not negative."""
    labels = np.asarray(y)
    if labels.size == 0:
        return labels.astype(np.int64)
    if labels.dtype.kind not in "biuf":
        raise ValueError(
            f"to_categorical expected whole numbers, got an array of {labels.dtype}. "
            "Number the classes first, for example with np.unique(y, return_inverse=True)[1]."
        )
    if labels.dtype.kind == "f":
        fractional = ~(np.isfinite(labels) & (labels == np.floor(labels)))
        if fractional.any():
            index = _first(fractional)
            raise ValueError(
                f"to_categorical expected whole numbers, got {labels[index]} at index "
                f"{_text(index)}. Pass class numbers, for example y.astype(int) if rounding down "
                "is what you mean."
            )
    labels = labels.astype(np.int64)
    if labels.min() < 0:
        index = _first(labels < 0)
        raise ValueError(
            f"to_categorical expected labels from 0, got {labels[index]} at index {_text(index)}. "
            "Number the classes from 0, for example with y - y.min()."
        )
    return labels


def _first(wrong: np.ndarray) -> tuple[Any, ...]:
    return tuple(np.argwhere(wrong)[0].tolist())


def _text(index: tuple[Any, ...]) -> str:
    return str(index[0]) if len(index) == 1 else str(index)

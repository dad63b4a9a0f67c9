"""A data set in two parts."""

from typing import Any

import jax
import numpy as np

from jaxkeras.registry import teaches_keywords
from jaxkeras.utils.py_dataset import PyDataset

__all__ = ["split_dataset"]


@teaches_keywords()
def split_dataset(
    dataset: Any,
    left_size: float | int | None = None,
    right_size: float | int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Any, Any]:
    """Split data into two parts, to train and to test for instance.

    Args:
        dataset: an array; a tuple, list or dictionary of arrays of one length; a `PyDataset`,
            whose batches are joined; or an iterable of samples, which are stacked.
        left_size: size of the first part: a number of samples, or a fraction; by default what the
            other leaves.
        right_size: size of the second part.
        shuffle: whether to shuffle the samples first.
        seed: of the shuffling; by default it follows NumPy's global seed.
        preferred_backend: no matter here: the parts are NumPy's.

    Returns:
        Two data sets, arrays in the structure of the data: ``fit(*left)`` takes ``(x, y)``.

    Raises:
        TypeError: this is no data set, or a size is no number.
        ValueError: no size is given, a part would be empty, or the parts are larger than the whole.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.utils import split_dataset
        >>> x, y = np.random.rand(10, 4), np.arange(10)
        >>> (x_train, y_train), (x_test, y_test) = split_dataset((x, y), left_size=0.8)
        >>> x_train.shape, y_test
        ((8, 4), array([8, 9]))
    """
    arrays = _as_arrays(dataset)
    lengths = {len(leaf) for leaf in jax.tree.leaves(arrays)}
    if len(lengths) != 1:
        raise ValueError(
            f"split_dataset takes arrays of one length. Received: {sorted(lengths) or 'nothing'}."
        )
    total = lengths.pop()
    left, right = _sizes(left_size, right_size, total)
    rows = np.arange(total)
    if shuffle:
        (np.random if seed is None else np.random.RandomState(seed)).shuffle(rows)
    return (
        jax.tree.map(lambda leaf: leaf[rows[:left]], arrays),
        jax.tree.map(lambda leaf: leaf[rows[total - right :]], arrays),
    )


def _as_arrays(dataset: Any) -> Any:
    is_text = isinstance(dataset, (str, bytes))
    if isinstance(dataset, (tuple, list, dict)) or hasattr(dataset, "shape"):
        return jax.tree.map(np.asarray, dataset, is_leaf=_is_rows)
    if is_text or not (hasattr(dataset, "__iter__") or hasattr(dataset, "__getitem__")):
        raise TypeError(
            "split_dataset takes arrays, a PyDataset, or an iterable of samples. Received: "
            f"{type(dataset).__name__}."
        )
    if isinstance(dataset, PyDataset):  # going through it need not end
        entries = [dataset[index] for index in range(dataset.num_batches or 0)]
    else:
        entries = list(dataset)
    if not entries:
        raise ValueError("split_dataset: the data set is empty.")
    join = np.concatenate if isinstance(dataset, PyDataset) else np.stack
    return jax.tree.map(lambda *parts: join(parts), *entries)


def _is_rows(value: Any) -> bool:
    """Whether a list holds the rows of an array, and not several arrays."""
    return isinstance(value, list) and bool(value) and not hasattr(value[0], "shape")


def _sizes(left: Any, right: Any, total: int) -> tuple[int, int]:
    if left is None and right is None:
        raise ValueError("split_dataset needs a size: left_size=0.8, or right_size=0.2.")
    first, second = _count("left_size", left, total), _count("right_size", right, total)
    if first is None:
        first = total - (second or 0)
    if second is None:
        second = total - first
    if first < 1 or second < 1 or first + second > total:
        raise ValueError(
            f"split_dataset: left_size={left} and right_size={right} of {total} samples make parts "
            f"of {first} and {second}. Each needs one at least, and both together at most {total}."
        )
    return first, second


def _count(name: str, size: Any, total: int) -> int | None:
    """A size as a number of samples."""
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} must be a number or None. Received: {type(size).__name__}.")
    is_fraction = isinstance(size, (float, np.floating))
    if not 0 < size < (1 if is_fraction else total):
        raise ValueError(
            f"{name} must be a fraction between 0 and 1, or a number of samples below {total}. "
            f"Received: {size!r}."
        )
    return round(size * total) if is_fraction else int(size)

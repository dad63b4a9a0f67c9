"""Class numbers as numbers, one-hot vectors, sets and counts."""

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxkeras.registry import suggest

__all__ = ["VECTOR_MODES", "as_output_mode", "encode"]

VECTOR_MODES = ("one_hot", "multi_hot", "count")

_OLD_NAMES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


def as_output_mode(label: str, value: Any, modes: Sequence[str]) -> str:
    """The argument ``output_mode``, under today's name.

    Args:
        label: whose argument it is, for the message.
        value: what came.
        modes: those that the layer has.

    Raises:
        ValueError: it is none of these.

    Example:
        >>> from jaxkeras.layers.preprocessing._encoding import as_output_mode
        >>> as_output_mode("CategoryEncoding", "binary", ("one_hot", "multi_hot"))
        'multi_hot'
    """
    mode = _OLD_NAMES.get(value, value) if isinstance(value, str) else value
    if mode not in modes:
        raise ValueError(
            f"{label}: output_mode must be one of {', '.join(map(repr, modes))}. "
            f"Received: output_mode={value!r}.{suggest(str(value), modes)}"
        )
    return mode


def encode(
    classes: Any, output_mode: str, depth: int, dtype: Any = "float32", weights: Any = None
) -> Any:
    """Class numbers in another form; a number outside of the classes counts for nothing.

    Args:
        classes: whole numbers ``(..., length)``. On a NumPy array NumPy does the work.
        output_mode: ``"int"`` leaves them as they are; ``"one_hot"`` gives a vector for each, in
            place of a last dimension of 1 if there is one; ``"multi_hot"`` and ``"count"`` give
            one vector for each sample, the last axis of ``classes``.
        depth: number of classes.
        dtype: type of vectors; numbers are ``int32``.
        weights: what each number adds to its count, in the shape of ``classes``; 1 by default.

    Returns:
        ``(..., length)``, ``(..., length, depth)`` or ``(..., depth)``.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.layers.preprocessing._encoding import encode
        >>> encode(np.array([[0, 2, 2]]), "count", 3)
        array([[1., 0., 2.]], dtype=float32)
    """
    if output_mode == "int":
        return classes.astype("int32")
    if classes.ndim == 0:
        classes = classes[None]
    if output_mode == "one_hot":
        if classes.ndim > 1 and classes.shape[-1] == 1:
            classes = classes[..., 0]
        xp = classes.__array_namespace__()
        return (classes[..., None] == xp.arange(depth)).astype(dtype)
    counts = _tally(classes, depth, dtype, weights)
    return (counts > 0).astype(dtype) if output_mode == "multi_hot" else counts


def _tally(classes: Any, depth: int, dtype: Any, weights: Any) -> Any:
    """How often each class occurs along the last axis: ``(..., length)`` to ``(..., depth)``."""
    xp = classes.__array_namespace__()
    is_class = (classes >= 0) & (classes < depth)
    places = xp.where(is_class, classes, depth).astype("int32")  # the last one is cut off again
    weights = xp.ones_like(places, dtype=dtype) if weights is None else weights.astype(dtype)
    if xp is np:
        rows = math.prod(places.shape[:-1])
        starts = np.arange(rows, dtype=np.int64)[:, None] * (depth + 1)
        flat = starts + places.reshape(rows, places.shape[-1])
        counts = np.zeros((*places.shape[:-1], depth + 1), dtype)
        np.add.at(counts.reshape(-1), flat.reshape(-1), weights.reshape(-1))
    else:
        counts = jnp.vectorize(
            lambda row, amounts: jnp.zeros(depth + 1, dtype).at[row].add(amounts),
            signature="(n),(n)->(m)",
        )(places, weights)
    return counts[..., :depth]

"""Sequences of different lengths in one array."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxkeras.registry import suggest, teaches_keywords

__all__ = ["pad_sequences"]

_SIDES = ("pre", "post")


@teaches_keywords()
def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Bring sequences to one length: fill up the short ones, cut the long ones.

    Args:
        sequences: a list of sequences, each of shape ``(time, ...)``.
        maxlen: the length; by default that of the longest sequence.
        dtype: type of the result; ``object`` for texts of any length.
        padding: ``"pre"`` fills up in front, ``"post"`` behind.
        truncating: ``"pre"`` cuts off the beginning, ``"post"`` the end.
        value: what to fill up with.

    Returns:
        An array ``(samples, maxlen, ...)``.

    Raises:
        ValueError: an entry is no sequence, the entries of two sequences differ in shape, or an
            argument is none of those above.

    Example:
        >>> from jaxkeras.utils import pad_sequences
        >>> pad_sequences([[1], [2, 3], [4, 5, 6]])
        array([[0, 0, 1],
               [0, 2, 3],
               [4, 5, 6]], dtype=int32)
        >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2, padding="post", value=-1)
        array([[ 1, -1],
               [ 2,  3],
               [ 5,  6]], dtype=int32)
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in _SIDES:
            raise ValueError(
                f"pad_sequences: {name} must be 'pre' or 'post'. Received: {side!r}."
                f"{suggest(str(side), _SIDES)}"
            )
    holds_text = dtype is object or np.dtype(dtype).kind in "SUO"
    if isinstance(value, str) and not holds_text:
        raise ValueError(
            f"pad_sequences cannot fill an array of {dtype} with the text {value!r}. Pass "
            "dtype=object."
        )
    if not hasattr(sequences, "__len__"):
        raise ValueError(
            f"pad_sequences takes a list of sequences. Received: {type(sequences).__name__}. "
            "Pass list(sequences)."
        )
    lengths = [_length(sequence, index) for index, sequence in enumerate(sequences)]
    length = max(lengths, default=0) if maxlen is None else maxlen
    shape = next(
        (np.asarray(s).shape[1:] for s, n in zip(sequences, lengths, strict=True) if n), ()
    )
    padded = np.full((len(lengths), length, *shape), value, dtype=dtype)
    for index, sequence in enumerate(sequences):
        if not lengths[index]:
            continue
        kept = sequence[-length:] if truncating == "pre" else sequence[:length]
        kept = np.asarray(kept, dtype=dtype)
        if kept.shape[1:] != shape:
            raise ValueError(
                f"pad_sequences: the entries of sequence {index} have shape {kept.shape[1:]}, "
                f"those of the first have {shape}. All must have the same."
            )
        place = slice(len(kept)) if padding == "post" else slice(-len(kept), None)
        padded[index, place] = kept
    return padded


def _length(sequence: Any, index: int) -> int:
    if not hasattr(sequence, "__len__"):
        raise ValueError(
            f"pad_sequences takes a list of sequences, but entry {index} is {sequence!r}. For a "
            "single sequence pass [sequence]."
        )
    return len(sequence)

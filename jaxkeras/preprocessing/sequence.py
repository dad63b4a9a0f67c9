"""Sequences of numbers, made equally long.

Example:
    >>> from jaxkeras.preprocessing import sequence
    >>> sequence.pad_sequences([[1], [2, 3]], padding="post")
    array([[1, 0],
           [2, 3]], dtype=int32)
"""

from jaxkeras.utils.padding import pad_sequences

__all__ = ["pad_sequences"]

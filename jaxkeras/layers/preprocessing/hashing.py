"""Layers that put text and whole numbers into buckets by their hash."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxkeras.config import floatx
from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.preprocessing._encoding import VECTOR_MODES, as_output_mode, encode
from jaxkeras.layers.preprocessing._fingerprint import (
    concatenate_fingerprints,
    fingerprint64,
    hash_buckets,
)
from jaxkeras.layers.preprocessing._host import HostLayer, as_terms
from jaxkeras.ops.operation import refuse_sparse

__all__ = ["HashedCrossing", "Hashing", "as_salt"]

_CROSSING_KEY = 0xDECAFCAFFE  # that of TensorFlow, by which its buckets are found again


def as_salt(label: str, salt: Any) -> tuple[int, int] | None:
    """The argument ``salt``: two numbers, or one for both.

    Raises:
        ValueError: it is something else.

    Example:
        >>> from jaxkeras.layers.preprocessing.hashing import as_salt
        >>> as_salt("Hashing", 133), as_salt("Hashing", [133, 137]), as_salt("Hashing", None)
        ((133, 133), (133, 137), None)
    """
    if salt is None:
        return None
    pair = tuple(salt) if isinstance(salt, (tuple, list)) else (salt, salt)
    if len(pair) != 2 or not all(isinstance(number, int) for number in pair):
        raise ValueError(
            f"{label}: salt is one whole number, or two of them. Received: salt={salt!r}"
        )
    return pair[0], pair[1]


class Hashing(HostLayer):
    """Put text or whole numbers into a fixed number of buckets, without a vocabulary.

    The buckets are those of Keras. The layer works on NumPy's arrays and lists, before the model.

    Args:
        num_bins: number of buckets, the one of ``mask_value`` included.
        mask_value: what goes into bucket 0, which is then kept free of all else.
        salt: one whole number or two; with it the hash is SipHash, which others cannot foretell;
            without it is FarmHash.
        output_mode: ``"int"``, or a form of `CategoryEncoding`.
        sparse: sparse outputs are not supported.
        **kwargs: see `Layer`.

    Input shape:
        ``(..., length)``, text or whole numbers

    Output shape:
        the same; ``(..., num_bins)`` for ``"multi_hot"`` and ``"count"``, ``(..., length,
        num_bins)`` for ``"one_hot"``

    Example:
        >>> import jaxkeras
        >>> jaxkeras.layers.Hashing(num_bins=3)([["A"], ["B"], ["C"], ["D"], ["E"]]).ravel()
        Array([1, 0, 1, 1, 2], dtype=int32)
    """

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: int | Sequence[int] | None = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ):
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else floatx()
        super().__init__(**kwargs)
        self.num_bins = whole_number("num_bins", num_bins)
        self.mask_value = mask_value
        self.salt = as_salt(self.label, salt)
        refuse_sparse(self.label, sparse)
        self.output_mode = as_output_mode(self.label, output_mode, ("int", *VECTOR_MODES))
        if self.output_mode == "int" and self.compute_dtype not in ("int32", "int64"):
            raise ValueError(
                f"{self.label} gives whole numbers: leave dtype out, or choose another "
                f"output_mode. Received: dtype={kwargs['dtype']!r}"
            )

    def call(self, inputs: Any) -> np.ndarray:
        terms = as_terms(self.label, inputs)
        if self.mask_value is None or self.num_bins == 1:
            bins = hash_buckets(terms, self.num_bins, self.salt)
        else:
            bins = hash_buckets(terms, self.num_bins - 1, self.salt) + 1
            bins = np.where(terms == self.mask_value, 0, bins)
        return encode(bins, self.output_mode, self.num_bins, self.compute_dtype)


class HashedCrossing(HostLayer):
    """Put combinations of features into a fixed number of buckets.

    The buckets are those of Keras. The layer works on NumPy's arrays and lists, before the model.

    Args:
        num_bins: number of buckets.
        output_mode: ``"int"`` or ``"one_hot"``.
        sparse: sparse outputs are not supported.
        name: see `Layer`.
        dtype: see `Layer`; the numbers of buckets are ``int32``.
        **kwargs: see `Layer`.

    Input shape:
        two or more features, in a list or tuple, each ``()``, ``(batch,)`` or ``(batch, 1)``

    Output shape:
        that of a feature, for ``"one_hot"`` with ``num_bins`` as the last dimension

    Example:
        >>> import jaxkeras
        >>> layer = jaxkeras.layers.HashedCrossing(num_bins=5)
        >>> layer((["A", "B", "A", "B", "A"], [101, 101, 101, 102, 102]))
        Array([1, 4, 1, 1, 3], dtype=int32)
    """

    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        if dtype is None and output_mode == "int":
            dtype = "int64"
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.num_bins = whole_number("num_bins", num_bins)
        refuse_sparse(self.label, sparse)
        self.output_mode = as_output_mode(self.label, output_mode, ("int", "one_hot"))

    def call(self, inputs: Any) -> np.ndarray:
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(
                f"{self.label} crosses two or more features: call it on a tuple of arrays, "
                f"layer((first, second)). Received: {type(inputs).__name__}"
            )
        features = [as_terms(self.label, feature) for feature in inputs]
        shape = features[0].shape
        if (
            any(feature.shape != shape for feature in features)
            or len(shape) > 2
            or shape[1:] > (1,)
        ):
            raise ValueError(
                f"{self.label} expected features of one shape, (batch,) or (batch, 1), got shapes "
                f"{', '.join(str(feature.shape) for feature in features)}."
            )
        rows = zip(*(feature.ravel().tolist() for feature in features), strict=True)
        bins = np.array([self._bin(row) for row in rows], np.int64).reshape(shape)
        return encode(bins, self.output_mode, self.num_bins, self.compute_dtype)

    def _bin(self, row: Sequence[str | int]) -> int:
        hashes = (
            fingerprint64(value.encode()) if isinstance(value, str) else value % 2**64
            for value in row
        )
        return functools.reduce(concatenate_fingerprints, hashes, _CROSSING_KEY) % self.num_bins

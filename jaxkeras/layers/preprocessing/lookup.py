"""Layers that number the terms of a vocabulary, and turn numbers back into terms."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from jax.core import Tracer

from jaxkeras.layers.preprocessing._host import HostLayer, Learned, as_terms, batches
from jaxkeras.layers.preprocessing._index import Index
from jaxkeras.layers.preprocessing.hashing import as_salt
from jaxkeras.ops.operation import refuse_sparse

__all__ = ["IntegerLookup", "StringLookup", "VocabularyLayer"]


class VocabularyLayer(HostLayer):
    """Base of layers that have a vocabulary, given or learned.

    The vocabulary is part of the configuration, so it is in every file that holds the layer.
    A subclass calls ``_start`` in its constructor.

    Args:
        **kwargs: see `Layer`.

    Example:
        >>> import jaxkeras
        >>> layer = jaxkeras.layers.StringLookup()
        >>> layer.adapt(["b", "a", "b"])
        >>> layer.get_vocabulary()
        ['[UNK]', 'b', 'a']
        >>> jaxkeras.layers.StringLookup.from_config(layer.get_config()).get_vocabulary()
        ['[UNK]', 'b', 'a']
    """

    # What Keras writes into configurations beside the arguments of the constructor.
    _derived: ClassVar[tuple[str, ...]] = ("vocabulary_size",)

    def _start(self, index: Index, vocabulary: Any, idf_weights: Any) -> None:
        """Set the index, with the vocabulary if one is given."""
        self._is_given = vocabulary is not None
        if not self._is_given and idf_weights is not None:
            raise ValueError(
                f"{self.label} got idf_weights without the terms that they belong to. Add "
                "vocabulary=, or leave them out to learn both with adapt()."
            )
        self._learned = Learned(index)
        if self._is_given:
            self.set_vocabulary(vocabulary, idf_weights)

    @property
    def _index(self) -> Index:
        return self._learned.value

    def get_vocabulary(self, include_special_tokens: bool = True) -> list:
        """The terms in the order of their numbers.

        Args:
            include_special_tokens: whether mask and unknown are in front, as they are numbered.
        """
        if self._index.terms is None or not include_special_tokens:
            return list(self._index.terms or ())
        return self._index.vocabulary

    def vocabulary_size(self) -> int:
        """Number of terms, mask and unknown included."""
        return len(self._index.vocabulary)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Take other terms.

        Args:
            vocabulary: terms in an array or list, or the path of a file with one term a line.
            idf_weights: weight of every term, for ``output_mode="tf_idf"``.

        Raises:
            ValueError: a term occurs twice, there are too many, or weights do not fit.
            RuntimeError: a model that ran has the old ones inside.
        """
        self._take(self._index.holding(vocabulary, idf_weights))

    def _take(self, index: Index) -> None:
        self._learned = self._learned.replaced(self.label, index)

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary from data, the most frequent terms first.

        Args:
            data: an array or list; or an iterable of batches.
            steps: the most batches to take.

        Raises:
            ValueError: the vocabulary was given, or there is nothing to learn.
            RuntimeError: a model that ran has the old one inside.
        """
        if self._is_given:
            raise ValueError(
                f"{self.label} was given its vocabulary, so it has nothing to learn. To learn it "
                "leave vocabulary= out."
            )
        found = batches(self.label, data, steps)
        documents = (document for batch in found for document in self._documents(batch))
        self._take(self._index.learned(documents))

    def _documents(self, batch: Any) -> Iterator[list]:
        """The terms of every sample in a batch."""
        terms = np.atleast_1d(self._index.as_terms(batch))
        yield from terms.reshape(len(terms), math.prod(terms.shape[1:])).tolist()

    # ------------------------------------------------------------------ configuration

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments and the vocabulary, if there is one, as plain data."""
        weights = self._index.weights
        return super().get_config() | {
            "vocabulary": self.get_vocabulary(weights is not None) or None,
            "idf_weights": None if weights is None else weights.tolist(),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """A layer as `get_config` describes it; it may be adapted anew.

        Raises:
            ValueError: the vocabulary is a path: what is loaded opens no other files.
        """
        vocabulary, weights = config.get("vocabulary"), config.get("idf_weights")
        if isinstance(vocabulary, str):
            raise ValueError(
                f"The configuration of a {cls.__name__} names the file {vocabulary!r}, which is "
                "not opened. Load it yourself: layer.set_vocabulary(path)."
            )
        left_out = (*cls._derived, "vocabulary", "idf_weights")
        layer = super().from_config({k: v for k, v in config.items() if k not in left_out})
        if vocabulary is not None:
            layer.set_vocabulary(vocabulary, weights)
        return layer


class _Lookup(VocabularyLayer):
    """The part of a lookup that is the same for text and for whole numbers."""

    def call(self, inputs: Any) -> Any:
        index = self._index
        if index.invert:
            return index.terms_of(as_terms(self.label, inputs))
        return index.encode(index.numbers(index.as_terms(inputs)))


class StringLookup(_Lookup):
    """Number text by a vocabulary.

    The vocabulary is given, or learned with `adapt`. The layer works on NumPy's arrays and lists,
    before the model.

    Args:
        max_tokens: the largest size of the vocabulary, mask and unknown included.
        num_oov_indices: how many numbers unknown terms share; with 0 they are errors.
        mask_token: the text that stands for nothing: number 0 with ``output_mode="int"``, else
            left out.
        oov_token: what stands for unknown terms in the vocabulary, and comes back for them.
        vocabulary: terms in a list or array, or the path of a file with one term a line.
        idf_weights: for ``"tf_idf"``, the weight of every term of ``vocabulary``.
        invert: whether to turn numbers into text instead.
        output_mode: ``"int"``, a form of `CategoryEncoding`, or ``"tf_idf"``: counts times weights.
        pad_to_max_tokens: whether vectors have the length ``max_tokens`` in any case.
        sparse: sparse outputs are not supported.
        encoding: of text that comes as bytes.
        name: see `Layer`.
        salt: one whole number or two that unknown terms are hashed with.
        **kwargs: see `Layer`.

    Input shape:
        ``(..., length)``, text

    Output shape:
        the same; ``(..., terms)`` for a vector for each sample, ``(..., length, terms)`` for
        ``"one_hot"``

    Raises:
        ValueError: an argument is not valid, or a term is unknown with ``num_oov_indices=0``.

    Example:
        >>> import jaxkeras
        >>> layer = jaxkeras.layers.StringLookup(vocabulary=["cat", "dog"])
        >>> numbers = layer([["dog", "cow", "cat"]])
        >>> numbers
        Array([[2, 0, 1]], dtype=int32)
        >>> names = jaxkeras.layers.StringLookup(vocabulary=["cat", "dog"], invert=True)
        >>> names(numbers)
        array([['dog', '[UNK]', 'cat']], dtype='<U5')
    """

    _derived = ("vocabulary_size", "oov_method")

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: int | Sequence[int] | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, **kwargs)
        index = Index(
            self.label,
            is_text=True,
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            invert=invert,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            salt=as_salt(self.label, salt),
            encoding=encoding,
        )
        refuse_sparse(self.label, sparse)
        self._start(index, vocabulary, idf_weights)


class IntegerLookup(_Lookup):
    """Number whole numbers, such as the keys of a table, by a vocabulary.

    The vocabulary is given, or learned with `adapt`. Once it is there, the layer can be part of a
    model too. Before a model it takes numbers of 64 bits, inside of one 32.

    Args:
        max_tokens: the largest size of the vocabulary, mask and unknown included.
        num_oov_indices: how many numbers unknown terms share; with 0 they are errors, or -1 in a
            compiled program.
        mask_token: the number that stands for nothing: number 0 with ``output_mode="int"``, else
            left out.
        oov_token: what stands for unknown terms in the vocabulary, and comes back for them.
        vocabulary: terms in a list or array, or the path of a file with one term a line.
        vocabulary_dtype: only ``"int64"``.
        idf_weights: for ``"tf_idf"``, the weight of every term of ``vocabulary``.
        invert: whether to turn the layer's numbers into terms instead.
        output_mode: ``"int"``, a form of `CategoryEncoding`, or ``"tf_idf"``: counts times weights.
        sparse: sparse outputs are not supported.
        pad_to_max_tokens: whether vectors have the length ``max_tokens`` in any case.
        oov_method: how unknown terms share more than one number: ``"floormod"``, by remainder, or
            ``"farmhash"``, by hash, which works before a model only.
        salt: one whole number or two for the hash.
        name: see `Layer`.
        **kwargs: see `Layer`.

    Input shape:
        ``(..., length)``, whole numbers

    Output shape:
        the same; ``(..., terms)`` for a vector for each sample, ``(..., length, terms)`` for
        ``"one_hot"``

    Raises:
        ValueError: an argument is not valid, or a term is unknown with ``num_oov_indices=0``.

    Example:
        >>> import jaxkeras
        >>> layer = jaxkeras.layers.IntegerLookup(vocabulary=[12, 36, 1138, 42])
        >>> layer([[12, 1138, 42], [42, 1000, 36]])
        Array([[1, 3, 4],
               [4, 0, 2]], dtype=int32)
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: int | Sequence[int] | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, **kwargs)
        if vocabulary_dtype != "int64":
            raise ValueError(
                f"{self.label} has 64-bit terms: leave vocabulary_dtype out. "
                f"Received: vocabulary_dtype={vocabulary_dtype!r}"
            )
        index = Index(
            self.label,
            is_text=False,
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            invert=invert,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            oov_method=oov_method,
            salt=as_salt(self.label, salt),
        )
        refuse_sparse(self.label, sparse)
        self._start(index, vocabulary, idf_weights)

    def call(self, inputs: Any) -> Any:
        if not isinstance(inputs, Tracer):
            return super().call(inputs)
        index, numbers = self._learned.within(inputs), inputs.astype("int32")
        if index.invert:
            return index.terms_of(numbers)
        return index.encode(index.numbers(numbers))

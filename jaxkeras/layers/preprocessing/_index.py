"""The index of a vocabulary: terms to numbers and back, learned from data. No layer yet."""

import collections
import dataclasses
import functools
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from jaxkeras.config import floatx
from jaxkeras.layers.arguments import as_numpy, whole_number
from jaxkeras.layers.preprocessing._encoding import VECTOR_MODES, as_output_mode, encode
from jaxkeras.layers.preprocessing._fingerprint import hash_buckets
from jaxkeras.layers.preprocessing._host import as_terms
from jaxkeras.registry import suggest

__all__ = ["Index"]

_OUTPUT_MODES = ("int", *VECTOR_MODES, "tf_idf")
_OOV_METHODS = ("floormod", "farmhash")


@dataclasses.dataclass(frozen=True, eq=False)
class Index:
    """The terms of a vocabulary in order, and how they are numbered. It never changes.

    With ``output_mode="int"`` the mask has number 0, if there is one. The numbers of terms that
    the vocabulary lacks ("out of vocabulary") come next, then those of the terms.

    Args:
        label: whose index it is, for messages.
        is_text: whether terms are text; otherwise they are whole numbers.
        max_tokens: the largest size, mask and unknown terms included.
        num_oov_indices: how many numbers unknown terms share; with 0 they are errors.
        mask_token: the term that stands for nothing.
        oov_token: what stands for unknown terms in the vocabulary.
        invert: whether the layer turns numbers into terms.
        output_mode: ``"int"``, ``"one_hot"``, ``"multi_hot"``, ``"count"`` or ``"tf_idf"``.
        pad_to_max_tokens: whether vectors have the length ``max_tokens`` in any case.
        oov_method: how unknown whole numbers share: by remainder or by hash.
        salt: two numbers that make the hash unforeseeable.
        encoding: of text that comes as bytes, and of files.
        terms: the vocabulary, without mask and unknown; None where there is none yet.
        weights: for ``"tf_idf"``, weight of every number, ``(size,)``.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.layers.preprocessing._index import Index
        >>> index = Index("StringLookup", is_text=True).learned([["b", "a", "b"]])
        >>> index.vocabulary
        ['[UNK]', 'b', 'a']
        >>> index.numbers(np.array(["a", "b", "c"], object))
        array([2, 1, 0])
    """

    label: str
    is_text: bool
    max_tokens: int | None = None
    num_oov_indices: int = 1
    mask_token: Any = None
    oov_token: Any = "[UNK]"
    invert: bool = False
    output_mode: str = "int"
    pad_to_max_tokens: bool = False
    oov_method: str = "floormod"
    salt: tuple[int, int] | None = None
    encoding: str = "utf-8"
    terms: tuple | None = None
    weights: np.ndarray | None = None

    def __post_init__(self) -> None:
        set_field = functools.partial(object.__setattr__, self)
        set_field("output_mode", as_output_mode(self.label, self.output_mode, _OUTPUT_MODES))
        if self.max_tokens is not None:
            set_field("max_tokens", whole_number("max_tokens", self.max_tokens, 2))
        set_field("num_oov_indices", whole_number("num_oov_indices", self.num_oov_indices, 0))
        if self.pad_to_max_tokens and self.max_tokens is None:
            raise ValueError(
                f"{self.label} needs max_tokens, the length to pad to, with pad_to_max_tokens=True."
            )
        if self.invert and self.output_mode != "int":
            raise ValueError(
                f"{self.label} turns numbers into terms with invert=True, so leave output_mode "
                f"out. Received: output_mode={self.output_mode!r}"
            )
        if self.oov_method not in _OOV_METHODS:
            raise ValueError(
                f"{self.label}: oov_method must be 'floormod' or 'farmhash'. Received: "
                f"oov_method={self.oov_method!r}.{suggest(str(self.oov_method), _OOV_METHODS)}"
            )
        if self.salt is not None and not self.is_text and self.oov_method != "farmhash":
            raise ValueError(f"{self.label} uses a salt only with oov_method='farmhash'.")

    # ------------------------------------------------------------------ the vocabulary

    @property
    def _first_oov(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    @property
    def _special(self) -> list:
        return [self.mask_token] * self._first_oov + [self.oov_token] * self.num_oov_indices

    @property
    def vocabulary(self) -> list:
        """The term of every number, mask and unknown included."""
        return [*self._special, *(self.terms or ())]

    @property
    def depth(self) -> int:
        """Length of an output vector."""
        padded = self.max_tokens if self.pad_to_max_tokens else None
        return padded or len(self._special) + len(self.terms or ())

    @property
    def padded_weights(self) -> np.ndarray:
        """The weights, followed by zeros up to `depth`."""
        assert self.weights is not None
        return np.pad(self.weights, (0, self.depth - len(self.weights)))

    def holding(self, vocabulary: Any, idf_weights: Any = None) -> "Index":
        """The same index with other terms.

        Args:
            vocabulary: terms in an array or list, most important first, with or without mask and
                unknown in front; or the path of a file with one term a line.
            idf_weights: for ``"tf_idf"``, the weight of every entry of ``vocabulary``.

        Raises:
            ValueError: a term occurs twice, there are too many or none, or weights do not fit.
        """
        entries = self._entries(vocabulary)
        special = self._special
        has_special = entries[: len(special)] == special
        terms = entries[len(special) :] if has_special else entries
        reserved = {self.mask_token, self.oov_token if self.invert else None} - {None}
        repeated = [term for term, count in collections.Counter(terms).items() if count > 1]
        if not terms:
            raise ValueError(f"{self.label} got an empty vocabulary. Pass at least one term.")
        if repeated:
            raise ValueError(
                f"{self.label} got a vocabulary with terms that occur twice: "
                f"{', '.join(map(repr, repeated[:5]))}. Make them unique: "
                "list(dict.fromkeys(vocabulary))."
            )
        if reserved & set(terms):
            raise ValueError(
                f"{self.label} got a vocabulary with a reserved term in the middle: "
                f"{', '.join(map(repr, reserved & set(terms)))}. Leave such terms out, or put them "
                f"in front, as {special}."
            )
        if self.max_tokens is not None and len(special) + len(terms) > self.max_tokens:
            raise ValueError(
                f"{self.label} got a vocabulary of {len(special) + len(terms)} terms, mask and "
                f"unknown included, but max_tokens={self.max_tokens}. Raise it, or cut the "
                "vocabulary."
            )
        weights = self._checked_weights(idf_weights, len(entries))
        if weights is not None and not has_special:
            weights = np.pad(weights, (len(special), 0), constant_values=weights.mean())
        return dataclasses.replace(self, terms=tuple(terms), weights=weights)

    def _entries(self, vocabulary: Any) -> list:
        if isinstance(vocabulary, (str, Path)):
            if not Path(vocabulary).is_file():
                raise ValueError(
                    f"{self.label} found no vocabulary file {str(vocabulary)!r}. Pass the terms "
                    "themselves as a list, or the path of a file with one term a line."
                )
            lines = Path(vocabulary).read_text(self.encoding).removesuffix("\n").split("\n")
            vocabulary = lines if self.is_text else [int(line) for line in lines]
        return self.as_terms(vocabulary).ravel().tolist()

    def _checked_weights(self, idf_weights: Any, size: int) -> np.ndarray | None:
        if (idf_weights is None) == (self.output_mode == "tf_idf"):
            fix = "add" if idf_weights is None else "leave out"
            raise ValueError(
                f"{self.label} weighs terms with output_mode='tf_idf' and only then: {fix} "
                f"idf_weights. Received: output_mode={self.output_mode!r}"
            )
        if idf_weights is None:
            return None
        weights = np.asarray(idf_weights, floatx())
        if weights.shape != (size,):
            raise ValueError(
                f"{self.label} expected one of idf_weights for each of {size} terms, got shape "
                f"{weights.shape}."
            )
        return weights

    def learned(self, documents: Iterable[Sequence]) -> "Index":
        """The same index with the terms of some documents, the most frequent first.

        Terms that occur as often as each other are in descending order.

        Args:
            documents: a sequence of terms each.

        Raises:
            ValueError: there are no terms, or ``max_tokens`` leaves no room for any.
        """
        counts, in_documents, total = collections.Counter(), collections.Counter(), 0
        for document in documents:
            counts.update(document)
            if self.output_mode == "tf_idf":
                in_documents.update(set(document))
            total += 1
        for special in (self.mask_token, self.oov_token):
            counts.pop(special, None)
        ordered = sorted(counts, key=lambda term: (counts[term], term), reverse=True)
        special = self._special
        if self.max_tokens is not None:
            ordered = ordered[: max(self.max_tokens - len(special), 0)]
        if not ordered:
            raise ValueError(
                f"{self.label} found nothing to learn in the data: it has no terms beside mask and "
                f"unknown, or max_tokens={self.max_tokens} leaves no room for any."
            )
        if self.output_mode != "tf_idf":
            return self.holding(ordered)
        weights = [math.log(1 + total / (1 + in_documents[term])) for term in ordered]
        return self.holding(ordered, weights)

    # ------------------------------------------------------------------ looking up

    def as_terms(self, value: Any) -> np.ndarray:
        """Text as an object array, or whole numbers as 64-bit integers, as the index has them.

        Raises:
            TypeError: it is the other kind, or neither.
        """
        terms = as_terms(self.label, value, self.encoding)
        if terms.size and (terms.dtype == object) != self.is_text:
            kinds = ("text", "whole numbers") if self.is_text else ("whole numbers", "text")
            other = "IntegerLookup" if self.is_text else "StringLookup"
            raise TypeError(
                f"{self.label} expected {kinds[0]}, got {kinds[1]}: {terms.ravel().tolist()[0]!r}. "
                f"Use {other} for that."
            )
        return terms

    def numbers(self, terms: Any) -> Any:
        """The number of every term; where it is to be dropped, -1.

        Args:
            terms: of any shape, as `as_terms` gives them; or whole numbers in an array of JAX,
                where an unknown term cannot be an error and is -1.

        Raises:
            ValueError: a term is unknown and has no number.
        """
        self.require_terms()
        xp = terms.__array_namespace__()
        special = self._special
        places = self._find_text(terms) if self.is_text else self._find_numbers(terms, xp)
        is_known = places >= 0
        numbers = xp.where(is_known, places + len(special), self._unknown(terms))
        if self.mask_token is not None:
            is_mask = terms == self.mask_token
            numbers = xp.where(is_mask, 0 if self._first_oov else -1, numbers)
            is_known = is_known | is_mask
        if self.num_oov_indices == 0 and xp is np and not is_known.all():
            unknown = terms[~is_known].tolist()[0]
            raise ValueError(
                f"{self.label} does not know {unknown!r}. Add it to the vocabulary, or give "
                "unknown terms a number with num_oov_indices=1."
            )
        return numbers

    def require_terms(self) -> None:
        """Say so where there is no vocabulary yet.

        Raises:
            RuntimeError: there is none.
        """
        if self.terms is None:
            raise RuntimeError(
                f"{self.label} has no vocabulary yet. Call adapt(data) first, or give it "
                "vocabulary=[...]."
            )

    @functools.cached_property
    def _places(self) -> dict:
        return {term: place for place, term in enumerate(self.terms or ())}

    def _find_text(self, terms: np.ndarray) -> np.ndarray:
        place_of = self._places.get
        places = [place_of(term, -1) for term in terms.ravel().tolist()]
        return np.array(places, np.int64).reshape(terms.shape)

    @functools.cached_property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray]:
        """Terms that are numbers in increasing order, and the place of each."""
        order = np.argsort(np.asarray(self.terms))
        return np.asarray(self.terms)[order], order

    def _find_numbers(self, terms: Any, xp: Any) -> Any:
        """Places of whole numbers by bisection, which a compiled program can do too."""
        keys, order = self._sorted
        if xp is not np:
            keys = xp.asarray(as_numpy(keys, f"The vocabulary of {self.label}"))
        nearest = xp.minimum(xp.searchsorted(keys, terms), len(order) - 1)
        return xp.where(keys[nearest] == terms, xp.asarray(order)[nearest], -1)

    def _unknown(self, terms: Any) -> Any:
        """The numbers that terms have if the vocabulary lacks them."""
        if self.num_oov_indices == 0:
            return -1
        if self.num_oov_indices == 1:
            return self._first_oov
        if not self.is_text and self.oov_method == "floormod":
            return terms % self.num_oov_indices + self._first_oov
        if not isinstance(terms, np.ndarray):
            raise TypeError(
                f"{self.label} cannot be part of a model: no compiled program computes the hash "
                "of oov_method='farmhash'. Apply it to the data first, or leave oov_method out."
            )
        return hash_buckets(terms, self.num_oov_indices, self.salt) + self._first_oov

    def terms_of(self, numbers: Any) -> Any:
        """The term of every number; `oov_token` for numbers that no term has.

        Raises:
            TypeError: these are no numbers.
        """
        self.require_terms()
        if numbers.dtype == object:
            raise TypeError(
                f"{self.label} turns numbers into terms, as invert=True says, but got text. Leave "
                "invert out."
            )
        xp = numbers.__array_namespace__()
        table = np.array(self.vocabulary)
        if xp is not np:
            table = xp.asarray(as_numpy(table, f"The vocabulary of {self.label}"))
        is_known = (numbers >= 0) & (numbers < len(table))
        return xp.where(is_known, table[xp.where(is_known, numbers, 0)], self.oov_token)

    def encode(self, numbers: Any) -> Any:
        """The output for numbers of terms ``(..., length)``, see `encode`."""
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        outputs = encode(numbers, mode, self.depth, floatx())
        return outputs if self.weights is None else outputs * self.padded_weights

"""Text as sequences of numbers, or as counts of its words."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.preprocessing._index import Index
from jaxkeras.layers.preprocessing._words import apply, splits, standardizations
from jaxkeras.layers.preprocessing.lookup import VocabularyLayer
from jaxkeras.ops.operation import refuse_sparse

__all__ = ["TextVectorization"]


class TextVectorization(VocabularyLayer):
    """Turn text into numbers: standardize it, split it into words, number them by a vocabulary.

    The vocabulary is given, or learned with `adapt`. The layer works on NumPy's arrays and lists,
    before the model: ``x = vectorize(texts)``, then ``model.fit(x, y)``.

    Args:
        max_tokens: the largest size of the vocabulary, padding and unknown included.
        standardize: ``"lower_and_strip_punctuation"``, ``"lower"``, ``"strip_punctuation"``, None,
            or a function of an array of texts ``(batch,)`` that returns such an array.
        split: ``"whitespace"``, ``"character"``, None for text that is split already, or a
            function of an array of texts ``(batch,)`` that returns a list of words for each.
        ngrams: ``2`` counts pairs of neighbours as words beside the words, and so on; a tuple
            names all lengths.
        output_mode: ``"int"`` gives sequences, padded with 0; ``"multi_hot"``, ``"count"`` and
            ``"tf_idf"`` give a vector for each text.
        output_sequence_length: length that sequences are cut or padded to; by default that of the
            longest one.
        pad_to_max_tokens: whether vectors have the length ``max_tokens`` in any case.
        vocabulary: words in a list or array, or the path of a file with one word a line.
        idf_weights: for ``"tf_idf"``, the weight of every word of ``vocabulary``.
        sparse: sparse outputs are not supported.
        ragged: outputs of different lengths are not supported.
        encoding: of text that comes as bytes.
        name: see `Layer`.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch,)`` or ``(batch, 1)``; ``(batch, words)`` without a split

    Output shape:
        ``(batch, length)`` whole numbers, or ``(batch, terms)``

    Raises:
        ValueError: an argument is not valid.

    Example:
        >>> import jaxkeras
        >>> layer = jaxkeras.layers.TextVectorization(output_sequence_length=4)
        >>> layer.adapt(["foo bar", "bar baz", "baz bada boom"])
        >>> layer.get_vocabulary()
        ['', '[UNK]', 'baz', 'bar', 'foo', 'boom', 'bada']
        >>> layer(["Foo qux, bar!", "qux baz"])
        Array([[4, 1, 3, 0],
               [1, 2, 0, 0]], dtype=int32)
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: str | Callable | None = "lower_and_strip_punctuation",
        split: str | Callable | None = "whitespace",
        ngrams: int | Sequence[int] | None = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, **kwargs)
        refuse_sparse(self.label, sparse)
        if ragged:
            raise ValueError(
                f"{self.label} pads sequences to one length, because the rows of an array have "
                "one. Leave ragged=True out: 0 marks the padding, and Embedding(mask_zero=True) "
                "skips it."
            )
        self.standardize = standardizations.get(standardize)
        self.split = splits.get(split)
        self.ngrams = self._widths(ngrams)
        if output_sequence_length is not None:
            if output_mode != "int":
                raise ValueError(
                    f"{self.label} gives sequences only with output_mode='int': leave "
                    f"output_sequence_length out. Received: output_mode={output_mode!r}"
                )
            output_sequence_length = whole_number("output_sequence_length", output_sequence_length)
        self.output_sequence_length = output_sequence_length
        index = Index(
            self.label,
            is_text=True,
            max_tokens=max_tokens,
            mask_token="",
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            encoding=encoding,
        )
        self._start(index, vocabulary, idf_weights)

    def _widths(self, ngrams: Any) -> tuple[int, ...]:
        """How many neighbours make a word."""
        if ngrams is None:
            return (1,)
        if isinstance(ngrams, (tuple, list)):
            return tuple(whole_number("A length in ngrams", width) for width in ngrams)
        return tuple(range(1, whole_number("ngrams", ngrams) + 1))

    def call(self, inputs: Any) -> np.ndarray:
        texts = self._index.as_terms(inputs)
        documents = self._documents(texts)
        length = self.output_sequence_length
        changes_length = self.split is not None or length is not None or self.ngrams != (1,)
        if length is None:
            length = max(map(len, documents), default=0)
        numbers = self._padded([document[:length] for document in documents], length)
        shape = (*(texts.shape[:-1] if texts.ndim > 1 else texts.shape), length)
        if self._index.output_mode == "int" and not changes_length:
            shape = texts.shape
        return self._index.encode(numbers.reshape(shape))

    def _padded(self, documents: list[list[str]], length: int) -> np.ndarray:
        """The numbers of words ``(documents, length)``; what is empty has that of the mask."""
        words = [word for document in documents for word in document]
        numbers = self._index.numbers(np.array(["", *words], object))
        is_word = np.arange(length) < np.array([len(words) for words in documents])[:, None]
        padded = np.full(is_word.shape, numbers[0])
        padded[is_word] = numbers[1:]
        return padded

    def _documents(self, batch: Any) -> list[list[str]]:
        """The words of every text."""
        texts = self._index.as_terms(batch)
        if self.standardize is not None:
            standard = apply(self.standardize, texts.ravel())
            texts = self._index.as_terms(standard).reshape(texts.shape)
        width = (1, *texts.shape[1:])[-1]
        if self.split is None:
            documents = texts.reshape(-1, width).tolist()
        elif width != 1:
            raise ValueError(
                f"{self.label} splits texts of shape (batch,) or (batch, 1), got shape "
                f"{texts.shape}. If they are split already: split=None."
            )
        else:
            documents = [list(words) for words in apply(self.split, texts.ravel())]
        return [self._with_neighbours(words) for words in documents]

    def _with_neighbours(self, words: list[str]) -> list[str]:
        if self.ngrams == (1,):
            return words
        return [
            " ".join(words[start : start + width])
            for width in self.ngrams
            for start in range(len(words) - width + 1)
        ]

"""Texts as numbers, as Keras 2 made them.

Example:
    >>> from jaxkeras.preprocessing.text import Tokenizer
    >>> tokenizer = Tokenizer()
    >>> tokenizer.fit_on_texts(["The cat sat.", "The dog sat on the cat."])
    >>> tokenizer.texts_to_sequences(["the dog sat"])
    [[1, 4, 3]]
"""

import collections
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from jaxkeras.registry import no_argument, suggest, teaches_keywords

__all__ = ["Tokenizer", "hashing_trick", "one_hot", "text_to_word_sequence", "tokenizer_from_json"]

_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_MODES = ("binary", "count", "freq", "tfidf")
_ARGUMENTS = (
    "num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count"
)  # fmt: skip
_DICTIONARIES = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")


@teaches_keywords()
def text_to_word_sequence(
    input_text: str, filters: str = _FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """The words of a text.

    Args:
        input_text: the text.
        filters: characters that part words, as ``split`` does.
        lower: whether to write everything in lower case.
        split: what stands between words.

    Example:
        >>> from jaxkeras.preprocessing.text import text_to_word_sequence
        >>> text_to_word_sequence("Don't panic, (Arthur)!")
        ["don't", 'panic', 'arthur']

    Keras 2 name: ``keras.preprocessing.text.text_to_word_sequence``.
    """
    text = input_text.lower() if lower else input_text
    text = text.translate(str.maketrans(dict.fromkeys(filters, split)))
    return [word for word in text.split(split) if word]


@teaches_keywords()
def hashing_trick(
    text: str,
    n: int,
    hash_function: Callable[[str], int] | str | None = None,
    filters: str = _FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], Iterable[str]] | None = None,
) -> list[int]:
    """The words of a text as numbers from 1 to ``n - 1``; different words may share one.

    Args:
        text: the text.
        n: numbers there are, zero among them, which stands for no word.
        hash_function: ``"md5"`` gives the same numbers in every run of Python; the default, the
            function ``hash``, does not. Or a function from a word to an integer.
        filters: see `text_to_word_sequence`.
        lower: likewise.
        split: likewise.
        analyzer: splits the text in place of `text_to_word_sequence`.

    Raises:
        ValueError: the hash function has another name, or ``n`` is below 2.

    Example:
        >>> from jaxkeras.preprocessing.text import hashing_trick
        >>> hashing_trick("the cat and the dog", 50, hash_function="md5")
        [43, 32, 14, 43, 2]

    Keras 2 name: ``keras.preprocessing.text.hashing_trick``.
    """
    if n < 2:
        raise ValueError(f"n must be at least 2, as 0 stands for no word. Received: {n!r}.")
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    elif not callable(hash_function):
        raise ValueError(
            f"hash_function must be None, 'md5' or a function. Received: {hash_function!r}."
        )
    if analyzer is None:
        words = text_to_word_sequence(text, filters, lower, split)
    else:
        words = analyzer(text)
    return [hash_function(word) % (n - 1) + 1 for word in words]


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


@teaches_keywords()
def one_hot(
    input_text: str,
    n: int,
    filters: str = _FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], Iterable[str]] | None = None,
) -> list[int]:
    """The words of a text as numbers by Python's ``hash``, which differs from run to run.

    In spite of its name it gives no vectors; see `hashing_trick`, and use that with ``"md5"`` for
    numbers that stay.

    Args:
        input_text: the text.
        n: numbers there are, zero among them.
        filters: see `text_to_word_sequence`.
        lower: likewise.
        split: likewise.
        analyzer: splits the text in place of `text_to_word_sequence`.

    Example:
        >>> from jaxkeras.preprocessing.text import one_hot
        >>> first, second, third = one_hot("well done, well", 20)
        >>> first == third, 1 <= second < 20
        (True, True)

    Keras 2 name: ``keras.preprocessing.text.one_hot``.
    """
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


class Tokenizer:
    """Numbers words by how often they occur in texts; the most frequent is 1.

    Args:
        num_words: keep only words of numbers below this when texts become numbers; the index
            holds all.
        filters: characters that part words.
        lower: whether to write everything in lower case.
        split: what stands between words.
        char_level: whether every character is a word.
        oov_token: stands for words that are not known; it gets the number 1.
        analyzer: splits a text into words in place of `text_to_word_sequence`.
        document_count: texts seen already.

    Attributes:
        word_index: number of every word.
        index_word: word of every number.
        word_counts: how often each word came.
        word_docs: in how many texts each word came.
        index_docs: the same, by the word's number.
        document_count: texts seen.

    Example:
        >>> from jaxkeras.preprocessing.text import Tokenizer
        >>> tokenizer = Tokenizer(num_words=4, oov_token="<OOV>")
        >>> tokenizer.fit_on_texts(["a rose is a rose", "is it"])
        >>> tokenizer.word_index
        {'<OOV>': 1, 'a': 2, 'rose': 3, 'is': 4, 'it': 5}
        >>> tokenizer.texts_to_sequences(["a red rose"])
        [[2, 1, 3]]
        >>> tokenizer.texts_to_matrix(["a rose, a rose"], mode="count")
        array([[0., 0., 2., 2.]])

    Keras 2 name: ``keras.preprocessing.text.Tokenizer``.
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = _FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable[[str], Iterable[str]] | None = None,
        document_count: int = 0,
        **kwargs: Any,
    ):
        if "nb_words" in kwargs:  # Keras 1's name
            num_words = kwargs.pop("nb_words")
        for name in kwargs:
            raise no_argument("Tokenizer", name, [*_ARGUMENTS, "analyzer"])
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.document_count = document_count
        self.word_counts: dict[str, int] = collections.OrderedDict()
        self.word_docs: dict[str, int] = collections.defaultdict(int)
        self.index_docs: dict[int, int] = collections.defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text: Any) -> Iterable[str]:
        """A text's words; a list holds them already."""
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            return [word.lower() for word in text] if isinstance(text, list) else text.lower()
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Learn the words of more texts, each a string or a list of words.

        Args:
            texts: the texts; a single string stands for its characters.
        """
        for text in texts:
            self.document_count += 1
            words = list(self._words(text))
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in dict.fromkeys(words):
                self.word_docs[word] = self.word_docs.get(word, 0) + 1
        ranked = sorted(self.word_counts, key=self.word_counts.__getitem__, reverse=True)
        known = ranked if self.oov_token is None else [self.oov_token, *ranked]
        self.word_index = {word: number for number, word in enumerate(known, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Sequence[Iterable[int]]) -> None:
        """Count in how many sequences each number occurs, for the mode ``"tfidf"``."""
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] = self.index_docs.get(number, 0) + 1

    def _is_kept(self, number: int) -> bool:
        return not self.num_words or number < self.num_words

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """Each text as the numbers of its words; unknown words are left out, or the OOV token."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """`texts_to_sequences`, text by text."""
        unknown = None if self.oov_token is None else self.word_index.get(self.oov_token)
        for text in texts:
            numbers = [self.word_index.get(word) for word in self._words(text)]
            kept = (n if n is not None and self._is_kept(n) else unknown for n in numbers)
            yield [number for number in kept if number is not None]

    def sequences_to_texts(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """Each sequence of numbers as a text, words with spaces between them."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Iterable[int]]) -> Iterator[str]:
        """`sequences_to_texts`, sequence by sequence."""
        for sequence in sequences:
            words = (
                self.index_word.get(number) if self._is_kept(number) else None
                for number in sequence
            )
            known = (self.oov_token if word is None else word for word in words)
            yield " ".join(word for word in known if word is not None)

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """One row per text, one column per word's number; see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(
        self, sequences: Sequence[Sequence[int]], mode: str = "binary"
    ) -> np.ndarray:
        """One row per sequence, one column per number.

        Args:
            sequences: numbers of words.
            mode: ``"binary"`` tells whether a word occurs, ``"count"`` how often, ``"freq"`` in
                what part of the sequence, ``"tfidf"`` weighs that by how rare the word is.

        Returns:
            An array ``(len(sequences), num_words)``.

        Raises:
            ValueError: the mode is none of these, or nothing tells the number of columns.
        """
        if mode not in _MODES:
            raise ValueError(
                f"mode must be one of {_MODES}. Received: {mode!r}.{suggest(mode, _MODES)}"
            )
        if not self.num_words and not self.word_index:
            raise ValueError(
                "The Tokenizer does not know how many words there are: call fit_on_texts first, "
                "or pass num_words=."
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError("mode 'tfidf' needs texts to count in: call fit_on_texts first.")
        width = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), width))
        for row, sequence in zip(matrix, sequences, strict=True):
            counts = collections.Counter(number for number in sequence if number < width)
            for number, count in counts.items():
                row[number] = self._entry(mode, number, count, len(sequence))
        return matrix

    def _entry(self, mode: str, number: int, count: int, length: int) -> float:
        match mode:
            case "count":
                return count
            case "freq":
                return count / length
            case "tfidf":
                documents = 1 + self.index_docs.get(number, 0)
                return float((1 + np.log(count)) * np.log(1 + self.document_count / documents))
        return 1

    def get_config(self) -> dict[str, Any]:
        """Arguments and everything that was learnt, dictionaries as JSON."""
        config = {name: getattr(self, name) for name in _ARGUMENTS}
        return config | {name: json.dumps(getattr(self, name)) for name in _DICTIONARIES}

    def to_json(self, **kwargs: Any) -> str:
        """The tokenizer as JSON, for `tokenizer_from_json`.

        Args:
            **kwargs: for ``json.dumps``.
        """
        return json.dumps({"class_name": "Tokenizer", "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """A tokenizer from what `Tokenizer.to_json` wrote, here or in Keras.

    Args:
        json_string: the JSON.

    Raises:
        ValueError: it is no tokenizer's.

    Example:
        >>> from jaxkeras.preprocessing.text import Tokenizer, tokenizer_from_json
        >>> tokenizer = Tokenizer()
        >>> tokenizer.fit_on_texts(["so long"])
        >>> tokenizer_from_json(tokenizer.to_json()).word_index
        {'so': 1, 'long': 2}

    Keras 2 name: ``keras.preprocessing.text.tokenizer_from_json``.
    """
    written = json.loads(json_string)
    config = dict(written.get("config") or {}) if isinstance(written, dict) else {}
    if missing := [name for name in _DICTIONARIES if name not in config]:
        raise ValueError(f"This JSON is not a Tokenizer's: it has no {missing[0]!r}.")
    learnt = {name: json.loads(config.pop(name)) for name in _DICTIONARIES}
    tokenizer = Tokenizer(**config)
    for name, table in learnt.items():
        by_number = name in ("index_docs", "index_word")
        entries = {int(key) if by_number else key: value for key, value in table.items()}
        getattr(tokenizer, name).update(entries)
    return tokenizer

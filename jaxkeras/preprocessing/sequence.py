"""Sequences: made equally long, cut into windows, and paired for word vectors.

Example:
    >>> from jaxkeras.preprocessing import sequence
    >>> sequence.pad_sequences([[1], [2, 3]], padding="post")
    array([[1, 0],
           [2, 3]], dtype=int32)
"""

import json
import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxkeras.registry import teaches_keywords
from jaxkeras.utils.padding import pad_sequences
from jaxkeras.utils.py_dataset import PyDataset

__all__ = [
    "TimeseriesGenerator",
    "make_sampling_table",
    "pad_sequences",
    "skipgrams",
    "timeseries_generator_from_json",
]

_EULER = 0.577  # the Euler-Mascheroni constant, as precisely as Keras 2 had it


class TimeseriesGenerator(PyDataset):
    """Windows that slide over a time series, in batches, each with the target of the step after it.

    Args:
        data: the series, ``(time, ...)``.
        targets: a target for every step, ``(time, ...)``.
        length: steps that a window spans.
        sampling_rate: steps from a value in a window to the next.
        stride: steps from a window to the next.
        start_index: leave out what comes before.
        end_index: last step to take a target of.
        shuffle: draw windows at random, by NumPy's global generator, instead of in order.
        reverse: turn every window round.
        batch_size: windows in a batch.
        **kwargs: see `PyDataset`.

    Raises:
        ValueError: data and targets differ in length, or no window fits.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.sequence import TimeseriesGenerator
        >>> series = np.arange(6)
        >>> windows, targets = TimeseriesGenerator(series, series, length=3, batch_size=2)[0]
        >>> windows, targets
        (array([[0, 1, 2],
               [1, 2, 3]]), array([3, 4]))

    Keras 2 name: ``keras.preprocessing.sequence.TimeseriesGenerator``.
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise ValueError(
                "TimeseriesGenerator: every step needs a target, but data has "
                f"{len(data)} steps and targets {len(targets)}."
            )
        self.data = data
        self.targets = targets
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            raise ValueError(
                f"TimeseriesGenerator: no window fits. The first target would be that of step "
                f"{self.start_index} (start_index + length), the last allowed is that of step "
                f"{self.end_index}. Lower length or start_index."
            )

    def __len__(self) -> int:
        return -(-(self.end_index - self.start_index + 1) // (self.batch_size * self.stride))

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        span = self.batch_size * self.stride
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            first = self.start_index + span * index
            rows = np.arange(first, min(first + span, self.end_index + 1), self.stride)
        windows = [self.data[row - self.length : row : self.sampling_rate] for row in rows]
        samples = np.array(windows)  # (batch, time, ...)
        targets = np.array([self.targets[row] for row in rows])
        return (samples[:, ::-1] if self.reverse else samples), targets

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, the series as JSON.

        The start index is that of the first target, as in Keras 2.
        """
        names = (
            "length", "sampling_rate", "stride", "start_index", "end_index", "shuffle", "reverse",
            "batch_size",
        )  # fmt: skip
        series = {"data": self.data, "targets": self.targets}
        listed = {
            name: json.dumps(value.tolist() if isinstance(value, np.ndarray) else value)
            for name, value in series.items()
        }
        return listed | {name: getattr(self, name) for name in names}

    def to_json(self, **kwargs: Any) -> str:
        """The generator as JSON.

        Args:
            **kwargs: for ``json.dumps``.
        """
        written = {"class_name": type(self).__name__, "config": self.get_config()}
        return json.dumps(written, **kwargs)


def timeseries_generator_from_json(json_string: str) -> TimeseriesGenerator:
    """A generator from what `TimeseriesGenerator.to_json` wrote.

    Args:
        json_string: the JSON.

    Example:
        >>> from jaxkeras.preprocessing.sequence import (
        ...     TimeseriesGenerator, timeseries_generator_from_json
        ... )
        >>> generator = TimeseriesGenerator([1, 2, 3, 4], [1, 2, 3, 4], length=2)
        >>> timeseries_generator_from_json(generator.to_json())[0]
        (array([[1, 2],
               [2, 3]]), array([3, 4]))

    Keras 2 name: ``keras.preprocessing.sequence.timeseries_generator_from_json``, which begins
    ``length`` steps too late.
    """
    config = dict(json.loads(json_string)["config"])
    data, targets = json.loads(config.pop("data")), json.loads(config.pop("targets"))
    config["start_index"] -= config["length"]
    return TimeseriesGenerator(data, targets, **config)


@teaches_keywords()
def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """How likely each word is to be kept, by its rank: frequent words are kept less often.

    Frequencies are taken to follow Zipf's law.

    Args:
        size: number of words.
        sampling_factor: the factor of word2vec; words rarer than it are always kept.

    Returns:
        Probabilities ``(size,)``.

    Example:
        >>> from jaxkeras.preprocessing.sequence import make_sampling_table
        >>> make_sampling_table(3).round(5)
        array([0.00315, 0.00315, 0.00548])

    Source: Mikolov et al. 2013, "Distributed representations of words and phrases and their
    compositionality", https://arxiv.org/abs/1310.4546.

    Keras 2 name: ``keras.preprocessing.sequence.make_sampling_table``.
    """
    rank = np.maximum(np.arange(size), 1)
    inverse_frequency = rank * (np.log(rank) + _EULER) + 0.5 - 1.0 / (12.0 * rank)
    ratio = sampling_factor * inverse_frequency
    return np.minimum(1.0, ratio / np.sqrt(ratio))


@teaches_keywords()
def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pairs of words: neighbours in the text, labelled 1, and random ones, labelled 0.

    Randomness is that of Python's module ``random``, as in Keras 2: ``random.seed(n)`` before the
    call fixes all of it; the argument ``seed`` fixes the order alone and seeds that module.

    Args:
        sequence: numbers of words; 0 stands for no word and is left out.
        vocabulary_size: number of words, zero among them.
        window_size: how far apart neighbours may be.
        negative_samples: random pairs for each pair of neighbours.
        shuffle: whether to shuffle the pairs.
        categorical: whether labels are ``[0, 1]`` and ``[1, 0]`` instead of 1 and 0.
        sampling_table: how likely each word is to be kept, see `make_sampling_table`.
        seed: of the order.

    Returns:
        The pairs, and their labels.

    Example:
        >>> from jaxkeras.preprocessing.sequence import skipgrams
        >>> skipgrams([1, 2, 3], 4, window_size=1, negative_samples=0, shuffle=False)
        ([[1, 2], [2, 1], [2, 3], [3, 2]], [1, 1, 1, 1])

    Source: Mikolov et al. 2013, "Efficient estimation of word representations in vector space",
    https://arxiv.org/abs/1301.3781.

    Keras 2 name: ``keras.preprocessing.sequence.skipgrams``.
    """
    couples: list[list[int]] = []
    for place, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < random.random()):
            continue
        for near in range(max(0, place - window_size), place + window_size + 1):
            if near != place and near < len(sequence) and sequence[near]:
                couples.append([word, sequence[near]])
    yes, no = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels: list[Any] = [yes] * len(couples)
    if negative_samples > 0:
        count = int(len(couples) * negative_samples)
        words = [word for word, _ in couples]
        random.shuffle(words)
        couples += [
            [words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(count)
        ]
        labels += [no] * count
    if shuffle:
        seed = random.randint(0, 10**7) if seed is None else seed
        for entries in (couples, labels):
            random.seed(seed)
            random.shuffle(entries)
    return couples, labels

"""Names: unique ones for objects, snake case, and the nearest right spelling of a wrong one."""

import collections
import contextlib
import difflib
import re
from collections.abc import Iterable, Iterator

__all__ = ["clear_session", "names_kept", "snake_case", "suggest", "unique_name"]

_name_counts: collections.Counter[str] = collections.Counter()

# What Keras 1 and 2 called things that have another name today, and are not understood here.
_TODAY = {
    "nb_val_samples": "validation_steps", "samples_per_epoch": "steps_per_epoch",
    "show_accuracy": "metrics",
}  # fmt: skip


def suggest(word: str, choices: Iterable[str]) -> str:
    """A sentence that names the nearest right spelling, or an empty string.

    A word of Keras 1 or 2 is answered with today's.

    Example:
        >>> from jaxkeras.registry import suggest
        >>> suggest("rellu", ["relu", "tanh"])
        " Did you mean 'relu'?"
    """
    lowered = {choice.lower(): choice for choice in choices}
    if (today := _TODAY.get(word)) in lowered:
        return f" Did you mean {today!r}?"
    close = difflib.get_close_matches(str(word).lower(), lowered, n=1, cutoff=0.6)
    return f" Did you mean {lowered[close[0]]!r}?" if close else ""


def snake_case(name: str) -> str:
    """``"LayerNormalization"`` as ``"layer_normalization"``, ``"Conv2D"`` as ``"conv2d"``.

    Example:
        >>> from jaxkeras.registry import snake_case
        >>> snake_case("GlorotUniform"), snake_case("Conv2DTranspose"), snake_case("GRUCell")
        ('glorot_uniform', 'conv2d_transpose', 'gru_cell')
    """
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def unique_name(base: str) -> str:
    """The next free one of ``base``, ``base_1``, ``base_2``, ...

    Example:
        >>> from jaxkeras.registry import unique_name
        >>> unique_name("example"), unique_name("example")
        ('example', 'example_1')
    """
    count = _name_counts[base]
    _name_counts[base] += 1
    return f"{base}_{count}" if count else base


@contextlib.contextmanager
def names_kept() -> Iterator[None]:
    """Names that are given inside a ``with`` block are free again after it.

    Example:
        >>> from jaxkeras.registry import names_kept, unique_name
        >>> with names_kept():
        ...     first = unique_name("rehearsed")
        >>> first == unique_name("rehearsed")
        True
    """
    before = dict(_name_counts)
    try:
        yield
    finally:
        _name_counts.clear()
        _name_counts.update(before)


def clear_session() -> None:
    """Start the numbering of automatic names (``dense``, ``dense_1``, ...) anew.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.utils.clear_session()
        >>> jaxkeras.layers.Dense(2).name, jaxkeras.layers.Dense(2).name
        ('dense', 'dense_1')
    """
    _name_counts.clear()

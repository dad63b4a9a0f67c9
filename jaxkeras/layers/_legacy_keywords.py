"""Keras 1's words in calls of constructors: they are taken as today's, with a warning."""

import inspect
import warnings
from typing import Any

from jaxkeras.files.dialects.draft import Draft, Rewrite
from jaxkeras.files.dialects.keras1 import turn_words
from jaxkeras.registry import format_arguments, given_twice, warn_of_legacy_keywords
from jaxkeras.registry.configurable import constructor_parameters

__all__ = ["in_todays_words"]

_Arguments = tuple[tuple[Any, ...], dict[str, Any]]
_WITHOUT_EFFECT = ("W_learning_rate_multiplier", "b_learning_rate_multiplier", "consume_less")
_INSTEAD_OF_DROPOUT = "To leave words out while training, let SpatialDropout1D follow the layer."
_RANKS = {"2D": 2, "3D": 3}


def in_todays_words(
    cls: type, args: tuple[Any, ...], kwargs: dict[str, Any], is_told: bool = False
) -> _Arguments:
    """The arguments of a layer's constructor, without words that only Keras 1 had.

    Args:
        cls: a layer.
        args: what it is called with.
        kwargs: likewise.
        is_told: whether a warning tells what was translated, and what looks as if it had to be.

    Returns:
        Other arguments, which may still be wrong.

    Raises:
        TypeError: one thing is given by both of its names.

    Example:
        >>> from jaxkeras import layers
        >>> from jaxkeras.layers._legacy_keywords import in_todays_words
        >>> in_todays_words(layers.Conv2D, (8, 3, 5), {"border_mode": "same"})
        ((8, (3, 5)), {'padding': 'same'})
    """
    known, is_open = constructor_parameters(cls)
    if is_open:
        return args, kwargs
    old = {name: value for name, value in kwargs.items() if name not in known}
    kept = {name: value for name, value in kwargs.items() if name in known}
    new, rewrites = _translated(cls, old) if old else (old, [])
    sizes = _sizes(cls, args)
    if new.keys() == old.keys() and len(sizes) < 3:  # a fourth number would be no padding
        is_square = len(set(sizes)) == 1 and min(sizes) > 1
        if is_told and is_square and not cls.__name__.endswith("Transpose"):
            warnings.warn(_of_strides(cls, args), stacklevel=6)
        return args, kwargs
    for rewrite in rewrites:
        for name in rewrite.new.keys() & kept.keys():
            raise given_twice(cls.__name__, rewrite.field, name)
    places = (args[0], sizes) if sizes else args
    if is_told and new.keys() <= known.keys():
        before, after = (args, places) if sizes else ((), ())
        advice = _INSTEAD_OF_DROPOUT if "dropout" in old.keys() - new.keys() else ""
        warn_of_legacy_keywords(
            cls.__name__,
            format_arguments(before, old),
            format_arguments(after, new),
            advice,
            stacklevel=7,
        )
    return places, kept | new


def _translated(cls: type, old: dict[str, Any]) -> tuple[dict[str, Any], list[Rewrite]]:
    """Keywords in today's words as far as they are Keras 1's, and what was turned for that."""
    own = next(base.__name__ for base in cls.__mro__ if base.__module__.startswith("jaxkeras."))
    draft = Draft({"class_name": own, "config": old}, rewrites := [])
    draft.drop(*_WITHOUT_EFFECT)
    if own.endswith("Transpose"):
        draft.drop("output_shape")
    if own == "Embedding":
        draft.drop("dropout")
    turn_words(draft)
    return draft.config, rewrites


def _sizes(cls: type, args: tuple[Any, ...]) -> tuple[int, ...]:
    """Rows, columns and so on of a kernel, which Keras 1 took one by one; nothing otherwise."""
    rank = _RANKS.get(cls.__name__.removesuffix("Transpose")[-2:])
    sizes = args[1:]
    if len(sizes) != rank or not all(type(size) is int for size in sizes):
        return ()
    names = list(inspect.signature(cls.__init__).parameters)
    return sizes if names[1:3] == ["filters", "kernel_size"] else ()


def _of_strides(cls: type, args: tuple[Any, ...]) -> str:
    filters, size, strides = args
    name = cls.__name__
    return (
        f"{name}({filters}, {size}, {strides}) moves its kernel {strides} places at a time, as in "
        f"Keras 3. In Keras 1 and 2 it meant a kernel of {size} by {strides}: for that write "
        f"{name}({filters}, ({size}, {strides})). If strides are meant, name them: "
        f"{name}({filters}, {size}, strides={strides})."
    )

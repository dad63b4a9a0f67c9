"""Which generation of Keras wrote a configuration."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jaxkeras.files.dialects.keras1 import WORDS

__all__ = ["generation_of", "layout_of"]

_TODAY = {"batch_shape", "build_input_shape", "DTypePolicy", "__keras_tensor__"}


def generation_of(stored: Mapping[str, Any], keras_version: str | None = None) -> int:
    """0, 1, 2 or 3: the first number of the version that wrote a model, or what its words tell.

    `tf.keras` counts as Keras 2.

    Args:
        stored: configuration of a model.
        keras_version: the version, where the file tells it.

    Example:
        >>> from jaxkeras.files.dialects import generation_of
        >>> generation_of({"class_name": "Sequential", "config": []}, "2.2.4-tf")
        2
        >>> dense = {"class_name": "Dense", "config": {"output_dim": 2, "W_regularizer": None}}
        >>> generation_of({"class_name": "Sequential", "config": [dense]})
        1
    """
    if match := re.match(r"(\d+)\.", str(keras_version or stored.get("keras_version") or "")):
        return min(int(match[1]), 3)
    if "class_name" not in stored:
        return 0
    inside = list(_dictionaries(stored))
    words = {word for inner in inside for word in inner}
    if "module" in stored:
        return 2 if "batch_input_shape" in words else 3
    if not WORDS.isdisjoint(words) or any(map(_is_first_width, inside)):
        return 1
    if "batch_input_shape" in words:
        return 2
    kinds = {str(inner.get("class_name")) for inner in inside}
    return 2 if _TODAY.isdisjoint(words | kinds) else 3


def layout_of(stored: Mapping[str, Any]) -> str | None:
    """Where the images of a model of Keras 1 have their channels: ``"th"`` or ``"tf"``.

    Args:
        stored: configuration of a model.

    Returns:
        What the first layer says that says it; ``None`` if none does.

    Example:
        >>> from jaxkeras.files.dialects.versions import layout_of
        >>> layout_of({"config": [{"config": {}}, {"config": {"dim_ordering": "th"}}]})
        'th'
    """
    told = (inner["dim_ordering"] for inner in _dictionaries(stored) if "dim_ordering" in inner)
    return next(told, None)


def _is_first_width(config: Mapping[str, Any]) -> bool:
    """Whether it has the word of Keras 1 for ``units``, which embeddings have to this day."""
    return "output_dim" in config and "embeddings_initializer" not in config


def _dictionaries(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _dictionaries(item)

"""In which module of Keras 3 a class of an older file is found."""

from collections.abc import Mapping
from typing import Any

__all__ = ["is_description", "located", "placed_everywhere"]

_KERAS = ("keras", "tf_keras", "tensorflow", "builtins")


def located(entry: Mapping[str, Any], module: str) -> dict[str, Any]:
    """A description that says where its class is found; ``package>name`` is the caller's own.

    Args:
        entry: ``{"class_name": ..., "config": ...}``.
        module: where Keras 3 has the class.

    Example:
        >>> from jaxkeras.files.dialects.places import located
        >>> located({"class_name": "Dense", "config": {}}, "keras.layers")["module"]
        'keras.layers'
    """
    name = entry["class_name"]
    stored = str(entry.get("module") or "")
    is_operation = stored.startswith("keras.src.ops.")
    own = entry.get("registered_name") or (name if ">" in name else None)
    if not stored or (stored.split(".")[0] in _KERAS and not is_operation):
        stored = module
    return {**entry, "module": stored, "registered_name": own}


def placed_everywhere(value: Any, module: str) -> Any:
    """The same structure, its objects told to lie in this module.

    Example:
        >>> from jaxkeras.files.dialects.places import placed_everywhere
        >>> placed_everywhere([None, "mse"], "keras.losses")
        [None, 'mse']
    """
    match value:
        case list():
            return [placed_everywhere(item, module) for item in value]
        case dict() if is_description(value):
            return located(value, module)
        case dict():
            return {key: placed_everywhere(item, module) for key, item in value.items()}
    return value


def is_description(entry: Any) -> bool:
    """Whether it describes an object of a class.

    Example:
        >>> from jaxkeras.files.dialects.places import is_description
        >>> is_description({"class_name": "Dense", "config": {}}), is_description("dense")
        (True, False)
    """
    return isinstance(entry, Mapping) and isinstance(entry.get("config"), Mapping)

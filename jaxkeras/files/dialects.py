"""Configurations in the format of today's Keras 3, from those that older files hold, and back.

Pure functions between plain dictionaries; whatever a file may say differently than today is turned
here, and nowhere else.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["compiled_as", "model_from_today", "model_to_today", "training_config"]

# Entries of a configuration whose objects are layers, although they do not say so.
_LAYERS = ("layer", "layers", "cell", "cells", "backward_layer")
_MODELS = ("Functional", "Model", "Sequential")


def model_to_today(model_config: Mapping[str, Any]) -> dict[str, Any]:
    """A ``model_config`` as today's configuration of a model, not compiled.

    The older format does not say in which module a class is to be found.

    Args:
        model_config: ``{"class_name": ..., "config": ...}``.

    Example:
        >>> from jaxkeras.files.dialects import model_to_today
        >>> old = {"class_name": "Sequential", "config": {"layers": [
        ...     {"class_name": "Dense", "config": {"units": 1}}]}}
        >>> model_to_today(old)["config"]["layers"][0]["module"]
        'keras.layers'
    """
    return _located(_with_layers(model_config), "keras")


def model_from_today(config: Mapping[str, Any]) -> dict[str, Any]:
    """The ``model_config`` of a model; how it is compiled stands elsewhere."""
    return {name: config[name] for name in ("class_name", "config")}


def compiled_as(training_config: Mapping[str, Any]) -> dict[str, Any]:
    """A ``training_config`` as today's ``compile_config``.

    Example:
        >>> from jaxkeras.files.dialects import compiled_as
        >>> old = {"optimizer_config": {"class_name": "SGD", "config": {}}, "loss": "mse"}
        >>> compiled_as(old)["optimizer"]["module"], compiled_as(old)["loss"]
        ('keras.optimizers', 'mse')
    """
    optimizer = training_config.get("optimizer_config")
    modules = {"loss": "keras.losses", "metrics": "keras.metrics"}
    modules["weighted_metrics"] = modules["metrics"]
    return {
        "optimizer": _everywhere(optimizer, "keras.optimizers"),
        "loss_weights": training_config.get("loss_weights"),
        **{key: _everywhere(training_config.get(key), place) for key, place in modules.items()},
    }


def training_config(compile_config: Mapping[str, Any]) -> dict[str, Any]:
    """A ``compile_config`` as the ``training_config`` of the older format.

    Example:
        >>> from jaxkeras.files.dialects import training_config
        >>> today = {"optimizer": {"class_name": "SGD", "config": {}}, "loss": "mse"}
        >>> training_config(today)
        {'loss': 'mse', 'optimizer_config': {'class_name': 'SGD', 'config': {}}}
    """
    others = {name: value for name, value in compile_config.items() if name != "optimizer"}
    optimizer = compile_config["optimizer"]
    return {**others, "optimizer_config": {key: optimizer[key] for key in ("class_name", "config")}}


def _with_layers(config: Mapping[str, Any]) -> dict[str, Any]:
    """The same description, its layers told as such at any depth."""
    inside = dict(config["config"])
    for key in _LAYERS:
        match inside.get(key):
            case list() as entries:
                inside[key] = [_layer(entry) for entry in entries]
            case dict() as entry:
                inside[key] = _layer(entry)
    return {**config, "config": inside}


def _layer(entry: Any) -> Any:
    if not _is_description(entry):
        return entry
    is_model = entry["class_name"] in _MODELS
    return _located(_with_layers(entry), "keras" if is_model else "keras.layers")


def _everywhere(value: Any, module: str) -> Any:
    """The same structure, its objects told to lie in this module."""
    match value:
        case list():
            return [_everywhere(item, module) for item in value]
        case dict() if _is_description(value):
            return _located(value, module)
        case dict():
            return {key: _everywhere(item, module) for key, item in value.items()}
    return value


def _located(entry: Mapping[str, Any], module: str) -> dict[str, Any]:
    """A description that says where its class is found; ``package>name`` is the caller's own."""
    name = entry["class_name"]
    own = name if ">" in name else None
    return {"module": module, "registered_name": own, **entry}


def _is_description(entry: Any) -> bool:
    return isinstance(entry, Mapping) and isinstance(entry.get("config"), Mapping)

"""Models from text: the architecture alone, as JSON or YAML."""

import json
import math
from collections.abc import Mapping
from typing import Any

from jaxkeras.models.following import following
from jaxkeras.models.loading import made_from
from jaxkeras.models.model import Model

__all__ = ["model_from_json", "model_from_yaml"]

_MOST_VALUES = 10_000_000  # in a model from YAML, whose parts may stand for others


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Model:
    """A model of new layers, as `Model.to_json` describes it, here or in any generation of Keras.

    Args:
        json_string: the text.
        custom_objects: the caller's own classes and functions by name; also functions of `Lambda`
            layers by the names of these.

    Raises:
        ConfigurationError: a class is unknown, or the text describes something else than a model.

    Example:
        >>> import jaxkeras
        >>> model = jaxkeras.Sequential([jaxkeras.Input((4,)), jaxkeras.layers.Dense(3)])
        >>> jaxkeras.models.model_from_json(model.to_json()).count_params()
        15
    """
    with following("model_from_json"):
        stored = json.loads(json_string)
    return made_from(stored, "model_from_json", custom_objects)


def model_from_yaml(yaml_string: str, custom_objects: Mapping[str, Any] | None = None) -> Model:
    """A model of new layers from the YAML that Keras 0, 1 and 2 wrote.

    Only plain data is read: a text that asks for objects of Python is refused.

    Args:
        yaml_string: the text.
        custom_objects: the caller's own classes and functions by name.

    Raises:
        ConfigurationError: a class is unknown, or the text is no plain data.

    Source:
        ``keras.models.model_from_yaml`` of Keras 2

    Example:
        >>> import jaxkeras
        >>> text = '''
        ... class_name: Sequential
        ... config:
        ... - class_name: Dense
        ...   config: {output_dim: 3, batch_input_shape: !!python/tuple [null, 4]}
        ... '''
        >>> jaxkeras.models.model_from_yaml(text).count_params()
        15
    """
    import yaml

    class Loader(yaml.SafeLoader):
        """Plain data, and the tuples that Keras wrote."""

    Loader.add_constructor("tag:yaml.org,2002:python/tuple", Loader.construct_sequence)
    Loader.add_constructor("tag:yaml.org,2002:python/unicode", Loader.construct_scalar)
    with following("model_from_yaml"):
        try:
            stored = yaml.load(yaml_string, Loader)
        except yaml.YAMLError as error:
            raise ValueError(f"model_from_yaml reads plain data only: {error}") from error
        if _count(stored, {}) > _MOST_VALUES:
            raise ValueError(
                "model_from_yaml: the text repeats parts of itself more often than a model does."
            )
    return made_from(stored, "model_from_yaml", custom_objects)


def _count(value: Any, counts: dict[int, float]) -> float:
    """How many values there are inside; without an end where a part is inside of itself."""
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) not in counts:
        counts[id(value)] = math.inf
        items = value.values() if isinstance(value, dict) else value
        counts[id(value)] = 1 + sum(_count(item, counts) for item in items)
    return counts[id(value)]

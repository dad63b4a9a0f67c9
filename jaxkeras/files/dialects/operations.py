"""Functions of TensorFlow that a model of `tf.keras` calls, as operations of Keras 3."""

import itertools
from collections.abc import Mapping
from typing import Any

from jaxkeras.files.dialects.nodes import node_as_call
from jaxkeras.files.tensorflow_functions import DEFAULTS, FUNCTIONS

__all__ = ["turn_operation"]

# Operations that take a list of tensors, however many there are.
_TAKE_LISTS = ("Concatenate", "Stack")
_WRAPPERS = ("SlicingOpLambda", "TFOpLambda")


def turn_operation(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The call of a function of TensorFlow as that of an operation; a layer stays as it is.

    Args:
        entry: of a functional model, with its calls in the words of Keras 3.

    Raises:
        ValueError: the function has no counterpart here; the message tells what to do.

    Example:
        >>> from jaxkeras.files.dialects.operations import turn_operation
        >>> tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}
        >>> entry = {"class_name": "TFOpLambda", "name": "tf.math.add",
        ...          "config": {"name": "tf.math.add", "function": "math.add"},
        ...          "inbound_nodes": [{"args": [tensor], "kwargs": {"y": 1.0}}]}
        >>> today = turn_operation(entry)
        >>> today["class_name"], today["inbound_nodes"][0]["kwargs"]
        ('Add', {'x2': 1.0})
    """
    if entry["class_name"] == "TensorFlowOpLayer":
        entry = node_as_call(entry)
    if entry["class_name"] not in _WRAPPERS:
        return dict(entry)
    function = entry["config"]["function"].removeprefix("compat.v1.")
    name = entry.get("name") or entry["config"]["name"]
    if function == "identity":
        config = {"module": "keras.layers", "class_name": "Identity", "config": {"name": name}}
        return {**entry, **config, "registered_name": None}
    if function not in FUNCTIONS:
        raise ValueError(
            f"The model calls the function tf.{function} of TensorFlow ({name!r}), for which there "
            "is none here. Make the model anew with operations of jaxkeras.ops and load its "
            "weights, or save it without that call."
        )
    room, class_name, renamed = FUNCTIONS[function]
    nodes = [_call(node, class_name, renamed) for node in entry["inbound_nodes"]]
    return {
        "module": f"keras.src.ops.{room}",
        "class_name": class_name,
        "config": {"name": name, **DEFAULTS.get(class_name, {})},
        "name": name,
        "inbound_nodes": nodes,
        "registered_name": class_name,
    }


def _call(node: Mapping[str, Any], class_name: str, renamed: Mapping[str, str]) -> dict[str, Any]:
    args = list(node["args"])
    if class_name in _TAKE_LISTS and not isinstance(args[0], list):
        args = [[args[0]]]
    kwargs = {
        renamed.get(key, key): _slices(value) if key == "slice_spec" else value
        for key, value in node["kwargs"].items()
        if key != "name" and (key in renamed or value not in (None, False))
    }
    if isinstance(mode := kwargs.get("mode"), str):
        kwargs["mode"] = mode.lower()
    if isinstance(sizes := kwargs.get("indices_or_sections"), list):
        kwargs["indices_or_sections"] = list(itertools.accumulate(sizes[:-1]))
    if "key" in kwargs:
        args.append(kwargs.pop("key"))
    return {"args": args, "kwargs": kwargs}


def _slices(spec: Any) -> Any:
    """An index, in which `tf.keras` writes slices and tuples as dictionaries."""
    if isinstance(spec, Mapping) and spec.get("class_name") == "__tuple__":
        spec = spec["items"]
    if isinstance(spec, list):
        return [_slices(item) for item in spec]
    if isinstance(spec, Mapping) and spec.keys() <= {"start", "stop", "step"}:
        config = {part: spec.get(part) for part in ("start", "stop", "step")}
        return {"class_name": "__slice__", "config": config}
    return spec

"""Stacks of Keras 1 that begin with several branches, as functional models of Keras 1."""

from collections.abc import Mapping
from typing import Any

from jaxkeras.files.dialects.draft import Rewrite

__all__ = ["branches_joined", "has_branches"]


def has_branches(entry: Mapping[str, Any]) -> bool:
    """Whether a model is a stack that begins with a ``Merge`` of several models.

    Args:
        entry: of Keras 1.

    Example:
        >>> from jaxkeras.files.dialects.branches import has_branches
        >>> has_branches({"class_name": "Sequential", "config": []})
        False
    """
    first = next(iter(_stacked(entry)), None) if entry["class_name"] == "Sequential" else None
    return first is not None and first["class_name"] == "Merge" and "layers" in first["config"]


def branches_joined(entry: Mapping[str, Any], rewrites: list[Rewrite]) -> dict[str, Any]:
    """A stack whose first entry merges several models, as a model with several inputs.

    The layers of all branches lie side by side in the model, as their weights do in the file.

    Args:
        entry: a ``Sequential`` of Keras 1.
        rewrites: takes what is turned.

    Example:
        >>> from jaxkeras.files.dialects.branches import branches_joined
        >>> def branch(name):
        ...     dense = {"class_name": "Dense", "config": {
        ...         "name": name, "batch_input_shape": [None, 2]}}
        ...     return {"class_name": "Sequential", "config": [dense]}
        >>> merge = {"class_name": "Merge", "config": {
        ...     "name": "merge_1", "mode": "sum", "layers": [branch("a"), branch("b")]}}
        >>> model = branches_joined({"class_name": "Sequential", "config": [merge]}, [])
        >>> [layer["name"] for layer in model["config"]["layers"]]
        ['input_1', 'a', 'input_2', 'b', 'merge_1']
    """
    name = str(entry.get("name") or "model_1")
    joined = _Joined()
    end = joined.end_of(entry)
    rewrites.append(Rewrite(name, "class_name", "Sequential", {"class_name": "Functional"}))
    config = {
        "name": name,
        "layers": joined.layers,
        "input_layers": joined.inputs,
        "output_layers": [end],
    }
    return {"class_name": "Model", "config": config}


_Reference = list[Any]  # name, number of the call, number of the output


class _Joined:
    """The layers of the new model, and which of them are inputs."""

    def __init__(self):
        self.layers: list[dict[str, Any]] = []
        self.inputs: list[_Reference] = []

    def end_of(self, stack: Mapping[str, Any]) -> _Reference:
        first, *rest = _stacked(stack)
        if first["class_name"] == "Merge":
            config = {key: value for key, value in first["config"].items() if key != "layers"}
            sources = [self.end_of(branch) for branch in first["config"]["layers"]]
            end = self.called({**first, "config": config}, sources)
        elif first["class_name"] == "InputLayer":
            end = self.called(first, [])
            self.inputs.append(end)
        else:
            end = self.called(first, [self.input_of(first)])
        for layer in rest:
            end = self.called(layer, [end])
        return end

    def input_of(self, layer: Mapping[str, Any]) -> _Reference:
        """A new input for a layer, of the shape that it tells."""
        config = _first(layer)["config"]
        shape = config.get("batch_input_shape") or [None, *config["input_shape"]]
        about = {"name": f"input_{len(self.inputs) + 1}", "batch_input_shape": shape}
        self.inputs.append(self.called({"class_name": "InputLayer", "config": about}, []))
        return self.inputs[-1]

    def called(self, layer: Mapping[str, Any], sources: list[_Reference]) -> _Reference:
        config = layer["config"]
        if isinstance(config, list):  # a stack, of which Keras 1 did not note the name
            config = {"name": f"stack_{len(self.layers)}", "layers": config}
        name = config.get("name") or layer.get("name")
        nodes = [sources] if sources else []
        self.layers.append({**layer, "config": config, "name": name, "inbound_nodes": nodes})
        return [name, 0, 0]


def _stacked(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The layers of a stack; another model or layer counts as a stack of one."""
    if entry["class_name"] != "Sequential":
        return [entry]
    config = entry["config"]
    return list(config if isinstance(config, list) else config["layers"])


def _first(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The layer that knows the shape of a model's input."""
    if entry["class_name"] == "Sequential":
        return _first(_stacked(entry)[0])
    if entry["class_name"] == "Model":
        name = entry["config"]["input_layers"][0][0]
        return next(layer for layer in entry["config"]["layers"] if layer["name"] == name)
    return entry

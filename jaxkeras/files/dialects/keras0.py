"""Keras 0.x: the class stands under ``name`` among the arguments, and ``Graph`` is a model.

Everything here becomes what Keras 1 would have written.
"""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["keras1_model", "keras1_training"]

# Layers inside a layer, by the field that has them.
_INSIDE = ("layer", "layers")
_SETTINGS = ("loss", "sample_weight_mode")


def keras1_model(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A model of Keras 0.x in the words of Keras 1.

    Layers of the same name, which Keras 0.x did not mind, are numbered.

    Args:
        stored: ``{"name": "Sequential", "layers": [...]}``, or a ``Graph``.

    Example:
        >>> from jaxkeras.files.dialects.keras0 import keras1_model
        >>> keras1_model({"name": "Sequential", "layers": [{"name": "Dense", "output_dim": 2}]})
        {'class_name': 'Sequential', 'config': [{'class_name': 'Dense',
          'config': {'output_dim': 2, 'name': 'dense_1'}}]}
    """
    return _Names().model(stored)


def keras1_training(stored: Mapping[str, Any]) -> dict[str, Any] | None:
    """How a model of Keras 0.x was compiled, as Keras 1 writes it; ``None`` if it was not.

    Example:
        >>> from jaxkeras.files.dialects.keras0 import keras1_training
        >>> keras1_training({"optimizer": {"name": "SGD", "lr": 0.1}, "loss": "mse"})
        {'optimizer_config': {'class_name': 'SGD', 'config': {'lr': 0.1}}, 'loss': 'mse'}
    """
    if "optimizer" not in stored:
        return None
    optimizer = dict(stored["optimizer"])
    described = {"class_name": optimizer.pop("name"), "config": optimizer}
    return {"optimizer_config": described, **{k: stored[k] for k in _SETTINGS if k in stored}}


class _Names:
    """Gives each layer a name of its own."""

    def __init__(self):
        self.taken: set[str] = set()

    def unique(self, base: str) -> str:
        name, number = base, 0
        while name in self.taken or not number:
            number += 1
            name = f"{base}_{number}"
        self.taken.add(name)
        return name

    def model(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        if stored["name"] == "Graph":
            return self.graph(stored)
        return {
            "class_name": stored["name"],
            "config": [self.layer(layer) for layer in stored["layers"]],
        }

    def layer(self, stored: Mapping[str, Any], name: str | None = None) -> dict[str, Any]:
        if stored["name"] in ("Sequential", "Graph"):
            return self.model(stored)
        config = {key: value for key, value in stored.items() if key not in ("name", "custom_name")}
        class_name = stored["name"]
        config["name"] = name or self.unique(stored.get("custom_name") or class_name.lower())
        for key in _INSIDE:
            match config.get(key):
                case list() as entries:
                    config[key] = [self.layer(entry) for entry in entries]
                case dict() as entry:
                    config[key] = self.layer(entry)
        return {"class_name": class_name, "config": config}

    def graph(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        layers = [_input(entry) for entry in stored["input_config"]]
        for node in stored["node_config"]:
            made = self.layer(stored["nodes"][node["name"]], node["name"])
            source = self._source(node, layers)
            layers.append({**made, "name": node["name"], "inbound_nodes": [[[source, 0, 0]]]})
        outputs = [self._source(output, layers) for output in stored["output_config"]]
        config = {
            "name": "graph",
            "layers": layers,
            "input_layers": [[entry["name"], 0, 0] for entry in stored["input_config"]],
            "output_layers": [[name, 0, 0] for name in outputs],
        }
        return {"class_name": "Model", "config": config}

    def _source(self, node: Mapping[str, Any], layers: list[dict[str, Any]]) -> str:
        """What a node takes; for several inputs a layer that merges them is added."""
        inputs: Sequence[str] = node.get("inputs") or ()
        if not inputs:
            return str(node["input"])
        name = self.unique(f"{node['name']}_merge")
        mode = {
            "mode": node.get("merge_mode", "concat"),
            "concat_axis": node.get("concat_axis", -1),
        }
        config = {"name": name, "dot_axes": node.get("dot_axes", -1), **mode}
        calls = [[[source, 0, 0] for source in inputs]]
        layers.append(
            {"class_name": "Merge", "config": config, "name": name, "inbound_nodes": calls}
        )
        return name


def _input(entry: Mapping[str, Any]) -> dict[str, Any]:
    shape = [None, *entry["input_shape"]]
    config = {"batch_input_shape": shape, "input_dtype": entry.get("dtype", "float32")}
    config["name"] = entry["name"]
    return {
        "class_name": "InputLayer",
        "config": config,
        "name": config["name"],
        "inbound_nodes": [],
    }

"""Models that ``multi_gpu_model`` of Keras 2 spread over several GPUs, as one model again.

Such a model cuts each batch into parts, calls the same layers for every part, and joins the
outputs. Which devices take part is no matter of the model today, see `jaxkeras.distribution`.
"""

from collections.abc import Mapping
from typing import Any

from jaxkeras.files.dialects.draft import Rewrite

__all__ = ["has_replicas", "replicas_joined"]


def has_replicas(config: Mapping[str, Any]) -> bool:
    """Whether a functional model cuts its batches into parts for several devices.

    Args:
        config: of a functional model of Keras 2.

    Example:
        >>> from jaxkeras.files.dialects.replicas import has_replicas
        >>> has_replicas({"layers": []})
        False
    """
    return any(map(_takes_a_part, config["layers"]))


def replicas_joined(config: Mapping[str, Any], rewrites: list[Rewrite]) -> dict[str, Any]:
    """The model without the parts: every layer takes the whole batch, once.

    Args:
        config: of a functional model of Keras 2.
        rewrites: takes what is turned.

    Example:
        >>> from jaxkeras.files.dialects.replicas import replicas_joined
        >>> layers = [
        ...     {"class_name": "InputLayer", "name": "x", "config": {}, "inbound_nodes": []},
        ...     *({"class_name": "Lambda", "name": f"part_{i}",
        ...        "config": {"arguments": {"i": i, "parts": 2}},
        ...        "inbound_nodes": [[["x", 0, 0, {}]]]} for i in range(2)),
        ...     {"class_name": "Dense", "name": "y", "config": {},
        ...      "inbound_nodes": [[["part_0", 0, 0, {}]], [["part_1", 0, 0, {}]]]},
        ...     {"class_name": "Concatenate", "name": "out", "config": {"axis": 0},
        ...      "inbound_nodes": [[["y", 0, 0, {}], ["y", 1, 0, {}]]]}]
        >>> rewrites = []
        >>> model = replicas_joined({"layers": layers}, rewrites)
        >>> [(layer["class_name"], layer["inbound_nodes"]) for layer in model["layers"]][1:]
        [('Dense', [[['x', 0, 0, {}]]]), ('Activation', [[['y', 0, 0, {}]]])]
        >>> print(*rewrites, sep="; ")
        part_0: parts=2 is left out; part_1: parts=2 is left out; out: axis=0 -> activation='linear'
    """
    parts = {layer["name"]: layer for layer in config["layers"] if _takes_a_part(layer)}
    for name, layer in parts.items():
        rewrites.append(Rewrite(name, "parts", layer["config"]["arguments"]["parts"], {}))
    whole = {name: layer["inbound_nodes"][0][0] for name, layer in parts.items()}
    first: dict[str, int] = {}  # of the layers that were called for each part: their first call
    layers = []
    for layer in config["layers"]:
        if layer["name"] in parts:
            continue
        nodes = [
            [_taken(reference, whole, first) for reference in node]
            for node in layer["inbound_nodes"]
        ]
        if len(nodes) > 1 and all(node == nodes[0] for node in nodes):
            nodes = nodes[:1]
            first[layer["name"]] = _first_call(layer["name"], config)
        layers.append(_joined({**layer, "inbound_nodes": nodes}, first, rewrites))
    return {**config, "layers": layers}


def _takes_a_part(layer: Mapping[str, Any]) -> bool:
    """Whether it is the function that gives a device its part of the batch."""
    arguments = layer["config"].get("arguments") if layer["class_name"] == "Lambda" else None
    return isinstance(arguments, Mapping) and arguments.keys() == {"i", "parts"}


def _taken(reference: Any, whole: Mapping[str, Any], first: Mapping[str, int]) -> Any:
    """What a call takes: the whole in place of a part, the only call in place of one of many."""
    name, number, *rest = whole.get(reference[0], reference)
    return [name, first.get(name, number), *rest]


def _first_call(name: str, config: Mapping[str, Any]) -> int:
    """The number of a layer's first call; Keras 2 counts the making of a model as one."""
    calls = [call for layer in config["layers"] for node in layer["inbound_nodes"] for call in node]
    return min((number for called, number, *_ in calls if called == name), default=0)


def _joined(
    layer: dict[str, Any], first: Mapping[str, int], rewrites: list[Rewrite]
) -> dict[str, Any]:
    """The layer; if it joins the parts, one of its name that passes the whole on."""
    sources = layer["inbound_nodes"][0] if layer["inbound_nodes"] else []
    is_join = layer["class_name"] == "Concatenate" and layer["config"].get("axis") == 0
    if not is_join or sources[0][0] not in first:
        return layer
    new = {"activation": "linear"}
    rewrites.append(Rewrite(layer["name"], "axis", 0, new))
    config = {key: value for key, value in layer["config"].items() if key != "axis"} | new
    entry = {"class_name": "Activation", "config": config, "inbound_nodes": [sources[:1]]}
    return {**layer, **entry}

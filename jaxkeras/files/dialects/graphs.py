"""The calls that a functional model of Keras 1 or 2 lists, in the words of Keras 3."""

from collections.abc import Iterable, Mapping
from typing import Any

from jaxkeras.files.dialects.operations import turn_operation

__all__ = ["call_to_today", "graph_to_today"]

_CONSTANT = "_CONSTANT_VALUE"
_RECURRENT = (
    "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "LSTM", "RNN", "SimpleRNN",
)  # fmt: skip
_MODELS = ("Functional", "Sequential")


def graph_to_today(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of a functional model, its calls in the words of Keras 3.

    Args:
        config: with ``layers``, each turned already but for its ``inbound_nodes``.

    Raises:
        ValueError: the model calls a function of TensorFlow that has no counterpart here.

    Example:
        >>> from jaxkeras.files.dialects.graphs import graph_to_today
        >>> layers = [{"class_name": "InputLayer", "config": {"name": "x"}, "inbound_nodes": []},
        ...           {"class_name": "Dense", "config": {"name": "y"},
        ...            "inbound_nodes": [[["x", 0, 0, {}]]]}]
        >>> today = graph_to_today({"layers": layers, "input_layers": [["x", 0, 0]],
        ...                         "output_layers": [["y", 0, 0]]})
        >>> today["output_layers"], today["layers"][1]["inbound_nodes"][0]["kwargs"]
        (['y', 0, 0], {})
    """
    entries = list(config["layers"])
    references = _References(entries, config)
    layers = [{**entry, "inbound_nodes": _calls(entry, references)} for entry in entries]
    return {
        **config,
        "layers": [turn_operation(layer) for layer in layers],
        "input_layers": references.ends(config["input_layers"]),
        "output_layers": references.ends(config["output_layers"]),
    }


def call_to_today(call: Any, class_name: str = "", names: Iterable[str] = ()) -> dict[str, Any]:
    """One call of a layer, listed as Keras 2 lists it.

    Args:
        call: ``[[name, number of the call, number of the output, keywords], ...]``.
        class_name: class of the layer that is called.
        names: those of the layers of the model, by which tensors among keywords are known.

    Raises:
        ValueError: the call refers to a layer that is none of these.

    Example:
        >>> from jaxkeras.files.dialects.graphs import call_to_today
        >>> call = call_to_today([["x", 0, 0, {"axis": 1}]], names=["x"])
        >>> call["args"][0]["config"], call["kwargs"]
        ({'keras_history': ['x', 0, 0]}, {'axis': 1})
    """
    entries = [{"config": {"name": name}} for name in names]
    return _References(entries, {}).call(call, class_name)


def _calls(entry: Mapping[str, Any], references: "_References") -> list[dict[str, Any]]:
    nodes = entry.get("inbound_nodes") or []
    if isinstance(nodes, Mapping):
        nodes = [nodes]
    return [
        dict(node) if _is_call(node) else references.call(node, entry["class_name"])
        for node in nodes
    ]


def _is_call(node: Any) -> bool:
    return isinstance(node, Mapping) and node.keys() == {"args", "kwargs"}


class _References:
    """What ``[name, number of the call, number of the output]`` refers to.

    Keras 2 counts the making of a model as its first call; today that is so for outputs alone.
    """

    def __init__(self, entries: Iterable[Mapping[str, Any]], config: Mapping[str, Any]):
        self.classes = {_name(entry): entry.get("class_name", "") for entry in entries}
        numbers: dict[str, list[int]] = {}
        for entry in entries:
            self._count(entry.get("inbound_nodes"), numbers)
        self._count(config.get("output_layers"), numbers)
        self.made_first = {
            name
            for name, used in numbers.items()
            if self.classes[name] in _MODELS and min(used) > 0
        }

    def _count(self, value: Any, numbers: dict[str, list[int]]) -> None:
        if self.is_one(value):
            if value[0] in self.classes:
                numbers.setdefault(value[0], []).append(value[1])
            value = value[3:]
        if isinstance(value, Mapping):
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                self._count(item, numbers)

    def is_one(self, value: Any) -> bool:
        """Whether it is a reference, with or without keywords."""
        return (
            isinstance(value, (list, tuple))
            and len(value) in (3, 4)
            and isinstance(value[0], str)
            and (value[0] in self.classes or (value[0] == _CONSTANT and len(value) == 4))
            and isinstance(value[1], int)
        )

    def tensor(self, value: Any) -> Any:
        name, number, place = value[:3]
        if name == _CONSTANT:
            return place
        history = [name, number - (name in self.made_first), place]
        return {"class_name": "__keras_tensor__", "config": {"keras_history": history}}

    def keywords(self, value: Any) -> Any:
        """Keywords, in which lists that refer to tensors stand for these."""
        if self.is_one(value):
            return self.tensor(value)
        if isinstance(value, Mapping):
            return {key: self.keywords(item) for key, item in value.items()}
        return [self.keywords(item) for item in value] if isinstance(value, list) else value

    def call(self, node: Any, class_name: str) -> dict[str, Any]:
        given: dict[str, Any] = {}

        def argument(value: Any) -> Any:
            if self.is_one(value):
                given.update(value[3] if len(value) > 3 else {})
                return self.tensor(value)
            if isinstance(value, Mapping):
                return {key: argument(item) for key, item in value.items()}
            if isinstance(value, list) and not (value and isinstance(value[0], str)):
                return [argument(item) for item in value]
            raise ValueError(
                f"The model's configuration calls for {value!r}, which is no output of a layer "
                f"that it has: {', '.join(map(repr, sorted(self.classes)))}."
            )

        first = argument(node)
        if isinstance(first, list) and len(first) == 1:
            first = first[0]
        kwargs = self.keywords(given)
        args = [first]
        if class_name in _RECURRENT and isinstance(first, list):
            args, kwargs = [first[0]], {**kwargs, "initial_state": first[1:]}
        kwargs = {key: value for key, value in kwargs.items() if value is not None}
        return {"args": args, "kwargs": kwargs}

    def ends(self, value: Any) -> Any:
        """Inputs or outputs; a list of one of them is that one."""
        if self.is_one(value):
            name, number, place = value[:3]
            number -= name in self.made_first
            return [name, number + (self.classes[name] == "Functional"), place]
        if isinstance(value, Mapping):
            return {key: self.ends(item) for key, item in value.items()}
        found = [self.ends(item) for item in value]
        return found[0] if len(found) == 1 else found


def _name(entry: Mapping[str, Any]) -> str:
    return entry.get("name") or entry["config"]["name"]

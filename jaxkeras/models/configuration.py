"""Functional models as plain data, in the format of Keras 3, and back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax

from jaxkeras.files.dialects.graphs import call_to_today
from jaxkeras.layers import Layer
from jaxkeras.layers import deserialize as deserialize_layer
from jaxkeras.models.graph import Graph
from jaxkeras.models.operations import operation_named, written_call
from jaxkeras.registry import deserialize, serialize
from jaxkeras.registry.serialization import described
from jaxkeras.symbolic import KerasTensor, Node, is_symbolic

__all__ = ["graph_config", "tensors_of"]

_TENSOR = "__keras_tensor__"


def graph_config(graph: Graph, layers: Sequence[Layer]) -> dict[str, Any]:
    """The layers, their calls, inputs and outputs of a functional model.

    Args:
        graph: the recorded calls.
        layers: stand-ins for ``graph.layers``, as the model has them.

    Raises:
        TypeError: a layer or function has no configuration.
    """
    places: dict[int, tuple[str, int]] = {}  # of calls: the layer's name, and the how many-th it is
    calls: dict[str, list[dict[str, Any]]] = {layer.name: [] for layer in layers}
    calls |= {name: [] for name in graph.names.values()}
    inputs = {id(tensor): tensor.name for tensor in graph.input_tensors}
    written = {}

    def history(tensor: KerasTensor) -> list[Any]:
        if id(tensor) in inputs:
            return [inputs[id(tensor)], 0, 0]
        assert tensor.node is not None
        outputs = jax.tree.leaves(tensor.node.outputs)
        return [
            *places[id(tensor.node)],
            next(place for place, output in enumerate(outputs) if output is tensor),
        ]

    def argument(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor):
            return leaf
        about = {"shape": leaf.shape, "dtype": leaf.dtype, "keras_history": history(leaf)}
        return {"class_name": _TENSOR, "config": about}

    for layer, node in graph.steps:
        name = graph.name_of(node) if layer is None else layers[layer].name
        args, kwargs = node.args, node.kwargs
        if layer is None:
            call = written_call(node)
            config = serialize({"name": name, **call.config})
            entry = described(call.module, call.class_name, config)
            written[name] = entry | {"registered_name": call.class_name}
            args, kwargs = call.args, call.kwargs
        args, kwargs = jax.tree.map(argument, (args, kwargs))
        places[id(node)] = name, len(calls[name])
        calls[name].append({"args": serialize(args), "kwargs": serialize(kwargs)})

    def end(tensor: KerasTensor) -> list[Any]:
        name, number, place = history(tensor)
        return [name, number + (name in nested), place]

    nested = {layer.name for layer in layers if _is_functional(layer)}
    own = dict(zip(map(id, graph.layers), layers, strict=True))
    entries = []
    for source in graph.sources:
        layer = own.get(id(source))
        name = graph.name_of(source) if isinstance(source, Node) else getattr(layer, "name", "")
        entry = written[name] if layer is None else serialize(layer)
        entries.append(entry | {"name": name, "inbound_nodes": calls[name]})
    return {
        "layers": entries,
        "input_layers": jax.tree.map(end, graph.inputs),
        "output_layers": jax.tree.map(end, graph.outputs),
    }


def _is_functional(layer: Any) -> bool:
    """Whether it is a model of symbolic tensors: Keras counts the making of it as a first call."""
    return getattr(layer, "_graph", None) is not None


def tensors_of(config: Mapping[str, Any]) -> tuple[Any, Any]:
    """Symbolic inputs and outputs of new layers, called as the configuration says.

    Args:
        config: what `graph_config` or Keras 3 wrote down.

    Raises:
        ValueError: a class is unknown, or a call refers to what there is not.
    """
    calls = _Calls()
    for entry in config["layers"]:
        calls.add(entry)
    calls.make_all()
    return calls.ends(config["input_layers"]), calls.ends(config["output_layers"])


class _NotYet(Exception):
    """A call needs the result of another that was not made yet."""


class _Calls:
    """Layers and functions by name, the calls of them still to make, and the results of others."""

    def __init__(self):
        self.operations: dict[str, Callable] = {}
        self.pending: dict[str, list[Any]] = {}
        self.results: dict[str, list[list[KerasTensor]]] = {}

    def add(self, entry: Mapping[str, Any]) -> None:
        module, config = entry.get("module"), entry.get("config") or {}
        name = entry.get("name") or config["name"]
        made = operation_named(module or "", entry["class_name"], config)
        if made is None:
            made = deserialize_layer(entry) if module is None else deserialize(entry)
        if not callable(made):
            raise ValueError(
                f"The model's configuration has {entry['class_name']!r} among its layers, which "
                "is none."
            )
        self.operations[name] = made
        self.pending[name] = list(entry.get("inbound_nodes") or ())
        self.results[name] = []
        if not self.pending[name] and isinstance(made, Layer):
            self.results[name].append([made.output])  # an input

    def make_all(self) -> None:
        while any(self.pending.values()):
            before = sum(map(len, self.pending.values()))
            for name, waiting in self.pending.items():
                try:
                    while waiting:
                        self._make(name, waiting[0])
                        waiting.pop(0)
                except _NotYet:
                    continue
            if sum(map(len, self.pending.values())) == before:
                names = [name for name, waiting in self.pending.items() if waiting]
                raise ValueError(
                    "The model's configuration cannot be followed: the calls of "
                    f"{', '.join(map(repr, names))} need tensors that nothing in it makes."
                )

    def _make(self, name: str, call: Any) -> None:
        class_name = type(self.operations[name]).__name__
        args, kwargs = self._arguments(call, class_name)
        if not is_symbolic((args, kwargs)):
            raise ValueError(f"The model's configuration calls {name!r} on no tensor of the model.")
        operation = self.operations[name]
        outputs = jax.tree.leaves(operation(*args, **kwargs))
        if not isinstance(operation, Layer):
            outputs[0].node.name = name
        self.results[name].append(outputs)

    def _arguments(self, call: Any, class_name: str) -> tuple[list[Any], dict[str, Any]]:
        if not isinstance(call, Mapping):
            call = call_to_today(call, class_name, self.operations)
        args = deserialize(self._with_tensors(call["args"]))
        kwargs = deserialize(self._with_tensors(call["kwargs"]))
        kwargs.pop("training", None)  # a matter of the moment, which Keras writes down all the same
        if kwargs.get("mask", ()) is None:
            del kwargs["mask"]
        return args, kwargs

    def _with_tensors(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [self._with_tensors(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        if value.get("class_name") == _TENSOR:
            return self._result(*value["config"]["keras_history"])
        return {key: self._with_tensors(item) for key, item in value.items()}

    def _result(self, name: str, number: int, place: int) -> KerasTensor:
        if name not in self.operations:
            raise ValueError(f"The model's configuration calls for a layer {name!r}, it has none.")
        made = self.results[name]
        if number >= len(made):
            raise _NotYet
        if number < 0 or not 0 <= place < len(made[number]):
            raise ValueError(
                f"The model's configuration asks for output {place} of call {number} of {name!r}, "
                "which there is not."
            )
        return made[number][place]

    def ends(self, references: Any) -> Any:
        """The tensors of ``input_layers`` or ``output_layers``, in the same structure."""
        if isinstance(references, Mapping):
            return {key: self.ends(item) for key, item in references.items()}
        if len(references) == 3 and isinstance(references[0], str):
            name, number, place = references
            return self._result(name, number - _is_functional(self.operations.get(name)), place)
        return [self.ends(item) for item in references]

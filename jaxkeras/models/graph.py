"""The graph between symbolic inputs and outputs, as a list of calls that can be replayed."""

import copy
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxkeras.layers import InputLayer, Layer
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.models.calls import Call
from jaxkeras.models.operations import call_name
from jaxkeras.models.order import calls_between, sources_by_depth
from jaxkeras.symbolic import KerasTensor, Node

__all__ = ["Aside", "Graph", "Step"]


class Step(NamedTuple):
    """One call of the graph.

    Attributes:
        layer: position of the layer in the model's list, or ``None`` for a plain function.
        node: the recorded call.
    """

    layer: int | None
    node: Node


class Aside(NamedTuple):
    """What a model tells of a tensor of its graph, beside its outputs.

    Attributes:
        tensor: the symbolic tensor.
        metric: the name under which its mean is reported; ``None`` for a loss.
    """

    tensor: KerasTensor
    metric: str | None = None


class Graph:
    """The calls that lead from inputs to outputs, in an order in which they can be made.

    It refers to layers by position, so that a copy of the model, whose arrays may be traced, can
    run it with its own layers.

    Args:
        inputs: a structure of symbolic tensors.
        outputs: a structure of symbolic tensors that follow from them.

    Raises:
        ValueError: an output needs a tensor that does not follow from the inputs.
    """

    def __init__(self, inputs: Any, outputs: Any):
        self.inputs = inputs
        self.outputs = outputs
        self.input_tensors: list[KerasTensor] = _tensors(inputs, "inputs")
        self.output_tensors: list[KerasTensor] = _tensors(outputs, "outputs")
        ends = self.input_tensors, self.output_tensors
        self.input_layers = [_input_layer(tensor) for tensor in self.input_tensors]
        starts = dict(zip(map(id, self.input_tensors), self.input_layers, strict=True))
        self.sources = [starts.get(id(source), source) for source in sources_by_depth(*ends)]
        self.layers: list[Layer] = [one for one in self.sources if isinstance(one, Layer)]
        positions = {id(layer): position for position, layer in enumerate(self.layers)}
        nodes = [call for call in calls_between(*ends) if isinstance(call, Node)]
        self.steps = [Step(positions.get(id(node.operation)), node) for node in nodes]
        self.names = _function_names(self.layers, nodes)
        self.asides: tuple[Aside, ...] = ()
        self.bare = self  # without asides

    def beside(self, aside: Aside) -> "Graph":
        """The same graph with one more aside, and the calls and layers that lead to it at the end.

        Raises:
            ValueError: it needs a tensor that does not follow from the inputs.
        """
        twin = copy.copy(self)
        twin.asides = (*self.asides, aside)
        ends = [*self.output_tensors, *(aside.tensor for aside in twin.asides)]
        nodes = [one for one in calls_between(self.input_tensors, ends) if isinstance(one, Node)]
        made = {id(step.node) for step in self.steps}
        more = [node for node in nodes if id(node) not in made]
        layers = {id(node.operation): node.operation for node in more}
        known = {id(layer) for layer in self.layers}
        new = [one for key, one in layers.items() if isinstance(one, Layer) and key not in known]
        twin.layers = [*self.layers, *new]
        positions = {id(layer): position for position, layer in enumerate(twin.layers)}
        twin.steps = [*self.steps, *(Step(positions.get(id(n.operation)), n) for n in more)]
        return twin

    def __deepcopy__(self, memo: Any) -> "Graph":
        return self  # holds no arrays, and is never changed

    def run(self, layers: Sequence[Layer], data: Any, label: str) -> tuple[Any, list[Any]]:
        """Make all calls.

        Args:
            layers: stand-ins for ``self.layers``.
            data: arrays in the structure of the inputs, or a dictionary by their names.
            label: the model, for messages.

        Returns:
            The outputs, and the values of the asides.
        """
        count = len(self.input_tensors)
        arrays = [
            _fitted(array, tensor, label, count)
            for tensor, array in zip(self.input_tensors, self._arranged(data, label), strict=True)
        ]
        return self.replay(layers, arrays, lambda call, *args, **kwargs: call(*args, **kwargs))

    def replay(
        self, layers: Sequence[Layer], inputs: Sequence[Any], apply: Callable[..., Any]
    ) -> tuple[Any, list[Any]]:
        """Make all calls, in one's own way.

        Args:
            layers: stand-ins for ``self.layers``.
            inputs: what stands for the inputs, in the order of ``input_tensors``.
            apply: takes a layer or function, and what to call it with.

        Returns:
            The outputs, and the values of the asides.
        """
        values = dict(zip(map(id, self.input_tensors), inputs, strict=True))

        def value(leaf: Any) -> Any:
            return values[id(leaf)] if isinstance(leaf, KerasTensor) else leaf

        for step in self.steps:
            call = step.node.operation if step.layer is None else layers[step.layer]
            args, kwargs = jax.tree.map(value, (step.node.args, step.node.kwargs))
            results = jax.tree.leaves(apply(call, *args, **kwargs))
            for tensor, result in zip(jax.tree.leaves(step.node.outputs), results, strict=True):
                values[id(tensor)] = result
        return jax.tree.map(value, self.outputs), [value(aside.tensor) for aside in self.asides]

    def _arranged(self, data: Any, label: str) -> list[Any]:
        """The arrays in the order of the inputs."""
        if isinstance(data, Mapping) and not isinstance(self.inputs, Mapping):
            missing = [tensor.name for tensor in self.input_tensors if tensor.name not in data]
            if missing:
                raise ValueError(
                    f"{label} has an input {missing[0]!r}, which the data lacks. Its keys: "
                    f"{', '.join(map(repr, data))}."
                )
            return [data[tensor.name] for tensor in self.input_tensors]
        arrays = jax.tree.leaves(data)
        if len(arrays) != len(self.input_tensors):
            names = ", ".join(repr(tensor.name) for tensor in self.input_tensors)
            raise ValueError(
                f"{label} has {len(self.input_tensors)} inputs ({names}), got {len(arrays)} arrays."
            )
        return arrays

    def fed(self, layers: Sequence[Layer], data: Any, label: str) -> Iterator[tuple[Layer, Any]]:
        """The layers that are called on inputs alone, each with its data; see `run`."""
        arrays = self._arranged(data, label)
        for position, numbers in self._first_calls:
            yield layers[position], jax.tree.map(arrays.__getitem__, numbers)

    @functools.cached_property
    def _first_calls(self) -> list[tuple[int, Any]]:
        """Positions of layers that are called on inputs alone, and the numbers of those inputs."""
        numbers = {id(tensor): number for number, tensor in enumerate(self.input_tensors)}
        return [
            (step.layer, jax.tree.map(lambda leaf: numbers[id(leaf)], step.node.args[0]))
            for step in self.steps
            if step.layer is not None and len(step.node.args) == 1 and not step.node.kwargs
            if all(id(leaf) in numbers for leaf in jax.tree.leaves(step.node.args))
        ]

    def owner(self, tensor: KerasTensor) -> int | None:
        """Position of the layer that makes this output, if it does nothing else in the graph."""
        makers = [step for step in self.steps if _holds(jax.tree.leaves(step.node.outputs), tensor)]
        is_used = any(_holds(step.node.inputs, tensor) for step in self.steps)
        ends = [*self.output_tensors, *(aside.tensor for aside in self.asides)]
        is_sole = sum(other is tensor for other in ends) == 1
        if not makers or is_used or not is_sole:
            return None
        position = makers[0].layer
        calls = sum(step.layer == position for step in self.steps)
        return position if calls == 1 else None

    def calls(self) -> list[Call]:
        """The inputs, then the calls in the order in which they are made."""
        calls = [
            Call(tensor.name, layer, (), (tensor,))
            for tensor, layer in zip(self.input_tensors, self.input_layers, strict=True)
        ]
        for _, node in self.bare.steps:
            outputs = tuple(jax.tree.leaves(node.outputs))
            calls.append(Call(self.name_of(node), node.operation, tuple(node.inputs), outputs))
        return calls

    def name_of(self, node: Node) -> str:
        """Name of the layer that is called; functions are numbered: ``add``, ``add_1``."""
        return node.operation.name if isinstance(node.operation, Layer) else self.names[id(node)]

    def output_names(self) -> list[str]:
        """Names of the outputs: keys of a dictionary, or of the layers that make them."""
        if isinstance(self.outputs, Mapping):
            return sorted(self.outputs)
        names = [
            tensor.name if tensor.node is None else self.name_of(tensor.node)
            for tensor in self.output_tensors
        ]
        return [
            name
            if names.count(name) == 1
            else f"{name}_{names[:index].count(name)}".removesuffix("_0")
            for index, name in enumerate(names)
        ]


def _holds(tensors: Sequence[Any], tensor: KerasTensor) -> bool:
    return any(other is tensor for other in tensors)


def _function_names(layers: Sequence[Layer], nodes: Sequence[Node]) -> dict[int, str]:
    """Names of the calls of functions, by the identity of the node; no layer has such a name."""
    functions = [node for node in nodes if not isinstance(node.operation, Layer)]
    names = {id(node): node.name for node in functions if node.name is not None}
    taken = {*names.values(), *(layer.name for layer in layers)}
    for node in functions:
        base = call_name(node.operation)
        free = (f"{base}_{number}" if number else base for number in itertools.count())
        name = names.setdefault(id(node), next(name for name in free if name not in taken))
        taken.add(name)
    return names


def _tensors(structure: Any, what: str) -> list[KerasTensor]:
    leaves = jax.tree.leaves(structure)
    for leaf in leaves:
        if not isinstance(leaf, KerasTensor):
            raise TypeError(
                f"{what} of a model are symbolic tensors, made by Input(...) and by calling layers "
                f"on them. Received: {type(leaf).__name__}"
            )
    if not leaves:
        raise ValueError(f"A model needs at least one tensor as {what}.")
    return leaves


def _input_layer(tensor: KerasTensor) -> InputLayer:
    return InputLayer(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)


def _fitted(array: Any, tensor: KerasTensor, label: str, count: int) -> Any:
    """The array in the type and shape of an input, or an error that says what does not fit."""
    if array.ndim == tensor.ndim - 1 and tensor.shape[-1] == 1:
        array = array[..., None]
    axes = {axis: size for axis, size in enumerate(tensor.shape) if axis and size is not None}
    if tensor.ndim > 1 and tensor.shape[-1] is not None:
        axes[-1] = axes.pop(tensor.ndim - 1)
    where = label if count == 1 else f"{label}, input {tensor.name!r},"
    InputSpec(ndim=tensor.ndim, axes=axes).check(where, tuple(array.shape))
    return jnp.asarray(array, tensor.spec.dtype)

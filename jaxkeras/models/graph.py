"""The graph between symbolic inputs and outputs, as a list of calls that can be replayed."""

import collections
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxkeras.layers import InputLayer, Layer
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.models.calls import Call
from jaxkeras.symbolic import KerasTensor, Node

__all__ = ["Graph", "Step"]


class Step(NamedTuple):
    """One call of the graph.

    Attributes:
        layer: position of the layer in the model's list, or ``None`` for a plain function.
        node: the recorded call.
    """

    layer: int | None
    node: Node


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
        self.layers: list[Layer] = []
        self.steps: list[Step] = []
        known = {id(tensor) for tensor in self.input_tensors}
        for tensor in self.input_tensors:
            self.layers.append(_input_layer(tensor))
        for node in _ordered(self.output_tensors, known):
            self.steps.append(Step(self._position(node.operation), node))

    def _position(self, operation: Callable) -> int | None:
        if not isinstance(operation, Layer):
            return None
        for position, layer in enumerate(self.layers):
            if layer is operation:
                return position
        self.layers.append(operation)
        return len(self.layers) - 1

    def __deepcopy__(self, memo: Any) -> "Graph":
        return self  # holds no arrays, and is never changed

    def run(self, layers: Sequence[Layer], data: Any, label: str) -> Any:
        """Make all calls.

        Args:
            layers: stand-ins for ``self.layers``.
            data: arrays in the structure of the inputs, or a dictionary by their names.
            label: the model, for messages.
        """
        values: dict[int, Any] = {}
        for tensor, array in zip(self.input_tensors, self._arranged(data, label), strict=True):
            values[id(tensor)] = _fitted(array, tensor, label, len(self.input_tensors))

        def value(leaf: Any) -> Any:
            return values[id(leaf)] if isinstance(leaf, KerasTensor) else leaf

        for step in self.steps:
            call = step.node.operation if step.layer is None else layers[step.layer]
            args, kwargs = jax.tree.map(value, (step.node.args, step.node.kwargs))
            results = jax.tree.leaves(call(*args, **kwargs))
            for tensor, result in zip(jax.tree.leaves(step.node.outputs), results, strict=True):
                values[id(tensor)] = result
        return jax.tree.map(value, self.outputs)

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

    def owner(self, tensor: KerasTensor) -> int | None:
        """Position of the layer that makes this output, if it does nothing else in the graph."""
        makers = [step for step in self.steps if _holds(jax.tree.leaves(step.node.outputs), tensor)]
        is_used = any(_holds(step.node.inputs, tensor) for step in self.steps)
        is_sole = sum(other is tensor for other in self.output_tensors) == 1
        if not makers or is_used or not is_sole:
            return None
        position = makers[0].layer
        calls = sum(step.layer == position for step in self.steps)
        return position if calls == 1 else None

    def calls(self) -> list[Call]:
        """The inputs, then the calls in the order in which they are made."""
        calls = [
            Call(tensor.name, layer, (), (tensor,))
            for tensor, layer in zip(self.input_tensors, self.layers, strict=False)
        ]
        numbers: collections.Counter[str] = collections.Counter()
        for _, node in self.steps:
            name = _operation_name(node)
            if not isinstance(node.operation, Layer):
                numbers[name] += 1
                name = f"{name}_{numbers[name] - 1}".removesuffix("_0")
            outputs = tuple(jax.tree.leaves(node.outputs))
            calls.append(Call(name, node.operation, tuple(node.inputs), outputs))
        return calls

    def output_names(self) -> list[str]:
        """Names of the outputs: keys of a dictionary, or of the layers that make them."""
        if isinstance(self.outputs, Mapping):
            return sorted(self.outputs)
        names = [_name_of(tensor) for tensor in self.output_tensors]
        return [
            name
            if names.count(name) == 1
            else f"{name}_{names[:index].count(name)}".removesuffix("_0")
            for index, name in enumerate(names)
        ]


def _holds(tensors: Sequence[Any], tensor: KerasTensor) -> bool:
    return any(other is tensor for other in tensors)


def _operation_name(node: Node) -> str:
    operation = node.operation
    return operation.name if isinstance(operation, Layer) else operation.__name__


def _name_of(tensor: KerasTensor) -> str:
    return tensor.name if tensor.node is None else _operation_name(tensor.node)


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


def _ordered(outputs: Sequence[KerasTensor], known: set[int]) -> Iterator[Node]:
    """All calls that the outputs depend on, each after those that it depends on itself."""
    done: set[int] = set()
    stack: list[tuple[KerasTensor, bool]] = [(tensor, False) for tensor in reversed(outputs)]
    while stack:
        tensor, is_ready = stack.pop()
        node = tensor.node
        if id(tensor) in known or (node is not None and id(node) in done):
            continue
        if node is None:
            raise ValueError(
                f"The outputs depend on {tensor!r}, which is none of the model's inputs. "
                "Add it to inputs=."
            )
        if is_ready:
            done.add(id(node))
            yield node
        else:
            stack.append((tensor, True))
            stack.extend((source, False) for source in reversed(node.inputs))


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

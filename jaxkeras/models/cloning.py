"""Models made anew: copies with new layers."""

from collections.abc import Callable, Iterable
from typing import Any

import jax

from jaxkeras.layers import Input, InputLayer, Layer
from jaxkeras.models.graph import Graph
from jaxkeras.models.model import Model
from jaxkeras.models.sequential import Sequential
from jaxkeras.registry import revive, serialize, teaches_keywords
from jaxkeras.symbolic import KerasTensor, record

__all__ = ["clone_model"]


@teaches_keywords()
def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
) -> Model:
    """A model of the same structure with new layers, hence with weights of its own.

    A compiled model gives a compiled one.

    Args:
        model: the model to copy.
        input_tensors: symbolic tensors to build the copy on, in the structure of the model's
            input; by default new inputs.
        clone_function: ``(layer) -> layer``, makes the copy of a layer; by default from its
            configuration. It may return the layer itself, or another one to put in its place.
        call_function: ``(layer, *args, **kwargs) -> outputs``, calls the copy of a layer of a
            functional model; it may add further calls.
        recursive: whether models inside are copied in this same way, rather than by
            ``clone_function``.

    Raises:
        ValueError: an argument does not go with this kind of model.

    Source:
        ``keras.models.clone_model``

    Example:
        >>> import jaxkeras
        >>> model = jaxkeras.Sequential([jaxkeras.Input((4,)), jaxkeras.layers.Dense(3)])
        >>> twin = jaxkeras.models.clone_model(model)
        >>> twin.layers[0] is model.layers[0], twin.count_params()
        (False, 15)
    """
    cloner = _Cloner(clone_function, call_function, recursive)
    is_stack = isinstance(model, Sequential)
    if not is_stack and model._graph is None:
        given = {
            "input_tensors": input_tensors,
            "clone_function": clone_function,
            "call_function": call_function,
        }
        for name, value in given.items():
            if value is not None:
                raise ValueError(
                    f"{model.label} computes in a call() of its own, so clone_model takes no "
                    f"{name}. It makes the copy from the configuration."
                )
        return revive(type(model), serialize(model))
    if is_stack and call_function is not None:
        raise ValueError(
            f"{model.label} is a stack, whose layers are not called when it is made: clone_model "
            "takes call_function for functional models only."
        )
    return cloner.model(model, input_tensors)


class _Cloner:
    """How `clone_model` copies layers: each once, wherever it occurs."""

    def __init__(self, clone: Any, call: Any, recursive: bool):
        self.clone = clone or (lambda layer: type(layer).from_config(layer.get_config()))
        self.call = call or (lambda layer, *args, **kwargs: layer(*args, **kwargs))
        self.recursive = recursive
        self.copies: dict[int, Layer] = {}

    def layer(self, layer: Layer) -> Layer:
        if id(layer) not in self.copies:
            has_parts = isinstance(layer, Model) and _has_structure(layer)
            copy = self.model(layer) if self.recursive and has_parts else self.clone(layer)
            self.copies[id(layer)] = copy
        return self.copies[id(layer)]

    def model(self, model: Any, input_tensors: Any = None) -> Model:
        if isinstance(model, Sequential):
            copy = self._stack(model, input_tensors)
        else:
            copy = self._functional(model, model._graph, input_tensors)
        if compiled := model.get_compile_config():
            copy.compile_from_config(compiled)
        return copy

    def _stack(self, model: Sequential, input_tensors: Any) -> Sequential:
        layers = [self.layer(layer) for layer in model.layers]
        tensors = jax.tree.leaves(input_tensors)
        if len(tensors) > 1 or not all(isinstance(tensor, KerasTensor) for tensor in tensors):
            raise ValueError(
                f"{model.label} takes one symbolic tensor as input_tensors. Received: "
                f"{input_tensors!r}"
            )
        first = [layer for layer in model._layers if isinstance(layer, InputLayer)]
        start = tensors or [layer.output for layer in first]
        return Sequential([*start, *layers], trainable=model.trainable, name=model.name)

    def _meet_inside(self, layers: Iterable[Any], copies: Iterable[Any]) -> None:
        """Take what is inside of copied layers for copies too."""
        for layer, copy in zip(layers, copies, strict=False):
            inside = zip(layer._flatten_layers(), copy._flatten_layers(), strict=False)
            self.copies |= {id(own): other for own, other in inside if own.name == other.name}

    def _functional(self, model: Model, graph: Graph, input_tensors: Any) -> Model:
        if input_tensors is None:
            input_tensors = jax.tree.map(_like, graph.inputs)
        if jax.tree.structure(input_tensors) != jax.tree.structure(graph.inputs):
            raise ValueError(
                f"{model.label} takes input_tensors in the structure of its input, "
                f"{graph.inputs!r}. Received: {input_tensors!r}"
            )
        layers: list[Layer] = []
        for layer in model._layers:
            if len(layers) == len(graph.bare.layers):  # those that follow lead to asides only
                self._meet_inside(model._layers, layers)
            layers.append(layer if isinstance(layer, InputLayer) else self.layer(layer))

        def call(operation: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(operation, Layer):
                return self.call(operation, *args, **kwargs)
            return record(operation, *args, **kwargs)

        outputs, values = graph.replay(layers, jax.tree.leaves(input_tensors), call)
        make = type(model) if type(model).__init__ is Model.__init__ else Model
        copy = make(input_tensors, outputs, name=model.name, trainable=model.trainable)
        for aside, value in zip(graph.asides, values, strict=True):
            copy._tell(aside._replace(tensor=value))
        return copy


def _has_structure(model: Model) -> bool:
    return isinstance(model, Sequential) or model._graph is not None


def _like(tensor: KerasTensor) -> KerasTensor:
    return Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)

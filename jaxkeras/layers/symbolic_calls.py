"""Calls of layers on symbolic tensors: what comes out, and what has to be built for it."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from flax import nnx

from jaxkeras.layers.configured import Configured, is_shape
from jaxkeras.layers.mask import get_mask, set_mask
from jaxkeras.layers.reporting import Reporting, metrics_kept
from jaxkeras.layers.scope import Build, call_scope, rehearsal
from jaxkeras.symbolic import KerasTensor, Node, Shape, infer_call, noted

__all__ = ["SymbolicCalls", "shape_of"]


def shape_of(value: Any) -> Shape:
    """The shape of an array, a traced array or a symbolic tensor, unknown dimensions as None.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.layers.symbolic_calls import shape_of
        >>> shape_of(jaxkeras.Input((3,)))
        (None, 3)
    """
    return tuple(dim if isinstance(dim, int) else None for dim in np.shape(value))


class _ShapeOf:
    """The shape of the symbolic input or output, unless the layer has an attribute of that name."""

    def __init__(self, end: str):
        self.end = end

    def __get__(self, layer: Any, owner: type | None = None) -> Any:
        return self if layer is None else jax.tree.map(shape_of, getattr(layer, self.end))


class SymbolicCalls(Reporting, Configured):
    """The part of `Layer` that is called on symbolic tensors, and builds the layers inside."""

    _nodes: tuple[Node, ...]  # the calls on symbolic tensors
    _ensure_built: Callable[[tuple, dict[str, Any]], None]
    _call_checked: Callable[[tuple, dict[str, Any]], Any]
    _as_array: Callable[[Any], Any]

    def _call_symbolic(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        self._ensure_built(args, kwargs)
        node = Node(self, args, kwargs)
        self._nodes = (*self._nodes, node)
        return noted(node, self._infer(args, kwargs))

    @property
    def input(self) -> Any:
        """The symbolic input of the layer's first call."""
        return self._first_node().args[0]

    @property
    def output(self) -> Any:
        """The symbolic output of the layer's first call."""
        return self._first_node().outputs

    input_shape = _ShapeOf("input")
    output_shape = _ShapeOf("output")

    def _first_node(self) -> Node:
        if not self._nodes:
            raise AttributeError(
                f"{self.label} was not called on a symbolic tensor yet, so it has no input and "
                "output. Call it on an Input(...), or put it in a model that knows its input shape."
            )
        return self._nodes[0]

    def _infer(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        """Outputs of an inference call as symbolic tensors, leaving the layer untouched."""
        self._build_inside(args, kwargs)
        return self._trace_copy(args, kwargs)[0]

    def _trace_copy(
        self, args: tuple, kwargs: dict[str, Any], training: bool = False
    ) -> tuple[Any, list[Build]]:
        """Let a copy of the layer compute symbolic outputs; with them, what was built for that."""
        graphdef, state = nnx.split(self)
        arrays = nnx.to_pure_dict(state)
        given = [get_mask(leaf) for leaf in jax.tree.leaves((args, kwargs))]
        builds: list[Build] = []

        def call(given: list[Any], args: tuple, kwargs: dict[str, Any]) -> Any:
            copy = nnx.merge(graphdef, arrays)
            _set_masks((args, kwargs), given)
            args, kwargs = jax.tree.map(copy._as_array, (args, kwargs))
            with metrics_kept(copy), call_scope(training) as scope:
                try:
                    outputs = copy._call_checked(args, kwargs)
                finally:
                    builds.extend(scope.builds)
            return outputs, [get_mask(output) for output in jax.tree.leaves(outputs)]

        outputs, masks = infer_call(call, (given, args, kwargs), {})
        _set_masks(outputs, masks)
        return outputs, builds

    def _build_inside(self, args: tuple, kwargs: dict[str, Any]) -> None:
        """Build the layers inside, for the shapes with which a call reaches them.

        A copy is called in a trace, so that the layer itself keeps its state. Layers that others
        make in their `build` are reached one round later.
        """
        self._ensure_built(args, kwargs)
        while not self._is_built():
            with rehearsal():
                _, builds = self._trace_copy(args, kwargs)
            waiting = {
                layer._record: layer
                for layer in self._flatten_layers()
                if isinstance(layer, SymbolicCalls) and not layer.built
            }
            if not any(build.record in waiting for build in builds):
                return
            for record, own_args, own_kwargs in builds:
                if record in waiting and not waiting[record].built:
                    waiting[record].build(*own_args, **own_kwargs)

    def _is_built(self) -> bool:
        return all(layer.built for layer in self._flatten_layers())

    def compute_output_shape(self, input_shape: Shape) -> Any:
        """Shape of the output for an input of this shape; builds the layer if need be.

        Args:
            input_shape: the dimensions, batch included, ``None`` where one is not known.
        """
        inputs = jax.tree.map(
            lambda shape: KerasTensor(shape, self.compute_dtype), input_shape, is_leaf=is_shape
        )
        self._ensure_built((inputs,), {})
        return jax.tree.map(lambda output: output.shape, self._infer((inputs,), {}))


def _set_masks(arrays: Any, masks: Sequence[Any]) -> None:
    for array, mask in zip(jax.tree.leaves(arrays), masks, strict=True):
        if mask is not None:
            set_mask(array, mask)

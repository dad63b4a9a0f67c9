"""The order of what lies between symbolic inputs and outputs, which is that of Keras.

Files count on it: in what order a model has its layers decides how their weights are numbered.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from jaxkeras.layers import Layer
from jaxkeras.symbolic import KerasTensor, Node

__all__ = ["calls_between", "sources_by_depth"]


def calls_between(inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]) -> list[Any]:
    """The inputs that are needed and all calls, each after what it depends on itself.

    Args:
        inputs: symbolic tensors to stop at.
        outputs: symbolic tensors that follow from them.

    Raises:
        ValueError: an output needs a tensor that does not follow from the inputs.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.models.order import calls_between
        >>> x = jaxkeras.Input((4,), name="x")
        >>> layer = jaxkeras.layers.Dense(3)
        >>> source, call = calls_between([x], [layer(x)])
        >>> source is x, call.operation is layer
        (True, True)
    """
    return [source for source, is_done in _walk(inputs, outputs) if is_done]


def sources_by_depth(inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]) -> list[Any]:
    """Inputs, layers and calls of functions: those that are farthest from the outputs first.

    A layer that is called several times counts where it is farthest. What is equally far comes in
    the order in which a walk back from the outputs meets it.

    Args:
        inputs: symbolic tensors; those that no output depends on are among the last.
        outputs: symbolic tensors that follow from them.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.models.order import sources_by_depth
        >>> x, y = jaxkeras.Input((4,), name="x"), jaxkeras.Input((3,), name="y")
        >>> total = jaxkeras.layers.Add(name="sum")([jaxkeras.layers.Dense(3, name="d")(x), y])
        >>> [source.name for source in sources_by_depth([x, y], [total])]
        ['x', 'd', 'y', 'sum']
    """
    met: dict[int, int] = {}
    depths: dict[int, int] = {}  # of sources
    call_depths: dict[int, int] = {}
    sources: dict[int, Any] = {}
    for call, is_done in _walk(inputs, outputs):
        if not is_done:
            met.setdefault(id(_source(call)), len(met))
    for call in reversed(calls_between(inputs, outputs)):
        source = _source(call)
        depth = max(call_depths.get(id(call), 0), depths.get(id(source), 0))
        sources[id(source)] = source
        depths[id(source)] = depth
        for tensor in call.inputs if isinstance(call, Node) else ():
            before = id(_call(tensor, inputs))
            call_depths[before] = max(depth + 1, call_depths.get(before, 0))
    for tensor in inputs:
        sources.setdefault(id(tensor), tensor)
    keys = sorted(sources, key=lambda key: (-depths.get(key, 0), met.get(key, -1)))
    return [sources[key] for key in keys]


def _source(call: Any) -> Any:
    """What stands in a list of layers for a call: its layer; an input or a function for itself."""
    is_layer = isinstance(call, Node) and isinstance(call.operation, Layer)
    return call.operation if is_layer else call


def _call(tensor: KerasTensor, inputs: Sequence[KerasTensor]) -> Any:
    """What a tensor comes from: a call, or nothing but itself if it is an input."""
    return tensor if any(tensor is other for other in inputs) else tensor.node


def _walk(
    inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]
) -> Iterator[tuple[Any, bool]]:
    """Depth first from the outputs: every call when it is met, and when it is done with."""
    done: set[int] = set()
    stack: list[tuple[KerasTensor, bool]] = [(tensor, False) for tensor in reversed(outputs)]
    while stack:
        tensor, is_done = stack.pop()
        call = _call(tensor, inputs)
        if call is None:
            raise ValueError(
                f"The outputs depend on {tensor!r}, which is none of the model's inputs. "
                "Add it to inputs=."
            )
        if id(call) in done:
            continue
        yield call, is_done
        if is_done:
            done.add(id(call))
        else:
            stack.append((tensor, True))
            if isinstance(call, Node):
                stack.extend((source, False) for source in reversed(call.inputs))

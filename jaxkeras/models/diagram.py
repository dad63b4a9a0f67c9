"""A model as boxes and arrows."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from jaxkeras.layers import InputLayer, Layer
from jaxkeras.models.calls import Call
from jaxkeras.utils.drawing import Arrow, Box, Details, Diagram, End

__all__ = ["diagram_of"]


def diagram_of(model: Any, details: Details) -> Diagram:
    """Describe a model for a drawing: a box for every layer, however often it is called.

    A model whose computation is the user's own `call` is one box.

    Args:
        model: a model that is built.
        details: what to show of each layer.

    Raises:
        ValueError: the model is not built.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.models.diagram import diagram_of
        >>> from jaxkeras.utils.drawing import Details
        >>> model = jaxkeras.Sequential(
        ...     [jaxkeras.Input((2,)), jaxkeras.layers.Dense(1, name="out")], name="net")
        >>> diagram_of(model, Details(shapes=True)).children
        [Box(name='out', kind='Dense', family='core', rows=(('input', '(None, 2)'), ...))]
    """
    if not model.built:
        raise ValueError(
            f"{model.label} is not built yet, so there is nothing to draw. Give it an Input, call "
            "build(input_shape), or fit it on data first."
        )
    calls = _known_calls(model)
    if not calls:
        return Diagram(model.name, model.kind, [_box(Call(model.name, model), details)])
    return _Description(calls, details).diagram(model)


class _Description:
    """The children of a diagram, and what passes between them.

    Args:
        calls: of the model.
        details: what to show of each layer.
    """

    def __init__(self, calls: Sequence[Call], details: Details):
        self.calls = calls
        self.positions: dict[int, int] = {}
        self.children: list[Box | Diagram] = []
        for call in calls:
            if _key(call) not in self.positions:
                self.positions[_key(call)] = len(self.children)
                is_expanded = details.nested and bool(_known_calls(call.layer))
                self.children.append(
                    diagram_of(call.layer, details) if is_expanded else _box(call, details)
                )

    def diagram(self, model: Any) -> Diagram:
        makers: dict[int, End] = {}
        takers: dict[int, End] = {}
        arrows: list[Arrow] = []
        for call in self.calls:
            for tensor, end in self._ends(call, call.inputs, "inputs"):
                takers.setdefault(tensor, end)
                arrows += [Arrow(makers[tensor], end)] if tensor in makers else []
            for tensor, end in self._ends(call, call.outputs, "outputs"):
                makers[tensor] = end
                if not call.inputs:
                    takers[tensor] = end
        return Diagram(
            model.name,
            model.kind,
            self.children,
            list(dict.fromkeys(arrows)),
            [takers[id(tensor)] for tensor in model.inputs if id(tensor) in takers],
            [makers[id(tensor)] for tensor in model.outputs if id(tensor) in makers],
        )

    def _ends(self, call: Call, tensors: Sequence[Any], side: str) -> Iterator[tuple[int, End]]:
        """Each tensor of a call, by identity, and where its arrow touches the layer."""
        position = self.positions[_key(call)]
        child = self.children[position]
        ports = 1 if isinstance(child, Box) else len(getattr(child, side))
        for number, tensor in enumerate(tensors):
            yield id(tensor), End(position, min(number, ports - 1))


def _key(call: Call) -> int:
    """What has one box: a layer, or a single call of a function."""
    return id(call if call.layer is None else call.layer)


def _known_calls(layer: Any) -> list[Call]:
    """The calls inside a model, if it was made from symbolic tensors."""
    calls = layer.calls() if hasattr(layer, "calls") else []
    return calls if any(call.outputs for call in calls) else []


def _box(call: Call, details: Details) -> Box:
    layer = call.layer
    rows: list[tuple[str, str]] = []
    if details.shapes:
        rows += _rows("input", call.input_shapes) * (not isinstance(layer, InputLayer))
        rows += _rows("output", call.output_shapes)
    if details.dtype:
        rows += _rows("dtype", [tensor.dtype for tensor in call.outputs])
    activation = getattr(layer, "activation", None)
    if details.activations and activation is not None:
        rows += [("activation", getattr(activation, "__name__", type(activation).__name__))]
    if details.trainable and layer is not None and layer.weights:
        rows += [("trainable", "yes" if layer.trainable else "no")]
    name = call.name if details.names or layer is None else ""
    return Box(name, _kind(call), _family(layer), tuple(rows))


def _rows(label: str, values: Sequence[Any]) -> list[tuple[str, str]]:
    """A row for each value; equal ones that follow each other are counted."""
    runs = [(str(value), len(list(same))) for value, same in itertools.groupby(values or ["?"])]
    texts = [value if count == 1 else f"{count} × {value}" for value, count in runs]
    return [(label if number == 0 else "", text) for number, text in enumerate(texts)]


def _kind(call: Call) -> str:
    """The class; of a layer around another one, that one's too: ``TimeDistributed(Dense)``."""
    inside = getattr(call.layer, "layer", None) or getattr(call.layer, "forward_layer", None)
    return f"{call.kind}({inside.kind})" if isinstance(inside, Layer) else call.kind


def _family(layer: Layer | None) -> str:
    """The room of the layers that a class comes from; nothing for classes of the user's own."""
    if isinstance(layer, InputLayer):
        return "input"
    package, _, rest = type(layer).__module__.partition(".layers.")
    return rest.partition(".")[0] if package == "jaxkeras" else ""

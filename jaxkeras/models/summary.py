"""The table that ``model.summary()`` prints."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Table

from jaxkeras.layers.weighted import weights_of
from jaxkeras.models.calls import Call
from jaxkeras.models.training_state import optimizer_variables
from jaxkeras.utils.messages import report

if TYPE_CHECKING:
    from jaxkeras.models.model import Model

__all__ = ["print_summary"]

_JUSTIFY: dict[str, JustifyMethod] = {"Param #": "right", "Trainable": "center"}


class _Row(NamedTuple):
    """A line of the table: a layer with all its calls, or a call of a function."""

    call: Call
    level: int  # of nesting
    sources: str


def print_summary(
    model: "Model",
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print layers, output shapes and parameter counts.

    Args:
        model: a model whose weights exist.
        line_length: width of the table.
        positions: where the columns end, as parts of ``line_length``, ``(0.45, 0.8, 1.0)``, or as
            numbers of characters. The column that ``show_trainable`` adds may be left out, and gets
            a tenth of the line then.
        print_fn: called with the table as text; by default it is printed.
        expand_nested: whether the layers of models inside get lines of their own.
        show_trainable: whether to tell which layers are trained.
        layer_range: patterns of two layer names, the first and the last to show.

    Raises:
        ValueError: the model is not built, or ``layer_range`` or ``positions`` does not fit it.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.models.summary import print_summary
        >>> model = jaxkeras.Sequential(
        ...     [jaxkeras.Input((2,)), jaxkeras.layers.Dense(1, name="out")], name="net")
        >>> print_summary(model)
        Model: "net"
        ┏━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┓
        ┃ Layer (type) ┃ Output Shape ┃ Param # ┃
        ┡━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━┩
        │ out (Dense)  │ (None, 1)    │       3 │
        └──────────────┴──────────────┴─────────┘
        Total params: 3 (12.00 B)
        Trainable params: 3 (12.00 B)
        Non-trainable params: 0 (0.00 B)
    """
    if not model.built:
        raise ValueError(
            f"{model.label} is not built yet, so it has no shapes to show. Give it an Input, call "
            "build(input_shape), or fit it on data first."
        )
    has_sources = not _is_chain(model.calls())
    headings = ["Layer (type)", "Output Shape", "Param #"]
    headings += ["Connected to"] * has_sources + ["Trainable"] * show_trainable
    widths = _widths(positions, line_length, headings)
    table = Table(width=line_length, title_justify="left")
    for heading, width in zip(headings, widths, strict=True):
        justify = _JUSTIFY.get(heading, "left")
        table.add_column(heading, overflow="fold", justify=justify, width=width)
    shown = _within(layer_range, list(_rows(model.calls(), expand_nested)), model.label)
    for row in shown:
        cells = [_name(row), _shape(row.call), _params(row.call)]
        cells += [row.sources or "-"] * has_sources + [_trains(row.call)] * show_trainable
        table.add_row(*map(escape, cells))

    console = Console(width=line_length, highlight=False)
    with console.capture() as capture:
        console.print(f'Model: "{escape(model.name)}"')
        console.print(table)
        for title, arrays in _totals(model).items():
            count = sum(int(np.prod(array.shape)) for array in arrays)
            size = sum(int(np.prod(array.shape)) * array.dtype.itemsize for array in arrays)
            console.print(f" {title}: {count:,} ({_readable_size(size)})")
    (print_fn or report)(capture.get().rstrip("\n"))


def _rows(calls: Sequence[Call], expand_nested: bool, level: int = 0) -> Iterator[_Row]:
    """A layer is listed where it is called first, with the sources of all its calls."""
    origins = {
        id(tensor): _origin(call, i) for call in calls for i, tensor in enumerate(call.outputs)
    }
    done: set[int] = set()
    for call in calls:
        if call.layer is not None and id(call.layer) in done:
            continue
        done.add(id(call.layer))
        same = [c for c in calls if c.layer is call.layer] if call.layer is not None else [call]
        sources = [origins[id(t)] for c in same for t in c.inputs if id(t) in origins]
        yield _Row(call._replace(outputs=same[-1].outputs), level, ", ".join(sources))
        inside = getattr(call.layer, "calls", None)
        if expand_nested and inside is not None:
            yield from _rows(inside(), expand_nested, level + 1)


def _origin(call: Call, position: int) -> str:
    """Name of a layer, number of its call, number of the output: ``dense[0][0]``."""
    nodes = call.layer._nodes if call.layer is not None else ()
    made_by = [index for index, node in enumerate(nodes) if node is call.outputs[position].node]
    return f"{call.name}[{made_by[0] if made_by else 0}][{position}]"


def _is_chain(calls: Sequence[Call]) -> bool:
    """Whether each call takes just what the one before gives, so that no sources need be told."""
    operations = [id(call.operation) for call in calls if call.layer is not None]
    follows = [
        len(call.inputs) == 1 and any(call.inputs[0] is tensor for tensor in before.outputs)
        for before, call in itertools.pairwise(calls)
    ]
    has_tensors = any(call.outputs for call in calls)
    return len(set(operations)) == len(operations) and (all(follows) or not has_tensors)


def _name(row: _Row) -> str:
    indent = "   " * row.level + "└ " if row.level else ""
    return f"{indent}{row.call.name} ({row.call.kind})"


def _shape(call: Call) -> str:
    shapes = call.output_shapes
    return str(shapes[0] if len(shapes) == 1 else shapes) if shapes else "?"


def _params(call: Call) -> str:
    if call.layer is None:
        return "0"
    return f"{call.layer.count_params():,}" + ("" if call.layer.built else " (unbuilt)")


def _trains(call: Call) -> str:
    if call.layer is None or not call.layer.weights:
        return "-"
    return "Y" if call.layer.trainable else "N"


def _within(layer_range: Any, rows: list[_Row], label: str) -> list[_Row]:
    """The rows between the layers that two patterns name, both included."""
    if layer_range is None:
        return rows
    is_text = [isinstance(pattern, str) for pattern in layer_range]
    if isinstance(layer_range, str) or is_text != [True, True]:
        raise ValueError(
            "layer_range takes the names of two layers, the first and the last to show: "
            f"('dense', 'dense_2'). Received: {layer_range!r}"
        )
    found = []
    for pattern in layer_range:
        found.append([i for i, row in enumerate(rows) if _is_top(row, pattern)])
        if not found[-1]:
            names = ", ".join(row.call.name for row in rows if not row.level)
            raise ValueError(
                f"layer_range: {label} has no layer that {pattern!r} matches. Its layers: {names}."
            )
    bounds = sorted([found[0][0], found[1][-1]])
    if found[0][0] > found[1][-1]:
        bounds = [found[1][0], found[0][-1]]
    end = bounds[1] + 1
    while end < len(rows) and rows[end].level:
        end += 1
    return rows[bounds[0] : end]


def _is_top(row: _Row, pattern: str) -> bool:
    return not row.level and re.match(pattern, row.call.name) is not None


def _widths(
    positions: Sequence[float] | None, line_length: int | None, headings: Sequence[str]
) -> list[int | None]:
    if positions is None:
        return [None] * len(headings)
    scale = 1.0 if positions[-1] <= 1 else line_length or positions[-1]
    ends = [0.0, *(position / scale for position in positions)]
    if headings[-1] == "Trainable" and len(ends) == len(headings):
        ends = [*(0.9 * end for end in ends), 1.0]
    ends = ends[: len(headings) + 1]
    if len(ends) != len(headings) + 1 or ends != sorted(ends) or ends[-1] > 1:
        raise ValueError(
            f"positions takes the ends of {len(headings)} columns ({', '.join(headings)}) as "
            f"rising parts of the line, the last one 1.0. Received: {positions!r}"
        )
    room = (line_length or Console().width) - 3 * len(headings) - 1  # borders and padding
    return [max(int((b - a) * room), 1) for a, b in itertools.pairwise(ends)]


def _totals(model: "Model") -> dict[str, list[Any]]:
    weights = list(weights_of(model))
    kept = list(optimizer_variables(model).values()) if _was_trained(model) else []
    totals = {
        "Total params": [variable for variable, _ in weights] + kept,
        "Trainable params": [variable for variable, trains in weights if trains],
        "Non-trainable params": [variable for variable, trains in weights if not trains],
    }
    return totals | ({"Optimizer params": kept} if kept else {})


def _was_trained(model: "Model") -> bool:
    """Whether the optimizer has made what it keeps."""
    return model._loop is not None and model._loop.progress().opt_state is not None


def _readable_size(size: float) -> str:
    units = ["B", "KB", "MB", "GB", "TB"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        units.pop(0)
    return f"{size:.2f} {units[0]}"

"""The table that ``model.summary()`` prints."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from jaxkeras.layers.weighted import weights_of

if TYPE_CHECKING:
    from jaxkeras.models.model import Model

__all__ = ["Row", "print_summary"]


class Row(NamedTuple):
    """A line of the table.

    Attributes:
        name: of the layer.
        kind: its class.
        shape: shapes of its output, or ``None`` where they are not known.
        params: number of its parameters.
        sources: names of the layers that it takes its input from, in a graph.
    """

    name: str
    kind: str
    shape: Any
    params: int
    sources: Sequence[str] = ()


def print_summary(
    model: "Model",
    line_length: int | None = None,
    print_fn: Callable[[str], Any] | None = None,
) -> None:
    """Print layers, output shapes and parameter counts.

    Args:
        model: a model whose weights exist.
        line_length: width of the table.
        print_fn: called with the table as text; by default it is printed.
    """
    if not model.built:
        raise ValueError(
            f"{model.label} is not built yet, so it has no shapes to show. Give it an Input, call "
            "build(input_shape), or fit it on data first."
        )
    table = Table(width=line_length, title_justify="left")
    rows = model.rows()
    is_graph = any(row.sources for row in rows)
    for heading in ("Layer (type)", "Output Shape"):
        table.add_column(heading, overflow="fold")
    table.add_column("Param #", justify="right")
    if is_graph:
        table.add_column("Connected to", overflow="fold")
    for row in rows:
        cells = (
            escape(f"{row.name} ({row.kind})"),
            escape("?" if row.shape is None else str(row.shape)),
            f"{row.params:,}",
            escape(", ".join(row.sources)) if row.sources else "-",
        )
        table.add_row(*cells[: 4 if is_graph else 3])

    console = Console(width=line_length, highlight=False) if print_fn is None else Console()
    with console.capture() as capture:
        console.print(f'Model: "{escape(model.name)}"')
        console.print(table)
        for title, variables in _totals(model).items():
            count = sum(int(np.prod(v.shape)) for v in variables)
            size = sum(int(np.prod(v.shape)) * v.dtype.itemsize for v in variables)
            console.print(f" {title}: {count:,} ({_readable_size(size)})")
    (print_fn or print)(capture.get().rstrip("\n"))


def _totals(model: "Model") -> dict[str, list[Any]]:
    weights = list(weights_of(model))
    return {
        "Total params": [variable for variable, _ in weights],
        "Trainable params": [variable for variable, trains in weights if trains],
        "Non-trainable params": [variable for variable, trains in weights if not trains],
    }


def _readable_size(size: float) -> str:
    units = ["B", "KB", "MB", "GB", "TB"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        units.pop(0)
    return f"{size:.2f} {units[0]}"

"""Several cells as one."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.layer import Layer, catalog
from jaxkeras.symbolic import Shape

__all__ = ["StackedRNNCells", "as_cell", "zero_states"]


class StackedRNNCells(Layer):
    """Cells on top of each other: each reads the output of the one below.

    Args:
        cells: the cells, the lowest first.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, features)``, and the states: those of every cell, as a list of lists

    Output shape:
        that of the last cell, and the new states

    Raises:
        TypeError: one is no cell.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> cells = [jaxkeras.layers.LSTMCell(4), jaxkeras.layers.GRUCell(2)]
        >>> layer = jaxkeras.layers.RNN(jaxkeras.layers.StackedRNNCells(cells))
        >>> layer(jnp.ones((2, 5, 3))).shape
        (2, 2)
    """

    def __init__(self, cells: Sequence[Any], **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(cells, (list, tuple)) or not cells:
            raise TypeError(f"{self.label} takes a list of cells. Received: {cells!r}")
        self.cells: list[Any] = [as_cell(cell) for cell in cells]

    @property
    def state_size(self) -> tuple[Any, ...]:
        """State sizes of the cells."""
        return tuple(cell.state_size for cell in self.cells)

    @property
    def output_size(self) -> Any:
        """Width of the last cell's output."""
        return _output_size(self.cells[-1])

    def build(self, input_shape: Shape) -> None:
        for cell in self.cells:
            if not cell.built:
                cell.build(input_shape)
            input_shape = (input_shape[0], _output_size(cell))

    def call(self, inputs: jax.Array, states: Any) -> tuple[jax.Array, list[Any]]:
        new_states = []
        for cell, own in zip(self.cells, states, strict=True):
            inputs, new = cell(inputs, own)
            new_states.append(new)
        return inputs, new_states

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """States to start from, for every cell."""
        return [zero_states(cell, batch_size) for cell in self.cells]


def as_cell(value: Any) -> Layer:
    """A cell given as such, as its configuration, or as a list of cells.

    Args:
        value: a layer with ``call(inputs, states)`` and ``state_size``.

    Raises:
        TypeError: it is no cell.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.layers.recurrent.stacked import as_cell
        >>> as_cell([jaxkeras.layers.GRUCell(4), jaxkeras.layers.GRUCell(2)]).output_size
        2
    """
    if isinstance(value, (list, tuple)):
        return StackedRNNCells(value)
    if isinstance(value, Mapping):
        value = catalog.deserialize(value)
    if not isinstance(value, Layer) or getattr(value, "state_size", None) is None:
        raise TypeError(
            "A cell is a Layer with call(inputs, states), which returns an output and the new "
            f"states, and with an attribute state_size. Received: {value!r}"
        )
    return value


def zero_states(cell: Any, batch_size: Any) -> list[Any]:
    """The states from which a cell starts: its own choice, or zeros of its ``state_size``.

    Args:
        cell: the cell.
        batch_size: number of samples.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.layers.recurrent.stacked import zero_states
        >>> [state.shape for state in zero_states(jaxkeras.layers.LSTMCell(4), 2)]
        [(2, 4), (2, 4)]
    """
    if hasattr(cell, "get_initial_state"):
        states = cell.get_initial_state(batch_size=batch_size)
        return list(states) if isinstance(states, (list, tuple)) else [states]
    sizes = cell.state_size if isinstance(cell.state_size, (list, tuple)) else [cell.state_size]
    return [jnp.zeros((batch_size, size), cell.compute_dtype) for size in sizes]


def _output_size(cell: Any) -> Any:
    """What a cell says about its output, or else the size of its first state."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size
    return size[0] if isinstance(size, (list, tuple)) else size

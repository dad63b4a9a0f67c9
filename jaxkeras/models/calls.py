"""The calls that a model consists of, as a table and a drawing show them."""

from collections.abc import Callable
from typing import NamedTuple

from jaxkeras.layers import Layer
from jaxkeras.symbolic import KerasTensor

__all__ = ["Call"]


class Call(NamedTuple):
    """One use of a layer or function inside a model.

    Attributes:
        name: of the layer; functions are numbered like layers: ``add``, ``add_1``.
        operation: the layer or function.
        inputs: the symbolic tensors that it takes; none for an input of the model.
        outputs: those that it gives; none where shapes are not known.

    Example:
        >>> import jaxkeras
        >>> inputs = jaxkeras.Input((4,), name="x")
        >>> model = jaxkeras.Model(inputs, jaxkeras.layers.Dense(3, name="out")(inputs))
        >>> [(call.name, call.kind, call.output_shapes) for call in model.calls()]
        [('x', 'InputLayer', [(None, 4)]), ('out', 'Dense', [(None, 3)])]
    """

    name: str
    operation: Callable
    inputs: tuple[KerasTensor, ...] = ()
    outputs: tuple[KerasTensor, ...] = ()

    @property
    def layer(self) -> Layer | None:
        """The layer, or ``None`` for a function."""
        return self.operation if isinstance(self.operation, Layer) else None

    @property
    def kind(self) -> str:
        """Name of the layer's class, or ``"function"``."""
        return "function" if self.layer is None else self.layer.kind

    @property
    def input_shapes(self) -> list[tuple[int | None, ...]]:
        """Shapes of the inputs, batch included."""
        return [tensor.shape for tensor in self.inputs]

    @property
    def output_shapes(self) -> list[tuple[int | None, ...]]:
        """Shapes of the outputs, batch included."""
        return [tensor.shape for tensor in self.outputs]

"""What a drawing of a model shows: boxes, arrows between them, and diagrams inside diagrams."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Arrow", "Box", "Details", "Diagram", "End"]


class Details(NamedTuple):
    """What a drawing tells of each layer.

    Attributes:
        shapes: of its inputs and outputs.
        dtype: of its outputs.
        names: its own, beside its class.
        nested: what is inside, if it is a model.
        activations: its activation.
        trainable: whether it is trained.
    """

    shapes: bool = False
    dtype: bool = False
    names: bool = True
    nested: bool = False
    activations: bool = False
    trainable: bool = False


class Box(NamedTuple):
    """A layer or function.

    Attributes:
        name: what stands in front, bold; may be empty.
        kind: its class.
        family: the module that it comes from, which decides its colour.
        rows: pairs of a label and a value, such as ``("output", "(None, 10)")``.

    Example:
        >>> from jaxkeras.utils.drawing import Box
        >>> Box("out", "Dense", "core").text
        'out (Dense)'
    """

    name: str
    kind: str
    family: str = ""
    rows: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """Name and class."""
        return f"{self.name} ({self.kind})" if self.name else self.kind


class End(NamedTuple):
    """Where an arrow begins or ends.

    Attributes:
        child: position among the children of the diagram.
        port: which of the inputs or outputs, if that child is a diagram.
    """

    child: int
    port: int = 0


class Arrow(NamedTuple):
    """The way of a tensor from one child of a diagram to another."""

    source: End
    target: End


@dataclass(frozen=True)
class Diagram:
    """Boxes and smaller diagrams, in the order of computation, and the arrows between them.

    Attributes:
        name: of the model.
        kind: its class.
        children: what it consists of.
        arrows: between these.
        inputs: the children that take what comes from outside.
        outputs: the children that give the results.

    Example:
        >>> from jaxkeras.utils.drawing import Arrow, Box, Diagram, End
        >>> diagram = Diagram(
        ...     "net", "Sequential",
        ...     (Box("hidden", "Dense"), Box("out", "Dense")), (Arrow(End(0), End(1)),))
        >>> [(path, box.text) for path, box in diagram.boxes()]
        [((0,), 'hidden (Dense)'), ((1,), 'out (Dense)')]
        >>> list(diagram.links())
        [((0,), (1,))]
    """

    name: str
    kind: str
    children: Sequence["Box | Diagram"]
    arrows: Sequence[Arrow] = ()
    inputs: Sequence[End] = ()
    outputs: Sequence[End] = ()

    @property
    def text(self) -> str:
        """Name and class."""
        return f"{self.name} ({self.kind})"

    def boxes(self) -> Iterator[tuple[tuple[int, ...], Box]]:
        """All boxes, those of diagrams inside too, each with its path of positions."""
        for position, child in enumerate(self.children):
            if isinstance(child, Box):
                yield (position,), child
            else:
                yield from (((position, *path), box) for path, box in child.boxes())

    def links(self) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
        """The paths of the boxes that are connected, each pair once."""
        found = {
            (self._place(arrow.source, "outputs"), self._place(arrow.target, "inputs")): None
            for arrow in self.arrows
        }
        yield from found
        for position, child in enumerate(self.children):
            if isinstance(child, Diagram):
                yield from (((position, *a), (position, *b)) for a, b in child.links())

    def _place(self, end: End, side: str) -> tuple[int, ...]:
        """The path of the box that an arrow touches, through the diagrams inside."""
        child = self.children[end.child]
        if isinstance(child, Box):
            return (end.child,)
        return (end.child, *child._place(getattr(child, side)[end.port], side))

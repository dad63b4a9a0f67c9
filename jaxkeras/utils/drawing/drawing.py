"""A drawing that can be shown in a notebook, written to a file, or read as text."""

import os
from pathlib import Path

from jaxkeras.registry import suggest
from jaxkeras.utils.drawing.diagram import Diagram
from jaxkeras.utils.drawing.notation import to_dot, to_mermaid
from jaxkeras.utils.drawing.picture import Picture, paint
from jaxkeras.utils.drawing.raster import to_image
from jaxkeras.utils.drawing.svg import to_svg

__all__ = ["Drawing"]

_TEXTS = {"dot": "dot", "gv": "dot", "raw": "dot", "mmd": "mermaid", "mermaid": "mermaid"}
# Formats of Pillow by the endings of their files.
_IMAGES = {
    "png": "png", "pdf": "pdf", "jpg": "jpeg", "jpeg": "jpeg", "gif": "gif", "bmp": "bmp",
    "tif": "tiff", "tiff": "tiff", "webp": "webp",
}  # fmt: skip


class Drawing:
    """A drawing of a model, laid out and written without any other program.

    It has the methods of ``pydot.Dot`` that programs use: ``create``, ``write`` and ``to_string``.
    A notebook shows it as a picture.

    Args:
        diagram: what it shows.
        rankdir: which way the computation runs: ``"TB"``, ``"LR"``, ``"BT"`` or ``"RL"``.
        splines: how arrows run: ``"ortho"``, ``"curved"`` or ``"line"``.
        dpi: pixels in an inch, for pictures made of pixels.
        is_subgraph: whether it is to stand inside another drawing.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.utils.drawing import Drawing
        >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)])
        >>> drawing = Drawing(model.diagram())
        >>> drawing.create(prog="dot", format="svg")[:4]
        b'<svg'
    """

    def __init__(
        self,
        diagram: Diagram,
        rankdir: str = "TB",
        splines: str = "ortho",
        dpi: float = 200,
        is_subgraph: bool = False,
    ):
        self.diagram = diagram
        self.rankdir = rankdir
        self.splines = splines
        self.dpi = dpi
        self.is_subgraph = is_subgraph
        self._picture: Picture = paint(diagram, rankdir, splines, is_subgraph)

    def __repr__(self) -> str:
        count = sum(1 for _ in self.diagram.boxes())
        return f"<Drawing of {self.diagram.text}, {count} boxes>"

    def create(self, prog: str | None = None, format: str = "svg") -> bytes:
        """The drawing as a file of some format.

        Args:
            prog: the layout program of ``pydot``; there is but one here.
            format: ``"svg"``, ``"png"``, ``"pdf"``, another one of Pillow's, ``"dot"`` or
                ``"mermaid"``.

        Raises:
            ValueError: the format is unknown.
        """
        format = format.lower()
        if format == "svg":
            return to_svg(self._picture).encode()
        if format in _TEXTS:
            text = self.to_string() if _TEXTS[format] == "dot" else self.to_mermaid()
            return text.encode()
        if format in _IMAGES:
            return to_image(self._picture, _IMAGES[format], self.dpi)
        known = ["svg", *_IMAGES, *_TEXTS]
        hint = suggest(format, known) or f" There are: {', '.join(known)}."
        raise ValueError(
            f"A drawing has no format {format!r}.{hint} For others write a .dot file and give it "
            "to Graphviz."
        )

    def write(
        self, path: str | os.PathLike[str], prog: str | None = None, format: str | None = None
    ) -> bool:
        """Write the drawing to a file.

        Args:
            path: the file.
            prog: see `create`.
            format: see `create`; by default the ending of the file's name, else ``"raw"``.

        Returns:
            True, as ``pydot`` does.
        """
        path = Path(path)
        path.write_bytes(self.create(prog, format or path.suffix[1:] or "raw"))
        return True

    def to_string(self) -> str:
        """The drawing in Graphviz's language."""
        return to_dot(self.diagram, self.rankdir, self.splines, self.dpi, self.is_subgraph)

    def to_mermaid(self) -> str:
        """The drawing in Mermaid's language."""
        return to_mermaid(self.diagram, self.rankdir)

    def _repr_svg_(self) -> str:
        return to_svg(self._picture)

    _repr_html_ = _repr_svg_

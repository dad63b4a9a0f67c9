"""Drawings of models, made without any other program.

A model describes itself as a `Diagram`, of which a `Drawing` is made.
"""

from jaxkeras.utils.drawing.diagram import Arrow, Box, Details, Diagram, End
from jaxkeras.utils.drawing.drawing import Drawing

__all__ = ["Arrow", "Box", "Details", "Diagram", "Drawing", "End"]

"""Models: layers that can be compiled, trained and asked."""

from jaxkeras.models.model import Model
from jaxkeras.models.sequential import Sequential

__all__ = ["Model", "Sequential"]

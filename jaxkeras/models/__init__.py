"""Models: layers that can be compiled, trained and asked."""

from jaxkeras.models.cloning import clone_model, model_from_json
from jaxkeras.models.model import Model
from jaxkeras.models.saving import load_model, save_model
from jaxkeras.models.sequential import Sequential

__all__ = [
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
]

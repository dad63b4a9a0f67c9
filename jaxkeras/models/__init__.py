"""Models: layers that can be compiled, trained and asked."""

from jaxkeras.models.cloning import clone_model
from jaxkeras.models.loading import load_model
from jaxkeras.models.model import Model
from jaxkeras.models.saving import save_model
from jaxkeras.models.sequential import Sequential
from jaxkeras.models.texts import model_from_json, model_from_yaml

__all__ = [
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "model_from_yaml",
    "save_model",
]

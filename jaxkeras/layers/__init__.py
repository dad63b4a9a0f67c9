"""The layers: one room per family, all alike."""

from jaxkeras.layers.core import Activation, Dense, Input, InputLayer
from jaxkeras.layers.flax_module import FlaxLayer
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer, catalog
from jaxkeras.layers.regularization import Dropout
from jaxkeras.layers.reshaping import Flatten, Reshape
from jaxkeras.layers.weight import NonTrainableWeight, Weight

__all__ = [
    "Activation",
    "Dense",
    "Dropout",
    "Flatten",
    "FlaxLayer",
    "Input",
    "InputLayer",
    "InputSpec",
    "Layer",
    "NonTrainableWeight",
    "Reshape",
    "Weight",
    "deserialize",
]

deserialize = catalog.deserialize

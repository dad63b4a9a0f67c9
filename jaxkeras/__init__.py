"""Keras's programs on JAX: small Flax modules over pure functions.

Example:
    >>> import jaxkeras
    >>> (x_train, y_train), (x_test, y_test) = jaxkeras.datasets.digits.load_data()
    >>> model = jaxkeras.Sequential([
    ...     jaxkeras.Input((8, 8)),
    ...     jaxkeras.layers.Flatten(),
    ...     jaxkeras.layers.Dense(32, activation="relu"),
    ...     jaxkeras.layers.Dense(10, activation="softmax"),
    ... ])
    >>> model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    >>> hist = model.fit(x_train / 16, y_train, epochs=20, verbose=0)
    >>> loss, accuracy = model.evaluate(x_test / 16, y_test, verbose=0)
    >>> accuracy > 0.9
    True
"""

from jaxkeras import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    mixed_precision,
    models,
    ops,
    optimizers,
    random,
    regularizers,
    saving,
    training,
    utils,
)
from jaxkeras.config import DTypePolicy
from jaxkeras.layers import Input, Layer
from jaxkeras.models import Model, Sequential
from jaxkeras.symbolic import KerasTensor

__version__ = "0.1.0"

__all__ = [
    "DTypePolicy",
    "Input",
    "KerasTensor",
    "Layer",
    "Model",
    "Sequential",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "random",
    "regularizers",
    "saving",
    "training",
    "utils",
]

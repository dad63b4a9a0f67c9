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

from jax import checkpoint as remat

from jaxkeras import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    datasets,
    dtype_policies,
    initializers,
    layers,
    legacy,
    losses,
    metrics,
    mixed_precision,
    models,
    ops,
    optimizers,
    preprocessing,
    random,
    regularizers,
    saving,
    training,
    tree,
    utils,
)
from jaxkeras.config import DTypePolicy, FloatDTypePolicy
from jaxkeras.initializers import Initializer
from jaxkeras.layers import Input, InputSpec, Layer
from jaxkeras.losses import Loss
from jaxkeras.metrics import Metric
from jaxkeras.models import Model, Sequential
from jaxkeras.optimizers import Optimizer
from jaxkeras.regularizers import Regularizer
from jaxkeras.scopes import device, name_scope
from jaxkeras.symbolic import KerasTensor
from jaxkeras.variable import Variable

__version__ = "0.1.0"

__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "Initializer",
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Regularizer",
    "Sequential",
    "Variable",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "device",
    "dtype_policies",
    "initializers",
    "layers",
    "legacy",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "name_scope",
    "ops",
    "optimizers",
    "preprocessing",
    "random",
    "regularizers",
    "remat",
    "saving",
    "training",
    "tree",
    "utils",
    "version",
]


def version() -> str:
    """The version of this package.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.version() == jaxkeras.__version__
        True
    """
    return __version__

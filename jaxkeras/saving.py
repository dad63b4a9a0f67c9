"""Saving and loading models, under the names of Keras 3's module ``saving``.

Example:
    >>> import os, tempfile, numpy as np, jaxkeras
    >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.keras")
    ...     jaxkeras.saving.save_model(model, path)
    ...     twin = jaxkeras.saving.load_model(path)
    >>> bool((twin(np.ones((1, 2))) == model(np.ones((1, 2)))).all())
    True
"""

from jaxkeras.files import CorruptFileError
from jaxkeras.models.loading import load_model, load_weights
from jaxkeras.models.saving import save_model, save_weights
from jaxkeras.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from jaxkeras.registry import custom_object_scope as CustomObjectScope
from jaxkeras.registry import deserialize as deserialize_keras_object
from jaxkeras.registry import serialize as serialize_keras_object

__all__ = [
    "CorruptFileError",
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]

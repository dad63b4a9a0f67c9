"""Small tools around training."""

from jaxkeras.random import set_random_seed
from jaxkeras.registry import (
    clear_session,
    custom_object_scope,
    get_custom_objects,
    register_keras_serializable,
)
from jaxkeras.utils import np_utils
from jaxkeras.utils.numerical import normalize, to_categorical
from jaxkeras.utils.progbar import Progbar

__all__ = [
    "Progbar",
    "clear_session",
    "custom_object_scope",
    "get_custom_objects",
    "normalize",
    "np_utils",
    "register_keras_serializable",
    "set_random_seed",
    "to_categorical",
]

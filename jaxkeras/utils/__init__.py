"""Small tools around training."""

from jaxkeras.config import standardize_dtype
from jaxkeras.random import set_random_seed
from jaxkeras.registry import (
    clear_session,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from jaxkeras.registry import custom_object_scope as CustomObjectScope  # noqa: N812
from jaxkeras.registry import deserialize as deserialize_keras_object
from jaxkeras.registry import serialize as serialize_keras_object
from jaxkeras.symbolic import get_source_inputs, is_keras_tensor
from jaxkeras.utils import bounding_boxes, np_utils
from jaxkeras.utils.batches import pack_x_y_sample_weight, unpack_x_y_sample_weight
from jaxkeras.utils.numerical import normalize, to_categorical
from jaxkeras.utils.progbar import Progbar
from jaxkeras.utils.vis_utils import model_to_dot, plot_model

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "bounding_boxes",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "is_keras_tensor",
    "model_to_dot",
    "normalize",
    "np_utils",
    "pack_x_y_sample_weight",
    "plot_model",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "standardize_dtype",
    "to_categorical",
    "unpack_x_y_sample_weight",
    "vis_utils",
]

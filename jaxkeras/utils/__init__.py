"""Small tools around training."""

from jaxkeras.config import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
    standardize_dtype,
)
from jaxkeras.random import set_random_seed
from jaxkeras.registry import (
    clear_session,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from jaxkeras.registry import custom_object_scope as CustomObjectScope
from jaxkeras.registry import deserialize as deserialize_keras_object
from jaxkeras.registry import serialize as serialize_keras_object
from jaxkeras.symbolic import get_source_inputs, is_keras_tensor
from jaxkeras.utils import bounding_boxes, np_utils, vis_utils
from jaxkeras.utils.batches import pack_x_y_sample_weight, unpack_x_y_sample_weight
from jaxkeras.utils.downloads import get_file
from jaxkeras.utils.image_dataset import image_dataset_from_directory
from jaxkeras.utils.images import array_to_img, img_to_array, load_img, save_img
from jaxkeras.utils.numerical import normalize, to_categorical
from jaxkeras.utils.padding import pad_sequences
from jaxkeras.utils.progbar import Progbar
from jaxkeras.utils.py_dataset import PyDataset, Sequence
from jaxkeras.utils.settings import Config
from jaxkeras.utils.splitting import split_dataset
from jaxkeras.utils.text_dataset import text_dataset_from_directory
from jaxkeras.utils.timeseries import timeseries_dataset_from_array
from jaxkeras.utils.vis_utils import model_to_dot, plot_model

__all__ = [
    "Config",
    "CustomObjectScope",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "bounding_boxes",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "load_img",
    "model_to_dot",
    "normalize",
    "np_utils",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "plot_model",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
    "unpack_x_y_sample_weight",
    "vis_utils",
]

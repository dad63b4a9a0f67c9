"""Model files as plain dictionaries and arrays: archives, HDF5, and how weights lie in them.

Nothing here knows a model, and reading runs nothing that a file holds. `jaxkeras.models` builds on
it: `load_model`, `save_model`. The names by which files refer to one's own classes come along.
"""

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
from jaxkeras.saving.archive import Archive, read_archive, write_archive
from jaxkeras.saving.atomic import atomic_write
from jaxkeras.saving.errors import CorruptFileError
from jaxkeras.saving.formats import format_of, read_model_file
from jaxkeras.saving.hdf5 import Group, read_hdf5, write_hdf5
from jaxkeras.saving.layouts import LayerWeights

__all__ = [
    "Archive",
    "CorruptFileError",
    "CustomObjectScope",
    "Group",
    "LayerWeights",
    "atomic_write",
    "custom_object_scope",
    "deserialize_keras_object",
    "format_of",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "read_archive",
    "read_hdf5",
    "read_model_file",
    "register_keras_serializable",
    "serialize_keras_object",
    "write_archive",
    "write_hdf5",
]

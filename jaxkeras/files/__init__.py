"""Model files as plain dictionaries and arrays: archives, HDF5, and how weights lie in them.

Nothing here knows a model, and reading runs nothing that a file holds. `jaxkeras.saving` is what
most programs want.
"""

from jaxkeras.files.archive import Archive, read_archive, write_archive
from jaxkeras.files.atomic import atomic_write
from jaxkeras.files.errors import ConfigurationError, CorruptFileError, UnsafeCodeError
from jaxkeras.files.formats import format_of, read_model_file, write_folder
from jaxkeras.files.hdf5 import Group, read_hdf5, write_hdf5
from jaxkeras.files.layouts import LayerWeights

__all__ = [
    "Archive",
    "ConfigurationError",
    "CorruptFileError",
    "Group",
    "LayerWeights",
    "UnsafeCodeError",
    "atomic_write",
    "format_of",
    "read_archive",
    "read_hdf5",
    "read_model_file",
    "write_archive",
    "write_folder",
    "write_hdf5",
]

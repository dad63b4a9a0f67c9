"""Model files as plain dictionaries and arrays: archives, HDF5, and how weights lie in them.

Nothing here knows a model, and reading runs nothing that a file holds.
"""

from jaxkeras.saving.archive import Archive, read_archive, write_archive
from jaxkeras.saving.atomic import atomic_write
from jaxkeras.saving.errors import CorruptFileError
from jaxkeras.saving.formats import format_of, read_model_file
from jaxkeras.saving.hdf5 import Group, read_hdf5, write_hdf5
from jaxkeras.saving.layouts import LayerWeights

__all__ = [
    "Archive",
    "CorruptFileError",
    "Group",
    "LayerWeights",
    "atomic_write",
    "format_of",
    "read_archive",
    "read_hdf5",
    "read_model_file",
    "write_archive",
    "write_hdf5",
]

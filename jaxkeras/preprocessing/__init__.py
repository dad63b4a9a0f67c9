"""Preparing data, under the names of Keras's module ``preprocessing``.

Example:
    >>> from jaxkeras.preprocessing.sequence import pad_sequences
    >>> pad_sequences([[1, 2, 3], [4]], maxlen=3)
    array([[1, 2, 3],
           [0, 0, 4]], dtype=int32)
"""

from jaxkeras.preprocessing import image, sequence, text
from jaxkeras.utils.image_dataset import image_dataset_from_directory
from jaxkeras.utils.text_dataset import text_dataset_from_directory
from jaxkeras.utils.timeseries import timeseries_dataset_from_array

__all__ = [
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]

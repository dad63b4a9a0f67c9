"""Preparing data, under the names of Keras's module ``preprocessing``.

Example:
    >>> from jaxkeras.preprocessing.sequence import pad_sequences
    >>> pad_sequences([[1, 2, 3], [4]], maxlen=3)
    array([[1, 2, 3],
           [0, 0, 4]], dtype=int32)
"""

from jaxkeras.preprocessing import image, sequence
from jaxkeras.utils.timeseries import timeseries_dataset_from_array

__all__ = ["image", "sequence", "timeseries_dataset_from_array"]

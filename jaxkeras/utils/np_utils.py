"""The address of these functions in Keras 1 and 2."""

from jaxkeras.utils.numerical import normalize, to_categorical

__all__ = ["normalize", "to_categorical"]

"""Images, from and to files and arrays, read from folders and changed at random.

Example:
    >>> import numpy as np
    >>> from jaxkeras.preprocessing.image import ImageDataGenerator
    >>> generator = ImageDataGenerator(rescale=1 / 255, horizontal_flip=True)
    >>> x, y = next(generator.flow(np.ones((8, 4, 4, 3)), np.arange(8), batch_size=5))
    >>> x.shape, y.shape
    ((5, 4, 4, 3), (5,))
"""

from jaxkeras.preprocessing.image.arrays import NumpyArrayIterator
from jaxkeras.preprocessing.image.dataframe import DataFrameIterator
from jaxkeras.preprocessing.image.directory import DirectoryIterator
from jaxkeras.preprocessing.image.generator import ImageDataGenerator
from jaxkeras.preprocessing.image.iterators import Iterator
from jaxkeras.preprocessing.image.resizing import smart_resize
from jaxkeras.preprocessing.image.transforms import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
)
from jaxkeras.utils.images import array_to_img, img_to_array, load_img, save_img

__all__ = [
    "DataFrameIterator",
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "img_to_array",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
    "smart_resize",
]

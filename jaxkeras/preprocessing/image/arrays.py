"""Batches of images from an array."""

import warnings
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from jaxkeras.config import floatx
from jaxkeras.ops.operation import layout
from jaxkeras.preprocessing.image.iterators import BatchOptions, ImageIterator, part_of
from jaxkeras.registry import teaches_keywords

if TYPE_CHECKING:
    from jaxkeras.preprocessing.image.generator import ImageDataGenerator

__all__ = ["NumpyArrayIterator"]


class NumpyArrayIterator(ImageIterator):
    """Batches of images from an array; see `ImageDataGenerator.flow`, which makes it.

    Args:
        x: images ``(samples, height, width, channels)``; or images and further arrays, ``(images,
            [array, ...])``, which come along unchanged.
        y: targets.
        image_data_generator: changes the images; ``None`` leaves them as they are.
        batch_size: images in a batch.
        shuffle: whether to shuffle them before every pass.
        sample_weight: weight of every image.
        seed: of whatever is random; by default it follows NumPy's global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        save_to_dir: folder to write the changed images to.
        save_prefix: beginning of the names of these files.
        save_format: their format.
        subset: ``"training"`` or ``"validation"``: the part that the generator's
            ``validation_split`` makes.
        ignore_class_split: whether the parts may have different classes.
        dtype: type of the batches; by default `jaxkeras.config.floatx`.

    Raises:
        ValueError: ``x`` are no images, lengths differ, or the parts have different classes.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.preprocessing.image import NumpyArrayIterator
        >>> batches = NumpyArrayIterator(np.ones((5, 4, 4, 3)), np.arange(5), None, batch_size=2)
        >>> len(batches), batches[2][0].shape, batches[2][1]
        (3, (1, 4, 4, 3), array([4]))

    Keras name: ``keras.preprocessing.image.NumpyArrayIterator`` of Keras 2.
    """

    _name_limit = 10**4

    @teaches_keywords()
    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: "ImageDataGenerator | None",
        *,
        sample_weight: Any = None,
        subset: str | None = None,
        ignore_class_split: bool = False,
        **options: Unpack[BatchOptions],
    ):
        others: list[Any] = []
        if isinstance(x, (tuple, list)):
            x, rest = x
            others = rest if isinstance(rest, list) else [rest]
        images = np.asarray(x, options.get("dtype") or floatx())
        arrays = {"y": y, "sample_weight": sample_weight}
        arrays |= {f"x[1][{position}]": other for position, other in enumerate(others)}
        arrays = {
            name: None if array is None else np.asarray(array) for name, array in arrays.items()
        }
        check_images(images, layout(options.get("data_format")))
        for name, array in arrays.items():
            if array is not None and len(array) != len(images):
                raise ValueError(
                    f"There are {len(images)} images, but {name} has {len(array)} entries: both "
                    "must have the same length."
                )
        fraction = getattr(image_data_generator, "validation_split", 0.0)
        part = part_of(subset, fraction, len(images))
        if subset and arrays["y"] is not None and not ignore_class_split:
            _check_classes(arrays["y"], int(fraction * len(images)))
        self.x = images[part]
        parts: list[Any] = [None if array is None else array[part] for array in arrays.values()]
        self.y, self.sample_weight, *self.x_misc = parts
        options.setdefault("shuffle", False)
        super().__init__(len(self.x), images.shape[1:], image_data_generator, **options)

    def _image(self, row: int) -> np.ndarray:
        return self.x[row].copy()

    def _with_targets(self, images: np.ndarray, rows: np.ndarray) -> Any:
        x = [images, *(other[rows] for other in self.x_misc)] if self.x_misc else images
        if self.y is None:
            return x
        if self.sample_weight is None:
            return x, self.y[rows]
        return x, self.y[rows], self.sample_weight[rows]


def check_images(x: np.ndarray, data_format: str) -> None:
    if x.ndim != 4:
        fix = " Add a channel: x[..., None]." if x.ndim == 3 else ""
        raise ValueError(
            "Images come in an array of four axes, (samples, height, width, channels) for "
            f"instance. Received: shape {x.shape}.{fix}"
        )
    channels = x.shape[3 if data_format == "channels_last" else 1]
    if channels not in (1, 3, 4):
        warnings.warn(
            f"Images have 1, 3 or 4 channels, but these have {channels}: shape {x.shape}, "
            f"data_format={data_format!r}.",
            stacklevel=4,
        )


def _check_classes(y: np.ndarray, border: int) -> None:
    if not np.array_equal(np.unique(y[:border]), np.unique(y[border:])):
        raise ValueError(
            "The images for training and those for validation have different classes in y. "
            "Shuffle x and y before the split, or pass ignore_class_split=True."
        )

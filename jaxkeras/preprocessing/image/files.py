"""Batches of images from files: what is common to folders and tables."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from jaxkeras.ops.operation import layout
from jaxkeras.preprocessing.image.iterators import BatchOptions, ImageIterator
from jaxkeras.utils.image_dataset_files import CHANNELS, read_image
from jaxkeras.utils.images import img_to_array

if TYPE_CHECKING:
    from jaxkeras.preprocessing.image.generator import ImageDataGenerator

__all__ = ["FileIterator", "FileOptions", "check_class_mode"]


def check_class_mode(class_mode: Any, choices: Sequence[str]) -> None:
    """Refuse another ``class_mode``.

    Raises:
        ValueError: it is none of the choices, nor ``None``.

    Example:
        >>> from jaxkeras.preprocessing.image.files import check_class_mode
        >>> check_class_mode("binary", ["binary", "sparse"])
    """
    if class_mode is not None and class_mode not in choices:
        raise ValueError(
            f"class_mode must be one of {', '.join(map(repr, choices))} or None. Received: "
            f"{class_mode!r}."
        )


class FileOptions(BatchOptions, total=False):
    """What `FileIterator` takes of every iterator over files."""

    target_size: Sequence[int]
    color_mode: str
    interpolation: str
    keep_aspect_ratio: bool


class FileIterator(ImageIterator):
    """Batches of images from files; see `DirectoryIterator` and `DataFrameIterator`.

    Args:
        filenames: of the images, relative to ``directory``.
        directory: where they lie.
        labels: by ``class_mode``: class numbers, or lists of them; arrays of targets.
        weights: of the images, or ``None``.
        class_indices: number of every class.
        image_data_generator: see `DirectoryIterator`, as for what follows.
        class_mode: likewise.
        target_size: likewise.
        color_mode: likewise.
        interpolation: likewise.
        keep_aspect_ratio: likewise.
        **options: see `ImageIterator`.

    Attributes:
        samples: number of images.
        filenames: of the images, relative to their folder.
        filepaths: of the images.
        class_indices: number of every class.
        num_classes: how many classes there are.
        labels: targets of all images.

    Raises:
        ValueError: an argument has a value out of its range.

    Example:
        >>> from jaxkeras.preprocessing.image import DirectoryIterator
        >>> from jaxkeras.preprocessing.image.files import FileIterator
        >>> issubclass(DirectoryIterator, FileIterator)
        True
    """

    def __init__(
        self,
        filenames: list[str],
        directory: Any,
        labels: Any,
        weights: np.ndarray | None,
        class_indices: dict[str, int],
        image_data_generator: "ImageDataGenerator | None",
        class_mode: str | None,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        **options: Unpack[BatchOptions],
    ):
        if color_mode not in CHANNELS:
            raise ValueError(
                f"color_mode must be one of {', '.join(map(repr, CHANNELS))}. Received: "
                f"{color_mode!r}."
            )
        if np.shape(target_size) != (2,):
            raise ValueError(f"target_size is (height, width). Received: {target_size!r}.")
        self.directory = directory
        self.filenames = filenames
        self.filepaths = [os.path.join(directory or "", name) for name in filenames]
        self.samples = len(filenames)
        self.labels = labels
        self.sample_weight = weights
        self.class_indices = class_indices
        self.num_classes = len(class_indices)
        self.target_size = tuple(target_size)
        self.color_mode = color_mode
        self.class_mode = class_mode
        self.interpolation = interpolation
        self.keep_aspect_ratio = keep_aspect_ratio
        channels = (CHANNELS[color_mode],)
        is_last = layout(options.get("data_format")) == "channels_last"
        super().__init__(
            len(filenames),
            self.target_size + channels if is_last else channels + self.target_size,
            image_data_generator,
            **options,
        )

    def _image(self, row: int) -> np.ndarray:
        img = read_image(
            self.filepaths[row],
            self.color_mode,
            self.target_size,
            self.interpolation,
            self.keep_aspect_ratio,
        )
        return img_to_array(img, self.data_format)

    def _with_targets(self, images: np.ndarray, rows: np.ndarray) -> Any:
        if self.class_mode is None:
            return images
        targets = self._targets(images, rows)
        if self.sample_weight is None:
            return images, targets
        return images, targets, self.sample_weight[rows]

    def _targets(self, images: np.ndarray, rows: np.ndarray) -> Any:
        if self.class_mode == "input":
            return images.copy()
        if self.class_mode == "multi_output":
            return [output[rows] for output in self.labels]
        if self.class_mode == "raw":
            return self.labels[rows]
        numbers = [self.labels[row] for row in rows]
        if self.class_mode != "categorical":
            return np.array(numbers, self.dtype)
        targets = np.zeros((len(rows), self.num_classes), self.dtype)
        for target, number in zip(targets, numbers, strict=True):
            target[number] = 1
        return targets

"""A data set of the images in a folder."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxkeras.ops.operation import layout
from jaxkeras.registry import suggest, teaches_keywords
from jaxkeras.utils.image_dataset_files import CHANNELS, read_image
from jaxkeras.utils.image_dataset_resizing import INTERPOLATIONS, resize_image
from jaxkeras.utils.images import img_to_array
from jaxkeras.utils.labelled_files import FileDataset, find_files, in_parts

__all__ = ["image_dataset_from_directory"]

_ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")


@teaches_keywords()
def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Batches of the images in a folder, which holds one folder for every class.

    Args:
        directory: the folder.
        labels: ``"inferred"`` from the folders; ``None``; or class numbers, one for every image in
            the order of their names.
        label_mode: ``"int"``, class numbers ``(batch,)``; ``"categorical"``, one-hot vectors
            ``(batch, classes)``; ``"binary"``, zeros and ones ``(batch, 1)``; ``None``, none.
        class_names: the folders to take, in the order of their numbers; by default all, sorted.
        color_mode: ``"rgb"``, ``"rgba"`` or ``"grayscale"``.
        batch_size: images in a batch; ``None`` gives images one by one.
        image_size: height and width.
        shuffle: whether to shuffle the images, and again after every epoch.
        seed: of the shuffling; by default it follows NumPy's global seed.
        validation_split: fraction of the images that is for validation.
        subset: ``"training"``, ``"validation"``, or ``"both"`` for two data sets.
        interpolation: how to resize: ``"bilinear"``, ``"nearest"``, ``"bicubic"``, ``"area"``,
            ``"lanczos3"``, ``"lanczos5"``, ``"gaussian"`` or ``"mitchellcubic"``.
        follow_links: whether to enter folders that are symbolic links.
        crop_to_aspect_ratio: whether to cut images instead of stretching them.
        pad_to_aspect_ratio: whether to add black borders instead.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        format: no matter here: the data set is a `jaxkeras.utils.PyDataset`.
        verbose: whether to tell how many images and classes there are.

    Returns:
        A `jaxkeras.utils.PyDataset` of images, ``(batch, height, width, channels)`` from 0 to 255,
        and their labels; it has ``class_names`` and ``file_paths``. Or a list of two of them.

    Raises:
        ValueError: an argument has a value out of its range, or there are no images.

    Example:
        >>> import os, tempfile
        >>> from PIL import Image
        >>> from jaxkeras.utils import image_dataset_from_directory
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("dogs", "cats"):
        ...         os.mkdir(os.path.join(folder, name))
        ...         Image.new("RGB", (9, 8)).save(os.path.join(folder, name, "1.png"))
        ...     data = image_dataset_from_directory(folder, image_size=(4, 4), shuffle=False)
        ...     x, y = data[0]
        Found 2 files belonging to 2 classes.
        >>> x.shape, y, data.class_names
        ((2, 4, 4, 3), array([0, 1], dtype=int32), ['cats', 'dogs'])

    Keras name: ``keras.utils.image_dataset_from_directory``.
    """
    interpolation = str(interpolation).lower()
    choices = {
        "color_mode": (color_mode, tuple(CHANNELS)),
        "interpolation": (interpolation, INTERPOLATIONS),
        "format": (format, ("tf", "grain")),
    }
    for name, (value, allowed) in choices.items():
        if value not in allowed:
            raise ValueError(
                f"{name} must be one of {', '.join(map(repr, allowed))}. Received: {value!r}."
                f"{suggest(str(value), allowed)}"
            )
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    if np.shape(image_size) != (2,):
        raise ValueError(f"image_size is (height, width). Received: {image_size!r}.")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("Set crop_to_aspect_ratio or pad_to_aspect_ratio, not both.")
    read = functools.partial(
        _read,
        color_mode=color_mode,
        data_format=layout(data_format),
        size=tuple(image_size),
        interpolation=interpolation,
        crop_to_aspect_ratio=crop_to_aspect_ratio,
        pad_to_aspect_ratio=pad_to_aspect_ratio,
    )
    files = find_files(directory, _ENDINGS, labels, label_mode, class_names, follow_links, verbose)
    if seed is None and not validation_split:
        seed = np.random.randint(10**6)
    parts = in_parts(files, shuffle, seed, validation_split, subset, verbose)
    datasets = [
        FileDataset(part, read, np.stack, batch_size, seed if shuffle and place == 0 else None)
        for place, part in enumerate(parts)
    ]
    return datasets if subset == "both" else datasets[0]


def _read(path: str, color_mode: str, data_format: str, **resizing: Any) -> np.ndarray:
    image = img_to_array(read_image(path, color_mode), "channels_last", "float32")
    image = resize_image(image, **resizing)
    return image.transpose(2, 0, 1) if data_format == "channels_first" else image

"""Batches of images from folders, one folder for every class."""

import os
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from jaxkeras.preprocessing.image.files import FileIterator, FileOptions, check_class_mode
from jaxkeras.preprocessing.image.iterators import part_of
from jaxkeras.registry import teaches_keywords
from jaxkeras.utils.class_folders import class_folders, files_below
from jaxkeras.utils.messages import report

if TYPE_CHECKING:
    from jaxkeras.preprocessing.image.generator import ImageDataGenerator

__all__ = ["DirectoryIterator"]


class DirectoryIterator(FileIterator):
    """Batches of images from folders, one folder for every class.

    `ImageDataGenerator.flow_from_directory` makes it.

    Args:
        directory: the folder that holds the folders of the classes.
        image_data_generator: changes the images; ``None`` leaves them as they are.
        target_size: height and width to resize to.
        color_mode: ``"rgb"``, ``"rgba"`` or ``"grayscale"``.
        classes: names of the folders, in the order of the class numbers; by default all, sorted.
        class_mode: what the targets are: ``"categorical"``, one-hot vectors; ``"binary"`` or
            ``"sparse"``, class numbers; ``"input"``, the images themselves; ``None``, none.
        batch_size: images in a batch.
        shuffle: whether to shuffle them before every pass.
        seed: of whatever is random; by default it follows NumPy's global seed.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        save_to_dir: folder to write the changed images to.
        save_prefix: beginning of the names of these files.
        save_format: their format.
        follow_links: whether to enter folders that are symbolic links.
        subset: ``"training"`` or ``"validation"``: the part that the generator's
            ``validation_split`` makes of every folder.
        interpolation: how to resize, see `jaxkeras.utils.load_img`.
        keep_aspect_ratio: whether to cut images instead of stretching them.
        dtype: type of the batches; by default `jaxkeras.config.floatx`.

    Attributes:
        classes: class number of every image.

    Raises:
        ValueError: an argument has a value out of its range, or there are no images.

    Example:
        >>> import os, tempfile
        >>> from PIL import Image
        >>> from jaxkeras.preprocessing.image import DirectoryIterator
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("dogs", "cats"):
        ...         os.mkdir(os.path.join(folder, name))
        ...         Image.new("RGB", (9, 8)).save(os.path.join(folder, name, "1.png"))
        ...     batches = DirectoryIterator(folder, None, target_size=(4, 4), shuffle=False)
        ...     x, y = batches[0]
        Found 2 images belonging to 2 classes.
        >>> x.shape, y.tolist(), batches.class_indices
        ((2, 4, 4, 3), [[1.0, 0.0], [0.0, 1.0]], {'cats': 0, 'dogs': 1})

    Keras name: ``keras.preprocessing.image.DirectoryIterator`` of Keras 2.
    """

    allowed_class_modes = ("categorical", "binary", "sparse", "input")

    @teaches_keywords()
    def __init__(
        self,
        directory: Any,
        image_data_generator: "ImageDataGenerator | None",
        *,
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        follow_links: bool = False,
        subset: str | None = None,
        **options: Unpack[FileOptions],
    ):
        check_class_mode(class_mode, self.allowed_class_modes)
        endings = tuple(f".{ending}" for ending in self.white_list_formats)
        fraction = getattr(image_data_generator, "validation_split", 0.0)
        names = class_folders(directory, classes)
        filenames: list[str] = []
        numbers: list[int] = []
        for number, name in enumerate(names):
            found = files_below(os.path.join(directory, name), endings, follow_links)
            if not found:
                warnings.warn(f"The folder of class {name!r} has no images.", stacklevel=3)
            found = found[part_of(subset, fraction, len(found))]
            filenames += [os.path.join(name, file) for file in found]
            numbers += [number] * len(found)
        if not filenames:
            raise ValueError(_no_images(directory, names, subset, endings))
        report(f"Found {len(filenames)} images belonging to {len(names)} classes.")
        self.classes = np.array(numbers, "int32")
        super().__init__(
            filenames,
            directory,
            self.classes,
            None,
            {name: number for number, name in enumerate(names)},
            image_data_generator,
            class_mode,
            **options,
        )


def _no_images(directory: Any, names: list[str], subset: str | None, endings: Any) -> str:
    text = f"{directory} has no images" + (f" for {subset=}" if subset else "")
    loose = len(files_below(directory, endings)) if not names else 0
    if loose:
        return (
            f"{text} in folders of classes, but {loose} outside of them. Put the images of every "
            "class into a folder of its own; for images without classes, into one folder, with "
            "class_mode=None."
        )
    return f"{text} in the folders {names}: files that end in {', '.join(endings)}."

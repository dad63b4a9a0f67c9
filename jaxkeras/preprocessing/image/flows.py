"""Where the batches of an `ImageDataGenerator` come from: arrays, folders, tables."""

import warnings
from collections.abc import Sequence
from typing import Any, cast

from jaxkeras.preprocessing.image.arrays import NumpyArrayIterator
from jaxkeras.preprocessing.image.dataframe import DataFrameIterator
from jaxkeras.preprocessing.image.directory import DirectoryIterator
from jaxkeras.registry import teaches_keywords

__all__ = ["Flows"]


class Flows:
    """The methods of `ImageDataGenerator` that make batches.

    Example:
        >>> from jaxkeras.preprocessing.image import ImageDataGenerator
        >>> from jaxkeras.preprocessing.image.flows import Flows
        >>> issubclass(ImageDataGenerator, Flows)
        True
    """

    data_format: str
    dtype: Any

    @teaches_keywords()
    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> NumpyArrayIterator:
        """Batches from an array; the arguments are those of `NumpyArrayIterator`.

        Example:
            >>> import numpy as np
            >>> from jaxkeras.preprocessing.image import ImageDataGenerator
            >>> ImageDataGenerator().flow(np.ones((3, 2, 2, 1)), batch_size=2)[1].shape
            (1, 2, 2, 1)
        """
        return NumpyArrayIterator(
            x,
            y,
            cast(Any, self),
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            ignore_class_split=ignore_class_split,
            subset=subset,
            dtype=self.dtype,
        )

    @teaches_keywords()
    def flow_from_directory(
        self,
        directory: Any,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
    ) -> DirectoryIterator:
        """Batches from folders; the arguments are those of `DirectoryIterator`.

        Example:
            >>> import os, tempfile
            >>> from PIL import Image
            >>> from jaxkeras.preprocessing.image import ImageDataGenerator
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     os.mkdir(os.path.join(folder, "cats"))
            ...     Image.new("RGB", (9, 8)).save(os.path.join(folder, "cats", "1.png"))
            ...     train = ImageDataGenerator(rescale=1 / 255).flow_from_directory(
            ...         folder, target_size=(24, 24), batch_size=3, class_mode="categorical"
            ...     )
            Found 1 images belonging to 1 classes.
            >>> train.class_indices, train.image_shape
            ({'cats': 0}, (24, 24, 3))
        """
        return DirectoryIterator(
            directory,
            cast(Any, self),
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
            follow_links=follow_links,
        )

    @teaches_keywords()
    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: Any = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        keep_aspect_ratio: bool = False,
    ) -> DataFrameIterator:
        """Batches from files that a table names; the arguments are those of `DataFrameIterator`.

        Example:
            >>> import os, tempfile
            >>> from PIL import Image
            >>> from jaxkeras.preprocessing.image import ImageDataGenerator
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     Image.new("RGB", (9, 8)).save(os.path.join(folder, "a.png"))
            ...     table = {"filename": ["a.png"], "age": [7]}
            ...     flow = ImageDataGenerator().flow_from_dataframe(
            ...         table, folder, y_col="age", class_mode="raw"
            ...     )
            Found 1 validated image filenames.
            >>> flow.labels
            array([7])
        """
        if class_mode == "other":
            warnings.warn("class_mode='other' is called 'raw' now.", stacklevel=2)
            class_mode = "raw"
        return DataFrameIterator(
            dataframe,
            directory,
            cast(Any, self),
            x_col=x_col,
            y_col=y_col,
            weight_col=weight_col,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
            validate_filenames=validate_filenames,
        )

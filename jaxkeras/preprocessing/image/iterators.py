"""Batches of images, changed at random on their way: what is common to arrays and files.

A batch is made in two parts. First, one thread at a time, everything random about it is drawn; then
the images are read and changed, which any number of threads may do at once. With a seed, what is
drawn depends on the seed, the pass and the number of the batch alone, and on nothing else that
draws from NumPy; without one, it follows NumPy's global generator.
"""

import os
import threading
from collections.abc import Iterator as Iterable
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from jaxkeras.config import floatx
from jaxkeras.ops.operation import layout
from jaxkeras.utils.images import save_img
from jaxkeras.utils.py_dataset import PyDataset

if TYPE_CHECKING:
    from jaxkeras.preprocessing.image.generator import ImageDataGenerator

__all__ = ["BatchOptions", "ImageIterator", "Iterator", "part_of", "random_stream"]


def random_stream(seed: Any = None) -> Any:
    """What to draw from: NumPy's global generator, or one of its own.

    Args:
        seed: a number; ``None`` for the global generator; a generator is returned as it is.

    Example:
        >>> from jaxkeras.preprocessing.image.iterators import random_stream
        >>> random_stream(3).randint(100)
        24
    """
    if seed is None:
        return np.random
    return seed if hasattr(seed, "uniform") else np.random.RandomState(seed)


def part_of(subset: str | None, fraction: float, count: int) -> slice:
    """The part of some samples that a subset takes: the first ones are for validation.

    Args:
        subset: ``"training"``, ``"validation"``, or ``None`` for all.
        fraction: of the samples, for validation.
        count: number of samples.

    Raises:
        ValueError: ``subset`` is another word, or there is no fraction.

    Example:
        >>> from jaxkeras.preprocessing.image.iterators import part_of
        >>> part_of("training", 0.2, 10)
        slice(2, 10, None)
    """
    if subset is None:
        return slice(0, count)
    if subset not in ("training", "validation"):
        raise ValueError(f"subset must be 'training' or 'validation'. Received: {subset!r}.")
    if not fraction:
        raise ValueError(
            f"subset={subset!r} needs a fraction to split by: "
            "ImageDataGenerator(validation_split=0.2)."
        )
    border = int(fraction * count)
    return slice(0, border) if subset == "validation" else slice(border, count)


class Iterator(PyDataset):
    """Batches by number, or one after the other without end.

    A subclass gives ``_get_batches_of_transformed_samples(index_array)``, which makes the batch of
    some rows.

    Args:
        n: number of samples.
        batch_size: samples in a batch; the last of a pass may be smaller.
        shuffle: whether every pass takes the samples in another order.
        seed: of whatever is random; by default it follows NumPy's global seed.
        **kwargs: see `jaxkeras.utils.PyDataset`.

    Attributes:
        index_array: rows in the order of this pass, or ``None`` before the first batch.
        batch_index: number of the batch that ``next`` makes.
        total_batches_seen: batches made so far.

    Raises:
        ValueError: ``batch_size`` is no positive whole number, or there are no samples.
        IndexError: there is no batch of that number.

    Example:
        >>> from jaxkeras.preprocessing.image import Iterator
        >>> class Rows(Iterator):
        ...     def _get_batches_of_transformed_samples(self, index_array):
        ...         return index_array
        >>> rows = Rows(5, batch_size=2, shuffle=False, seed=None)
        >>> len(rows), rows[2]
        (3, array([4]))
        >>> [next(rows).tolist() for _ in range(4)]
        [[0, 1], [2, 3], [4], [0, 1]]

    Keras name: ``keras.preprocessing.image.Iterator`` of Keras 2.
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
            raise ValueError(
                f"batch_size must be a positive whole number. Received: {batch_size!r}."
            )
        if n < 1:
            raise ValueError(f"{type(self).__name__} has no samples to make batches of.")
        self.n = n
        self.batch_size = int(batch_size)
        self.shuffle = shuffle
        self.seed = seed
        self.batch_index = 0
        self.total_batches_seen = 0
        self.index_array: np.ndarray | None = None
        self.lock = threading.Lock()
        self._pass = 0

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def __getitem__(self, index: int) -> Any:
        if not -len(self) <= index < len(self):
            raise IndexError(
                f"{type(self).__name__} has {len(self)} batches, numbered from 0; there is no "
                f"batch {index}."
            )
        with self.lock:
            plan = self._plan(index % len(self))
        return self._batch(*plan)

    def __next__(self) -> Any:
        with self.lock:
            index = self.batch_index
            if index == 0 and self.index_array is not None:
                self._next_pass()
            self.batch_index = (index + 1) % len(self)
            plan = self._plan(index)
        return self._batch(*plan)

    def __iter__(self) -> Iterable[Any]:
        while True:
            yield next(self)

    def __getstate__(self) -> dict[str, Any]:
        with self.lock:
            self._begin()  # so that all copies go through the pass in one order
        return {key: value for key, value in vars(self).items() if key != "lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, lock=threading.Lock())

    def reset(self) -> None:
        """Let ``next`` begin a pass."""
        self.batch_index = 0

    def on_epoch_end(self) -> None:
        with self.lock:
            self._next_pass()

    def _begin(self) -> None:
        if self.index_array is None:
            self.index_array = self._order(self._stream(0))

    def _next_pass(self) -> None:
        self._pass += 1
        self.index_array = None
        self._begin()

    def _order(self, stream: Any) -> np.ndarray:
        return stream.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _stream(self, index: int) -> Any:
        number = self._pass * len(self) + index
        return random_stream(None if self.seed is None else self.seed + number)

    def _plan(self, index: int) -> tuple[np.ndarray, Any]:
        """The rows of a batch, and what is random about it."""
        self._begin()
        stream = self._stream(index)
        if index == 0 and self.seed is not None:
            self._order(stream)  # the first batch draws where the order of the pass left off
        rows = np.asarray(self.index_array)[index * self.batch_size :][: self.batch_size]
        self.total_batches_seen += 1
        return rows, self._draw(rows, stream)

    def _draw(self, rows: np.ndarray, stream: Any) -> Any:
        """What is random about the batch of some rows."""

    def _batch(self, rows: np.ndarray, drawn: Any) -> Any:
        return self._get_batches_of_transformed_samples(rows)

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        raise TypeError(
            f"{type(self).__name__} makes no batches: define "
            "`def _get_batches_of_transformed_samples(self, index_array)` in it."
        )


class BatchOptions(TypedDict, total=False):
    """What `ImageIterator` takes of every iterator over images."""

    batch_size: int
    shuffle: bool
    seed: int | None
    data_format: str | None
    save_to_dir: Any
    save_prefix: str
    save_format: str
    dtype: Any


class ImageIterator(Iterator):
    """Images one by one from wherever a subclass has them, changed, and put together in batches.

    A subclass gives ``_image(row)`` and ``_with_targets(images, rows)``.

    Args:
        n: number of images.
        image_shape: of one image.
        image_data_generator: changes the images; ``None`` leaves them as they are.
        batch_size: see `Iterator`, as for what follows.
        shuffle: likewise.
        seed: likewise.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        save_to_dir: folder to write the changed images to.
        save_prefix: beginning of the names of these files.
        save_format: their format, ``"png"`` or ``"jpeg"`` for instance.
        dtype: type of the batches; by default `jaxkeras.config.floatx`.

    Raises:
        FileNotFoundError: there is no folder ``save_to_dir``.

    Example:
        >>> from jaxkeras.preprocessing.image import NumpyArrayIterator
        >>> from jaxkeras.preprocessing.image.iterators import ImageIterator
        >>> issubclass(NumpyArrayIterator, ImageIterator)
        True
    """

    _name_limit = 10**7  # below it lies the random number in the name of a file

    def __init__(
        self,
        n: int,
        image_shape: tuple[int, ...],
        image_data_generator: "ImageDataGenerator | None",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        dtype: Any = None,
    ):
        super().__init__(n, batch_size, shuffle, seed)
        if save_to_dir and not os.path.isdir(save_to_dir):
            raise FileNotFoundError(f"save_to_dir={save_to_dir!r} is no folder. Make it first.")
        self.image_shape = tuple(image_shape)
        self.image_data_generator = image_data_generator
        self.data_format = layout(data_format)
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        self.dtype = dtype or floatx()

    def _image(self, row: int) -> np.ndarray:
        """An image as it is, in an array of its own."""
        raise TypeError(f"{type(self).__name__} has no images: define `def _image(self, row)`.")

    def _with_targets(self, images: np.ndarray, rows: np.ndarray) -> Any:
        """The batch: images, and targets and weights where there are any."""
        return images

    def _draw(self, rows: np.ndarray, stream: Any) -> tuple[list[dict[str, Any]], list[int]]:
        generator = self.image_data_generator
        changes = []
        if generator is not None:
            changes = [generator.get_random_transform(self.image_shape, stream) for _ in rows]
        names = [stream.randint(self._name_limit) for _ in rows] if self.save_to_dir else []
        return changes, names

    def _batch(self, rows: np.ndarray, drawn: tuple[list[dict[str, Any]], list[int]]) -> Any:
        generator = self.image_data_generator
        changes, names = drawn
        images = np.empty((len(rows), *self.image_shape), self.dtype)
        for position, row in enumerate(rows):
            image = self._image(row)
            if generator is not None:
                image = generator.standardize(generator.apply_transform(image, changes[position]))
            images[position] = image
        for image, row, name in zip(images, rows, names, strict=False):
            file = f"{self.save_prefix}_{row}_{name}.{self.save_format}"
            save_img(os.path.join(self.save_to_dir, file), image, self.data_format)
        return self._with_targets(images, rows)

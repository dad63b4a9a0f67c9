"""Pipelines alone: pictures in folders, read, resized, augmented and put together; no model.

Every function here opens a folder and gives what runs through it once, and returns how many
pictures came.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.workloads import Workload

__all__ = ["PIPELINES", "make_folders"]

Epoch = Callable[[], int]

_WIDTH, _HEIGHT = 160, 120  # of a file
_SIZE = (64, 64)
_SHEAR, _ZOOM = 0.2, 0.2


def make_folders(folder: Path, count: int) -> None:
    """Write JPEG files of two classes, ``folder/cats`` and ``folder/dogs``.

    Args:
        folder: takes them.
        count: how many files.
    """
    from PIL import Image

    random = np.random.default_rng(0)
    for number in range(count):
        place = folder / ("cats", "dogs")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        coarse = random.integers(0, 256, (6, 8, 3), np.uint8)  # pictures are smooth
        image = Image.fromarray(coarse).resize((_WIDTH, _HEIGHT), Image.Resampling.BICUBIC)
        image.save(place / f"{number}.jpg", quality=90)


def _flow(image: Any, folder: Path, workload: Workload) -> Any:
    """The batches of a textbook of Keras 2.

    Args:
        image: a library's module ``preprocessing.image``.
        folder: see `make_folders`.
        workload: says the size of a batch.
    """
    generator = image.ImageDataGenerator(
        rescale=1 / 255, shear_range=_SHEAR, zoom_range=_ZOOM, horizontal_flip=True
    )
    return generator.flow_from_directory(
        str(folder), target_size=_SIZE, batch_size=workload.batch_size, class_mode="binary"
    )


def _jaxkeras(folder: Path, workload: Workload) -> Epoch:
    from jaxkeras.preprocessing import image
    from jaxkeras.training.data import make_source
    from jaxkeras.training.feed import Feed
    from jaxkeras.training.read_ahead import ReadAhead

    feed = Feed(make_source(_flow(image, folder, workload), ahead=ReadAhead(workload.workers)))
    return lambda: sum(len(batch.x) for batch, _ in feed.epoch(lambda: None))


def _keras(folder: Path, workload: Workload) -> Epoch:
    # Keras 3 has no public name for Keras 2's module, nor for what reads ahead.
    image: Any = importlib.import_module("keras.src.legacy.preprocessing.image")
    adapters: Any = importlib.import_module("keras.src.trainers.data_adapters.py_dataset_adapter")
    batches = _flow(image, folder, workload)
    batches.workers = workload.workers

    def epoch() -> int:
        adapter = adapters.PyDatasetAdapter(batches)
        adapter.on_epoch_begin()
        count = sum(len(x) for x, _ in adapter.get_numpy_iterator())
        adapter.on_epoch_end()
        return count

    return epoch


def _torch(folder: Path, workload: Workload) -> Epoch:
    data: Any = importlib.import_module("torch.utils.data")
    datasets: Any = importlib.import_module("torchvision.datasets")
    transforms: Any = importlib.import_module("torchvision.transforms")
    change = transforms.Compose(
        [
            transforms.Resize(_SIZE),
            transforms.RandomAffine(0, scale=(1 - _ZOOM, 1 + _ZOOM), shear=_SHEAR),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
        ]
    )
    loader = data.DataLoader(
        datasets.ImageFolder(str(folder), change),
        batch_size=workload.batch_size,
        shuffle=True,
        num_workers=workload.workers if workload.workers > 1 else 0,
        persistent_workers=workload.workers > 1,
    )
    return lambda: sum(len(x) for x, _ in loader)


PIPELINES: dict[str, Callable[[Path, Workload], Epoch]] = {
    "jaxkeras": _jaxkeras,
    "keras": _keras,
    "torch": _torch,
}
"""By the names of the contenders that have one."""

"""Prepared folders, whoever prepared them, to NumPy arrays."""

from __future__ import annotations

import io
import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from jaxkeras.datasets._catalog import Dataset
from jaxkeras.datasets._errors import DatasetError
from jaxkeras.datasets._raw import Arrays

_BATCH = 1024


def data_root(data_dir: str | os.PathLike[str] | None) -> Path:
    """The data folder of tensorflow-datasets.

    Args:
        data_dir: the folder to use; `None` takes `TFDS_DATA_DIR` or `~/tensorflow_datasets`.

    Returns:
        Its path; it may not exist yet.
    """
    chosen = data_dir or os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    return Path(chosen).expanduser()


def find(dataset: Dataset, root: Path) -> Path | None:
    """The prepared folder of a data set: `root/name/version`, the newest version.

    Args:
        dataset: the data set.
        root: the data folder.

    Returns:
        The folder, or `None` when nothing is prepared.
    """
    versions = {
        tuple(map(int, path.parent.name.split("."))): path.parent
        for path in root.glob(f"{dataset.name}/*/dataset_info.json")
        if re.fullmatch(r"\d+\.\d+\.\d+", path.parent.name)
    }
    return versions[max(versions)] if versions else None


def read(dataset: Dataset, folder: Path) -> dict[str, Arrays]:
    """Decode every example of a prepared folder.

    Args:
        dataset: which data set it is.
        folder: the prepared folder, in the formats array_record or tfrecord.

    Returns:
        The arrays by split, in the order in which the folder holds the examples.

    Raises:
        DatasetError: the folder is in another format, damaged, or holds something else.
    """
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder_from_directory(folder)
        return {
            split: _decode(dataset, _records(builder, split), builder.info.splits[split])
            for split in ("train", "test")
        }
    except DatasetError:
        raise
    except Exception as error:
        raise DatasetError(
            f"{dataset.title}: the prepared folder {folder} cannot be read: {error}. "
            f"Delete it and prepare it again, or call prepare({dataset.name!r}, overwrite=True)."
        ) from error


def _decode(dataset: Dataset, records: Iterator[bytes], info: Any) -> Arrays:
    """The arrays of one split, from its serialized `tf.train.Example` records."""
    from PIL import Image
    from tensorflow_datasets.proto.tf_example_generated_pb2 import (
        Example,  # pyright: ignore[reportAttributeAccessIssue]
    )

    count = info.num_examples
    shape = dataset.image_shape
    allowed = {shape, shape[:2]} if shape[2] == 1 else {shape}
    images = np.empty((count, *shape), np.uint8)
    labels = {label: np.empty(count, np.uint8) for label in dataset.labels}
    index = -1
    for index, record in enumerate(records):
        if index >= count:
            break
        features = Example.FromString(record).features.feature
        with Image.open(io.BytesIO(features["image"].bytes_list.value[0])) as image:
            pixels = np.asarray(image)
        if pixels.shape not in allowed:
            raise ValueError(f"image {index} is {pixels.shape}, expected {shape}")
        images[index] = pixels.reshape(shape)
        for label, classes in dataset.labels.items():
            value = features[label].int64_list.value[0]
            if not 0 <= value < classes:
                raise ValueError(f"{label} {index} is {value}, expected 0 to {classes - 1}")
            labels[label][index] = value
    if index + 1 != count:
        raise ValueError(f"its records do not number {count}, as dataset_info.json says")
    return {"image": images, **labels}


def _records(builder: Any, split: str) -> Iterator[bytes]:
    formats = {fmt.value for fmt in builder.info.available_file_formats()}
    if "array_record" in formats:
        yield from _array_records(builder, split)
    elif "tfrecord" in formats:
        for path in builder.info.splits[split].filepaths:
            yield from _tfrecords(Path(path))
    else:
        raise DatasetError(
            f"{builder.data_dir} is in the format {', '.join(sorted(formats)) or 'unknown'}, "
            "expected array_record or tfrecord. Delete it and prepare it again, "
            "or give another data_dir."
        )


def _array_records(builder: Any, split: str) -> Iterator[bytes]:
    """Records in batches: one by one they take three times as long."""
    import tensorflow_datasets as tfds

    source = builder.as_data_source(
        split,
        file_format="array_record",
        deserialize_method=tfds.decode.DeserializeMethod.RAW_BYTES,
    )
    for start in range(0, len(source), _BATCH):
        yield from source.__getitems__(range(start, min(start + _BATCH, len(source))))


def _tfrecords(path: Path) -> Iterator[bytes]:
    """Records of a TFRecord file: a length, its checksum, the content, its checksum."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while header := file.read(12):
            length = struct.unpack("<Q", header[:8])[0] if len(header) == 12 else size
            if length > size - file.tell() - 4:
                raise ValueError(f"{path.name} is cut short")
            yield file.read(length)
            file.read(4)

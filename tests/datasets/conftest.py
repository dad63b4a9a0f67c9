"""Tiny data sets in the genuine raw formats, with a catalog that describes them."""

import gzip
import hashlib
import io
import tarfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from jaxkeras.datasets import _catalog
from jaxkeras.datasets._catalog import CATALOG, Dataset

COUNTS = {"train": 40, "test": 20}


@dataclass
class Tiny:
    """A tiny data set: where its raw files are, and what they hold."""

    name: str
    raw_dir: Path
    arrays: dict[str, dict[str, np.ndarray]]


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """An empty data folder, which is also the default one; no home folder is looked at."""
    folder = tmp_path / "tfds"
    monkeypatch.setenv("TFDS_DATA_DIR", str(folder))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return folder


@pytest.fixture
def tiny_mnist(tmp_path, data_dir, monkeypatch):
    raw_dir = tmp_path / "raw_mnist"
    raw_dir.mkdir()
    arrays = _random_arrays((28, 28, 1), {"label": 10})
    parts = []
    for part in CATALOG["mnist"].parts:
        features = arrays[part.split]
        values = features["image"][..., 0] if "images" in part.name else features["label"]
        content = idx(values)
        (raw_dir / f"{part.name}.gz").write_bytes(gzip.compress(content))
        md5 = hashlib.md5(content).hexdigest()
        parts.append(replace(part, examples=len(values), md5=md5))
    _describe(monkeypatch, replace(CATALOG["mnist"], parts=tuple(parts)))
    return Tiny("mnist", raw_dir, arrays)


@pytest.fixture(params=["cifar10", "cifar100"])
def tiny_cifar(request, tmp_path, data_dir, monkeypatch):
    dataset = CATALOG[request.param]
    raw_dir = tmp_path / "raw_cifar"
    raw_dir.mkdir()
    train_parts = sum(part.split == "train" for part in dataset.parts)
    counts = {"train": 100 * train_parts, "test": 100}
    arrays = _random_arrays((32, 32, 3), dataset.labels, counts)
    parts, start = [], {"train": 0, "test": 0}
    for part in dataset.parts:
        chosen = slice(start[part.split], start[part.split] + 100)
        start[part.split] += 100
        features = arrays[part.split]
        planes = features["image"][chosen].transpose(0, 3, 1, 2).reshape(100, -1)
        labels = [features[label][chosen, None] for label in dataset.labels]
        (raw_dir / part.name).write_bytes(np.hstack([*labels, planes]).tobytes())
        parts.append(replace(part, examples=100))
    for label, name in dataset.label_names.items():
        names = "\n".join(f"{label}_{i}" for i in range(dataset.labels[label]))
        (raw_dir / name).write_text(names + "\n\n")
    _describe(monkeypatch, replace(dataset, parts=tuple(parts)))
    return Tiny(request.param, raw_dir, arrays)


@pytest.fixture
def cifar_archive(tiny_cifar, tmp_path, monkeypatch):
    """The files of `tiny_cifar` as the archive that is published."""
    dataset = CATALOG[tiny_cifar.name]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path in sorted(tiny_cifar.raw_dir.iterdir()):
            archive.add(path, f"batches/{path.name}")
    content = buffer.getvalue()
    sha256 = hashlib.sha256(content).hexdigest()
    download = replace(dataset.downloads[0], size=len(content), sha256=sha256)
    _describe(monkeypatch, replace(dataset, downloads=(download,)))
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / download.name).write_bytes(content)
    return Tiny(tiny_cifar.name, folder, tiny_cifar.arrays)


def idx(values: np.ndarray) -> bytes:
    """An idx file of unsigned bytes."""
    dimensions = np.array(values.shape, ">u4").tobytes()
    return b"\x00\x00\x08" + bytes([values.ndim]) + dimensions + values.tobytes()


def _random_arrays(shape, labels, counts=COUNTS):
    """Random images, and every class equally often."""
    generator = np.random.default_rng(0)
    return {
        split: {
            "image": generator.integers(0, 256, (count, *shape), np.uint8),
            **{
                label: generator.permutation(np.arange(count) % classes).astype(np.uint8)
                for label, classes in labels.items()
            },
        }
        for split, count in counts.items()
    }


def _describe(monkeypatch, dataset: Dataset) -> None:
    monkeypatch.setitem(_catalog.CATALOG, dataset.name, replace(dataset, places=()))

"""Raw files, as their authors publish them, to NumPy arrays.

The sizes come from the catalog and never from the files themselves, so a damaged header cannot
make the program allocate memory.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import tarfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from jaxkeras.datasets._catalog import Dataset, Download, Part
from jaxkeras.datasets._errors import DatasetError

Arrays = dict[str, np.ndarray]
"""The features of one split: `image` is `(n, height, width, channels)`, each label is `(n,)`."""

_GZIP_MAGIC = b"\x1f\x8b"
_IDX_UINT8 = b"\x00\x00\x08"
_NAMES_LIMIT = 1 << 16


class Raw(NamedTuple):
    """A data set in memory.

    Attributes:
        splits: the arrays of `train` and of `test`.
        class_names: the names of the classes by label, where the raw files list them.
    """

    splits: dict[str, Arrays]
    class_names: dict[str, list[str]]


def find(dataset: Dataset, folder: Path) -> dict[str, Path]:
    """Look for the raw files of a data set in a folder and the folders directly inside it.

    Args:
        dataset: what to look for.
        folder: where to look.

    Returns:
        The path of each file by its name in the catalog: one archive, or all parts.

    Raises:
        DatasetError: the folder does not exist, or files are missing.
    """
    if not folder.is_dir():
        raise DatasetError(
            f"{dataset.title}: raw_dir={str(folder)!r} is not a folder. "
            f"Give the folder that holds {_wanted(dataset)}."
        )
    places = [folder, *sorted(child for child in folder.iterdir() if child.is_dir())]
    if dataset.layout == "cifar":
        archive = dataset.downloads[0].name
        found = _first(place / archive for place in places)
        if found:
            return {archive: found}
    files = {
        part.name: _first(place / name for place in places for name in _spellings(part.name))
        for part in dataset.parts
    }
    missing = [name for name, path in files.items() if path is None]
    if missing:
        raise DatasetError(
            f"{dataset.title}: {folder} has no {', '.join(missing)}. It should hold "
            f"{_wanted(dataset)}; it holds {_listing(folder)}."
        )
    for name in dataset.label_names.values():
        files[name] = _first(place / name for place in places)
    return {name: path for name, path in files.items() if path}


def read(dataset: Dataset, files: dict[str, Path]) -> Raw:
    """Read, verify and decode the raw files of a data set.

    Args:
        dataset: what the files should hold.
        files: the paths by name, from `find` or from a download.

    Returns:
        The arrays in the original order of the examples, and the names of the classes.

    Raises:
        DatasetError: a file is damaged, cut short, or not what the catalog describes.
    """
    archive = dataset.downloads[0]
    if dataset.layout == "cifar" and archive.name in files:
        contents = _unpack(dataset, archive, files[archive.name])
    else:
        contents = {
            part.name: _content(_origin(dataset, part, files), _length(dataset, part))
            for part in dataset.parts
        }
        for name in dataset.label_names.values():
            if name in files:
                contents[name] = _content(files[name], _NAMES_LIMIT)

    splits: dict[str, list[Arrays]] = {"train": [], "test": []}
    decode = _decode_idx if dataset.layout == "idx" else _decode_cifar
    for part in dataset.parts:
        arrays = decode(dataset, part, contents[part.name], _origin(dataset, part, files))
        splits[part.split].append(arrays)
    joined = {split: _join(dataset, pieces) for split, pieces in splits.items()}
    for split, arrays in joined.items():
        _check_labels(dataset, split, arrays)
    return Raw(joined, _class_names(dataset, contents))


def _origin(dataset: Dataset, part: Part, files: dict[str, Path]) -> Path:
    """The file that holds a part: itself, itself gzipped, or the archive."""
    names = (part.name, part.name + ".gz", dataset.downloads[0].name)
    return next(files[name] for name in names if name in files)


def _length(dataset: Dataset, part: Part) -> int:
    """The number of bytes that a part must have."""
    pixels = math.prod(dataset.image_shape)
    if dataset.layout == "cifar":
        return part.examples * (len(dataset.labels) + pixels)
    header = len(idx_header(dataset, part))
    return header + part.examples * (pixels if _is_images(part) else 1)


def _spellings(name: str) -> list[str]:
    names = [name, name.replace("-idx", ".idx")]
    return [spelling + suffix for spelling in dict.fromkeys(names) for suffix in (".gz", "")]


def _first(paths: Iterable[Path]) -> Path | None:
    return next((path for path in paths if path.is_file()), None)


def _wanted(dataset: Dataset) -> str:
    names = ", ".join(part.name for part in dataset.parts)
    if dataset.layout == "cifar":
        return f"{dataset.downloads[0].name}, or the unpacked {names}"
    return f"{names} (gzipped or not)"


def _listing(folder: Path) -> str:
    names = sorted(path.name for path in folder.iterdir())
    hint = ""
    if any(name.endswith("-python.tar.gz") for name in names):
        hint = " (the python version of the archive is a pickle, which is not read)"
    return (", ".join(names[:8]) + (", ..." if len(names) > 8 else "") or "nothing") + hint


def _content(path: Path, limit: int) -> bytes:
    """At most `limit + 1` bytes of a file, gunzipped when it is gzipped."""
    try:
        with path.open("rb") as file:
            packed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        with gzip.open(path) if packed else path.open("rb") as file:
            return file.read(limit + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(path, f"it is cut short or corrupted ({error})") from error
    except OSError as error:
        raise DatasetError(f"cannot read {path}: {error.strerror or error}.") from error


def _unpack(dataset: Dataset, archive: Download, path: Path) -> dict[str, bytes]:
    """The contents of the archive's files, by name, once its checksum is right."""
    size = path.stat().st_size
    if size != archive.size:
        raise _damaged(path, f"it has {size:,} bytes, expected {archive.size:,}")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != archive.sha256:
        raise _damaged(path, f"its SHA-256 is {found}, expected {archive.sha256}")
    limits = {part.name: _length(dataset, part) for part in dataset.parts}
    limits |= dict.fromkeys(dataset.label_names.values(), _NAMES_LIMIT)
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r:gz") as members:
            for member in members:
                name = Path(member.name).name
                file: IO[bytes] | None = members.extractfile(member) if name in limits else None
                if file:
                    contents[name] = file.read(limits[name] + 1)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise _damaged(path, f"it is not a readable archive ({error})") from error
    for part in dataset.parts:
        if part.name not in contents:
            raise _damaged(path, f"it has no {part.name}")
    return contents


def idx_header(dataset: Dataset, part: Part) -> bytes:
    """The header that an idx file must have: a magic number and the dimensions.

    Args:
        dataset: the data set.
        part: its file of images or of labels.

    Returns:
        8 bytes for labels, 16 bytes for images.
    """
    shape = (part.examples, *dataset.image_shape[:2]) if _is_images(part) else (part.examples,)
    return _IDX_UINT8 + bytes([len(shape)]) + np.array(shape, ">u4").tobytes()


def verify_md5(part: Part, content: bytes, path: Path) -> None:
    """Compare the content of a part with its checksum, where one is known.

    Args:
        part: the part.
        content: what was read.
        path: where from, for the message.

    Raises:
        DatasetError: the checksums differ.
    """
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if part.md5 not in {None, found}:
        raise _damaged(path, f"the MD5 of its {part.name} is {found}, expected {part.md5}")


def _is_images(part: Part) -> bool:
    return "images" in part.name


def _decode_idx(dataset: Dataset, part: Part, content: bytes, path: Path) -> Arrays:
    """The images or the labels of an idx file."""
    expected = idx_header(dataset, part)
    header = content[: len(expected)]
    if header[:4] != expected[:4]:
        raise _damaged(path, f"it starts with {header[:4].hex()!r}, not {expected[:4].hex()!r}")
    if header != expected and len(header) == len(expected):
        found, wanted = (np.frombuffer(bytes_[4:], ">u4").tolist() for bytes_ in (header, expected))
        raise _damaged(path, f"its header says {found}, expected {wanted}")
    _check_length(dataset, part, content, path)
    verify_md5(part, content, path)
    values = np.frombuffer(content, np.uint8, offset=len(expected))
    if _is_images(part):
        return {"image": values.reshape(part.examples, *dataset.image_shape)}
    return {next(iter(dataset.labels)): values}


def _decode_cifar(dataset: Dataset, part: Part, content: bytes, path: Path) -> Arrays:
    """The examples of a CIFAR file: for each its labels, then its red, green and blue plane."""
    _check_length(dataset, part, content, path)
    height, width, channels = dataset.image_shape
    records = np.frombuffer(content, np.uint8).reshape(part.examples, -1)
    planes = records[:, len(dataset.labels) :].reshape(-1, channels, height, width)
    labels = {label: records[:, i].copy() for i, label in enumerate(dataset.labels)}
    return {"image": np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), **labels}


def _join(dataset: Dataset, pieces: list[Arrays]) -> Arrays:
    features = ("image", *dataset.labels)
    return {
        feature: np.concatenate([piece[feature] for piece in pieces if feature in piece])
        for feature in features
    }


def _check_length(dataset: Dataset, part: Part, content: bytes, path: Path) -> None:
    expected = _length(dataset, part)
    if len(content) < expected:
        raise _damaged(path, f"it is cut short: {len(content):,} bytes, expected {expected:,}")
    if len(content) > expected:
        raise _damaged(path, f"it goes on after the expected {expected:,} bytes")


def _check_labels(dataset: Dataset, split: str, arrays: Arrays) -> None:
    """Every label is a class; without a checksum, every class must be equally frequent."""
    for label, classes in dataset.labels.items():
        counts = np.bincount(arrays[label], minlength=classes)
        if len(counts) > classes:
            raise DatasetError(
                f"{dataset.title}: the {split} files hold {label} {len(counts) - 1}, "
                f"expected 0 to {classes - 1}. Download the raw files again."
            )
        if dataset.layout == "cifar" and len(set(counts.tolist())) != 1:
            raise DatasetError(
                f"{dataset.title}: the {split} files hold from {counts.min()} to {counts.max()} "
                f"examples of a {label}, expected the same number of each. "
                "Download the raw files again."
            )


def _class_names(dataset: Dataset, contents: dict[str, bytes]) -> dict[str, list[str]]:
    names = {
        label: contents[name].decode("utf-8", "replace").split()
        for label, name in dataset.label_names.items()
        if name in contents
    }
    return {label: found for label, found in names.items() if len(found) == dataset.labels[label]}


def _damaged(path: Path, reason: str) -> DatasetError:
    return DatasetError(
        f"{path} is not the file that was published: {reason}. "
        "Delete it and download it again, or give another raw_dir."
    )

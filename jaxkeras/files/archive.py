"""``.keras`` archives as plain dictionaries and groups of arrays."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, BinaryIO

from jaxkeras.files.errors import CorruptFileError, damaged, most_bytes, refused
from jaxkeras.files.hdf5 import Group, read_hdf5, write_hdf5

__all__ = ["KERAS_VERSION", "Archive", "archive_of", "members_of", "read_archive", "write_archive"]

_CONFIG, _METADATA, _WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
KERAS_VERSION = "3.15.1"  # the version whose layout is written
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack to any size at once
_IS_DIRECTORY, _IS_LINK, _FILE_TYPE = 0o040000, 0o120000, 0o170000


@dataclass
class Archive:
    """What a ``.keras`` file holds.

    Attributes:
        config: the model's configuration.
        weights: its weights and the state of its optimizer.
        metadata: version and date of writing.
        assets: further members by name, such as vocabularies.
    """

    config: dict[str, Any]
    weights: Group
    metadata: dict[str, Any] = field(default_factory=dict)
    assets: dict[str, bytes] = field(default_factory=dict)


def write_archive(file: BinaryIO, archive: Archive) -> None:
    """Write a ``.keras`` archive to an open binary file.

    Args:
        file: open for writing.
        archive: what to write; version and date are added.

    Example:
        >>> import io
        >>> from jaxkeras.files import Archive, Group, read_archive, write_archive
        >>> file = io.BytesIO()
        >>> write_archive(file, Archive({"class_name": "Sequential"}, Group()))
        >>> archive = read_archive(file, "model.keras")
        >>> archive.config, sorted(archive.metadata)
        ({'class_name': 'Sequential'}, ['date_saved', 'keras_version'])
    """
    with zipfile.ZipFile(file, "w") as opened:
        for name, content in members_of(archive).items():
            opened.writestr(name, content)


def members_of(archive: Archive) -> dict[str, bytes]:
    """The files that make up an archive, by name.

    Args:
        archive: version and date are added.
    """
    metadata = {
        "keras_version": KERAS_VERSION,
        "date_saved": datetime.now(UTC).strftime("%Y-%m-%d@%H:%M:%S"),
    }
    weights = io.BytesIO()
    write_hdf5(weights, archive.weights)
    return {
        _METADATA: json.dumps(metadata | archive.metadata).encode(),
        _CONFIG: json.dumps(archive.config).encode(),
        _WEIGHTS: weights.getvalue(),
        **archive.assets,
    }


def read_archive(file: BinaryIO, label: str) -> Archive:
    """What a ``.keras`` archive holds.

    Args:
        file: open for reading.
        label: the file's name, for messages.

    Raises:
        CorruptFileError: the archive is damaged or lacks a member; or it holds a member twice,
            outside of its own folder, encrypted or linked; or it unpacks to more than 100 times its
            size and 64 MiB.
    """
    size = file.seek(0, io.SEEK_END)
    try:
        with zipfile.ZipFile(file) as opened:
            members = _checked_members(opened, size, label)
            contents = {name: opened.read(info) for name, info in members.items()}
    except CorruptFileError:
        raise
    except Exception as error:  # zipfile and zlib answer damage with errors of many kinds
        raise damaged(label, error) from error
    return archive_of(contents, label, most_bytes(size))


def archive_of(contents: Mapping[str, bytes], label: str, room: int | None = None) -> Archive:
    """The archive whose members are given by name, as bytes.

    Args:
        contents: the members.
        label: the archive's name, for messages.
        room: the most bytes that its arrays may take; by default, it follows from the members.
    """
    missing = [name for name in (_CONFIG, _WEIGHTS) if name not in contents]
    if missing:
        raise CorruptFileError(
            f"{label} is no .keras archive: it lacks {' and '.join(missing)}. It holds: "
            f"{', '.join(contents) or 'nothing'}."
        )
    config, metadata = (
        _json_object(contents.get(name, b"{}"), f"{label}, {name},")
        for name in (_CONFIG, _METADATA)
    )
    weights = read_hdf5(io.BytesIO(contents[_WEIGHTS]), f"{label}, {_WEIGHTS},", room)
    known = (_CONFIG, _METADATA, _WEIGHTS)
    assets = {name: content for name, content in contents.items() if name not in known}
    return Archive(config, weights, metadata, assets)


def _checked_members(opened: zipfile.ZipFile, size: int, label: str) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    bytes_left, room = size, most_bytes(size)
    for info in opened.infolist():
        name, kind = info.filename, (info.external_attr >> 16) & _FILE_TYPE
        if info.is_dir() or kind == _IS_DIRECTORY:
            continue
        parts = name.replace("\\", "/").split("/")
        if name in members:
            raise refused(label, f"it holds {name!r} twice")
        if ".." in parts or parts[0] == "" or ":" in parts[0] or kind == _IS_LINK:
            raise refused(label, f"its member {name!r} points out of it")
        if info.flag_bits & 1:
            raise refused(label, f"its member {name!r} is encrypted")
        if info.compress_type not in _METHODS:
            raise refused(label, f"its member {name!r} is packed in another way than by deflate")
        bytes_left -= info.compress_size
        room -= info.file_size
        if bytes_left < 0 or room < 0:
            raise refused(
                label,
                f"its member {name!r} claims {info.file_size} bytes, for which the file holds too "
                "little",
            )
        members[name] = info
    return members


def _json_object(content: bytes, label: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise damaged(label, error) from error
    if not isinstance(found, dict):
        raise damaged(label, f"expected a JSON object, got {type(found).__name__}")
    return found

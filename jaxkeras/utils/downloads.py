"""Files from the network, kept in a folder, verified and unpacked."""

import contextlib
import hashlib
import os
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jaxkeras.config import keras_home
from jaxkeras.registry import suggest, teaches_keywords
from jaxkeras.utils.messages import report
from jaxkeras.utils.progbar import Progbar

__all__ = ["get_file"]

_ALGORITHMS = ("auto", "md5", "sha256")
_CHUNK = 1 << 16
_PATIENCE = 60.0  # seconds without a byte
_FORMATS = ("tar", "zip")


@teaches_keywords()
def get_file(
    fname: str | os.PathLike[str] | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | list[str] | None = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
) -> str:
    """Download a file, unless it is there already.

    A file appears under its name only when it is complete and verified; so does the folder of an
    archive.

    Args:
        fname: name of the file, or of the folder of an archive; by default that in ``origin``.
        origin: address of the file.
        untar: Keras 1's way to say ``extract=True, archive_format="tar"``.
        md5_hash: Keras 1's way to give ``file_hash``.
        file_hash: SHA-256 or MD5 of the file. Give it: it makes sure that the file is the right
            one.
        cache_subdir: folder inside ``cache_dir``.
        hash_algorithm: ``"sha256"``, ``"md5"``, or ``"auto"``, which follows from the length.
        extract: whether to unpack an archive.
        archive_format: ``"tar"`` (compressed or not), ``"zip"``, or ``"auto"`` for both.
        cache_dir: folder of all files; by default ``~/.keras``, or ``KERAS_HOME``.
        force_download: whether to download a file that is there.

    Returns:
        Path of the file, or of the folder that an archive was unpacked to.

    Raises:
        OSError: the file cannot be downloaded or written.
        ValueError: the file does not have that hash, is no archive, or holds members that would be
            written outside of the folder; or an argument makes no sense.

    Example:
        >>> import pathlib, tempfile
        >>> from jaxkeras.config import disable_interactive_logging, enable_interactive_logging
        >>> from jaxkeras.utils import get_file
        >>> disable_interactive_logging()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     source = pathlib.Path(folder, "numbers.txt")
        ...     _ = source.write_text("1 2 3")
        ...     path = get_file("mine.txt", source.as_uri(), cache_dir=f"{folder}/cache")
        ...     pathlib.Path(path).read_text()
        '1 2 3'
        >>> enable_interactive_logging()
    """
    if origin is None:
        raise ValueError("get_file needs the address of the file: origin='https://...'.")
    given = os.fspath(fname) if fname else ""
    name = given or Path(urllib.parse.unquote(urllib.parse.urlsplit(origin).path)).name
    if not name or Path(name).name != name or name in (".", ".."):
        raise ValueError(
            f"get_file: fname must be the name of a file without folders. Received: {given!r}. "
            "Give the folder as cache_dir= and cache_subdir=."
        )
    folder = Path(cache_dir or keras_home()).expanduser() / cache_subdir
    folder.mkdir(parents=True, exist_ok=True)
    expected = _Hash(file_hash or md5_hash, "md5" if md5_hash and not file_hash else hash_algorithm)
    unpacks = extract or untar
    file, unpacked = _places(folder, name, bool(given), unpacks)
    is_kept = file.exists() and not force_download
    if is_kept and not expected.fits(file):
        report(f"{file} does not have the expected hash: it is downloaded again.")
        is_kept = False
    if not is_kept:
        _download(origin, file, expected)
    if not unpacks:
        return str(file)
    if not is_kept or not unpacked.is_dir():
        _unpack(file, unpacked, "tar" if untar else archive_format)
    return str(unpacked)


def _places(folder: Path, name: str, is_given: bool, unpacks: bool) -> tuple[Path, Path]:
    """Where the file goes and where it is unpacked to; names as in Keras."""
    if not unpacks:
        return folder / name, folder
    if is_given and "." in name:
        return folder / name, folder / f"{name.partition('.')[0]}_extracted"
    return folder / f"{name}_archive", folder / name


class _Hash:
    """What a file is verified by.

    Args:
        value: the hash in hexadecimal digits, or ``None`` to take any file.
        algorithm: its name, or ``"auto"``.
    """

    def __init__(self, value: str | None, algorithm: str):
        if algorithm not in _ALGORITHMS:
            raise ValueError(
                f"hash_algorithm must be one of {', '.join(map(repr, _ALGORITHMS))}. Received: "
                f"{algorithm!r}.{suggest(str(algorithm), _ALGORITHMS)}"
            )
        if algorithm == "auto":
            algorithm = "sha256" if len(value or "") == 64 else "md5"
        self.value, self.algorithm = value, algorithm

    def of(self, file: Path) -> str:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, self.algorithm).hexdigest()

    def fits(self, file: Path) -> bool:
        return self.value is None or self.of(file) == self.value.lower()


@contextlib.contextmanager
def _complete_only(place: Path) -> Iterator[Path]:
    """A path beside ``place`` to write to, which takes its place when all went well."""
    draft = Path(tempfile.mkdtemp(prefix=".incomplete.", dir=place.parent)) / place.name
    try:
        yield draft
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        os.replace(draft, place)
    finally:
        shutil.rmtree(draft.parent, ignore_errors=True)


def _download(origin: str, file: Path, expected: _Hash) -> None:
    report(f"Downloading data from {origin}")
    with _complete_only(file) as draft:
        try:
            with (
                urllib.request.urlopen(origin, timeout=_PATIENCE) as response,
                draft.open("wb") as opened,
            ):
                _copy(response, opened)
        except urllib.error.URLError as error:
            reason = getattr(error, "code", None) or error.reason
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            raise OSError(
                f"{origin} cannot be downloaded: {reason}. Get the file another way and put it at "
                f"{file}."
            ) from error
        if not expected.fits(draft):
            raise ValueError(
                f"The file from {origin} is incomplete or another one: its {expected.algorithm} is "
                f"{expected.of(draft)}, expected {expected.value}."
            )


def _copy(response: Any, opened: Any) -> None:
    """Write what comes, and show how far it is."""
    total = int(response.headers.get("Content-Length") or 0) or None
    progbar = Progbar(total, unit_name="byte")
    done = 0
    while chunk := response.read(_CHUNK):
        opened.write(chunk)
        done += len(chunk)
        progbar.update(done, finalize=False)
    if total is not None and done < total:
        raise OSError(f"The connection broke after {done} of {total} bytes. Try again.")
    progbar.update(done, finalize=True)


def _unpack(file: Path, folder: Path, archive_format: Any) -> None:
    formats = [archive_format] if isinstance(archive_format, str) else list(archive_format or ())
    formats = list(_FORMATS) if formats == ["auto"] else formats
    if unknown := [name for name in formats if name not in _FORMATS]:
        raise ValueError(
            f"archive_format must be 'auto', 'tar' or 'zip'. Received: {unknown[0]!r}."
        )
    with _complete_only(folder) as draft:
        draft.mkdir()
        if "tar" in formats and tarfile.is_tarfile(file):
            with tarfile.open(file) as tar:
                members = tar.getmembers()
                for member in members:
                    if not (member.isfile() or member.isdir()):
                        raise _unsafe(file, f"{member.name!r} is a link or a device")
                    _require_inside(draft, member.name, file)
                tar.extraction_filter = lambda member, path: member  # all have been looked at
                for member in members:
                    tar.extract(member, draft, set_attrs=False)
        elif "zip" in formats and zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    _require_inside(draft, name, file)
                archive.extractall(draft)
        else:
            raise ValueError(
                f"{file} is no archive of the format {archive_format!r}. Leave extract=True out, "
                "or correct archive_format=."
            )


def _require_inside(folder: Path, name: str, file: Path) -> None:
    if not (folder / name).resolve().is_relative_to(folder.resolve()):
        raise _unsafe(file, repr(name))


def _unsafe(file: Path, reason: Any) -> ValueError:
    return ValueError(
        f"{file} holds a member that would be written outside of its folder: {reason}. Nothing was "
        "unpacked. Do not trust this archive."
    )

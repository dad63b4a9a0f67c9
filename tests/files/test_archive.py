import io
import json
import warnings
import zipfile

import numpy as np
import pytest

from jaxkeras.files import (
    Archive,
    CorruptFileError,
    Group,
    format_of,
    read_archive,
    read_model_file,
    write_archive,
)


def _archive() -> bytes:
    file = io.BytesIO()
    weights = Group(children={"x": np.arange(3.0)})
    write_archive(file, Archive({"class_name": "A"}, weights, assets={"assets/words.txt": b"a b"}))
    return file.getvalue()


def _with(name: str, content: bytes = b"x", **attributes) -> io.BytesIO:
    file = io.BytesIO(_archive())
    with warnings.catch_warnings(), zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as opened:
        warnings.simplefilter("ignore")  # zipfile's, about names that are there already
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        for key, value in attributes.items():
            setattr(info, key, value)
        opened.writestr(info, content)
    return file


def test_round_trip():
    archive = read_archive(io.BytesIO(_archive()), "model.keras")
    assert archive.config == {"class_name": "A"}
    assert archive.assets == {"assets/words.txt": b"a b"}
    np.testing.assert_array_equal(archive.weights.array("x"), np.arange(3.0))
    with zipfile.ZipFile(io.BytesIO(_archive())) as opened:
        assert opened.namelist()[:3] == ["metadata.json", "config.json", "model.weights.h5"]
        assert all(info.compress_type == zipfile.ZIP_STORED for info in opened.infolist())


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (_with("config.json", b"{}"), "holds 'config.json' twice"),
        (_with("../outside"), "points out of it"),
        (_with("/etc/passwd"), "points out of it"),
        (_with("a\\..\\..\\b"), "points out of it"),
        (_with("C:/x"), "points out of it"),
        (_with("link", b"/etc/passwd", external_attr=0o120777 << 16), "points out of it"),
    ],
)
def test_members_that_do_not_belong_are_refused(file, message):
    with pytest.raises(CorruptFileError, match=f"^m.keras is refused: .*{message}"):
        read_archive(file, "m.keras")


def test_a_member_larger_than_packing_allows_is_refused():
    content = _with("assets/zeros", bytes(10_000)).getvalue()
    place = content.rindex(b"PK\x01\x02")  # the last entry of the directory, with its size
    spoilt = content[: place + 24] + (2**31).to_bytes(4, "little") + content[place + 28 :]
    with pytest.raises(CorruptFileError, match="claims 2147483648 bytes"):
        read_archive(io.BytesIO(spoilt), "m.keras")


def test_what_is_missing_or_damaged_is_named():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr("config.json", "{}")
    with pytest.raises(CorruptFileError, match="lacks model.weights.h5. It holds: config.json"):
        read_archive(file, "m.keras")
    whole = _archive()
    for size in range(0, len(whole), 101):
        with pytest.raises(CorruptFileError, match="m.keras"):
            read_archive(io.BytesIO(whole[:size]), "m.keras")
    flipped = bytearray(whole)
    flipped[whole.index(b"class_name")] ^= 1
    with pytest.raises(CorruptFileError, match="CRC"):
        read_archive(io.BytesIO(bytes(flipped)), "m.keras")
    with pytest.raises(CorruptFileError, match="config.json, cannot be read"):
        read_archive(_replaced("config.json", b"[" * 100_000), "m.keras")
    with pytest.raises(CorruptFileError, match="expected a JSON object, got list"):
        read_archive(_replaced("config.json", b"[]"), "m.keras")


def _replaced(name: str, content: bytes) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_archive())) as old, zipfile.ZipFile(file, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == name else old.read(info))
    return file


def test_content_decides_the_format(tmp_path):
    path = tmp_path / "weights.h5"
    path.write_bytes(_archive())
    assert format_of(path) == "archive"
    assert isinstance(read_model_file(path), Archive)

    with zipfile.ZipFile(path) as opened:
        opened.extractall(tmp_path / "model.keras")
        h5 = opened.read("model.weights.h5")
    unpacked = read_model_file(tmp_path / "model.keras")
    assert isinstance(unpacked, Archive)
    assert unpacked.assets == {"assets/words.txt": b"a b"}
    assert json.loads((tmp_path / "model.keras" / "metadata.json").read_text()) == unpacked.metadata

    (tmp_path / "model.keras" / "assets" / "more.txt").symlink_to("/etc/hosts")
    with pytest.raises(CorruptFileError, match="assets/more.txt is a link to another place"):
        read_model_file(tmp_path / "model.keras")

    path.write_bytes(h5)
    assert isinstance(read_model_file(path), Group)
    path.write_bytes(b"GIF89a")
    with pytest.raises(CorruptFileError, match="neither a .keras archive nor an HDF5 file"):
        read_model_file(path)
    with pytest.raises(CorruptFileError, match="a folder without config.json"):
        read_model_file(tmp_path)
    with pytest.raises(FileNotFoundError, match="There is no file .*none.keras"):
        read_model_file(tmp_path / "none.keras")

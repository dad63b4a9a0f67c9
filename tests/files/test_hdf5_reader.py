"""Reading HDF5: what h5py writes, in all its layouts, comes out as h5py reads it."""

import io

import h5py
import numpy as np
import pytest

from jaxkeras.files import CorruptFileError, Group, read_hdf5


def _fill(file: h5py.File, is_newest: bool) -> None:
    for number in range(60):  # more than the header of an object takes
        file.attrs[f"attribute_{number:02}"] = f"value {number} " * number
    file.attrs["list"] = np.array([b"x" * 40, b"y"] * (3000 if is_newest else 500))
    group = file.create_group("many")
    for number in range(150):
        group.create_group(f"layer_{number}")
    group.attrs["number"] = 1.5
    group.attrs["whole"] = np.int64(-3)
    group.attrs["flag"] = True
    group.attrs["array"] = np.arange(6, dtype=">i2").reshape(2, 3)
    group.attrs["texts"] = ["a", "", "ü" * 5000]
    for kind in ("f2", "f4", "f8", ">f4", ">f8", "i1", "i8", ">i4", "u1", "u8", "?"):
        group[f"numbers_{kind}"] = (np.arange(12).reshape(3, 4) - 5 * (kind[0] != "u")).astype(kind)
    group["scalar"] = 3.5
    group["empty"] = np.zeros((0, 3))
    values = np.random.default_rng(0).normal(size=(23, 17)).astype("float32")
    for options in (
        {},
        {"compression": "gzip"},
        {"compression": 9, "shuffle": True, "fletcher32": True},
        {"fletcher32": True},
    ):
        for most in (None, (30, 17), (23, None), (None, None)):
            name = f"chunks {options} {most}"
            group.create_dataset(name, data=values, chunks=(10, 5), maxshape=most, **options)
        group.create_dataset(f"one {options}", data=values, chunks=(23, 17), **options)
    numbers = np.arange(2000)
    for most in (None, (2000,), (None,)):
        group.create_dataset(f"many chunks {most}", data=numbers, chunks=(1,), maxshape=most)
    space = h5py.h5s.create_simple((30, 4), (30, 9))  # places are given before there are values
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_chunk((7, 3))
    plan.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    early = h5py.h5d.create(group.id, b"early", h5py.h5t.NATIVE_INT32, space, plan)
    h5py.Dataset(early)[:] = np.arange(120).reshape(30, 4)
    group.create_dataset("odd", data=np.arange(7, dtype="u1"), chunks=(7,), fletcher32=True)
    group.create_dataset("no chunk", shape=(0, 4), dtype="f4", chunks=(2, 2), maxshape=(None, 4))


def _assert_same(theirs: h5py.Group, ours: Group) -> None:
    assert theirs.attrs.keys() == ours.attributes.keys()
    for name, value in theirs.attrs.items():
        found = ours.attributes[name]
        if isinstance(value, np.ndarray) and value.dtype.kind in "SO":
            value = [item.decode() if isinstance(item, bytes) else item for item in value]
        assert type(found) is type(value.item() if isinstance(value, np.generic) else value), name
        np.testing.assert_array_equal(found, value)
    assert list(theirs) == list(ours.children)
    for name, child in theirs.items():
        found = ours.children[name]
        if isinstance(found, Group):
            _assert_same(child, found)
        else:
            assert found.dtype == child.dtype.newbyteorder("=") and found.flags.writeable
            np.testing.assert_array_equal(found, child[()])


@pytest.mark.parametrize("track_order", [False, True])
@pytest.mark.parametrize("libver", ["earliest", "v108", "latest"])
def test_files_are_read_as_h5py_reads_them(libver, track_order):
    file = io.BytesIO()
    with h5py.File(file, "w", libver=libver, track_order=track_order) as opened:
        _fill(opened, libver == "latest")
    found = read_hdf5(file, "file.h5")
    with h5py.File(file) as opened:
        _assert_same(opened, found)


def _file(make, **options) -> io.BytesIO:
    file = io.BytesIO()
    with h5py.File(file, "w", **options) as opened:
        make(opened)
    return file


def _lzf(file):
    file.create_dataset("x", data=np.arange(100.0), compression="lzf")


def _records(file):
    file["x"] = np.zeros(2, [("a", "i4"), ("b", "f4")])


def _reference(file):
    file.attrs.create("x", file.ref, dtype=h5py.ref_dtype)


def _half_written(file):
    file.create_dataset("x", (4,), "f4", chunks=(2,), compression="gzip")[:2] = 1.0


def _checked(file):
    file.create_dataset("x", data=np.arange(999.0), chunks=(999,), fletcher32=True)


def _zeros(file):
    file.create_dataset("x", data=np.zeros(2**24, "u1"), chunks=(2**24,), compression="gzip")


def test_what_is_not_read_is_named():
    for make, message in (
        (_lzf, "packed by the filter lzf"),
        (_records, "/x holds values of 8 bytes, not numbers"),
        (_reference, "the attribute 'x' holds values"),
        (_half_written, "/x lacks parts of its values"),
    ):
        with pytest.raises(CorruptFileError, match=message):
            read_hdf5(_file(make), "file.h5")
    user_block = _file(lambda f: None, userblock_size=512)
    with pytest.raises(CorruptFileError, match="expected b'.x89HDF"):
        read_hdf5(user_block, "file.h5")


def test_checksums_of_chunks_are_checked():
    content = bytearray(_file(_checked).getvalue())
    content[content.index(np.float64(500).tobytes() + np.float64(501).tobytes())] ^= 1
    with pytest.raises(CorruptFileError, match="whose checksum is wrong"):
        read_hdf5(io.BytesIO(bytes(content)), "file.h5")


def test_compressed_arrays_have_a_bound():
    file = _file(_zeros)
    assert len(file.getvalue()) < 2**24 // 500
    array = read_hdf5(file, "file.h5").array("x")
    assert array is not None and array.nbytes == 2**24
    with pytest.raises(CorruptFileError, match=r"claims shape \(16777216,\), 16777216 bytes"):
        read_hdf5(file, "file.h5", room=2**24 - 1)

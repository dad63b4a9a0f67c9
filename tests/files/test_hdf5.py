import io

import h5py
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras.files import CorruptFileError, Group, read_hdf5, write_hdf5


def _written(root: Group) -> io.BytesIO:
    file = io.BytesIO()
    write_hdf5(file, root)
    return file


def _made(make) -> io.BytesIO:
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        make(opened)
    return file


def test_round_trip_keeps_values_types_attributes_and_order():
    arrays = {
        "float": np.random.normal(size=(2, 3)).astype("float32"),
        "scalar": np.int32(7),
        "bool": np.array([True, False]),
        "empty": np.zeros((0, 3), "float16"),
        "bfloat16": np.asarray(jnp.arange(3, dtype="bfloat16")),
    }
    root = Group({"names": ["b", "a"], "none": [], "version": "3.15", "text": "ü" * 70_000})
    for name, array in arrays.items():
        root.put(f"inner/deep/{name}", array)

    found = read_hdf5(_written(root), "file")

    assert found.attributes == root.attributes | {"none": []}
    inner = found.find("inner/deep")
    assert inner is not None
    for name, array in arrays.items():
        copy = inner.array(name)
        assert copy is not None and copy.dtype == array.dtype
        np.testing.assert_array_equal(copy, array)


def test_long_lists_of_names_are_split_and_joined():
    names = [f"layer_{number:05d}_{'x' * 60}" for number in range(3000)]
    file = _written(Group({"layer_names": names}))
    with h5py.File(file) as opened:
        assert "layer_names1" in opened.attrs
    assert read_hdf5(file, "file").attributes == {"layer_names": names}


def test_compressed_arrays_are_read():
    def make(file):
        file.create_dataset("x", data=np.zeros((100, 100)), chunks=(10, 100), compression="gzip")

    assert read_hdf5(_made(make), "file").array("x").shape == (100, 100)


def _external_link(file):
    file["x"] = h5py.ExternalLink("/etc/other.h5", "/x")


def _soft_link(file):
    file["y"] = np.ones(2)
    file["x"] = h5py.SoftLink("/y")


def _hard_link(file):
    file["y"] = np.ones(2)
    file["x"] = file["y"]


def _cycle(file):
    file.create_group("a")["b"] = file["/"]


def _external_array(file):
    file.create_dataset("x", (4,), "float32", external=[("/tmp/bytes", 0, 16)])


def _virtual_array(file):
    layout = h5py.VirtualLayout((4,), "float32")
    layout[:] = h5py.VirtualSource("other.h5", "x", shape=(4,))
    file.create_virtual_dataset("x", layout)


def _shape_bomb(file):
    file.create_dataset("x", (2**40,), "float64", chunks=(1024,), compression="gzip")


def _unwritten(file):
    file.create_dataset("x", (2**30,), "float64")


def _text(file):
    file["x"] = "code"


def _objects(file):
    file["x"] = np.array([file.ref], h5py.ref_dtype)


def _named_type(file):
    file["x"] = np.dtype("float32")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_external_link, "/x is a link"),
        (_soft_link, "/x is a link"),
        (_hard_link, "is found under two names"),
        (_cycle, "is found under two names"),
        (_external_array, "lies in other files"),
        (_virtual_array, "lies in other files"),
        (_shape_bomb, r"claims shape \(1099511627776,\)"),
        (_unwritten, "claims shape"),
        (_text, "not numbers"),
        (_objects, "not numbers"),
        (_named_type, "neither a group nor an array"),
    ],
)
def test_files_that_ask_for_more_than_arrays_are_refused(make, message):
    with pytest.raises(CorruptFileError, match=f"^evil.h5 is refused: .*{message}"):
        read_hdf5(_made(make), "evil.h5")


def test_damage_is_one_kind_of_error():
    whole = _written(Group({"names": ["a"]}, {"x": np.arange(1000.0)})).getvalue()
    refused = 0
    for size in range(0, len(whole), 97):
        try:
            read_hdf5(io.BytesIO(whole[:size]), "file")
        except CorruptFileError as error:
            assert str(error).startswith("file ")
            refused += 1
    assert refused > 50
    for _ in range(100):
        spoilt = bytearray(whole)
        for place in np.random.randint(0, 2000, 20):
            spoilt[place] = np.random.randint(256)
        try:
            read_hdf5(io.BytesIO(bytes(spoilt)), "file")
        except CorruptFileError:
            refused += 1
    assert refused > 100


def test_a_name_is_a_group_or_an_array():
    root = Group()
    root.put("a/b", 1.0)
    with pytest.raises(ValueError, match="cannot both be called 'a/b/c'"):
        root.put("a/b/c/d", 1.0)
    assert root.find("a/b") is None and root.array("a") is None and root.array("c/d") is None

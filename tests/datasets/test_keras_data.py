"""Data sets in Keras's own files: Keras's numbers, and nothing is executed."""

import hashlib
import json
import os
import pickle
import zipfile
from dataclasses import replace

import numpy as np
import pytest

import jaxkeras
from jaxkeras.__main__ import main
from jaxkeras.datasets import DatasetError, _keras_data, boston_housing, california_housing
from jaxkeras.datasets import imdb as our_imdb
from jaxkeras.datasets import reuters as our_reuters
from jaxkeras.datasets._catalog import KERAS_DATA
from jaxkeras.datasets._object_arrays import array_of_lists, read_arrays

keras = pytest.importorskip("keras")

from keras.src import datasets as theirs  # noqa: E402

WORDS = {"the": 1, "film": 2, "grün": 3}


def texts(count, seed):
    """Lists of 1 to 12 words, the frequent ones having small numbers."""
    generator = np.random.default_rng(seed)
    lengths = generator.integers(1, 13, count)
    return array_of_lists([generator.geometric(0.1, n).tolist() for n in lengths])


def arrays_of(name):
    generator = np.random.default_rng(0)
    if name == "imdb":
        labels = generator.integers(0, 2, 55)
        return {"x_train": texts(30, 1), "y_train": labels[:30], "x_test": texts(25, 2),
                "y_test": labels[30:]}  # fmt: skip
    if name == "reuters":
        return {"x": texts(40, 3), "y": generator.integers(0, 46, 40)}
    return {"x": generator.normal(size=(31, 13)), "y": generator.normal(size=31)}


@pytest.fixture
def files(tmp_path, data_dir, monkeypatch):
    """Made files in the genuine format, which the catalog and Keras both take for theirs."""
    folder = tmp_path / "keras" / "datasets"
    folder.mkdir(parents=True)

    def describe(name):
        sums = {each: hashlib.sha256((folder / each).read_bytes()).hexdigest() for each in names}
        monkeypatch.setitem(KERAS_DATA, name, replace(KERAS_DATA[name], checksums=sums))

    for name in KERAS_DATA:
        names = list(KERAS_DATA[name].checksums)
        np.savez(folder / f"{name}.npz", **arrays_of(name))
        for index in names[1:]:
            (folder / index).write_text(json.dumps(WORDS, ensure_ascii=False), "utf-8")
        describe(name)
        module = getattr(theirs, name)
        monkeypatch.setattr(module, "get_file", lambda fname=None, *_, **__: str(folder / fname))
    return folder


def assert_same(ours, expected):
    for pair, expected_pair in zip(ours, expected, strict=True):
        for array, other in zip(pair, expected_pair, strict=True):
            assert (array.shape, array.dtype) == (other.shape, other.dtype)
            np.testing.assert_array_equal(array, other)


@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_texts_are_those_of_keras(files, name):
    load = getattr(jaxkeras.datasets, name).load_data
    before = np.random.get_state()[1].tolist()
    for arguments in (
        {},
        {"num_words": 12},
        {"num_words": 15, "skip_top": 5, "oov_char": None, "seed": 7},
        {"maxlen": 9, "index_from": 5, "start_char": None},
        {"start_char": None, "index_from": 0, "oov_char": 99, "skip_top": 3, "maxlen": 8},
    ):
        assert_same(load(**arguments), getattr(theirs, name).load_data(**arguments))
    assert np.random.get_state()[1].tolist() == before
    with pytest.raises(ValueError, match="No text is shorter than maxlen=1 words"):
        load(maxlen=1)
    assert getattr(jaxkeras.datasets, name).get_word_index() == WORDS


def test_numbers_are_those_of_keras(files, monkeypatch):
    assert_same(our_reuters.load_data(test_split=0.35), theirs.reuters.load_data(test_split=0.35))
    assert our_reuters.get_label_names() == theirs.reuters.get_label_names()
    for name, module in (("boston_housing", boston_housing), ("california_housing", None)):
        module = module or california_housing
        for arguments in ({}, {"test_split": 0.3, "seed": 5}, {"test_split": 0}):
            assert_same(module.load_data(**arguments), getattr(theirs, name).load_data(**arguments))
    monkeypatch.setitem(california_housing._SIZES, "small", 20)
    (x_train, _), (x_test, _) = california_housing.load_data("small")
    assert len(x_train) + len(x_test) == 20
    with pytest.raises(ValueError, match=r"version must be 'large' or 'small'"):
        california_housing.load_data("middle")
    for module in (boston_housing, our_reuters):
        with pytest.raises(ValueError, match=r"test_split must be in \[0, 1\)"):
            module.load_data(test_split=1.0)


def test_preparing_puts_verified_files_where_keras_looks(files, tmp_path, capsys, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    files.rename(elsewhere)
    assert main(["data", "prepare", "imdb", "--from", str(elsewhere)]) == 0
    assert f"imdb is ready in {files}" in capsys.readouterr().out
    assert sorted(os.listdir(files)) == ["imdb.npz", "imdb_word_index.json"]
    assert len(our_imdb.load_data()[0][0]) == 30

    other = tmp_path / "other"
    renamed = (elsewhere / "reuters.npz").rename(tmp_path / "reuters (1).npz")
    assert jaxkeras.datasets.prepare("reuters", raw_dir=renamed, data_dir=other) == other
    assert len(our_reuters.load_data(other / "reuters.npz")[1][0]) == 8

    renamed.write_bytes(renamed.read_bytes()[:-1])
    jaxkeras.datasets.prepare("reuters", raw_dir=renamed, data_dir=other)  # is there already
    with pytest.raises(
        DatasetError, match=r"1\).npz cannot be taken for reuters.npz.*incomplete or"
    ):
        jaxkeras.datasets.prepare("reuters", raw_dir=renamed, data_dir=other, overwrite=True)
    assert len(our_reuters.load_data(other / "reuters.npz")[1][0]) == 8
    with pytest.raises(DatasetError, match=r"nowhere is neither Keras's reuters.npz nor a folder"):
        jaxkeras.datasets.prepare("reuters", raw_dir=tmp_path / "nowhere")
    with pytest.raises(DatasetError, match=r"Expected one of mnist, .*, california_housing"):
        jaxkeras.datasets.prepare("boston")

    monkeypatch.setattr(_keras_data, "_URL", (tmp_path / "no network").as_uri())
    for load in (boston_housing.load_data, our_reuters.get_word_index):
        with pytest.raises(DatasetError, match="Three ways out") as error:
            load()
        assert "python -m jaxkeras data prepare" in str(error.value)


class Payload:
    def __reduce__(self):
        return os.system, ("touch executed",)


def npz(path, header_of, pickled):
    """A file with an array of objects whose pickle is the one given."""
    np.savez(path, x=header_of, y=np.zeros(2))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    end = members["x.npy"].index(b"\n") + 1
    members["x.npy"] = members["x.npy"][:end] + pickled
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_nothing_in_a_file_is_executed(files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = texts(2, 0)
    path = tmp_path / "made.npz"
    for protocol in (3, 4, 5):
        npz(path, rows, pickle.dumps(rows, protocol))
        np.testing.assert_array_equal(read_arrays(path, ("x", "y"))[0], rows)
    old = pickle.dumps(rows, 3).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    npz(path, rows, old)
    np.testing.assert_array_equal(read_arrays(path, ("x", "y"))[0], rows)

    place = files / "reuters.npz"
    holder = np.empty(2, object)
    holder[:] = [[1], Payload()]
    for pickled, said in (
        (pickle.dumps(holder, 4), r"asks for \w+.system, which no list of numbers needs"),
        (pickle.dumps([[1], [2]]), "does not hold lists of whole numbers"),
        (pickle.dumps(array_of_lists([[1], ["a"]])), "does not hold lists of whole numbers"),
        (pickle.dumps(array_of_lists([[1], [rows]])), "does not hold lists of whole numbers"),
        (b"", "is not Keras's Reuters file"),
    ):
        npz(place, rows, pickled)
        sums = {"reuters.npz": hashlib.sha256(place.read_bytes()).hexdigest()}
        monkeypatch.setitem(KERAS_DATA, "reuters", replace(KERAS_DATA["reuters"], checksums=sums))
        with pytest.raises(DatasetError, match=said):
            our_reuters.load_data()
    assert not (tmp_path / "executed").exists()

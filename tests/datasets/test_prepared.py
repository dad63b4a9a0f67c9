import json
import struct

import numpy as np
import pytest

from jaxkeras.datasets import DatasetError, _builders, _cache, _prepared, mnist, prepare
from jaxkeras.datasets._catalog import CATALOG


@pytest.fixture
def folder(tiny_mnist):
    folder = prepare("mnist", tiny_mnist.raw_dir)
    (folder / _cache.FILE_NAME).unlink()
    return folder


def as_tfrecord(folder):
    """Store the same records in tensorflow-datasets' default format."""
    import tensorflow_datasets as tfds

    builder = tfds.builder_from_directory(folder)
    raw_bytes = tfds.decode.DeserializeMethod.RAW_BYTES
    for split, source in builder.as_data_source(deserialize_method=raw_bytes).items():
        with (folder / f"mnist-{split}.tfrecord-00000-of-00001").open("wb") as file:
            for record in source:
                file.write(struct.pack("<QI", len(record), 0) + record + bytes(4))
        next(folder.glob(f"*{split}.array_record*")).unlink()
    change_info(folder, fileFormat="tfrecord")


def change_info(folder, **values):
    path = folder / "dataset_info.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_array_records(folder, tiny_mnist):
    splits = _prepared.read(CATALOG["mnist"], folder)
    for split, arrays in tiny_mnist.arrays.items():
        np.testing.assert_array_equal(splits[split]["image"], arrays["image"])
        np.testing.assert_array_equal(splits[split]["label"], arrays["label"])


def test_tfrecords_are_read_without_tensorflow(folder, tiny_mnist):
    as_tfrecord(folder)
    (x_train, _), (_, y_test) = mnist.load_data()
    np.testing.assert_array_equal(x_train, tiny_mnist.arrays["train"]["image"][..., 0])
    np.testing.assert_array_equal(y_test, tiny_mnist.arrays["test"]["label"])


def test_a_tfrecord_file_cut_short(folder):
    as_tfrecord(folder)
    path = next(folder.glob("*train*"))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DatasetError, match="is cut short.*overwrite=True"):
        mnist.load_data()


def test_another_format_is_named(folder):
    change_info(folder, fileFormat="riegeli")
    with pytest.raises(DatasetError, match="format riegeli, expected array_record or tfrecord"):
        mnist.load_data()


def test_records_that_are_missing(folder):
    as_tfrecord(folder)
    path = next(folder.glob("*train*"))
    content = path.read_bytes()
    path.write_bytes(content[: 16 + struct.unpack("<Q", content[:8])[0]])
    with pytest.raises(DatasetError, match="do not number 40"):
        mnist.load_data()


def test_a_folder_with_other_images(tiny_mnist, monkeypatch):
    from PIL import Image

    def colour(*_):
        yield 0, {"image": Image.new("RGB", (28, 28)), "label": 0}

    monkeypatch.setattr(_builders, "_examples", colour)
    folder = prepare("mnist", tiny_mnist.raw_dir)
    (folder / _cache.FILE_NAME).unlink()
    with pytest.raises(DatasetError, match=r"image 0 is \(28, 28, 3\), expected \(28, 28, 1\)"):
        mnist.load_data()


def test_the_newest_version_is_found(tmp_path):
    for version in ("3.0.1", "3.0.10", "3.0.2", "4.0.0.incomplete", "5.0.0"):
        (tmp_path / "mnist" / version).mkdir(parents=True)
        if version != "5.0.0":
            (tmp_path / "mnist" / version / "dataset_info.json").touch()
    assert _prepared.find(CATALOG["mnist"], tmp_path) == tmp_path / "mnist" / "3.0.10"


def test_the_standard_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("TFDS_DATA_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert _prepared.data_root(None) == tmp_path / "tensorflow_datasets"

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import jaxkeras.datasets
from jaxkeras.datasets import DatasetError, _builders, _cache, _prepare, prepare
from jaxkeras.datasets._catalog import CATALOG


def load(tiny, **kwargs):
    return getattr(jaxkeras.datasets, tiny.name).load_data(**kwargs)


def everything(folder):
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


def plain_tfds(name, data_dir):
    import tensorflow_datasets as tfds

    return tfds.builder(name, data_dir=data_dir)


def test_prepare_leaves_a_folder_that_plain_tfds_reads_in_order(tiny_mnist, data_dir):
    folder = prepare("mnist", tiny_mnist.raw_dir)

    assert folder == data_dir / "mnist" / "3.0.1"
    builder = plain_tfds("mnist", data_dir)
    assert {name: info.num_examples for name, info in builder.info.splits.items()} == {
        "train": 40,
        "test": 20,
    }
    for split, source in builder.as_data_source().items():
        images = np.stack([example["image"] for example in source])
        np.testing.assert_array_equal(images, tiny_mnist.arrays[split]["image"])
        labels = [example["label"] for example in source]
        np.testing.assert_array_equal(labels, tiny_mnist.arrays[split]["label"])


def test_a_prepared_folder_feeds_training(tiny_mnist, data_dir):
    prepare("mnist", tiny_mnist.raw_dir)
    source = plain_tfds("mnist", data_dir).as_data_source("train")
    model = jaxkeras.Sequential(
        [
            jaxkeras.Input((28, 28, 1)),
            jaxkeras.layers.Flatten(),
            jaxkeras.layers.Dense(10, "softmax", kernel_initializer="zeros"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    arrays = tiny_mnist.arrays["train"]
    expected = model.evaluate(arrays["image"], arrays["label"], verbose=0)
    assert expected[0] == pytest.approx(np.log(10))
    for workers in (1, 2):
        given = model.evaluate(source, batch_size=16, workers=workers, verbose=0)
        np.testing.assert_allclose(given, expected, rtol=1e-5)
    history = model.fit(source, batch_size=16, verbose=0)
    assert len(history.history["loss"]) == 1 and model.optimizer.iterations == 3


def test_prepared_cifar_has_the_ids_and_class_names_of_tfds(tiny_cifar, data_dir):
    prepare(tiny_cifar.name, tiny_cifar.raw_dir)

    builder = plain_tfds(tiny_cifar.name, data_dir)
    source = builder.as_data_source("train")
    for index in range(0, len(source), 7):
        example = source[index]
        assert example["id"] == f"train_{index:05d}".encode()
        np.testing.assert_array_equal(example["image"], tiny_cifar.arrays["train"]["image"][index])
        for label in CATALOG[tiny_cifar.name].labels:
            assert example[label] == tiny_cifar.arrays["train"][label][index]
    assert builder.info.features["label"].names[:2] == ["label_0", "label_1"]


def test_mnist_has_kerass_shapes_and_dtypes(tiny_mnist):
    (x_train, y_train), (x_test, y_test) = load(tiny_mnist, raw_dir=tiny_mnist.raw_dir)

    np.testing.assert_array_equal(x_train, tiny_mnist.arrays["train"]["image"][..., 0])
    np.testing.assert_array_equal(y_test, tiny_mnist.arrays["test"]["label"])
    assert (x_train.shape, y_train.shape) == ((40, 28, 28), (40,))
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}


def test_cifar_has_kerass_shapes_and_dtypes(tiny_cifar):
    (x_train, y_train), (x_test, y_test) = load(tiny_cifar, raw_dir=tiny_cifar.raw_dir)

    np.testing.assert_array_equal(x_train, tiny_cifar.arrays["train"]["image"])
    np.testing.assert_array_equal(y_test[:, 0], tiny_cifar.arrays["test"]["label"])
    assert x_test.shape[1:] == (32, 32, 3)
    assert y_train.shape == (len(x_train), 1)
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}


@pytest.mark.parametrize("tiny_cifar", ["cifar100"], indirect=True)
def test_cifar100_has_coarse_labels(tiny_cifar):
    (_, y_train), _ = load(tiny_cifar, label_mode="coarse", raw_dir=tiny_cifar.raw_dir)

    np.testing.assert_array_equal(y_train[:, 0], tiny_cifar.arrays["train"]["coarse_label"])


def test_cifar100_refuses_another_label_mode():
    with pytest.raises(ValueError, match=r"'fine' or 'coarse'. Received: 'medium'"):
        jaxkeras.datasets.cifar100.load_data("medium")


def test_the_arrays_are_the_callers_own(tiny_mnist):
    (x_train, _), _ = load(tiny_mnist, raw_dir=tiny_mnist.raw_dir)
    before = x_train.copy()
    x_train[:] = 0

    (again, _), _ = load(tiny_mnist)
    np.testing.assert_array_equal(again, before)


def test_prepare_leaves_a_prepared_folder_alone(tiny_mnist, monkeypatch):
    folder = prepare("mnist", tiny_mnist.raw_dir)
    monkeypatch.setattr(_prepare, "_install", lambda *_: pytest.fail("prepared again"))

    assert prepare("mnist") == folder
    assert prepare("mnist", raw_dir="/nowhere") == folder


def test_overwrite_prepares_again(tiny_mnist, data_dir):
    folder = prepare("mnist", tiny_mnist.raw_dir)
    (folder / "dataset_info.json").write_text("{}")

    assert prepare("mnist", tiny_mnist.raw_dir, overwrite=True) == folder
    assert plain_tfds("mnist", data_dir).info.splits["train"].num_examples == 40
    assert everything(data_dir / "mnist")[0] == "3.0.1"


def test_data_dir_wins_over_the_environment(tiny_mnist, tmp_path, data_dir):
    folder = prepare("mnist", tiny_mnist.raw_dir, tmp_path / "elsewhere")

    assert folder.is_relative_to(tmp_path / "elsewhere")
    assert not data_dir.exists()


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(DatasetError, match=r"unknown data set 'minst'. Expected one of mnist, "):
        prepare("minst")


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), OSError(28, "No space left")])
def test_a_failure_while_writing_leaves_nothing(tiny_mnist, data_dir, monkeypatch, interruption):
    def interrupted(*_):
        yield 0, {"image": b"", "label": 0}
        raise interruption

    monkeypatch.setattr(_builders, "_examples", interrupted)
    with pytest.raises((KeyboardInterrupt, DatasetError)) as failure:
        prepare("mnist", tiny_mnist.raw_dir)

    assert not data_dir.exists()
    if isinstance(failure.value, DatasetError):
        assert "the disk is full" in str(failure.value)
        assert "data_dir=" in str(failure.value)


def test_a_failed_overwrite_keeps_the_old_folder(tiny_mnist, data_dir, monkeypatch):
    prepare("mnist", tiny_mnist.raw_dir)
    before = everything(data_dir)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(_builders, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepare("mnist", tiny_mnist.raw_dir, overwrite=True)

    assert everything(data_dir) == before


def test_a_failed_move_puts_the_old_folder_back(tiny_mnist, data_dir, monkeypatch):
    prepare("mnist", tiny_mnist.raw_dir)
    before = everything(data_dir)
    rename = Path.rename

    def interrupted(self, target):
        if ".incomplete" in str(self) and "old" not in self.name:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _prepare._move(
            data_dir / ".incomplete" / "3.0.1", data_dir / "mnist" / "3.0.1", data_dir / "old", True
        )

    assert everything(data_dir) == before


def test_a_data_folder_that_is_a_file_is_named(tiny_mnist, data_dir):
    data_dir.write_text("")
    with pytest.raises(DatasetError, match="cannot be prepared in .*tfds"):
        prepare("mnist", tiny_mnist.raw_dir)


def test_a_process_that_finished_first_is_accepted(tiny_mnist, data_dir, monkeypatch):
    write = _builders.write

    def slow_write(dataset, raw, root):
        folder = write(dataset, raw, root)
        if root != data_dir:
            write(dataset, raw, data_dir)
        return folder

    monkeypatch.setattr(_builders, "write", slow_write)
    assert prepare("mnist", tiny_mnist.raw_dir) == data_dir / "mnist" / "3.0.1"
    assert [path.name for path in data_dir.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_is_not_a_data_set_is_named(tiny_mnist, data_dir):
    (data_dir / "mnist" / "3.0.1").mkdir(parents=True)
    (data_dir / "mnist" / "3.0.1" / "notes.txt").write_text("")
    with pytest.raises(DatasetError, match="3.0.1 exists but is not a prepared data set"):
        prepare("mnist", tiny_mnist.raw_dir)


def test_a_read_only_folder_is_read_without_a_cache(tiny_mnist, monkeypatch):
    folder = prepare("mnist", tiny_mnist.raw_dir)
    (folder / _cache.FILE_NAME).unlink()

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(_cache.tempfile, "mkstemp", refuse)
    (x_train, _), _ = load(tiny_mnist)

    np.testing.assert_array_equal(x_train, tiny_mnist.arrays["train"]["image"][..., 0])
    assert not (folder / _cache.FILE_NAME).exists()


def test_tensorflow_is_never_imported(tiny_mnist, data_dir):
    """In a process of its own: prepare, decode, load from the cache."""
    program = f"""
import sys
from dataclasses import replace
from jaxkeras.datasets import _cache, _catalog, mnist, prepare

quick = {{"tensorflow_datasets", "PIL"}} & set(sys.modules)
entry = _catalog.CATALOG["mnist"]
parts = tuple(
    replace(part, examples=40 if part.split == "train" else 20, md5=None) for part in entry.parts
)
_catalog.CATALOG["mnist"] = replace(entry, parts=parts)
folder = prepare("mnist", {str(tiny_mnist.raw_dir)!r}, {str(data_dir)!r})
(folder / _cache.FILE_NAME).unlink()
mnist.load_data(data_dir={str(data_dir)!r})
mnist.load_data(data_dir={str(data_dir)!r})
assert (folder / _cache.FILE_NAME).exists()
print(sorted(quick), "tensorflow" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[] False\n", done.stderr

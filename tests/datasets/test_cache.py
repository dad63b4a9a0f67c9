import os

import numpy as np
import pytest

from jaxkeras.datasets import _cache, _prepared, mnist, prepare


@pytest.fixture
def folder(tiny_mnist):
    return prepare("mnist", tiny_mnist.raw_dir)


def test_a_second_load_decodes_nothing(folder, tiny_mnist, monkeypatch):
    monkeypatch.setattr(_prepared, "read", lambda *_: pytest.fail("decoded"))
    (x_train, _), _ = mnist.load_data()
    np.testing.assert_array_equal(x_train, tiny_mnist.arrays["train"]["image"][..., 0])


def test_a_changed_folder_is_decoded_again(folder, tiny_mnist):
    kept = _cache.load(folder)
    assert kept is not None
    kept["train"]["image"][:] = 0
    _cache.save(folder, kept)
    record = next(folder.glob("*train*"))
    os.utime(record, ns=(0, record.stat().st_mtime_ns + 1))

    assert _cache.load(folder) is None
    (x_train, _), _ = mnist.load_data()
    np.testing.assert_array_equal(x_train, tiny_mnist.arrays["train"]["image"][..., 0])
    assert _cache.load(folder) is not None


@pytest.mark.parametrize(
    "damage", [b"", b"\x93NUMPY\x01\x00", b"not an array" * 100, b"PK\x03\x04"]
)
def test_a_damaged_cache_is_ignored(folder, tiny_mnist, damage):
    (folder / _cache.FILE_NAME).write_bytes(damage)
    (_, y_train), _ = mnist.load_data()
    np.testing.assert_array_equal(y_train, tiny_mnist.arrays["train"]["label"])


def test_a_truncated_cache_is_ignored(folder):
    path = folder / _cache.FILE_NAME
    path.write_bytes(path.read_bytes()[:-1])
    assert _cache.load(folder) is None


def test_a_failed_save_keeps_nothing(folder, tiny_mnist, monkeypatch):
    (folder / _cache.FILE_NAME).unlink()
    before = sorted(folder.iterdir())

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_cache.npy, "write_array", full)
    assert not _cache.save(folder, tiny_mnist.arrays)
    assert sorted(folder.iterdir()) == before

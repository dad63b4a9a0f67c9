"""The real data sets, where this machine has them."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from jaxkeras.datasets import _prepared, _raw, mnist
from jaxkeras.datasets._catalog import CATALOG

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
MNIST = SHARED_DATA / "mnist"
FASHION_MNIST = CATALOG["fashion_mnist"].places[0]


@pytest.mark.skipif(not MNIST.is_dir(), reason=f"no raw MNIST in {MNIST}")
def test_mnist(data_dir, monkeypatch):
    first = mnist.load_data(raw_dir=MNIST)
    monkeypatch.setattr(_prepared, "read", lambda *_: pytest.fail("decoded"))
    second = mnist.load_data()

    for arrays, prefix in zip(zip(first, second, strict=True), ("train", "t10k"), strict=True):
        pixels = gzip.decompress((MNIST / f"{prefix}-images-idx3-ubyte.gz").read_bytes())[16:]
        labels = gzip.decompress((MNIST / f"{prefix}-labels-idx1-ubyte.gz").read_bytes())[8:]
        for x, y in arrays:
            assert (x.dtype, y.dtype) == (np.uint8, np.uint8)
            assert x.shape == (len(labels), 28, 28)
            assert x.tobytes() == pixels
            assert y.tobytes() == labels


@pytest.mark.skipif(not FASHION_MNIST.is_dir(), reason="dataset-fashion-mnist is not installed")
def test_fashion_mnist_of_debian():
    dataset = CATALOG["fashion_mnist"]
    raw = _raw.read(dataset, _raw.find(dataset, FASHION_MNIST))
    assert raw.splits["train"]["image"].shape == (60_000, 28, 28, 1)
    assert np.bincount(raw.splits["test"]["label"]).tolist() == [1000] * 10

"""What each data set is made of: its files, their checksums, and the shapes inside."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from jaxkeras.datasets._errors import DatasetError


@dataclass(frozen=True)
class Download:
    """A file as its authors publish it.

    Attributes:
        url: where it is published.
        size: its length in bytes.
        sha256: its checksum, as tensorflow-datasets records it.
    """

    url: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The last part of the address: `cifar-10-binary.tar.gz`."""
        return self.url.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Part:
    """A file of examples once it is unpacked.

    Attributes:
        name: its name, without `.gz`.
        split: the split that it belongs to, `"train"` or `"test"`.
        examples: how many examples it holds.
        md5: checksum of its content, where one is known.
    """

    name: str
    split: str
    examples: int
    md5: str | None = None


@dataclass(frozen=True)
class Dataset:
    """A data set that `load_data` offers.

    Attributes:
        name: its name in tensorflow-datasets.
        title: its name for people.
        layout: how its raw files are laid out, `"idx"` or `"cifar"`.
        image_shape: `(height, width, channels)` of one image.
        labels: the names of its labels and their number of classes, in the order of the raw file.
        parts: the unpacked files, in the order of the examples.
        downloads: the published files.
        label_names: raw text files that list the names of the classes, by label.
        places: folders where a system package puts the raw files.
    """

    name: str
    title: str
    layout: str
    image_shape: tuple[int, int, int]
    labels: dict[str, int]
    parts: tuple[Part, ...]
    downloads: tuple[Download, ...]
    label_names: dict[str, str] = field(default_factory=dict)
    places: tuple[Path, ...] = ()


_MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
_FASHION_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
_CIFAR_URL = "https://www.cs.toronto.edu/~kriz/"

_MNIST = Dataset(
    name="mnist",
    title="MNIST",
    layout="idx",
    image_shape=(28, 28, 1),
    labels={"label": 10},
    parts=(
        Part("train-images-idx3-ubyte", "train", 60_000, "6bbc9ace898e44ae57da46a324031adb"),
        Part("train-labels-idx1-ubyte", "train", 60_000, "a25bea736e30d166cdddb491f175f624"),
        Part("t10k-images-idx3-ubyte", "test", 10_000, "2646ac647ad5339dbf082846283269ea"),
        Part("t10k-labels-idx1-ubyte", "test", 10_000, "27ae3e4e09519cfbb04c329615203637"),
    ),
    downloads=(
        Download(
            _MNIST_URL + "train-images-idx3-ubyte.gz",
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        Download(
            _MNIST_URL + "train-labels-idx1-ubyte.gz",
            28_881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        Download(
            _MNIST_URL + "t10k-images-idx3-ubyte.gz",
            1_648_877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        Download(
            _MNIST_URL + "t10k-labels-idx1-ubyte.gz",
            4_542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
)

# The MD5 checksums are those of the content of exactly the archives named below.
_FASHION_MNIST = Dataset(
    name="fashion_mnist",
    title="Fashion-MNIST",
    layout="idx",
    image_shape=(28, 28, 1),
    labels={"label": 10},
    parts=(
        Part("train-images-idx3-ubyte", "train", 60_000, "f4a8712d7a061bf5bd6d2ca38dc4d50a"),
        Part("train-labels-idx1-ubyte", "train", 60_000, "9018921c3c673c538a1fc5bad174d6f9"),
        Part("t10k-images-idx3-ubyte", "test", 10_000, "8181f5470baa50b63fa0f6fddb340f0a"),
        Part("t10k-labels-idx1-ubyte", "test", 10_000, "15d484375f8d13e6eb1aabb0c3f46965"),
    ),
    downloads=(
        Download(
            _FASHION_URL + "train-images-idx3-ubyte.gz",
            26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        Download(
            _FASHION_URL + "train-labels-idx1-ubyte.gz",
            29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        Download(
            _FASHION_URL + "t10k-images-idx3-ubyte.gz",
            4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        Download(
            _FASHION_URL + "t10k-labels-idx1-ubyte.gz",
            5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
    places=(Path("/usr/share/datasets/fashion-mnist"),),
)

_CIFAR10 = Dataset(
    name="cifar10",
    title="CIFAR-10",
    layout="cifar",
    image_shape=(32, 32, 3),
    labels={"label": 10},
    parts=(
        *(Part(f"data_batch_{i}.bin", "train", 10_000) for i in range(1, 6)),
        Part("test_batch.bin", "test", 10_000),
    ),
    downloads=(
        Download(
            _CIFAR_URL + "cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        ),
    ),
    label_names={"label": "batches.meta.txt"},
)

_CIFAR100 = Dataset(
    name="cifar100",
    title="CIFAR-100",
    layout="cifar",
    image_shape=(32, 32, 3),
    labels={"coarse_label": 20, "label": 100},
    parts=(Part("train.bin", "train", 50_000), Part("test.bin", "test", 10_000)),
    downloads=(
        Download(
            _CIFAR_URL + "cifar-100-binary.tar.gz",
            168_513_733,
            "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
        ),
    ),
    label_names={"coarse_label": "coarse_label_names.txt", "label": "fine_label_names.txt"},
)

CATALOG: dict[str, Dataset] = {
    dataset.name: dataset for dataset in (_MNIST, _FASHION_MNIST, _CIFAR10, _CIFAR100)
}


@dataclass(frozen=True)
class KerasData:
    """A data set in Keras's own files.

    Attributes:
        name: its name in Keras.
        title: its name for people.
        arrays: the names of the arrays in its data file, ``name.npz``.
        checksums: SHA-256 or MD5 of each of its files, the data file first, as Keras records it.
    """

    name: str
    title: str
    arrays: tuple[str, ...]
    checksums: dict[str, str]


KERAS_DATA: dict[str, KerasData] = {
    data.name: data
    for data in (
        KerasData(
            "imdb",
            "IMDB",
            ("x_train", "y_train", "x_test", "y_test"),
            {
                "imdb.npz": "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
                "imdb_word_index.json": "bfafd718b763782e994055a2d397834f",
            },
        ),
        KerasData(
            "reuters",
            "Reuters",
            ("x", "y"),
            {
                "reuters.npz": "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
                "reuters_word_index.json": "4d44cc38712099c9e383dc6e5f11a921",
            },
        ),
        KerasData(
            "boston_housing",
            "Boston Housing",
            ("x", "y"),
            {
                "boston_housing.npz": (
                    "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"
                )
            },
        ),
        KerasData(
            "california_housing",
            "California Housing",
            ("x", "y"),
            {
                "california_housing.npz": (
                    "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"
                )
            },
        ),
    )
}


def lookup(name: str) -> Dataset:
    """The data set of that name.

    Args:
        name: `"mnist"`, `"fashion_mnist"`, `"cifar10"` or `"cifar100"`.

    Returns:
        Its entry in the catalog.

    Raises:
        DatasetError: no data set has that name.
    """
    if name in CATALOG:
        return CATALOG[name]
    raise DatasetError(
        f"unknown data set {name!r}. Expected one of {', '.join([*CATALOG, *KERAS_DATA])} "
        "(jaxkeras.datasets.digits needs no preparing)."
    )

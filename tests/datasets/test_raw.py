import gzip

import numpy as np
import pytest

from jaxkeras.datasets import DatasetError, _raw, prepare
from jaxkeras.datasets._catalog import CATALOG

IMAGES = "train-images-idx3-ubyte"


def read(tiny):
    dataset = CATALOG[tiny.name]
    return _raw.read(dataset, _raw.find(dataset, tiny.raw_dir))


def same(raw, tiny):
    for split, arrays in tiny.arrays.items():
        for feature, array in arrays.items():
            np.testing.assert_array_equal(raw.splits[split][feature], array)


def unpack(tiny, name=IMAGES):
    """Replace a gzipped file by its content, and return the path and the content."""
    packed = tiny.raw_dir / f"{name}.gz"
    path = tiny.raw_dir / name
    content = gzip.decompress(packed.read_bytes())
    packed.unlink()
    path.write_bytes(content)
    return path, bytearray(content)


def test_gzipped_idx_files(tiny_mnist):
    same(read(tiny_mnist), tiny_mnist)


def test_plain_idx_files(tiny_mnist):
    for part in CATALOG["mnist"].parts:
        unpack(tiny_mnist, part.name)
    same(read(tiny_mnist), tiny_mnist)


def test_names_with_a_dot_in_a_folder_inside(tiny_mnist):
    inside = tiny_mnist.raw_dir / "raw"
    inside.mkdir()
    for path in tiny_mnist.raw_dir.glob("*.gz"):
        path.rename(inside / path.name.replace("-idx", ".idx"))
    same(read(tiny_mnist), tiny_mnist)


def test_unpacked_cifar(tiny_cifar):
    raw = read(tiny_cifar)
    same(raw, tiny_cifar)
    assert raw.class_names["label"][1] == "label_1"


def test_unpacked_cifar_without_class_names(tiny_cifar):
    for path in tiny_cifar.raw_dir.glob("*.txt"):
        path.unlink()
    assert read(tiny_cifar).class_names == {}


def test_the_archive_of_cifar(cifar_archive):
    raw = read(cifar_archive)
    same(raw, cifar_archive)
    assert raw.class_names["label"][1] == "label_1"


def test_a_corrupted_gzip_file(tiny_mnist, data_dir):
    path = tiny_mnist.raw_dir / f"{IMAGES}.gz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=rf"{IMAGES}.gz is not the file that was published"):
        prepare("mnist", tiny_mnist.raw_dir)
    assert not data_dir.exists()


def test_a_gzip_file_cut_short(tiny_mnist, data_dir):
    path = tiny_mnist.raw_dir / f"{IMAGES}.gz"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DatasetError, match="cut short or corrupted"):
        prepare("mnist", tiny_mnist.raw_dir)
    assert not data_dir.exists()


def test_an_idx_file_cut_short(tiny_mnist):
    path, content = unpack(tiny_mnist)
    path.write_bytes(content[:-1])
    with pytest.raises(DatasetError, match="it is cut short: 31,375 bytes, expected 31,376"):
        read(tiny_mnist)


@pytest.mark.parametrize("length", [0, 3, 4, 10, 16])
def test_an_idx_file_cut_short_in_its_header(tiny_mnist, length):
    path, content = unpack(tiny_mnist)
    path.write_bytes(content[:length])
    with pytest.raises(DatasetError, match=r"cut short: \d+ bytes|starts with"):
        read(tiny_mnist)


def test_an_idx_file_that_goes_on(tiny_mnist):
    path, content = unpack(tiny_mnist)
    path.write_bytes(content + b"\0")
    with pytest.raises(DatasetError, match="goes on after the expected 31,376 bytes"):
        read(tiny_mnist)


def test_a_wrong_magic_number(tiny_mnist):
    path, content = unpack(tiny_mnist)
    content[3] = 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="starts with '00000801', not '00000803'"):
        read(tiny_mnist)


def test_a_header_that_lies_about_the_size(tiny_mnist):
    path, content = unpack(tiny_mnist)
    content[4:8] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"\[4294967295, 28, 28\], expected \[40, 28, 28\]"):
        read(tiny_mnist)


def test_a_wrong_checksum(tiny_mnist, data_dir):
    path, content = unpack(tiny_mnist)
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=f"MD5 of its {IMAGES} is .*Delete it and download it"):
        prepare("mnist", tiny_mnist.raw_dir)
    assert not data_dir.exists()


def test_a_wrong_checksum_of_an_archive(cifar_archive, data_dir):
    path = next(cifar_archive.raw_dir.iterdir())
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="its SHA-256 is"):
        prepare(cifar_archive.name, cifar_archive.raw_dir)
    assert not data_dir.exists()


def test_an_archive_cut_short(cifar_archive):
    path = next(cifar_archive.raw_dir.iterdir())
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DatasetError, match=r"it has [\d,]+ bytes, expected"):
        read(cifar_archive)


def test_a_cifar_file_cut_short(tiny_cifar):
    path = tiny_cifar.raw_dir / CATALOG[tiny_cifar.name].parts[0].name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DatasetError, match="cut short"):
        read(tiny_cifar)


def test_a_cifar_file_with_a_label_too_many(tiny_cifar):
    path = tiny_cifar.raw_dir / CATALOG[tiny_cifar.name].parts[0].name
    content = bytearray(path.read_bytes())
    content[0] = 200
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="hold (coarse_)?label 200, expected 0 to"):
        read(tiny_cifar)


def test_a_cifar_file_with_uneven_classes(tiny_cifar):
    path = tiny_cifar.raw_dir / CATALOG[tiny_cifar.name].parts[0].name
    content = bytearray(path.read_bytes())
    content[0] = (content[0] + 1) % 10
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="expected the same number of each"):
        read(tiny_cifar)


def test_missing_files_are_listed(tiny_mnist):
    (tiny_mnist.raw_dir / f"{IMAGES}.gz").unlink()
    with pytest.raises(DatasetError, match=f"has no {IMAGES}. It should hold .* it holds t10k-"):
        prepare("mnist", tiny_mnist.raw_dir)


def test_a_raw_dir_that_is_no_folder(tiny_mnist, tmp_path):
    with pytest.raises(DatasetError, match=r"raw_dir='.*/nowhere' is not a folder. Give the"):
        prepare("mnist", tmp_path / "nowhere")


def test_the_pickled_archive_of_cifar_is_explained(tiny_cifar, tmp_path):
    folder = tmp_path / "pickled"
    folder.mkdir()
    (folder / "cifar-10-python.tar.gz").touch()
    with pytest.raises(DatasetError, match="is a pickle, which is not read"):
        prepare(tiny_cifar.name, folder)

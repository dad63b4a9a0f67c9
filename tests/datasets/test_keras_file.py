import numpy as np
import pytest

from jaxkeras.datasets import DatasetError, mnist


@pytest.fixture
def keras_file(tiny_mnist, tmp_path):
    path = tmp_path / "keras" / "datasets" / "mnist.npz"
    path.parent.mkdir(parents=True)
    arrays = tiny_mnist.arrays
    np.savez_compressed(
        path,
        x_train=arrays["train"]["image"][..., 0],
        y_train=arrays["train"]["label"],
        x_test=arrays["test"]["image"][..., 0],
        y_test=arrays["test"]["label"],
    )
    return path


@pytest.mark.parametrize("absolute", [False, True])
def test_the_file_that_keras_left_is_used(keras_file, tiny_mnist, absolute):
    (x_train, y_train), _ = mnist.load_data(path=str(keras_file) if absolute else "mnist.npz")
    np.testing.assert_array_equal(x_train, tiny_mnist.arrays["train"]["image"][..., 0])
    np.testing.assert_array_equal(y_train, tiny_mnist.arrays["train"]["label"])


def test_another_file_of_that_name_is_refused(keras_file, data_dir):
    with np.load(keras_file) as file:
        arrays = dict(file)
    arrays["x_train"] = 255 - arrays["x_train"]
    np.savez(keras_file, **arrays)
    with pytest.raises(DatasetError, match="MD5 of its train-images-idx3-ubyte"):
        mnist.load_data()
    assert not data_dir.exists()


def test_a_damaged_file_is_refused(keras_file):
    keras_file.write_bytes(keras_file.read_bytes()[:-100])
    with pytest.raises(DatasetError, match="mnist.npz is not Keras's MNIST file"):
        mnist.load_data()

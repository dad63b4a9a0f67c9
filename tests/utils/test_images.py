"""Images in files, as objects of Pillow and as arrays, as in Keras."""

import io

import numpy as np
import pytest
from PIL import Image

from jaxkeras.utils import array_to_img, img_to_array, load_img, save_img

keras = pytest.importorskip("keras")


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, size=shape).astype("uint8")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "image.png"
    Image.fromarray(noise(20, 30, 4)).save(path)
    return path


@pytest.mark.parametrize("mode", ["rgb", "rgba", "grayscale"])
def test_load_img_reads_what_keras_reads(file, mode):
    for arguments in (
        {},
        {"target_size": (7, 9)},
        {"target_size": (16, 8), "interpolation": "bilinear", "keep_aspect_ratio": True},
        {"target_size": (8, 30), "interpolation": "lanczos", "keep_aspect_ratio": True},
    ):
        ours = load_img(file, color_mode=mode, **arguments)
        reference = keras.utils.load_img(file, color_mode=mode, **arguments)
        assert ours.mode == reference.mode
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(reference))
    assert load_img(str(file)).size == load_img(io.BytesIO(file.read_bytes())).size == (30, 20)


def test_sixteen_bits_stay(tmp_path):
    Image.fromarray(np.full((2, 2), 40_000, "uint16")).save(tmp_path / "deep.png")
    assert np.asarray(load_img(tmp_path / "deep.png", color_mode="grayscale")).max() == 40_000


@pytest.mark.parametrize("data_format", [None, "channels_last", "channels_first"])
def test_arrays_and_images_as_in_keras(data_format):
    for shape in ((5, 6, 3), (5, 6, 4), (5, 6, 1)):
        array = noise(*shape).astype("float32")
        array = array.transpose(2, 0, 1) if data_format == "channels_first" else array
        for scale in (True, False):
            ours = array_to_img(array, data_format, scale)
            reference = keras.utils.array_to_img(array, data_format, scale)
            assert ours.mode == reference.mode
            np.testing.assert_array_equal(np.asarray(ours), np.asarray(reference))
        back = img_to_array(array_to_img(array, data_format, False), data_format)
        assert back.dtype == np.float32
        np.testing.assert_array_equal(back, array)
    assert array_to_img(np.full((2, 2, 1), 300.0), scale=False).mode == "I"
    assert not np.asarray(array_to_img(np.zeros((2, 2, 3)))).any()


def test_save_img_writes_what_the_name_says(tmp_path):
    array = noise(4, 6, 3)
    save_img(tmp_path / "a.png", array, scale=False)
    np.testing.assert_array_equal(img_to_array(load_img(tmp_path / "a.png")), array)
    save_img(str(tmp_path / "b.JPG"), array)
    assert (tmp_path / "b.JPG").read_bytes()[:2] == b"\xff\xd8"
    with pytest.warns(UserWarning, match="JPEG has no transparency"):
        save_img(tmp_path / "c.jpg", noise(4, 6, 4))
    file = io.BytesIO()
    save_img(file, array, file_format="bmp")
    assert file.getvalue()[:2] == b"BM"


def test_misuse_is_answered(file):
    with pytest.raises(ValueError, match="color_mode must be.*Did you mean 'grayscale'"):
        load_img(file, color_mode="greyscale")
    with pytest.raises(ValueError, match="interpolation must be.*Did you mean 'bicubic'"):
        load_img(file, target_size=(2, 2), interpolation="bicubik")
    with pytest.raises(TypeError, match="path of a file or io.BytesIO. Received: int"):
        load_img(3)
    with pytest.raises(ValueError, match=r"got shape \(2, 2\)\. Add a channel: x\[\.\.\., None\]"):
        array_to_img(np.ones((2, 2)))
    with pytest.raises(ValueError, match="got 2 in shape"):
        array_to_img(np.ones((2, 2, 2)))
    with pytest.raises(ValueError, match=r"takes one image. Received: shape \(1, 2, 2, 3\)"):
        img_to_array(np.ones((1, 2, 2, 3)))

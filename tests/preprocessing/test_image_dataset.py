"""Data sets of the images in a folder, as in Keras."""

import numpy as np
import pytest
from PIL import Image

import jaxkeras
from jaxkeras.preprocessing.image import ImageDataGenerator
from jaxkeras.utils import image_dataset_from_directory
from jaxkeras.utils.image_dataset_resizing import resize_image

keras = pytest.importorskip("keras")
pytest.importorskip("keras.src.utils.image_dataset_utils")
from keras.src.utils import dataset_utils, image_dataset_utils  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six cats, four dogs and a bird, of two sizes."""
    directory = tmp_path_factory.mktemp("images")
    generator = np.random.default_rng(1)
    for name, count in (("dogs", 4), ("cats", 6), ("birds", 1), (".cache", 0)):
        (directory / name).mkdir()
        for number in range(count):
            size = (9, 14, 3) if number % 2 else (12, 7, 3)
            pixels = generator.integers(0, 256, size=size).astype("uint8")
            Image.fromarray(pixels).save(directory / name / f"{number}.png")
    (directory / "cats" / "4.png").rename(directory / "cats" / "4.PNG")
    (directory / "cats" / "notes.txt").write_text("none")
    return directory


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"interpolation": "bicubic", "color_mode": "rgba"},
        {"interpolation": "nearest", "color_mode": "grayscale"},
        {"interpolation": "Lanczos3", "crop_to_aspect_ratio": True},
        {"pad_to_aspect_ratio": True, "data_format": "channels_first"},
    ],
)
def test_images_are_resized_as_by_keras(folder, arguments):
    size = (5, 16)  # smaller one way, larger the other
    data = image_dataset_from_directory(
        folder, batch_size=2, image_size=size, shuffle=False, verbose=False, **arguments
    )
    defaults = {"interpolation": "bilinear", "color_mode": "rgb", "data_format": "channels_last"}
    arguments = defaults | arguments
    channels = {"grayscale": 1, "rgb": 3, "rgba": 4}[arguments.pop("color_mode")]
    arguments["interpolation"] = arguments["interpolation"].lower()
    for path, image in zip(data.file_paths[1:3], (data[0][0][1], data[1][0][0]), strict=True):
        expected = image_dataset_utils._load_image_grain(path, size, channels, **arguments)
        assert image.dtype == "float32"
        np.testing.assert_allclose(image, expected, rtol=1e-4, atol=1e-3)


def test_filters_of_tensorflow_keep_what_they_must():
    """Keras has these with TensorFlow alone, so their laws are looked at."""
    ramp = np.linspace(0, 11, 12)[None, :, None].repeat(4, 0)
    means = resize_image(ramp, (2, 4), "area")
    np.testing.assert_allclose(means, ramp[:2].reshape(2, 4, 3, 1).mean(2))
    uneven = resize_image(ramp, (4, 5), "area")
    np.testing.assert_allclose(uneven.mean(), ramp.mean())
    for name in ("area", "gaussian", "mitchellcubic", "lanczos5"):
        np.testing.assert_allclose(resize_image(np.full((6, 5, 1), 7.0), (9, 3), name), 7)
    smooth = resize_image(ramp, (4, 36), "mitchellcubic")[0, 9:-9, 0]
    np.testing.assert_allclose(np.diff(smooth), 1 / 3)  # a straight line stays one
    # At the middle of a pixel, its weight is 1 and its neighbours' are exp(-2), of what there is.
    dot = resize_image(np.array([0.0, 0, 1, 0, 0])[None, :, None], (1, 5), "gaussian")
    np.testing.assert_allclose(dot[0, 2, 0], 1 / (1 + 2 * np.exp(-2)))


def test_files_are_found_and_shuffled_as_by_keras(folder, capsys):
    for arguments in (
        {"shuffle": False},
        {"seed": 3},
        {"seed": 4, "class_names": ["dogs", "cats"]},
        {"labels": list(range(11, 0, -1)), "seed": 5},
        {"labels": None, "seed": 6},
    ):
        data = image_dataset_from_directory(folder, **arguments)
        chosen = {"labels": "inferred", "formats": image_dataset_utils.ALLOWLIST_FORMATS}
        chosen |= arguments
        if chosen["labels"] is not None and chosen["labels"] != "inferred":
            chosen["labels"] = list(chosen["labels"])
        paths, labels, names = dataset_utils.index_directory(str(folder), verbose=True, **chosen)
        assert data.file_paths == paths and data.class_names == names
        if labels is None:
            assert data.labels is None
        else:
            assert data.labels.tolist() == list(labels)
        ours, theirs = capsys.readouterr().out.splitlines()
        assert ours == theirs


def test_labels_have_the_shape_that_their_loss_wants(folder):
    def labels(**arguments):
        data = image_dataset_from_directory(
            folder, image_size=4, shuffle=False, verbose=False, **arguments
        )
        return data[0][1]

    assert labels().dtype == "int32" and labels().tolist() == [0] + [1] * 6 + [2] * 4
    onehot = labels(label_mode="categorical")
    assert onehot.dtype == "float32" and onehot.sum(0).tolist() == [1, 6, 4]
    binary = labels(label_mode="binary", class_names=["dogs", "cats"])
    assert binary.dtype == "float32" and binary.ravel().tolist() == [0] * 4 + [1] * 6
    assert binary.shape == (10, 1)
    for none in ({"labels": None}, {"label_mode": None}):
        data = image_dataset_from_directory(folder, image_size=4, batch_size=None, **none)
        assert len(data) == 11 and data[3].shape == (4, 4, 3)
    image, label = image_dataset_from_directory(folder, image_size=4, batch_size=None)[0]
    assert image.shape == (4, 4, 3) and label in (0, 1, 2)


def test_parts_share_nothing_and_passes_differ(folder, capsys):
    arguments = {"validation_split": 0.3, "seed": 1, "image_size": 4, "batch_size": 3}
    train, validation = image_dataset_from_directory(folder, subset="both", **arguments)
    assert capsys.readouterr().out.splitlines() == [
        "Found 11 files belonging to 3 classes.",
        "Using 8 files for training.",
        "Using 3 files for validation.",
    ]
    assert len(train.file_paths) == 8 and len(validation.file_paths) == 3
    assert not set(train.file_paths) & set(validation.file_paths)
    alone = image_dataset_from_directory(folder, subset="validation", **arguments)
    assert alone.file_paths == validation.file_paths

    def seen(data):
        return np.concatenate([x for x, _ in data])

    first, still = seen(train), seen(validation)
    np.testing.assert_array_equal(first, seen(train))
    train.on_epoch_end()
    validation.on_epoch_end()
    assert not np.array_equal(first, seen(train))
    np.testing.assert_allclose(np.sort(first, axis=None), np.sort(seen(train), axis=None))
    np.testing.assert_array_equal(still, seen(validation))
    model = jaxkeras.Sequential([jaxkeras.layers.Flatten(), jaxkeras.layers.Dense(3)])
    loss = jaxkeras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss)
    history = model.fit(train, validation_data=validation, epochs=2, verbose=0).history
    assert len(history["val_loss"]) == 2 and np.isfinite(history["loss"]).all()


def test_misuse_is_answered(folder, tmp_path):
    for arguments, text in (
        ({"labels": [1, 2]}, "one for each of the 11 files.*Received: 2 numbers"),
        ({"labels": "infer"}, "labels must be 'inferred', None"),
        ({"labels": None, "class_names": ["cats"]}, "class_names go with labels='inferred'"),
        ({"class_names": ["cat"]}, "no folder 'cat'.*Did you mean 'cats'"),
        ({"label_mode": "category"}, "label_mode must be one of"),
        ({"label_mode": "binary"}, "takes two classes"),
        ({"color_mode": "greyscale"}, "Did you mean 'grayscale'"),
        ({"interpolation": "biliner"}, "Did you mean 'bilinear'"),
        ({"image_size": (1, 2, 3)}, r"image_size is \(height, width\)"),
        ({"subset": "training"}, "validation_split, a fraction, goes with subset"),
        ({"validation_split": 0.5, "subset": "test", "seed": 0}, "goes with subset, one of"),
        ({"validation_split": 1.5, "subset": "both", "seed": 0}, "between 0 and 1"),
        ({"validation_split": 0.5, "subset": "both"}, "would overlap: pass seed=0"),
        ({"validation_split": 0.01, "subset": "both", "seed": 0}, "leaves none"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "not both"),
        ({"format": "torch"}, "format must be one of 'tf', 'grain'"),
    ):
        with pytest.raises(ValueError, match=text):
            image_dataset_from_directory(folder, verbose=False, **arguments)
    with pytest.raises(ValueError, match="has no files that end in .bmp, .gif"):
        image_dataset_from_directory(tmp_path)
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "1.png").write_text("not a picture")
    with pytest.raises(OSError, match=r"cats.1\.png cannot be read as an image"):
        image_dataset_from_directory(tmp_path)[0]
    with pytest.raises(IndexError, match="has 1 batches; there is no batch 1"):
        image_dataset_from_directory(tmp_path)[1]


def test_a_missing_folder_is_answered_with_what_is_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train" / "cats").mkdir(parents=True)
    missing = tmp_path / "trian"
    for find in (
        lambda: image_dataset_from_directory(missing),
        lambda: image_dataset_from_directory(missing, labels=None),
        lambda: ImageDataGenerator().flow_from_directory(missing / "cats"),
    ):
        with pytest.raises(FileNotFoundError) as caught:
            find()
        words = (str(missing), f"runs in {str(tmp_path)!r}", "train/cats", "mean 'train'?")
        assert all(word in str(caught.value) for word in words), caught.value
    (tmp_path / "cats.zip").touch()
    with pytest.raises(NotADirectoryError, match=r"'cats.zip' is a file.*Unpack it"):
        image_dataset_from_directory("cats.zip")

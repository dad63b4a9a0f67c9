"""Batches of images from arrays, folders and tables, as in Keras."""

import itertools
import os
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

import jaxkeras
from jaxkeras.preprocessing.image import (
    DataFrameIterator,
    DirectoryIterator,
    ImageDataGenerator,
    Iterator,
    NumpyArrayIterator,
)

keras = pytest.importorskip("keras")
legacy = pytest.importorskip("keras.src.legacy.preprocessing.image")

# Keras finds the function where SciPy had it once.
pytestmark = pytest.mark.filterwarnings("ignore:Please import `affine_transform`")

IMAGES = np.random.default_rng(0).uniform(0, 255, size=(10, 6, 6, 3)).astype("float32")
LABELS = np.arange(10) % 2
AUGMENTED = {"rotation_range": 30, "width_shift_range": 0.2, "horizontal_flip": True}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Seven cats, five dogs, each of another size, and what is to be ignored."""
    directory = tmp_path_factory.mktemp("images")
    generator = np.random.default_rng(1)
    for name, count in (("dogs", 5), ("cats", 7), (".ipynb_checkpoints", 1)):
        (directory / name / "more").mkdir(parents=True)
        for number in range(count):
            pixels = generator.integers(0, 256, size=(8 + number, 12, 3)).astype("uint8")
            part = "more" if number == 2 else "."
            Image.fromarray(pixels).save(directory / name / part / f"{number}.png")
    (directory / "cats" / "notes.txt").write_text("none")
    return directory


def assert_same(ours, theirs):
    if isinstance(theirs, (tuple, list)):
        assert type(ours) is type(theirs) and len(ours) == len(theirs)
        for own, other in zip(ours, theirs, strict=True):
            assert_same(own, other)
    else:
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    "arguments",
    [
        {"batch_size": 4},
        {"batch_size": 4, "seed": 7},
        {"y": LABELS, "batch_size": 3, "shuffle": False, "seed": 1},
        {"y": LABELS, "sample_weight": np.arange(10.0), "seed": 3},
        {"y": LABELS, "subset": "training"},
        {"y": LABELS, "subset": "validation", "ignore_class_split": True},
        {"x": (IMAGES, [np.arange(10), LABELS]), "y": LABELS, "seed": 2},
    ],
)
def test_arrays_give_the_batches_of_keras(arguments):
    arguments = {"x": IMAGES} | arguments
    results = []
    for make in (ImageDataGenerator, legacy.ImageDataGenerator):
        np.random.seed(11)
        batches = make(**AUGMENTED, validation_split=0.3).flow(**arguments)
        by_number = [batches[index] for index in range(len(batches))]
        rows = batches.index_array.copy()
        batches = make(**AUGMENTED, validation_split=0.3).flow(**arguments)
        results.append([*by_number, rows, *itertools.islice(batches, 2 * len(batches) + 1)])
        assert batches.total_batches_seen == 2 * len(batches) + 1
        assert batches.n == rows.size
    assert_same(*results)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"class_mode": "binary", "shuffle": False, "color_mode": "grayscale"},
        {"class_mode": "sparse", "classes": ["dogs", "cats"], "seed": 3, "color_mode": "rgba"},
        {"class_mode": "input", "interpolation": "bilinear", "keep_aspect_ratio": True},
        {"class_mode": None, "subset": "validation", "follow_links": True},
        {"subset": "training", "batch_size": 5},
    ],
)
def test_folders_give_the_batches_of_keras(folder, arguments, capsys):
    arguments = {"target_size": (7, 5), "batch_size": 4} | arguments
    results, lists = [], []
    classes = arguments.pop("classes", ["cats", "dogs"])  # Keras takes hidden folders for classes
    for make in (ImageDataGenerator, legacy.ImageDataGenerator):
        np.random.seed(11)
        generator = make(**AUGMENTED, validation_split=0.3)
        batches = generator.flow_from_directory(str(folder), classes=classes, **arguments)
        results.append([*itertools.islice(batches, 5), batches[0], batches.classes])
        names = ("filenames", "class_indices", "samples", "num_classes", "image_shape", "n")
        lists.append([getattr(batches, name) for name in (*names, "batch_size")])
        lists[-1].append(list(map(os.path.normpath, batches.filepaths)))
    if arguments.get("seed") is not None:  # by number, Keras's depend on what was made before
        del results[0][-2], results[1][-2]
    assert_same(*results)
    lists[1][0] = list(map(os.path.normpath, lists[1][0]))
    assert lists[0] == lists[1]
    ours, theirs = capsys.readouterr().out.splitlines()
    assert ours == theirs and ours.startswith("Found ") and ours.endswith("belonging to 2 classes.")


def test_weights_follow_their_images_into_a_subset():
    """Keras leaves them behind: there, the images have the weights of others."""
    generator = ImageDataGenerator(validation_split=0.4)
    batches = generator.flow(IMAGES, LABELS, sample_weight=np.arange(10), subset="training")
    x, _, weight = batches[0]
    np.testing.assert_array_equal(x, IMAGES[weight])
    assert sorted(weight) == [4, 5, 6, 7, 8, 9]


def test_folders_are_classes_sorted_and_hidden_ones_are_none(folder):
    batches = ImageDataGenerator().flow_from_directory(folder, batch_size=4)
    assert batches.class_indices == {"cats": 0, "dogs": 1}
    assert isinstance(batches, (DirectoryIterator, Iterator, jaxkeras.utils.Sequence))
    x, y = next(batches)
    assert x.shape == (4, 256, 256, 3) and y.shape == (4, 2)


def test_a_seed_decides_whatever_the_order_and_the_thread():
    def make():
        generator = ImageDataGenerator(**AUGMENTED, zoom_range=0.3, channel_shift_range=20)
        return generator.flow(IMAGES, LABELS, batch_size=2, seed=5)

    straight, threaded, backward = make(), make(), make()
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            np.random.seed()
            expected = [straight[index] for index in range(5)]
            assert_same(list(pool.map(threaded.__getitem__, range(5))), expected)
            assert_same([backward[index] for index in (-1, -2, -3, -4, -5)][::-1], expected)
            for batches in (straight, threaded, backward):
                batches.on_epoch_end()
    assert not np.array_equal(expected[0][1], make()[0][1])  # another pass, another order


def test_every_pass_has_every_image_once():
    batches = ImageDataGenerator().flow(IMAGES, np.arange(10), batch_size=3)
    for _ in range(3):
        labels = np.concatenate([batches[index][1] for index in range(len(batches))])
        assert sorted(labels) == list(range(10))
        assert [len(batches[index][1]) for index in range(4)] == [3, 3, 3, 1]
        np.testing.assert_array_equal(labels, batches.index_array)
        batches.on_epoch_end()
    plain = ImageDataGenerator().flow(IMAGES, np.arange(10), batch_size=4, shuffle=False)
    assert next(plain)[1].tolist() == [0, 1, 2, 3] and next(plain)[1].tolist() == [4, 5, 6, 7]
    plain.reset()
    assert next(plain)[1].tolist() == [0, 1, 2, 3]
    with pytest.raises(IndexError, match="has 3 batches, numbered from 0; there is no batch 3"):
        plain[3]


def test_images_and_masks_are_changed_alike():
    arguments = {"batch_size": 5, "seed": 1}
    pictures = ImageDataGenerator(**AUGMENTED).flow(IMAGES, **arguments)
    masks = ImageDataGenerator(**AUGMENTED).flow(IMAGES, **arguments)
    for x, y in itertools.islice(zip(pictures, masks, strict=True), 5):
        np.testing.assert_array_equal(x, y)


def test_the_users_array_stays_as_it_is_and_batches_travel():
    x = IMAGES.copy()
    batches = ImageDataGenerator(rescale=1 / 255).flow(x, batch_size=2, seed=1)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(batches))[1], batches[1])
    fresh = pickle.dumps(ImageDataGenerator().flow(x, np.arange(10), batch_size=4))
    labels = np.concatenate([pickle.loads(fresh)[index][1] for index in range(3)])
    assert sorted(labels) == list(range(10))  # all copies go through one order
    np.testing.assert_array_equal(x, IMAGES)


def test_changed_images_are_saved_under_the_names_of_keras(folder, tmp_path):
    names = []
    for library, make in (("ours", ImageDataGenerator), ("theirs", legacy.ImageDataGenerator)):
        saved = {"save_to_dir": tmp_path / library, "save_prefix": "a", "seed": 2}
        saved["save_to_dir"].mkdir()
        next(make(**AUGMENTED).flow(IMAGES, batch_size=3, **saved))
        next(
            make().flow_from_directory(
                str(folder), (4, 4), "rgba", ["cats"], batch_size=3, save_format="bmp", **saved
            )
        )
        names.append(sorted(os.listdir(tmp_path / library)))
    assert len(names[0]) == 6 and names[0] == names[1]
    for name in names[0]:
        files = [(tmp_path / library / name).read_bytes() for library in ("ours", "theirs")]
        assert files[0] == files[1]
    with pytest.raises(FileNotFoundError, match="'nowhere' is no folder. Make it first"):
        ImageDataGenerator().flow(IMAGES, save_to_dir="nowhere")


def test_tables_name_files_and_targets(folder, capsys):
    table = {
        "file": [f"cats/{n}.png" for n in (0, 1, 3)] + ["dogs/0.png", "dogs/1.png", "dogs/nix.png"],
        "class": ["cat", "cat", "cat", "dog", "bird", "dog"],
        "several": [["a"], ["b", "a"], "c", ["b"], "a", ["c"]],
        "age": [1, 2, 3, 4, 5, 6],
        "weight": [0.5, 1.0, 1.5, 2.0, 2.5, 3.0],
    }

    def make(generator=None, **arguments):
        generator = generator or ImageDataGenerator()
        arguments = {"shuffle": False, "target_size": (4, 4), "x_col": "file"} | arguments
        with pytest.warns(UserWarning, match="1 entries of the column 'file'.*dogs.nix.png"):
            return generator.flow_from_dataframe(table, str(folder), **arguments)

    batches = make(weight_col="weight", classes=["dog", "cat"])
    assert isinstance(batches, DataFrameIterator)
    assert batches.class_indices == {"dog": 0, "cat": 1} and batches.classes == [1, 1, 1, 0]
    assert batches.filenames == table["file"][:4]
    x, y, weight = batches[0]
    assert x.shape == (4, 4, 4, 3) and weight.tolist() == [0.5, 1.0, 1.5, 2.0]
    assert y.tolist() == [[0, 1], [0, 1], [0, 1], [1, 0]]
    assert make(class_mode="sparse")[0][1].tolist() == [1, 1, 1, 2, 0]
    assert make(class_mode="binary", classes=["cat", "dog"])[0][1].tolist() == [0, 0, 0, 1]
    several = make(y_col="several")[0][1]
    assert several.tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert make(class_mode="raw", y_col="age")[0][1].tolist() == [1, 2, 3, 4, 5]
    assert make(class_mode="raw", y_col=["age", "weight"])[0][1].shape == (5, 2)
    outputs = make(class_mode="multi_output", y_col=["age", "class"])[0][1]
    assert outputs[0].tolist() == [1, 2, 3, 4, 5] and outputs[1][3] == "dog"
    x, y = make(class_mode="input")[0]
    np.testing.assert_array_equal(x, y)
    split = ImageDataGenerator(validation_split=0.4)
    assert make(split, class_mode=None, subset="validation")[0].shape == (2, 4, 4, 3)
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "Found 4 validated image filenames belonging to 2 classes."
    assert out[-1] == "Found 2 validated image filenames."
    for arguments, error, text in (
        ({"y_col": "clas"}, KeyError, "no column 'clas'.*Did you mean 'class'"),
        ({"y_col": "age"}, TypeError, "column 'age' must hold a class, as text. Received: 1, int"),
        ({"class_mode": "binary"}, ValueError, "takes two classes. Received: 3"),
        ({"weight_col": "class"}, TypeError, "column 'class' must hold numbers"),
        ({"classes": ["cow"]}, ValueError, "No image is left of the 6"),
    ):
        with pytest.raises(error, match=text):
            make(**arguments)
    with pytest.raises(TypeError, match="takes a list of columns"):
        ImageDataGenerator().flow_from_dataframe(table, class_mode="multi_output")


def test_bad_folders_and_files_are_named(tmp_path):
    generator = ImageDataGenerator(validation_split=0.5)
    with pytest.raises(ValueError, match=r"has no images in the folders \[\]"):
        generator.flow_from_directory(tmp_path)
    (tmp_path / "loose.png").touch()
    with pytest.raises(ValueError, match="but 1 outside of them. Put the images of every class"):
        generator.flow_from_directory(tmp_path)
    (tmp_path / "cats").mkdir()
    (tmp_path / "dogs").mkdir()
    (tmp_path / "cats" / "1.jpg").write_text("not a picture")
    with pytest.warns(UserWarning, match="folder of class 'dogs' has no images"):
        batches = generator.flow_from_directory(tmp_path)
    with pytest.raises(OSError, match=r"cats.1\.jpg cannot be read as an image: .*remove it"):
        batches[0]
    Image.fromarray(np.random.randint(0, 256, (40, 40, 3), "uint8")).save(tmp_path / "a.jpg")
    (tmp_path / "cats" / "1.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:900])
    with pytest.raises(OSError, match=r"cats.1\.jpg cannot be read as an image: .*truncated"):
        batches[0]
    with pytest.raises(ValueError, match="no folder 'cat'.*cats, dogs.*Did you mean 'cats'"):
        generator.flow_from_directory(tmp_path, classes=["cat"])
    with pytest.raises(ValueError, match=r"subset='training' needs a fraction"):
        ImageDataGenerator().flow(IMAGES, subset="training")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"y": [1, 2]}, "10 images, but y has 2"),
        ({"sample_weight": [1]}, "sample_weight has 1"),
        ({"x": IMAGES[0]}, "four axes"),
        ({"y": np.arange(10), "subset": "training"}, "different classes.*Shuffle x and y"),
        ({"subset": "test"}, "subset must be"),
        ({"batch_size": 0}, "batch_size must be a positive whole number"),
        ({"batch_size": None}, "batch_size must be a positive whole number. Received: None"),
        ({"x": IMAGES[:0]}, "has no samples"),
    ],
)
def test_misuse_of_arrays_is_answered(arguments, text):
    with pytest.raises(ValueError, match=text):
        ImageDataGenerator(validation_split=0.2).flow(**({"x": IMAGES} | arguments))


def test_other_numbers_of_channels_are_questioned():
    with pytest.warns(UserWarning, match="1, 3 or 4 channels, but these have 2"):
        NumpyArrayIterator(np.ones((2, 3, 3, 2)), None, None)


def test_a_model_learns_from_folders(tmp_path, capsys):
    """The textbook's program: bright and dark pictures are told apart."""
    generator = np.random.default_rng(0)
    for name, middle in (("bright", 190), ("dark", 60)):
        (tmp_path / name).mkdir()
        for number in range(12):
            pixels = generator.normal(middle, 30, size=(9, 9, 3)).clip(0, 255).astype("uint8")
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.jpg")
    datagen = ImageDataGenerator(rescale=1 / 255, horizontal_flip=True, zoom_range=0.1)
    train = datagen.flow_from_directory(
        tmp_path, target_size=(6, 6), batch_size=5, class_mode="categorical"
    )
    model = jaxkeras.Sequential(
        [
            jaxkeras.Input((6, 6, 3)),
            jaxkeras.layers.Flatten(),
            jaxkeras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(jaxkeras.optimizers.Adam(0.05), "categorical_crossentropy", ["accuracy"])
    model.fit(train, epochs=8, verbose=0)
    test = ImageDataGenerator(rescale=1 / 255).flow_from_directory(
        tmp_path, target_size=(6, 6), batch_size=5, shuffle=False
    )
    assert model.evaluate(test, verbose=0)[1] > 0.95
    predicted = model.predict(test, verbose=0)
    assert np.mean(predicted.argmax(1) == test.classes) > 0.95
    assert capsys.readouterr().out.count("Found 24 images belonging to 2 classes.") == 2

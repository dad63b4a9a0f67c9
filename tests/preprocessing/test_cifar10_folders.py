"""Real pictures from folders of JPEG files, with the words of a Keras 2 textbook."""

import zipfile
from pathlib import Path

import pytest

import jaxkeras
from jaxkeras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from jaxkeras.preprocessing.image import ImageDataGenerator

ARCHIVE = Path(__file__).resolve().parents[3] / "shared" / "data" / "cifar10_jpeg.zip"


def make_model():
    """The network of Keras 2's `cifar10_cnn.py`."""
    model = jaxkeras.Sequential(
        [
            jaxkeras.Input((32, 32, 3)),
            Conv2D(32, (3, 3), padding="same", activation="relu"),
            Conv2D(32, (3, 3), activation="relu"),
            MaxPooling2D((2, 2)),
            Dropout(0.25),
            Conv2D(64, (3, 3), padding="same", activation="relu"),
            Conv2D(64, (3, 3), activation="relu"),
            MaxPooling2D((2, 2)),
            Dropout(0.25),
            Flatten(),
            Dense(512, activation="relu"),
            Dropout(0.5),
            Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.slow
@pytest.mark.skipif(not ARCHIVE.exists(), reason=f"no pictures in {ARCHIVE}")
def test_a_small_network_learns_cifar10_from_augmented_folders(tmp_path):
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(tmp_path)
    jaxkeras.utils.set_random_seed(0)
    augmenting = ImageDataGenerator(
        rescale=1 / 255, width_shift_range=0.1, height_shift_range=0.1, horizontal_flip=True
    )
    arguments = {"target_size": (32, 32), "batch_size": 64, "class_mode": "categorical"}
    training_set = augmenting.flow_from_directory(tmp_path / "train", **arguments)
    test_set = ImageDataGenerator(rescale=1 / 255).flow_from_directory(
        tmp_path / "test", shuffle=False, **arguments
    )
    assert list(training_set.class_indices)[::9] == ["airplane", "truck"]
    assert (training_set.samples, test_set.samples) == (50_000, 10_000)

    model = make_model()
    model.fit_generator(training_set, epochs=5, workers=2, verbose=2)
    _, accuracy = model.evaluate_generator(test_set)
    print(f"CIFAR-10 after 5 epochs: {accuracy:.1%} of the test pictures")
    assert accuracy > 0.6

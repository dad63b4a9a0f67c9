"""Made-up data in the shapes and types of MNIST, CIFAR-10 and IMDB; it can be learned, to a point.

One label in ten is wrong, so that whoever has learned the rest is left with the same loss, until
the wrong ones are learned by heart.
"""

import numpy as np

__all__ = ["LENGTH", "WORDS", "make_data"]

WORDS, LENGTH = 20_000, 80

_CLASSES = 10
_WRONG = 0.1
_IMAGES = {
    "mlp": (784,),
    "small_mlp": (784,),
    "convnet": (28, 28, 1),
    "deep_convnet": (32, 32, 3),
    "resnet18": (32, 32, 3),
}


def make_data(model: str, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and labels for a model, always the same.

    Args:
        model: name of the model.
        samples: how many.

    Returns:
        images ``(samples, *shape)``, float32 from 0 to 1, with classes ``(samples,)``, int32; or
        words ``(samples, 80)``, int32, with 0 or 1 ``(samples,)``, int32.
    """
    random = np.random.default_rng(0)
    if model in _IMAGES:
        return _images(random, samples, _IMAGES[model])
    return _sentences(random, samples)


def _images(
    random: np.random.Generator, samples: int, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Noise over one picture for each class, of 4x4 pixels of one colour."""
    picture_shape = (28, 28, 1) if len(shape) == 1 else shape
    height, width, channels = picture_shape
    coarse = random.random((_CLASSES, height // 4, width // 4, channels), np.float32)
    pictures = coarse.repeat(4, axis=1).repeat(4, axis=2).reshape(_CLASSES, *shape)
    classes = random.integers(0, _CLASSES, samples, dtype=np.int32)
    images = random.random((samples, *shape), np.float32)
    for number in range(_CLASSES):  # one at a time, which spares memory
        images[classes == number] += pictures[number]
    images /= 2
    return images, _with_wrong(random, classes, _CLASSES)


def _sentences(random: np.random.Generator, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Words without meaning, one in ten replaced by one of the 50 that tell the class."""
    classes = random.integers(0, 2, samples, dtype=np.int32)
    words = random.integers(100, WORDS, (samples, LENGTH), dtype=np.int32)
    telling = random.integers(0, 50, words.shape, dtype=np.int32) + 50 * classes[:, None]
    words = np.where(random.random(words.shape) < 0.1, telling, words)
    return words, _with_wrong(random, classes, 2)


def _with_wrong(random: np.random.Generator, labels: np.ndarray, classes: int) -> np.ndarray:
    shift = random.integers(1, classes, len(labels), dtype=np.int32)
    return np.where(random.random(len(labels)) < _WRONG, (labels + shift) % classes, labels)

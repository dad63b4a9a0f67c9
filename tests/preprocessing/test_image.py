"""Images cut and resized as Keras does it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras.preprocessing.image import smart_resize

keras = pytest.importorskip("keras")

IMAGES = np.random.default_rng(0).uniform(size=(2, 9, 14, 3)).astype("float32")


@pytest.mark.parametrize(
    ("x", "size", "arguments"),
    [
        (IMAGES[0], (6, 6), {}),
        (IMAGES, (4, 10), {"interpolation": "nearest"}),
        (IMAGES.transpose(0, 3, 1, 2), (12, 5), {"data_format": "channels_first"}),
    ],
)
def test_images_are_cut_to_the_shape_and_resized(x, size, arguments):
    ours = smart_resize(x, size, **arguments)
    theirs = keras.preprocessing.image.smart_resize(x, size, **arguments)
    assert isinstance(ours, np.ndarray)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_an_array_of_the_device_stays_there():
    assert isinstance(smart_resize(jnp.asarray(IMAGES), (3, 3)), jax.Array)

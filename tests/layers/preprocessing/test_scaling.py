"""Rescaling and Normalization: Keras's numbers, what adapt learns, and what it cannot."""

import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import Input, Sequential
from jaxkeras.layers import Dense, Normalization, Rescaling

keras = pytest.importorskip("keras")

X = np.random.default_rng(0).normal(5.0, 3.0, size=(12, 4, 3)).astype("float32")


@pytest.mark.parametrize(
    "arguments",
    [
        {"scale": 1 / 127.5, "offset": -1},
        {"scale": [0.5, 1.0, 2.0], "offset": np.array([1.0, 0.0, -1.0])},
        {"scale": 2.0, "dtype": "mixed_bfloat16"},
    ],
)
def test_rescaling(assert_same_layer, arguments):
    assert_same_layer("Rescaling", (2, 3), **arguments)


def test_rescaling_of_pixels_and_of_channels_that_come_first():
    pixels = np.array([[0, 255]], "uint8")
    np.testing.assert_allclose(Rescaling(1 / 255)(pixels), [[0.0, 1.0]])
    jaxkeras.config.set_image_data_format("channels_first")
    try:
        outputs = Rescaling([1.0, 2.0], offset=[0.0, 5.0])(np.ones((1, 2, 3, 4)))
    finally:
        jaxkeras.config.set_image_data_format("channels_last")
    np.testing.assert_allclose(outputs[0, :, 0, 0], [1.0, 7.0])
    assert outputs.shape == (1, 2, 3, 4)


@pytest.mark.parametrize(
    "arguments",
    [
        {"axis": None, "mean": 3.0, "variance": 2.0},
        {"axis": -1, "mean": [1.0, 2.0, 3.0], "variance": [1.0, 0.0, 4.0]},
        {"axis": (1, 2), "mean": [1.0, 2.0, 3.0], "variance": [1.0, 2.0, 4.0], "invert": True},
        {"axis": 1, "mean": np.arange(4.0), "variance": np.arange(4.0)},
    ],
)
def test_normalization_by_what_is_given(assert_same_layer, arguments):
    assert_same_layer("Normalization", (2, 4, 3), **arguments)


@pytest.mark.parametrize("axis", [-1, 1, None, (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("invert", [False, True])
def test_adapt_learns_what_keras_learns(axis, invert):
    ours, theirs = (api.layers.Normalization(axis, invert=invert) for api in (jaxkeras, keras))
    ours.adapt(X)
    theirs.adapt(X)
    assert [w.get_metadata("name") for w in ours.weights] == [w.name for w in theirs.weights]
    for own, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert own.dtype == other.dtype
        np.testing.assert_allclose(own, other, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours(X), theirs(X), rtol=1e-4, atol=1e-5)
    assert ours.trainable_weights == []


def test_batches_teach_what_the_whole_teaches():
    whole = Normalization()
    whole.adapt(X)
    parts = [X[:5], X[5:6], X[6:]]
    for data in (parts, iter(parts), ((part, 0 * part) for part in parts), X.tolist()):
        layer = Normalization()
        layer.adapt(data)
        for own, other in zip(layer.get_weights(), whole.get_weights(), strict=True):
            np.testing.assert_allclose(own, other, rtol=1e-5)
    layer.adapt(iter(parts), steps=1)
    np.testing.assert_allclose(layer.adapt_mean[...], X[:5].mean((0, 1)), rtol=1e-5)


def test_normalization_in_a_model_that_was_compiled_before_it_was_adapted():
    model = Sequential([Input((3,)), Normalization(), Dense(1, kernel_initializer="ones")])
    before = model.predict(X[:, 0], verbose=0)
    model.layers[0].adapt(X[:, 0])
    expected = (X[:, 0] - X[:, 0].mean(0)) / X[:, 0].std(0)
    assert not np.allclose(before, expected.sum(-1, keepdims=True))
    after = model(jnp.asarray(X[:, 0]))
    np.testing.assert_allclose(after, expected.sum(-1, keepdims=True), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.predict(X[:, 0], verbose=0), after, rtol=1e-5, atol=1e-6)


def test_a_configuration_holds_what_was_given():
    layer = Normalization(axis=-1, mean=np.array([1.0, 2.0]), variance=[1.0, 4.0])
    config = layer.get_config()
    assert config["mean"] == [1.0, 2.0] and config["variance"] == [1.0, 4.0]
    x = np.ones((1, 2), "float32")
    theirs = keras.layers.Normalization(**{k: config[k] for k in ("axis", "mean", "variance")})
    for twin in (Normalization.from_config(config), theirs):
        np.testing.assert_allclose(twin(x), [[0.0, -0.5]])
    assert Rescaling(np.array([1.0, 2.0])).get_config()["scale"] == [1.0, 2.0]


def test_misuse_of_normalization():
    with pytest.raises(ValueError, match="mean and variance together"):
        Normalization(mean=1.0)
    with pytest.raises(ValueError, match="together, of one shape"):
        Normalization(mean=[1.0, 2.0], variance=1.0)
    with pytest.raises(ValueError, match="as many dimensions as axis names"):
        Normalization(axis=None, mean=[1.0], variance=[1.0])
    with pytest.raises(ValueError, match=r"have the axes \(3,\), got shape \(None, 2\)"):
        Normalization(axis=3)(Input((2,)))
    with pytest.raises(ValueError, match="needs to know the size"):
        Normalization()(Input((None,)))
    with pytest.raises(ValueError, match="nothing to learn"):
        Normalization(mean=1.0, variance=1.0).adapt(X)
    with pytest.raises(ValueError, match="got no data"):
        Normalization().adapt(iter([]))
    with pytest.raises(TypeError, match="Received: float"):
        Normalization().adapt(3.0)
    layer = Normalization()
    layer.adapt(X)
    with pytest.raises(ValueError, match=r"built for inputs of shape \(12, 4, 3\), got data"):
        layer.adapt(X[..., :2])

"""Noise by its statistics: mean, variance, whole channels, seeds; nothing at inference."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import Input, Sequential, layers
from jaxkeras.layers.mask import get_mask, set_mask
from jaxkeras.layers.scope import call_scope

keras = pytest.importorskip("keras")

ONES = jnp.ones((200, 300))
MAKERS = {
    "GaussianNoise": ((200, 300), 0.5),
    "GaussianDropout": ((200, 300), 0.3),
    "AlphaDropout": ((200, 300), 0.3),
    "SpatialDropout1D": ((200, 3, 40), 0.5),
    "SpatialDropout2D": ((200, 2, 2, 40), 0.5),
    "SpatialDropout3D": ((100, 2, 2, 2, 40), 0.5),
}


def mean_and_deviation(x):
    x = np.asarray(x, "float64")
    return x.mean(), x.std()


@pytest.mark.parametrize("stddev", [0.1, 0.7, 2.0])
def test_gaussian_noise_adds_numbers_of_mean_0(stddev):
    mean, deviation = mean_and_deviation(layers.GaussianNoise(stddev)(5 * ONES, training=True))
    assert abs(mean - 5) < 5 * stddev / ONES.size**0.5
    assert abs(deviation / stddev - 1) < 0.02


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_gaussian_dropout_multiplies_by_numbers_of_mean_1(rate):
    stddev = (rate / (1 - rate)) ** 0.5
    mean, deviation = mean_and_deviation(layers.GaussianDropout(rate)(3 * ONES, training=True))
    assert abs(mean / 3 - 1) < 5 * stddev / ONES.size**0.5
    assert abs(deviation / (3 * stddev) - 1) < 0.02


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_alpha_dropout_keeps_mean_0_and_variance_1(rate):
    x = jnp.asarray(np.random.normal(size=ONES.shape), "float32")
    outputs = np.asarray(layers.AlphaDropout(rate)(x, training=True))
    mean, deviation = mean_and_deviation(outputs)
    assert abs(mean) < 0.03
    assert abs(deviation - 1) < 0.03
    values, counts = np.unique(outputs, return_counts=True)
    assert values[counts.argmax()] < 0
    assert abs(counts.max() / outputs.size - rate) < 0.01


def test_alpha_dropout_drops_whole_rows():
    outputs = np.asarray(layers.AlphaDropout(0.5, noise_shape=(None, 1))(ONES, training=True))
    assert (outputs == outputs[:, :1]).all()
    assert len(np.unique(outputs)) == 2


@pytest.mark.parametrize(
    ("name", "shape", "arguments", "space"),
    [
        ("SpatialDropout1D", (200, 5, 40), {}, (1,)),
        ("SpatialDropout2D", (200, 3, 2, 40), {}, (1, 2)),
        ("SpatialDropout2D", (200, 40, 3, 2), {"data_format": "channels_first"}, (2, 3)),
        ("SpatialDropout3D", (200, 2, 3, 2, 40), {"data_format": "channels_last"}, (1, 2, 3)),
        ("SpatialDropout3D", (200, 40, 2, 3, 2), {"data_format": "channels_first"}, (2, 3, 4)),
    ],
)
def test_spatial_dropout_drops_whole_channels(name, shape, arguments, space):
    layer = getattr(layers, name)(0.25, **arguments)
    outputs = np.asarray(layer(jnp.ones(shape), training=True))
    channels = outputs.mean(space)
    np.testing.assert_array_equal(
        np.broadcast_to(outputs.max(space, keepdims=True), shape), outputs
    )
    np.testing.assert_allclose(np.unique(channels), [0.0, 4 / 3], rtol=1e-6)
    assert abs((channels == 0).mean() - 0.25) < 0.03


@pytest.mark.parametrize("name", MAKERS)
def test_inference_changes_nothing_and_masks_pass(name):
    shape, amount = MAKERS[name]
    x = jnp.asarray(np.random.normal(size=shape), "float32")
    mask = jnp.ones(shape[:2], bool)
    set_mask(x, mask)
    layer = getattr(layers, name)(amount)
    outputs = layer(x)
    np.testing.assert_array_equal(outputs, x)
    assert get_mask(outputs) is get_mask(layer(x, training=True)) is mask
    assert layer.weights == []
    assert layer(Input((None,) * (len(shape) - 2) + shape[-1:])).shape[-1] == shape[-1]
    still = getattr(layers, name)(0)
    np.testing.assert_array_equal(still(x, training=True), x)


@pytest.mark.parametrize("name", MAKERS)
def test_seeds_repeat_the_noise(name):
    shape, amount = MAKERS[name]
    x = jnp.ones(shape)

    def noise(**arguments):
        layer = getattr(layers, name)(amount, **arguments)
        return np.stack([layer(x, training=True) for _ in range(2)])

    first = noise(seed=3)
    np.testing.assert_array_equal(first, noise(seed=3))
    assert (first[0] != first[1]).any()
    assert (first != noise(seed=4)).any()
    np.random.seed(1)
    from_global = noise()
    np.random.seed(1)
    np.testing.assert_array_equal(from_global, noise())


@pytest.mark.parametrize(
    "name", ["GaussianNoise", "GaussianDropout", "AlphaDropout", "SpatialDropout1D"]
)
def test_16_bits_stay_16_bits(name):
    shape, amount = MAKERS[name]
    layer = getattr(layers, name)(amount, dtype="mixed_bfloat16")
    assert layer(jnp.ones(shape), training=True).dtype == "bfloat16"


@pytest.mark.parametrize("name", MAKERS)
def test_configurations_have_the_keys_of_keras(name):
    own, reference = (
        getattr(library, name)(0.5, seed=2).get_config() for library in (layers, keras.layers)
    )
    assert set(own) == set(reference)
    assert getattr(layers, name).from_config(own).get_config() == own


@pytest.mark.parametrize("name", ["GaussianDropout", "AlphaDropout"])
@pytest.mark.parametrize("rate", [-0.1, 1, 1.5])
def test_rates_out_of_range(name, rate):
    with pytest.raises(ValueError, match="needs a rate"):
        getattr(layers, name)(rate)


def test_other_arguments_out_of_range():
    with pytest.raises(ValueError, match="needs a stddev that is not negative"):
        layers.GaussianNoise(-1.0)
    with pytest.raises(ValueError, match="data_format must be one of 'channels_last'"):
        layers.SpatialDropout2D(0.5, "channels_middle")
    with pytest.raises(ValueError, match="expected 3 dimensions"):
        layers.SpatialDropout1D(0.5)(ONES)


def test_noise_in_a_model_differs_from_step_to_step():
    model = Sequential([Input((300,)), layers.GaussianNoise(0.5), layers.Activation("linear")])
    model.compile("sgd", "mse")
    losses = [model.train_on_batch(ONES, ONES) for _ in range(2)]
    assert losses[0] != losses[1]
    np.testing.assert_allclose(losses, 0.25, rtol=0.05)
    assert model.evaluate(ONES, ONES, verbose=0) == 0


@pytest.mark.parametrize("arguments", [{}, {"l1": 0.1}, {"l2": 0.2}, {"l1": 0.1, "l2": 0.2}])
def test_activity_regularization_equals_keras(arguments):
    x = np.random.normal(size=(4, 3)).astype("float32")
    ours, theirs = (
        library.ActivityRegularization(**arguments) for library in (layers, keras.layers)
    )
    with call_scope(training=True) as call:
        outputs = ours(x)
    np.testing.assert_array_equal(outputs, theirs(x))
    np.testing.assert_allclose(sum(call.losses), sum(theirs.losses), rtol=1e-5)
    assert set(ours.get_config()) == set(theirs.get_config())


def test_the_penalty_reaches_the_gradient():
    def loss(x):
        with call_scope(training=True) as call:
            layers.ActivityRegularization(l2=0.5)(x)
        return sum(call.losses)

    np.testing.assert_allclose(jax.grad(loss)(jnp.array([[2.0, -3.0]])), [[2.0, -3.0]])

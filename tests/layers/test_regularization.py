"""Dropout by its statistics: what is dropped, how the rest grows, when masks differ."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from jaxkeras import Input, Sequential, layers

keras = pytest.importorskip("keras")

ONES = jnp.ones((100, 200))


def masks(layer, count=1, x=ONES):
    """Where the outputs of some training calls are not zero."""
    return [np.asarray(layer(x, training=True)) != 0 for _ in range(count)]


def outputs_and_gradient(layer, x):
    """Of a training call, on a copy that belongs to the trace."""
    outputs, pullback = jax.vjp(lambda x: nnx.clone(layer)(x, training=True), x)
    return outputs, pullback(jnp.ones_like(outputs))[0]


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_rate_and_scale(rate):
    outputs = np.asarray(layers.Dropout(rate)(ONES, training=True))
    kept = outputs != 0
    deviation = (rate * (1 - rate) / ONES.size) ** 0.5
    assert abs(1 - rate - kept.mean()) < 5 * deviation
    np.testing.assert_allclose(outputs[kept], 1 / (1 - rate), rtol=1e-6)


def test_inference_changes_nothing():
    layer = layers.Dropout(0.5)
    x = np.random.normal(size=(4, 3)).astype("float32")
    for outputs in (layer(x), layer(x, training=False), keras.layers.Dropout(0.5)(x)):
        np.testing.assert_array_equal(outputs, x)


@pytest.mark.parametrize(("rate", "factor"), [(0, 1.0), (1, 0.0), (1.0, 0.0)])
def test_nothing_and_everything(rate, factor):
    layer = layers.Dropout(rate)
    outputs, gradient = outputs_and_gradient(layer, ONES)
    np.testing.assert_array_equal(outputs, factor * ONES)
    np.testing.assert_array_equal(gradient, factor * ONES)


@pytest.mark.parametrize("rate", [-0.1, 1.5, 50])
def test_a_rate_out_of_range(rate):
    with pytest.raises(ValueError, match="Dropout needs a rate from 0 to 1. Received: rate="):
        layers.Dropout(rate)


@pytest.mark.parametrize(
    ("noise_shape", "axis"), [((None, 1), 1), ((100, 1), 1), ((1, None), 0), ((1, 200), 0)]
)
def test_noise_shape_drops_whole_rows_or_columns(noise_shape, axis):
    [mask] = masks(layers.Dropout(0.5, noise_shape=noise_shape))
    lines = mask.mean(axis=axis)
    assert set(lines.tolist()) == {0.0, 1.0}
    assert 0.25 < lines.mean() < 0.75


def test_steps_and_layers_have_masks_of_their_own():
    first, second = masks(layers.Dropout(0.5), 2)
    [other] = masks(layers.Dropout(0.5))
    for a, b in ((first, second), (first, other), (second, other)):
        assert 0.47 < (a == b).mean() < 0.53


def test_a_seed_repeats_the_masks():
    sequence = masks(layers.Dropout(0.5, seed=3), 2)
    np.testing.assert_array_equal(sequence, masks(layers.Dropout(0.5, seed=3), 2))
    assert (sequence[0] != masks(layers.Dropout(0.5, seed=4))[0]).any()


def test_the_seed_of_numpy_repeats_the_masks():
    np.random.seed(5)
    first = masks(layers.Dropout(0.5), 2)
    np.random.seed(5)
    np.testing.assert_array_equal(first, masks(layers.Dropout(0.5), 2))


def test_gradient_flows_where_the_output_does():
    layer = layers.Dropout(0.5)
    outputs, gradient = outputs_and_gradient(layer, ONES)
    np.testing.assert_array_equal(gradient, outputs)


def test_the_type_of_the_input_is_kept():
    layer = layers.Dropout(0.5, dtype="mixed_bfloat16")
    assert layer(ONES, training=True).dtype == "bfloat16"


def test_a_dropout_has_no_weights_and_its_shape_is_that_of_the_input():
    layer = layers.Dropout(0.5)
    assert layer.weights == layer.get_weights() == []
    assert layer(Input((None, 3))).shape == (None, None, 3)


def test_shape_inference_and_prediction_draw_nothing():
    np.random.seed(1)
    untouched = layers.Dropout(0.5)
    np.random.seed(1)
    used = layers.Dropout(0.5)
    used(Input((3,)))
    Sequential([used]).predict(ONES, verbose=0)
    np.testing.assert_array_equal(masks(untouched), masks(used))


def test_masks_change_inside_a_hand_written_jitted_step():
    layer = layers.Dropout(0.5)
    step = nnx.jit(lambda layer, x: layer(x, training=True))
    first, second = (np.asarray(step(layer, ONES)) for _ in range(2))
    assert (first != second).any()

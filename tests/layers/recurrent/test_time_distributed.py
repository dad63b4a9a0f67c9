"""TimeDistributed against Keras, and the masks that it passes to and from its layer."""

import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import Input, Sequential, layers, optimizers
from jaxkeras.layers.mask import get_mask, set_mask

keras = pytest.importorskip("keras")


class Counting(layers.Layer):
    """Counts its training calls, and takes the mask off what it sees."""

    def build(self, input_shape):
        self.count = self.add_weight(initializer="zeros", trainable=False, name="count")

    def call(self, inputs, training=False, mask=None):
        if training:
            self.count.set_value(self.count[...] + 1)
        return inputs if mask is None else inputs * mask[:, None]


@pytest.mark.parametrize(
    ("make", "shape", "unknown"),
    [
        (lambda lib: lib.layers.Dense(4, "relu", kernel_regularizer="l2"), (2, 5, 3), (0, 1)),
        (lambda lib: lib.layers.SimpleRNN(4, return_sequences=True), (2, 3, 5, 3), (0,)),
        (lambda lib: lib.layers.Conv2D(2, 3), (2, 3, 5, 5, 1), (0, 1)),
    ],
)
def test_same_as_keras(assert_same_layer, make, shape, unknown):
    assert_same_layer(
        "TimeDistributed",
        shape,
        make=lambda library: library.layers.TimeDistributed(make(library)),
        unknown=unknown,
    )


def test_batch_normalization_is_trained_step_after_step(assert_same_layer):
    assert_same_layer(
        "TimeDistributed",
        (4, 3, 2),
        make=lambda lib: lib.layers.TimeDistributed(lib.layers.BatchNormalization(momentum=0.8)),
        training=True,
    )


def test_a_model_as_layer():
    inner = Sequential([Input((3,)), layers.Dense(4, "relu"), layers.Dense(2)])
    x = np.random.normal(size=(2, 5, 3)).astype("float32")
    outputs = layers.TimeDistributed(inner)(x)
    np.testing.assert_allclose(outputs[:, 3], inner(x[:, 3]), rtol=1e-5, atol=1e-6)


def test_statistics_are_those_of_step_after_step():
    layer = layers.TimeDistributed(Counting())
    x = jnp.ones((2, 5, 3))
    layer(x)
    assert float(layer.layer.count[...]) == 0
    assert layer(x, training=True).shape == (2, 5, 3)
    assert float(layer.layer.count[...]) == 5


@pytest.mark.parametrize("training", [False, True])
def test_the_layer_gets_its_part_of_the_mask(training):
    mask = jnp.array([[True, False], [True, True]])
    outputs = layers.TimeDistributed(Counting())(jnp.ones((2, 2, 3)), mask=mask, training=training)
    np.testing.assert_array_equal(outputs[..., 0], mask)


def test_the_output_keeps_the_mask():
    mask = jnp.array([[True, False], [True, True]])
    x = jnp.ones((2, 2, 3))
    set_mask(x, mask)
    outputs = layers.TimeDistributed(layers.Dense(4))(x)
    np.testing.assert_array_equal(get_mask(outputs), mask)


@pytest.mark.parametrize("return_sequences", [False, True])
def test_a_mask_inside_of_steps(return_sequences):
    x = np.random.normal(size=(2, 2, 3, 4)).astype("float32")
    mask = jnp.array([[[1, 1, 0], [0, 0, 0]], [[1, 1, 1], [1, 0, 0]]], bool)
    inner = layers.GRU(5, return_sequences=return_sequences)
    array = jnp.asarray(x)
    set_mask(array, mask)
    outputs = layers.TimeDistributed(inner)(array)
    np.testing.assert_allclose(outputs[:, 0], inner(x[:, 0], mask=mask[:, 0]), rtol=1e-5, atol=1e-6)
    expected = mask if return_sequences else mask.any(axis=-1)
    np.testing.assert_array_equal(get_mask(outputs), expected)


def test_a_mask_of_steps_stays_outside_of_them():
    x = jnp.ones((2, 2, 3, 4))
    mask = jnp.array([[True, False], [True, True]])
    layer = layers.TimeDistributed(layers.GRU(5))
    np.testing.assert_array_equal(layer(x, mask=mask), layer(x))


def test_what_does_not_fit_is_explained():
    with pytest.raises(TypeError, match="goes around a layer"):
        layers.TimeDistributed("Dense")
    with pytest.raises(ValueError, match="at least 3 dimensions"):
        layers.TimeDistributed(layers.Dense(2))(jnp.ones((2, 3)))
    with pytest.raises(ValueError, match="expected a mask whose first dimensions"):
        layers.TimeDistributed(layers.Dense(2))(jnp.ones((2, 3, 4)), mask=jnp.ones((2, 4), bool))


def test_configuration():
    layer = jaxkeras.layers.TimeDistributed(layers.Dense(2, "relu"))
    again = layers.TimeDistributed.from_config(layer.get_config())
    assert (again.layer.units, again.layer.activation) == (2, layer.layer.activation)


def test_it_learns():
    x = np.random.normal(size=(32, 5, 2)).astype("float32")
    y = np.cumsum(x, axis=1)[..., :1]
    model = Sequential(
        [
            Input((None, 2)),
            layers.SimpleRNN(8, return_sequences=True),
            layers.TimeDistributed(layers.Dense(1)),
        ]
    )
    model.compile(optimizers.Adam(0.02), "mse")
    losses = model.fit(x, y, batch_size=8, epochs=10, verbose=0).history["loss"]
    assert losses[-1] < 0.8 * losses[0]

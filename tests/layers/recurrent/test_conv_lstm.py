"""ConvLSTM1D, 2D and 3D against Keras."""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import Input, Sequential, layers

keras = pytest.importorskip("keras")

SHAPE_2D = (2, 3, 5, 4, 2)
GLOROT = {"recurrent_initializer": "glorot_uniform"}  # orthogonal values take long to compile
SMALL = {"filters": 2, "kernel_size": 2, "recurrent_initializer": "zeros"}


@pytest.mark.parametrize(
    ("name", "shape", "arguments"),
    [
        (
            "ConvLSTM1D",
            (2, 3, 6, 2),
            {
                "return_sequences": True,
                "go_backwards": True,
                "dilation_rate": 2,
                "use_bias": False,
                "activation": None,
            },
        ),
        (
            "ConvLSTM2D",
            SHAPE_2D,
            {
                "padding": "same",
                "strides": (2, 1),
                "return_state": True,
                "kernel_regularizer": "l2",
                "recurrent_regularizer": "l1",
                "bias_regularizer": "l2",
                "activity_regularizer": "l2",
            },
        ),
        (
            "ConvLSTM2D",
            (2, 3, 2, 5, 4),
            {
                "data_format": "channels_first",
                "kernel_size": (3, 2),
                "return_sequences": True,
                "return_state": True,
                "activation": "relu",
                "recurrent_activation": "hard_sigmoid",
                "kernel_initializer": "ones",
                "bias_initializer": "ones",
                "unit_forget_bias": False,
            },
        ),
        ("ConvLSTM3D", (1, 2, 3, 4, 3, 1), {"return_sequences": True}),
    ],
)
def test_same_as_keras(assert_same_layer, name, shape, arguments):
    assert_same_layer(name, shape, **SMALL | arguments)


def test_initial_state(assert_same_layer):
    states = [np.random.normal(size=(2, 4, 3, 2)).astype("float32") for _ in range(2)]
    assert_same_layer(
        "ConvLSTM2D",
        SHAPE_2D,
        call_arguments={"initial_state": states},
        return_state=True,
        **SMALL,
    )


@pytest.mark.parametrize("return_sequences", [False, True])
def test_masked_steps_are_as_if_left_out(return_sequences):
    # Keras 3.15 broadcasts the mask against the channels here.
    x = np.random.normal(size=SHAPE_2D).astype("float32")
    layer = layers.ConvLSTM2D(2, 2, return_sequences=return_sequences, **GLOROT)
    mask = jnp.array([[True, False, True], [True, False, True]])
    outputs, expected = np.asarray(layer(x, mask=mask)), np.asarray(layer(x[:, ::2]))
    if return_sequences:
        np.testing.assert_array_equal(outputs[:, 1], outputs[:, 0])
        outputs = outputs[:, ::2]
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)


def test_unknown_sizes_of_space():
    layer = layers.ConvLSTM2D(4, 3, return_sequences=True, padding="same", **GLOROT)
    assert layer(Input((None, None, None, 3))).shape == (None, None, None, None, 4)


def test_dropout_has_masks_for_every_gate():
    arguments = {"dropout": 0.5, "recurrent_dropout": 0.5, "seed": 3}
    layer = layers.ConvLSTM1D(2, 1, **arguments, **GLOROT)
    x = jnp.ones((32, 2, 8, 2))
    first, second = layer(x, training=True), layer(x, training=True)
    assert np.abs(np.asarray(first - second)).max() > 1e-3
    keep = layer.cell.dropout_masks(0.5, x[:, 0], training=True)
    assert keep.shape == (4, 32, 8, 2)
    assert abs(float((keep != 0).mean()) - 0.5) < 0.06
    assert (keep[0] != keep[1]).any()


def test_stateful():
    x = np.random.normal(size=(2, 4, 3, 3, 1)).astype("float32")
    layer = layers.ConvLSTM2D(2, 2, stateful=True, padding="same", **GLOROT)
    layer(x[:, :2])
    last = layer(x[:, 2:])
    layer.reset_state()
    np.testing.assert_allclose(layer(x), last, rtol=1e-5, atol=1e-6)
    assert [state.shape for state in layer.cell.get_initial_state(2)] == [(2, 3, 3, 2)] * 2


def test_first_weights():
    layer = layers.ConvLSTM1D(3, 2, **GLOROT)
    layer.build((None, None, 5, 4))
    kernel, recurrent_kernel, bias = layer.get_weights()
    assert (kernel.shape, recurrent_kernel.shape) == ((2, 4, 12), (2, 3, 12))
    np.testing.assert_array_equal(bias, [0] * 3 + [1] * 3 + [0] * 6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"padding": "causal"}, "padding must be one of 'valid', 'same'"),
        ({"strides": 2, "dilation_rate": 2}, "strides or a dilation_rate above 1, not both"),
        ({"kernel_size": (2, 2, 2)}, "kernel_size takes"),
        ({"filters": 0}, "whole number"),
    ],
)
def test_what_does_not_fit_is_explained(arguments, message):
    with pytest.raises(ValueError, match=message):
        layers.ConvLSTM2D(**SMALL | arguments)


def test_it_learns_and_its_configuration_makes_it_again():
    x = np.random.normal(size=(8, 3, 4, 4, 1)).astype("float32")
    model = Sequential([Input(x.shape[1:]), layers.ConvLSTM2D(1, 3, padding="same", **GLOROT)])
    model.compile("adam", "mse")
    losses = model.fit(x, np.tanh(x.mean(axis=1)), epochs=8, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    layer = model.layers[0]
    again = layers.ConvLSTM2D.from_config(layer.get_config())
    again.build((None, *x.shape[1:]))
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(x), layer(x))

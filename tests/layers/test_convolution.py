"""Convolutions of every kind and rank: Keras's weights, numbers, gradients, shapes and files."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import layers
from jaxkeras.layers.mask import get_mask, set_mask
from jaxkeras.ops._windows import convolve_transpose

keras = pytest.importorskip("keras")

ALL = {
    "Conv1D": (2, 3),
    "Conv2D": (2, 3),
    "Conv3D": (2, 3),
    "Conv1DTranspose": (2, 3),
    "Conv2DTranspose": (2, 3),
    "Conv3DTranspose": (2, 3),
    "DepthwiseConv1D": (3,),
    "DepthwiseConv2D": (3,),
    "SeparableConv1D": (2, 3),
    "SeparableConv2D": (2, 3),
}

CASES = [
    ("Conv1D", (2, 7, 3), {"padding": "causal", "dilation_rate": 2, "activation": "relu"}),
    ("Conv1D", (2, 4, 7), {"padding": "same", "strides": 3, "groups": 2, "data_format": "first"}),
    (
        "Conv2D",
        (2, 6, 5, 3),
        {
            "kernel_regularizer": "l2",
            "bias_regularizer": "l1",
            "activity_regularizer": "l2",
            "activation": "tanh",
        },
    ),
    ("Conv2D", (2, 6, 7, 4), {"padding": "same", "strides": (2, 3), "groups": 2}),
    ("Conv2D", (2, 6, 7, 2), {"padding": "same", "dilation_rate": (1, 2), "use_bias": False}),
    ("Conv2D", (2, 3, 6, 5), {"strides": 2, "data_format": "first"}),
    (
        "Conv3D",
        (1, 2, 3, 5, 4),
        {"kernel_size": (1, 3, 2), "strides": (1, 2, 1), "data_format": "first"},
    ),
    ("Conv1DTranspose", (2, 4, 3), {"strides": 2, "padding": "same", "output_padding": 1}),
    ("Conv2DTranspose", (2, 3, 3, 4), {"strides": (2, 3), "data_format": "first"}),
    (
        "Conv2DTranspose",
        (2, 4, 3, 2),
        {"padding": "same", "dilation_rate": 2, "use_bias": False, "kernel_regularizer": "l2"},
    ),
    ("Conv3DTranspose", (1, 2, 3, 2, 2), {"strides": 2, "padding": "same"}),
    ("DepthwiseConv1D", (2, 3, 6), {"padding": "same", "data_format": "first", "strides": 2}),
    (
        "DepthwiseConv2D",
        (2, 6, 5, 3),
        {"depth_multiplier": 2, "depthwise_regularizer": "l2", "activation": "relu"},
    ),
    ("DepthwiseConv2D", (1, 9, 8, 2), {"strides": 2, "dilation_rate": 2, "use_bias": False}),
    ("SeparableConv1D", (2, 3, 7), {"data_format": "first", "strides": 2, "use_bias": False}),
    (
        "SeparableConv2D",
        (2, 6, 7, 2),
        {
            "depth_multiplier": 2,
            "padding": "same",
            "dilation_rate": (2, 1),
            "depthwise_regularizer": "l1",
            "pointwise_regularizer": "l2",
            "bias_regularizer": "l2",
        },
    ),
]


@pytest.mark.parametrize(("name", "shape", "arguments"), CASES)
def test_layer_equals_keras(assert_same_layer, name, shape, arguments):
    is_first = "data_format" in arguments
    arguments = arguments | {"data_format": "channels_first"} if is_first else arguments
    if "Depthwise" not in name:
        arguments = {"filters": 4, **arguments}
    space = range(2, len(shape)) if is_first else range(1, len(shape) - 1)
    unknown = (0,) if name.startswith("Separable") and is_first else (0, *space)
    assert_same_layer(name, shape, unknown=unknown, **{"kernel_size": 3, **arguments})


def test_transposes_have_the_size_and_numbers_of_keras():
    cases = [
        (window, stride, padding, output_padding, dilation)
        for window in (1, 2, 3, 5)
        for stride, dilation in ((1, 1), (2, 1), (3, 1), (4, 1), (1, 2), (1, 3))
        for padding in ("valid", "same")
        for output_padding in (None, *range(stride))
    ]
    x = np.random.normal(size=(1, 4, 1)).astype("float32")
    kernel = np.random.normal(size=(5, 1, 1)).astype("float32")

    @jax.jit
    def ours(x):
        return [
            convolve_transpose(
                x,
                jnp.asarray(kernel[:window]),
                (stride,),
                padding,
                None if extra is None else (extra,),
                "channels_last",
                (dilation,),
            )
            for window, stride, padding, extra, dilation in cases
        ]

    @jax.jit
    def theirs(x):
        return [
            keras.ops.conv_transpose(
                x, kernel[:window], stride, padding, extra, "channels_last", dilation
            )
            for window, stride, padding, extra, dilation in cases
        ]

    for case, output, expected in zip(cases, ours(x), theirs(x), strict=True):
        np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-6, err_msg=str(case))


@pytest.mark.parametrize("name", ["DepthwiseConv1D", "SeparableConv1D"])
def test_causal_output_depends_on_the_past_only(name):
    layer = getattr(layers, name)(*ALL[name], padding="causal")
    x = np.random.normal(size=(1, 6, 2)).astype("float32")
    changed = x.copy()
    changed[:, 3:] += 1
    before, after = layer(x), layer(changed)
    assert before.shape[1] == 6
    np.testing.assert_allclose(before[:, :3], after[:, :3], rtol=1e-6)
    assert not np.allclose(before[:, 3:], after[:, 3:])


def test_unknown_sizes_may_be_smaller_than_any_window():
    layer = layers.Conv1D(2, 50)
    assert layer.compute_output_shape((None, None, 3)) == (None, None, 2)


@pytest.mark.parametrize("name", ALL)
def test_configuration_is_one_that_keras_takes(name):
    layer = getattr(layers, name)(*ALL[name], padding="same", activation="relu")
    theirs = getattr(keras.layers, name).from_config(layer.get_config())
    assert theirs.name == layer.name
    assert theirs.kernel_size == layer.kernel_size
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


@pytest.mark.parametrize("name", ALL)
def test_arguments_are_those_of_keras(name):
    own = set(getattr(layers, name)(*ALL[name]).get_config())
    assert own | {"activity_regularizer"} == set(
        getattr(keras.layers, name)(*ALL[name]).get_config()
    )


def test_aliases_are_those_of_keras():
    for name in ALL:
        long = name.replace("Conv", "Convolution")
        assert hasattr(keras.layers, long) == hasattr(layers, long)
        assert getattr(layers, long, None) in (None, getattr(layers, name))


def test_integers_are_convolved_as_floats():
    image = np.full((1, 3, 3, 1), 200, "uint8")
    layer = layers.Conv2D(1, 3, kernel_initializer="ones")
    np.testing.assert_allclose(layer(image), [[[[1800.0]]]])


def test_mixed_precision_computes_in_16_bits():
    layer = layers.SeparableConv2D(2, 3, dtype="mixed_bfloat16")
    assert layer(np.ones((1, 4, 4, 2))).dtype == "bfloat16"
    assert {str(weight.dtype) for weight in layer.weights} == {"float32"}


def test_a_mask_ends():
    x = jnp.ones((1, 4, 2))
    set_mask(x, jnp.ones((1, 4), bool))
    assert get_mask(layers.Conv1D(2, 1)(x)) is None


def test_constraint_and_activation_reach_their_places():
    layer = layers.DepthwiseConv2D(2, depthwise_constraint="non_neg", activation="softmax")
    layer.build((None, 4, 4, 1))
    assert layer.kernel.get_metadata("constraint") is layer.depthwise_constraint
    assert layer.detach_activation("softmax") is jaxkeras.activations.softmax


def test_a_network_of_convolutions_learns():
    x = np.random.normal(size=(64, 8, 8, 1)).astype("float32")
    model = jaxkeras.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
            layers.DepthwiseConv2D(3, padding="same", activation="relu"),
            layers.SeparableConv2D(4, 3, padding="same", activation="relu"),
            layers.Conv2DTranspose(1, 3, strides=2, padding="same"),
        ]
    )
    assert model.output_shape == (None, 8, 8, 1)
    model.compile(optimizer=jaxkeras.optimizers.Adam(0.02), loss="mse")
    history = model.fit(x, x, epochs=20, verbose=0)
    assert history.history["loss"][-1] < 0.8 * history.history["loss"][0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.Conv2D(0, 3), "filters must be a whole number, at least 1. Received: 0"),
        (lambda: layers.Conv2D(4, 0), "kernel_size must be a whole number, at least 1"),
        (lambda: layers.Conv2D(4, (3, 3, 3)), "kernel_size takes one whole number or 2 of them"),
        (lambda: layers.Conv1D(4, (3, 3)), "kernel_size takes one whole number. Received"),
        (lambda: layers.Conv2D(4, 3, strides=(0, 1)), "strides must be a whole number"),
        (lambda: layers.Conv2D(4, 3, padding="sane"), "Did you mean 'same'"),
        (lambda: layers.Conv2D(4, 3, padding="causal"), "one of 'valid', 'same'. Received"),
        (lambda: layers.Conv2D(4, 3, data_format="last"), "data_format must be one of"),
        (lambda: layers.Conv2D(5, 3, groups=2), "filters must be a multiple of groups"),
        (lambda: layers.Conv2D(4, 3, strides=2, dilation_rate=2), "strides or dilation_rate"),
        (lambda: layers.Conv1DTranspose(4, 3, 2, dilation_rate=2), "strides or dilation_rate"),
        (lambda: layers.Conv1DTranspose(4, 3, padding="causal"), "one of 'valid', 'same'"),
        (lambda: layers.Conv2DTranspose(4, 3, 2, output_padding=2), "must be less than strides"),
        (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), "depth_multiplier must be a whole"),
        (lambda: layers.SeparableConv2D(-1, 3), "filters must be a whole number"),
    ],
)
def test_arguments_that_do_not_fit_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("shape", "arguments", "message"),
    [
        ((8, 28, 28), {}, r"expected 4 dimensions.*Add the missing axis.*x\[..., None\]"),
        ((8, 3, 9, 1), {}, 'window of 5 by 5, larger than its input of 3 by 9.*padding="same"'),
        ((8, 5, 9, 1), {"dilation_rate": 2}, "window of 9 by 9, larger than its input of 5 by 9"),
        ((8, 9, 9, 3), {"groups": 2}, "groups=2 must divide the channels of the input, got 3"),
    ],
)
def test_inputs_that_do_not_fit_are_explained(shape, arguments, message):
    with pytest.raises(ValueError, match=message):
        layers.Conv2D(4, 5, **arguments)(np.zeros(shape))


def test_channels_must_be_known_and_stay():
    layer = layers.Conv2D(4, 3)
    with pytest.raises(ValueError, match="needs to know the number of channels"):
        layer.build((None, 8, 8, None))
    layer.build((None, 8, 8, 3))
    with pytest.raises(ValueError, match="expected last dimension 3"):
        layer(np.zeros((1, 8, 8, 1)))

"""Pooling of every kind and rank: Keras's numbers, gradients, shapes and files."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import layers
from jaxkeras.layers.mask import get_mask, set_mask
from jaxkeras.ops._windows import pool

keras = pytest.importorskip("keras")

RANKS = (1, 2, 3)
WINDOWED = [f"{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in RANKS]
GLOBAL = [f"Global{name}" for name in WINDOWED]
ADAPTIVE = [f"Adaptive{name}" for name in WINDOWED]
FIRST = {"data_format": "channels_first"}


@pytest.mark.parametrize(
    ("name", "shape", "arguments"),
    [
        ("MaxPooling1D", (2, 7, 3), {"pool_size": 3, "strides": 2}),
        ("MaxPooling2D", (2, 5, 6, 3), {"pool_size": (3, 2), "strides": (1, 2), "padding": "same"}),
        ("MaxPooling3D", (1, 2, 4, 5, 4), FIRST),
        ("AveragePooling1D", (2, 3, 7), {"pool_size": 3, "padding": "same", **FIRST}),
        ("AveragePooling2D", (2, 5, 6, 3), {"pool_size": 2}),
        (
            "AveragePooling3D",
            (1, 3, 5, 4, 2),
            {"pool_size": (2, 3, 2), "strides": (1, 2, 2), "padding": "same"},
        ),
        ("GlobalMaxPooling1D", (2, 3, 5), FIRST),
        ("GlobalMaxPooling2D", (2, 4, 5, 3), {"keepdims": True}),
        ("GlobalMaxPooling3D", (2, 3, 2, 4, 2), {}),
        ("GlobalAveragePooling1D", (2, 5, 3), {}),
        ("GlobalAveragePooling2D", (2, 3, 4, 5), {"keepdims": True, **FIRST}),
        ("GlobalAveragePooling3D", (2, 3, 2, 4, 2), {}),
        ("AdaptiveAveragePooling2D", (2, 3, 5, 6), {"output_size": (3, 2), **FIRST}),
        ("AdaptiveMaxPooling3D", (1, 4, 5, 3, 2), {"output_size": (2, 3, 1)}),
    ],
)
def test_layer_equals_keras(assert_same_layer, name, shape, arguments):
    space = range(2, len(shape)) if "data_format" in arguments else range(1, len(shape) - 1)
    unknown = (0, *space) if "Adaptive" not in name else (0,)
    assert_same_layer(name, shape, unknown=unknown, **arguments)


def test_windows_cover_what_they_cover_in_keras():
    cases = [
        (kind, window, stride, padding)
        for kind in ("max", "average")
        for window, stride in ((1, 1), (2, 2), (2, 1), (3, 2), (2, 3), (7, 7))
        for padding in ("valid", "same")
    ]
    x = np.random.normal(size=(2, 7, 1)).astype("float32")

    @jax.jit
    def ours(x):
        return [
            pool(x, kind, (window,), (stride,), padding, "channels_last")
            for kind, window, stride, padding in cases
        ]

    @jax.jit
    def theirs(x):
        return [
            getattr(keras.ops, f"{kind}_pool")(x, window, stride, padding, "channels_last")
            for kind, window, stride, padding in cases
        ]

    for case, output, expected in zip(cases, ours(x), theirs(x), strict=True):
        np.testing.assert_allclose(output, expected, rtol=1e-5, err_msg=str(case))


@pytest.mark.parametrize("length", [1, 5, 6, 11])
@pytest.mark.parametrize("size", [1, 4, 7])
def test_adaptive_windows_begin_and_end_by_their_definition(length, size):
    x = np.random.normal(size=(1, length, 1)).astype("float32")
    bounds = [(i * length // size, -(-(i + 1) * length // size)) for i in range(size)]
    for name, reduce in (("Average", np.mean), ("Max", np.max)):
        layer = getattr(layers, f"Adaptive{name}Pooling1D")(size)
        expected = [reduce(x[0, start:stop]) for start, stop in bounds]
        np.testing.assert_allclose(layer(x).ravel(), expected, rtol=1e-5, atol=1e-6)


def test_adaptive_size_is_known_where_the_input_is_not():
    layer = layers.AdaptiveAveragePooling2D((3, 20))
    assert layer.compute_output_shape((None, None, None, 4)) == (None, 3, 20, 4)


@pytest.mark.parametrize("arguments", [{}, {"keepdims": True}, FIRST])
def test_global_average_leaves_masked_steps_out(assert_same_layer, arguments):
    shape = (2, 3, 4) if "data_format" in arguments else (2, 4, 3)
    mask = jnp.array([[True, False, True, True], [True, False, False, False]])
    name = "GlobalAveragePooling1D"
    assert_same_layer(name, shape, call_arguments={"mask": mask}, **arguments)


def test_global_average_of_nothing_is_zero():
    x = jnp.ones((2, 3, 2))
    mask = jnp.array([[False, False, False], [True, False, False]])
    outputs = layers.GlobalAveragePooling1D()(x, mask=mask)
    np.testing.assert_array_equal(outputs, [[0.0, 0.0], [1.0, 1.0]])


def test_global_average_takes_the_mask_that_comes_with_its_input_and_ends_it():
    x = jnp.array([[[1.0] * 3, [3.0] * 3, [9.0] * 3]])
    set_mask(x, jnp.array([[True, True, False]]))
    outputs = layers.GlobalAveragePooling1D()(x)
    np.testing.assert_array_equal(outputs, [[2.0] * 3])
    assert get_mask(outputs) is None
    assert get_mask(layers.GlobalMaxPooling1D(keepdims=True)(x)) is None


def test_masked_words_do_not_count_in_a_sentence():
    model = jaxkeras.Sequential(
        [layers.Embedding(5, 3, mask_zero=True), layers.GlobalAveragePooling1D()]
    )
    outputs = model.predict(np.array([[1, 2, 0, 0]]), verbose=0)
    table = model.get_weights()[0]
    np.testing.assert_allclose(outputs, table[[1, 2]].mean(0, keepdims=True), rtol=1e-5)


@pytest.mark.parametrize("name", WINDOWED + GLOBAL + ADAPTIVE)
def test_configuration_is_one_that_keras_takes(name):
    needed = (
        {"output_size": 2} if name in ADAPTIVE else {"pool_size": 2} if name in WINDOWED else {}
    )
    layer, theirs = (getattr(module, name)(**needed) for module in (layers, keras.layers))
    assert set(layer.get_config()) == set(theirs.get_config())
    assert type(theirs).from_config(layer.get_config()).name == layer.name
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


@pytest.mark.parametrize("name", [n.replace("Pooling", "Pool") for n in WINDOWED + GLOBAL])
def test_aliases_are_those_of_keras(name):
    short = name.replace("Average", "Avg")
    assert hasattr(keras.layers, short)
    assert getattr(layers, short) is getattr(layers, name.replace("Pool", "Pooling"))


def test_integers_are_pooled_as_floats():
    image = np.array([[[[200], [100]], [[100], [200]]]], "uint8")
    assert layers.AveragePooling2D()(image).item() == 150.0
    assert layers.GlobalAveragePooling2D()(image).item() == 150.0
    assert layers.MaxPooling2D()(image).item() == 200.0
    assert pool(jnp.asarray(image), "max", (2, 2), (1, 1), "valid", "channels_last").item() == 200


def test_global_image_layout_is_followed():
    jaxkeras.config.set_image_data_format("channels_first")
    try:
        assert layers.MaxPooling2D()(np.zeros((1, 2, 4, 6))).shape == (1, 2, 2, 3)
    finally:
        jaxkeras.config.set_image_data_format("channels_last")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.MaxPooling2D((2, 2, 2)), "pool_size takes one whole number or 2 of them"),
        (lambda: layers.MaxPooling2D(2, strides=0), "strides must be a whole number, at least 1"),
        (lambda: layers.MaxPooling2D(2, padding="full"), "padding must be one of 'valid', 'same'"),
        (
            lambda: layers.MaxPooling2D(5)(np.zeros((1, 4, 9, 1))),
            "window of 5 by 5.*input of 4 by 9",
        ),
        (lambda: layers.MaxPooling2D()(np.zeros((1, 4, 9))), "Add the missing axis"),
        (lambda: layers.GlobalMaxPooling2D("first"), "data_format must be one of"),
        (lambda: layers.AdaptiveMaxPooling2D((1, 2, 3)), "output_size takes one whole number or 2"),
    ],
)
def test_what_does_not_fit_is_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()

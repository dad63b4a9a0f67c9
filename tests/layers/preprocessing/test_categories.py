"""CategoryEncoding and Discretization: Keras's numbers, inside and outside of models."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import Input, Sequential
from jaxkeras.layers import CategoryEncoding, Dense, Discretization
from jaxkeras.layers.preprocessing._encoding import encode

keras = pytest.importorskip("keras")

BOTH = (jaxkeras, keras)
CLASSES = np.array([[0, 1, 1], [3, 3, 2]])
MODES = ["one_hot", "multi_hot", "count"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("inputs", [CLASSES, CLASSES[:, :1], CLASSES[0]], ids=str)
def test_category_encoding(assert_same_layer, mode, inputs):
    inputs = inputs.astype("int32")
    assert_same_layer(
        "CategoryEncoding", inputs.shape, inputs=inputs, num_tokens=4, output_mode=mode
    )


def test_counts_with_weights(assert_same_layer):
    weights = np.array([[0.5, 1.0, 2.0], [3.0, 0.25, 0.0]], "float32")
    assert_same_layer(
        "CategoryEncoding",
        (2, 3),
        inputs=CLASSES.astype("int32"),
        num_tokens=4,
        output_mode="count",
        call_arguments={"count_weights": weights},
    )


@pytest.mark.parametrize("mode", MODES)
def test_numpy_and_a_compiled_program_encode_alike(mode):
    classes = np.array([[[0, 5], [-1, 2]], [[2, 2], [9, 9]]])
    on_host = encode(classes, mode, 4)
    on_device = jax.jit(lambda classes: encode(classes, mode, 4))(classes)
    assert isinstance(on_host, np.ndarray)
    np.testing.assert_array_equal(on_host, on_device)
    if mode == "count":  # what is no class counts for nothing
        np.testing.assert_array_equal(on_host[:, 1], [[0, 0, 1, 0], [0, 0, 0, 0]])
    empty = np.zeros((2, 0), int)
    shape = (2, 0, 4) if mode == "one_hot" else (2, 4)
    assert encode(empty, mode, 4).shape == encode(jnp.asarray(empty), mode, 4).shape == shape


def test_categories_in_a_model_of_unknown_length():
    model = Sequential(
        [Input((None,), dtype="int32"), CategoryEncoding(4), Dense(1, kernel_initializer="ones")]
    )
    assert model.output_shape == (None, 1)
    np.testing.assert_allclose(model.predict(CLASSES, verbose=0), [[2.0], [2.0]])


def test_misuse_of_category_encoding():
    with pytest.raises(ValueError, match="needs num_tokens.*IntegerLookup"):
        CategoryEncoding()
    with pytest.raises(ValueError, match="num_tokens must be a whole number, at least 1"):
        CategoryEncoding(0)
    with pytest.raises(ValueError, match="output_mode must be.*Did you mean 'multi_hot'"):
        CategoryEncoding(4, output_mode="multihot")
    with pytest.raises(ValueError, match="dense arrays only"):
        CategoryEncoding(4, sparse=True)
    with pytest.raises(ValueError, match="from 0 to 2, got 3. Give it num_tokens=4"):
        CategoryEncoding(3)(CLASSES)
    with pytest.raises(ValueError, match="only with output_mode='count'"):
        CategoryEncoding(4)(CLASSES, count_weights=CLASSES)


NUMBERS = np.array([[-1.5, 1.0, 3.4], [0.0, 2.0, 1.3]], "float32")


@pytest.mark.parametrize("mode", ["int", *MODES])
@pytest.mark.parametrize("inputs", [NUMBERS, NUMBERS[:, :1]], ids=["row", "column"])
def test_discretization(assert_same_layer, mode, inputs):
    assert_same_layer(
        "Discretization",
        inputs.shape,
        inputs=inputs,
        bin_boundaries=[0.0, 1.0, 2.0],
        output_mode=mode,
    )


@pytest.mark.parametrize(
    "data",
    [
        NUMBERS,
        np.random.default_rng(0).normal(size=(700, 3)),
        [np.random.default_rng(i).exponential(size=350) for i in range(4)],
    ],
    ids=["few", "many", "batches"],
)
@pytest.mark.parametrize("epsilon", [0.01, 0.1])
def test_adapt_learns_the_boundaries_of_keras(data, epsilon):
    ours, theirs = (api.layers.Discretization(num_bins=5, epsilon=epsilon) for api in BOTH)
    ours.adapt(data)
    for batch in data if isinstance(data, list) else [data]:
        theirs.update_state(batch)  # its adapt() needs TensorFlow
    theirs.finalize_state()
    np.testing.assert_allclose(ours.bin_boundaries, theirs.bin_boundaries, rtol=1e-5, atol=1e-6)
    x = np.linspace(-2, 2, 9, dtype="float32")[None]
    np.testing.assert_array_equal(ours(x), theirs(x))
    for cls in (Discretization, keras.layers.Discretization):
        twin = cls.from_config(ours.get_config())
        np.testing.assert_array_equal(twin(x), ours(x))
    if isinstance(data, list):
        ours.adapt(iter(data), steps=1)
        assert ours.bin_boundaries != theirs.bin_boundaries


def test_discretization_in_a_model():
    layer = Discretization(num_bins=3, output_mode="multi_hot")
    layer.adapt(NUMBERS)
    model = Sequential([Input((3,)), layer, Dense(1, kernel_initializer="ones")])
    expected = np.asarray(layer(NUMBERS)).sum(-1, keepdims=True)
    np.testing.assert_allclose(model.predict(NUMBERS, verbose=0), expected)
    with pytest.raises(RuntimeError, match="part of a compiled program"):
        layer.adapt(NUMBERS + 1)


def test_misuse_of_discretization():
    with pytest.raises(ValueError, match="either bin_boundaries, or num_bins"):
        Discretization()
    with pytest.raises(ValueError, match="either bin_boundaries, or num_bins"):
        Discretization([0.0], num_bins=2)
    with pytest.raises(ValueError, match="increasing order"):
        Discretization([1.0, 0.0])
    with pytest.raises(ValueError, match="epsilon between 0 and 1"):
        Discretization([1.0], epsilon=0)
    with pytest.raises(ValueError, match="nothing to learn"):
        Discretization([0.0, 1.0]).adapt(NUMBERS)
    with pytest.raises(RuntimeError, match="no bins yet"):
        Discretization(num_bins=3)(NUMBERS)

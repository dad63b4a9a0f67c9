"""Embedding, its way back, and Masking: Keras's numbers, and masks that reach the next layer."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import Input, Model, Sequential, layers
from jaxkeras.layers.mask import get_mask, set_mask

keras = pytest.importorskip("keras")


class MeanOverTime(layers.Layer):
    """The mean of the steps that count."""

    def call(self, inputs, mask=None):
        if mask is None:
            return inputs.mean(1)
        weight = mask[..., None].astype(inputs.dtype)
        return (inputs * weight).sum(1) / jnp.maximum(weight.sum(1), 1)

    def compute_mask(self, inputs, previous_mask=None):
        return None


INDICES = np.array([[1, 4, 0], [2, 2, 3]], "int32")


@pytest.mark.parametrize(
    ("inputs", "arguments"),
    [
        (INDICES, {}),
        (INDICES[0], {"embeddings_initializer": "ones", "embeddings_constraint": "unit_norm"}),
        (INDICES.astype("float32"), {"mask_zero": True, "embeddings_regularizer": "l2"}),
        (INDICES[..., None], {}),
    ],
)
def test_embedding_equals_keras(assert_same_layer, inputs, arguments):
    assert_same_layer(
        "Embedding",
        inputs.shape,
        inputs=inputs,
        unknown=tuple(range(inputs.ndim)),
        input_dim=5,
        output_dim=3,
        **arguments,
    )


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(
    "arguments",
    [{}, {"tie_weights": False}, {"logit_soft_cap": 0.5, "reverse_dtype": "float16"}],
)
def test_reversible_embedding_equals_keras(assert_same_layer, arguments, reverse):
    inputs = np.random.normal(size=(2, 3)).astype("float32") if reverse else INDICES
    assert_same_layer(
        "ReversibleEmbedding",
        inputs.shape,
        inputs=inputs,
        call_arguments={"reverse": reverse},
        rtol=2e-3 if "reverse_dtype" in arguments else 1e-4,
        atol=1e-3 if "reverse_dtype" in arguments else 1e-5,
        input_dim=5,
        output_dim=3,
        **arguments,
    )


def test_a_reversible_embedding_keeps_masks():
    layer = layers.ReversibleEmbedding(5, 3, mask_zero=True)
    vectors = layer(jnp.asarray(INDICES))
    np.testing.assert_array_equal(get_mask(vectors), INDICES != 0)
    np.testing.assert_array_equal(get_mask(layer(vectors, reverse=True)), INDICES != 0)


def test_an_untied_way_back_beside_given_weights():
    table = np.random.normal(size=(5, 3)).astype("float32")
    layer = layers.ReversibleEmbedding(5, 3, tie_weights=False, weights=table)
    assert [w.shape for w in layer.weights] == [(5, 3), (3, 5)]
    np.testing.assert_array_equal(layer.get_weights()[0], table)


@pytest.mark.parametrize("wrap", [list, lambda tables: tables[0]])
def test_weights_that_are_given(wrap):
    table = np.random.normal(size=(5, 3)).astype("float32")
    layer = layers.Embedding(5, 3, weights=wrap([table]), trainable=False)
    np.testing.assert_array_equal(layer(INDICES), table[INDICES])
    assert layer.trainable_weights == []
    assert "weights" not in layer.get_config()


def test_given_weights_of_another_shape():
    with pytest.raises(ValueError, match=r"expected shape \(5, 3\) for weight 0"):
        layers.Embedding(5, 3, weights=np.ones((5, 4)))


def test_input_length_builds_a_model_of_keras_2():
    model = Sequential([layers.Embedding(10, 4, input_length=7), layers.Flatten(), layers.Dense(1)])
    assert model.output_shape == (None, 1)
    assert model.count_params() == 10 * 4 + 7 * 4 + 1


def test_an_index_out_of_range_shows():
    assert np.isnan(layers.Embedding(5, 3)(jnp.array([7]))).all()


def test_indices_are_not_rounded_to_16_bits():
    layer = layers.Embedding(1000, 2, dtype="mixed_bfloat16")
    exact = layer(np.array([[997]]))
    assert exact.dtype == "bfloat16"
    for inputs in (np.array([[997.0]]), jnp.array([[997.0]])):
        np.testing.assert_array_equal(layer(inputs), exact)


@pytest.mark.parametrize("dims", [(0, 3), (5, -1), (5, 2.5)])
def test_dimensions_that_are_none(dims):
    with pytest.raises(ValueError, match="must be a whole number, at least 1. Received: "):
        layers.Embedding(*dims)


def test_padding_does_not_count_for_a_consumer():
    embedding = layers.Embedding(5, 3, mask_zero=True)
    vectors = embedding(jnp.asarray(INDICES))
    means = MeanOverTime()(layers.Dropout(0.5)(layers.LayerNormalization(scale=False)(vectors)))
    counted = layers.LayerNormalization()(embedding(jnp.array([[1, 4]]))).mean(1)
    np.testing.assert_allclose(means[:1], counted, rtol=1e-5)
    assert get_mask(layers.Embedding(5, 3)(jnp.asarray(INDICES))) is None


def test_padding_does_not_count_in_a_trained_model():
    def trained(length):
        np.random.seed(2)
        model = Sequential(
            [layers.Embedding(5, 3, mask_zero=True), MeanOverTime(), layers.Dense(1)]
        )
        model.compile("sgd", "mse")
        x = np.zeros((8, length), "int32")
        x[:, :3] = np.arange(24).reshape(8, 3) % 4 + 1
        model.fit(x, np.arange(8.0)[:, None], epochs=2, verbose=0, shuffle=False)
        return model.get_weights()

    for short, padded in zip(trained(3), trained(6), strict=True):
        np.testing.assert_allclose(short, padded, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("mask_value", [0.0, -1.0])
def test_masking_equals_keras(assert_same_layer, mask_value):
    inputs = np.random.normal(size=(2, 4, 2)).astype("float32")
    inputs[0, 1:3] = mask_value
    inputs[1, 0, 0] = mask_value
    assert_same_layer("Masking", inputs.shape, inputs=inputs, unknown=(0, 1), mask_value=mask_value)
    outputs = layers.Masking(mask_value)(jnp.asarray(inputs))
    expected = keras.layers.Masking(mask_value)(inputs)
    np.testing.assert_array_equal(get_mask(outputs), keras.src.backend.get_keras_mask(expected))


def test_masking_looks_at_its_input_only():
    inputs = jnp.ones((1, 2, 3))
    set_mask(inputs, jnp.array([[True, False]]))
    assert get_mask(layers.Masking()(inputs)).tolist() == [[True, True]]


def test_masks_inside_jit_and_with_unknown_sizes():
    layer = layers.Masking()
    means = jax.jit(lambda x: MeanOverTime()(layer(x)))(jnp.array([[[4.0], [2.0], [0.0]]]))
    assert means.tolist() == [[3.0]]
    assert layer(Input((None, 2))).shape == (None, None, 2)


def test_configurations():
    for layer in (
        layers.Embedding(5, 3, mask_zero=True, input_length=4),
        layers.ReversibleEmbedding(5, 3, logit_soft_cap=2.0),
        layers.Masking(-1.0),
    ):
        again = type(layer).from_config(layer.get_config())
        assert again.get_config() == layer.get_config()
    theirs = keras.layers.Embedding(5, 3).get_config()
    assert set(layers.Embedding(5, 3).get_config()) == set(theirs) - {
        "activity_regularizer",
        "quantization_config",
    }
    assert "input_length" not in layers.Embedding(5, 3, input_length=4).get_config()


def functional_model():
    words, others = Input((3,), dtype="int32"), Input((2,))
    flat = layers.Flatten()(layers.Embedding(5, 2, name="words")(words))
    return Model([words, others], layers.Dense(1)(layers.Concatenate()([flat, others])))


@pytest.mark.parametrize("value", [5, -1])
def test_numbers_without_a_row_are_refused_before_training(value):
    x = np.array([[0, 1, 4], [value, 0, 0]])
    stack = Sequential([layers.Embedding(5, 2, name="words"), layers.Flatten(), layers.Dense(1)])
    for model, data in [(stack, x), (functional_model(), [x, np.zeros((2, 2))])]:
        model.compile("sgd", "mse")
        with pytest.raises(ValueError, match=r"words.* 0 to 4, .*numbers from (0 to 5|-1 to 4)"):
            model.fit(data, np.zeros(2), verbose=0)
        with pytest.raises(ValueError, match="numbers from"):
            model.predict(data, verbose=0)
    assert np.isfinite(stack.predict(np.clip(x, 0, 4), verbose=0)).all()

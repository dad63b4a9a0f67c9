"""Attention layers give what Keras's give: outputs, scores, gradients, masks, weights."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras.layers import (
    AdditiveAttention,
    Attention,
    Embedding,
    GroupQueryAttention,
    MultiHeadAttention,
)
from jaxkeras.layers.mask import get_mask, set_mask
from jaxkeras.layers.scope import call_scope
from jaxkeras.registry import serialize

keras = pytest.importorskip("keras")


_random = np.random.default_rng(0)


def array(*shape):
    return _random.normal(size=shape).astype("float32")


def booleans(*shape):
    """Where there is a choice, at least one key for every query."""
    mask = _random.random(shape) < 0.6
    mask[..., 0] = True
    return mask


# ---------------------------------------------------------------------- without projections


@pytest.mark.parametrize(
    ("name", "arguments", "call_arguments"),
    [
        ("Attention", {}, {}),
        ("Attention", {"use_scale": True}, {"use_causal_mask": True}),
        ("Attention", {"use_scale": True, "score_mode": "concat"}, {}),
        ("Attention", {"score_mode": "concat", "dropout": 0.3}, {"return_attention_scores": True}),
        ("AdditiveAttention", {}, {}),
        ("AdditiveAttention", {"use_scale": False, "seed": 1}, {"return_attention_scores": True}),
    ],
)
def test_attention_with_key_and_masks(assert_same_layer, name, arguments, call_arguments):
    shapes = [(2, 4, 3), (2, 5, 6), (2, 5, 3)]
    arguments = {"unknown": (0, 1), "eager": False} | arguments
    assert_same_layer(name, shapes, call_arguments=call_arguments, **arguments)
    call_arguments = call_arguments | {"mask": [booleans(2, 4), booleans(2, 5)]}
    assert_same_layer(name, shapes, call_arguments=call_arguments, **arguments)


@pytest.mark.parametrize("mask", [[None, booleans(2, 5)], [booleans(2, 4), None, None]])
def test_attention_without_a_key_and_with_one_mask(assert_same_layer, mask):
    shapes = [(2, 4, 3), (2, 5, 3)]
    call_arguments = {"mask": mask, "use_causal_mask": True}
    assert_same_layer("Attention", shapes, call_arguments=call_arguments, eager=False)


def test_a_list_is_asked_for_at_every_call():
    layer = Attention()
    layer([array(2, 3, 4)] * 2)
    with pytest.raises(ValueError, match="takes a list"):
        layer(array(2, 3, 4))


def test_attention_takes_masks_that_come_along_and_gives_that_of_the_query():
    embedding = Embedding(9, 3, mask_zero=True)
    query, value = embedding(jnp.array([[1, 2, 0]])), embedding(jnp.array([[3, 0, 4, 0]]))
    outputs, scores = Attention()([query, value], return_attention_scores=True)
    mask = get_mask(outputs)
    assert mask is not None and mask.tolist() == [[True, True, False]]
    assert (scores[0, :, [1, 3]] == 0).all() and (scores[0, :, [0, 2]] > 0).all()
    assert (outputs[0, 2] == 0).all() and (outputs[0, :2] != 0).all()


def test_dropped_scores_are_zero_and_the_others_scaled_up():
    layer = Attention(dropout=0.25, seed=3)
    inputs = [jnp.zeros((1, 100, 2)), jnp.ones((1, 100, 2))]
    outputs, scores = layer(inputs, return_attention_scores=True, training=True)
    assert abs(float((scores == 0).mean()) - 0.25) < 0.03
    np.testing.assert_allclose(scores[scores != 0], 0.01 / 0.75, rtol=1e-5)
    np.testing.assert_allclose(outputs[..., 0], scores.sum(-1), rtol=1e-5)
    np.testing.assert_allclose(layer(inputs), 1, rtol=1e-5)


# ---------------------------------------------------------------------- several heads


def attending(name, call_arguments=None, **arguments):
    """A model with inputs for query, value and key around a layer."""

    def make(library):
        inputs = [library.Input((None, size)) for size in (5, 5, 3)]
        query, value, key = inputs
        layer = getattr(library.layers, name)(**arguments)
        return library.Model(inputs, layer(query, value, key=key, **(call_arguments or {})))

    return make


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}),
        (
            "MultiHeadAttention",
            {
                "num_heads": 2,
                "key_dim": 3,
                "use_gate": True,
                "output_shape": (2, 3),
                "sliding_window": 2,
                "dropout": 0.4,
                "seed": 1,
                "use_bias": False,
                "kernel_regularizer": "l2",
                "activity_regularizer": "l1",
            },
        ),
        (
            "GroupQueryAttention",
            {
                "head_dim": 3,
                "num_query_heads": 2,
                "num_key_value_heads": 1,
                "use_gate": True,
                "dropout": 0.4,
                "sliding_window": 3,
                "bias_regularizer": "l2",
                "activity_regularizer": "l1",
            },
        ),
    ],
)
def test_query_value_and_key_of_a_functional_model(assert_same_layer, name, arguments):
    shapes = [(2, 4, 5), (2, 6, 5), (2, 6, 3)]
    make = attending(name, **arguments)
    assert_same_layer(name, shapes, make=make, unknown=(0, 1), eager=False)


@pytest.mark.parametrize(
    ("arguments", "call_arguments"),
    [
        ({}, {"use_causal_mask": True}),
        (
            {"value_dim": 4, "output_shape": 7, "use_bias": False},
            {"return_attention_scores": True, "attention_mask": booleans(4, 6)},
        ),
        ({"sliding_window": 2}, {"use_causal_mask": True}),
        ({"dropout": 0.2}, {"use_causal_mask": True, "value_mask": booleans(2, 6)}),
        ({}, {"attention_mask": booleans(2, 4, 6), "key_mask": booleans(2, 6)}),
        ({"use_gate": True}, {"attention_mask": booleans(2, 2, 4, 6).astype("int32")}),
        ({}, {"return_attention_scores": True, "attention_mask": np.zeros((2, 4, 6), bool)}),
    ],
)
def test_arguments_and_masks_of_calls(assert_same_layer, arguments, call_arguments):
    call_arguments = {"value": array(2, 6, 4)} | call_arguments
    arguments = {"num_heads": 2, "key_dim": 3} | arguments
    assert_same_layer("MultiHeadAttention", (2, 4, 5), call_arguments=call_arguments, **arguments)


@pytest.mark.parametrize(
    "call_arguments",
    [
        {"use_causal_mask": True, "return_attention_scores": True},
        {"query_mask": booleans(2, 4), "attention_mask": booleans(2, 4, 6)},
    ],
)
def test_arguments_and_masks_of_calls_in_groups(assert_same_layer, call_arguments):
    assert_same_layer(
        "GroupQueryAttention",
        (2, 4, 5),
        call_arguments={"value": array(2, 6, 4)} | call_arguments,
        head_dim=3,
        num_query_heads=4,
        num_key_value_heads=2,
    )


@pytest.mark.parametrize(
    ("axes", "call_arguments"),
    [
        (None, {"attention_mask": booleans(2, 3, 4, 3, 4)}),
        ([-2], {"attention_mask": booleans(2, 4, 4), "return_attention_scores": True}),
        (1, {"attention_mask": booleans(2, 4, 3, 3)}),
    ],
)
def test_attention_over_some_axes(assert_same_layer, axes, call_arguments):
    shape = (2, 3, 4, 5)
    call_arguments = {"value": array(*shape)} | call_arguments
    arguments = {"num_heads": 2, "key_dim": 3, "attention_axes": axes}
    assert_same_layer("MultiHeadAttention", shape, call_arguments=call_arguments, **arguments)


def test_masks_lie_along_the_axes_of_attention():
    x = jnp.asarray(array(2, 3, 4, 5))
    grid_mask = jnp.asarray(booleans(2, 3, 4))
    row_layer = MultiHeadAttention(2, 3, attention_axes=2)
    _, scores = row_layer(
        x, x, value_mask=grid_mask, use_causal_mask=True, return_attention_scores=True
    )
    seen = grid_mask[:, :, None, None, :] & jnp.tri(4, dtype=bool)  # (batch, row, head, q, k)
    assert ((scores > 0) == jnp.broadcast_to(seen, scores.shape)).all()
    _, scores = MultiHeadAttention(2, 3)(x, x, value_mask=grid_mask, return_attention_scores=True)
    seen = grid_mask[:, None, None, None]  # (batch, head, q, q, k, k)
    assert ((scores > 0) == jnp.broadcast_to(seen, scores.shape)).all()


@pytest.mark.filterwarnings("ignore:.*EinsumDense. was passed an input with a mask")
def test_masks_come_along_from_embeddings_as_in_keras():
    words, others = np.array([[1, 2, 0], [3, 0, 0]]), np.array([[4, 0, 5, 6], [7, 8, 0, 0]])
    predictions = []
    for library in (jaxkeras, keras):
        inputs = [library.Input((None,), dtype="int32") for _ in range(2)]
        embedding = library.layers.Embedding(9, 4, mask_zero=True)
        query, value = map(embedding, inputs)
        outputs = library.layers.MultiHeadAttention(2, 3)(query, value=value, key=value)
        outputs = library.layers.GroupQueryAttention(3, 2, 1)(outputs, outputs)
        model = library.Model(inputs, library.layers.GlobalAveragePooling1D()(outputs))
        if library is jaxkeras:
            weights = model.get_weights()
        model.set_weights(weights)
        predictions.append(model.predict([words, others], verbose=0))
    np.testing.assert_allclose(*predictions, rtol=1e-4, atol=1e-6)


def test_files_of_weights_interchange(tmp_path):
    def model(library):
        x = library.Input((3, 8))
        grouped = library.layers.GroupQueryAttention(4, 6, 2, use_gate=True)(x, x)
        plain = library.layers.MultiHeadAttention(2, 3, use_gate=True)(grouped, grouped)
        return library.Model(x, plain)

    jaxkeras.utils.clear_session()
    keras.utils.clear_session()
    ours, theirs = model(jaxkeras), model(keras)
    assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]
    theirs.save_weights(tmp_path / "theirs.weights.h5")
    ours.save_weights(tmp_path / "ours.weights.h5")
    before = ours.get_weights()
    ours.load_weights(tmp_path / "theirs.weights.h5")
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    theirs.load_weights(tmp_path / "ours.weights.h5")
    for mine, other in zip(before, theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    written, reference = (
        serialize(ours.layers[1]),
        keras.saving.serialize_keras_object(theirs.layers[1]),
    )
    names = ("module", "class_name", "registered_name")
    assert [written[name] for name in names] == [reference[name] for name in names]


def test_the_query_keeps_its_mask_and_passes_it_on():
    x = jnp.asarray(array(1, 3, 4))
    set_mask(x, jnp.array([[True, True, False]]))
    layer = MultiHeadAttention(2, 3, dropout=0.1)
    outputs, scores = layer(x, x, return_attention_scores=True)
    assert get_mask(x) is not None and get_mask(outputs) is get_mask(x)
    assert (scores[..., 2] == 0).all() and (scores[..., 2, :] == 0).all()
    plain = jnp.array(x)
    explicit = layer(plain, plain, query_mask=get_mask(x), value_mask=get_mask(x))
    np.testing.assert_array_equal(explicit, outputs)


def test_dropout_acts_in_training_and_follows_its_seed():
    x = jnp.asarray(array(1, 30, 4))
    layers = [MultiHeadAttention(2, 3, dropout=0.5, seed=seed) for seed in (7, 7, 8)]
    for layer in layers:
        layer(x, x)
        layer.set_weights(layers[0].get_weights())
    first, same, other = (layer(x, x, training=True) for layer in layers)
    np.testing.assert_array_equal(first, same)
    quiet = layers[0](x, x)
    assert not np.allclose(first, other) and not np.allclose(first, quiet)
    mean = jnp.mean(jnp.stack([layers[0](x, x, training=True) for _ in range(40)]), axis=0)
    assert abs(mean - quiet).mean() < 0.4 * abs(first - quiet).mean()


def test_each_projection_begins_with_values_of_its_own():
    layer = MultiHeadAttention(2, 3)
    layer.build((None, 4, 5), (None, 4, 5))
    kernels = [w for w in layer.get_weights() if w.ndim == 3][:3]
    assert len(kernels) == 3 and all(kernel.std() > 0 for kernel in kernels)
    assert not np.allclose(kernels[0], kernels[1]) and not np.allclose(kernels[1], kernels[2])


def test_half_precision_stays_near_full_precision():
    x = jnp.asarray(array(2, 4, 8)) * 3
    full, half = (MultiHeadAttention(2, 4, dtype=dtype) for dtype in ("float32", "mixed_bfloat16"))
    for layer in (full, half):
        layer.build(x.shape, x.shape)
    half.set_weights(full.get_weights())
    for call_arguments in ({}, {"return_attention_scores": True}):
        expected, got = (
            jax.tree.leaves(jax.jit(lambda x, layer=layer: layer(x, x, **call_arguments))(x))  # noqa: B023
            for layer in (full, half)
        )
        for one, other in zip(got, expected, strict=True):
            assert one.dtype == jnp.bfloat16
            np.testing.assert_allclose(one.astype("float32"), other, rtol=0.1, atol=0.1)


def test_a_first_call_under_jit_leaves_weights_that_live_on():
    layer = GroupQueryAttention(3, 4, 2)
    x = jnp.asarray(array(2, 4, 5))

    def run(x):
        with call_scope(training=False):
            return layer(x, x, use_causal_mask=True)

    np.testing.assert_allclose(jax.jit(run)(x), run(x), rtol=1e-5, atol=1e-6)
    assert [w.shape for w in layer.weights][2] == (5, 2, 3)


def test_keywords_of_calls_are_part_of_a_functional_model():
    inputs = jaxkeras.Input((None, 5)), jaxkeras.Input((None, None), dtype="bool")
    layer = MultiHeadAttention(2, 3)
    flags = {"use_causal_mask": True, "return_attention_scores": True}
    outputs = layer(inputs[0], value=inputs[0], attention_mask=inputs[1], **flags)
    assert [output.shape for output in outputs] == [(None, None, 5), (None, 2, None, None)]
    model = jaxkeras.Model(inputs, outputs)
    x, mask = array(2, 4, 5), booleans(2, 4, 4)
    expected = layer(x, x, attention_mask=mask, **flags)
    for one, other in zip(model.predict([x, mask], verbose=0), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_the_shapes_of_all_inputs_are_recorded_by_building():
    layer, copy = MultiHeadAttention(2, 3), MultiHeadAttention(2, 3)
    layer(array(2, 4, 5), value=array(2, 6, 7))
    copy.build_from_config(layer.get_build_config())
    assert [w.shape for w in copy.weights] == [w.shape for w in layer.weights]


@pytest.mark.parametrize(
    "layer",
    [
        MultiHeadAttention(2, 3, output_shape=[4], attention_axes=(1,), name="a"),
        GroupQueryAttention(3, num_query_heads=4, num_key_value_heads=2, use_gate=True, name="g"),
        AdditiveAttention(dropout=0.1, seed=2, name="b"),
    ],
)
def test_a_layer_is_made_again_from_its_configuration(layer):
    config = layer.get_config()
    assert type(layer).from_config(config).get_config() == config
    reference = keras.saving.deserialize_keras_object(serialize(layer))
    assert set(reference.get_config()) - {"activity_regularizer"} <= set(config)


# ---------------------------------------------------------------------- misuse


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Attention(score_mode="dott"), "score_mode must be 'dot'.*Did you mean 'dot'"),
        (lambda: Attention(dropout=2), "rate from 0 to 1"),
        (lambda: Attention()(array(2, 3, 4)), r"takes a list \[query, value\].*one array"),
        (lambda: Attention()([array(2, 3, 4)] * 4), "got 4 arrays"),
        (lambda: Attention()([array(2, 3, 4)] * 2, mask=booleans(2, 3)), "list.*got one array"),
        (lambda: MultiHeadAttention(0, 3), "num_heads must be a whole number"),
        (lambda: MultiHeadAttention(2, -1), "key_dim must be a whole number"),
        (lambda: MultiHeadAttention(2, 3, value_dim=-1), "value_dim must be"),
        (lambda: MultiHeadAttention(2, 3, output_shape=(4, 0)), "size in output_shape"),
        (lambda: MultiHeadAttention(2, 3, sliding_window=0), "sliding_window must be"),
        (lambda: MultiHeadAttention(2, 3, flash_attention=True, dropout=0.1), "no dropout"),
        (lambda: GroupQueryAttention(2, 3, 2), "must divide num_query_heads"),
        (lambda: MultiHeadAttention(2, 3)(array(2, 3, 4)), r"layer\(x, x\)"),
        (lambda: MultiHeadAttention(2, 3)(array(2, 4), array(2, 4)), "at least 3 dimensions"),
        (lambda: GroupQueryAttention(2, 2, 1)(*[array(2, 3, 3, 4)] * 2), "3 dimensions"),
        (
            lambda: MultiHeadAttention(2, 3)(array(2, 3, 4), array(2, 5, 4), array(2, 6, 4)),
            r"key for every value.*key \(2, 6, 4\)",
        ),
        (
            lambda: MultiHeadAttention(2, 3)(array(2, 3, 4), array(3, 3, 4)),
            r"such as the batch.*query \(2, 3, 4\), key \(3, 3, 4\)",
        ),
        (
            lambda: MultiHeadAttention(2, 3)(
                array(2, 3, 4), array(2, 5, 4), attention_mask=booleans(2, 5, 3)
            ),
            r"broadcasts to its scores, of shape \(2, 2, 3, 5\)",
        ),
        (
            lambda: MultiHeadAttention(2, 3, attention_axes=3)(*[array(2, 3, 3, 4)] * 2),
            "axes between batch and features, from 1 to 2",
        ),
        (
            lambda: MultiHeadAttention(2, 3)(*[array(2, 3, 3, 4)] * 2, use_causal_mask=True),
            "goes along one axis",
        ),
        (
            lambda: MultiHeadAttention(2, 3, value_dim=4, flash_attention=True)(
                *[array(2, 3, 4)] * 2
            ),
            "does not go with a value_dim",
        ),
    ],
)
def test_misuse_is_answered(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import ops

rng = np.random.default_rng(0)


def floats(*shape):
    return rng.normal(size=shape).astype("float32")


X = floats(4, 6)
SEQUENCES = floats(4, 9, 6)
IMAGES = floats(4, 9, 8, 6)
IMAGES_FIRST = floats(4, 6, 9, 8)
VOLUMES = floats(4, 5, 6, 7, 2)
LABELS = np.array([1, 0, 5, 3], "int32")
PROBABILITIES = np.exp(X) / np.exp(X).sum(axis=-1, keepdims=True)
ONE_HOT = np.eye(6, dtype="float32")[LABELS]
QUERIES, KEYS, VALUES = floats(4, 5, 2, 3), floats(4, 7, 2, 3), floats(4, 7, 2, 3)


def activations(table):
    table.each(
        "celu elu gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu "
        "log_sigmoid log_softmax relu relu6 selu sigmoid silu soft_shrink softmax softplus "
        "softsign sparse_plus sparse_sigmoid squareplus swish tanh_shrink",
        3 * X,
    )
    table.each("celu elu", X, alpha=0.5)
    table("gelu", X, approximate=False)
    table("glu", SEQUENCES[:, :8], axis=1)
    table.each("hard_shrink soft_shrink", X, threshold=0.3)
    table("leaky_relu", X, negative_slope=0.4)
    table("squareplus", X, b=2)
    table("threshold", X, 0.3, -7.0)
    table.each("softmax log_softmax", SEQUENCES, axis=(1, 2))
    table("softmax", SEQUENCES, axis=1)


def windows(table):
    for data_format, images, padding, strides in (
        ("channels_last", IMAGES, "valid", 2),
        ("channels_first", IMAGES_FIRST, "SAME", (2, 1)),
        ("channels_last", IMAGES, "same", 1),
    ):
        options = {"strides": strides, "padding": padding, "data_format": data_format}
        table("conv", images, floats(3, 2, 6, 4), **options)
        table("conv_transpose", images, floats(3, 2, 4, 6), **options)
        table.each("max_pool average_pool", images, (3, 2), **options)
    for data_format, images in (("channels_last", IMAGES), ("channels_first", IMAGES_FIRST)):
        table("depthwise_conv", images, floats(3, 2, 6, 2), 2, "same", data_format)
        table.each("adaptive_average_pool adaptive_max_pool", images, (4, 3), data_format)
        kernels = floats(3, 2, 6, 2), floats(1, 1, 12, 4)
        table("separable_conv", images, *kernels, data_format=data_format)
    table("conv", IMAGES, floats(3, 2, 3, 4), dilation_rate=2)  # two groups
    table("conv", SEQUENCES, floats(3, 6, 4), padding="same")
    table("conv", VOLUMES, floats(2, 2, 2, 2, 3))
    table("conv_transpose", SEQUENCES, floats(3, 4, 6), strides=3, output_padding=1)
    table.each("max_pool average_pool", SEQUENCES, 2, (2,))
    table.each("max_pool average_pool", VOLUMES, 2, 1)
    table.each("adaptive_average_pool adaptive_max_pool", SEQUENCES, 4)
    table.each("adaptive_average_pool adaptive_max_pool", VOLUMES, (2, 3, 4))


def normalizations(table):
    table("moments", X, axes=1)
    table("moments", IMAGES, axes=[1, 2], keepdims=True)
    table("moments", X.astype("float16"), axes=[1])
    statistics = floats(6), 1 + floats(6) ** 2
    table("batch_normalization", IMAGES, *statistics, axis=-1)
    options = {"offset": floats(6), "scale": floats(6), "epsilon": 0.1}
    table("batch_normalization", IMAGES_FIRST, *statistics, axis=1, **options)
    table("layer_normalization", X)
    table("layer_normalization", X, floats(6), floats(6), epsilon=0.1)
    table("layer_normalization", IMAGES, floats(9, 8), axis=[1, 2])
    table("layer_normalization", X.astype("float16"))
    table("rms_normalization", X)
    table("rms_normalization", X, floats(6), epsilon=0.1)
    table.each("normalize", X)
    for order in (1, 2, 3):
        table("normalize", X, axis=1, order=order)


def encodings(table):
    table("one_hot", LABELS, 6)
    table("one_hot", np.stack([LABELS, -LABELS], axis=1), 6, axis=1, dtype="int32")
    table("multi_hot", np.stack([LABELS, LABELS // 2], axis=1), 6)
    table.concrete("multi_hot", LABELS, num_classes=7)
    table("categorical_crossentropy", ONE_HOT, PROBABILITIES)
    table("categorical_crossentropy", ONE_HOT, 5 * X, from_logits=True)
    table("sparse_categorical_crossentropy", LABELS, PROBABILITIES)
    table("sparse_categorical_crossentropy", LABELS[:, None], 5 * X, from_logits=True)
    table("binary_crossentropy", ONE_HOT, PROBABILITIES)
    table("binary_crossentropy", ONE_HOT, 5 * X, from_logits=True)


def blocks(table):
    for data_format in ("channels_last", "channels_first"):
        table("depth_to_space", floats(4, 8, 6, 8), 2, data_format)
        table("space_to_depth", floats(4, 8, 6, 2), 2, data_format)
    table("dot_product_attention", QUERIES, KEYS, VALUES)
    mask = rng.uniform(size=(4, 1, 5, 7)) > 0.3
    options = {"bias": floats(1, 2, 5, 7), "scale": 0.7}
    table("dot_product_attention", QUERIES, KEYS, VALUES, mask=mask[:1], **options)
    table("dot_product_attention", KEYS, KEYS, VALUES, is_causal=True)
    images = floats(4, 2, 6, 7)
    table("unfold", images, 3)
    table("unfold", images, (2, 3), dilation=2, padding=1, stride=(1, 2))
    table("fold", floats(4, 18, 20), (6, 7), 3)
    table("fold", floats(4, 12, 18), (6, 7), (2, 3), dilation=2, padding=1, stride=(1, 2))
    table("polar", np.abs(X), X)
    table("psnr", X, X + 0.1, 2.0)


def temporal(table):
    lengths = np.array([9, 7, 5, 8], "int32")
    labels = np.array([[1, 2, 2], [3, 1, 0], [1, 0, 0], [5, 4, 3]], "int32")
    table("ctc_loss", labels, SEQUENCES, np.array([3, 2, 1, 3], "int32"), lengths)
    table("ctc_loss", labels[1:], SEQUENCES[1:], np.array([2, 1, 2]), lengths[1:], mask_index=4)
    table("ctc_decode", SEQUENCES, lengths)
    table("ctc_decode", SEQUENCES, lengths, merge_repeated=False, mask_index=None)


GROUPS = [activations, windows, normalizations, encodings, blocks, temporal]


@pytest.mark.parametrize("group", GROUPS)
def test_values_are_those_of_keras(group, table, agree):
    cases = table()
    group(cases)
    agree(cases)


@pytest.mark.parametrize(
    "group",
    [
        activations,
        normalizations,
        encodings,
        blocks,
        temporal,
        pytest.param(windows, marks=pytest.mark.slow),
    ],
)
def test_unknown_batch(group, table, infer):
    cases = table()
    group(cases)
    infer(cases)


def test_tables_are_complete(table):
    cases = table()
    for group in GROUPS:
        group(cases)
    assert cases.names == set(ops.nn.__all__) - {"sparsemax"}


def test_sparsemax_is_the_nearest_distribution():
    # Keras 3.15 subtracts a threshold that is too great where several entries stay above 0.
    assert ops.sparsemax([[0.6, 0.4, -1.0], [3.0, 0.0, 0.0]]).tolist() == [
        pytest.approx([0.6, 0.4, 0.0]),
        [1.0, 0.0, 0.0],
    ]


def test_softmax_over_one_class_warns():
    with pytest.warns(UserWarning, match="size 1"):
        ops.softmax(X[:, :1])


def test_sums_of_squares_do_not_overflow_in_16_bits():
    x = jnp.asarray([[300.0, -300.0]], "float16")
    assert jnp.abs(ops.layer_normalization(x)).round(2).tolist() == [[1.0, 1.0]]
    assert ops.rms_normalization(x).round(2).tolist() == [[1.0, -1.0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.conv(IMAGES, floats(3, 3, 4, 2)), "6 channels, no multiple"),
        (lambda: ops.max_pool(IMAGES, 2, data_format="channel_last"), "'channels_last'"),
        (lambda: ops.one_hot(LABELS, 6, sparse=True), "one_hot gives dense arrays"),
        (lambda: ops.normalize(X, order=0.5), "0.5"),
        (lambda: ops.categorical_crossentropy(X, X[:, 1:]), r"\(4, 6\), output \(4, 5\)"),
        (lambda: ops.sparse_categorical_crossentropy(X, X), "class numbers"),
        (lambda: ops.dot_product_attention(X, X, X), r"query \(4, 6\)"),
        (lambda: ops.ctc_decode(SEQUENCES, LABELS, "beam_search"), "'beam_search'"),
        (lambda: ops.psnr(X, X[1:], 1.0), "one shape"),
        (lambda: ops.moments(X, 0, synchronized=True), "one device"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_means_of_whole_numbers_are_no_whole_numbers():
    assert ops.average_pool([[[1], [2]]], 2).ravel().tolist() == [1.5]
    assert ops.adaptive_average_pool([[[1], [2], [5]]], 2).ravel().tolist() == [1.5, 3.5]
    assert ops.normalize([3, 4]).round(1).tolist() == ops.normalize([3.0, 4.0]).tolist()


def test_moments_over_all_axes():
    mean, variance = ops.moments([[1.0, 3.0], [5.0, 7.0]], axes=None)
    assert (float(mean), float(variance)) == (4.0, 5.0)


def test_a_vector_of_zeros_has_a_direction_to_go():
    slope = jax.grad(lambda x: ops.normalize(x).sum())(jnp.zeros(2))
    assert jnp.isfinite(slope).all() and (slope > 0).all()

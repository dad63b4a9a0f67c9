"""Means, accuracies and confusion counts against Keras, over several batches."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import losses, metrics

keras = pytest.importorskip("keras")


keras = pytest.importorskip("keras")
CLOSE = {"rtol": 1e-5, "atol": 1e-6}
SIZES = (5, 5, 3)  # of the batches; the last one is a partial batch


def softmax(logits):
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def real(rng, n):
    return rng.normal(size=(n, 4)), rng.normal(size=(n, 4))


def positive(rng, n):
    return rng.uniform(0.1, 3, size=(n, 4)), rng.uniform(0.1, 3, size=(n, 4))


def column(rng, n):
    return rng.normal(size=n), rng.normal(size=(n, 1))


def distributions(rng, n):
    return softmax(rng.normal(size=(n, 4))), softmax(rng.normal(size=(n, 4)))


def bits(rng, n):
    return rng.integers(0, 2, size=(n, 4)), rng.uniform(size=(n, 4))


def bit_vector(rng, n):
    return rng.integers(0, 2, size=n), rng.uniform(size=n)


def bit_column(rng, n):
    return rng.integers(0, 2, size=n), rng.uniform(size=(n, 1))


def signs(rng, n):
    return rng.choice([-1.0, 1.0], size=(n, 4)), rng.normal(size=(n, 4))


def numbers(rng, n):
    return rng.integers(0, 3, size=(n, 2)), rng.integers(0, 3, size=(n, 2))


def classes(rng, n):
    return np.eye(6)[rng.integers(0, 6, size=n)], softmax(rng.normal(size=(n, 6)))


def class_steps(rng, n):
    return np.eye(6)[rng.integers(0, 6, size=(n, 3))], softmax(rng.normal(size=(n, 3, 6)))


def labels(rng, n):
    return rng.integers(0, 6, size=n), softmax(rng.normal(size=(n, 6)))


def label_column(rng, n):
    return rng.integers(0, 6, size=(n, 1)), softmax(rng.normal(size=(n, 6)))


def label_steps(rng, n):
    return rng.integers(0, 6, size=(n, 3)), softmax(rng.normal(size=(n, 3, 6)))


CASES = [
    ("MeanSquaredError", {}, real),
    ("MeanSquaredError", {}, column),
    ("RootMeanSquaredError", {}, real),
    ("RootMeanSquaredError", {}, column),
    ("MeanAbsoluteError", {}, real),
    ("MeanAbsolutePercentageError", {}, real),
    ("MeanSquaredLogarithmicError", {}, positive),
    ("LogCoshError", {}, real),
    ("CosineSimilarity", {}, real),
    ("Poisson", {}, positive),
    ("KLDivergence", {}, distributions),
    ("Hinge", {}, signs),
    ("SquaredHinge", {}, signs),
    ("CategoricalHinge", {}, classes),
    ("Accuracy", {}, numbers),
    ("BinaryAccuracy", {}, bits),
    ("BinaryAccuracy", {"threshold": 0.8}, bit_column),
    ("CategoricalAccuracy", {}, classes),
    ("CategoricalAccuracy", {}, class_steps),
    ("SparseCategoricalAccuracy", {}, labels),
    ("SparseCategoricalAccuracy", {}, label_column),
    ("SparseCategoricalAccuracy", {}, label_steps),
    ("TopKCategoricalAccuracy", {}, classes),
    ("TopKCategoricalAccuracy", {"k": 2}, class_steps),
    ("SparseTopKCategoricalAccuracy", {}, labels),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, label_steps),
    ("BinaryCrossentropy", {}, bits),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, bits),
    ("CategoricalCrossentropy", {}, classes),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, class_steps),
    ("SparseCategoricalCrossentropy", {}, labels),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, label_steps),
    ("Precision", {}, bits),
    ("Precision", {}, bit_vector),
    ("Precision", {"thresholds": [0.0, 0.4, 0.6]}, bit_column),
    ("Precision", {"top_k": 2}, bits),
    ("Precision", {"class_id": 1, "thresholds": 0.3}, bits),
    ("Precision", {"top_k": 2, "class_id": 1}, bits),
    ("Recall", {}, bit_column),
    ("Recall", {"top_k": 2, "class_id": 0}, bits),
    ("Recall", {"thresholds": [0.2, 0.9]}, bits),
    ("TruePositives", {}, bits),
    ("FalsePositives", {"thresholds": [0.2, 0.9]}, bits),
    ("TrueNegatives", {}, bit_column),
    ("FalseNegatives", {}, bit_vector),
]
IDS = [f"{name}-{data.__name__}-{'-'.join(options)}" for name, options, data in CASES]
case = pytest.mark.parametrize(("name", "options", "data"), CASES, ids=IDS)
weighting = pytest.mark.parametrize("is_weighted", [False, True], ids=["plain", "weighted"])


def batches(data, is_weighted=True):
    rng = np.random.default_rng(0)
    for size in SIZES:
        y_true, y_pred = data(rng, size)
        if y_pred.dtype == "float64":
            y_pred = y_pred.astype("float32")
        weights = rng.uniform(0, 2, size=size).astype("float32") if is_weighted else None
        yield y_true, y_pred, weights


@case
@weighting
def test_metric_equals_keras_after_every_batch(name, options, data, is_weighted):
    keras.utils.clear_session()  # its names are numbered: precision, precision_1, ...
    ours, theirs = (getattr(module, name)(**options) for module in (metrics, keras.metrics))
    for batch in batches(data, is_weighted):
        ours.update_state(*batch)
        theirs.update_state(*batch)
        np.testing.assert_allclose(ours.result(), theirs.result(), **CLOSE)
    ours.reset_state()
    theirs.reset_state()
    np.testing.assert_allclose(ours.result(), theirs.result(), **CLOSE)
    assert ours.name == theirs.name


@case
def test_merged_states_equal_one_pass(name, options, data):
    metric = getattr(metrics, name)(**options)
    one_pass, parts = metric.empty(), []
    for batch in batches(data):
        one_pass = metric.update(one_pass, *batch)
        parts.append(metric.update(metric.empty(), *batch))
    merged = metric.merge(metric.merge(parts[0], parts[1]), parts[2])
    np.testing.assert_allclose(metric.compute(merged), metric.compute(one_pass), **CLOSE)
    assert float(jnp.max(metric.result())) == 0.0  # the shell saw nothing of it


@case
def test_state_rides_in_a_jitted_scan(name, options, data):
    metric = getattr(metrics, name)(**options)
    full = list(batches(data))[:2]
    stacked = jax.tree.map(lambda *arrays: jnp.stack(arrays), *full)

    @jax.jit
    def scan(state):
        return jax.lax.scan(lambda state, b: (metric.update(state, *b), None), state, stacked)[0]

    for batch in full:
        metric.update_state(*batch)
    scanned = jax.jit(metric.compute)(scan(metric.empty()))
    np.testing.assert_allclose(scanned, metric.result(), **CLOSE)


@case
def test_configuration_survives(name, options, data):
    metric = getattr(metrics, name)(**options, name="mine")
    again = metrics.deserialize(metrics.serialize(metric))
    batch = next(batches(data))
    np.testing.assert_array_equal(again(*batch), metric(*batch))
    assert (type(again), again.get_config()) == (type(metric), metric.get_config())
    theirs = getattr(keras.metrics, name)(**options)
    ours = metrics.get({"class_name": name, "config": theirs.get_config()})
    np.testing.assert_allclose(ours(*batch), theirs(*batch), **CLOSE)


@pytest.mark.parametrize(
    ("name", "options", "data"),
    [
        ("binary_accuracy", {"threshold": 0.7}, bits),
        ("categorical_accuracy", {}, class_steps),
        ("sparse_categorical_accuracy", {}, label_steps),
        ("sparse_categorical_accuracy", {}, labels),
        ("top_k_categorical_accuracy", {"k": 2}, class_steps),
        ("sparse_top_k_categorical_accuracy", {"k": 2}, label_steps),
        ("sparse_top_k_categorical_accuracy", {"k": 2, "from_sorted_ids": True}, labels),
    ],
)
def test_function_equals_keras(name, options, data):
    y_true, y_pred, _ = next(batches(data))
    if "from_sorted_ids" in options:
        y_pred = np.argsort(-y_pred, axis=-1)
    ours = getattr(metrics, name)(y_true, y_pred, **options)
    theirs = getattr(keras.metrics, name)(y_true, y_pred, **options)
    np.testing.assert_allclose(ours, theirs, **CLOSE)
    assert ours.shape == theirs.shape


def test_ignored_labels_do_not_count():
    metric = metrics.SparseCategoricalCrossentropy(ignore_class=0)
    loss = losses.SparseCategoricalCrossentropy(ignore_class=0)
    y_true, y_pred, _ = next(batches(label_steps))
    np.testing.assert_allclose(metric(y_true, y_pred), loss(y_true, y_pred), **CLOSE)
    weights = np.arange(5.0)
    weighted = losses.SparseCategoricalCrossentropy(
        ignore_class=0, reduction="mean_with_sample_weight"
    )(y_true, y_pred, np.broadcast_to(weights[:, None], (5, 3)))
    metric.reset_state()
    np.testing.assert_allclose(metric(y_true, y_pred, weights), weighted, **CLOSE)


@pytest.mark.parametrize("name", ["accuracy", "acc", "Accuracy", "ACC"])
@pytest.mark.parametrize("data", [bit_column, bits, classes, labels, label_column, label_steps])
def test_accuracy_means_the_one_that_keras_takes(name, data):
    from keras.src.trainers.compile_utils import get_metric

    y_true, y_pred, _ = next(batches(data))
    ours = metrics.resolve(name, y_true.shape, y_pred.shape)
    theirs = get_metric(name, y_true, y_pred)
    assert (type(ours).__name__, ours.name) == (type(theirs).__name__, theirs.name)
    np.testing.assert_allclose(ours(y_true, y_pred), theirs(y_true, y_pred), **CLOSE)


def test_crossentropy_reads_logits_where_the_loss_does():
    y_true, logits, _ = next(batches(classes))
    loss = losses.CategoricalCrossentropy(from_logits=True)
    metric = metrics.resolve("crossentropy", y_true.shape, logits.shape, loss=loss)
    np.testing.assert_allclose(metric(y_true, logits), loss(y_true, logits), **CLOSE)
    assert (metric.name, metric.get_config()["name"]) == ("crossentropy", "crossentropy")

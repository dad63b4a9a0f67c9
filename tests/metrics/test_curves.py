"""Metrics of curves, overlaps, F-scores and correlations against Keras, over several batches."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import metrics
from jaxkeras.metrics.iou import confusion_matrix

keras = pytest.importorskip("keras")

CLOSE = {"rtol": 1e-5, "atol": 1e-6}
SIZES = (5, 5, 3)  # of the batches; the last one is a partial batch


def bits(rng, n):
    return rng.integers(0, 2, size=(n, 4)), rng.uniform(size=(n, 4))


def logits(rng, n):
    return rng.integers(0, 2, size=(n, 4)), 3 * rng.normal(size=(n, 4))


def bit_column(rng, n):
    return rng.integers(0, 2, size=n), rng.uniform(size=(n, 1))


def on_thresholds(rng, n):
    return rng.integers(0, 2, size=(n, 4)), rng.choice([0.0, 0.25, 0.5, 0.75, 1.0], size=(n, 4))


def one_class(rng, n):
    return np.ones((n, 4)), rng.uniform(size=(n, 4))


def classes(rng, n):
    return np.eye(4)[rng.integers(0, 4, size=n)], rng.dirichlet(np.ones(4), size=n)


def no_best(rng, n):
    return np.eye(4)[rng.integers(0, 4, size=n)], np.zeros((n, 4))


def labels(rng, n):
    return rng.integers(0, 4, size=n), rng.integers(0, 4, size=n)


def images(rng, n):
    return rng.integers(-1, 5, size=(n, 3, 3)), rng.integers(0, 5, size=(n, 3, 3))


def class_images(rng, n):
    return np.eye(4)[rng.integers(0, 4, size=(n, 3))], rng.dirichlet(np.ones(4), size=(n, 3))


def label_images(rng, n):
    return np.eye(4)[rng.integers(0, 4, size=(n, 3))], rng.integers(0, 4, size=(n, 3))


def real(rng, n):
    return rng.normal(size=(n, 3)), rng.normal(size=(n, 3))


def column(rng, n):
    return rng.normal(size=(n, 1)), rng.normal(size=(n, 1))


CASES = [
    ("AUC", {}, bits),
    ("AUC", {"num_thresholds": 9}, bit_column),
    ("AUC", {"num_thresholds": 9, "summation_method": "minoring"}, on_thresholds),
    ("AUC", {"thresholds": [0.2, 0.3, 0.6], "summation_method": "majoring", "curve": "PR"}, bits),
    ("AUC", {"num_thresholds": 9, "curve": "PR"}, bits),
    ("AUC", {"num_thresholds": 9, "curve": "PRGAIN"}, bits),
    ("AUC", {"num_thresholds": 9, "from_logits": True}, logits),
    ("AUC", {"num_thresholds": 9, "label_weights": [1.0, 0.5, 2.0, 0.0]}, bits),
    ("AUC", {"num_thresholds": 9, "multi_label": True, "num_labels": 4, "curve": "PR"}, bits),
    ("AUC", {"thresholds": [0.2, 0.3, 0.9], "multi_label": True}, bits),
    ("AUC", {"num_thresholds": 9, "multi_label": True, "label_weights": [1.0, 0.5, 2, 0]}, bits),
    ("PrecisionAtRecall", {"recall": 0.5, "num_thresholds": 9}, bits),
    ("PrecisionAtRecall", {"recall": 0.5, "num_thresholds": 1}, bit_column),
    ("RecallAtPrecision", {"precision": 0.6, "num_thresholds": 9}, on_thresholds),
    ("SensitivityAtSpecificity", {"specificity": 0.5}, bits),
    ("SensitivityAtSpecificity", {"specificity": 0.5, "num_thresholds": 9, "class_id": 2}, bits),
    ("SpecificityAtSensitivity", {"sensitivity": 0.5, "num_thresholds": 9}, bits),
    ("IoU", {"num_classes": 4, "target_class_ids": [0, 2]}, labels),
    ("IoU", {"num_classes": 4, "target_class_ids": [1], "ignore_class": 3}, images),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.25}, on_thresholds),
    ("BinaryIoU", {}, bit_column),
    ("MeanIoU", {"num_classes": 9}, images),
    ("MeanIoU", {"num_classes": 4, "sparse_y_true": False, "sparse_y_pred": False}, class_images),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [1, 3]}, class_images),
    ("OneHotMeanIoU", {"num_classes": 4, "sparse_y_pred": True}, label_images),
    ("FBetaScore", {}, classes),
    ("FBetaScore", {"average": "weighted", "beta": 2.0, "threshold": 0.4}, bits),
    ("F1Score", {"average": "micro"}, classes),
    ("F1Score", {"average": "macro", "threshold": 0.4}, bits),
    ("F1Score", {}, no_best),
    ("R2Score", {}, real),
    ("R2Score", {}, column),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, real),
    ("R2Score", {"class_aggregation": None, "num_regressors": 2}, real),
    ("PearsonCorrelation", {}, real),
    ("PearsonCorrelation", {"axis": 0}, column),
    ("ConcordanceCorrelation", {}, real),
    ("ConcordanceCorrelation", {"axis": 0}, real),
]
IDS = [f"{name}-{data.__name__}-{'-'.join(options)}" for name, options, data in CASES]
case = pytest.mark.parametrize(("name", "options", "data"), CASES, ids=IDS)

first_of_each = pytest.mark.parametrize(
    ("name", "options", "data"),
    list({(c[0], c[1].get("multi_label")): c for c in reversed(CASES)}.values()),
)
of_keras = pytest.mark.filterwarnings(
    "ignore:Explicitly requested dtype int64:UserWarning",
    "ignore:More independent predictors:UserWarning",
)


def keras_metric(name, options):
    """Keras counts pixels in integers unless it is told not to."""
    if "IoU" in name:
        options = {**options, "dtype": "float32"}
    return getattr(keras.metrics, name)(**options)


def batches(name, options, data):
    """Targets, predictions and weights: one a sample, or one for every pixel."""
    rng = np.random.default_rng(0)
    for size in SIZES:
        y_true, y_pred = data(rng, size)
        y_pred = y_pred.astype("float32") if y_pred.dtype == "float64" else y_pred
        axis = options.get("axis", -1)
        is_sparse = name in ("IoU", "BinaryIoU", "MeanIoU") and options.get("sparse_y_true", True)
        pixels = y_true.shape if is_sparse else np.delete(y_true.shape, axis)
        weights = rng.uniform(0, 2, size=pixels if "IoU" in name else size).astype("float32")
        yield y_true, y_pred, None if "Correlation" in name and axis == 0 else weights


@of_keras
@case
def test_metric_equals_keras_after_every_batch(name, options, data):
    keras.utils.clear_session()  # its names are numbered: auc, auc_1, ...
    ours, theirs = getattr(metrics, name)(**options), keras_metric(name, options)
    plain, weighted, _ = batches(name, options, data)
    for batch in (plain[:2], weighted):
        ours.update_state(*batch)
        theirs.update_state(*batch)
        np.testing.assert_allclose(ours.result(), theirs.result(), **CLOSE)
    ours.reset_state()
    theirs.reset_state()
    np.testing.assert_allclose(ours.result(), theirs.result(), **CLOSE)
    assert ours.name == theirs.name


@first_of_each
def test_state_rides_in_a_jitted_scan_and_merges(name, options, data):
    metric = getattr(metrics, name)(**options)
    *full, rest = batches(name, options, data)
    metric.build(full[0][0].shape, full[0][1].shape)
    stacked = jax.tree.map(lambda *arrays: jnp.stack(arrays), *full)

    @jax.jit
    def scan(state):
        return jax.lax.scan(lambda state, b: (metric.update(state, *b), None), state, stacked)[0]

    last = metric.update(metric.empty(), *rest)
    merged = jax.jit(metric.compute)(metric.merge(scan(metric.empty()), last))
    for batch in (*full, rest):
        metric.update_state(*batch)
    np.testing.assert_allclose(merged, metric.result(), **CLOSE)


@case
def test_configuration_survives_and_is_keras(name, options, data):
    metric = getattr(metrics, name)(**options, name="mine")
    again = metrics.deserialize(json.loads(json.dumps(metrics.serialize(metric))))
    assert (type(again), again.get_config()) == (type(metric), metric.get_config())
    theirs = getattr(keras.metrics, name)(**options, name="mine")
    written = {
        key: np.asarray(value).tolist() if key == "label_weights" else value
        for key, value in theirs.get_config().items()
    }
    ours = metrics.get({"class_name": name, "config": written})
    for key in options:
        assert ours.get_config()[key] == pytest.approx(metric.get_config()[key])
    back = type(theirs).from_config(metric.get_config()).get_config()
    assert {k: np.asarray(v).tolist() for k, v in back.items()} == {
        k: np.asarray(v).tolist() for k, v in theirs.get_config().items()
    }


@pytest.mark.parametrize("name", ["pearson_correlation", "concordance_correlation"])
@pytest.mark.parametrize("axis", [0, -1])
def test_correlation_equals_keras(name, axis):
    y_true, y_pred = real(np.random.default_rng(0), 6)
    y_pred = y_pred.astype("float32")
    ours, theirs = (getattr(m, name)(y_true, y_pred, axis) for m in (metrics, keras.metrics))
    np.testing.assert_allclose(ours, theirs, **CLOSE)


def test_auc_tends_to_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 2, size=200)
    y_pred = np.clip(0.3 * y_true + 0.7 * rng.uniform(size=200), 0, 1).astype("float32")
    pairs = y_pred[y_true == 1][:, None] > y_pred[y_true == 0]
    area = float(metrics.AUC(num_thresholds=2000)(y_true, y_pred))
    assert area == pytest.approx(pairs.mean(), abs=1e-3)
    assert float(metrics.AUC()(np.ones(200), y_pred)) == 0.0  # no false positives: a curve of 0
    unsorted = metrics.AUC(thresholds=[0.6, 0.2])
    assert float(unsorted(y_true, y_pred)) == float(
        metrics.AUC(thresholds=[0.2, 0.6])(y_true, y_pred)
    )


def test_counts_above_thresholds_in_any_order_and_for_every_label():
    rng = np.random.default_rng(0)
    y_true, y_pred = bits(rng, 20)
    y_pred[0, 0] = np.nan  # exceeds nothing
    thresholds = [0.7, 0.1, 0.4]
    counts = metrics.confusion_counts(y_true, y_pred, thresholds, multi_label=True)
    for index, threshold in enumerate(thresholds):
        is_positive = np.float32(y_pred) > np.float32(threshold)
        expected = (is_positive & (y_true == 1)).sum(axis=0)
        np.testing.assert_array_equal(counts["true_positives"][index], expected)
        expected = (~is_positive & (y_true == 0)).sum(axis=0)
        np.testing.assert_array_equal(counts["true_negatives"][index], expected)


def test_confusion_matrix_counts_rows_of_true_labels():
    matrix = confusion_matrix([0, 0, 1, 7, -1], [0, 1, 1, 0, 0], 2, sample_weight=[1, 0.5, 2, 9, 9])
    assert matrix.tolist() == [[1.0, 0.5], [0.0, 2.0]]
    assert confusion_matrix([0, 1], [0, 1], 2, ignore_class=1, dtype="int32").tolist() == [
        [1, 0],
        [0, 0],
    ]


def test_classes_may_lie_on_any_axis():
    y_true, y_pred = class_images(np.random.default_rng(0), 5)
    last = metrics.OneHotIoU(4, [1, 2])(y_true, y_pred)
    first = metrics.OneHotIoU(4, [1, 2], axis=1)
    assert float(first(*(np.moveaxis(x, -1, 1) for x in (y_true, y_pred)))) == float(last)


@of_keras
def test_fractional_weights_count_in_an_intersection_over_union():
    y_true, y_pred, weights = [0, 0, 1, 1], [0, 1, 0, 1], [0.3, 0.3, 0.3, 0.1]
    metric = metrics.MeanIoU(num_classes=2)
    assert float(metric(y_true, y_pred, weights)) == pytest.approx((0.3 / 0.9 + 0.1 / 0.7) / 2)
    same = keras.metrics.MeanIoU(num_classes=2, dtype="float32")
    np.testing.assert_allclose(metric.result(), same(y_true, y_pred, weights), **CLOSE)


def test_an_adjusted_score_needs_more_samples_than_regressors():
    y_true, y_pred = np.array([[1.0], [4.0], [3.0]]), np.array([[2.0], [4.0], [4.0]])
    plain = float(metrics.R2Score()(y_true, y_pred))
    assert float(metrics.R2Score(num_regressors=2)(y_true, y_pred)) == plain
    assert float(metrics.R2Score(num_regressors=1)(y_true, y_pred)) < plain


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: metrics.AUC(curve="ROK"), "auc expected curve .*'ROK'"),
        (lambda: metrics.AUC(summation_method="left"), "summation_method='left'"),
        (lambda: metrics.AUC(num_thresholds=1), "at least 2 thresholds.*num_thresholds=1"),
        (lambda: metrics.AUC(num_labels=3), "num_labels=3 but not multi_label"),
        (lambda: metrics.AUC(multi_label=True)([1], [0.5]), r"\(batch, labels\).*\(1,\)"),
        (lambda: metrics.RecallAtPrecision(1.5), "precision from 0 to 1.*precision=1.5"),
        (lambda: metrics.PrecisionAtRecall(0.5, 0), "num_thresholds=0"),
        (lambda: metrics.IoU(2, [0, 2]), r"from 0 to 1, because num_classes=2.*\[0, 2\]"),
        (lambda: metrics.F1Score("mean"), "average='mean'"),
        (lambda: metrics.FBetaScore(beta=0.0), "beta above 0.*beta=0.0"),
        (lambda: metrics.F1Score(threshold=2.0), "threshold=2.0"),
        (lambda: metrics.F1Score()([1, 2], np.eye(3)[:2]), r"f1_score .*\(2,\).*to_categorical"),
        (lambda: metrics.R2Score("mean"), "class_aggregation='mean'"),
        (lambda: metrics.R2Score()(np.zeros((2, 3, 4)), np.zeros((2, 3, 4))), r"\(2, 3, 4\)"),
    ],
)
def test_wrong_arguments_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@of_keras
def test_a_model_reports_them_as_keras_does():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 3)).astype("float32"), np.eye(4)[rng.integers(0, 4, size=20)]

    def results(module):
        model = module.Sequential([module.layers.Dense(4, activation="softmax")])
        model.build((None, 3))
        model.set_weights([np.arange(12.0).reshape(3, 4) / 12, np.zeros(4)])
        chosen = [
            module.metrics.AUC(),
            module.metrics.F1Score("macro"),
            module.metrics.OneHotMeanIoU(4),
            module.metrics.RecallAtPrecision(0.2),
        ]
        model.compile(module.optimizers.SGD(0.1), "categorical_crossentropy", metrics=chosen)
        return model.evaluate(x, y, batch_size=8, verbose=0, return_dict=True)

    keras.utils.clear_session()
    ours, theirs = results(jaxkeras), results(keras)
    assert set(ours) == set(theirs)
    for name, value in ours.items():
        assert value == pytest.approx(theirs[name], rel=1e-4), name

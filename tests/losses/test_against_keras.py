"""Losses against Keras on drawn data: values, reductions, weights, gradients, configurations."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import losses, registry

keras = pytest.importorskip("keras")


keras = pytest.importorskip("keras")
RTOL = 1e-5
CLOSE = {"rtol": RTOL, "atol": 1e-6}
REDUCTIONS = ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None]


def softmax(logits):
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def one_hot(labels, classes):
    return np.eye(classes, dtype="float32")[labels]


def real(rng):
    return rng.normal(size=(6, 4)), rng.normal(size=(6, 4))


def positive(rng):
    return rng.uniform(0.1, 3, size=(6, 4)), rng.uniform(0.1, 3, size=(6, 4))


def distributions(rng):
    return softmax(rng.normal(size=(6, 4))), softmax(rng.normal(size=(6, 4)))


def signs(rng):
    return rng.choice([-1.0, 1.0], size=(6, 4)), rng.normal(size=(6, 4))


def bits(rng):
    return rng.integers(0, 2, size=(6, 4)), rng.normal(size=(6, 4))


def probable_bits(rng):
    return rng.integers(0, 2, size=(6, 4)), rng.uniform(size=(6, 4))


def classes(rng):
    return one_hot(rng.integers(0, 4, size=6), 4), softmax(rng.normal(size=(6, 4)))


def class_logits(rng):
    return one_hot(rng.integers(0, 4, size=6), 4), rng.normal(size=(6, 4))


def labels(rng):
    return rng.integers(0, 4, size=6), softmax(rng.normal(size=(6, 4)))


def label_logits(rng):
    return rng.integers(0, 4, size=6), rng.normal(size=(6, 4))


def regions(rng):
    return rng.integers(0, 2, size=(6, 4, 3)), rng.uniform(size=(6, 4, 3))


def sequences(rng):
    lengths = np.array([3, 1, 0, 2, 4, 2])
    labels = rng.integers(1, 4, size=(6, 4)) * (np.arange(4) < lengths[:, None])
    return labels, rng.normal(size=(6, 7, 4))


def embedded(rng):
    vectors = rng.normal(size=(6, 4))
    return np.array([0, 1, 1, 0, 0, 2]), vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def label_columns(rng):
    return rng.integers(0, 4, size=(6, 3, 1)), softmax(rng.normal(size=(6, 3, 4)))


CASES = [
    ("MeanSquaredError", {}, real),
    ("MeanAbsoluteError", {}, real),
    ("MeanAbsolutePercentageError", {}, real),
    ("MeanSquaredLogarithmicError", {}, positive),
    ("MeanSquaredLogarithmicError", {}, real),
    ("Huber", {}, real),
    ("Huber", {"delta": 0.3}, real),
    ("LogCosh", {}, real),
    ("Poisson", {}, positive),
    ("KLDivergence", {}, distributions),
    ("CosineSimilarity", {}, real),
    ("Hinge", {}, signs),
    ("Hinge", {}, bits),
    ("SquaredHinge", {}, signs),
    ("SquaredHinge", {}, bits),
    ("CategoricalHinge", {}, class_logits),
    ("BinaryCrossentropy", {}, probable_bits),
    ("BinaryCrossentropy", {"from_logits": True}, bits),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}, probable_bits),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, bits),
    ("CategoricalCrossentropy", {}, classes),
    ("CategoricalCrossentropy", {"from_logits": True}, class_logits),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, classes),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, class_logits),
    ("SparseCategoricalCrossentropy", {}, labels),
    ("SparseCategoricalCrossentropy", {}, label_columns),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, label_logits),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}, labels),
    ("SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": 2}, label_logits),
    ("BinaryFocalCrossentropy", {}, probable_bits),
    ("BinaryFocalCrossentropy", {"gamma": 0.5, "apply_class_balancing": True}, probable_bits),
    ("BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, bits),
    ("CategoricalFocalCrossentropy", {}, classes),
    ("CategoricalFocalCrossentropy", {"alpha": [0.1, 0.2, 0.3, 0.4], "gamma": 0.5}, classes),
    ("CategoricalFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, class_logits),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.5}, labels),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.9}, labels),
]
WHOLE = [  # losses of no fixed shape (batch, ...)
    ("Dice", {}, regions),
    ("Dice", {"axis": (1, 2)}, regions),
    ("Tversky", {"alpha": 0.2, "beta": 0.7}, regions),
    ("Tversky", {"axis": [1, 2]}, regions),
    ("CTC", {}, sequences),
    ("Circle", {}, embedded),
    ("Circle", {"gamma": 8.0, "margin": 0.1, "remove_diagonal": False}, embedded),
]
IDS = [f"{name}-{data.__name__}-{'-'.join(options)}" for name, options, data in CASES]
case = pytest.mark.parametrize(("name", "options", "data"), CASES, ids=IDS)
every_case = pytest.mark.parametrize(
    ("name", "options", "data"),
    CASES + WHOLE,
    ids=IDS + [f"{name}-{'-'.join(options)}" for name, options, _ in WHOLE],
)


def keras_loss(name, options, **more):
    """Keras takes no list as an axis, which a file would give."""
    if isinstance(options.get("axis"), list):
        options = {**options, "axis": tuple(options["axis"])}
    return getattr(keras.losses, name)(**options, **more)


def make(data):
    y_true, y_pred = data(np.random.default_rng(0))
    return y_true, y_pred.astype("float32")


@every_case
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("is_weighted", [False, True], ids=["plain", "weighted"])
def test_loss_equals_keras(name, options, data, reduction, is_weighted):
    y_true, y_pred = make(data)
    weights = np.linspace(0.0, 2.0, 6, dtype="float32") if is_weighted else None
    if is_weighted and data is label_columns:
        weights = np.broadcast_to(weights[:, None], (6, 3))
    ours = getattr(losses, name)(**options, reduction=reduction)(y_true, y_pred, weights)
    theirs = keras_loss(name, options, reduction=reduction)(y_true, y_pred, weights)
    assert ours.dtype == "float32"
    np.testing.assert_allclose(ours, theirs, **CLOSE)


@every_case
def test_gradient_equals_keras(name, options, data):
    y_true, y_pred = make(data)
    weights = np.linspace(0.0, 2.0, len(y_true), dtype="float32")
    if data is label_columns:
        weights = np.broadcast_to(weights[:, None], (6, 3))

    def gradient(loss):
        return jax.grad(lambda p: jnp.sum(loss(jnp.asarray(y_true), p, weights)))(
            jnp.asarray(y_pred)
        )

    ours, theirs = gradient(getattr(losses, name)(**options)), gradient(keras_loss(name, options))
    np.testing.assert_allclose(ours, theirs, **CLOSE)


@case
def test_function_gives_one_loss_a_sample_as_in_keras(name, options, data):
    y_true, y_pred = make(data)
    function = registry.snake_case(name)
    ours = getattr(losses, function)(y_true, y_pred, **options)
    theirs = getattr(keras.losses, function)(y_true, y_pred, **options)
    assert ours.shape == y_pred.shape[:-1]
    np.testing.assert_allclose(ours, theirs, **CLOSE)
    np.testing.assert_allclose(
        ours,
        losses.get(function).from_config({**options, "reduction": "none"})(y_true, y_pred),
        **CLOSE,
    )


@every_case
def test_configuration_survives(name, options, data):
    loss = getattr(losses, name)(**options, reduction="sum", name="mine")
    again = losses.deserialize(json.loads(json.dumps(losses.serialize(loss))))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    assert again.name == "mine"
    np.testing.assert_array_equal(again(*make(data)), loss(*make(data)))


@every_case
def test_keras_reads_our_configuration_and_we_read_theirs(name, options, data):
    theirs = keras_loss(name, options, reduction="sum")
    config = {**options, **theirs.get_config()}  # that of Huber lacks delta
    ours = losses.get({"class_name": name, "config": config})
    np.testing.assert_allclose(ours(*make(data)), theirs(*make(data)), **CLOSE)
    assert ours.name == theirs.name
    back = keras_loss(name, ours.get_config())
    np.testing.assert_allclose(back(*make(data)), theirs(*make(data)), **CLOSE)


@pytest.mark.parametrize("name", ["mse", "MAE", "mape", "msle", "bce", "kld", "MSLE", "poisson"])
def test_every_name_of_keras_is_known(name):
    y_true, y_pred = make(distributions)
    theirs = keras.losses.get(name)(y_true, y_pred)
    np.testing.assert_allclose(losses.get(name)(y_true, y_pred), np.mean(theirs), **CLOSE)


def test_functions_without_an_axis_of_features_equal_keras():
    for name, options, data in WHOLE:
        y_true, y_pred = make(data)
        ours = getattr(losses, name.lower())(y_true, y_pred, **options)
        if isinstance(options.get("axis"), list):
            options = {"axis": tuple(options["axis"])}
        theirs = getattr(keras.losses, name.lower())(y_true, y_pred, **options)
        np.testing.assert_allclose(ours, theirs, **CLOSE, err_msg=name)


def test_circle_compares_with_references_as_in_keras():
    y_true, y_pred = make(embedded)
    references = np.roll(y_pred, 2, axis=0)[:4], np.roll(y_true, 1)[:4]
    arguments = {"ref_embeddings": references[0], "ref_labels": references[1]}
    ours = losses.circle(y_true, y_pred, **arguments)
    np.testing.assert_allclose(ours, keras.losses.circle(y_true, y_pred, **arguments), **CLOSE)


def test_a_sample_without_another_of_its_class_does_not_count_in_the_circle_loss():
    y_true, y_pred = make(embedded)
    assert losses.circle(y_true, y_pred)[-1] == 0.0
    loss, rows = losses.Circle(), losses.circle(y_true, y_pred)
    np.testing.assert_allclose(loss(y_true, y_pred), rows.sum() / 5, **CLOSE)
    assert bool(jnp.isfinite(jax.grad(lambda p: loss(y_true, p))(jnp.asarray(y_pred))).all())


def test_labels_in_a_column_mean_the_same_to_the_generalized_cross_entropy():
    y_true, y_pred = make(labels)
    loss = losses.CategoricalGeneralizedCrossEntropy(reduction="none")
    np.testing.assert_array_equal(loss(y_true[:, None], y_pred), loss(y_true, y_pred))


def test_focal_losses_without_focus_are_the_plain_ones():
    y_true, y_pred = make(classes)
    focal = losses.categorical_focal_crossentropy(y_true, y_pred, alpha=1.0, gamma=0.0)
    np.testing.assert_allclose(focal, losses.categorical_crossentropy(y_true, y_pred), **CLOSE)
    y_true, y_pred = make(probable_bits)
    focal = losses.binary_focal_crossentropy(y_true, y_pred, gamma=0.0)
    np.testing.assert_allclose(focal, losses.binary_crossentropy(y_true, y_pred), **CLOSE)


def test_tversky_with_equal_weights_is_dice():
    y_true, y_pred = make(regions)
    np.testing.assert_allclose(
        losses.tversky(y_true, y_pred, axis=1), losses.dice(y_true, y_pred, axis=1), rtol=1e-5
    )
    assert float(losses.tversky([1.0, 0.0], [0.0, 0.0], alpha=0.0)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("name", "data", "make_loss", "options"),
    [
        ("softmax", label_logits, losses.SparseCategoricalCrossentropy, {"ignore_class": 1}),
        ("softmax", class_logits, losses.CategoricalCrossentropy, {}),
        ("softmax", class_logits, losses.CategoricalCrossentropy, {"label_smoothing": 0.1}),
        ("softmax", class_logits, losses.CategoricalFocalCrossentropy, {"label_smoothing": 0.1}),
        ("sigmoid", bits, losses.BinaryCrossentropy, {}),
        ("sigmoid", bits, losses.BinaryCrossentropy, {"label_smoothing": 0.1}),
        ("sigmoid", bits, losses.BinaryFocalCrossentropy, {"apply_class_balancing": True}),
    ],
)
def test_on_logits_equals_the_loss_after_the_activation(name, data, make_loss, options):
    y_true, logits = make(data)
    loss = make_loss(**options, reduction="sum", name="mine")
    assert loss.logits_activation == name
    fused = loss.on_logits()
    activated = getattr(jax.nn, name)(logits)
    np.testing.assert_allclose(fused(y_true, logits), loss(y_true, activated), **CLOSE)
    assert (fused.logits_activation, fused.name, fused.reduction) == (None, "mine", "sum")


def test_losses_work_inside_jit():
    for name, options, data in CASES:
        y_true, y_pred = make(data)
        loss = getattr(losses, name)(**options)
        np.testing.assert_allclose(
            jax.jit(loss)(y_true, y_pred), loss(y_true, y_pred), rtol=1e-5, atol=1e-6
        )

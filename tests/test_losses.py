"""Losses against Keras: values, reductions, weights, gradients; and what is our own."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import losses, registry
from jaxkeras.losses.reduction import match_rank

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


def test_every_name_in_the_catalog_of_keras_is_known():
    from keras.src.losses import ALL_OBJECTS_DICT

    from jaxkeras.losses.loss import catalog

    def plain(names):
        return {name.lower().replace("_", "") for name in names}

    assert plain(ALL_OBJECTS_DICT) - plain(catalog.names()) == {"loss"}


@pytest.mark.parametrize("shapes", [((4,), (4, 1)), ((4, 1), (4,)), ((4, 3, 1), (4, 3))])
@pytest.mark.parametrize("name", ["MeanSquaredError", "BinaryCrossentropy", "Hinge", "Poisson"])
def test_a_last_dimension_of_one_is_matched(name, shapes):
    rng = np.random.default_rng(0)
    y_true, y_pred = (rng.uniform(0.1, 0.9, size=shape).astype("float32") for shape in shapes)
    ours, theirs = (getattr(module, name)()(y_true, y_pred) for module in (losses, keras.losses))
    np.testing.assert_allclose(ours, theirs, **CLOSE)


def test_match_rank_equals_keras():
    from keras.src.losses.loss import squeeze_or_expand_to_same_rank

    shapes = [(), (1,), (4,), (4, 1), (4, 3), (4, 3, 1), (4, 1, 1), (4, 3, 2)]
    for first in shapes:
        for second in shapes:
            arrays = jnp.zeros(first), jnp.zeros(second)
            ours = [x.shape for x in match_rank(*arrays)]
            assert ours == [x.shape for x in squeeze_or_expand_to_same_rank(*arrays)], (
                first,
                second,
            )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weights", [None, "samples", "steps"])
def test_mask_weighs_as_in_keras(reduction, weights):
    from keras.src.losses.loss import reduce_weighted_values

    rng = np.random.default_rng(0)
    values = rng.uniform(size=(4, 3)).astype("float32")
    mask = rng.uniform(size=(4, 3)) < 0.6
    shape = {"samples": (4, 1), "steps": (4, 3)}
    weights = None if weights is None else rng.uniform(size=shape[weights]).astype("float32")
    ours = losses.reduce_weighted_values(values, weights, mask, reduction)
    theirs = reduce_weighted_values(values, weights, mask, reduction)
    np.testing.assert_allclose(ours, theirs, **CLOSE)
    loss = losses.MeanSquaredError(reduction)
    zeros = np.zeros((4, 3, 1), "float32")
    np.testing.assert_allclose(loss(zeros, values[..., None] ** 0.5, weights, mask), ours, **CLOSE)


def test_nothing_that_counts_gives_zero():
    loss = losses.MeanSquaredError()
    assert float(loss([[0.0]], [[1.0]], mask=[False])) == 0.0
    weighted = losses.MeanSquaredError("mean_with_sample_weight")
    assert float(weighted([[0.0]], [[1.0]], sample_weight=[0.0])) == 0.0


def test_a_sample_weight_belongs_to_its_sample():
    y_pred = jnp.array([[[1.0], [1.0]], [[2.0], [2.0]]])  # as many samples as time steps
    loss = losses.MeanSquaredError("none")(jnp.zeros_like(y_pred), y_pred, [1.0, 0.0])
    assert loss.tolist() == [[1.0, 1.0], [0.0, 0.0]]


def test_labels_without_a_class_have_no_loss_as_in_keras():
    y_true, y_pred = np.array([-1, 4, 1]), np.full((3, 4), 0.25, "float32")
    ours = losses.sparse_categorical_crossentropy(y_true, y_pred)
    theirs = keras.losses.sparse_categorical_crossentropy(y_true, y_pred)
    np.testing.assert_allclose(ours, theirs, **CLOSE)
    assert ours[:2].tolist() == [0.0, 0.0]


def test_an_ignored_class_sends_no_gradient():
    logits = jnp.array([[jnp.nan, 0.0], [1.0, 2.0]])
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=255)
    gradient = jax.grad(lambda p: loss([255, 1], p))(logits)
    assert gradient[0].tolist() == [0.0, 0.0]
    assert bool(jnp.isfinite(gradient).all())


def test_impossible_logits_do_not_spoil_the_loss():
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    assert float(loss([1], [[-jnp.inf, 0.0, 0.0]])) == pytest.approx(np.log(2), rel=RTOL)


def test_cosine_similarity_of_a_zero_vector_has_a_finite_gradient():
    gradient = jax.grad(lambda p: losses.CosineSimilarity()([[1.0, 0.0]], p))(jnp.zeros((1, 2)))
    assert bool(jnp.isfinite(gradient).all())


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


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred"),
    [
        (losses.CategoricalGeneralizedCrossEntropy(), [0], [[0.0, 1.0]]),
        (losses.BinaryFocalCrossentropy(gamma=0.5), [[1.0, 0.0]], [[1.0, 0.0]]),
        (losses.BinaryFocalCrossentropy(gamma=0.5, from_logits=True), [[1.0]], [[200.0]]),
        (losses.CategoricalFocalCrossentropy(gamma=0.5), [[1.0, 0.0]], [[1.0, 0.0]]),
        (
            losses.CategoricalFocalCrossentropy(gamma=0.5, from_logits=True),
            [[1.0, 0.0]],
            [[200.0, 0.0]],
        ),
    ],
)
def test_a_sure_prediction_has_a_finite_gradient(loss, y_true, y_pred):
    gradient = jax.grad(lambda p: loss(y_true, p))(jnp.array(y_pred))
    assert bool(jnp.isfinite(gradient).all())


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


def test_ctc_of_one_frame_is_the_cross_entropy_of_its_label():
    logits = jnp.array([[[0.5, 1.0, -1.0]]])
    expected = losses.sparse_categorical_crossentropy([2], logits[0], from_logits=True)
    np.testing.assert_allclose(losses.ctc([[2]], logits), expected, rtol=1e-5)


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


@pytest.mark.parametrize(
    "identifier",
    ["categorical_crossentropy", losses.categorical_crossentropy, losses.CategoricalCrossentropy],
)
def test_a_cross_entropy_can_be_fused_however_it_was_named(identifier):
    loss = losses.get(identifier)
    assert isinstance(loss, losses.CategoricalCrossentropy)
    assert loss.logits_activation == "softmax"


@pytest.mark.parametrize(
    "loss",
    [
        losses.CategoricalCrossentropy(from_logits=True),
        losses.CategoricalCrossentropy(axis=1),
        losses.MeanSquaredError(),
    ],
)
def test_other_losses_cannot_be_fused(loss):
    assert loss.logits_activation is None
    with pytest.raises(ValueError, match="cannot be computed from logits"):
        loss.on_logits()


def test_a_subclass_with_its_own_call_is_not_fused():
    class Doubled(losses.CategoricalCrossentropy):
        def call(self, y_true, y_pred):
            return 2 * super().call(y_true, y_pred)

    class Renamed(losses.CategoricalCrossentropy):
        def __init__(self):
            super().__init__(label_smoothing=0.5, name="renamed")

    assert Doubled().logits_activation is None
    fused = Renamed().on_logits()
    assert (fused.get_config()["label_smoothing"], fused.name) == (0.5, "renamed")


def test_a_function_becomes_a_loss():
    def squared(y_true, y_pred):
        return (y_true - y_pred) ** 2

    loss = losses.get(squared)
    y_true, y_pred = np.array([1.0, 2.0]), np.array([[1.0], [4.0]])
    assert (loss.name, float(loss(y_true, y_pred))) == ("squared", 2.0)
    assert losses.get(lambda y_true, y_pred: y_pred).name == "lambda"
    assert losses.deserialize(losses.serialize(loss), {"squared": squared}).fn is squared
    assert losses.deserialize("squared", {"squared": squared}).fn is squared


def test_a_function_that_returns_a_scalar_is_weighted_as_in_keras():
    weights = np.array([1.0, 3.0], "float32")
    y = np.array([[1.0], [2.0]], "float32")
    ours = losses.LossFunctionWrapper(lambda t, p: jnp.mean(t))(y, y, weights)
    theirs = keras.src.losses.LossFunctionWrapper(lambda t, p: jnp.mean(t))(y, y, weights)
    np.testing.assert_allclose(ours, theirs, **CLOSE)


def test_auto_is_the_reduction_of_keras_2():
    assert losses.MeanSquaredError(reduction="auto").reduction == "sum_over_batch_size"
    with pytest.raises(ValueError, match=r"mean_squared_error must be one of .* 'summ'.*'sum'\?"):
        losses.MeanSquaredError(reduction="summ")


def test_the_noise_parameter_lies_between_0_and_1():
    with pytest.raises(ValueError, match="entropy expected q between 0 and 1.*q=1.0"):
        losses.CategoricalGeneralizedCrossEntropy(1.0)


def test_unknown_names_are_answered_with_near_ones():
    with pytest.raises(ValueError, match="Did you mean 'categorical_crossentropy'"):
        losses.get("categorical_crosentropy")


@pytest.mark.parametrize(
    ("targets", "outputs", "kind"),
    [((8,), (8, 1), "binary"), ((8, 1), (8, 1), "binary"), ((8, 3), (8, 3), "categorical"),
     ((8,), (8, 3), "sparse_categorical"), ((8, 1), (8, 3), "sparse_categorical")],
)  # fmt: skip
def test_crossentropy_means_the_one_that_fits(targets, outputs, kind):
    from keras.src.trainers.compile_utils import get_loss

    ours = losses.resolve("crossentropy", targets, outputs)
    assert ours.name == f"{kind}_crossentropy"
    theirs = get_loss("crossentropy", np.zeros(targets), np.zeros(outputs))
    assert theirs.fn.__name__ == ours.name


def test_half_precision_predictions_are_computed_in_float32():
    logits = jnp.array([[2.0, -2.0]], "bfloat16")
    loss = losses.CategoricalCrossentropy(from_logits=True)([[1.0, 0.0]], logits)
    assert loss.dtype == "float32"
    assert float(loss) == pytest.approx(np.log1p(np.exp(-4.0)), rel=RTOL)


def test_losses_work_inside_jit():
    for name, options, data in CASES:
        y_true, y_pred = make(data)
        loss = getattr(losses, name)(**options)
        np.testing.assert_allclose(
            jax.jit(loss)(y_true, y_pred), loss(y_true, y_pred), rtol=1e-5, atol=1e-6
        )


SPARSE, CATEGORICAL = losses.SparseCategoricalCrossentropy(), losses.CategoricalCrossentropy()
BINARY, MSE = losses.BinaryCrossentropy(), losses.MeanSquaredError()


@pytest.mark.parametrize(
    ("loss", "y_true", "output_shape"),
    [
        (SPARSE, np.array([0, 9]), (None, 10)),
        (SPARSE, np.array([[0], [9]]), (2, 10)),
        (SPARSE, np.array([0.0, 9.0]), (None, 10)),
        (SPARSE, np.zeros((2, 7), "uint8"), (None, None, 10)),
        (SPARSE, np.zeros((2, 7, 1), int), (None, 7, 10)),
        (losses.SparseCategoricalCrossentropy(ignore_class=-1), np.array([-1, 0]), (None, 3)),
        (losses.SparseCategoricalCrossentropy(axis=1), np.zeros((2, 5), int), (None, 3, 5)),
        (CATEGORICAL, np.eye(3), (None, 3)),
        (CATEGORICAL, np.zeros((2, 5, 3)), (None, None, 3)),
        (BINARY, np.array([0, 1]), (None, 1)),
        (BINARY, np.array([[0], [1]]), (None, 1)),
        (BINARY, np.zeros((2, 4)), (None, 4)),
        (BINARY, np.zeros((2, 4, 1)), (None, 4)),
        (MSE, np.zeros(5), (None, 1)),
        (MSE, np.zeros((5, 1)), (None,)),
        (MSE, np.zeros((5, 8, 1)), (None, None, 1)),
        (losses.Dice(), np.zeros((5, 8, 8, 1)), (None, 8, 8, 1)),
        (losses.CTC(), np.array([[1, 2, 0]]), (None, None, 3)),
        (losses.Circle(), np.array([[3], [7]]), (None, 16)),
        (losses.get(lambda y_true, y_pred: y_pred), np.zeros((5, 9)), (None, 2)),
    ],
)
def test_right_targets_pass_the_check(loss, y_true, output_shape):
    loss.check(y_true, output_shape, "dense")


@pytest.mark.parametrize(
    ("loss", "y_true", "output_shape", "message"),
    [
        (SPARSE, np.array([0, 3, 12]), (None, 10),
         'labels from 0 to 9, because the output "dense" has 10 classes.*label 12 at index 2.*'
         "at least 13 units"),
        (SPARSE, np.array([1, 2, 3]), (None, 3), r"label 3 at index 2.*start at 1: pass y - 1"),
        (SPARSE, np.array([0, -1]), (None, 3), r"label -1 at index 1.*ignore_class=-1"),
        (SPARSE, np.array([0.0, 0.5]), (None, 3), r"label 0.5 at index 1.*whole numbers"),
        (SPARSE, np.array([np.nan, 7.0]), (None, 3), r"label nan at index 0"),
        (SPARSE, np.array([[0, 1], [0, 9]]), (None, 2, 3), r"label 9 at index \(1, 1\)"),
        (SPARSE, np.array(["cat", "dog"]), (None, 2), "np.unique"),
        (SPARSE, np.eye(10), (None, 10), r"one-hot: use loss=\"categorical_crossentropy\""),
        (SPARSE, np.array([0, 1]), (None, 28, 10), "Flatten"),
        (SPARSE, np.zeros((5, 3), int), (None, 10), "one label from 0 to 9"),
        (CATEGORICAL, np.array([0, 3]), (None, 10),
         r'loss="sparse_categorical_crossentropy".*to_categorical\(y, 10\)'),
        (CATEGORICAL, np.array([[0], [3]]), (None, 10), r"to_categorical\(y, 10\)"),
        (CATEGORICAL, np.eye(9), (None, 10), r"10 columns.*shape \(9, 9\).*9 units"),
        (CATEGORICAL, np.array([0, 1]), (None, 1), "single class.*binary_crossentropy"),
        (SPARSE, np.array([0, 1]), (None, 1), "label 1 at index 1.*binary_crossentropy"),
        (BINARY, np.array([0, 1]), (None, 2), "sparse_categorical_crossentropy"),
        (BINARY, np.zeros((5, 3)), (None, 1), "3 units"),
        (losses.CTC(), np.array([1, 2]), (None, 3), r"\(batch, labels\).*return_sequences=True"),
        (losses.CTC(), np.array([[1, 3]]), (None, 9, 3), r"label 3 at index \(0, 1\)"),
        (losses.Circle(), np.eye(3), (None, 3), "one label a sample"),
        (losses.CategoricalGeneralizedCrossEntropy(), np.array([0, 2]), (None, 2), "label 2"),
        (losses.BinaryFocalCrossentropy(), np.zeros((5, 3)), (None, 1), "3 units"),
        (losses.CategoricalFocalCrossentropy(), np.eye(9), (None, 10), "9 units"),
        (MSE, np.zeros(5), (None, 3), "3 target values"),
        (MSE, np.zeros((3, 3)), (None, 4), "4 target values, or give the last layer 3 units"),
        (MSE, np.zeros((5, 2)), (None, 7, 1), "Reshape the targets"),
    ],
)  # fmt: skip
def test_wrong_targets_are_told_with_the_fix(loss, y_true, output_shape, message):
    with pytest.raises(ValueError, match=f"(?s)^{loss.name} expected .*{message}"):
        loss.check(y_true, output_shape, "dense")


def test_functions_refuse_shapes_that_would_broadcast():
    with pytest.raises(ValueError, match="integer labels"):
        losses.categorical_crossentropy(np.array([0, 1]), np.full((2, 2), 0.5))
    with pytest.raises(ValueError, match="one for every output"):
        losses.binary_crossentropy(np.zeros((4, 1)), np.zeros((4, 3)))
    with pytest.raises(ValueError, match="one-hot"):
        losses.sparse_categorical_crossentropy(np.eye(2), np.eye(2))

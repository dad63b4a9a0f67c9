"""What losses do beside Keras's numbers: masks, ranks, names, logits, functions of one's own."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import losses
from jaxkeras.losses.reduction import match_rank

keras = pytest.importorskip("keras")


keras = pytest.importorskip("keras")
RTOL = 1e-5
CLOSE = {"rtol": RTOL, "atol": 1e-6}
REDUCTIONS = ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None]


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


def test_ctc_of_one_frame_is_the_cross_entropy_of_its_label():
    logits = jnp.array([[[0.5, 1.0, -1.0]]])
    expected = losses.sparse_categorical_crossentropy([2], logits[0], from_logits=True)
    np.testing.assert_allclose(losses.ctc([[2]], logits), expected, rtol=1e-5)


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

"""What is minimised and what is reported, as pure functions of batches."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import losses, metrics
from jaxkeras.training.objective import Objective
from jaxkeras.training.pure import Forward
from jaxkeras.training.state import Batch

X = np.arange(10.0, dtype="float32").reshape(5, 2)
Y = np.arange(5.0, dtype="float32")[:, None]
OUTPUTS = jnp.asarray(Y + np.array([[1.0], [2.0], [3.0], [4.0], [5.0]]), jnp.float32)


def bound(*request):
    objective = Objective(*request)
    objective.bind(["output"])
    return objective


def loss_of(objective, sample_weight=None, added=(), outputs=OUTPUTS, y=Y, logits=False):
    forward = Forward(outputs, {}, list(added), [None])
    return float(objective.compute_loss(Batch(X, y, sample_weight), forward, [logits])[0])


def reported(objective, *sizes, sample_weight=None):
    """The values after batches of some sizes."""
    sums, start = objective.empty(), 0
    for size in sizes:
        part = slice(start, start + size)
        weight = None if sample_weight is None else sample_weight[part]
        batch = Batch(X[part], Y[part], weight)
        forward = Forward(OUTPUTS[part], {}, [], [None])
        loss, parts = objective.compute_loss(batch, forward, [False])
        sums = objective.update(sums, loss, parts, batch, forward)
        start += size
    return {name: float(value) for name, value in objective.compute(sums).items()}


def test_the_loss_is_the_mean_over_samples():
    assert loss_of(bound("mse")) == pytest.approx(np.mean([1, 4, 9, 16, 25]))


def test_losses_that_layers_add_are_added():
    added = [jnp.float32(0.5), jnp.float32(0.25)]
    assert loss_of(bound("mae"), added=added) == pytest.approx(3.75)
    assert loss_of(bound(None), added=added) == pytest.approx(0.75)


def test_sample_weights_weigh_samples_and_are_not_divided_out():
    weight = jnp.array([0.0, 1.0, 0.0, 0.0, 2.0])
    assert loss_of(bound("mae"), weight) == pytest.approx((2 + 2 * 5) / 5)


def test_a_loss_from_logits_is_that_of_probabilities():
    logits = jnp.asarray(np.random.normal(size=(5, 3)), jnp.float32)
    y = np.array([0, 1, 2, 1, 0])
    objective = bound("sparse_categorical_crossentropy")
    from_logits = loss_of(objective, outputs=logits, y=y, logits=True)
    from_probabilities = loss_of(objective, outputs=jax.nn.softmax(logits), y=y)
    assert from_logits == pytest.approx(from_probabilities, rel=1e-5)


@pytest.mark.parametrize("sizes", [(5,), (2, 2, 1), (4, 1)])
def test_every_sample_counts_alike_in_batches_of_any_size(sizes):
    logs = reported(bound("mse", ["mae"]), *sizes)
    assert logs == {"loss": pytest.approx(11.0), "mae": pytest.approx(3.0)}


def test_only_weighted_metrics_follow_the_sample_weights():
    weight = np.array([1.0, 0.0, 0.0, 0.0, 1.0], "float32")
    logs = reported(bound("mse", ["mae"], ["mse"]), 3, 2, sample_weight=weight)
    assert logs["mae"] == pytest.approx(3.0)
    assert logs["mse"] == pytest.approx((1 + 25) / 2)


def test_names_are_given_before_any_data():
    def bias(y_true, y_pred):
        return y_pred - y_true

    objective = Objective("mse", ["mae", bias, metrics.MeanSquaredError(name="error")], ["acc"])
    assert objective.names == ["loss", "mae", "bias", "error", "acc"]
    assert list(objective.compute(objective.empty())) == objective.names


def test_a_step_of_the_sums_is_a_pure_function_that_can_be_compiled():
    objective = bound("mse", ["accuracy"])

    @jax.jit
    def step(sums):
        forward = Forward(OUTPUTS, {}, [], [None])
        loss, parts = objective.compute_loss(Batch(X, Y), forward, [False])
        return objective.update(sums, loss, parts, Batch(X, Y), forward)

    sums = objective.empty()
    once, twice = step(sums), step(step(sums))
    assert jax.tree.structure(sums) == jax.tree.structure(twice)
    assert float(objective.compute(once)["loss"]) == float(objective.compute(twice)["loss"])
    assert float(objective.compute(sums)["loss"]) == 0


@pytest.mark.parametrize("loss", ["mse", ["mse"], {"output": "mse"}, losses.MeanSquaredError()])
def test_one_loss_in_any_wrapping(loss):
    assert loss_of(bound(loss)) == pytest.approx(11.0)


def test_two_losses_for_one_output():
    with pytest.raises(ValueError, match="has 2 entries for a model with 1 output"):
        bound(["mse", "mae"])

"""Arguments of all optimizers at work, and what single optimizers keep in their states."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxkeras import optimizers
from jaxkeras.optimizers import schedules


@pytest.fixture
def params():
    return {"kernel": jnp.ones((2, 3)), "bias": jnp.zeros(3)}


def test_weights_can_be_excluded_from_decay_by_their_paths(params):
    class Named:
        path = "bias"

    optimizer = optimizers.SGD(1.0, weight_decay=0.5)
    optimizer.exclude_from_weight_decay([Named()])
    zeros, ones = optax.tree.zeros_like(params), optax.tree.ones_like(params)
    updates, _ = optimizer.update(zeros, optimizer.init(ones), ones)
    assert (float(updates["bias"][0]), float(updates["kernel"][0, 0])) == (0.0, -0.5)
    with pytest.raises(TypeError, match="var_names"):
        optimizer.exclude_from_weight_decay([ones["bias"]])


def test_muon_leaves_embeddings_and_what_is_excluded_to_adam():
    optimizer = optimizers.Muon(exclude_layers=["^head/"])
    params = {name: {"kernel": jnp.ones((2, 3))} for name in ("body", "embedding_1", "head")}
    state = optimizer.init(params).inner_state
    assert sorted(state.momentum) == ["body/kernel"]
    assert sorted(state.adam.velocity) == ["embedding_1/kernel", "head/kernel"]


def test_adafactor_keeps_rows_and_columns_only():
    state = optimizers.Adafactor().init({"kernel": jnp.ones((4, 5)), "bias": jnp.ones(3)})
    assert sorted(x.size for x in jax.tree.leaves(state.inner_state)) == [3, 4, 5]


def test_waiting_steps_change_nothing_and_learning_rates_count_calls(params):
    schedule = schedules.PiecewiseConstantDecay([0], [1.0, 2.0])
    optimizer = optimizers.SGD(schedule, gradient_accumulation_steps=2, momentum=0.9)
    opt_state = optimizer.init(params)
    ones = optax.tree.ones_like(params)
    updates, opt_state = optimizer.update(ones, opt_state)
    assert not any(leaf.any() for leaf in jax.tree.leaves((updates, opt_state.inner_state)))
    updates, opt_state = optimizer.update(optax.tree.scale(3.0, ones), opt_state)
    np.testing.assert_allclose(updates["bias"], -2.0 * 2.0)
    assert not any(leaf.any() for leaf in jax.tree.leaves(opt_state.accumulated))

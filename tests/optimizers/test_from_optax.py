"""Optax transformations behind the interface of the optimizers."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxkeras import optimizers


@pytest.fixture
def params():
    return {"kernel": jnp.ones((2, 3)), "bias": jnp.zeros(3)}


def test_a_chain_works_as_it_is(params):
    chain = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(1e-2))
    optimizer = optimizers.get(chain)
    assert isinstance(optimizer, optimizers.OptaxOptimizer)
    actual = optimizer.update(params, optimizer.init(params), params)
    expected = chain.update(params, chain.init(params), params)
    jax.tree.map(np.testing.assert_array_equal, actual, expected)


def test_the_rate_of_inject_hyperparams_is_read_and_set(params):
    chain = optax.chain(optax.clip(1.0), optax.inject_hyperparams(optax.sgd)(learning_rate=0.5))
    optimizer = optimizers.get(chain)
    opt_state = optimizer.init(params)
    optimizer.adopt(opt_state)
    assert optimizer.learning_rate == optimizer.lr == 0.5
    assert optimizer.sync(opt_state) is opt_state
    optimizer.learning_rate = 0.0
    optimizer.learning_rate = 0.25
    opt_state = optimizer.sync(opt_state)
    updates, after = optimizer.update(params, opt_state, params)
    np.testing.assert_array_equal(updates["kernel"], -0.25)
    optimizer.adopt(after)
    assert optimizer.iterations == 1 and optimizer.learning_rate == 0.25


def test_changing_the_rate_retraces_nothing(params):
    optimizer = optimizers.get(optax.inject_hyperparams(optax.adam)(learning_rate=0.5))
    opt_state = optimizer.init(params)
    optimizer.adopt(opt_state)
    step = jax.jit(optimizer.update)
    for rate in (0.5, 0.25):
        optimizer.learning_rate.assign(rate)
        _, opt_state = step(params, optimizer.sync(opt_state), params)
    assert step._cache_size() == 1


def test_a_scheduled_rate_is_read_only(params):
    schedule = optax.linear_schedule(1.0, 0.0, 4)
    optimizer = optimizers.get(optax.inject_hyperparams(optax.sgd)(learning_rate=schedule))
    optimizer.adopt(optimizer.init(params))
    assert optimizer.learning_rate == 1.0
    with pytest.raises(TypeError, match="follows a schedule"):
        optimizer.learning_rate = 0.1


def test_without_inject_hyperparams_there_is_no_rate(params):
    optimizer = optimizers.get(optax.sgd(0.1))
    optimizer.adopt(optimizer.init(params))
    with pytest.raises(AttributeError, match="optax.inject_hyperparams"):
        _ = optimizer.learning_rate
    with pytest.raises(AttributeError, match="optax.inject_hyperparams"):
        optimizer.learning_rate = 0.1
    assert not hasattr(optimizer, "lr")


def test_functions_have_no_configuration():
    with pytest.raises(TypeError, match="compile again after loading"):
        optimizers.get(optax.sgd(0.1)).get_config()


def test_it_neither_scales_the_loss_nor_averages_the_parameters():
    optimizer, params = optimizers.OptaxOptimizer(optax.sgd(0.1)), {"bias": jnp.ones(2)}
    assert optimizer.scale_loss(2.0, None) == 2.0
    assert optimizer.finalize(params, optimizer.init(params)) is params

"""Optimizers around others: a dynamic loss scale, and several for one model."""

import json

import jax
import jax.numpy as jnp
import pytest

from jaxkeras import optimizers

keras = pytest.importorskip("keras")


@pytest.fixture
def params():
    return {"kernel": jnp.ones((2, 3)), "bias": jnp.zeros(3)}


@pytest.mark.parametrize("name", ["LossScaleOptimizer", "MultiOptimizer"])
def test_configuration_of_a_wrapped_optimizer_is_that_of_keras(name):
    def make(module):
        inner = module.Adam(module.schedules.CosineDecay(0.1, 10), name="inner")
        if name == "LossScaleOptimizer":
            return module.LossScaleOptimizer(inner, 8.0, 5, name="outer")
        other = module.SGD(0.25, name="other")
        chosen = module.OptimizerMap(inner, {"bias": other})
        return module.MultiOptimizer(chosen, name="outer")

    ours = make(optimizers)
    written = json.loads(json.dumps(keras.optimizers.serialize(make(keras.optimizers))))
    for described in (optimizers.serialize(ours), written):
        again = optimizers.deserialize(described)
        assert type(again) is type(ours)
        assert again.get_config() == ours.get_config()


def test_the_learning_rate_of_a_loss_scale_optimizer_is_that_of_the_one_inside(params):
    optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(0.5, loss_scale_factor=2.0))
    assert optimizer.inner_optimizer.loss_scale_factor is None
    opt_state = optimizer.sync(optimizer.init(params))
    assert optimizer.sync(opt_state) is opt_state
    optimizer.learning_rate = 0.25
    optimizer.lr.assign(optimizer.lr / 2)
    opt_state = optimizer.sync(opt_state)
    assert float(opt_state.inner_state.hyperparams["learning_rate"]) == 0.125
    optimizer.adopt(optimizer.with_learning_rate(opt_state, 0.75))
    assert (optimizer.learning_rate, optimizer.inner_optimizer.lr) == (0.75, 0.75)
    assert float(optimizer.scale_loss(2.0, opt_state)) == 2.0**16
    assert optimizer.schedule is None and optimizer.finalize(params, opt_state) is params


def test_a_function_may_choose_among_several_optimizers(params):
    slow = optimizers.SGD(0.5, use_ema=True, ema_momentum=0.0)

    def choose(parameter):
        assert parameter.dtype == "float32"
        return slow if len(parameter.shape) == 2 else optimizers.SGD(1.0)

    optimizer = optimizers.MultiOptimizer(choose)
    opt_state = optimizer.init(params)
    updates, opt_state = jax.jit(optimizer.update)(params, opt_state, params)
    assert float(updates["kernel"][0, 0]) == -0.5 and len(optimizer.optimizers) == 2
    slow.learning_rate = 0.25
    opt_state = optimizer.sync(opt_state)
    assert optimizer.sync(opt_state) is opt_state
    updates, opt_state = optimizer.update(params, opt_state, params)
    assert float(updates["kernel"][0, 0]) == -0.25
    assert float(optimizer.finalize(params, opt_state)["kernel"][0, 0]) == 0.75
    with pytest.raises(AttributeError, match="several learning rates"):
        optimizer.learning_rate = 0.1


def test_a_map_of_optimizers_finds_whole_paths():
    first, second = optimizers.SGD(), optimizers.Adam()
    chosen = optimizers.OptimizerMap(first, {"encoder": second, "head/.*": second})
    assert chosen["head/kernel"] is second and chosen["encoder/kernel"] is first
    assert sorted(chosen) == ["encoder", "head/.*"] and len(chosen) == 2
    chosen["h.*"] = first
    with pytest.raises(ValueError, match=r"2 keys for 'head/kernel'"):
        chosen["head/kernel"]
    del chosen["h.*"]
    with pytest.raises(ValueError, match="new string. Received: 'encoder'"):
        chosen["encoder"] = first
    with pytest.raises(TypeError, match="LossScaleOptimizer cannot be one of several"):
        chosen["x"] = optimizers.LossScaleOptimizer(first)
    with pytest.raises(TypeError, match=r"Expected an optimizer such as SGD\(0.1\)"):
        optimizers.OptimizerMap("sgd")

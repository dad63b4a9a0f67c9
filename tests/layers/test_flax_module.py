"""Modules of Flax, NNX and Linen, as layers: outputs, statistics, randomness, training."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen, nnx

from jaxkeras import Input, Sequential
from jaxkeras.layers import Dense, FlaxLayer

X = np.random.default_rng(0).normal(2.0, 3.0, size=(64, 4)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


class LinenBlock(linen.Module):
    @linen.compact
    def __call__(self, x, train: bool = False):
        x = linen.Dense(4)(x)
        x = linen.BatchNorm(use_running_average=not train, momentum=0.5)(x)
        return linen.Dropout(0.5, deterministic=not train)(x)


class NNXBlock(nnx.Module):
    def __init__(self):
        rngs = nnx.Rngs(0)
        self.dense = nnx.Linear(4, 4, rngs=rngs)
        self.norm = nnx.BatchNorm(4, momentum=0.5, rngs=rngs)
        self.drop = nnx.Dropout(0.5, rngs=rngs)

    def __call__(self, x):
        return self.drop(self.norm(self.dense(x)))


class NNXWithArgument(nnx.Module):
    def __init__(self):
        self.block = NNXBlock()

    def __call__(self, x, *, deterministic: bool = True):
        self.block.set_attributes(
            deterministic=deterministic, use_running_average=deterministic, raise_if_not_found=False
        )
        return self.block(x)


MODULES = [LinenBlock, NNXBlock, NNXWithArgument]
every = pytest.mark.parametrize("make", MODULES, ids=lambda make: make.__name__)


@pytest.mark.parametrize(
    ("module", "twin"),
    [
        (lambda: nnx.Linear(4, 3, rngs=nnx.Rngs(1)), lambda m: m.module(X)),
        (lambda: linen.Dense(3), lambda m: X @ m.module.kernel[...] + m.module.bias[...]),
    ],
)
def test_outputs_weights_and_shape(module, twin):
    layer = FlaxLayer(module())
    assert layer(Input((4,))).shape == (None, 3)
    np.testing.assert_allclose(layer(X), twin(layer), rtol=1e-5)
    assert sorted(w.shape for w in layer.weights) == [(3,), (4, 3)]
    assert len(layer.trainable_weights) == 2


def test_names_and_kind():
    layer = FlaxLayer(linen.Dense(3))
    assert layer.kind == "Dense" and layer.name.startswith("dense")
    assert FlaxLayer(nnx.Linear(1, 1, rngs=nnx.Rngs(0)), name="mine").name == "mine"


class TwoWays(linen.Module):
    @linen.compact
    def __call__(self, x):
        return linen.Dense(2)(x)

    @linen.compact
    def forward(self, x, training):
        return x + linen.Dense(4)(x) * (0.0 if training else 1.0)


def thrice(module, x):
    return 3 * module(x)


def test_methods_and_given_variables():
    module = TwoWays()
    variables = module.init(jax.random.key(0), X, False, method="forward")
    for method in ("forward", TwoWays.forward, module.forward):
        layer = FlaxLayer(module, method, variables)
        expected = module.apply(variables, X, False, method="forward")
        np.testing.assert_allclose(layer(X), expected, rtol=1e-5)
        np.testing.assert_allclose(layer(X, training=True), X)
    linear = nnx.Linear(4, 3, rngs=nnx.Rngs(1))
    for module in (linear, linen.Dense(3)):
        layer, plain = FlaxLayer(module, thrice), FlaxLayer(module)
        layer.build((None, 4))
        plain.build((None, 4))
        plain.set_weights(layer.get_weights())
        np.testing.assert_allclose(layer(X), 3 * plain(X), rtol=1e-4)
    with pytest.raises(ValueError, match="Leave out variables="):
        FlaxLayer(linear, variables={})


@every
def test_training_updates_weights_and_statistics(make):
    model = Sequential([make(), Dense(1)])
    model.compile("sgd", "mse")
    model.build((None, 4))
    trainable = [np.array(w[...]) for w in model.trainable_weights]
    statistics = [np.array(w[...]) for w in model.non_trainable_weights]
    assert sorted(s.shape for s in statistics) == [(4,), (4,)]  # mean and variance
    model.fit(X, Y, batch_size=64, epochs=1, verbose=0)
    changed = [
        [(w[...] != old).any() for w, old in zip(weights, before, strict=True)]
        for weights, before in (
            (model.trainable_weights, trainable),
            (model.non_trainable_weights, statistics),
        )
    ]
    assert sum(changed[0]) >= 5  # normalization cancels the bias in front of it
    assert all(changed[1])


@every
def test_statistics_are_moving_averages_of_the_batches(make):
    model = Sequential([make()])
    model.compile("sgd", "mse")
    model.build((None, 4))
    [kernel] = [array for array in model.get_weights() if array.shape == (4, 4)]
    model.fit(X, np.zeros((64, 4)), batch_size=64, verbose=0)
    mean, variance = (w.get_value() for w in model.non_trainable_weights)
    hidden = X @ kernel
    np.testing.assert_allclose(mean, 0.5 * hidden.mean(axis=0), rtol=1e-3)
    np.testing.assert_allclose(variance, 0.5 + 0.5 * hidden.var(axis=0), rtol=1e-3)


@every
def test_dropout_is_random_in_training_and_off_in_prediction(make):
    model = Sequential([make()])
    model.build((None, 4))
    first, second = (np.asarray(model(X, training=True)) for _ in range(2))
    assert (first == 0).mean() == pytest.approx(0.5, abs=0.2)
    assert ((first == 0) != (second == 0)).any()
    predicted = model.predict(X, verbose=0)
    np.testing.assert_array_equal(predicted, model.predict(X, verbose=0))
    assert (predicted != 0).all()


@every
def test_a_frozen_module_keeps_its_weights(make):
    frozen = FlaxLayer(make(), trainable=False)
    model = Sequential([frozen, Dense(1)])
    model.compile("sgd", "mse")
    model.build((None, 4))
    weights = [np.array(w[...]) for w in frozen.weights if isinstance(w, nnx.Param)]
    model.fit(X, Y, verbose=0)
    kept = [np.array(w[...]) for w in frozen.weights if isinstance(w, nnx.Param)]
    assert frozen.trainable_weights == [] and len(weights) == 4
    for before, after in zip(weights, kept, strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_model_of_flax_modules_learns():
    model = Sequential([nnx.Linear(4, 8, rngs=nnx.Rngs(0)), linen.Dense(1)])
    model.compile("adam", "mse")
    losses = model.fit(X, Y, epochs=30, batch_size=16, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 2


def test_the_module_itself_is_trained():
    module = nnx.Linear(4, 1, rngs=nnx.Rngs(0))
    before = np.array(module.kernel[...])
    model = Sequential([module])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert (module.kernel[...] != before).any()
    np.testing.assert_allclose(module(jnp.asarray(X)), model.predict(X, verbose=0), rtol=1e-5)

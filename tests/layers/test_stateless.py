"""Layers as pure functions of their variables."""

import jax
import numpy as np
import pytest

import jaxkeras

keras = pytest.importorskip("keras")

X = np.linspace(-1, 2, 12, dtype="float32").reshape(4, 3)


def stack(library):
    return library.Sequential(
        [
            library.Input((3,)),
            library.layers.Dense(4, kernel_regularizer="l2"),
            library.layers.BatchNormalization(),
            library.layers.Dense(2),
        ]
    )


def test_a_stateless_call_is_that_of_keras():
    ours, theirs = stack(jaxkeras), stack(keras)
    weights = [np.random.uniform(0.5, 1, weight.shape) for weight in theirs.weights]
    for model in (ours, theirs):
        model.set_weights(weights)

    def run(model):
        def loss(trainable, carried):
            outputs, carried, losses = model.stateless_call(
                trainable, carried, X, training=True, return_losses=True
            )
            return (outputs**2).sum() + sum(losses), (outputs, carried, losses)

        return jax.jit(jax.grad(loss, has_aux=True))(
            [np.asarray(variable) for variable in model.trainable_variables],
            [np.asarray(variable) for variable in model.non_trainable_variables],
        )

    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5), run(ours), run(theirs)
    )
    for weight, before in zip(ours.get_weights(), weights, strict=True):
        np.testing.assert_allclose(weight, before, rtol=1e-6)


def test_random_streams_are_among_the_variables():
    layer = jaxkeras.layers.Dropout(0.5)
    layer.build((None, 3))
    start = layer.non_trainable_variables
    assert len(layer.variables) == len(start) > 0 == len(layer.weights)
    x = np.ones((20, 20), "float32")
    first, carried = layer.stateless_call([], start, x, training=True)
    again, _ = layer.stateless_call([], start, x, training=True)
    second, _ = layer.stateless_call([], carried, x, training=True)
    np.testing.assert_array_equal(first, again)
    assert (first != second).any()


def test_variables_that_do_not_fit():
    with pytest.raises(ValueError, match="has no weights yet"):
        jaxkeras.layers.Dense(2).stateless_call([], [], X)
    layer = jaxkeras.layers.Dense(2)
    layer.build((None, 3))
    with pytest.raises(ValueError, match="has 2 trainable_variables, got 1 values"):
        layer.stateless_call(layer.trainable_variables[:1], [], X)

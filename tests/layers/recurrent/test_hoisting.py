"""The gradient of a recurrent kernel outside of the loop over time: the same, in every mode."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import jaxkeras
from jaxkeras import layers
from jaxkeras.layers.recurrent.cell import RecurrentCell

MASK = np.array([[True, True, False, True], [False, True, True, False]])


def derivatives(layer, monkeypatch, is_hoisted, **call):
    """Gradient, directional derivative, and a part of the gradient's own derivative."""
    inputs = jnp.asarray(np.linspace(-1, 1, 24, dtype="float32").reshape(2, 4, 3))
    layer(inputs, **call)
    with monkeypatch.context() as patch:
        for cell in (type(layer.cell), RecurrentCell):
            patch.setattr(cell, "adds_recurrent", is_hoisted)
        graphdef, params, rest = nnx.split(layer, nnx.Param, ...)

        def loss(params, inputs):
            return jnp.sum(nnx.merge(graphdef, params, rest)(inputs, **call) ** 2)

        def derived(params, inputs):
            gradient = jax.grad(loss, (0, 1))
            along = jax.jvp(lambda params: loss(params, inputs), (params,), (params,))[1]
            of_gradient = jax.jvp(lambda params: gradient(params, inputs), (params,), (params,))[1]
            return gradient(params, inputs), along, of_gradient

        return jax.jit(derived)(params, inputs)


@pytest.mark.parametrize(
    ("make", "call"),
    [
        (lambda: layers.LSTM(2, return_sequences=True), {}),
        (lambda: layers.LSTM(2, go_backwards=True), {"mask": MASK}),
        (lambda: layers.SimpleRNN(2, return_sequences=True), {"mask": MASK}),
    ],
)
def test_derivatives_are_those_of_the_plain_loop(make, call, monkeypatch):
    jaxkeras.utils.set_random_seed(0)
    layer = make()
    hoisted = derivatives(layer, monkeypatch, True, **call)
    plain = derivatives(layer, monkeypatch, False, **call)
    for own, expected in zip(jax.tree.leaves(hoisted), jax.tree.leaves(plain), strict=True):
        np.testing.assert_allclose(own, expected, rtol=1e-4, atol=1e-5)


def test_no_step_sums_a_gradient_of_the_kernel():
    layer = layers.LSTM(5)
    inputs = jnp.ones((2, 4, 3))
    layer(inputs)
    graphdef, params, rest = nnx.split(layer, nnx.Param, ...)

    def loss(params):
        return jnp.sum(nnx.merge(graphdef, params, rest)(inputs))

    loops = [
        equation
        for equation in jax.make_jaxpr(jax.grad(loss))(params).eqns
        if equation.primitive.name == "scan"
    ]
    assert loops
    for loop in loops:
        shapes = [tuple(out.aval.shape) for out in loop.outvars]
        assert layer.cell.recurrent_kernel.shape not in shapes


def test_a_step_of_ones_own_is_differentiated_as_it_is():
    class Doubled(layers.LSTMCell):
        def advance(self, projected, states, recurrence):
            return super().advance(projected, states, recurrence._replace(kernel=2 * recurrence[0]))

    class Renamed(layers.LSTMCell):
        """The step of its base."""

    assert not Doubled.adds_recurrent and Renamed.adds_recurrent

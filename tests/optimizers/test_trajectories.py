"""Every optimizer walks the path of Keras's, on the same parameters and gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxkeras import optimizers
from jaxkeras.optimizers import schedules

keras = pytest.importorskip("keras")

STEPS = 20
SHAPES = {"dense": {"bias": (3,), "kernel": (4, 3)}, "scale": ()}


@pytest.fixture
def params():
    def draw(shape):
        return jnp.asarray(np.random.normal(size=shape), jnp.float32)

    return jax.tree.map(draw, SHAPES, is_leaf=lambda shape: isinstance(shape, tuple))


@pytest.fixture
def grads(params):
    """Gradients of all steps: shapes (STEPS, ...), small and large ones, and zeros at the third."""

    def draw(param):
        values = np.random.normal(size=(STEPS, *param.shape)) * np.logspace(-2, 1, STEPS).reshape(
            -1, *[1] * param.ndim
        )
        values[2] = 0.0
        return jnp.asarray(values, param.dtype)

    return jax.tree.map(draw, params)


def path(optimizer, params, grads):
    """The parameters after every step, each leaf of shape (STEPS, ...)."""

    def step(carry, grads):
        params, opt_state = carry
        updates, opt_state = optimizer.update(grads, opt_state, params)
        params = optax.apply_updates(params, updates)
        return (params, opt_state), params

    return jax.jit(lambda p, g: jax.lax.scan(step, (p, optimizer.init(p)), g)[1])(params, grads)


def keras_path(optimizer, params, grads):
    leaves, structure = jax.tree.flatten(params)
    optimizer.build([keras.Variable(leaf) for leaf in leaves])

    def step(carry, grads):
        variables, slots = carry
        carry = optimizer.stateless_apply(slots, grads, variables)
        return carry, carry[0]

    carry = leaves, [variable.value for variable in optimizer.variables]
    rows = jax.jit(lambda c, g: jax.lax.scan(step, c, g)[1])(carry, jax.tree.leaves(grads))
    return structure.unflatten(rows)


def assert_same(actual, expected):
    jax.tree.map(
        lambda a, e: np.testing.assert_allclose(a, e, rtol=1e-5, atol=1e-7), actual, expected
    )


CASES = [
    ("SGD", {}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"learning_rate": 0.1, "nesterov": True}),
    ("RMSprop", {}),
    ("RMSprop", {"learning_rate": 0.01, "rho": 0.7, "epsilon": 1e-3}),
    ("RMSprop", {"momentum": 0.8}),
    ("RMSprop", {"centered": True, "epsilon": 1e-3}),
    ("RMSprop", {"momentum": 0.5, "centered": True, "epsilon": 1e-3}),
    ("Adam", {}),
    ("Adam", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-2}),
    ("Adam", {"amsgrad": True}),
    ("AdamW", {}),
    ("AdamW", {"learning_rate": 0.05, "weight_decay": 0.3, "amsgrad": True}),
    ("Nadam", {}),
    ("Nadam", {"learning_rate": 0.02, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-3}),
    ("Adamax", {}),
    ("Adamax", {"learning_rate": 0.02, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-3}),
    ("Adagrad", {}),
    ("Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 1.0, "epsilon": 1e-2}),
    ("Adadelta", {}),
    ("Adadelta", {"learning_rate": 1.0, "rho": 0.8, "epsilon": 1e-2}),
    ("Lion", {}),
    ("Lion", {"learning_rate": 0.01, "beta_1": 0.5, "beta_2": 0.8}),
]


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_formula(name, arguments, params, grads):
    ours, theirs = getattr(optimizers, name), getattr(keras.optimizers, name)
    expected = keras_path(theirs(**arguments), params, grads)
    assert_same(path(ours(**arguments), params, grads), expected)


@pytest.mark.parametrize("name", ["SGD", "Adam"])
@pytest.mark.parametrize(
    "arguments",
    [
        {"clipnorm": 0.5},
        {"clipvalue": 0.1},
        {"global_clipnorm": 0.5},
        {"weight_decay": 0.1},
        {"weight_decay": 0.1, "clipnorm": 0.5},
        {"weight_decay": 0.1, "global_clipnorm": 0.5},
        {"clipnorm": 0.0},
    ],
)
def test_clipping_and_weight_decay(name, arguments, params, grads):
    arguments = {"learning_rate": 0.05, **arguments}
    ours, theirs = getattr(optimizers, name), getattr(keras.optimizers, name)
    expected = keras_path(theirs(**arguments), params, grads)
    assert_same(path(ours(**arguments), params, grads), expected)


@pytest.mark.parametrize("bad", [np.inf, np.nan])
@pytest.mark.parametrize("clipping", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_gradients_that_are_not_finite(clipping, bad, params, grads):
    grads["dense"]["bias"] = grads["dense"]["bias"].at[7, 0].set(bad)
    expected = keras_path(keras.optimizers.SGD(0.1, **{clipping: 0.5}), params, grads)
    assert_same(path(optimizers.SGD(0.1, **{clipping: 0.5}), params, grads), expected)


@pytest.mark.parametrize("arguments", [{}, {"momentum": 0.9}, {"weight_decay": 0.1}])
def test_schedule(arguments, params, grads):
    expected = keras_path(
        keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5), **arguments),
        params,
        grads,
    )
    optimizer = optimizers.SGD(schedules.ExponentialDecay(0.1, 3, 0.5), **arguments)
    assert_same(path(optimizer, params, grads), expected)


def test_a_rate_that_changes_scales_only_the_steps_after_it(params, grads):
    """Momentum holds steps, not gradients: the learning rate acts when a step enters it."""
    theirs = keras.optimizers.SGD(0.1, momentum=0.9)
    leaves, structure = jax.tree.flatten(params)
    variables = [keras.Variable(leaf) for leaf in leaves]
    ours = optimizers.SGD(0.1, momentum=0.9)
    opt_state = ours.init(params)
    for index in range(STEPS):
        if index == 5:
            theirs.learning_rate = ours.learning_rate = 0.01
        now = jax.tree.map(lambda g, index=index: g[index], grads)
        theirs.apply(jax.tree.leaves(now), variables)
        opt_state = ours.sync(opt_state)
        updates, opt_state = ours.update(now, opt_state, params)
        params = optax.apply_updates(params, updates)
    assert_same(params, structure.unflatten([v.value for v in variables]))


def test_decay_of_keras_2(params, grads):
    actual = path(optimizers.SGD(lr=0.1, decay=0.5), params, grads)
    expected = params
    for index in range(STEPS):
        rate = 0.1 / (1 + 0.5 * index)
        expected = jax.tree.map(lambda p, g, i=index, r=rate: p - r * g[i], expected, grads)
    assert_same(jax.tree.map(lambda rows: rows[-1], actual), expected)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (optimizers.SGD(0.1), optax.sgd(0.1)),
        (optimizers.SGD(0.1, momentum=0.9), optax.sgd(0.1, momentum=0.9)),
        (optimizers.SGD(0.1, 0.9, nesterov=True), optax.sgd(0.1, 0.9, nesterov=True)),
        (optimizers.Lion(0.01), optax.lion(0.01, weight_decay=0.0)),
    ],
)
def test_agrees_with_optax(ours, theirs, params, grads):
    assert_same(path(ours, params, grads), path(theirs, params, grads))


@pytest.mark.parametrize(
    "optimizer",
    [
        optimizers.SGD(0.01, momentum=0.9, clipnorm=1.0),
        optimizers.Adam(0.01, amsgrad=True, weight_decay=0.1, global_clipnorm=1.0),
    ],
)
def test_bfloat16_parameters_keep_their_type(optimizer, params, grads):
    params, grads = optax.tree.cast((params, grads), jnp.bfloat16)
    opt_state = optimizer.init(params)
    now = jax.tree.map(lambda g: g[0], grads)
    updates, after = jax.jit(optimizer.update)(now, opt_state, params)
    assert {leaf.dtype for leaf in jax.tree.leaves(updates)} == {jnp.dtype(jnp.bfloat16)}
    dtypes = [[leaf.dtype for leaf in jax.tree.leaves(tree)] for tree in (opt_state, after)]
    assert dtypes[0] == dtypes[1]
    assert jnp.isfinite(jax.tree.leaves(updates)[0]).all()

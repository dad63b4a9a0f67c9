"""Every optimizer walks the path of Keras's, on the same parameters and gradients."""

import re

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


class Variable(keras.Variable):
    """One that is called like the parameters here: Keras's own naming needs a model."""

    def __init__(self, path, value):
        super().__init__(value, name=path.rpartition("/")[2])
        self._path = path


def keras_variables(params):
    named = jax.tree_util.tree_leaves_with_path(params)
    names = [jax.tree_util.keystr(path, simple=True, separator="/") for path, _ in named]
    return [Variable(name, leaf) for name, (_, leaf) in zip(names, named, strict=True)]


def keras_run(optimizer, params, grads):
    """The parameters after every step, and the optimizer's own variables after the last."""
    leaves, structure = jax.tree.flatten(params)
    optimizer.build(keras_variables(params))

    def step(carry, grads):
        variables, slots = carry
        carry = optimizer.stateless_apply(slots, grads, variables)
        return carry, carry[0]

    carry = leaves, [variable.value for variable in optimizer.variables]
    run = jax.jit(lambda carry, grads: jax.lax.scan(step, carry, grads))
    (_, slots), rows = run(carry, jax.tree.leaves(grads))
    return structure.unflatten(rows), slots


def keras_path(optimizer, params, grads):
    return keras_run(optimizer, params, grads)[0]


def assert_same(actual, expected):
    jax.tree.map(
        lambda a, e: np.testing.assert_allclose(a, e, rtol=1e-5, atol=5e-7), actual, expected
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
    ("Adafactor", {}),
    ("Adafactor", {"learning_rate": 0.9, "beta_2_decay": -0.5, "clip_threshold": 0.5,
                   "epsilon_1": 1e-6, "epsilon_2": 0.5}),
    ("Adafactor", {"learning_rate": 0.3, "relative_step": False, "weight_decay": 0.1}),
    ("Ftrl", {}),
    ("Ftrl", {"learning_rate": 0.5, "learning_rate_power": -0.3, "beta": 0.2,
              "initial_accumulator_value": 0.5}),
    ("Ftrl", {"learning_rate": 0.1, "l1_regularization_strength": 0.3, "weight_decay": 0.1,
              "l2_regularization_strength": 0.2, "l2_shrinkage_regularization_strength": 0.1}),
    ("Lamb", {}),
    ("Lamb", {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-3,
              "weight_decay": 0.1}),
    ("Muon", {}),
    ("Muon", {"learning_rate": 0.05, "momentum": 0.7, "nesterov": False, "ns_steps": 2,
              "rms_rate": None, "adam_lr_ratio": 0.5, "adam_weight_decay": None,
              "weight_decay": 0.1, "muon_a": 3.0, "muon_b": -4.0, "muon_c": 2.0}),
    ("Muon", {"learning_rate": 0.05, "exclude_layers": ["den.e"], "adam_beta_1": 0.5,
              "adam_beta_2": 0.7, "epsilon": 1e-3, "adam_weight_decay": 0.1}),
    ("ScheduleFreeAdamW", {}),
    ("ScheduleFreeAdamW", {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-3,
                           "warmup_steps": 5, "weight_decay": 0.1}),
]  # fmt: skip


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
        {"use_ema": True, "ema_momentum": 0.8},
        {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
        {"loss_scale_factor": 8.0, "clipnorm": 0.5},
        {"gradient_accumulation_steps": 3, "weight_decay": 0.1, "global_clipnorm": 0.5},
        {"gradient_accumulation_steps": 4, "use_ema": True, "ema_overwrite_frequency": 2},
    ],
)
def test_what_all_optimizers_do(name, arguments, params, grads):
    arguments = {"learning_rate": 0.05, **arguments}
    ours, theirs = getattr(optimizers, name), getattr(keras.optimizers, name)
    expected = keras_path(theirs(**arguments), params, grads)
    assert_same(path(ours(**arguments), params, grads), expected)


@pytest.mark.parametrize("names", [["bias"], ["ense/k", "^scale$"], ["nothing"]])
def test_parameters_without_weight_decay(names, params, grads):
    ours, theirs = (m.AdamW(0.05, weight_decay=0.5) for m in (optimizers, keras.optimizers))
    ours.exclude_from_weight_decay(var_names=names)
    excluded = [
        f"^{variable.name}$"
        for variable in keras_variables(params)
        if any(re.search(name, place) for name in names for place in (variable.path, variable.name))
    ]
    theirs.exclude_from_weight_decay(var_names=excluded)
    assert_same(path(ours, params, grads), keras_path(theirs, params, grads))


def final(optimizer, params, grads):
    """The parameters after every step, and what `finalize` makes of the last ones."""

    def step(carry, grads):
        params, opt_state = carry
        updates, opt_state = optimizer.update(grads, opt_state, params)
        return (optax.apply_updates(params, updates), opt_state), None

    carry, _ = jax.jit(lambda p, g: jax.lax.scan(step, (p, optimizer.init(p)), g))(params, grads)
    return optimizer.finalize(*carry)


@pytest.mark.parametrize("arguments", [{}, {"gradient_accumulation_steps": 3}])
def test_the_average_at_the_end(arguments, params, grads):
    arguments = {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.9, **arguments}
    theirs = keras.optimizers.SGD(**arguments)
    _, slots = keras_run(theirs, params, grads)
    averages = [
        slot
        for variable, slot in zip(theirs.variables, slots, strict=True)
        if variable.name.endswith("average")
    ]
    expected = jax.tree.structure(params).unflatten(averages)
    assert_same(final(optimizers.SGD(**arguments), params, grads), expected)


@pytest.mark.parametrize("growth", [4, 2000])
def test_dynamic_loss_scale(growth, params, grads):
    grads = jax.tree.map(lambda g: 2**15 * g, grads)
    for index in (0, 1, 11):
        grads["dense"]["bias"] = grads["dense"]["bias"].at[index, 0].set(np.inf)
    paths = [
        walk(
            module.LossScaleOptimizer(module.Adam(0.01), dynamic_growth_steps=growth), params, grads
        )
        for module, walk in ((optimizers, path), (keras.optimizers, keras_path))
    ]
    assert_same(*paths)
    np.testing.assert_array_equal(paths[0]["scale"][1], params["scale"])


def test_several_optimizers(params, grads):
    def several(module):
        chosen = module.OptimizerMap(module.SGD(0.1, momentum=0.9))
        chosen["dense/.*"] = module.Adam(0.01, clipnorm=0.5, weight_decay=0.1)
        return module.MultiOptimizer(chosen, loss_scale_factor=4.0)

    expected = keras_path(several(keras.optimizers), params, grads)
    assert_same(path(several(optimizers), params, grads), expected)


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
        optimizers.SGD(0.01, gradient_accumulation_steps=2, use_ema=True, weight_decay=0.1),
        optimizers.LossScaleOptimizer(optimizers.Lamb(0.01, weight_decay=0.1)),
        optimizers.Adafactor(0.01),
        optimizers.Muon(0.01),
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

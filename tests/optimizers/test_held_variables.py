"""Optimizers in hand-written loops, in Keras's words."""

import copy

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import jaxkeras
from jaxkeras import optimizers

keras = pytest.importorskip("keras")

STEPS = 5
SHAPES = {"kernel": (4, 3), "bias": (3,)}
GRADS = [
    [np.random.default_rng(step).normal(size=shape).astype("float32") for shape in SHAPES.values()]
    for step in range(STEPS)
]


def variables(library):
    return [
        library.Variable(np.linspace(-1, 1, int(np.prod(shape))).reshape(shape), name=name)
        for name, shape in SHAPES.items()
    ]


def assert_close(ours, theirs):
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "make",
    [
        lambda api: api.SGD(0.1, momentum=0.9, clipnorm=1.0),
        lambda api: api.Adam(0.1, amsgrad=True, weight_decay=0.01),
        lambda api: api.Adafactor(0.1),
        lambda api: api.RMSprop(api.schedules.ExponentialDecay(0.1, 1, 0.5), use_ema=True),
    ],
    ids=["SGD", "Adam", "Adafactor", "RMSprop"],
)
def test_variables_walk_the_path_of_keras(make):
    ours, theirs = make(optimizers), make(keras.optimizers)
    own, others = variables(jaxkeras), variables(keras)
    for grads in GRADS:
        assert ours.apply_gradients(zip(grads, own, strict=True)) == ours.iterations
        theirs.apply_gradients(zip(map(jnp.asarray, grads), others, strict=True))
    assert ours.iterations == int(theirs.iterations) == STEPS
    assert_close([v.numpy() for v in own], [v.numpy() for v in others])
    assert_close(ours.get_weights(), [v.numpy() for v in theirs.variables])
    if ours.use_ema:
        ours.finalize_variable_values(own)
        theirs.finalize_variable_values(others)
        assert_close([v.numpy() for v in own], [v.numpy() for v in others])


def test_the_pure_step_is_the_step_in_place():
    own, twins = variables(jaxkeras), variables(jaxkeras)
    in_place, pure = (optimizers.Adam(0.1) for _ in range(2))
    pure.build(twins)
    assert [v.name for v in pure.variables[:4]] == [
        "iteration", "learning_rate", "kernel_momentum", "kernel_velocity"
    ]  # fmt: skip
    assert pure.variables[2].path == "adam/kernel_momentum"
    step = jax.jit(pure.stateless_apply)
    params, state = twins, pure.variables
    for grads in GRADS:
        in_place.apply(grads, own)
        params, state = step(state, grads, params)
    assert_close(params, [v.numpy() for v in own])
    assert_close(state, in_place.get_weights())
    np.testing.assert_allclose(twins[0].numpy(), variables(jaxkeras)[0].numpy())  # untouched
    pure.set_weights(state)
    assert pure.iterations == STEPS
    for variable, value in zip(twins, params, strict=True):
        variable.assign(value)
    in_place.apply(GRADS[0])
    pure.apply(GRADS[0])
    assert_close([v.numpy() for v in twins], [v.numpy() for v in own])


def test_a_whole_loop_of_pure_steps():
    layers = jaxkeras.layers
    model = jaxkeras.Sequential(
        [jaxkeras.Input((4,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)]
    )
    x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    y = x.sum(axis=1, keepdims=True)
    optimizer = optimizers.Adam(0.05)
    optimizer.build(model.trainable_variables)

    def loss_of(trainable, non_trainable):
        outputs, carried = model.stateless_call(trainable, non_trainable, x, training=True)
        return ((outputs - y) ** 2).mean(), carried

    @jax.jit
    def step(state):
        trainable, carried, kept = state
        (loss, carried), grads = jax.value_and_grad(loss_of, has_aux=True)(trainable, carried)
        trainable, kept = optimizer.stateless_apply(kept, grads, trainable)
        return loss, (trainable, carried, kept)

    groups = model.trainable_variables, model.non_trainable_variables, optimizer.variables
    first, state = step(groups)
    for _ in range(150):
        last, state = step(state)
    assert last < first / 50
    for group, values in zip(groups, state, strict=True):
        for variable, value in zip(group, values, strict=True):
            variable.assign(value)
    assert ((model(x) - y) ** 2).mean() < first / 20


def test_the_learning_rate_is_one_of_the_variables():
    weight = jaxkeras.Variable([0.0])
    optimizer = optimizers.SGD(0.5)
    optimizer.build([weight])
    optimizer.learning_rate = 0.25
    assert float(optimizer.variables[1]) == 0.25
    optimizer.variables[1].assign(2.0)
    optimizer.apply([jnp.ones(1)])
    assert (float(weight[0]), float(optimizer.learning_rate)) == (-2.0, 2.0)
    twin = copy.deepcopy(optimizer)
    twin.apply([jnp.ones(1)])
    assert (float(weight[0]), optimizer.iterations, twin.iterations) == (-2.0, 1, 2)


def test_the_order_of_pairs_and_constraints_of_weights():
    model = jaxkeras.Sequential(
        [jaxkeras.Input((2,)), jaxkeras.layers.Dense(1, kernel_constraint="non_neg", name="out")]
    )
    kernel, bias = model.trainable_variables
    optimizer = optimizers.SGD(1.0)
    optimizer.apply_gradients([(jnp.ones(1), bias), (10 * jnp.ones((2, 1)), kernel)])
    np.testing.assert_array_equal(kernel.numpy(), [[0.0], [0.0]])
    optimizer.apply_gradients([(-jnp.ones((2, 1)), kernel), (jnp.zeros(1), bias)])
    np.testing.assert_array_equal(kernel.numpy(), [[1.0], [1.0]])
    np.testing.assert_array_equal(bias.numpy(), [-1.0])
    assert optimizer.apply_gradients([]) == 2


def test_the_scale_of_the_loss_follows_the_variables():
    weight = jaxkeras.Variable([1.0, 2.0])
    optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(0.5), initial_scale=8.0)
    assert optimizer.scale_loss(1.0) == 8.0
    optimizer.build([weight])
    optimizer.apply([jnp.array([np.inf, 0.0])])
    assert float(optimizer.scale_loss(1.0)) == 4.0
    optimizer.apply([jnp.array([4.0, 8.0])])
    np.testing.assert_array_equal(weight.numpy(), [0.5, 1.0])


def test_a_transformation_of_optax_changes_variables_too():
    weight = jaxkeras.Variable([1.0])
    optimizer = optimizers.get(optax.sgd(0.5))
    assert [optimizer.apply_gradients([(jnp.ones(1), weight)]) for _ in range(2)] == [1, 2]
    np.testing.assert_array_equal(weight.numpy(), [0.0])


def test_an_optimizer_of_ones_own_changes_variables_too():
    class Momentum(optimizers.Optimizer):
        def build(self, variables):
            if self.built:
                return
            super().build(variables)
            self.momenta = [self.add_variable_from_reference(v, "momentum") for v in variables]

        def update_step(self, gradient, variable, learning_rate):
            momentum = self.momenta[self._get_variable_index(variable)]
            self.assign(momentum, 0.9 * momentum - learning_rate * gradient)
            self.assign_add(variable, momentum)

    own, twins = variables(jaxkeras), variables(jaxkeras)
    mine, reference = Momentum(0.1), optimizers.SGD(0.1, momentum=0.9)
    mine.build(own)
    for grads in GRADS:
        mine.apply(grads, own)
        reference.apply(grads, twins)
    assert_close([v.numpy() for v in own], [v.numpy() for v in twins])
    assert len(mine.variables) == 4


def test_weights_are_excluded_from_decay_by_themselves():
    model = jaxkeras.Sequential(
        [jaxkeras.Input((2,)), jaxkeras.Sequential([jaxkeras.layers.Dense(1, name="out")])]
    )
    kernel, bias = model.trainable_variables
    bias.assign([1.0])
    optimizer = optimizers.SGD(1.0, weight_decay=0.5)
    optimizer.exclude_from_weight_decay([bias])
    before = kernel.numpy()
    optimizer.apply_gradients([(jnp.zeros((2, 1)), kernel), (jnp.zeros(1), bias)])
    np.testing.assert_allclose(kernel.numpy(), before / 2)
    assert float(bias[0]) == 1.0
    with pytest.raises(ValueError, match="ends none of the parameters' paths"):
        optimizer.init({"hidden": {"kernel": jnp.ones(2)}})


@pytest.mark.parametrize(
    ("misuse", "error", "message"),
    [
        (lambda o, v: optimizers.SGD().variables, RuntimeError, "SGD 'sgd' holds no variables"),
        (lambda o, v: optimizers.SGD().apply([1.0]), RuntimeError, "optimizer.build"),
        (lambda o, v: o.apply([1.0]), ValueError, "2 variables, got 1 gradients"),
        (lambda o, v: o.apply([1.0], v[:1]), ValueError, "kernel, bias, got kernel"),
        (lambda o, v: o.apply([None, 1.0]), ValueError, "no gradient, but None, for kernel"),
        (lambda o, v: o.build([np.ones(2)]), TypeError, "Received: ndarray"),
        (lambda o, v: o.set_weights([1]), ValueError, "expected 2 variables"),
    ],
)
def test_misuse(misuse, error, message):
    optimizer, own = optimizers.SGD(0.1), variables(jaxkeras)
    optimizer.build(own)
    with pytest.raises(error, match=message):
        misuse(optimizer, own)

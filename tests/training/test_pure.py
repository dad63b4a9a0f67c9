"""A model as data and pure functions: JAX's own tools work on it, the live model stays as it is."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

import jaxkeras
from jaxkeras import Input, Sequential
from jaxkeras.layers import Dense, Dropout
from jaxkeras.training.pure import Structure

X = np.random.default_rng(1).normal(size=(32, 3)).astype("float32")
Y = np.tanh(X.sum(axis=1, keepdims=True))


def net(*more):
    return Sequential(
        [
            Input((3,)),
            Dense(6, activation="tanh", name="hidden"),
            *more,
            Dense(1, name="out"),
        ]
    )


def assert_same(a, b, **tolerance):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, **tolerance), a, b)


def test_parameters_are_named_by_layer_and_weight():
    pure = net(nnx.BatchNorm(6, rngs=nnx.Rngs(0)), Dropout(0.5, name="drop")).as_pure()
    shapes = jax.tree.map(jnp.shape, pure.params)
    assert shapes.pop("hidden") == {"kernel": (3, 6), "bias": (6,)}
    assert shapes.pop("out") == {"kernel": (6, 1), "bias": (1,)}
    assert list(shapes.values()) == [{"module": {"scale": (6,), "bias": (6,)}}]
    assert set(pure.state["drop"]["seed_generator"]) == {"key", "count"}
    assert pure.train_state is None and pure.train_step is None


def test_names_of_nested_models():
    inner = Sequential([Dense(2, name="dense")], name="inner")
    pure = Sequential([Input((3,)), inner]).as_pure()
    assert jax.tree.map(jnp.shape, pure.params) == {
        "inner": {"dense": {"bias": (2,), "kernel": (3, 2)}}
    }


def test_frozen_weights_belong_to_the_state():
    model = net()
    model.get_layer("hidden").trainable = False
    pure = model.as_pure()
    assert set(pure.params) == {"out"} and set(pure.state) == {"hidden"}


def test_apply_is_predict():
    model = net(Dropout(0.5, name="drop"))
    pure = model.as_pure()
    outputs, state = jax.jit(pure.apply)(pure.params, pure.state, X)
    np.testing.assert_allclose(outputs, model.predict(X, verbose=0), rtol=1e-6)
    assert state["drop"]["seed_generator"]["count"] == 0


def test_training_draws_from_the_state_and_moves_it_on():
    pure = net(Dropout(0.5)).as_pure()
    first, state = pure.apply(pure.params, pure.state, X, training=True)
    again, _ = pure.apply(pure.params, pure.state, X, training=True)
    second, _ = pure.apply(pure.params, state, X, training=True)
    np.testing.assert_array_equal(first, again)
    assert (first != second).any()


def test_a_training_loop_of_nothing_but_jax():
    model = net()
    pure = model.as_pure()
    before = model.get_weights()
    optimizer = optax.adam(0.02)

    @jax.jit
    def step(params, opt_state):
        def loss_of(params):
            outputs, _ = pure.apply(params, pure.state, X, training=True)
            return jnp.mean((outputs - Y) ** 2)

        loss, grads = jax.value_and_grad(loss_of)(params)
        updates, opt_state = optimizer.update(grads, opt_state)
        return optax.apply_updates(params, updates), opt_state, loss

    params, opt_state = pure.params, optimizer.init(pure.params)
    losses = []
    for _ in range(100):
        params, opt_state, loss = step(params, opt_state)
        losses.append(float(loss))
    assert losses[-1] < losses[0] / 10
    assert_same(model.get_weights(), before)


def test_the_gradient_is_the_slope():
    pure = net().as_pure()

    def loss_of(params):
        return jnp.sum(pure.apply(params, pure.state, X)[0] ** 2)

    grads = jax.grad(loss_of)(pure.params)
    direction = jax.tree.map(lambda g: jnp.sign(g) * 1e-3, grads)
    ahead, behind = (
        loss_of(jax.tree.map(lambda p, d, s=sign: p + s * d, pure.params, direction))
        for sign in (1, -1)
    )
    expected = float(optax.tree.vdot(grads, direction))
    assert float(ahead - behind) / 2 == pytest.approx(expected, rel=1e-2)


def test_an_ensemble_by_vmap():
    models = [net() for _ in range(3)]
    pures = [model.as_pure() for model in models]
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *[pure.params for pure in pures])
    apply = pures[0].apply
    outputs = jax.vmap(lambda params: apply(params, pures[0].state, X)[0])(stacked)
    assert outputs.shape == (3, 32, 1)
    for model, own in zip(models, outputs, strict=True):
        np.testing.assert_allclose(own, model.predict(X, verbose=0), rtol=1e-5, atol=1e-6)


def test_the_pure_step_is_that_of_fit_and_of_train_on_batch():
    def compiled():
        model = net(Dropout(0.3, seed=4))
        model.set_weights([np.full(w.shape, 0.1) for w in model.weights])
        model.compile(jaxkeras.optimizers.Adam(0.01), "mse", metrics=["mae"])
        return model

    by_fit, by_batch, live = compiled(), compiled(), compiled()
    by_fit.fit(X, Y, batch_size=32, epochs=5, shuffle=False, verbose=0)
    for _ in range(5):
        logs = by_batch.train_on_batch(X, Y, return_dict=True)
    pure = live.as_pure()
    before = live.get_weights()
    step, state = jax.jit(pure.train_step), pure.train_state
    for _ in range(5):
        state, pure_logs = step(state._replace(metrics=pure.train_state.metrics), (X, Y))
    assert int(state.step) == 5
    assert_same(by_fit.as_pure().params, state.params, rtol=1e-6)
    assert_same(by_batch.as_pure().params, state.params, rtol=1e-6)
    assert logs == {name: pytest.approx(float(pure_logs[name]), rel=1e-5) for name in logs}
    assert_same(live.get_weights(), before)


def test_the_pure_step_takes_sample_weights_and_runs_in_a_scan():
    model = net()
    model.compile("sgd", "mse")
    pure = model.as_pure()
    batches = (X.reshape(4, 8, 3), Y.reshape(4, 8, 1), np.ones((4, 8), "float32"))
    state, logs = jax.jit(lambda s, b: jax.lax.scan(pure.train_step, s, b))(
        pure.train_state, batches
    )
    assert logs["loss"].shape == (4,) and int(state.step) == 4
    model.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
    assert_same(model.as_pure().params, state.params, rtol=1e-5, atol=1e-7)


def test_what_is_handed_out_survives_training():
    model = net()
    model.compile("sgd", "mse")
    pure = model.as_pure()
    values = jax.tree.map(np.array, pure.params)
    model.fit(X, Y, epochs=2, verbose=0)
    assert_same(pure.params, values)


def test_a_model_without_weights_has_nothing_to_hand_out():
    with pytest.raises(ValueError, match="has no weights yet. Give it an Input"):
        Sequential([Dense(1)]).as_pure()


def test_structure_writes_back_what_it_reads():
    model = net()
    structure = Structure(model)
    doubled = jax.tree.map(lambda value: 2 * value, structure.params())
    before = model.get_weights()
    structure.write(doubled, structure.state())
    assert_same(model.get_weights(), [2 * value for value in before])
    assert_same(structure.params(), doubled)


def test_constraints_are_applied_to_the_weights_that_have_them():
    model = Sequential([Input((1,)), Dense(1, kernel_constraint="non_neg", name="out")])
    params = {"out": {"kernel": -jnp.ones((1, 1)), "bias": -jnp.ones(1)}}
    constrained = Structure(model).constrain(params)["out"]
    assert (constrained["kernel"].item(), constrained["bias"].item()) == (0, -1)

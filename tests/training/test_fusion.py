"""Several steps as one program: the same numbers, whatever their number."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import layers
from jaxkeras.callbacks import LambdaCallback
from jaxkeras.training.fusion import affordable_steps, count_operations, fuse

X = np.random.default_rng(0).normal(size=(52, 6, 6, 1)).astype("float32")
Y = (X.sum((1, 2, 3)) > 0).astype("int32")


def network():
    return jaxkeras.Sequential(
        [
            layers.Input((6, 6, 1)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(2, activation="softmax"),
        ]
    )


def trained(steps_per_execution, epochs=10, **arguments):
    """A model after epochs of 6 batches, of which the last is smaller, and its history."""
    jaxkeras.utils.set_random_seed(3)
    model = network()
    model.compile(
        jaxkeras.optimizers.Adam(0.01),
        "sparse_categorical_crossentropy",
        metrics=["acc"],
        steps_per_execution=steps_per_execution,
    )
    hist = model.fit(
        X, Y, batch_size=8, epochs=epochs, validation_split=0.1, verbose=0, **arguments
    )
    return model, hist.history


def test_every_number_of_steps_gives_the_same_numbers():
    model, reference = trained(1)
    fused, fused_history = trained(3)
    for size in (50, "auto"):
        other, history = trained(size)
        assert history == fused_history
        for mine, others in zip(fused.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_array_equal(mine, others)
    for name, values in reference.items():
        np.testing.assert_allclose(fused_history[name], values, rtol=1e-5, err_msg=name)
    for mine, others in zip(fused.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, others, rtol=1e-5, atol=1e-6)


def test_callbacks_are_called_after_each_program():
    seen = []
    watching = LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    trained(4, epochs=2, callbacks=[watching])
    assert seen == [3, 4, 5, 3, 4, 5]
    seen.clear()
    trained("auto", epochs=1, callbacks=[watching])
    assert seen == [0, 1, 2, 3, 4, 5]


def test_a_callback_that_only_reads_logs_sees_every_batch_too():
    model = jaxkeras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((20, 2), "float32")
    x[5] = np.nan  # in the second batch
    callback = jaxkeras.callbacks.TerminateOnNaN()
    model.fit(x, x[:, :1], batch_size=4, shuffle=False, verbose=0, callbacks=[callback])
    assert model.optimizer.iterations == 2


def test_an_epoch_may_end_within_the_data():
    _, whole = trained("auto", epochs=4)
    _, parts = trained("auto", epochs=8, steps_per_epoch=3, validation_freq=2)
    np.testing.assert_allclose(parts["val_loss"], whole["val_loss"], rtol=1e-6)


def test_a_shape_of_batches_is_traced_once():
    traces = []

    def counting(y_true, y_pred):
        traces.append(y_pred.shape)
        return jnp.mean((y_true - y_pred) ** 2, axis=-1)

    model = jaxkeras.Sequential([layers.Dense(1)])
    model.compile("sgd", counting)
    x, y = np.ones((23, 2)), np.ones((23, 1))
    for samples, size in [(23, 5), (15, 5), (8, 5)]:
        model.fit(x[:samples], y[:samples], batch_size=size, epochs=2, verbose=0)
    assert traces == [(5, 1), (3, 1)]


def test_the_old_state_is_given_away_and_the_live_model_is_not():
    model, _ = trained("auto", epochs=1)
    loop = model._require_loop()
    state, before = loop.begin(), model.get_weights()
    source = jaxkeras.training.data.make_source(X, Y, batch_size=8)
    run = loop._compile("train", source, fused=True)
    run(state, source.resident, np.zeros((2, 8), "int32"), 2)
    assert all(leaf.is_deleted() for leaf in jax.tree.leaves((state.params, state.opt_state)))
    for mine, others in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, others)


def test_steps_per_execution_is_a_whole_number():
    with pytest.raises(ValueError, match="steps_per_execution"):
        network().compile("sgd", "mse", steps_per_execution=0)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x, w: x @ w, 2 * 4 * 6 * 5),
        (lambda x, w: jnp.tanh(x), 24),
        (lambda x, w: jax.jit(lambda x: jax.lax.scan(lambda c, r: (c + r, c), x[0], x)[1])(x), 24),
        (lambda x, w: jax.lax.cond(x[0, 0] > 0, lambda: x @ w, lambda: x @ w * 2), 2 * 120 + 20),
        (
            lambda x, w: jax.lax.conv_general_dilated(
                x[None, :, :, None], w[:3, :3, None, None], (1, 1), "VALID",
                dimension_numbers=("NHWC", "HWIO", "NHWC"),
            ),
            2 * 2 * 4 * 9,
        ),
    ],
    ids=["product", "elements", "scan", "cond", "convolution"],
)  # fmt: skip
def test_operations_are_counted(function, expected):
    jaxpr = jax.make_jaxpr(function)(jnp.ones((4, 6)), jnp.ones((6, 5))).jaxpr
    assert expected <= count_operations(jaxpr) <= expected + 80


def test_a_step_that_changes_the_types_of_its_state_runs_alone():
    assert affordable_steps(lambda state: (state.astype("int32"), {}), jnp.ones(2)) == 1


def test_no_step_at_all():
    run = fuse(lambda state, x: (state + x, {"item": x}), lambda resident, item: resident[item])
    state, logs = run(jnp.ones(()), jnp.ones(3), jnp.zeros(3, int), 0)
    assert (state, logs["item"]) == (1, 0)

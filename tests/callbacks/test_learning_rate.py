"""`LearningRateScheduler` and `ReduceLROnPlateau`, compared with Keras."""

import itertools
import types

import jax.numpy as jnp
import numpy as np
import optax
import pytest

import jaxkeras
from jaxkeras.callbacks import History, LearningRateScheduler, ReduceLROnPlateau
from jaxkeras.layers import Dense
from jaxkeras.optimizers import schedules

keras = pytest.importorskip("keras")


def drive(module, callback, epochs):
    """The learning rates in the history, and the last one, of a fit with these logs."""
    model = types.SimpleNamespace(optimizer=types.SimpleNamespace(learning_rate=0.5))
    callbacks = module.CallbackList([callback], add_history=True, model=model)
    callbacks.on_train_begin()
    for epoch, logs in enumerate(epochs):
        callbacks.on_epoch_begin(epoch)
        callbacks.on_epoch_end(epoch, logs)
    history = next(c for c in callbacks.callbacks if isinstance(c, module.History))
    return history.history["learning_rate"], model.optimizer.learning_rate


@pytest.mark.parametrize("mode", ["auto", "min", "max"])
@pytest.mark.parametrize("min_lr", [0.0, 0.1])
def test_reduces_as_keras(mode, min_lr):
    generator = np.random.default_rng(0)
    reduced = set()
    for patience, cooldown, min_delta in itertools.product([0, 1, 3], [0, 2], [1e-4, 0.2]):
        epochs = [{"loss": float(np.float32(value))} for value in generator.random(15)]
        arguments = {
            "mode": mode,
            "min_lr": min_lr,
            "patience": patience,
            "cooldown": cooldown,
            "min_delta": min_delta,
        }
        results = [
            drive(module, module.ReduceLROnPlateau("loss", factor=0.5, **arguments), epochs)
            for module in (jaxkeras.callbacks, keras.callbacks)
        ]
        assert results[0] == results[1], arguments
        reduced.add(results[0][1])
    assert min(reduced) < 0.5 and (min_lr or len(reduced) > 4)


def test_reduction_waits_for_the_value():
    callback = ReduceLROnPlateau(patience=1)
    with pytest.warns(UserWarning, match="ReduceLROnPlateau waits for 'val_loss'"):
        rates, last = drive(jaxkeras.callbacks, callback, [{"loss": 1.0}] * 3)
    assert rates == [0.5] * 3 and last == 0.5


def test_reduction_message(capsys):
    callback = ReduceLROnPlateau("loss", patience=1, factor=0.5, verbose=1)
    drive(jaxkeras.callbacks, callback, [{"loss": 1.0}] * 2)
    out = capsys.readouterr().out
    assert out == "\nEpoch 2: ReduceLROnPlateau reduces the learning rate to 0.25.\n"


def test_first_name_of_min_delta():
    assert ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5


def test_factor_must_reduce():
    with pytest.raises(ValueError, match="less than 1. Received: factor=1.5"):
        ReduceLROnPlateau(factor=1.5)


@pytest.mark.parametrize(
    "schedule",
    [
        lambda epoch: 0.1 * 0.5**epoch,
        lambda epoch, lr: lr * 0.5,
        lambda epoch, lr=3.0: lr * 0.5,
        lambda *arguments: arguments[1] * 0.25,
        lambda epoch: np.float32(0.5),
    ],
)
def test_schedules_as_keras(schedule):
    results = [
        drive(module, module.LearningRateScheduler(schedule), [{"loss": 1.0}] * 4)
        for module in (jaxkeras.callbacks, keras.callbacks)
    ]
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-7)


@pytest.mark.parametrize(
    "schedule",
    [
        lambda epoch: jnp.float32(1.0),
        lambda epoch: np.array(1.0),
        lambda epoch: 1,
        schedules.ExponentialDecay(1.0, 10, 1.0),
    ],
)
def test_other_kinds_of_numbers_and_functions(schedule):
    rates, _ = drive(jaxkeras.callbacks, LearningRateScheduler(schedule), [{}, {}])
    assert rates == [1.0, 1.0]


@pytest.mark.parametrize("answer", [None, "0.1", True, [0.1], np.ones(1)])
def test_schedule_must_return_a_number(answer):
    with pytest.raises(ValueError, match="must return the learning rate.*Received: .* epoch 0"):
        drive(jaxkeras.callbacks, LearningRateScheduler(lambda epoch: answer), [{}])


def test_error_inside_a_schedule_is_shown():
    def schedule(epoch, lr):
        return epoch + "1"

    with pytest.raises(TypeError, match="unsupported operand"):
        drive(jaxkeras.callbacks, LearningRateScheduler(schedule), [{}])


def test_schedule_must_be_a_function():
    with pytest.raises(TypeError, match="expected a function.*Received: 0.1"):
        LearningRateScheduler(0.1)  # pyright: ignore


def test_schedule_message(capsys):
    drive(jaxkeras.callbacks, LearningRateScheduler(lambda epoch: 0.25, verbose=1), [{}])
    assert "Epoch 1: LearningRateScheduler sets the learning rate to 0.25." in (
        capsys.readouterr().out
    )


# Keras's own variables, as NumPy sees them
def test_fit_follows_the_schedule_as_keras():
    generator = np.random.default_rng(0)
    x = generator.random((24, 3), dtype="float32")
    y, kernel = x.sum(axis=1, keepdims=True), generator.random((3, 1), dtype="float32")
    results = []
    for module in (jaxkeras, keras):
        model = module.Sequential([module.Input((3,)), module.layers.Dense(1)])
        model.set_weights([kernel, np.zeros(1, "float32")])
        model.compile(module.optimizers.SGD(0.1), "mse")
        callbacks = [
            module.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 2 if epoch < 2 else lr),
            module.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1.0),
        ]
        history = model.fit(
            x, y, batch_size=8, epochs=4, shuffle=False, verbose=0, callbacks=callbacks
        )
        results.append((history.history, model.get_weights()))
    (ours, our_weights), (theirs, their_weights) = results
    assert ours["lr"] == ours["learning_rate"]
    for name in ("loss", "learning_rate"):
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-5)
    for mine, other in zip(our_weights, their_weights, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5)


def test_optimizer_with_a_schedule_of_its_own():
    model = jaxkeras.Sequential([Dense(1)])
    model.compile(jaxkeras.optimizers.SGD(schedules.ExponentialDecay(0.1, 10, 0.5)), "mse")
    x = np.ones((4, 2))
    with pytest.raises(TypeError, match="follows a schedule"):
        model.fit(x, x[:, :1], verbose=0, callbacks=LearningRateScheduler(lambda epoch: 0.1))


def test_optimizer_without_a_rate():
    model = jaxkeras.Sequential([Dense(1)])
    model.compile(optax.sgd(0.1), "mse")
    x = np.ones((4, 2))
    with pytest.raises(AttributeError, match="inject_hyperparams"):
        model.fit(x, x[:, :1], verbose=0, callbacks=LearningRateScheduler(lambda epoch: 0.1))


def test_history_knows_the_short_name():
    history = History()
    history.on_epoch_end(0, {"learning_rate": 0.1})
    assert history.history["lr"] == [0.1]

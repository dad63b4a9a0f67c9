"""The loop: one live model, callbacks that look and change, one seed, runs that go on."""

import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

import jaxkeras
from jaxkeras import Input, Sequential
from jaxkeras.callbacks import Callback, LambdaCallback
from jaxkeras.layers import Dense, Dropout

X = np.random.default_rng(2).normal(size=(20, 3)).astype("float32")
Y = np.random.default_rng(3).normal(size=(20, 1)).astype("float32")


def net(*more, optimizer="sgd", loss="mse"):
    model = Sequential([Input((3,)), Dense(4, activation="tanh"), *more, Dense(1)])
    model.compile(optimizer, loss)
    return model


def fit(model, **arguments):
    return model.fit(X, Y, **{"batch_size": 5, "verbose": 0, **arguments})


def assert_equal(first, second):
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def differ(first, second):
    return any((a != b).any() for a, b in zip(first, second, strict=True))


class Counted:
    """A loss that counts how often it is traced."""

    def __init__(self):
        self.traces = 0

    def __call__(self, y_true, y_pred):
        self.traces += 1
        return (y_true - y_pred) ** 2


class Batches(Callback):
    """The kernel of the first layer after every batch."""

    def on_train_begin(self, logs=None):
        self.kernels = []

    def on_train_batch_end(self, batch, logs=None):
        self.kernels.append(self.model.get_weights()[0])


# ---------------------------------------------------------------------- the live model


def test_weights_can_be_read_after_every_use():
    model = net()
    for use in (
        fit,
        lambda m: m.train_on_batch(X, Y),
        lambda m: m.evaluate(X, Y, verbose=0),
        lambda m: m.predict(X, verbose=0),
        fit,
    ):
        use(model)
        assert all(np.isfinite(value).all() for value in model.get_weights())
    assert model.optimizer.iterations == 9


def test_arrays_taken_from_the_model_survive_training():
    model = net()
    kernel = model.weights[0][...]
    value = np.array(kernel)
    fit(model, epochs=2)
    np.testing.assert_array_equal(kernel, value)
    assert (model.get_weights()[0] != value).any()


def test_a_callback_sees_the_weights_of_every_batch():
    watched, unwatched = net(), net()
    unwatched.set_weights(watched.get_weights())
    batches = Batches()
    fit(watched, callbacks=[batches], shuffle=False)
    fit(unwatched, shuffle=False)
    assert len(batches.kernels) == 4
    assert all((a != b).any() for a, b in zip(batches.kernels, batches.kernels[1:], strict=False))
    np.testing.assert_array_equal(batches.kernels[-1], watched.get_weights()[0])
    assert_equal(watched.get_weights(), unwatched.get_weights())


def test_a_callback_may_set_weights_and_learning_rate_without_a_new_trace():
    loss = Counted()
    model = net(loss=loss)
    zeros = [np.zeros(w.shape) for w in model.weights]
    seen = []

    class Changes(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(self.model.get_weights())
            if epoch == 0:
                self.model.set_weights(zeros)
                self.model.optimizer.learning_rate = 0.0
            if epoch == 2:
                self.model.optimizer.learning_rate = 0.5

    fit(model, epochs=1)
    traces = loss.traces
    fit(model, epochs=4, callbacks=[Changes()])
    assert loss.traces == traces
    assert differ(seen[0], zeros)
    assert_equal(seen[1], zeros)
    assert_equal(seen[2], zeros)
    assert differ(seen[3], zeros)


def test_a_callback_may_change_the_weights_of_the_next_batch():
    model = net(optimizer=jaxkeras.optimizers.SGD(0.0))
    ones = [np.ones(w.shape) for w in model.weights]

    class Sets(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.set_weights(ones)

    fit(model, callbacks=[Sets()])
    assert_equal(model.get_weights(), ones)


def test_nothing_is_traced_twice():
    loss = Counted()
    model = net(loss=loss)
    fit(model, epochs=2, validation_data=(X, Y))
    traces = loss.traces
    fit(model, epochs=3, validation_data=(X, Y))
    model.evaluate(X, Y, batch_size=5, verbose=0)
    assert loss.traces == traces


def test_compile_starts_the_optimizer_anew_and_keeps_the_weights():
    model = net(optimizer=jaxkeras.optimizers.SGD(0.1, momentum=0.9))
    fit(model)
    weights = model.get_weights()
    model.compile(jaxkeras.optimizers.SGD(0.0), "mae")
    fit(model)
    assert_equal(model.get_weights(), weights)


def test_stop_training_ends_the_run_after_the_batch_or_the_epoch():
    model = net()

    class Stops(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    history = fit(model, epochs=5, callbacks=[Stops()])
    assert history.epoch == [0] and model.optimizer.iterations == 2
    stop = LambdaCallback(
        on_epoch_end=lambda epoch, logs: setattr(model, "stop_training", epoch == 1)
    )
    assert fit(model, epochs=5, callbacks=[stop]).epoch == [0, 1]
    assert fit(model, epochs=2).epoch == [0, 1]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("hook", ["on_train_batch_end", "on_train_batch_begin", "on_epoch_end"])
def test_an_error_in_a_callback_leaves_a_model_that_works(error, hook):
    model = net(optimizer="adam")

    def raises(number, logs=None):
        if number == (1 if "batch" in hook else 0):
            raise error("stop")

    before = model.get_weights()
    with pytest.raises(error, match="stop"):
        fit(model, callbacks=[LambdaCallback(**{hook: raises})])
    reached = model.get_weights()
    assert differ(before, reached) and all(np.isfinite(value).all() for value in reached)
    done = {"on_train_batch_end": 2, "on_train_batch_begin": 1, "on_epoch_end": 4}[hook]
    assert model.optimizer.iterations == done
    fit(model)
    assert model.optimizer.iterations == done + 4 and differ(reached, model.get_weights())


def test_an_error_in_the_data_keeps_what_was_learned_so_far():
    def batches():
        yield X[:8], Y[:8]
        raise OSError("the disk is gone")

    model = net()
    before = model.get_weights()
    with pytest.raises(OSError, match="the disk is gone"):
        model.fit(batches(), verbose=0)
    assert model.optimizer.iterations == 1 and differ(before, model.get_weights())


def test_losses_and_metrics_of_an_epoch_are_floats_in_the_history():
    model = net()
    model.compile("sgd", "mse", metrics=["mae"])
    history = fit(model, epochs=2, validation_data=(X, Y)).history
    assert set(history) == {"loss", "mae", "val_loss", "val_mae"}
    assert all(type(value) is float for curve in history.values() for value in curve)


# ---------------------------------------------------------------------- one seed

PROGRAM = """
import hashlib, sys
import numpy as np
import jaxkeras

for seed in (jaxkeras.utils.set_random_seed, np.random.seed):
    seed(int(sys.argv[1]))
    layers = jaxkeras.layers
    model = jaxkeras.Sequential(
        [layers.Dense(5, activation="relu"), layers.Dropout(0.5), layers.Dense(1)])
    model.compile("adam", "mse")
    x, y = np.random.normal(size=(20, 3)), np.random.normal(size=20)
    losses = model.fit(x, y, epochs=2, batch_size=5, verbose=0).history["loss"]
    print(hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest(), losses)
"""


def test_a_seed_fixes_every_bit_of_a_run():
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, seed],
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        for seed in ("7", "7")
    ]
    first, second = (run.communicate()[0].splitlines() for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert len(first) == 2 and first == second
    assert first[0] == first[1]  # NumPy's seed alone does what set_random_seed does


def test_another_seed_is_another_run():
    def trained(seed):
        np.random.seed(seed)
        model = net(Dropout(0.5))
        model.set_weights([np.ones(w.shape) for w in model.weights])
        fit(model)
        return model.get_weights()

    assert differ(trained(7), trained(8))


class Order(Callback):
    """The order in which samples come in batches of one, told by the mean of their losses."""

    def __init__(self):
        super().__init__()
        self.totals = []

    def on_train_batch_end(self, batch, logs=None):
        self.totals.append(round(logs["loss"] * (batch + 1)))


def orders(model, *fits):
    """The order of samples 0 to 19, one row per epoch of every fit."""
    order = Order()
    for epochs in fits:
        x, y = np.zeros((20, 3)), np.arange(20.0)
        model.fit(x, y, batch_size=1, epochs=epochs, verbose=0, callbacks=[order])
    return np.diff(np.reshape(order.totals, (-1, 20)), axis=1, prepend=0).tolist()


def order_net():
    """Its outputs are zero and it learns nothing, so that the loss is the target."""
    model = Sequential([Input((3,)), Dense(1, kernel_initializer="zeros")])
    model.compile(jaxkeras.optimizers.SGD(0.0), "mae")
    return model


def test_no_two_epochs_and_no_two_fits_share_a_shuffle():
    rows = orders(order_net(), 2, 1)
    assert [sorted(row) for row in rows] == [list(range(20))] * 3
    assert len({tuple(row) for row in rows}) == 3


def test_two_models_do_not_share_a_shuffle_and_a_seed_repeats_it():
    first, second = (orders(order_net(), 1) for _ in range(2))
    assert first != second
    np.random.seed(0)
    assert orders(order_net(), 1) == first


def test_training_that_goes_on_is_training_that_never_stopped():
    def trained(*spans):
        np.random.seed(5)
        model = net(Dropout(0.5), optimizer="adam")
        losses = []
        for first, last in spans:
            losses += fit(model, initial_epoch=first, epochs=last).history["loss"]
        return losses, model.get_weights()

    losses, weights = trained((0, 5))
    split_losses, split_weights = trained((0, 2), (2, 5))
    assert len(losses) == 5 and losses == split_losses
    assert_equal(weights, split_weights)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copied_model_goes_on_where_the_first_stood(duplicate):
    model = net(Dropout(0.5), optimizer="adam")
    fit(model, epochs=2)
    twin = duplicate(model)
    assert_equal(twin.get_weights(), model.get_weights())
    before = model.get_weights()
    losses = fit(twin, initial_epoch=2, epochs=4).history["loss"]
    assert_equal(model.get_weights(), before)
    assert differ(twin.get_weights(), before)
    assert fit(model, initial_epoch=2, epochs=4).history["loss"] == losses
    assert_equal(twin.get_weights(), model.get_weights())

"""`EarlyStopping`: when it stops and which weights it restores, compared with Keras."""

import itertools

import numpy as np
import pytest

import jaxkeras
from jaxkeras.callbacks import CallbackList, EarlyStopping
from jaxkeras.layers import Dense

keras = pytest.importorskip("keras")


class FakeModel:
    """A model whose only weight is the number of the epoch."""

    stop_training = False

    def __init__(self):
        self.weights = [np.array(-1)]

    def get_weights(self):
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights):
        self.weights = weights


def drive(module, values, first_epoch=0, **arguments):
    """What a fit with these values of the loss comes to."""
    model = FakeModel()
    callback = module.EarlyStopping("loss", **arguments)
    callbacks = module.CallbackList([callback], model=model)
    callbacks.on_train_begin()
    epochs = []
    for epoch, value in enumerate(values, first_epoch):
        epochs.append(epoch)
        model.weights = [np.array(epoch)]
        callbacks.on_epoch_end(epoch, {"loss": value})
        if model.stop_training:
            break
    callbacks.on_train_end()
    best = None if callback.best is None else float(callback.best)
    return (
        epochs,
        callback.stopped_epoch,
        callback.best_epoch,
        best,
        callback.wait,
        model.weights[0].item(),
    )


@pytest.mark.parametrize("mode", ["auto", "min", "max"])
@pytest.mark.parametrize("restore", [False, True])
@pytest.mark.parametrize("baseline", [None, 0.5])
def test_stops_and_restores_as_keras(mode, restore, baseline):
    generator = np.random.default_rng(0)
    stopped = 0
    for patience, min_delta, start in itertools.product([0, 1, 3], [0, 0.1, -0.1], [0, 2]):
        values = [float(np.float32(value)) for value in generator.random(12)]
        arguments = {
            "mode": mode,
            "restore_best_weights": restore,
            "baseline": baseline,
            "patience": patience,
            "min_delta": min_delta,
            "start_from_epoch": start,
        }
        ours = drive(jaxkeras.callbacks, values, **arguments)
        assert ours == drive(keras.callbacks, values, **arguments), arguments
        stopped += len(ours[0]) < len(values)
    assert stopped > 9


@pytest.mark.parametrize(
    "values", [[0.5] * 5, [float("nan")] * 5, [1.0, float("nan"), 0.5, 0.6, 0.7], [1.0]]
)
@pytest.mark.parametrize("first_epoch", [0, 7])
def test_odd_sequences_as_keras(values, first_epoch):
    for patience in (0, 2):
        arguments = {"patience": patience, "restore_best_weights": True}
        ours = drive(jaxkeras.callbacks, values, first_epoch, **arguments)
        np.testing.assert_equal(ours, drive(keras.callbacks, values, first_epoch, **arguments))


def test_a_value_that_comes_every_other_epoch():
    model = FakeModel()
    callbacks = CallbackList(EarlyStopping(patience=2), model=model)
    callbacks.on_train_begin()
    for epoch, value in enumerate([1.0, 0.5, 0.6, 0.7]):
        with pytest.warns(UserWarning, match="waits for 'val_loss'"):
            callbacks.on_epoch_end(2 * epoch, {"loss": 1.0})
        assert not model.stop_training
        callbacks.on_epoch_end(2 * epoch + 1, {"loss": 1.0, "val_loss": value})
    assert model.stop_training


def test_messages(capsys):
    drive(jaxkeras.callbacks, [0.5, 1.0, 1.0], restore_best_weights=True, verbose=1)
    assert capsys.readouterr().out == (
        "Epoch 2: early stopping\nThe model has the weights of its best epoch again: 1.\n"
    )
    drive(jaxkeras.callbacks, [1.0, 0.5], verbose=1)
    assert capsys.readouterr().out == ""


def test_can_be_used_again():
    callback = EarlyStopping("loss", patience=1)
    for _ in range(2):
        model = FakeModel()
        callbacks = CallbackList(callback, model=model)
        callbacks.on_train_begin()
        assert callback.best is None
        for epoch in range(3):
            assert not model.stop_training
            callbacks.on_epoch_end(epoch, {"loss": 1.0})
            if model.stop_training:
                break
        assert callback.stopped_epoch == 1


def test_configuration():
    callback = EarlyStopping("val_acc", patience=3)
    assert callback.get_config() == keras_arguments(EarlyStopping) | {
        "monitor": "val_acc",
        "patience": 3,
    }
    assert EarlyStopping.from_config(callback.get_config()).patience == 3


def keras_arguments(kind):
    """The arguments of the class of this name in Keras, with their defaults."""
    import inspect

    theirs = getattr(keras.callbacks, kind.__name__)
    parameters = list(inspect.signature(theirs.__init__).parameters.values())[1:]
    return {p.name: p.default for p in parameters}


def test_fit_ends_with_the_best_weights():
    x = np.linspace(-1, 1, 32, dtype="float32")[:, None]
    y = (x > 0).astype("int32")
    model = jaxkeras.Sequential([Dense(1, activation="sigmoid")])
    model.compile(jaxkeras.optimizers.SGD(0.5), "binary_crossentropy", ["accuracy"])
    seen = []
    recorder = jaxkeras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(model.get_weights())
    )
    stop = EarlyStopping("val_acc", patience=1, restore_best_weights=True, min_delta=2.0)
    history = model.fit(
        x, y, epochs=5, callbacks=[stop, recorder], validation_data=(x, y), verbose=0
    )
    assert history.epoch == [0, 1]
    np.testing.assert_array_equal(model.get_weights()[0], seen[0][0])
    assert not np.array_equal(seen[0][0], seen[1][0])
    assert model.evaluate(x, y, verbose=0)[1] == stop.best

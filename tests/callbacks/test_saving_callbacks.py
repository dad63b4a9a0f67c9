"""The callbacks that write files, and the one that swaps weights."""

import functools
import os
import re

import numpy as np
import pytest

import jaxkeras
from jaxkeras import callbacks, layers, optimizers
from jaxkeras.models import load_model

keras = pytest.importorskip("keras")

_X = np.random.RandomState(1).normal(size=(10, 3)).astype("float32")
_Y = np.random.RandomState(2).normal(size=(10, 1)).astype("float32")


class _Saved:
    """Stands for a model: notes what is asked of it."""

    metrics = ()
    optimizer = None

    def __init__(self):
        self.paths = []

    def save(self, path, overwrite=True):
        self.paths.append(path)

    save_weights = save


def _paths(library, filepath, logs, **arguments):
    """What ModelCheckpoint saves while these values come up, in epochs of 3 batches."""
    model = _Saved()
    callback = library.callbacks.ModelCheckpoint(filepath, **arguments)
    callback.set_model(model)
    for epoch, values in enumerate(logs):
        callback.on_epoch_begin(epoch)
        for batch in range(3):
            callback.on_train_batch_end(batch, values)
        callback.on_epoch_end(epoch, values)
    return model.paths


_LOGS = [{"loss": 0.5, "val_loss": v, "val_accuracy": 1 - v} for v in (0.5, 0.75, 0.25, 0.25)]


@pytest.mark.parametrize(
    ("filepath", "arguments"),
    [
        ("{epoch:02d}-{val_loss:.2f}.keras", {}),
        ("best.h5", {"save_best_only": True}),
        ("{epoch}.keras", {"monitor": "val_accuracy", "mode": "max", "save_best_only": True}),
        ("{epoch}.keras", {"save_best_only": True, "initial_value_threshold": 0.3}),
        ("{epoch}.keras", {"monitor": "val_accuracy", "mode": "min", "save_best_only": True}),
        ("{epoch}.weights.h5", {"save_weights_only": True}),
        ("{epoch}-{batch}.keras", {"save_freq": 2}),
        ("{epoch}-{batch}.keras", {"save_freq": 4, "save_best_only": True, "mode": "min"}),
    ],
)
def test_checkpoints_are_named_and_chosen_as_in_keras(tmp_path, filepath, arguments):
    filepath = str(tmp_path / filepath)
    expected = _paths(keras, filepath, _LOGS, **arguments)
    assert expected
    assert _paths(jaxkeras, filepath, _LOGS, **arguments) == expected


def test_checkpoint_messages(capsys):
    assert len(_paths(jaxkeras, "x.keras", _LOGS, save_best_only=True, verbose=1)) == 2
    printed = capsys.readouterr().out
    assert "Epoch 2: val_loss did not improve from 0.50000" in printed
    assert "Epoch 3: val_loss improved from 0.50000 to 0.25000" in printed
    assert "Epoch 3: saving model to x.keras" in printed
    with pytest.warns(UserWarning, match="waits for 'val_mae', which is not in the logs"):
        assert len(_paths(jaxkeras, "x.keras", _LOGS, monitor="val_mae", save_best_only=True)) == 4
    with pytest.raises(KeyError, match=r"cannot fill in \{val_los\}.*Did you mean 'val_loss'"):
        _paths(jaxkeras, "{val_los}.keras", _LOGS)
    assert _paths(jaxkeras, "{val_acc}.keras", _LOGS[:1]) == ["0.5.keras"]
    assert len(_paths(jaxkeras, "{epoch}.keras", _LOGS, period=2)) == 2
    with pytest.raises(ValueError, match="save_weights_only=True expected .* '.weights.h5'"):
        callbacks.ModelCheckpoint("x.keras", save_weights_only=True)
    with pytest.raises(ValueError, match="'.keras'. Received: checkpoint"):
        callbacks.ModelCheckpoint("checkpoint")
    for wrong in ("batch", 0, True, 1.5):
        with pytest.raises(ValueError, match="save_freq='epoch' or a number of batches"):
            callbacks.ModelCheckpoint("x.keras", save_freq=wrong)


def _model(optimizer="adam"):
    model = jaxkeras.Sequential(
        [jaxkeras.Input((3,)), layers.Dense(4), layers.Dropout(0.5), layers.Dense(1)]
    )
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def _fit(model, *others, epochs=3, **arguments):
    return model.fit(
        _X, _Y, batch_size=4, epochs=epochs, callbacks=list(others), verbose=0, **arguments
    )


def _crash_at(epoch, batch):
    class Crash(callbacks.Callback):
        def on_epoch_begin(self, number, logs=None):
            self.now = number

        def on_train_batch_begin(self, number, logs=None):
            if (self.now, number) == (epoch, batch):
                raise KeyboardInterrupt

    return Crash()


def test_the_saved_model_is_the_model_of_its_epoch(tmp_path):
    model = _model()
    save = callbacks.ModelCheckpoint(
        tmp_path / "{epoch}.keras", monitor="loss", save_best_only=False
    )
    history = _fit(model, save, epochs=2).history
    assert sorted(os.listdir(tmp_path)) == ["1.keras", "2.keras"]
    twin = load_model(tmp_path / "1.keras")
    assert _fit(twin, epochs=2, initial_epoch=1).history["loss"] == history["loss"][1:]
    np.testing.assert_array_equal(twin.get_weights()[0], model.get_weights()[0])


def _train(*others, **arguments):
    """A run that is the same every time, however the callbacks break it off."""
    np.random.seed(3)
    model = _model()
    return model, _fit(model, *others, **arguments)


@functools.cache
def _unbroken(steps_per_epoch):
    watching = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)
    return _train(watching, steps_per_epoch=steps_per_epoch)


@pytest.mark.parametrize(
    ("save_freq", "crash", "steps_per_epoch"),
    [
        ("epoch", (2, 1), None),
        (2, (1, 1), None),  # saved after batch 0 of epoch 1
        (3, (1, 0), None),  # saved after the last batch of epoch 0, before its end is noted
        ("epoch", (2, 0), 2),  # one pass over the data runs through epochs
    ],
)
def test_training_goes_on_bit_for_bit_after_a_crash(tmp_path, save_freq, crash, steps_per_epoch):
    whole, expected = _unbroken(steps_per_epoch)
    folder = tmp_path / "backup"
    backup = callbacks.BackupAndRestore(folder, save_freq)
    with pytest.raises(KeyboardInterrupt):
        _train(backup, _crash_at(*crash), steps_per_epoch=steps_per_epoch)
    assert os.listdir(folder) == ["latest.weights.h5"]
    np.random.seed(5)
    model = _model()
    history = _fit(
        model, callbacks.BackupAndRestore(folder, save_freq), steps_per_epoch=steps_per_epoch
    )
    for mine, other in zip(model.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    for name, values in history.history.items():
        assert values == expected.history[name][history.epoch[0] :]
    assert history.epoch[-1] == 2
    assert not folder.exists()


def test_a_damaged_backup_falls_back_on_the_one_before(tmp_path):
    model = _model()
    backup = callbacks.BackupAndRestore(tmp_path, double_checkpoint=True, delete_checkpoint=False)
    _fit(model, backup)
    latest = tmp_path / "latest.weights.h5"
    assert sorted(os.listdir(tmp_path)) == ["latest.weights.h5", "latest.weights.h5.bkp"]
    latest.write_bytes(latest.read_bytes()[:-100])
    assert _fit(_model(), backup).epoch == [2]
    (tmp_path / "latest.weights.h5.bkp").unlink()
    latest.write_bytes(b"")
    with pytest.raises(ValueError, match=re.escape(str(latest))):
        _fit(_model(), backup)
    with pytest.raises(ValueError, match="expected a folder as backup_dir"):
        callbacks.BackupAndRestore("")


def test_orbax_keeps_the_latest_checkpoints_and_all_of_the_state(tmp_path):
    model = _model()
    save = callbacks.OrbaxCheckpoint(tmp_path, max_to_keep=2)
    history = _fit(model, save).history
    assert sorted(name for name in os.listdir(tmp_path) if name.isdigit()) == ["1", "2"]
    twin = load_model(tmp_path / "1")
    assert _fit(twin, initial_epoch=2).history["loss"] == history["loss"][2:]
    fresh = _model()
    fresh.load_weights(tmp_path)
    np.testing.assert_array_equal(fresh.get_weights()[0], model.get_weights()[0])
    assert fresh.optimizer.iterations == 0

    weights = callbacks.OrbaxCheckpoint(
        tmp_path / "w",
        save_freq=2,
        save_weights_only=True,
        max_to_keep=None,
        save_on_background=False,
    )
    _fit(model, weights, epochs=1)
    assert sorted(name for name in os.listdir(tmp_path / "w") if name.isdigit()) == ["11"]
    with pytest.raises(ValueError, match="holds weights, but no model"):
        load_model(tmp_path / "w")


def test_evaluation_uses_the_average_and_training_its_own_weights(tmp_path):
    def train(library):
        sgd = library.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
        model = library.Sequential([library.Input((3,)), library.layers.Dense(1)])
        model.set_weights([np.ones((3, 1)), np.zeros(1)])
        model.compile(sgd, "mse")
        swap = library.callbacks.SwapEMAWeights()
        history = model.fit(
            _X, _Y, epochs=3, validation_data=(_X, _Y), callbacks=[swap], shuffle=False, verbose=0
        )
        return history.history, model.get_weights(), model

    (mine, weights, model), (theirs, reference, _) = train(jaxkeras), train(keras)
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(mine[name], theirs[name], rtol=1e-4)
    for own, other in zip(weights, reference, strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-4)

    averages, lasts = [], []
    swap = callbacks.SwapEMAWeights(swap_on_epoch=True)
    look = callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: averages.append(model.get_weights()[0]),
        on_epoch_begin=lambda epoch, logs: lasts.append(model.get_weights()[0]),
    )
    model.fit(_X, _Y, epochs=3, callbacks=[swap, look], verbose=0)
    np.testing.assert_array_equal(averages[-1], model.get_weights()[0])
    assert not np.array_equal(averages[0], lasts[1])

    plain = _model(optimizers.SGD(0.1))
    with pytest.raises(ValueError, match="has no averaged weights.*use_ema=True"):
        _fit(plain, callbacks.SwapEMAWeights(), epochs=1, validation_data=(_X, _Y))

"""`TerminateOnNaN` ends training where Keras does."""

import types

import numpy as np
import pytest

import jaxkeras
from jaxkeras.callbacks import TerminateOnNaN
from jaxkeras.layers import Dense

keras = pytest.importorskip("keras")


@pytest.mark.parametrize("loss", [0.5, float("nan"), float("inf"), -float("inf"), None])
def test_stops_as_keras(loss, capsys):
    stopped = []
    for kind in (TerminateOnNaN, keras.callbacks.TerminateOnNaN):
        callback = kind()
        callback.set_model(types.SimpleNamespace(stop_training=False))
        callback.on_train_batch_end(3, {} if loss is None else {"loss": loss})
        stopped.append(callback.model.stop_training)
        assert bool(capsys.readouterr().out) == stopped[-1]
    assert stopped[0] == stopped[1]


def test_error():
    with pytest.raises(RuntimeError, match="loss is nan after batch 3"):
        TerminateOnNaN(raise_error=True).on_train_batch_end(3, {"loss": float("nan")})


def test_fit_ends_within_the_epoch(capsys):
    x = np.ones((6, 1), "float32")
    x[3] = np.nan
    model = jaxkeras.Sequential([Dense(1)])
    model.compile("sgd", "mse")
    batches = []
    counter = jaxkeras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: batches.append(batch)
    )
    callbacks = [TerminateOnNaN(), counter]
    options = {"batch_size": 1, "epochs": 3, "shuffle": False, "verbose": 0}
    history = model.fit(x, np.ones((6, 1)), callbacks=callbacks, **options)
    assert batches == [0, 1, 2, 3]
    assert history.epoch == [0] and np.isnan(history.history["loss"][0])
    assert "Batch 3: the loss is nan" in capsys.readouterr().out

"""Where the time went: the parts are told apart, add up, and end in advice."""

import re
import time

import jax
import numpy as np
import pytest

import jaxkeras
from jaxkeras.callbacks import CallbackList, EpochTime, LambdaCallback, Timing
from jaxkeras.utils import PyDataset

X, Y = np.ones((32, 4), "float32"), np.ones((32, 1), "float32")


class Slow(PyDataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        time.sleep(0.05)
        return X[8 * index :][:8], Y[8 * index :][:8]


@pytest.fixture(scope="module")
def model():
    model = jaxkeras.Sequential([jaxkeras.Input((4,)), jaxkeras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_the_parts_are_told_apart_and_add_up(model):
    begun, lasted = [], []
    clock = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: begun.append(time.perf_counter()),
        on_epoch_end=lambda epoch, logs: lasted.append(time.perf_counter() - begun[-1]),
    )
    arguments = {"epochs": 3, "verbose": 0, "callbacks": [clock], "validation_data": (X, Y)}
    timing = model.fit(Slow(), profile=True, **arguments).timing
    first, *later = timing.epochs
    assert len(later) == 2 and first.compile > 0.02 and min(first) >= 0
    for each, seconds in zip(later, lasted[1:], strict=True):
        assert each.total == pytest.approx(seconds, rel=0.2, abs=0.1)
        assert each.compile < 0.02 and each.data >= 0.2 and each.data > each.callbacks
    assert timing.total.total == pytest.approx(sum(each.total for each in timing.epochs))
    assert "data" in timing.advice and "workers=4" in timing.advice
    assert repr(timing).startswith("                  compile       data       step")

    slow = LambdaCallback(on_epoch_end=lambda epoch, logs: time.sleep(0.1))
    timing = model.fit(X, Y, epochs=2, verbose=0, callbacks=slow, profile=True).timing
    assert timing.epochs[1].callbacks >= 0.1 and timing.advice.startswith("callbacks ")


def test_a_profile_changes_no_number_and_leaves_nothing_behind(model, monkeypatch):
    listening = []
    monitoring = jax.monitoring
    add, remove = (
        monitoring.register_event_duration_secs_listener,
        monitoring.unregister_event_duration_listener,
    )
    monkeypatch.setattr(
        monitoring,
        "register_event_duration_secs_listener",
        lambda call: (listening.append(call), add(call)),
    )
    monkeypatch.setattr(
        monitoring,
        "unregister_event_duration_listener",
        lambda call: (listening.remove(call), remove(call)),
    )
    losses = []
    for profile in (False, True):
        model.set_weights([np.zeros((4, 1)), np.zeros(1)])
        history = model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0, profile=profile)
        losses.append(history.history["loss"])
        assert (history.timing is not None) == profile
        assert listening == []
    assert losses[0] == losses[1]

    def fail(batch, logs):
        assert len(listening) == 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        model.fit(X, Y, callbacks=LambdaCallback(on_batch_end=fail), verbose=0, profile=True)
    assert listening == []
    CallbackList().close()


@pytest.mark.parametrize(
    ("epochs", "said"),
    [
        ([], "No epoch was timed."),
        ([EpochTime(9, 1, 1, 0)] + [EpochTime(1, 1, 1, 0)] * 2, "compile 33% after the first"),
        ([EpochTime(9, 2, 1, 0)], "data 67%: the pipeline is slow"),
        ([EpochTime(1, 0, 1, 1)] * 2, "compile 33% after the first"),
        ([EpochTime(9, 0, 1, 1)], "callbacks 50%: training waits"),
        ([EpochTime(9, 0, 4, 0)] + [EpochTime(0, 0, 1, 0)] * 2, "step 100%.*\n* Of all time 60%"),
        ([EpochTime(0, 1, 9, 0)] * 8, "step 90%: the device is busy, as it should be.$"),
    ],
)
def test_advice(epochs, said):
    timing = Timing(epochs)
    assert re.match(said, timing.advice)
    assert repr(timing).endswith(timing.advice)
    assert max(map(len, repr(timing).splitlines())) < 90
    assert ("7 more, each" in repr(timing)) == (len(epochs) == 8)

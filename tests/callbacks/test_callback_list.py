"""Order, dispatch and the transfer of logs in `CallbackList`."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras.callbacks import (
    Callback,
    CallbackList,
    History,
    LambdaCallback,
    ProgbarLogger,
    TerminateOnNaN,
    callback_list,
)

HOOKS = [name for name in vars(Callback) if name.startswith("on_")]
LOGS = {"loss": jnp.float32(0.5), "accuracy": jnp.float32(0.25)}


def recorder(base, calls, name="recorder"):
    """An object of a subclass of `base` that records every call of a hook."""

    def hook(hook_name):
        def method(self, *arguments, **keywords):
            calls.append((name, hook_name, *arguments, *keywords.values()))

        return method

    return type("Recorder", (base,), {hook_name: hook(hook_name) for hook_name in HOOKS})()


@pytest.fixture
def transfers(monkeypatch):
    """What was fetched from the device."""
    fetched = []

    def device_get(values):
        fetched.append(values)
        return jax.device_get(values)

    monkeypatch.setattr(callback_list, "jax", type("jax", (), {"device_get": device_get}))
    return fetched


def test_calls_are_those_of_keras():
    keras = pytest.importorskip("keras")
    calls = {"ours": [], "theirs": []}
    ours = CallbackList([recorder(Callback, calls["ours"], name) for name in "ab"])
    theirs = keras.callbacks.CallbackList(
        [recorder(keras.callbacks.Callback, calls["theirs"], name) for name in "ab"]
    )
    for callbacks in (ours, theirs):
        callbacks.on_train_begin()
        callbacks.on_epoch_begin(0)
        callbacks.on_train_batch_begin(0)
        callbacks.on_train_batch_end(0, LOGS)
        callbacks.on_batch_begin(1)
        callbacks.on_batch_end(1, LOGS)
        callbacks.on_test_begin({})
        callbacks.on_test_batch_begin(0)
        callbacks.on_test_batch_end(0, {"loss": np.float64(2)})
        callbacks.on_test_end(LOGS)
        callbacks.on_epoch_end(0, {"loss": 1, "done": True})
        callbacks.on_train_end(LOGS)
        callbacks.on_predict_begin()
        callbacks.on_predict_batch_begin(0)
        callbacks.on_predict_batch_end(0, {"outputs": None})
        callbacks.on_predict_end()
    assert len(calls["ours"]) == 2 * 16
    assert calls["ours"] == calls["theirs"]


def test_history_and_progress_bar_come_last():
    first = Callback()
    callbacks = CallbackList([first], add_history=True, add_progbar=True)
    assert [type(c) for c in callbacks.callbacks] == [Callback, History, ProgbarLogger]
    assert callbacks.callbacks[0] is first
    assert callbacks.history is callbacks.callbacks[1]


def test_given_history_and_progress_bar_are_used():
    history, bar, other = History(), ProgbarLogger(), Callback()
    callbacks = CallbackList([history, bar, other], add_history=True, add_progbar=True)
    assert callbacks.callbacks == [history, bar, other]
    assert callbacks.history is history


def test_without_history():
    assert CallbackList([Callback()]).history is None


def test_nested_single_and_no_callbacks():
    a, b, c = Callback(), Callback(), Callback()
    assert CallbackList([a, (b, [c])]).callbacks == [a, b, c]
    assert CallbackList(a).callbacks == [a]
    assert CallbackList([CallbackList([a, b]), c]).callbacks == [a, b, c]
    assert CallbackList().callbacks == []


def test_model_and_params_reach_every_callback():
    a, b = Callback(), Callback()
    CallbackList([a, b], model="model", epochs=3, steps=None, verbose=0)
    for callback in (a, b):
        assert callback.model == "model"
        assert callback.params == {"epochs": 3, "steps": None, "verbose": 0}


def test_later_callbacks_see_changed_logs():
    def change(epoch, logs):
        logs["learning_rate"] = 0.1
        logs["loss"] *= 2

    callbacks = CallbackList(LambdaCallback(on_epoch_end=change), add_history=True)
    callbacks.on_train_begin()
    logs = {"loss": 0.5}
    callbacks.on_epoch_end(0, logs)
    assert callbacks.history is not None
    assert callbacks.history.history == {"loss": [1.0], "learning_rate": [0.1]}
    assert logs == {"loss": 0.5}


class Base(Callback):
    def on_batch_begin(self, batch, logs=None):
        pass


class Derived(Base):
    pass


class LouderBar(ProgbarLogger):
    def on_test_batch_end(self, batch, logs=None):
        pass


@pytest.mark.parametrize(
    ("callback", "modes"),
    [
        (Callback(), []),
        (History(), []),
        (ProgbarLogger(), []),
        (LouderBar(), ["test"]),
        (TerminateOnNaN(), []),
        (Derived(), ["train"]),
        (LambdaCallback(on_epoch_end=print), []),
        (LambdaCallback(on_batch_end=print), ["train"]),
        (LambdaCallback(on_train_batch_begin=print), ["train"]),
        (LambdaCallback(on_test_batch_end=print), ["test"]),
        (LambdaCallback(on_predict_batch_begin=print), ["predict"]),
    ],
)
def test_wants_batches(callback, modes):
    callbacks = CallbackList([Callback(), callback], add_history=True, add_progbar=True)
    assert [m for m in ("train", "test", "predict") if callbacks.wants_batches(m)] == modes


def test_logs_stay_on_the_device_while_nobody_wants_them(transfers):
    callbacks = CallbackList(
        [Callback(), LambdaCallback(on_epoch_end=print, on_test_batch_end=print)],
        add_history=True,
    )
    callbacks.on_train_batch_begin(0)
    callbacks.on_train_batch_end(0, LOGS)
    callbacks.on_predict_batch_end(0, LOGS)
    assert transfers == []


def test_logs_are_fetched_once_for_all_callbacks(transfers):
    seen = []
    callback = LambdaCallback(on_batch_end=lambda batch, logs: seen.append((batch, logs)))
    CallbackList([callback, callback, callback]).on_train_batch_end(19, LOGS)
    assert transfers == [LOGS]
    assert seen == [(19, {"accuracy": 0.25, "loss": 0.5})] * 3
    assert list(seen[0][1]) == ["accuracy", "loss"]
    assert {type(value) for value in seen[0][1].values()} == {float}


def test_progress_bar_receives_device_values():
    seen = {}
    bar = ProgbarLogger()
    bar._advance = lambda batch, logs: seen.update(logs)
    callback = LambdaCallback(on_batch_end=lambda batch, logs: logs.clear())
    CallbackList([callback, bar]).on_train_batch_end(0, LOGS)
    assert seen["loss"] is LOGS["loss"]


def test_predictions_arrive_as_numpy_arrays():
    seen = []
    callback = LambdaCallback(on_predict_batch_end=lambda batch, logs: seen.append(logs))
    CallbackList([callback]).on_predict_batch_end(0, {"outputs": jnp.ones((2, 3))})
    assert type(seen[0]["outputs"]) is np.ndarray
    assert seen[0]["outputs"].shape == (2, 3)


@pytest.mark.parametrize("value", ["warm-up", None, [1.0, 2.0]])
def test_logs_that_are_no_numbers_pass(value):
    seen = []
    callback = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs))
    CallbackList([callback]).on_epoch_end(0, {"note": value})
    assert seen == [{"note": value}]


class Stranger:
    pass


ForeignCallback = type("EarlyStopping", (type("Callback", (), {"__module__": "keras.src"}),), {})
ForeignCallback.__module__ = "keras.src.callbacks"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (History, r"Received: <class .*History'>.* Make an object of the class: History\(\)"),
        (print, r"Received: <built-in function print>.*LambdaCallback\(on_epoch_end="),
        (Stranger(), "Stranger.* Derive the class from jaxkeras.callbacks.Callback"),
        (Stranger, "Derive the class from jaxkeras.callbacks.Callback"),
        (ForeignCallback, "comes from keras; take the one of the same name in jaxkeras"),
        (ForeignCallback(), "comes from keras; take the one of the same name in jaxkeras"),
        ("EarlyStopping", "Received: 'EarlyStopping' of type str"),
    ],
)
def test_what_is_no_callback_is_refused(wrong, message):
    with pytest.raises(TypeError, match=message):
        CallbackList([Callback(), wrong])


def test_logs_are_found_under_their_older_names():
    seen = []

    class Watch(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((logs.get("acc"), logs["val_acc"], "acc" in logs, logs.get("mse")))

    CallbackList([Watch()]).on_epoch_end(0, {"accuracy": 0.5, "val_accuracy": 0.25})
    assert seen == [(0.5, 0.25, True, None)]

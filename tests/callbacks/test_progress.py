"""What `ProgbarLogger` prints in `fit`, `evaluate` and `predict`."""

import io
import re
import sys

import jax.numpy as jnp
import pytest

from jaxkeras.callbacks import CallbackList, ProgbarLogger
from jaxkeras.utils import progbar

FULL = "━" * 20


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Time goes by only in the training steps: half a second each."""

    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(progbar, "_clock", clock)
    return clock


@pytest.fixture
def fit(clock):
    def run(epochs=2, steps=4, verbose=1, known=True, reported=None, actual=None, bar=None):
        callbacks = bar or CallbackList(add_progbar=True)
        callbacks.set_params(
            {"epochs": epochs, "steps": steps if known else None, "verbose": verbose}
        )
        callbacks.on_train_begin()
        for epoch in range(epochs):
            callbacks.on_epoch_begin(epoch)
            for step in reported or range(actual or steps):
                clock.now += 0.5
                callbacks.on_train_batch_end(step, {"loss": jnp.float32(step)})
            callbacks.on_test_begin()
            callbacks.on_test_batch_end(0, {"loss": jnp.float32(7)})
            callbacks.on_test_end({"loss": 7.0})
            callbacks.on_epoch_end(epoch, {"loss": 0.5, "val_loss": 7.0})
        callbacks.on_train_end()
        return callbacks

    return run


def plain(text):
    return re.sub("\33\\[\\d+m", "", text)


def on_terminal(monkeypatch, function):
    stream = Terminal()
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        function()
    return plain(stream.getvalue())


@pytest.mark.parametrize("verbose", [1, "auto", True])
def test_fit_into_a_file(fit, capsys, verbose):
    fit(verbose=verbose)
    line = f"4/4 {FULL} 2s 500ms/step - loss: 0.5000 - val_loss: 7.0000\n"
    assert capsys.readouterr().out == f"Epoch 1/2\n{line}Epoch 2/2\n{line}"


def test_one_epoch_has_no_headline(fit, capsys):
    fit(epochs=1)
    assert capsys.readouterr().out.startswith("4/4 ")


@pytest.mark.parametrize("verbose", [0, False])
def test_silent(fit, capsys, verbose):
    fit(verbose=verbose)
    assert capsys.readouterr().out == ""


def test_one_line_per_epoch(fit, capsys):
    fit(verbose=2)
    line = "4/4 - 2s - 500ms/step - loss: 0.5000 - val_loss: 7.0000\n"
    assert capsys.readouterr().out == f"Epoch 1/2\n{line}Epoch 2/2\n{line}"


def test_fit_on_a_terminal(fit, monkeypatch):
    frames = on_terminal(monkeypatch, lambda: fit(epochs=1)).split("\r")
    assert [frame.rstrip(" ") for frame in frames] == [
        "",
        f"1/4 {FULL} 1s 500ms/step - loss: 0.0000e+00",
        f"2/4 {FULL} 1s 500ms/step - loss: 1.0000",
        f"3/4 {FULL} 0s 500ms/step - loss: 2.0000",
        f"4/4 {FULL} 0s 500ms/step - loss: 3.0000",
        f"4/4 {FULL} 2s 500ms/step - loss: 0.5000 - val_loss: 7.0000\n",
    ]


def test_steps_that_jump(fit, monkeypatch):
    text = on_terminal(monkeypatch, lambda: fit(epochs=1, steps=50, reported=[19, 39, 49]))
    assert re.findall(r"(\d+)/50", text) == ["20", "40", "50", "50"]


def test_unknown_number_of_steps(fit, monkeypatch):
    text = on_terminal(monkeypatch, lambda: fit(known=False))
    first, second = text.split("Epoch 2/2")
    assert re.findall(r"\d+/\w+", first) == ["1/2", *(f"{i}/Unknown" for i in range(1, 5)), "4/4"]
    assert re.findall(r"\d+/\w+", second) == ["1/4", "2/4", "3/4", "4/4", "4/4"]


def test_unknown_number_of_steps_in_a_file(fit, capsys):
    fit(known=False, epochs=1)
    assert capsys.readouterr().out.startswith(f"4/4 {FULL} 2s")


def test_epoch_cut_short_shows_what_was_done(fit, capsys):
    fit(epochs=1, steps=8, actual=4)
    assert capsys.readouterr().out.startswith("4/8 " + "━" * 10 + "─" * 10)


def test_epoch_without_reports(capsys):
    callbacks = CallbackList(add_progbar=True, epochs=1, steps=4, verbose=1)
    callbacks.on_epoch_begin(0)
    callbacks.on_epoch_end(0, {"loss": 1.0})
    assert capsys.readouterr().out.startswith(f"4/4 {FULL}")


def test_evaluate(capsys, clock):
    callbacks = CallbackList(add_progbar=True, epochs=1, steps=2, verbose=1)
    callbacks.on_test_begin()
    for step in range(2):
        clock.now += 0.002
        callbacks.on_test_batch_end(step, {"loss": jnp.float32(3), "accuracy": jnp.float32(1)})
    callbacks.on_test_end({"accuracy": 0.5, "loss": 2.0})
    assert capsys.readouterr().out == f"2/2 {FULL} 0s 2ms/step - accuracy: 0.5000 - loss: 2.0000\n"


def test_evaluate_after_fit_with_the_same_bar(fit, capsys):
    bar = fit(epochs=1).callbacks[-1]
    capsys.readouterr()
    callbacks = CallbackList([bar], epochs=1, steps=1, verbose=1)
    callbacks.on_test_begin()
    callbacks.on_test_batch_end(0, {"loss": jnp.float32(3)})
    callbacks.on_test_end({"loss": 3.0})
    assert capsys.readouterr().out == f"1/1 {FULL} 0s 0s/step - loss: 3.0000\n"


def test_predict_shows_only_steps(capsys):
    callbacks = CallbackList(add_progbar=True, epochs=1, steps=2, verbose=1)
    callbacks.on_predict_begin()
    for step in range(2):
        callbacks.on_predict_batch_end(step, {"outputs": jnp.ones((4, 3))})
    callbacks.on_predict_end({"outputs": 1.0})
    assert capsys.readouterr().out == f"2/2 {FULL} 0s 0s/step\n"


def test_unknown_word_for_verbose():
    with pytest.raises(ValueError, match="verbose must be 'auto', 0 .*Received: 'loud'"):
        CallbackList(add_progbar=True, epochs=1, steps=1, verbose="loud")


@pytest.mark.parametrize("verbose", [1, 2])
@pytest.mark.parametrize("known", [True, False])
def test_lines_are_those_of_keras(monkeypatch, fit, clock, verbose, known):
    keras = pytest.importorskip("keras")

    def show(bar):
        stream = io.StringIO()
        with monkeypatch.context() as patch:
            patch.setattr("time.time", clock)
            patch.setattr(sys, "stdout", stream)
            fit(verbose=verbose, known=known, bar=bar)
        text = re.sub(".*[\b\r]", "", plain(stream.getvalue()))
        if verbose == 2:  # there Keras does not see when the first step, with its compiling, ends
            text = re.sub(r"\d+ms/", "", text)
        return [line.rstrip() for line in text.splitlines()]

    lines = show(ProgbarLogger())
    assert len(lines) == 4
    assert lines == show(keras.callbacks.ProgbarLogger())

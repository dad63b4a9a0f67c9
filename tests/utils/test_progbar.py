"""`Progbar` on terminals, in notebooks and in files, against Keras's own."""

import io
import re
import sys
import types

import jax.numpy as jnp
import pytest

from jaxkeras.utils import progbar
from jaxkeras.utils.progbar import Progbar

FULL = "━" * 20


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    """Stands still until told otherwise."""

    now = 100.0
    reads = 0

    def __call__(self):
        self.reads += 1
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progbar, "_clock", clock)
    return clock


def show_on(monkeypatch, stream):
    """In fixtures the true `sys.stdout` cannot be set: pytest sets it before each phase."""
    monkeypatch.setattr(progbar, "sys", types.SimpleNamespace(stdout=stream, __stdout__=None))
    return stream


@pytest.fixture
def file(monkeypatch):
    return show_on(monkeypatch, io.StringIO())


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return show_on(monkeypatch, Terminal())


def plain(text: str) -> str:
    return re.sub("\33\\[\\d+m", "", text)


def drive(bar, clock, steps=10, seconds=0.25, values=lambda step: [("loss", 1.0 / step)]):
    for step in range(1, steps + 1):
        clock.now += seconds
        bar.update(step, values(step))


def test_file_gets_one_line_without_control_characters(file, clock):
    drive(Progbar(10), clock)
    assert file.getvalue() == f"10/10 {FULL} 2s 250ms/step - loss: 0.1000\n"


def test_terminal_redraws_in_place(terminal, clock):
    drive(Progbar(3), clock, steps=3)
    frames = terminal.getvalue().split("\r")
    assert [plain(frame) for frame in frames] == [
        "",
        f"1/3 {FULL} 0s 250ms/step - loss: 1.0000",
        f"2/3 {FULL} 0s 250ms/step - loss: 0.7500",
        f"3/3 {FULL} 1s 250ms/step - loss: 0.3333\n",
    ]
    assert "\33[32m━━━━━━\33[0m" in frames[1] and "\33[90m" + "━" * 14 + "\33[0m" in frames[1]
    assert "\b" not in terminal.getvalue()


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colours_can_be_refused(terminal, clock, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    bar = Progbar(4)
    bar.update(2)
    assert terminal.getvalue() == "\r2/4 " + "━" * 10 + "─" * 10 + " 0s 0s/step"


def test_redraw_covers_a_longer_line(terminal, clock):
    bar = Progbar(None)
    bar.update(1, [("loss", 12345.0)])
    clock.now += 1
    bar.update(2, [("loss", -12345.0 + 2)])
    frames = [plain(frame) for frame in terminal.getvalue().split("\r")[1:]]
    assert len(frames[1]) == len(frames[0]) and frames[1].endswith(" ")


def test_redraws_no_more_often_than_the_interval(terminal, clock):
    bar = Progbar(1000, interval=0.1)
    drive(bar, clock, steps=100, seconds=0.01)
    assert 8 <= terminal.getvalue().count("\r") <= 11


def test_is_due_costs_one_look_at_the_clock(terminal, clock):
    bar = Progbar(1000)
    bar.update(1)
    clock.reads = 0
    assert not bar.is_due
    assert clock.reads == 1


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_nothing_is_due_in_a_file_after_the_first_step(file, clock, verbose):
    bar = Progbar(1000, verbose=verbose)
    assert bar.is_due
    bar.update(1)
    clock.now += 1e6
    assert not bar.is_due


def test_device_scalars_are_fetched_only_to_be_drawn(terminal, clock, monkeypatch):
    fetches = []
    fake = types.SimpleNamespace(device_get=lambda values: fetches.append(values) or values)
    monkeypatch.setattr(progbar, "jax", fake)
    bar = Progbar(1000, stateless_metrics=())
    for step in range(1, 50):
        bar.update(step, [("loss", jnp.float32(0.5)), ("accuracy", jnp.float32(0.25))])
    assert len(fetches) == 1
    assert plain(terminal.getvalue()).endswith(" - loss: 0.5000 - accuracy: 0.2500")


def test_time_left_leaves_out_the_first_update(terminal, clock):
    bar = Progbar(60)
    clock.now += 30  # compiling
    bar.update(20)
    clock.now += 4
    bar.update(40)
    assert plain(terminal.getvalue()).endswith(" 4s 200ms/step")


@pytest.mark.parametrize(
    ("per_step", "expected"),
    [
        (8e-5, "0s 80us/step"),
        (0.014, "1s 14ms/step"),
        (0.875, "1:27 875ms/step"),
        (59.0, "1:38:20 59s/step"),
    ],
)
def test_time_left(terminal, clock, per_step, expected):
    bar = Progbar(101)
    clock.now += per_step
    bar.update(1)
    assert plain(terminal.getvalue()).endswith(expected)


def test_unknown_target(terminal, clock):
    bar = Progbar(None)
    clock.now += 2
    bar.update(17)
    assert plain(terminal.getvalue()) == "\r     17/Unknown 2s 118ms/step"


def test_more_steps_than_expected(file, clock):
    bar = Progbar(4)
    clock.now += 5
    bar.update(5)
    assert file.getvalue() == f"5/4 {FULL} 5s 1s/step\n"


def test_step_zero(terminal, clock):
    Progbar(4).update(0)
    assert plain(terminal.getvalue()) == f"\r0/4 {FULL} 0s 0s/step"


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 130])
def test_no_line_is_wider_than_the_terminal(terminal, clock, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    metrics = [("accuracy", 0.9), ("loss", 0.3), ("정확도", 0.9), ("val_accuracy", 0.9)]
    drive(Progbar(469), clock, steps=469, seconds=0.06, values=lambda step: metrics)
    lines = re.split("[\r\n]", plain(terminal.getvalue()))
    assert len(lines) > 300
    assert max(progbar._width(line) for line in lines) < columns
    last = plain(terminal.getvalue()).rpartition("\r")[2]
    assert [f"{name}: " in last for name, _ in metrics] == [True] * 4


def test_bar_gets_shorter_before_metrics_go(terminal, clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "41")
    Progbar(4).update(2, [("loss", 0.5)])
    assert plain(terminal.getvalue()) == "\r2/4 " + "━" * 10 + " 0s 0s/step - loss: 0.5000"


def test_last_line_breaks_between_metrics(terminal, clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "55")
    Progbar(10).update(10, [("loss", 0.5), ("val_loss", 0.25)])
    assert plain(terminal.getvalue()) == (
        f"\r10/10 {FULL} 0s 0s/step - loss: 0.5000\n      - val_loss: 0.2500\n"
    )


def test_terminal_narrower_than_the_counter(terminal, clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "8")
    Progbar(1000).update(10, [("loss", 0.5)])
    assert terminal.getvalue() == "\r  10/10"


def test_wide_characters_count_twice():
    assert progbar._width("정확도: 0.5") == 11
    assert progbar._width("\33[32m━━\33[0m") == 2
    assert progbar._width("e\u0301") == 1


def test_notebook_redraws_without_a_limit_on_columns(monkeypatch, clock):
    OutStream = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})
    stream = OutStream()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "20")
    drive(Progbar(2), clock)
    assert plain(stream.getvalue()).split("\r")[2].startswith(f"2/2 {FULL} ")


@pytest.mark.parametrize("terminal_like", [False, True])
def test_ascii_stream(monkeypatch, clock, terminal_like):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    stream.isatty = lambda: terminal_like
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "80")
    bar = Progbar(4, width=8)
    bar.update(1, [("정확도", 0.5)])
    bar.update(4, [("정확도", 0.5)])
    text = plain(raw.getvalue().decode("ascii"))
    assert text.endswith("4/4 ======== 0s 0s/step - ???: 0.5000\n")
    assert ("1/4 ==------ 0s" in text) == terminal_like


def test_stream_is_looked_up_at_each_update(monkeypatch, clock):
    bar = Progbar(1)
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    bar.update(1)
    assert stream.getvalue().startswith("1/1 ")


def test_stream_without_isatty(monkeypatch, clock):
    lines = []
    tee = types.SimpleNamespace(write=lines.append, flush=lambda: None)
    monkeypatch.setattr(sys, "stdout", tee)
    Progbar(1).update(1)
    assert lines == [f"1/1 {FULL} 0s 0s/step\n"]


def test_no_standard_output(monkeypatch, clock):
    monkeypatch.setattr(sys, "stdout", None)
    bar = Progbar(1)
    bar.update(1)
    assert not bar.is_due


def test_output_is_flushed(monkeypatch, clock):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    Progbar(1).update(1)
    assert raw.getvalue()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.5, "0.5000"),
        (-2, "-2.0000"),
        (0.0005, "5.0000e-04"),
        (0.0, "0.0000e+00"),
        (float("nan"), "nan"),
        (jnp.array([0.25, 0.75]), "0.5000"),
        ("warm-up", "warm-up"),
        (None, "None"),
    ],
)
def test_values(file, clock, value, shown):
    Progbar(1).update(1, [("value", value)])
    assert file.getvalue().endswith(f" - value: {shown}\n")


def test_both_lists_of_metrics():
    with pytest.raises(ValueError, match="not both.*'loss'"):
        Progbar(1, stateful_metrics=["loss"], stateless_metrics=["loss"])


@pytest.mark.parametrize("verbose", [0, 1, 2])
@pytest.mark.parametrize(
    "options",
    [{}, {"stateful_metrics": ["loss"]}, {"stateless_metrics": ["loss"]}, {"unit_name": "sample"}],
)
@pytest.mark.parametrize("steps", [[1, 2, 3, 4, 5, 6, 7], [3, 5, 7], [7]])
def test_last_line_is_that_of_keras(monkeypatch, clock, verbose, options, steps):
    keras = pytest.importorskip("keras")
    lines = {}
    for name, kind in (("keras", keras.utils.Progbar), ("jaxkeras", Progbar)):
        clock.now = 100.0
        stream = io.StringIO()
        with monkeypatch.context() as patch:
            patch.setattr("time.time", clock)
            patch.setattr(sys, "stdout", stream)
            bar = kind(7, verbose=verbose, **options)
            for step in steps:
                clock.now += 0.25
                final = None if step < 7 else step == steps[-1]
                bar.update(step, [("loss", 1 / step), ("accuracy", step / 10)], finalize=final)
        lines[name] = plain(stream.getvalue()).rstrip("\n").rpartition("\n")[2]
    if steps[0] > 1:  # Keras takes the compile time of a first update of several steps as typical
        lines = {name: re.sub(r" \d+ms/", " 0ms/", line) for name, line in lines.items()}
    assert lines["jaxkeras"] == re.sub(".*[\b\r]", "", lines["keras"]).rstrip()


def test_running_averages_are_those_of_keras(monkeypatch, clock):
    keras = pytest.importorskip("keras")
    shown = {}
    for name, kind in (("keras", keras.utils.Progbar), ("jaxkeras", Progbar)):
        stream = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr("time.time", clock)
            patch.setattr(sys, "stdout", stream)
            bar = kind(20, stateful_metrics=["lr"])
            for step in (1, 2, 5, 9, 10, 16):
                clock.now += 1
                bar.add(
                    step - bar._seen if kind is Progbar else step - bar._seen_so_far,
                    [
                        ("loss", step**0.5),
                        ("lr", 1 / step),
                    ],
                )
        shown[name] = re.findall(r" - loss: \S+ - lr: [0-9.]+", plain(stream.getvalue()))
    assert len(shown["jaxkeras"]) == 6
    assert shown["jaxkeras"] == shown["keras"]

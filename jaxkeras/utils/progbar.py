"""The progress bar: how far a loop has come, how long it will take, and the values so far."""

import functools
import math
import os
import re
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple, TextIO

import jax
import numpy as np

from jaxkeras.config import is_interactive_logging_enabled
from jaxkeras.utils.messages import report

__all__ = ["Progbar"]

_clock = time.perf_counter

_NARROWEST_BAR = 5
_BOLD, _GREEN, _GREY = 1, 32, 90
_COLOUR_CODE = re.compile("\33\\[\\d+m")


class _Screen(NamedTuple):
    """What the stream that is written to can show."""

    redraws: bool  # a carriage return goes back to the start of the line
    colours: bool
    columns: float  # longest line that does not wrap; infinite where wrapping does no harm
    done: str
    left: str

    def paint(self, text: str, colour: int) -> str:
        return f"\33[{colour}m{text}\33[0m" if self.colours and text else text


def _screen(stream: TextIO) -> _Screen:
    terminal = bool(getattr(stream, "isatty", bool)())
    notebook = any(base.__module__.startswith("ipykernel.") for base in type(stream).__mro__)
    pycharm = stream is sys.__stdout__ and "PYCHARM_HOSTED" in os.environ
    redraws = terminal or notebook or pycharm
    colours = redraws and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    columns = shutil.get_terminal_size().columns - 1 if terminal else math.inf
    done, left = "━", "━" if colours else "─"
    if _encodable(done + left, stream) != done + left:
        done, left = "=", "-"
    return _Screen(redraws, colours, columns, done, left)


def _encodable(text: str, stream: TextIO) -> str:
    """The text with a question mark for each character that the stream cannot take."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


@functools.cache
def _character_width(character: str) -> int:
    """Two for a Korean or Chinese character, none for an accent that joins the one before it."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _width(text: str) -> int:
    """Columns that the text takes on a terminal."""
    return sum(map(_character_width, _COLOUR_CODE.sub("", text)))


def _cut(text: str, columns: float) -> str:
    """The text as it is or, without colours, as much of its beginning as fits."""
    if _width(text) <= columns:
        return text
    text = _COLOUR_CODE.sub("", text)
    while text and _width(text) > columns:
        text = text[:-1]
    return text


def _bar(screen: _Screen, fraction: float, width: float) -> str:
    width = max(int(width), 0)
    done = int(width * min(fraction, 1.0))
    left = screen.paint(screen.left * (width - done), _GREY)
    return screen.paint(screen.done * done, _GREEN) + left


def _lines(
    screen: _Screen,
    count: str,
    fraction: float | None,
    width: int,
    clock: str,
    pace: str,
    metrics: list[str],
    last: bool,
) -> list[str]:
    """The lines to show, made so that they do not wrap.

    The bar gets shorter to make room. If that is not enough, the last drawing goes on in further
    lines, broken between the metrics, and an earlier one leaves out what does not fit.
    """
    words = [screen.paint(count, _BOLD), screen.paint(clock, _BOLD), pace]
    if fraction is not None:
        room = screen.columns - _width(" ".join(words)) - 1
        beside_metrics = room - sum(map(_width, metrics))
        if not last or beside_metrics >= _NARROWEST_BAR:
            room = min(room, max(beside_metrics, _NARROWEST_BAR))
        words.insert(1, _bar(screen, fraction, min(width, room)))
    lines = [_cut(" ".join(filter(None, words)), screen.columns)]
    for metric in metrics:
        if _width(lines[-1] + metric) <= screen.columns:
            lines[-1] += metric
        elif last:
            lines.append(" " * len(count) + metric)
        else:
            break
    return lines


def _duration(seconds: float) -> str:
    """``59s``, ``1:07`` or ``2:00:05``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}" if minutes else f"{rest}s"


def _pace(seconds: float, unit: str) -> str:
    """``2s/step``, ``4ms/step`` or ``87us/step``."""
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/{unit}"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f}ms/{unit}"
    return f"{seconds * 1e6:.0f}us/{unit}"


def _number(total: Any, weight: float) -> str:
    try:
        mean = float(np.mean(total)) / weight
    except (TypeError, ValueError):  # not a number
        return str(total)
    return f"{mean:.4f}" if abs(mean) > 1e-3 else f"{mean:.4e}"


class Progbar:
    """A progress bar on standard output, for loops of any kind.

    On a terminal and in a notebook the line is drawn again in place. Anywhere else, a log file for
    instance, there is one line, when the bar is finished, and no control characters.

    Args:
        target: number of steps expected; ``None`` if unknown.
        width: columns of the bar itself; it gets shorter on a narrow terminal.
        verbose: 0 shows nothing, 1 the bar, 2 one line without a bar when it is finished.
        interval: seconds between two drawings, at least.
        stateful_metrics: names of values to show as they are. All others are averaged over the
            steps, the last update excepted, which shows its own values.
        stateless_metrics: the other way round: names of values to average; all others are shown
            as they are.
        unit_name: what a step is called.

    Raises:
        ValueError: both ``stateful_metrics`` and ``stateless_metrics`` are given.

    Example:
        >>> from jaxkeras.utils.progbar import Progbar
        >>> bar = Progbar(3)
        >>> for step in range(3):
        ...     bar.update(step + 1, [("loss", 1 / (step + 1))])
        3/3 ━━━━━━━━━━━━━━━━━━━━ 0s .../step - loss: 0.3333

    Keras name: ``keras.utils.Progbar``.
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Progbar takes the values to show as they are (stateful_metrics) or the values to "
                "average (stateless_metrics), not both. Received: "
                f"stateful_metrics={stateful_metrics!r}, stateless_metrics={stateless_metrics!r}"
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self._named_are_averaged = stateless_metrics is not None
        self._named = frozenset(stateless_metrics or stateful_metrics or ())
        self._values: dict[str, tuple[Any, float]] = {}  # name: (weighted sum, weight)
        self._seen = 0
        self._start = _clock()
        self._first: tuple[int, float] | None = None  # step and time of the first update
        self._next_draw = -math.inf
        self._columns_drawn = 0  # of the line that the next drawing replaces

    @property
    def is_due(self) -> bool:
        """Whether an update would be drawn now; costs one look at the clock."""
        return _clock() >= self._next_draw

    def update(
        self,
        current: int,
        values: Iterable[tuple[str, Any]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Show how far the loop has come.

        Args:
            current: number of steps done.
            values: pairs ``(name, value)``. Scalars on a device are fetched only to be drawn.
            finalize: whether this is the last update, which ends the line; by default so when
                ``current`` has reached the target.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        steps = max(current - self._seen, 1)
        self._seen = current
        for name, value in values or ():
            if finalize or (name in self._named) != self._named_are_averaged:
                self._values[name] = (value, 1)
            else:
                total, weight = self._values.get(name, (0, 0))
                self._values[name] = (total + value * steps, weight + steps)
        if finalize or self.is_due:
            self._show(current, finalize)

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Show that ``n`` more steps are done; ``values`` as in `update`."""
        self.update(self._seen + n, values)

    def _show(self, current: int, last: bool) -> None:
        stream = sys.stdout
        self._next_draw = math.inf
        if stream is None or self.verbose not in (1, 2):
            return
        screen = _screen(stream)
        is_printed = is_interactive_logging_enabled()
        live = self.verbose == 1 and screen.redraws and is_printed
        if live or last:
            # Fetching waits until the steps are done, so the clock is read afterwards.
            fetched = jax.device_get(list(self._values.values()))
            metrics = [
                f" - {name}: {_number(*value)}"
                for name, value in zip(self._values, fetched, strict=True)
            ]
            now = _clock()
            if self.verbose == 1 and is_printed:
                text = self._bar_text(screen, current, now, metrics, last)
            else:
                text = self._plain_text(current, now, metrics)
            if is_printed:
                stream.write(_encodable(text, stream) + "\n" * last)
                stream.flush()
            else:
                report(text)
        if self._first is None and current > 0:
            self._first = (current, _clock())
        if live:
            self._next_draw = _clock() + self.interval

    def _count(self, current: int) -> str:
        if not self.target:
            return f"{current:7d}/Unknown"
        return f"{current:{len(str(self.target))}d}/{self.target}"

    def _seconds_per_step(self, current: int, now: float) -> float:
        """Without the first update, which includes compiling, once as many steps came since."""
        first, then = self._first or (0, self._start)
        if current < 2 * first:
            first, then = 0, self._start
        return (now - then) / (current - first) if current > first else 0.0

    def _bar_text(
        self, screen: _Screen, current: int, now: float, metrics: list[str], last: bool
    ) -> str:
        seconds = self._seconds_per_step(current, now)
        if self.target and not last:
            clock = _duration(seconds * max(self.target - current, 0))
        else:
            clock = f"{now - self._start:.0f}s"
        lines = _lines(
            screen,
            count=self._count(current),
            fraction=current / self.target if self.target else None,
            width=self.width,
            clock=clock,
            pace=_pace(seconds, self.unit_name),
            metrics=metrics,
            last=last,
        )
        if screen.redraws:
            columns = _width(lines[0])
            lines[0] = "\r" + lines[0] + " " * (self._columns_drawn - columns)
            self._columns_drawn = 0 if last else columns
        return "\n".join(lines)

    def _plain_text(self, current: int, now: float, metrics: list[str]) -> str:
        pace = _pace(self._seconds_per_step(current, now), self.unit_name)
        return f"{self._count(current)} - {now - self._start:.0f}s - {pace}{''.join(metrics)}"

"""From rounds to numbers and tables."""

import itertools
import statistics
from typing import Any, NamedTuple

__all__ = ["Row", "print_report", "summarize"]

REFERENCE = "keras"


class Row(NamedTuple):
    """One contender in one workload.

    Attributes:
        workload: its name.
        contender: its name.
        seconds: median of the rounds that count.
        times_as_fast: median over those rounds of the reference's time by its own.
        loss: after the last round, or ``None``.
        accuracy: likewise.
        memory: the most bytes that its process held.
        samples_per_second: what came through a pipeline, by ``seconds``; else ``None``.
    """

    workload: str
    contender: str
    seconds: float
    times_as_fast: float | None
    loss: float | None
    accuracy: float | None
    memory: int | None
    samples_per_second: float | None


def summarize(result: dict[str, Any]) -> list[Row]:
    """The rows of one workload. Noisy rounds count only where there is no other.

    Args:
        result: what `benchmarks.driver.measure` returned.
    """
    rounds = [each["turns"] for each in result["rounds"] if not each["is_noisy"]]
    rounds = rounds or [each["turns"] for each in result["rounds"]]
    contenders = dict.fromkeys(name for turns in rounds for name in turns)
    rows = []
    for contender in contenders:
        own = [turns for turns in rounds if contender in turns]
        pairs = [turns for turns in own if REFERENCE in turns]
        ratios = [turns[REFERENCE]["seconds"] / turns[contender]["seconds"] for turns in pairs]
        last = result["rounds"][-1]["turns"].get(contender, {})
        seconds = statistics.median(turns[contender]["seconds"] for turns in own)
        is_pipeline = result["workload"].get("kind") == "feed"
        rows.append(
            Row(
                result["workload"]["name"],
                contender,
                seconds,
                statistics.median(ratios) if ratios else None,
                last.get("loss"),
                last.get("accuracy"),
                result["processes"].get(contender, {}).get("peak_memory"),
                result["samples"] / seconds if is_pipeline else None,
            )
        )
    return rows


def print_report(report: dict[str, Any]) -> None:
    """Print the table, with rich where it is installed.

    Args:
        report: what is written as JSON.
    """
    machine, settings = report["machine"], report["settings"]
    print(
        f"{machine['processor']}, {machine['usable_processors']} processors, "
        f"{settings['platform']}; {settings['share'] * 100:g}% of the data"
    )
    heads = (
        *("workload", "contender", "time", "x Keras", "samples/s"),
        *("loss", "accuracy", "memory", "noisy"),
    )
    lines = [_cells(row, result) for result in report["results"] for row in summarize(result)]
    shown = [any(cells) for cells in zip(*lines, strict=True)] or [True] * len(heads)
    heads, *lines = [tuple(itertools.compress(line, shown)) for line in [heads, *lines]]
    try:
        from rich import box
        from rich.console import Console
        from rich.table import Table
    except ImportError:
        for line in [heads, *lines]:
            print("\t".join(line))
        return
    table = Table(box=box.SIMPLE, padding=(0, 1, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number > 1 else "left")
    for before, line in itertools.pairwise([heads, *lines]):
        if line[0] != before[0]:
            table.add_section()
        table.add_row(*line)
    Console().print(table)


def _cells(row: Row, result: dict[str, Any]) -> tuple[str, ...]:
    noisy = [each["is_noisy"] for each in result["rounds"]]
    return (
        row.workload,
        row.contender,
        _duration(row.seconds),
        "" if row.times_as_fast is None else f"{row.times_as_fast:.2f}",
        "" if row.samples_per_second is None else f"{row.samples_per_second:,.0f}",
        "" if row.loss is None else f"{row.loss:.3f}",
        "" if row.accuracy is None else f"{row.accuracy:.3f}",
        "" if row.memory is None else f"{row.memory / 2**20:.0f} MiB",
        f"{sum(noisy)}/{len(noisy)}",
    )


def _duration(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.3f} ms"

"""The command line: ``python -m benchmarks``."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from benchmarks.contenders import CONTENDERS, USUAL, missing_modules
from benchmarks.driver import Settings, measure
from benchmarks.load import machine
from benchmarks.report import print_report, summarize
from benchmarks.workloads import WORKLOADS

__all__ = ["main"]

Number = TypeVar("Number", int, float)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and write the file.

    Returns:
        1 if a contender failed or none is installed, else 0.
    """
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # no process may be left behind
    settings = Settings(
        contenders=_present(options.contenders),
        rounds=options.rounds,
        share=options.share,
        platform=options.platform,
        batch_size=options.batch_size,
    )
    if not settings.contenders:
        _say("No contender is left.")
        return 1
    names = options.workloads or [
        name for name, each in WORKLOADS.items() if each.platform in (None, settings.platform)
    ]
    results = []
    report = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "settings": vars(settings),
        "results": results,
    }
    try:
        for name in names:
            result = measure(WORKLOADS[name], settings, _say)
            results.append(result | {"summary": [row._asdict() for row in summarize(result)]})
            if options.json:  # after each, so that what is done is never lost
                options.json.write_text(json.dumps(report, indent=1) + "\n")
    finally:
        print_report(report)
    return int(any(result["failures"] for result in results))


def _present(names: Sequence[str]) -> tuple[str, ...]:
    """Those of the contenders that are installed; a line about each other one."""
    missing = {name: missing_modules(name) for name in names}
    for name, modules in missing.items():
        if modules:
            _say(f"{name} does not take part: {', '.join(modules)} is not installed.")
    return tuple(name for name, modules in missing.items() if not modules)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time jaxkeras beside Keras, Flax, hand-written JAX and PyTorch.",
        epilog="Workloads: "
        + "; ".join(f"{name} ({each.title})" for name, each in WORKLOADS.items()),
    )
    parser.add_argument(
        "--workloads",
        type=_names(WORKLOADS),
        metavar="A,B",
        help="by default all that suit the platform",
    )
    parser.add_argument(
        "--contenders",
        type=_names(CONTENDERS),
        default=list(USUAL),
        metavar="A,B",
        help=f"of {', '.join(CONTENDERS)}; by default those of the first {len(USUAL)} that are "
        "installed",
    )
    parser.add_argument("--rounds", type=_positive(int), default=5, help="default 5")
    parser.add_argument(
        "--share",
        type=_positive(float),
        default=1.0,
        help="the part of the data in an epoch, for a quick look; default 1",
    )
    parser.add_argument("--platform", choices=("cpu", "gpu"), default="cpu")
    parser.add_argument(
        "--batch-size", type=_positive(int), help="for training, instead of the usual ones"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write all rounds")
    return parser


def _names(known: Collection[str]) -> Callable[[str], list[str]]:
    """A parser of names with commas between them."""

    def parse(text: str) -> list[str]:
        names = text.split(",")
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(
                    f"{name!r} is unknown. There are: {', '.join(known)}."
                )
        return names

    return parse


def _positive(kind: type[Number]) -> Callable[[str], Number]:
    """A parser of numbers above zero."""

    def parse(text: str) -> Number:
        try:
            number = kind(text)
        except ValueError:
            number = kind(0)
        if number <= 0:
            raise argparse.ArgumentTypeError(f"{text!r} is no {kind.__name__} above zero.")
        return number

    return parse


if __name__ == "__main__":
    sys.exit(main())

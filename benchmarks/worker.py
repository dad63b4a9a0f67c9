"""The process of one contender: it works when asked, and answers with what it took.

Commands come as lines on standard input, ``go`` or ``stop``; answers leave as lines of JSON on
standard output. The first answer says that it is ready, the last tells about the process.
"""

import importlib
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, TextIO

from benchmarks.contenders import CONTENDERS, Program, Turn, load
from benchmarks.workloads import Workload

__all__ = ["Turns", "main"]

_CALLS_SECONDS = 0.5  # for how long `predict` is called in a turn


class Turns:
    """An iterator that waits for the next command, and answers for the turn before.

    Args:
        commands: where commands come from.
        answers: where answers go.
    """

    def __init__(self, commands: TextIO, answers: TextIO):
        self._commands = commands
        self._answers = answers
        self._turn: Turn | None = None
        self._is_running = False

    def send(self, answer: dict[str, Any]) -> None:
        """Send a line."""
        print(json.dumps(answer), file=self._answers, flush=True)

    def begin(self) -> bool:
        """Wait for a command, and start the clocks unless it says to stop.

        What is done between this and the first turn counts with the first turn.
        """
        self._is_running = self._commands.readline().strip() == "go"
        self._seconds, self._cpu = time.perf_counter(), time.process_time()
        return self._is_running

    def __iter__(self) -> "Turns":
        return self

    def __next__(self) -> Turn:
        if self._turn is not None:
            took = {
                "seconds": time.perf_counter() - self._seconds,
                "cpu": time.process_time() - self._cpu,
            }
            self.send(took | self._turn)
            self._turn = None
            self.begin()
        if not self._is_running:
            raise StopIteration
        self._turn = {}
        return self._turn


def main(contender: str, workload: Workload, share: float) -> None:
    """Serve one contender until it is told to stop.

    Args:
        contender: its name.
        workload: what to do.
        share: the part of the data in an epoch.
    """
    turns = Turns(sys.stdin, os.fdopen(os.dup(1), "w"))
    os.dup2(2, 1)  # whatever libraries print
    if workload.kind == "import":
        _serve_import(contender, turns)
    elif workload.kind == "feed":
        _serve_feed(contender, workload, share, turns)
    else:
        from benchmarks.data import make_data

        samples = max(workload.batch_size, int(workload.samples * share))
        x, y = make_data(workload.model, samples)
        program = load(contender)
        turns.send({"samples": samples})
        if turns.begin():
            if workload.kind == "train":
                program.train(workload, x, y, turns)
            else:
                _serve_predict(program, workload, x, turns)
    turns.send({"peak_memory": _peak_memory(), "versions": _versions(), "device": _device()})


def _serve_import(contender: str, turns: Turns) -> None:
    turns.send({"samples": 0})
    if turns.begin():
        for _ in turns:
            for name in CONTENDERS[contender].imports:
                importlib.import_module(name)


def _serve_feed(contender: str, workload: Workload, share: float, turns: Turns) -> None:
    from benchmarks.pipelines import PIPELINES, make_folders

    samples = max(workload.batch_size, int(workload.samples * share))
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        make_folders(Path(folder), samples)
        epoch = PIPELINES[contender](Path(folder), workload)
        turns.send({"samples": samples})
        if turns.begin():
            for _ in turns:
                count = epoch()
                if count != samples:
                    raise RuntimeError(f"{count} of {samples} pictures came.")


def _serve_predict(program: Program, workload: Workload, x: Any, turns: Turns) -> None:
    predict = program.predictor(workload)
    for turn in turns:
        times = []
        end = time.perf_counter() + _CALLS_SECONDS
        while not times or time.perf_counter() < end:
            start = time.perf_counter()
            predict(x)
            times.append(time.perf_counter() - start)
        turn["seconds"] = statistics.median(times)


def _peak_memory() -> int:
    """The most bytes of memory that the process has held."""
    status = Path("/proc/self/status")
    if status.exists():  # there the other source counts what the parent held, too
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _versions() -> dict[str, str]:
    names = ("jax", "jaxlib", "flax", "optax", "numpy", "keras", "jaxkeras", "torch")
    modules = {name: sys.modules[name] for name in names if name in sys.modules}
    return {name: getattr(module, "__version__", "?") for name, module in modules.items()}


def _device() -> str:
    if torch := sys.modules.get("torch"):
        return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
    if jax := sys.modules.get("jax"):
        return jax.devices()[0].device_kind
    return "none"


if __name__ == "__main__":
    _contender, _fields, _share = json.loads(sys.argv[1])
    main(_contender, Workload(**_fields), _share)

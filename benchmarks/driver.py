"""Paired rounds: one process for each contender, asked in turn, the others stopped meanwhile."""

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.load import NOISY, LoadMeter
from benchmarks.workloads import Workload

__all__ = ["Settings", "WorkerError", "measure"]

_ROOT = Path(__file__).parent.parent

Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Settings:
    """How to measure.

    Attributes:
        contenders: who takes part.
        rounds: how often each is asked, after one round that does not count.
        share: the part of the data in an epoch.
        platform: ``"cpu"`` or ``"gpu"``.
        batch_size: instead of the batch sizes of the workloads that train, or ``None``.
    """

    contenders: tuple[str, ...]
    rounds: int = 5
    share: float = 1.0
    platform: str = "cpu"
    batch_size: int | None = None


class WorkerError(Exception):
    """A contender's process gave up; the message is the end of what it wrote."""


class _Worker:
    """The process of one contender. It runs only between a request and its answer."""

    def __init__(self, contender: str, workload: Workload, settings: Settings, folder: str):
        self._log = Path(folder, f"{contender}.log")
        job = json.dumps([contender, dataclasses.asdict(workload), settings.share])
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.worker", job],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=_ROOT,
                env=_environment(settings, folder),
            )
        try:
            self.samples = self._answer()["samples"]
        except BaseException:
            self.kill()
            raise

    def go(self) -> dict[str, Any]:
        """Have one turn done."""
        return self._ask("go")

    def stop(self) -> dict[str, Any]:
        """End the process.

        Returns:
            peak memory, versions, and the device.
        """
        farewell = self._ask("stop")
        self.kill()
        return farewell

    def kill(self) -> None:
        """End the process in any case."""
        self._process.kill()
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate()

    def _ask(self, command: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.send_signal(signal.SIGCONT)
        with contextlib.suppress(BrokenPipeError):
            print(command, file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            written = self._log.read_text(errors="replace").strip()[-2000:]
            raise WorkerError(written or f"Its process ended with status {code}, without a word.")
        self._process.send_signal(signal.SIGSTOP)
        return json.loads(line)


def measure(workload: Workload, settings: Settings, say: Say) -> dict[str, Any]:
    """Measure one workload for all contenders.

    Args:
        workload: what to measure.
        settings: how.
        say: gets a line whenever there is news.

    Returns:
        plain data: the workload, its rounds, how each process ended, and who failed and why.
    """
    if settings.batch_size is not None and workload.kind == "train":
        workload = dataclasses.replace(workload, batch_size=settings.batch_size)
    run = _Run(workload, settings, say)
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        try:
            rounds = [run.round(number, folder) for number in range(settings.rounds + 1)]
            run.dismiss()
        finally:
            run.kill()
    return {
        "workload": dataclasses.asdict(workload),
        "samples": run.samples,
        "warm_up": rounds[0],
        "rounds": rounds[1:],
        "processes": run.farewells,
        "failures": run.failures,
    }


class _Run:
    """The workers of one workload while it is measured."""

    def __init__(self, workload: Workload, settings: Settings, say: Say):
        self.workload, self.settings, self.say = workload, settings, say
        self.samples = 0
        self.farewells: dict[str, dict[str, Any]] = {}
        self.failures: dict[str, str] = {}
        able = settings.contenders if workload.contenders is None else workload.contenders
        self._contenders = [name for name in settings.contenders if name in able]
        if others := [name for name in settings.contenders if name not in able]:
            say(f"{workload.name} is nothing for {', '.join(others)}.")
        self._workers: dict[str, _Worker] = {}

    def round(self, number: int, folder: str) -> dict[str, Any]:
        """Ask every contender once."""
        turns = {}
        for contender in self._contenders:
            if contender in self.failures:
                continue
            with self._noting_failure(contender):
                turns[contender] = self._turn(contender, folder)
                seconds = turns[contender]["seconds"]
                self.say(f"{self.workload.name}, round {number}, {contender}: {seconds:.4g} s")
        shares = [turn["foreign"] for turn in turns.values() if turn["foreign"] is not None]
        return {
            "turns": turns,
            "load": os.getloadavg(),
            "is_noisy": max(shares, default=0.0) > NOISY,
        }

    def dismiss(self) -> None:
        """End all processes in good order."""
        for contender in list(self._workers):
            with self._noting_failure(contender):
                self._dismiss(contender)

    def kill(self) -> None:
        """End all processes that are left."""
        while self._workers:
            self._workers.popitem()[1].kill()

    def _turn(self, contender: str, folder: str) -> dict[str, Any]:
        if contender not in self._workers:
            worker = _Worker(contender, self.workload, self.settings, folder)
            self._workers[contender], self.samples = worker, worker.samples
        meter = LoadMeter()
        turn = self._workers[contender].go()
        turn["foreign"] = meter.foreign(turn["cpu"])
        if self.workload.is_fresh:
            self._dismiss(contender)
        return turn

    def _dismiss(self, contender: str) -> None:
        self.farewells[contender] = self._workers[contender].stop()
        del self._workers[contender]

    @contextlib.contextmanager
    def _noting_failure(self, contender: str) -> Iterator[None]:
        try:
            yield
        except WorkerError as error:
            self.failures[contender] = str(error)
            self.say(f"{self.workload.name}: {contender} failed.\n{error}")
            if worker := self._workers.pop(contender, None):
                worker.kill()


def _environment(settings: Settings, folder: str) -> dict[str, str]:
    """The same for all contenders, and nothing from an earlier run."""
    own = {
        "JAX_PLATFORMS": "cuda" if settings.platform == "gpu" else "cpu",
        "KERAS_BACKEND": "jax",
        "KERAS_HOME": folder,
        # The processes share one device, and all of them stay.
        "XLA_PYTHON_CLIENT_MEM_FRACTION": f"{0.8 / len(settings.contenders):.3f}",
    }
    if settings.platform == "cpu":
        own["CUDA_VISIBLE_DEVICES"] = ""
    kept = {name: value for name, value in os.environ.items() if "COMPILATION_CACHE" not in name}
    return kept | own

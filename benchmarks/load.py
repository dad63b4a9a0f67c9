"""What else the machine was doing: load that is not ours makes a round a poor witness."""

import os
import platform
from pathlib import Path
from typing import Any

__all__ = ["NOISY", "LoadMeter", "machine"]

NOISY = 0.1
"""The part of all processors that others may use in a turn before its round counts as noisy."""


class LoadMeter:
    """Measures the part of the processors' time that others have used since it was made."""

    def __init__(self) -> None:
        self._own = self._used_here()
        self._machine = _processor_times()

    def foreign(self, own: float) -> float | None:
        """The part that others used, from 0 to 1; ``None`` where the system does not tell.

        Args:
            own: seconds of processor time that a worker used in the interval.
        """
        before, after = self._machine, _processor_times()
        if before is None or after is None or after[1] <= before[1]:
            return None
        busy, total = after[0] - before[0], after[1] - before[1]
        own += self._used_here() - self._own
        return min(max((busy - own) / total, 0.0), 1.0)

    @staticmethod
    def _used_here() -> float:
        times = os.times()
        return times.user + times.system


def _processor_times() -> tuple[float, float] | None:
    """Seconds of all processors since the machine began: busy, and in all."""
    try:
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    except OSError:
        return None
    # user, nice, system, idle, iowait, irq, softirq, steal
    times = [int(field) / os.sysconf("SC_CLK_TCK") for field in fields]
    return sum(times) - times[3] - times[4], sum(times)


def machine() -> dict[str, Any]:
    """The machine and the settings that a reader has to know."""
    settings = ("XLA_FLAGS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "JAX_ENABLE_X64")
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "processor": _processor(),
        "processors": os.cpu_count(),
        "usable_processors": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "load": os.getloadavg(),
        "environment": {name: os.environ[name] for name in settings if name in os.environ},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())

"""Where the time of training went: compilation, data, steps, callbacks."""

from typing import NamedTuple

__all__ = ["EpochTime", "Timing"]

_MUCH = 0.5
_TOO_MUCH = 0.2  # of what there should be little of


class EpochTime(NamedTuple):
    """Seconds of one epoch, its validation included.

    Attributes:
        compile: tracing and compiling of programs.
        data: waiting for batches.
        step: the device at work on them.
        callbacks: what callbacks do, the progress bar among them.

    Example:
        >>> from jaxkeras.callbacks import EpochTime
        >>> EpochTime(compile=1.5, data=0.25, step=0.25).total
        2.0
    """

    compile: float = 0.0
    data: float = 0.0
    step: float = 0.0
    callbacks: float = 0.0

    @property
    def total(self) -> float:
        """All seconds of the epoch."""
        return sum(self)


class Timing:
    """Where the time of training went, epoch by epoch; printed, it says what to do about it.

    ``fit(..., profile=True)`` makes one, ``history.timing``. So that each part can be told from
    the others, every program is waited for: batches are not made while the device is busy, unless
    by workers, and an epoch may take longer than without ``profile``.

    Args:
        epochs: the times of every epoch.

    Example:
        >>> from jaxkeras.callbacks import EpochTime, Timing
        >>> timing = Timing([EpochTime(2.0, 0.8, 0.2), EpochTime(0.0, 0.8, 0.2)])
        >>> timing.total.data, timing.shares["compile"]
        (1.6, 0.5)
        >>> print(timing)
                         compile       data       step  callbacks      total
        epoch 1           2.00 s     0.80 s     0.20 s     0.00 s     3.00 s
        epoch 2           0.00 s     0.80 s     0.20 s     0.00 s     1.00 s
        share                50%        40%        10%         0%       100%
        data 80%: the pipeline is slow and the device waits for it. Try workers=4 (with
        use_multiprocessing=True where batches are made by much Python), or arrays in memory.
    """

    def __init__(self, epochs: list[EpochTime] | None = None):
        self.epochs = [] if epochs is None else epochs

    @property
    def total(self) -> EpochTime:
        """The seconds of all epochs."""
        return _sum(self.epochs)

    @property
    def shares(self) -> dict[str, float]:
        """The parts of all time, by their names; together 1."""
        return _shares(self.total)

    @property
    def advice(self) -> str:
        """What takes most, and what may help, as one or two sentences."""
        if not self.epochs:
            return "No epoch was timed."
        later = self.epochs[1:] or [self.epochs[0]._replace(compile=0.0)]
        shares = _shares(_sum(later))
        if shares["compile"] > _TOO_MUCH:
            return (
                f"compile {shares['compile']:.0%} after the first epoch: batches of ever other "
                "shapes come, and each shape\nis compiled anew. Bring the batches to one shape."
            )
        if shares["data"] > _MUCH:
            return (
                f"data {shares['data']:.0%}: the pipeline is slow and the device waits for it. "
                "Try workers=4 (with\nuse_multiprocessing=True where batches are made by much "
                "Python), or arrays in memory."
            )
        if shares["callbacks"] > _TOO_MUCH:
            return (
                f"callbacks {shares['callbacks']:.0%}: training waits for what they do. "
                "Let them save and draw less often."
            )
        said = f"step {shares['step']:.0%}: the device is busy, as it should be."
        if self.shares["compile"] > _MUCH:
            said += (
                f" Of all time {self.shares['compile']:.0%} went\n"
                "to compilation, which more epochs or more data do not make longer."
            )
        return said

    def __repr__(self) -> str:
        rows = [("", [*EpochTime._fields, "total"])]
        rows += [(name, [f"{value:.2f} s" for value in values]) for name, values in self._rows()]
        rows.append(("share", [f"{share:.0%}" for share in [*self.shares.values(), 1.0]]))
        lines = [f"{name:<14}" + "".join(f"{cell:>11}" for cell in cells) for name, cells in rows]
        return "\n".join([*lines, self.advice])

    def _rows(self) -> list[tuple[str, list[float]]]:
        """Every epoch; of many the first, and the mean of the others."""
        if len(self.epochs) <= 5:
            named = [(f"epoch {number}", each) for number, each in enumerate(self.epochs, 1)]
        else:
            others = self.epochs[1:]
            mean = EpochTime(*(value / len(others) for value in _sum(others)))
            named = [("epoch 1", self.epochs[0]), (f"{len(others)} more, each", mean)]
        return [(name, [*each, each.total]) for name, each in named]


def _sum(epochs: list[EpochTime]) -> EpochTime:
    return EpochTime(*map(sum, zip(*epochs, strict=True))) if epochs else EpochTime()


def _shares(time: EpochTime) -> dict[str, float]:
    total = time.total or 1.0
    return {name: value / total for name, value in time._asdict().items()}

"""When a callback writes to a file: at the end of epochs, or every so many batches."""

from jaxkeras.callbacks.callback import Callback

__all__ = ["SaveSchedule"]


class SaveSchedule:
    """Counts batches, and tells when the time to save has come.

    Args:
        owner: the callback, whose batch hooks look at the model only if batches count.
        save_freq: ``"epoch"``, or a number of batches.

    Raises:
        ValueError: ``save_freq`` is neither.

    Example:
        >>> from jaxkeras.callbacks import Callback
        >>> from jaxkeras.callbacks.save_schedule import SaveSchedule
        >>> schedule = SaveSchedule(Callback(), 2)
        >>> [schedule.is_due_after(batch) for batch in (0, 1, 2, 0, 1)]
        [False, True, False, True, False]
    """

    def __init__(self, owner: Callback, save_freq: int | str):
        is_count = isinstance(save_freq, int) and not isinstance(save_freq, bool) and save_freq > 0
        if save_freq != "epoch" and not is_count:
            raise ValueError(
                f"{type(owner).__name__} expected save_freq='epoch' or a number of batches. "
                f"Received: save_freq={save_freq!r}"
            )
        self.counts_epochs = save_freq == "epoch"
        self._every = save_freq if isinstance(save_freq, int) else 0
        self._waiting = 0
        self._last = -1
        is_own = type(owner).__module__.startswith("jaxkeras.")  # others may have hooks that look
        owner.batches_need_model = not (self.counts_epochs and is_own)

    def is_due_after(self, batch: int) -> bool:
        """Whether to save now that this batch is done; several may have run as one."""
        if self.counts_epochs:
            return False
        self._waiting += batch + 1 if batch <= self._last else batch - self._last
        self._last = batch
        if self._waiting < self._every:
            return False
        self._waiting = 0
        return True

"""The callback by which training that was broken off goes on when the program runs again."""

import contextlib
import os
import shutil

from jaxkeras.callbacks.callback import Callback, Logs
from jaxkeras.callbacks.save_schedule import SaveSchedule
from jaxkeras.files import CorruptFileError

__all__ = ["BackupAndRestore"]


class BackupAndRestore(Callback):
    """Writes down where training stands, and takes it up from there after a crash.

    Weights, optimizer, random state and the order of samples are written down, so that training
    ends with the same bits as if it had not been broken off. An iterator that has ``get_state`` and
    ``set_state``, as Grain's have, goes on where it stood; another one, such as a generator, should
    begin with the batch that comes next. What can be iterated anew is read from its start.

    Args:
        backup_dir: folder of the backup, for this callback alone.
        save_freq: ``"epoch"``, or a number of batches.
        double_checkpoint: whether to keep the backup before the last, for the case that the last
            one gets damaged.
        delete_checkpoint: whether to remove the backup when training ends well.

    Raises:
        ValueError: ``backup_dir`` is empty, or ``save_freq`` is none of these.

    Example:
        >>> import os, tempfile, numpy as np, jaxkeras
        >>> def train(folder, *others):
        ...     model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)])
        ...     model.compile("sgd", "mse")
        ...     backup = jaxkeras.callbacks.BackupAndRestore(folder)
        ...     return model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=5,
        ...                      callbacks=[backup, *others], verbose=0).epoch
        >>> def crash(epoch, logs):
        ...     if epoch == 3: raise RuntimeError
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     try:
        ...         train(folder, jaxkeras.callbacks.LambdaCallback(on_epoch_begin=crash))
        ...     except RuntimeError:
        ...         print(train(folder))
        [3, 4]

    Keras name: ``keras.callbacks.BackupAndRestore``.
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: int | str = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not os.fspath(backup_dir):
            raise ValueError(
                "BackupAndRestore expected a folder as backup_dir, such as 'backup'. Received: ''"
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._schedule = SaveSchedule(self, save_freq)
        self._path = os.path.join(self.backup_dir, "latest.weights.h5")
        self._previous = f"{self._path}.bkp"

    def on_train_begin(self, logs: Logs | None = None) -> None:
        try:
            self._restore(self._path)
        except CorruptFileError:
            if not os.path.exists(self._previous):
                raise
            self._restore(self._previous)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self._schedule.is_due_after(batch):
            self._save()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self._schedule.counts_epochs:
            self._save()

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.delete_checkpoint:
            for path in (self._path, self._previous):
                with contextlib.suppress(FileNotFoundError):
                    os.remove(path)
            with contextlib.suppress(OSError):
                os.rmdir(self.backup_dir)

    def _restore(self, path: str) -> None:
        if os.path.exists(path):
            self.model.load_weights(path, include_optimizer=True, goes_on=True)

    def _save(self) -> None:
        if self.double_checkpoint and os.path.exists(self._path):
            shutil.copyfile(self._path, self._previous)
        self.model.save_weights(self._path)

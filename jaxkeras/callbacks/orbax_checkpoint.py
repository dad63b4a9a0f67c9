"""The callback that saves the model with Orbax, in the background."""

import os

from jaxkeras.callbacks.callback import Logs
from jaxkeras.callbacks.model_checkpoint import BestOnly
from jaxkeras.files.orbax import Checkpoints

__all__ = ["OrbaxCheckpoint"]


class OrbaxCheckpoint(BestOnly):
    """Saves model, weights and the state of training with Orbax, while training goes on.

    `jaxkeras.models.load_model` and `Model.load_weights` read the folder, and take the latest
    checkpoint.

    Args:
        directory: folder of the checkpoints; each lies in a folder of the number of its epoch, from
            zero, or of its batch.
        monitor: name of the value to watch.
        verbose: whether to print what is done.
        save_best_only: whether to save only when the value is better than ever before.
        mode: ``"min"``, ``"max"``, or ``"auto"`` to ask the metric which way is better.
        save_freq: ``"epoch"``, or a number of batches.
        initial_value_threshold: the value to be better than at first.
        max_to_keep: how many of the latest checkpoints are kept; ``None`` keeps all.
        save_on_background: whether training goes on while a checkpoint is written.
        save_weights_only: whether to save weights alone.

    Raises:
        ValueError: ``save_freq`` is none of these; at the end of an epoch, if ``mode`` is
            ``"auto"`` and the metric is unknown.

    Example:
        >>> import tempfile, numpy as np, jaxkeras
        >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save = jaxkeras.callbacks.OrbaxCheckpoint(folder)
        ...     hist = model.fit(np.ones((8, 2)), np.ones((8, 1)), callbacks=[save], verbose=0)
        ...     jaxkeras.models.load_model(folder).optimizer.iterations
        1

    Keras name: ``keras.callbacks.OrbaxCheckpoint``.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: str = "auto",
        save_freq: int | str = "epoch",
        initial_value_threshold: float | None = None,
        max_to_keep: int | None = 1,
        save_on_background: bool = True,
        save_weights_only: bool = False,
    ) -> None:
        super().__init__(monitor, verbose, save_best_only, mode, save_freq, initial_value_threshold)
        self.directory = os.fspath(directory)
        self.max_to_keep = max_to_keep
        self.save_on_background = save_on_background
        self.save_weights_only = save_weights_only
        self._epoch = 0
        self._checkpoints: Checkpoints | None = None

    def wait_until_finished(self) -> None:
        """Return when all checkpoints are written."""
        if self._checkpoints is not None:
            self._checkpoints.wait()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self.schedule.is_due_after(batch):
            self._save(self.model.optimizer.iterations, logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch
        if self.schedule.counts_epochs:
            self._save(epoch, logs)

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self._checkpoints is not None:
            self._checkpoints.close()
            self._checkpoints = None

    def _save(self, step: int, logs: Logs | None) -> None:
        if not self.is_worth_saving(self._epoch, logs):
            return
        self.tell(self._epoch, f"saving checkpoint {step} to {self.directory}")
        if self._checkpoints is None:
            self._checkpoints = Checkpoints(
                self.directory, self.max_to_keep, self.save_on_background
            )
        self._checkpoints.save(step, self.model.to_archive(self.save_weights_only))

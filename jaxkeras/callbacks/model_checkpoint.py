"""The callback that saves the model while it trains."""

import os
import warnings
from typing import Any

import numpy as np

from jaxkeras.callbacks.callback import Logs
from jaxkeras.callbacks.log_names import absence_of, find_name
from jaxkeras.callbacks.monitor import MonitorCallback
from jaxkeras.callbacks.save_schedule import SaveSchedule

__all__ = ["BestOnly", "ModelCheckpoint"]


class BestOnly(MonitorCallback):
    """Base of callbacks that save the model, all of the time or when a value got better.

    Args:
        monitor: name of the value.
        verbose: whether to print what is done.
        save_best_only: whether to save only when the value is better than ever before.
        mode: ``"min"``, ``"max"``, or ``"auto"`` to ask the metric which way is better.
        save_freq: ``"epoch"``, or a number of batches.
        initial_value_threshold: the value to be better than at first.

    Example:
        >>> from jaxkeras.callbacks.model_checkpoint import BestOnly
        >>> callback = BestOnly("loss", save_best_only=True)
        >>> [callback.is_worth_saving(0, {"loss": loss}) for loss in (0.5, 0.7, 0.3)]
        [True, False, True]
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: str = "auto",
        save_freq: int | str = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_freq = save_freq
        self.schedule = SaveSchedule(self, save_freq)

    def is_worth_saving(self, epoch: int, logs: Logs | None) -> bool:
        """Whether to save the model with these values; one that is not in the logs never stops it.

        Args:
            epoch: number of the epoch, from zero.
            logs: the values.
        """
        if not self.save_best_only:
            return True
        value = self.watched(logs)
        if value is None:
            return True
        if np.ndim(value):
            warnings.warn(
                f"{type(self).__name__} compares single numbers and saves in any case, for "
                f"{self.monitor!r} is an array of shape {np.shape(value)}.",
                stacklevel=3,
            )
            return True
        before = "nothing" if self.best is None else f"{self.best:.5f}"
        is_better = self.improves(value, on=self.best)
        if is_better:
            self.best = value
        change = f"improved from {before} to {value:.5f}"
        self.tell(epoch, change if is_better else f"did not improve from {before}", self.monitor)
        return is_better

    def tell(self, epoch: int, what: str, who: str = "") -> None:
        """Print what is done, if ``verbose``."""
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: {who}{' ' * bool(who)}{what}")


class ModelCheckpoint(BestOnly):
    """Saves the model, or its weights, after epochs or every so many batches.

    Args:
        filepath: where to; ``{epoch}``, from one, ``{batch}`` and names of the logs are filled in:
            ``"{epoch:02d}-{val_loss:.2f}.keras"``. Weights go to a name that ends with
            ``.weights.h5``, a whole model to one that ends with ``.keras``.
        monitor: name of the value to watch.
        verbose: whether to print what is done.
        save_best_only: whether to save only when the value is better than ever before.
        save_weights_only: whether to save weights alone, by `Model.save_weights`.
        mode: ``"min"``, ``"max"``, or ``"auto"`` to ask the metric which way is better.
        save_freq: ``"epoch"``, or a number of batches.
        initial_value_threshold: the value to be better than at first.
        period: Keras 2's argument: save at the end of every so many epochs.

    Raises:
        ValueError: the name ends otherwise, or ``save_freq`` is none of these; at the end of an
            epoch, if ``mode`` is ``"auto"`` and the metric is unknown.
        KeyError: ``filepath`` names a value that is not in the logs.

    Example:
        >>> import os, tempfile, numpy as np, jaxkeras
        >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save = jaxkeras.callbacks.ModelCheckpoint(os.path.join(folder, "{epoch}.keras"))
        ...     _ = model.fit(
        ...         np.ones((8, 2)), np.ones((8, 1)), epochs=2, callbacks=[save], verbose=0)
        ...     sorted(os.listdir(folder))
        ['1.keras', '2.keras']

    Keras name: ``keras.callbacks.ModelCheckpoint``.
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: int | str = "epoch",
        initial_value_threshold: float | None = None,
        period: int = 1,
    ) -> None:
        super().__init__(monitor, verbose, save_best_only, mode, save_freq, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.save_weights_only = save_weights_only
        self.period = period
        self._epoch = 0
        endings = (".h5", ".hdf5") if save_weights_only else (".keras", ".h5", ".hdf5")
        if not self.filepath.endswith(endings):
            best = ".weights.h5" if save_weights_only else ".keras"
            raise ValueError(
                f"ModelCheckpoint with save_weights_only={save_weights_only} expected a filepath "
                f"that ends with '{best}'. Received: {self.filepath}. Write {self.filepath}{best}."
            )

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self.schedule.is_due_after(batch):
            self._save({"batch": batch + 1}, logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch
        if self.schedule.counts_epochs and (epoch + 1) % self.period == 0:
            self._save({}, logs)

    def _save(self, numbers: dict[str, int], logs: Logs | None) -> None:
        logs = logs or {}
        path = self._path({"epoch": self._epoch + 1, **numbers}, logs)
        if not self.is_worth_saving(self._epoch, logs):
            return
        self.tell(self._epoch, f"saving model to {path}")
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)

    def _path(self, numbers: dict[str, int], logs: Logs) -> str:
        try:
            return self.filepath.format_map(_Values({**numbers, **logs}))
        except KeyError as error:
            name = str(error.args[0])
            raise KeyError(
                f"ModelCheckpoint cannot fill in {{{name}}} of {self.filepath!r}. The logs hold: "
                f"{absence_of(name, logs)}"
            ) from None


class _Values(dict[str, Any]):
    """The logs, in which ``acc`` and ``accuracy`` stand for each other."""

    def __missing__(self, name: str) -> Any:
        known = find_name(name, self.keys())
        if known is None:
            raise KeyError(name)
        return self[known]

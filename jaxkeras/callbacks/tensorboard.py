"""The callback that writes what TensorBoard shows, without TensorFlow."""

import itertools
import os
import socket
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from jaxkeras.callbacks.callback import Callback, Logs

__all__ = ["EventFile", "TensorBoard"]

_file_numbers = itertools.count()


class EventFile:
    """A file of events that TensorBoard reads; it is made by the first one and never stays open.

    Args:
        folder: where to make it.

    Raises:
        ImportError: the package tensorboard is not installed.

    Example:
        >>> from jaxkeras.callbacks.tensorboard import EventFile
        >>> file = EventFile("logs/train")  # doctest: +SKIP
        >>> file.add_scalar("epoch_loss", 0.5, step=0)  # doctest: +SKIP
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        try:
            from tensorboard.compat.proto import event_pb2
            from tensorboard.plugins.histogram.summary_v2 import histogram_pb
            from tensorboard.plugins.scalar.summary_v2 import scalar_pb
            from tensorboard.summary.writer.record_writer import RecordWriter
        except ImportError as error:
            raise ImportError(
                'TensorBoard needs the package tensorboard: pip install "jaxkeras[tensorboard]"'
            ) from error
        name = (
            f"events.out.tfevents.{int(time.time()):010}.{socket.gethostname()}"
            f".{os.getpid()}.{next(_file_numbers)}.v2"
        )
        self.path = Path(folder, name)
        self._event: Any = event_pb2.Event  # pyright: ignore
        self._scalar, self._histogram, self._writer = scalar_pb, histogram_pb, RecordWriter

    def add_scalar(self, name: str, value: Any, step: int) -> None:
        """Add a number to a curve."""
        self._write(step=step, summary=self._scalar(name, value))

    def add_histogram(self, name: str, values: Any, step: int) -> None:
        """Add the distribution of an array of any shape."""
        with np.errstate(invalid="ignore"):  # weights may be NaN
            self._write(step=step, summary=self._histogram(name, np.asarray(values, float)))

    def _write(self, **event: Any) -> None:
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch()
            self._write(file_version="brain.Event:2")
        with self.path.open("ab") as file:
            record = self._event(wall_time=time.time(), **event)
            self._writer(file).write(record.SerializeToString())


class TensorBoard(Callback):
    """Writes the values of training for TensorBoard: ``tensorboard --logdir logs``.

    Training values go to the folder ``train``, validation values to ``validation``, under the names
    that Keras gives them: ``epoch_loss`` by epoch, ``batch_loss`` by batch, and
    ``evaluation_loss_vs_iterations`` by steps of the optimizer.

    Args:
        log_dir: the folder to write to; TensorBoard shows every folder as a run.
        histogram_freq: every how many epochs to write histograms of the weights; 0 for never.
        write_graph: nothing is written: the graph that Keras writes is TensorFlow's.
        write_images: not supported.
        write_steps_per_second: whether to write how fast training is.
        update_freq: ``"epoch"``, or every how many batches to write values of batches too;
            ``"batch"`` means 1.
        profile_batch: not supported; `jax.profiler.trace` writes profiles that TensorBoard shows.
        embeddings_freq: not supported.
        embeddings_metadata: not supported.

    Raises:
        ImportError: the package tensorboard is not installed.
        ValueError: ``update_freq`` is nothing of that kind.

    Example:
        >>> from jaxkeras.callbacks import TensorBoard
        >>> board = TensorBoard("logs", histogram_freq=1)  # doctest: +SKIP
        >>> model.fit(x, y, callbacks=[board])  # doctest: +SKIP

    Keras name: ``keras.callbacks.TensorBoard``.
    """

    batches_need_model = False

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        _warn_of_unsupported(
            write_images=write_images, profile_batch=profile_batch, embeddings_freq=embeddings_freq
        )
        if isinstance(self.update_freq, int) and self.update_freq > 0:
            self.on_train_batch_end = self._on_train_batch_end
        elif self.update_freq != "epoch":
            raise ValueError(
                "TensorBoard expected update_freq 'epoch', 'batch' or a number of batches. "
                f"Received: {update_freq!r}"
            )
        self._open()

    def _open(self) -> None:
        self._train = EventFile(Path(self.log_dir, "train"))
        self._validation = EventFile(Path(self.log_dir, "validation"))

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        self._open()

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._batches = self._batches_before = 0

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._batches_before = self._batches
        self._step_before = self.model.optimizer.iterations
        self._time_before = self._batch_time = time.perf_counter()

    def _on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Write the values of a batch if one is due since the last call."""
        frequency: Any = self.update_freq
        before, self._batches = self._batches, self._batches_before + batch + 1
        if self.write_steps_per_second:
            now = time.perf_counter()
            pace = (self._batches - before) / (now - self._batch_time)
            self._batch_time = now
            logs = {**(logs or {}), "steps_per_second": pace}
        if self._batches // frequency > before // frequency:
            self._add(self._train, "batch_{}", logs, self._batches)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        train = {k: v for k, v in (logs or {}).items() if not k.startswith("val_")}
        validation = {k[4:]: v for k, v in (logs or {}).items() if k.startswith("val_")}
        optimizer = self.model.optimizer
        rate = getattr(optimizer, "learning_rate", None)
        if train and rate is not None:
            train["learning_rate"] = float(rate)
        if train and self.write_steps_per_second:
            steps = optimizer.iterations - self._step_before
            train["steps_per_second"] = steps / (time.perf_counter() - self._time_before)
        self._add(self._train, "epoch_{}", train, epoch)
        self._add(self._validation, "epoch_{}", validation, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            for path, weight in _named_weights(self.model):
                self._train.add_histogram(f"{path}/histogram", weight[...], epoch)

    def on_test_end(self, logs: Logs | None = None) -> None:
        steps = getattr(self.model.optimizer, "iterations", None)
        if steps is not None:
            self._add(self._validation, "evaluation_{}_vs_iterations", logs, steps)

    @staticmethod
    def _add(file: EventFile, pattern: str, logs: Mapping[str, Any] | None, step: int) -> None:
        for name, value in (logs or {}).items():
            file.add_scalar(pattern.format(name), value, step)


def _warn_of_unsupported(**given: Any) -> None:
    ignored = [f"{name}={value!r}" for name, value in given.items() if value]
    if ignored:
        warnings.warn(
            "TensorBoard writes scalars and histograms of weights, and nothing for "
            f"{', '.join(ignored)}.",
            stacklevel=3,
        )


def _named_weights(layer: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Weights by their paths, as Keras has them: ``"sequential/dense/kernel"``."""
    path = f"{path}{layer.name}/"
    if inside := getattr(layer, "layers", ()):
        for child in inside:
            yield from _named_weights(child, path)
        return
    names: Counter[str] = Counter()
    for weight in layer.weights:
        name = weight.get_metadata("name", "weight")
        yield f"{path}{name}_{names[name]}" if names[name] else f"{path}{name}", weight
        names[name] += 1

"""Training from the user's side: fit, evaluate, predict, and single batches."""

import contextlib
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from jaxkeras.callbacks import Callback, CallbackList, History
from jaxkeras.callbacks.timed_callback_list import TimedCallbackList
from jaxkeras.layers.arguments import explain, whole_number
from jaxkeras.layers.preprocessing._host import HostLayer
from jaxkeras.models.generators import GeneratorMethods
from jaxkeras.models.learner import Learner
from jaxkeras.registry import takes_legacy_keywords, teaches_keywords
from jaxkeras.training.batches import make_batch, split_off
from jaxkeras.training.data import ArraySource, BatchSource, OneBatch, Source, make_source
from jaxkeras.training.feed import Feed, limited_epochs, validation_feed
from jaxkeras.training.loop import Loop
from jaxkeras.training.read_ahead import ReadAhead

__all__ = ["Trainer"]


class Trainer(GeneratorMethods, Learner):
    """The part of `Model` that takes the user's data.

    It turns what was passed into sources of batches, and hands the work to a `Loop`.
    """

    # ------------------------------------------------------------------ fit, evaluate, predict

    @takes_legacy_keywords(nb_epoch="epochs")
    @teaches_keywords()
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Sequence[Callback] | Callback | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        profile: bool = False,
    ) -> History:
        """Train for some epochs.

        Args:
            x: inputs ``(samples, ...)``; a generator or iterable of batches ``(x, y)``, such as a
                `PyDataset`, PyTorch's ``DataLoader`` or Grain's; or a data source of TensorFlow
                Datasets, whose samples are put together in batches. What is read batch by batch
                is read to its end in every epoch, unless ``steps_per_epoch`` is given.
            y: targets ``(samples, ...)``.
            batch_size: samples in a batch; 32 by default.
            epochs: number of the epoch to stop before.
            verbose: 0 is silent, 1 or ``"auto"`` a progress bar, 2 a line per epoch.
            callbacks: called at the events of training.
            validation_split: part of the data, from its end, to validate on.
            validation_data: ``(x, y)`` or ``(x, y, sample_weight)``, or an iterable of batches.
            shuffle: whether samples come in another order every epoch.
            class_weight: weight by class number, e.g. ``{0: 1.0, 1: 5.0}``.
            sample_weight: weight of every sample, ``(samples,)``.
            initial_epoch: number of the epoch to start with.
            steps_per_epoch: batches in an epoch; needed for an endless generator.
            validation_steps: batches to validate on.
            validation_batch_size: samples in a batch of validation data.
            validation_freq: validate every so many epochs, or after the epochs listed (from 1).
            max_queue_size: most batches that wait where workers make them.
            workers: threads that make a generator's or `PyDataset`'s batches ahead of their use;
                up to 1, a batch is made when it is needed.
            use_multiprocessing: whether a `PyDataset`'s workers are processes, see `PyDataset`.
            profile: whether to note where the time goes; ``print(history.timing)`` tells it.

        Returns:
            The `History`, with ``history.history["loss"]`` and the like.

        Raises:
            ValueError: shapes or lengths do not fit; the message names the layer or argument.
        """
        self._require_objective()
        numbers = range(
            whole_number("initial_epoch", initial_epoch, 0),
            limited_epochs(whole_number("epochs", epochs, 0)),
        )
        if not isinstance(validation_freq, Sequence):
            validation_freq = whole_number("validation_freq", validation_freq)
        queue = functools.partial(ReadAhead, workers, use_multiprocessing, max_queue_size)
        source = self._source(x, y, sample_weight, batch_size, class_weight, ahead=queue())
        if validation_split and validation_data is None:
            if not isinstance(source, ArraySource):
                raise ValueError("validation_split needs arrays; pass validation_data instead.")
            kept, held_out = split_off(source.data, validation_split)
            source = ArraySource(kept, source.batch_size)
            validation_data = tuple(held_out)
        feed = Feed(source, steps_per_epoch)
        loop = self._prepared(source)
        self._require_goal(loop, source)
        validation = None
        if validation_data is not None:
            size = batch_size if validation_batch_size is None else validation_batch_size
            try:
                validation = validation_feed(validation_data, size, validation_steps, queue())
                self._prepared(validation.source)
            except Exception as error:
                error.add_note("While checking validation_data.")
                raise
        callback_list = (TimedCallbackList if profile else CallbackList)(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            model=self,
            verbose=_verbosity(verbose),
            epochs=numbers.stop,
            steps=feed.size,
        )
        self.stop_training = False
        self.history = callback_list.history
        try:
            loop.fit(
                feed,
                validation,
                callback_list,
                numbers,
                shuffle=shuffle,
                validates=lambda epoch: _is_due(epoch + 1, validation_freq),
            )
        except jax.errors.UnexpectedTracerError as error:
            explain(
                error,
                "What is computed inside of a function that jax.grad or the like transforms leaves "
                "it as a result only. So in a train_step return the values from it, with "
                "has_aux=True, and update metrics after it.",
            )
            raise
        finally:
            for each in (feed, validation, callback_list):
                if each is not None:
                    each.close()
        assert self.history is not None
        return self.history

    @teaches_keywords()
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Sequence[Callback] | Callback | None = None,
        return_dict: bool = False,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
    ) -> Any:
        """Loss and metrics over data.

        Args:
            x: inputs, or a generator or iterable of batches.
            y: targets.
            batch_size: samples in a batch; 32 by default.
            verbose: 0 is silent, 1 or ``"auto"`` a progress bar, 2 a line.
            sample_weight: weight of every sample.
            steps: batches to evaluate on.
            callbacks: called at the events of evaluation.
            return_dict: whether to return ``{name: value}``.
            max_queue_size: see `fit`, as of the two that follow.
            workers: likewise.
            use_multiprocessing: likewise.

        Returns:
            The loss, or ``[loss, *metrics]`` if there are metrics, named by `metrics_names`.
        """
        self._require_objective()
        queue = ReadAhead(workers, use_multiprocessing, max_queue_size)
        feed = Feed(self._source(x, y, sample_weight, batch_size, ahead=queue), steps)
        loop = self._prepared(feed.source)
        with contextlib.closing(feed):
            logs = loop.evaluate(feed, self._callbacks(callbacks, verbose, feed))
        return logs if return_dict else _listed(logs)

    @teaches_keywords()
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Sequence[Callback] | Callback | None = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
    ) -> Any:
        """The model's outputs for all samples.

        Args:
            x: inputs ``(samples, ...)``, or a generator or iterable of batches.
            batch_size: samples in a batch; 32 by default.
            verbose: 0 is silent, 1 or ``"auto"`` a progress bar.
            steps: batches to predict.
            callbacks: called at the events of prediction.
            max_queue_size: see `fit`, as of the two that follow.
            workers: likewise.
            use_multiprocessing: likewise.

        Returns:
            NumPy arrays ``(samples, ...)``.
        """
        is_plain = callbacks is None and steps is None and not verbose
        if is_plain and self._loop is not None:
            outputs = self._loop.predictor.predict_again(x, batch_size)
            if outputs is not None:
                return outputs
        queue = ReadAhead(workers, use_multiprocessing, max_queue_size)
        source = self._source(x, batch_size=batch_size, once=True, ahead=queue)
        feed = Feed(source, steps)
        loop = self._prepared(source, compiled=False)
        with contextlib.closing(feed):
            outputs = loop.predictor.predict(feed, self._callbacks(callbacks, verbose, feed))
        if isinstance(source, OneBatch) and source.data.x is x:
            loop.predictor.remember(x, batch_size)
        return outputs

    @teaches_keywords()
    def predict_proba(
        self, x: Any, batch_size: int | None = None, verbose: int | str = 0
    ) -> np.ndarray:
        """The model's outputs, as `predict` gives them; Keras 2's name for probabilities."""
        return self.predict(x, batch_size=batch_size, verbose=verbose)

    @teaches_keywords()
    def predict_classes(
        self, x: Any, batch_size: int | None = None, verbose: int | str = 0
    ) -> np.ndarray:
        """The likeliest class of every sample, as Keras 2 gave it.

        Returns:
            Class numbers ``(samples,)`` from outputs ``(samples, classes)``; or, from one sigmoid
            output, 0 and 1 of shape ``(samples, 1)``: 1 where it is above one half.
        """
        outputs = self.predict(x, batch_size=batch_size, verbose=verbose)
        if outputs.shape[-1] > 1:
            return outputs.argmax(axis=-1)
        return (outputs > 0.5).astype("int32")

    def _source(self, *args: Any, **kwargs: Any) -> Source:
        """What `make_source` makes of the data; text is answered with the layer that takes it."""
        try:
            return make_source(*args, **kwargs)
        except TypeError as error:
            takers = [layer for layer in self._flatten_layers() if isinstance(layer, HostLayer)]
            if takers:
                explain(
                    error,
                    f"{self.label} holds {takers[0].label}, which works on NumPy's arrays, text "
                    "among them, before a compiled program starts. Leave it out of the model and "
                    "apply it to the data: x = layer(texts), then model.fit(x, y).",
                )
            raise

    def _prepared(self, source: Source, compiled: bool = True) -> Loop:
        """The loop, ready for this data; batches that turn out to differ will be looked at too."""
        loop = self._prepare(source, compiled)
        if isinstance(source, BatchSource):
            source.check = functools.partial(self._prepare, compiled=compiled)
        return loop

    def reset_states(self) -> None:
        """Set the states of stateful recurrent layers to zero, before new sequences begin."""
        for layer in self._flatten_layers():
            reset = None if isinstance(layer, Trainer) else getattr(layer, "reset_state", None)
            if reset is not None:
                reset()

    def _callbacks(self, callbacks: Any, verbose: int | str, feed: Feed) -> CallbackList:
        return CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            model=self,
            verbose=_verbosity(verbose),
            epochs=1,
            steps=feed.size,
        )

    # ------------------------------------------------------------------ single batches

    @teaches_keywords()
    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Update the weights once.

        Returns:
            The loss of this batch before the update, or ``[loss, *metrics]``.
        """
        batch = make_batch(x, y, sample_weight, class_weight)
        logs = self._prepare(batch).train_on_batch(batch)
        return logs if return_dict else _listed(logs)

    @teaches_keywords()
    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss, or ``[loss, *metrics]``, of one batch."""
        batch = make_batch(x, y, sample_weight)
        source = OneBatch(batch)
        logs = self._prepare(batch).evaluate(Feed(source), CallbackList())
        return logs if return_dict else _listed(logs)

    def predict_on_batch(self, x: Any) -> Any:
        """The model's outputs for one batch, as NumPy arrays."""
        batch = make_batch(x)
        predictor = self._prepare(batch, compiled=False).predictor
        return predictor.predict(Feed(OneBatch(batch)), CallbackList())


def _listed(logs: dict[str, float]) -> Any:
    """The loss alone, or loss and metrics as a list."""
    values = list(logs.values())
    return values[0] if len(values) == 1 else values


def _verbosity(verbose: int | str) -> int:
    if verbose == "auto":
        return 1
    if verbose not in (0, 1, 2):
        raise ValueError(f"verbose must be 0, 1, 2 or 'auto'. Received: {verbose!r}")
    return int(verbose)


def _is_due(epoch: int, frequency: int | Sequence[int]) -> bool:
    return epoch % frequency == 0 if isinstance(frequency, int) else epoch in frequency

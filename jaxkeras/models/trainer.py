"""Training from the user's side: compile, fit, evaluate, predict, and single batches."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from jaxkeras import optimizers
from jaxkeras.callbacks import Callback, CallbackList, History
from jaxkeras.layers import Layer
from jaxkeras.layers.arguments import teaches_keywords, whole_number
from jaxkeras.symbolic import KerasTensor
from jaxkeras.training.data import (
    ArraySource,
    Feed,
    Source,
    make_batch,
    make_source,
    split_off,
    validation_feed,
)
from jaxkeras.training.loop import Loop
from jaxkeras.training.objective import Objective
from jaxkeras.training.state import Batch

__all__ = ["Trainer"]

_QUEUE = ("workers", "use_multiprocessing", "max_queue_size")  # Keras 2's ways to read ahead


class Trainer(Layer):
    """The part of `Model` that learns.

    It turns what the user passes into sources of batches, sees to it that data, model and loss fit
    each other, and hands the work to a `Loop`.
    """

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.optimizer: optimizers.Optimizer | None = None
        self.history: History | None = None
        self.stop_training = False
        self._objective: Objective | None = None
        self._loop: Loop | None = None

    def __deepcopy__(self, memo: Any = None) -> "Trainer":
        """A model with weights of its own, whose training goes on from the same point."""
        twin = super().__deepcopy__(memo)
        if self._loop is not None:
            twin._require_loop().resume(self._loop)
        return twin

    # ------------------------------------------------------------------ compile

    @teaches_keywords("jit_compile")
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        loss_weights: Any = None,
    ) -> None:
        """Choose how the model learns. Nothing is computed yet.

        A model of several outputs takes lists, in the order of the outputs, or dictionaries by
        their names.

        Args:
            optimizer: a name, an `Optimizer`, or any optax transformation.
            loss: a name, a `Loss`, or any function ``(y_true, y_pred)``.
            metrics: a list of names, `Metric` objects or functions ``(y_true, y_pred)``.
            weighted_metrics: the same, for metrics that follow sample weights.
            loss_weights: weight of each output's loss in their sum.

        Raises:
            ValueError: a name is unknown; the message suggests the nearest one.

        Example:
            >>> import jaxkeras
            >>> model = jaxkeras.Sequential([jaxkeras.layers.Dense(1)])
            >>> model.compile(optimizer="adam", loss="mean_sqared_error")
            Traceback (most recent call last):
                ...
            ValueError: Unknown loss: 'mean_sqared_error'. Did you mean 'mean_squared_error'?
        """
        self._objective = Objective(loss, metrics, weighted_metrics, loss_weights)
        self.optimizer = optimizers.get(optimizer)
        self._loop = None

    @property
    def loss(self) -> Any:
        """The loss that `compile` chose."""
        objective = self._require_objective()
        found = [head.loss for head in objective.heads]
        return found[0] if len(found) == 1 else found

    @property
    def metrics_names(self) -> list[str]:
        """Names of the values that `evaluate` returns, in order."""
        return self._require_objective().names

    def _require_objective(self) -> Objective:
        if self._objective is None:
            raise RuntimeError(
                f"{self.label} is not compiled. Call model.compile(optimizer=..., loss=...) first."
            )
        return self._objective

    def _prepare(self, data: Source | Batch, compiled: bool = True) -> Loop:
        """Make the model ready for this data, or say what does not fit.

        Args:
            data: what it will be fed.
            compiled: whether loss and metrics are needed.
        """
        if compiled:
            self._require_objective()
        first = data if isinstance(data, Batch) else data.first()
        inputs = jax.tree.map(
            lambda leaf: KerasTensor((None, *leaf.shape[1:]), leaf.dtype), first.x
        )
        self._build_inside((inputs,), {})
        outputs = self._outputs_for(inputs)
        if compiled:
            objective = self._require_objective()
            objective.bind(self._names_of(outputs))
            whole = data.data if isinstance(data, ArraySource) else first
            shapes = [output.shape for output in jax.tree.leaves(outputs)]
            objective.check(whole.y, whole.sample_weight, shapes, self._names_of(outputs))
        return self._require_loop()

    def _require_loop(self) -> Loop:
        if self._loop is None:
            self._loop = Loop(self, self._objective or Objective(), self.optimizer)
        return self._loop

    def _outputs_for(self, inputs: Any) -> Any:
        """Trace the model on these shapes once, so that a layer tells what does not fit."""
        known = self._require_loop().outputs
        key = str(jax.tree.map(lambda tensor: (tensor.shape, tensor.dtype), inputs))
        if key not in known:
            known[key] = self._infer((inputs,), {})
        return known[key]

    def _require_goal(self, loop: Loop, source: Source) -> None:
        """Training has to minimise something: a loss that was compiled, or one that a layer adds."""
        if all(head.loss is None for head in loop.objective.heads):
            structure, x = loop.structure, source.first().x
            params, state = structure.params(), structure.state()
            forward = jax.eval_shape(
                lambda x: structure.forward(structure.merge(params, state), x, True).losses, x
            )
            if not forward:
                raise ValueError(
                    f"{self.label} has nothing to minimise: no loss was chosen and no layer adds "
                    "one. Choose one: model.compile(optimizer=..., loss='mse')."
                )

    def _names_of(self, outputs: Any) -> list[str]:
        """Names of the outputs, in the order of their leaves."""
        if isinstance(outputs, Mapping):
            return sorted(outputs)
        return [f"output_{index + 1}" for index, _ in enumerate(jax.tree.leaves(outputs))]

    def detach_activations(self, names: Sequence[str | None]) -> list[Callable | None]:
        """For every output, take the activation of that name off its end and return it.

        Training does so to a working copy, to compute softmax and its cross-entropy as one.
        ``None`` stands for no activation, on either side.
        """
        return [None] * len(names)

    # ------------------------------------------------------------------ fit, evaluate, predict

    @teaches_keywords(*_QUEUE)
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
    ) -> History:
        """Train for some epochs.

        Args:
            x: inputs ``(samples, ...)``, or a generator or iterable of batches ``(x, y)``.
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

        Returns:
            The `History`, with ``history.history["loss"]`` and the like.

        Raises:
            ValueError: shapes or lengths do not fit; the message names the layer or argument.
        """
        self._require_objective()
        numbers = range(
            whole_number("initial_epoch", initial_epoch, 0), whole_number("epochs", epochs, 0)
        )
        if not isinstance(validation_freq, Sequence):
            validation_freq = whole_number("validation_freq", validation_freq)
        source = make_source(x, y, sample_weight, batch_size, class_weight)
        if validation_split and validation_data is None:
            if not isinstance(source, ArraySource):
                raise ValueError("validation_split needs arrays; pass validation_data instead.")
            kept, held_out = split_off(source.data, validation_split)
            source = ArraySource(kept, source.batch_size)
            validation_data = tuple(held_out)
        feed = Feed(source, steps_per_epoch)
        loop = self._prepare(source)
        self._require_goal(loop, source)
        validation = None
        if validation_data is not None:
            size = batch_size if validation_batch_size is None else validation_batch_size
            try:
                validation = validation_feed(validation_data, size, validation_steps)
                self._prepare(validation.source)
            except Exception as error:
                error.add_note("While checking validation_data.")
                raise
        callback_list = CallbackList(
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
        loop.fit(
            feed,
            validation,
            callback_list,
            numbers,
            shuffle=shuffle,
            validates=lambda epoch: _is_due(epoch + 1, validation_freq),
        )
        assert self.history is not None
        return self.history

    @teaches_keywords(*_QUEUE)
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

        Returns:
            The loss, or ``[loss, *metrics]`` if there are metrics, named by `metrics_names`.
        """
        self._require_objective()
        feed = Feed(make_source(x, y, sample_weight, batch_size), steps)
        loop = self._prepare(feed.source)
        logs = loop.evaluate(feed, self._callbacks(callbacks, verbose, feed))
        return logs if return_dict else _listed(logs)

    @teaches_keywords(*_QUEUE)
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Sequence[Callback] | Callback | None = None,
    ) -> Any:
        """The model's outputs for all samples.

        Args:
            x: inputs ``(samples, ...)``, or a generator or iterable of batches.
            batch_size: samples in a batch; 32 by default.
            verbose: 0 is silent, 1 or ``"auto"`` a progress bar.
            steps: batches to predict.
            callbacks: called at the events of prediction.

        Returns:
            NumPy arrays ``(samples, ...)``.
        """
        feed = Feed(make_source(x, batch_size=batch_size), steps)
        loop = self._prepare(feed.source, compiled=False)
        return loop.predict(feed, self._callbacks(callbacks, verbose, feed))

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
        source = _single(batch)
        logs = self._prepare(batch).evaluate(Feed(source), CallbackList())
        return logs if return_dict else _listed(logs)

    def predict_on_batch(self, x: Any) -> Any:
        """The model's outputs for one batch, as NumPy arrays."""
        batch = make_batch(x)
        return self._prepare(batch, compiled=False).predict(Feed(_single(batch)), CallbackList())


def _listed(logs: dict[str, float]) -> Any:
    """The loss alone, or loss and metrics as a list."""
    values = list(logs.values())
    return values[0] if len(values) == 1 else values


def _single(batch: Batch) -> Source:
    return ArraySource(batch, len(jax.tree.leaves(batch.x)[0]))


def _verbosity(verbose: int | str) -> int:
    if verbose == "auto":
        return 1
    if verbose not in (0, 1, 2):
        raise ValueError(f"verbose must be 0, 1, 2 or 'auto'. Received: {verbose!r}")
    return int(verbose)


def _is_due(epoch: int, frequency: int | Sequence[int]) -> bool:
    return epoch % frequency == 0 if isinstance(frequency, int) else epoch in frequency

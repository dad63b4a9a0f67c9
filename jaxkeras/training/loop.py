"""The loop: drives the pure steps over data and keeps the live model in step with them."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras import optimizers
from jaxkeras.callbacks import CallbackList
from jaxkeras.random import next_key
from jaxkeras.training.calls import Calls
from jaxkeras.training.data import Source, take_item
from jaxkeras.training.feed import Feed
from jaxkeras.training.fusion import affordable_steps, fuse, groups
from jaxkeras.training.objective import Objective
from jaxkeras.training.prediction import Predictor
from jaxkeras.training.pure import PureModel, Structure
from jaxkeras.training.state import Batch, Logs, Progress, TrainState
from jaxkeras.training.steps import Steps

__all__ = ["Loop"]

_copy = jax.jit(lambda tree: jax.tree.map(jnp.copy, tree))


class Loop:
    """Trains and evaluates one compiled model.

    The steps run on copies whose buffers they may reuse; the live model's arrays are never given
    away. It gets the new weights after every epoch, and after every batch that a callback watches.

    Args:
        model: the live model, built.
        objective: loss and metrics, or ``None`` to predict only.
        optimizer: or ``None`` to evaluate and predict only.
        trained: see `Structure`.
    """

    def __init__(
        self,
        model: Any,
        objective: Objective,
        optimizer: optimizers.Optimizer | None,
        trained: Sequence[bool] | None = None,
    ):
        self.model = model
        self.objective = objective
        self.optimizer = optimizer
        self._trained = trained
        self.structure = Structure(model, trained, objective.own_metrics)
        self.steps = Steps(self.structure, objective, optimizer)
        self.predictor = Predictor(model, self.structure)
        self.outputs: dict[Any, Any] = {}  # symbolic, for inputs that were traced already
        self._compiled: dict[Any, Callable] = {}
        self._calls: Calls | None = None
        self._model_steps: dict[Any, Callable] = {}
        self._opt_state: Any = None
        self._step = 0
        # One stream of shuffles for the life of the model: no two passes are alike, and training
        # that goes on draws what unbroken training would have drawn.
        self._shuffle_key: jax.Array | None = None
        self._passes = 0
        self._epoch = self._batch = self._taken = 0  # see `Progress`
        self._sums: list[jax.Array] | None = None
        self._position: Any = None
        self._goes_on = False
        self._running: TrainState | None = None  # what the step was given that is being traced

    def __deepcopy__(self, memo: Any) -> None:
        """A copied model makes a loop of its own, see `resume`."""

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_compiled": {}, "_model_steps": {}, "_calls": None}

    def progress(self) -> Progress:
        """Where training stands; the arrays are not given away."""
        if self._opt_state is not None:
            self._opt_state = self._require_optimizer().sync(self._opt_state)
        return Progress(
            _copy(self._opt_state),
            self._step,
            self._shuffle_key,
            self._passes,
            self._epoch,
            self._batch,
            self._taken,
            _copy(self._sums),
            self._position,
        )

    def resume(self, progress: Progress, goes_on: bool = False) -> None:
        """Stand where a loop of this or of an equal model stood.

        Args:
            progress: what its `progress` told.
            goes_on: whether the next `fit`, or the one that is beginning, takes up the epoch that
                was running, rather than count epochs anew.
        """
        self._opt_state, self._step, self._shuffle_key, self._passes = progress[:4]
        self._epoch, self._batch, self._taken, self._sums, self._position = progress[4:]
        self._goes_on = goes_on
        if self._opt_state is not None:
            self._require_optimizer().adopt(self._opt_state)

    def _mark(
        self, epoch: int, batch: int, taken: int, sums: Any = None, position: Any = None
    ) -> None:
        self._epoch, self._batch, self._taken, self._position = epoch, batch, taken, position
        self._sums = None if sums is None else jax.tree.leaves(sums)

    def _sums_of(self, state: TrainState) -> Any:
        """Everything that is counted anew in every epoch."""
        return state.metrics, self.structure.counts(state.state)

    def _with_sums(self, state: TrainState, sums: Any) -> TrainState:
        """The state with other sums; the live model, which may share them, loses no array."""
        metrics, counts = sums
        return state._replace(metrics=metrics, state=state.state | _copy(counts))

    def _take_up(self, feed: Feed, epochs: range, shuffle: bool) -> tuple[range, int]:
        """The epochs to run, and how many batches of the first are done already."""
        if not self._goes_on:
            self._mark(epochs.start, 0, 0)
            return epochs, 0
        self._goes_on = False
        if self._taken:
            self._passes = max(self._passes - 1, 0)  # the pass that was broken off is drawn again
            feed.skip(self._taken, lambda: self._shuffle() if shuffle else None, self._position)
        return range(max(self._epoch, epochs.start), epochs.stop), self._batch

    # ------------------------------------------------------------------ training, evaluation

    def fit(
        self,
        feed: Feed,
        validation: Feed | None,
        callbacks: CallbackList,
        epochs: range,
        shuffle: bool = True,
        validates: Callable[[int], bool] = lambda epoch: True,
    ) -> None:
        """Train for some epochs; results go to the callbacks."""
        watched = callbacks.wants_batches("train")
        self.start()
        apart = callbacks.sees_batches("train")
        run, size = self._program("train", feed, self._train_state(), apart)
        callbacks.on_train_begin()
        epochs, first = self._take_up(feed, epochs, shuffle)
        logs: dict[str, float] = {}
        for epoch in epochs:
            callbacks.on_epoch_begin(epoch)
            reached = self._train_epoch(run, size, feed, callbacks, shuffle, watched, epoch, first)
            if feed.is_used_up and not reached:
                break  # not one batch was left
            logs, first = reached, 0
            self._mark(epoch + 1, 0, feed.taken, position=feed.position)
            if validation is not None and validates(epoch):
                results = self.evaluate(validation, callbacks)
                logs |= {f"val_{name}": value for name, value in results.items()}
            callbacks.on_epoch_end(epoch, logs)
            if self.model.stop_training or feed.is_used_up:
                break
        self.finalize()
        callbacks.on_train_end(logs)

    def _train_epoch(
        self,
        run: Callable,
        size: int,
        feed: Feed,
        callbacks: CallbackList,
        shuffle: bool,
        watched: bool,
        epoch: int,
        first: int,
    ) -> dict[str, float]:
        state = self.begin()
        logs: Logs = {}
        if first and self._sums is not None:
            structure = jax.tree.structure(self._sums_of(state))
            state = self._with_sums(state, jax.tree.unflatten(structure, _copy(self._sums)))
            logs = self.steps.logs(state)
        items = feed.epoch(lambda: self._shuffle() if shuffle else None, first)
        done = first
        try:
            for item, count, taken in groups(items, size):
                callbacks.on_train_batch_begin(done)
                self._sums = None  # the step may reuse its buffers
                state, logs = run(self._with_rate(state), feed.source.resident, item, count)
                done += count
                if watched:
                    self.finish(state)
                    self._mark(epoch, done, taken, self._sums_of(state), feed.position)
                callbacks.on_train_batch_end(done - 1, logs)
                if watched:
                    state = self._with_sums(self.begin(), self._sums_of(state))
                if self.model.stop_training:
                    break
        finally:
            self.finish(state)
        return self._fetch(logs)

    def evaluate(self, feed: Feed, callbacks: CallbackList) -> dict[str, float]:
        """Loss and metrics over the data."""
        callbacks.on_test_begin()
        state = self._test_state()
        run, size = self._program("test", feed, state, callbacks.sees_batches("test"))
        logs: Logs = {}
        feed.restart()
        done = 0
        for item, count, _ in groups(feed.epoch(lambda: None), size):
            callbacks.on_test_batch_begin(done)
            state, logs = run(state, feed.source.resident, item, count)
            done += count
            callbacks.on_test_batch_end(done - 1, logs)
        self.structure.write(state.params, state.state)
        results = self._fetch(logs)
        callbacks.on_test_end(results)
        return results

    def train_on_batch(self, batch: Batch) -> dict[str, float]:
        """One update; the values are those of this batch alone."""
        state, logs = self._compile("update", None)(self._with_rate(self.begin(copy=False)), batch)
        self.finish(state)
        return self._fetch(logs)

    @property
    def calls(self) -> Calls | None:
        """The model's calls on arrays, if there were some and its layers are as they were then."""
        return self._calls if self._calls is not None and self._calls.is_current() else None

    def make_calls(self) -> Calls:
        """The model's calls on arrays, of its layers as they are now."""
        structure = Structure(self.model, self._trained, self.objective.own_metrics)
        self._calls = Calls(structure, self.model)
        return self._calls

    # ------------------------------------------------------------------ live model and train state

    def start(self) -> None:
        """Give the optimizer its state, unless it has one."""
        optimizer = self._require_optimizer()
        if self._opt_state is None:
            self._opt_state = optimizer.init(self.structure.params())
            optimizer.adopt(self._opt_state)

    def finalize(self) -> bool:
        """Give the live model what the optimizer says to keep, such as averaged weights.

        Returns:
            Whether that is anything else than the weights of the last step.
        """
        params = self.structure.params()
        kept = self._require_optimizer().finalize(params, self._opt_state)
        pairs = zip(jax.tree.leaves(kept), jax.tree.leaves(params), strict=True)
        if all(own is last for own, last in pairs):
            return False
        self.structure.write(_copy(kept), self.structure.state())
        return True

    def begin(self, copy: bool = True) -> TrainState:
        """The train state that the live model stands for, in buffers of its own."""
        self.start()
        return _copy(self._train_state()) if copy else self._train_state()

    def _train_state(self) -> TrainState:
        return self._test_state()._replace(opt_state=self._opt_state)

    def _test_state(self) -> TrainState:
        """The train state of a model that is not going to be trained."""
        return TrainState(
            self.structure.params(),
            self.structure.fresh_state(),
            (),
            self.objective.empty(),
            jnp.asarray(self._step, jnp.int32),
        )

    def finish(self, state: TrainState) -> None:
        """Give the live model what training has reached."""
        if any(leaf.is_deleted() for leaf in jax.tree.leaves(state)):
            return  # a step was broken off; the live model keeps what it had
        self.structure.write(state.params, state.state)
        self._opt_state = state.opt_state
        self._step = int(state.step)
        self._require_optimizer().iterations = self._step

    def pure(self) -> PureModel:
        """The model as data and pure functions; inside a step, that which the step was given."""
        if (running := self._running) is not None:
            step = self.steps.train_step
            return PureModel(running.params, running.state, self.structure.apply, running, step)
        params, state = _copy((self.structure.params(), self.structure.state()))
        if self.optimizer is None:
            return PureModel(params, state, self.structure.apply)
        step = self._step_of("train")
        return PureModel(params, state, self.structure.apply, self.begin(), step)

    def _with_rate(self, state: TrainState) -> TrainState:
        opt_state = self._require_optimizer().sync(state.opt_state)
        return state._replace(opt_state=opt_state)

    def _require_optimizer(self) -> optimizers.Optimizer:
        if self.optimizer is None:
            raise RuntimeError("The model is not compiled. Call model.compile(...) first.")
        return self.optimizer

    def _fetch(self, logs: Logs) -> dict[str, float]:
        """Scalars from the device as floats, the loss first."""
        values = jax.device_get(logs)
        names = [*self.objective.names, *self.structure.reported]
        known = [name for name in names if name in values]
        return {
            name: float(values[name]) if np.ndim(values[name]) == 0 else values[name]
            for name in dict.fromkeys([*known, *values])
        }

    def _shuffle(self) -> np.random.Generator:
        """What the order of the next pass is drawn with; on the host nothing is compiled."""
        if self._shuffle_key is None:
            self._shuffle_key = next_key()
        self._passes += 1
        words = np.asarray(jax.random.key_data(self._shuffle_key)).tolist()
        return np.random.default_rng([*words, self._passes])

    # ------------------------------------------------------------------ compilation

    def _program(
        self, kind: str, feed: Feed, state: TrainState, apart: bool
    ) -> tuple[Callable, int]:
        """The program for an epoch, and how many steps it takes at once.

        The program is ``(state, resident, item or items, count) -> (state, logs)``. Where steps
        have to stay apart, because somebody looks at each, ``"auto"`` takes one.
        """
        source, size = feed.source, self.model.steps_per_execution
        if size == "auto" and (apart or not source.is_indexed):
            size = 1
        if size == "auto":
            state, resident = jax.tree.map(jax.typeof, (state, source.resident))
            item = jax.ShapeDtypeStruct((source.batch_size,), jnp.int32)
            batch = jax.eval_shape(source.take, resident, item)
            size = min(feed.size or 1, affordable_steps(self._step_of(kind), state, batch))
        if size == 1 or not source.is_indexed:
            return self._compile(kind, source), 1
        return self._compile(kind, source, fused=True), size

    def _compile(self, kind: str, source: Source | None, fused: bool = False) -> Callable:
        """The jitted step for a kind of data; compiled once, whatever the sizes that come."""
        take = take_item if source is None else source.take
        key = kind, take, fused, self._schedule
        if key not in self._compiled:
            step = self._step_of(kind)
            if kind != "update":
                step = fuse(step, take) if fused else _single(step, take)
            self._compiled[key] = jax.jit(step, donate_argnums=0 if kind == "train" else ())
        return self._compiled[key]

    @property
    def _schedule(self) -> Any:
        """What of the optimizer is part of the program."""
        return self.optimizer.schedule if self.optimizer else None

    def _step_of(self, kind: str) -> Callable:
        """The model's step, as the same object whenever it is asked for: that is traced once."""
        key = kind, self._schedule
        if key not in self._model_steps:
            method = self.model.test_step if kind == "test" else self.model.train_step
            self._model_steps[key] = self._counting(method)
        return self._model_steps[key]

    def _counting(self, method: Callable) -> Callable:
        """The model's step, in which metrics that are attributes of the model may be updated."""

        def step(state: TrainState, batch: Any) -> tuple[TrainState, Logs]:
            outer, self._running = self._running, state
            try:
                with self.structure.counting(state.state):
                    after, logs = method(state, batch)
                    carried = self.structure.counted(state.state, after.state)
            finally:
                self._running = outer
            return after._replace(state=carried), logs

        return step


def _single(step: Callable, take: Callable) -> Callable:
    """One step on an item, of the form that `fuse` gives many."""
    return lambda state, resident, item, count: step(state, take(resident, item))

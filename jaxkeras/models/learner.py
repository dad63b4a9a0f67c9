"""What a model learns from and how: compile, and the pure steps that a subclass may change."""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from jaxkeras import optimizers
from jaxkeras.callbacks import History
from jaxkeras.layers import Layer
from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.mask import get_mask
from jaxkeras.layers.reporting import Tracked, tracked_metrics
from jaxkeras.layers.scope import current_call
from jaxkeras.layers.weighted import weights_of
from jaxkeras.metrics import Metric
from jaxkeras.registry import deserialize, serialize, teaches_keywords
from jaxkeras.symbolic import KerasTensor
from jaxkeras.training.calls import Calls, can_compile, is_concrete
from jaxkeras.training.data import ArraySource, Source
from jaxkeras.training.loop import Loop
from jaxkeras.training.objective import Objective
from jaxkeras.training.pure import Forward, Tree
from jaxkeras.training.state import Batch, Logs, TrainState

__all__ = ["Learner"]


class Learner(Layer):
    """The part of `Model` that knows loss, optimizer and metrics, and the steps over one batch."""

    _trains_alone = True

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.optimizer: optimizers.Optimizer | None = None
        self.history: History | None = None
        self.stop_training = False
        self.steps_per_execution: int | str = "auto"
        self._objective: Objective | None = None
        self._loop: Loop | None = None
        self._trained: tuple[bool, ...] | None = None  # which weights `compile` found trainable

    def __deepcopy__(self, memo: Any = None) -> "Learner":
        """A model with weights of its own, whose training goes on from the same point."""
        twin = super().__deepcopy__(memo)
        if self._loop is not None:
            twin._require_loop().resume(self._loop.progress())
        return twin

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Apply the model to arrays, or record it on symbolic tensors; see `Layer.__call__`.

        In inference, a model of this package's layers runs as one program, compiled for the shapes
        that come; one with own code inside runs layer by layer.
        """
        is_plain = len(args) == 1 and not kwargs.get("training") and kwargs.keys() <= {"training"}
        if is_plain and (calls := self._calls_on(args[0])) is not None:
            outputs, self._added.losses = calls(args[0], kwargs.get("training"))
            return outputs
        return super().__call__(*args, **kwargs)

    def _calls_on(self, x: Any) -> Calls | None:
        """The compiled calls, if they may take the place of a call on ``x``."""
        is_own = self._loop is None or self._loop.model is self  # not a copy inside of a transform
        if self._runs_foreign_code or current_call() is not None or not is_own:
            return None
        if not is_concrete(x) or any(get_mask(leaf) is not None for leaf in jax.tree.leaves(x)):
            return None
        calls = self._loop and self._loop.calls
        if calls is None and not can_compile(self):
            return None
        try:
            self._outputs_for(x)
        except Exception:  # the layers tell what does not fit these samples, one after the other
            return None
        return calls or self._require_loop().make_calls()

    # ------------------------------------------------------------------ compile

    @teaches_keywords("jit_compile", "run_eagerly")
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        loss_weights: Any = None,
        steps_per_execution: int | str = "auto",
        auto_scale_loss: bool = True,
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
            steps_per_execution: how many batches of arrays run as one program, after which the
                hooks of callbacks for batches are called. ``"auto"`` takes as many as take a
                fraction of a second; but one, if a callback has such a hook. From 2 on the
                number changes no bit of what comes out; 1 may round otherwise.
            auto_scale_loss: whether a model of the policy ``"mixed_float16"`` gets its optimizer
                inside a `LossScaleOptimizer`, without which small gradients are lost.

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
        if steps_per_execution != "auto":
            steps_per_execution = whole_number("steps_per_execution", steps_per_execution)
        self._objective = Objective(loss, metrics, weighted_metrics, loss_weights)
        self.optimizer = optimizers.get(optimizer)
        is_scaled = isinstance(self.optimizer, optimizers.LossScaleOptimizer)
        if auto_scale_loss and not is_scaled and self.dtype_policy.name == "mixed_float16":
            self.optimizer = optimizers.LossScaleOptimizer(self.optimizer)
        self.steps_per_execution = steps_per_execution
        self._loop = None
        is_built = self._is_built()
        self._trained = tuple(trains for _, trains in weights_of(self)) if is_built else None

    def get_compile_config(self) -> dict[str, Any]:
        """What `compile` was called with, as plain data; nothing before.

        What has no configuration, such as an optax transformation, is answered with a warning:
        then nothing is written down, and a copy has to be compiled anew.
        """
        if self._objective is None:
            return {}
        loss, loss_weights, metrics, weighted_metrics = self._objective.request
        try:
            config = serialize(
                {
                    "optimizer": self.optimizer,
                    "loss": loss,
                    "loss_weights": loss_weights,
                    "metrics": metrics,
                    "weighted_metrics": weighted_metrics,
                }
            )
        except TypeError as error:
            warnings.warn(
                f"{self.label} is written down as if it was not compiled. {error} "
                "Compile it again after loading.",
                stacklevel=2,
            )
            return {}
        steps = 1 if self.steps_per_execution == "auto" else self.steps_per_execution
        return config | {"run_eagerly": False, "steps_per_execution": steps, "jit_compile": "auto"}

    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Choose how the model learns as `get_compile_config` tells, here or in Keras.

        A class with a `compile` of its own is left as it is, with a warning: what that takes, the
        class itself has to write down and read.

        Args:
            config: plain data.

        Raises:
            ValueError: a class or function is unknown.
        """
        if type(self).compile is not Learner.compile:
            warnings.warn(
                f"{self.label} has a compile() of its own, so it is not compiled. Call it, or "
                "define get_compile_config() and compile_from_config(config) beside it.",
                stacklevel=2,
            )
            return
        arguments = deserialize(config)
        if arguments.get("steps_per_execution") == 1:  # what Keras writes unless told otherwise
            del arguments["steps_per_execution"]
        self.compile(**arguments)

    @property
    def loss(self) -> Any:
        """The loss that `compile` chose."""
        objective = self._require_objective()
        found = [head.loss for head in objective.heads]
        return found[0] if len(found) == 1 else found

    @property
    def metrics(self) -> list[Metric]:
        """The metrics that `compile` chose, then those that layers keep or `add_metric` made."""
        heads = [] if self._objective is None else self._objective.heads
        chosen = [metric for head in heads for metric in head.plain_metrics]
        return chosen + [tracked.metric for tracked in self._tracked_metrics()]

    def _tracked_metrics(self) -> list[Tracked]:
        """The metrics that are reported beside those that `compile` chose."""
        others = [] if self._objective is None else self._objective.own_metrics
        return [tracked for tracked in tracked_metrics(self, others) if tracked.is_reported]

    @property
    def metrics_names(self) -> list[str]:
        """Names of the values that `evaluate` returns, in order.

        A metric that a layer makes in its call is among them from the first data on.
        """
        chosen = self._require_objective().names
        return list(dict.fromkeys([*chosen, *(one.name for one in self._tracked_metrics())]))

    def reset_metrics(self) -> None:
        """Let the metrics that layers keep forget what they counted.

        `fit`, `evaluate` and the like do so themselves, at the start of every epoch.
        """
        for tracked in tracked_metrics(self):
            tracked.metric.reset_state()

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
        outputs = self._outputs_for(first.x)
        whole = data.data if isinstance(data, ArraySource) else first
        self._check_values(whole.x)
        if compiled:
            objective = self._require_objective()
            objective.bind(self._names_of(outputs))
            shapes = [output.shape for output in jax.tree.leaves(outputs)]
            objective.check(whole.y, whole.sample_weight, shapes, self._names_of(outputs))
        return self._require_loop()

    def _check_values(self, inputs: Any) -> None:
        for layer, fed in self._fed(inputs):
            layer._check_values(fed)

    def _fed(self, x: Any) -> Iterable[tuple[Layer, Any]]:
        """The layers that take the data as they come, each with what it takes."""
        return ()

    def _require_loop(self) -> Loop:
        if self._loop is None:
            objective = self._objective or Objective()
            self._loop = Loop(self, objective, self.optimizer, self._trained)
        return self._loop

    def _outputs_for(self, x: Any) -> Any:
        """Symbolic outputs for inputs like these, whose number of samples is not looked at.

        The first time it builds the model and traces it, so that a layer tells what does not fit.
        """
        leaves, structure = jax.tree.flatten(x)
        key = structure, *((leaf.shape[1:], leaf.dtype) for leaf in leaves)
        if self._loop is None or key not in self._loop.outputs:
            batch = self._batch_of_inputs()
            tensors = [KerasTensor((batch, *leaf.shape[1:]), leaf.dtype) for leaf in leaves]
            inputs = jax.tree.unflatten(structure, tensors)
            self._build_inside((inputs,), {})
            outputs = self._infer((inputs,), {})
            if self._objective is not None and self._has_foreign_code():
                self._trace_copy((inputs,), {}, training=True)  # which may make more metrics
            loop = self._require_loop()
            loop.outputs[key] = outputs
            loop.structure.find_metrics()
        return self._require_loop().outputs[key]

    def _batch_of_inputs(self) -> int | None:
        """How many samples a batch has, where the model was made for one number of them."""
        return None

    def _has_foreign_code(self) -> bool:
        return any(
            isinstance(layer, Layer) and layer._runs_foreign_code
            for layer in self._flatten_layers()
        )

    def _require_goal(self, loop: Loop, source: Source) -> None:
        """Training has to minimise something: a compiled loss, or one that a layer adds."""
        is_default = type(self).train_step is Learner.train_step and not self.has_own_loss
        if is_default and all(head.loss is None for head in loop.objective.heads):
            structure, x = loop.structure, source.first().x
            params, state = structure.params(), structure.state()

            def added(x: Any) -> list[jax.Array]:
                with structure.counting(state):
                    return structure.forward(structure.merge(params, state), x, True).losses

            if not jax.eval_shape(added, x):
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

    def use_averaged_weights(self) -> list[np.ndarray]:
        """Put the moving average that the optimizer keeps in place of the weights.

        Before the first step there is none, and the weights stay.

        Returns:
            The weights as they were, for `set_weights`.

        Raises:
            ValueError: the optimizer keeps no average.
        """
        loop, own = self._require_loop(), self.get_weights()
        loop.start()
        if self.optimizer and self.optimizer.iterations and not loop.finalize():
            raise ValueError(
                f"{self.label} has no averaged weights. Compile it with an optimizer that keeps "
                "them, such as SGD(0.01, use_ema=True)."
            )
        return own

    # ------------------------------------------------------------------ the pure steps

    def apply(self, params: Tree, state: Tree, x: Any, training: bool = False) -> tuple[Any, Tree]:
        """The model as a pure function of its weights: ``(params, state, x) -> (outputs, state)``.

        See `Model.as_pure`, which hands out ``params`` and ``state``.
        """
        return self._require_loop().structure.apply(params, state, x, training)

    def train_step(self, state: TrainState, batch: Batch) -> tuple[TrainState, Logs]:
        """What one batch does in training; a subclass may do something else.

        A pure function: it is compiled, so it takes everything from its arguments and returns
        everything that changed.

        Args:
            state: weights, optimizer state and running sums.
            batch: ``(x, y, sample_weight)``.

        Returns:
            The new state, and the values to report, ``{name: scalar}``.

        Example:
            >>> import jax, numpy as np, optax, jaxkeras
            >>> class Regression(jaxkeras.Sequential):
            ...     def train_step(self, state, batch):
            ...         def loss_of(params):
            ...             outputs, carried = self.apply(params, state.state, batch.x, True)
            ...             return ((outputs - batch.y) ** 2).mean(), carried
            ...         (loss, carried), grads = jax.value_and_grad(loss_of, has_aux=True)(
            ...             state.params)
            ...         updates, opt_state = self.optimizer.update(
            ...             grads, state.opt_state, state.params)
            ...         params = optax.apply_updates(state.params, updates)
            ...         state = state._replace(
            ...             params=params, state=carried, opt_state=opt_state, step=state.step + 1)
            ...         return state, {"squared": loss}
            >>> model = Regression([jaxkeras.layers.Dense(1)])
            >>> model.compile("sgd")
            >>> x = np.random.rand(32, 3)
            >>> sorted(model.fit(x, x[:, :1], verbose=0).history)
            ['squared']
        """
        return self._require_loop().steps.train_step(state, batch)

    def test_step(self, state: TrainState, batch: Batch) -> tuple[TrainState, Logs]:
        """What one batch does in evaluation; pure, as `train_step` is.

        Args:
            state: weights and running sums.
            batch: ``(x, y, sample_weight)``.

        Returns:
            The state with new sums, and the values to report.
        """
        return self._require_loop().steps.test_step(state, batch)

    def predict_step(self, params: Tree, state: Tree, batch: Batch) -> tuple[Any, Tree]:
        """The outputs for one batch, and what the model carries on; pure, as `train_step` is."""
        return self._require_loop().steps.predict_step(params, state, batch)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> jax.Array:
        """The scalar to minimise; a subclass may compute another one.

        Args:
            x: inputs of a batch.
            y: its targets.
            y_pred: the model's outputs.
            sample_weight: weight of every sample.
            training: whether this is training.
        """
        objective = self._require_objective()
        leaves = jax.tree.leaves(y_pred)
        forward = Forward(y_pred, {}, self.losses, [get_mask(leaf) for leaf in leaves])
        return objective.compute_loss(Batch(x, y, sample_weight), forward, [False] * len(leaves))[0]

    @property
    def has_own_loss(self) -> bool:
        """Whether a subclass computes the loss in its own way."""
        return type(self).compute_loss is not Learner.compute_loss

    def compute_own_loss(self, batch: Batch, forward: Forward, training: bool) -> jax.Array:
        """Let the subclass compute the loss of a forward pass whose losses were collected."""
        self._added.losses = forward.losses[: len(forward.losses) - len(self.penalties)]
        try:
            return self.compute_loss(
                batch.x, batch.y, forward.outputs, batch.sample_weight, training
            )
        finally:
            self._added.losses = []

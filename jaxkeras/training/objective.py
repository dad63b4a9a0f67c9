"""What training minimises and what it reports: the losses and metrics that `compile` chose."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras import losses, metrics
from jaxkeras.layers.arguments import explain
from jaxkeras.training.pure import Forward
from jaxkeras.training.state import Batch, Logs

__all__ = ["Head", "Objective"]


class Head:
    """The loss and the metrics of one output, as pure functions of targets and outputs.

    Args:
        loss: name, function or object, or ``None``.
        weight: of the loss in the sum over all outputs.
        plain_metrics: metrics that ignore sample weights, as names, functions or objects.
        weighted_metrics: metrics that follow sample weights.
        name: the output's name, where there are several outputs.
    """

    def __init__(
        self,
        loss: Any = None,
        weight: float = 1.0,
        plain_metrics: Sequence[Any] = (),
        weighted_metrics: Sequence[Any] = (),
        name: str | None = None,
    ):
        self.loss = losses.get(loss)
        self.weight = weight
        self.name = name
        # By the name that is reported: the metric, and whether it is weighted. One that has to wait
        # for shapes stays a name; all that it may come to mean keep the same sums.
        self._metrics: dict[str, tuple[Any, bool]] = {}
        self._found: dict[str, metrics.Metric] = {}  # what each means for the data seen last
        requested = [(m, False) for m in plain_metrics] + [(m, True) for m in weighted_metrics]
        for identifier, weighted in requested:
            metric = self._metric(identifier)
            taken = sum(metric.name in (n, n.rpartition("_")[0]) for n in self._metrics)
            name = f"{metric.name}_{taken}" if taken else metric.name
            kept = identifier if metrics.depends_on_shapes(identifier) else metric
            self._metrics[name] = kept, weighted
            self._found[name] = metric

    @property
    def metric_names(self) -> list[str]:
        """Names of the metrics."""
        return list(self._metrics)

    @property
    def plain_metrics(self) -> list[metrics.Metric]:
        """The metric objects; before there are data, as for targets and outputs of one column."""
        return list(self._found.values())

    def _metric(
        self,
        identifier: Any,
        targets: tuple[int, ...] = (1, 1),
        outputs: tuple[int | None, ...] = (1, 1),
    ) -> metrics.Metric:
        """The metric for targets and outputs of these shapes."""
        return metrics.resolve(identifier, targets, outputs, loss=self.loss)

    def check(
        self, targets: Any, sample_weight: Any, output_shape: tuple[int | None, ...], name: str
    ) -> None:
        """Compare targets and their weights with the output; see `Objective.check`."""
        if targets is None and (self.loss is not None or self._metrics):
            judges = ", ".join([*([self.loss.name] if self.loss else []), *self._metrics])
            raise ValueError(
                f"{judges} needs targets to compare the output {name!r} with, got none. "
                "Pass y, as in fit(x, y), or batches (x, y)."
            )
        if self.loss is not None:
            self.loss.check(np.asarray(targets), (None, *output_shape[1:]), name)
        for name, (identifier, _) in self._metrics.items():
            shape = np.asarray(targets).shape
            self._found[name] = self._metric(identifier, shape, output_shape)
            self._found[name].build((None, *shape[1:]), output_shape)
        per_sample = np.shape(sample_weight)[1:]
        if len(output_shape) == 2 and per_sample not in ((), (1,), output_shape[1:]):
            raise ValueError(
                f"sample_weight must be one number a sample, of shape ({len(sample_weight)},). "
                f"Received shape {np.shape(sample_weight)}."
            )

    def compute_loss(
        self, targets: Any, outputs: Any, sample_weight: Any, mask: Any, logits: bool
    ) -> jax.Array:
        """The loss of this output, not yet weighted against others."""
        if self.loss is None:
            return jnp.zeros(())
        loss = self.loss.on_logits() if logits else self.loss
        try:
            return loss(targets, outputs, sample_weight, mask)
        except Exception as error:
            explain(error, _doing("loss", loss.name, targets, outputs, sample_weight))
            if "KerasTensor" in str(error):
                explain(error, _OF_THE_MODEL)
            raise

    def empty(self) -> dict[str, Any]:
        """Running sums of the metrics before the first batch."""
        return {name: metric._empty() for name, metric in self._found.items()}

    def update(
        self, sums: Mapping[str, Any], targets: Any, outputs: Any, sample_weight: Any, mask: Any
    ) -> dict[str, Any]:
        """Running sums of the metrics after one more batch."""
        updated = {}
        for name, (identifier, weighted) in self._metrics.items():
            metric = self._metric(identifier, jnp.shape(targets), jnp.shape(outputs))
            weight = sample_weight if weighted else None
            if mask is not None:
                kept = jnp.asarray(mask, outputs.dtype)
                weight = kept if weight is None else kept * jnp.reshape(weight, (-1, 1))
            try:
                updated[name] = metric.update(sums[name], targets, outputs, weight)
            except Exception as error:
                explain(error, _doing("metric", name, targets, outputs, weight))
                raise
        return updated

    def compute(self, sums: Mapping[str, Any]) -> Logs:
        """The values that the running sums stand for."""
        return {name: metric.compute(sums[name]) for name, metric in self._found.items()}


class Objective:
    """The heads of a model: one per output, in the order of the outputs.

    Args:
        loss: for one output a name, function or object; for several a list or a dictionary by the
            names of the outputs, or one for all. ``None`` leaves only the losses of layers.
        plain_metrics: likewise; a list of metrics, or a list or dictionary of such lists.
        weighted_metrics: the same, for metrics that follow sample weights.
        loss_weights: weight of each output's loss in the sum.
    """

    def __init__(
        self,
        loss: Any = None,
        plain_metrics: Any = None,
        weighted_metrics: Any = None,
        loss_weights: Any = None,
    ):
        self.request = loss, loss_weights, plain_metrics, weighted_metrics
        self._loss_sums = metrics.Mean("loss")
        self.heads: list[Head] = []
        for identifier in _leaves(loss):
            losses.get(identifier)
        for identifier in [*_leaves(plain_metrics), *_leaves(weighted_metrics)]:
            metrics.resolve(identifier, (1, 1), (1, 1))

    @property
    def own_metrics(self) -> list[metrics.Metric]:
        """The metric objects among what was asked for."""
        found = [*_leaves(self.request[2]), *_leaves(self.request[3])]
        return [leaf for leaf in found if isinstance(leaf, metrics.Metric)]

    def bind(self, output_names: Sequence[str]) -> None:
        """Give every output its head; names matter where there is more than one."""
        if self.heads:
            return
        loss, loss_weights, plain, weighted = self.request
        names = list(output_names)
        self.heads = [
            Head(loss, weight, plain, weighted, name if len(names) > 1 else None)
            for loss, weight, plain, weighted, name in zip(
                _per_output(loss, names, "loss"),
                _per_output(loss_weights, names, "loss_weights", default=1.0),
                _metrics_per_output(plain, names),
                _metrics_per_output(weighted, names),
                names,
                strict=True,
            )
        ]

    @property
    def names(self) -> list[str]:
        """Names of what is reported, the loss first."""
        self.bind(["output"])
        several = len(self.heads) > 1
        return [
            "loss",
            *(f"{head.name}_loss" for head in self.heads if several and head.loss is not None),
            *(self._full(head, name) for head in self.heads for name in head.metric_names),
        ]

    @staticmethod
    def _full(head: Head, name: str) -> str:
        return name if head.name is None else f"{head.name}_{name}"

    def check(
        self, targets: Any, sample_weight: Any, output_shapes: Any, names: Sequence[str]
    ) -> None:
        """Compare targets and their weights with the model's outputs.

        Args:
            targets: all of them, as NumPy or JAX arrays.
            sample_weight: likewise.
            output_shapes: shapes of the outputs, ``None`` where a dimension is unknown.
            names: of the outputs, for messages.

        Raises:
            ValueError: the targets or weights do not fit a loss or an output.
        """
        for head, own, weight, shape, name in zip(
            self.heads,
            self._align(targets, "y"),
            self._align(sample_weight, "sample_weight"),
            output_shapes,
            names,
            strict=True,
        ):
            head.check(own, weight, shape, name)

    def _align(self, value: Any, what: str) -> list[Any]:
        """Targets or weights as a list in the order of the outputs."""
        if len(self.heads) == 1 and not isinstance(value, (Mapping, list, tuple)):
            return [value]
        if isinstance(value, Mapping):
            wanted = [head.name for head in self.heads]
            if len(self.heads) == 1 and len(value) == 1:
                return list(value.values())
            missing = [name for name in wanted if name not in value]
            if missing and what == "y":
                raise ValueError(
                    f"{what} has no entry for output {missing[0]!r}. Its keys: {sorted(value)}."
                )
            return [value.get(name) for name in wanted]
        if isinstance(value, (list, tuple)):
            if len(value) != len(self.heads):
                raise ValueError(
                    f"The model has {len(self.heads)} outputs, but {what} has {len(value)} parts."
                )
            return list(value)
        if value is not None and what == "y":
            raise ValueError(
                f"The model has {len(self.heads)} outputs: pass y as a list of {len(self.heads)} "
                "arrays or a dictionary by the names of the outputs."
            )
        return [value] * len(self.heads)

    def compute_loss(
        self, batch: Batch, forward: Forward, logits: Sequence[bool]
    ) -> tuple[jax.Array, list[jax.Array]]:
        """The scalar to minimise, and the loss of every output.

        Args:
            batch: inputs, targets and sample weights.
            forward: what the model gave; where ``logits`` is true, before the last activation.
            logits: for every output, whether it is logits.
        """
        parts = [
            head.compute_loss(targets, outputs, weight, mask, as_logits)
            for head, targets, outputs, weight, mask, as_logits in zip(
                self.heads,
                self._align(batch.y, "y"),
                jax.tree.leaves(forward.outputs),
                self._align(batch.sample_weight, "sample_weight"),
                forward.masks,
                logits,
                strict=True,
            )
        ]
        weighted = [part * head.weight for head, part in zip(self.heads, parts, strict=True)]
        return jnp.asarray(sum(weighted + list(map(jnp.sum, forward.losses)), jnp.zeros(()))), parts

    def empty(self) -> dict[str, Any]:
        """Running sums before the first batch."""
        sums: dict[str, Any] = {"loss": self._loss_sums._empty()}
        for head in self.heads:
            sums |= {self._full(head, name): value for name, value in head.empty().items()}
            if self._reports_loss(head):
                sums[f"{head.name}_loss"] = self._loss_sums._empty()
        return sums

    def _reports_loss(self, head: Head) -> bool:
        return head.name is not None and head.loss is not None

    def update(
        self,
        sums: Mapping[str, Any],
        loss: jax.Array,
        parts: Sequence[jax.Array],
        batch: Batch,
        forward: Forward,
    ) -> dict[str, Any]:
        """Running sums after one more batch; every sample counts alike, whatever the batch size."""
        size = jax.tree.leaves(batch.x)[0].shape[0]
        updated = {"loss": self._loss_sums.update(sums["loss"], loss, size)}
        for head, part, *values in zip(
            self.heads,
            parts,
            self._align(batch.y, "y"),
            jax.tree.leaves(forward.outputs),
            self._align(batch.sample_weight, "sample_weight"),
            forward.masks,
            strict=True,
        ):
            own = {name: sums[self._full(head, name)] for name in head.metric_names}
            for name, value in head.update(own, *values).items():
                updated[self._full(head, name)] = value
            if self._reports_loss(head):
                name = f"{head.name}_loss"
                updated[name] = self._loss_sums.update(sums[name], part, size)
        return updated

    def compute(self, sums: Mapping[str, Any]) -> Logs:
        """The values that the running sums stand for."""
        logs = {"loss": self._loss_sums.compute(sums["loss"])}
        for head in self.heads:
            own = {name: sums[self._full(head, name)] for name in head.metric_names}
            logs |= {self._full(head, name): value for name, value in head.compute(own).items()}
            if self._reports_loss(head):
                name = f"{head.name}_loss"
                logs[name] = self._loss_sums.compute(sums[name])
        return logs


_OF_THE_MODEL = (
    "What follows from tensors inside the model is added by model.add_loss(...) instead."
)


def _doing(kind: str, name: str, targets: Any, outputs: Any, weight: Any) -> str:
    weighted = "" if weight is None else f", sample_weight of shape {jnp.shape(weight)}"
    return (
        f"While computing the {kind} {name!r} of targets of shape {jnp.shape(targets)}, outputs of "
        f"shape {jnp.shape(outputs)}{weighted}. It takes (y_true, y_pred) and returns numbers."
    )


def _is_config(value: Any) -> bool:
    return isinstance(value, Mapping) and "class_name" in value


def _leaves(value: Any) -> list[Any]:
    """All names, functions and objects in a nested request."""
    if value is None:
        return []
    if isinstance(value, Mapping) and not _is_config(value):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def _per_output(value: Any, names: list[str], what: str, default: Any = None) -> list[Any]:
    """One entry of the request for every output."""
    if isinstance(value, Mapping) and not _is_config(value):
        unknown = [name for name in value if name not in names]
        if unknown and len(names) > 1:
            raise ValueError(
                f"{what} names the output {unknown[0]!r}; the model's outputs are "
                f"{', '.join(map(repr, names))}."
            )
        if len(names) == 1 and len(value) == 1:
            return list(value.values())
        return [value.get(name, default) for name in names]
    if isinstance(value, (list, tuple)):
        if len(value) != len(names):
            raise ValueError(
                f"{what} has {len(value)} entries for a model with {len(names)} output"
                f"{'s' if len(names) > 1 else ''}."
            )
        return list(value)
    return [default if value is None else value] * len(names)


def _metrics_per_output(value: Any, names: list[str]) -> list[list[Any]]:
    """A list of metrics for every output."""
    if len(names) == 1:
        return [_leaves(value)]
    is_flat = isinstance(value, (list, tuple)) and not any(isinstance(v, list) for v in value)
    if is_flat and len(value) != len(names):
        return [list(value)] * len(names)
    return [_leaves(entry) for entry in _per_output(value, names, "metrics")]

"""What training minimises and what it reports: the loss and the metrics that `compile` chose."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras import losses, metrics
from jaxkeras.training.state import Batch, Logs

__all__ = ["Objective"]


class Objective:
    """One loss and its metrics, as pure functions of targets and outputs.

    Args:
        loss: name, function or object; ``None`` leaves only the losses that layers add.
        metric_names: metrics that ignore sample weights, as names, functions or objects.
        weighted_metric_names: metrics that follow sample weights.
    """

    def __init__(
        self, loss: Any = None, metric_names: Any = None, weighted_metric_names: Any = None
    ):
        self.loss = losses.get(_only(loss, "loss"))
        self._mean_loss = metrics.Mean("loss")
        self._metrics = [
            *((identifier, False) for identifier in _as_list(metric_names)),
            *((identifier, True) for identifier in _as_list(weighted_metric_names)),
        ]
        self.names = ["loss"]
        for identifier, _ in self._metrics:
            name = self._metric(identifier).name
            taken = sum(name in (other, other.rpartition("_")[0]) for other in self.names)
            self.names.append(f"{name}_{taken}" if taken else name)

    def check(self, targets: Any, output_shape: Sequence[int | None], label: str) -> None:
        """Compare targets with the model's output.

        Args:
            targets: all of them, as NumPy or JAX arrays.
            output_shape: shape of the model's output, ``None`` where unknown.
            label: the model, for messages.

        Raises:
            ValueError: the targets do not fit the loss or the output.
        """
        if self.loss is not None:
            shape = (len(targets), *output_shape[1:])
            self.loss.check(np.asarray(targets), shape, label)

    def _metric(
        self, identifier: Any, targets: tuple[int, ...] = (1, 1), outputs: tuple[int, ...] = (1, 1)
    ) -> metrics.Metric:
        """The metric for targets and outputs of these shapes.

        ``"accuracy"`` means another metric for other shapes; all of them keep the same sums.
        """
        return metrics.resolve(identifier, targets, outputs, loss=self.loss)

    def compute_loss(
        self, batch: Batch, outputs: Any, added: Sequence[jax.Array], logits: bool = False
    ) -> jax.Array:
        """The scalar to minimise.

        Args:
            batch: inputs, targets and sample weights.
            outputs: the model's outputs, or, with ``logits``, what goes into its last activation.
            added: losses that layers added.
            logits: whether ``outputs`` are logits.
        """
        total = jnp.asarray(sum(added, jnp.zeros(())))
        if self.loss is None:
            return total
        loss = self.loss.on_logits() if logits else self.loss
        return total + loss(batch.y, outputs, batch.sample_weight)

    def empty(self) -> dict[str, Any]:
        """Running sums before the first batch."""
        sums: dict[str, Any] = {"loss": self._mean_loss.empty()}
        for name, (identifier, _) in zip(self.names[1:], self._metrics, strict=True):
            sums[name] = self._metric(identifier).empty()
        return sums

    def update(
        self, sums: Mapping[str, Any], loss: jax.Array, batch: Batch, outputs: Any
    ) -> dict[str, Any]:
        """Running sums after one more batch; every sample counts alike, whatever the batch size."""
        size = jax.tree.leaves(batch.x)[0].shape[0]
        updated = {"loss": self._mean_loss.update(sums["loss"], loss, size)}
        for name, (identifier, weighted) in zip(self.names[1:], self._metrics, strict=True):
            metric = self._metric(identifier, jnp.shape(batch.y), jnp.shape(outputs))
            weight = batch.sample_weight if weighted else None
            updated[name] = metric.update(sums[name], batch.y, outputs, weight)
        return updated

    def compute(self, sums: Mapping[str, Any]) -> Logs:
        """The values that the running sums stand for."""
        logs = {"loss": self._mean_loss.compute(sums["loss"])}
        for name, (identifier, _) in zip(self.names[1:], self._metrics, strict=True):
            logs[name] = self._metric(identifier).compute(sums[name])
        return logs


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, (list, tuple)):
        return [item for entry in value for item in _as_list(entry)]
    if isinstance(value, Mapping):
        return _as_list(_only(value, "metrics"))
    return [value]


def _only(value: Any, what: str) -> Any:
    """The single entry of a list or dictionary; a model with one output has one loss."""
    if isinstance(value, Mapping) and "class_name" not in value:
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        if len(value) != 1:
            raise ValueError(f"A model with one output takes one {what}, got {len(value)}.")
        return value[0]
    return value

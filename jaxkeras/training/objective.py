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
        self._requested = [
            *((identifier, False) for identifier in _as_list(metric_names)),
            *((identifier, True) for identifier in _as_list(weighted_metric_names)),
        ]
        # Chosen by the shapes of the first targets and outputs: (metric, whether it is weighted).
        self._metrics: list[tuple[metrics.Metric, bool]] | None = None

    def check(self, targets: Any, output_shape: Sequence[int | None], label: str) -> None:
        """Compare targets with the model's output, and choose metrics that depend on shapes.

        Args:
            targets: all of them, as NumPy or JAX arrays.
            output_shape: shape of the model's output, ``None`` where unknown.
            label: the model, for messages.

        Raises:
            ValueError: the targets do not fit the loss or the output.
        """
        shape = (len(targets), *(dim or 1 for dim in output_shape[1:]))
        if self._metrics is None:
            self._metrics = [
                (metrics.resolve(identifier, np.shape(targets), shape, loss=self.loss), weighted)
                for identifier, weighted in self._requested
            ]
        if self.loss is not None:
            self.loss.check(np.asarray(targets), shape, label)

    @property
    def names(self) -> list[str]:
        """Names of what is reported, the loss first."""
        return ["loss", *(metric.name for metric, _ in self._metrics or ())]

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
        sums = {metric.name: metric.empty() for metric, _ in self._metrics or ()}
        return {"loss": {"total": jnp.zeros(()), "count": jnp.zeros(())}, **sums}

    def update(
        self, sums: Mapping[str, Any], loss: jax.Array, batch: Batch, outputs: Any
    ) -> dict[str, Any]:
        """Running sums after one more batch; every sample counts alike, whatever the batch size."""
        size = jax.tree.leaves(batch.x)[0].shape[0]
        running = sums["loss"]
        updated = {
            "loss": {"total": running["total"] + loss * size, "count": running["count"] + size}
        }
        for metric, weighted in self._metrics or ():
            weight = batch.sample_weight if weighted else None
            updated[metric.name] = metric.update(sums[metric.name], batch.y, outputs, weight)
        return updated

    def compute(self, sums: Mapping[str, Any]) -> Logs:
        """The values that the running sums stand for."""
        loss = sums["loss"]
        logs = {"loss": loss["total"] / jnp.maximum(loss["count"], 1)}
        for metric, _ in self._metrics or ():
            logs[metric.name] = metric.compute(sums[metric.name])
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

"""What a training step takes and returns."""

from typing import Any, NamedTuple

import jax

__all__ = ["Batch", "Logs", "Progress", "TrainState"]

Logs = dict[str, jax.Array]


class Batch(NamedTuple):
    """One batch of data.

    Attributes:
        x: inputs, an array or a structure of arrays, ``(batch, ...)`` each.
        y: targets, likewise, or ``None``.
        sample_weight: ``(batch,)``, or ``None`` where all samples count alike.
    """

    x: Any
    y: Any = None
    sample_weight: Any = None


class Progress(NamedTuple):
    """Where training stands, beside the arrays that the live model holds.

    Attributes:
        opt_state: the optimizer's state, or ``None`` before the first step.
        step: number of updates so far.
        shuffle_key: what the orders of samples follow from, or ``None`` before the first.
        passes: how many orders were drawn.
        epoch: number of the epoch that runs or comes next.
        batch: how many batches of it are done.
        taken: how many items of the running pass over the data were taken.
        metrics: leaves of the running sums after ``batch`` batches, those of the layers' metrics
            last, or ``None`` at its start.
        position: where the iterator stands that batches are drawn from, as it says itself; or
            ``None`` if it does not.
    """

    opt_state: Any = None
    step: int = 0
    shuffle_key: jax.Array | None = None
    passes: int = 0
    epoch: int = 0
    batch: int = 0
    taken: int = 0
    metrics: list[jax.Array] | None = None
    position: Any = None


class TrainState(NamedTuple):
    """Everything that a training step changes, as one pytree of arrays.

    Attributes:
        params: trainable weights, ``{layer: {weight: array}}``.
        state: everything else that the model carries: moving statistics, dropout streams, and what
            the metrics of its layers have counted.
        opt_state: the optimizer's state.
        metrics: running sums of the loss and of every metric, ``{name: {...: array}}``.
        step: number of updates so far, a scalar.
    """

    params: dict[str, Any]
    state: dict[str, Any]
    opt_state: Any
    metrics: dict[str, Any]
    step: jax.Array

"""What a training step takes and returns."""

from typing import Any, NamedTuple

import jax

__all__ = ["Batch", "Logs", "TrainState"]

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


class TrainState(NamedTuple):
    """Everything that a training step changes, as one pytree of arrays.

    Attributes:
        params: trainable weights, ``{layer: {weight: array}}``.
        state: everything else that the model carries: moving statistics, dropout streams.
        opt_state: the optimizer's state.
        metrics: running sums of the loss and of every metric, ``{name: {...: array}}``.
        step: number of updates so far, a scalar.
    """

    params: dict[str, Any]
    state: dict[str, Any]
    opt_state: Any
    metrics: dict[str, Any]
    step: jax.Array

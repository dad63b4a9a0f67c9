"""Metrics of the confusion matrix: counts of hits and misses above thresholds, and their ratios."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxkeras.losses.reduction import as_floats, divide_no_nan, weigh
from jaxkeras.metrics.metric import Metric, catalog

__all__ = [
    "ConfusionMetric",
    "FalseNegatives",
    "FalsePositives",
    "Precision",
    "Recall",
    "TrueNegatives",
    "TruePositives",
    "confusion_counts",
]


def confusion_counts(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    thresholds: Sequence[float] = (0.5,),
    top_k: int | None = None,
    class_id: int | None = None,
    sample_weight: ArrayLike | None = None,
    label_weights: ArrayLike | None = None,
    multi_label: bool = False,
) -> dict[str, jax.Array]:
    """How many predictions are true and false, positive and negative, above each threshold.

    The work does not grow with the number of thresholds: predictions are sorted into the buckets
    between them, and the buckets are added up.

    Args:
        y_true: targets of shape ``(batch, ...)``, 0 or 1.
        y_pred: probabilities of that shape.
        thresholds: what a probability must exceed to be positive.
        top_k: if given, only the ``k`` greatest of the last axis can be positive.
        class_id: if given, only this entry of the last axis counts.
        sample_weight: weights that broadcast to ``y_pred``, or one for every sample.
        label_weights: weights ``(labels,)`` of the entries of the last axis.
        multi_label: count every entry of the last axis for itself.

    Returns:
        ``"true_positives"``, ``"false_positives"``, ``"true_negatives"`` and
        ``"false_negatives"``, each of shape ``(thresholds,)`` or ``(thresholds, labels)``.

    Example:
        >>> from jaxkeras import metrics
        >>> counts = metrics.confusion_counts([1, 0, 1], [0.9, 0.8, 0.1])
        >>> {name: count.tolist() for name, count in counts.items()}
        {'true_positives': [1.0], 'false_positives': [1.0], 'true_negatives': [0.0],
         'false_negatives': [1.0]}
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    weights = jnp.ones_like(y_pred)
    if sample_weight is not None:
        weights = jnp.broadcast_to(weigh(y_pred, sample_weight)[1], y_pred.shape)
    if label_weights is not None:
        weights = weights * jnp.asarray(label_weights, weights.dtype)
    if top_k is not None:
        best = jax.lax.top_k(y_pred, top_k)[1]
        is_best = jnp.any(jax.nn.one_hot(best, y_pred.shape[-1], dtype=bool), axis=-2)
        y_pred = jnp.where(is_best, y_pred, -jnp.inf)
    if class_id is not None:
        y_true, y_pred, weights = (x[..., class_id] for x in (y_true, y_pred, weights))
    labels = y_pred.shape[-1] if multi_label else 1
    y_true, y_pred, weights = (x.reshape(-1, labels) for x in (y_true, y_pred, weights))

    order = np.argsort(thresholds)
    limits = jnp.asarray(np.asarray(thresholds)[order], y_pred.dtype)
    exceeded = jnp.where(jnp.isnan(y_pred), 0, jnp.searchsorted(limits, y_pred))
    buckets = jnp.zeros((len(order) + 1, labels, 2), weights.dtype)
    buckets = buckets.at[exceeded, np.arange(labels), y_true.astype(bool).astype(int)].add(weights)
    totals = jnp.cumsum(buckets[::-1], axis=0)[::-1]  # weight of what exceeds that many thresholds
    positive = totals[1:][np.argsort(order)]  # (thresholds, labels, 2)
    negative = totals[0] - positive
    counts = {
        "true_positives": positive[..., 1],
        "false_positives": positive[..., 0],
        "true_negatives": negative[..., 0],
        "false_negatives": negative[..., 1],
    }
    return counts if multi_label else {name: count[:, 0] for name, count in counts.items()}


class ConfusionMetric(Metric):
    """Keeps some of the counts of `confusion_counts`; a subclass makes a result of them.

    Args:
        thresholds: what a probability must exceed to be positive, one or several; by default 0.5,
            and with ``top_k`` none.
        top_k: if given, only the ``k`` most probable classes can be positive.
        class_id: if given, only this class counts.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras.metrics.confusion import ConfusionMetric
        >>> class Alarms(ConfusionMetric):
        ...     def result(self):
        ...         return self.true_positives[0] + self.false_positives[0]
        >>> float(Alarms()([0, 1, 1], [0.9, 0.8, 0.1]))
        2.0
    """

    _counts: tuple[str, ...] = (
        "true_positives",
        "false_positives",
        "true_negatives",
        "false_negatives",
    )

    def __init__(
        self,
        thresholds: float | Sequence[float] | None = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        given = [] if thresholds is None else np.atleast_1d(thresholds).tolist()
        if not all(0 <= threshold <= 1 for threshold in given):
            raise ValueError(
                f"The thresholds of {self.name} are probabilities, from 0 to 1. "
                f"Received: {thresholds}"
            )
        # Below every number of the k best, above those that `confusion_counts` left out.
        self.thresholds: list[float] = given or [0.5 if top_k is None else -1e10]
        self.top_k, self.class_id = top_k, class_id
        for count in self._counts:
            setattr(self, count, self.add_variable((len(self.thresholds),), name=count))

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        counts = confusion_counts(
            y_true,
            jnp.asarray(y_pred, self.dtype),
            self.thresholds,
            self.top_k,
            self.class_id,
            sample_weight,
        )
        for count in self._counts:
            getattr(self, count).assign_add(counts[count])

    def result(self) -> jax.Array:
        part, *rest = (getattr(self, count).value for count in self._counts)
        value = divide_no_nan(part, part + rest[0]) if rest else part
        return value[0] if len(self.thresholds) == 1 else value


@catalog.register()
class Precision(ConfusionMetric):
    """Share of true ones among the positive predictions (``keras.metrics.Precision``).

    Args:
        thresholds: what a probability must exceed to be positive, one or several; by default 0.5,
            and with ``top_k`` none.
        top_k: if given, only the ``k`` most probable classes can be positive.
        class_id: if given, only this class counts.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: a threshold lies outside of 0 to 1.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.Precision()([0, 1, 1, 1], [1.0, 0.0, 1.0, 0.0]))
        0.5
    """

    _counts = ("true_positives", "false_positives")


@catalog.register()
class Recall(ConfusionMetric):
    """Share of the positive targets that were found (``keras.metrics.Recall``).

    Args:
        thresholds: what a probability must exceed to be positive, one or several; by default 0.5,
            and with ``top_k`` none.
        top_k: if given, only the ``k`` most probable classes can be positive.
        class_id: if given, only this class counts.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: a threshold lies outside of 0 to 1.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.Recall()([0, 1, 1, 1, 1], [1.0, 0.0, 1.0, 0.0, 0.0]))
        0.25
    """

    _counts = ("true_positives", "false_negatives")


class _ConfusionCount(ConfusionMetric):
    """One of the four counts."""

    def __init__(
        self,
        thresholds: float | Sequence[float] | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(thresholds, name=name, dtype=dtype)


@catalog.register()
class TruePositives(_ConfusionCount):
    """Number of positive predictions that are right (``keras.metrics.TruePositives``).

    Args:
        thresholds: what a probability must exceed to be positive, one or several; by default 0.5.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.TruePositives()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0]))
        2.0
    """

    _counts = ("true_positives",)


@catalog.register()
class FalsePositives(_ConfusionCount):
    """Number of positive predictions that are wrong (``keras.metrics.FalsePositives``).

    Args:
        thresholds: what a probability must exceed to be positive, one or several; by default 0.5.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.FalsePositives()([0, 1, 0, 0], [0.0, 0.0, 1.0, 1.0]))
        2.0
    """

    _counts = ("false_positives",)


@catalog.register()
class TrueNegatives(_ConfusionCount):
    """Number of negative predictions that are right (``keras.metrics.TrueNegatives``).

    Args:
        thresholds: what a probability must exceed to be positive, one or several; by default 0.5.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.TrueNegatives()([0, 1, 0, 0], [1.0, 1.0, 0.0, 0.0]))
        2.0
    """

    _counts = ("true_negatives",)


@catalog.register()
class FalseNegatives(_ConfusionCount):
    """Number of negative predictions that are wrong (``keras.metrics.FalseNegatives``).

    Args:
        thresholds: what a probability must exceed to be positive, one or several; by default 0.5.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.FalseNegatives()([0, 1, 1, 1], [0.0, 1.0, 0.0, 0.0]))
        2.0
    """

    _counts = ("false_negatives",)

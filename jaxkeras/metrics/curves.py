"""Metrics of the curves that a threshold draws as it moves from 0 to 1."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxkeras.config import epsilon
from jaxkeras.losses.reduction import divide_no_nan
from jaxkeras.metrics.confusion import ConfusionMetric, confusion_counts
from jaxkeras.metrics.metric import Metric, catalog

__all__ = [
    "AUC",
    "PrecisionAtRecall",
    "RecallAtPrecision",
    "SensitivityAtSpecificity",
    "SpecificityAtSensitivity",
]

_CURVES = ("ROC", "PR", "PRGAIN")
_SUMMATIONS = ("interpolation", "minoring", "majoring")


@catalog.register()
class AUC(Metric):
    """Area under the curve of a binary classifier (``keras.metrics.AUC``).

    Source: Davis and Goadrich, "The Relationship Between Precision-Recall and ROC Curves", 2006,
    for the interpolation of ``"PR"``; Flach and Kull, "Precision-Recall-Gain Curves", 2015.

    Args:
        num_thresholds: how many points of the curve are computed.
        curve: ``"ROC"``: true over false positive rate; ``"PR"``: precision over recall;
            ``"PRGAIN"``: precision gain over recall gain.
        summation_method: ``"interpolation"`` between the points; ``"minoring"`` for a lower and
            ``"majoring"`` for an upper bound.
        name: see `Metric`.
        dtype: see `Metric`.
        thresholds: the points between 0 and 1, in place of ``num_thresholds`` even ones.
        multi_label: average the areas of the entries of the last axis; otherwise all entries
            count as one classifier's.
        num_labels: the number of entries of the last axis, where ``multi_label``; by default that
            of the first predictions.
        label_weights: weights of the entries of the last axis.
        from_logits: whether the predictions are logits, the inputs of a sigmoid.

    Raises:
        ValueError: an argument is none of these.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.AUC(num_thresholds=3)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
        0.75
    """

    _counts = ConfusionMetric._counts

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: ArrayLike | None = None,
        from_logits: bool = False,
    ):
        super().__init__(dtype, name)
        self.curve, self.summation_method = curve.upper(), summation_method.lower()
        if self.curve not in _CURVES or self.summation_method not in _SUMMATIONS:
            raise ValueError(
                f"{self.name} expected curve as one of {_CURVES} and summation_method as one of "
                f"{_SUMMATIONS}. Received: curve={curve!r}, summation_method={summation_method!r}"
            )
        if thresholds is None and num_thresholds < 2:
            raise ValueError(
                f"{self.name} expected at least 2 thresholds. Received: "
                f"num_thresholds={num_thresholds}"
            )
        if num_labels and not multi_label:
            raise ValueError(f"{self.name} has num_labels={num_labels} but not multi_label=True.")
        inner = np.linspace(0, 1, num_thresholds)[1:-1] if thresholds is None else thresholds
        # The outermost lie beyond 0 and 1, so that everything exceeds the first, nothing the last.
        self.thresholds: list[float] = [-epsilon(), *np.sort(inner).tolist(), 1 + epsilon()]
        self.num_thresholds = len(self.thresholds)
        self.multi_label, self.from_logits = multi_label, from_logits
        self.label_weights = label_weights
        if num_labels or not multi_label:
            self.build((), (None, num_labels))

    def build(self, y_true_shape: tuple, y_pred_shape: tuple) -> None:
        if not self._variables:
            if self.multi_label and len(y_pred_shape) != 2:
                raise ValueError(
                    f"{self.name} with multi_label=True expected predictions of shape (batch, "
                    f"labels). Received: {y_pred_shape}"
                )
            labels = (y_pred_shape[-1],) if self.multi_label else ()
            for count in self._counts:
                self.add_variable((self.num_thresholds, *labels), name=count)

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        y_pred = jnp.asarray(y_pred, self.dtype)
        self.build(np.shape(y_true), y_pred.shape)
        counts = confusion_counts(
            y_true,
            jax.nn.sigmoid(y_pred) if self.from_logits else jnp.clip(y_pred, 0.0, 1.0),
            self.thresholds,
            sample_weight=sample_weight,
            label_weights=None if self.multi_label else self.label_weights,
            multi_label=self.multi_label,
        )
        for count in self._counts:
            self._variables[count].assign_add(counts[count])

    def result(self) -> jax.Array:
        counts = (self._variables[count].value for count in self._counts)
        areas = _areas(*counts, curve=self.curve, summation=self.summation_method)
        by_label = jnp.sum(areas, axis=0)
        if not self.multi_label or self.label_weights is None:
            return jnp.mean(by_label)
        weights = jnp.asarray(self.label_weights, by_label.dtype)
        return divide_no_nan(jnp.sum(by_label * weights), jnp.sum(weights))


def _areas(
    tp: jax.Array, fp: jax.Array, tn: jax.Array, fn: jax.Array, curve: str, summation: str
) -> jax.Array:
    """Areas under the pieces of a curve, from counts of shape ``(thresholds, ...)``."""
    match curve:
        case "PR" if summation == "interpolation":
            return _interpolated_precision(tp, fp, fn)
        case "ROC":
            x, y = divide_no_nan(fp, fp + tn), divide_no_nan(tp, tp + fn)
        case "PR":
            x, y = divide_no_nan(tp, tp + fn), divide_no_nan(tp, tp + fp)
        case _:
            odds = divide_no_nan(tp + fn, tn + fp)
            found = tp > 0
            x = jnp.where(found, jnp.maximum(1 - odds * divide_no_nan(fn, tp), 0), 0)
            y = jnp.where(found, 1 - odds * divide_no_nan(fp, tp), 1)
    match summation:
        case "interpolation":
            heights = (y[:-1] + y[1:]) / 2
        case "minoring":
            heights = jnp.minimum(y[:-1], y[1:])
        case _:
            heights = jnp.maximum(y[:-1], y[1:])
    return (x[:-1] - x[1:]) * heights


def _interpolated_precision(tp: jax.Array, fp: jax.Array, fn: jax.Array) -> jax.Array:
    """Areas where true and false positives, not their ratio, run straight between thresholds.

    On a piece tp is ``slope * positives + intercept``, and the integral of their ratio over the
    positives is ``slope * d(positives) + intercept * d(log(positives))``.
    """
    positives = tp + fp
    d_tp, d_positives = tp[:-1] - tp[1:], positives[:-1] - positives[1:]
    slope = divide_no_nan(d_tp, jnp.maximum(d_positives, 0))
    intercept = tp[1:] - slope * positives[1:]
    has_both = (positives[:-1] > 0) & (positives[1:] > 0)
    ratio = jnp.where(has_both, divide_no_nan(positives[:-1], positives[1:]), 1.0)
    return divide_no_nan(slope * (d_tp + intercept * jnp.log(ratio)), tp[1:] + fn[1:])


class _AtThreshold(ConfusionMetric):
    """The best of one rate among the thresholds where another rate is good enough."""

    def __init__(self, wanted: str, least: float, num_thresholds: int, *args: Any):
        if num_thresholds < 1 or not 0 <= least <= 1:
            raise ValueError(
                f"{type(self).__name__} expected {wanted} from 0 to 1 and at least 1 threshold. "
                f"Received: {wanted}={least}, num_thresholds={num_thresholds}"
            )
        even = np.linspace(0, 1, num_thresholds).tolist() if num_thresholds > 1 else [0.5]
        super().__init__(even, None, *args)
        self.least = least

    def _rates(self) -> dict[str, jax.Array]:
        tp, fp, tn, fn = (getattr(self, count).value for count in self._counts)
        return {
            "recall": divide_no_nan(tp, tp + fn),
            "precision": divide_no_nan(tp, tp + fp),
            "specificity": divide_no_nan(tn, tn + fp),
        }

    def _best(self, rate: str, constrained: str) -> jax.Array:
        rates = self._rates()
        return jnp.max(jnp.where(rates[constrained] >= self.least, rates[rate], 0.0))


@catalog.register()
class PrecisionAtRecall(_AtThreshold):
    """Best precision among the thresholds that reach a recall.

    Args:
        recall: the recall to reach, from 0 to 1.
        num_thresholds: how many thresholds are tried.
        class_id: if given, only this class counts.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: ``recall`` lies outside of 0 to 1, or there is no threshold.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__("recall", recall, num_thresholds, class_id, name, dtype)

    def result(self) -> jax.Array:
        return self._best("precision", "recall")


@catalog.register()
class RecallAtPrecision(_AtThreshold):
    """Best recall among the thresholds that reach a precision; 0 where none does.

    Args:
        precision: the precision to reach, from 0 to 1.
        num_thresholds: how many thresholds are tried.
        class_id: if given, only this class counts.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: ``precision`` lies outside of 0 to 1, or there is no threshold.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
        0.5
    """

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__("precision", precision, num_thresholds, class_id, name, dtype)

    def result(self) -> jax.Array:
        return self._best("recall", "precision")


@catalog.register()
class SensitivityAtSpecificity(_AtThreshold):
    """Best sensitivity, which is recall, among the thresholds that reach a specificity.

    Args:
        specificity: the share of negative targets to be recognized, from 0 to 1.
        num_thresholds: how many thresholds are tried.
        class_id: if given, only this class counts.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: ``specificity`` lies outside of 0 to 1, or there is no threshold.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__("specificity", specificity, num_thresholds, class_id, name, dtype)

    def result(self) -> jax.Array:
        return self._best("recall", "specificity")


@catalog.register()
class SpecificityAtSensitivity(_AtThreshold):
    """Best specificity among the thresholds that reach a sensitivity, which is recall.

    Args:
        sensitivity: the share of positive targets to be found, from 0 to 1.
        num_thresholds: how many thresholds are tried.
        class_id: if given, only this class counts.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: ``sensitivity`` lies outside of 0 to 1, or there is no threshold.

    Example:
        >>> from jaxkeras import metrics
        >>> metric = metrics.SpecificityAtSensitivity(0.5)
        >>> round(float(metric([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 4)
        0.6667
    """

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__("sensitivity", sensitivity, num_thresholds, class_id, name, dtype)

    def result(self) -> jax.Array:
        return self._best("specificity", "recall")

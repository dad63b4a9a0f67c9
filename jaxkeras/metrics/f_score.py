"""F-scores: precision and recall in one number."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.losses.reduction import as_floats, divide_no_nan, weigh
from jaxkeras.metrics.metric import Metric, catalog

__all__ = ["F1Score", "FBetaScore"]

_AVERAGES = (None, "micro", "macro", "weighted")


@catalog.register("fbeta_score")
class FBetaScore(Metric):
    """Weighted harmonic mean of precision and recall (``keras.metrics.FBetaScore``).

    It is ``(1 + b) * tp / ((1 + b) * tp + b * fn + fp)`` with ``b = beta**2``.

    Args:
        average: ``None`` for one score a class; ``"macro"`` for their mean; ``"weighted"`` for
            their mean weighted by how often a class occurs; ``"micro"`` for the score of all
            classes counted together.
        beta: how many times more recall counts than precision.
        threshold: what a probability must exceed to be positive; by default the most probable
            class is.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: an argument is none of these.

    Example:
        >>> from jaxkeras import metrics
        >>> metric = metrics.FBetaScore(beta=2.0, threshold=0.5)
        >>> metric([[1, 1], [1, 0]], [[0.6, 0.7], [0.2, 0.1]]).round(4)
        Array([0.5556, 1.    ], dtype=float32)
    """

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        if average not in _AVERAGES or beta <= 0 or not (threshold is None or 0 < threshold <= 1):
            raise ValueError(
                f"{self.name} expected average as one of {_AVERAGES}, beta above 0 and a threshold "
                f"above 0 and at most 1. Received: average={average!r}, beta={beta}, "
                f"threshold={threshold}"
            )
        self.average, self.beta, self.threshold = average, beta, threshold

    def build(self, y_true_shape: tuple, y_pred_shape: tuple) -> None:
        if not self._variables:
            shape = () if self.average == "micro" else (y_pred_shape[-1],)
            for count in ("true_positives", "false_positives", "false_negatives"):
                self.add_variable(shape, name=count)

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        y_true, y_pred = as_floats(y_true, jnp.asarray(y_pred, self.dtype))
        if y_true.ndim != 2 or y_true.shape != y_pred.shape:
            raise ValueError(
                f"{self.name} expected targets and predictions of shape (batch, classes). Received "
                f"targets of shape {y_true.shape} and predictions of shape {y_pred.shape}. Integer "
                "labels become one-hot with jaxkeras.utils.to_categorical(y, classes)."
            )
        self.build(y_true.shape, y_pred.shape)
        if self.threshold is None:
            best = jnp.max(y_pred, axis=-1, keepdims=True)
            is_positive = (y_pred >= best) & (jnp.abs(y_pred) > 1e-9)  # a row of zeros has no best
        else:
            is_positive = y_pred > self.threshold
        weights = 1.0 if sample_weight is None else weigh(y_pred, sample_weight)[1]
        hits = is_positive.astype(y_pred.dtype)
        axis = None if self.average == "micro" else 0
        for count, values in {
            "true_positives": hits * y_true,
            "false_positives": hits * (1 - y_true),
            "false_negatives": (1 - hits) * y_true,
        }.items():
            self._variables[count].assign_add(jnp.sum(values * weights, axis=axis))

    def result(self) -> jax.Array:
        counts = ("true_positives", "false_positives", "false_negatives")
        tp, fp, fn = (self._variables[count].value for count in counts)
        square = self.beta**2
        scores = divide_no_nan((1 + square) * tp, (1 + square) * tp + square * fn + fp)
        match self.average:
            case None:
                return scores
            case "weighted":
                return divide_no_nan(jnp.sum(scores * (tp + fn)), jnp.sum(tp + fn))
            case _:
                return jnp.mean(scores)


@catalog.register()
class F1Score(FBetaScore):
    """Harmonic mean of precision and recall (``keras.metrics.F1Score``).

    Args:
        average: see `FBetaScore`.
        threshold: see `FBetaScore`.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: an argument is none of these.

    Example:
        >>> from jaxkeras import metrics
        >>> metric = metrics.F1Score(threshold=0.5)
        >>> metric([[1, 1], [1, 0]], [[0.6, 0.7], [0.2, 0.1]]).round(4)
        Array([0.6667, 1.    ], dtype=float32)
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str = "f1_score",
        dtype: Any = None,
    ):
        super().__init__(average, 1.0, threshold, name, dtype)

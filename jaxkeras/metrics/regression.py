"""How much of the targets' variation predictions explain: R squared and correlations."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.config import epsilon
from jaxkeras.losses.reduction import as_floats, weigh
from jaxkeras.metrics.metric import Metric, catalog
from jaxkeras.metrics.reduction import MeanMetricWrapper
from jaxkeras.symbolic import recordable

__all__ = [
    "ConcordanceCorrelation",
    "PearsonCorrelation",
    "R2Score",
    "concordance_correlation",
    "pearson_correlation",
]

_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")
_SUMS = ("squared_sum", "sum", "residual", "count")


@catalog.register()
class R2Score(Metric):
    """``1 - sum((y_true - y_pred)**2) / sum((y_true - mean(y_true))**2)``, 1 being the best.

    It is known as the coefficient of determination (``keras.metrics.R2Score``).

    Args:
        class_aggregation: ``"uniform_average"`` of the outputs' scores;
            ``"variance_weighted_average"``; or ``None`` for one score an output.
        num_regressors: number of independent variables, for the adjusted score; it needs more
            samples than that plus one, otherwise the score stays as it is.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: an argument is none of these.

    Example:
        >>> from jaxkeras import metrics
        >>> round(float(metrics.R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])), 4)
        0.5714
    """

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str = "r2_score",
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        if class_aggregation not in _AGGREGATIONS or num_regressors < 0:
            raise ValueError(
                f"{self.name} expected class_aggregation as one of {_AGGREGATIONS} and "
                f"num_regressors of at least 0. Received: class_aggregation={class_aggregation!r}, "
                f"num_regressors={num_regressors}"
            )
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self.num_samples = self.add_variable((), name="num_samples")

    def build(self, y_true_shape: tuple, y_pred_shape: tuple) -> None:
        if "count" not in self._variables:
            for name in _SUMS:
                self.add_variable((y_pred_shape[-1],), name=name)

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        y_true, y_pred = as_floats(y_true, jnp.asarray(y_pred, self.dtype))
        if y_true.ndim != 2 or y_true.shape != y_pred.shape:
            raise ValueError(
                f"{self.name} expected targets and predictions of shape (batch, outputs). Received "
                f"targets of shape {y_true.shape} and predictions of shape {y_pred.shape}."
            )
        self.build(y_true.shape, y_pred.shape)
        weights = jnp.ones_like(y_true)
        if sample_weight is not None:
            weights = weights * weigh(y_true, sample_weight)[1]
        terms = (jnp.square(y_true), y_true, jnp.square(y_true - y_pred), jnp.ones_like(y_true))
        for name, term in zip(_SUMS, terms, strict=True):
            self._variables[name].assign_add(jnp.sum(term * weights, axis=0))
        self.num_samples.assign_add(y_true.size)

    def result(self) -> jax.Array:
        squares, sums, residual, count = (self._variables[name].value for name in _SUMS)
        total = squares - sums * sums / count
        scores = 1 - residual / total
        scores = jnp.where(jnp.isinf(scores), 0.0, scores)
        match self.class_aggregation:
            case "uniform_average":
                scores = jnp.mean(scores)
            case "variance_weighted_average":
                scores = jnp.sum(total * scores) / jnp.sum(total)
        if self.num_regressors == 0:
            return scores
        spare = self.num_samples.value - self.num_regressors - 1
        adjusted = 1 - (1 - scores) * (self.num_samples.value - 1) / jnp.maximum(spare, 1)
        return jnp.where(spare > 0, adjusted, scores)


@recordable
def pearson_correlation(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> jax.Array:
    """Covariance over the product of the standard deviations, from -1 to 1.

    Args:
        y_true: targets of shape ``(batch, ..., outputs)``.
        y_pred: predictions of that shape.
        axis: the axis along which values are compared: 0 for the samples of a batch.

    Returns:
        Shape ``(batch, ...)``, without the axis; NaN where nothing varies.

    Example:
        >>> from jaxkeras import metrics
        >>> metrics.pearson_correlation([[1.0, 2.0, 3.0]], [[2.0, 4.0, 6.0]]).round(4)
        Array([1.], dtype=float32)
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    deviations = (x - jnp.mean(x, axis=axis, keepdims=True) for x in (y_true, y_pred))
    true, predicted = (x / jnp.std(x, axis=axis, keepdims=True) for x in deviations)
    return jnp.mean(true * predicted, axis=axis)


@recordable
def concordance_correlation(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> jax.Array:
    """Like `pearson_correlation`, but 1 only where predictions equal targets.

    It is ``2 * cov(y_true, y_pred) / (var(y_true) + var(y_pred) + (difference of means)**2)``.

    Source: Lin, "A Concordance Correlation Coefficient to Evaluate Reproducibility", 1989.

    Args:
        y_true: targets of shape ``(batch, ..., outputs)``.
        y_pred: predictions of that shape.
        axis: the axis along which values are compared: 0 for the samples of a batch.

    Returns:
        Shape ``(batch, ...)``, without the axis.

    Example:
        >>> from jaxkeras import metrics
        >>> metrics.concordance_correlation([[1.0, 2.0, 3.0]], [[2.0, 4.0, 6.0]]).round(4)
        Array([0.3636], dtype=float32)
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    mean_true, mean_pred = (jnp.mean(x, axis=axis, keepdims=True) for x in (y_true, y_pred))
    covariance = jnp.mean((y_true - mean_true) * (y_pred - mean_pred), axis=axis)
    spread = jnp.var(y_true, axis=axis) + jnp.var(y_pred, axis=axis)
    offset = jnp.square(mean_true - mean_pred).squeeze(axis)
    return 2 * covariance / (spread + offset + epsilon())


@catalog.register()
class PearsonCorrelation(MeanMetricWrapper):
    """Mean of `pearson_correlation` (``keras.metrics.PearsonCorrelation``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        axis: the axis along which values are compared: 0 for the samples of a batch.

    Example:
        >>> from jaxkeras import metrics
        >>> metric = metrics.PearsonCorrelation()
        >>> round(float(metric([[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]])), 4)
        0.9967
    """

    def __init__(self, name: str = "pearson_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)


@catalog.register()
class ConcordanceCorrelation(MeanMetricWrapper):
    """Mean of `concordance_correlation` (``keras.metrics.ConcordanceCorrelation``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        axis: the axis along which values are compared: 0 for the samples of a batch.

    Example:
        >>> from jaxkeras import metrics
        >>> metric = metrics.ConcordanceCorrelation()
        >>> round(float(metric([[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]])), 4)
        0.9816
    """

    def __init__(self, name: str = "concordance_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)

"""Metrics that are the mean of a loss function of `jaxkeras.losses`, which holds the formulas."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras import losses
from jaxkeras.losses.reduction import as_floats, weigh
from jaxkeras.metrics.metric import catalog
from jaxkeras.metrics.reduction import Mean, MeanMetricWrapper

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "Hinge",
    "KLDivergence",
    "LogCoshError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "RootMeanSquaredError",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
]

catalog.register("huber_loss")(losses.huber)


@catalog.register("mse", "MSE")
class MeanSquaredError(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.mean_squared_error` (``keras.metrics.MeanSquaredError``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.MeanSquaredError()([[0.0], [0.0]], [[1.0], [3.0]]))
        5.0
    """

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None):
        super().__init__(losses.mean_squared_error, name, dtype)


@catalog.register("rmse", "RMSE")
class RootMeanSquaredError(Mean):
    """Root of the mean of all squared errors (``keras.metrics.RootMeanSquaredError``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.RootMeanSquaredError()([[0.0], [0.0]], [[4.0], [4.0]]))
        4.0
    """

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None):
        super().__init__(name, dtype)

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        y_true, y_pred = as_floats(y_true, jnp.asarray(y_pred, self.dtype))
        super().update_state(jnp.square(y_pred - y_true), sample_weight)

    def result(self) -> jax.Array:
        return jnp.sqrt(super().result())


@catalog.register("mae", "MAE")
class MeanAbsoluteError(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.mean_absolute_error` (``keras.metrics.MeanAbsoluteError``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.MeanAbsoluteError()([[0.0], [0.0]], [[1.0], [3.0]]))
        2.0
    """

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None):
        super().__init__(losses.mean_absolute_error, name, dtype)


@catalog.register("mape", "MAPE")
class MeanAbsolutePercentageError(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.mean_absolute_percentage_error`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.MeanAbsolutePercentageError()([[1.0], [2.0]], [[2.0], [3.0]]))
        75.0
    """

    def __init__(self, name: str = "mean_absolute_percentage_error", dtype: Any = None):
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


@catalog.register("msle", "MSLE")
class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.mean_squared_logarithmic_error`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.MeanSquaredLogarithmicError()([[0.0], [3.0]], [[0.0], [3.0]]))
        0.0
    """

    def __init__(self, name: str = "mean_squared_logarithmic_error", dtype: Any = None):
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


@catalog.register("log_cosh", "logcosh")
class LogCoshError(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.log_cosh` (``keras.metrics.LogCoshError``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.LogCoshError()([[0.0], [1.0]], [[0.0], [1.0]]))
        0.0
    """

    def __init__(self, name: str = "logcosh", dtype: Any = None):
        super().__init__(losses.log_cosh, name, dtype)


def _cosine(y_true: ArrayLike, y_pred: ArrayLike, axis: int) -> jax.Array:
    return -losses.cosine_similarity(y_true, y_pred, axis)


@catalog.register("cosine_proximity")
class CosineSimilarity(MeanMetricWrapper):
    """Mean cosine of the angle between targets and predictions: 1 is the best value.

    It is the negative of `jaxkeras.losses.cosine_similarity` (``keras.metrics.CosineSimilarity``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        axis: the axis along which a vector lies.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.CosineSimilarity()([[0.0, 2.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]))
        0.5
    """

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1):
        super().__init__(_cosine, name, dtype, axis=axis)


@catalog.register()
class Poisson(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.poisson` (``keras.metrics.Poisson``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> round(float(metrics.Poisson()([[0.0, 2.0]], [[1.0, 1.0]])), 4)
        1.0
    """

    def __init__(self, name: str = "poisson", dtype: Any = None):
        super().__init__(losses.poisson, name, dtype)


@catalog.register("kld", "KLD", "kullback_leibler_divergence")
class KLDivergence(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.kl_divergence` (``keras.metrics.KLDivergence``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
        0.0
    """

    def __init__(self, name: str = "kl_divergence", dtype: Any = None):
        super().__init__(losses.kl_divergence, name, dtype)


@catalog.register()
class Hinge(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.hinge` (``keras.metrics.Hinge``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.Hinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
        1.0
    """

    def __init__(self, name: str = "hinge", dtype: Any = None):
        super().__init__(losses.hinge, name, dtype)


@catalog.register()
class SquaredHinge(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.squared_hinge` (``keras.metrics.SquaredHinge``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.SquaredHinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
        1.25
    """

    def __init__(self, name: str = "squared_hinge", dtype: Any = None):
        super().__init__(losses.squared_hinge, name, dtype)


@catalog.register()
class CategoricalHinge(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.categorical_hinge` (``keras.metrics.CategoricalHinge``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.CategoricalHinge()([[0.0, 1.0, 0.0]], [[0.5, 1.0, 0.25]]))
        0.5
    """

    def __init__(self, name: str = "categorical_hinge", dtype: Any = None):
        super().__init__(losses.categorical_hinge, name, dtype)


@catalog.register("bce", "BCE")
class BinaryCrossentropy(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.binary_crossentropy` (``keras.metrics.BinaryCrossentropy``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        from_logits: whether the predictions are logits, the inputs of a sigmoid.
        label_smoothing: how far, from 0 to 1, the targets are moved towards 0.5.

    Example:
        >>> from jaxkeras import metrics
        >>> round(float(metrics.BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
    ):
        super().__init__(
            losses.binary_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
        )


@catalog.register()
class CategoricalCrossentropy(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.categorical_crossentropy`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        from_logits: whether the predictions are logits, the inputs of a softmax.
        label_smoothing: how far, from 0 to 1, the targets are moved towards the uniform
            distribution.
        axis: the axis of the classes.

    Example:
        >>> from jaxkeras import metrics
        >>> round(float(metrics.CategoricalCrossentropy()([[0.0, 1.0]], [[0.75, 0.25]])), 4)
        1.3863
    """

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
    ):
        super().__init__(
            losses.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@catalog.register()
class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """Mean of `jaxkeras.losses.sparse_categorical_crossentropy`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        from_logits: whether the predictions are logits, the inputs of a softmax.
        ignore_class: a label that does not count, for instance that of padding; the mean is over
            the others.
        axis: the axis of the classes.

    Example:
        >>> from jaxkeras import metrics
        >>> round(float(metrics.SparseCategoricalCrossentropy()([1], [[0.75, 0.25]])), 4)
        1.3863
    """

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ):
        super().__init__(
            losses.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
        self._loss = losses.SparseCategoricalCrossentropy(ignore_class=ignore_class, axis=axis)

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        is_counted = self._loss.compute_mask(jnp.asarray(y_true), jnp.asarray(y_pred))
        if is_counted is not None:
            weights = 1.0 if sample_weight is None else sample_weight
            included, weights = weigh(is_counted.astype(self.dtype), weights)
            sample_weight = included * weights
        super().update_state(y_true, y_pred, sample_weight)

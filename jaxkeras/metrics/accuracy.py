"""Accuracies: how often a prediction is right."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.config import floatx
from jaxkeras.losses.reduction import match_rank
from jaxkeras.metrics.metric import catalog
from jaxkeras.metrics.reduction import MeanMetricWrapper
from jaxkeras.symbolic import recordable

__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]


@recordable
def accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """1 where a prediction equals its target, otherwise 0.

    Args:
        y_true: targets of shape ``(batch, ...)``.
        y_pred: predictions of that shape.

    Returns:
        Values of that shape.

    Example:
        >>> from jaxkeras import metrics
        >>> metrics.accuracy([1, 2, 3], [1, 2, 4]).tolist()
        [1.0, 1.0, 0.0]
    """
    y_true, y_pred = match_rank(jnp.asarray(y_true), jnp.asarray(y_pred))
    return (y_true.astype(y_pred.dtype) == y_pred).astype(floatx())


@catalog.register()
class Accuracy(MeanMetricWrapper):
    """How often predictions equal targets; see `accuracy` (``keras.metrics.Accuracy``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.Accuracy()([1, 2, 3, 4], [1, 2, 3, 0]))
        0.75
    """

    def __init__(self, name: str = "accuracy", dtype: Any = None):
        super().__init__(accuracy, name, dtype)


@recordable
def binary_accuracy(y_true: ArrayLike, y_pred: ArrayLike, threshold: float = 0.5) -> jax.Array:
    """1 where a probability lies on the right side of a threshold, otherwise 0.

    Args:
        y_true: targets of shape ``(batch, ...)``, 0 or 1.
        y_pred: probabilities of that shape.
        threshold: what a probability must exceed to mean 1.

    Returns:
        Values of that shape.

    Example:
        >>> from jaxkeras import metrics
        >>> metrics.binary_accuracy([1, 0, 1], [0.9, 0.2, 0.4]).tolist()
        [1.0, 1.0, 0.0]
    """
    y_true, y_pred = match_rank(jnp.asarray(y_true), jnp.asarray(y_pred))
    return (y_true == (y_pred > threshold).astype(y_true.dtype)).astype(floatx())


@catalog.register()
class BinaryAccuracy(MeanMetricWrapper):
    """How often yes-or-no predictions are right; see `binary_accuracy`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        threshold: what a probability must exceed to mean 1.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.BinaryAccuracy()([[1], [0], [1], [0]], [[0.9], [0.2], [0.4], [0.1]]))
        0.75
    """

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5):
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)
        self.threshold = threshold


@recordable
def sparse_categorical_accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """1 where the most probable class is the label, otherwise 0.

    Args:
        y_true: integer labels of shape ``(batch, ...)`` or ``(batch, ..., 1)``.
        y_pred: probabilities or logits of shape ``(batch, ..., classes)``.

    Returns:
        Values of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import metrics
        >>> metrics.sparse_categorical_accuracy([1, 0], [[0.1, 0.9], [0.3, 0.7]]).tolist()
        [1.0, 0.0]
    """
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    return (y_true == jnp.argmax(y_pred, axis=-1)).astype(floatx())


@catalog.register()
class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the most probable class is the label; see `sparse_categorical_accuracy`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.SparseCategoricalAccuracy()([1, 0], [[0.1, 0.9], [0.3, 0.7]]))
        0.5
    """

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None):
        super().__init__(sparse_categorical_accuracy, name, dtype)


@recordable
def categorical_accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """1 where the most probable class is that of the one-hot target, otherwise 0.

    Args:
        y_true: one-hot targets of shape ``(batch, ..., classes)``.
        y_pred: probabilities or logits of that shape.

    Returns:
        Values of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import metrics
        >>> metrics.categorical_accuracy([[0, 1], [1, 0]], [[0.1, 0.9], [0.3, 0.7]]).tolist()
        [1.0, 0.0]
    """
    return sparse_categorical_accuracy(jnp.argmax(jnp.asarray(y_true), axis=-1), y_pred)


@catalog.register()
class CategoricalAccuracy(MeanMetricWrapper):
    """How often the most probable class is that of the target; see `categorical_accuracy`.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.CategoricalAccuracy()([[0, 1], [1, 0]], [[0.1, 0.9], [0.3, 0.7]]))
        0.5
    """

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None):
        super().__init__(categorical_accuracy, name, dtype)


@recordable
def sparse_top_k_categorical_accuracy(
    y_true: ArrayLike, y_pred: ArrayLike, k: int = 5, from_sorted_ids: bool = False
) -> jax.Array:
    """1 where the label is among the ``k`` most probable classes, otherwise 0.

    Args:
        y_true: integer labels of shape ``(batch, ...)`` or ``(batch, ..., 1)``.
        y_pred: probabilities or logits of shape ``(batch, ..., classes)``.
        k: how many classes to look at.
        from_sorted_ids: whether ``y_pred`` holds class numbers, the most probable first.

    Returns:
        Values of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import metrics
        >>> scores = [[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]]
        >>> metrics.sparse_top_k_categorical_accuracy([1, 0], scores, k=2).tolist()
        [1.0, 0.0]
    """
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    labels = y_true if y_true.ndim == y_pred.ndim else y_true[..., None]
    if from_sorted_ids:
        is_found = jnp.any(labels.astype(y_pred.dtype) == y_pred[..., :k], axis=-1)
    else:
        of_label = jnp.take_along_axis(y_pred, labels.astype("int32"), axis=-1)
        is_finite = ~jnp.isnan(of_label[..., 0])
        is_found = (jnp.sum(y_pred > of_label, axis=-1) < k) & is_finite
    return is_found.astype(floatx())


@catalog.register()
class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the label is among the best ``k``; see `sparse_top_k_categorical_accuracy`.

    Args:
        k: how many classes to look at.
        name: see `Metric`.
        dtype: see `Metric`.
        from_sorted_ids: whether predictions hold class numbers, the most probable first.

    Example:
        >>> from jaxkeras import metrics
        >>> scores = [[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]]
        >>> float(metrics.SparseTopKCategoricalAccuracy(k=2)([1, 0], scores))
        0.5
    """

    def __init__(
        self,
        k: int = 5,
        name: str = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ):
        super().__init__(
            sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids
        )
        self.k, self.from_sorted_ids = k, from_sorted_ids


@recordable
def top_k_categorical_accuracy(y_true: ArrayLike, y_pred: ArrayLike, k: int = 5) -> jax.Array:
    """1 where the class of the one-hot target is among the ``k`` most probable, otherwise 0.

    Args:
        y_true: one-hot targets of shape ``(batch, ..., classes)``.
        y_pred: probabilities or logits of that shape.
        k: how many classes to look at.

    Returns:
        Values of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import metrics
        >>> metrics.top_k_categorical_accuracy([[0, 1, 0]], [[0.1, 0.2, 0.7]], k=2).tolist()
        [1.0]
    """
    return sparse_top_k_categorical_accuracy(jnp.argmax(jnp.asarray(y_true), axis=-1), y_pred, k)


@catalog.register()
class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the target's class is among the best ``k``; see `top_k_categorical_accuracy`.

    Args:
        k: how many classes to look at.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> float(metrics.TopKCategoricalAccuracy(k=2)([[0, 1, 0]], [[0.1, 0.2, 0.7]]))
        1.0
    """

    def __init__(self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None):
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k

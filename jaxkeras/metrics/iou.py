"""Intersection over union: how far predicted and true classes of pixels overlap."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.losses.reduction import divide_no_nan
from jaxkeras.metrics.metric import Metric, catalog

__all__ = ["BinaryIoU", "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU", "confusion_matrix"]


def confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    num_classes: int,
    sample_weight: ArrayLike | None = None,
    ignore_class: int | None = None,
    dtype: Any = None,
) -> jax.Array:
    """How often, or with what weight, each class was taken for each.

    Args:
        y_true: labels of any shape.
        y_pred: predicted labels, as many.
        num_classes: the number of classes; other labels are left out.
        sample_weight: weights of that shape, or ones that broadcast to it.
        ignore_class: a true label that is left out as well.
        dtype: type of the result; by default ``"float32"``.

    Returns:
        Shape ``(true classes, predicted classes)``.

    Example:
        >>> from jaxkeras.metrics.iou import confusion_matrix
        >>> confusion_matrix([0, 0, 1], [0, 1, 1], num_classes=2).tolist()
        [[1.0, 1.0], [0.0, 1.0]]
    """
    y_true = jnp.ravel(jnp.asarray(y_true).astype("int32"))
    y_pred = jnp.ravel(jnp.asarray(y_pred).astype("int32"))
    weights = jnp.asarray(1 if sample_weight is None else sample_weight, dtype or "float32")
    weights = jnp.broadcast_to(weights if weights.ndim == 0 else weights.ravel(), y_true.shape)
    is_counted = (y_true >= 0) & (y_true < num_classes) & (y_pred >= 0) & (y_pred < num_classes)
    if ignore_class is not None:
        is_counted &= y_true != ignore_class
    index = jnp.where(is_counted, y_true * num_classes + y_pred, num_classes**2)
    counts = jnp.zeros(num_classes**2, weights.dtype).at[index].add(weights, mode="drop")
    return counts.reshape(num_classes, num_classes)


@catalog.register()
class IoU(Metric):
    """Mean over some classes of intersection over union (``keras.metrics.IoU``).

    Of a class it is ``tp / (tp + fp + fn)``; classes that never occur do not count. Counts are
    kept as floats, so that fractional weights count too; Keras's default rounds them down.

    Args:
        num_classes: the number of classes.
        target_class_ids: the classes to average over.
        name: see `Metric`.
        dtype: type of the counts; with an integer type weights lose their fractions.
        ignore_class: a true label that does not count, for instance that of a border.
        sparse_y_true: whether targets are labels; otherwise they are one-hot.
        sparse_y_pred: whether predictions are labels; otherwise the most probable class is taken.
        axis: the axis of the classes, where there is one; in Keras 3 only the last one works.

    Raises:
        ValueError: a target class does not exist.

    Example:
        >>> from jaxkeras import metrics
        >>> metric = metrics.IoU(num_classes=2, target_class_ids=[0])
        >>> round(float(metric([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(dtype, name)
        if not all(0 <= target < num_classes for target in target_class_ids):
            raise ValueError(
                f"{self.name} expected target_class_ids from 0 to {num_classes - 1}, because "
                f"num_classes={num_classes}. Received: {list(target_class_ids)}"
            )
        self.num_classes, self.target_class_ids = num_classes, list(target_class_ids)
        self.ignore_class, self.axis = ignore_class, axis
        self.sparse_y_true, self.sparse_y_pred = sparse_y_true, sparse_y_pred
        self.total_cm = self.add_variable((num_classes, num_classes), name="total_confusion_matrix")

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        y_true = y_true if self.sparse_y_true else jnp.argmax(jnp.asarray(y_true), self.axis)
        y_pred = y_pred if self.sparse_y_pred else jnp.argmax(jnp.asarray(y_pred), self.axis)
        counts = confusion_matrix(
            y_true, y_pred, self.num_classes, sample_weight, self.ignore_class, self.dtype
        )
        self.total_cm.assign_add(counts)

    def result(self) -> jax.Array:
        counts = self.total_cm.value
        common = jnp.diag(counts)
        union = jnp.sum(counts, axis=0) + jnp.sum(counts, axis=1) - common
        targets = jnp.asarray(self.target_class_ids)
        common, union = common[targets], union[targets]
        return divide_no_nan(jnp.sum(divide_no_nan(common, union)), jnp.sum(union > 0))


@catalog.register()
class BinaryIoU(IoU):
    """Intersection over union of yes-or-no predictions (``keras.metrics.BinaryIoU``).

    Args:
        target_class_ids: the classes to average over: 0, 1 or both.
        threshold: from which probability on a prediction means 1.
        name: see `Metric`.
        dtype: see `IoU`.

    Raises:
        ValueError: a target class is neither 0 nor 1.

    Example:
        >>> from jaxkeras import metrics
        >>> metric = metrics.BinaryIoU(target_class_ids=[0, 1], threshold=0.3)
        >>> round(float(metric([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
        0.3333
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        super().update_state(y_true, jnp.asarray(y_pred) >= self.threshold, sample_weight)


@catalog.register()
class MeanIoU(IoU):
    """Mean over all classes of intersection over union (``keras.metrics.MeanIoU``).

    Args:
        num_classes: the number of classes.
        name: see `Metric`.
        dtype: see `IoU`.
        ignore_class: a true label that does not count.
        sparse_y_true: whether targets are labels; otherwise they are one-hot.
        sparse_y_pred: whether predictions are labels; otherwise the most probable class is taken.
        axis: the axis of the classes, where there is one.

    Example:
        >>> from jaxkeras import metrics
        >>> round(float(metrics.MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(
            num_classes,
            range(num_classes),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )


@catalog.register()
class OneHotIoU(IoU):
    """`IoU` of one-hot targets (``keras.metrics.OneHotIoU``).

    Args:
        num_classes: the number of classes.
        target_class_ids: the classes to average over.
        name: see `Metric`.
        dtype: see `IoU`.
        ignore_class: a true label that does not count.
        sparse_y_pred: whether predictions are labels; otherwise the most probable class is taken.
        axis: the axis of the classes.

    Raises:
        ValueError: a target class does not exist.

    Example:
        >>> from jaxkeras import metrics
        >>> metric = metrics.OneHotIoU(num_classes=2, target_class_ids=[1])
        >>> float(metric([[0, 1], [1, 0]], [[0.1, 0.9], [0.2, 0.8]]))
        0.5
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )


@catalog.register()
class OneHotMeanIoU(MeanIoU):
    """`MeanIoU` of one-hot targets (``keras.metrics.OneHotMeanIoU``).

    Args:
        num_classes: the number of classes.
        name: see `Metric`.
        dtype: see `IoU`.
        ignore_class: a true label that does not count.
        sparse_y_pred: whether predictions are labels; otherwise the most probable class is taken.
        axis: the axis of the classes.

    Example:
        >>> from jaxkeras import metrics
        >>> metric = metrics.OneHotMeanIoU(num_classes=2)
        >>> float(metric([[0, 1], [1, 0]], [[0.1, 0.9], [0.2, 0.8]]))
        0.25
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

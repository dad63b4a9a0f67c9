"""Cross-entropies, of probabilities or of logits.

From logits they are exact; probabilities are clipped to `jaxkeras.config.epsilon` first. So a
trainer asks a loss for `Loss.logits_activation` and, where the model ends with that activation,
leaves the activation out and uses `Loss.on_logits`.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxkeras.losses.checks import check_binary, check_categorical, check_labels, check_sparse
from jaxkeras.losses.loss import LossFunctionWrapper, implements
from jaxkeras.losses.reduction import as_floats
from jaxkeras.ops._probabilities import binary_entropy, label_values, log_probabilities
from jaxkeras.symbolic import recordable

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "binary_crossentropy",
    "categorical_crossentropy",
    "smoothed",
    "sparse_categorical_crossentropy",
]


@recordable
def binary_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Mean of ``-y_true * log(p) - (1 - y_true) * log(1 - p)`` over an axis.

    Args:
        y_true: targets of shape ``(batch, ..., outputs)``, 0 or 1.
        y_pred: predictions of that shape: probabilities, or logits.
        from_logits: whether ``y_pred`` are logits, the inputs of a sigmoid.
        label_smoothing: how far, from 0 to 1, the targets are moved towards 0.5.
        axis: the axis to average over.

    Returns:
        Losses of shape ``(batch, ...)``.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> from jaxkeras import losses
        >>> round(float(losses.binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    check_binary("binary_crossentropy", y_true.shape, y_pred.shape)
    y_true = smoothed(y_true, label_smoothing, classes=2)
    return jnp.mean(binary_entropy(y_true, y_pred, from_logits), axis=axis)


@implements(binary_crossentropy, "bce", "BCE")
class BinaryCrossentropy(LossFunctionWrapper):
    """Cross-entropy of yes-or-no outputs; see `binary_crossentropy`.

    Args:
        from_logits: whether the predictions are logits, the inputs of a sigmoid.
        label_smoothing: how far, from 0 to 1, the targets are moved towards 0.5.
        axis: the axis to average over.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> round(float(losses.BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    logits_activation = "sigmoid"

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis
        if from_logits:
            self.logits_activation = None

    def check(
        self, y_true: np.ndarray, output_shape: tuple[int | None, ...], name: str | None = None
    ) -> None:
        check_binary(self.name, np.shape(y_true), output_shape, name)


def smoothed(y_true: jax.Array, label_smoothing: float, classes: int) -> jax.Array:
    """Targets moved towards the uniform distribution.

    Args:
        y_true: targets from 0 to 1.
        label_smoothing: how far, from 0 to 1.
        classes: how many there are.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.losses.crossentropy import smoothed
        >>> smoothed(jnp.array([0.0, 1.0]), 0.5, 2).tolist()
        [0.25, 0.75]
    """
    if not label_smoothing:
        return y_true
    return y_true * (1.0 - label_smoothing) + label_smoothing / classes


@recordable
def categorical_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """``-sum(y_true * log(p))`` over the classes, for one-hot targets.

    Args:
        y_true: one-hot rows, or probabilities, of shape ``(batch, ..., classes)``.
        y_pred: predictions of that shape: probabilities, which are made to sum to 1, or logits.
        from_logits: whether ``y_pred`` are logits, the inputs of a softmax.
        label_smoothing: how far, from 0 to 1, the targets are moved towards the uniform
            distribution.
        axis: the axis of the classes.

    Returns:
        Losses of shape ``(batch, ...)``.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> from jaxkeras import losses
        >>> round(float(losses.categorical_crossentropy([[0.0, 1.0]], [[0.75, 0.25]])[0]), 4)
        1.3863
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    check_categorical("categorical_crossentropy", y_true.shape, y_pred.shape, axis=axis)
    y_true = smoothed(y_true, label_smoothing, y_true.shape[axis])
    return -jnp.sum(y_true * log_probabilities(y_pred, from_logits, axis), axis=axis)


@implements(categorical_crossentropy)
class CategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy for one-hot targets; see `categorical_crossentropy`.

    Args:
        from_logits: whether the predictions are logits, the inputs of a softmax.
        label_smoothing: how far, from 0 to 1, the targets are moved towards the uniform
            distribution.
        axis: the axis of the classes.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> round(float(losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.75, 0.25]])), 4)
        1.3863
    """

    logits_activation = "softmax"

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis
        if from_logits or axis != -1:
            self.logits_activation = None

    def check(
        self, y_true: np.ndarray, output_shape: tuple[int | None, ...], name: str | None = None
    ) -> None:
        check_categorical(self.name, np.shape(y_true), output_shape, name, self.axis)


@recordable
def sparse_categorical_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> jax.Array:
    """``-log(p[label])``, for integer labels.

    A label below 0 or beyond the last class has no class: its loss is 0.

    Args:
        y_true: labels of shape ``(batch, ...)`` or ``(batch, ..., 1)``.
        y_pred: predictions of shape ``(batch, ..., classes)``: probabilities, which are made to
            sum to 1, or logits.
        from_logits: whether ``y_pred`` are logits, the inputs of a softmax.
        ignore_class: a label whose loss is 0, for instance that of padding.
        axis: the axis of the classes.

    Returns:
        Losses of shape ``(batch, ...)``.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> from jaxkeras import losses
        >>> round(float(losses.sparse_categorical_crossentropy([1], [[0.75, 0.25]])[0]), 4)
        1.3863
    """
    y_pred = jnp.asarray(y_pred)
    labels = jnp.asarray(y_true).astype("int32")
    check_sparse("sparse_categorical_crossentropy", labels.shape, y_pred.shape, axis=axis)
    if labels.ndim == y_pred.ndim:
        labels = jnp.squeeze(labels, axis)
    if ignore_class is not None:
        is_counted = labels != ignore_class
        y_pred = jnp.where(jnp.expand_dims(is_counted, axis), y_pred, 1.0)
        labels = jnp.where(is_counted, labels, -1)
    return -label_values(log_probabilities(y_pred, from_logits, axis), labels, axis)


@implements(sparse_categorical_crossentropy)
class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy for integer labels; see `sparse_categorical_crossentropy`.

    Args:
        from_logits: whether the predictions are logits, the inputs of a softmax.
        ignore_class: a label that does not count, for instance that of padding; a mean is over
            the others.
        reduction: see `Loss`.
        axis: the axis of the classes.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> round(float(losses.SparseCategoricalCrossentropy()([1], [[0.75, 0.25]])), 4)
        1.3863
    """

    logits_activation = "softmax"

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis
        if from_logits or axis != -1:
            self.logits_activation = None

    def compute_mask(self, y_true: jax.Array, y_pred: jax.Array) -> jax.Array | None:
        if self.ignore_class is None:
            return None
        if y_true.ndim == y_pred.ndim:
            y_true = jnp.squeeze(y_true, self.axis)
        return y_true != self.ignore_class

    def check(
        self, y_true: np.ndarray, output_shape: tuple[int | None, ...], name: str | None = None
    ) -> None:
        check_sparse(self.name, np.shape(y_true), output_shape, name, self.axis)
        classes = output_shape[self.axis]
        if classes is not None:
            check_labels(self.name, y_true, classes, self.ignore_class, name)

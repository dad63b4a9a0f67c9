"""Cross-entropies that weigh a sample by its difficulty: more if it is hard, or less.

The focal ones turn to the samples that the model gets wrong; the generalized one turns away from
them, since their labels may be wrong.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxkeras.config import epsilon
from jaxkeras.losses.checks import check_binary, check_categorical, check_labels, check_sparse
from jaxkeras.losses.crossentropy import smoothed
from jaxkeras.losses.loss import LossFunctionWrapper, implements
from jaxkeras.losses.reduction import as_floats
from jaxkeras.ops._probabilities import binary_entropy, label_values, log_probabilities
from jaxkeras.symbolic import recordable

__all__ = [
    "BinaryFocalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
]


def _focus(miss: jax.Array, gamma: float) -> jax.Array:
    """``miss ** gamma``, whose gradient is finite for every gamma."""
    return jnp.power(jnp.maximum(miss, epsilon()), gamma)


@recordable
def binary_focal_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """`binary_crossentropy` whose terms are multiplied by ``(1 - p)**gamma``.

    Here ``p`` is the probability given to the target.

    Source: Lin et al., "Focal Loss for Dense Object Detection", 2017.

    Args:
        y_true: targets of shape ``(batch, ..., outputs)``, 0 or 1.
        y_pred: predictions of that shape: probabilities, or logits.
        apply_class_balancing: multiply by ``alpha`` where the target is 1, and by ``1 - alpha``
            where it is 0.
        alpha: that weight.
        gamma: how much the easy outputs are turned down; 0 gives the plain cross-entropy.
        from_logits: whether ``y_pred`` are logits, the inputs of a sigmoid.
        label_smoothing: how far, from 0 to 1, the targets are moved towards 0.5.
        axis: the axis to average over.

    Returns:
        Losses of shape ``(batch, ...)``.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> from jaxkeras import losses
        >>> losses.binary_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
        Array([0.1733], dtype=float32)
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    check_binary("binary_focal_crossentropy", y_true.shape, y_pred.shape)
    y_true = smoothed(y_true, label_smoothing, classes=2)
    p = jax.nn.sigmoid(y_pred) if from_logits else y_pred
    values = binary_entropy(y_true, y_pred, from_logits)
    values = values * _focus(y_true * (1.0 - p) + (1.0 - y_true) * p, gamma)
    if apply_class_balancing:
        values = values * (y_true * alpha + (1.0 - y_true) * (1.0 - alpha))
    return jnp.mean(values, axis=axis)


@implements(binary_focal_crossentropy)
class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Focal cross-entropy of yes-or-no outputs; see `binary_focal_crossentropy`.

    Args:
        apply_class_balancing: whether ``alpha`` counts.
        alpha: weight of the targets that are 1; the others get ``1 - alpha``.
        gamma: how much the easy outputs are turned down.
        from_logits: whether the predictions are logits, the inputs of a sigmoid.
        label_smoothing: how far, from 0 to 1, the targets are moved towards 0.5.
        axis: the axis to average over.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> round(float(losses.BinaryFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.1733
    """

    logits_activation = "sigmoid"

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        if from_logits:
            self.logits_activation = None

    def check(
        self, y_true: np.ndarray, output_shape: tuple[int | None, ...], name: str | None = None
    ) -> None:
        check_binary(self.name, np.shape(y_true), output_shape, name)


@recordable
def categorical_focal_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    alpha: float | Sequence[float] = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """``-sum(alpha * (1 - p)**gamma * y_true * log(p))`` over the classes, for one-hot targets.

    Source: Lin et al., "Focal Loss for Dense Object Detection", 2017.

    Args:
        y_true: one-hot rows, or probabilities, of shape ``(batch, ..., classes)``.
        y_pred: predictions of that shape: probabilities, which are made to sum to 1, or logits.
        alpha: weight of the loss, or of each class.
        gamma: how much the easy classes are turned down; 0 gives the plain cross-entropy.
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
        >>> losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]], alpha=1.0).round(4)
        Array([0.1733], dtype=float32)
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    check_categorical("categorical_focal_crossentropy", y_true.shape, y_pred.shape, axis=axis)
    y_true = smoothed(y_true, label_smoothing, y_true.shape[axis])
    log_p = log_probabilities(y_pred, from_logits, axis)
    weights = jnp.asarray(alpha, log_p.dtype) * _focus(-jnp.expm1(log_p), gamma)
    return -jnp.sum(weights * y_true * log_p, axis=axis)


@implements(categorical_focal_crossentropy)
class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Focal cross-entropy for one-hot targets; see `categorical_focal_crossentropy`.

    Args:
        alpha: weight of the loss, or of each class.
        gamma: how much the easy classes are turned down.
        from_logits: whether the predictions are logits, the inputs of a softmax.
        label_smoothing: how far, from 0 to 1, the targets are moved towards the uniform
            distribution.
        axis: the axis of the classes.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> loss = losses.CategoricalFocalCrossentropy(alpha=1.0)
        >>> round(float(loss([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.1733
    """

    logits_activation = "softmax"

    def __init__(
        self,
        alpha: float | Sequence[float] = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.axis = axis
        if from_logits or axis != -1:
            self.logits_activation = None

    def check(
        self, y_true: np.ndarray, output_shape: tuple[int | None, ...], name: str | None = None
    ) -> None:
        check_categorical(self.name, np.shape(y_true), output_shape, name, self.axis)


@recordable
def categorical_generalized_cross_entropy(
    y_true: ArrayLike, y_pred: ArrayLike, q: float
) -> jax.Array:
    """``(1 - p[label]**q) / q``, which forgives wrong labels, for integer labels.

    It lies between cross-entropy, for ``q`` near 0, and mean absolute error, for ``q`` near 1.
    Labels of shape ``(batch, 1)`` mean the same as ``(batch,)``; in Keras 3 they give other values.

    Source: Zhang and Sabuncu, "Generalized Cross Entropy Loss for Training Deep Neural Networks
    with Noisy Labels", 2018.

    Args:
        y_true: labels of shape ``(batch, ...)`` or ``(batch, ..., 1)``.
        y_pred: probabilities of shape ``(batch, ..., classes)``.
        q: a number between 0 and 1.

    Returns:
        Losses of shape ``(batch, ...)``.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> from jaxkeras import losses
        >>> losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5)
        Array([1.], dtype=float32)
    """
    y_pred = jnp.asarray(y_pred)
    labels = jnp.asarray(y_true).astype("int32")
    check_sparse("categorical_generalized_cross_entropy", labels.shape, y_pred.shape)
    if labels.ndim == y_pred.ndim:
        labels = jnp.squeeze(labels, -1)
    p = label_values(y_pred, labels)
    is_positive = p > 0  # at 0 the gradient of the power would be infinite
    power = jnp.where(is_positive, jnp.power(jnp.where(is_positive, p, 1.0), q), 0.0)
    return (1.0 - power) / q


@implements(categorical_generalized_cross_entropy)
class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """Cross-entropy that forgives wrong labels; see `categorical_generalized_cross_entropy`.

    Args:
        q: a number between 0 and 1; the greater, the less a wrong label counts.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Raises:
        ValueError: ``q`` does not lie between 0 and 1.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
        1.0
    """

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ):
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
        if not 0 < q < 1:
            raise ValueError(
                f"The loss {self.name} expected q between 0 and 1, both excluded. Received: q={q}"
            )

    def check(
        self, y_true: np.ndarray, output_shape: tuple[int | None, ...], name: str | None = None
    ) -> None:
        check_sparse(self.name, np.shape(y_true), output_shape, name)
        if output_shape[-1] is not None:
            check_labels(self.name, y_true, output_shape[-1], name=name)

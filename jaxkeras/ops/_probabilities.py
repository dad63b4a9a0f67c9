"""Logarithms of probabilities: for losses and operations alike."""

import jax
import jax.numpy as jnp

from jaxkeras.config import epsilon

__all__ = ["binary_entropy", "binary_log_probabilities", "label_values", "log_probabilities"]


def binary_log_probabilities(
    y_pred: jax.Array, from_logits: bool = False
) -> tuple[jax.Array, jax.Array]:
    """``log(p)`` and ``log(1 - p)`` of every output; exact from logits.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._probabilities import binary_log_probabilities
        >>> [float(x) for x in binary_log_probabilities(jnp.array(-100.0), from_logits=True)]
        [-100.0, -0.0]
    """
    if from_logits:
        return jax.nn.log_sigmoid(y_pred), jax.nn.log_sigmoid(-y_pred)
    y_pred = jnp.clip(y_pred, epsilon(), 1.0 - epsilon())
    return jnp.log(y_pred), jnp.log(1.0 - y_pred)


def binary_entropy(y_true: jax.Array, y_pred: jax.Array, from_logits: bool = False) -> jax.Array:
    """``-y_true * log(p) - (1 - y_true) * log(1 - p)`` of every output.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._probabilities import binary_entropy
        >>> binary_entropy(jnp.array([0.0, 1.0]), jnp.array([0.5, 0.5])).round(3)
        Array([0.693, 0.693], dtype=float32)
    """
    log_p, log_not_p = binary_log_probabilities(y_pred, from_logits)
    return -y_true * log_p - (1.0 - y_true) * log_not_p


def log_probabilities(y_pred: jax.Array, from_logits: bool = False, axis: int = -1) -> jax.Array:
    """Logarithms of distributions along an axis, which are first made to sum to 1.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._probabilities import log_probabilities
        >>> log_probabilities(jnp.array([3.0, 1.0])).round(2)
        Array([-0.29, -1.39], dtype=float32)
    """
    if from_logits:
        return jax.nn.log_softmax(y_pred, axis=axis)
    y_pred = y_pred / jnp.sum(y_pred, axis=axis, keepdims=True)
    return jnp.log(jnp.clip(y_pred, epsilon(), 1.0 - epsilon()))


def label_values(values: jax.Array, labels: jax.Array, axis: int = -1) -> jax.Array:
    """Along an axis the value at the place that a label tells; 0 where it tells none.

    Args:
        values: ``(batch, ..., classes)``, with the classes on ``axis``.
        labels: whole numbers of the shape of ``values`` without that axis.
        axis: the axis.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._probabilities import label_values
        >>> label_values(jnp.array([[0.5, 3.0], [0.5, 3.0]]), jnp.array([1, -1]))
        Array([3., 0.], dtype=float32)
    """
    is_label = jax.nn.one_hot(labels, values.shape[axis], dtype=bool, axis=axis)
    return jnp.sum(jnp.where(is_label, values, 0.0), axis=axis)

"""Circle loss: embeddings that lie close together within a class and apart between classes."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxkeras.losses.loss import LossFunctionWrapper, implements
from jaxkeras.symbolic import recordable

__all__ = ["Circle", "circle"]


@recordable
def circle(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    ref_labels: ArrayLike | None = None,
    ref_embeddings: ArrayLike | None = None,
    remove_diagonal: bool = True,
    gamma: float = 80.0,
    margin: float = 0.4,
) -> jax.Array:
    """Penalty on each embedding for far ones of its class and near ones of other classes.

    Each pair is weighted by how far its cosine distance is from the best one.

    Source: Sun et al., "Circle Loss: A Unified Perspective of Pair Similarity Optimization", 2020.

    Args:
        y_true: integer labels of shape ``(batch,)`` or ``(batch, 1)``.
        y_pred: embeddings of length 1, of shape ``(batch, features)``.
        ref_labels: labels ``(references,)`` to compare with; by default those of the batch.
        ref_embeddings: embeddings ``(references, features)`` to compare with; by default those of
            the batch.
        remove_diagonal: whether the pairs ``(i, i)`` are left out.
        gamma: scale of the distances.
        margin: distance from which on a pair of one class counts as far.

    Returns:
        Losses of shape ``(batch,)``; 0 where there is no other sample of the class.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import losses
        >>> embeddings = jnp.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
        >>> [round(float(loss)) for loss in losses.circle([1, 1, 2], embeddings)]
        [54, 134, 0]
    """
    embeddings = jnp.asarray(y_pred)
    references = embeddings if ref_embeddings is None else jnp.asarray(ref_embeddings)
    labels = jnp.asarray(y_true).astype("int32").reshape(-1, 1)
    known = labels if ref_labels is None else jnp.asarray(ref_labels).astype("int32")
    is_same = labels == known.reshape(1, -1)  # (batch, references)
    is_positive, is_negative = is_same, ~is_same
    if remove_diagonal:
        is_positive &= ~jnp.eye(*is_same.shape, dtype=bool)

    distances = jnp.maximum(1.0 - embeddings @ references.T, 0.0)
    far = (margin + distances) * (distances - margin)
    near = jnp.maximum(1.0 + margin - distances, 0.0) * (1.0 - margin - distances)

    def log_sum(values, is_counted):
        return jax.nn.logsumexp(gamma * values, axis=1, where=is_counted)

    return jax.nn.softplus(log_sum(far, is_positive) + log_sum(near, is_negative))


@implements(circle)
class Circle(LossFunctionWrapper):
    """Circle loss of embeddings; see `circle` (``keras.losses.Circle``).

    End the model with `UnitNormalization`. Samples whose loss is 0 do not count in a mean.

    Args:
        gamma: scale of the distances.
        margin: distance from which on a pair of one class counts as far.
        remove_diagonal: whether the pairs of a sample with itself are left out.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import losses
        >>> embeddings = jnp.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
        >>> round(float(losses.Circle()([1, 1, 2], embeddings)))
        94
    """

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str = "circle",
        dtype: Any = None,
    ):
        super().__init__(
            circle,
            reduction,
            name,
            dtype,
            gamma=gamma,
            margin=margin,
            remove_diagonal=remove_diagonal,
        )

    def compute_mask(self, y_true: jax.Array, y_pred: jax.Array) -> jax.Array:
        return self.call(y_true, y_pred) > 0

    def check(
        self, y_true: np.ndarray, output_shape: tuple[int | None, ...], name: str | None = None
    ) -> None:
        shape = np.shape(y_true)
        if len(output_shape) != 2 or len(shape) > 2 or shape[1:] not in ((), (1,)):
            raise ValueError(
                f"{self.name} expected integer labels of shape (batch,) and embeddings of shape "
                f"(batch, features). Received targets of shape {shape} and an output of shape "
                f"{output_shape}. Pass one label a sample, and Flatten before the last Dense layer."
            )

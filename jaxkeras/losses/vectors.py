"""Losses that compare the last axis as one vector: its direction, or as a distribution."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.config import epsilon
from jaxkeras.losses.elementwise import ElementwiseLoss
from jaxkeras.losses.loss import implements
from jaxkeras.losses.reduction import as_floats
from jaxkeras.ops._moments import l2_normalize
from jaxkeras.symbolic import recordable

__all__ = ["CosineSimilarity", "KLDivergence", "cosine_similarity", "kl_divergence"]


@recordable
def kl_divergence(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """Kullback-Leibler divergence ``sum(y_true * log(y_true / y_pred))`` over the last axis.

    Args:
        y_true: distributions of shape ``(batch, ..., classes)``.
        y_pred: predicted distributions of that shape.

    Returns:
        Losses of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import losses
        >>> losses.kl_divergence([[0.5, 0.5]], [[0.5, 0.5]]).tolist()
        [0.0]
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    y_true, y_pred = jnp.clip(y_true, epsilon(), 1.0), jnp.clip(y_pred, epsilon(), 1.0)
    return jnp.sum(y_true * jnp.log(y_true / y_pred), axis=-1)


@implements(kl_divergence, "kld", "KLD", "kullback_leibler_divergence")
class KLDivergence(ElementwiseLoss):
    """Kullback-Leibler divergence; see `kl_divergence` (``keras.losses.KLDivergence``).

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
        0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "kl_divergence",
        dtype: Any = None,
    ):
        super().__init__(kl_divergence, reduction, name, dtype)


@recordable
def cosine_similarity(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> jax.Array:
    """The negative cosine of the angle between targets and predictions: -1 is the best value.

    Args:
        y_true: vectors of shape ``(batch, ..., features)``.
        y_pred: predicted vectors of that shape.
        axis: the axis along which a vector lies.

    Returns:
        Losses of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import losses
        >>> losses.cosine_similarity([[0.0, 2.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]).tolist()
        [-1.0, -0.0]
    """

    vectors = as_floats(y_true, y_pred)
    y_true, y_pred = (l2_normalize(vector, axis, least=epsilon()) for vector in vectors)
    return -jnp.sum(y_true * y_pred, axis=axis)


@implements(cosine_similarity, "cosine_proximity")
class CosineSimilarity(ElementwiseLoss):
    """Negative cosine similarity; see `cosine_similarity` (``keras.losses.CosineSimilarity``).

    Args:
        axis: the axis along which a vector lies.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.CosineSimilarity()([[0.0, 2.0]], [[0.0, 1.0]]))
        -1.0
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "cosine_similarity",
        dtype: Any = None,
    ):
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)

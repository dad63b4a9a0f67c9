"""Connectionist temporal classification: sequences of labels without a time for each label."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxkeras.losses.checks import check_labels
from jaxkeras.losses.loss import LossFunctionWrapper, implements
from jaxkeras.ops import ctc_loss
from jaxkeras.symbolic import recordable

__all__ = ["CTC", "ctc"]


def _check(y_true: tuple[int | None, ...], y_pred: tuple[int | None, ...]) -> None:
    if len(y_true) != 2 or len(y_pred) != 3:
        raise ValueError(
            "ctc expected targets of shape (batch, labels), padded with 0, and outputs of shape "
            f"(batch, time, classes). Received targets of shape {y_true} and outputs of shape "
            f"{y_pred}. Let a recurrent layer return_sequences=True, and end with Dense(classes)."
        )


@recordable
def ctc(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """``-log`` of the probability that the outputs, over all alignments, spell the labels.

    Class 0 is the blank: it separates labels in the output and fills up the targets.

    Source: Graves et al., "Connectionist Temporal Classification", 2006.

    Args:
        y_true: labels of shape ``(batch, labels)``, padded at the end with 0.
        y_pred: logits of shape ``(batch, time, classes)``, of all time steps.

    Returns:
        Losses of shape ``(batch,)``.

    Raises:
        ValueError: the arrays have another number of dimensions.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import losses
        >>> losses.ctc([[1, 0]], jnp.array([[[0.0, 9.0], [9.0, 0.0]]])).round(3)
        Array([0.], dtype=float32)
    """
    labels, logits = jnp.asarray(y_true).astype("int32"), jnp.asarray(y_pred)
    _check(labels.shape, logits.shape)
    label_lengths = jnp.sum(labels != 0, axis=-1)
    steps = jnp.full(logits.shape[:1], logits.shape[1])
    return ctc_loss(labels, logits, label_lengths, steps)


@implements(ctc)
class CTC(LossFunctionWrapper):
    """Loss of sequences of labels that are not aligned; see `ctc` (``keras.losses.CTC``).

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import losses
        >>> loss = losses.CTC()([[1, 0]], jnp.array([[[0.0, 9.0], [9.0, 0.0]]]))
        >>> round(float(loss), 3)
        0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "ctc",
        dtype: Any = None,
    ):
        super().__init__(ctc, reduction, name, dtype)

    def check(
        self, y_true: np.ndarray, output_shape: tuple[int | None, ...], name: str | None = None
    ) -> None:
        _check(np.shape(y_true), output_shape)
        if output_shape[-1] is not None:
            check_labels(self.name, y_true, output_shape[-1], name=name)

"""Connectionist temporal classification: losses and decoding of unaligned sequences."""

import jax
import jax.numpy as jnp
import optax

from jaxkeras.ops._moments import wide
from jaxkeras.ops.operation import Tensor, operation

__all__ = ["ctc_decode", "ctc_loss"]


@operation
def ctc_loss(
    target: Tensor,
    output: Tensor,
    target_length: Tensor,
    output_length: Tensor,
    mask_index: int = 0,
) -> Tensor:
    """Negative log-likelihood of label sequences, over all ways to align them with the outputs.

    Graves et al., "Connectionist Temporal Classification", ICML 2006.

    Args:
        target: ``(batch, max_labels)``, class numbers.
        output: ``(batch, time, classes)``, logits.
        target_length: ``(batch,)``, how many labels count.
        output_length: ``(batch,)``, how many steps count.
        mask_index: the class that stands for no label.

    Returns:
        ``(batch,)``

    Example:
        >>> from jaxkeras import ops
        >>> ops.ctc_loss([[1]], ops.zeros((1, 1, 2)), [1], [1]).round(3)
        Array([0.693], dtype=float32)
    """
    output = wide(output)
    output_padding = _beyond(output_length, output.shape[1]).astype(output.dtype)
    target_padding = _beyond(target_length, target.shape[1]).astype(output.dtype)
    labels = target.astype("int32")
    return optax.ctc_loss(output, output_padding, labels, target_padding, blank_id=mask_index)


@operation
def ctc_decode(
    inputs: Tensor,
    sequence_lengths: Tensor,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int | None = 0,
) -> tuple[Tensor, Tensor]:
    """The label sequence of the likeliest class at every step.

    Args:
        inputs: ``(batch, time, classes)``, logits or log-probabilities.
        sequence_lengths: ``(batch,)``, how many steps count.
        strategy: ``"greedy"``; the search for several likely sequences is not supported.
        beam_width: unused.
        top_paths: unused.
        merge_repeated: whether a class that stays over several steps is one label.
        mask_index: the class that stands for no label; ``None`` for the last.

    Returns:
        Labels ``(1, batch, time)``, padded with -1; and the negative sums of the greatest inputs
        over the steps, ``(batch, 1)``.

    Raises:
        ValueError: another strategy is asked for.

    Example:
        >>> from jaxkeras import ops
        >>> steps = ops.one_hot([[1, 1, 0, 2]], 3)
        >>> ops.ctc_decode(steps, [4])[0]
        Array([[[ 1,  2, -1, -1]]], dtype=int32)
    """
    if strategy != "greedy":
        raise ValueError(f"ctc_decode decodes with strategy='greedy'. Received: {strategy!r}")
    inputs = wide(inputs)
    blank = inputs.shape[-1] - 1 if mask_index is None else mask_index
    is_beyond = _beyond(sequence_lengths, inputs.shape[1])
    classes = jnp.where(is_beyond, blank, jnp.argmax(inputs, axis=-1))
    scores = jnp.where(is_beyond, 0.0, jnp.max(inputs, axis=-1))
    if merge_repeated:
        is_repeated = jnp.pad(classes[:, 1:] == classes[:, :-1], ((0, 0), (1, 0)))
        classes = jnp.where(is_repeated, blank, classes)
    labels = jnp.where(classes == blank, -1, classes)
    order = jnp.argsort(labels == -1, axis=-1, stable=True)
    labels = jnp.take_along_axis(labels, order, axis=-1)
    return labels[None], -jnp.sum(scores, axis=1, keepdims=True)


def _beyond(lengths: jax.Array, steps: int) -> jax.Array:
    """Where sequences of these lengths are over: ``(batch, steps)``."""
    return jnp.arange(steps) >= lengths[:, None]

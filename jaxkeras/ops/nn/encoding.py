"""Operations on classes: one-hot encodings, and cross-entropies between distributions."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.config import floatx
from jaxkeras.ops._probabilities import binary_entropy, label_values, log_probabilities
from jaxkeras.ops.operation import Tensor, operation, refuse_sparse

__all__ = [
    "binary_crossentropy", "categorical_crossentropy", "multi_hot", "one_hot",
    "sparse_categorical_crossentropy",
]  # fmt: skip


@operation
def one_hot(
    x: Tensor, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Tensor:
    """Class numbers as vectors with a single 1; a number outside of the classes gives zeros.

    Args:
        x: whole numbers, of any shape.
        num_classes: number of classes.
        axis: where the new axis is in the result.
        dtype: by default `jaxkeras.config.floatx`.
        sparse: sparse results are not supported.

    Raises:
        ValueError: ``sparse`` is true.

    Example:
        >>> from jaxkeras import ops
        >>> ops.one_hot([1, 0], 3)
        Array([[0., 1., 0.],
               [1., 0., 0.]], dtype=float32)
    """
    refuse_sparse("one_hot", sparse)
    return jax.nn.one_hot(x, num_classes, axis=axis, dtype=dtype or floatx())


@operation
def multi_hot(
    inputs: Tensor,
    num_classes: int,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
) -> Tensor:
    """Sets of class numbers as vectors with a 1 for every member.

    Args:
        inputs: whole numbers: ``(length,)``, or ``(batch, length, ...)``.
        num_classes: number of classes.
        axis: where the axis of classes is before the axis ``length`` goes away.
        dtype: by default `jaxkeras.config.floatx`.
        sparse: sparse results are not supported.

    Raises:
        ValueError: ``sparse`` is true.

    Example:
        >>> from jaxkeras import ops
        >>> ops.multi_hot([0, 2], 4)
        Array([1., 0., 1., 0.], dtype=float32)
    """
    refuse_sparse("multi_hot", sparse)
    return jnp.max(one_hot(inputs, num_classes, axis, dtype), axis=1 if inputs.ndim > 1 else 0)


@operation
def binary_crossentropy(target: Tensor, output: Tensor, from_logits: bool = False) -> Tensor:
    """``-target * log(output) - (1 - target) * log(1 - output)``, for every element.

    Args:
        target: 0 or 1.
        output: probabilities in the same shape, or logits.
        from_logits: whether they are logits, the inputs of a sigmoid.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> from jaxkeras import ops
        >>> ops.binary_crossentropy([0.0, 1.0], [0.5, 0.5]).round(3)
        Array([0.693, 0.693], dtype=float32)
    """
    _require_same_shape("binary_crossentropy", target, output)
    return binary_entropy(target, output, from_logits)


@operation
def categorical_crossentropy(
    target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """``-sum(target * log(output))`` over the classes.

    Args:
        target: one-hot vectors, or distributions.
        output: probabilities in the same shape, or logits.
        from_logits: whether they are logits, the inputs of a softmax.
        axis: the axis of the classes.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> from jaxkeras import ops
        >>> ops.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(3)
        Array([0.693], dtype=float32)
    """
    _require_same_shape("categorical_crossentropy", target, output)
    return -jnp.sum(target * log_probabilities(output, from_logits, axis), axis)


@operation
def sparse_categorical_crossentropy(
    target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """``-log(output)`` at the right class.

    Args:
        target: class numbers: the shape of ``output`` without its last axis, or with 1 there.
        output: probabilities, or logits.
        from_logits: whether they are logits, the inputs of a softmax.
        axis: the axis of the classes.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> from jaxkeras import ops
        >>> ops.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).round(3)
        Array([0.693], dtype=float32)
    """
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = target[..., 0]
    if target.shape != output.shape[:-1]:
        raise ValueError(
            "sparse_categorical_crossentropy takes class numbers in the shape of the output "
            f"without its last axis. Received: target {target.shape}, output {output.shape}"
        )
    log_p = log_probabilities(output, from_logits, axis)
    return -label_values(log_p, target.astype("int32"), axis)


def _require_same_shape(name: str, target: Tensor, output: Tensor) -> None:
    if target.shape != output.shape:
        raise ValueError(
            f"{name} takes target and output of one shape. "
            f"Received: target {target.shape}, output {output.shape}"
        )

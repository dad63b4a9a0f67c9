"""Functions of the old backend of which layers and losses were made."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from jaxkeras import activations, ops
from jaxkeras.config import epsilon as default_epsilon
from jaxkeras.ops.operation import Tensor, layout, operation

__all__ = [
    "batch_normalization", "bias_add", "ctc_batch_cost", "hard_sigmoid", "in_test_phase",
    "in_top_k", "in_train_phase", "pool2d", "pool3d", "relu", "resize_images",
    "spatial_2d_padding", "temporal_padding",
]  # fmt: skip


def batch_normalization(
    x: Any,
    mean: Any,
    var: Any,
    beta: Any = None,
    gamma: Any = None,
    axis: int = -1,
    epsilon: float = 1e-3,
) -> Any:
    """``(x - mean) / sqrt(var + epsilon) * gamma + beta``

    Args:
        x: tensor of any shape.
        mean: ``(channels,)``
        var: ``(channels,)``
        beta: ``(channels,)``, or ``None`` for zeros.
        gamma: ``(channels,)``, or ``None`` for ones.
        axis: where the channels are in ``x``.
        epsilon: keeps the root away from 0.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.batch_normalization([[3.0]], [1.0], [4.0], beta=[5.0], epsilon=0.0)
        Array([[6.]], dtype=float32)
    """
    return ops.batch_normalization(x, mean, var, axis, beta, gamma, epsilon)


@operation
def bias_add(x: Tensor, bias: Tensor, data_format: str | None = None) -> Tensor:
    """A number added to every channel.

    Args:
        x: ``(batch, ..., channels)``, or ``(batch, channels, ...)``.
        bias: ``(channels,)``
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.bias_add([[1.0, 2.0]], [10.0, 20.0])
        Array([[11., 22.]], dtype=float32)
    """
    if layout(data_format) == "channels_first" and x.ndim > 2:
        bias = bias.reshape(-1, *[1] * (x.ndim - 2))
    return x + bias


@operation
def ctc_batch_cost(
    y_true: Tensor, y_pred: Tensor, input_length: Tensor, label_length: Tensor
) -> Tensor:
    """Connectionist temporal classification of probabilities; no label is the last class.

    Args:
        y_true: ``(batch, max_labels)``, class numbers.
        y_pred: ``(batch, time, classes)``, probabilities.
        input_length: ``(batch, 1)``, how many steps count.
        label_length: ``(batch, 1)``, how many labels count.

    Returns:
        ``(batch, 1)``

    Example:
        >>> from jaxkeras import backend as K
        >>> K.ctc_batch_cost([[0]], [[[0.5, 0.5]]], [[1]], [[1]]).round(3)
        Array([[0.693]], dtype=float32)
    """
    logits = jnp.log(y_pred + default_epsilon())
    lengths = label_length[:, 0], input_length[:, 0]
    return ops.ctc_loss(y_true, logits, *lengths, mask_index=y_pred.shape[-1] - 1)[:, None]


@operation
def hard_sigmoid(x: Tensor) -> Tensor:
    """``0.2 x + 0.5`` kept between 0 and 1, as Keras 2 had it.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.hard_sigmoid([-3.0, 0.0, 1.0])
        Array([0. , 0.5, 0.7], dtype=float32)
    """
    return jnp.clip(0.2 * x + 0.5, 0, 1)


def in_train_phase(x: Any, alt: Any, training: bool = False) -> Any:
    """One of two values, or of what two functions return: ``x`` in training, else ``alt``.

    Args:
        x: a tensor, or a function without arguments.
        alt: likewise.
        training: what a layer's ``call`` gets as `training`.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.in_train_phase(lambda: 1, 2, training=True)
        1
    """
    chosen = x if training else alt
    return chosen() if callable(chosen) else chosen


def in_test_phase(x: Any, alt: Any, training: bool = False) -> Any:
    """The reverse of `in_train_phase`.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.in_test_phase(1, 2, training=True)
        2
    """
    return in_train_phase(alt, x, training)


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Whether the right class is among the ``k`` with the greatest scores.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.in_top_k([[0.1, 0.5, 0.4]], [2], k=2)
        Array([ True], dtype=bool)
    """
    return ops.in_top_k(targets, predictions, k)


def pool2d(
    x: Any,
    pool_size: Sequence[int],
    strides: Sequence[int] = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """The greatest value, or the mean, of every window of images.

    Args:
        x: ``(batch, height, width, channels)``, or ``(batch, channels, height, width)``.
        pool_size: the window's size.
        strides: its step.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        pool_mode: ``"max"`` or ``"avg"``.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.pool2d(K.ones((1, 4, 4, 1)), (2, 2), pool_mode="avg").shape
        (1, 3, 3, 1)
    """
    pool = {"max": ops.max_pool, "avg": ops.average_pool}[pool_mode]
    return pool(x, pool_size, strides, padding, data_format)


def pool3d(
    x: Any,
    pool_size: Sequence[int],
    strides: Sequence[int] = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """`pool2d` for volumes.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.pool3d(K.ones((1, 4, 4, 4, 1)), (2, 2, 2)).shape
        (1, 3, 3, 3, 1)
    """
    return pool2d(x, pool_size, strides, padding, data_format, pool_mode)


@operation
def relu(
    x: Tensor, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Tensor:
    """`jaxkeras.activations.relu`, whose `negative_slope` was called `alpha`.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.relu([-1.0, 9.0], alpha=0.5, max_value=6.0)
        Array([-0.5,  6. ], dtype=float32)
    """
    return activations.relu(x, alpha, max_value, threshold)


def resize_images(
    x: Any,
    height_factor: int,
    width_factor: int,
    data_format: str | None = None,
    interpolation: str = "nearest",
) -> Any:
    """Images that are larger by whole factors.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.resize_images(K.ones((1, 2, 3, 1)), 2, 2).shape
        (1, 4, 6, 1)
    """
    height, width = x.shape[1:3] if layout(data_format) == "channels_last" else x.shape[2:4]
    size = (height * height_factor, width * width_factor)
    return ops.image.resize(x, size, interpolation, data_format=data_format)


@operation
def temporal_padding(x: Tensor, padding: Sequence[int] = (1, 1)) -> Tensor:
    """Sequences with zeros before and after.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.temporal_padding(K.ones((1, 2, 1)), (1, 0)).ravel()
        Array([0., 1., 1.], dtype=float32)
    """
    return jnp.pad(x, ((0, 0), tuple(padding), (0, 0)))


@operation
def spatial_2d_padding(
    x: Tensor,
    padding: Sequence[Sequence[int]] = ((1, 1), (1, 1)),
    data_format: str | None = None,
) -> Tensor:
    """Images with borders of zeros.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.spatial_2d_padding(K.ones((1, 2, 2, 1))).shape
        (1, 4, 4, 1)
    """
    borders = [tuple(pair) for pair in padding]
    borders.insert(2 if layout(data_format) == "channels_last" else 0, (0, 0))
    return jnp.pad(x, ((0, 0), *borders))

"""Functions of the old backend whose names or parameters are not those of today's operations."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras import activations, ops
from jaxkeras.config import epsilon as default_epsilon
from jaxkeras.ops.operation import Tensor, layout, operation, thin

__all__ = [
    "argmax", "argmin", "batch_dot", "batch_flatten", "batch_normalization", "bias_add", "clip",
    "concatenate", "ctc_batch_cost", "cumprod", "cumsum", "expand_dims", "eye", "flatten",
    "gather", "hard_sigmoid", "in_test_phase", "in_top_k", "in_train_phase", "l2_normalize", "map_fn",
    "permute_dimensions", "pool2d", "pool3d", "pow", "relu", "repeat", "repeat_elements",
    "resize_images", "reverse", "spatial_2d_padding", "switch", "temporal_padding",
]  # fmt: skip

argmax = thin(jnp.argmax, "x, axis=-1")
argmin = thin(jnp.argmin, "x, axis=-1")
cumprod = thin(jnp.cumprod, "x, axis=0")
cumsum = thin(jnp.cumsum, "x, axis=0")
expand_dims = thin(jnp.expand_dims, "x, axis=-1")


@operation
def batch_dot(x: Tensor, y: Tensor, axes: int | Sequence[int] | None = None) -> Tensor:
    """Sums of products for every example of a batch.

    Args:
        x: ``(batch, ...)``
        y: ``(batch, ...)``
        axes: the axis of each to sum over, or one for both; by default the last of ``x`` and the
            second last of ``y``, or its last if it has two axes.

    Returns:
        The other axes of ``x``, then those of ``y``; ``(batch, 1)`` if there are none.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.batch_dot(K.ones((2, 3, 4)), K.ones((2, 4, 5))).shape
        (2, 3, 5)
    """
    if axes is None:
        axes = (x.ndim - 1, y.ndim - 2 if y.ndim > 2 else 1)
    x_axis, y_axis = (axes, axes) if isinstance(axes, int) else axes

    def dot(x: Tensor, y: Tensor) -> Tensor:
        return jnp.tensordot(x, y, axes=(x_axis % (x.ndim + 1) - 1, y_axis % (y.ndim + 1) - 1))

    products = jax.vmap(dot)(x, y)
    return products[:, None] if products.ndim == 1 else products


@operation
def batch_flatten(x: Tensor) -> Tensor:
    """Every example of a batch as a vector.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.batch_flatten(K.ones((2, 3, 4))).shape
        (2, 12)
    """
    return x.reshape(x.shape[0], -1)


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
def clip(x: Tensor, min_value: Tensor | None, max_value: Tensor | None) -> Tensor:
    """Elements kept between two bounds; ``None`` is no bound.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.clip([-2.0, 2.0], 0, None)
        Array([0., 2.], dtype=float32)
    """
    return jnp.clip(x, min_value, max_value)


def concatenate(tensors: Sequence[Any], axis: int = -1) -> Any:
    """Tensors, one after the other along an axis.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.concatenate([[[1, 2]], [[3]]])
        Array([[1, 2, 3]], dtype=int32)
    """
    return ops.concatenate(tensors, axis)


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


def eye(size: int, dtype: Any = None, name: str | None = None) -> Any:
    """The unit matrix.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.eye(2)
        Array([[1., 0.],
               [0., 1.]], dtype=float32)
    """
    return ops.eye(size, dtype=dtype)


def flatten(x: Any) -> Any:
    """All elements as a vector, those of all examples of a batch.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.flatten([[1, 2], [3, 4]])
        Array([1, 2, 3, 4], dtype=int32)
    """
    return ops.ravel(x)


def gather(reference: Any, indices: Any) -> Any:
    """Rows by their numbers.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.gather([[1, 2], [3, 4]], [1])
        Array([[3, 4]], dtype=int32)
    """
    return ops.take(reference, indices, axis=0)


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


@operation
def l2_normalize(x: Tensor, axis: int | Sequence[int] | None = None) -> Tensor:
    """Vectors scaled to length 1.

    Args:
        x: tensor of any shape.
        axis: the axis, or the axes, along which a vector lies; ``None`` for all.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.l2_normalize([[3.0, 4.0]], axis=-1)
        Array([[0.6, 0.8]], dtype=float32)
    """
    squares = jnp.sum(jnp.square(x), axis, keepdims=True)
    return x * jax.lax.rsqrt(jnp.maximum(squares, 1e-12))


def map_fn(
    fn: Callable[..., Any], elems: Any, name: str | None = None, dtype: Any = None
) -> Any:
    """A function called on every element of the first axis.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.map_fn(lambda x: 2 * x, K.ones((2,)))
        Array([2., 2.], dtype=float32)
    """
    return ops.map(fn, elems)


def permute_dimensions(x: Any, pattern: Sequence[int]) -> Any:
    """The axes in another order.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.permute_dimensions(K.ones((2, 3, 4)), (2, 0, 1)).shape
        (4, 2, 3)
    """
    return ops.transpose(x, pattern)


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


def pow(x: Any, a: Any) -> Any:
    """``x ** a``

    Example:
        >>> from jaxkeras import backend as K
        >>> K.pow([2.0, 3.0], 2)
        Array([4., 9.], dtype=float32)
    """
    return ops.power(x, a)


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


@operation
def repeat(x: Tensor, n: int) -> Tensor:
    """Vectors as constant sequences.

    Args:
        x: ``(batch, features)``
        n: their length.

    Returns:
        ``(batch, n, features)``

    Example:
        >>> from jaxkeras import backend as K
        >>> K.repeat([[1, 2]], 2)
        Array([[[1, 2],
                [1, 2]]], dtype=int32)
    """
    return jnp.repeat(x[:, None], n, axis=1)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Every element several times, one after the other.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.repeat_elements([[1, 2]], 2, axis=1)
        Array([[1, 1, 2, 2]], dtype=int32)
    """
    return ops.repeat(x, rep, axis)


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


def reverse(x: Any, axes: int | Sequence[int]) -> Any:
    """The elements in reverse order along some axes.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.reverse([1, 2, 3], axes=0)
        Array([3, 2, 1], dtype=int32)
    """
    return ops.flip(x, axes)


@operation
def switch(condition: Tensor, then_expression: Any, else_expression: Any) -> Any:
    """One of two values, or of what two functions return, for each element or as a whole.

    Args:
        condition: a boolean, or booleans of the first axes of the values.
        then_expression: a tensor, or a function without arguments.
        else_expression: likewise.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.switch([True, False], [[1, 2], [3, 4]], [[0, 0], [0, 0]])
        Array([[1, 2],
               [0, 0]], dtype=int32)
    """
    values = [
        jnp.asarray(value() if callable(value) else value)
        for value in (then_expression, else_expression)
    ]
    missing = max(value.ndim for value in values) - condition.ndim
    return jnp.where(condition.reshape(*condition.shape, *[1] * missing).astype(bool), *values)


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

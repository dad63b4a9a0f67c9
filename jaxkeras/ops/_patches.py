"""Windows on CPU: convolution as one matrix product, and the greatest value with a quick gradient.

XLA's own convolution is several times slower on CPU inside of a loop, where training runs, and the
gradient of its `reduce_window` is slower than all else of a small network. Elsewhere XLA does
better by itself, so these forms are for CPU alone.
"""

import functools
import itertools
import math
from collections.abc import Iterator, Sequence

import jax
import jax.numpy as jnp
from jax import lax

__all__ = ["convolve", "max_pool", "suits"]

_LARGEST = 2**26  # numbers in the patches of a sample; 256 MiB

# Numbers in the patches of those samples that go together: 6 MB, which stay in the cache.
_BLOCK = 1_500_000

Pads = tuple[tuple[int, int], ...]


def suits(inputs: jax.Array, kernel: jax.Array) -> bool:
    """Whether sizes are known and a convolution of one group is worth its patches.

    Args:
        inputs: ``(batch, *space, channels)``, or ``(batch, channels, *space)``.
        kernel: ``(*window, channels, filters)``.
    """
    batch, *sizes = (*inputs.shape, *kernel.shape[:-2])
    is_known = all(isinstance(size, int) for size in (batch, *sizes))
    return is_known and batch > 0 and 0 < math.prod(sizes) <= _LARGEST


def convolve(
    inputs: jax.Array,
    kernel: jax.Array,
    strides: tuple[int, ...],
    pads: Pads,
    dilation: tuple[int, ...],
) -> jax.Array:
    """A convolution as a matrix product of all patches with the kernel.

    Patches are many times as large as the inputs. Those of a few samples at a time never leave the
    processor's cache.

    Args:
        inputs: ``(batch, *space, channels)``.
        kernel: ``(*window, channels, filters)``.
        strides: step of the window on every axis of space.
        pads: zeros before and after each axis of space.
        dilation: distance of neighbours in the window.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._patches import convolve
        >>> x = jnp.array([[[1.0], [2.0], [3.0]]])
        >>> convolve(x, jnp.ones((2, 1, 1)), (1,), ((0, 0),), (1,)).ravel()
        Array([3., 5.], dtype=float32)
    """
    some = functools.partial(_convolve, strides=strides, pads=pads, dilation=dilation)
    batch = len(inputs)
    size = _samples_at_once(jax.eval_shape(some, inputs, kernel).shape, kernel)
    if size >= batch:
        return some(inputs, kernel)
    whole = batch - batch % size
    blocks = inputs[:whole].reshape(-1, size, *inputs.shape[1:])
    # The gradient makes the patches once more, which is quicker than to keep them.
    again = jax.checkpoint(some, prevent_cse=False)
    outputs = lax.map(lambda block: again(block, kernel), blocks)
    outputs = outputs.reshape(whole, *outputs.shape[2:])
    if whole == batch:
        return outputs
    return jnp.concatenate([outputs, some(inputs[whole:], kernel)])


def _samples_at_once(output_shape: tuple[int, ...], kernel: jax.Array) -> int:
    """So many that the cache holds their patches; it divides the batch if such a number is near."""
    batch, *space, _ = output_shape
    window = math.prod(kernel.shape[:-2])
    if window == 1:
        return batch  # the patches are the inputs
    least = min(math.ceil(math.prod((batch, *space, *kernel.shape[:-1])) / _BLOCK), batch)
    even = (number for number in range(least, 2 * least) if batch % number == 0)
    return batch // next(even, least)


def _convolve(
    inputs: jax.Array,
    kernel: jax.Array,
    strides: tuple[int, ...],
    pads: Pads,
    dilation: tuple[int, ...],
) -> jax.Array:
    """`convolve` of all samples at once."""
    inputs = _padded(inputs, pads, 0)
    parts = [part for _, part in _shifts(inputs, kernel.shape[:-2], strides, dilation)]
    patches = jnp.concatenate(parts, -1)
    matrix = kernel.reshape(-1, kernel.shape[-1])
    # As matrices of two axes, for which XLA calls its fast product in the gradient too.
    outputs = patches.reshape(-1, len(matrix)) @ matrix
    return outputs.reshape(*patches.shape[:-1], -1)


@functools.partial(jax.custom_vjp, nondiff_argnums=(1, 2, 3))
def max_pool(
    inputs: jax.Array, window: tuple[int, ...], strides: tuple[int, ...], pads: Pads
) -> jax.Array:
    """The greatest value of every window; its gradient goes to the first of equals.

    Args:
        inputs: floats ``(batch, *space, channels)``.
        window: its size on every axis of space.
        strides: its step.
        pads: how far windows may stand out before and after each axis.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from jaxkeras.ops._patches import max_pool
        >>> x = jnp.array([[[1.0], [2.0], [2.0], [0.0]]])
        >>> jax.grad(lambda x: max_pool(x, (3,), (1,), ((0, 0),)).sum())(x).ravel()
        Array([0., 2., 0., 0.], dtype=float32)
    """
    inputs = _padded(inputs, pads, -jnp.inf)
    parts = (part for _, part in _shifts(inputs, window, strides, (1,) * len(window)))
    return functools.reduce(lax.max, parts)


def _max_pool_forward(
    inputs: jax.Array, window: tuple[int, ...], strides: tuple[int, ...], pads: Pads
) -> tuple[jax.Array, jax.Array]:
    return max_pool(inputs, window, strides, pads), inputs


def _max_pool_backward(
    window: tuple[int, ...],
    strides: tuple[int, ...],
    pads: Pads,
    inputs: jax.Array,
    gradient: jax.Array,
) -> tuple[jax.Array]:
    padded = _padded(inputs, pads, -jnp.inf)
    shifts = list(_shifts(padded, window, strides, (1,) * len(window)))
    chosen, greatest = jnp.zeros(gradient.shape, jnp.int32), shifts[0][1]
    for number, (_, part) in enumerate(shifts[1:], 1):
        is_greater = ~(greatest >= part)  # as XLA selects, also where one is not a number
        chosen = jnp.where(is_greater, number, chosen)
        greatest = jnp.where(is_greater, part, greatest)
    total = jnp.zeros_like(padded)
    for number, (start, _) in enumerate(shifts):
        total += _spread(jnp.where(chosen == number, gradient, 0), padded, start, strides)
    kept = (slice(None), *(slice(low, low + size) for (low, _), size in _sizes(pads, inputs)))
    return (total[kept],)


max_pool.defvjp(_max_pool_forward, _max_pool_backward)


def _sizes(pads: Pads, inputs: jax.Array) -> Iterator[tuple[tuple[int, int], int]]:
    return zip(pads, inputs.shape[1:-1], strict=True)


def _padded(inputs: jax.Array, pads: Pads, value: float) -> jax.Array:
    if not any(itertools.chain(*pads)):
        return inputs
    return jnp.pad(inputs, ((0, 0), *pads, (0, 0)), constant_values=value)


def _shifts(
    inputs: jax.Array,
    window: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
) -> Iterator[tuple[tuple[int, ...], jax.Array]]:
    """For each place in the window where it starts, and what all windows have there."""
    spans = [(size - 1) * rate for size, rate in zip(window, dilation, strict=True)]
    lengths = [size - span for size, span in zip(inputs.shape[1:-1], spans, strict=True)]
    for place in itertools.product(*map(range, window)):
        start = tuple(i * rate for i, rate in zip(place, dilation, strict=True))
        stop = [i + length for i, length in zip(start, lengths, strict=True)]
        steps = (1, *strides, 1)
        limits = (inputs.shape[0], *stop, inputs.shape[-1])
        yield start, lax.slice(inputs, (0, *start, 0), limits, steps)


def _spread(
    values: jax.Array, like: jax.Array, start: tuple[int, ...], strides: tuple[int, ...]
) -> jax.Array:
    """Zeros of a shape, with values at a start and then at every stride."""
    edges = [(0, 0, 0)]
    for low, stride, count, size in zip(
        start, strides, values.shape[1:-1], like.shape[1:-1], strict=True
    ):
        edges.append((low, size - low - (count - 1) * stride - 1, stride - 1))
    return lax.pad(values, jnp.zeros((), values.dtype), [*edges, (0, 0, 0)])

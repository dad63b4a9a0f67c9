"""The parts of networks, each written for speed on the device at hand."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

__all__ = [
    "attend",
    "batch_norm",
    "convolve",
    "dense",
    "dropout",
    "glorot",
    "layer_norm",
    "lstm",
    "max_pool",
]

Params = dict[str, jax.Array]


def glorot(key: jax.Array, *shape: int) -> Params:
    """A kernel ``(..., before, after)`` and its bias."""
    kernel = jax.nn.initializers.glorot_uniform()(key, shape)
    return {"kernel": kernel, "bias": jnp.zeros(shape[-1])}


def dense(params: Params, x: jax.Array) -> jax.Array:
    """``(..., before)`` to ``(..., after)``."""
    return x @ params["kernel"] + params["bias"]


def dropout(key: jax.Array | None, rate: float, x: jax.Array) -> jax.Array:
    """Zeros at random places; nothing without a key. Sixteen random bits a place are enough."""
    if key is None:
        return x
    kept = jax.random.bits(key, x.shape, jnp.uint16) >= round(rate * 2**16)
    return jnp.where(kept, x / (1 - rate), 0)


def convolve(kernel: jax.Array, x: jax.Array, strides: int = 1, padding: str = "SAME") -> jax.Array:
    """``(batch, height, width, before)`` to ``(batch, height, width, after)``.

    On CPU XLA's convolution is slow inside of a loop; there it is one product of all windows, laid
    out as rows, with the kernel.
    """
    if strides > 1 or jax.default_backend() != "cpu":
        return lax.conv_general_dilated(
            x,
            kernel.astype(x.dtype),
            (strides, strides),
            padding,
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )
    size = len(kernel)
    if padding == "SAME":
        before = (size - 1) // 2
        after = size - 1 - before
        x = jnp.pad(x, ((0, 0), (before, after), (before, after), (0, 0)))
    height, width = x.shape[1] - size + 1, x.shape[2] - size + 1
    windows = [x[:, i : i + height, j : j + width] for i in range(size) for j in range(size)]
    return jnp.concatenate(windows, -1) @ kernel.reshape(-1, kernel.shape[-1]).astype(x.dtype)


def max_pool(x: jax.Array) -> jax.Array:
    """The greatest of every 2x2 pixels: ``(batch, height, width, channels)`` to half of each."""
    if jax.default_backend() == "cpu":
        return _max_pool(x)
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


@jax.custom_vjp
def _max_pool(x: jax.Array) -> jax.Array:
    return functools.reduce(lax.max, _quarters(x))


def _quarters(x: jax.Array) -> list[jax.Array]:
    """The four pixels of each window, as four pictures."""
    height, width = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
    return [x[:, i:height:2, j:width:2] for i in (0, 1) for j in (0, 1)]


def _max_pool_forward(x: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    greatest = _max_pool(x)
    return greatest, (x, greatest)


def _max_pool_backward(saved: tuple[jax.Array, jax.Array], gradient: jax.Array) -> tuple[jax.Array]:
    """Each gradient goes to the first pixel that is the greatest."""
    x, greatest = saved
    total, is_open = jnp.zeros_like(x), jnp.full(greatest.shape, True)
    for number, quarter in enumerate(_quarters(x)):
        is_chosen = is_open & (quarter == greatest)
        is_open &= ~is_chosen
        edges = [(0, 0, 0)]
        for size, first in zip(x.shape[1:3], divmod(number, 2), strict=True):
            edges.append((first, size - first - (size // 2 * 2 - 1), 1))
        part = jnp.where(is_chosen, gradient, 0)
        total += lax.pad(part, jnp.zeros((), x.dtype), [*edges, (0, 0, 0)])
    return (total,)


_max_pool.defvjp(_max_pool_forward, _max_pool_backward)


def lstm(params: Params, x: jax.Array) -> jax.Array:
    """The last state: ``(batch, time, before)`` to ``(batch, units)``.

    All inputs are projected at once, and the gates lie apart, so that XLA can vectorize them.
    """
    units = params["recurrent"].shape[0]
    projected = dense(params, x.swapaxes(0, 1))  # (time, batch, 4 units)
    gates = jnp.stack(jnp.split(projected, 4, -1), 1)  # (time, 4, batch, units)
    recurrent = params["recurrent"].reshape(units, 4, units).swapaxes(0, 1)

    def step(carry: tuple[jax.Array, jax.Array], gates: jax.Array) -> Any:
        hidden, cell = carry
        i, f, g, o = gates + hidden @ recurrent  # (4, batch, units)
        cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(cell), cell), None

    zeros = jnp.zeros((len(x), units))
    (hidden, _), _ = lax.scan(step, (zeros, zeros), gates)
    return hidden


def attend(params: dict[str, Params], x: jax.Array, heads: int) -> jax.Array:
    """Attention of a sequence to itself, ``(batch, time, width)``; one product projects all."""
    batch, time, width = x.shape
    projected = dense(params["in"], x).reshape(batch, time, 3, heads, width // heads)
    query, key, value = jnp.moveaxis(projected, 2, 0)
    out = jax.nn.dot_product_attention(query, key, value)
    return dense(params["out"], out.reshape(x.shape))


def layer_norm(params: Params, x: jax.Array) -> jax.Array:
    """Mean 0 and variance 1 over the last axis, scaled and shifted."""
    mean = x.mean(-1, keepdims=True)
    variance = jnp.square(x).mean(-1, keepdims=True) - jnp.square(mean)
    return (x - mean) * lax.rsqrt(variance + 1e-6) * params["scale"] + params["bias"]


def batch_norm(
    params: Params, statistics: Params, x: jax.Array, training: bool
) -> tuple[jax.Array, Params]:
    """Mean 0 and variance 1 of every channel; statistics are kept in float32."""
    if training:
        wide = x.astype(jnp.float32)
        mean = wide.mean((0, 1, 2))
        variance = jnp.square(wide).mean((0, 1, 2)) - jnp.square(mean)
        new = {"mean": mean, "variance": variance}
        statistics = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, statistics, new)
    else:
        mean, variance = statistics["mean"], statistics["variance"]
    scale = params["scale"] * lax.rsqrt(variance + 1e-5)
    shift = params["bias"] - mean * scale
    return x * scale.astype(x.dtype) + shift.astype(x.dtype), statistics

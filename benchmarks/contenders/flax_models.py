"""The models as Flax NNX modules; they give logits."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from benchmarks.data import LENGTH, WORDS

__all__ = ["MODELS"]

_pool = functools.partial(nnx.max_pool, window_shape=(2, 2), strides=(2, 2))


class _MLP(nnx.Module):
    def __init__(self, rngs: nnx.Rngs):
        self.first = nnx.Linear(784, 512, rngs=rngs)
        self.second = nnx.Linear(512, 512, rngs=rngs)
        self.last = nnx.Linear(512, 10, rngs=rngs)
        self.dropout = nnx.Dropout(0.2, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        x = self.dropout(nnx.relu(self.first(x)))
        x = self.dropout(nnx.relu(self.second(x)))
        return self.last(x)


class _SmallMLP(nnx.Module):
    def __init__(self, rngs: nnx.Rngs):
        self.first = nnx.Linear(784, 64, rngs=rngs)
        self.last = nnx.Linear(64, 10, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        return self.last(nnx.relu(self.first(x)))


class _Convnet(nnx.Module):
    def __init__(self, rngs: nnx.Rngs):
        self.first = nnx.Conv(1, 32, (3, 3), padding="VALID", rngs=rngs)
        self.second = nnx.Conv(32, 64, (3, 3), padding="VALID", rngs=rngs)
        self.dropout = nnx.Dropout(0.5, rngs=rngs)
        self.last = nnx.Linear(5 * 5 * 64, 10, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        x = _pool(nnx.relu(self.first(x)))
        x = _pool(nnx.relu(self.second(x)))
        return self.last(self.dropout(x.reshape(len(x), -1)))


class _DeepConvnet(nnx.Module):
    def __init__(self, rngs: nnx.Rngs):
        self.first = nnx.Conv(3, 32, (3, 3), rngs=rngs)
        self.second = nnx.Conv(32, 32, (3, 3), rngs=rngs)
        self.third = nnx.Conv(32, 64, (3, 3), rngs=rngs)
        self.fourth = nnx.Conv(64, 64, (3, 3), rngs=rngs)
        self.hidden = nnx.Linear(8 * 8 * 64, 512, rngs=rngs)
        self.last = nnx.Linear(512, 10, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        x = _pool(nnx.relu(self.second(nnx.relu(self.first(x)))))
        x = _pool(nnx.relu(self.fourth(nnx.relu(self.third(x)))))
        return self.last(nnx.relu(self.hidden(x.reshape(len(x), -1))))


class _LSTM(nnx.Module):
    def __init__(self, rngs: nnx.Rngs):
        self.words = nnx.Embed(WORDS, 128, rngs=rngs)
        self.recurrent = nnx.RNN(nnx.OptimizedLSTMCell(128, 128, rngs=rngs), rngs=rngs)
        self.last = nnx.Linear(128, 1, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        states: Any = self.recurrent(self.words(x))  # (batch, time, units)
        return self.last(states[:, -1])[:, 0]


class _Block(nnx.Module):
    def __init__(self, rngs: nnx.Rngs):
        self.attention = nnx.MultiHeadAttention(4, 64, decode=False, rngs=rngs)
        self.after_attention = nnx.LayerNorm(64, rngs=rngs)
        self.hidden = nnx.Linear(64, 256, rngs=rngs)
        self.out = nnx.Linear(256, 64, rngs=rngs)
        self.after_out = nnx.LayerNorm(64, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        x = self.after_attention(x + self.attention(x))
        return self.after_out(x + self.out(nnx.relu(self.hidden(x))))


class _Transformer(nnx.Module):
    def __init__(self, rngs: nnx.Rngs):
        self.words = nnx.Embed(WORDS, 64, rngs=rngs)
        self.places = nnx.Embed(LENGTH, 64, rngs=rngs)
        self.blocks = nnx.List([_Block(rngs) for _ in range(2)])
        self.last = nnx.Linear(64, 1, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        x = self.words(x) + self.places(jnp.arange(LENGTH))
        for block in self.blocks:
            x = block(x)
        return self.last(x.mean(1))[:, 0]


class _NormedConv(nnx.Module):
    """A convolution in bfloat16 and its normalization."""

    def __init__(self, before: int, after: int, size: int, strides: int, rngs: nnx.Rngs):
        half = jnp.bfloat16
        self.conv = nnx.Conv(
            before, after, (size, size), strides, use_bias=False, dtype=half, rngs=rngs
        )
        self.norm = nnx.BatchNorm(after, momentum=0.9, epsilon=1e-5, dtype=half, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        return self.norm(self.conv(x))


class _Residual(nnx.Module):
    def __init__(self, before: int, after: int, strides: int, rngs: nnx.Rngs):
        self.first = _NormedConv(before, after, 3, strides, rngs)
        self.second = _NormedConv(after, after, 3, 1, rngs)
        self.shortcut = _NormedConv(before, after, 1, strides, rngs) if strides > 1 else None

    def __call__(self, x: jax.Array) -> jax.Array:
        shortcut = x if self.shortcut is None else self.shortcut(x)
        return nnx.relu(self.second(nnx.relu(self.first(x))) + shortcut)


class _ResNet18(nnx.Module):
    def __init__(self, rngs: nnx.Rngs):
        self.first = _NormedConv(3, 64, 3, 1, rngs)
        sizes = [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
        self.blocks = nnx.List()
        for before, after, strides in sizes:
            self.blocks.append(_Residual(before, after, strides, rngs))
            self.blocks.append(_Residual(after, after, 1, rngs))
        self.last = nnx.Linear(512, 10, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        x = nnx.relu(self.first(x))
        for block in self.blocks:
            x = block(x)
        return self.last(x.mean((1, 2), dtype=jnp.float32))


MODELS: dict[str, Callable[[nnx.Rngs], nnx.Module]] = {
    "mlp": _MLP,
    "small_mlp": _SmallMLP,
    "convnet": _Convnet,
    "deep_convnet": _DeepConvnet,
    "lstm": _LSTM,
    "transformer": _Transformer,
    "resnet18": _ResNet18,
}

"""The models as pairs of pure functions over dictionaries of arrays; they give logits."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from benchmarks.contenders.jax_parts import (
    attend,
    batch_norm,
    convolve,
    dense,
    dropout,
    glorot,
    layer_norm,
    lstm,
    max_pool,
)
from benchmarks.data import LENGTH, WORDS

__all__ = ["MODELS", "Model"]

Tree = Any
Key = jax.Array | None


class Model(NamedTuple):
    """A network.

    Attributes:
        init: ``key -> (params, statistics)``.
        apply: ``(params, statistics, x, key) -> (logits, statistics)``; in training there is a key.
    """

    init: Callable[[jax.Array], tuple[Tree, Tree]]
    apply: Callable[[Tree, Tree, jax.Array, Key], tuple[jax.Array, Tree]]


def _model(
    init: Callable[[jax.Array], Tree], apply: Callable[[Tree, jax.Array, Key], jax.Array]
) -> Model:
    """A network that keeps no statistics."""
    return Model(lambda key: (init(key), ()), lambda p, s, x, key: (apply(p, x, key), s))


def _stack(*shapes: tuple[int, ...]) -> Callable[[jax.Array], Tree]:
    """Kernels and biases of layers, one after the other."""
    return lambda key: [
        glorot(key, *shape)
        for key, shape in zip(jax.random.split(key, len(shapes)), shapes, strict=True)
    ]


def _split(key: Key) -> tuple[Key, Key]:
    return (None, None) if key is None else tuple(jax.random.split(key))


def _mlp(params: Tree, x: jax.Array, key: Key) -> jax.Array:
    first, second = _split(key)
    x = dropout(first, 0.2, jax.nn.relu(dense(params[0], x)))
    x = dropout(second, 0.2, jax.nn.relu(dense(params[1], x)))
    return dense(params[2], x)


def _small_mlp(params: Tree, x: jax.Array, key: Key) -> jax.Array:
    return dense(params[1], jax.nn.relu(dense(params[0], x)))


def _relu_of_convolution(params: Tree, x: jax.Array, padding: str) -> jax.Array:
    return jax.nn.relu(convolve(params["kernel"], x, padding=padding) + params["bias"])


def _convnet(params: Tree, x: jax.Array, key: Key) -> jax.Array:
    for layer in params[:2]:
        x = max_pool(_relu_of_convolution(layer, x, "VALID"))
    return dense(params[2], dropout(key, 0.5, x.reshape(len(x), -1)))


def _deep_convnet(params: Tree, x: jax.Array, key: Key) -> jax.Array:
    for first, second in (params[0:2], params[2:4]):
        x = _relu_of_convolution(first, x, "SAME")
        x = max_pool(_relu_of_convolution(second, x, "SAME"))
    return dense(params[5], jax.nn.relu(dense(params[4], x.reshape(len(x), -1))))


def _init_lstm(key: jax.Array) -> Tree:
    words, inside, recurrent, last = jax.random.split(key, 4)
    layer = glorot(inside, 128, 4 * 128)
    layer["bias"] = layer["bias"].at[128:256].set(1)  # of the gate that forgets
    layer["recurrent"] = jax.nn.initializers.orthogonal()(recurrent, (128, 4 * 128))
    return {
        "words": jax.random.uniform(words, (WORDS, 128), minval=-0.05, maxval=0.05),
        "lstm": layer,
        "last": glorot(last, 128, 1),
    }


def _lstm(params: Tree, x: jax.Array, key: Key) -> jax.Array:
    return dense(params["last"], lstm(params["lstm"], params["words"][x]))[:, 0]


def _init_block(key: jax.Array) -> Tree:
    inside, out, wide, narrow = jax.random.split(key, 4)
    one = {"scale": jnp.ones(64), "bias": jnp.zeros(64)}
    return {
        "attention": {"in": glorot(inside, 64, 3 * 64), "out": glorot(out, 64, 64)},
        "after_attention": one,
        "wide": glorot(wide, 64, 256),
        "narrow": glorot(narrow, 256, 64),
        "after_narrow": one,
    }


def _init_transformer(key: jax.Array) -> Tree:
    words, places, *blocks, last = jax.random.split(key, 5)
    return {
        "words": jax.random.uniform(words, (WORDS, 64), minval=-0.05, maxval=0.05),
        "places": jax.random.uniform(places, (LENGTH, 64), minval=-0.05, maxval=0.05),
        "blocks": [_init_block(key) for key in blocks],
        "last": glorot(last, 64, 1),
    }


def _transformer(params: Tree, x: jax.Array, key: Key) -> jax.Array:
    x = params["words"][x] + params["places"]
    for block in params["blocks"]:
        x = layer_norm(block["after_attention"], x + attend(block["attention"], x, heads=4))
        hidden = dense(block["narrow"], jax.nn.relu(dense(block["wide"], x)))
        x = layer_norm(block["after_narrow"], x + hidden)
    return dense(params["last"], x.mean(1))[:, 0]


# Convolutions of the ResNet in the order of use: window, channels before and after, step.
_RESNET = [(3, 3, 64, 1)]
for _before, _after, _stride in [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]:
    _RESNET += [(3, _before, _after, _stride), (3, _after, _after, 1)]
    _RESNET += [(1, _before, _after, _stride)] if _stride > 1 else []
    _RESNET += [(3, _after, _after, 1)] * 2


def _init_resnet18(key: jax.Array) -> tuple[Tree, Tree]:
    *keys, last = jax.random.split(key, len(_RESNET) + 1)
    params, statistics = [], []
    for key, (size, before, after, _) in zip(keys, _RESNET, strict=True):
        kernel = glorot(key, size, size, before, after)["kernel"]
        zeros, ones = jnp.zeros(after), jnp.ones(after)
        params.append({"kernel": kernel, "scale": ones, "bias": zeros})
        statistics.append({"mean": zeros, "variance": ones})
    return {"layers": params, "last": glorot(last, 512, 10)}, statistics


def _resnet18(params: Tree, statistics: Tree, x: jax.Array, key: Key) -> tuple[jax.Array, Tree]:
    layers = zip(params["layers"], statistics, _RESNET, strict=True)
    kept = []

    def convolve_next(x: jax.Array) -> jax.Array:
        layer, means, (_, _, _, strides) = next(layers)
        x = convolve(layer["kernel"], x, strides)
        x, means = batch_norm(layer, means, x, key is not None)
        kept.append(means)
        return x

    x = jax.nn.relu(convolve_next(x.astype(jnp.bfloat16)))
    for filters in (64, 128, 256, 512):
        for _ in range(2):
            y = convolve_next(jax.nn.relu(convolve_next(x)))
            shortcut = x if x.shape[-1] == filters else convolve_next(x)
            x = jax.nn.relu(y + shortcut)
    return dense(params["last"], x.mean((1, 2), dtype=jnp.float32)), kept


MODELS = {
    "mlp": _model(_stack((784, 512), (512, 512), (512, 10)), _mlp),
    "small_mlp": _model(_stack((784, 64), (64, 10)), _small_mlp),
    "convnet": _model(_stack((3, 3, 1, 32), (3, 3, 32, 64), (5 * 5 * 64, 10)), _convnet),
    "deep_convnet": _model(
        _stack(
            (3, 3, 3, 32),
            (3, 3, 32, 32),
            (3, 3, 32, 64),
            (3, 3, 64, 64),
            (8 * 8 * 64, 512),
            (512, 10),
        ),
        _deep_convnet,
    ),
    "lstm": _model(_init_lstm, _lstm),
    "transformer": _model(_init_transformer, _transformer),
    "resnet18": Model(_init_resnet18, _resnet18),
}

"""Activation functions: pure functions of arrays, found by name with `get`.

Example:
    >>> import jax.numpy as jnp
    >>> from jaxkeras import activations
    >>> activations.get("relu")(jnp.array([-1.0, 2.0]))
    Array([0., 2.], dtype=float32)
"""

from collections.abc import Callable
from typing import Any

from jaxkeras.activations._base import _catalog
from jaxkeras.activations._legacy import legacy_hard_sigmoid
from jaxkeras.activations._rectifiers import (
    celu,
    elu,
    gelu,
    hard_shrink,
    hard_silu,
    leaky_relu,
    linear,
    mish,
    relu,
    relu6,
    selu,
    silu,
    soft_shrink,
    softplus,
    sparse_plus,
    squareplus,
    tanh_shrink,
    threshold,
)
from jaxkeras.activations._squashing import (
    exponential,
    glu,
    hard_sigmoid,
    hard_tanh,
    log_sigmoid,
    log_softmax,
    sigmoid,
    softmax,
    softsign,
    sparse_sigmoid,
    sparsemax,
    tanh,
)
from jaxkeras.registry import deserializer, serialize

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "legacy_hard_sigmoid",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]

swish = silu
hard_swish = hard_silu


def get(identifier: Any) -> Callable[..., Any]:
    """The activation that a name, a configuration or a callable stands for.

    Args:
        identifier: a name such as ``"relu"``; ``{"class_name": ..., "config": ...}``; any
            callable, which is returned as it is; or ``None`` for `linear`.

    Raises:
        ValueError: the name is unknown.
        TypeError: the identifier is none of these.

    Example:
        >>> from jaxkeras import activations
        >>> activations.get("swish").__name__, activations.get(None).__name__
        ('silu', 'linear')
        >>> activations.get("rellu")
        Traceback (most recent call last):
            ...
        ValueError: Unknown activation: 'rellu'. Did you mean 'relu'?
    """
    return linear if identifier is None else _catalog.get(identifier)


deserialize = deserializer(get)

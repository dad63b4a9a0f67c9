"""How weights start: constant, random or orthogonal values, found by name with `get`.

Example:
    >>> from jaxkeras import initializers
    >>> initializers.get("glorot_uniform")((784, 10)).shape
    (784, 10)
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.config import standardize_dtype
from jaxkeras.initializers._base import Initializer, _catalog
from jaxkeras.initializers._constants import STFT, Constant, Identity, Ones, Zeros
from jaxkeras.initializers._random import (
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
)
from jaxkeras.initializers._scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)
from jaxkeras.random import next_key
from jaxkeras.registry import deserializer, serialize

__all__ = [
    "STFT",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "STFTInitializer",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "stft",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
identity = IdentityInitializer = Identity
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
ones = Ones
orthogonal = OrthogonalInitializer = Orthogonal
random_normal = RandomNormal
random_uniform = RandomUniform
stft = STFTInitializer = STFT
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
zeros = Zeros


def get(identifier: Any) -> Callable[..., jax.Array] | None:
    """The initializer that a name, a configuration, an array or a callable stands for.

    Whatever is given, the result is called as ``initializer(shape, dtype)``.

    Args:
        identifier: a name such as ``"he_normal"``; ``{"class_name": ..., "config": ...}``; a
            class; an array of the weight's values; a function ``(shape, dtype)`` or, as in
            `jax.nn.initializers`, ``(key, shape, dtype)``; or ``None``, which stays ``None``.

    Raises:
        ValueError: the name is unknown.
        TypeError: the identifier is none of these.

    Example:
        >>> import jax
        >>> from jaxkeras import initializers
        >>> initializers.get("zeros")((2,))
        Array([0., 0.], dtype=float32)
        >>> initializers.get(jax.nn.initializers.ones)((2,))
        Array([1., 1.], dtype=float32)
    """
    if isinstance(identifier, (list, np.ndarray, np.generic, jax.Array)):
        return Constant(identifier)
    found = _catalog.get(identifier)
    return found if found is None or isinstance(found, Initializer) else _as_initializer(found)


def _as_initializer(function: Callable[..., Any]) -> Callable[..., jax.Array]:
    """``function`` itself if its parameters are ``shape, dtype``, otherwise one that calls it."""
    try:
        parameters = inspect.signature(function).parameters
    except ValueError:  # some functions written in C do not tell
        return function
    kinds = {p.kind for p in parameters.values()}
    names = [name for name, p in parameters.items() if p.kind is not p.KEYWORD_ONLY]
    if names[:2] == ["shape", "dtype"]:
        return function
    required = [name for name in names if parameters[name].default is inspect.Parameter.empty]
    if not required and "shape" not in names:
        name = getattr(function, "__name__", repr(function))
        raise TypeError(
            f"Expected an initializer (shape, dtype) or (key, shape, dtype). {name} takes no "
            f"shape; if it makes initializers, call it: {name}()."
        )
    takes_key = names[0] in ("key", "rng") or names[1:2] == ["shape"] or len(required) == 3
    takes_dtype = "dtype" in parameters or inspect.Parameter.VAR_KEYWORD in kinds

    def initialize(shape, dtype=None, key=None):
        dtype = standardize_dtype(dtype)
        if takes_key:
            values = function(next_key() if key is None else key, shape, dtype)
        elif takes_dtype:
            values = function(shape, dtype=dtype)
        else:
            values = function(*(shape, dtype)[: len(required) or 1])
        return jnp.asarray(values, dtype)

    functools.update_wrapper(initialize, function)
    del initialize.__wrapped__  # so that its own signature is the one that shows
    return initialize


deserialize = deserializer(get)

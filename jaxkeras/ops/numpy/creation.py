"""Operations that make tensors: of one value, of ranges, and windows of signals."""

import functools
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from jaxkeras.config import floatx
from jaxkeras.ops.operation import Tensor, operation, thin

__all__ = [
    "arange", "array", "bartlett", "blackman", "empty", "empty_like", "eye", "full", "full_like",
    "geomspace", "hamming", "hanning", "identity", "kaiser", "linspace", "logspace", "meshgrid",
    "ones", "ones_like", "tri", "vander", "vectorize", "zeros", "zeros_like",
]  # fmt: skip


def _floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with `jaxkeras.config.floatx` as the default type."""

    @functools.wraps(function)
    def make(*args: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return function(*args, dtype=dtype or floatx(), **kwargs)

    return make


def _window(function: Callable[..., Any]) -> Callable[..., Any]:
    """The window of a signal in the type `jaxkeras.config.floatx`."""

    @functools.wraps(function)
    def make(*args: Any) -> Any:
        return function(*args).astype(floatx())

    return make


arange = thin(jnp.arange, "start, stop=None, step=None, dtype=None")
array = thin(jnp.array, "x, dtype=None")
bartlett = thin(_window(jnp.bartlett))
blackman = thin(_window(jnp.blackman))
empty = thin(_floats(jnp.empty), "shape, dtype=None")
empty_like = thin(jnp.empty_like, "x, dtype=None")
eye = thin(_floats(jnp.eye), "N, M=None, k=0, dtype=None")
full = thin(_floats(jnp.full), "shape, fill_value, dtype=None")
full_like = thin(jnp.full_like, "x, fill_value, dtype=None")
geomspace = thin(jnp.geomspace, "start, stop, num=50, endpoint=True, dtype=None, axis=0")
hamming = thin(_window(jnp.hamming))
hanning = thin(_window(jnp.hanning))
identity = thin(_floats(jnp.identity), "n, dtype=None")
kaiser = thin(_window(jnp.kaiser), "x, beta")
linspace = thin(
    jnp.linspace, "start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0"
)
logspace = thin(jnp.logspace, "start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0")
ones = thin(_floats(jnp.ones), "shape, dtype=None")
ones_like = thin(jnp.ones_like, "x, dtype=None")
tri = thin(_floats(jnp.tri), "N, M=None, k=0, dtype=None")
vander = thin(jnp.vander, "x, N=None, increasing=False")
zeros = thin(_floats(jnp.zeros), "shape, dtype=None")
zeros_like = thin(jnp.zeros_like, "x, dtype=None")


@operation
def meshgrid(*x: Tensor, indexing: str = "xy") -> list[Tensor]:
    """For vectors of coordinates, the coordinates of every point of the grid that they span.

    Args:
        *x: vectors.
        indexing: ``"xy"``, where the first vector runs along columns, or ``"ij"``.

    Example:
        >>> from jaxkeras import ops
        >>> ops.meshgrid([1, 2], [3])[0]
        Array([[1, 2]], dtype=int32)
    """
    return jnp.meshgrid(*x, indexing=indexing)


def vectorize(
    pyfunc: Callable[..., Any],
    *,
    excluded: set[int | str] | None = None,
    signature: str | None = None,
) -> Callable[..., Any]:
    """A function of single elements, made into one of tensors that broadcast.

    Args:
        pyfunc: the function.
        excluded: arguments that stay as they are, by position or name.
        signature: the axes that it takes itself, such as ``"(n),(n)->()"``.

    Example:
        >>> from jaxkeras import ops
        >>> ops.vectorize(lambda a, b: a + b)(ops.arange(2), 10)
        Array([10, 11], dtype=int32)
    """
    return jnp.vectorize(pyfunc, excluded=excluded or (), signature=signature)

"""Drawing in a flat row, which compiles quickly whatever the shape."""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.core

__all__ = ["drawn"]

_LENGTHS = (2**16, 2**20)  # of rows that serve for all shapes with no more numbers


def drawn(draw: Callable[..., jax.Array], key: Any, shape: Sequence[Any]) -> jax.Array:
    """What ``draw(key, shape=shape)`` gives, of a program that serves for many shapes.

    On CPU XLA takes seconds to compile the drawing of some shapes of several axes, such as
    ``(512, 10)``, and a fraction of one for a row. Outside of a program the row has one of few
    lengths, too, so that layers share a program. In a row that is cut off and folded stand the same
    numbers, as JAX draws each by its place.

    Args:
        draw: a function of ``jax.random``, its other arguments bound.
        key: a key of ``jax.random``.
        shape: shape of the result.

    Example:
        >>> import jax
        >>> from jaxkeras.random.drawing import drawn
        >>> key = jax.random.key(0)
        >>> numbers = drawn(jax.random.normal, key, (5, 3))
        >>> bool((numbers == jax.random.normal(key, (5, 3))).all())
        True
    """
    if not all(isinstance(size, int) for size in shape):
        return draw(key, shape=tuple(shape))
    count = math.prod(shape)
    if isinstance(key, jax.core.Tracer):
        return draw(key, shape=(count,)).reshape(shape)
    length = next((length for length in _LENGTHS if count <= length), count)
    return _folded(draw(key, shape=(length,)), tuple(shape))


@functools.partial(jax.jit, static_argnums=1)
def _folded(row: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    return row[: math.prod(shape)].reshape(shape)

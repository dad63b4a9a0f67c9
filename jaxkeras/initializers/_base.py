"""What all initializers share: their base class, their catalog, and checked shapes."""

import operator
from collections.abc import Iterable, Sequence

import jax
from jax.typing import DTypeLike

from jaxkeras.registry import Catalog, Configurable

__all__ = ["Initializer", "standardize_shape"]

_catalog = Catalog("initializer")


def standardize_shape(owner: str, shape: int | Sequence[int]) -> tuple[int, ...]:
    """``shape`` as a tuple of Python integers.

    Args:
        owner: the name that an error message gives to who asks.
        shape: one size or several.

    Raises:
        ValueError: a size is negative or not an integer, such as an unknown ``None``.

    Example:
        >>> from jaxkeras.initializers._base import standardize_shape
        >>> standardize_shape("Zeros", 3), standardize_shape("Zeros", [2, 3])
        ((3,), (2, 3))
    """
    try:
        sizes = tuple(map(operator.index, shape if isinstance(shape, Iterable) else (shape,)))
    except TypeError:
        sizes = (-1,)
    if any(size < 0 for size in sizes):
        raise ValueError(
            f"{owner} expected a shape of known sizes >= 0, such as (784, 10). Received: {shape!r}"
        )
    return sizes


class Initializer(Configurable):
    """Base of the initializers; subclass it and write ``__call__`` for one of your own.

    An initializer of jaxkeras also takes a ``key``, a PRNG key that decides its random values. A
    subclass need not: layers call it as ``initializer(shape, dtype)``.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import initializers
        >>> class Ramp(initializers.Initializer):
        ...     def __init__(self, step=1.0):
        ...         self.step = step
        ...     def __call__(self, shape, dtype=None):
        ...         return self.step * jnp.arange(shape[0], dtype=dtype)
        >>> Ramp(0.5)((3,), "float32"), Ramp(0.5).get_config()
        (Array([0. , 0.5, 1. ], dtype=float32), {'step': 0.5})
    """

    def __call__(
        self,
        shape: int | Sequence[int],
        dtype: DTypeLike | None = None,
        key: jax.Array | None = None,
    ) -> jax.Array:
        """Values for a new weight.

        Args:
            shape: shape of the weight.
            dtype: type of the weight; `floatx` by default.
            key: PRNG key that decides random values.
        """
        raise NotImplementedError(f"{type(self).__name__} must define __call__(shape, dtype).")

"""What all activations share: their catalog and the conversion of their input."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.config import floatx
from jaxkeras.registry import Catalog
from jaxkeras.symbolic import recordable

__all__ = ["as_float"]


class _Activations(Catalog):
    """A catalog whose functions take symbolic tensors too."""

    def register(self, *aliases: str) -> Callable[[Any], Any]:
        enter = super().register(*aliases)
        return lambda function: enter(recordable(function))


_catalog = _Activations("activation")


def as_float(x: Any) -> jax.Array:
    """``x`` as an array of floats: a float array keeps its type, anything else gets `floatx`.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.activations._base import as_float
        >>> as_float(jnp.ones(2, "bfloat16")).dtype, as_float([1, 2]).dtype
        (dtype(bfloat16), dtype('float32'))
    """
    is_float = jnp.issubdtype(getattr(x, "dtype", None) or jnp.int32, jnp.inexact)
    return jnp.asarray(x) if is_float else jnp.asarray(x, floatx())

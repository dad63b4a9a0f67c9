"""Questions about number types, as programs of Keras 3 ask them."""

from typing import Any

import jax.numpy as jnp

from jaxkeras.config import floatx, standardize_dtype

__all__ = ["is_float_dtype", "is_int_dtype", "result_type"]


def is_float_dtype(dtype: Any) -> bool:
    """Whether numbers of this type have a fraction.

    Example:
        >>> from jaxkeras import backend
        >>> backend.is_float_dtype("bfloat16"), backend.is_float_dtype("int32")
        (True, False)
    """
    return jnp.issubdtype(standardize_dtype(dtype), jnp.floating)


def is_int_dtype(dtype: Any) -> bool:
    """Whether numbers of this type are whole; truth values are no numbers.

    Example:
        >>> from jaxkeras import backend
        >>> backend.is_int_dtype("uint8"), backend.is_int_dtype("bool")
        (True, False)
    """
    return jnp.issubdtype(standardize_dtype(dtype), jnp.integer)


def result_type(*dtypes: Any) -> str:
    """The type of what comes out when numbers of these types are added.

    Args:
        *dtypes: names or types; ``int`` and ``float`` stand for numbers of Python, and ``None`` for
            `floatx`.

    Example:
        >>> from jaxkeras import backend
        >>> backend.result_type("bfloat16", int), backend.result_type("int32", "float32")
        ('bfloat16', 'float32')
    """
    given = [floatx() if dtype is None else dtype for dtype in dtypes or (None,)]
    # JAX takes the classes of Python for types of 64 bits, and their numbers for weak ones.
    values = [dtype(0) if dtype in (bool, int, float, complex) else dtype for dtype in given]
    return jnp.result_type(*values).name

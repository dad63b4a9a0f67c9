"""Where randomness starts: one seed for weights, dropout and shuffling.

Every fresh key is drawn from NumPy's global generator. So a program that calls nothing but
``np.random.seed(n)``, as textbooks do, is reproducible, and there is no second hidden state.
"""

import random as _python_random

import jax
import jax.numpy as jnp
import numpy as np

__all__ = ["next_key", "set_random_seed"]


def set_random_seed(seed: int) -> None:
    """Seed Python's and NumPy's global generators, and through NumPy's all of jaxkeras.

    Two runs that start with the same seed and do the same things give the same bits: initial
    weights, dropout masks and shuffling included.

    Args:
        seed: an integer from 0 to 2**32 - 1.

    Raises:
        ValueError: ``seed`` is no such integer.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.utils.set_random_seed(7)
        >>> first = jaxkeras.initializers.RandomNormal()((2,))
        >>> jaxkeras.utils.set_random_seed(7)
        >>> bool((first == jaxkeras.initializers.RandomNormal()((2,))).all())
        True
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be an integer from 0 to 4294967295. Received: {seed!r}")
    _python_random.seed(int(seed))
    np.random.seed(int(seed))


def next_key() -> jax.Array:
    """A fresh PRNG key, drawn from NumPy's global generator.

    Example:
        >>> import jax, numpy as np
        >>> from jaxkeras.random import next_key
        >>> np.random.seed(0)
        >>> key = next_key()
        >>> bool((jax.random.key_data(key) == jax.random.key_data(next_key())).all())
        False
    """
    words = np.random.randint(0, 2**32, size=2, dtype=np.uint32)
    return jax.random.wrap_key_data(jnp.asarray(words), impl="threefry2x32")

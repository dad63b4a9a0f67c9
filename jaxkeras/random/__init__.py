"""Seeds, keys and random numbers.

The argument `seed` of the functions here is a whole number, which gives the same numbers at every
call; a `SeedGenerator`, which gives others at every call; a key of ``jax.random``; or ``None``, for
a fresh key that follows from NumPy's global generator.

Example:
    >>> from jaxkeras import random
    >>> bool((random.normal((3,), seed=1) == random.normal((3,), seed=1)).all())
    True
"""

from jaxkeras.random.keys import (
    SeedGenerator,
    key_scope,
    next_key,
    set_random_seed,
    to_key,
    to_stream,
)
from jaxkeras.random.samples import (
    beta,
    binomial,
    categorical,
    dropout,
    gamma,
    keep_mask,
    normal,
    randint,
    shuffle,
    truncated_normal,
    uniform,
)

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "keep_mask",
    "key_scope",
    "next_key",
    "normal",
    "randint",
    "set_random_seed",
    "shuffle",
    "to_key",
    "to_stream",
    "truncated_normal",
    "uniform",
]

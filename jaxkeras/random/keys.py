"""Where randomness starts: seeds and keys.

Every fresh key is drawn from NumPy's global generator. So a program that calls nothing but
``np.random.seed(n)``, as textbooks do, is reproducible, and there is no second hidden state.
"""

import contextlib
import functools
import itertools
import random as _python_random
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.core import Tracer

__all__ = ["SeedGenerator", "key_scope", "next_key", "set_random_seed", "to_key", "to_stream"]

# What gives fresh keys inside of a scope.
_scope: ContextVar[Callable[[], jax.Array] | None] = ContextVar("key_scope", default=None)


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
    """A fresh PRNG key, drawn from NumPy's global generator, or from the key of a `key_scope`.

    Example:
        >>> import jax, numpy as np
        >>> from jaxkeras.random import next_key
        >>> np.random.seed(0)
        >>> key = next_key()
        >>> bool((jax.random.key_data(key) == jax.random.key_data(next_key())).all())
        False
    """
    source = _scope.get()
    if source is not None:
        return source()
    words = np.random.randint(0, 2**32, size=2, dtype=np.uint32)
    return jax.random.wrap_key_data(jnp.asarray(words), impl="threefry2x32")


@contextlib.contextmanager
def key_scope(source: jax.Array | Callable[[], jax.Array] | None) -> Iterator[None]:
    """Fresh keys inside a ``with`` block follow from this key, which may be traced.

    So a function that draws random numbers without a seed can run in ``jax.jit`` and give others at
    every call.

    Args:
        source: a key of ``jax.random``; or a function that gives another one at every call, as a
            stream of Flax does; or ``None`` to go back to NumPy's global generator.

    Example:
        >>> import jax
        >>> from jaxkeras import random
        >>> @jax.jit
        ... def noise(key):
        ...     with random.key_scope(key):
        ...         return random.normal(()), random.normal(())
        >>> len({float(x) for seed in range(3) for x in noise(jax.random.key(seed))})
        6
    """
    if isinstance(source, jax.Array):
        numbers = itertools.count()
        source = functools.partial(_numbered, source, numbers)
    token = _scope.set(source)
    try:
        yield
    finally:
        _scope.reset(token)


def _numbered(key: jax.Array, numbers: Iterator[int]) -> jax.Array:
    return jax.random.fold_in(key, next(numbers))


class SeedGenerator(nnx.Pytree):
    """A seed that gives another key at every use.

    A layer that keeps one as an attribute carries its state from batch to batch.

    Args:
        seed: a whole number from 0 to 2**32 - 1; ``None`` draws one from NumPy's global generator.
        name: a name for messages.

    Raises:
        ValueError: ``seed`` is none of these.

    Example:
        >>> from jaxkeras import random
        >>> generator = random.SeedGenerator(1)
        >>> bool(random.uniform((), seed=generator) == random.uniform((), seed=generator))
        False
    """

    def __init__(self, seed: int | None = None, name: str | None = None):
        if seed is not None and not _is_seed(seed):
            raise ValueError(
                "SeedGenerator takes a whole number from 0 to 4294967295 as seed. "
                f"Received: {seed!r}"
            )
        self.seed = seed
        self.name = name or "seed_generator"
        first = np.random.randint(0, 2**32, dtype=np.uint32) if seed is None else seed
        self.state = nnx.RngState(jnp.asarray([first, 0], "uint32"))

    def next(self) -> jax.Array:
        """A key; the next call gives another."""
        words = self.state[...]
        self.state[...] = words + jnp.asarray([0, 1], "uint32")
        return jax.random.wrap_key_data(words, impl="threefry2x32")

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {"seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "SeedGenerator":
        """A generator made anew from what `get_config` returned."""
        return cls(**config)


def to_key(seed: Any = None) -> jax.Array:
    """The key that an argument `seed` stands for.

    Args:
        seed: a whole number, a `SeedGenerator`, a stream of Flax, a key, or ``None``.

    Raises:
        ValueError: it is none of these; or it is ``None`` while JAX traces a function, where the
            same numbers would come at every call.

    Example:
        >>> import jax
        >>> from jaxkeras.random import to_key
        >>> jax.random.key_data(to_key(7))
        Array([7, 0], dtype=uint32)
    """
    match seed:
        case SeedGenerator():
            return seed.next()
        case nnx.RngStream():
            return seed()
        case jax.Array():
            is_key = jnp.issubdtype(seed.dtype, jax.dtypes.prng_key)
            return seed if is_key else jax.random.wrap_key_data(seed, impl="threefry2x32")
        case None:
            if _scope.get() is None and isinstance(jnp.zeros(()), Tracer):
                raise ValueError(
                    "Random numbers were drawn without a seed while JAX traced a function, so the "
                    "same ones would come at every call. Keep a random.SeedGenerator() as an "
                    "attribute of the layer and pass it as seed."
                )
            return next_key()
    if not _is_seed(seed):
        raise ValueError(
            "seed takes a whole number from 0 to 4294967295, a SeedGenerator, a key of jax.random "
            f"or None. Received: {seed!r}"
        )
    return jax.random.wrap_key_data(jnp.asarray([seed, 0], "uint32"), impl="threefry2x32")


def to_stream(seed: Any, tag: str) -> nnx.RngStream:
    """The stream of keys that an argument `seed` of a layer stands for.

    Args:
        seed: see `to_key`; ``None`` for a key of the global seed.
        tag: what the keys are for, in the state of the layer.

    Example:
        >>> from jaxkeras.random import to_stream
        >>> stream = to_stream(7, "dropout")
        >>> bool(stream() == stream())
        False
    """
    return nnx.RngStream(next_key() if seed is None else to_key(seed), tag=tag)


def _is_seed(seed: Any) -> bool:
    is_whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
    return is_whole and bool(0 <= seed < 2**32)

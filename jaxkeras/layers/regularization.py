"""Layers that work against overfitting."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from jaxkeras.layers.layer import Layer
from jaxkeras.random import dropout, to_stream

__all__ = ["Dropout"]


class Dropout(Layer):
    """Set a random part of the input to zero during training and scale up the rest.

    Args:
        rate: fraction that is dropped, from 0 to 1.
        noise_shape: shape of the mask, broadcast against the input: 1 on an axis drops it as a
            whole, ``None`` takes the input's size.
        seed: makes the masks independent of the global seed.
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Source:
        Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
        JMLR 15 (2014).

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.Dropout(0.5, seed=1)
        >>> layer(jnp.ones((1, 4)))
        Array([[1., 1., 1., 1.]], dtype=float32)
        >>> sorted(set(layer(jnp.ones((1, 100)), training=True)[0].tolist()))
        [0.0, 2.0]
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if not isinstance(rate, (int, float, np.number)) or not 0 <= rate <= 1:
            is_percent = rate in range(2, 101)
            fix = f" For {rate} percent write {rate / 100}." if is_percent else ""
            raise ValueError(f"Dropout needs a rate from 0 to 1. Received: rate={rate!r}.{fix}")
        self.rate = rate
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        self.seed = seed
        if rate > 0:
            self.seed_generator = to_stream(seed, "dropout")

    def call(self, inputs: jax.Array, training: bool = False) -> jax.Array:
        if not training or self.rate == 0:
            return inputs
        return dropout(inputs, self.rate, self.noise_shape, self.seed_generator)

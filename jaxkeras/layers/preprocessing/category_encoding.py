"""Class numbers as vectors."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer

from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.layer import Layer
from jaxkeras.layers.preprocessing._encoding import VECTOR_MODES, as_output_mode, encode
from jaxkeras.ops.operation import refuse_sparse

__all__ = ["CategoryEncoding"]


class CategoryEncoding(Layer):
    """Turn class numbers into vectors.

    Args:
        num_tokens: number of classes.
        output_mode: ``"one_hot"`` gives a vector for each number, in place of a last dimension of
            1 if there is one; ``"multi_hot"`` and ``"count"`` give one vector for each sample: a 1
            for every class in it, or how often the class is in it.
        sparse: sparse outputs are not supported.
        **kwargs: see `Layer`.

    Input shape:
        ``(..., length)``, whole numbers

    Output shape:
        ``(..., num_tokens)``, for ``"one_hot"`` ``(..., length, num_tokens)``

    Raises:
        ValueError: an argument is not valid; or, outside of compiled programs, a number is none of
            the classes. Inside such a number counts for nothing.

    Example:
        >>> import jaxkeras
        >>> layer = jaxkeras.layers.CategoryEncoding(num_tokens=4)
        >>> layer([[0, 1], [3, 3]])
        Array([[1., 1., 0., 0.],
               [0., 0., 0., 1.]], dtype=float32)
    """

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if num_tokens is None:
            raise ValueError(
                f"{self.label} needs num_tokens, the number of classes. If it is not known, learn "
                "it from data with IntegerLookup."
            )
        self.num_tokens = whole_number("num_tokens", num_tokens)
        refuse_sparse(self.label, sparse)
        self.output_mode = as_output_mode(self.label, output_mode, VECTOR_MODES)

    def call(self, inputs: jax.Array, count_weights: Any = None) -> jax.Array:
        if count_weights is not None and self.output_mode != "count":
            raise ValueError(
                f"{self.label} takes count_weights only with output_mode='count'. "
                f"Received: output_mode={self.output_mode!r}"
            )
        if not isinstance(inputs, Tracer) and inputs.size:
            least, most = int(inputs.min()), int(inputs.max())
            if least < 0 or most >= self.num_tokens:
                raise ValueError(
                    f"{self.label} expected numbers from 0 to {self.num_tokens - 1}, got "
                    f"{least if least < 0 else most}. Give it num_tokens={most + 1} or more, or "
                    "number the classes from 0."
                )
        weights = None if count_weights is None else jnp.asarray(count_weights)
        return encode(inputs, self.output_mode, self.num_tokens, self.compute_dtype, weights)

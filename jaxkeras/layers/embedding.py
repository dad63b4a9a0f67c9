"""Where sequences enter a network: vectors for words, masks for padded steps."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.layer import Layer

__all__ = ["Embedding", "Masking", "ReversibleEmbedding"]


class Embedding(Layer):
    """A table of vectors: the row of every index in the input.

    Args:
        input_dim: number of rows; indices go from 0 to ``input_dim - 1``, and others give NaN.
        output_dim: width of a row.
        embeddings_initializer: first value of the table, ``(input_dim, output_dim)``.
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: applied to the table after every update.
        mask_zero: whether index 0 is padding, which the layers that follow leave out.
        weights: the table, as an array or a list of one.
        input_length: length of the sequences, for the first layer of a `Sequential`.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, time)``, or any other; whole numbers

    Output shape:
        ``(batch, time, output_dim)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.Embedding(2, 3, weights=jnp.array([[0., 0, 0], [1, 2, 3]]))
        >>> layer(jnp.array([[1, 0]])).tolist()
        [[[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]]
    """

    _unwritten = ("weights", "input_length")
    _looks_at_values = True

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        input_length: Any = None,
        **kwargs: Any,
    ):
        if input_length is not None:
            kwargs.setdefault("input_shape", input_length)
        super().__init__(**kwargs)
        self.input_dim = whole_number(f"{self.label}: input_dim", input_dim)
        self.output_dim = whole_number(f"{self.label}: output_dim", output_dim)
        self._describe_weight(
            "embeddings", embeddings_initializer, embeddings_regularizer, embeddings_constraint
        )
        self.mask_zero = mask_zero
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, (list, tuple)) else [weights])

    def build(self, input_shape: Any = None) -> None:
        if not hasattr(self, "embeddings"):
            self.embeddings = self._add_described("embeddings", (self.input_dim, self.output_dim))

    def call(self, inputs: jax.Array) -> jax.Array:
        indices = inputs if jnp.issubdtype(inputs.dtype, jnp.integer) else inputs.astype("int32")
        return jnp.take(self.embeddings[...], indices, axis=0).astype(self.compute_dtype)

    def _check_values(self, inputs: Any) -> None:
        if not isinstance(inputs, np.ndarray) or not inputs.size:
            return
        low, high = np.min(inputs), np.max(inputs)
        if (low > -1 and high < self.input_dim) or np.isnan(high):
            return
        fix = (
            "Numbers of words begin at 0."
            if low < 0
            else f"Make it Embedding(input_dim={int(high) + 1}, ...), one more than the largest "
            "number, or leave rare words out of the data, as num_words= does."
        )
        raise ValueError(
            f"{self.label} has a row for each number from 0 to {self.input_dim - 1}, as "
            f"input_dim={self.input_dim} says. Received: numbers from {int(low)} to {int(high)}. "
            f"{fix}"
        )

    def compute_mask(self, inputs: jax.Array, previous_mask: Any = None) -> jax.Array | None:
        """Which indices are not padding; nothing without ``mask_zero``."""
        return inputs != 0 if self.mask_zero else None

    def _as_array(self, value: Any) -> Any:
        """Indices as they come: a cast to 16 bits would change them."""
        value = jnp.asarray(value) if isinstance(value, np.ndarray) else value
        return value if isinstance(value, jax.Array) else super()._as_array(value)


class ReversibleEmbedding(Embedding):
    """An `Embedding` that also scores vectors against its table: ``layer(x, reverse=True)``.

    Args:
        input_dim: number of rows of the table.
        output_dim: width of a row.
        tie_weights: whether both directions use the same table.
        embeddings_initializer: first value of the table, ``(input_dim, output_dim)``, and of
            another for the way back, ``(output_dim, input_dim)``.
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: applied to the table after every update.
        mask_zero: whether index 0 is padding, which the layers that follow leave out.
        reverse_dtype: float type in which scores are computed.
        logit_soft_cap: keeps scores between plus and minus this number, smoothly.
        **kwargs: see `Embedding`.

    Input shape:
        ``(batch, time)`` whole numbers; in reverse ``(batch, time, output_dim)``

    Output shape:
        ``(batch, time, output_dim)``; in reverse ``(batch, time, input_dim)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> table = jnp.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        >>> layer = jaxkeras.layers.ReversibleEmbedding(3, 2, weights=table)
        >>> layer(layer(jnp.array([2])), reverse=True).tolist()
        [[1.0, 1.0, 2.0]]
    """

    tie_weights: bool = True

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: str | None = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer,
            embeddings_regularizer,
            embeddings_constraint,
            mask_zero,
            **kwargs,
        )
        self._describe_weight("reverse_embeddings", embeddings_initializer)
        self.tie_weights = tie_weights
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap
        if self.built:
            self.build()  # the table came as weights=

    def build(self, input_shape: Any = None) -> None:
        super().build(input_shape)
        if not self.tie_weights:
            shape = (self.output_dim, self.input_dim)
            self.reverse_embeddings = self._add_described("reverse_embeddings", shape)

    def call(self, inputs: jax.Array, reverse: bool = False) -> jax.Array:
        if not reverse:
            return super().call(inputs)
        table = self.embeddings[...].T if self.tie_weights else self.reverse_embeddings[...]
        dtype = self.reverse_dtype or self.compute_dtype
        scores = inputs.astype(dtype) @ table.astype(dtype)
        cap = self.logit_soft_cap
        return scores if cap is None else cap * jnp.tanh(scores / cap)

    def compute_mask(self, inputs: jax.Array, previous_mask: Any = None) -> jax.Array | None:
        """That of `Embedding` for indices; for vectors to score, the one they have."""
        is_vectors = jnp.issubdtype(inputs.dtype, jnp.floating) and inputs.ndim > 1
        if is_vectors and inputs.shape[-1] == self.output_dim:
            return previous_mask
        return super().compute_mask(inputs, previous_mask)


class Masking(Layer):
    """Mark the time steps whose features are all equal to a value as padding.

    The layers that follow leave them out; here they become 0.

    Args:
        mask_value: the value.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, time, features)``

    Output shape:
        same as the input

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> from jaxkeras.layers.mask import get_mask
        >>> outputs = jaxkeras.layers.Masking(-1.0)(jnp.array([[[5.0, -1.0], [-1.0, -1.0]]]))
        >>> outputs.tolist(), get_mask(outputs).tolist()
        ([[[5.0, -1.0], [0.0, 0.0]]], [[True, False]])
    """

    def __init__(self, mask_value: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def call(self, inputs: jax.Array) -> jax.Array:
        return jnp.where(self.compute_mask(inputs)[..., None], inputs, 0)

    def compute_mask(self, inputs: jax.Array, previous_mask: Any = None) -> jax.Array:
        """Which steps differ from the value in some feature."""
        return jnp.any(inputs != self.mask_value, axis=-1)

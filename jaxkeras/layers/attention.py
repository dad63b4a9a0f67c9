"""Attention without projections: what a query sees among the keys decides which values count."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras import activations
from jaxkeras.layers.layer import Layer
from jaxkeras.layers.regularization import Dropout
from jaxkeras.registry import suggest
from jaxkeras.symbolic import Shape

__all__ = ["AdditiveAttention", "Attention"]

Arrays = Sequence[jax.Array]
Masks = Sequence[jax.Array | None]

_SCORE_MODES = ("dot", "concat")


class _Attending(Layer):
    """Base of layers that weight values by the softmax of scores of queries and keys."""

    def __init__(
        self, use_scale: bool = False, dropout: float = 0.0, seed: int | None = None, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.dropout = dropout
        self._dropout_layer = Dropout(dropout, seed=seed, dtype=self.dtype_policy)

    def build(self, input_shape: Sequence[Shape]) -> None:
        is_one = not all(isinstance(shape, (list, tuple)) for shape in input_shape)
        self._check(None if is_one else input_shape)
        self._dropout_layer.build(input_shape)
        self._build_weights(input_shape[0][-1])

    def _build_weights(self, features: int | None) -> None:
        raise NotImplementedError

    def _scores(self, query: jax.Array, key: jax.Array) -> jax.Array:
        """How much each query has to do with each key, ``(batch, query_time, key_time)``."""
        raise NotImplementedError

    def call(
        self,
        inputs: Arrays,
        mask: Masks | None = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        self._check(inputs)
        query, value, key = (*inputs, inputs[1])[:3]
        query_mask, value_mask = self._masks(mask)
        scores = self._scores(query, key)
        if value_mask is not None:
            if value_mask.ndim < scores.ndim:
                value_mask = value_mask[..., None, :]
            scores = _masked(scores, value_mask)
        if use_causal_mask:
            scores = _masked(scores, jnp.tri(*scores.shape[-2:], dtype=bool))
        scores = self._dropout_layer(activations.softmax(scores))
        outputs = scores @ value
        if query_mask is not None:
            outputs = jnp.where(query_mask[..., None], outputs, 0)
        return (outputs, scores) if return_attention_scores else outputs

    def compute_mask(self, inputs: Arrays, previous_mask: Masks | None = None) -> Any:
        """The mask of the queries."""
        return self._masks(previous_mask)[0]

    def _check(self, inputs: Any) -> None:
        is_list = isinstance(inputs, (list, tuple))
        if not is_list or len(inputs) not in (2, 3):
            came = f"{len(inputs)} arrays" if is_list else "one array"
            raise ValueError(
                f"{self.label} takes a list [query, value] or [query, value, key], got {came}. "
                "For self-attention: layer([x, x])."
            )

    def _masks(self, mask: Masks | None) -> tuple[jax.Array | None, jax.Array | None]:
        """Those of queries and values."""
        if mask is None:
            return None, None
        if not isinstance(mask, (list, tuple)) or len(mask) not in (2, 3):
            came = f"{len(mask)} of them" if isinstance(mask, (list, tuple)) else "one array"
            raise ValueError(
                f"{self.label} takes a list [query_mask, value_mask], in which None stands for no "
                f"mask, got {came}."
            )
        query_mask, value_mask = (None if m is None else m.astype(bool) for m in mask[:2])
        return query_mask, value_mask


def _masked(scores: jax.Array, mask: jax.Array) -> jax.Array:
    """Scores that the softmax turns into 0, or all into the same where none is left."""
    return jnp.where(mask, scores, jnp.finfo(scores.dtype).min)


class Attention(_Attending):
    """Dot-product attention: means of values, weighted by how well the query meets the keys.

    Args:
        use_scale: whether a trained number scales the scores.
        score_mode: ``"dot"`` for ``query @ key``; ``"concat"`` for
            ``weight * sum(tanh(query + key))`` with a trained weight.
        dropout: fraction of the scores that is dropped in training.
        seed: makes the dropped scores independent of the global seed.
        **kwargs: see `Layer`.

    Call arguments:
        inputs: a list of query, value and, if it is not the value, key.
        mask: a list of the masks of query and value; by default those that came along. Outputs of
            masked queries are 0; masked values do not count.
        return_attention_scores: whether to return the scores too.
        use_causal_mask: whether no query attends to a later key.

    Input shape:
        ``[(batch, query_time, features), (batch, key_time, values), (batch, key_time, features)]``

    Output shape:
        ``(batch, query_time, values)``; with ``return_attention_scores`` a pair of that and
        ``(batch, query_time, key_time)``

    Raises:
        ValueError: there is no such ``score_mode``, or the inputs are not two or three.

    Source:
        Luong et al., 2015, https://arxiv.org/abs/1508.04025.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> query, value = jnp.array([[[0.0]]]), jnp.array([[[2.0], [4.0]]])
        >>> outputs, scores = jaxkeras.layers.Attention()(
        ...     [query, value], return_attention_scores=True)
        >>> outputs.tolist(), scores.tolist()
        ([[[3.0]]], [[[0.5, 0.5]]])
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(use_scale, dropout, seed, **kwargs)
        if score_mode not in _SCORE_MODES:
            raise ValueError(
                f"{self.label}: score_mode must be 'dot' or 'concat'. "
                f"Received: {score_mode!r}.{suggest(str(score_mode), _SCORE_MODES)}"
            )
        self.score_mode = score_mode

    def _build_weights(self, features: int | None) -> None:
        if self.use_scale:
            self.scale = self.add_weight(name="scale", initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                name="concat_score_weight", initializer="ones"
            )

    def _scores(self, query: jax.Array, key: jax.Array) -> jax.Array:
        if self.score_mode == "dot":
            scores = query @ jnp.swapaxes(key, -2, -1)
            return scores * self._scale if self.use_scale else scores
        pairs = _pairs(query, key)
        pairs = pairs * self._scale if self.use_scale else pairs
        weight = self.concat_score_weight[...].astype(self.compute_dtype)
        return weight * jnp.sum(jnp.tanh(pairs), axis=-1)

    @property
    def _scale(self) -> jax.Array:
        return self.scale[...].astype(self.compute_dtype)


class AdditiveAttention(_Attending):
    """Additive attention: scores are ``sum(scale * tanh(query + key))``.

    Args:
        use_scale: whether a trained vector, ``(features,)``, scales the terms of the sum.
        dropout: fraction of the scores that is dropped in training.
        seed: makes the dropped scores independent of the global seed.
        **kwargs: see `Layer`.

    Call arguments:
        as of `Attention`

    Input shape:
        ``[(batch, query_time, features), (batch, key_time, values), (batch, key_time, features)]``

    Output shape:
        ``(batch, query_time, values)``; with ``return_attention_scores`` a pair of that and
        ``(batch, query_time, key_time)``

    Raises:
        ValueError: the inputs are not two or three.

    Source:
        Bahdanau et al., 2014, https://arxiv.org/abs/1409.0473.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.AdditiveAttention(use_scale=False)
        >>> layer([jnp.array([[[0.0]]]), jnp.array([[[0.0], [0.0]]])]).tolist()
        [[[0.0]]]
    """

    def __init__(
        self, use_scale: bool = True, dropout: float = 0.0, seed: int | None = None, **kwargs: Any
    ):
        super().__init__(use_scale, dropout, seed, **kwargs)

    def _build_weights(self, features: int | None) -> None:
        if self.use_scale:
            if features is None:
                raise ValueError(f"{self.label} needs to know the last dimension of its query.")
            self.scale = self.add_weight(name="scale", shape=(features,))

    def _scores(self, query: jax.Array, key: jax.Array) -> jax.Array:
        terms = jnp.tanh(_pairs(query, key))
        if self.use_scale:
            terms = terms * self.scale[...].astype(self.compute_dtype)
        return jnp.sum(terms, axis=-1)


def _pairs(query: jax.Array, key: jax.Array) -> jax.Array:
    """Sums of every query and every key, ``(batch, query_time, key_time, features)``."""
    return query[..., :, None, :] + key[..., None, :, :]

"""Multi-head attention, the heart of the Transformer."""

from collections.abc import Sequence
from typing import Any

from jaxkeras.layers._multi_head import HeadSizes, MultiHead
from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.einsum_dense import EinsumDense

__all__ = ["MultiHeadAttention"]


class MultiHeadAttention(MultiHead):
    """Several attentions side by side, each between projections of its own.

    Every head compares its projection of a query with its projections of all keys, and returns the
    mean of its projected values, weighted by the softmax of these dot products. A last projection
    joins the heads.

    Args:
        num_heads: number of heads.
        key_dim: width of a head of queries and keys.
        value_dim: width of a head of values; by default ``key_dim``.
        dropout: fraction of the scores that is dropped in training.
        use_bias: whether the projections have biases.
        output_shape: sizes of the output in place of the features; by default those of the query.
        attention_axes: axes over which the attention goes; by default all between batch and
            features.
        sliding_window: a query attends to positions that are less than this far away.
        flash_attention: whether to use the kernel of cuDNN, which runs on NVIDIA GPUs in 16 bits;
            by default it is not used.
        kernel_initializer: first value of the kernels.
        bias_initializer: first value of the biases.
        kernel_regularizer: penalty on the kernels.
        bias_regularizer: penalty on the biases.
        activity_regularizer: penalty on the outputs of the projections.
        kernel_constraint: applied to the kernels after every update.
        bias_constraint: applied to the biases after every update.
        use_gate: whether a sigmoid of another projection of the query scales what the heads return.
        seed: makes the dropped scores independent of the global seed.
        **kwargs: see `Layer`.

    Call arguments:
        query: ``(batch, query_time, features)``, or with more axes in place of the time.
        value: ``(batch, key_time, features)``; for self-attention the query again.
        key: ``(batch, key_time, features)``; by default the value.
        query_mask: ``(batch, query_time)`` booleans; by default the mask that came along.
        value_mask: ``(batch, key_time)`` booleans, likewise.
        key_mask: ``(batch, key_time)`` booleans, likewise.
        attention_mask: which query sees which key, ``(batch, query_time, key_time)`` booleans;
            may have an axis for the heads after the batch.
        return_attention_scores: whether to return the scores too.
        use_causal_mask: whether no query attends to a later key.

    Output shape:
        ``(batch, query_time, features)``; with ``return_attention_scores`` a pair of that and
        ``(batch, num_heads, query_time, key_time)``

    Raises:
        ValueError: arguments or shapes do not go together.

    Source:
        Vaswani et al., 2017, https://arxiv.org/abs/1706.03762; the gate: Qiu et al., 2025,
        https://arxiv.org/abs/2505.06708.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.MultiHeadAttention(num_heads=2, key_dim=4)
        >>> x = jnp.ones((1, 3, 8))
        >>> layer(x, x, use_causal_mask=True).shape
        (1, 3, 8)
        >>> outputs, scores = layer(x, jnp.ones((1, 5, 8)), return_attention_scores=True)
        >>> scores.shape
        (1, 2, 3, 5)
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | Sequence[int] | None = None,
        attention_axes: int | Sequence[int] | None = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            dropout=dropout,
            use_bias=use_bias,
            sliding_window=sliding_window,
            flash_attention=flash_attention,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            use_gate=use_gate,
            seed=seed,
            **kwargs,
        )
        self.num_heads = whole_number(f"{self.label}: num_heads", num_heads)
        self.key_dim = whole_number(f"{self.label}: key_dim", key_dim)
        self.value_dim = (
            self.key_dim
            if value_dim is None
            else whole_number(f"{self.label}: value_dim", value_dim)
        )
        self.sizes = HeadSizes(self.num_heads, self.num_heads, self.key_dim, self.value_dim)
        if output_shape is not None:
            sizes = output_shape if isinstance(output_shape, (tuple, list)) else (output_shape,)
            name = f"{self.label}: a size in output_shape"
            self.output_sizes = tuple(whole_number(name, size) for size in sizes)
        self.attention_axes = attention_axes
        if attention_axes is not None:
            axes: Any = attention_axes
            self.axes = tuple(axes) if isinstance(axes, (tuple, list)) else (axes,)

    # Public, because Keras stores the weights of these layers under such names.

    @property
    def query_dense(self) -> EinsumDense:
        """The projection of the queries, once the layer is built."""
        return self._query_dense

    @property
    def key_dense(self) -> EinsumDense:
        """The projection of the keys."""
        return self._key_dense

    @property
    def value_dense(self) -> EinsumDense:
        """The projection of the values."""
        return self._value_dense

    @property
    def output_dense(self) -> EinsumDense:
        """The projection of what the heads return."""
        return self._output_dense

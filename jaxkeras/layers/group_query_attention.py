"""Attention in which several heads of queries share the keys and values of one."""

from typing import Any

from jaxkeras.layers._multi_head import HeadSizes, MultiHead
from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import catalog

__all__ = ["GroupQueryAttention", "GroupedQueryAttention"]


class GroupedQueryAttention(MultiHead):
    """Multi-head attention in which groups of query heads share one head of keys and values.

    With one head of keys and values it is multi-query attention; with as many as there are query
    heads it is `MultiHeadAttention`.

    Args:
        head_dim: width of a head.
        num_query_heads: number of heads of the queries.
        num_key_value_heads: number of heads of keys and values, which divides it.
        dropout: fraction of the scores that is dropped in training.
        use_bias: whether the projections have biases.
        sliding_window: a query attends to positions that are less than this far away.
        flash_attention: whether to use the kernel of cuDNN, which runs on NVIDIA GPUs in 16 bits;
            by default it is not used.
        kernel_initializer: first value of the kernels.
        bias_initializer: first value of the biases.
        kernel_regularizer: penalty on the kernels.
        bias_regularizer: penalty on the biases.
        activity_regularizer: penalty on the output and on the outputs of the projections.
        kernel_constraint: applied to the kernels after every update.
        bias_constraint: applied to the biases after every update.
        use_gate: whether a sigmoid of another projection of the query scales what the heads return.
        seed: makes the dropped scores independent of the global seed.
        **kwargs: see `Layer`.

    Call arguments:
        as of `MultiHeadAttention`

    Output shape:
        ``(batch, query_time, features)``; with ``return_attention_scores`` a pair of that and
        ``(batch, num_query_heads, query_time, key_time)``

    Raises:
        ValueError: arguments or shapes do not go together.

    Source:
        Ainslie et al., 2023, https://arxiv.org/abs/2305.13245.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.GroupQueryAttention(4, num_query_heads=6, num_key_value_heads=2)
        >>> x = jnp.ones((1, 3, 8))
        >>> layer(x, x).shape
        (1, 3, 8)
        >>> [weight.shape for weight in layer.weights if weight.name == "kernel"]
        [(8, 6, 4), (8, 2, 4), (8, 2, 4), (6, 4, 8)]
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
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
        self.activity_regularizer = self.projection_regularizer
        self.head_dim = whole_number(f"{self.label}: head_dim", head_dim)
        self.num_query_heads = whole_number(f"{self.label}: num_query_heads", num_query_heads)
        self.num_key_value_heads = whole_number(
            f"{self.label}: num_key_value_heads", num_key_value_heads
        )
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                f"{self.label}: num_key_value_heads must divide num_query_heads. Received: "
                f"num_query_heads={num_query_heads}, num_key_value_heads={num_key_value_heads}"
            )
        self.sizes = HeadSizes(
            self.num_query_heads, self.num_key_value_heads, self.head_dim, self.head_dim
        )
        self.input_spec = InputSpec(ndim=3)


# Keras's public name, which it also writes down, and the name that layers and files take from the
# class.
GroupQueryAttention = GroupedQueryAttention
catalog.register("GroupQueryAttention")(GroupedQueryAttention)

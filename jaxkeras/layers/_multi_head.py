"""What layers of multi-head attention share: projections, masks, and the attention itself."""

import functools
import operator
import string
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxkeras import ops, regularizers
from jaxkeras.layers.activation import Softmax
from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.einsum_dense import EinsumDense
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer
from jaxkeras.layers.mask import get_mask
from jaxkeras.layers.regularization import Dropout
from jaxkeras.symbolic import Shape

__all__ = ["HeadSizes", "MultiHead"]

_HEAD, _DEPTH = "yz"


class HeadSizes(NamedTuple):
    """Numbers of heads and their widths.

    Attributes:
        query_heads: number of heads of the queries.
        key_value_heads: number of heads of keys and values; it divides that of the queries.
        key_dim: width of a head of queries and keys.
        value_dim: width of a head of values.
    """

    query_heads: int
    key_value_heads: int
    key_dim: int
    value_dim: int


class _Labels(NamedTuple):
    """A letter for every axis: keys have a letter of their own where queries attend to them.

    Attributes:
        query: axes of the queries before heads and depth: ``"ab"``.
        key: the same of keys and values: ``"aB"``.
        scores: axes of the scores: ``"aybB"``.
    """

    query: str
    key: str
    scores: str

    @classmethod
    def over(cls, axes: Sequence[int], ndim: int) -> "_Labels":
        """The letters for inputs of ``ndim`` axes and attention over some of them."""
        query = string.ascii_lowercase[: ndim - 1]
        key = "".join(
            letter.upper() if axis in axes else letter for axis, letter in enumerate(query)
        )
        shared = "".join(letter for letter in query if letter in key)
        attending, attended = ("".join(side[axis] for axis in axes) for side in (query, key))
        return cls(query, key, shared + _HEAD + attending + attended)

    def equations(self) -> tuple[str, str]:
        """Einstein sums: of queries and keys to scores, of scores and values to outputs."""
        query, key = (letters + _HEAD + _DEPTH for letters in (self.query, self.key))
        return f"{query},{key}->{self.scores}", f"{self.scores},{key}->{query}"


class MultiHead(Layer):
    """Base of layers that project queries, keys and values to heads, attend, and project back.

    A subclass sets `sizes`, and `axes` or `output_sizes` where they are not the usual ones.
    """

    sizes: HeadSizes
    axes: tuple[int, ...] | None = None  # of the attention; None for all but batch and features
    output_sizes: tuple[int, ...] | None = None  # None for the width of the queries
    _labels: _Labels

    def __init__(
        self,
        *,
        dropout: float,
        use_bias: bool,
        sliding_window: int | None,
        flash_attention: bool | None,
        kernel_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        kernel_constraint: Any,
        bias_constraint: Any,
        use_gate: bool,
        seed: int | None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.use_bias = use_bias
        self.use_gate = use_gate
        self.sliding_window = (
            None
            if sliding_window is None
            else whole_number(f"{self.label}: sliding_window", sliding_window)
        )
        self.dropout = dropout
        self.flash_attention = flash_attention
        self._describe_weight("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._describe_weight("bias", bias_initializer, bias_regularizer, bias_constraint)
        self.projection_regularizer = regularizers.get(activity_regularizer)
        self._dropout_layer = Dropout(dropout, seed=seed, dtype=self.dtype_policy)
        self.input_spec = InputSpec(min_ndim=3)
        if flash_attention and dropout > 0:
            raise ValueError(
                f"{self.label}: flash attention has no dropout. Received: dropout={dropout} and "
                "flash_attention=True. Leave one of them out."
            )

    def build(
        self,
        query_shape: Shape,
        value_shape: Shape | None = None,
        key_shape: Shape | None = None,
    ) -> None:
        """Create the projections, with weights for the inputs whose shapes are given.

        Those of keys and values get theirs in the first call otherwise.
        """
        assert self.input_spec is not None
        self.input_spec.check(self.label, query_shape)
        ndim = len(query_shape)
        self.input_spec = InputSpec(ndim=ndim)
        axes = tuple(range(1, ndim - 1)) if self.axes is None else self._positive_axes(ndim)
        self._labels = _Labels.over(axes, ndim)
        score_ndim = len(self._labels.scores)

        query_heads, key_value_heads, key_dim, value_dim = self.sizes
        self._query_dense = self._to_heads("query", query_heads, key_dim)
        self._key_dense = self._to_heads("key", key_value_heads, key_dim)
        if self.use_gate:
            self._gate_dense = self._to_heads("gate", query_heads, value_dim, "sigmoid")
        self._value_dense = self._to_heads("value", key_value_heads, value_dim)
        self._softmax = Softmax(
            tuple(range(score_ndim - len(axes), score_ndim)), dtype=self._score_dtype
        )
        output_sizes = self.output_sizes or (query_shape[-1],)
        out = string.ascii_lowercase[2 : 2 + len(output_sizes)]
        self._output_dense = self._projection(
            "attention_output", f"...ab,ab{out}->...{out}", output_sizes, out
        )

        self._query_dense.build(query_shape)
        if self.use_gate:
            self._gate_dense.build(query_shape)
        if value_shape is not None:
            self._value_dense.build(value_shape)
            self._key_dense.build(key_shape or value_shape)
        self._output_dense.build((*query_shape[:-1], query_heads, value_dim))
        for layer in (self._softmax, self._dropout_layer):
            layer.build(query_shape)

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes of query, value and key, once their projections all have weights."""
        if not self.built:
            return None
        projections = {
            "query_shape": self._query_dense,
            "value_shape": self._value_dense,
            "key_shape": self._key_dense,
        }
        configs = {name: layer.get_build_config() for name, layer in projections.items()}
        shapes = {name: config["input_shape"] for name, config in configs.items() if config}
        return {"shapes_dict": shapes} if len(shapes) == len(projections) else None

    def call(
        self,
        query: jax.Array,
        value: jax.Array | None = None,
        key: jax.Array | None = None,
        query_mask: jax.Array | None = None,
        value_mask: jax.Array | None = None,
        key_mask: jax.Array | None = None,
        attention_mask: jax.Array | None = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        if value is None:
            raise TypeError(
                f"{self.label} needs a query and a value. For self-attention pass the same "
                "array twice: layer(x, x)."
            )
        query_mask = get_mask(query) if query_mask is None else query_mask
        value_mask = get_mask(value) if value_mask is None else value_mask
        if key is None:
            key = value
        elif key_mask is None:
            key_mask = get_mask(key)
        self._check(query, key, value)
        is_fused = self._is_fused(return_attention_scores)
        masks = self._position_masks(query, key, use_causal_mask and not is_fused)
        masks += [
            _spread(mask, labels, self._labels.scores)
            for mask, labels in (
                (query_mask, self._labels.query),
                (value_mask, self._labels.key),
                (key_mask, self._labels.key),
            )
            if mask is not None
        ]
        if attention_mask is not None:
            masks.append(self._aligned(attention_mask, query, key))
        mask = functools.reduce(operator.and_, masks) if masks else None

        gate = self._gate_dense(query) if self.use_gate else None
        heads = self._query_dense(query), self._key_dense(key), self._value_dense(value)
        if is_fused:
            outputs, scores = self._fused(*heads, mask, use_causal_mask), None
        else:
            outputs, scores = self._attend(*heads, mask)
        outputs = self._output_dense(outputs if gate is None else outputs * gate)
        return (outputs, scores) if return_attention_scores else outputs

    # ------------------------------------------------------------------ attention

    def _is_fused(self, return_attention_scores: bool) -> bool:
        """Whether JAX's own attention can do it; the answer depends on the configuration only."""
        obstacles = {
            "dropout": self.dropout > 0,
            "return_attention_scores=True": return_attention_scores,
            f"inputs of {len(self._labels.query) + 1} dimensions": len(self._labels.query) != 2,
            "a value_dim that differs from key_dim": self.sizes.key_dim != self.sizes.value_dim,
        }
        if self.flash_attention and any(obstacles.values()):
            reasons = ", ".join(name for name, is_met in obstacles.items() if is_met)
            raise ValueError(
                f"{self.label}: flash attention does not go with {reasons}. "
                "Make the layer without flash_attention=True."
            )
        if self.flash_attention and jax.default_backend() != "gpu":
            raise ValueError(
                f"{self.label}: flash_attention=True needs an NVIDIA GPU, got the backend "
                f"{jax.default_backend()!r}. Make the layer without it."
            )
        return not any(obstacles.values())

    def _fused(
        self, query: jax.Array, key: jax.Array, value: jax.Array, mask: Any, is_causal: bool
    ) -> jax.Array:
        return ops.dot_product_attention(
            query,
            key,
            value,
            mask=mask,
            is_causal=is_causal,
            flash_attention=self.flash_attention,
        )

    def _attend(
        self, query: jax.Array, key: jax.Array, value: jax.Array, mask: jax.Array | None
    ) -> tuple[jax.Array, jax.Array]:
        """Outputs and scores, ``(batch, heads, query_time, key_time)`` for sequences."""
        groups = self.sizes.query_heads // self.sizes.key_value_heads
        if groups > 1:
            key, value = (jnp.repeat(x, groups, axis=-2) for x in (key, value))
        to_scores, to_outputs = self._labels.equations()
        query = query * self.sizes.key_dim**-0.5
        scores = jnp.einsum(to_scores, query, key, preferred_element_type=self._score_dtype)
        scores = self._softmax(scores, mask=mask).astype(self.compute_dtype)
        return jnp.einsum(to_outputs, self._dropout_layer(scores), value), scores

    @property
    def _score_dtype(self) -> str:
        """The softmax is taken in 32 bits at least."""
        return jnp.promote_types(self.compute_dtype, "float32").name

    # ------------------------------------------------------------------ masks

    def _position_masks(self, query: jax.Array, key: jax.Array, is_causal: bool) -> list[jax.Array]:
        """Which positions see which, ``(query_time, key_time)``."""
        if not is_causal and self.sliding_window is None:
            return []
        attended = [letter for letter in self._labels.scores if letter.isupper()]
        if len(attended) > 1:
            raise ValueError(
                f"{self.label}: a causal mask or a sliding window goes along one axis, but "
                f"attention is over {len(attended)} axes here. Give attention_axes= one axis, or "
                "pass an attention_mask."
            )
        axis = self._labels.key.index(attended[0])
        rows, columns = jnp.arange(query.shape[axis])[:, None], jnp.arange(key.shape[axis])
        masks = [rows >= columns] if is_causal else []
        if self.sliding_window is not None:
            masks.append(abs(rows - columns) < self.sliding_window)
        return masks

    def _aligned(self, mask: jax.Array, query: jax.Array, key: jax.Array) -> jax.Array:
        """An attention mask with the axes of the scores that it leaves out, such as the heads."""
        labels = self._labels
        known = {_HEAD: self.sizes.query_heads} | dict(zip(labels.query, query.shape, strict=False))
        known |= dict(zip(labels.key, key.shape, strict=False))
        expected = tuple(known[letter] for letter in labels.scores)
        first = mask.ndim - 2 * sum(letter.isupper() for letter in labels.scores)
        missing = len(expected) - mask.ndim
        if first >= 0 and missing >= 0:
            wide = jnp.expand_dims(mask, range(first, first + missing))
            if all(own in (1, size) for own, size in zip(wide.shape, expected, strict=True)):
                return wide.astype(bool)
        raise ValueError(
            f"{self.label} expected an attention_mask that broadcasts to its scores, of shape "
            f"{expected}; the axis of the heads may be left out. Received: shape {mask.shape}"
        )

    # ------------------------------------------------------------------ arguments and shapes

    def _check(self, query: jax.Array, key: jax.Array, value: jax.Array) -> None:
        """Refuse shapes that do not go together, as far as they are known."""
        fits = query.ndim == key.ndim == value.ndim and not any(
            _differ(key.shape[axis], value.shape[axis])
            or (letter in self._labels.key and _differ(query.shape[axis], key.shape[axis]))
            for axis, letter in enumerate(self._labels.query)
        )
        if not fits:
            raise ValueError(
                f"{self.label} expected a key for every value, and as many queries as keys on each "
                f"axis that attention is not over, such as the batch. Received shapes: query "
                f"{query.shape}, key {key.shape}, value {value.shape}"
            )

    def _positive_axes(self, ndim: int) -> tuple[int, ...]:
        assert self.axes is not None
        axes = tuple(axis + ndim if axis < 0 else axis for axis in self.axes)
        if not axes or len(set(axes)) < len(axes) or not all(0 < a < ndim - 1 for a in axes):
            raise ValueError(
                f"{self.label}: attention_axes must be different axes between batch and features, "
                f"from 1 to {ndim - 2} for inputs of {ndim} dimensions. Received: {self.axes}"
            )
        return axes

    def _to_heads(
        self, name: str, heads: int, width: int, activation: str | None = None
    ) -> EinsumDense:
        return self._projection(name, "...a,abc->...bc", (heads, width), "bc", activation)

    def _projection(
        self, name: str, equation: str, sizes: Any, bias_axes: str, activation: str | None = None
    ) -> EinsumDense:
        return EinsumDense(
            equation,
            sizes,
            activation,
            bias_axes if self.use_bias else None,
            **self._described("kernel"),
            **self._described("bias"),
            activity_regularizer=self.projection_regularizer,
            name=name,
            dtype=self.dtype_policy,
        )


def _spread(mask: jax.Array, labels: str, scores: str) -> jax.Array:
    """A mask of the first axes of queries or keys, laid out as the scores are."""
    own = labels[: mask.ndim]
    mask = mask.transpose([own.index(letter) for letter in scores if letter in own])
    absent = [axis for axis, letter in enumerate(scores) if letter not in own]
    return jnp.expand_dims(mask.astype(bool), absent)


def _differ(one: Any, other: Any) -> bool:
    """Whether two sizes are known and differ."""
    return isinstance(one, int) and isinstance(other, int) and one != other

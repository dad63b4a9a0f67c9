"""What the cells of this library have in common."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp

from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer
from jaxkeras.random import keep_mask, to_stream
from jaxkeras.symbolic import Shape

__all__ = ["Recurrence", "RecurrentCell"]


class Recurrence(NamedTuple):
    """What every step of one sequence shares.

    Attributes:
        kernel: the recurrent kernel, in the type of the computation; in parts, if a step takes it
            so.
        bias: the bias that is added to the recurrent part, if there is one.
        keep: dropout masks for the previous output, ``(masks, batch, units)``, or ``None``.
    """

    kernel: Any
    bias: jax.Array | None
    keep: jax.Array | None


class RecurrentCell(Layer):
    """Base of cells whose step is ``combine(inputs @ kernel + bias, states @ recurrent_kernel)``.

    The two halves are apart: `project` needs no state, so a layer projects all steps of a sequence
    in one matrix product and repeats nothing but `advance`.

    Args:
        units: width of the output and of each state.
        use_bias: whether there is a bias.
        kernel_initializer: first value of the kernel.
        recurrent_initializer: first value of the recurrent kernel.
        bias_initializer: first value of the bias.
        kernel_regularizer: penalty on the kernel.
        recurrent_regularizer: penalty on the recurrent kernel.
        bias_regularizer: penalty on the bias.
        kernel_constraint: applied to the kernel after every update.
        recurrent_constraint: applied to the recurrent kernel after every update.
        bias_constraint: applied to the bias after every update.
        dropout: fraction of the inputs that is dropped.
        recurrent_dropout: fraction of the previous output that is dropped.
        seed: makes the masks independent of the global seed.
        masks: number of dropout masks: one for all gates, or one for each.
        **kwargs: see `Layer`.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> cell = jaxkeras.layers.GRUCell(4)
        >>> output, states = cell(jnp.ones((2, 3)), cell.get_initial_state(2))
        >>> cell.project(jnp.ones((2, 3))).shape, output.shape
        ((2, 12), (2, 4))
    """

    gates: ClassVar[int] = 1
    bias_initializer: Any
    window: tuple[int, ...] = ()  # of the kernels, where they slide over space
    channel_axis: int = -1
    # Whether a step adds what `recur` gives to its projected inputs, and uses neither otherwise.
    adds_recurrent: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "advance" in vars(cls) and "adds_recurrent" not in vars(cls):
            cls.adds_recurrent = False

    def __init__(
        self,
        units: int,
        *,
        use_bias: bool,
        kernel_initializer: Any,
        recurrent_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        recurrent_regularizer: Any,
        bias_regularizer: Any,
        kernel_constraint: Any,
        recurrent_constraint: Any,
        bias_constraint: Any,
        dropout: float,
        recurrent_dropout: float,
        seed: int | None,
        masks: int,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.units = whole_number(f"{self.label}: units", units)
        self.use_bias = use_bias
        self._describe_weight("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._describe_weight(
            "recurrent", recurrent_initializer, recurrent_regularizer, recurrent_constraint
        )
        self._describe_weight("bias", bias_initializer, bias_regularizer, bias_constraint)
        self.dropout = self._rate("dropout", dropout)
        self.recurrent_dropout = self._rate("recurrent_dropout", recurrent_dropout)
        self.seed = seed
        self._masks = masks
        if self.dropout or self.recurrent_dropout:
            self.seed_generator = to_stream(seed, "dropout")

    @property
    def state_size(self) -> int | tuple[int, ...]:
        """Width of the state, or of each state."""
        return self.units

    @property
    def output_size(self) -> int:
        """Width of the output."""
        return self.units

    def build(self, input_shape: Shape) -> None:
        ndim = len(self.window) + 2
        InputSpec(ndim=ndim).check(self.label, input_shape)
        features = input_shape[self.channel_axis]
        if features is None:
            raise ValueError(
                f"{self.label} needs to know the number of features of its input, got steps of "
                f"shape {input_shape}."
            )
        self.input_spec = InputSpec(ndim=ndim, axes={self.channel_axis: features})
        width = self.gates * self.units
        self.kernel = self._add_described("kernel", (*self.window, features, width))
        self.recurrent_kernel = self._add_described(
            "recurrent", (*self.window, self.units, width), name="recurrent_kernel"
        )
        if self.use_bias:
            self.bias = self._add_described(
                "bias", self._bias_shape(), initializer=self._first_bias
            )

    def call(
        self, inputs: jax.Array, states: Any, training: bool = False
    ) -> tuple[jax.Array, jax.Array | list[jax.Array]]:
        previous = list(states) if isinstance(states, (list, tuple)) else [states]
        keep = self.dropout_masks(self.dropout, inputs, training)
        projected = self.project(inputs, keep)
        recurrence = self.recurrence(previous[0], training)
        output, new = self.advance(self.by_gate(projected), previous, recurrence)
        return output, (new if isinstance(states, (list, tuple)) else new[0])

    def project(self, inputs: jax.Array, keep: jax.Array | None = None) -> jax.Array:
        """The part of a step that needs no state, for all gates side by side.

        Args:
            inputs: ``(batch, features)``.
            keep: dropout masks, ``(masks, batch, features)``.

        Returns:
            ``(batch, gates * units)``
        """
        kernel = self.kernel[...].astype(self.compute_dtype)
        projected = self._gated(self._transform_inputs, inputs, kernel, keep)
        bias = self._input_bias()
        return projected if bias is None else projected + bias

    def by_gate(self, value: jax.Array) -> list[jax.Array]:
        """``(batch, gates * units)`` as one array for each gate, ``(batch, units)``."""
        return jnp.split(value, self.gates, axis=self.channel_axis)

    def recurrence(self, output: jax.Array, training: bool = False) -> Recurrence:
        """What every step of one sequence shares.

        Args:
            output: an array of the output's shape and type.
            training: whether dropout is active.
        """
        return Recurrence(
            self.recurrent_kernel[...].astype(self.compute_dtype),
            self._recurrent_bias(),
            self.dropout_masks(self.recurrent_dropout, output, training),
        )

    def advance(
        self, projected: Sequence[jax.Array], states: Sequence[jax.Array], recurrence: Recurrence
    ) -> tuple[jax.Array, list[jax.Array]]:
        """The rest of a step: output and new states, the first of which is the output.

        Args:
            projected: what `project` gives, by gate, ``(batch, units)`` each.
            states: the previous states, ``(batch, units)`` each.
            recurrence: what `recurrence` gives.
        """
        raise NotImplementedError(f"{self.label} has no step: define `advance` in its class.")

    def get_initial_state(self, batch_size: Any = None) -> list[jax.Array]:
        """States to start from, zeros of shape ``(batch_size, units)``."""
        sizes = self.state_size if isinstance(self.state_size, tuple) else (self.state_size,)
        return [jnp.zeros((batch_size, size), self.compute_dtype) for size in sizes]

    def dropout_masks(self, rate: float, like: jax.Array, training: bool) -> jax.Array | None:
        """Factors that drop a fraction of an array and scale up the rest; ``None`` for none.

        Args:
            rate: the fraction.
            like: an array of the shape and type of a mask.
            training: whether dropout is active.

        Returns:
            ``(masks, *like.shape)``
        """
        if not training or rate == 0:
            return None
        shape = (self._masks, *like.shape)
        keep = keep_mask(shape, rate, self.seed_generator)
        return jnp.where(keep, 1 / max(1 - rate, 1e-30), 0).astype(like.dtype)

    def recur(self, output: jax.Array, kernel: jax.Array, keep: jax.Array | None) -> jax.Array:
        """``output @ kernel``, with a dropout mask for every gate if there are any."""
        return self._gated(self._transform_states, output, kernel, keep)

    def _gated(
        self, transform: Callable, inputs: jax.Array, kernel: jax.Array, keep: jax.Array | None
    ) -> jax.Array:
        if keep is None:
            return transform(inputs, kernel)
        kernels = jnp.split(kernel, len(keep), axis=-1)
        parts = [transform(inputs * mask, part) for mask, part in zip(keep, kernels, strict=True)]
        return jnp.concatenate(parts, axis=self.channel_axis)

    def _transform_inputs(self, inputs: jax.Array, kernel: jax.Array) -> jax.Array:
        return inputs @ kernel

    def _transform_states(self, output: jax.Array, kernel: jax.Array) -> jax.Array:
        return output @ kernel

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def _first_bias(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        return self.bias_initializer(shape, dtype)

    def _input_bias(self) -> jax.Array | None:
        return self.bias[...].astype(self.compute_dtype) if self.use_bias else None

    def _recurrent_bias(self) -> jax.Array | None:
        return None

    def _rate(self, name: str, value: float) -> float:
        if not 0 <= value <= 1:
            raise ValueError(f"{self.label}: {name} must be from 0 to 1. Received: {value!r}")
        return value

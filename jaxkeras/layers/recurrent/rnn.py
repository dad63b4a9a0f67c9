"""The layer that drives a cell through a sequence."""

import contextlib
import inspect
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx
from flax.errors import TraceContextError

from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer
from jaxkeras.layers.recurrent.cell import RecurrentCell
from jaxkeras.layers.recurrent.scan import Loop, run_cell
from jaxkeras.layers.recurrent.stacked import as_cell, zero_states
from jaxkeras.symbolic import Shape
from jaxkeras.variable import NonTrainableWeight

__all__ = ["RNN", "CellRNN"]


class RNN(Layer):
    """Drive a cell through a sequence, step by step.

    Where the mask of the input is False, the states stay as they are and the output repeats the
    one before it (at the start the first state if it has the shape of an output, or zeros).

    A stateful layer carries its states from batch to batch, through training too, which Keras on
    JAX does not. They belong to no file. While a model's shapes are inferred they stay untouched.

    Args:
        cell: a layer with ``call(inputs, states)``, which returns an output and the new states, and
            with ``state_size``, the width of each state; optional are ``output_size`` and
            ``get_initial_state(batch_size)``. A list of cells is stacked.
        return_sequences: whether to return the outputs of all steps, not the last one alone.
        return_state: whether to return the last states too.
        go_backwards: whether to read the sequence from its end. The outputs come in the order of
            reading.
        stateful: whether a batch starts from the states that the one before left. The batch size
            must be known: ``Input(batch_shape=...)``.
        unroll: whether to compile each step by itself: faster for few steps, slow to compile.
        zero_output_for_mask: whether masked steps give zeros.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, time, ...)``; ``initial_state=``, a call argument, takes the first states

    Output shape:
        ``(batch, units)``, or ``(batch, time, units)`` with ``return_sequences``; with
        ``return_state`` followed by each last state

    Raises:
        TypeError: ``cell`` is no cell.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> class Sum(jaxkeras.layers.Layer):
        ...     state_size = 1
        ...     def call(self, inputs, states):
        ...         total = states[0] + inputs
        ...         return total, [total]
        >>> layer = jaxkeras.layers.RNN(Sum(), return_sequences=True)
        >>> layer(jnp.array([[[1.0], [2.0], [3.0]]])).ravel()
        Array([1., 3., 6.], dtype=float32)
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.cell: Any = as_cell(cell)
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.input_spec = InputSpec(min_ndim=3)

    def build(self, input_shape: Shape) -> None:
        assert self.input_spec is not None
        self.input_spec.check(self.label, input_shape)
        step_shape = (input_shape[0], *input_shape[2:])
        if not self.cell.built:
            self.cell.build(step_shape)
        if self.stateful and self.states is None:
            if None in step_shape:
                raise ValueError(
                    f"{self.label} is stateful and needs to know the batch size, got input shape "
                    f"{input_shape}. Start the model with Input(batch_shape=(batch, time, "
                    "features))."
                )
            step = jax.ShapeDtypeStruct(step_shape, jnp.dtype(self.compute_dtype))
            leaves = jax.tree.leaves(self._zero_states(step))
            states = nnx.List([NonTrainableWeight(leaf, name="rnn_state") for leaf in leaves])
            # Past `Layer`, which would count them among the weights.
            nnx.Module.__setattr__(self, "_states", states)

    def call(
        self,
        sequences: jax.Array,
        initial_state: Any = None,
        mask: jax.Array | None = None,
        training: bool = False,
    ) -> Any:
        steps = sequences.swapaxes(0, 1)  # (time, batch, ...)
        loop = Loop(
            training,
            self.go_backwards,
            self.unroll,
            self.return_sequences,
            self.zero_output_for_mask,
        )
        states = self._first_states(steps[0], initial_state)
        outputs, states = run_cell(self.cell, steps, states, self._by_time(mask, sequences), loop)
        if self.return_sequences:
            outputs = (jnp.flip(outputs, 0) if self.go_backwards else outputs).swapaxes(0, 1)
        outputs, states = jax.tree.map(
            lambda value: value.astype(self.compute_dtype), (outputs, states)
        )
        if self.stateful:
            self._remember(states)
        return (outputs, *states) if self.return_state else outputs

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the input, if the output has its steps."""
        return previous_mask if self.return_sequences else None

    def get_initial_state(self, batch_size: Any) -> list[Any]:
        """States from which a sequence starts.

        Args:
            batch_size: number of samples.
        """
        return zero_states(self.cell, batch_size)

    @property
    def state_size(self) -> Any:
        """Width of each state."""
        return self.cell.state_size

    @property
    def states(self) -> list[nnx.Variable] | None:
        """The states that a stateful layer has kept, or ``None``."""
        return list(vars(self).get("_states", ())) or None

    def reset_state(self) -> None:
        """Set the states of a stateful layer to zero, before a new sequence begins."""
        for state in self.states or ():
            state.set_value(jnp.zeros_like(state[...]))

    reset_states = reset_state

    def _zero_states(self, step: Any) -> list[Any]:
        """States from which a sequence starts, given one of its steps, ``(batch, ...)``."""
        return self.get_initial_state(step.shape[0])

    def _first_states(self, step: jax.Array, initial_state: Any) -> list[Any]:
        zeros = self._zero_states(step)
        wanted, structure = jax.tree.flatten(zeros)
        if initial_state is None:
            if self.states is None or not isinstance(step.shape[0], int):
                return zeros
            initial_state = [state[...] for state in self.states]
        given = [jnp.asarray(state) for state in jax.tree.leaves(initial_state)]
        shapes = [tuple(state.shape) for state in wanted], [tuple(state.shape) for state in given]
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"{self.label} expected {len(wanted)} states of shapes {_listed(shapes[0])}, got "
                f"{_listed(shapes[1])}."
            )
        return jax.tree.unflatten(structure, given)

    def _by_time(self, mask: Any, sequences: jax.Array) -> jax.Array | None:
        """The mask with time as its first axis."""
        if mask is None:
            return None
        if tuple(mask.shape) != tuple(sequences.shape[:2]):
            raise ValueError(
                f"{self.label} expected a mask of shape (batch, time) for its input of shape "
                f"{tuple(sequences.shape)}, got {tuple(mask.shape)}."
            )
        return mask.astype(bool).swapaxes(0, 1)

    def _remember(self, states: list[Any]) -> None:
        """Keep the states, unless the call only infers shapes, as for an unknown batch size."""
        for variable, state in zip(self.states or (), jax.tree.leaves(states), strict=True):
            if state.shape == variable.shape:
                with contextlib.suppress(TraceContextError):
                    variable.set_value(state.astype(variable.dtype))


class CellRNN(RNN):
    """An `RNN` that makes its cell itself, and answers to the names of the cell's arguments.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.layers.LSTM(4, dropout=0.2).dropout
        0.2
    """

    def __init__(self, cell: RecurrentCell, *args: Any, **kwargs: Any):
        super().__init__(cell, *args, **kwargs)
        self.input_spec = InputSpec(ndim=len(cell.window) + 3)

    def build(self, input_shape: Shape) -> None:
        super().build(input_shape)
        axis = self.cell.channel_axis
        axis = axis + 1 if axis > 0 else axis
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: input_shape[axis]})

    def __getattr__(self, name: str) -> Any:
        cell = vars(self).get("cell")
        if cell is None or name not in inspect.signature(type(cell).__init__).parameters:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.")
        return getattr(cell, name)


def _listed(shapes: list[tuple]) -> str:
    return ", ".join(map(str, shapes)) or "none"

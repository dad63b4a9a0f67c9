"""Long short-term memory."""

from collections.abc import Sequence
from typing import Any

import jax

from jaxkeras import activations
from jaxkeras.layers.recurrent.cell import Recurrence, RecurrentCell
from jaxkeras.layers.recurrent.rnn import CellRNN

__all__ = ["LSTM", "LSTMCell"]


class LSTMCell(RecurrentCell):
    """One step of `LSTM`, which explains the arguments.

    Input shape:
        ``(batch, features)``, and the states: previous output and memory, ``(batch, units)`` each

    Output shape:
        ``(batch, units)``, and the new states

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> cell = jaxkeras.layers.LSTMCell(4)
        >>> output, states = cell(jnp.ones((2, 3)), cell.get_initial_state(2))
        >>> output.shape, len(states)
        ((2, 4), 2)
    """

    gates = 4
    adds_recurrent = True

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        implementation: int = 2,
        **kwargs: Any,
    ):
        super().__init__(
            units,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            masks=self.gates if implementation == 1 or recurrent_dropout else 1,
            **kwargs,
        )
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias

    @property
    def state_size(self) -> tuple[int, int]:
        """Widths of output and memory."""
        return self.units, self.units

    def advance(
        self, projected: Sequence[jax.Array], states: Sequence[jax.Array], recurrence: Recurrence
    ) -> tuple[jax.Array, list[jax.Array]]:
        output, memory = states
        recurrent = self.by_gate(self.recur(output, recurrence.kernel, recurrence.keep))
        enter, forget, candidate, leave = (
            new + old for new, old in zip(projected, recurrent, strict=True)
        )
        entering = self.recurrent_activation(enter) * self.activation(candidate)
        memory = self.recurrent_activation(forget) * memory + entering
        output = self.recurrent_activation(leave) * self.activation(memory)
        return output, [output, memory]

    def _first_bias(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        bias = super()._first_bias(shape, dtype)
        return bias.at[self.units : 2 * self.units].set(1) if self.unit_forget_bias else bias


class LSTM(CellRNN):
    """Long short-term memory: a recurrent layer whose gates write, keep and read a memory.

    With input gate ``i``, forget gate ``f``, candidate ``c``, output gate ``o``, in which order
    they lie side by side in the weights, a step is ``memory = f * memory + i * c`` and
    ``output = o * activation(memory)``. ``c`` uses ``activation``, the gates
    ``recurrent_activation``.

    Args:
        units: width of output and memory.
        activation: name or function; ``None`` leaves the sum as it is.
        recurrent_activation: name or function for the gates.
        use_bias: whether a bias is added.
        kernel_initializer: first value of the kernel, ``(features, 4 * units)``.
        recurrent_initializer: first value of the recurrent kernel, ``(units, 4 * units)``.
        bias_initializer: first value of the bias, ``(4 * units,)``.
        unit_forget_bias: whether the bias of the forget gate starts at 1.
        kernel_regularizer: penalty on the kernel.
        recurrent_regularizer: penalty on the recurrent kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the kernel after every update.
        recurrent_constraint: applied to the recurrent kernel after every update.
        bias_constraint: applied to the bias after every update.
        dropout: fraction of the inputs that is dropped, the same ones at every step. At 1 all are;
            Keras 3.15 drops none.
        recurrent_dropout: fraction of the previous output that is dropped, likewise.
        seed: makes the dropout masks independent of the global seed.
        return_sequences: whether to return the outputs of all steps, not the last one alone.
        return_state: whether to return the last output and memory too.
        go_backwards: whether to read the sequence from its end.
        stateful: whether a batch starts from the states that the one before left; see `RNN`.
        unroll: whether to compile each step by itself.
        use_cudnn: without effect.
        implementation: 1 draws dropout masks for each gate, 2 for all together; with
            ``recurrent_dropout`` it is 1. Without dropout there is no difference.
        **kwargs: see `RNN` and `Layer`.

    Input shape:
        ``(batch, time, features)``

    Output shape:
        ``(batch, units)``, or ``(batch, time, units)`` with ``return_sequences``; with
        ``return_state`` followed by last output and memory, ``(batch, units)`` each

    Source:
        Hochreiter and Schmidhuber, "Long Short-Term Memory", Neural Computation 9 (1997); Gers et
        al., "Learning to Forget", Neural Computation 12 (2000).

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.LSTM(4, return_sequences=True, return_state=True)
        >>> [output.shape for output in layer(jnp.ones((2, 5, 3)))]
        [(2, 5, 4), (2, 4), (2, 4)]
        >>> [(w.name, w.shape) for w in layer.weights]
        [('kernel', (3, 16)), ('recurrent_kernel', (4, 16)), ('bias', (16,))]
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: str | bool = "auto",
        implementation: int = 2,
        **kwargs: Any,
    ):
        cell = LSTMCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            implementation=implementation,
            name="lstm_cell",
            dtype=kwargs.get("dtype"),
        )
        super().__init__(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )

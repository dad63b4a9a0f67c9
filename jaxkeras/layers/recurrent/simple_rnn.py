"""The plain recurrent layer."""

from collections.abc import Sequence
from typing import Any

import jax

from jaxkeras import activations
from jaxkeras.layers.recurrent.cell import Recurrence, RecurrentCell
from jaxkeras.layers.recurrent.rnn import CellRNN

__all__ = ["SimpleRNN", "SimpleRNNCell"]


class SimpleRNNCell(RecurrentCell):
    """One step of `SimpleRNN`, which explains the arguments.

    Input shape:
        ``(batch, features)``, and the states: the previous output, ``(batch, units)``

    Output shape:
        ``(batch, units)``, and the new states

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> cell = jaxkeras.layers.SimpleRNNCell(4)
        >>> output, states = cell(jnp.ones((2, 3)), cell.get_initial_state(2))
        >>> output.shape, len(states)
        ((2, 4), 1)
    """

    adds_recurrent = True

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
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
            masks=1,
            **kwargs,
        )
        self.activation = activations.get(activation)

    def advance(
        self, projected: Sequence[jax.Array], states: Sequence[jax.Array], recurrence: Recurrence
    ) -> tuple[jax.Array, list[jax.Array]]:
        recurrent = self.recur(states[0], recurrence.kernel, recurrence.keep)
        output = self.activation(projected[0] + recurrent)
        return output, [output]


class SimpleRNN(CellRNN):
    """Recurrent layer: ``h = activation(x @ kernel + h @ recurrent_kernel + bias)`` at each step.

    Args:
        units: width of the output.
        activation: name or function; ``None`` leaves the sum as it is.
        use_bias: whether a bias is added.
        kernel_initializer: first value of the kernel, ``(features, units)``.
        recurrent_initializer: first value of the recurrent kernel, ``(units, units)``.
        bias_initializer: first value of the bias, ``(units,)``.
        kernel_regularizer: penalty on the kernel.
        recurrent_regularizer: penalty on the recurrent kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output, which Keras 3.15 drops.
        kernel_constraint: applied to the kernel after every update.
        recurrent_constraint: applied to the recurrent kernel after every update.
        bias_constraint: applied to the bias after every update.
        dropout: fraction of the inputs that is dropped, the same ones at every step.
        recurrent_dropout: fraction of the previous output that is dropped, likewise.
        return_sequences: whether to return the outputs of all steps, not the last one alone.
        return_state: whether to return the last state too.
        go_backwards: whether to read the sequence from its end.
        stateful: whether a batch starts from the states that the one before left; see `RNN`.
        unroll: whether to compile each step by itself.
        seed: makes the dropout masks independent of the global seed.
        **kwargs: see `RNN` and `Layer`.

    Input shape:
        ``(batch, time, features)``

    Output shape:
        ``(batch, units)``, or ``(batch, time, units)`` with ``return_sequences``; with
        ``return_state`` followed by the last state, ``(batch, units)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.SimpleRNN(4)(jnp.ones((2, 5, 3))).shape
        (2, 4)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        cell = SimpleRNNCell(
            units,
            activation=activation,
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
            name="simple_rnn_cell",
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

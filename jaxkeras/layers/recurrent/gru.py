"""The gated recurrent unit."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras import activations
from jaxkeras.layers.recurrent.cell import Recurrence, RecurrentCell
from jaxkeras.layers.recurrent.rnn import CellRNN

__all__ = ["GRU", "GRUCell"]


class GRUCell(RecurrentCell):
    """One step of `GRU`, which explains the arguments.

    Input shape:
        ``(batch, features)``, and the states: the previous output, ``(batch, units)``

    Output shape:
        ``(batch, units)``, and the new states

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> cell = jaxkeras.layers.GRUCell(4)
        >>> output, states = cell(jnp.ones((2, 3)), cell.get_initial_state(2))
        >>> output.shape, len(states)
        ((2, 4), 1)
    """

    gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
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
        reset_after: bool = True,
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
        self.reset_after = reset_after

    def advance(
        self, projected: Sequence[jax.Array], states: Sequence[jax.Array], recurrence: Recurrence
    ) -> tuple[jax.Array, list[jax.Array]]:
        output, (kernel, bias, keep) = states[0], recurrence
        new_update, new_reset, new_candidate = projected
        if self.reset_after:
            recurrent = self.recur(output, kernel, keep)
            recurrent = recurrent if bias is None else recurrent + bias
            old_update, old_reset, old_candidate = self.by_gate(recurrent)
        else:
            of_gates, of_candidate = (None, None) if keep is None else (keep[:2], keep[2:])
            old_update, old_reset = jnp.split(self.recur(output, kernel[0], of_gates), 2, axis=-1)
        update = self.recurrent_activation(new_update + old_update)
        reset = self.recurrent_activation(new_reset + old_reset)
        if self.reset_after:
            remembered = reset * old_candidate
        else:
            remembered = self.recur(reset * output, kernel[1], of_candidate)
        candidate = self.activation(new_candidate + remembered)
        output = update * output + (1 - update) * candidate
        return output, [output]

    def recurrence(self, output: jax.Array, training: bool = False) -> Recurrence:
        kernel, *rest = super().recurrence(output, training)
        if not self.reset_after:
            kernel = jnp.split(kernel, [2 * self.units], axis=-1)
        return Recurrence(kernel, *rest)

    def _bias_shape(self) -> tuple[int, ...]:
        shape = super()._bias_shape()
        return (2, *shape) if self.reset_after else shape

    def _input_bias(self) -> jax.Array | None:
        bias = super()._input_bias()
        return bias if bias is None or not self.reset_after else bias[0]

    def _recurrent_bias(self) -> jax.Array | None:
        bias = super()._input_bias()
        return bias[1] if bias is not None and self.reset_after else None


class GRU(CellRNN):
    """Gated recurrent unit: a recurrent layer whose output is kept or replaced by gates.

    With update gate ``z``, reset gate ``r`` and candidate ``c``, in which order they lie side by
    side in the weights, a step is ``output = z * output + (1 - z) * c``. ``c`` uses
    ``activation``, the gates ``recurrent_activation``.

    Args:
        units: width of the output.
        activation: name or function; ``None`` leaves the sum as it is.
        recurrent_activation: name or function for the gates.
        use_bias: whether a bias is added.
        kernel_initializer: first value of the kernel, ``(features, 3 * units)``.
        recurrent_initializer: first value of the recurrent kernel, ``(units, 3 * units)``.
        bias_initializer: first value of the bias, ``(2, 3 * units)``: one for the inputs and one
            for the previous output; ``(3 * units,)`` without ``reset_after``.
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
        return_state: whether to return the last state too.
        go_backwards: whether to read the sequence from its end.
        stateful: whether a batch starts from the states that the one before left; see `RNN`.
        unroll: whether to compile each step by itself.
        reset_after: whether ``r`` multiplies the product of previous output and kernel, as in
            cuDNN, or the previous output, as in the first paper.
        use_cudnn: without effect.
        implementation: 1 draws dropout masks for each gate, 2 for all together; with
            ``recurrent_dropout`` it is 1. Without dropout there is no difference.
        **kwargs: see `RNN` and `Layer`.

    Input shape:
        ``(batch, time, features)``

    Output shape:
        ``(batch, units)``, or ``(batch, time, units)`` with ``return_sequences``; with
        ``return_state`` followed by the last state, ``(batch, units)``

    Source:
        Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical
        Machine Translation" (2014).

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.GRU(4)
        >>> layer(jnp.ones((2, 5, 3))).shape
        (2, 4)
        >>> [(w.name, w.shape) for w in layer.weights]
        [('kernel', (3, 12)), ('recurrent_kernel', (4, 12)), ('bias', (2, 12))]
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
        reset_after: bool = True,
        use_cudnn: str | bool = "auto",
        implementation: int = 2,
        **kwargs: Any,
    ):
        cell = GRUCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
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
            reset_after=reset_after,
            seed=seed,
            implementation=implementation,
            name="gru_cell",
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

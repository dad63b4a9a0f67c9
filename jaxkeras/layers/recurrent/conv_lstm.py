"""Long short-term memory over sequences of images, or of arrays of other ranks."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from jaxkeras.layers._spatial import SpatialLayer
from jaxkeras.layers.recurrent.lstm import LSTMCell
from jaxkeras.layers.recurrent.rnn import CellRNN
from jaxkeras.ops._windows import convolve
from jaxkeras.symbolic import Shape

__all__ = ["ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"]


class _ConvLSTMCell(LSTMCell, SpatialLayer):
    """An LSTM step whose matrix products are convolutions."""

    channel_axis = SpatialLayer.channel_axis  # type: ignore[assignment]

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(filters, implementation=1, name=name, **kwargs)
        self.filters = self.units
        self.kernel_size = self.window = self._sizes("kernel_size", kernel_size)
        self.strides = self._sizes("strides", strides)
        self.padding = self._one_of("padding", padding, ("valid", "same"))
        self.data_format = self._layout(data_format)
        self.dilation_rate = self._sizes("dilation_rate", dilation_rate)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{self.label} takes strides or a dilation_rate above 1, not both. "
                f"Received: strides={self.strides}, dilation_rate={self.dilation_rate}"
            )

    def build(self, input_shape: Shape) -> None:
        super().build(input_shape)
        self._step_shape = input_shape[1:]

    def get_initial_state(self, batch_size: Any = None) -> list[jax.Array]:
        """States to start from, for steps of the shape for which the cell was built."""
        return self.zeros_for(jax.ShapeDtypeStruct((batch_size, *self._step_shape), jnp.float32))

    def zeros_for(self, step: Any) -> list[jax.Array]:
        """States to start from, for a step like this, ``(batch, *space, channels)``."""
        shape = list(jax.eval_shape(self.project, step).shape)
        shape[self.channel_axis] = self.filters
        return [jnp.zeros(shape, self.compute_dtype)] * 2

    def _transform_inputs(self, inputs: jax.Array, kernel: jax.Array) -> jax.Array:
        return convolve(
            inputs, kernel, self.strides, self.padding, self.data_format, self.dilation_rate
        )

    def _transform_states(self, output: jax.Array, kernel: jax.Array) -> jax.Array:
        ones = (1,) * self.rank
        return convolve(output, kernel, ones, "same", self.data_format, ones)

    def _input_bias(self) -> jax.Array | None:
        bias = super()._input_bias()
        if bias is None or self.data_format == "channels_last":
            return bias
        return bias.reshape(-1, *(1,) * self.rank)


class _ConvLSTM1DCell(_ConvLSTMCell):
    rank = 1


class _ConvLSTM2DCell(_ConvLSTMCell):
    rank = 2


class _ConvLSTM3DCell(_ConvLSTMCell):
    rank = 3


class _ConvLSTM(CellRNN):
    """What the three have in common; `ConvLSTM2D` explains the arguments."""

    cell_class: ClassVar[type[_ConvLSTMCell]]

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        **kwargs: Any,
    ):
        cell = self.cell_class(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
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
            name="conv_lstm_cell",
            dtype=kwargs.get("dtype"),
        )
        super().__init__(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )

    def _zero_states(self, step: Any) -> list[jax.Array]:
        assert isinstance(self.cell, _ConvLSTMCell)
        return self.cell.zeros_for(step)


class ConvLSTM1D(_ConvLSTM):
    """`ConvLSTM2D` for sequences of sequences; it takes the same arguments.

    Input shape:
        ``(batch, time, length, channels)``, or ``(batch, time, channels, length)``

    Output shape:
        ``(batch, new_length, filters)``; see `ConvLSTM2D`

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.ConvLSTM1D(4, 3)(jnp.ones((2, 5, 8, 3))).shape
        (2, 6, 4)
    """

    cell_class = _ConvLSTM1DCell


class ConvLSTM2D(_ConvLSTM):
    """`LSTM` over a sequence of images, its matrix products replaced by convolutions.

    Args:
        filters: number of channels of the output.
        kernel_size: height and width of the window, or one number for both.
        strides: step of the window over the input, for both axes or each.
        padding: ``"valid"``, or ``"same"``, which pads with zeros; the previous output is always
            padded.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        dilation_rate: distance of neighbours in the window over the input.
        activation: name or function; ``None`` leaves the sum as it is.
        recurrent_activation: name or function for the gates.
        use_bias: whether a bias is added.
        kernel_initializer: first value of the kernel, ``(*kernel_size, channels, 4 * filters)``.
        recurrent_initializer: first value of the recurrent kernel,
            ``(*kernel_size, filters, 4 * filters)``.
        bias_initializer: first value of the bias, ``(4 * filters,)``.
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
        **kwargs: see `RNN` and `Layer`.

    Input shape:
        ``(batch, time, height, width, channels)``, or ``(batch, time, channels, height, width)``

    Output shape:
        ``(batch, new_height, new_width, filters)``, with ``return_sequences``
        ``(batch, time, new_height, new_width, filters)``; with ``return_state`` followed by last
        output and memory. The channels are where those of the input are.

    Source:
        Shi et al., "Convolutional LSTM Network: A Machine Learning Approach for Precipitation
        Nowcasting" (2015), without its peephole connections.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.ConvLSTM2D(4, 3)(jnp.ones((2, 5, 8, 8, 3))).shape
        (2, 6, 6, 4)
    """

    cell_class = _ConvLSTM2DCell


class ConvLSTM3D(_ConvLSTM):
    """`ConvLSTM2D` for sequences of volumes; it takes the same arguments.

    Input shape:
        ``(batch, time, depth, height, width, channels)``, or
        ``(batch, time, channels, depth, height, width)``

    Output shape:
        ``(batch, new_depth, new_height, new_width, filters)``; see `ConvLSTM2D`

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.ConvLSTM3D(4, 2)(jnp.ones((1, 2, 3, 3, 3, 1))).shape
        (1, 2, 2, 2, 4)
    """

    cell_class = _ConvLSTM3DCell

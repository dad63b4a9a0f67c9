"""Convolutions with a kernel of their own at every place, which Keras had until version 2."""

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras import activations
from jaxkeras.layers._spatial import SpatialLayer
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.symbolic import Shape

__all__ = ["LocallyConnected1D", "LocallyConnected2D"]


class _LocallyConnected(SpatialLayer):
    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = filters
        self.kernel_size = self._sizes("kernel_size", kernel_size)
        self.strides = self._sizes("strides", strides)
        self.padding = self._one_of("padding", padding, ("valid",))
        self.data_format = self._layout(data_format)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self._describe_weight("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._describe_weight("bias", bias_initializer, bias_regularizer, bias_constraint)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def build(self, input_shape: Shape) -> None:
        sizes: Any = [input_shape[axis] for axis in self.spatial_axes]
        channels: Any = input_shape[self.channel_axis]
        if None in sizes or channels is None:
            raise ValueError(
                f"{self.label} has a kernel for every place, so it needs to know the size of its "
                f"input, got {input_shape}."
            )
        windows = zip(sizes, self.kernel_size, self.strides, strict=True)
        self._places = tuple((size - width) // step + 1 for size, width, step in windows)
        self.kernel = self._add_described(
            "kernel",
            (
                math.prod(self._places),
                math.prod(self.kernel_size) * channels,
                self.filters,
            ),
        )
        if self.use_bias:
            self.bias = self._add_described("bias", (*self._places, self.filters))

    def call(self, inputs: jax.Array) -> jax.Array:
        first = self.data_format == "channels_first"
        patches = jnp.moveaxis(inputs, 1, -1) if first else inputs  # (batch, *spatial, channels)
        for axis, (places, width, step) in enumerate(
            zip(self._places, self.kernel_size, self.strides, strict=True)
        ):
            index = step * jnp.arange(places)[:, None] + jnp.arange(width)
            patches = jnp.take(patches, index, 2 * axis + 1)  # (..., places, width, ...)
        wide = [2 * axis + 2 for axis in range(self.rank)]
        order = [2 * axis + 1 for axis in range(self.rank)]
        last = 2 * self.rank + 1
        order += [last, *wide] if first else [*wide, last]
        features = self.kernel.shape[1]
        patches = patches.transpose(0, *order).reshape(-1, math.prod(self._places), features)
        kernel = self.kernel[...].astype(self.compute_dtype)
        outputs = jnp.einsum("npi,pio->npo", patches, kernel)
        outputs = outputs.reshape(-1, *self._places, self.filters)
        outputs = jnp.moveaxis(outputs, -1, 1) if first else outputs
        if self.use_bias:  # whose entries Keras takes in their order, whatever the layout
            bias = self.bias[...].astype(self.compute_dtype)
            outputs = outputs + bias.reshape(outputs.shape[1:])
        return self.activation(outputs)


class LocallyConnected1D(_LocallyConnected):
    """`Conv1D` with a kernel of its own at every place.

    Args:
        filters: number of channels of the output.
        kernel_size: length of the window.
        strides: step of the window.
        padding: only ``"valid"``.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        activation: name or function; ``None`` leaves the output as it is.
        use_bias: whether a bias is added, one for each place.
        kernel_initializer: first value of the kernel, ``(places, window * channels, filters)``.
        bias_initializer: first value of the bias, ``(places, filters)``.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the kernel after every update.
        bias_constraint: applied to the bias after every update.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, time, channels)``, the time known

    Output shape:
        ``(batch, places, filters)``

    Raises:
        ValueError: an argument is out of range, or the size of the input is not known.

    Source:
        ``keras.layers.LocallyConnected1D`` of Keras 2

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.locally_connected import LocallyConnected1D
        >>> layer = LocallyConnected1D(2, 3)
        >>> layer(jnp.ones((1, 5, 4))).shape, layer.kernel.shape
        ((1, 3, 2), (3, 12, 2))
    """

    rank = 1


class LocallyConnected2D(_LocallyConnected):
    """`Conv2D` with a kernel of its own at every place.

    Args: as in `LocallyConnected1D`; ``kernel_size`` and ``strides`` have two numbers.

    Input shape:
        ``(batch, height, width, channels)``, height and width known

    Output shape:
        ``(batch, rows, columns, filters)``

    Raises:
        ValueError: an argument is out of range, or the size of the input is not known.

    Source:
        ``keras.layers.LocallyConnected2D`` of Keras 2

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.locally_connected import LocallyConnected2D
        >>> LocallyConnected2D(2, 3, 2)(jnp.ones((1, 5, 5, 4))).shape
        (1, 2, 2, 2)
    """

    rank = 2

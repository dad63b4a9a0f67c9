"""Dense, Activation and the input of a model."""

from collections.abc import Sequence
from typing import Any

import jax

from jaxkeras import activations
from jaxkeras.config import standardize_dtype
from jaxkeras.layers.arguments import as_shape
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer
from jaxkeras.registry import teaches_keywords
from jaxkeras.symbolic import KerasTensor, Shape

__all__ = ["Activation", "Dense", "Input", "InputLayer"]


class Dense(Layer):
    """Fully connected layer: ``activation(inputs @ kernel + bias)``.

    Args:
        units: width of the output.
        activation: name or function; ``None`` leaves the output as it is.
        use_bias: whether a bias is added.
        kernel_initializer: first value of the kernel, ``(features, units)``.
        bias_initializer: first value of the bias, ``(units,)``.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the kernel after every update.
        bias_constraint: applied to the bias after every update.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ..., features)``

    Output shape:
        ``(batch, ..., units)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.Dense(3, kernel_initializer="ones", activation="relu")
        >>> layer(jnp.array([[1.0, 2.0]]))
        Array([[3., 3., 3.]], dtype=float32)
        >>> [(w.name, w.shape) for w in layer.weights]
        [('kernel', (2, 3)), ('bias', (3,))]
    """

    _activation_is_last = True

    def __init__(
        self,
        units: int,
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
        if isinstance(units, float) and units.is_integer():
            units = int(units)
        if isinstance(units, bool) or not hasattr(units, "__index__") or units < 1:
            raise ValueError(f"Dense needs a positive whole number of units. Received: {units!r}")
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self._describe_weight("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._describe_weight("bias", bias_initializer, bias_regularizer, bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Shape) -> None:
        InputSpec(min_ndim=2).check(self.label, input_shape)
        features = input_shape[-1]
        if features is None:
            raise ValueError(
                f"{self.label} needs to know the last dimension of its input, got {input_shape}."
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})
        self.kernel = self._add_described("kernel", (features, self.units))
        if self.use_bias:
            self.bias = self._add_described("bias", (self.units,))

    def call(self, inputs: jax.Array) -> jax.Array:
        outputs = inputs @ self.kernel[...].astype(self.compute_dtype)  # (batch, ..., units)
        if self.use_bias:
            outputs = outputs + self.bias[...].astype(self.compute_dtype)
        return self.activation(outputs)


class Activation(Layer):
    """Apply an activation function.

    Args:
        activation: name or function.
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Activation("relu")(jnp.array([-1.0, 2.0]))
        Array([0., 2.], dtype=float32)
    """

    _activation_is_last = True

    def __init__(self, activation: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: jax.Array) -> jax.Array:
        return self.activation(inputs)


class InputLayer(Layer):
    """The input of a model, as an entry of its layer list.

    As in Keras, inputs that lack a last dimension of 1, or have one too many, are adjusted.

    Args:
        shape: shape of one sample.
        batch_size: size of a batch, where it is fixed.
        dtype: type of the input.
        sparse: inputs are dense; only ``False`` or ``None``.
        ragged: likewise.
        batch_shape: shape with the batch size in front; instead of ``shape``.
        input_tensor: inputs come with the data; only ``None``.
        optional: no input may be missing; only ``False``.
        name: the layer's name.
        input_shape: Keras 2's name of ``shape``.
        batch_input_shape: Keras 2's name of ``batch_shape``.

    Raises:
        ValueError: there are two shapes or none, or the input is to be another than a dense array.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.layers.InputLayer((28, 28)).batch_shape
        (None, 28, 28)
    """

    def __init__(
        self,
        shape: Sequence[int | None] | int | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Sequence[int | None] | None = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        input_shape: Sequence[int | None] | int | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
    ):
        _refuse(sparse=sparse, ragged=ragged, input_tensor=input_tensor, optional=optional)
        shape = input_shape if shape is None else shape
        batch_shape = batch_input_shape if batch_shape is None else batch_shape
        if (shape is None) == (batch_shape is None):
            raise ValueError(
                "An input takes either shape, of one sample, or batch_shape, of a batch. "
                f"Received: shape={shape!r}, batch_shape={batch_shape!r}"
            )
        if batch_shape is None:
            batch_shape = (batch_size, *as_shape("the shape of an Input", shape))
        super().__init__(name=name, batch_shape=batch_shape)
        if dtype in ("string", str):
            raise TypeError(
                f"{self.label}: no compiled program holds text, so an input is numbers. Turn the "
                "data into numbers first, x = layer(texts) with TextVectorization or StringLookup, "
                "and begin the model with Input((length,), dtype='int32')."
            )
        self.input_dtype = standardize_dtype(dtype)
        self.built = True

    @property
    def batch_shape(self) -> Shape:
        """The input's dimensions, batch included."""
        return self._batch_shape or ()

    @property
    def output(self) -> KerasTensor:
        """A symbolic tensor of this shape."""
        return KerasTensor(self.batch_shape, self.input_dtype, name=self.name)

    def call(self, inputs: jax.Array) -> jax.Array:
        expected, ndim = self.batch_shape, inputs.ndim
        if ndim == len(expected) - 1 and expected[-1] == 1:
            return inputs[..., None]
        if ndim == len(expected) + 1 and inputs.shape[-1] == 1:
            return inputs[..., 0]
        if ndim < len(expected):
            shape = tuple(dim if isinstance(dim, int) else None for dim in inputs.shape)
            fix = f" Many samples: state the shape of one, Input({shape[1:]})." if ndim > 1 else ""
            raise ValueError(
                f"{self.label} expected inputs of shape {expected}, got shape {shape}. "
                f"A single sample needs a batch axis: x[None].{fix}"
            )
        return inputs

    def get_config(self) -> dict[str, Any]:
        """Shape, type and name; inputs are dense and none is optional."""
        return {
            "batch_shape": list(self.batch_shape),
            "dtype": self.input_dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": False,
        }


def _refuse(**wanted: Any) -> None:
    """Answer wishes for inputs that are anything else than dense arrays."""
    for name, value in wanted.items():
        if value is not None and value is not False:
            raise ValueError(
                f"An input stands for a dense array that comes with the data. Leave {name} out. "
                f"Received: {name}={value!r}"
            )


@teaches_keywords()
def Input(
    shape: Sequence[int | None] | int | None = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> KerasTensor:
    """A symbolic tensor that stands for what a model will be fed.

    Args:
        shape: shape of one sample, ``None`` where a dimension is not known.
        batch_size: size of a batch, where it is fixed.
        dtype: type of the input; by default `jaxkeras.config.floatx`.
        sparse: inputs are dense; only ``False`` or ``None``.
        ragged: likewise.
        batch_shape: shape with the batch size in front; instead of ``shape``.
        name: name of the input.
        tensor: inputs come with the data; only ``None``.
        optional: no input may be missing; only ``False``.

    Raises:
        ValueError: there are two shapes or none, or the input is to be another than a dense array.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.Input((28, 28), name="digits")
        <KerasTensor shape=(None, 28, 28), dtype=float32, name=digits>
    """
    return InputLayer(
        shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name
    ).output

"""Layers that only older files and programs have: Keras left them out in version 2 or 3.

Importing this module lets files with them be loaded; `jaxkeras.models.load_model` does so.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras import activations, initializers
from jaxkeras.files.dialects.keras1 import MERGES
from jaxkeras.layers._normalizing import Normalization
from jaxkeras.layers.activation import EntrywiseLayer
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer, catalog
from jaxkeras.layers.legacy_pooling import TheanoAveragePooling2D, TheanoMaxPooling2D
from jaxkeras.layers.locally_connected import LocallyConnected1D, LocallyConnected2D
from jaxkeras.layers.wrapping import Lambda
from jaxkeras.ops._moments import moments, standardizing, wide
from jaxkeras.registry import suggest
from jaxkeras.symbolic import Shape

__all__ = [
    "BatchNormalizationByMode",
    "Highway",
    "LocallyConnected1D",
    "LocallyConnected2D",
    "MaxoutDense",
    "ParametricSoftplus",
    "SReLU",
    "TheanoAveragePooling2D",
    "TheanoMaxPooling2D",
    "ThresholdedReLU",
    "merge",
]


def merge(
    inputs: Sequence[Any],
    mode: str | Callable[[Sequence[Any]], Any] = "sum",
    concat_axis: int = -1,
    dot_axes: int | Sequence[int] = -1,
    output_shape: Any = None,
    name: str | None = None,
) -> Any:
    """Join tensors, as the function of Keras 1 did.

    Args:
        inputs: two or more.
        mode: ``"sum"``, ``"mul"``, ``"concat"``, ``"ave"``, ``"max"``, ``"dot"``, ``"cos"`` (a dot
            product of vectors of length 1), or a function of the list of tensors.
        concat_axis: along which axis ``"concat"`` joins, with the batch as axis 0.
        dot_axes: along which axes ``"dot"`` and ``"cos"`` multiply and add up.
        output_shape: no matter here, where shapes are found out.
        name: of the layer.

    Raises:
        ValueError: there is no such ``mode``.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.layers.legacy import merge
        >>> left, right = jaxkeras.Input((3,)), jaxkeras.Input((2,))
        >>> merge([left, right], mode="concat").shape
        (None, 5)

    Source:
        ``keras.layers.merge`` of Keras 1; today there is a layer for each mode.
    """
    if callable(mode):
        return Lambda(mode, name=name)(inputs)
    if mode not in MERGES:
        raise ValueError(
            f"merge joins by one of {', '.join(MERGES)}, or by a function. Received: {mode!r}."
            f"{suggest(mode, MERGES)}"
        )
    options: dict[str, Any] = {}
    if mode == "concat":
        options = {"axis": concat_axis}
    elif mode in ("dot", "cos"):
        options = {"axes": dot_axes, "normalize": mode == "cos"}
    return catalog.find(MERGES[mode])(**options, name=name)(inputs)


class MaxoutDense(Layer):
    """The largest of several linear functions: ``max(inputs @ kernel + bias)``.

    Args:
        units: width of the output.
        nb_feature: number of linear functions.
        kernel_initializer: first value of the kernel, ``(nb_feature, features, units)``.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias, ``(nb_feature, units)``.
        kernel_constraint: applied to the kernel after every update.
        bias_constraint: applied to the bias after every update.
        use_bias: whether a bias is added.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, features)``

    Output shape:
        ``(batch, units)``

    Source:
        Goodfellow et al., 2013, https://arxiv.org/abs/1302.4389; ``MaxoutDense`` of Keras 1

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.legacy import MaxoutDense
        >>> layer = MaxoutDense(3, nb_feature=2)
        >>> layer(jnp.ones((1, 4))).shape, layer.kernel.shape
        ((1, 3), (2, 4, 3))
    """

    def __init__(
        self,
        units: int,
        nb_feature: int = 4,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_bias: bool = True,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.units = units
        self.nb_feature = nb_feature
        self._describe_weight("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._describe_weight("bias", "zeros", bias_regularizer, bias_constraint)
        self.use_bias = use_bias
        self.input_spec = InputSpec(ndim=2)

    def build(self, input_shape: Shape) -> None:
        features: Any = input_shape[-1]
        self.kernel = self._add_described("kernel", (self.nb_feature, features, self.units))
        if self.use_bias:
            self.bias = self._add_described("bias", (self.nb_feature, self.units))

    def call(self, inputs: jax.Array) -> jax.Array:
        kernel = self.kernel[...].astype(self.compute_dtype)
        outputs = jnp.einsum("ni,kio->nko", inputs, kernel)  # (batch, nb_feature, units)
        if self.use_bias:
            outputs = outputs + self.bias[...].astype(self.compute_dtype)
        return outputs.max(axis=1)


class Highway(Layer):
    """A dense layer of which a gate lets some through, and of the input the rest.

    Args:
        kernel_initializer: first value of both kernels, ``(features, features)``.
        activation: name or function; ``None`` leaves the output of the kernel as it is.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        kernel_constraint: applied to the kernel after every update.
        bias_constraint: applied to the bias after every update.
        use_bias: whether biases are added.
        transform_bias: first value of the gate's bias.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, features)``

    Output shape:
        same as the input

    Source:
        Srivastava et al., 2015, https://arxiv.org/abs/1505.00387; ``Highway`` of Keras 1

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.legacy import Highway
        >>> layer = Highway(activation="relu")
        >>> layer(jnp.ones((1, 4))).shape
        (1, 4)
        >>> [weight.name for weight in layer.weights]
        ['kernel', 'carry_kernel', 'bias', 'carry_bias']
    """

    def __init__(
        self,
        kernel_initializer: Any = "glorot_uniform",
        activation: Any = None,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_bias: bool = True,
        transform_bias: float = 1.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self._describe_weight("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._describe_weight("carry_kernel", kernel_initializer)
        self._describe_weight("bias", "zeros", bias_regularizer, bias_constraint)
        self._describe_weight("carry_bias", initializers.Constant(transform_bias))
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.transform_bias = transform_bias
        self.input_spec = InputSpec(ndim=2)

    def build(self, input_shape: Shape) -> None:
        features: Any = input_shape[-1]
        self.kernel = self._add_described("kernel", (features, features))
        self.carry_kernel = self._add_described("carry_kernel", (features, features))
        if self.use_bias:
            self.bias = self._add_described("bias", (features,))
            self.carry_bias = self._add_described("carry_bias", (features,))

    def call(self, inputs: jax.Array) -> jax.Array:
        dtype = self.compute_dtype
        outputs = inputs @ self.kernel[...].astype(dtype)
        gate = inputs @ self.carry_kernel[...].astype(dtype)
        if self.use_bias:
            outputs = outputs + self.bias[...].astype(dtype)
            gate = gate + self.carry_bias[...].astype(dtype)
        gate = jax.nn.sigmoid(gate)
        return gate * self.activation(outputs) + (1 - gate) * inputs


class ThresholdedReLU(Layer):
    """The input where it is above a threshold, and zero elsewhere.

    Args:
        theta: the threshold.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ...)``

    Output shape:
        same as the input

    Source:
        Konda et al., 2014, https://arxiv.org/abs/1402.3337; ``ThresholdedReLU`` of Keras 2

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.legacy import ThresholdedReLU
        >>> ThresholdedReLU(1.0)(jnp.array([0.5, 2.0]))
        Array([0., 2.], dtype=float32)
    """

    def __init__(self, theta: float = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.theta = theta

    def call(self, inputs: jax.Array) -> jax.Array:
        return jnp.where(inputs > self.theta, inputs, 0)


class ParametricSoftplus(EntrywiseLayer):
    """``alpha * softplus(beta * inputs)``, where alpha and beta are learned.

    Args:
        alpha_init: first value of alpha.
        beta_init: first value of beta.
        shared_axes: axes along which both are the same.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ...)``

    Output shape:
        same as the input

    Source:
        McFarland et al., 2013; ``ParametricSoftplus`` of Keras 1

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.legacy import ParametricSoftplus
        >>> ParametricSoftplus(1.0, 1.0)(jnp.array([[0.0]]))
        Array([[0.6931472]], dtype=float32)
    """

    def __init__(
        self,
        alpha_init: float = 0.2,
        beta_init: float = 5.0,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ):
        super().__init__(shared_axes, **kwargs)
        self._describe_weight("alpha", initializers.Constant(alpha_init))
        self._describe_weight("beta", initializers.Constant(beta_init))

    def build(self, input_shape: Shape) -> None:
        shape = self.entries(input_shape)
        self.alpha = self._add_described("alpha", shape)
        self.beta = self._add_described("beta", shape)

    def call(self, inputs: jax.Array) -> jax.Array:
        alpha, beta = (w[...].astype(self.compute_dtype) for w in (self.alpha, self.beta))
        return alpha * jax.nn.softplus(beta * inputs)


class SReLU(EntrywiseLayer):
    """Linear with one slope below a threshold, another above a second one, and 1 in between.

    Args:
        t_left_init: initializer of the left threshold.
        a_left_init: initializer of the slope to the left of it.
        t_right_init: initializer of the distance to the right threshold.
        a_right_init: initializer of the slope to the right of that.
        shared_axes: axes along which they are the same.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ...)``

    Output shape:
        same as the input

    Source:
        Jin et al., 2015, https://arxiv.org/abs/1512.07030; ``SReLU`` of Keras 1

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.legacy import SReLU
        >>> SReLU(a_left_init="zeros", t_right_init="ones")(jnp.array([[-1.0], [0.5], [9.0]]))
        Array([[0. ],
               [0.5],
               [9. ]], dtype=float32)
    """

    def __init__(
        self,
        t_left_init: Any = "zeros",
        a_left_init: Any = "glorot_uniform",
        t_right_init: Any = "glorot_uniform",
        a_right_init: Any = "ones",
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ):
        super().__init__(shared_axes, **kwargs)
        self._describe_weight("t_left", t_left_init)
        self._describe_weight("a_left", a_left_init)
        self._describe_weight("t_right", t_right_init)
        self._describe_weight("a_right", a_right_init)

    def build(self, input_shape: Shape) -> None:
        shape = self.entries(input_shape)
        self.t_left = self._add_described("t_left", shape)
        self.a_left = self._add_described("a_left", shape)
        self.t_right = self._add_described("t_right", shape)
        self.a_right = self._add_described("a_right", shape)

    def call(self, inputs: jax.Array) -> jax.Array:
        weights = (self.t_left, self.a_left, self.t_right, self.a_right)
        left, below, distance, above = (w[...].astype(self.compute_dtype) for w in weights)
        right = left + jnp.abs(distance)
        inner = left + jnp.where(inputs > left, jnp.minimum(inputs, right) - left, 0)
        return inner + below * jnp.minimum(inputs - left, 0) + above * jax.nn.relu(inputs - right)


class BatchNormalizationByMode(Normalization):
    """Normalization by the numbers at hand: over each sample, or over the batch in inference too.

    It has the weights of `BatchNormalization`, of which it uses but the first two.

    Args:
        mode: 1: over the last axis of each sample; 2: over the batch.
        axis: the axis that keeps its own mean, for mode 2.
        epsilon: added to the variance.
        momentum: no matter here.
        gamma_regularizer: penalty on the scale.
        beta_regularizer: penalty on the offset.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, ..., features)``

    Output shape:
        same as the input

    Raises:
        ValueError: the mode is neither 1 nor 2.

    Source:
        ``BatchNormalization(mode=1)`` and ``mode=2`` of Keras 1

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.legacy import BatchNormalizationByMode
        >>> BatchNormalizationByMode(2)(jnp.array([[1.0], [3.0]])).round(2)
        Array([[-1.],
               [ 1.]], dtype=float32)
    """

    def __init__(
        self,
        mode: int,
        axis: int = -1,
        epsilon: float = 1e-3,
        momentum: float = 0.99,
        gamma_initializer: Any = "ones",
        beta_initializer: Any = "zeros",
        gamma_regularizer: Any = None,
        beta_regularizer: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            axis,
            epsilon,
            gamma_initializer=gamma_initializer,
            beta_initializer=beta_initializer,
            gamma_regularizer=gamma_regularizer,
            beta_regularizer=beta_regularizer,
            **kwargs,
        )
        self.require_one_axis()
        if mode not in (1, 2):
            raise ValueError(f"BatchNormalizationByMode has the modes 1 and 2. Received: {mode!r}")
        self.mode = mode
        self.momentum = momentum

    def build(self, input_shape: Shape) -> None:
        super().build(input_shape)
        statistic = functools.partial(self.add_weight, self.sizes(input_shape), trainable=False)
        self.moving_mean = statistic("zeros", name="moving_mean")
        self.moving_variance = statistic("ones", name="moving_variance")

    def call(self, inputs: jax.Array) -> jax.Array:
        x = wide(inputs)
        if self.mode == 2:
            channels = self.axes[0] % x.ndim
            others = [axis for axis in range(x.ndim) if axis != channels]
            return self.transform(x, *standardizing(*moments(x, others), self.epsilon))
        mean, variance = moments(x, (-1,))
        factor = 1 / (jnp.sqrt(variance + self.epsilon) + self.epsilon)
        return self.transform(x, factor, -mean * factor, (-1,))

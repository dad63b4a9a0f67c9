"""Fully connected layers over any axes."""

import re
import string
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxkeras import activations
from jaxkeras.initializers import VarianceScaling
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer
from jaxkeras.symbolic import Shape

__all__ = ["EinsumDense"]


class EinsumDense(Layer):
    """Product with a kernel by an Einstein sum: ``activation(einsum(inputs, kernel) + bias)``.

    Args:
        equation: as in ``"ab,bc->ac"``: axes of the input, of the kernel, of the output. Input and
            output may both begin, or both end, with ``...``.
        output_shape: sizes of the output without the batch and what ``...`` stands for; ``None``
            where the input tells.
        activation: name or function; ``None`` leaves the output as it is.
        bias_axes: axes of the output that have a bias, such as ``"c"``; by default there is none.
        kernel_initializer: first value of the kernel.
        bias_initializer: first value of the bias.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        kernel_constraint: applied to the kernel after every update.
        bias_constraint: applied to the bias after every update.
        **kwargs: see `Layer`.

    Input shape:
        as the equation says

    Output shape:
        as the equation says

    Raises:
        ValueError: the equation is none, or does not fit the sizes.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.EinsumDense("abc,cde->abde", (None, 8, 2), bias_axes="de")
        >>> layer(jnp.ones((4, 5, 3))).shape
        (4, 5, 8, 2)
        >>> [(w.name, w.shape) for w in layer.weights]
        [('kernel', (3, 8, 2)), ('bias', (8, 2))]
    """

    _activation_is_last = True

    kernel_initializer: Any

    def __init__(
        self,
        equation: str,
        output_shape: int | Sequence[int | None] | None,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.equation = equation
        sizes: Any = output_shape if isinstance(output_shape, (tuple, list)) else (output_shape,)
        self.partial_output_shape: Shape = tuple(sizes)
        self.bias_axes = bias_axes
        self.activation = activations.get(activation)
        self._describe_weight("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._describe_weight("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Shape) -> None:
        try:
            labels = _parse(self.equation, len(input_shape))
            sizes = _sizes(labels, input_shape, self.partial_output_shape)
            bias_shape = _bias_shape(labels, sizes, self.bias_axes)
        except ValueError as error:
            raise ValueError(
                f'{self.label} cannot compute "{self.equation}" on shape {input_shape} with '
                f"output_shape={self.partial_output_shape}: {error}"
            ) from None
        self.input_spec = InputSpec(ndim=len(input_shape))
        self.kernel = self._add_described(
            "kernel",
            [sizes[label] for label in labels.kernel],
            initializer=_scaled_by(self.kernel_initializer, labels),
        )
        if self.bias_axes is not None:
            self.bias = self._add_described("bias", bias_shape)

    def call(self, inputs: jax.Array) -> jax.Array:
        outputs = jnp.einsum(self.equation, inputs, self.kernel[...].astype(self.compute_dtype))
        if self.bias_axes is not None:
            outputs = outputs + self.bias[...].astype(self.compute_dtype)
        return self.activation(outputs)


class _Labels(NamedTuple):
    """An equation with a letter for every axis, those behind ``...`` included."""

    inputs: str
    kernel: str
    output: str
    elided: str


def _parse(equation: str, ndim: int) -> _Labels:
    match = re.fullmatch(r"(\.{3})?(\w+)(\.{3})?,(\w+)->(\.{3})?(\w+)(\.{3})?", equation)
    if match is None or match[1] != match[5] or match[3] != match[7] or (match[1] and match[3]):
        raise ValueError("an equation is of the form ab,bc->ac or ...b,bc->...c or ab...,bc->ac...")
    _, inputs, right, kernel, _, output, _ = match.groups()
    left = match[1]
    free = [letter for letter in string.ascii_letters if letter not in equation]
    count = ndim - len(inputs)
    if count < 0 or (count and not (left or right)):
        raise ValueError(f"it is for inputs of {len(inputs)} dimensions.")
    elided = "".join(free[:count])
    if left:
        return _Labels(elided + inputs, kernel, elided + output, elided)
    return _Labels(inputs + elided, kernel, output + elided, elided)


def _sizes(labels: _Labels, input_shape: Shape, output_shape: Shape) -> dict[str, Any]:
    """The size of every axis that the kernel or the output has."""
    sizes = dict(zip(labels.inputs, input_shape, strict=True))
    asked = [label for label in labels.output[1:] if label not in labels.elided]
    if len(asked) != len(output_shape):
        raise ValueError(f"output_shape must have {len(asked)} sizes, for {', '.join(asked)}.")
    for label, size in zip(asked, output_shape, strict=True):
        if size is not None and sizes.setdefault(label, size) not in (None, size):
            raise ValueError(f"{label} is {sizes[label]} in the input.")
        sizes[label] = sizes.get(label) if size is None else size
    for label in labels.kernel + labels.output:
        if label not in sizes or (label in labels.kernel and sizes[label] is None):
            raise ValueError(f"the size of {label} is not known. Give it in output_shape.")
    return sizes


def _bias_shape(labels: _Labels, sizes: dict[str, Any], bias_axes: str | None) -> list[int]:
    """From the first axis with a bias to the end of the output, with size 1 in between."""
    for label in bias_axes or "":
        if label not in labels.output:
            raise ValueError(f"the output has no {label}, which bias_axes={bias_axes!r} names.")
    first = min((labels.output.index(label) for label in bias_axes or ""), default=0)
    return [sizes[label] if label in (bias_axes or "") else 1 for label in labels.output[first:]]


def _scaled_by(initializer: Any, labels: _Labels) -> Any:
    """An initializer that scales to the fans of the equation, unless told others."""
    if not isinstance(initializer, VarianceScaling) or None not in (
        initializer.input_axes,
        initializer.output_axes,
    ):
        return initializer
    is_output = [label in labels.output for label in labels.kernel]
    axes = {
        "input_axes": [axis for axis, out in enumerate(is_output) if not out],
        "output_axes": [axis for axis, out in enumerate(is_output) if out],
    }
    return type(initializer).from_config(initializer.get_config() | axes)

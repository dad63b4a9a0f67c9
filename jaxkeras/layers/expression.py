"""Arithmetic as a layer that a file can hold."""

from collections.abc import Sequence
from typing import Any

from jaxkeras import ops
from jaxkeras.files.expressions import Expression
from jaxkeras.layers.layer import Layer

__all__ = ["Formula"]


class Formula(Layer):
    """Arithmetic of the input, stated as data.

    It stands for a `Lambda` of an older file whose code is no more than that. Keras has no such
    layer: elsewhere, write ``Lambda`` with the formula that ``print(layer.expression)`` shows.

    Args:
        expression: nested lists, as `jaxkeras.files.expressions.Expression` takes them.
        **kwargs: see `Layer`.

    Input shape:
        what the expression takes

    Output shape:
        what the expression gives

    Raises:
        ExpressionError: the lists are no expression.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.expression import Formula
        >>> layer = Formula(["binary", "*", ["const", 2.0], ["input"]])
        >>> print(layer.expression)
        2.0 * x
        >>> layer(jnp.array([3.0]))
        Array([6.], dtype=float32)
    """

    def __init__(self, expression: Sequence[Any], **kwargs: Any):
        super().__init__(**kwargs)
        self.expression = Expression(expression)

    def call(self, inputs: Any) -> Any:
        return self.expression(inputs, ops)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """There is none, as with `Lambda`."""

"""Several layers as one."""

from collections.abc import Sequence
from typing import Any

from jaxkeras.layers.layer import Layer, catalog

__all__ = ["Pipeline"]


class Pipeline(Layer):
    """Apply layers one after the other; a `Sequential` that is no model.

    As with the layers that augment images, a call from outside of any other layer counts as
    training unless told otherwise.

    Args:
        layers: the layers, or their configurations.
        name: the layer's name.

    Input shape:
        what the first layer takes

    Output shape:
        what the last layer gives

    Raises:
        TypeError: an entry is no layer.

    Example:
        >>> import numpy as np
        >>> from jaxkeras import layers
        >>> pipeline = layers.Pipeline([layers.RandomInvert((1.0, 1.0)), layers.Rescaling(1 / 255)])
        >>> pipeline(np.array([[[[255.0], [0.0]]]])).ravel()
        Array([0., 1.], dtype=float32)
    """

    _unwritten = ("trainable", "dtype")

    def __init__(self, layers: Sequence[Any], name: str | None = None):
        super().__init__(name=name)
        self.layers = [
            catalog.deserialize(layer) if isinstance(layer, dict) else layer for layer in layers
        ]
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"{self.label} takes a list of layers. Received: {layer!r}")

    def call(self, inputs: Any, training: bool = True) -> Any:
        for layer in self.layers:
            inputs = layer(inputs, training=training)
        return inputs

"""Models that may be fed more samples than were asked for, because samples do not meet in them."""

from typing import Any

import jax
import numpy as np

from jaxkeras import layers
from jaxkeras.layers import Layer
from jaxkeras.training.calls import can_compile

__all__ = ["fill_up", "keeps_samples_apart", "roomy_size"]

# In inference an output of these follows from its own sample alone.
_APART = (
    layers.Activation,
    layers.Add,
    layers.AveragePooling1D,
    layers.AveragePooling2D,
    layers.BatchNormalization,
    layers.Bidirectional,
    layers.Concatenate,
    layers.Conv1D,
    layers.Conv2D,
    layers.Conv2DTranspose,
    layers.Conv3D,
    layers.Dense,
    layers.DepthwiseConv2D,
    layers.Dropout,
    layers.ELU,
    layers.Embedding,
    layers.Flatten,
    layers.GRU,
    layers.GlobalAveragePooling1D,
    layers.GlobalAveragePooling2D,
    layers.GlobalMaxPooling1D,
    layers.GlobalMaxPooling2D,
    layers.InputLayer,
    layers.LSTM,
    layers.LayerNormalization,
    layers.LeakyReLU,
    layers.MaxPooling1D,
    layers.MaxPooling2D,
    layers.MultiHeadAttention,
    layers.PReLU,
    layers.ReLU,
    layers.Rescaling,
    layers.SeparableConv2D,
    layers.SimpleRNN,
    layers.Softmax,
    layers.UpSampling2D,
    layers.ZeroPadding2D,
)


def keeps_samples_apart(model: Layer) -> bool:
    """Whether it is certain that no sample changes the outputs for another one, in inference.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.training.apart import keeps_samples_apart
        >>> dense = jaxkeras.layers.Dense(2)
        >>> keeps_samples_apart(jaxkeras.Sequential([dense]))
        True
        >>> inputs = jaxkeras.Input((3,))
        >>> keeps_samples_apart(jaxkeras.Model(inputs, dense(inputs) - jaxkeras.ops.mean(inputs)))
        False
    """
    return can_compile(model) and all(map(_is_apart, model._flatten_layers()))


def _is_apart(layer: Any) -> bool:
    if not type(layer).__module__.startswith("jaxkeras."):
        return False
    if getattr(layer, "_trains_alone", False):  # a model
        graph = getattr(layer, "_graph", None)
        return graph is None or all(step.layer is not None for step in graph.steps)
    axes = np.atleast_1d(getattr(layer, "axis", -1))
    crosses = any(axis < -1 or axis == 0 for axis in axes)
    return isinstance(layer, _APART) and not crosses and not getattr(layer, "stateful", False)


def roomy_size(count: int) -> int:
    """The size of batch that a program should have which is to serve for smaller ones, too.

    Sizes are few, and at most a third is wasted.

    Example:
        >>> from jaxkeras.training.apart import roomy_size
        >>> [roomy_size(count) for count in (1, 3, 5, 7, 19, 100)]
        [1, 3, 6, 8, 24, 128]
    """
    power = 1 << max(count - 1, 0).bit_length()
    return next(size for size in (power // 2 + power // 4, power) if size >= count)


def fill_up(item: Any, size: int) -> Any:
    """NumPy arrays made longer: the last row is repeated.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.training.apart import fill_up
        >>> fill_up(np.array([4, 5]), 3).tolist()
        [4, 5, 5]
    """
    return jax.tree.map(
        lambda rows: np.concatenate([rows, np.repeat(rows[-1:], size - len(rows), 0)]), item
    )

"""The weights of one layer as older generations of Keras stored them, in the shapes of today."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

__all__ = ["Origin", "arrays_to_today", "counts"]


class Origin(NamedTuple):
    """Who wrote an array.

    Attributes:
        generation: of Keras: 0, 1, 2 or 3.
        is_theano: whether with Theano, whose convolutions go through their kernels backwards.

    Example:
        >>> from jaxkeras.files.dialects.arrays import Origin
        >>> Origin()
        Origin(generation=3, is_theano=False)
    """

    generation: int = 3
    is_theano: bool = False


_CONVOLUTIONS = (
    "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose",
    "ConvLSTM2D",
)  # fmt: skip
_GATES = {"LSTM": 4, "ConvLSTM2D": 4, "GRU": 3}
# Of Keras 1's gates i, c, f, o, today's order.
_ORDER = {"LSTM": (0, 2, 1, 3), "ConvLSTM2D": (0, 2, 1, 3), "GRU": (0, 1, 2)}


def counts(class_name: str, count: int, origin: Origin) -> list[int]:
    """How many arrays an older file may hold for a layer that has ``count`` weights.

    Keras 1 stored those of each gate of a recurrent layer by themselves.

    Example:
        >>> from jaxkeras.files.dialects.arrays import Origin, counts
        >>> counts("LSTM", 3, Origin(1)), counts("Dense", 2, Origin(1))
        ([3, 12], [2])
    """
    if origin.generation <= 1 and class_name in _GATES:
        return [count, count * _GATES[class_name]]
    return [count]


def arrays_to_today(
    class_name: str,
    arrays: Sequence[np.ndarray],
    shapes: Sequence[tuple[int, ...]],
    origin: Origin,
    channels_first: bool = False,
    epsilon: float = 0.0,
) -> list[np.ndarray]:
    """The arrays that a file holds for a layer, in today's order, shape and meaning.

    What cannot be turned is given back as it is, for its shape to be complained about.

    Args:
        class_name: of today's layer.
        arrays: in the order of the file.
        shapes: of the layer's weights.
        origin: who wrote them.
        channels_first: whether the layer's images have their channels in front.
        epsilon: that of a `BatchNormalization`, whose deviation Keras 0.x stored.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.files.dialects.arrays import Origin, arrays_to_today
        >>> kernel = np.arange(3.0).reshape(3, 1, 1, 1)
        >>> turned, = arrays_to_today("Conv1D", [kernel], [(3, 1, 1)], Origin(1, is_theano=True))
        >>> turned.ravel().tolist()
        [2.0, 1.0, 0.0]
    """
    found = list(arrays)
    if origin.generation <= 1:
        found = _from_keras1(class_name, found, shapes, channels_first)
    if origin.generation == 0 and class_name == "BatchNormalization" and len(found) == 4:
        found[3] = np.square(found[3] + epsilon) - epsilon
    if origin.generation == 0 and class_name == "Highway" and len(found) == 4:
        found[1:3] = found[2], found[1]
    if class_name in ("GRU", "LSTM") and len(found) == 3 == len(shapes):
        found = _from_cudnn(_GATES[class_name], found, shapes)
    if origin.is_theano and class_name in _CONVOLUTIONS and found:
        kernels = 2 if class_name == "ConvLSTM2D" else 1
        found[:kernels] = [_flipped(kernel) for kernel in found[:kernels]]
    return found


def _from_keras1(
    class_name: str,
    arrays: list[np.ndarray],
    shapes: Sequence[tuple[int, ...]],
    channels_first: bool,
) -> list[np.ndarray]:
    gates = _GATES.get(class_name)
    if gates and len(arrays) == gates * len(shapes):
        each = [arrays[start :: len(shapes)] for start in range(len(shapes))]
        if class_name == "ConvLSTM2D" and channels_first:
            each[:2] = [[_channels_last(kernel) for kernel in kind] for kind in each[:2]]
        order = _ORDER[class_name]
        return [np.concatenate([kind[gate] for gate in order], axis=-1) for kind in each]
    if not arrays or not shapes:
        return arrays
    kernel, *rest = arrays
    match class_name:
        case "Conv1D" if kernel.ndim == 4:
            # (length, 1, inputs, filters), and before Keras 1.1 (filters, inputs, length, 1)
            is_new = kernel.shape[:2] == (shapes[0][0], 1) and kernel.shape[3] == shapes[0][-1]
            return [(kernel if is_new else kernel.transpose(2, 3, 1, 0))[:, 0], *rest]
        case "Conv2D" | "Conv3D" if channels_first:
            return [_channels_last(kernel), *rest]
        case "SeparableConv2D" if channels_first:
            return [_channels_last(kernel), *map(_channels_last, rest[:1]), *rest[1:]]
        case "Conv2DTranspose" if channels_first and kernel.ndim == 4:
            return [kernel.transpose(2, 3, 0, 1), *rest]
        case "Conv2DTranspose" if kernel.ndim == 4:
            return [kernel.transpose(0, 1, 3, 2), *rest]
    return arrays


def _channels_last(kernel: np.ndarray) -> np.ndarray:
    """(filters, inputs, *spatial) as (*spatial, inputs, filters)."""
    return np.moveaxis(kernel, (1, 0), (-2, -1)) if kernel.ndim > 2 else kernel


def _flipped(kernel: np.ndarray) -> np.ndarray:
    """(*spatial, inputs, filters), backwards along the spatial axes."""
    return np.flip(kernel, tuple(range(kernel.ndim - 2)))


def _from_cudnn(
    gates: int, arrays: list[np.ndarray], shapes: Sequence[tuple[int, ...]]
) -> list[np.ndarray]:
    """Weights of a layer that was made for NVIDIA's library, told by its two sets of biases."""
    kernel, recurrent, bias = arrays
    if recurrent.ndim != 2 or bias.shape != (2 * gates * recurrent.shape[0],):
        return arrays
    kernels = [part.T.reshape(part.shape, order="F") for part in np.hsplit(kernel, gates)]
    recurrents = [part.T for part in np.hsplit(recurrent, gates)]
    both = bias.reshape(2, -1)
    bias = both if shapes[2] == both.shape else both.sum(axis=0)
    return [np.hstack(kernels), np.hstack(recurrents), bias]

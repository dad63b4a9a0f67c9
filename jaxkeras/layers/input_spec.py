"""What a layer expects of its input, and the messages for what does not fit."""

import math
from dataclasses import dataclass, field

from jaxkeras.layers.arguments import JOIN_SAMPLES
from jaxkeras.symbolic import Shape

__all__ = ["InputSpec"]


@dataclass(frozen=True)
class InputSpec:
    """Expected dimensions of an input, checked before a layer computes anything.

    Args:
        ndim: exact number of dimensions, batch included.
        min_ndim: least number of dimensions, batch included.
        axes: expected sizes by axis, e.g. ``{-1: 784}``.
        max_ndim: greatest number of dimensions, batch included.
        shape: all dimensions, batch included, ``None`` where any size will do.

    Example:
        >>> from jaxkeras.layers import InputSpec
        >>> InputSpec(axes={-1: 784}).check('Dense "dense_1"', (32, 28, 28))
        Traceback (most recent call last):
            ...
        ValueError: Dense "dense_1" expected last dimension 784, got shape (32, 28, 28). Flatten
        the input first: x.reshape(len(x), 784), or put Flatten() in front.
    """

    ndim: int | None = None
    min_ndim: int | None = None
    axes: dict[int, int] = field(default_factory=dict, hash=False)
    max_ndim: int | None = field(default=None, repr=False)
    shape: Shape | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        sizes = {axis: size for axis, size in enumerate(self.shape or ()) if size is not None}
        object.__setattr__(self, "axes", sizes | (self.axes or {}))
        if self.shape is not None:
            object.__setattr__(self, "ndim", len(self.shape))

    def check(self, label: str, shape: Shape) -> None:
        """Compare a shape with the expectation.

        Args:
            label: whose input it is, for the message.
            shape: the input's dimensions, batch included, ``None`` where unknown.

        Raises:
            ValueError: it does not fit; the message says what was expected, what came, the fix.
        """
        if isinstance(shape, dict) or any(isinstance(part, (tuple, list)) for part in shape):
            fixes = {tuple: " Pass inputs and targets apart: fit(x, y).", list: JOIN_SAMPLES}
            raise ValueError(
                f"{label} expected one array, got a {type(shape).__name__} of {len(shape)}: "
                f"{str(shape)[:80]}.{fixes.get(type(shape), '')}"
            )
        shape = tuple(dim if isinstance(dim, int) else None for dim in shape)
        expected = self._mismatch(shape)
        if expected:
            raise ValueError(f"{label} expected {expected}, got shape {shape}.{self._fix(shape)}")

    def _mismatch(self, shape: Shape) -> str:
        if self.ndim is not None and len(shape) != self.ndim:
            return f"{self.ndim} dimensions (batch included)"
        if self.min_ndim is not None and len(shape) < self.min_ndim:
            return f"at least {self.min_ndim} dimensions (batch included)"
        if self.max_ndim is not None and len(shape) > self.max_ndim:
            return f"at most {self.max_ndim} dimensions (batch included)"
        for axis, size in self.axes.items():
            if -len(shape) <= axis < len(shape) and shape[axis] not in (None, size):
                return f"last dimension {size}" if axis == -1 else f"size {size} on axis {axis}"
        return ""

    def _fix(self, shape: Shape) -> str:
        width, sample = self.axes.get(-1), shape[1:]
        if len(shape) == 1:
            column = " Give every sample a row of its own: x.reshape(len(x), -1)."
            row = " A single sample needs a batch axis: x[None]."
            if None in (width, shape[0]):
                return row + column
            return row if width == shape[0] else column
        if len(sample) > 1 and math.prod(dim or 0 for dim in sample) == width:
            return (
                f" Flatten the input first: x.reshape(len(x), {width}), or put Flatten() in front."
            )
        if self.ndim == len(shape) + 1 == 3:
            return (
                " It takes (batch, steps, features): add the missing axis, x[..., None]. Behind a "
                "recurrent layer, give that one return_sequences=True."
            )
        if self.ndim == len(shape) + 1:
            return " Add the missing axis, such as the channels of grey images: x[..., None]."
        if width is not None and shape and shape[-1] != width:
            image = f" A single image goes in as x.reshape(1, {width})."
            is_image = len(shape) == 2 and shape[-1] is not None and shape[-1] ** 2 == width
            fix = f" Feed it {width} features a sample, or make the model for {shape[-1]}."
            return fix + image if is_image else fix
        return ""

"""What layers on sequences, images and volumes have in common."""

from collections.abc import Sequence
from typing import Any, ClassVar

import jax

from jaxkeras import config
from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer
from jaxkeras.registry import suggest

__all__ = ["SpatialLayer"]


class SpatialLayer(Layer):
    """Base of layers whose input has `rank` axes of space or time beside batch and channels.

    As in Keras, these layers end a mask: their outputs are no longer the steps of the input.

    Args:
        **kwargs: see `Layer`.

    Example:
        >>> from jaxkeras.layers._spatial import SpatialLayer
        >>> class Negative(SpatialLayer):
        ...     rank = 2
        ...     def call(self, inputs):
        ...         return 255 - inputs
        >>> Negative().input_spec
        InputSpec(ndim=4, min_ndim=None, axes={})
    """

    rank: ClassVar[int]
    data_format: str = "channels_last"

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def channel_axis(self) -> int:
        """Where the channels are."""
        return -1 if self.data_format == "channels_last" else 1

    @property
    def spatial_axes(self) -> tuple[int, ...]:
        """Where space or time is."""
        first = 1 if self.data_format == "channels_last" else 2
        return tuple(range(first, first + self.rank))

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """No mask."""

    def _one_of(self, name: str, value: Any, choices: Sequence[str]) -> str:
        """An argument that is one of a few words, in lower case."""
        if str(value).lower() not in choices:
            raise ValueError(
                f"{self.label}: {name} must be one of {', '.join(map(repr, choices))}. "
                f"Received: {name}={value!r}.{suggest(str(value), choices)}"
            )
        return value.lower()

    def _layout(self, data_format: str | None) -> str:
        """The argument ``data_format``, by default the global setting."""
        value = data_format or config.image_data_format()
        return self._one_of("data_format", value, ("channels_last", "channels_first"))

    def _sizes(
        self, name: str, value: Any, count: int | None = None, least: int = 1
    ) -> tuple[int, ...]:
        """An argument with a whole number for every axis, or one for all."""
        count = count or self.rank
        values = tuple(value) if isinstance(value, (tuple, list)) else (value,) * count
        if len(values) != count:
            many = f"one whole number or {count} of them" if count > 1 else "one whole number"
            raise ValueError(f"{self.label}: {name} takes {many}. Received: {name}={value!r}")
        return tuple(whole_number(f"{self.label}: {name}", item, least) for item in values)

    def _check_window(self, name: str, window: Sequence[int], inputs: jax.Array) -> None:
        """Refuse a window that does not fit into the input, as far as its size is known."""
        space = [inputs.shape[axis] for axis in self.spatial_axes]
        known = [dim if isinstance(dim, int) else None for dim in space]
        if any(dim is not None and size > dim for size, dim in zip(window, known, strict=True)):
            raise ValueError(
                f"{self.label} has a window of {_by(window)}, larger than its input of "
                f'{_by(known)}. Make {name} smaller, pass padding="same", or shrink the input '
                "less in the layers before."
            )


def _by(sizes: Sequence[int | None]) -> str:
    """``"3 by 5"``, with ``?`` for what is not known."""
    return " by ".join("?" if size is None else str(size) for size in sizes)

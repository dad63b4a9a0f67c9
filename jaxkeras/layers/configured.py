"""What a layer writes down of itself, and how it is made anew from that."""

import contextlib
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import jax

from jaxkeras.layers.weighted import Weighted
from jaxkeras.registry import deserialize, serialize
from jaxkeras.registry.configurable import constructor_parameters
from jaxkeras.symbolic import KerasTensor

__all__ = ["Configured"]


class Configured(Weighted):
    """The part of `Layer` that turns it into plain data, in Keras's format, and back."""

    build: Callable[..., None]
    _build_inside: Callable[[tuple, dict[str, Any]], None]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        config = super().get_config()
        own_arguments = inspect.signature(type(self).__init__).parameters
        for name in ("input_shape", "input_dim", "batch_input_shape", "batch_shape"):
            if name not in own_arguments:
                config.pop(name, None)
        if config.get("activity_regularizer") is None:
            config.pop("activity_regularizer", None)
        own = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize(self.dtype_policy),
        }
        return own | {name: value for name, value in config.items() if name not in own}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]):
        """A layer made anew from what `get_config` returned, here or in Keras.

        Name, trainability and type are set even if the constructor has no arguments for them.
        """
        known, is_open = constructor_parameters(cls)
        config = dict(config)
        absent = {"name", "trainable", "dtype"} - known.keys() if not is_open else set()
        own = {key: config.pop(key) for key in absent if key in config}
        layer = super().from_config(config)
        if "name" in own:
            layer.name = own["name"]
        if "dtype" in own:
            layer.dtype_policy = deserialize(own["dtype"])
        if own.get("trainable") is False:
            layer.trainable = False
        return layer

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that the weights were made for, or ``None`` where there are none yet."""
        shapes = self._record.build_shapes
        if not self.built or not shapes:
            return None
        return (
            {"input_shape": [*shapes.values()][0]} if len(shapes) == 1 else {"shapes_dict": shapes}
        )

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Make the weights for the shapes that `get_build_config` returned.

        Layers inside that make theirs in `call` get them too, unless a call needs more than these
        shapes tell; then they get them with the first data.

        Args:
            config: ``{"input_shape": shape}``, or ``{"shapes_dict": {argument: shape}}`` of a
                `build` with several arguments.
        """
        if "shapes_dict" in config:
            shapes = {name: _as_tuples(shape) for name, shape in config["shapes_dict"].items()}
            self.build(**shapes)
            return
        if config.get("input_shape") is None:
            return
        shape = _as_tuples(config["input_shape"])
        self.build(shape)
        for dtype in (self.compute_dtype, "int32"):  # an embedding takes whole numbers
            inputs = jax.tree.map(
                functools.partial(KerasTensor, dtype=dtype), shape, is_leaf=is_shape
            )
            with contextlib.suppress(Exception):
                return self._build_inside((inputs,), {})


def is_shape(value: Any) -> bool:
    """Whether it is a shape rather than a structure of shapes."""
    return isinstance(value, tuple) and all(dim is None or isinstance(dim, int) for dim in value)


def _as_tuples(shape: Any) -> Any:
    """A shape, or a structure of shapes, in which a file has lists for tuples."""
    if isinstance(shape, Mapping):
        return {key: _as_tuples(item) for key, item in shape.items()}
    is_nested = any(isinstance(item, (list, tuple, Mapping)) for item in shape)
    return [_as_tuples(item) for item in shape] if is_nested else tuple(shape)

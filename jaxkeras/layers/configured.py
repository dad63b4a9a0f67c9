"""What a layer writes down of itself, and how it is made anew from that."""

import contextlib
import functools
import inspect
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.dtype_policies import get as as_policy
from jaxkeras.layers.weighted import Weighted, own_weights
from jaxkeras.registry import serialize
from jaxkeras.registry.configurable import constructor_parameters
from jaxkeras.symbolic import KerasTensor

__all__ = ["Configured", "as_policy", "is_shape"]

# Arguments of layers that may be short for something, such as a number for each axis of an image.
_WORKED_OUT = ("data_format", "dilation_rate", "kernel_size", "output_size", "pool_size", "strides")


class Configured(Weighted):
    """The part of `Layer` that turns it into plain data, in Keras's format, and back."""

    build: Callable[..., None]
    _build_inside: Callable[[tuple, dict[str, Any]], None]
    _unwritten: tuple[str, ...] = ()  # arguments that Keras's layer of this name does not take

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        config = super().get_config()
        maker = next(cls for cls in type(self).__mro__ if "__init__" in vars(cls))
        is_base = maker.__module__ == f"{__package__}.layer"  # knows of the first layer of a stack
        own_arguments = () if is_base else inspect.signature(maker.__init__).parameters
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
        config = own | {name: value for name, value in config.items() if name not in own}
        return {name: value for name, value in config.items() if name not in self._unwritten}

    def _stands_for(self, name: str, value: Any) -> Any:
        if name in _WORKED_OUT and type(self).__module__.startswith("jaxkeras."):
            return getattr(self, name, value)
        return super()._stands_for(name, value)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]):
        """A layer made anew from what `get_config` returned, here or in Keras.

        Name, trainability and type are set even if the constructor has no arguments for them.
        """
        owner: Any = cls
        known, is_open = constructor_parameters(owner)
        config = dict(config)
        absent = {"name", "trainable", "dtype"} - known.keys() if not is_open else set()
        own = {key: config.pop(key) for key in absent if key in config}
        layer = super().from_config(config)
        if "name" in own:
            layer.name = own["name"]
        if "dtype" in own:
            layer.dtype_policy = as_policy(own["dtype"])
        if own.get("trainable") is False:
            layer.trainable = False
        return layer

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Put the weights that are the layer's own into a dictionary of arrays.

        A class that stores something else overrides this together with `load_own_variables`. The
        weights of layers inside are not its business.

        Args:
            store: takes the arrays by name; here ``"0"``, ``"1"``, ...
        """
        for number, weight in enumerate(own_weights(self)):
            store[str(number)] = np.asarray(weight.get_raw_value())

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Set the layer's own weights to what `save_own_variables` put into a dictionary.

        Raises:
            ValueError: number or shapes are not those of the layer.
        """
        weights = own_weights(self)
        arrays = [np.asarray(store[name]) for name in map(str, range(len(store))) if name in store]
        expected, found = ([item.shape for item in items] for items in (weights, arrays))
        if expected != found:
            raise ValueError(f"{self.label} has weights of shapes {expected}, the file {found}.")
        for weight, array in zip(weights, arrays, strict=True):
            weight.set_value(jnp.asarray(array, weight.dtype))

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that the weights were made for, or ``None`` where there are none yet."""
        shapes = self._record.build_shapes
        if not self.built or not shapes:
            return None
        if len(shapes) > 1:
            return {"shapes_dict": shapes}
        return {"input_shape": next(iter(shapes.values()))}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Make the weights for the shapes that `get_build_config` returned.

        Layers inside that make theirs in `call` get them too, unless a call needs more than these
        shapes tell; then they get them with the first data.

        Args:
            config: ``{"input_shape": shape}``, or ``{"shapes_dict": {argument: shape}}`` of a
                `build` with several arguments.
        """
        shapes = config.get("shapes_dict") or {"input_shape": config.get("input_shape")}
        shapes = {name: _as_tuples(shape) for name, shape in shapes.items() if shape is not None}
        if len(shapes) > 1 and shapes.keys() <= inspect.signature(self.build).parameters.keys():
            self.build(**shapes)
            return
        if not shapes:
            return
        shape = next(iter(shapes.values()))
        self.build(shape)
        for dtype in (self.compute_dtype, "int32"):  # an embedding takes whole numbers
            inputs = jax.tree.map(
                functools.partial(KerasTensor, dtype=dtype), shape, is_leaf=is_shape
            )
            with contextlib.suppress(Exception):
                return self._build_inside((inputs,), {})


def is_shape(value: Any) -> bool:
    """Whether it is a shape rather than a structure of shapes.

    Example:
        >>> from jaxkeras.layers.configured import is_shape
        >>> is_shape((None, 4)), is_shape([(None, 4), (None, 3)])
        (True, False)
    """
    return isinstance(value, tuple) and all(dim is None or isinstance(dim, int) for dim in value)


def _as_tuples(shape: Any) -> Any:
    """A shape, or a structure of shapes, in which a file has lists for tuples."""
    if isinstance(shape, Mapping):
        return {key: _as_tuples(item) for key, item in shape.items()}
    is_nested = any(isinstance(item, (list, tuple, Mapping)) for item in shape)
    return [_as_tuples(item) for item in shape] if is_nested else tuple(shape)

"""Layers around something else: a function, another layer, or nothing."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from jaxkeras.layers.layer import Layer, catalog
from jaxkeras.registry import Catalog
from jaxkeras.symbolic import Shape

__all__ = ["Identity", "Lambda", "Wrapper"]

_functions = Catalog("function")


class Identity(Layer):
    """Return the input: a place that holds something in one model and nothing in another.

    Args:
        **kwargs: see `Layer`.

    Input shape:
        any

    Output shape:
        same as the input

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Identity()(jnp.array([1.0, 2.0]))
        Array([1., 2.], dtype=float32)
    """

    def call(self, inputs: Any) -> Any:
        return inputs


class Wrapper(Layer):
    """Base of layers that change what another layer does.

    Args:
        layer: the layer inside, or its configuration.
        **kwargs: see `Layer`.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> class Twice(jaxkeras.layers.Wrapper):
        ...     def call(self, inputs):
        ...         return self.layer(self.layer(inputs))
        >>> layer = Twice(jaxkeras.layers.Dense(2, kernel_initializer="ones"))
        >>> layer(jnp.array([[1.0, 2.0]]))
        Array([[6., 6.]], dtype=float32)
    """

    def __init__(self, layer: Layer | Mapping[str, Any], **kwargs: Any):
        super().__init__(**kwargs)
        inside = catalog.deserialize(layer) if isinstance(layer, Mapping) else layer
        if not isinstance(inside, Layer):
            raise TypeError(
                f"{self.label} goes around a layer, such as Dense(10). Received: {layer!r}"
            )
        self.layer = inside

    def build(self, input_shape: Shape) -> None:
        if not self.layer.built:
            self.layer.build(input_shape)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask that the layer inside gives."""
        return self.layer.compute_mask(inputs, previous_mask)


class Lambda(Layer):
    """A Python function as a layer.

    Random numbers that the function draws without a seed, as with ``K.random_normal(shape)``, are
    others in every batch.

    A file holds only the name of the function. Loading looks for that name among
    ``custom_objects`` and never runs stored code, so a ``lambda`` works but cannot be saved.

    Args:
        function: takes the input; also ``mask`` and ``training``, if it names them. Or the name of
            a registered function.
        output_shape: no matter here: it follows from the function.
        mask: the mask of the output, or a function ``(inputs, mask)`` that makes it; by default
            there is none.
        arguments: further arguments of the function, by name.
        **kwargs: see `Layer`.

    Input shape:
        what the function takes

    Output shape:
        what the function gives

    Raises:
        ValueError: the function is unknown by its name, or stored code.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Lambda(lambda x: x**2)(jnp.array([3.0]))
        Array([9.], dtype=float32)
    """

    _runs_foreign_code = True
    _unwritten = ("output_shape",)

    def __init__(
        self,
        function: Callable | str | Mapping[str, Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.mask = mask
        self.function = functools.partial(self._find(function), **(arguments or {}))
        self._extras = _parameters(self.function.func) & {"mask", "training"} - set(arguments or {})

    def _find(self, function: Any) -> Callable:
        if isinstance(function, Mapping) and function.get("class_name") != "__lambda__":
            function = function.get("config")
        if callable(function):
            return function
        if isinstance(function, str) and function != "<lambda>":
            return _functions.find(function)
        raise ValueError(
            f"{self.label} was saved with a lambda, that is with code, which is not run here. "
            "Write it as a function with a name, make the model anew and load its weights."
        )

    def call(self, inputs: Any, mask: Any = None, training: bool = False) -> Any:
        given = {"mask": mask, "training": training}
        return self.function(inputs, **{name: given[name] for name in self._extras})

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """What the argument ``mask`` says."""
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data.

        Raises:
            TypeError: the function has no name to find it by.
        """
        functions = [self.function.func, self.mask]
        if any(getattr(function, "__name__", "") == "<lambda>" for function in functions):
            raise TypeError(
                f"{self.label} holds a lambda, which a file cannot: it has no name. Define it with "
                "`def`, put @jaxkeras.utils.register_keras_serializable() above, and pass that."
            )
        return super().get_config()


def _parameters(function: Callable) -> frozenset[str]:
    try:
        return frozenset(inspect.signature(function).parameters)
    except ValueError:  # functions written in C need not tell
        return frozenset()

"""Modules written for Flax, NNX or Linen, as layers."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen, nnx
from flax.core import DenyList
from flax.nnx import bridge
from flax.nnx.bridge.variables import linen_vars_to_nnx_attrs

from jaxkeras.layers.layer import Layer
from jaxkeras.random import next_key
from jaxkeras.registry import snake_case, unique_name
from jaxkeras.symbolic import Shape

__all__ = ["FlaxLayer"]


class FlaxLayer(Layer):
    """A `flax.nnx.Module` or `flax.linen.Module` with the face of a layer.

    `Sequential` wraps such modules by itself. ``training`` reaches a module that has an argument
    ``training``, ``train`` or ``deterministic``, and, in NNX, the attributes that its ``train()``
    and ``eval()`` methods set. Updated statistics and random streams are kept.

    Args:
        module: the module. A Linen module gets its parameters at the first input.
        method: which method is called, by name or itself, or a function that takes the module as
            its first argument; by default ``__call__``.
        variables: the variables of a Linen module, as its ``init`` returns them; by default they
            are drawn.
        name: the layer's name; by default that of the module's class.
        **kwargs: see `Layer`.

    Raises:
        ValueError: there are variables for an NNX module, which has its own.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> from flax import linen, nnx
        >>> layer = jaxkeras.layers.FlaxLayer(nnx.Linear(4, 3, rngs=nnx.Rngs(0)))
        >>> layer(jnp.ones((2, 4))).shape, layer.count_params()
        ((2, 3), 15)
        >>> jaxkeras.layers.FlaxLayer(linen.Dense(3))(jnp.ones((2, 4))).shape
        (2, 3)
    """

    def __init__(
        self,
        module: nnx.Module | linen.Module,
        method: str | Callable[..., Any] | None = None,
        variables: Mapping[str, Any] | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name or unique_name(snake_case(type(module).__name__)), **kwargs)
        self._is_linen = isinstance(module, linen.Module)
        self._kind = type(module).__name__
        if variables is not None and not self._is_linen:
            raise ValueError(
                f"{self.label}: a module of NNX has its variables. Leave out variables=."
            )
        named = getattr(type(module), method or "__call__") if not callable(method) else method
        self._method: Callable[..., Any] = getattr(named, "__func__", named)
        self._arguments = tuple(inspect.signature(self._method).parameters)
        self.module: Any = (
            bridge.ToNNX(module, rngs=nnx.Rngs(next_key()))
            if isinstance(module, linen.Module)
            else module
        )

    @property
    def kind(self) -> str:
        """Name of the module's class."""
        return self._kind

    def build(self, input_shape: Shape) -> None:
        if self._is_linen:
            sample = jnp.zeros([1 if dim is None else dim for dim in input_shape])
            bridge.lazy_init(self.module, sample, method=self._method, **self._mode(False))
            if (variables := self._record.arguments.get("variables")) is not None:
                nnx.update(self.module, nnx.State(linen_vars_to_nnx_attrs(variables)))

    def call(self, inputs: jax.Array, training: bool = False) -> Any:
        if not self._is_linen:
            (self.module.train if training else self.module.eval)()
            return self._method(self.module, inputs, **self._mode(training))
        updates = {"mutable": DenyList(("params", "intermediates"))} if training else {}
        return self.module(inputs, method=self._method, **self._mode(training), **updates)

    def _mode(self, training: bool) -> dict[str, bool]:
        """The keyword by which the module itself is told whether it is in training."""
        for name, value in (
            ("training", training),
            ("train", training),
            ("deterministic", not training),
        ):
            if name in self._arguments:
                return {name: value}
        return {}

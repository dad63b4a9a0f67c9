"""Calls of a model on arrays, ``model(x)``, as one compiled program."""

import operator
from typing import Any

import jax
import numpy as np
from flax import nnx
from jax.core import Tracer

from jaxkeras.layers.layer import Layer
from jaxkeras.layers.mask import set_mask
from jaxkeras.layers.preprocessing._host import HostLayer
from jaxkeras.layers.weighted import weights_of
from jaxkeras.training.pure import Arrays, Changes, Structure

__all__ = ["Calls", "can_compile", "is_concrete"]

# What a call depends on beside the layers inside; all else of a model is about training.
_OF_MODELS = ("_layers", "_graph", "_chain", "dtype_policy")
_PURE = ("jaxkeras", "jax", "jaxlib", "flax", "optax")


class Calls:
    """A model's calls in inference, compiled for every shape that comes.

    They compute what the layers would compute one after the other. That is certain only of models
    that `can_compile` says so of, and as long as nobody gives a layer another attribute, such as
    another activation, see `is_current`.

    Args:
        structure: the model taken apart.
        model: the model, built.
    """

    def __init__(self, structure: Structure, model: Layer):
        self.structure = structure
        self._count = len(model.penalties)
        self._parts = [(vars(layer), _watched(layer)) for layer in model._flatten_layers()]
        self._run = jax.jit(self._compute, static_argnums=2)

    def is_current(self) -> bool:
        """Whether all attributes of the layers are what they were."""
        return all(
            (is_model or len(now) == len(names))
            and all(map(operator.is_, map(now.get, names), values))
            for now, (is_model, names, values) in self._parts
        )

    def __call__(self, x: Any, training: bool | None) -> tuple[Any, list[jax.Array]]:
        """The outputs for arrays, and the losses that layers added."""
        outputs, changes, losses, masks = self._run(self.structure.arrays(), x, training)
        self.structure.take_over(changes)
        for output, mask in zip(jax.tree.leaves(outputs), masks, strict=True):
            if mask is not None:
                set_mask(output, mask)
        return outputs, losses

    def _compute(
        self, arrays: Arrays, x: Any, training: bool | None
    ) -> tuple[Any, Changes, list[jax.Array], list[Any]]:
        params, state = self.structure.trees(arrays)
        with self.structure.counting(state):
            module = self.structure.merge(params, state)
            forward = self.structure.forward(module, x, training)
        losses = forward.losses[: len(forward.losses) - self._count]
        changes = self.structure.changes(arrays, forward.state)
        return forward.outputs, changes, losses, forward.masks


def can_compile(model: Layer) -> bool:
    """Whether a model computes by this package's and JAX's own functions, on weights that it keeps.

    Other code may look at values, or count its calls; and what a transformation traces is a copy.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.training.calls import can_compile
        >>> can_compile(jaxkeras.Sequential([jaxkeras.layers.Dense(2, activation="relu")]))
        True
        >>> can_compile(jaxkeras.Sequential([jaxkeras.layers.Lambda(print)]))
        False
    """
    return all(map(_is_known, model._flatten_layers())) and not any(
        isinstance(weight.get_raw_value(), Tracer) for weight, _ in weights_of(model)
    )


def _watched(layer: Any) -> tuple[bool, list[str], list[Any]]:
    """Whether it is a model, the attributes that a call may depend on, and what they are."""
    attributes = vars(layer)
    is_model = getattr(layer, "_trains_alone", False)
    names = [name for name in _OF_MODELS if name in attributes] if is_model else list(attributes)
    return is_model, names, [attributes[name] for name in names]


def _is_known(layer: Any) -> bool:
    if not isinstance(layer, Layer) or layer._runs_foreign_code or isinstance(layer, HostLayer):
        return False
    homes = [_home(value) for value in vars(layer).values() if _is_function(value)]
    return all(home in _PURE for home in homes)


def _home(function: Any) -> str:
    return (getattr(function, "__module__", None) or "").partition(".")[0]


def _is_function(value: Any) -> bool:
    return callable(value) and not isinstance(value, (type, nnx.Module))


def is_concrete(x: Any) -> bool:
    """Whether these are arrays whose values are known, with samples.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.training.calls import is_concrete
        >>> is_concrete({"a": np.ones((2, 3))}), is_concrete([1.0, 2.0])
        (True, False)
    """
    leaves = jax.tree.leaves(x)
    return bool(leaves) and all(
        isinstance(leaf, (np.ndarray, jax.Array))
        and not isinstance(leaf, Tracer)
        and leaf.ndim > 0
        and leaf.dtype.kind in "biuf"
        for leaf in leaves
    )

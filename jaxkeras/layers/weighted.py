"""Modules that own weights: their names, types, values and whether training changes them."""

import contextlib
import contextvars
import functools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from jaxkeras import constraints, initializers, regularizers
from jaxkeras.config import DTypePolicy
from jaxkeras.registry import Configurable, teaches_keywords
from jaxkeras.variable import Variable

__all__ = ["Weighted", "children_of", "own_weights", "weights_of", "weights_within"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


_allowance: contextvars.ContextVar[list[int] | None] = contextvars.ContextVar(
    "allowance", default=None
)


@contextlib.contextmanager
def weights_within(most: int) -> Iterator[None]:
    """Inside the ``with`` block layers make weights of no more bytes than this, all together.

    A configuration of a few bytes can ask for any number of units.

    Args:
        most: how many bytes.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.layers.weighted import weights_within
        >>> with weights_within(1000):
        ...     layer = jaxkeras.layers.Dense(10**9, name="big")
        ...     layer.build((None, 2))
        Traceback (most recent call last):
            ...
        ValueError: Dense "big" asks for a weight of shape (2, 1000000000), 8000000000 bytes, which
        is more than the 1000 that are left for the weights of this model. ...
    """
    token = _allowance.set([most])
    try:
        yield
    finally:
        _allowance.reset(token)


def _name_first(add_weight: _Function) -> _Function:
    """Keras 2's order of arguments: if the first one is text, it is the name."""

    @functools.wraps(add_weight)
    def add(self: "Weighted", *args: Any, **kwargs: Any) -> Variable:
        if args and isinstance(args[0], str):
            kwargs["name"], args = args[0], args[1:]
        return add_weight(self, *args, **kwargs)

    return cast(_Function, add)


class Weighted(Configurable, nnx.Module):
    """What a layer has to do with its weights; the part of `Layer` that computes nothing.

    Modules and weights that are assigned to attributes, in lists and dictionaries too, belong to
    it, in the order of assignment.
    """

    name: str
    built: bool
    dtype_policy: DTypePolicy
    _trainable: bool
    _children: tuple[str, ...]  # names of the attributes that hold weights or modules

    def __setattr__(self, name: str, value: Any) -> None:
        value = _tracked(value)
        if _is_node(value) and "_children" not in vars(self):
            raise RuntimeError(
                f"{type(self).__name__}.__init__ must call super().__init__() before it sets "
                f"self.{name}."
            )
        super().__setattr__(name, value)
        if _is_node(value) and name not in self._children:
            super().__setattr__("_children", (*self._children, name))

    @property
    def kind(self) -> str:
        """Name of the class, for people."""
        return type(self).__name__

    @property
    def label(self) -> str:
        """Class and name, for messages: ``Dense "dense_1"``."""
        return f'{self.kind} "{self.name}"'

    # ------------------------------------------------------------------ types

    @property
    def compute_dtype(self) -> str:
        """Float type of the computation."""
        return self.dtype_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """Float type of the weights."""
        return self.dtype_policy.variable_dtype

    dtype = variable_dtype

    # ------------------------------------------------------------------ weights

    @_name_first
    @teaches_keywords()
    def add_weight(
        self,
        shape: Sequence[int] = (),
        initializer: Any = None,
        dtype: str | None = None,
        trainable: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str = "weight",
    ) -> Variable:
        """A new weight; assign it to an attribute, as in ``self.kernel = self.add_weight(...)``.

        Args:
            shape: its dimensions.
            initializer: name or object that makes the first value; Glorot uniform by default.
            dtype: by default the layer's ``variable_dtype``.
            trainable: whether the optimizer changes it.
            regularizer: name or function of the value, added to the loss.
            constraint: name or function that is applied after every update.
            name: its name in files and messages.
        """
        dtype = dtype or self.variable_dtype
        self._ask_for(shape, dtype)
        return Variable(
            "glorot_uniform" if initializer is None else initializer,
            shape,
            dtype,
            trainable,
            name=name,
            path=f"{self.name}/{name}",
            regularizer=regularizers.get(regularizer),
            constraint=constraints.get(constraint),
        )

    def _describe_weight(
        self, weight: str, initializer: Any = None, regularizer: Any = None, constraint: Any = None
    ) -> None:
        """Keep what a constructor says of a weight, as ``kernel_initializer`` and so on.

        Args:
            weight: the first word of these attributes.
            initializer: name or object that makes the first value.
            regularizer: name or function of the value, added to the loss.
            constraint: name or function that is applied after every update.
        """
        setattr(self, f"{weight}_initializer", initializers.get(initializer))
        setattr(self, f"{weight}_regularizer", regularizers.get(regularizer))
        setattr(self, f"{weight}_constraint", constraints.get(constraint))

    def _add_described(
        self, weight: str, shape: Sequence[int], name: str | None = None, initializer: Any = None
    ) -> Variable:
        """A new weight of which `_describe_weight` has told everything but the shape.

        Args:
            weight: what it was called there.
            shape: its dimensions.
            name: its name in files and messages, where that is another.
            initializer: what makes the first value, where that is another.
        """
        told = self._described(weight)
        return self.add_weight(
            shape,
            initializer=initializer or told[f"{weight}_initializer"],
            regularizer=told[f"{weight}_regularizer"],
            constraint=told[f"{weight}_constraint"],
            name=name or weight,
        )

    def _described(self, weight: str) -> dict[str, Any]:
        """What `_describe_weight` was told, as a constructor takes it."""
        names = (f"{weight}_{word}" for word in ("initializer", "regularizer", "constraint"))
        return {name: getattr(self, name) for name in names}

    def _ask_for(self, shape: Sequence[int], dtype: Any) -> None:
        """Take what a weight needs from what is allowed."""
        if (allowance := _allowance.get()) is None:
            return
        needed = math.prod(shape) * jnp.dtype(dtype).itemsize
        if needed > allowance[0]:
            raise ValueError(
                f"{self.label} asks for a weight of shape {tuple(shape)}, {needed} bytes, which is "
                f"more than the {allowance[0]} that are left for the weights of this model. The "
                "file that describes it holds far fewer numbers."
            )
        allowance[0] -= needed

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; a change counts from the next ``compile``."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self._flatten_layers():
            layer._trainable = bool(value)

    @property
    def weights(self) -> list[nnx.Variable]:
        """All weights, in Keras's order: own ones, trainable first, then those of layers inside."""
        return [variable for variable, _ in weights_of(self)]

    @property
    def trainable_weights(self) -> list[nnx.Variable]:
        """The weights that training changes."""
        return [variable for variable, trainable in weights_of(self) if trainable]

    @property
    def non_trainable_weights(self) -> list[nnx.Variable]:
        """The weights that training leaves alone or that change by other rules."""
        return [variable for variable, trainable in weights_of(self) if not trainable]

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    @property
    def penalties(self) -> list[jax.Array]:
        """What the regularizers of trainable weights say of their values."""
        return [
            penalty(variable[...])
            for variable in self.trainable_weights
            if (penalty := variable.get_metadata("regularizer", None)) is not None
        ]

    def get_weights(self) -> list[np.ndarray]:
        """The values of all `weights`, as NumPy arrays of their own."""
        return [np.array(variable[...]) for variable in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set all weights, in the order of `weights`.

        Raises:
            ValueError: their number or a shape is wrong.
        """
        variables = self.weights
        arrays = [np.asarray(weight) for weight in (() if weights is None else weights)]
        if len(variables) != len(arrays):
            shapes = ", ".join(str(variable.shape) for variable in variables[:8])
            hint = (
                f"Pass arrays of shapes {shapes}, as get_weights() gives them."
                if self.built
                else "It is not built yet: call it or build(input_shape) first."
            )
            raise ValueError(
                f"{self.label} has {len(variables)} weights, got {len(arrays)}. {hint}"
            )
        for position, (variable, array) in enumerate(zip(variables, arrays, strict=True)):
            if variable.shape != array.shape:
                name = variable.get_metadata("name", "weight")
                raise ValueError(
                    f"{self.label} expected shape {variable.shape} for weight {position} "
                    f"({name!r}), got {array.shape}."
                )
        for variable, array in zip(variables, arrays, strict=True):
            variable.set_value(jnp.array(array, variable.dtype))

    def count_params(self) -> int:
        """Number of numbers in all weights."""
        return sum(int(np.prod(variable.shape)) for variable in self.weights)

    def _flatten_layers(self) -> Iterator["Weighted"]:
        """This layer and all layers inside it."""
        yield self
        for child in children_of(self):
            if isinstance(child, Weighted):
                yield from child._flatten_layers()


def _is_node(value: Any) -> bool:
    return isinstance(value, (nnx.Module, nnx.Variable))


def _tracked(value: Any) -> Any:
    """Lists and dictionaries that hold modules, or are empty and may come to, as those of NNX."""
    if isinstance(value, (list, tuple)):
        items = [_tracked(item) for item in value]
        return nnx.List(items) if any(map(_is_node, items)) or value == [] else value
    if isinstance(value, dict):
        entries = {key: _tracked(item) for key, item in value.items()}
        return nnx.Dict(entries) if any(map(_is_node, entries.values())) or not value else value
    return value


def children_of(node: Any) -> Iterator[Any]:
    """Variables and modules that a module holds, through its lists and dictionaries."""
    if isinstance(node, (dict, list, tuple)):
        held = list(node.values()) if isinstance(node, dict) else node
    else:
        names = node._children if isinstance(node, Weighted) else list(vars(node))
        held = [vars(node).get(name) for name in names]
    for child in held:
        if isinstance(child, (nnx.List, nnx.Dict, dict, list, tuple)):
            yield from children_of(child)
        elif _is_node(child):
            yield child


def own_weights(node: Any) -> list[nnx.Variable]:
    """The weights that a module holds itself, those that training may change first."""
    variables = [child for child in children_of(node) if isinstance(child, nnx.Variable)]
    weights = [child for child in variables if not isinstance(child, nnx.RngState)]
    return sorted(weights, key=lambda weight: not isinstance(weight, nnx.Param))


def weights_of(
    node: Any, trainable: bool = True, seen: set[int] | None = None
) -> Iterator[tuple[nnx.Variable, bool]]:
    """Each weight once, with whether training changes it."""
    seen = set() if seen is None else seen
    trainable = trainable and getattr(node, "_trainable", True)
    for variable in own_weights(node):
        if id(variable) not in seen:
            seen.add(id(variable))
            yield variable, trainable and isinstance(variable, nnx.Param)
    for child in children_of(node):
        if not isinstance(child, nnx.Variable):
            yield from weights_of(child, trainable, seen)

"""The base of all layers: what Keras adds to a Flax NNX module."""

import contextlib
import contextvars
import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.core
import jax.numpy as jnp
import numpy as np
from flax import nnx
from flax.errors import TraceContextError

from jaxkeras import activations, constraints, initializers, regularizers
from jaxkeras.config import DTypePolicy, floatx
from jaxkeras.layers.arguments import (
    as_numpy,
    as_shape,
    explain,
    teaches_keywords,
    whole_number,
    with_input,
)
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.mask import get_mask, set_mask
from jaxkeras.layers.weight import NonTrainableWeight, Weight
from jaxkeras.registry import Catalog, Configurable, snake_case, unique_name
from jaxkeras.symbolic import KerasTensor, Node, Shape, infer, is_symbolic, noted

__all__ = ["Layer"]

catalog = Catalog("layer")


@dataclass
class _Call:
    """What one call of a layer shares with the layers it calls in turn."""

    training: bool = False
    losses: list[jax.Array] = field(default_factory=list)


_current_call: contextvars.ContextVar[_Call | None] = contextvars.ContextVar("call", default=None)


@contextlib.contextmanager
def call_scope(training: bool) -> Iterator[_Call]:
    """Layers called inside use this ``training`` unless told otherwise, and add losses here."""
    outer = _current_call.get()
    call = _Call(training, outer.losses if outer else [])
    token = _current_call.set(call)
    try:
        yield call
    finally:
        _current_call.reset(token)


def _initializing(init: Callable) -> Callable:
    """An `__init__` that has to call the one of `Layer`."""

    @functools.wraps(init)
    def initializing(self: "Layer", *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        if "_children" not in vars(self):
            raise RuntimeError(f"{type(self).__name__}.__init__ must call super().__init__().")

    return initializing


def _building(build: Callable) -> Callable:
    """A `build` that makes its weights where they live as long as the layer, and marks it built."""

    @functools.wraps(build)
    def building(self: "Layer", *args: Any, **kwargs: Any) -> None:
        with self._home():
            build(self, *args, **kwargs)
            self.built = True

    return building


class Layer(Configurable, nnx.Module):
    """A layer: a `flax.nnx.Module` with Keras's life cycle, names and weights.

    A subclass gives ``call``, and ``build`` where it has weights of its own. The configuration
    records itself and output shapes are inferred, so neither is ever written by hand.

    Args:
        name: the layer's name; by default the class name in snake case, numbered.
        trainable: whether training changes the weights.
        dtype: float type of weights and computation, or the name of a mixed policy.
        activity_regularizer: penalty on the layer's output, added to the loss.
        input_shape: shape of one sample, for the first layer of a `Sequential`.
        input_dim: short for ``input_shape=(input_dim,)``.
        batch_input_shape: like ``input_shape``, with the batch size in front.
        batch_shape: today's name of ``batch_input_shape``.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> class Scale(jaxkeras.layers.Layer):
        ...     def build(self, input_shape):
        ...         self.scale = self.add_weight(
        ...             shape=input_shape[-1:], initializer="ones", name="scale")
        ...     def call(self, inputs):
        ...         return inputs * self.scale
        >>> layer = Scale()
        >>> layer(jnp.full((1, 2), 3.0))
        Array([[3., 3.]], dtype=float32)
        >>> layer.compute_output_shape((None, 2)), layer.count_params()
        ((None, 2), 2)
    """

    input_spec: InputSpec | None = None
    _activation_is_last: bool = False  # whether call() ends with self.activation(...)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls):
            cls.__init__ = _initializing(vars(cls)["__init__"])
        if "build" in vars(cls):
            cls.build = _building(vars(cls)["build"])
        if "call" in vars(cls) and "_activation_is_last" not in vars(cls):
            cls._activation_is_last = False
        if cls.__module__.startswith("jaxkeras."):
            catalog.register()(cls)

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | DTypePolicy | None = None,
        activity_regularizer: Any = None,
        input_shape: Sequence[int | None] | int | None = None,
        input_dim: int | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_shape: Sequence[int | None] | None = None,
    ):
        self._children: tuple[str, ...] = ()
        self._nodes: tuple[Node, ...] = ()  # the calls on symbolic tensors
        self.name = name or unique_name(snake_case(type(self).__name__))
        self.dtype_policy = (
            dtype if isinstance(dtype, DTypePolicy) else DTypePolicy(dtype or floatx())
        )
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.built = False
        self._trainable = bool(trainable)
        if input_dim is not None:
            batch_shape = (None, whole_number("input_dim", input_dim))
        elif input_shape is not None:
            batch_shape = (None, *as_shape("input_shape", input_shape))
        self._batch_shape = tuple(batch_shape or batch_input_shape or ()) or None

    def __setattr__(self, name: str, value: Any) -> None:
        if "_children" not in vars(self) and name != "_children":
            raise RuntimeError(
                f"{type(self).__name__}.__init__ must call super().__init__() before it sets "
                f"self.{name}."
            )
        value = _tracked(value)
        super().__setattr__(name, value)
        if _is_node(value) and name not in self._children:
            super().__setattr__("_children", (*self._children, name))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    # ------------------------------------------------------------------ building and calling

    @property
    def kind(self) -> str:
        """Name of the class, for people."""
        return type(self).__name__

    @property
    def label(self) -> str:
        """Class and name, for messages: ``Dense "dense_1"``."""
        return f'{self.kind} "{self.name}"'

    @_building
    def build(self, input_shape: Any) -> None:
        """Create the weights for inputs of this shape (batch included, unknown dims ``None``)."""

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """The computation on arrays; the one method that every layer defines."""
        raise NotImplementedError(
            f"{self.label} has no computation: define `def call(self, inputs)` in its class."
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Apply the layer to arrays, or record it on symbolic tensors.

        Args:
            *args: arrays or nested structures of them, as `call` takes them.
            **kwargs: further arguments of `call`. ``training`` reaches every layer inside.
        """
        training = kwargs.pop("training", None)
        if training is None:
            outer = _current_call.get()
            training = outer.training if outer else False
        args = with_input(self.label, self.call, args, kwargs)
        if is_symbolic((args, kwargs)):
            return self._call_symbolic(args, kwargs)
        args, kwargs = jax.tree.map(self._as_array, (args, kwargs))
        self._ensure_built(args)
        with call_scope(training):
            return self._call_checked(args, kwargs)

    def _call_checked(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        shapes = jax.tree.map(_shape, args)
        if self.input_spec is not None and shapes:
            self.input_spec.check(self.label, shapes[0])
        call = _current_call.get()
        assert call is not None
        accepted = _parameters_of(type(self).call)
        if "training" in accepted:
            kwargs = {**kwargs, "training": call.training}
        masks = jax.tree.map(get_mask, args[0]) if args else None
        if jax.tree.leaves(masks) and "mask" in accepted and kwargs.get("mask") is None:
            kwargs = {**kwargs, "mask": masks}
        try:
            outputs = self.call(*args, **kwargs)
        except Exception as error:
            explain(error, f"While calling {self.label} on shape {', '.join(map(str, shapes))}.")
            raise
        if outputs is None:
            raise TypeError(f"{self.label}: its call() returned nothing. End it with `return ...`.")
        if self.activity_regularizer is not None:
            for output in jax.tree.leaves(outputs):
                self.add_loss(self.activity_regularizer(output) / output.shape[0])
        self._pass_mask_on(args, kwargs.get("mask", masks), outputs)
        return outputs

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the output, given the input and its mask; by default it is passed on."""
        return previous_mask

    def _pass_mask_on(self, args: tuple, mask: Any, outputs: Any) -> None:
        if not args or (not jax.tree.leaves(mask) and not _makes_mask(type(self))):
            return
        mask = self.compute_mask(args[0], mask)
        leaves = jax.tree.leaves(outputs)
        masks = mask if isinstance(mask, (list, tuple)) else [mask]
        for output, own_mask in zip(leaves, masks, strict=False):
            fits = own_mask is not None and output.shape[: own_mask.ndim] == own_mask.shape
            set_mask(output, own_mask if fits else None)

    def _call_symbolic(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        self._ensure_built(args)
        node = Node(self, args, kwargs)
        self._nodes = (*self._nodes, node)
        return noted(node, self._infer(args, kwargs))

    @property
    def input(self) -> Any:
        """The symbolic input of the layer's first call."""
        return self._first_node().args[0]

    @property
    def output(self) -> Any:
        """The symbolic output of the layer's first call."""
        return self._first_node().outputs

    def _first_node(self) -> Node:
        if not self._nodes:
            raise AttributeError(
                f"{self.label} was not called on a symbolic tensor yet, so it has no input and "
                "output. Call it on an Input(...), or put it in a model that knows its input shape."
            )
        return self._nodes[0]

    def _infer(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        """Outputs of an inference call as symbolic tensors, leaving the layer untouched."""
        self._build_inside(args, kwargs)
        graphdef, state = nnx.split(self)
        arrays = nnx.to_pure_dict(state)
        errors: list[Exception] = []

        def run(args: tuple, kwargs: dict[str, Any]) -> Any:
            try:
                return _called(nnx.merge(graphdef, arrays), args, kwargs)
            except Exception as error:
                errors.append(error)
                raise

        try:
            return infer(run, args, kwargs)
        except Exception as error:
            # A second attempt is made with numbers for unknown sizes; the first one knew better.
            told = errors[0] if errors and type(errors[0]) is type(error) else error
        raise told

    def _ensure_built(self, args: tuple) -> None:
        if not self.built:
            shapes = jax.tree.map(_shape, args)[:1]
            try:
                self.build(*shapes)
            except Exception as error:
                explain(
                    error, f"While building {self.label} for shape {', '.join(map(str, shapes))}."
                )
                raise

    def _home(self) -> contextlib.AbstractContextManager:
        """Where to make weights so that they live as long as the layer.

        That is outside of whatever trace is running, unless the layer belongs to the trace, as the
        copies do that `nnx.jit` and `nnx.merge` make.
        """
        try:
            self.built = False
        except TraceContextError:
            return jax.core.eval_context()
        return contextlib.nullcontext()

    def _build_inside(self, args: tuple, kwargs: dict[str, Any]) -> None:
        """Build the layers inside by tracing a call: each gets its weights when its input comes."""
        if not self._is_built():
            self._ensure_built(args)
        if not self._is_built():
            infer(lambda args, kwargs: _called(self, args, kwargs), args, kwargs)

    def _is_built(self) -> bool:
        return all(layer.built for layer in self._flatten_layers())

    def _as_array(self, value: Any) -> Any:
        """NumPy to JAX, and floating-point numbers to the type that the layer computes in."""
        is_plain = isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biuf"
        if is_plain or isinstance(value, nnx.Variable):
            value = jnp.asarray(value)
        elif not isinstance(value, jax.Array) and hasattr(value, "__array__"):
            value = jnp.asarray(as_numpy(value, f"The input of {self.label}"))
        is_float = isinstance(value, jax.Array) and jnp.issubdtype(value.dtype, jnp.floating)
        if is_float and value.dtype != self.compute_dtype:
            mask = get_mask(value)
            value = value.astype(self.compute_dtype)
            set_mask(value, mask)
        return value

    def compute_output_shape(self, input_shape: Shape) -> Any:
        """Shape of the output for an input of this shape; builds the layer if need be.

        Args:
            input_shape: the dimensions, batch included, ``None`` where one is not known.
        """
        inputs = jax.tree.map(
            lambda shape: KerasTensor(shape, self.compute_dtype), input_shape, is_leaf=_is_shape
        )
        self._ensure_built((inputs,))
        return jax.tree.map(lambda output: output.shape, self._infer((inputs,), {}))

    def detach_activation(self, name: str) -> Callable | None:
        """Take the activation called ``name`` off the end of this layer and return it.

        Training does so to a working copy, to compute softmax and its cross-entropy as one.
        Returns ``None``, and changes nothing, where the layer does not end with that activation.
        """
        if not self._activation_is_last or self.activity_regularizer is not None:
            return None
        activation: Any = self.activation
        if activation is not activations.get(name):
            return None
        self.activation = activations.linear
        return activation

    # ------------------------------------------------------------------ weights

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
    ) -> nnx.Variable:
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
        make = initializers.get("glorot_uniform" if initializer is None else initializer)
        assert make is not None
        value = make(tuple(shape), dtype or self.variable_dtype)
        return (Weight if trainable else NonTrainableWeight)(
            value,
            name=name,
            regularizer=regularizers.get(regularizer),
            constraint=constraints.get(constraint),
        )

    def add_loss(self, value: Any) -> None:
        """Add a scalar to the loss of the call that is running."""
        call = _current_call.get()
        if call is None:
            raise RuntimeError(f"{self.label}: add_loss() belongs inside call().")
        call.losses.append(jnp.asarray(value))

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
    def losses(self) -> list[jax.Array]:
        """The penalties of regularized weights."""
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

    def _flatten_layers(self) -> Iterator["Layer"]:
        """This layer and all layers inside it."""
        yield self
        for child in children_of(self):
            if isinstance(child, Layer):
                yield from child._flatten_layers()

    # ------------------------------------------------------------------ types and configuration

    @property
    def compute_dtype(self) -> str:
        """Float type of the computation."""
        return self.dtype_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """Float type of the weights."""
        return self.dtype_policy.variable_dtype

    dtype = variable_dtype

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        config = super().get_config()
        for name in ("input_shape", "input_dim", "batch_input_shape", "batch_shape"):
            config.pop(name, None)
        if config.get("activity_regularizer") is None:
            config.pop("activity_regularizer", None)
        own = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype_policy.name}
        return own | {name: value for name, value in config.items() if name not in own}


def _called(layer: Layer, args: tuple, kwargs: dict[str, Any]) -> Any:
    args, kwargs = jax.tree.map(layer._as_array, (args, kwargs))
    with call_scope(training=False):
        return layer._call_checked(args, kwargs)


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


def _is_shape(value: Any) -> bool:
    return isinstance(value, tuple) and all(dim is None or isinstance(dim, int) for dim in value)


def _shape(value: Any) -> Shape:
    """The shape of an array, a traced array or a symbolic tensor, unknown dimensions as None."""
    return tuple(dim if isinstance(dim, int) else None for dim in np.shape(value))


@functools.cache
def _parameters_of(call: Callable) -> frozenset[str]:
    return frozenset(inspect.signature(call).parameters)


def _makes_mask(cls: type[Layer]) -> bool:
    return cls.compute_mask is not Layer.compute_mask


def children_of(node: Any) -> Iterator[Any]:
    """Variables and modules that a module holds, through its lists and dictionaries."""
    if isinstance(node, (dict, list, tuple)):
        held = list(node.values()) if isinstance(node, dict) else node
    else:
        names = node._children if isinstance(node, Layer) else list(vars(node))
        held = [vars(node).get(name) for name in names]
    for child in held:
        if isinstance(child, (nnx.List, nnx.Dict, dict, list, tuple)):
            yield from children_of(child)
        elif _is_node(child):
            yield child


def weights_of(
    node: Any, trainable: bool = True, seen: set[int] | None = None
) -> Iterator[tuple[nnx.Variable, bool]]:
    """Each weight once, with whether training changes it."""
    seen = set() if seen is None else seen
    trainable = trainable and getattr(node, "_trainable", True)
    children = list(children_of(node))
    variables = [child for child in children if isinstance(child, nnx.Variable)]
    variables = [child for child in variables if not isinstance(child, nnx.RngState)]
    for variable in sorted(variables, key=lambda v: not isinstance(v, nnx.Param)):
        if id(variable) not in seen:
            seen.add(id(variable))
            yield variable, trainable and isinstance(variable, nnx.Param)
    for child in children:
        if not isinstance(child, nnx.Variable):
            yield from weights_of(child, trainable, seen)

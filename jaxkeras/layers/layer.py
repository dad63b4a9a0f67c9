"""The base of all layers: what Keras adds to a Flax NNX module."""

import contextlib
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import jax
import jax.core
import jax.numpy as jnp
import numpy as np
from flax import nnx
from flax.errors import TraceContextError

from jaxkeras import activations, regularizers
from jaxkeras.config import DTypePolicy
from jaxkeras.layers._legacy_keywords import in_todays_words
from jaxkeras.layers.arguments import as_numpy, as_shape, explain, whole_number, with_input
from jaxkeras.layers.configured import as_policy
from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.mask import get_mask, set_mask
from jaxkeras.layers.reporting import Added, metrics_kept
from jaxkeras.layers.scope import Build, call_scope, current_call
from jaxkeras.layers.stateless import Stateless
from jaxkeras.layers.symbolic_calls import SymbolicCalls, shape_of
from jaxkeras.random import key_scope, to_stream
from jaxkeras.registry import Catalog, snake_case, unique_name
from jaxkeras.symbolic import Node, is_symbolic

__all__ = ["Layer"]

catalog = Catalog("layer")
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _building(build: Callable) -> Callable:
    """A `build` that makes its weights where they live as long as the layer, and marks it built."""

    signature = inspect.signature(build)

    @functools.wraps(build)
    def building(self: "Layer", *args: Any, **kwargs: Any) -> None:
        if (call := current_call()) is not None:
            call.builds.append(Build(self._record, args, kwargs))
        with self._home(), key_scope(None):
            build(self, *args, **kwargs)
            self.built = True
        shapes = signature.bind(self, *args, **kwargs).arguments
        self._record.build_shapes = dict(list(shapes.items())[1:])

    return building


def _initializing(init: Callable) -> Callable:
    """An `__init__` that has to call the one of `Layer`."""

    @functools.wraps(init)
    def initializing(self: "Layer", *args: Any, **kwargs: Any) -> None:
        args, kwargs = in_todays_words(type(self), args, kwargs)
        init(self, *args, **kwargs)
        if "_children" not in vars(self):
            given = ", ".join(f"self.{name}" for name in vars(self) if not name.startswith("_"))
            raise RuntimeError(
                f"{type(self).__name__}.__init__ must call super().__init__()"
                + (f" and not only set {given}." if given else ".")
            )

    return initializing


class Layer(Stateless, SymbolicCalls):
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
    _looks_at_values: bool = False  # whether `_check_values` does
    _runs_foreign_code: bool = False  # which may draw random numbers without a seed

    def __new__(cls, *args: Any, **kwargs: Any):
        args, kwargs = in_todays_words(cls, args, kwargs, is_told=True)
        return super().__new__(cls, *args, **kwargs)

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
        else:
            cls._runs_foreign_code = True

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | DTypePolicy | Mapping[str, Any] | None = None,
        activity_regularizer: Any = None,
        input_shape: Sequence[int | None] | int | None = None,
        input_dim: int | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_shape: Sequence[int | None] | None = None,
    ):
        self._children: tuple[str, ...] = ()
        self._nodes: tuple[Node, ...] = ()  # the calls on symbolic tensors
        self._added = Added()  # no part of the pytree
        self.name = name or unique_name(snake_case(type(self).__name__))
        self.dtype_policy = as_policy(dtype)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.built = False
        self._trainable = bool(trainable)
        if self._runs_foreign_code:
            self._noise = to_stream(None, "noise")
        if input_dim is not None:
            batch_shape = (None, whole_number("input_dim", input_dim))
        elif input_shape is not None:
            batch_shape = (None, *as_shape("input_shape", input_shape))
        self._batch_shape = tuple(batch_shape or batch_input_shape or ()) or None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    # ------------------------------------------------------------------ building and calling

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
        outer = current_call()
        if training is None:
            training = outer.training if outer else None
        args = with_input(self.label, self.call, args, kwargs)
        if is_symbolic((args, kwargs)):
            return self._call_symbolic(args, kwargs)
        args, kwargs = jax.tree.map(self._as_array, (args, kwargs))
        self._ensure_built(args, kwargs)
        is_pure = outer is None and any(
            isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(args)
        )
        counts = metrics_kept(self) if is_pure else contextlib.nullcontext()
        with counts, call_scope(training, outer) as call:
            outputs = self._call_checked(args, kwargs)
        if outer is None:
            self._added.losses = call.losses
        return outputs

    def _call_checked(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        shapes = jax.tree.map(shape_of, args)
        if self.input_spec is not None and shapes:
            self.input_spec.check(self.label, shapes[0])
        call = current_call()
        assert call is not None
        accepted = _parameters_of(type(self).call)
        if "training" in accepted and call.training is not None:
            kwargs = {**kwargs, "training": call.training}
        masks = jax.tree.map(get_mask, args[0]) if args else None
        if jax.tree.leaves(masks) and "mask" in accepted and kwargs.get("mask") is None:
            kwargs = {**kwargs, "mask": masks}
        try:
            with self._drawing():
                outputs = self.call(*args, **kwargs)
        except Exception as error:
            explain(error, f"While calling {self.label} on shape {', '.join(map(str, shapes))}.")
            raise
        if outputs is None:
            raise TypeError(f"{self.label}: its call() returned nothing. End it with `return ...`.")
        outputs = jax.tree.map(_value, outputs, is_leaf=_is_variable)
        if self.activity_regularizer is not None:
            for output in jax.tree.leaves(outputs):
                self.add_loss(self.activity_regularizer(output) / output.shape[0])
        self._pass_mask_on(args, kwargs.get("mask", masks), outputs)
        return outputs

    def _drawing(self) -> contextlib.AbstractContextManager:
        """Where random numbers without a seed come from while the layer computes."""
        return key_scope(self._noise) if self._runs_foreign_code else contextlib.nullcontext()

    def _check_values(self, inputs: Any) -> None:
        """Refuse data that the layer cannot take, before a compiled program gets them."""

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the output, given the input and its mask; by default it is passed on."""
        return previous_mask

    def _pass_mask_on(self, args: tuple, mask: Any, outputs: Any) -> None:
        if not args or (not jax.tree.leaves(mask) and not _makes_mask(type(self))):
            return
        mask = self.compute_mask(args[0], mask)
        masks = jax.tree.leaves(mask, is_leaf=lambda leaf: leaf is None)
        for output, own_mask in zip(jax.tree.leaves(outputs), masks, strict=False):
            fits = own_mask is not None and output.shape[: own_mask.ndim] == own_mask.shape
            set_mask(output, own_mask if fits else None)

    def _ensure_built(self, args: tuple, kwargs: dict[str, Any]) -> None:
        if not self.built:
            first = jax.tree.map(shape_of, args)[:1]
            others = self._other_shapes(args, kwargs)
            try:
                self.build(*first, **others)
            except Exception as error:
                shapes = ", ".join(map(str, (*first, *others.values())))
                explain(error, f"While building {self.label} for shape {shapes}.")
                raise

    def _other_shapes(self, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
        """For a `build` with several parameters: ``value_shape`` is that of the ``value``."""
        names = list(inspect.signature(self.build).parameters)[1:]
        if not any(name.endswith("_shape") for name in names):
            return {}
        given = inspect.signature(self.call).bind_partial(*args, **kwargs).arguments
        values = {name: given.get(name.removesuffix("_shape")) for name in names}
        return {name: jax.tree.map(shape_of, v) for name, v in values.items() if v is not None}

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


def _is_variable(value: Any) -> bool:
    return isinstance(value, nnx.Variable)


def _value(value: Any) -> Any:
    return value[...] if _is_variable(value) else value


@functools.cache
def _parameters_of(function: Callable) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters)


def _makes_mask(cls: type[Layer]) -> bool:
    return cls.compute_mask is not Layer.compute_mask

"""Functions written for JAX as layers."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from jaxkeras.layers.configured import is_shape
from jaxkeras.layers.layer import Layer
from jaxkeras.random import next_key, to_stream
from jaxkeras.registry import suggest
from jaxkeras.variable import value_of

__all__ = ["JaxLayer"]

_OF_CALL = ("params", "state", "rng", "inputs", "training")
_OF_INIT = ("rng", "inputs", "training")


class JaxLayer(Layer):
    """A pure function of JAX, such as the ``apply`` of a Haiku module, with the face of a layer.

    Args:
        call_fn: computes the outputs from arguments of these names, any of them but ``inputs`` left
            out: ``params``, which training changes; ``state``, which `call_fn` changes itself by
            returning ``(outputs, new_state)``; ``rng``, a key of ``jax.random``, ``None`` in
            inference; ``inputs``; ``training``.
        init_fn: makes the parameters from ``rng``, ``inputs`` of ones and ``training=True``, again
            any but ``inputs`` left out; or ``(params, state)``, if `call_fn` takes a state.
        params: the parameters, a structure of arrays; then `init_fn` is not called.
        state: the state, likewise.
        seed: makes the keys of `call_fn` independent of the global seed.
        native_serialization_platforms: no matter here.
        **kwargs: see `Layer`.

    Input shape:
        what the function takes

    Output shape:
        what the function gives

    Raises:
        ValueError: a function takes other arguments, or there is nothing to make weights of.

    Example:
        >>> import jax, jax.numpy as jnp, jaxkeras
        >>> def init(rng, inputs):
        ...     return {"scale": jnp.ones(inputs.shape[-1])}
        >>> def scaled(params, inputs):
        ...     return params["scale"] * inputs
        >>> layer = jaxkeras.layers.JaxLayer(scaled, init)
        >>> layer(jnp.array([[1.0, 2.0]]))
        Array([[1., 2.]], dtype=float32)
        >>> layer.count_params()
        2
    """

    _unwritten = ("params", "state", "seed")

    def __init__(
        self,
        call_fn: Callable[..., Any],
        init_fn: Callable[..., Any] | None = None,
        params: Any = None,
        state: Any = None,
        seed: Any = None,
        native_serialization_platforms: Sequence[str] | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.call_fn = call_fn
        self.init_fn = init_fn
        self.seed = seed
        self._call_arguments = self._arguments_of("call_fn", call_fn, _OF_CALL)
        self._init_arguments = init_fn and self._arguments_of("init_fn", init_fn, _OF_INIT)
        has_weights = {"params", "state"} & set(self._call_arguments)
        if has_weights and init_fn is None and params is None and state is None:
            raise ValueError(
                f"{self.label}: call_fn takes {' and '.join(sorted(has_weights))}. Pass init_fn to "
                "make them, or themselves."
            )
        if "rng" in self._call_arguments:
            self.seed_generator = to_stream(seed, "noise")
        self._is_given = params is not None or state is not None
        if self._is_given:
            self._keep(params, state)

    def _arguments_of(
        self, name: str, function: Callable[..., Any], known: Sequence[str]
    ) -> tuple[str, ...]:
        """The parameters of a function, all of which have to be known ones."""
        names = tuple(inspect.signature(function).parameters)
        for wrong in set(names) - set(known):
            raise ValueError(
                f"{self.label}: {name} has an argument {wrong!r}, and only gets "
                f"{', '.join(known)}.{suggest(wrong, known)}"
            )
        if "inputs" not in names:
            raise ValueError(f"{self.label}: {name} needs an argument called inputs.")
        return names

    def _keep(self, params: Any, state: Any) -> None:
        """Weights for the arrays of two structures, and what else is in them as it is."""
        self._params, self._params_tree = self._variables("params", params, True)
        self._state, self._state_tree = self._variables("state", state, False)

    def _variables(self, kind: str, values: Any, trainable: bool) -> tuple[list[Any], Any]:
        paths, tree = jax.tree_util.tree_flatten_with_path(values)
        names = [jax.tree_util.keystr(path, simple=True, separator="/") for path, _ in paths]
        leaves = [value for _, value in paths]
        return [
            self._variable(name or kind, value, trainable)
            for name, value in zip(names, leaves, strict=True)
        ], tree

    def _variable(self, name: str, value: Any, trainable: bool) -> Any:
        if not isinstance(value, (jax.Array, np.ndarray, np.generic, bool, int, float)):
            return value
        array = jnp.asarray(value)
        is_float = jnp.issubdtype(array.dtype, jnp.floating)
        return self.add_weight(
            array.shape,
            lambda shape, dtype: array.astype(dtype),
            dtype=None if is_float else str(array.dtype),
            trainable=trainable and is_float,
            name=name,
        )

    @property
    def params(self) -> Any:
        """The parameters in their structure, as weights; ``None`` before there are any."""
        return jax.tree.unflatten(self._params_tree, self._params) if self._has_weights else None

    @property
    def state(self) -> Any:
        """The state in its structure, as weights; ``None`` before there is any."""
        return jax.tree.unflatten(self._state_tree, self._state) if self._has_weights else None

    @property
    def _has_weights(self) -> bool:
        return "_params_tree" in vars(self)

    def build(self, input_shape: Any) -> None:
        takes_weights = {"params", "state"} & set(self._call_arguments)
        if self._is_given or not takes_weights or self.init_fn is None:
            return
        ones = jax.tree.map(
            lambda shape: jnp.ones([1 if dim is None else dim for dim in shape]),
            input_shape,
            is_leaf=is_shape,
        )
        given = {"rng": next_key(), "inputs": ones, "training": True}
        made = self.init_fn(*(given[name] for name in self._init_arguments or ()))
        self._keep(*(made if "state" in self._call_arguments else (made, None)))

    def call(self, inputs: Any, training: bool = False) -> Any:
        given = {"inputs": inputs, "training": training, "rng": None}
        if training and "rng" in self._call_arguments:
            given["rng"] = self.seed_generator()
        if self._has_weights:
            for kind in ("params", "state"):
                given[kind] = jax.tree.map(self._value, getattr(self, kind), is_leaf=_is_variable)
        outputs = self.call_fn(*(given[name] for name in self._call_arguments))
        if "state" not in self._call_arguments:
            return outputs
        outputs, new_state = outputs
        self._update(new_state)
        return outputs

    def _value(self, leaf: Any) -> Any:
        if not _is_variable(leaf):
            return leaf
        value = value_of(leaf)
        is_float = jnp.issubdtype(value.dtype, jnp.floating)
        return value.astype(self.compute_dtype) if is_float else value

    def _update(self, state: Any) -> None:
        leaves, tree = jax.tree.flatten(state)
        if tree != self._state_tree:
            raise ValueError(
                f"{self.label}: call_fn returned a state of another structure than the one it got: "
                f"{tree}, expected {self._state_tree}."
            )
        for variable, value in zip(self._state, leaves, strict=True):
            if _is_variable(variable):
                variable.set_value(jnp.asarray(value, variable.dtype))


def _is_variable(value: Any) -> bool:
    return isinstance(value, nnx.Variable)

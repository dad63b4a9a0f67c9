"""What makes an operation of a function of arrays.

An operation takes arrays, numbers and lists of them and computes; on symbolic tensors it notes the
call in the graph and infers its result.
"""

import ast
import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import jax
import jax.numpy as jnp

from jaxkeras.config import image_data_format
from jaxkeras.registry import suggest
from jaxkeras.symbolic import record

__all__ = ["Tensor", "as_array", "layout", "operation", "refuse_sparse", "thin"]

P = ParamSpec("P")
R = TypeVar("R")

Tensor = Any  # an array, a number, a list of numbers, or a symbolic tensor

# Parameters by these names are tensors, wherever they occur.
_TENSORS = frozenset(
    "a abs_ angle b beta depthwise_kernel pointwise_kernel bias bins condition data gamma image1 image2 images indices inputs kernel key mask "
    "mean offset output output_length predictions q query scale segment_ids sequence_lengths "
    "sorted_sequence target target_length targets updates value values variance volumes weights "
    "x x1 x2 y".split()
)
_LISTS_OF_TENSORS = frozenset(["xs"])


def as_array(x: Any) -> Any:
    """``x`` as an array of JAX, which numbers, lists and NumPy's arrays become.

    Example:
        >>> from jaxkeras.ops._operation import as_array
        >>> as_array([1.0, 2.0])
        Array([1., 2.], dtype=float32)
    """
    return x if x is None or isinstance(x, jax.Array) else jnp.asarray(x)


def layout(data_format: str | None) -> str:
    """The argument ``data_format``, by default the global setting.

    Raises:
        ValueError: it is neither ``"channels_last"`` nor ``"channels_first"``.

    Example:
        >>> from jaxkeras.ops._operation import layout
        >>> layout(None)
        'channels_last'
    """
    value = str(data_format or image_data_format()).lower()
    choices = ("channels_last", "channels_first")
    if value not in choices:
        raise ValueError(
            f"data_format must be 'channels_last' or 'channels_first'. Received: {data_format!r}."
            f"{suggest(value, choices)}"
        )
    return value


def refuse_sparse(name: str, sparse: Any) -> None:
    """Say that results are dense.

    Raises:
        ValueError: a sparse result was asked for.
    """
    if sparse:
        raise ValueError(f"{name} gives dense arrays only. Leave sparse=True out.")


def _normal(name: str, value: Any) -> Any:
    """An argument in the form that JAX takes."""
    if name in _TENSORS:
        return as_array(value)
    if name in _LISTS_OF_TENSORS and isinstance(value, (list, tuple)):
        return [as_array(item) for item in value]
    if name in ("axis", "axes") and isinstance(value, list):
        return tuple(value)
    return value


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator: the function takes whatever stands for an array, and symbolic tensors.

    Its arguments are bound to the names of the parameters; those whose name means a tensor arrive
    as arrays.

    Example:
        >>> from jaxkeras import KerasTensor
        >>> from jaxkeras.ops._operation import operation
        >>> @operation
        ... def halve(x):
        ...     return x / 2
        >>> halve([2.0, 4.0]), halve(KerasTensor((None, 3))).shape
        (Array([1., 2.], dtype=float32), (None, 3))
    """
    # So that doctest finds the examples, which lie behind a wrapper of another module.
    vars(inspect.getmodule(function)).setdefault("__test__", {})[function.__name__] = function
    return _recorded(function, inspect.signature(function))


def thin(
    function: Callable[..., Any],
    parameters: str = "x",
    name: str | None = None,
    **fixed: Any,
) -> Callable[..., Any]:
    """An operation that is a function of JAX under the name and with the parameters of Keras.

    Args:
        function: what it calls: parameters without a default go by position, others by name.
        parameters: those of Keras, as they stand between the brackets of a ``def``.
        name: that of Keras, where it differs from the function's.
        **fixed: arguments that the function always gets.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops._operation import thin
        >>> total = thin(jnp.sum, "x, axis=None, keepdims=False")
        >>> total([[1.0, 2.0]], axis=1), total.__name__
        (Array([3.], dtype=float32), 'sum')
    """
    signature = _signature(parameters)
    required = [p.name for p in signature.parameters.values() if p.default is p.empty]

    def call(**arguments: Any) -> Any:
        positional = [arguments.pop(own) for own in required]
        return function(*positional, **arguments, **fixed)

    call.__name__ = call.__qualname__ = name or function.__name__
    summary = next(filter(None, map(str.strip, (function.__doc__ or "").splitlines())), "")
    call.__doc__ = (
        f"{summary}\n\nCalls `{_place(function)}` under the name and with the parameters of "
        f"``keras.ops.{call.__name__}``,\non arrays and on symbolic tensors."
    )
    return _recorded(call, signature)


def _recorded(function: Callable, signature: inspect.Signature) -> Callable[..., Any]:
    """The function behind a binding of its arguments and behind `record`."""
    kinds = {name: p.kind for name, p in signature.parameters.items()}
    by_position = [name for name, kind in kinds.items() if kind is inspect.Parameter.VAR_POSITIONAL]
    by_keyword = [name for name, kind in kinds.items() if kind is inspect.Parameter.VAR_KEYWORD]

    def compute(*args: Any, **kwargs: Any) -> Any:
        arguments = signature.bind(*args, **kwargs).arguments
        rest = [as_array(value) for name in by_position for value in arguments.pop(name, ())]
        more = [arguments.pop(name, {}) for name in by_keyword]
        arguments = {name: _normal(name, value) for name, value in arguments.items()}
        if rest:
            return function(*arguments.values(), *rest, **dict(*more))
        return function(**arguments, **dict(*more))

    compute.__name__ = compute.__qualname__ = function.__name__

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return record(compute, *args, **kwargs)

    call.__signature__ = signature  # pyright: ignore[reportFunctionMemberAccess]
    return call


def _signature(parameters: str) -> inspect.Signature:
    """The signature that a ``def`` with these parameters has."""
    arguments = ast.parse(f"def f({parameters}): ...").body[0].args  # pyright: ignore
    defaults = [ast.literal_eval(default) for default in arguments.defaults]
    names = [argument.arg for argument in arguments.args]
    missing = [inspect.Parameter.empty] * (len(names) - len(defaults))
    return inspect.Signature(
        [
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)
            for name, default in zip(names, missing + defaults, strict=True)
        ]
    )


def _place(function: Callable) -> str:
    """Where users find a function: ``jax.numpy.add``."""
    module = getattr(function, "__module__", "jax").replace("jax._src.numpy", "jax.numpy")
    return f"{module}.{function.__name__}"

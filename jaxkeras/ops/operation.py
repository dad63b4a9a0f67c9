"""What makes an operation of a function of arrays.

An operation takes arrays, numbers and lists of them and computes; on symbolic tensors it notes the
call in the graph and infers its result.
"""

import ast
import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Optional, ParamSpec, TypeVar

import jax
import jax.numpy as jnp
import jax.scipy

from jaxkeras import activations
from jaxkeras.config import image_data_format
from jaxkeras.registry import keywords_of, refuse_unknown, suggest
from jaxkeras.symbolic import record

__all__ = ["Tensor", "as_array", "layout", "operation", "refuse_sparse", "thin"]

P = ParamSpec("P")
R = TypeVar("R")

# An array, a number, a list of numbers, or a symbolic tensor. A parameter with this annotation
# arrives as an array in a function that is decorated with `operation`.
Tensor = Annotated[Any, "tensor"]

# Parameters that are tensors in the operations that `thin` makes.
_TENSORS = {
    "a", "array", "b", "bins", "data", "indices", "q", "segment_ids", "sorted_sequence", "values",
    "weights", "x", "x1", "x2", "y",
}  # fmt: skip

# The modules that have the functions which operations call.
_HOMES = (
    jnp, jnp.linalg, jax.nn, jax.lax, jax.ops, jax.scipy.linalg, jax.scipy.special, activations,
)  # fmt: skip


def as_array(x: Any) -> Any:
    """``x`` as an array of JAX, which numbers, lists and NumPy's arrays become.

    Example:
        >>> from jaxkeras.ops.operation import as_array
        >>> as_array([1.0, 2.0])
        Array([1., 2.], dtype=float32)
    """
    return x if x is None or isinstance(x, jax.Array) else jnp.asarray(x)


def layout(data_format: str | None) -> str:
    """The argument ``data_format``, by default the global setting.

    Raises:
        ValueError: it is neither ``"channels_last"`` nor ``"channels_first"``.

    Example:
        >>> from jaxkeras.ops.operation import layout
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


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator: the function takes whatever stands for an array, and symbolic tensors.

    Arguments for parameters that are annotated as `Tensor` arrive as arrays.

    Example:
        >>> from jaxkeras import KerasTensor
        >>> from jaxkeras.ops.operation import Tensor, operation
        >>> @operation
        ... def halve(x: Tensor) -> Tensor:
        ...     return x / 2
        >>> halve([2.0, 4.0]), halve(KerasTensor((None, 3))).shape
        (Array([1., 2.], dtype=float32), (None, 3))
    """
    signature = inspect.signature(function)
    kinds = (Tensor, Optional[Tensor])  # noqa: UP045
    tensors = [p.name for p in signature.parameters.values() if p.annotation in kinds]
    return _recorded(function, signature, tensors)


def thin(
    function: Callable[..., Any],
    parameters: str = "x",
    name: str | None = None,
) -> Callable[..., Any]:
    """An operation that is a function of JAX under the name and with the parameters of Keras.

    Args:
        function: what it calls: parameters without a default go by position, others by name.
        parameters: those of Keras, as they stand between the brackets of a ``def``.
        name: that of Keras, where it differs from the function's.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.ops.operation import thin
        >>> total = thin(jnp.sum, "x, axis=None, keepdims=False")
        >>> total([[1.0, 2.0]], axis=1), total.__name__
        (Array([3.], dtype=float32), 'sum')
    """
    signature = _signature(parameters)
    names = list(signature.parameters)
    defaults = {
        p.name: p.default for p in signature.parameters.values() if p.default is not p.empty
    }
    required = len(names) - len(defaults)

    def call(*args: Any, **options: Any) -> Any:
        named = dict(zip(names[required:], args[required:], strict=False))
        return function(*args[:required], **(defaults | named | options))

    call.__name__ = call.__qualname__ = name or function.__name__
    summary = next(filter(None, map(str.strip, (function.__doc__ or "").splitlines())), "")
    call.__doc__ = (
        f"{summary}\n\nCalls `{_place(function)}`, on arrays and on symbolic tensors. Name and "
        "parameters are Keras's."
    )
    return _recorded(call, signature, [name for name in names if name in _TENSORS])


def _recorded(
    function: Callable[..., Any], signature: inspect.Signature, tensors: Sequence[str]
) -> Callable[..., Any]:
    """The function behind a binding of its arguments and behind `record`."""
    known = keywords_of(signature)
    several = {p.name for p in signature.parameters.values() if p.kind is p.VAR_POSITIONAL}

    def compute(*args: Any, **kwargs: Any) -> Any:
        refuse_unknown(function.__name__, kwargs, known)
        bound = signature.bind(*args, **kwargs)
        for name, value in bound.arguments.items():
            if name in tensors and name in several:
                bound.arguments[name] = tuple(as_array(item) for item in value)
            elif name in tensors:
                bound.arguments[name] = as_array(value)
            elif name in ("axis", "axes") and isinstance(value, list):
                bound.arguments[name] = tuple(value)
        return function(*bound.args, **bound.kwargs)

    compute.__name__ = compute.__qualname__ = function.__name__

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return record(compute, *args, **kwargs)

    vars(call).update(__signature__=signature, tensors=frozenset(tensors))
    vars(compute).update(operation=call)
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
    own = function.__name__
    for home in _HOMES:
        if getattr(getattr(home, own, None), "__module__", None) == function.__module__:
            return f"{home.__name__}.{own}"
    return f"{function.__module__}.{own}"

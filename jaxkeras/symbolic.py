"""Symbolic tensors: a shape with unknown dimensions, a type, and where it came from.

The unknown dimensions of a `KerasTensor` are symbols of ``jax.export``. So the output shape of any
JAX function follows from tracing it with `infer`; no layer has to state its own.
"""

import functools
import inspect
import itertools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import jax
from jax import export

from jaxkeras.config import standardize_dtype
from jaxkeras.registry import keywords_of, refuse_unknown

__all__ = [
    "KerasTensor",
    "Node",
    "get_source_inputs",
    "infer",
    "infer_call",
    "is_keras_tensor",
    "is_symbolic",
    "note",
    "record",
    "recordable",
]

P = ParamSpec("P")
R = TypeVar("R")
Shape = tuple[int | None, ...]

_scope = export.SymbolicScope()
_fresh = itertools.count()
# Sizes that stand in for unknown dimensions where a function cannot be traced with symbols.
_STAND_INS = (8, 16)


def _symbol(name: str) -> Any:
    return export.symbolic_shape(name, scope=_scope)[0]


def _spec(shape: Shape, dtype: str) -> jax.ShapeDtypeStruct:
    """Shape and type with a symbol for every unknown dimension, the same one on the same axis."""
    dims = (
        _symbol("b" if axis == 0 else f"d{axis}") if dim is None else dim
        for axis, dim in enumerate(shape)
    )
    return jax.ShapeDtypeStruct(tuple(dims), jax.dtypes.canonicalize_dtype(dtype))


@dataclass(eq=False)
class Node:
    """One call that was recorded: ``outputs = operation(*args, **kwargs)``.

    Attributes:
        operation: a layer, or a function of arrays.
        args: what it was called with; symbolic tensors stand for arrays.
        kwargs: likewise.
        outputs: a structure of symbolic tensors.
        name: of the call of a function, where it came with one.
    """

    operation: Callable
    args: tuple
    kwargs: dict[str, Any]
    outputs: Any = None
    name: str | None = None

    @property
    def inputs(self) -> list["KerasTensor"]:
        """The symbolic tensors among the arguments."""
        leaves = jax.tree.leaves((self.args, self.kwargs))
        return [leaf for leaf in leaves if isinstance(leaf, KerasTensor)]

    def __deepcopy__(self, memo: Any) -> "Node":
        return self  # a record of what happened, never changed


class KerasTensor:
    """A tensor that has a shape and a type but no values yet.

    Args:
        shape: the dimensions; ``None`` where one is not known, such as the batch size.
        dtype: the type; by default `jaxkeras.config.floatx`.
        name: a name for messages and drawings.

    Example:
        >>> from jaxkeras import KerasTensor
        >>> KerasTensor((None, 28, 28), name="digits")
        <KerasTensor shape=(None, 28, 28), dtype=float32, name=digits>
    """

    def __init__(self, shape: Shape, dtype=None, name: str | None = None, node: Node | None = None):
        self.spec = _spec(shape, standardize_dtype(dtype))
        self.name = name or f"keras_tensor_{next(_fresh)}"
        self.node = node

    @classmethod
    def _from_spec(cls, spec: jax.ShapeDtypeStruct) -> "KerasTensor":
        """A tensor of a shape whose unknown dimensions are symbols already."""
        tensor = cls((), spec.dtype)
        tensor.spec = jax.ShapeDtypeStruct(spec.shape, spec.dtype)
        return tensor

    @property
    def shape(self) -> Shape:
        """The dimensions, ``None`` where one is not known."""
        return tuple(dim if isinstance(dim, int) else None for dim in self.spec.shape)

    @property
    def dtype(self) -> str:
        """Name of the type."""
        return standardize_dtype(self.spec.dtype)

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.spec.shape)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"

    def __deepcopy__(self, memo: Any) -> "KerasTensor":
        return self  # a name for a value, never changed

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "spec": (self.shape, self.dtype)}  # symbols are of this process

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, spec=_spec(*state["spec"]))

    def __getitem__(self, index: Any) -> "KerasTensor":
        return record(operator.getitem, self, index)

    def __iter__(self):
        raise TypeError(f"{self!r} has no values to go through. Take parts of it by index.")

    def __array__(self, *args, **kwargs):
        raise TypeError(
            f"{self!r} has no values: it only describes what a model will be fed. "
            "Pass a NumPy or JAX array where numbers are needed."
        )

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} has no values, so it is neither true nor false.")


def is_keras_tensor(x: Any) -> bool:
    """Whether it is a symbolic tensor.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.utils.is_keras_tensor(jaxkeras.Input((3,)))
        True
    """
    return isinstance(x, KerasTensor)


def get_source_inputs(tensor: "KerasTensor") -> list["KerasTensor"]:
    """The inputs that a symbolic tensor was computed from; of an input, itself.

    Args:
        tensor: a symbolic tensor.

    Example:
        >>> import jaxkeras
        >>> x, y = jaxkeras.Input((3,), name="x"), jaxkeras.Input((3,), name="y")
        >>> [source.name for source in jaxkeras.utils.get_source_inputs((x + y) * x)]
        ['x', 'y']
    """
    sources: list[KerasTensor] = []
    seen: set[int] = set()
    stack = [tensor]
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if current.node is None:
            sources.append(current)
        else:
            stack.extend(reversed(current.node.inputs))
    return sources


def is_symbolic(value: Any) -> bool:
    """Whether any leaf of a nested structure is a `KerasTensor`."""
    return any(isinstance(leaf, KerasTensor) for leaf in jax.tree.leaves(value))


def record(operation: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call a function of arrays; on symbolic tensors, note the call and infer its result.

    Args:
        operation: any function that JAX can trace.
        *args: its arguments, nested structures of arrays and symbolic tensors.
        **kwargs: likewise.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.symbolic import KerasTensor, record
        >>> total = record(jnp.sum, KerasTensor((None, 3)), axis=-1)
        >>> total.shape, total.node.operation is jnp.sum
        ((None,), True)
    """
    if is_symbolic((args, kwargs)):
        return note(operation, args, kwargs)
    return operation(*args, **kwargs)


def recordable(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator: the function takes symbolic tensors too, and notes such calls; see `record`.

    Args:
        function: a function of arrays that JAX can trace.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.symbolic import KerasTensor, recordable
        >>> @recordable
        ... def halve(x):
        ...     return jnp.asarray(x) / 2
        >>> halve(3.0), halve(KerasTensor((None, 3))).node.operation is halve
        (Array(1.5, dtype=float32, weak_type=True), True)
    """

    known = keywords_of(inspect.signature(function))

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> Any:
        refuse_unknown(function.__name__, kwargs, known)
        if is_symbolic((args, kwargs)):
            return note(call, args, kwargs)
        return function(*args, **kwargs)

    return call


def note(operation: Callable, args: tuple, kwargs: dict[str, Any]) -> Any:
    """Note a call on symbolic tensors and infer its result, symbolic tensors that know the call.

    Args:
        operation: a function or a callable object, which JAX can trace.
        args: its arguments, nested structures of arrays and symbolic tensors.
        kwargs: likewise.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.symbolic import KerasTensor, note
        >>> note(jnp.sum, (KerasTensor((None, 3)),), {"axis": 0}).shape
        (3,)
    """
    return noted(Node(operation, args, kwargs), infer_call(operation, args, kwargs))


def noted(node: Node, outputs: Any) -> Any:
    """The outputs of a call, each of which knows where it came from."""
    node.outputs = outputs
    for output in jax.tree.leaves(outputs):
        output.node = node
    return outputs


def infer_call(operation: Callable, args: tuple, kwargs: dict[str, Any]) -> Any:
    """What ``operation(*args, **kwargs)`` returns, with shapes and types in place of values.

    Only the symbolic tensors vary in the trace; the rest, such as a switch, is as it is.

    Args:
        operation: any function that JAX can trace.
        args: its arguments, nested structures.
        kwargs: likewise.

    Example:
        >>> from jaxkeras.symbolic import KerasTensor, infer_call
        >>> double = lambda x, twice: x * 2 if twice else x
        >>> infer_call(double, (KerasTensor((None, 3)),), {"twice": True}).shape
        (None, 3)
    """
    leaves, tree = jax.tree.flatten((args, kwargs))
    varying = [position for position, leaf in enumerate(leaves) if isinstance(leaf, KerasTensor)]

    def call(*values: Any) -> Any:
        merged = list(leaves)
        for position, value in zip(varying, values, strict=True):
            merged[position] = value
        args, kwargs = jax.tree.unflatten(tree, merged)
        return operation(*args, **kwargs)

    return infer(call, *(leaves[position] for position in varying))


def infer(function: Callable, *args: Any) -> Any:
    """What ``function(*args)`` returns, with shapes and types in place of values.

    Args:
        function: any function that JAX can trace.
        *args: nested structures of arrays and `KerasTensor`.

    Returns:
        The structure of the result with a `KerasTensor` for every array.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.symbolic import KerasTensor, infer
        >>> infer(lambda x: x.reshape(x.shape[0], -1), KerasTensor((None, 4, 4))).shape
        (None, 16)
    """
    leaves, tree = jax.tree.flatten(args)
    specs = [leaf.spec if isinstance(leaf, KerasTensor) else leaf for leaf in leaves]
    try:
        outputs = _trace(function, tree, specs)
    except Exception as error:
        if all(isinstance(dim, int) for spec in specs for dim in getattr(spec, "shape", ())):
            raise
        try:
            small, large = (_trace(function, tree, _concrete(specs, size)) for size in _STAND_INS)
        except type(error):
            raise error from None  # it speaks of unknown sizes, not of stand-ins for them
        outputs = jax.tree.map(_common_spec, small, large)
    return jax.tree.map(KerasTensor._from_spec, outputs)


def _trace(function: Callable, tree: Any, specs: list[Any]) -> Any:
    return jax.eval_shape(lambda *leaves: function(*jax.tree.unflatten(tree, leaves)), *specs)


def _concrete(specs: list[Any], size: int) -> list[Any]:
    """The same specs with every unknown dimension replaced by ``size``."""

    def replace(spec):
        if not isinstance(spec, jax.ShapeDtypeStruct):
            return spec
        shape = tuple(dim if isinstance(dim, int) else size for dim in spec.shape)
        return jax.ShapeDtypeStruct(shape, spec.dtype)

    return [replace(spec) for spec in specs]


def _common_spec(small: jax.ShapeDtypeStruct, large: jax.ShapeDtypeStruct) -> jax.ShapeDtypeStruct:
    """What two traces with different stand-ins agree on; the rest is unknown."""
    dims = (
        a if a == b else _symbol("b" if axis == 0 else f"u{next(_fresh)}")
        for axis, (a, b) in enumerate(zip(small.shape, large.shape, strict=True))
    )
    return jax.ShapeDtypeStruct(tuple(dims), small.dtype)


def _define_operators() -> None:
    """Give symbolic tensors Python's arithmetic and comparisons."""
    for name in ("neg", "pos", "abs", "invert"):
        function = getattr(operator, f"__{name}__")
        setattr(KerasTensor, f"__{name}__", functools.partialmethod(_unary, function))
    binary = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or")
    for name in (*binary, "xor", "lt", "le", "gt", "ge"):
        function = getattr(operator, f"__{name}__")
        setattr(KerasTensor, f"__{name}__", functools.partialmethod(_binary, function))
        if name in binary:
            setattr(KerasTensor, f"__r{name}__", functools.partialmethod(_reflected, function))


def _unary(self: KerasTensor, function: Callable) -> KerasTensor:
    return record(function, self)


def _binary(self: KerasTensor, function: Callable, other: Any) -> KerasTensor:
    return record(function, self, other)


def _reflected(self: KerasTensor, function: Callable, other: Any) -> KerasTensor:
    return record(function, other, self)


_define_operators()

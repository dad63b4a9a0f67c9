"""Operations on what tensors are, on single places in them, and on the flow of control."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.config import standardize_dtype
from jaxkeras.ops.operation import Tensor, as_array, operation, refuse_sparse, thin
from jaxkeras.symbolic import KerasTensor

__all__ = [
    "associative_scan", "cast", "cond", "convert_to_numpy", "convert_to_tensor", "custom_gradient",
    "dtype", "fori_loop", "is_tensor", "map", "saturate_cast", "scan", "scatter",
    "scatter_update", "shape", "slice", "slice_update", "stop_gradient", "switch", "unstack",
    "vectorized_map", "while_loop",
]  # fmt: skip

associative_scan = thin(jax.lax.associative_scan, "f, elems, reverse=False, axis=0")
cond = thin(jax.lax.cond, "pred, true_fn, false_fn")
fori_loop = thin(jax.lax.fori_loop, "lower, upper, body_fun, init_val")
map = thin(jax.lax.map, "f, xs")
scan = thin(jax.lax.scan, "f, init, xs=None, length=None, reverse=False, unroll=1")
stop_gradient = thin(jax.lax.stop_gradient, "variable")


@operation
def cast(x: Tensor, dtype: Any) -> Tensor:
    """The elements in another type.

    Args:
        x: tensor of any shape.
        dtype: the type, such as ``"float32"``.

    Example:
        >>> from jaxkeras import ops
        >>> ops.cast([0.0, 2.5], "int32")
        Array([0, 2], dtype=int32)
    """
    return x.astype(standardize_dtype(dtype))


def convert_to_numpy(x: Tensor) -> np.ndarray:
    """The tensor as an array of NumPy, which is a copy.

    Example:
        >>> from jaxkeras import ops
        >>> ops.convert_to_numpy(ops.ones(2))
        array([1., 1.], dtype=float32)
    """
    return np.array(x)


@operation
def convert_to_tensor(
    x: Tensor, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None
) -> Tensor:
    """Numbers, lists and arrays of NumPy as an array of JAX.

    Args:
        x: what to convert.
        dtype: the type; by default it follows from ``x``.
        sparse: sparse tensors are not supported.
        ragged: ragged tensors are not supported.

    Raises:
        ValueError: ``sparse`` or ``ragged`` is true.

    Example:
        >>> from jaxkeras import ops
        >>> ops.convert_to_tensor([1, 2], dtype="float32")
        Array([1., 2.], dtype=float32)
    """
    refuse_sparse("convert_to_tensor", sparse or ragged)
    return x if dtype is None else x.astype(standardize_dtype(dtype))


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator of a function that returns its value and a function for its gradient.

    Args:
        f: returns ``(value, grad)``; ``grad`` takes the gradient of the value and returns that of
            every argument.

    Example:
        >>> import jax
        >>> from jaxkeras import ops
        >>> @ops.custom_gradient
        ... def clipped(x):
        ...     return x**2, lambda upstream: ops.clip(2 * x * upstream, -1.0, 1.0)
        >>> float(jax.grad(clipped)(3.0))
        1.0
    """
    return jax.custom_gradient(f)


def dtype(x: Tensor) -> str:
    """Name of the type, of an array or a symbolic tensor.

    Example:
        >>> from jaxkeras import ops
        >>> ops.dtype(ops.ones(2))
        'float32'
    """
    return standardize_dtype((x if isinstance(x, KerasTensor) else as_array(x)).dtype)


def is_tensor(x: Any) -> bool:
    """Whether it is an array of JAX; symbolic tensors and arrays of NumPy are not.

    Example:
        >>> from jaxkeras import ops
        >>> ops.is_tensor(ops.ones(2)), ops.is_tensor([1.0])
        (True, False)
    """
    return isinstance(x, jax.Array)


@operation
def saturate_cast(x: Tensor, dtype: Any) -> Tensor:
    """The elements in another type; what it cannot hold becomes its least or greatest number.

    Args:
        x: tensor of any shape.
        dtype: the type, such as ``"uint8"``.

    Example:
        >>> from jaxkeras import ops
        >>> ops.saturate_cast([-1.0, 300.0], "uint8")
        Array([  0, 255], dtype=uint8)
    """
    target = jnp.dtype(standardize_dtype(dtype))
    least, greatest = _limits(target)
    own_least, own_greatest = _limits(x.dtype)
    low = np.asarray(max(least, own_least)).astype(x.dtype)
    high = np.asarray(min(greatest, own_greatest)).astype(x.dtype)
    # A float may round a limit to a number outside.
    low = low if low.item() >= least else np.nextafter(low, np.zeros_like(low))
    high = high if high.item() <= greatest else np.nextafter(high, np.zeros_like(high))
    return jnp.clip(x, low, high).astype(target)


def _limits(dtype: Any) -> tuple[Any, Any]:
    """Least and greatest number of a type, as Python's."""
    if jnp.issubdtype(dtype, jnp.bool_):
        return 0, 1
    is_integer = jnp.issubdtype(dtype, jnp.integer)
    limits = jnp.iinfo(dtype) if is_integer else jnp.finfo(dtype)
    kind = int if is_integer else float
    return kind(limits.min), kind(limits.max)


@operation
def scatter(indices: Tensor, values: Tensor, shape: Sequence[int]) -> Tensor:
    """Zeros, to which values are added at some places.

    Args:
        indices: ``(..., axes)``: the places, by their positions on the first axes of the result.
        values: what is added there.
        shape: that of the result.

    Example:
        >>> from jaxkeras import ops
        >>> ops.scatter([[1], [3], [3]], [5, 6, 1], (4,))
        Array([0, 5, 0, 7], dtype=int32)
    """
    return scatter_update(jnp.zeros(tuple(shape), values.dtype), indices, values, "add")


@operation
def scatter_update(
    inputs: Tensor, indices: Tensor, updates: Tensor, reduction: str | None = None
) -> Tensor:
    """A tensor with other values at some places.

    Args:
        inputs: tensor of any shape.
        indices: ``(..., axes)``: the places, by their positions on the first axes.
        updates: the values.
        reduction: what becomes of the old value: ``None`` replaces it, ``"add"``, ``"mul"``,
            ``"max"`` and ``"min"`` combine it with the new one.

    Raises:
        ValueError: ``reduction`` is none of these.

    Example:
        >>> from jaxkeras import ops
        >>> ops.scatter_update([1, 2, 3], [[0], [2]], [7, 9])
        Array([7, 2, 9], dtype=int32)
    """
    places = inputs.at[tuple(jnp.moveaxis(indices, -1, 0))]
    combine = {
        None: places.set,
        "add": places.add,
        "mul": places.multiply,
        "max": places.max,
        "min": places.min,
    }
    if reduction not in combine:
        raise ValueError(
            "scatter_update takes reduction=None, 'add', 'mul', 'max' or 'min'. "
            f"Received: {reduction!r}"
        )
    return combine[reduction](updates)


def shape(x: Tensor) -> tuple[int | None, ...]:
    """The dimensions, of an array or a symbolic tensor, which has ``None`` where one is unknown.

    Example:
        >>> from jaxkeras import KerasTensor, ops
        >>> ops.shape([[1, 2]]), ops.shape(KerasTensor((None, 2)))
        ((1, 2), (None, 2))
    """
    return tuple(x.shape if hasattr(x, "shape") else np.shape(x))


@operation
def slice(inputs: Tensor, start_indices: Any, shape: Sequence[int]) -> Tensor:
    """The part of a tensor that begins at a place and has a shape.

    Args:
        inputs: tensor of any shape.
        start_indices: where it begins on every axis; the numbers may be traced.
        shape: its shape; -1 for all that remains on an axis.

    Example:
        >>> from jaxkeras import ops
        >>> ops.slice([[1, 2, 3], [4, 5, 6]], (0, 1), (2, -1))
        Array([[2, 3],
               [5, 6]], dtype=int32)
    """
    sizes = [
        whole - start if size == -1 else size
        for whole, start, size in zip(inputs.shape, start_indices, shape, strict=True)
    ]
    return jax.lax.dynamic_slice(inputs, start_indices, sizes)


@operation
def slice_update(inputs: Tensor, start_indices: Any, updates: Tensor) -> Tensor:
    """A tensor in which a block is replaced.

    Args:
        inputs: tensor of any shape.
        start_indices: where the block begins on every axis; the numbers may be traced.
        updates: the block.

    Example:
        >>> from jaxkeras import ops
        >>> ops.slice_update([1, 2, 3], [1], [8, 9])
        Array([1, 8, 9], dtype=int32)
    """
    return jax.lax.dynamic_update_slice(inputs, updates.astype(inputs.dtype), start_indices)


@operation
def switch(index: Tensor, branches: Sequence[Callable[..., Any]], *arguments: Any) -> Any:
    """Call one of several functions.

    Args:
        index: which, a whole number that may be traced.
        branches: the functions, whose results have one structure.
        *arguments: what the function is called with.

    Example:
        >>> from jaxkeras import ops
        >>> float(ops.switch(1, [ops.add, ops.multiply], 3.0, 4.0))
        12.0
    """
    return jax.lax.switch(index, branches, *arguments)


@operation
def unstack(x: Tensor, num: int | None = None, axis: int = 0) -> list[Tensor]:
    """The slices along an axis, as a list.

    Args:
        x: tensor of any shape.
        num: their number, where the size of the axis is unknown.
        axis: the axis, which goes away.

    Example:
        >>> from jaxkeras import ops
        >>> ops.unstack([[1, 2], [3, 4]], axis=1)
        [Array([1, 3], dtype=int32), Array([2, 4], dtype=int32)]
    """
    count = x.shape[axis] if num is None else num
    return [jax.lax.index_in_dim(x, place, axis, keepdims=False) for place in range(count)]


@operation
def vectorized_map(function: Callable[..., Any], elements: Any) -> Any:
    """A function of single examples, called on a batch.

    Args:
        function: takes one example.
        elements: a tensor of examples, or a structure of tensors.

    Example:
        >>> from jaxkeras import ops
        >>> ops.vectorized_map(ops.sum, ops.ones((2, 3)))
        Array([3., 3.], dtype=float32)
    """
    return jax.vmap(function)(elements)


@operation
def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """Call a function on its own result for as long as a condition holds.

    Args:
        cond: takes the variables of the loop and tells whether to go on.
        body: takes them and returns new ones, of the same shapes and types.
        loop_vars: the first ones: a tuple or list, each an argument; or a single tensor.
        maximum_iterations: how often at most.

    Example:
        >>> from jaxkeras import ops
        >>> int(ops.while_loop(lambda i: i < 10, lambda i: i + 3, 0))
        12
    """
    is_many = isinstance(loop_vars, (tuple, list))

    def proceed(carry: tuple[Any, Any]) -> Any:
        step, variables = carry
        goes_on = cond(*variables)
        return goes_on if maximum_iterations is None else goes_on & (step < maximum_iterations)

    def advance(carry: tuple[Any, Any]) -> tuple[Any, Any]:
        step, variables = carry
        results = body(*variables)
        return step + 1, tuple(results) if is_many else (results,)

    first = (0, tuple(loop_vars) if is_many else (loop_vars,))
    _, variables = jax.lax.while_loop(proceed, advance, first)
    return variables if is_many else variables[0]

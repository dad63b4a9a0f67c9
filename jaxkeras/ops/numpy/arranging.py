"""Operations on shapes: reshaping, joining, splitting, choosing and moving of elements."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxkeras.config import standardize_dtype
from jaxkeras.ops.operation import Tensor, as_array, operation, thin

__all__ = [
    "append", "array_split", "broadcast_to", "concatenate", "diag", "diagflat", "diagonal",
    "dsplit", "dstack", "expand_dims", "flip", "fliplr", "flipud", "get_item", "hsplit", "hstack",
    "moveaxis", "ndim", "pad", "ravel", "repeat", "reshape", "roll", "rot90", "select", "size",
    "split", "squeeze", "stack", "swapaxes", "take", "take_along_axis", "tile", "transpose",
    "tril", "triu", "unravel_index", "view", "vsplit", "vstack", "where",
]  # fmt: skip


def _joined(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with the tensors of its list made into arrays."""

    @functools.wraps(function)
    def join(xs: Sequence[Tensor], **kwargs: Any) -> Any:
        return function([as_array(x) for x in xs], **kwargs)

    return join


append = thin(jnp.append, "x1, x2, axis=None")
array_split = thin(jnp.array_split, "x, indices_or_sections, axis=0")
broadcast_to = thin(jnp.broadcast_to, "x, shape")
concatenate = thin(_joined(jnp.concatenate), "xs, axis=0")
diag = thin(jnp.diag, "x, k=0")
diagflat = thin(jnp.diagflat, "x, k=0")
diagonal = thin(jnp.diagonal, "x, offset=0, axis1=0, axis2=1")
dsplit = thin(jnp.dsplit, "x, indices_or_sections")
dstack = thin(_joined(jnp.dstack), "xs")
expand_dims = thin(jnp.expand_dims, "x, axis")
flip = thin(jnp.flip, "x, axis=None")
fliplr = thin(jnp.fliplr)
flipud = thin(jnp.flipud)
hsplit = thin(jnp.hsplit, "x, indices_or_sections")
hstack = thin(_joined(jnp.hstack), "xs")
moveaxis = thin(jnp.moveaxis, "x, source, destination")
ravel = thin(jnp.ravel)
repeat = thin(jnp.repeat, "x, repeats, axis=None")
reshape = thin(jnp.reshape, "x, newshape")
roll = thin(jnp.roll, "x, shift, axis=None")
rot90 = thin(jnp.rot90, "array, k=1, axes=(0, 1)")
split = thin(jnp.split, "x, indices_or_sections, axis=0")
squeeze = thin(jnp.squeeze, "x, axis=None")
swapaxes = thin(jnp.swapaxes, "x, axis1, axis2")
take = thin(jnp.take, "x, indices, axis=None")
take_along_axis = thin(jnp.take_along_axis, "x, indices, axis=None")
tile = thin(jnp.tile, "x, repeats")
transpose = thin(jnp.transpose, "x, axes=None")
tril = thin(jnp.tril, "x, k=0")
triu = thin(jnp.triu, "x, k=0")
unravel_index = thin(jnp.unravel_index, "indices, shape")
vsplit = thin(jnp.vsplit, "x, indices_or_sections")
vstack = thin(_joined(jnp.vstack), "xs")


@operation
def get_item(x: Tensor, key: Any) -> Tensor:
    """``x[key]``

    Args:
        x: tensor of any shape.
        key: an index, a slice, a tuple of them, or a tensor of indices.

    Example:
        >>> from jaxkeras import ops
        >>> ops.get_item([[1, 2], [3, 4]], (slice(None), 1))
        Array([2, 4], dtype=int32)
    """
    return x[key]


def ndim(x: Tensor) -> int:
    """Number of axes, of an array or a symbolic tensor.

    Example:
        >>> from jaxkeras import KerasTensor, ops
        >>> ops.ndim([[1, 2]]), ops.ndim(KerasTensor((None, 2, 3)))
        (2, 3)
    """
    return x.ndim if hasattr(x, "ndim") else np.ndim(x)


@operation
def pad(
    x: Tensor, pad_width: Any, mode: str = "constant", constant_values: Tensor | None = None
) -> Tensor:
    """More elements before and after those on every axis.

    Args:
        x: tensor of any shape.
        pad_width: a pair (before, after) for every axis, or one pair or number for all.
        mode: how they are filled: ``"constant"``, ``"reflect"``, ``"edge"``, ``"wrap"``, ...
        constant_values: what a ``"constant"`` padding consists of; by default 0.

    Raises:
        ValueError: ``constant_values`` are given for another mode.

    Example:
        >>> from jaxkeras import ops
        >>> ops.pad([1, 2], (1, 2), constant_values=9)
        Array([9, 1, 2, 9, 9], dtype=int32)
    """
    if constant_values is None:
        return jnp.pad(x, pad_width, mode=mode)
    if mode != "constant":
        raise ValueError(f"pad takes constant_values with mode='constant' only, got mode={mode!r}.")
    return jnp.pad(x, pad_width, mode=mode, constant_values=constant_values)


@operation
def select(condlist: Sequence[Tensor], choicelist: Sequence[Tensor], default: Tensor = 0) -> Tensor:
    """Each element from the first of several tensors whose condition holds there.

    Args:
        condlist: tensors of booleans.
        choicelist: as many tensors of elements.
        default: what stands where no condition holds.

    Example:
        >>> from jaxkeras import ops
        >>> x = ops.arange(5)
        >>> ops.select([x < 2, x > 3], [x, 10 * x], default=-1)
        Array([ 0,  1, -1, -1, 40], dtype=int32)
    """
    return jnp.select([*map(as_array, condlist)], [*map(as_array, choicelist)], default)


@operation
def size(x: Tensor) -> Tensor:
    """Number of elements.

    Example:
        >>> from jaxkeras import ops
        >>> ops.size([[1, 2, 3]])
        3
    """
    return jnp.size(x)


@operation
def stack(x: Sequence[Tensor], axis: int = 0) -> Tensor:
    """Tensors of one shape, one beside the other along a new axis.

    Args:
        x: the tensors.
        axis: where the new axis is in the result.

    Example:
        >>> from jaxkeras import ops
        >>> ops.stack([[1, 2], [3, 4]], axis=1)
        Array([[1, 3],
               [2, 4]], dtype=int32)
    """
    return jnp.stack([as_array(item) for item in x], axis)


@operation
def view(x: Tensor, dtype: Any = None) -> Tensor:
    """The same bits, read as another type.

    Args:
        x: tensor of any shape.
        dtype: the type; a narrower one makes the last axis longer.

    Example:
        >>> from jaxkeras import ops
        >>> ops.view(ops.ones(1, "float32"), "int32")
        Array([1065353216], dtype=int32)
    """
    return x.view(x.dtype if dtype is None else standardize_dtype(dtype))


@operation
def where(condition: Tensor, x1: Tensor | None = None, x2: Tensor | None = None) -> Any:
    """Elements of ``x1`` where a condition holds, else of ``x2``; without both, where it holds.

    Args:
        condition: booleans.
        x1: tensor that broadcasts with it.
        x2: likewise.

    Raises:
        ValueError: one of ``x1`` and ``x2`` is given without the other.

    Example:
        >>> from jaxkeras import ops
        >>> ops.where([True, False], [1.0, 2.0], 0.0)
        Array([1., 0.], dtype=float32)
    """
    if x1 is None and x2 is None:
        return jnp.where(condition)
    if x1 is None or x2 is None:
        raise ValueError("where takes both x1 and x2, or neither.")
    return jnp.where(condition, x1, x2)

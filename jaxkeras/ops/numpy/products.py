"""Sums of products: of matrices, vectors and tensors."""

from typing import Any

import jax.numpy as jnp

from jaxkeras.ops.operation import Tensor, operation, thin

__all__ = [
    "cross", "dot", "einsum", "inner", "kron", "matmul", "outer", "slogdet", "tensordot", "trace",
    "vdot",
]  # fmt: skip

cross = thin(jnp.cross, "x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None")
dot = thin(jnp.dot, "x1, x2")
inner = thin(jnp.inner, "x1, x2")
kron = thin(jnp.kron, "x1, x2")
outer = thin(jnp.outer, "x1, x2")
tensordot = thin(jnp.tensordot, "x1, x2, axes=2")
trace = thin(jnp.trace, "x, offset=0, axis1=0, axis2=1")
vdot = thin(jnp.vdot, "x1, x2")


@operation
def einsum(subscripts: str, *operands: Tensor, **kwargs: Any) -> Tensor:
    """Sums of products along named axes.

    Args:
        subscripts: the axes of every operand, and of the result: ``"ij,jk->ik"``.
        *operands: the tensors. The products of 8-bit integers are 32-bit integers.
        **kwargs: see `jax.numpy.einsum`.

    Example:
        >>> from jaxkeras import ops
        >>> ops.einsum("i,i->", [1.0, 2.0], [3.0, 4.0])
        Array(11., dtype=float32)
    """
    return jnp.einsum(subscripts, *operands, **_sums_of(*operands), **kwargs)


@operation
def matmul(x1: Tensor, x2: Tensor) -> Tensor:
    """Product of matrices: sums over the last axis of ``x1`` and the second last of ``x2``.

    Args:
        x1: ``(..., rows, inner)``
        x2: ``(..., inner, columns)``. The products of 8-bit integers are 32-bit integers.

    Returns:
        ``(..., rows, columns)``

    Example:
        >>> from jaxkeras import ops
        >>> ops.matmul([[1.0, 2.0]], [[3.0], [4.0]])
        Array([[11.]], dtype=float32)
    """
    return jnp.matmul(x1, x2, **_sums_of(x1, x2))


@operation
def slogdet(x: Tensor) -> tuple[Tensor, Tensor]:
    """Sign of a determinant, and the logarithm of its absolute value.

    Args:
        x: ``(..., size, size)``

    Returns:
        Two tensors of shape ``(...,)``.

    Example:
        >>> from jaxkeras import ops
        >>> ops.slogdet([[1.0, 0.0], [0.0, -1.0]])
        (Array(-1., dtype=float32), Array(0., dtype=float32))
    """
    sign, logarithm = jnp.linalg.slogdet(x)
    return sign, logarithm


def _sums_of(*operands: Tensor) -> dict[str, Any]:
    """The type of sums of products, where it is not that of the factors."""
    is_narrow = all(operand.dtype == "int8" for operand in operands)
    return {"preferred_element_type": "int32"} if is_narrow else {}

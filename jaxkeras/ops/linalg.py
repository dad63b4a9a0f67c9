"""Operations of linear algebra."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer

from jaxkeras.ops.operation import Tensor, operation, thin

__all__ = [
    "cholesky", "cholesky_inverse", "det", "eig", "eigh", "inv", "jvp", "lstsq", "lu_factor",
    "matrix_rank", "norm", "pinv", "qr", "solve", "solve_triangular", "svd",
]  # fmt: skip

det = thin(jnp.linalg.det)
eig = thin(jnp.linalg.eig)
eigh = thin(jnp.linalg.eigh)
inv = thin(jnp.linalg.inv)
lu_factor = thin(jax.scipy.linalg.lu_factor)
matrix_rank = thin(jnp.linalg.matrix_rank, "x, tol=None")
norm = thin(jnp.linalg.norm, "x, ord=None, axis=None, keepdims=False")
pinv = thin(jnp.linalg.pinv, "x, rcond=None")
qr = thin(jnp.linalg.qr, "x, mode='reduced'")
solve = thin(jnp.linalg.solve, "a, b")
solve_triangular = thin(jax.scipy.linalg.solve_triangular, "a, b, lower=False")
svd = thin(jnp.linalg.svd, "x, full_matrices=True, compute_uv=True")


@operation
def cholesky(x: Tensor, upper: bool = False) -> Tensor:
    """The triangular matrix that, times its transpose, gives a positive definite matrix.

    Args:
        x: ``(..., size, size)``
        upper: whether the result is the upper triangle, by default the lower.

    Raises:
        ValueError: the matrix is not positive definite; told outside of ``jax.jit`` only.

    Example:
        >>> from jaxkeras import ops
        >>> ops.cholesky([[4.0, 0.0], [0.0, 9.0]])
        Array([[2., 0.],
               [0., 3.]], dtype=float32)
    """
    root = jnp.linalg.cholesky(x, upper=upper)
    if not isinstance(root, Tracer) and bool(jnp.isnan(root).any()):
        raise ValueError("cholesky takes a positive definite matrix, and this one is not.")
    return root


@operation
def cholesky_inverse(x: Tensor, upper: bool = False) -> Tensor:
    """The inverse of a matrix whose `cholesky` root is given.

    Args:
        x: ``(..., size, size)``, triangular.
        upper: whether it is an upper triangle.

    Example:
        >>> from jaxkeras import ops
        >>> ops.cholesky_inverse([[2.0, 0.0], [0.0, 1.0]])
        Array([[0.25, 0.  ],
               [0.  , 1.  ]], dtype=float32)
    """
    identity = jnp.broadcast_to(jnp.eye(x.shape[-1], dtype=x.dtype), x.shape)
    return jax.scipy.linalg.cho_solve((x, not upper), identity)


def jvp(
    fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False
) -> tuple[Any, ...]:
    """A function's value, and its derivative in a direction.

    Args:
        fun: function of tensors.
        primals: where, a tuple or list of its arguments.
        tangents: in which direction, likewise.
        has_aux: whether the function returns a pair, of which only the first is derived.

    Example:
        >>> from jaxkeras import ops
        >>> value, slope = ops.jvp(ops.square, (3.0,), (1.0,))
        >>> float(value), float(slope)
        (9.0, 6.0)
    """
    return jax.jvp(fun, primals, tangents, has_aux=has_aux)


@operation
def lstsq(a: Tensor, b: Tensor, rcond: float | None = None) -> Tensor:
    """The ``x`` for which ``a @ x`` comes nearest to ``b``.

    Args:
        a: ``(rows, columns)``
        b: ``(rows,)`` or ``(rows, k)``.
        rcond: singular values below this fraction of the greatest count as 0.

    Returns:
        ``(columns,)`` or ``(columns, k)``

    Example:
        >>> from jaxkeras import ops
        >>> ops.lstsq([[1.0], [1.0]], [1.0, 3.0]).round(3)
        Array([2.], dtype=float32)
    """
    return jnp.linalg.lstsq(a, b, rcond=rcond)[0]

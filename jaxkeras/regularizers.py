"""Penalties on weights or outputs that are added to the loss: L1, L2 and orthogonality.

A regularizer maps an array of any shape to a scalar; a plain function that does so is one too.
"""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.config import epsilon
from jaxkeras.registry import Catalog, Configurable, deserializer, serialize, teaches_keywords

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]

_catalog = Catalog("regularizer")


def _factor(owner: str, name: str, value: Any) -> float:
    """``value`` as the weight of a penalty: a finite number that is not negative."""
    try:
        factor = float(value)
    except (TypeError, ValueError):
        factor = math.nan
    if not 0 <= factor < math.inf:
        raise ValueError(f"{owner} expected {name} to be a number >= 0. Received: {name}={value!r}")
    return factor


def _sum_absolute(x: ArrayLike) -> jax.Array:
    return jnp.sum(jnp.abs(jnp.asarray(x)))


def _sum_square(x: ArrayLike) -> jax.Array:
    return jnp.sum(jnp.square(jnp.asarray(x)))


class Regularizer(Configurable):
    """Base of the regularizers; subclass it and write ``__call__`` for a penalty of your own.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import regularizers
        >>> class Cubic(regularizers.Regularizer):
        ...     def __init__(self, strength=0.1):
        ...         self.strength = strength
        ...     def __call__(self, x):
        ...         return self.strength * jnp.sum(jnp.abs(x) ** 3)
        >>> float(Cubic(0.5)(jnp.array([2.0]))), Cubic(0.5).get_config()
        (4.0, {'strength': 0.5})
    """

    def __call__(self, x: ArrayLike) -> jax.Array:
        """The penalty of ``x``, an array of any shape, as a scalar; the base class asks none."""
        return jnp.zeros((), jnp.asarray(x).dtype)


@_catalog.register()
class L1(Regularizer):
    """The sum of absolute values, ``l1 * sum(abs(x))``; it drives weights to exactly 0.

    Args:
        l1: weight of the penalty.

    Raises:
        ValueError: ``l1`` is negative or not a finite number.

    Example:
        >>> from jaxkeras import regularizers
        >>> float(regularizers.L1(0.5)([[1.0, -3.0]]))
        2.0
    """

    def __init__(self, l1: float | None = 0.01):
        self.l1 = _factor("L1", "l1", 0.01 if l1 is None else l1)

    def __call__(self, x):
        return self.l1 * _sum_absolute(x)


@_catalog.register()
class L2(Regularizer):
    """The sum of squares, ``l2 * sum(x**2)``; with plain SGD this is weight decay.

    Args:
        l2: weight of the penalty.

    Raises:
        ValueError: ``l2`` is negative or not a finite number.

    Example:
        >>> from jaxkeras import regularizers
        >>> float(regularizers.L2(0.5)([[1.0, -3.0]]))
        5.0
    """

    def __init__(self, l2: float | None = 0.01):
        self.l2 = _factor("L2", "l2", 0.01 if l2 is None else l2)

    def __call__(self, x):
        return self.l2 * _sum_square(x)


@_catalog.register("l1_l2")
class L1L2(Regularizer):
    """Both penalties: ``l1 * sum(abs(x)) + l2 * sum(x**2)``, the elastic net.

    Args:
        l1: weight of the sum of absolute values.
        l2: weight of the sum of squares.

    Raises:
        ValueError: a weight is negative or not a finite number.

    Example:
        >>> from jaxkeras import regularizers
        >>> float(regularizers.L1L2(l1=0.5, l2=0.5)([[1.0, -3.0]]))
        7.0
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0):
        self.l1 = _factor("L1L2", "l1", 0.0 if l1 is None else l1)
        self.l2 = _factor("L1L2", "l2", 0.0 if l2 is None else l2)

    def __call__(self, x):
        return self.l1 * _sum_absolute(x) + self.l2 * _sum_square(x)


@_catalog.register()
class OrthogonalRegularizer(Regularizer):
    """The mean absolute cosine between the rows, or the columns, of a matrix.

    Args:
        factor: weight of the penalty.
        mode: ``"rows"`` or ``"columns"``: the vectors to drive apart.

    Input shape:
        ``(rows, columns)``.

    Raises:
        ValueError: ``factor`` is negative, ``mode`` is neither, or the input is not a matrix.

    Example:
        >>> from jaxkeras import regularizers
        >>> float(regularizers.OrthogonalRegularizer(factor=1.0)([[1.0, 0.0], [0.0, 2.0]]))
        0.0
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows"):
        self.factor = _factor("OrthogonalRegularizer", "factor", factor)
        if mode not in ("rows", "columns"):
            raise ValueError(
                "OrthogonalRegularizer expected mode to be 'rows' or 'columns'. "
                f"Received: mode={mode!r}"
            )
        self.mode = mode

    def __call__(self, x):
        x = jnp.asarray(x)
        if x.ndim != 2:
            raise ValueError(
                "OrthogonalRegularizer expected a matrix (rows, columns). "
                f"Received an array of shape {x.shape}."
            )
        vectors = x if self.mode == "rows" else x.T  # (count, length)
        square = jnp.sum(jnp.square(vectors), axis=1, keepdims=True)
        floor = max(epsilon() ** 2, float(jnp.finfo(jnp.result_type(x, 1.0)).tiny))
        unit = vectors / jnp.sqrt(jnp.maximum(square, floor))
        cosines = jnp.abs(jnp.triu(unit @ unit.T, k=1))
        count = len(vectors)
        return self.factor * jnp.sum(cosines) / max(count * (count - 1) / 2, 1)


orthogonal_regularizer = OrthogonalRegularizer


@teaches_keywords()
def l1(l1: float = 0.01, *, l: float | None = None) -> L1:  # noqa: E741 - Keras's own name
    """An `L1` regularizer.

    Args:
        l1: weight of the penalty.
        l: the name that the first releases of Keras 2 gave to ``l1``.

    Example:
        >>> from jaxkeras import regularizers
        >>> regularizers.l1(0.5).get_config(), regularizers.l1(l=0.5).get_config()
        ({'l1': 0.5}, {'l1': 0.5})
    """
    return L1(l1 if l is None else l)


@teaches_keywords()
def l2(l2: float = 0.01, *, l: float | None = None) -> L2:  # noqa: E741 - Keras's own name
    """An `L2` regularizer.

    Args:
        l2: weight of the penalty.
        l: the name that the first releases of Keras 2 gave to ``l2``.

    Example:
        >>> from jaxkeras import regularizers
        >>> regularizers.l2(0.5).get_config(), regularizers.l2(l=0.5).get_config()
        ({'l2': 0.5}, {'l2': 0.5})
    """
    return L2(l2 if l is None else l)


@teaches_keywords()
def l1_l2(l1: float | None = None, l2: float | None = None) -> L1L2:
    """An `L1L2` regularizer; a weight that is left out is 0, and both are 0.01 if both are.

    Args:
        l1: weight of the sum of absolute values.
        l2: weight of the sum of squares.

    Example:
        >>> from jaxkeras import regularizers
        >>> regularizers.l1_l2(l2=0.5).get_config(), regularizers.l1_l2().get_config()
        ({'l1': 0.0, 'l2': 0.5}, {'l1': 0.01, 'l2': 0.01})
    """
    if l1 is None and l2 is None:
        return L1L2(0.01, 0.01)
    return L1L2(0.0 if l1 is None else l1, 0.0 if l2 is None else l2)


def get(identifier: Any) -> Callable[[Any], Any] | None:
    """The regularizer that a name, a configuration, a class or a callable stands for.

    Args:
        identifier: a name such as ``"l2"``; ``{"class_name": ..., "config": ...}``; a class; a
            function from an array to a scalar, which is returned as it is; or ``None``.

    Raises:
        ValueError: the name is unknown.
        TypeError: the identifier is none of these.

    Example:
        >>> from jaxkeras import regularizers
        >>> regularizers.get("l2").l2
        0.01
    """
    if isinstance(identifier, str) and identifier == "l1_l2":
        return l1_l2()
    return _catalog.get(identifier)


deserialize = deserializer(get)

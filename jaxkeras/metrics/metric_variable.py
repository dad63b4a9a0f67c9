"""The arrays that metrics keep."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

__all__ = ["MetricVariable"]


@jax.tree_util.register_pytree_node_class
class MetricVariable(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that a metric keeps and updates; it calculates like the array in it.

    Args:
        value: the array that it starts with.
        name: its name in the state.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.metrics import MetricVariable
        >>> total = MetricVariable(jnp.zeros(2), "total")
        >>> total.assign_add([1.0, 3.0])
        >>> (2 * total).tolist(), float(jnp.sum(total))
        ([2.0, 6.0], 4.0)
    """

    def __init__(self, value: jax.Array, name: str):
        self.value = value
        self.name = name

    def assign(self, value: ArrayLike) -> None:
        """Set the value.

        Raises:
            ValueError: it does not broadcast to the shape of the variable.
        """
        shape = self.value.shape
        value = jnp.asarray(value, self.value.dtype)
        try:
            self.value = jnp.broadcast_to(value, shape)
        except ValueError:
            raise ValueError(
                f'The metric variable "{self.name}" has the shape {shape}. Received a value of '
                f"shape {value.shape}. Reduce it first, for instance with jnp.sum(values)."
            ) from None

    def assign_add(self, value: ArrayLike) -> None:
        """Add to the value."""
        self.assign(self.value + jnp.asarray(value))

    def assign_sub(self, value: ArrayLike) -> None:
        """Subtract from the value."""
        self.assign(self.value - jnp.asarray(value))

    def numpy(self) -> np.ndarray:
        """The value as a NumPy array."""
        return np.asarray(self.value)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs, **kwargs):
        if method != "__call__" or not hasattr(jnp, ufunc.__name__):
            return NotImplemented
        return getattr(jnp, ufunc.__name__)(*map(jnp.asarray, inputs), **kwargs)

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return np.asarray(self.value, dtype)

    def __jax_array__(self) -> jax.Array:
        return self.value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "value":
            raise AttributeError(f"MetricVariable has no attribute {name!r}")
        return getattr(self.value, name)

    def __getitem__(self, index) -> jax.Array:
        return self.value[index]

    def __len__(self) -> int:
        return len(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __repr__(self) -> str:
        return f"MetricVariable({self.value!r}, {self.name!r})"

    def tree_flatten(self):
        return (self.value,), self.name

    @classmethod
    def tree_unflatten(cls, name, children):
        (value,) = children
        return cls(value, name)

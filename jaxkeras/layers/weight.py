"""The weights of layers: Flax NNX variables that also answer to Keras's names."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

__all__ = ["NonTrainableWeight", "Weight"]


class _KerasVariable(nnx.Variable):
    """What Keras programs ask of a weight beyond what `flax.nnx.Variable` has.

    Its metadata are ``name``, ``regularizer`` and ``constraint``.
    """

    @property
    def value(self) -> jax.Array:
        """The value."""
        return self[...]

    @value.setter
    def value(self, value: jax.Array) -> None:
        self.set_value(value)

    def numpy(self) -> np.ndarray:
        """The value as a NumPy array of its own."""
        return np.array(self[...])

    def assign(self, value: Any) -> None:
        """Replace the value by one of the same shape.

        Raises:
            ValueError: the shape is another one.
        """
        value = jnp.asarray(value, self.dtype)
        if value.shape != self.shape:
            raise ValueError(
                f"Weight {self.get_metadata('name', 'weight')!r} has shape {self.shape} and cannot "
                f"take a value of shape {value.shape}."
            )
        # A copy, so that the caller's array stays his when training donates this one.
        self.set_value(jnp.copy(value))

    def assign_add(self, value: Any) -> None:
        """Add to the value."""
        self.assign(self[...] + jnp.asarray(value))

    def assign_sub(self, value: Any) -> None:
        """Subtract from the value."""
        self.assign(self[...] - jnp.asarray(value))

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return np.asarray(self[...], dtype=dtype)


class Weight(_KerasVariable, nnx.Param):
    """A weight that training changes.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers import Weight
        >>> kernel = Weight(jnp.ones((2, 3)), name="kernel")
        >>> kernel.assign(jnp.zeros((2, 3)))
        >>> kernel.numpy().sum().item()
        0.0
    """


class NonTrainableWeight(_KerasVariable):
    """A weight that the optimizer leaves alone, such as a moving average.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers import NonTrainableWeight
        >>> NonTrainableWeight(jnp.zeros(3), name="moving_mean").shape
        (3,)
    """


def value_of(variable: nnx.Variable) -> jax.Array:
    """The array that a variable holds."""
    return variable.get_raw_value()

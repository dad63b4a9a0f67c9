"""Variables: arrays that layers and optimizers keep and change, under the names that Keras uses."""

from collections.abc import Sequence
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from jaxkeras import initializers
from jaxkeras.config import floatx
from jaxkeras.registry import unique_name
from jaxkeras.scopes import scoped

__all__ = ["NonTrainableWeight", "Variable", "Weight", "value_of"]


class Variable(nnx.Variable):
    """An array that can be assigned; a layer that has it as an attribute owns it as a weight.

    It is what `Layer.add_weight` makes: a `Weight`, which is a `flax.nnx.Param`, if it is
    trainable, and a `NonTrainableWeight` otherwise. JAX's operations take it as an array.

    Args:
        initializer: the first value; or the name of an initializer or a function
            ``(shape, dtype)`` that makes it.
        shape: its dimensions, for an initializer.
        dtype: the type; by default that of the value, and `floatx` for an initializer or for
            numbers of Python.
        trainable: whether an optimizer changes it.
        autocast: no matter, as what follows: a layer decides itself what it computes in.
        aggregation: likewise; there is one copy of a variable.
        synchronization: likewise.
        name: by default ``variable``, numbered.
        path: the name behind that of its layer, ``"dense/kernel"``; every `name_scope` goes before
            it.
        **metadata: what else to remember, such as ``regularizer`` and ``constraint``.

    Raises:
        ValueError: an initializer comes without a shape, or a value with another one.

    Example:
        >>> import jaxkeras
        >>> steps = jaxkeras.Variable(0, trainable=False, name="steps")
        >>> steps.assign_add(2)
        >>> steps.numpy(), steps.path
        (array(2, dtype=int32), 'steps')
        >>> jaxkeras.Variable("ones", shape=(2,)) * 3
        Array([3., 3.], dtype=float32)

    Keras name: ``keras.Variable``.
    """

    def __new__(
        cls,
        initializer: Any = None,
        shape: Sequence[int] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        *args: Any,
        **kwargs: Any,
    ) -> Self:
        kind: Any = cls
        if cls is Variable:
            kind = Weight if trainable else NonTrainableWeight
        return object.__new__(kind)

    def __init__(
        self,
        initializer: Any,
        shape: Sequence[int] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str | None = "none",
        synchronization: str = "auto",
        name: str | None = None,
        path: str | None = None,
        **metadata: Any,
    ):
        name = unique_name("variable") if name is None else name
        value = _first_value(initializer, shape, dtype, name)
        super().__init__(value, name=name, path=scoped(path or name), **metadata)

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
                f"Variable {self.get_metadata('name', 'variable')!r} has shape {self.shape} and "
                f"cannot take a value of shape {value.shape}."
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

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        twin: Any = self.copy()
        memo[id(self)] = twin
        return twin


class Weight(Variable, nnx.Param):
    """A variable that training changes.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers import Weight
        >>> kernel = Weight(jnp.ones((2, 3)), name="kernel")
        >>> kernel.assign(jnp.zeros((2, 3)))
        >>> kernel.numpy().sum().item()
        0.0
    """


class NonTrainableWeight(Variable):
    """A variable that the optimizer leaves alone, such as a moving average.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers import NonTrainableWeight
        >>> NonTrainableWeight(jnp.zeros(3), name="moving_mean").shape
        (3,)
    """


def _first_value(initializer: Any, shape: Sequence[int] | None, dtype: Any, name: str) -> jax.Array:
    if isinstance(initializer, str) or callable(initializer):
        if shape is None:
            raise ValueError(
                f"Variable {name!r} has an initializer and needs a shape too: "
                f"Variable({initializer!r}, shape=(2, 3))."
            )
        make: Any = initializers.get(initializer)
        return make(tuple(shape), dtype or floatx())
    if dtype is None:
        dtype = jnp.asarray(initializer).dtype
        is_plain = not hasattr(initializer, "dtype")
        dtype = floatx() if is_plain and dtype.kind == "f" else dtype
    value = jnp.array(initializer, dtype)
    if shape is not None and value.shape != tuple(shape):
        raise ValueError(
            f"Variable {name!r} got shape={tuple(shape)} and a value of shape {value.shape}. "
            "Leave the shape out."
        )
    return value


def value_of(variable: nnx.Variable) -> jax.Array:
    """The array that a variable holds."""
    return variable.get_raw_value()

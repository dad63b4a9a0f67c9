"""Functions of the old backend that make, read and write values."""

from collections.abc import Iterable, Sequence
from typing import Any

import jax
import numpy as np
from flax import nnx

from jaxkeras import ops, random, registry
from jaxkeras.config import backend, floatx
from jaxkeras.symbolic import KerasTensor, is_keras_tensor
from jaxkeras.variable import Variable

__all__ = [
    "backend", "batch_get_value", "batch_set_value", "cast_to_floatx", "constant", "count_params",
    "dropout", "eval", "get_uid", "get_value", "int_shape", "is_keras_tensor", "print_tensor",
    "random_bernoulli", "random_normal", "random_uniform", "set_value", "truncated_normal",
    "update", "update_add", "update_sub", "variable",
]  # fmt: skip


def variable(
    value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None
) -> Variable:
    """A value that can be read and written.

    Args:
        value: the first value.
        dtype: the type; by default `jaxkeras.config.floatx`.
        name: a name.
        constraint: what an optimizer applies after it changed the value.

    Example:
        >>> from jaxkeras import backend as K
        >>> x = K.variable([1.0, 2.0])
        >>> K.set_value(x, [3.0, 4.0])
        >>> K.get_value(x)
        array([3., 4.], dtype=float32)
    """
    return Variable(
        value, dtype=dtype or floatx(), trainable=False, name=name, constraint=constraint
    )


def constant(
    value: Any, dtype: Any = None, shape: Sequence[int] | None = None, name: str | None = None
) -> jax.Array:
    """A value as an array.

    Args:
        value: a number, or numbers.
        dtype: the type; by default `jaxkeras.config.floatx`.
        shape: the shape to fill with it; by default its own.
        name: unused.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.constant(2, shape=(2,))
        Array([2., 2.], dtype=float32)
    """
    array = ops.cast(value, dtype or floatx())
    return array if shape is None else ops.broadcast_to(array, tuple(shape))


def cast_to_floatx(x: Any) -> Any:
    """``x`` in the type `jaxkeras.config.floatx`; an array of NumPy stays one.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.cast_to_floatx([1, 2])
        array([1., 2.], dtype=float32)
    """
    is_ours = ops.is_tensor(x) or isinstance(x, KerasTensor)
    return ops.cast(x, floatx()) if is_ours else np.asarray(x, floatx())


def get_value(x: Any) -> np.ndarray:
    """The value of a variable or tensor, as an array of NumPy.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.get_value(K.ones((2,)))
        array([1., 1.], dtype=float32)
    """
    return np.array(x[...] if isinstance(x, nnx.Variable) else x)


eval = get_value


def set_value(x: Any, value: Any) -> None:
    """Write a variable.

    Args:
        x: a variable, such as a layer's weight or ``optimizer.learning_rate``.
        value: its new value, of the same shape.

    Raises:
        TypeError: ``x`` is no variable.
        ValueError: the shape is another.

    Example:
        >>> from jaxkeras import backend as K
        >>> x = K.variable(1.0)
        >>> K.set_value(x, 5.0)
        >>> float(x)
        5.0
    """
    if isinstance(x, nnx.Variable):
        array = ops.cast(value, x.dtype)
        if array.shape != x.shape:
            raise ValueError(f"set_value takes a value of shape {x.shape}. Received: {array.shape}")
        x[...] = array
    elif hasattr(x, "assign"):
        x.assign(value)
    else:
        raise TypeError(
            f"set_value writes variables, and {type(x).__name__} is none. Set the attribute that "
            "holds the value, as in model.optimizer.learning_rate = 0.01."
        )


def update(x: nnx.Variable, new_x: Any) -> nnx.Variable:
    """Write a variable and return it.

    Example:
        >>> from jaxkeras import backend as K
        >>> float(K.update(K.variable(1.0), 3.0))
        3.0
    """
    set_value(x, new_x)
    return x


def update_add(x: nnx.Variable, increment: Any) -> nnx.Variable:
    """Add to a variable and return it.

    Example:
        >>> from jaxkeras import backend as K
        >>> float(K.update_add(K.variable(1.0), 3.0))
        4.0
    """
    return update(x, ops.add(x, increment))


def update_sub(x: nnx.Variable, decrement: Any) -> nnx.Variable:
    """Subtract from a variable and return it.

    Example:
        >>> from jaxkeras import backend as K
        >>> float(K.update_sub(K.variable(1.0), 3.0))
        -2.0
    """
    return update(x, ops.subtract(x, decrement))


def batch_get_value(tensors: Iterable[Any]) -> list[np.ndarray]:
    """The values of several variables or tensors.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.batch_get_value([K.ones((1,)), K.variable(2.0)])
        [array([1.], dtype=float32), array(2., dtype=float32)]
    """
    return [get_value(tensor) for tensor in tensors]


def batch_set_value(tuples: Iterable[tuple[Any, Any]]) -> None:
    """Write several variables.

    Args:
        tuples: pairs of a variable and its new value.

    Example:
        >>> from jaxkeras import backend as K
        >>> x = K.variable(1.0)
        >>> K.batch_set_value([(x, 2.0)])
        >>> float(x)
        2.0
    """
    for x, value in tuples:
        set_value(x, value)


def count_params(x: Any) -> int:
    """Number of elements.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.count_params(K.zeros((2, 3)))
        6
    """
    return int(ops.size(x))


def int_shape(x: Any) -> tuple[int | None, ...]:
    """The shape, with ``None`` where a dimension is unknown.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras import backend as K
        >>> K.int_shape(jaxkeras.Input((4,)))
        (None, 4)
    """
    return tuple(size if isinstance(size, int) else None for size in ops.shape(x))


def print_tensor(x: Any, message: str = "") -> Any:
    """Print a tensor, in ``jax.jit`` too, and return it.

    Args:
        x: the tensor.
        message: what is printed before it.

    Example:
        >>> from jaxkeras import backend as K
        >>> x = K.print_tensor(K.ones((2,)), "x =")
        x = [1. 1.]
    """
    jax.debug.print("{message} {x}", message=message, x=x, ordered=False)
    return x


def get_uid(prefix: str = "") -> int:
    """How many automatic names with this prefix there are, one more at every call.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.get_uid("demo"), K.get_uid("demo")
        (1, 2)
    """
    name = registry.unique_name(prefix)
    return 1 if name == prefix else int(name.rpartition("_")[2]) + 1


random_normal = registry.takes_legacy_keywords(std="stddev")(random.normal)
random_uniform = registry.takes_legacy_keywords(low="minval", high="maxval")(random.uniform)
truncated_normal = random.truncated_normal


def random_bernoulli(
    shape: Sequence[int], p: float = 0.0, dtype: Any = None, seed: Any = None
) -> jax.Array:
    """Ones with a probability, else zeros.

    Args:
        shape: shape of the result.
        p: probability of a one.
        dtype: the type; by default `jaxkeras.config.floatx`.
        seed: see `jaxkeras.random.to_key`.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.random_bernoulli((3,), p=1.0)
        Array([1., 1., 1.], dtype=float32)
    """
    sample = jax.random.bernoulli(random.to_key(seed), p, tuple(shape))
    return sample.astype(dtype or floatx())


def dropout(
    x: Any, level: float, noise_shape: Sequence[int | None] | None = None, seed: Any = None
) -> jax.Array:
    """A random part set to zero, the rest scaled up; see `jaxkeras.random.dropout`.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.dropout(K.ones((3,)), level=0.0)
        Array([1., 1., 1.], dtype=float32)
    """
    return random.dropout(x, level, noise_shape, seed)

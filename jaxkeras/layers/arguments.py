"""What a user may pass to layers and models, and the answers to what does not fit."""

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax.errors import TraceContextError

from jaxkeras.config import floatx

__all__ = [
    "JOIN_SAMPLES",
    "as_numpy",
    "as_shape",
    "explain",
    "whole_number",
    "with_input",
]

JOIN_SAMPLES = " A list of arrays stands for several inputs; if each is a sample: np.stack(x)."

# What to do about errors that come from the way in which JAX runs a computation.
_ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (
        jax.errors.TracerArrayConversionError,
        "Use jax.numpy instead of numpy: the numbers come only when the compiled program runs.",
    ),
    (
        jax.errors.ConcretizationTypeError,
        "Use jnp.where instead of `if`, and jnp functions instead of float(), int() and bool(): "
        "the numbers come only when the compiled program runs.",
    ),
    (TraceContextError, "Make layers and weights in __init__ or build(), not in call()."),
)


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """An argument that counts something, as an int; a float that is whole will do.

    Args:
        name: the argument, for the message.
        value: what came.
        least: the smallest number that makes sense.

    Raises:
        TypeError: it is no number.
        ValueError: it is not whole, or too small.

    Example:
        >>> from jaxkeras.layers.arguments import whole_number
        >>> whole_number("epochs", 5.0)
        5
        >>> whole_number("epochs", 2.5)
        Traceback (most recent call last):
            ...
        ValueError: epochs must be a whole number, at least 1. Received: 2.5
    """
    is_number = isinstance(value, (int, float, np.integer, np.floating))
    shape = getattr(value, "shape", ())
    if isinstance(value, bool) or not is_number or value != int(value) or value < least:
        shown = f"an array of shape {shape}" if shape else repr(value)
        kind = ValueError if is_number else TypeError
        raise kind(f"{name} must be a whole number, at least {least}. Received: {shown}")
    return int(value)


def as_shape(name: str, value: Any) -> tuple[int | None, ...]:
    """A shape that was given as a number, a tuple or a list.

    Args:
        name: the argument, for the message.
        value: what came; None stands for an unknown size.

    Raises:
        TypeError: it is not made of numbers.
        ValueError: a size is not whole, or not positive.

    Example:
        >>> from jaxkeras.layers.arguments import as_shape
        >>> as_shape("input_shape", 784), as_shape("input_shape", [None, 28.0])
        ((784,), (None, 28))
    """
    if np.ndim(value) and not isinstance(value, (tuple, list)):
        raise TypeError(
            f"{name} takes sizes such as (784,), got an array of shape {np.shape(value)}. "
            "Pass the shape of one sample: x.shape[1:]."
        )
    sizes = value if isinstance(value, (tuple, list)) else (value,)
    return tuple(
        None if size is None else whole_number(f"A size in {name}", size) for size in sizes
    )


def as_numpy(value: Any, name: str) -> np.ndarray:
    """Numbers in a list, a data frame or the like as an array of a type that a device takes.

    Doubles become `floatx`, long integers 32 bits.

    Args:
        value: an array, nested lists of numbers, or an object that converts itself to an array.
        name: the argument, for the message.

    Raises:
        TypeError: it holds something else than real numbers, or its rows differ in length.

    Example:
        >>> from jaxkeras.layers.arguments import as_numpy
        >>> as_numpy([[1.0, 2.0]], "x")
        array([[1., 2.]], dtype=float32)
        >>> as_numpy(["cat", "dog"], "y")
        Traceback (most recent call last):
            ...
        TypeError: y holds text, expected numbers: 'cat' at index 0. Number the classes first:
        names, y = np.unique(y, return_inverse=True).
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise TypeError(
            f"{name} does not form an array: its rows have different lengths. Pad or cut them."
        ) from error
    if array.dtype == object:
        wrong = next((index for index, item in np.ndenumerate(array) if not _is_real(item)), None)
        if wrong is not None:
            raise _not_numbers(name, array[wrong], wrong)
        return array.astype(floatx())
    if not (array.dtype.kind in "biu" or jnp.issubdtype(array.dtype, jnp.floating)):
        if array.size == 0:
            return array.astype(floatx())
        raise _not_numbers(name, array.flat[0], (0,) * array.ndim)
    if array.dtype == np.float64:
        return array.astype(floatx())
    if array.dtype in (np.int64, np.uint64) and not jax.config.read("jax_enable_x64"):
        narrow = array.astype(np.int32)
        if (narrow != array).any():
            raise TypeError(
                f"{name} holds integers that do not fit 32 bits, up to {np.abs(array).max()}. "
                f"Scale them, or pass floats: {name}.astype('float32')."
            )
        return narrow
    return array


def _is_real(value: Any) -> bool:
    return isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating))


def _not_numbers(name: str, value: Any, index: tuple[int, ...]) -> TypeError:
    if isinstance(value, (str, bytes)):
        held = "text"
        fix = f"Number the classes first: names, {name} = np.unique({name}, return_inverse=True)."
        if str(value).strip().replace(".", "", 1).lstrip("+-").isdigit():
            fix = f"Convert it: np.asarray({name}, dtype='float32')."
        elif name != "y":
            fix = "Turn every text into a number, or leave that column out."
    elif isinstance(value, (list, tuple, np.ndarray)):
        held = "rows inside of Python objects"
        fix = f"Pad or cut the rows to one length and join them: np.stack(list({name}))."
    elif value is None:
        held, fix = "missing values", "Fill them in, or leave those samples out."
    else:
        held = f"{type(value).__name__} objects"
        fix = "Convert it to real numbers, such as float32."
    place = index[0] if len(index) == 1 else index
    shown = repr(value.item() if isinstance(value, np.generic) else value)
    shown = shown if len(shown) < 60 else f"{shown[:60]}..."
    return TypeError(f"{name} holds {held}, expected numbers: {shown} at index {place}. {fix}")


def explain(error: Exception, text: str) -> None:
    """Note on an error where it happened and, if JAX's rules were broken, how to keep them.

    Args:
        error: an error that is passed on.
        text: what was being done, as in ``"While calling ..."``.

    Example:
        >>> from jaxkeras.layers.arguments import explain
        >>> error = ValueError("no")
        >>> explain(error, 'While calling Dense "dense".')
        >>> error.__notes__
        ['While calling Dense "dense".']
    """
    notes = getattr(error, "__notes__", [])
    for kind, advice in _ADVICE:
        if isinstance(error, kind) and advice not in notes:
            error.add_note(advice)
            break
    error.add_note(text)


def with_input(label: str, call: Callable, args: tuple, kwargs: dict[str, Any]) -> tuple:
    """The positional arguments of a layer's call, the first of them something to compute with.

    An input that came by name is put first, and nested lists of numbers become an array.

    Args:
        label: the layer, for messages.
        call: its `call` method.
        args: what it was called with.
        kwargs: what it was called with by name; the input is taken out.

    Raises:
        TypeError: there is no input, or one that cannot be computed with.

    Example:
        >>> from jaxkeras.layers.arguments import with_input
        >>> with_input("Dense", lambda inputs: inputs, (), {"inputs": [[1.0, 2.0]]})
        (array([[1., 2.]], dtype=float32),)
    """
    if not args:
        first = next(iter(inspect.signature(call).parameters.values()), None)
        if first is None or first.name not in kwargs:
            if first is None or first.default is not inspect.Parameter.empty:
                return args
            raise TypeError(f"{label} needs an input: call it on an array, layer(x).")
        args = (kwargs.pop(first.name),)
    value = args[0]
    if isinstance(value, list) and all(map(_is_real, jax.tree.leaves(value))):
        return as_numpy(value, f"The input of {label}"), *args[1:]
    is_no_data = value is None or isinstance(value, (str, bytes)) or callable(value)
    if is_no_data and not hasattr(value, "shape"):
        name = getattr(value, "__name__", type(value).__name__)
        fix = " Call that on its own input first." if callable(value) else ""
        raise TypeError(f"{label} expected an array, got {name}: {value!r}.{fix}")
    return args

"""Batches as arrays of one length: inputs, targets and weights of samples."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.config import floatx
from jaxkeras.layers.arguments import JOIN_SAMPLES, as_numpy
from jaxkeras.training.state import Batch

__all__ = ["as_arrays", "is_arrays", "make_batch", "split_off"]


def make_batch(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    class_weight: Mapping[int, float] | None = None,
) -> Batch:
    """Arrays of one length, of types that a device takes."""
    data = Batch(as_arrays(x, "x"), as_arrays(y, "y"), as_arrays(sample_weight, "sample_weight"))
    if data.x is None:
        raise ValueError("x is missing: there is nothing to feed the model with.")
    lengths = {
        name + "".join(map(str, path)): len(leaf)
        for name, part in zip(Batch._fields, data, strict=True)
        for path, leaf in jax.tree_util.tree_leaves_with_path(part)
    }
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} has {length}" for name, length in list(lengths.items())[:6])
        fix = JOIN_SAMPLES if any("[" in name for name in lengths) else ""
        raise ValueError(f"All data must have the same number of samples, but {shown}.{fix}")
    if 0 in lengths.values():
        raise ValueError(f"The data is empty: x has shape {np.shape(jax.tree.leaves(data.x)[0])}.")
    if class_weight is not None:
        data = data._replace(sample_weight=_class_weights(data, class_weight))
    return data


def split_off(data: Batch, fraction: float) -> tuple[Batch, Batch]:
    """The samples in two parts, of which the second is the last ``fraction``.

    Raises:
        ValueError: one of the parts would be empty.
    """
    if not isinstance(fraction, (int, float, np.number)) or not 0 < fraction < 1:
        raise ValueError(
            "validation_split must be a number between 0 and 1, 0.2 for a fifth of the samples. "
            f"Received: {repr(fraction)[:40]}. Pass data of its own as validation_data=(x, y)."
        )
    total = len(jax.tree.leaves(data.x)[0])
    cut = int(total * (1 - fraction))
    if cut in (0, total):
        raise ValueError(
            f"validation_split={fraction} of {total} samples leaves nothing to train or to "
            "validate on."
        )
    return (
        jax.tree.map(lambda array: array[:cut], data),
        jax.tree.map(lambda array: array[cut:], data),
    )


def as_arrays(value: Any, name: str) -> Any:
    """A structure of NumPy or JAX arrays; doubles become `floatx`, long integers 32 bits.

    Raises:
        TypeError: an array holds objects or text.
        ValueError: it is a bare number.
    """
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {key: as_arrays(item, f"{name}[{key!r}]") for key, item in value.items()}
    is_list = isinstance(value, (list, tuple)) and len(value) > 0
    if is_list and all(_has_shape(part) and np.ndim(part) for part in value):
        parts = [as_arrays(item, f"{name}[{i}]") for i, item in enumerate(value)]
        return parts[0] if len(parts) == 1 else type(value)(parts)
    if not isinstance(value, jax.Array) or jnp.issubdtype(value.dtype, jnp.complexfloating):
        value = as_numpy(value, name)
    if value.ndim == 0:
        raise ValueError(
            f"{name} must be an array of samples, got the single value {value}. Put it into an "
            "array; a generator yields batches of samples."
        )
    return value


def _has_shape(value: Any) -> bool:
    return hasattr(value, "shape")


def is_arrays(x: Any) -> bool:
    """Whether ``x`` is data itself rather than something that makes batches."""
    if isinstance(x, (Mapping, list, tuple)) or _has_shape(x) or hasattr(x, "__array__"):
        return True
    makes_batches = hasattr(x, "__iter__") or hasattr(x, "__getitem__")
    if not makes_batches or isinstance(x, (str, bytes, set, frozenset)):
        fix = " Call the function that makes the generator." if callable(x) else ""
        raise TypeError(
            "x must be an array, a list or dictionary of arrays, or a generator of batches. "
            f"Received: {type(x).__name__}.{fix}"
        )
    return False


def _class_weights(data: Batch, class_weight: Mapping[int, float]) -> np.ndarray:
    """Weight of every sample by its class, times its own weight if it has one."""
    if not isinstance(class_weight, Mapping):
        fix = "" if isinstance(class_weight, str) else " Pass dict(enumerate(class_weight))."
        raise TypeError(
            "class_weight must be a dictionary from class number to weight, such as {0: 1.0, "
            f"1: 5.0}}. Received: {type(class_weight).__name__} {class_weight!r}.{fix}"
        )
    if data.y is None or len(jax.tree.leaves(data.y)) != 1:
        raise ValueError("class_weight needs one array of targets.")
    targets = np.asarray(data.y)
    if targets.ndim > 1 and targets.shape[-1] > 1:
        classes = targets.argmax(-1)
    else:
        classes = targets.reshape(len(targets), -1)[:, 0].astype(int)
    missing = sorted(set(np.unique(classes).tolist()) - set(class_weight))
    if missing:
        raise ValueError(
            f"class_weight has no entry for class {missing[0]}. Its keys: {list(class_weight)}. "
            f"Add the number of the class and a weight: {missing[0]}: 1.0."
        )
    present = np.unique(classes, return_inverse=True)
    table = as_numpy([class_weight[c] for c in present[0].tolist()], "class_weight")
    table = table.astype(floatx())
    weights = table[present[1].reshape(classes.shape)]
    return weights if data.sample_weight is None else weights * np.asarray(data.sample_weight)

"""The layers of a model by the paths under which Keras 3 stores them, and their values."""

import collections
import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from jaxkeras.layers import Layer
from jaxkeras.registry import snake_case

__all__ = ["Saveable", "array_of", "saveables", "set_array"]


class Saveable(NamedTuple):
    """A layer and the way to it.

    Attributes:
        path: attributes that lead to it: ``"layers/bidirectional/forward_layer"``.
        names: names of the layers on the way and of the layer: ``"model/bidirectional/forward"``.
        layer: the layer.
    """

    path: str
    names: str
    layer: Layer


def saveables(model: Layer) -> Iterator[Saveable]:
    """The model and all layers inside, each once, in the order in which Keras 3 finds them.

    A `Sequential` or functional model first lists its ``layers``. Then come the attributes in
    alphabetical order, private ones last; lists and dictionaries count layers by their class.

    Args:
        model: a layer or model.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.layers import Dense
        >>> from jaxkeras.models.saveables import saveables
        >>> model = jaxkeras.Sequential([jaxkeras.Input((4,)), Dense(3), Dense(2, name="out")])
        >>> [saveable.path for saveable in saveables(model)]
        ['', 'layers/dense', 'layers/dense_1']
    """
    yield from _walk(model, "", "", {})


def _walk(node: Any, path: str, names: str, seen: dict[int, Any]) -> Iterator[Saveable]:
    if id(node) in seen:
        return
    seen[id(node)] = node  # kept, so that no other object gets its id
    if isinstance(node, Layer):
        names = f"{names}/{node.name}".lstrip("/")
        yield Saveable(path, names, node)
    children = _attributes(node) if isinstance(node, Layer) else _items(node)
    for name, child in children:
        if isinstance(child, Layer) or _is_container(child):
            yield from _walk(child, f"{path}/{name}".lstrip("/"), names, seen)


def _attributes(layer: Any) -> Iterator[tuple[str, Any]]:
    names = sorted(set(dir(layer)) - _common_names(), key=lambda name: (name[0] == "_", name))
    if _lists_layers(layer):
        names = ["layers", *(name for name in names if name not in ("layers", "_layers"))]
    for name in names:
        try:
            yield name, getattr(layer, name)
        except Exception:  # a property without a value leads to no layer
            continue


def _items(container: Any) -> Iterator[tuple[str, Any]]:
    counts: collections.Counter[str] = collections.Counter()
    for item in container.values() if hasattr(container, "values") else container:
        if isinstance(item, Layer) or _is_container(item):
            name = snake_case(_class_name(item)) if isinstance(item, Layer) else "container"
            yield f"{name}_{counts[name]}".removesuffix("_0"), item
            counts[name] += 1


def _is_container(value: Any) -> bool:
    return isinstance(value, (list, tuple, dict, nnx.List, nnx.Dict))


@functools.cache
def _common_names() -> frozenset[str]:
    """Attributes that every layer has; none of them leads to a layer that somebody placed."""
    return frozenset(dir(Layer(name="layer")))


def _is_functional(layer: Any) -> bool:
    return getattr(layer, "_graph", None) is not None


def _lists_layers(layer: Any) -> bool:
    return _is_functional(layer) or hasattr(layer, "_chain")


def _class_name(layer: Any) -> str:
    public = getattr(layer, "keras_class", None)
    return type(layer).__name__ if public is None else public[1]


def array_of(variable: nnx.Variable) -> np.ndarray:
    """The value of a weight or of a random key, as an array that a file can hold.

    Example:
        >>> import jax
        >>> from flax import nnx
        >>> from jaxkeras.models.saveables import array_of
        >>> array_of(nnx.RngKey(jax.random.key(7), tag="dropout"))
        array([0, 7], dtype=uint32)
    """
    value = variable.get_raw_value()
    return np.asarray(jax.random.key_data(value) if _is_key(value) else value)


def set_array(variable: nnx.Variable, array: np.ndarray) -> None:
    """Give a variable the value that `array_of` took.

    Example:
        >>> import jax.numpy as jnp, numpy as np
        >>> from jaxkeras.layers import Weight
        >>> from jaxkeras.models.saveables import set_array
        >>> weight = Weight(jnp.zeros(2))
        >>> set_array(weight, np.ones(2))
        >>> weight.numpy()
        array([1., 1.], dtype=float32)
    """
    before = variable.get_raw_value()
    if _is_key(before):
        after = jax.random.wrap_key_data(jnp.array(array), impl=jax.random.key_impl(before))
    else:
        after = jnp.array(array, before.dtype)
    variable.set_raw_value(after)


def _is_key(value: Any) -> bool:
    return jnp.issubdtype(value.dtype, jax.dtypes.prng_key)

"""How weights lie in HDF5 files: Keras 3's layout, and the one of Keras 1 and 2.

Keras 3 finds weights by the path of attributes that leads to their layer,
``layers/dense/vars/0``; the older layout lists them by the names of layers.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxkeras.files.archive import KERAS_VERSION
from jaxkeras.files.dialects import Origin
from jaxkeras.files.errors import damaged
from jaxkeras.files.hdf5 import Group

__all__ = [
    "LayerWeights",
    "in_order",
    "is_legacy",
    "legacy_json",
    "legacy_layers",
    "legacy_list",
    "legacy_origin",
    "legacy_weights",
    "put_legacy_list",
    "put_variables",
    "variables_at",
    "variables_by_name",
]

_WERE_PRIVATE = ("key_dense", "output_dense", "query_dense", "value_dense")  # of attention
_TOP_LEVEL = "top_level_model_weights"
_LISTS = {"layer_names", "nb_layers"}  # the second is that of Keras 0.x
_GROUPS = {"model_weights", "graph"}


def put_variables(
    root: Group, path: str, name: str | None, variables: Sequence[Any] | Mapping[str, Any]
) -> None:
    """Place the variables of one object where Keras 3 looks for them.

    Args:
        root: the group of the file.
        path: attributes that lead to the object, ``"layers/dense"``; empty for the model.
        name: the object's name, which is noted beside.
        variables: in order, or by name.

    Example:
        >>> from jaxkeras.files import Group
        >>> from jaxkeras.files.layouts import put_variables, variables_at
        >>> root = Group()
        >>> put_variables(root, "layers/dense", "dense_7", [[1.0], [2.0]])
        >>> variables_at(root, "layers/dense")
        [array([1.]), array([2.])]
    """
    group = root.require(f"{path}/vars")
    if name is not None:
        group.attributes["name"] = name
    named = variables if isinstance(variables, Mapping) else dict(enumerate(variables))
    group.children |= {str(key): np.asarray(value) for key, value in named.items()}


def variables_at(root: Group, path: str) -> list[np.ndarray]:
    """The variables of one object, in order.

    The words that Keras 2 and the first files of Keras 3 have for some attributes are understood,
    and paths as Windows writes them.
    """
    return _in_order(variables_by_name(root, path))


def variables_by_name(root: Group, path: str) -> dict[str, np.ndarray]:
    """The variables of one object by the names that it gave them, by default numbers."""
    for way in _ways(f"{path}/vars"):
        group = root.find(way) or root.children.get(way.replace("/", "\\"))
        if isinstance(group, Group):
            return group.arrays()
    return {}


def _ways(path: str) -> Iterator[str]:
    """A path, and what it was called before."""
    *folders, name, variables = path.split("/") if "/" in path else ("", path)
    names = (name, f"_{name}") if name in _WERE_PRIVATE else (name,)
    for own in names:
        way = "/".join([*folders, own, variables]).lstrip("/")
        yield way
        yield way.replace("layers", "_layer_checkpoint_dependencies")


def in_order(group: Group) -> list[np.ndarray]:
    """The arrays directly inside, whose names are numbers, in the order of these."""
    return _in_order(group.arrays())


def _in_order(found: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    return [found[key] for key in sorted(found, key=lambda key: (len(key), key))]


class LayerWeights(NamedTuple):
    """What the older layout holds of one layer.

    Attributes:
        name: of the layer.
        weights: arrays by name, ``"dense/kernel"``, in order: trainable ones first.
    """

    name: str
    weights: dict[str, np.ndarray]


def is_legacy(root: Group) -> bool:
    """Whether a file has the older layout.

    Example:
        >>> from jaxkeras.files import Group
        >>> from jaxkeras.files.layouts import is_legacy
        >>> is_legacy(Group({"layer_names": ["dense"]}))
        True
    """
    return bool(_LISTS & root.attributes.keys()) or bool(_GROUPS & root.children.keys())


def legacy_weights(layers: Iterable[LayerWeights], top_level: LayerWeights | None = None) -> Group:
    """The group that holds weights by the names of layers.

    Args:
        layers: in order.
        top_level: weights of the model itself.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.files import LayerWeights
        >>> from jaxkeras.files.layouts import legacy_layers, legacy_weights
        >>> dense = LayerWeights("dense", {"dense/kernel": np.ones((1, 1))})
        >>> legacy_layers(legacy_weights([dense]), "weights.h5")
        ([LayerWeights(name='dense', weights={'dense/kernel': array([[1.]])})], None)
    """
    layers = list(layers)
    group = Group({"layer_names": [layer.name for layer in layers], "backend": "jax"})
    group.attributes["keras_version"] = KERAS_VERSION
    for layer in sorted(layers, key=lambda layer: layer.name):
        put_legacy_list(group.require(layer.name), layer.weights)
    if top_level is not None:
        put_legacy_list(group.require(_TOP_LEVEL), top_level.weights)
    return group


def legacy_layers(root: Group, label: str) -> tuple[list[LayerWeights], LayerWeights | None]:
    """Undo `legacy_weights`: the layers in order, and the weights of the model itself.

    Args:
        root: the group of a file of weights, or of a whole model.
        label: the file's name, for messages.

    Raises:
        CorruptFileError: a name is listed, but what it names is missing.
    """
    group = root.find("model_weights") or root
    if "layer_names" not in group.attributes:
        return _numbered_layers(group, label), None
    layers = []
    for name in _names(group, "layer_names"):
        if (inner := group.find(name)) is None:
            raise damaged(label, f"the layer {name!r} is listed but missing")
        layers.append(LayerWeights(name, legacy_list(inner, label)))
    top_level = group.find(_TOP_LEVEL)
    if top_level is None:
        return layers, None
    return layers, LayerWeights(_TOP_LEVEL, legacy_list(top_level, label))


def _numbered_layers(root: Group, label: str) -> list[LayerWeights]:
    """What Keras 0.x holds: layers and their weights by numbers, all of a ``Graph`` together."""
    if (graph := root.find("graph")) is not None:
        return [LayerWeights("graph", _numbered_weights(graph, label))]
    layers = []
    for number in range(_count(root, "nb_layers", label)):
        if (group := root.find(name := f"layer_{number}")) is None:
            raise damaged(label, f"the layer {name!r} is counted but missing")
        layers.append(LayerWeights(name, _numbered_weights(group, label)))
    return layers


def _numbered_weights(group: Group, label: str) -> dict[str, np.ndarray]:
    names = [f"param_{number}" for number in range(_count(group, "nb_params", label))]
    found = group.arrays()
    for name in names:
        if name not in found:
            raise damaged(label, f"the weight {name!r} is counted but missing")
    return {name: found[name] for name in names}


def _count(group: Group, key: str, label: str) -> int:
    count = group.attributes.get(key, 0)
    if not isinstance(count, int) or count > len(group.children):
        raise damaged(label, f"{key} is {count!r}, for {len(group.children)} entries")
    return count


def legacy_origin(root: Group) -> Origin:
    """Which Keras wrote the weights, and with which backend.

    Before Keras 2 a file does not tell the backend; but TensorFlow's variables have names that end
    with ``:0``, and Theano's have not.

    Args:
        root: the group of a file of weights, or of a whole model.

    Example:
        >>> from jaxkeras.files import Group
        >>> from jaxkeras.files.layouts import legacy_origin
        >>> about = {"layer_names": [], "keras_version": "2.0.9", "backend": "theano"}
        >>> legacy_origin(Group(about))
        Origin(generation=2, is_theano=True)
        >>> legacy_origin(Group({"nb_layers": 0}))
        Origin(generation=0, is_theano=True)
    """
    group = root.find("model_weights") or root
    about = {**root.attributes, **group.attributes}
    if "layer_names" not in about:
        return Origin(0, is_theano=True)
    version, backend = str(about.get("keras_version", "1")), about.get("backend")
    generation = int(version[0]) if version[:1].isdigit() else 1
    if backend is None:
        names = [name for _, inner in group.walk() for name in _names(inner, "weight_names")]
        is_theano = generation <= 1 and not any(name.endswith(":0") for name in names)
    else:
        is_theano = backend == "theano"
    return Origin(min(generation, 3), is_theano)


def put_legacy_list(group: Group, weights: Mapping[str, Any]) -> None:
    """Place arrays by name, and the list of names that keeps their order."""
    group.attributes["weight_names"] = list(weights)
    for name, value in weights.items():
        group.put(name, value)


def legacy_list(group: Group, label: str) -> dict[str, np.ndarray]:
    """Undo `put_legacy_list`."""
    found = {}
    for name in _names(group, "weight_names"):
        array = group.array(name)
        if array is None:
            raise damaged(label, f"the weight {name!r} is listed but missing")
        found[name] = array
    return found


def legacy_json(root: Group, name: str, label: str) -> dict[str, Any] | None:
    """A configuration, such as ``model_config``, that is noted as JSON; ``None`` if missing.

    JSON inside of JSON, which programs have written too, is opened as well.

    Example:
        >>> from jaxkeras.files import Group
        >>> from jaxkeras.files.layouts import legacy_json
        >>> legacy_json(Group({"model_config": '{"class_name": "Model"}'}), "model_config", "m.h5")
        {'class_name': 'Model'}
    """
    text = root.attributes.get(name)
    if text is None:
        return None
    try:
        found = json.loads(text)
        found = json.loads(found) if isinstance(found, str) else found
    except (TypeError, ValueError, RecursionError) as error:
        raise damaged(label, f"{name}: {error}") from error
    if not isinstance(found, dict):
        raise damaged(label, f"{name} is no JSON object")
    return found


def _names(group: Group, key: str) -> list[str]:
    """A list of names; an empty one may be noted as an empty list of numbers."""
    return [str(name) for name in group.attributes.get(key, ())]

"""The weights of a model, to and from what a file holds; nothing is set unless all fits."""

import itertools
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from flax import nnx

from jaxkeras.files import Group, LayerWeights
from jaxkeras.files.dialects import Origin, arrays_to_today
from jaxkeras.files.dialects.arrays import counts
from jaxkeras.files.layouts import (
    legacy_layers,
    legacy_origin,
    legacy_weights,
    put_variables,
    variables_at,
    variables_by_name,
)
from jaxkeras.layers import Layer, Wrapper
from jaxkeras.layers.weighted import own_weights
from jaxkeras.models.saveables import array_of, saveables, set_array

__all__ = ["from_group", "from_legacy", "put_group", "to_legacy"]


class _Match(NamedTuple):
    """Weights of the model, and what a file holds for them."""

    where: str
    weights: Sequence[nnx.Variable]
    arrays: Sequence[np.ndarray]
    hint: str = ""

    @property
    def fits(self) -> bool:
        return _shapes(self.weights) == _shapes(self.arrays)

    def __str__(self) -> str:
        expected, got = _listed(_shapes(self.weights)), _listed(_shapes(self.arrays))
        return f"{self.where} has {expected}, the file {got}{self.hint}"


def put_group(root: Group, model: Layer) -> None:
    """Place all weights where Keras 3 looks for them.

    Args:
        root: takes the weights.
        model: the model, built.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.models.weights import from_group, put_group
        >>> from jaxkeras.files import Group
        >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)])
        >>> root = Group()
        >>> put_group(root, model)
        >>> root.array("layers/dense/vars/0").shape
        (2, 1)
        >>> from_group(root, model, "model.weights.h5")
    """
    for path, _, layer in saveables(model):
        if _stores_itself(layer):
            store: dict[str, Any] = {}
            layer.save_own_variables(store)
            put_variables(root, path, layer.name, store)
        else:
            arrays = [array_of(weight) for weight in own_weights(layer)]
            put_variables(root, path, layer.name, arrays)


def from_group(root: Group, model: Layer, label: str, skip_mismatch: bool = False) -> None:
    """Set all weights to what `put_group` placed.

    Args:
        root: what the file holds.
        model: the model, built.
        label: the file's name, for messages.
        skip_mismatch: whether layers that do not fit keep their weights, with a warning.

    Raises:
        ValueError: number or shape of a layer's weights is not that of the file.
    """
    found = list(saveables(model))
    _set(
        (
            _Match(
                f"{layer.label} ({path}/vars)",
                own_weights(layer),
                variables_at(root, path),
                "" if layer.built else "; it is not built: call the model on data first",
            )
            for path, _, layer in found
            if not _stores_itself(layer)
        ),
        label,
        skip_mismatch,
    )
    for path, _, layer in found:
        if _stores_itself(layer):
            layer.load_own_variables(variables_by_name(root, path))


def _stores_itself(layer: Layer) -> bool:
    """Whether its class has a way of its own to store what it holds."""
    return any(
        getattr(type(layer), name) is not getattr(Layer, name)
        for name in ("save_own_variables", "load_own_variables")
    )


def to_legacy(model: Any) -> Group:
    """All weights by the names of layers, as Keras 1 and 2 stored them.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.models.weights import from_legacy, to_legacy
        >>> layer = jaxkeras.layers.Dense(1, name="out")
        >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), layer])
        >>> root = to_legacy(model)
        >>> root.attributes["layer_names"], root.array("out/out/kernel").shape
        (['out'], (2, 1))
        >>> from_legacy(root, model, "model.h5")
    """
    layers = [LayerWeights(layer.name, _named(layer, _in_order(layer))) for layer in model.layers]
    return legacy_weights(layers, LayerWeights("", _named(model, own_weights(model))))


def from_legacy(
    root: Group, model: Any, label: str, by_name: bool = False, skip_mismatch: bool = False
) -> None:
    """Set weights to what a file of the older layout holds.

    Args:
        root: what the file holds.
        model: the model, built.
        label: the file's name, for messages.
        by_name: whether layers get the weights stored under their name, and others keep theirs;
            otherwise the layers that have weights correspond, by name if the names are the same,
            or else in order.
        skip_mismatch: whether layers that do not fit keep their weights, with a warning.

    Raises:
        ValueError: number or shape of a layer's weights is not that of the file.
    """
    stored, top_level = legacy_layers(root, label)
    origin = legacy_origin(root)
    if by_name:
        pairs = _named_pairs(model, stored)
    else:
        pairs = _pairs(model, stored, origin, label)
    matches = [match for layer, entry in pairs for match in _matches(layer, entry, origin)]
    if top_level is not None and (top_level.weights or not by_name):
        arrays = list(top_level.weights.values())
        matches.append(_Match(f"{model.label} itself", own_weights(model), arrays))
    _set(matches, label, skip_mismatch)


_Pairs = list[tuple[Layer, LayerWeights]]


def _named_pairs(model: Any, stored: Sequence[LayerWeights]) -> _Pairs:
    """The layers for which weights are stored under their name, those of models inside included."""
    names = {entry.name: entry for entry in stored}
    top = {layer.name: layer for layer in model.layers}
    layers = {layer.name: layer for layer in _stacked(model)} | top
    return [(layer, names[name]) for name, layer in layers.items() if name in names]


def _pairs(model: Any, stored: Sequence[LayerWeights], origin: Origin, label: str) -> _Pairs:
    """The layers that have weights, and what is stored for them.

    Names decide if those of all plain layers are the same on both sides, otherwise the order. For
    a stack inside of another one Keras 1 did not note the name, and of a branch it listed the
    layers by themselves. Keras 0.x had no names, and put what is merged together.
    """
    stored = [entry for entry in stored if entry.weights]
    layers = [layer for layer in _listed_layers(model) if layer.weights]
    candidates = (layers, [layer for layer in _stacked(model) if layer.weights])
    names = {entry.name: entry for entry in stored}
    for found in candidates:
        strangers = [layer for layer in found if layer.name not in names]
        if len(found) == len(stored) and all(hasattr(layer, "layers") for layer in strangers):
            own = {layer.name for layer in found}
            rest = iter(entry for entry in stored if entry.name not in own)
            return [(layer, names.get(layer.name) or next(rest)) for layer in found]
    for found in candidates:
        if len(found) == len(stored):
            return list(zip(found, stored, strict=True))
    if origin.generation == 0:
        arrays = itertools.chain(*(entry.weights.values() for entry in stored))
        return [(model, LayerWeights(label, {str(key): one for key, one in enumerate(arrays)}))]
    raise ValueError(
        f"{model.label} has {len(layers)} layers with weights, {label} holds {len(stored)}:"
        f" {', '.join(entry.name for entry in stored)}. Build the same model, or pass "
        "by_name=True to load the layers whose names agree."
    )


def _listed_layers(model: Any) -> list[Layer]:
    """The layers of a model, in the order of the configuration that it was made from."""
    stored: tuple[str, ...] = getattr(model, "_stored_order", ())
    order = {name: place for place, name in enumerate(stored)}
    return sorted(model.layers, key=lambda layer: order.get(layer.name, len(order)))


def _stacked(model: Any) -> list[Layer]:
    """The layers of the model and of the models inside, these left out."""
    return [
        inner
        for layer in _listed_layers(model)
        for inner in (_stacked(layer) if hasattr(layer, "layers") else [layer])
    ]


def _leaves(layer: Any) -> list[Layer]:
    """The layers that a layer consists of, in the order of the older layout."""
    if hasattr(layer, "layers"):
        parts = _listed_layers(layer)
    elif hasattr(layer, "forward_layer"):
        parts = [layer.forward_layer, layer.backward_layer]
    elif isinstance(layer, Wrapper) and not own_weights(layer):
        parts = [layer.layer]
    else:
        return [layer]
    return [leaf for part in parts for leaf in _leaves(part)]


def _matches(layer: Layer, entry: LayerWeights, origin: Origin) -> list[_Match]:
    """The weights of a layer and of those inside, and what is stored for each, as of today."""
    leaves = [leaf for leaf in _leaves(layer) if leaf.weights]
    shares = _shares_by_name(leaves, entry, origin) or _shares_in_order(leaves, entry, origin)
    if shares is None or (own_weights(layer) and leaves != [layer]):
        arrays = list(entry.weights.values())
        return [_Match(f"{layer.label} (stored as {entry.name!r})", _in_order(layer), arrays)]
    return [
        _Match(
            f"{leaf.label} (stored as {entry.name!r})",
            weights := _in_order(leaf),
            arrays_to_today(
                type(leaf).__name__,
                arrays,
                _shapes(weights),
                origin,
                getattr(leaf, "data_format", None) == "channels_first",
                getattr(leaf, "epsilon", 0.0),
            ),
        )
        for leaf, arrays in zip(leaves, shares, strict=True)
    ]


def _shares_by_name(
    leaves: Sequence[Layer], entry: LayerWeights, origin: Origin
) -> list[list[np.ndarray]] | None:
    """The arrays of each layer, told by names such as ``"encoder/dense_1/kernel:0"``."""
    shares: dict[str, list[np.ndarray]] = {leaf.name: [] for leaf in leaves}
    for name, array in entry.weights.items():
        owners = [part for part in name.split("/")[:-1] if part in shares]
        if not owners:
            return None
        shares[owners[-1]].append(array)
    fits = [
        len(shares[leaf.name]) in counts(type(leaf).__name__, len(leaf.weights), origin)
        for leaf in leaves
    ]
    return list(shares.values()) if all(fits) and len(shares) == len(leaves) else None


def _shares_in_order(
    leaves: Sequence[Layer], entry: LayerWeights, origin: Origin
) -> list[list[np.ndarray]] | None:
    """The arrays of each layer: first come those of all that training changes, then the others."""
    arrays = list(entry.weights.values())
    if origin.generation == 0:  # where each layer's stood together
        wanted = [counts(type(leaf).__name__, len(leaf.weights), origin)[-1] for leaf in leaves]
        rest = iter(arrays)
        shares = [list(itertools.islice(rest, size)) for size in wanted]
        return shares if sum(wanted) == len(arrays) else None
    for form in (0, -1):
        sizes = [
            [
                counts(type(leaf).__name__, len(weights), origin)[form]
                for weights in (leaf.trainable_weights, leaf.non_trainable_weights)
            ]
            for leaf in leaves
        ]
        if sum(map(sum, sizes)) != len(arrays):
            continue
        rest = iter(arrays)
        first = [[next(rest) for _ in range(size)] for size, _ in sizes]
        then = [[next(rest) for _ in range(size)] for _, size in sizes]
        return [one + other for one, other in zip(first, then, strict=True)]
    return None


def _in_order(layer: Layer) -> list[nnx.Variable]:
    """The weights as the older layout lists them: all that training changes come first."""
    return layer.trainable_weights + layer.non_trainable_weights


def _named(layer: Layer, weights: Sequence[nnx.Variable]) -> dict[str, np.ndarray]:
    """Arrays by names such as ``"lstm/lstm_cell/kernel"``."""
    names = {
        id(weight): f"{saveable.names}/{weight.get_metadata('name', 'weight')}"
        for saveable in saveables(layer)
        for weight in own_weights(saveable.layer)
    }
    found: dict[str, np.ndarray] = {}
    for weight in weights:
        name = names.get(id(weight), f"{layer.name}/weight")
        while name in found:
            name += "_"
        found[name] = array_of(weight)
    return found


def _set(matches: Iterable[_Match], label: str, skip_mismatch: bool) -> None:
    matches = list(matches)
    misfits = [match for match in matches if not match.fits]
    if misfits:
        examples = ". ".join(map(str, misfits[:3]))
        text = f"{label} does not fit {len(misfits)} of the layers. {examples}."
        if not skip_mismatch:
            raise ValueError(
                f"{text} Build the model as it was when the file was written, or pass "
                "skip_mismatch=True to load what fits."
            )
        warnings.warn(f"{text} They keep their weights.", stacklevel=4)
    for match in matches:
        if match.fits:
            for weight, array in zip(match.weights, match.arrays, strict=True):
                set_array(weight, array)


def _shapes(arrays: Sequence[Any]) -> list[tuple[int, ...]]:
    return [tuple(array.shape) for array in arrays]


def _listed(shapes: Sequence[tuple[int, ...]]) -> str:
    return f"weights of shapes {', '.join(map(str, shapes))}" if shapes else "no weights"

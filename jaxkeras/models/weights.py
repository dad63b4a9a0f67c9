"""The weights of a model, to and from what a file holds; nothing is set unless all fits."""

import warnings
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from flax import nnx

from jaxkeras.files import Group, LayerWeights
from jaxkeras.files.layouts import legacy_layers, legacy_weights, put_variables, variables_at
from jaxkeras.layers import Layer
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
        put_variables(root, path, layer.name, [array_of(weight) for weight in own_weights(layer)])


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
    _set(
        (
            _Match(
                f"{layer.label} ({path}/vars)",
                own_weights(layer),
                variables_at(root, path),
                "" if layer.built else "; it is not built: call the model on data first",
            )
            for path, _, layer in saveables(model)
        ),
        label,
        skip_mismatch,
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
            otherwise the layers that have weights correspond in order.
        skip_mismatch: whether layers that do not fit keep their weights, with a warning.

    Raises:
        ValueError: number or shape of a layer's weights is not that of the file.
    """
    stored, top_level = legacy_layers(root, label)
    if by_name:
        names = {entry.name: entry for entry in stored}
        pairs = [(layer, names[layer.name]) for layer in model.layers if layer.name in names]
    else:
        layers = [layer for layer in model.layers if layer.weights]
        stored = [entry for entry in stored if entry.weights]
        if len(layers) != len(stored):
            raise ValueError(
                f"{model.label} has {len(layers)} layers with weights, {label} holds {len(stored)}:"
                f" {', '.join(entry.name for entry in stored)}. Build the same model, or pass "
                "by_name=True to load the layers whose names agree."
            )
        pairs = list(zip(layers, stored, strict=True))
    matches = [
        _Match(
            f"{layer.label} (stored as {entry.name!r})",
            _in_order(layer),
            list(entry.weights.values()),
        )
        for layer, entry in pairs
    ]
    if top_level is not None and (top_level.weights or not by_name):
        arrays = list(top_level.weights.values())
        matches.append(_Match(f"{model.label} itself", own_weights(model), arrays))
    _set(matches, label, skip_mismatch)


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

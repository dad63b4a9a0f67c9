"""Files that layers keep beside their weights, to and from the members of an archive."""

import pathlib
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from jaxkeras.models.saveables import Saveable, saveables

__all__ = ["assets_of", "take_assets"]


def assets_of(model: Any) -> dict[str, bytes]:
    """What the layers write that have a ``save_assets(folder)``, by the names of members.

    Args:
        model: a model.

    Example:
        >>> import pathlib, jaxkeras
        >>> from jaxkeras.models.assets import assets_of
        >>> class Note(jaxkeras.layers.Layer):
        ...     def save_assets(self, dir_path):
        ...         _ = pathlib.Path(dir_path, "note.txt").write_text("hello")
        >>> assets_of(jaxkeras.Sequential([Note(name="a")]))
        {'assets/layers/note/note.txt': b'hello'}

    Keras name: ``Layer.save_assets``.
    """
    found = {}
    for item in saveables(model):
        layer: Any = item.layer
        if not hasattr(layer, "save_assets"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            layer.save_assets(folder)
            for file in sorted(pathlib.Path(folder).rglob("*")):
                if file.is_file():
                    name = file.relative_to(folder).as_posix()
                    found[_prefix(item) + name] = file.read_bytes()
    return found


def take_assets(assets: Mapping[str, bytes], model: Any, label: str) -> None:
    """Give layers the files that were kept for them.

    A layer that has a ``load_assets(folder)`` reads its own; layers of words and numbers get the
    vocabularies that Keras writes for them. What no layer has a use for is told by a warning.

    Args:
        assets: members of an archive by name.
        model: the model, built.
        label: the archive's name, for messages.
    """
    owners = sorted(saveables(model), key=lambda item: len(item.path), reverse=True)
    shares: defaultdict[int, dict[str, bytes]] = defaultdict(dict)
    for name, content in assets.items():
        for item in owners:
            if name.startswith(_prefix(item)) and _is_asked_for(name, item):
                shares[id(item.layer)][name.removeprefix(_prefix(item))] = content
                break
        else:
            text = f"{label} holds {name}, for which {model.label} has no use."
            warnings.warn(text, stacklevel=3)
    for item in owners:
        layer: Any = item.layer
        share = shares[id(layer)]
        if share and hasattr(layer, "load_assets"):
            _load(layer, share)
        elif share:
            terms = share[_VOCABULARY].decode().rstrip("\n").splitlines()
            has_numbers = layer.get_config().get("vocabulary_dtype") == "int64"
            layer.set_vocabulary([int(term) for term in terms] if has_numbers else terms)


_VOCABULARY = "vocabulary.txt"


def _prefix(item: Saveable) -> str:
    return f"assets/{item.path}/" if item.path else "assets/"


def _is_asked_for(name: str, item: Saveable) -> bool:
    is_vocabulary = name == _prefix(item) + _VOCABULARY and hasattr(item.layer, "set_vocabulary")
    return is_vocabulary or hasattr(item.layer, "load_assets")


def _load(layer: Any, share: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in share.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        layer.load_assets(folder)

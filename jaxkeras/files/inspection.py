"""What a model file holds, as text: nothing in it is run and no model is made."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from jaxkeras.files.archive import Archive
from jaxkeras.files.dialects import Rewrite, model_to_today
from jaxkeras.files.errors import label_of, printable
from jaxkeras.files.formats import format_of, read_model_file
from jaxkeras.files.groups import Group
from jaxkeras.files.layouts import is_legacy, legacy_json, legacy_layers

__all__ = ["inspected"]

_KINDS = {
    "archive": ".keras archive",
    "folder": "unpacked .keras archive",
    "hdf5": "HDF5",
    "orbax": "Orbax checkpoint",
}
_MOST_REWRITES = 20


def inspected(path: str | os.PathLike[str]) -> str:
    """What a file is, who wrote it, its layers with their weights, and what has to be rewritten.

    Args:
        path: of a file or folder that `jaxkeras.models.load_model` or ``load_weights`` reads.

    Raises:
        FileNotFoundError: there is nothing at the path.
        CorruptFileError: it is damaged, or no model file.

    Example:
        >>> import os, tempfile, jaxkeras
        >>> from jaxkeras.files.inspection import inspected
        >>> model = jaxkeras.Sequential(
        ...     [jaxkeras.Input((2,)), jaxkeras.layers.Dense(1, name="out")])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.save(os.path.join(folder, "model.keras"))
        ...     print(inspected(os.path.join(folder, "model.keras")))
        /.../model.keras: a whole model, .keras archive
        written by: Keras 3...
        layers:
            ...  InputLayer
            out  Dense  (2, 1), (1,)
        numbers: 3 in 2 arrays, ...
    """
    label = label_of(path)
    kind, content = _KINDS[format_of(path)], read_model_file(path)
    if isinstance(content, Archive):
        root, config, about = content.weights, content.config, content.metadata
    else:
        inner = content.find("model_weights") or content
        about = {**content.attributes, **inner.attributes}
        root, config = content, legacy_json(content, "model_config", label) or {}
    shapes = _shapes(root, label)
    entries = list(_layers(config))
    what = "a whole model" if config else "weights"
    lines = [f"{label}: {what}, {kind}", f"written by: {_writer(about)}"]
    lines += ["layers:"] if entries else []
    lines += _table([[name, kind, _listed(shapes.pop(name, []))] for name, kind in entries])
    if others := [[name, _listed(found)] for name, found in shapes.items() if found]:
        lines += ["other arrays:" if entries else "arrays:", *_table(others)]
    arrays = [array for _, group in root.walk() for array in group.arrays().values()]
    lines.append(
        f"numbers: {sum(array.size for array in arrays):,} in {len(arrays)} arrays, "
        f"{sum(array.nbytes for array in arrays):,} bytes"
    )
    if config:
        lines += _rewritten(config, about.get("keras_version"))
    return "\n".join(map(printable, lines))


def _writer(about: Mapping[str, Any]) -> str:
    version, backend = about.get("keras_version"), about.get("backend")
    keras = f"Keras {version}" if version else "unknown"
    return f"{keras}, backend {backend}" if backend else keras


def _layers(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and classes of the layers, as the file has them."""
    inside = config.get("config")
    entries = inside.get("layers", ()) if isinstance(inside, Mapping) else inside
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping):
            own = entry.get("config")
            name = (own.get("name") if isinstance(own, Mapping) else None) or entry.get("name")
            yield str(name or "?"), str(entry.get("class_name"))


def _shapes(root: Group, label: str) -> dict[str, list[tuple[int, ...]]]:
    """Shapes of weights by the name of their layer, or by their path where no name is told."""
    if is_legacy(root):
        layers, top = legacy_layers(root, label)
        owners = [*layers, *([top] if top else [])]
        return {owner.name: [a.shape for a in owner.weights.values()] for owner in owners}
    found: dict[str, list[tuple[int, ...]]] = {}
    for path, group in root.walk():
        arrays = group.arrays()
        if arrays:
            name = str(group.attributes.get("name") or path or "/")
            found.setdefault(name, []).extend(array.shape for array in arrays.values())
    return found


def _listed(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes))


def _table(rows: list[list[str]]) -> Iterator[str]:
    """Rows of text as lines, with columns of the same width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"    {'  '.join(cells)}".rstrip()


def _rewritten(config: Mapping[str, Any], version: Any) -> list[str]:
    try:
        rewrites: list[Rewrite] = model_to_today(config, version)[1]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return ["not loaded as it is:", *(f"    {line}" for line in str(error).splitlines())]
    if not rewrites:
        return []
    lines = [f"rewritten for today's format: {len(rewrites)} fields"]
    lines += [f"    {rewrite}" for rewrite in rewrites[:_MOST_REWRITES]]
    return lines + ["    ..."] * (len(rewrites) > _MOST_REWRITES)

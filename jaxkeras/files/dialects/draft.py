"""A layer's description while it is being turned into today's, and the list of what was turned."""

from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["INSIDE", "Draft", "Rewrite"]

# Fields of a layer that hold further layers, although these do not say so.
INSIDE = ("layer", "layers", "cell", "cells", "backward_layer")


class Rewrite(NamedTuple):
    """One field of a stored configuration that today's format says differently.

    Attributes:
        layer: name of the layer, or what else the field belongs to.
        field: the stored name.
        old: the stored value.
        new: the fields that stand there instead; empty where today's layers have no such field.

    Example:
        >>> from jaxkeras.files.dialects import Rewrite
        >>> print(Rewrite("dense_1", "output_dim", 64, {"units": 64}))
        dense_1: output_dim=64 -> units=64
        >>> print(Rewrite("lstm_1", "consume_less", "cpu", {}))
        lstm_1: consume_less='cpu' is left out
    """

    layer: str
    field: str
    old: Any
    new: dict[str, Any]

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.new.items())
        return f"{self.layer}: {self.field}={self.old!r} " + (
            f"-> {told}" if told else "is left out"
        )


class Draft:
    """A copy of the description of a layer, whose fields the dialects turn one by one.

    Args:
        entry: ``{"class_name": ..., "config": {...}}``; stays as it is.
        rewrites: takes what is turned.

    Example:
        >>> from jaxkeras.files.dialects.draft import Draft
        >>> draft = Draft({"class_name": "Dense", "config": {"name": "out", "output_dim": 2}}, [])
        >>> draft.rename({"output_dim": "units"})
        >>> draft.finished()
        {'class_name': 'Dense', 'config': {'name': 'out', 'units': 2}}
    """

    def __init__(self, entry: Mapping[str, Any], rewrites: list[Rewrite]):
        self.entry = dict(entry)
        self.class_name: str = entry["class_name"]
        self.config: dict[str, Any] = dict(entry["config"])
        self.rewrites = rewrites

    @property
    def name(self) -> str:
        """The layer's name; of one that has none, its class."""
        return str(self.config.get("name") or self.entry.get("name") or self.class_name)

    def turn(self, field: str, **new: Any) -> None:
        """Put other fields in the place of one, if the layer has it."""
        if field not in self.config or new == {field: self.config[field]}:
            return
        old = self.config.pop(field)
        self.config |= new
        if new or old not in (None, False):
            self.rewrites.append(Rewrite(self.name, field, old, new))

    def rename(self, names: Mapping[str, str]) -> None:
        """Give fields their names of today."""
        for old, value in list(self.config.items()):
            if old in names:
                self.turn(old, **{names[old]: value})

    def drop(self, *fields: str) -> None:
        """Leave fields out."""
        for field in fields:
            self.turn(field)

    def assume(self, **fields: Any) -> None:
        """Note what the writer took for granted and did not store."""
        for field, value in fields.items():
            if field not in self.config:
                self.config[field] = value
                self.rewrites.append(Rewrite(self.name, field, None, {field: value}))

    def become(self, class_name: str) -> None:
        """Make it a layer of another class."""
        if class_name != self.class_name:
            new = {"class_name": class_name}
            self.rewrites.append(Rewrite(self.name, "class_name", self.class_name, new))
            self.class_name = class_name

    def finished(self) -> dict[str, Any]:
        """The description as it is now."""
        return {**self.entry, "class_name": self.class_name, "config": self.config}

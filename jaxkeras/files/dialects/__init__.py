"""Configurations and weights in the format of today's Keras 3, from what older files hold.

Pure functions between plain dictionaries and arrays. Each generation of Keras has a module that
turns its words into those of the next one, so that a file of Keras 0.x goes through all of them.

Example:
    >>> from jaxkeras.files.dialects import model_to_today
    >>> dense = {"class_name": "Dense", "config": {
    ...     "name": "out", "output_dim": 1, "inner": None, "batch_input_shape": [None, 2]}}
    >>> today, rewrites = model_to_today({"class_name": "Sequential", "config": [dense]}, "1.2.2")
    >>> today["config"]["layers"][0]["config"]["units"]
    1
    >>> print(*rewrites, sep="; ")
    out: output_dim=1 -> units=1
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from jaxkeras.files.dialects.arrays import Origin, arrays_to_today
from jaxkeras.files.dialects.branches import branches_joined, has_branches
from jaxkeras.files.dialects.compiling import (
    compiled_as,
    optimizer_values,
    training_config,
    turn_compiled,
)
from jaxkeras.files.dialects.draft import INSIDE, Draft, Rewrite
from jaxkeras.files.dialects.graphs import graph_to_today
from jaxkeras.files.dialects.keras0 import keras1_model, keras1_training
from jaxkeras.files.dialects.keras1 import turn_from_keras1
from jaxkeras.files.dialects.keras2 import plain, turn_from_keras2
from jaxkeras.files.dialects.lambdas import turn_lambda
from jaxkeras.files.dialects.places import is_description, located
from jaxkeras.files.dialects.replicas import has_replicas, replicas_joined
from jaxkeras.files.dialects.theano import padding_before, pooled_before
from jaxkeras.files.dialects.versions import generation_of, layout_of
from jaxkeras.registry.catalog import reading

__all__ = [
    "Origin",
    "Rewrite",
    "arrays_to_today",
    "compiled_as",
    "generation_of",
    "model_from_today",
    "model_to_today",
    "optimizer_values",
    "training_config",
]

_MODELS = ("Functional", "Model", "Sequential")
_GRAPH = {"layers", "input_layers", "output_layers"}
_OPERATIONS = "keras.src.ops."


def model_to_today(
    stored: Mapping[str, Any],
    keras_version: str | None = None,
    custom: Collection[str] = (),
    is_theano: bool | None = None,
) -> tuple[dict[str, Any], list[Rewrite]]:
    """A model's configuration of any generation as today's, and what was rewritten for that.

    Args:
        stored: ``{"class_name": ..., "config": ...}``, or what Keras 0.x wrote.
        keras_version: the version that wrote it, where the file tells.
        custom: names of the caller's own classes, which stay as they are, and of the layers
            whose function the caller has.
        is_theano: whether the model computed with Theano, where that is known; otherwise the
            configuration tells, or the place of channels lets it be guessed.

    Raises:
        ValueError: the model does what cannot be done without running code from the file, or what
            no layer does today.

    Example:
        >>> from jaxkeras.files.dialects import model_to_today
        >>> old = {"class_name": "Sequential", "config": {"layers": [
        ...     {"class_name": "Dense", "config": {"units": 1}}]}}
        >>> model_to_today(old)[0]["config"]["layers"][0]["module"]
        'keras.layers'
    """
    generation = generation_of(stored, keras_version)
    rewrites: list[Rewrite] = []
    compiled = stored.get("compile_config")
    if generation == 0:
        compiled = keras1_training(stored)
        stored = keras1_model(stored)
    kept = ("class_name", "config", "module", "registered_name", "build_config")
    entry = {key: stored[key] for key in kept if key in stored}
    layout = layout_of(stored)
    if is_theano is None:
        told = stored.get("backend")
        is_theano = told == "theano" or (told is None and generation <= 1 and layout == "th")
    about = _Origin(generation, layout, is_theano or generation == 0)
    today = _Turning(about, rewrites, custom).entry(entry)
    if compiled and generation < 3:
        own = {"optimizer_config": compiled.get("optimizer"), **compiled}
        today["compile_config"] = turn_compiled(compiled_as(own), rewrites)
    elif compiled:
        today["compile_config"] = (
            compiled_as(compiled) if "optimizer_config" in compiled else compiled
        )
    return today, rewrites


def model_from_today(config: Mapping[str, Any]) -> dict[str, Any]:
    """The ``model_config`` of a model in the older format; how it is compiled stands elsewhere."""
    return {name: config[name] for name in ("class_name", "config")}


class _Origin(NamedTuple):
    """Who wrote the model, and where its images have their channels if a layer does not tell."""

    generation: int
    layout: str | None
    is_theano: bool


class _Turning:
    """Goes through a model and turns every layer, at any depth."""

    def __init__(self, origin: _Origin, rewrites: list[Rewrite], names: Collection[str]):
        self.generation, self.layout, self.is_theano = origin
        self.rewrites = rewrites
        self.names = set(names)

    def entry(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """A layer or model."""
        with reading(stored):
            return self.turned(stored)

    def turned(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        if self.generation <= 1 and has_branches(stored):
            stored = branches_joined(stored, self.rewrites)
        if stored["class_name"] == "Sequential" and isinstance(stored["config"], list):
            stored = {**stored, "config": {"layers": stored["config"]}}
        draft = Draft(stored, self.rewrites)
        if _GRAPH.issubset(draft.config) and not self.is_own(stored):
            self.take_as_graph(draft)
            if self.generation == 2 and has_replicas(draft.config):
                draft.config = replicas_joined(draft.config, self.rewrites)
        if draft.class_name not in _MODELS and not self.is_own(stored):
            turn_lambda(draft, self.names)
            if self.generation <= 1:
                turn_from_keras1(draft, self.layout)
            if self.generation <= 2:
                turn_from_keras2(draft)
        config = draft.config
        if self.generation <= 2 and "build_input_shape" in config:
            draft.turn("build_input_shape", build_input_shape=plain(config["build_input_shape"]))
        for key in INSIDE:
            match config.get(key):
                case list() as entries:
                    turned = [self.inner(entry) for entry in entries]
                    config[key] = self.padded(turned) if key == "layers" else turned
                case dict() as entry:
                    config[key] = self.inner(entry)
        match config.get("activation"):
            case {"class_name": _, "config": {"name": _}} as layer:
                config["activation"] = self.entry(layer)
        if self.generation <= 2 and _GRAPH.issubset(config):
            draft.config = graph_to_today(config)
        is_model, is_operation = draft.class_name in _MODELS, self.is_operation(stored)
        if self.generation <= 2 and not is_model:  # its calls tell the shapes, in today's way
            draft.entry.pop("build_config", None)
        place = "keras" if is_model else _OPERATIONS if is_operation else "keras.layers"
        return located(draft.finished(), place)

    @staticmethod
    def take_as_graph(draft: Draft) -> None:
        """A functional model, also one whose class nobody knows: its graph is all there."""
        if draft.class_name not in _MODELS:
            new = {"class_name": "Functional"}
            draft.rewrites.append(Rewrite(draft.name, "class_name", draft.class_name, new))
            draft.entry |= {"module": None, "registered_name": None}
        draft.class_name = "Functional"

    def is_operation(self, stored: Mapping[str, Any]) -> bool:
        """Whether it is what Keras 3 leaves of a call of `keras.ops` in the older format."""
        about = stored["config"].keys() | stored.keys()
        is_bare = self.generation == 3 and about.isdisjoint(("dtype", "module", "trainable"))
        return is_bare and bool(stored.get("inbound_nodes")) and not self.is_own(stored)

    def is_own(self, stored: Mapping[str, Any]) -> bool:
        """Whether it is of a class of the caller's, whose words are its own."""
        return bool({stored["class_name"], stored.get("registered_name")} & self.names)

    def padded(self, entries: list[Any]) -> list[Any]:
        """The layers of a model, with zeros before convolutions where Theano added other ones."""
        found = []
        for entry in entries:
            is_other = self.is_theano and is_description(entry)
            if is_other and (pooling := pooled_before(entry)) is not None:
                new = {"class_name": pooling["class_name"]}
                name, before = entry["config"]["name"], entry["class_name"]
                self.rewrites.append(Rewrite(name, "class_name", before, new))
                entry = pooling
            pair = padding_before(entry) if is_other else None
            if pair is not None:
                name = entry["config"]["name"]
                new = {"padding": "valid", "zeros": pair[0]["config"]["padding"]}
                self.rewrites.append(Rewrite(name, "padding", "same", new))
            found += [entry] if pair is None else pair
        return found

    def inner(self, stored: Any) -> Any:
        """What stands among the layers, and is one if it is described as such."""
        is_stack = isinstance(stored, Mapping) and stored.get("class_name") == "Sequential"
        return self.entry(stored) if is_stack or is_description(stored) else stored

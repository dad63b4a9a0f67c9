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
from typing import Any

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
from jaxkeras.files.dialects.keras2 import turn_from_keras2
from jaxkeras.files.dialects.lambdas import turn_lambda
from jaxkeras.files.dialects.places import is_description, located
from jaxkeras.files.dialects.versions import generation_of, layout_of

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


def model_to_today(
    stored: Mapping[str, Any],
    keras_version: str | None = None,
    functions: Collection[str] = (),
) -> tuple[dict[str, Any], list[Rewrite]]:
    """A model's configuration of any generation as today's, and what was rewritten for that.

    Args:
        stored: ``{"class_name": ..., "config": ...}``, or what Keras 0.x wrote.
        keras_version: the version that wrote it, where the file tells.
        functions: names of layers whose function the caller has.

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
    today = _Turning(generation, rewrites, functions, layout_of(stored)).entry(entry)
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


class _Turning:
    """Goes through a model and turns every layer, at any depth."""

    def __init__(
        self,
        generation: int,
        rewrites: list[Rewrite],
        functions: Collection[str],
        layout: str | None,
    ):
        self.generation = generation
        self.rewrites = rewrites
        self.functions = functions
        self.layout = layout

    def entry(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """A layer or model."""
        if self.generation <= 1 and has_branches(stored):
            stored = branches_joined(stored, self.rewrites)
        if stored["class_name"] == "Sequential" and isinstance(stored["config"], list):
            stored = {**stored, "config": {"layers": stored["config"]}}
        draft = Draft(stored, self.rewrites)
        if draft.class_name not in _MODELS:
            turn_lambda(draft, self.functions)
            if self.generation <= 1:
                turn_from_keras1(draft, self.layout)
            if self.generation <= 2:
                turn_from_keras2(draft)
        elif draft.class_name == "Model" and "layers" in draft.config:
            draft.class_name = "Functional"
        config = draft.config
        for key in INSIDE:
            match config.get(key):
                case list() as entries:
                    config[key] = [self.inner(entry) for entry in entries]
                case dict() as entry:
                    config[key] = self.inner(entry)
        activation = config.get("activation")
        if is_description(activation) and "name" in activation["config"]:  # a layer
            config["activation"] = self.entry(activation)
        if self.generation <= 2 and {"layers", "input_layers", "output_layers"} <= config.keys():
            draft.config = graph_to_today(config)
        is_model = draft.class_name in _MODELS
        return located(draft.finished(), "keras" if is_model else "keras.layers")

    def inner(self, stored: Any) -> Any:
        """What stands among the layers, and is one if it is described as such."""
        is_stack = isinstance(stored, Mapping) and stored.get("class_name") == "Sequential"
        return self.entry(stored) if is_stack or is_description(stored) else stored

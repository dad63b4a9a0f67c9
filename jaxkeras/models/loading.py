"""Models and weights read from files: `load_model` and `Model.load_weights`."""

import contextlib
import json
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxkeras.files import Archive, Group, read_model_file
from jaxkeras.files.dialects import Rewrite, generation_of, model_to_today, optimizer_values
from jaxkeras.files.errors import label_of
from jaxkeras.files.layouts import (
    is_legacy,
    legacy_json,
    legacy_list,
    legacy_origin,
    variables_at,
)
from jaxkeras.layers import legacy as _legacy  # noqa: F401  # files of today may hold these too
from jaxkeras.layers.arguments import explain
from jaxkeras.layers.weighted import weights_within
from jaxkeras.models.assets import take_assets
from jaxkeras.models.following import following
from jaxkeras.models.saving import Path, require_weights
from jaxkeras.models.training_state import (
    carried_from,
    optimizer_from,
    optimizer_variables,
    progress_from,
    training_from,
)
from jaxkeras.models.weights import from_group, from_legacy
from jaxkeras.registry import custom_object_scope, deserialize, teaches_keywords
from jaxkeras.registry.custom_objects import custom_names

__all__ = ["load_model", "load_weights", "made_from"]

_logger = logging.getLogger("jaxkeras")
_ALWAYS = 64 * 2**20  # bytes
_WIDER = 4  # times, if numbers of 16 bits become some of 64


@teaches_keywords()
def load_model(
    filepath: Path,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
    *,
    report: bool = False,
) -> Any:
    """A model from a file that `save_model` or any generation of Keras wrote.

    The content of the file decides the format, not its name. Nothing that is stored is executed.
    What older generations said differently is rewritten; how many fields, tells a line of the
    logger ``"jaxkeras"``. The numbers stay those of the generation that wrote the file.

    Args:
        filepath: a ``.keras`` archive, the folder that one was unpacked to, an Orbax checkpoint, or
            a whole model in the older HDF5 format.
        custom_objects: the caller's own classes and functions by name; also the function of a
            `Lambda` layer by the name of that layer, which then stands for the stored code.
        compile: whether to compile the model, and let training go on where it stood.
        safe_mode: no matter: stored code is never run.
        report: whether to give the list of what was rewritten besides.

    Returns:
        The model; with ``report=True`` ``(model, rewrites)``, where each
        `jaxkeras.files.dialects.Rewrite` names a layer, a field, what stood there and what
        stands there now.

    Raises:
        FileNotFoundError: there is no file.
        CorruptFileError: it is damaged, or no model file.
        UnsafeCodeError: it holds code that is more than arithmetic.
        ConfigurationError: it names a class that is not known, or describes what cannot be made.
        ValueError: it holds weights alone.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.models.load_model("missing.keras")
        Traceback (most recent call last):
            ...
        FileNotFoundError: There is no file missing.keras. Path of the working folder: ...
    """
    label, content = label_of(filepath), read_model_file(filepath)
    if isinstance(content, Archive):
        stored, root, is_theano = content.config, content.weights, False
        version = content.metadata.get("keras_version")
    else:
        stored, root = _legacy_config(content, label), content
        version, is_theano = _version(content), legacy_origin(content).is_theano
    if not stored:
        raise ValueError(
            f"{label} holds weights, but no model. Make the model as it was and call "
            f"model.load_weights({label!r})."
        )
    with (
        custom_object_scope(custom_objects),
        weights_within(_room_for(root)),
        following(label),
    ):
        model, rewrites, compiled = _made(stored, label, version, is_theano)
        if isinstance(content, Archive):
            _from_group(root, model, label)
            take_assets(content.assets, model, label)
        else:
            from_legacy(root, model, label)
        if compile and compiled:
            try:
                model.compile_from_config(compiled)
            except Exception as error:
                explain(error, f"While compiling as {label} says; compile=False goes without.")
                raise
        if compile and model.optimizer is not None and model._is_built():
            _training_from(content, model, label)
    return (model, rewrites) if report else model


def made_from(stored: Any, label: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """A model of new layers from its configuration in the words of any generation of Keras.

    Args:
        stored: plain data, or JSON inside of JSON.
        label: what holds it, for messages.
        custom_objects: the caller's own classes and functions by name.

    Raises:
        ConfigurationError: a class is unknown, or it describes something else than a model.

    Example:
        >>> from jaxkeras.models.loading import made_from
        >>> dense = {"class_name": "Dense", "config": {"output_dim": 3, "input_shape": [4]}}
        >>> made_from({"class_name": "Sequential", "config": [dense]}, "a text").count_params()
        15
    """
    if isinstance(stored, str):
        with contextlib.suppress(ValueError):
            stored = json.loads(stored)
    with custom_object_scope(custom_objects), following(label):
        if not isinstance(stored, Mapping) or not {"class_name", "name"} & stored.keys():
            raise ValueError(
                f"{label} expected the text that model.to_json() gives, got "
                f"{type(stored).__name__}: {str(stored)[:60]}"
            )
        model, _, compiled = _made(stored, label)
        if not hasattr(model, "compile_from_config"):
            raise ValueError(
                f"{label} expected the text that model.to_json() gives, got that of "
                f"{type(model).__name__}."
            )
        if compiled:
            model.compile_from_config(compiled)
    return model


def _room_for(root: Group) -> int:
    """Bytes that the weights of a model may take whose file holds these arrays."""
    stored = sum(array.nbytes for _, group in root.walk() for array in group.arrays().values())
    return _ALWAYS + _WIDER * stored


def _made(
    stored: Mapping[str, Any],
    label: str,
    version: str | None = None,
    is_theano: bool | None = None,
) -> tuple[Any, list[Rewrite], Mapping[str, Any] | None]:
    """A model, what was rewritten, and how it is compiled."""
    config, rewrites = model_to_today(stored, version, custom_names(), is_theano)
    compiled = config.pop("compile_config", None)
    if rewrites:
        _logger.info("%s: %d fields of an older format were rewritten", label, len(rewrites))
    model = deserialize(config)
    _note_order(model, config)
    return model, rewrites, compiled


def _note_order(model: Any, config: Mapping[str, Any]) -> None:
    """Tell a model, and those inside, how the configuration lists its layers.

    The older layouts store weights in that order, which need not be the order of calls.
    """
    entries = config["config"].get("layers") or ()
    named = {str(entry.get("name") or entry["config"].get("name")): entry for entry in entries}
    if not named or not hasattr(model, "layers"):
        return
    model._stored_order = tuple(named)
    for layer in model.layers:
        if layer.name in named:
            _note_order(layer, named[layer.name])


def load_weights(
    model: Any,
    filepath: Path,
    skip_mismatch: bool = False,
    by_name: bool = False,
    *,
    include_optimizer: bool | None = None,
    goes_on: bool = False,
) -> None:
    """Set a model's weights to those of a file; nothing is set unless all fits.

    Args:
        model: a model that has its weights.
        filepath: weights or a whole model, in any format that `load_model` reads.
        skip_mismatch: whether layers that do not fit keep their weights, with a warning.
        by_name: in the older layout, give layers the weights stored under their name, and leave
            the others; otherwise layers correspond in order.
        include_optimizer: whether the state of training is taken too. By default it is where
            training has begun, so that a newly compiled model keeps its own learning rate.
        goes_on: whether the next `fit` takes up the epoch that was running.

    Raises:
        FileNotFoundError: there is no file.
        CorruptFileError: it is damaged, or no model file.
        ValueError: the weights do not fit the model; the message names the layers.

    Example:
        >>> import os, tempfile, jaxkeras
        >>> def build(units):
        ...     return jaxkeras.Sequential(
        ...         [jaxkeras.Input((2,)), jaxkeras.layers.Dense(units, name="out")])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "small.weights.h5")
        ...     build(1).save_weights(path)
        ...     build(1).load_weights(path)
        ...     build(3).load_weights(path)
        Traceback (most recent call last):
            ...
        ValueError: ...small.weights.h5 does not fit 1 of the layers. Dense "out"
        (layers/dense/vars) has weights of shapes (2, 3), (3,), the file weights of shapes
        (2, 1), (1,). Build the model as it was when the file was written, ...
    """
    require_weights(model, "load_weights")
    label, content = label_of(filepath), read_model_file(filepath)
    root = content.weights if isinstance(content, Archive) else content
    if is_legacy(root):
        from_legacy(root, model, label, by_name, skip_mismatch)
        return
    if by_name:
        raise ValueError(
            f"{label} stores weights by the structure of the model, not by names, so by_name=True "
            "is not possible. Pass skip_mismatch=True to load the layers that fit."
        )
    _from_group(root, model, label, skip_mismatch)
    if include_optimizer is None:
        include_optimizer = model._require_loop().progress().opt_state is not None
    if include_optimizer and model.optimizer is not None:
        training_from(root, model, label, goes_on)


def _from_group(root: Group, model: Any, label: str, skip_mismatch: bool = False) -> None:
    from_group(root, model, label, skip_mismatch)
    if model._is_built():
        carried_from(root, model, label)


# ---------------------------------------------------------------------- the older formats


def _legacy_config(root: Group, label: str) -> dict[str, Any] | None:
    stored = legacy_json(root, "model_config", label)
    compiled = legacy_json(root, "training_config", label)
    return stored if not stored or compiled is None else {**stored, "compile_config": compiled}


def _version(root: Group) -> str | None:
    inner = root.find("model_weights") or root
    return root.attributes.get("keras_version") or inner.attributes.get("keras_version")


def _training_from(content: Archive | Group, model: Any, label: str) -> None:
    """Let training go on from the state that the file holds of it."""
    if isinstance(content, Archive):
        version = content.metadata.get("keras_version")
        if generation_of(content.config, version) == 3:
            training_from(content.weights, model, label)
        else:
            _optimizer_from(model, variables_at(content.weights, "optimizer"), label, True)
        return
    group = content.find("optimizer_weights")
    values = [] if group is None else list(legacy_list(group, label).values())
    if legacy_origin(content).generation < 3:
        minor = re.match(r"2\.(\d+)", _version(content) or "")
        _optimizer_from(model, values, label, bool(minor and int(minor[1]) > 10))
    elif values and optimizer_from(model, values, label):
        progress_from(content, model, label)


def _optimizer_from(
    model: Any, values: Sequence[np.ndarray], label: str, alternating: bool
) -> None:
    """Give the optimizer the state that Keras 2 or an earlier one stored."""
    if not values:
        return
    turned = optimizer_values(list(values), optimizer_variables(model), alternating)
    if turned is not None:
        optimizer_from(model, turned, label)
        return
    _logger.warning(
        "%s holds %d variables of an optimizer that are not those of %s: it starts anew",
        label,
        len(values),
        type(model.optimizer).__name__,
    )

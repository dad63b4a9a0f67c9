"""Models and weights in files: what `Model.save` and its relatives do."""

import json
import os
import warnings
from collections.abc import Mapping
from typing import Any, Literal

from jaxkeras.files import (
    Archive,
    Group,
    atomic_write,
    read_model_file,
    write_archive,
    write_hdf5,
)
from jaxkeras.files.archive import KERAS_VERSION
from jaxkeras.files.dialects import (
    compiled_as,
    model_from_today,
    model_to_today,
    training_config,
)
from jaxkeras.files.errors import label_of
from jaxkeras.files.layouts import is_legacy, legacy_json, legacy_list, put_legacy_list
from jaxkeras.models.saveables import saveables
from jaxkeras.models.training_state import (
    carried_from,
    optimizer_from,
    optimizer_variables,
    progress_from,
    put_carried,
    put_progress,
    put_training,
    training_from,
)
from jaxkeras.models.weights import from_group, from_legacy, put_group, to_legacy
from jaxkeras.registry import deserialize, serialize

__all__ = ["load_model", "load_weights", "save_model", "save_weights", "to_archive"]

Path = str | os.PathLike[str]

_OLD_ENDINGS = (".h5", ".hdf5")


def save_model(
    model: Any,
    filepath: Path,
    overwrite: bool = True,
    zipped: bool | None = None,
    *,
    include_optimizer: bool = True,
    save_format: str | None = None,
) -> None:
    """Write a model to a file: its architecture, weights, loss, optimizer and their state.

    The file is there as a whole or not at all. Keras 3 can open it.

    Args:
        model: a model.
        filepath: ``"model.keras"``, or ``"model.h5"`` for the older format.
        overwrite: whether a file that is there is replaced.
        zipped: only ``True``, or ``None``: folders are read, but not written.
        include_optimizer: whether to write loss, optimizer and the state of training.
        save_format: Keras 2's argument: ``"keras"`` or ``"h5"``, whatever the name ends with.

    Raises:
        ValueError: the name ends otherwise, or the model has no weights yet.
        FileExistsError: the file exists and ``overwrite`` is False.
        TypeError: something in the model cannot be written down, such as a ``lambda``.

    Example:
        >>> import os, tempfile, numpy as np, jaxkeras
        >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "model.keras")
        ...     jaxkeras.models.save_model(model, path)
        ...     twin = jaxkeras.models.load_model(path)
        >>> x = np.ones((1, 2))
        >>> bool((model.predict(x, verbose=0) == twin.predict(x, verbose=0)).all())
        True
    """
    if zipped is False:
        raise ValueError(
            f"save writes {model.label} to one file, so zipped=False is not possible. Unpack the "
            ".keras file, which is a zip archive; load_model reads the folder too."
        )
    kind = _kind_of(label_of(filepath), save_format)
    _require_weights(model, "save")
    config = serialize(model)
    if not include_optimizer:
        config.pop("compile_config", None)
    has_training = include_optimizer and model.optimizer is not None
    if kind == "keras":
        content: Any = Archive(config, _to_group(model, has_training))
    else:
        content = _to_legacy_model(model, config, has_training)
    with atomic_write(filepath, overwrite) as file:
        (write_archive if kind == "keras" else write_hdf5)(file, content)


def to_archive(model: Any, weights_only: bool = False) -> Archive:
    """A model as plain data, as `save_model` writes it to a ``.keras`` file.

    Args:
        model: a model that has its weights.
        weights_only: whether to leave out the configuration and the state of training.

    Example:
        >>> import jaxkeras
        >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)])
        >>> model.to_archive().weights.array("layers/dense/vars/0").shape
        (2, 1)
    """
    _require_weights(model, "to_archive")
    if weights_only:
        return Archive({}, _to_group(model, has_training=False))
    return Archive(serialize(model), _to_group(model, model.optimizer is not None))


def load_model(
    filepath: Path,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """A model from a file that `save_model`, Keras 3 or Keras 2 wrote.

    The content of the file decides the format, not its name. Nothing that is stored is executed.

    Args:
        filepath: a ``.keras`` archive, the folder that one was unpacked to, an Orbax checkpoint, or
            a whole model in the older HDF5 format.
        custom_objects: the caller's own classes and functions by name.
        compile: whether to compile the model, and let training go on where it stood.
        safe_mode: no matter: stored code is never run.

    Raises:
        FileNotFoundError: there is no file.
        CorruptFileError: it is damaged, or no model file.
        ValueError: it names a class that is not known, or holds weights alone.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.models.load_model("missing.keras")
        Traceback (most recent call last):
            ...
        FileNotFoundError: There is no file missing.keras. Path of the working folder: ...
    """
    label, content = label_of(filepath), read_model_file(filepath)
    if isinstance(content, Archive):
        config, root = content.config, content.weights
    else:
        config, root = _legacy_config(content, label), content
    if not config:
        raise _without_model(label)
    if not compile:
        config = {**config, "compile_config": None}
    model = deserialize(config, custom_objects)
    if isinstance(content, Archive):
        _from_group(root, model, label)
        _take_vocabularies(content.assets, model, label)
        if compile and model.optimizer is not None and model._is_built():
            training_from(root, model, label)
    else:
        from_legacy(root, model, label)
        if compile and model.optimizer is not None:
            _legacy_training_from(root, model, label)
    return model


def save_weights(model: Any, filepath: Path, overwrite: bool = True) -> None:
    """Write a model's weights to a file, and the state of training if it is compiled.

    Args:
        model: a model that has its weights.
        filepath: ``"model.weights.h5"``, in the layout of Keras 3; a name that only ends with
            ``.h5`` or ``.hdf5`` means the layout of Keras 2, which holds weights alone.
        overwrite: whether a file that is there is replaced.

    Raises:
        ValueError: the name ends otherwise, or the model has no weights yet.
        FileExistsError: the file exists and ``overwrite`` is False.

    Example:
        >>> import os, tempfile, numpy as np, jaxkeras
        >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)])
        >>> before = model.get_weights()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "model.weights.h5")
        ...     model.save_weights(path)
        ...     model.set_weights([np.zeros((2, 1)), np.zeros(1)])
        ...     model.load_weights(path)
        >>> bool((model.get_weights()[0] == before[0]).all())
        True
    """
    label = label_of(filepath)
    if not label.endswith(_OLD_ENDINGS):
        raise ValueError(
            f"Weights are written to a file whose name ends with '.weights.h5'. Received: {label}. "
            f"Write {model.label}.save_weights('{_stem(label)}.weights.h5')."
        )
    _require_weights(model, "save_weights")
    if label.endswith(".weights.h5"):
        root = _to_group(model, model.optimizer is not None)
    else:
        root = to_legacy(model)
    with atomic_write(filepath, overwrite) as file:
        write_hdf5(file, root)


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
    _require_weights(model, "load_weights")
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


def _to_group(model: Any, has_training: bool) -> Group:
    root = Group()
    put_group(root, model)
    put_carried(root, model)
    if has_training:
        put_training(root, model)
    return root


def _from_group(root: Group, model: Any, label: str, skip_mismatch: bool = False) -> None:
    from_group(root, model, label, skip_mismatch)
    if model._is_built():
        carried_from(root, model, label)


def _take_vocabularies(assets: Mapping[str, bytes], model: Any, label: str) -> None:
    """Give the layers the vocabularies that Keras stores beside the weights."""
    owners = {f"assets/{item.path}/vocabulary.txt": item.layer for item in saveables(model)}
    for name, content in assets.items():
        layer: Any = owners.get(name)
        if not hasattr(layer, "set_vocabulary"):
            warnings.warn(
                f"{label} holds {name}, for which {model.label} has no use.", stacklevel=3
            )
            continue
        terms = content.decode().rstrip("\n").splitlines()
        has_numbers = layer.get_config().get("vocabulary_dtype") == "int64"
        layer.set_vocabulary([int(term) for term in terms] if has_numbers else terms)


def _require_weights(model: Any, method: str) -> None:
    if not model._is_built():
        raise ValueError(
            f"{model.label} has no weights yet, so {method} has nothing to work on. Give it an "
            "Input, call build(input_shape), or call it on data first."
        )


def _kind_of(label: str, save_format: str | None) -> Literal["keras", "h5"]:
    match save_format:
        case "keras" | "h5":
            return save_format
        case "hdf5":
            return "h5"
        case None if label.endswith(".keras"):
            return "keras"
        case None if label.endswith(_OLD_ENDINGS):
            return "h5"
    what = f"save_format={save_format!r}" if save_format else f"the name {label!r}"
    raise ValueError(
        f"A model is written to a file whose name ends with '.keras', or with '.h5' for the older "
        f"format. Received: {what}. Write model.save('{_stem(label)}.keras')."
    )


def _stem(label: str) -> str:
    return label.removesuffix(".ckpt").removesuffix(".tf").rstrip("/") or "model"


# ---------------------------------------------------------------------- the older format


def _to_legacy_model(model: Any, config: Mapping[str, Any], has_training: bool) -> Group:
    attributes = {
        "keras_version": KERAS_VERSION,
        "backend": "jax",
        "model_config": json.dumps(model_from_today(config)),
    }
    root = Group(attributes, {"model_weights": to_legacy(model)})
    if compile_config := config.get("compile_config"):
        attributes["training_config"] = json.dumps(training_config(compile_config))
    if has_training:
        name = model.optimizer.name
        weights = {f"{name}/{key}": array for key, array in optimizer_variables(model).items()}
        put_legacy_list(root.require("optimizer_weights"), weights)
        put_progress(root, model)
    return root


def _legacy_config(root: Group, label: str) -> dict[str, Any]:
    stored = legacy_json(root, "model_config", label)
    if stored is None:
        raise _without_model(label)
    config = model_to_today(stored)
    compiled = legacy_json(root, "training_config", label)
    return config if compiled is None else {**config, "compile_config": compiled_as(compiled)}


def _without_model(label: str) -> ValueError:
    return ValueError(
        f"{label} holds weights, but no model. Make the model as it was and call "
        f"model.load_weights({label!r})."
    )


def _legacy_training_from(root: Group, model: Any, label: str) -> None:
    group = root.find("optimizer_weights")
    values = [] if group is None else list(legacy_list(group, label).values())
    if values and optimizer_from(model, values, label):
        progress_from(root, model, label)

"""Models and weights written to files: what `Model.save` and its relatives do."""

import json
import os
from collections.abc import Mapping
from typing import Any, Literal

from jaxkeras.files import (
    Archive,
    Group,
    atomic_write,
    write_archive,
    write_folder,
    write_hdf5,
)
from jaxkeras.files.archive import KERAS_VERSION
from jaxkeras.files.dialects import model_from_today, training_config
from jaxkeras.files.errors import label_of
from jaxkeras.files.layouts import put_legacy_list
from jaxkeras.models.assets import assets_of
from jaxkeras.models.training_state import (
    optimizer_variables,
    put_carried,
    put_progress,
    put_training,
)
from jaxkeras.models.weights import put_group, to_legacy
from jaxkeras.registry import serialize, teaches_keywords

__all__ = ["Path", "require_weights", "save_model", "save_weights", "to_archive"]

Path = str | os.PathLike[str]

_OLD_ENDINGS = (".h5", ".hdf5")


@teaches_keywords()
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

    It also holds the random state of dropout and shuffling, which Keras passes over. A model that
    is loaded trains on with the same bits as one that never stopped, and nothing is to be seeded.
    What callbacks count, such as the patience of `ReduceLROnPlateau`, starts anew.

    Args:
        model: a model.
        filepath: ``"model.keras"``, or ``"model.h5"`` for the older format.
        overwrite: whether a file that is there is replaced.
        zipped: ``False`` for a folder that holds what the archive would; then the name has no
            ending, as in Keras. A folder is not replaced in one step.
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
    label = label_of(filepath)
    kind = "folder" if zipped is False else _kind_of(label, save_format)
    if kind == "folder" and (save_format or label.endswith((".keras", *_OLD_ENDINGS))):
        raise ValueError(
            f"With zipped=False {model.label} is written to a folder, whose name has no ending and "
            f"which has no save_format. Received: {label}. Write "
            "model.save('my_model', zipped=False)."
        )
    require_weights(model, "save")
    config = serialize(model)
    if not include_optimizer:
        config.pop("compile_config", None)
    has_training = include_optimizer and model.optimizer is not None
    if kind == "h5":
        legacy = _to_legacy_model(model, config, has_training)
        with atomic_write(filepath, overwrite) as file:
            write_hdf5(file, legacy)
        return
    archive = Archive(config, _to_group(model, has_training), assets=assets_of(model))
    if kind == "folder":
        write_folder(filepath, archive, overwrite)
        return
    with atomic_write(filepath, overwrite) as file:
        write_archive(file, archive)


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
    require_weights(model, "to_archive")
    if weights_only:
        return Archive({}, _to_group(model, has_training=False))
    weights = _to_group(model, model.optimizer is not None)
    return Archive(serialize(model), weights, assets=assets_of(model))


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
    require_weights(model, "save_weights")
    if label.endswith(".weights.h5"):
        root = _to_group(model, model.optimizer is not None)
    else:
        root = to_legacy(model)
    with atomic_write(filepath, overwrite) as file:
        write_hdf5(file, root)


def _to_group(model: Any, has_training: bool) -> Group:
    root = Group()
    put_group(root, model)
    put_carried(root, model)
    if has_training:
        put_training(root, model)
    return root


def require_weights(model: Any, method: str) -> None:
    """Refuse a model that has no weights yet.

    Args:
        model: a model.
        method: what needs the weights, for the message.

    Raises:
        ValueError: it has none.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.models.saving import require_weights
        >>> require_weights(jaxkeras.Sequential(name="empty"), "save")
        Traceback (most recent call last):
            ...
        ValueError: Sequential "empty" has no weights yet, so save has nothing to work on. Give it
        an Input, call build(input_shape), or call it on data first.
    """
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

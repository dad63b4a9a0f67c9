"""Where training stands, to and from what a file holds.

The optimizer's variables lie where Keras 3 looks for them. What Keras has no place for lies in a
group of its own, ``jaxkeras``, which Keras passes over: random keys, the order of samples, and how
far the running epoch has come.
"""

import collections
import json
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from jaxkeras.files import Group
from jaxkeras.files.layouts import in_order, put_variables
from jaxkeras.layers.weighted import own_weights
from jaxkeras.models.saveables import array_of, saveables, set_array
from jaxkeras.optimizers import LossScaleOptimizer
from jaxkeras.optimizers.variables import (
    Inner,
    from_variables,
    inner_optimizers,
    to_variables,
)
from jaxkeras.registry import snake_case
from jaxkeras.training.state import Progress

__all__ = [
    "carried_from",
    "optimizer_from",
    "optimizer_variables",
    "progress_from",
    "put_carried",
    "put_progress",
    "put_training",
    "training_from",
]

_OWN = "jaxkeras"
_COUNTS = ("step", "passes", "epoch", "batch", "taken")


# ---------------------------------------------------------------------- what layers carry


def put_carried(root: Group, model: Any) -> None:
    """Place the weights that Keras has no path to, such as those of Flax modules inside."""
    _put(root, f"{_OWN}/carried", [array_of(variable) for variable in _carried(model)])


def carried_from(root: Group, model: Any, label: str) -> None:
    """Set the weights that `put_carried` placed.

    Raises:
        ValueError: number or shapes are not those of the file.
    """
    _set(_carried(model), root.find(f"{_OWN}/carried"), f"{label} holds other Flax modules")


def _carried(model: Any) -> list[nnx.Variable]:
    """The variables that are neither weights with a path nor random state."""
    placed = {id(weight) for item in saveables(model) for weight in own_weights(item.layer)}
    return [
        variable
        for variable in model._require_loop().structure.variables
        if id(variable) not in placed and not isinstance(variable, nnx.RngState)
    ]


def _random(model: Any) -> list[nnx.Variable]:
    variables = model._require_loop().structure.variables
    return [variable for variable in variables if isinstance(variable, nnx.RngState)]


def _put(root: Group, path: str, arrays: Iterable[Any]) -> None:
    for number, array in enumerate(arrays):
        root.put(f"{path}/{number}", array)


def _set(variables: Sequence[nnx.Variable], group: Group | None, misfit: str) -> None:
    """Set variables to what `_put` placed; their names may differ, as those of layers do."""
    arrays = [] if group is None else in_order(group)
    expected = [array_of(variable).shape for variable in variables]
    if expected != [array.shape for array in arrays]:
        raise ValueError(
            f"{misfit} than the model: it has {len(arrays)} arrays for {len(expected)}, or of "
            "other shapes. Build the model as it was when the file was written."
        )
    for variable, array in zip(variables, arrays, strict=True):
        set_array(variable, array)


# ---------------------------------------------------------------------- the optimizer


def optimizer_variables(model: Any) -> dict[str, np.ndarray]:
    """The variables of the optimizer in Keras's order, by name."""
    loop = model._require_loop()
    loop.start()
    return to_variables(model.optimizer, loop.progress().opt_state, loop.structure.names)


def optimizer_from(model: Any, values: list[np.ndarray], label: str) -> bool:
    """Give the optimizer the state that a file holds.

    An optimizer of another kind stays as it is, with a warning.

    Returns:
        Whether the state was taken.
    """
    loop = model._require_loop()
    loop.start()
    before, names = loop.progress().opt_state, loop.structure.names
    is_unused = values[0].shape == () and values[0] == 0
    if is_unused and len(values) < len(to_variables(model.optimizer, before, names)):
        return False  # Keras writes no more of an optimizer that was never used
    try:
        opt_state = from_variables(model.optimizer, before, names, values)
    except ValueError as error:
        warnings.warn(
            f"{label} holds the state of another optimizer, which is left out: {error} Compile "
            "with the optimizer that the file was written with to go on from its state.",
            stacklevel=4,
        )
        return False
    loop.resume(Progress(opt_state))
    loop.resume(Progress(opt_state, model.optimizer.iterations))
    return True


# ---------------------------------------------------------------------- training


def put_training(root: Group, model: Any) -> None:
    """Place the state of the optimizer, and where training stands.

    Args:
        root: takes them.
        model: the model, compiled and built.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.models.training_state import put_training, training_from
        >>> from jaxkeras.files import Group
        >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)])
        >>> model.compile(jaxkeras.optimizers.SGD(0.5), "mse")
        >>> root = Group()
        >>> put_training(root, model)
        >>> root.array("optimizer/vars/1"), root.array("jaxkeras/step")
        (array(0.5, dtype=float32), array(0))
        >>> training_from(root, model, "model.weights.h5")
    """
    variables = optimizer_variables(model)
    put_variables(root, "optimizer", model.optimizer.name, list(variables.values()))
    for path, inner in _inner(model):
        put_variables(root, path, inner.optimizer.name, list(to_variables(*inner).values()))
    put_progress(root, model)


def put_progress(root: Group, model: Any) -> None:
    """Place what Keras has no place for: random state, and how far training has come."""
    progress = model._require_loop().progress()
    own = root.require(_OWN)
    for name in _COUNTS:
        own.put(name, np.int64(getattr(progress, name)))
    _put(own, "random", [array_of(variable) for variable in _random(model)])
    if progress.shuffle_key is not None:
        own.put("shuffle_key", jax.random.key_data(progress.shuffle_key))
    _put(own, "metrics", progress.metrics or ())
    if progress.position is not None:
        _put_position(own, progress.position)


def training_from(root: Group, model: Any, label: str, goes_on: bool = False) -> None:
    """Let training go on from what `put_training` placed, or Keras.

    Args:
        root: what the file holds.
        model: the model, compiled and built.
        label: the file's name, for messages.
        goes_on: whether the next `fit` takes up the epoch that was running.
    """
    group = root.find("optimizer/vars")
    values = [] if group is None else in_order(group)
    if values and optimizer_from(model, values, label):
        progress_from(root, model, label, goes_on)


def progress_from(root: Group, model: Any, label: str, goes_on: bool = False) -> None:
    """Undo `put_progress`; a file that Keras wrote has nothing to undo.

    Raises:
        ValueError: the model draws random numbers in other places.
    """
    own = root.find(_OWN)
    if own is None or own.array("step") is None:
        return
    _set(_random(model), own.find("random"), f"{label} holds another number of random streams")
    loop = model._require_loop()
    counts = {name: int(own.arrays().get(name, 0)) for name in _COUNTS}
    key, sums = own.array("shuffle_key"), own.find("metrics")
    if key is not None:
        key = jax.random.wrap_key_data(jnp.array(key), impl="threefry2x32")
    progress = loop.progress()._replace(
        **counts,
        shuffle_key=key,
        metrics=None if sums is None else [jnp.array(value) for value in in_order(sums)],
        position=_position_from(own),
    )
    loop.resume(progress, goes_on)


def _put_position(own: Group, position: Any) -> None:
    """Place where an iterator stands: bytes, or what JSON can hold."""
    if isinstance(position, bytes):
        own.put("position/bytes", np.frombuffer(position, np.uint8))
        return
    try:
        text = json.dumps(position)
    except (TypeError, ValueError):
        warnings.warn(
            "The place of the iterator that gives the batches is not written down: its get_state "
            f"gives a {type(position).__name__} that JSON cannot hold. Have it give bytes.",
            stacklevel=4,
        )
        return
    own.put("position/json", np.frombuffer(text.encode(), np.uint8))


def _position_from(own: Group) -> Any:
    as_bytes, as_json = own.array("position/bytes"), own.array("position/json")
    if as_bytes is not None:
        return as_bytes.tobytes()
    return None if as_json is None else json.loads(as_json.tobytes())


def _inner(model: Any) -> Iterator[tuple[str, Inner]]:
    """The optimizers inside, where Keras stores them once more."""
    loop = model._require_loop()
    optimizer, counts = model.optimizer, collections.Counter()
    for inner in inner_optimizers(optimizer, loop.progress().opt_state, loop.structure.names):
        if isinstance(optimizer, LossScaleOptimizer):
            yield "optimizer/inner_optimizer", inner
            continue
        name = snake_case(type(inner.optimizer).__name__)
        yield f"optimizer/optimizers/{name}_{counts[name]}".removesuffix("_0"), inner
        counts[name] += 1

"""How a model was compiled, and the state of its optimizer, in the words of Keras 3, and back."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxkeras.files.dialects.draft import Draft, Rewrite
from jaxkeras.files.dialects.places import located, placed_everywhere

__all__ = ["compiled_as", "optimizer_values", "training_config", "turn_compiled"]

_ALIASES = {"cosine_proximity": "cosine_similarity"}
# Of optimizers: what they had for a while, and what changes no step.
_LEFT_OUT = ("is_legacy_optimizer", "jit_compile", "schedule_decay")
_NO_STATE = ("iteration", "learning_rate")
# Of losses; Keras 3 does not find the short names in files of the older format.
_IN_FULL = {
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}


def compiled_as(training_config: Mapping[str, Any]) -> dict[str, Any]:
    """A ``training_config`` as today's ``compile_config``.

    Example:
        >>> from jaxkeras.files.dialects import compiled_as
        >>> old = {"optimizer_config": {"class_name": "SGD", "config": {}}, "loss": "mse"}
        >>> compiled_as(old)["optimizer"]["module"], compiled_as(old)["loss"]
        ('keras.optimizers', 'mse')
    """
    optimizer = training_config.get("optimizer_config")
    modules = {"loss": "keras.losses", "metrics": "keras.metrics"}
    modules["weighted_metrics"] = modules["metrics"]
    return {
        "optimizer": placed_everywhere(optimizer, "keras.optimizers"),
        "loss_weights": training_config.get("loss_weights"),
        **{
            key: placed_everywhere(training_config.get(key), place)
            for key, place in modules.items()
        },
    }


def training_config(compile_config: Mapping[str, Any]) -> dict[str, Any]:
    """A ``compile_config`` as the ``training_config`` of the older format.

    Example:
        >>> from jaxkeras.files.dialects import training_config
        >>> today = {"optimizer": {"class_name": "SGD", "config": {}}, "loss": "mse"}
        >>> training_config(today)
        {'loss': 'mean_squared_error', 'optimizer_config': {'class_name': 'SGD', 'config': {}}}
    """
    others = {name: _named(value, name) for name, value in compile_config.items()}
    optimizer = others.pop("optimizer")
    return {**others, "optimizer_config": {key: optimizer[key] for key in ("class_name", "config")}}


def _named(value: Any, field: str) -> Any:
    """Losses and metrics in which a function of Keras is no more than its name."""
    match value:
        case str() if field == "loss":
            return _IN_FULL.get(value.lower(), value)
        case {"class_name": "function", "module": str(module)} if module.startswith("keras."):
            return _named(value["config"], field)
        case list() | tuple():
            return [_named(item, field) for item in value]
        case Mapping() if "class_name" not in value:
            return {key: _named(item, field) for key, item in value.items()}
    return value


def turn_compiled(config: Mapping[str, Any], rewrites: list[Rewrite]) -> dict[str, Any]:
    """A ``compile_config`` of Keras 2 or earlier in the words of Keras 3.

    Args:
        config: as `compiled_as` gives it.
        rewrites: takes what is turned.

    Example:
        >>> from jaxkeras.files.dialects.compiling import turn_compiled
        >>> sgd = {"class_name": "SGD", "config": {"lr": 0.1, "decay": 0.01}}
        >>> turned = turn_compiled({"optimizer": sgd, "loss": "mse"}, [])
        >>> turned["optimizer"]["config"]["learning_rate"]["class_name"]
        'InverseTimeDecay'
    """
    optimizer = _optimizer(config.get("optimizer"), rewrites)
    others = {key: value for key, value in config.items() if key != "optimizer"}
    return {
        "optimizer": optimizer,
        **{key: _objective(value, rewrites) for key, value in others.items()},
    }


def _optimizer(stored: Any, rewrites: list[Rewrite]) -> Any:
    if not isinstance(stored, Mapping):
        return stored
    entry = located(stored, "keras.optimizers")
    draft = Draft(entry, rewrites)
    if draft.class_name.startswith("Custom>"):
        draft.become(draft.class_name.removeprefix("Custom>"))
    draft.rename({"lr": "learning_rate"})
    draft.drop(*_LEFT_OUT)
    decay, rate = draft.config.get("decay"), draft.config.get("learning_rate")
    if decay and not isinstance(rate, Mapping):
        schedule = {
            "module": "keras.optimizers.schedules",
            "class_name": "InverseTimeDecay",
            "config": {
                "initial_learning_rate": rate,
                "decay_steps": 1,
                "decay_rate": decay,
            },
            "registered_name": None,
        }
        draft.turn("decay", learning_rate=schedule)
    draft.config.pop("decay", None)
    if draft.config.get("epsilon", 0) is None:
        draft.turn("epsilon", epsilon=1e-7)
    rate = draft.config.get("learning_rate")
    if isinstance(rate, Mapping):
        draft.config["learning_rate"] = located(rate, "keras.optimizers.schedules")
    return draft.finished()


def _objective(value: Any, rewrites: list[Rewrite]) -> Any:
    """A loss, a metric, or a structure of them."""
    match value:
        case str():
            return _ALIASES.get(value, value)
        case list() | tuple():
            return [_objective(item, rewrites) for item in value]
        case Mapping() if "class_name" not in value:
            return {key: _objective(item, rewrites) for key, item in value.items()}
        case Mapping() if value["class_name"] == "function":
            return _objective(value["config"], rewrites)
        case Mapping() if isinstance(value.get("config"), Mapping):
            draft = Draft(value, rewrites)
            if draft.config.get("reduction") == "auto":
                draft.turn("reduction", reduction="sum_over_batch_size")
            if draft.class_name in ("LossFunctionWrapper", "SumOverBatchSizeMetricWrapper"):
                return _objective(draft.config["fn"], rewrites)
            if draft.class_name != "MeanMetricWrapper":
                draft.drop("fn")
            return draft.finished()
    return value


def optimizer_values(
    values: Sequence[np.ndarray], expected: Mapping[str, np.ndarray], alternating: bool = False
) -> list[np.ndarray] | None:
    """The variables of an optimizer of Keras 2 or earlier, in the order of Keras 3.

    Keras 2 lists one kind of variable for all weights, then the next kind; Keras 3, and Keras 2
    from 2.11 on, all kinds for a weight, then those for the next.

    Args:
        values: what the file lists; the number of steps comes first, if it is there.
        expected: the variables of today by name, the learning rate among them.
        alternating: whether to try the order of Keras 2.11 first.

    Returns:
        The values, or ``None`` where they belong to another optimizer.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.files.dialects.compiling import optimizer_values
        >>> a, b = np.zeros(2), np.zeros(3)
        >>> expected = {"iteration": np.array(0), "learning_rate": np.array(0.1),
        ...             "a_momentum": a, "a_velocity": a, "b_momentum": b, "b_velocity": b}
        >>> values = [np.array(7), a + 1, b + 2, a + 3, b + 4]
        >>> optimizer_values(values, expected)[2:5]
        [array([1., 1.]), array([3., 3.]), array([2., 2., 2.])]
    """
    has_steps = bool(values) and values[0].shape == ()
    steps, rest = (values[0], values[1:]) if has_steps else (np.array(0), values)
    slots = [name for name in expected if name not in _NO_STATE]
    kinds: list[str] = []
    for name in slots:
        kind = name.rsplit("_", 1)[-1]
        if kind not in kinds:
            kinds.append(kind)
    grouped = sorted(slots, key=lambda name: kinds.index(name.rsplit("_", 1)[-1]))
    for order in (slots, grouped) if alternating else (grouped, slots):
        found = dict(zip(order, rest, strict=False))
        if all(name in found and found[name].shape == expected[name].shape for name in slots):
            own = {"iteration": steps, **found}
            return [own.get(name, value) for name, value in expected.items()]
    return None

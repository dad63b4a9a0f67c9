"""The state of an optimizer as the list of variables that Keras keeps, and back.

Keras's order is: the number of steps, the learning rate unless a schedule gives it, the averages
and gathered gradients of all parameters, then what the rule keeps, parameter by parameter.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax.traverse_util import flatten_dict

from jaxkeras.config import floatx
from jaxkeras.optimizers.adafactor import Adafactor
from jaxkeras.optimizers.adam import Adam
from jaxkeras.optimizers.loss_scale import LossScaleOptimizer
from jaxkeras.optimizers.multi import MultiOptimizer, OptimizerMap
from jaxkeras.optimizers.muon import Muon
from jaxkeras.optimizers.rmsprop import RMSprop
from jaxkeras.optimizers.rule import OptimizerState

__all__ = ["Inner", "arranged", "from_variables", "inner_optimizers", "to_variables"]

# Fields of the rule's state that alternate from parameter to parameter; group follows group.
_GROUPS = {
    Adam: (("momentum", "velocity"), ("velocity_hat",)),
    RMSprop: (("velocity",), ("momentum",), ("average_gradient",)),
}


class _Place(NamedTuple):
    """Stands for a leaf of the state by its number."""

    number: int


# A part of the state, or a function of what Keras keeps beside and no step needs.
_Entry = tuple[str, Any]


def arranged(optimizer: Any, opt_state: Any, names: Sequence[str]) -> dict[str, jax.Array]:
    """What Keras's ``optimizer.variables`` would hold, by names like ``"dense/kernel_momentum"``.

    Args:
        optimizer: an `Optimizer`.
        opt_state: its state.
        names: of the parameters, as in `rule.map_with_name`, in the order of the model's weights.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import optimizers
        >>> from jaxkeras.optimizers.variables import arranged
        >>> optimizer = optimizers.SGD(0.5, momentum=0.9)
        >>> opt_state = optimizer.init({"dense": {"bias": jnp.ones(2)}})
        >>> list(arranged(optimizer, opt_state, ["dense/bias"]))
        ['iteration', 'learning_rate', 'dense/bias_momentum']
    """
    found: dict[str, Any] = {}
    for name, value in _arranged(optimizer, opt_state, names):
        key = name
        while key in found:
            key += "_"
        found[key] = value() if callable(value) else value
    return found


def to_variables(optimizer: Any, opt_state: Any, names: Sequence[str]) -> dict[str, np.ndarray]:
    """What `arranged` finds, as arrays of NumPy, for a file.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import optimizers
        >>> from jaxkeras.optimizers.variables import to_variables
        >>> optimizer = optimizers.SGD(0.5)
        >>> to_variables(optimizer, optimizer.init({"bias": jnp.ones(2)}), ["bias"])
        {'iteration': array(0, dtype=int32), 'learning_rate': array(0.5, dtype=float32)}
    """
    found = arranged(optimizer, opt_state, names)
    return {name: np.asarray(value) for name, value in found.items()}


def from_variables(
    optimizer: Any, opt_state: Any, names: Sequence[str], values: Sequence[Any]
) -> Any:
    """A state that holds these values; undoes `arranged` and `to_variables`.

    Args:
        optimizer: an `Optimizer`.
        opt_state: a state of the same structure, from ``optimizer.init``.
        names: see `to_variables`.
        values: the arrays in order.

    Raises:
        ValueError: their number or a shape is not that of the state.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import optimizers
        >>> from jaxkeras.optimizers.variables import from_variables
        >>> optimizer = optimizers.SGD(0.5)
        >>> opt_state = optimizer.init({"bias": jnp.ones(2)})
        >>> from_variables(optimizer, opt_state, ["bias"], [7, 0.25]).count
        Array(7, dtype=int32)
    """
    leaves, tree = jax.tree.flatten(opt_state)
    places = jax.tree.unflatten(tree, map(_Place, range(len(leaves))))
    entries = list(_arranged(optimizer, places, names))
    if len(entries) != len(values):
        raise ValueError(
            f"{type(optimizer).__name__} {optimizer.name!r} expected {len(entries)} variables "
            f"({', '.join(name for name, _ in entries[:4])}, ...), got {len(values)}."
        )
    for (name, place), value in zip(entries, values, strict=True):
        if not isinstance(place, _Place):
            continue
        before = leaves[place.number]
        if np.shape(value) != before.shape:
            raise ValueError(
                f"{type(optimizer).__name__} {optimizer.name!r} expected shape {before.shape} for "
                f"{name!r}, got {np.shape(value)}."
            )
        leaves[place.number] = jnp.asarray(value, before.dtype)
    return jax.tree.unflatten(tree, leaves)


class Inner(NamedTuple):
    """An optimizer inside another one, its state, and the names of its parameters."""

    optimizer: Any
    opt_state: Any
    names: Sequence[str]


def inner_optimizers(optimizer: Any, opt_state: Any, names: Sequence[str]) -> list[Inner]:
    """The optimizers inside, in Keras's order.

    Args:
        optimizer: an `Optimizer`.
        opt_state: its state.
        names: see `to_variables`.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import optimizers
        >>> from jaxkeras.optimizers.variables import inner_optimizers
        >>> optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(0.1))
        >>> opt_state = optimizer.init({"bias": jnp.ones(2)})
        >>> [inner.optimizer.name for inner in inner_optimizers(optimizer, opt_state, ["bias"])]
        ['sgd']
    """
    match optimizer:
        case LossScaleOptimizer():
            return [Inner(optimizer.inner_optimizer, opt_state.inner_state, names)]
        case MultiOptimizer():
            numbers = dict.fromkeys(optimizer._number_of[name] for name in names)
            if isinstance(optimizer.optimizer_map, OptimizerMap):
                numbers = sorted(numbers)  # otherwise, as the parameters name them
            return [
                Inner(
                    optimizer.optimizers[number],
                    opt_state.inner_states[number],
                    [name for name in names if optimizer._number_of[name] == number],
                )
                for number in numbers
            ]
    return []


def _arranged(optimizer: Any, state: Any, names: Sequence[str]) -> Iterator[_Entry]:
    match optimizer:
        case LossScaleOptimizer():
            yield "iteration", _zero("int32")
            yield "learning_rate", _zero(floatx())
            yield "step_counter", state.step_counter
            yield "dynamic_scale", state.dynamic_scale
            for inner in inner_optimizers(optimizer, state, names):
                yield from _arranged(*inner)
        case MultiOptimizer():
            yield "iteration", state.count
            yield "learning_rate", _zero(floatx())
            for inner in inner_optimizers(optimizer, state, names):
                yield from _arranged(*inner)
        case _ if isinstance(state, OptimizerState):
            yield "iteration", state.count
            if optimizer.schedule is None:
                yield "learning_rate", state.hyperparams["learning_rate"]
            yield from _alternating({"average": state.average}, names)
            yield from _alternating({"gradient_accumulator": state.accumulated}, names)
            yield from _of_rule(optimizer, state.inner_state, names)
        case _:
            yield from _leaves(state)


def _of_rule(optimizer: Any, state: Any, names: Sequence[str]) -> Iterator[_Entry]:
    match optimizer:
        case Adafactor():
            velocities: dict[str, Any] = dict(flatten_dict(state, sep="/"))
            for name in names:
                velocity = velocities[name]
                if velocity.whole is None:
                    yield f"{name}_rows", velocity.rows
                    yield f"{name}_columns", velocity.columns
                    yield f"{name}_velocity", velocity.estimate
                else:
                    yield f"{name}_rows", _zero(floatx())
                    yield f"{name}_columns", _zero(floatx())
                    yield f"{name}_velocity", velocity.whole
        case Muon():
            momentum = state.momentum | state.adam.momentum
            for name in names:
                yield f"{name}_momentum", momentum[name]
                if name in state.adam.velocity:
                    yield f"{name}_velocity", state.adam.velocity[name]
        case _ if hasattr(state, "_asdict"):
            fields = state._asdict()
            by_name = [key for key, value in fields.items() if _is_by_name(value, names)]
            groups = next((g for kind, g in _GROUPS.items() if isinstance(optimizer, kind)), ())
            others = [key for key in by_name if not any(key in group for group in groups)]
            for group in (*groups, others):
                yield from _alternating({key: fields.get(key) for key in group}, names)
            for key, value in fields.items():
                if key not in by_name:
                    yield from _leaves(value, key)
        case _:
            yield from _leaves(state)


def _alternating(trees: Mapping[str, Any], names: Sequence[str]) -> Iterator[_Entry]:
    """For every parameter the leaves of all trees; a tree that is None is left out."""
    flat = {key: flatten_dict(tree, sep="/") for key, tree in trees.items() if tree is not None}
    for name in names:
        for key, leaves in flat.items():
            yield f"{name}_{key}", leaves[name]


def _is_by_name(tree: Any, names: Sequence[str]) -> bool:
    return isinstance(tree, Mapping) and set(flatten_dict(dict(tree), sep="/")) == set(names)


def _leaves(tree: Any, label: str = "state") -> Iterator[_Entry]:
    """The leaves in JAX's order, for a state that Keras knows nothing of."""
    leaves = jax.tree.leaves(tree, is_leaf=lambda node: isinstance(node, _Place))
    yield from ((f"{label}_{number}", leaf) for number, leaf in enumerate(leaves))


def _zero(dtype: str) -> Callable[[], jax.Array]:
    return lambda: jnp.zeros((), dtype)

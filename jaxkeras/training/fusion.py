"""Several steps as one program: the loop over batches moves from Python into XLA."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend import core

__all__ = ["Group", "affordable_steps", "count_operations", "fuse", "groups"]

# Operations in one program: a fraction of a second, in which nothing is shown and nothing can be
# interrupted. It depends on the kind of device alone, as a run must not depend on the clock.
_BUDGET = {"cpu": 1e10}
_BUDGET_OF_ACCELERATORS = 1e13
# A program on CPU gets its memory from the system anew at every start, which takes long where it is
# much. So a few larger steps go together too, as long as that takes seconds.
_FEW = 8
_BUDGET_OF_FEW = 2e11


class Group(NamedTuple):
    """Items of one shape that one program takes.

    Attributes:
        items: the items, stacked and filled up, ``(size, ...)``; or the item, where size is 1.
        count: how many of them are real.
        taken: what came with the last of them.
    """

    items: Any
    count: int
    taken: int


def groups(items: Iterable[tuple[Any, int]], size: int) -> Iterator[Group]:
    """Neighbours of one shape together.

    Args:
        items: what a step needs, an array unless the size is 1; each with how many items of the
            running pass were taken with it.
        size: most items in a group.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.training.fusion import groups
        >>> rows = [(np.arange(2), 1), (np.arange(2), 2), (np.arange(2), 3), (np.arange(1), 4)]
        >>> [(group.items.shape, group.count, group.taken) for group in groups(rows, 2)]
        [((2, 2), 2, 2), ((2, 2), 1, 3), ((2, 1), 1, 4)]
    """
    if size == 1:
        yield from (Group(item, 1, taken) for item, taken in items)
        return
    for shape, run in itertools.groupby(items, lambda pair: np.shape(pair[0])):
        while pairs := list(itertools.islice(run, size)):
            filling = [np.zeros(shape, np.int32)] * (size - len(pairs))
            stack = np.stack([item for item, _ in pairs] + filling)
            yield Group(stack, len(pairs), pairs[-1][1])


def fuse(step: Callable, take: Callable) -> Callable:
    """Repeat a step over items: ``(state, resident, items, count) -> (state, logs of the last)``.

    The number of repetitions is no part of the program, so one program serves for all numbers and
    computes the same bits however the steps are groups.

    Args:
        step: ``(state, batch) -> (state, logs)``, which keeps shapes and types of the state.
        take: ``(resident, item) -> batch``.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.training.fusion import fuse
        >>> add = fuse(lambda total, x: (total + x.sum(), {}), lambda data, rows: data[rows])
        >>> add(jnp.zeros(()), jnp.array([1.0, 2.0, 4.0]), jnp.array([[0], [2], [0]]), 2)[0]
        Array(5., dtype=float32)
    """
    step = jax.jit(step)  # traced once for a shape of batches

    def run(state: Any, resident: Any, items: jax.Array, count: Any) -> tuple[Any, Any]:
        state = jax.tree.map(_strong, state)
        _, logs = jax.eval_shape(step, state, jax.eval_shape(take, resident, items[0]))
        nothing = jax.tree.map(lambda log: jnp.zeros(log.shape, log.dtype), logs)

        def body(index: jax.Array, carry: tuple[Any, Any]) -> tuple[Any, Any]:
            item = lax.dynamic_index_in_dim(items, index, keepdims=False)
            return jax.tree.map(_strong, step(carry[0], take(resident, item)))

        return lax.fori_loop(0, count, body, (state, nothing))

    return run


def _strong(leaf: Any) -> Any:
    """An array of the same type, which does not give way to others in a sum."""
    is_weak = getattr(leaf, "weak_type", False)
    return lax.convert_element_type(leaf, leaf.dtype) if is_weak else leaf


def affordable_steps(step: Callable, state: Any, *args: Any) -> int:
    """How many runs of a step fit into one program, by the operations that it takes.

    It is 1 if the step changes shapes or types of its state, as a loop cannot.

    Args:
        step: ``(state, *args) -> (state, logs)``.
        state: arrays, or their shapes and types.
        *args: further arguments of the step.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.training.fusion import affordable_steps
        >>> affordable_steps(lambda x: (x @ x, {}), jnp.ones((1000, 1000))) >= 5
        True
        >>> affordable_steps(lambda x: (x[1:], {}), jnp.ones(3))
        1
    """
    traced = jax.jit(step).trace(state, *args)
    if _types(state) != _types(traced.out_info[0]):
        return 1
    operations = max(count_operations(traced.jaxpr.jaxpr), 1)
    backend = jax.default_backend()
    few = min(_FEW, int(_BUDGET_OF_FEW / operations)) if backend == "cpu" else 1
    return max(1, few, int(_BUDGET.get(backend, _BUDGET_OF_ACCELERATORS) / operations))


def _types(tree: Any) -> Any:
    leaves, structure = jax.tree.flatten(tree)
    return structure, [(leaf.shape, leaf.dtype) for leaf in leaves]


def count_operations(jaxpr: core.Jaxpr) -> float:
    """About how many floating-point operations a program takes.

    A matrix product or convolution takes two for each pair of numbers that meet, anything else one
    for each number that it makes.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from jaxkeras.training.fusion import count_operations
        >>> count_operations(jax.make_jaxpr(jnp.dot)(jnp.ones((2, 3)), jnp.ones((3, 4))).jaxpr)
        48.0
    """
    return float(sum(map(_operations, jaxpr.eqns)))


def _operations(equation: Any) -> float:
    inner = [count_operations(jaxpr) for jaxpr in _programs(equation.params)]
    made = sum(math.prod(out.aval.shape) for out in equation.outvars if hasattr(out, "aval"))
    match equation.primitive.name:
        case "dot_general":
            (contracted, _), _ = equation.params["dimension_numbers"]
            left = equation.invars[0].aval.shape
            return 2 * made * math.prod(left[axis] for axis in contracted)
        case "conv_general_dilated":
            kernel = equation.invars[1].aval.shape
            filters = equation.params["dimension_numbers"].rhs_spec[0]
            return 2 * made * math.prod(kernel) / kernel[filters]
        case "scan":
            return sum(inner) * equation.params["length"]
        case "cond":
            return max(inner, default=0)
    return sum(inner) if inner else made


def _programs(params: dict[str, Any]) -> Iterator[core.Jaxpr]:
    """The programs inside an operation."""
    for value in params.values():
        for part in value if isinstance(value, (tuple, list)) else (value,):
            if isinstance(part, core.ClosedJaxpr):
                yield part.jaxpr
            elif isinstance(part, core.Jaxpr):
                yield part

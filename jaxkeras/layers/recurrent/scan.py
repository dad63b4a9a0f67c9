"""Cells and layers along time, on `jax.lax.scan`. Time is the first axis of every array here."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from jaxkeras.layers.layer import Layer
from jaxkeras.layers.recurrent.cell import Recurrence, RecurrentCell
from jaxkeras.layers.recurrent.hoisting import hoisted
from jaxkeras.layers.recurrent.stacked import StackedRNNCells
from jaxkeras.layers.reporting import metrics_kept, tracked_metrics
from jaxkeras.layers.scope import call_scope

__all__ = ["Loop", "run_cell", "scan_layer"]


class Loop(NamedTuple):
    """How to go through a sequence.

    Attributes:
        training: whether it is a training call.
        reverse: whether to start at the end. Outputs stay at the place of their inputs.
        unroll: whether to compile each step by itself.
        all_outputs: whether the outputs of all steps are wanted, or the last one.
        zero_output_for_mask: whether a masked step gives zeros, or the output before it.
    """

    training: bool = False
    reverse: bool = False
    unroll: bool = False
    all_outputs: bool = False
    zero_output_for_mask: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """What of it `jax.lax.scan` takes."""
        return {"reverse": self.reverse, "unroll": self.unroll or 1}


def run_cell(
    cell: Any, inputs: jax.Array, states: list[Any], mask: jax.Array | None, loop: Loop
) -> tuple[jax.Array, list[Any]]:
    """Drive a cell through a sequence.

    Args:
        cell: the cell.
        inputs: ``(time, batch, ...)``.
        states: the states before the first step.
        mask: ``(time, batch)``; where it is False the states stay as they are.
        loop: how to go.

    Returns:
        the outputs, ``(time, batch, ...)``, or the last one, and the states after the last step.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> from jaxkeras.layers.recurrent.scan import Loop, run_cell
        >>> cell = jaxkeras.layers.GRUCell(4)
        >>> cell.build((2, 3))
        >>> output, states = run_cell(
        ...     cell, jnp.ones((5, 2, 3)), cell.get_initial_state(2), None, Loop())
        >>> output.shape, len(states)
        ((2, 4), 1)
    """
    if _is(cell, StackedRNNCells):
        # Cell by cell through the whole sequence: each projects all of its inputs at once.
        last, new_states = len(cell.cells) - 1, []
        for index, (inner, own) in enumerate(zip(cell.cells, states, strict=True)):
            own_loop = loop._replace(all_outputs=loop.all_outputs or index < last)
            inputs, new = run_cell(inner, inputs, own, mask, own_loop)
            new_states.append(new)
        return inputs, new_states
    states = jax.tree.map(lambda state: state.astype(cell.compute_dtype), states)
    if _is(cell, RecurrentCell):
        inputs = inputs.astype(cell.compute_dtype)
        keep = cell.dropout_masks(cell.dropout, inputs[0], loop.training)
        recurrence = cell.recurrence(states[0], loop.training)
        # By gate, because XLA on CPU does not vectorize over slices of a slice.
        projected = jax.vmap(lambda step: cell.by_gate(cell.project(step, keep)))(inputs)
        carry, outputs = _run_projected(cell, projected, recurrence, states, mask, loop)
    else:
        cell._build_inside((inputs[0], states), {})
        carry, outputs = scan_layer(
            cell,
            lambda cell, carry, step: _body(cell, loop)(carry, step),
            (_first_output(cell, inputs[0], states), states),
            (inputs, mask),
            training=loop.training,
            **loop.options,
        )
    last, states = carry
    if loop.all_outputs:
        return outputs, states
    last = states[0] if last is None else last
    if mask is not None and loop.zero_output_for_mask:
        last = _where(mask[0 if loop.reverse else -1], last, jnp.zeros_like(last))
    return last, states


def _run_projected(
    cell: RecurrentCell,
    projected: list[jax.Array],
    recurrence: Recurrence,
    states: list[jax.Array],
    mask: jax.Array | None,
    loop: Loop,
) -> tuple[Any, Any]:
    """Drive a cell through projected steps, ``(time, batch, ...)`` for each gate."""

    def run(projected: Any, kernel: Any, states: Any, mask: Any) -> Any:
        own = recurrence._replace(kernel=kernel)
        body = _body(lambda step, previous: cell.advance(step, previous, own), loop)

        def noting(carry: Any, inputs: Any) -> Any:
            after, shown = body(carry, inputs)
            return after, (shown, carry[1][0])

        carry, (shown, previous) = lax.scan(
            noting, (None, states), (projected, mask), **loop.options
        )
        return (carry, shown), previous

    if not cell.adds_recurrent or recurrence.keep is not None:
        return run(projected, recurrence.kernel, states, mask)[0]
    quick = hoisted(run, lambda output, kernel: cell.by_gate(cell.recur(output, kernel, None)))
    return quick(projected, recurrence.kernel, states, mask)


def scan_layer(
    layer: Layer, step: Callable, carry: Any, inputs: Any, training: bool = False, **options: Any
) -> tuple[Any, Any]:
    """`jax.lax.scan` over calls of a layer: what it carries goes from step to step.

    That is random streams, statistics, and what its metrics have counted.

    Args:
        layer: the layer, all of it built.
        step: ``step(layer, carry, inputs) -> (carry, outputs)``.
        carry: what the first step gets.
        inputs: arrays whose first axis is time.
        training: whether it is a training call.
        **options: of `jax.lax.scan`.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> from jaxkeras.layers.recurrent.scan import scan_layer
        >>> layer = jaxkeras.layers.Dropout(0.5)
        >>> carry, outputs = scan_layer(
        ...     layer, lambda layer, carry, x: (carry, layer(x)), None, jnp.ones((2, 3, 4)))
        >>> outputs.shape
        (2, 3, 4)
    """
    graphdef, params, state = nnx.split(layer, nnx.Param, ...)
    params, state = nnx.to_pure_dict(params), nnx.to_pure_dict(state)
    metrics = [tracked.metric for tracked in tracked_metrics(layer)]
    counts = [metric._read() for metric in metrics]
    is_changed = False

    def pure(carry: Any, inputs: Any) -> Any:
        nonlocal is_changed
        state, counts, carry = carry
        copy = nnx.merge(graphdef, params, state)
        for metric, count in zip(metrics, counts, strict=True):
            metric._write(count)
        with call_scope(training) as call:
            carry, outputs = step(copy, carry, inputs)
        _, _, rest = nnx.split(copy, nnx.Param, ...)
        new_state = nnx.to_pure_dict(rest)
        pairs = zip(jax.tree.leaves(state), jax.tree.leaves(new_state), strict=True)
        is_changed = is_changed or any(old is not new for old, new in pairs)
        counts = [metric._read() for metric in metrics]
        return (new_state, counts, carry), (outputs, call.losses)

    with metrics_kept(layer):
        start = state, counts, carry
        (state, counts, carry), (outputs, losses) = lax.scan(pure, start, inputs, **options)
    for metric, count in zip(metrics, counts, strict=True):
        metric._write(count)
    if is_changed:
        nnx.update(layer, state)
    for loss in losses:
        layer.add_loss(jnp.sum(loss))
    return carry, outputs


def _body(step: Callable, loop: Loop) -> Callable:
    """The body of a scan that carries the last output, ``None`` for the first state, and states."""

    def body(carry: Any, inputs: Any) -> Any:
        last, states = carry
        step_inputs, mask = inputs
        output, new = step(step_inputs, states)
        before = states[0] if last is None else last
        pairs = zip(jax.tree.leaves(states), jax.tree.leaves(new), strict=True)
        leaves = [_where(mask, value.astype(old.dtype), old) for old, value in pairs]
        states = jax.tree.unflatten(jax.tree.structure(states), leaves)
        repeated = _where(mask, output, before)
        if not loop.all_outputs:
            shown = None
        elif loop.zero_output_for_mask:
            shown = _where(mask, output, jnp.zeros_like(output))
        else:
            shown = repeated
        return (None if last is None else repeated, states), shown

    return body


def _where(mask: jax.Array | None, new: jax.Array, old: jax.Array) -> jax.Array:
    if mask is None:
        return new
    return jnp.where(mask.reshape(mask.shape + (1,) * (new.ndim - 1)), new, old)


def _first_output(cell: Any, inputs: jax.Array, states: list[Any]) -> jax.Array:
    """What a masked first step gives: the first state if it looks like an output, or zeros."""

    def output_of(inputs: jax.Array, states: list[Any]) -> jax.Array:
        with metrics_kept(cell), call_scope(training=False):
            return nnx.clone(cell)(inputs, states)[0]

    output = jax.eval_shape(output_of, inputs, states)
    state = jax.tree.leaves(states)[0]
    return state if state.shape == output.shape else jnp.zeros(output.shape, output.dtype)


def _is(cell: Any, kind: type) -> bool:
    """Whether a cell is of this kind and steps as the kind does."""
    return isinstance(cell, kind) and type(cell).call is kind.call

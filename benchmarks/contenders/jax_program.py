"""The best that plain JAX and optax give: many steps a program, over data on the device."""

import functools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

from benchmarks.contenders.jax_models import MODELS, Model
from benchmarks.workloads import Workload

__all__ = ["JaxProgram"]

_STEPS = 64  # in one program


class _State(NamedTuple):
    """What a step changes."""

    params: Any
    statistics: Any
    opt_state: Any
    key: jax.Array
    loss: jax.Array  # () sum over samples
    hits: jax.Array  # ()


class JaxProgram:
    """A loop inside of the program; only the order of the samples goes in, sums come out."""

    def train(
        self, workload: Workload, x: np.ndarray, y: np.ndarray, turns: Iterator[dict[str, float]]
    ) -> None:
        model = MODELS[workload.model]
        optimizer = optax.adam(1e-3, eps=1e-7)
        params, statistics = jax.jit(model.init)(jax.random.key(0))
        zero, key = jnp.zeros(()), jax.random.key(0, impl="rbg")
        state = _State(params, statistics, optimizer.init(params), key, zero, zero)
        run = jax.jit(functools.partial(_run, model, optimizer), donate_argnums=0)
        data = jax.device_put((x, y))
        random = np.random.default_rng(0)
        for turn in turns:
            order = random.permutation(len(x)).astype(np.int32)
            state = state._replace(loss=jnp.zeros(()), hits=jnp.zeros(()))
            for rows, count in _chunks(order, workload.batch_size):
                state = run(state, data, rows, count)
            turn["loss"] = float(state.loss) / len(x)
            turn["accuracy"] = float(state.hits) / len(x)

    def predictor(self, workload: Workload) -> Callable[[np.ndarray], np.ndarray]:
        model = MODELS[workload.model]
        params, statistics = jax.jit(model.init)(jax.random.key(0))

        @jax.jit
        def predict(params: Any, x: jax.Array) -> jax.Array:
            return jax.nn.softmax(model.apply(params, statistics, x, None)[0])

        return lambda x: np.asarray(predict(params, x))


def _chunks(order: np.ndarray, batch_size: int) -> Iterator[tuple[np.ndarray, int]]:
    """Numbers of samples ``(steps, batch)`` and how many of the steps are real."""
    whole = len(order) // batch_size
    batches = order[: whole * batch_size].reshape(whole, batch_size)
    for start in range(0, whole, _STEPS):
        chunk = batches[start : start + _STEPS]
        yield np.pad(chunk, ((0, _STEPS - len(chunk)), (0, 0))), len(chunk)
    if len(order) % batch_size:
        yield order[None, whole * batch_size :], 1


def _run(
    model: Model,
    optimizer: optax.GradientTransformation,
    state: _State,
    data: tuple[jax.Array, jax.Array],
    rows: jax.Array,
    count: jax.Array,
) -> _State:
    """Take the first steps of a chunk; how many is no part of the program."""

    def step(index: jax.Array, state: _State) -> _State:
        x, y = (array[rows[index]] for array in data)
        key, use = jax.random.split(state.key)

        def loss_of(params: Any) -> tuple[jax.Array, Any]:
            logits, statistics = model.apply(params, state.statistics, x, use)
            if logits.ndim == 1:
                losses = optax.sigmoid_binary_cross_entropy(logits, y)
            else:
                losses = optax.softmax_cross_entropy_with_integer_labels(logits, y)
            return losses.mean(), (logits, statistics)

        (loss, (logits, statistics)), gradients = jax.value_and_grad(loss_of, has_aux=True)(
            state.params
        )
        updates, opt_state = optimizer.update(gradients, state.opt_state)
        guesses = logits > 0 if logits.ndim == 1 else logits.argmax(-1)
        return _State(
            optax.apply_updates(state.params, updates),
            statistics,
            opt_state,
            key,
            state.loss + loss * len(y),
            state.hits + (guesses == y).sum(),
        )

    return lax.fori_loop(0, count, step, state)

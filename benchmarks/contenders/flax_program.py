"""Flax NNX and optax as their guides have it: one jitted step for each batch."""

from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np
import optax
from flax import nnx

from benchmarks.contenders.flax_models import MODELS
from benchmarks.workloads import Workload

__all__ = ["FlaxProgram"]

Array = jax.Array | np.ndarray


class FlaxProgram:
    """A loop in Python over a jitted step."""

    def train(
        self, workload: Workload, x: np.ndarray, y: np.ndarray, turns: Iterator[dict[str, float]]
    ) -> None:
        model = MODELS[workload.model](nnx.Rngs(0))
        model.train()
        optimizer = nnx.Optimizer(model, optax.adam(1e-3, eps=1e-7), wrt=nnx.Param)
        metrics = nnx.MultiMetric(
            loss=nnx.metrics.Average("loss"), accuracy=nnx.metrics.Average("hits")
        )
        step = nnx.cached_partial(_step, model, optimizer, metrics)
        random = np.random.default_rng(0)
        for turn in turns:
            order = random.permutation(len(x))
            for start in range(0, len(x), workload.batch_size):
                rows = order[start : start + workload.batch_size]
                step(x[rows], y[rows])
            turn.update({name: float(value) for name, value in metrics.compute().items()})
            metrics.reset()

    def predictor(self, workload: Workload) -> Callable[[np.ndarray], np.ndarray]:
        model = MODELS[workload.model](nnx.Rngs(0))
        model.eval()
        predict = nnx.cached_partial(_predict, model)
        return lambda x: np.asarray(predict(x))


@nnx.jit
def _step(model: Any, optimizer: Any, metrics: Any, x: Array, y: Array) -> None:
    def loss_of(model: Any) -> tuple[jax.Array, jax.Array]:
        logits = model(x)  # (batch, classes), or (batch,) for two classes
        if logits.ndim == 1:
            losses = optax.sigmoid_binary_cross_entropy(logits, y)
        else:
            losses = optax.softmax_cross_entropy_with_integer_labels(logits, y)
        return losses.mean(), logits

    (loss, logits), gradients = nnx.value_and_grad(loss_of, has_aux=True)(model)
    optimizer.update(model, gradients)
    guesses = logits > 0 if logits.ndim == 1 else logits.argmax(-1)
    metrics.update(loss=loss, hits=guesses == y)


@nnx.jit
def _predict(model: Any, x: Array) -> jax.Array:
    return jax.nn.softmax(model(x))

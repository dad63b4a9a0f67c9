"""The pure steps of a model: what one batch does to a `TrainState`."""

from typing import Any

import jax
import jax.numpy as jnp
import optax

from jaxkeras.training.objective import Objective
from jaxkeras.training.pure import Forward, Structure, Tree
from jaxkeras.training.state import Batch, Logs, TrainState

__all__ = ["Steps"]


class Steps:
    """Pure functions of a model, an objective and an optimizer; nothing here keeps state.

    Args:
        structure: the model taken apart.
        objective: loss and metrics.
        optimizer: an ``init`` and an ``update``, as in optax.
    """

    def __init__(self, structure: Structure, objective: Objective, optimizer: Any):
        self.structure = structure
        self.objective = objective
        self.optimizer = optimizer

    def train_step(self, state: TrainState, batch: Batch) -> tuple[TrainState, Logs]:
        """One update of the weights: ``(state, (x, y, sample_weight)) -> (state, logs)``."""
        batch = Batch(*batch)

        def loss_of(params: Tree) -> tuple[jax.Array, Forward]:
            return self._loss(params, state.state, batch, training=True)

        (loss, forward), grads = jax.value_and_grad(loss_of, has_aux=True)(state.params)
        updates, opt_state = self.optimizer.update(grads, state.opt_state, state.params)
        params: Any = optax.apply_updates(state.params, updates)
        params = self.structure.constrain(params)
        sums = self.objective.update(state.metrics, loss, batch, forward.outputs)
        state = TrainState(params, forward.state, opt_state, sums, state.step + 1)
        return state, self.objective.compute(sums)

    def eval_step(
        self, params: Tree, state: Tree, sums: dict[str, Any], batch: Batch
    ) -> tuple[dict[str, Any], Logs]:
        """Loss and metrics of one more batch: ``(params, state, sums, batch) -> (sums, logs)``."""
        batch = Batch(*batch)
        loss, forward = self._loss(params, state, batch, training=False)
        sums = self.objective.update(sums, loss, batch, forward.outputs)
        return sums, self.objective.compute(sums)

    def predict_step(self, params: Tree, state: Tree, batch: Batch) -> Any:
        """Outputs for one batch."""
        return self.structure.apply(params, state, batch.x)[0]

    def _loss(
        self, params: Tree, state: Tree, batch: Batch, training: bool
    ) -> tuple[jax.Array, Forward]:
        """The loss, from logits where the last activation and the loss make that exact."""
        module = self.structure.merge(params, state)
        fused = self.objective.loss and self.objective.loss.logits_activation
        activation = module.detach_activation(fused) if fused else None
        forward = self.structure.forward(module, batch.x, training)
        loss = self.objective.compute_loss(
            batch, forward.outputs, forward.losses, logits=activation is not None
        )
        if activation is not None:
            forward = forward._replace(outputs=activation(forward.outputs))
        return jnp.asarray(loss), forward

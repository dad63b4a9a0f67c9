"""The pure steps of a model: what one batch does to a `TrainState`."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import optax

from jaxkeras.training.objective import Objective
from jaxkeras.training.pure import Forward, Structure, Tree
from jaxkeras.training.state import Batch, Logs, TrainState

__all__ = ["Steps"]


class _Result(NamedTuple):
    forward: Forward
    parts: Sequence[jax.Array]  # the loss of every output


class Steps:
    """Pure functions of a model, an objective and an optimizer; nothing here keeps state.

    Args:
        structure: the model taken apart.
        objective: losses and metrics.
        optimizer: an `Optimizer`, or ``None`` where nothing is trained.
    """

    def __init__(self, structure: Structure, objective: Objective, optimizer: Any):
        self.structure = structure
        self.objective = objective
        self.optimizer = optimizer

    def train_step(self, state: TrainState, batch: Batch) -> tuple[TrainState, Logs]:
        """One update of the weights: ``(state, (x, y, sample_weight)) -> (state, logs)``."""
        batch = Batch(*batch)

        def loss_of(params: Tree) -> tuple[jax.Array, tuple[jax.Array, _Result]]:
            loss, result = self._loss(params, state.state, batch, training=True)
            return self.optimizer.scale_loss(loss, state.opt_state), (loss, result)

        (_, (loss, result)), grads = jax.value_and_grad(loss_of, has_aux=True)(state.params)
        updates, opt_state = self.optimizer.update(grads, state.opt_state, state.params)
        params: Any = optax.apply_updates(state.params, updates)
        params = self.structure.constrain(params)
        sums = self.objective.update(state.metrics, loss, result.parts, batch, result.forward)
        state = TrainState(params, result.forward.state, opt_state, sums, state.step + 1)
        return state, self.logs(state)

    def test_step(self, state: TrainState, batch: Batch) -> tuple[TrainState, Logs]:
        """Losses and metrics with one more batch: ``(state, batch) -> (state, logs)``."""
        batch = Batch(*batch)
        loss, result = self._loss(state.params, state.state, batch, training=False)
        sums = self.objective.update(state.metrics, loss, result.parts, batch, result.forward)
        state = state._replace(state=result.forward.state, metrics=sums)
        return state, self.logs(state)

    def logs(self, state: TrainState) -> Logs:
        """What the running sums stand for; a name that `compile` gave comes before a layer's."""
        return self.structure.results(state.state) | self.objective.compute(state.metrics)

    def predict_step(self, params: Tree, state: Tree, batch: Batch) -> tuple[Any, Tree]:
        """Outputs for one batch, and the state: ``(params, state, batch) -> (outputs, state)``."""
        return self.structure.apply(params, state, batch.x)

    def _loss(
        self, params: Tree, state: Tree, batch: Batch, training: bool
    ) -> tuple[jax.Array, _Result]:
        module = self.structure.merge(params, state)
        with self.structure.counting(state):
            if not module.has_own_loss:
                return self._chosen_loss(module, batch, training)
            forward = self.structure.forward(module, batch.x, training)
            loss = module.compute_own_loss(batch, forward, training)
            forward = forward._replace(state=self.structure.state_of(module))
            return loss, _Result(forward, [loss] * len(self.objective.heads))

    def _chosen_loss(self, module: Any, batch: Batch, training: bool) -> tuple[jax.Array, _Result]:
        """The chosen loss; from logits where the last activation and the loss make that exact."""
        wanted = [head.loss and head.loss.logits_activation for head in self.objective.heads]
        activations = module.detach_activations(wanted)
        forward = self.structure.forward(module, batch.x, training)
        logits = [activation is not None for activation in activations]
        loss, parts = self.objective.compute_loss(batch, forward, logits)

        leaves, tree = jax.tree.flatten(forward.outputs)
        outputs = [
            leaf if activation is None else activation(leaf)
            for leaf, activation in zip(leaves, activations, strict=True)
        ]
        forward = forward._replace(outputs=jax.tree.unflatten(tree, outputs))
        return loss, _Result(forward, parts)

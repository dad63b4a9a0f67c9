"""Dynamic loss scaling, so that the small gradients of 16-bit training are not lost."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxkeras.optimizers.learning_rate import LearningRate
from jaxkeras.optimizers.optimizer import Optimizer, catalog

__all__ = ["LossScaleOptimizer", "LossScaleState"]


class LossScaleState(NamedTuple):
    """What a `LossScaleOptimizer` carries from step to step."""

    step_counter: jax.Array  # (), int32: steps since the scale changed
    dynamic_scale: jax.Array  # (), float32
    inner_state: Any  # of the optimizer inside


class LossScaleOptimizer(Optimizer):
    """An optimizer for gradients of a scaled loss, which also looks for the right scale.

    A step whose gradients are not finite is left out, and the scale is halved; after
    ``dynamic_growth_steps`` good ones it is doubled. Its own `scale_loss` tells what to
    differentiate.

    Source: Micikevicius et al., "Mixed Precision Training", 2018.

    Args:
        inner_optimizer: the optimizer that takes the steps. Its ``loss_scale_factor`` is set to
            ``None``.
        initial_scale: the scale at first; it falls faster than it rises.
        dynamic_growth_steps: see above.
        name: a name for messages.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import optimizers
        >>> params = {"bias": jnp.ones(1)}
        >>> optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(0.5), initial_scale=8.0)
        >>> opt_state = optimizer.init(params)
        >>> optimizer.update({"bias": jnp.array([16.0])}, opt_state, params)[0]
        {'bias': Array([-1.], dtype=float32)}
        >>> updates, opt_state = optimizer.update({"bias": jnp.array([jnp.inf])}, opt_state, params)
        >>> float(updates["bias"][0]), float(opt_state.dynamic_scale)
        (0.0, 4.0)
    """

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
    ):
        self.inner_optimizer = inner_optimizer
        super().__init__(0.0, name=name)
        inner_optimizer.loss_scale_factor = None
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps

    def init(self, params: optax.Params) -> Any:
        return LossScaleState(
            jnp.zeros((), jnp.int32),
            jnp.asarray(self.initial_scale, jnp.float32),
            self.inner_optimizer.init(params),
        )

    def update(
        self, grads: optax.Updates, opt_state: Any, params: optax.Params | None = None
    ) -> tuple[Any, Any]:
        counter, scale, inner_state = opt_state

        def take():
            updates, state = self.inner_optimizer.update(
                optax.tree.scale(1 / scale, grads), inner_state, params
            )
            grows = counter + 1 >= self.dynamic_growth_steps
            after = LossScaleState(
                jnp.where(grows, 0, counter + 1), jnp.where(grows, 2 * scale, scale), state
            )
            return updates, after

        def leave_out():
            nothing = optax.tree.zeros_like(grads if params is None else params)
            return nothing, LossScaleState(jnp.zeros_like(counter), scale / 2, inner_state)

        is_finite = [jnp.all(jnp.isfinite(grad)) for grad in jax.tree.leaves(grads)]
        return jax.lax.cond(jnp.all(jnp.stack(is_finite)), take, leave_out)

    def scale_loss(self, loss: Any, opt_state: Any = None) -> Any:
        if opt_state is None:
            opt_state = self.held_state
        return loss * (self.initial_scale if opt_state is None else opt_state.dynamic_scale)

    def finalize(self, params: optax.Params, opt_state: Any) -> optax.Params:
        return self.inner_optimizer.finalize(params, opt_state.inner_state)

    def with_learning_rate(self, opt_state: Any, value: float) -> Any:
        inner_state = self.inner_optimizer.with_learning_rate(opt_state.inner_state, value)
        return opt_state._replace(inner_state=inner_state)

    def sync(self, opt_state: Any) -> Any:
        inner_state = self.inner_optimizer.sync(opt_state.inner_state)
        if inner_state is opt_state.inner_state:
            return opt_state
        return opt_state._replace(inner_state=inner_state)

    def adopt(self, opt_state: Any) -> None:
        self.inner_optimizer.adopt(opt_state.inner_state)

    @property
    def schedule(self) -> Callable[..., Any] | None:
        """The schedule of the optimizer inside."""
        return self.inner_optimizer.schedule

    @property
    def learning_rate(self) -> LearningRate:
        """The learning rate of the optimizer inside."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float | Callable[..., Any]) -> None:
        self.inner_optimizer.learning_rate = value

    lr = learning_rate

    @property
    def iterations(self) -> int:
        """Steps of the optimizer inside."""
        return self.inner_optimizer.iterations

    @iterations.setter
    def iterations(self, value: int) -> None:
        self.inner_optimizer.iterations = value

    def get_config(self) -> dict[str, Any]:
        return {name: value for name, value in super().get_config().items() if name in _ARGUMENTS}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]):
        """An optimizer from `get_config`'s dictionary or from Keras's.

        Early versions of Keras 3 wrote more arguments, all without effect.
        """
        config = {name: value for name, value in config.items() if name in _ARGUMENTS}
        return cls(**{**config, "inner_optimizer": catalog.get(config["inner_optimizer"])})


_ARGUMENTS = ("inner_optimizer", "initial_scale", "dynamic_growth_steps", "name")

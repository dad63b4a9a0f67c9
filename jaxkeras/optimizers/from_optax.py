"""An optax transformation as it is, behind the interface of the other optimizers."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import optax

from jaxkeras.optimizers.learning_rate import LearningRate
from jaxkeras.optimizers.optimizer import Optimizer

__all__ = ["OptaxOptimizer"]


class OptaxOptimizer(Optimizer):
    """Any `optax.GradientTransformation`; ``compile(optimizer=optax.adam(1e-3))`` makes one.

    Its learning rate can be read and set if `optax.inject_hyperparams` keeps it in the state, and
    from the moment that `adopt` has seen a state.

    Args:
        transformation: what `init` and `update` are taken from.
        name: a name for messages.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> optimizer = optimizers.OptaxOptimizer(optax.inject_hyperparams(optax.sgd)(0.5))
        >>> opt_state = optimizer.init({"kernel": jnp.ones(2)})
        >>> optimizer.adopt(opt_state)
        >>> optimizer.learning_rate
        0.5
    """

    def __init__(self, transformation: optax.GradientTransformation, name: str = "optax"):
        self.transformation = transformation
        self.name = name
        self.iterations = 0
        self._learning_rate: float | None = None
        self._is_scheduled = False
        self.loss_scale_factor, self.use_ema = None, False
        self._is_ahead = False

    def init(self, params: optax.Params) -> Any:
        return self.transformation.init(params)

    def update(
        self, grads: optax.Updates, opt_state: Any, params: optax.Params | None = None
    ) -> tuple[Any, Any]:
        return self.transformation.update(grads, opt_state, params)

    def with_learning_rate(self, opt_state: Any, value: float) -> Any:
        def replace(node):
            if not _has_rate(node):
                return node
            rate = node.hyperparams["learning_rate"]
            rate = jnp.full_like(rate, jnp.asarray(value, rate.dtype))
            return node._replace(hyperparams={**node.hyperparams, "learning_rate": rate})

        return jax.tree.map(replace, opt_state, is_leaf=_has_rate)

    @property
    def schedule(self) -> None:
        """Always ``None``: a schedule is inside the transformation."""

    @property
    def learning_rate(self) -> LearningRate:
        """The learning rate of the state that was adopted last, or what was set since.

        Raises:
            AttributeError: there is none, or no state was adopted yet.
            TypeError: it is set while a schedule of the transformation is in charge.
        """
        if self._learning_rate is None:
            raise AttributeError(
                f"OptaxOptimizer {self.name!r} knows no learning rate: it is part of the functions "
                "it wraps, or training has not begun. To read and set it, make the optimizer as "
                "optax.inject_hyperparams(optax.adam)(learning_rate=1e-3)."
            )
        return LearningRate(self._learning_rate, functools.partial(setattr, self, "learning_rate"))

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        if self._is_scheduled:
            raise TypeError(
                f"The learning rate of OptaxOptimizer {self.name!r} follows a schedule and cannot "
                f"be set to {value!r}. Give inject_hyperparams a number to set it while training."
            )
        _ = self.learning_rate  # raises where there is none
        self._learning_rate = float(value)
        self._is_ahead = True

    lr = learning_rate

    def adopt(self, opt_state: Any) -> None:
        nodes = [n for n in jax.tree.leaves(opt_state, is_leaf=_has_rate) if _has_rate(n)]
        if nodes:
            self.iterations = int(nodes[0].count)
            self._take(nodes[0].hyperparams["learning_rate"])
            self._is_scheduled = "learning_rate" in getattr(nodes[0], "hyperparams_states", ())

    def get_config(self) -> dict[str, Any]:
        """Raises: an optax transformation is made of functions, which no file can hold."""
        raise TypeError(
            f"OptaxOptimizer {self.name!r} has no configuration: an optax transformation is made "
            "of functions. Save the model without it and compile again after loading, or use an "
            "optimizer of jaxkeras.optimizers."
        )


def _has_rate(node: Any) -> bool:
    return "learning_rate" in getattr(node, "hyperparams", ())

"""A layer as a pure function of its variables, in Keras's terms."""

from collections.abc import Sequence
from typing import Any

from flax import nnx

from jaxkeras.layers.reporting import Reporting, metrics_kept
from jaxkeras.layers.scope import call_scope

__all__ = ["Stateless"]


class Stateless(Reporting):
    """The part of `Layer` that knows everything a call depends on, and calls without effects."""

    @property
    def variables(self) -> list[nnx.Variable]:
        """The weights, then the state of random streams."""
        return [*self.weights, *self._random_state]

    @property
    def non_trainable_variables(self) -> list[nnx.Variable]:
        """The weights that training leaves alone, then the state of random streams."""
        return [*self.non_trainable_weights, *self._random_state]

    @property
    def _random_state(self) -> list[nnx.Variable]:
        return [node for _, node in nnx.iter_graph(self) if isinstance(node, nnx.RngState)]

    def stateless_call(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> tuple:
        """The layer as a pure function of its variables, which it leaves as they are.

        Args:
            trainable_variables: values for `trainable_variables`, in that order.
            non_trainable_variables: values for `non_trainable_variables`, in that order.
            *args: what the layer is called with.
            return_losses: whether to return the losses too.
            **kwargs: likewise; ``training`` among them.

        Returns:
            The outputs and new values of `non_trainable_variables`; then, if asked for, the losses
            that layers added and the penalties of weights.

        Raises:
            ValueError: the layer is not built, or the numbers of values differ.

        Source:
            ``keras.layers.Layer.stateless_call``

        Example:
            >>> import jax, jax.numpy as jnp, jaxkeras
            >>> layer = jaxkeras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
            >>> layer.build((None, 2))
            >>> def squared(trainable, x):
            ...     outputs, _ = layer.stateless_call(trainable, [], x)
            ...     return (outputs ** 2).sum()
            >>> jax.jit(jax.grad(squared))([jnp.ones((2, 1))], jnp.array([[1.0, 2.0]]))
            [Array([[ 6.],
                   [12.]], dtype=float32)]
        """
        if not all(layer.built for layer in self._flatten_layers()):
            raise ValueError(
                f"{self.label} has no weights yet: call it or build(input_shape) before "
                "stateless_call()."
            )
        copy: Any = nnx.clone(self)
        for name, given in (
            ("trainable_variables", trainable_variables),
            ("non_trainable_variables", non_trainable_variables),
        ):
            own = getattr(copy, name)
            if len(own) != len(given):
                raise ValueError(
                    f"{self.label} has {len(own)} {name}, got {len(given)} values. Pass one for "
                    f"each, in the order of {name}."
                )
            for variable, value in zip(own, given, strict=True):
                is_variable = isinstance(value, nnx.Variable)
                variable.set_raw_value(value.get_raw_value() if is_variable else value)
        with metrics_kept(self), call_scope(training=None) as call:
            outputs = copy(*args, **kwargs)
        carried = [variable.get_raw_value() for variable in copy.non_trainable_variables]
        losses = [*call.losses, *copy.penalties]
        return (outputs, carried, losses) if return_losses else (outputs, carried)

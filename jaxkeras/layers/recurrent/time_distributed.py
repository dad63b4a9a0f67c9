"""One layer for every step of a sequence."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from jaxkeras.layers.input_spec import InputSpec
from jaxkeras.layers.layer import Layer
from jaxkeras.layers.mask import set_mask
from jaxkeras.layers.recurrent.scan import scan_layer
from jaxkeras.layers.wrapping import Wrapper
from jaxkeras.symbolic import Shape

__all__ = ["TimeDistributed"]


class TimeDistributed(Wrapper):
    """Apply a layer to every step of a sequence.

    All steps are computed at once, as one large batch; a layer that keeps statistics, such as
    BatchNormalization, is trained step after step, as in Keras.

    Args:
        layer: a layer or model, or its configuration.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, time, ...)``

    Output shape:
        ``(batch, time, ...)``, from the third dimension on as ``layer`` gives it

    Raises:
        TypeError: ``layer`` is no layer.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.TimeDistributed(jaxkeras.layers.Dense(4))
        >>> layer(jnp.ones((2, 5, 3))).shape
        (2, 5, 4)
    """

    def __init__(self, layer: Any, **kwargs: Any):
        super().__init__(layer, **kwargs)
        self.input_spec = InputSpec(min_ndim=3)

    def build(self, input_shape: Shape) -> None:
        InputSpec(min_ndim=3).check(self.label, input_shape)
        super().build((input_shape[0], *input_shape[2:]))

    def call(self, inputs: jax.Array, mask: jax.Array | None = None, training: bool = False) -> Any:
        if mask is not None and tuple(mask.shape[:2]) != tuple(inputs.shape[:2]):
            raise ValueError(
                f"{self.label} expected a mask whose first dimensions are those of its input, "
                f"{tuple(inputs.shape[:2])}, got shape {tuple(mask.shape)}."
            )
        if mask is not None and mask.ndim == 2 and inputs.ndim > 3:
            mask = None  # it tells which steps are real, nothing about what is inside them
        weights = self.layer.weights
        if training and any(not isinstance(weight, nnx.Param) for weight in weights):
            self.layer._build_inside((inputs[:, 0],), {})
            _, outputs = scan_layer(
                self.layer,
                lambda layer, _, step: (None, _called(layer, *step)),
                None,
                jax.tree.map(lambda value: value.swapaxes(0, 1), (inputs, mask)),
                training,
            )
            return jax.tree.map(lambda value: value.swapaxes(0, 1), outputs)
        outputs = _called(self.layer, *jax.tree.map(_fold, (inputs, mask)))
        return jax.tree.map(lambda value: _unfold(value, inputs), outputs)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """What the layer makes of the mask of every step; or which steps have one that is real."""
        folded = jax.tree.map(_fold, (inputs, previous_mask))
        mask = self.layer.compute_mask(*folded)
        if mask is not None:
            return jax.tree.map(lambda value: _unfold(value, inputs), mask)
        if previous_mask is None:
            return None
        return jnp.any(previous_mask.reshape(*previous_mask.shape[:2], -1), axis=-1)


def _called(layer: Layer, inputs: jax.Array, mask: jax.Array | None) -> Any:
    set_mask(inputs, mask)
    return layer(inputs)


def _fold(value: jax.Array) -> jax.Array:
    """``(batch, time, ...)`` as ``(batch * time, ...)``."""
    return value.reshape(-1, *value.shape[2:])


def _unfold(value: jax.Array, like: jax.Array) -> jax.Array:
    """``(batch * time, ...)`` as ``(batch, time, ...)``."""
    return value.reshape(*like.shape[:2], *value.shape[1:])

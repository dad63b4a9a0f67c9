"""Two recurrent layers that read a sequence in both directions."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.layers.layer import Layer, catalog
from jaxkeras.registry import suggest
from jaxkeras.symbolic import Shape

__all__ = ["Bidirectional"]

_MERGE_MODES = ("concat", "sum", "ave", "mul")


class Bidirectional(Layer):
    """Read a sequence forwards and backwards, and merge what comes of it.

    Args:
        layer: a recurrent layer. It is a pattern only: both directions get new layers like it.
        merge_mode: how the outputs are merged: ``"concat"``, ``"sum"``, ``"ave"`` (their mean),
            ``"mul"``, or ``None``, which returns both.
        weights: first values of all weights, forward ones first.
        backward_layer: the layer that reads backwards, in place of one like ``layer``.
        **kwargs: see `Layer`.

    Input shape:
        as for ``layer``; ``initial_state=``, a call argument, takes the first states, forward
        ones first

    Output shape:
        as for ``layer``, its last axis twice as wide if concatenated. Backward outputs of all
        steps are in the order of the input. With ``return_state`` the last states follow, forward
        ones first.

    Raises:
        TypeError: a layer is not recurrent.
        ValueError: there is no such ``merge_mode``, or the layers do not fit together.

    Source:
        Schuster and Paliwal, "Bidirectional Recurrent Neural Networks", IEEE Transactions on Signal
        Processing 45 (1997).

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> layer = jaxkeras.layers.Bidirectional(jaxkeras.layers.LSTM(4))
        >>> layer(jnp.ones((2, 5, 3))).shape
        (2, 8)
    """

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Sequence[Any] | None = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if merge_mode is not None and merge_mode not in _MERGE_MODES:
            raise ValueError(
                f"{self.label}: merge_mode must be one of {', '.join(map(repr, _MERGE_MODES))} or "
                f"None. Received: {merge_mode!r}.{suggest(str(merge_mode), _MERGE_MODES)}"
            )
        pattern = self._recurrent(layer)
        self.forward_layer = _made_anew(
            pattern, name=f"forward_{pattern.name.removeprefix('forward_')}"
        )
        self.backward_layer = (
            _made_anew(
                pattern,
                name=f"backward_{pattern.name.removeprefix('backward_')}",
                go_backwards=not pattern.go_backwards,
            )
            if backward_layer is None
            else self._recurrent(backward_layer)
        )
        self._check_pair()
        for one in (self.forward_layer, self.backward_layer):
            one.zero_output_for_mask = one.return_sequences
        self.merge_mode = merge_mode
        self.stateful = pattern.stateful
        self.return_sequences = pattern.return_sequences
        self.return_state = pattern.return_state
        self.input_spec = self.forward_layer.input_spec
        self._first_weights = None if weights is None else functools.partial(list, weights)

    def build(self, input_shape: Shape) -> None:
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(input_shape)
        if self._first_weights is not None:
            self.set_weights(self._first_weights())
            self._first_weights = None

    def call(
        self, sequences: jax.Array, initial_state: Any = None, mask: jax.Array | None = None
    ) -> Any:
        given = list(initial_state or ())
        half = len(given) // 2
        forward, *forward_states = self._read(self.forward_layer, sequences, given[:half], mask)
        backward, *backward_states = self._read(self.backward_layer, sequences, given[half:], mask)
        if self.return_sequences:
            backward = jnp.flip(backward, 1)
        match self.merge_mode:
            case "concat":
                merged = [jnp.concatenate([forward, backward], -1)]
            case "sum":
                merged = [forward + backward]
            case "ave":
                merged = [(forward + backward) / 2]
            case "mul":
                merged = [forward * backward]
            case _:
                merged = [forward, backward]
        outputs = (*merged, *forward_states, *backward_states)
        return outputs[0] if len(outputs) == 1 else outputs

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the input, if the outputs have its steps."""
        if not self.return_sequences:
            return None
        return [previous_mask] * 2 if self.merge_mode is None else previous_mask

    @property
    def states(self) -> list[Any] | None:
        """The states that stateful layers have kept, forward ones first, or ``None``."""
        return [*(self.forward_layer.states or ()), *(self.backward_layer.states or ())] or None

    def reset_state(self) -> None:
        """Set the states of stateful layers to zero, before a new sequence begins."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    reset_states = reset_state

    def _read(self, layer: Any, sequences: jax.Array, states: list, mask: Any) -> tuple:
        arguments = {"initial_state": states} if states else {}
        if mask is not None:
            arguments["mask"] = mask
        outputs = layer(sequences, **arguments)
        return outputs if self.return_state else (outputs,)

    def _recurrent(self, value: Any) -> Any:
        """A recurrent layer, given as such or as its configuration."""
        layer = catalog.deserialize(value) if isinstance(value, Mapping) else value
        if not isinstance(layer, Layer) or not hasattr(layer, "go_backwards"):
            raise TypeError(
                f"{self.label} takes a recurrent layer such as LSTM(32). Received: {layer!r}"
            )
        return layer

    def _check_pair(self) -> None:
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                f"{self.label}: one layer must have go_backwards=True and the other not. "
                f"Received: go_backwards={forward.go_backwards} for both."
            )
        for name in ("stateful", "return_sequences", "return_state"):
            values = getattr(forward, name), getattr(backward, name)
            if values[0] != values[1]:
                raise ValueError(
                    f"{self.label}: both layers need the same {name}. Received: {values[0]} for "
                    f"the forward and {values[1]} for the backward layer."
                )


def _made_anew(value: Any, **changes: Any) -> Any:
    """A layer made again from the arguments of its constructor, layers among them included."""
    if isinstance(value, (list, tuple)):
        return [_made_anew(item) for item in value]
    if not isinstance(value, Layer):
        return value
    arguments = {name: _made_anew(item) for name, item in value._record.arguments.items()}
    return type(value)(**(arguments | changes))

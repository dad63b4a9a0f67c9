"""Real numbers as the bins that they fall into."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.layer import Layer
from jaxkeras.layers.preprocessing._encoding import VECTOR_MODES, as_output_mode, encode
from jaxkeras.layers.preprocessing._host import Learned, batches
from jaxkeras.ops.operation import refuse_sparse

__all__ = ["Discretization"]


class Discretization(Layer):
    """Turn real numbers into the numbers of the bins that they fall into.

    The bins are given by their boundaries, ``[0, 1]`` for below 0, from 0 to below 1, and from 1;
    or `adapt` chooses them so that about as many numbers fall into each.

    Args:
        bin_boundaries: where one bin ends and the next begins, in increasing order.
        num_bins: number of bins, to be learned with `adapt`; instead of ``bin_boundaries``.
        epsilon: precision of the learned boundaries, as a part of the data.
        output_mode: ``"int"``, or a form of `CategoryEncoding`.
        sparse: sparse outputs are not supported.
        dtype: see `Layer`; the numbers of bins are ``int32``.
        name: see `Layer`.

    Input shape:
        ``(..., length)``

    Output shape:
        the same; ``(..., bins)`` for ``"multi_hot"`` and ``"count"``, ``(..., length, bins)`` for
        ``"one_hot"``

    Example:
        >>> import jaxkeras
        >>> layer = jaxkeras.layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0])
        >>> layer([[-1.5, 1.0, 3.4, 0.5]])
        Array([[0, 2, 3, 1]], dtype=int32)

        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.Discretization(num_bins=4)
        >>> layer.adapt(np.arange(100.0))
        >>> layer.bin_boundaries
        [24.0, 49.0, 74.0]
    """

    _unwritten = ("trainable",)

    def __init__(
        self,
        bin_boundaries: Sequence[float] | None = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ):
        super().__init__(dtype=dtype, name=name)
        if (bin_boundaries is None) == (num_bins is None):
            raise ValueError(
                f"{self.label} takes either bin_boundaries, or num_bins and a call of adapt(). "
                f"Received: bin_boundaries={bin_boundaries!r}, num_bins={num_bins!r}"
            )
        self.num_bins = None if num_bins is None else whole_number("num_bins", num_bins)
        if not 0 < epsilon < 1:
            raise ValueError(
                f"{self.label} needs an epsilon between 0 and 1, such as 0.01. "
                f"Received: epsilon={epsilon!r}"
            )
        self.epsilon = epsilon
        refuse_sparse(self.label, sparse)
        self.output_mode = as_output_mode(self.label, output_mode, ("int", *VECTOR_MODES))
        self._learned = Learned()
        if bin_boundaries is not None:
            self._set_boundaries(bin_boundaries)

    @property
    def bin_boundaries(self) -> list[float] | None:
        """Where the bins end, given or learned; None before `adapt`."""
        return None if self._learned.value is None else list(self._learned.value)

    def _set_boundaries(self, values: Any) -> None:
        boundaries = np.asarray(values, float)
        if boundaries.ndim != 1 or not (np.diff(boundaries) >= 0).all():
            raise ValueError(
                f"{self.label} needs bin_boundaries in increasing order, such as [0.0, 1.0]. "
                f"Received: {values!r}"
            )
        self._learned = self._learned.replaced(self.label, tuple(boundaries.tolist()))

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the boundaries from data, whose quantiles they are.

        Args:
            data: numbers: an array, nested lists, or an iterable of batches.
            steps: the most batches to take.

        Raises:
            ValueError: the boundaries were given, or there is no data.
            RuntimeError: a model that ran has the old ones inside.
        """
        if self.num_bins is None:
            raise ValueError(
                f"{self.label} was given its bin_boundaries, so it has nothing to learn. To learn "
                "them make it with num_bins instead."
            )
        sketch = np.empty((2, 0))
        for batch in batches(self.label, data, steps):
            sketch = _compress(_merge(_summarize(batch, self.epsilon), sketch), self.epsilon)
        self._set_boundaries(_compress(sketch, 1 / self.num_bins)[0, :-1])

    def call(self, inputs: jax.Array) -> jax.Array:
        boundaries = self._learned.within(inputs)
        if boundaries is None:
            raise RuntimeError(
                f"{self.label} has no bins yet. Call adapt(data) first, or give it bin_boundaries."
            )
        bins = jnp.digitize(inputs, jnp.asarray(boundaries, "float32"))
        return encode(bins, self.output_mode, len(boundaries) + 1, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments and the learned boundaries as plain data."""
        return super().get_config() | {"bin_boundaries": self.bin_boundaries}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Discretization":
        """A layer as `get_config` describes it, with the boundaries that it had learned."""
        if config.get("num_bins") is None or config.get("bin_boundaries") is None:
            return super().from_config(config)
        layer = super().from_config({**config, "bin_boundaries": None})
        layer._set_boundaries(config["bin_boundaries"])
        return layer


# ---------------------------------------------------------------------- quantiles of a stream
#
# A sketch of numbers is ``(2, size)``: values in increasing order, and how many numbers of the data
# stand behind each.


def _summarize(values: Any, epsilon: float) -> np.ndarray:
    """The sketch of some numbers, of about ``1 / epsilon`` values that are evenly spaced."""
    ordered = np.sort(np.asarray(values, "float32"), axis=None)
    step = max(len(ordered) * epsilon, 1)
    kept = ordered[int(step - 1) :: int(step)]
    return np.stack([kept, np.full_like(kept, step)])


def _merge(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    merged = np.concatenate([first, second], axis=1)
    return merged[:, np.argsort(merged[0])]


def _compress(sketch: np.ndarray, epsilon: float) -> np.ndarray:
    """A sketch of about ``1 / epsilon`` values that stand for equal parts of the numbers."""
    if sketch.shape[1] * epsilon < 1:
        return sketch
    parts = epsilon + np.arange(0.0, 1.0, epsilon)
    total = sketch[1].cumsum()
    values = np.interp(parts, total / total[-1], sketch[0])
    counts = np.interp(parts, total / total[-1], total)
    return np.stack([values, np.diff(counts, prepend=0.0)]).astype("float32")

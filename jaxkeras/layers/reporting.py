"""What layers tell beside their outputs: losses, and the metrics that they keep."""

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import jax
import jax.numpy as jnp

from jaxkeras.layers.scope import current_call
from jaxkeras.layers.weighted import Weighted
from jaxkeras.metrics import Mean, Metric
from jaxkeras.metrics.metric import metrics_among

__all__ = ["Added", "Reporting", "Tracked", "metrics_kept", "tracked_metrics"]


@dataclass(eq=False)
class Added:
    """What the calls of a layer leave behind; copies of the layer share it.

    Attributes:
        losses: those of its last call from outside.
        metrics: those that `Reporting.add_metric` made, by name.
    """

    losses: list[jax.Array] = field(default_factory=list)
    metrics: dict[str, Metric] = field(default_factory=dict)


class Reporting(Weighted):
    """The part of `Layer` that adds losses and metrics to those of training."""

    _added: Added
    _trains_alone: bool = False  # so that its metrics say nothing of a model around it

    def add_loss(self, value: Any, inputs: Any = None) -> None:
        """Add to the loss of the call that is running.

        Args:
            value: a scalar, an array whose sum counts, or a list of such.
            inputs: no matter here; Keras 2 wanted to know what the loss follows from.
        """
        call = current_call()
        if call is None:
            raise RuntimeError(f"{self.label}: add_loss() belongs inside call().")
        call.losses.extend(jax.tree.leaves(jax.tree.map(jnp.asarray, value)))

    @property
    def losses(self) -> list[jax.Array]:
        """The losses that layers added in the last call, and the penalties of weights."""
        return [*self._added.losses, *self.penalties]

    def add_metric(self, value: Any, name: str | None = None, aggregation: str = "mean") -> None:
        """Report the mean of a value, over the batches of an epoch, among the metrics.

        Args:
            value: an array; where it has several entries, they count alike.
            name: under which it is reported. Values of the same name join in one mean.
            aggregation: only ``"mean"``. For anything else make a metric an attribute of the
                layer, and let `call` update it.

        Raises:
            ValueError: there is no name, or another aggregation.
            RuntimeError: no call is running.

        Source:
            ``Layer.add_metric`` of Keras 2

        Example:
            >>> import jax.numpy as jnp, jaxkeras
            >>> class Watched(jaxkeras.layers.Layer):
            ...     def call(self, inputs):
            ...         self.add_metric(jnp.max(inputs), name="largest")
            ...         return inputs
            >>> layer = Watched()
            >>> outputs = layer(jnp.array([[1.0, 4.0]])), layer(jnp.array([[2.0, 0.0]]))
            >>> [(metric.name, float(metric.result())) for metric in layer.metrics]
            [('largest', 3.0)]
        """
        name = self._metric_name(name, aggregation)
        if current_call() is None:
            raise RuntimeError(
                f"{self.label}: add_metric() belongs inside call(). On symbolic tensors call it on "
                "the model that is made of them."
            )
        if name not in self._added.metrics:
            self._added.metrics[name] = Mean(name)
        self._added.metrics[name].update_state(value)

    def _metric_name(self, name: Any, aggregation: Any) -> str:
        """The name, if `add_metric` can take these arguments."""
        if not isinstance(name, str) or not name:
            raise ValueError(
                f"{self.label}: add_metric() needs the name to report the value under, as in "
                f"add_metric(value, name='mean_activation'). Received: name={name!r}"
            )
        if aggregation != "mean":
            raise ValueError(
                f"{self.label}: add_metric() takes aggregation='mean' only. Received: "
                f"{aggregation!r}. Keep a metric instead, such as self.total = metrics.Sum(), and "
                "call its update_state() in call()."
            )
        return name

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Write variables, as layers of Keras 2 do for values that a call changes.

        Args:
            updates: a pair ``(variable, new value)`` or a list of such. What ``K.update`` and its
                like return needs nothing more: they have written already.
            inputs: no matter here.

        Source:
            ``Layer.add_update`` of Keras 2

        Example:
            >>> import jaxkeras
            >>> class Counter(jaxkeras.layers.Layer):
            ...     def build(self, input_shape):
            ...         self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)
            ...     def call(self, inputs):
            ...         self.add_update([(self.calls, self.calls + 1)])
            ...         return inputs
            >>> layer = Counter()
            >>> outputs = layer(3.0), layer(4.0)
            >>> float(layer.calls)
            2.0
        """
        is_pair = isinstance(updates, tuple) and len(updates) == 2
        entries = updates if isinstance(updates, (list, tuple)) and not is_pair else [updates]
        for entry in entries:
            if isinstance(entry, tuple):
                variable, value = entry
                variable.assign(value)

    @property
    def metrics(self) -> list[Metric]:
        """The metrics that this layer and those inside keep as attributes or `add_metric` made."""
        return [tracked.metric for tracked in tracked_metrics(self) if tracked.is_reported]


class Tracked(NamedTuple):
    """A metric of a layer.

    Attributes:
        name: under which it is reported, unlike all others in the same model.
        metric: the metric, which copies of the layer share.
        is_reported: whether it is; those of a model inside another one are not, as in Keras 3.
    """

    name: str
    metric: Metric
    is_reported: bool


def tracked_metrics(layer: Reporting, others: Sequence[Metric] = ()) -> list[Tracked]:
    """The metrics of a layer, then those of the layers inside, each once.

    Args:
        layer: a layer or model.
        others: metrics that are left out.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.layers.reporting import tracked_metrics
        >>> layer = jaxkeras.layers.Layer()
        >>> layer.heights = [jaxkeras.metrics.Mean("height"), jaxkeras.metrics.Mean("height")]
        >>> [tracked.name for tracked in tracked_metrics(layer)]
        ['height', 'height_1']
    """
    found: dict[str, Tracked] = {}
    for owner in cast(Iterator[Reporting], layer._flatten_layers()):
        is_inside = owner is not layer and owner._trains_alone
        own = [(metric, not is_inside) for metric in metrics_among(vars(owner)).values()]
        own += [(metric, True) for metric in owner._added.metrics.values()]
        for metric, is_reported in own:
            known = [*others, *(other.metric for other in found.values())]
            if not any(metric is other for other in known):
                numbered = (f"{metric.name}_{number}" for number in itertools.count(1))
                names = itertools.chain([metric.name], numbered)
                name = next(name for name in names if name not in found)
                found[name] = Tracked(name, metric, is_reported)
    return list(found.values())


@contextlib.contextmanager
def metrics_kept(layer: Reporting) -> Iterator[None]:
    """After the ``with`` block the metrics of a layer have counted nothing of what it did.

    Args:
        layer: a layer or model, or a copy of it.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.layers.reporting import metrics_kept
        >>> layer = jaxkeras.layers.Layer()
        >>> layer.height = jaxkeras.metrics.Mean("height")
        >>> with metrics_kept(layer):
        ...     layer.height.update_state(3.0)
        >>> float(layer.height.result())
        0.0
    """
    before = {id(tracked.metric): tracked.metric._read() for tracked in tracked_metrics(layer)}
    try:
        yield
    finally:
        for _, metric, _ in tracked_metrics(layer):
            metric._write(before.get(id(metric), {}))

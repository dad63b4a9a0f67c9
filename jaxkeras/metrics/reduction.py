"""Means and sums over everything that was counted, and the metric that any function makes."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxkeras.losses.loss import name_of, target_kind
from jaxkeras.losses.reduction import divide_no_nan, match_rank
from jaxkeras.metrics.metric import Metric, catalog
from jaxkeras.registry import deserializer, serialize

__all__ = [
    "Mean",
    "MeanMetricWrapper",
    "Sum",
    "depends_on_shapes",
    "deserialize",
    "get",
    "resolve",
    "serialize",
]


def _per_sample(
    values: ArrayLike,
    sample_weight: ArrayLike | None,
    reduce: Callable[..., jax.Array],
    dtype: str,
) -> tuple[jax.Array, jax.Array | None]:
    """Weighed values and the weights, both of shape ``(batch,)``.

    Dimensions after the first are reduced by ``reduce``, before weighing where the weights have
    none and after it where they have.
    """
    values, weights = jnp.asarray(values, dtype), None
    if sample_weight is not None:
        values, weights = match_rank(values, jnp.asarray(sample_weight, dtype))
        if values.ndim > weights.ndim:
            values = reduce(values, axis=tuple(range(weights.ndim, values.ndim)))
        weights = jnp.broadcast_to(weights, values.shape)
        values = values * weights
        if weights.ndim > 1:
            weights = reduce(weights, axis=tuple(range(1, weights.ndim)))
    if values.ndim > 1:
        values = reduce(values, axis=tuple(range(1, values.ndim)))
    return values, weights


@catalog.register()
class Sum(Metric):
    """Sum of all values (``keras.metrics.Sum``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> metric = metrics.Sum()
        >>> metric.update_state([1.0, 3.0])
        >>> metric.update_state([5.0], sample_weight=[0.5])
        >>> float(metric.result())
        6.5
    """

    def __init__(self, name: str = "sum", dtype: Any = None):
        super().__init__(dtype, name)
        self.total = self.add_variable((), name="total")

    def update_state(self, values: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        values, _ = _per_sample(values, sample_weight, jnp.sum, self.dtype)
        self.total.assign_add(jnp.sum(values))

    def result(self) -> jax.Array:
        return self.total.value


@catalog.register()
class Mean(Metric):
    """Weighted mean of all values (``keras.metrics.Mean``).

    Args:
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> from jaxkeras import metrics
        >>> metric = metrics.Mean()
        >>> metric.update_state([1.0, 3.0, 5.0, 7.0])
        >>> metric.update_state([0.0], sample_weight=[4.0])
        >>> float(metric.result())
        2.0
    """

    def __init__(self, name: str = "mean", dtype: Any = None):
        super().__init__(dtype, name)
        self.total = self.add_variable((), name="total")
        self.count = self.add_variable((), name="count")

    def update_state(self, values: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        values, weights = _per_sample(values, sample_weight, jnp.mean, self.dtype)
        self.total.assign_add(jnp.sum(values))
        self.count.assign_add(values.size if weights is None else jnp.sum(weights))

    def result(self) -> jax.Array:
        return divide_no_nan(self.total.value, self.count.value)


@catalog.register()
class MeanMetricWrapper(Mean):
    """Weighted mean of what a function returns for every sample.

    Args:
        fn: a function ``(y_true, y_pred) -> values`` of shape ``(batch, ...)``. Arrays that differ
            by a last dimension of 1 reach it with one rank. If it returns a scalar, every batch
            counts alike.
        name: see `Metric`.
        dtype: see `Metric`.
        **kwargs: further arguments of the function.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import metrics
        >>> def is_close(y_true, y_pred):
        ...     return jnp.abs(y_true - y_pred) < 0.5
        >>> metric = metrics.MeanMetricWrapper(is_close, name="is_close")
        >>> float(metric([1.0, 2.0], [1.25, 4.0]))
        0.5
    """

    _keeps_keywords = True

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs
    ):
        super().__init__(name or "mean_metric_wrapper", dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        arrays = match_rank(jnp.asarray(y_true), jnp.asarray(y_pred))
        super().update_state(self.fn(*arrays, **self._fn_kwargs), sample_weight)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]):
        if "fn" in config:
            config = {**config, "fn": get(config["fn"]).fn}
        return super().from_config(config)


def get(identifier: Any) -> Any:
    """A metric from its name, class or configuration, from a function or from a metric.

    A function ``(y_true, y_pred)`` becomes the mean of its values, under its own name.

    Raises:
        ValueError: the name is unknown.
        TypeError: the identifier is nothing of that kind.

    Example:
        >>> from jaxkeras import metrics
        >>> type(metrics.get("mse")).__name__
        'MeanSquaredError'
        >>> def my_metric(y_true, y_pred):
        ...     return abs(y_true - y_pred)
        >>> metrics.get(my_metric).name
        'my_metric'
    """
    found = catalog.get(identifier)
    if found is None or isinstance(found, Metric):
        return found
    return MeanMetricWrapper(found, name=name_of(found))


# Names that mean another metric for other shapes of targets and predictions.
_FAMILIES = {
    "accuracy": "accuracy",
    "acc": "accuracy",
    "crossentropy": "crossentropy",
    "ce": "crossentropy",
}


def depends_on_shapes(identifier: Any) -> bool:
    """Whether `resolve` has to know the shapes of targets and predictions.

    Example:
        >>> from jaxkeras import metrics
        >>> metrics.depends_on_shapes("acc"), metrics.depends_on_shapes("mse")
        (True, False)
    """
    return isinstance(identifier, str) and identifier.lower() in _FAMILIES


def resolve(identifier: Any, y_true_shape: tuple, y_pred_shape: tuple, loss: Any = None) -> Metric:
    """The metric that ``compile(metrics=[identifier])`` means for such targets and predictions.

    ``"accuracy"`` and ``"acc"``, ``"crossentropy"`` and ``"ce"`` become the binary, categorical or
    sparse one by the shapes. A metric that was asked for by a name is reported under that name.

    Args:
        identifier: anything that `get` takes.
        y_true_shape: shape of the targets.
        y_pred_shape: shape of the predictions.
        loss: the loss beside the metric; a cross-entropy reads the predictions as logits if it
            does.

    Raises:
        ValueError: the name is unknown.

    Example:
        >>> from jaxkeras import metrics
        >>> metrics.resolve("acc", (None,), (None, 10))
        <SparseCategoricalAccuracy name=acc>
        >>> metrics.resolve("mse", (None, 1), (None, 1)).name
        'mse'
    """
    if depends_on_shapes(identifier):
        family = _FAMILIES[identifier.lower()]
        found = catalog.find(f"{target_kind(y_true_shape, y_pred_shape)}_{family}")
        if family == "accuracy":
            return found(identifier)
        return found(identifier, from_logits=getattr(loss, "from_logits", False))
    metric = get(identifier)
    if isinstance(identifier, str):
        metric.name = identifier
    return metric


deserialize = deserializer(get)

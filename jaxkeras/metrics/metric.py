"""A metric: variables, a way to update them, and a result; and the pure functions made of these.

The state of a metric is a dictionary of arrays, so it rides through ``jax.jit`` and
``jax.lax.scan``. `Metric.empty`, `Metric.update`, `Metric.merge` and `Metric.compute` run the
metric's own `reset_state`, `update_state` and `result` with that state in its variables, and put
back what was there before.
"""

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxkeras import initializers
from jaxkeras.losses.loss import compute_dtype
from jaxkeras.metrics.metric_variable import MetricVariable
from jaxkeras.registry import Catalog, Configurable, snake_case

__all__ = ["Metric", "catalog", "metrics_among"]

catalog = Catalog("metric")


def metrics_among(attributes: Mapping[str, Any]) -> dict[str, "Metric"]:
    """The metrics among attributes, alone or in a list, tuple or dictionary; each once.

    Args:
        attributes: those of an object, ``vars(it)``.

    Example:
        >>> from jaxkeras.metrics.metric import Metric, metrics_among
        >>> list(metrics_among({"loss": Metric(), "size": 3, "parts": [Metric(), Metric()]}))
        ['loss', 'parts_0', 'parts_1']
    """
    found: dict[str, Metric] = {}
    for attribute, value in attributes.items():
        match value:
            case str() | bytes():
                continue
            case Mapping():
                items = {f"{attribute}_{key}": item for key, item in value.items()}
            case Sequence():
                items = {f"{attribute}_{key}": item for key, item in enumerate(value)}
            case _:
                items = {attribute: value}
        for name, item in items.items():
            if isinstance(item, Metric) and not any(item is other for other in found.values()):
                found[name] = item
    return found


class Metric(Configurable):
    """Base of all metrics; a new one adds variables and overrides `update_state` and `result`.

    Args:
        dtype: float type to compute in; by default `jaxkeras.config.floatx`.
        name: name of the metric; by default that of its class in snake case.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from jaxkeras import metrics
        >>> class LargestError(metrics.Metric):
        ...     def __init__(self, name="largest_error", **kwargs):
        ...         super().__init__(name=name, **kwargs)
        ...         self.largest = self.add_variable(shape=(), initializer="zeros", name="largest")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         error = jnp.max(jnp.abs(y_true - y_pred))
        ...         self.largest.assign(jnp.maximum(self.largest, error))
        ...     def result(self):
        ...         return self.largest
        >>> metric = LargestError()
        >>> state = jax.jit(metric.update)(metric.empty(), jnp.array([1.0]), jnp.array([3.0]))
        >>> float(metric.compute(state))
        2.0
    """

    def __init__(self, dtype: Any = None, name: str | None = None):
        self.name = name or snake_case(type(self).__name__)
        self.dtype = compute_dtype(dtype)
        self._variables: dict[str, MetricVariable] = {}
        self._initial: dict[str, np.ndarray] = {}
        self._first: dict[str, jax.Array] = {}  # the same on the device

    def add_variable(
        self,
        shape: tuple[int, ...],
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> MetricVariable:
        """A variable that belongs to the state of the metric.

        Args:
            shape: its shape.
            initializer: name or object for the value that it starts with and is reset to.
            dtype: its type; by default that of the metric.
            aggregation: accepted for Keras's sake: `merge` adds.
            name: its key in the state.

        Raises:
            RuntimeError: the metric's constructor did not call ``super().__init__()``.
        """
        if "_variables" not in vars(self):
            raise RuntimeError(
                f"The metric {type(self).__name__} adds a variable before it calls "
                "super().__init__(). Make that call the first line of its __init__."
            )
        key = name = name or "variable"
        for number in itertools.count(1):
            if key not in self._variables:
                break
            key = f"{name}_{number}"
        with jax.ensure_compile_time_eval():
            initialize: Any = initializers.get(initializer or "zeros")
            value = initialize(tuple(shape), compute_dtype(dtype or self.dtype))
            self._initial[key] = np.asarray(value)
        self._variables[key] = MetricVariable(self._first_value(key), key)
        return self._variables[key]

    def add_weight(
        self,
        shape: Any = (),
        initializer: Any = "zeros",
        dtype: Any = None,
        name: str | None = None,
    ) -> MetricVariable:
        """Like `add_variable`; as in Keras 2 the name may also come first.

        Example:
            >>> from jaxkeras import metrics
            >>> metrics.Metric().add_weight("total", initializer="zeros").shape
            ()
        """
        if isinstance(shape, str):
            shape, name = (), shape
        return self.add_variable(shape, initializer, dtype, name=name)

    def build(self, y_true_shape: tuple, y_pred_shape: tuple) -> None:
        """Add the variables whose shapes follow from those of the data, unless they exist.

        Only a metric that has such variables overrides it. Its `update_state` calls it; who needs
        the whole state before the first batch, for ``jax.lax.scan`` say, calls it before `empty`.

        Args:
            y_true_shape: shape of the targets; None stands for an unknown dimension.
            y_pred_shape: shape of the predictions, likewise.

        Example:
            >>> from jaxkeras import metrics
            >>> metric = metrics.F1Score()
            >>> metric.build((None, 3), (None, 3))
            >>> metric.empty()["true_positives"].shape
            (3,)
        """

    def update_state(self, *args, **kwargs) -> None:
        """Count a batch: ``update_state(y_true, y_pred, sample_weight=None)``."""
        raise NotImplementedError(
            f"The metric {self.name} has no `update_state`. Define "
            f"update_state(self, y_true, y_pred, sample_weight=None) in {type(self).__name__}."
        )

    def result(self) -> Any:
        """The metric of all that was counted: a scalar, or a dictionary of scalars."""
        raise NotImplementedError(
            f"The metric {self.name} has no `result`. Define result(self) in {type(self).__name__}."
        )

    def reset_state(self) -> None:
        """Forget what was counted: every variable gets its initial value again."""
        for key, variable in self._variables.items():
            variable.value = self._first_value(key)
        for part in self._parts().values():
            part.reset_state()

    def reset_states(self) -> None:
        """The name of `reset_state` in Keras 2."""
        self.reset_state()

    def __call__(self, *args, **kwargs) -> Any:
        """Count a batch and return the result so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    @property
    def variables(self) -> list[MetricVariable]:
        """The variables, those of metrics inside last."""
        inside = [part.variables for part in self._parts().values()]
        return [*self._variables.values(), *itertools.chain.from_iterable(inside)]

    def stateless_update_state(
        self, metric_variables: Sequence[ArrayLike], *args, **kwargs
    ) -> list[jax.Array]:
        """The values of `variables` after one more batch; the metric stays as it is.

        `update` is the same for a state that is a dictionary.

        Args:
            metric_variables: their values before it.
            *args: those of `update_state`.
            **kwargs: likewise.

        Source:
            ``keras.metrics.Metric.stateless_update_state``

        Example:
            >>> from jaxkeras import metrics
            >>> mean = metrics.Mean()
            >>> values = mean.stateless_update_state([v.value for v in mean.variables], [2.0, 4.0])
            >>> float(mean.stateless_result(values)), float(mean.result())
            (3.0, 0.0)
        """
        with self._holding(None):
            self._assign_all(metric_variables)
            self.update_state(*args, **kwargs)
            return [variable.value for variable in self.variables]

    def stateless_result(self, metric_variables: Sequence[ArrayLike]) -> Any:
        """The result for values of `variables`; see `stateless_update_state`."""
        with self._holding(None):
            self._assign_all(metric_variables)
            return self.result()

    def stateless_reset_state(self) -> list[jax.Array]:
        """The values of `variables` in which nothing has been counted."""
        with self._holding(None):
            self.reset_state()
            return [jnp.copy(variable.value) for variable in self.variables]

    def _assign_all(self, values: Sequence[ArrayLike]) -> None:
        if len(values) != len(self.variables):
            raise ValueError(
                f"The metric {self.name} has {len(self.variables)} variables, got {len(values)} "
                "values. Pass one for each of metric.variables, in their order."
            )
        for variable, value in zip(self.variables, values, strict=True):
            variable.assign(jnp.asarray(value))

    def empty(self) -> dict[str, Any]:
        """The state in which nothing has been counted; no array in it is shared."""
        return jax.tree.map(jnp.copy, self._empty())

    def update(self, state: dict[str, Any], *args, **kwargs) -> dict[str, Any]:
        """The state after one more batch; the arguments are those of `update_state`.

        Example:
            >>> from jaxkeras import metrics
            >>> mean = metrics.Mean()
            >>> state = mean.update(mean.empty(), [2.0, 4.0])
            >>> sorted(state), float(mean.compute(state)), float(mean.result())
            (['count', 'total'], 3.0, 0.0)
        """
        with self._holding(state):
            self.update_state(*args, **kwargs)
            return self._read()

    def merge(self, first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
        """The state after the batches of both states.

        It adds the variables, which is right for sums and counts. A metric whose variables are
        anything else, a maximum for instance, overrides it.

        Example:
            >>> from jaxkeras import metrics
            >>> mean = metrics.Mean()
            >>> first, second = (mean.update(mean.empty(), x) for x in ([1.0], [4.0, 4.0]))
            >>> float(mean.compute(mean.merge(first, second)))
            3.0
        """
        return jax.tree.map(jnp.add, first, second)

    def compute(self, state: dict[str, Any]) -> Any:
        """The result of a state, as JAX arrays."""
        with self._holding(state):
            return jax.tree.map(
                jnp.asarray, self.result(), is_leaf=lambda x: isinstance(x, MetricVariable)
            )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return config | {"name": self.name} if "name" in config else config

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"

    def _parts(self) -> dict[str, "Metric"]:
        """The metrics among this metric's attributes."""
        return metrics_among(vars(self))

    def _first_value(self, key: str) -> jax.Array:
        """What a variable starts with; an array that nobody may give away."""
        if key not in self._first or self._first[key].is_deleted():
            with jax.ensure_compile_time_eval():
                self._first[key] = jnp.array(self._initial[key])
        return self._first[key]

    def _empty(self) -> dict[str, Any]:
        """`empty`, of arrays that nobody may give away."""
        with self._holding(None):
            self.reset_state()
            return self._read()

    def _read(self) -> dict[str, Any]:
        values: dict[str, Any] = {key: v.value for key, v in self._variables.items()}
        return values | {key: part._read() for key, part in self._parts().items()}

    def _write(self, state: dict[str, Any]) -> None:
        for key, variable in self._variables.items():
            variable.value = state[key] if key in state else self._first_value(key)
        for key, part in self._parts().items():
            part._write(state.get(key, {}))

    @contextlib.contextmanager
    def _holding(self, state: dict[str, Any] | None) -> Iterator[None]:
        """Have a state in the variables for the length of a ``with`` block."""
        before = self._read()
        try:
            if state is not None:
                self._write(state)
            yield
        finally:
            self._write(before)

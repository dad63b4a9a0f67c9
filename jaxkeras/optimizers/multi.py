"""Several optimizers in one, each for its own parameters."""

import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxkeras.optimizers.loss_scale import LossScaleOptimizer
from jaxkeras.optimizers.optimizer import Optimizer, catalog
from jaxkeras.optimizers.rule import join, split
from jaxkeras.registry import Configurable, serialize

__all__ = ["MultiOptimizer", "OptimizerMap", "Parameter"]


class Parameter(NamedTuple):
    """What an optimizer may be chosen by.

    Attributes:
        path: for instance ``"encoder/dense/kernel"``.
        shape: shape of the array.
        dtype: name of its type.
    """

    path: str
    shape: tuple[int, ...]
    dtype: str


class OptimizerMap(Configurable, MutableMapping):
    """Optimizers by the paths of parameters, with one for all the rest.

    Args:
        default_optimizer: for the parameters that no key fits.
        optimizer_map: ``{key: optimizer}``; a key is a path, or a regular expression for the whole
            of one.

    Raises:
        TypeError: something is not an optimizer that can be combined.

    Example:
        >>> from jaxkeras import optimizers
        >>> chosen = optimizers.OptimizerMap(optimizers.SGD())
        >>> chosen["encoder/.*"] = optimizers.Adam()
        >>> chosen["encoder/dense/kernel"].name, chosen["decoder/dense/kernel"].name
        ('adam', 'sgd')
    """

    def __init__(
        self,
        default_optimizer: Optimizer,
        optimizer_map: Mapping[str, Optimizer] | None = None,
    ):
        self.default_optimizer = _checked(default_optimizer)
        self._by_key: dict[str, Optimizer] = {}
        self.update(optimizer_map or {})

    def __getitem__(self, key: str) -> Optimizer:
        if key in self._by_key:
            return self._by_key[key]
        fitting = [pattern for pattern in self._by_key if re.fullmatch(pattern, key)]
        if len(fitting) > 1:
            raise ValueError(f"OptimizerMap has {len(fitting)} keys for {key!r}: {fitting}.")
        return self._by_key[fitting[0]] if fitting else self.default_optimizer

    def __setitem__(self, key: str, optimizer: Optimizer) -> None:
        if not isinstance(key, str) or key in self._by_key:
            raise ValueError(f"A key of OptimizerMap is a new string. Received: {key!r}")
        self._by_key[key] = _checked(optimizer)

    def __delitem__(self, key: str) -> None:
        del self._by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    def __call__(self, parameter: Any) -> Optimizer:
        """The optimizer of something that has a ``path``."""
        return self[parameter.path]

    def get_config(self) -> dict[str, Any]:
        return {
            "default_optimizer": serialize(self.default_optimizer),
            "optimizer_map": serialize(self._by_key),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]):
        by_key = {key: catalog.get(value) for key, value in config["optimizer_map"].items()}
        return cls(catalog.get(config["default_optimizer"]), by_key)


class MultiState(NamedTuple):
    """What a `MultiOptimizer` carries from step to step."""

    count: jax.Array  # (), int32: calls of update
    inner_states: dict[int, Any]  # of the optimizers that have parameters, by number


class MultiOptimizer(Optimizer):
    """Trains each parameter with the optimizer that a map or a function chooses for it.

    Every optimizer clips, decays and averages its own parameters. A learning rate is read and set
    on the single ones; see `optimizers`.

    Args:
        optimizer_map: an `OptimizerMap`, or a function from a parameter, which has ``path``,
            ``shape`` and ``dtype``, to an optimizer.
        loss_scale_factor: see `Optimizer`; it takes the place of theirs.
        name: a name for messages.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from jaxkeras import optimizers
        >>> params = {"body": {"kernel": jnp.ones(2)}, "head": {"kernel": jnp.ones(2)}}
        >>> chosen = optimizers.OptimizerMap(optimizers.SGD(0.5), {"head/.*": optimizers.SGD(1.0)})
        >>> optimizer = optimizers.MultiOptimizer(chosen)
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> optax.apply_updates(params, updates)["body"], updates["head"]
        ({'kernel': Array([0.5, 0.5], dtype=float32)}, {'kernel': Array([-1., -1.], dtype=float32)})
    """

    def __init__(
        self,
        optimizer_map: OptimizerMap | Callable[[Any], Optimizer],
        loss_scale_factor: float | None = None,
        name: str | None = None,
    ):
        super().__init__(0.0, loss_scale_factor=loss_scale_factor, name=name)
        self.optimizer_map = optimizer_map
        self.optimizers: list[Optimizer] = []
        self._number_of: dict[str, int] = {}  # by path
        if isinstance(optimizer_map, OptimizerMap):
            for optimizer in (*optimizer_map.values(), optimizer_map.default_optimizer):
                self._number(optimizer)

    def _number(self, optimizer: Optimizer) -> int:
        """Place of an optimizer in the list, into which it comes if it is new."""
        if not any(optimizer is known for known in self.optimizers):
            _checked(optimizer).loss_scale_factor = self.loss_scale_factor
            self.optimizers.append(optimizer)
        return next(i for i, known in enumerate(self.optimizers) if known is optimizer)

    def _split(self, tree: Any) -> dict[int, dict[str, Any]]:
        def label(path: str, leaf: Any) -> int:
            if path not in self._number_of:
                parameter = Parameter(path, jnp.shape(leaf), str(jnp.result_type(leaf)))
                self._number_of[path] = self._number(self.optimizer_map(parameter))
            return self._number_of[path]

        return split(tree, label)

    def init(self, params: optax.Params) -> Any:
        groups = self._split(params)
        states = {number: self.optimizers[number].init(group) for number, group in groups.items()}
        return MultiState(jnp.zeros((), jnp.int32), states)

    def update(
        self, grads: optax.Updates, opt_state: Any, params: optax.Params | None = None
    ) -> tuple[Any, Any]:
        groups = self._split(grads)
        param_groups = {} if params is None else self._split(params)
        updates, states = {}, {}
        for number, group in groups.items():
            updates[number], states[number] = self.optimizers[number].update(
                group, opt_state.inner_states[number], param_groups.get(number)
            )
        return join(updates, grads), MultiState(opt_state.count + 1, states)

    def finalize(self, params: optax.Params, opt_state: Any) -> optax.Params:
        groups = {
            number: self.optimizers[number].finalize(group, opt_state.inner_states[number])
            for number, group in self._split(params).items()
        }
        return join(groups, params)

    def sync(self, opt_state: Any) -> Any:
        before = opt_state.inner_states
        states = {number: self.optimizers[number].sync(state) for number, state in before.items()}
        is_same = all(states[number] is before[number] for number in before)
        return opt_state if is_same else opt_state._replace(inner_states=states)

    def adopt(self, opt_state: Any) -> None:
        for number, state in opt_state.inner_states.items():
            self.optimizers[number].adopt(state)
        self.iterations = int(opt_state.count)

    @property
    def learning_rate(self) -> Any:
        """Raises AttributeError: every optimizer has its own."""
        raise AttributeError(
            f"MultiOptimizer {self.name!r} has several learning rates: read and set them on "
            "optimizer.optimizers[0] and so on."
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        _ = self.learning_rate

    lr = learning_rate

    def get_config(self) -> dict[str, Any]:
        return {
            "optimizer_map": serialize(self.optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]):
        return cls(**{**config, "optimizer_map": catalog.get(config["optimizer_map"])})


catalog.register()(OptimizerMap)


def _checked(optimizer: Any) -> Optimizer:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"Expected an optimizer such as SGD(0.1). Received: {optimizer!r}")
    if isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer)):
        raise TypeError(
            f"A {type(optimizer).__name__} cannot be one of several optimizers: put it around "
            "MultiOptimizer."
        )
    return optimizer

"""A model taken apart into plain dictionaries of arrays and pure functions, and back."""

import contextlib
import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
from flax import nnx
from flax.traverse_util import flatten_dict, unflatten_dict

from jaxkeras.layers.layer import Layer
from jaxkeras.layers.mask import get_mask
from jaxkeras.layers.reporting import tracked_metrics
from jaxkeras.layers.scope import call_scope
from jaxkeras.layers.weighted import weights_of
from jaxkeras.metrics import Metric
from jaxkeras.training.state import Logs

__all__ = ["Arrays", "Changes", "Forward", "PureModel", "Structure"]

Tree = dict[str, Any]

_METRICS = "_metrics"  # in the state: what the metrics of layers have counted, by their names


class Forward(NamedTuple):
    """What a forward pass gives.

    Attributes:
        outputs: the model's outputs.
        state: what the model carries on to the next batch.
        losses: the losses that layers added.
        masks: for every output, which of its steps count, booleans, or ``None``.
    """

    outputs: Any
    state: Tree
    losses: list[jax.Array]
    masks: list[Any]


class Arrays(NamedTuple):
    """Everything that a model carries.

    Attributes:
        leaves: arrays, in an order that follows from the model's structure.
        counts: what the metrics of its layers have counted, ``{metric: {...: array}}``.
    """

    leaves: list[Any]
    counts: Tree


class Changes(NamedTuple):
    """What a call has changed of a model's `Arrays`.

    Attributes:
        leaves: new arrays by their place in the list.
        counts: all counts, if some have changed.
    """

    leaves: dict[int, Any]
    counts: Tree


class PureModel(NamedTuple):
    """A model as data and pure functions, for ``jax.jit``, ``jax.grad`` and ``jax.vmap``.

    Attributes:
        params: trainable weights, ``{layer: {weight: array}}``.
        state: everything else that the model carries: moving statistics, dropout streams, and what
            the metrics of its layers have counted.
        apply: ``apply(params, state, x, training=False) -> (outputs, state)``.
        train_state: the `TrainState` to start from, or ``None`` before ``compile``.
        train_step: ``train_step(train_state, (x, y)) -> (train_state, logs)``, or ``None`` before
            ``compile``. A third entry of the batch is the sample weight.
    """

    params: Tree
    state: Tree
    apply: Callable[..., tuple[Any, Tree]]
    train_state: Any = None
    train_step: Callable | None = None


class Structure:
    """The fixed part of a model, and the place of every array in it.

    `params` and `state` read the arrays from the live model, `write` puts new ones back, and
    `merge` makes a working copy of the model from arrays, which may be traced.

    Args:
        model: a layer or model whose weights exist.
        trained: for each of its weights, whether it belongs to the parameters. By default, or if
            weights were added since, those do that are trainable now.
        metrics: those that count elsewhere, even if a layer keeps them too.
    """

    def __init__(
        self,
        model: Layer,
        trained: Sequence[bool] | None = None,
        metrics: Sequence[Metric] = (),
    ):
        self._model, self._other_metrics = model, metrics
        self.find_metrics()
        self._graphdef, state = nnx.split(model)
        self._paths = {path: _readable(model, path) for path, _ in nnx.to_flat_state(state)}
        self._live = {path: _follow(model, path) for path in self._paths}
        self._leaves = list(self._live.values())
        self._readers = [_reader(leaf) for leaf in self._leaves]
        by_id = {id(leaf): path for path, leaf in self._live.items()}
        weights = list(weights_of(model))
        if trained is None or len(trained) != len(weights):
            trained = [trains for _, trains in weights]
        chosen = zip(weights, trained, strict=True)
        trainable = [id(variable) for (variable, _), trains in chosen if trains]
        self._trainable = [by_id[key] for key in trainable if key in by_id]

    def find_metrics(self) -> None:
        """Look up the metrics that the layers keep, of which calls may have made more.

        The metric objects are those of the live model, in copies of it too; while a copy is called
        they hold what is in the state, see `counting`.
        """
        own = tracked_metrics(self._model, self._other_metrics)
        self._metrics: dict[str, Metric] = {tracked.name: tracked.metric for tracked in own}
        self.reported = [tracked.name for tracked in own if tracked.is_reported]

    @contextlib.contextmanager
    def counting(self, state: Tree) -> Iterator[None]:
        """In the ``with`` block the metrics of layers go on from what the state says.

        Args:
            state: what the model carries; `state_of` reads what it becomes.
        """
        before = self._counts()
        try:
            for name, metric in self._metrics.items():
                metric._write(state.get(_METRICS, {}).get(name, {}))
            yield
        finally:
            for name, metric in self._metrics.items():
                metric._write(before[name])

    def counted(self, before: Tree, after: Tree) -> Tree:
        """The state after a step, with what metrics counted in its course, outside of any call.

        Args:
            before: the state that the step started from, for which `counting` is on.
            after: the state that it returned.
        """
        start, found = before.get(_METRICS, {}), dict(after.get(_METRICS, {}))
        for name, counts in self._counts().items():
            if name not in found or not _is_same(counts, start.get(name, {})):
                found[name] = counts
        return _with_counts(after, found)

    def results(self, state: Tree) -> Logs:
        """What the metrics of layers report, by name."""
        logs: Logs = {}
        for name, counts in state.get(_METRICS, {}).items():
            if name in self.reported:
                result = self._metrics[name].compute(counts)
                logs |= result if isinstance(result, dict) else {name: result}
        return logs

    @staticmethod
    def counts(state: Tree) -> Tree:
        """The part of a state that is what metrics have counted, as a state."""
        return {_METRICS: state[_METRICS]} if _METRICS in state else {}

    def _counts(self) -> Tree:
        return {name: metric._read() for name, metric in self._metrics.items()}

    @property
    def names(self) -> list[str]:
        """Where the trainable weights lie in `params`, ``"dense/kernel"``, in Keras's order."""
        return ["/".join(self._paths[path]) for path in self._trainable]

    @property
    def variables(self) -> list[nnx.Variable]:
        """Everything that the live model carries, in an order that follows from its structure."""
        return [leaf for leaf in self._leaves if isinstance(leaf, nnx.Variable)]

    def params(self) -> Tree:
        """The live model's trainable weights."""
        return self._tree(self._live, self._trainable)

    def state(self) -> Tree:
        """Everything else that the live model carries."""
        tree = self._tree(self._live, self._paths.keys() - self._trainable)
        return _with_counts(tree, self._counts())

    def fresh_state(self) -> Tree:
        """Likewise, but the metrics of layers have counted nothing."""
        counts = {name: metric._empty() for name, metric in self._metrics.items()}
        return _with_counts(self.state(), counts)

    def arrays(self) -> Arrays:
        """What `params` and `state` tell, as a list: quick to read, and quick to hand to a jit."""
        return Arrays([read() for read in self._readers], self._counts())

    def trees(self, arrays: Arrays) -> tuple[Tree, Tree]:
        """The parameters and the state that a list of `arrays` stands for."""
        leaves = dict(zip(self._live, arrays.leaves, strict=True))
        state = self._tree(leaves, self._paths.keys() - self._trainable)
        return self._tree(leaves, self._trainable), _with_counts(state, arrays.counts)

    def changes(self, before: Arrays, state: Tree) -> Changes:
        """What of a state is not the very array that was there before."""
        flat = flatten_dict(state)
        places = zip(self._live, before.leaves, strict=True)
        after = [flat.get(self._paths[path], leaf) for path, leaf in places]
        pairs = enumerate(zip(before.leaves, after, strict=True))
        leaves = {index: new for index, (old, new) in pairs if new is not old}
        counts = state.get(_METRICS, {})
        return Changes(leaves, {} if _is_same(before.counts, counts) else counts)

    def take_over(self, changes: Changes) -> None:
        """Put arrays that `changes` has found into the live model."""
        for index, value in changes.leaves.items():
            self._leaves[index].set_raw_value(value)
        for name, counts in changes.counts.items():
            self._metrics[name]._write(counts)

    def write(self, params: Tree, state: Tree) -> None:
        """Put arrays into the live model."""
        for path, value in self._by_path(params, state).items():
            if isinstance(leaf := self._live[path], nnx.Variable):
                leaf.set_raw_value(value)
        for name, counts in state.get(_METRICS, {}).items():
            self._metrics[name]._write(counts)

    def merge(self, params: Tree, state: Tree) -> Any:
        """A copy of the model that holds these arrays."""
        return nnx.merge(self._graphdef, unflatten_dict(self._by_path(params, state)))

    def state_of(self, module: Any) -> Tree:
        """What a copy made by `merge` carries after it was called."""
        leaves = dict(nnx.to_flat_state(nnx.state(module)))
        tree = self._tree(leaves, self._paths.keys() - self._trainable)
        return _with_counts(tree, self._counts())

    def forward(self, module: Any, x: Any, training: bool | None) -> Forward:
        """Call a copy made by `merge`, while `counting` is on."""
        with call_scope(training) as call:
            outputs = module(x)
        return Forward(
            outputs,
            self.state_of(module),
            call.losses + module.penalties,
            [get_mask(output) for output in jax.tree.leaves(outputs)],
        )

    def apply(self, params: Tree, state: Tree, x: Any, training: bool = False) -> tuple[Any, Tree]:
        """The model as a pure function: ``(params, state, x) -> (outputs, state)``."""
        with self.counting(state):
            forward = self.forward(self.merge(params, state), x, training)
        return forward.outputs, forward.state

    def constrain(self, params: Tree) -> Tree:
        """Apply the constraints of the weights."""
        flat = flatten_dict(params)
        for path in self._trainable:
            constraint = self._live[path].get_metadata("constraint", None)
            if constraint is not None:
                flat[self._paths[path]] = constraint(flat[self._paths[path]])
        return unflatten_dict(flat)

    def _tree(self, leaves: dict[tuple, Any], paths: Any) -> Tree:
        return unflatten_dict({self._paths[path]: _array(leaves[path]) for path in paths})

    def _by_path(self, params: Tree, state: Tree) -> dict[tuple, Any]:
        values = flatten_dict(params) | flatten_dict(state)
        return {path: values[name] for path, name in self._paths.items()}


def _array(leaf: Any) -> jax.Array:
    return leaf.get_raw_value() if isinstance(leaf, nnx.Variable) else leaf


def _reader(leaf: Any) -> Callable[[], jax.Array]:
    """What tells the array of a leaf, now and later."""
    is_variable = isinstance(leaf, nnx.Variable)
    return leaf.get_raw_value if is_variable else functools.partial(_array, leaf)


def _with_counts(tree: Tree, counts: Tree) -> Tree:
    return {**tree, _METRICS: counts} if counts else tree


def _is_same(first: Tree, second: Tree) -> bool:
    """Whether two trees hold the very same arrays."""
    arrays, structure = jax.tree.flatten(first)
    others, other_structure = jax.tree.flatten(second)
    return structure == other_structure and all(map(operator.is_, arrays, others))


def _follow(node: Any, path: tuple) -> Any:
    for key in path:
        node = _child(node, key)
    return node


def _child(node: Any, key: Any) -> Any:
    return node[key] if isinstance(node, (dict, list, tuple)) else vars(node)[str(key)]


def _readable(model: Layer, path: tuple) -> tuple[str, ...]:
    """The path by the names of layers instead of their positions: ``("dense", "kernel")``."""
    names: list[str] = []
    node: Any = model
    for key in path:
        parent, node = node, _child(node, key)
        if key != "_layers":
            is_named = isinstance(parent, nnx.List) and _has_own_name(node, parent)
            names.append(node.name if is_named else str(key))
    return tuple(names)


def _has_own_name(node: Any, siblings: nnx.List) -> bool:
    """Whether this is a layer that its name tells from all others in the list."""
    return isinstance(node, Layer) and not any(
        other is not node and getattr(other, "name", None) == node.name for other in siblings
    )

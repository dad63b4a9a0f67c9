"""How operations are compared with those of Keras, and symbolic calls with concrete ones."""

import inspect
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import KerasTensor, ops

keras = pytest.importorskip("keras")


class Case(NamedTuple):
    """A call of the operation `name`, which may be dotted: ``image.resize``."""

    name: str
    args: tuple
    kwargs: dict[str, Any]

    def call(self, module: Any) -> Any:
        return operator.attrgetter(self.name)(module)(*self.args, **self.kwargs)

    def __str__(self) -> str:
        shapes = jax.tree.map(lambda leaf: getattr(leaf, "shape", leaf), self.args)
        return f"{self.name}{shapes} {self.kwargs}"


class Table:
    """Calls of operations.

    Each must give what Keras gives. Where the first argument is a tensor, a call with an unknown
    batch must give the same shape, unless it was added by `concrete`.
    """

    def __init__(self):
        self.cases: list[Case] = []
        self.symbolic: list[Case] = []

    def __call__(self, name: str, *args: Any, **kwargs: Any) -> None:
        self.concrete(name, *args, **kwargs)
        self.symbolic.append(self.cases[-1])

    def concrete(self, name: str, *args: Any, **kwargs: Any) -> None:
        self.cases.append(Case(name, args, kwargs))

    def each(self, names: str, *args: Any, **kwargs: Any) -> None:
        """The same call of several operations."""
        for name in names.split():
            self(name, *args, **kwargs)

    @property
    def names(self) -> set[str]:
        return {case.name.rpartition(".")[2] for case in self.cases}


def _check_values(case: Case, other_types: Iterable[str]) -> None:
    ours, theirs = jax.tree.leaves(case.call(ops)), jax.tree.leaves(case.call(keras.ops))
    assert len(ours) == len(theirs), f"{len(ours)} results, Keras has {len(theirs)}"
    for own, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-5, atol=1e-5)
        assert np.shape(own) == np.shape(other)
        if case.name not in other_types:
            assert np.asarray(own).dtype == np.asarray(other).dtype


def _check_shapes(case: Case) -> None:
    batch = next(leaf for leaf in jax.tree.leaves(case.args) if isinstance(leaf, np.ndarray))

    def symbol(leaf: Any) -> Any:
        if isinstance(leaf, np.ndarray) and leaf.ndim and len(leaf) == len(batch):
            return KerasTensor((None, *leaf.shape[1:]), leaf.dtype)
        return leaf

    concrete = jax.tree.leaves(case.call(ops))
    symbolic = jax.tree.leaves(case._replace(args=jax.tree.map(symbol, case.args)).call(ops))
    assert len(concrete) == len(symbolic)
    for array, tensor in zip(concrete, symbolic, strict=True):
        assert isinstance(tensor, KerasTensor)
        assert tensor.node.operation.__name__ == case.name.rpartition(".")[2]
        assert tensor.dtype == jnp.asarray(array).dtype.name
        assert tensor.ndim == np.ndim(array), f"{tensor.shape}, not {np.shape(array)}"
        assert tensor.shape.count(None) <= 1, tensor.shape
        pairs = zip(tensor.shape, np.shape(array), strict=True)
        assert all(a in (None, b) for a, b in pairs), f"{tensor.shape}, not {np.shape(array)}"


def _failures(cases: list[Case], check: Callable[..., None], *args: Any) -> list[str]:
    failures = []
    for case in cases:
        try:
            check(case, *args)
        except Exception as error:
            failures.append(f"{case}: {type(error).__name__}: {error}"[:600])
    return failures


@pytest.fixture(autouse=True)
def _fast_compilation() -> Iterator[None]:
    """Hundreds of small programs are compiled here and each runs once."""
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", before)


@pytest.fixture
def table() -> type[Table]:
    return Table


@pytest.fixture
def agree() -> Callable[..., None]:
    """Assert that all calls of a table give what Keras gives."""

    def check(table: Table, other_types: Iterable[str] = ()) -> None:
        failures = _failures(table.cases, _check_values, other_types)
        assert not failures, "\n".join(failures)

    return check


@pytest.fixture
def infer() -> Callable[..., None]:
    """Assert that the calls of a table give right shapes with an unknown batch."""

    def check(table: Table) -> None:
        failures = _failures(table.symbolic, _check_shapes)
        assert not failures, "\n".join(failures)

    return check


@pytest.fixture
def parameters() -> Callable[[Any], list[tuple[str, Any]]]:
    """Names and defaults of a function's parameters."""

    def read(function: Any) -> list[tuple[str, Any]]:
        return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]

    return read

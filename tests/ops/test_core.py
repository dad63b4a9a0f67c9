import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import KerasTensor, ops
from jaxkeras.ops import core, einops

rng = np.random.default_rng(0)
X = rng.normal(size=(4, 3)).astype("float32")
IMAGES = rng.normal(size=(4, 6, 5, 2)).astype("float32")
HUGE = np.array([[-np.inf, -1e20, -3.7], [0.5, 300.0, np.inf]] * 2, "float32")
PLACES = np.array([[0, 2], [3, 1], [0, 2]])
NEW = np.array([1.0, 2.0, 3.0], "float32")


def _sum_and_double(carry, x):
    return carry + x, 2 * x


def _add(a, b):
    return a + b


def places(table):
    table.concrete("scatter", PLACES, NEW, (4, 3))
    for reduction in (None, "add", "mul", "max", "min"):
        table("scatter_update", X, PLACES, NEW, reduction)
    table("slice", X, (0, 1), (-1, 2))
    table.concrete("slice", X, np.array([1, 1]), (2, 2))
    table("slice_update", X, (1, 1), np.ones((2, 2), "float32"))
    table("unstack", X, axis=1)
    table.concrete("unstack", X)
    table("rearrange", IMAGES, "b h w c -> b (h w) c")
    table("rearrange", IMAGES, "b (h p) w c -> b p h (c w)", p=3)


def types(table):
    table("cast", X, "int32")
    table("cast", X, "float16")
    table("convert_to_tensor", X)
    table("convert_to_tensor", X, dtype="int32")
    for dtype in ("int8", "uint8", "int32", "float16", "bfloat16", "bool"):
        table("saturate_cast", HUGE, dtype)
    table("saturate_cast", (100 * X).astype("int32"), "uint8")
    table("stop_gradient", X)
    table.concrete("convert_to_numpy", X)
    table.concrete("shape", X)


def control(table):
    for options in ({}, {"reverse": True}):
        table("scan", _sum_and_double, jnp.zeros(3), X, **options)
        table("associative_scan", _add, X, axis=1, **options)
    table("map", lambda row: row**2, X)
    table("vectorized_map", lambda row: row[0] - row, X)
    table("fori_loop", 0, 5, lambda step, x: x + step, X)
    table("while_loop", lambda x, n: n < 5, lambda x, n: (x + n, n + 2), (X, 0))
    table.concrete("while_loop", lambda n: n < 5, lambda n: n + 1, 0, maximum_iterations=3)
    table.concrete("cond", X[0, 0] > 0, lambda: X + 1, lambda: X - 1)
    table("switch", 1, [_add, lambda a, b: a - b], X, X[0])


GROUPS = [places, types, control]


@pytest.mark.parametrize("group", GROUPS)
def test_values_are_those_of_keras(group, table, agree):
    cases = table()
    group(cases)
    agree(cases)


@pytest.mark.parametrize("group", GROUPS)
def test_unknown_batch(group, table, infer):
    cases = table()
    group(cases)
    infer(cases)


def test_tables_are_complete(table):
    cases = table()
    for group in GROUPS:
        group(cases)
    others = {"custom_gradient", "dtype", "is_tensor"}
    assert cases.names == {*core.__all__, *einops.__all__} - others


def test_custom_gradient():
    @ops.custom_gradient
    def ten_times(x):
        return x, lambda upstream: 10 * upstream

    assert jax.grad(ten_times)(3.0) == 10.0


def test_what_a_tensor_is():
    symbolic = KerasTensor((None, 3), "int32")
    assert [ops.dtype(x) for x in (symbolic, X, 1.0)] == ["int32", "float32", "float32"]
    assert (ops.shape(symbolic), ops.ndim(symbolic)) == ((None, 3), 2)
    assert [ops.is_tensor(x) for x in (symbolic, X, jnp.asarray(X))] == [False, False, True]
    assert isinstance(ops.convert_to_numpy(jnp.asarray(X)), np.ndarray)


def test_unstack_of_an_unknown_number():
    assert len(ops.unstack(KerasTensor((None, 3)), num=4)) == 4


def test_gradients_and_transformations_pass_through():
    def loss(x):
        return ops.mean(ops.square(ops.relu(x)))

    np.testing.assert_allclose(jax.jit(jax.grad(loss))(X), np.maximum(X, 0) / 6, rtol=1e-6)


def test_operations_are_the_calls_of_a_functional_model():
    x = jaxkeras.Input((3,))
    y = ops.concatenate([ops.exp(x), ops.where(x > 0, x, 0.0)], axis=-1)
    total = ops.sum(y, axis=-1, keepdims=True)
    model = jaxkeras.Model(x, total)
    expected = (np.exp(X) + np.maximum(X, 0)).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, rtol=1e-5)
    assert total.node.operation.__name__ == "sum"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.scatter_update(X, PLACES, NEW, "mean"), "'mean'"),
        (lambda: ops.rearrange(X, "a b c -> c b a"), "cannot follow"),
        (lambda: ops.rearrange(X, "a b -> a c"), "same names"),
        (lambda: ops.rearrange(X, "a (b c) -> a b c"), "all but one"),
        (lambda: ops.convert_to_tensor(X, ragged=True), "dense"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()

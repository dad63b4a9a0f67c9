import numpy as np
import pytest

from jaxkeras import ops

rng = np.random.default_rng(0)
X = rng.normal(size=(4, 3)).astype("float32")  # (batch, features)
Y = rng.normal(size=(4, 3)).astype("float32")
UNIT = rng.uniform(-0.9, 0.9, size=(4, 3)).astype("float32")
POSITIVE = rng.uniform(1.1, 4.0, size=(4, 3)).astype("float32")
INTS = rng.integers(1, 9, size=(4, 3)).astype("int32")
MORE_INTS = rng.integers(1, 5, size=(4, 3)).astype("int32")
BOOLS = rng.uniform(size=(4, 3)) > 0.5
HOLES = np.where(BOOLS, X, np.nan).astype("float32")
HOLES[:, 0] = HOLES[0] = 1.0
EXTREMES = np.array([[0.0, -0.0, np.inf], [-np.inf, np.nan, 1.5]] * 2, "float32")
CUBE = rng.normal(size=(4, 3, 2)).astype("float32")  # (batch, time, features)
MATRICES = rng.normal(size=(4, 3, 3)).astype("float32")
VECTOR = rng.normal(size=5).astype("float32")
SORTED = np.sort(VECTOR)


def elementwise(table):
    table.each(
        "abs absolute angle arctan arcsinh cbrt ceil conj conjugate copy cos cosh deg2rad exp exp2 "
        "expm1 fabs floor imag isreal negative rad2deg real reciprocal round sign sin sinc sinh "
        "square tan tanh trunc",
        X,
    )
    table.each("arccos arcsin arctanh", UNIT)
    table.each("arccosh i0 log log10 log1p log2 sqrt", POSITIVE)
    table.each("abs ceil cos exp floor log negative round sign sqrt square trunc", INTS)
    table.each("isfinite isinf isnan isneginf isposinf nan_to_num signbit trunc", EXTREMES)
    table("nan_to_num", EXTREMES, nan=3.0, posinf=1.0, neginf=-1.0)
    table.each("bitwise_invert bitwise_not", INTS)
    table("logical_not", BOOLS)
    table.each(
        "add arctan2 divide equal floor_divide fmax fmin fmod greater greater_equal heaviside "
        "hypot isclose less less_equal logaddexp logaddexp2 maximum minimum mod multiply "
        "nextafter not_equal subtract true_divide allclose divide_no_nan",
        X,
        Y,
    )
    table.each("add divide maximum multiply subtract power", INTS, X[0])
    table.each("add multiply subtract greater", X, 2.0)
    table("power", POSITIVE, X)
    table("divide_no_nan", X, BOOLS.astype("float32"))
    table.each("allclose isclose", EXTREMES, EXTREMES, equal_nan=True)
    table.each("isclose allclose", X, X + 0.01, atol=0.1, rtol=0.0)
    table("isin", INTS, MORE_INTS[0])
    table("isin", INTS, MORE_INTS[0], invert=True)
    table.each(
        "bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift left_shift "
        "right_shift gcd lcm floor_divide mod",
        INTS,
        MORE_INTS,
    )
    table("left_shift", INTS, 2)
    table("ldexp", X, MORE_INTS)
    table.each("logical_and logical_or logical_xor", BOOLS, X > 0)
    table("clip", X, -0.5, 0.5)
    table("clip", BOOLS, 0, 1)
    table("clip", X, x_min=UNIT.min(0), x_max=2.0)
    table("round", X, decimals=2)
    table("round", 37 * INTS, decimals=-1)


def reductions(table):
    for options in ({}, {"axis": -1, "keepdims": True}):
        table.each(
            "amax amin argmax argmin max mean median min prod ptp std sum var",
            X,
            **options,
        )
        table.each("all any", BOOLS, **options)
        table.each(
            "nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar nanargmax nanargmin",
            HOLES,
            **options,
        )
    table.each("quantile percentile nanquantile nanpercentile", X, 0.3, axis=1, keepdims=True)
    table.each("mean sum var max", CUBE, axis=[1, 2])
    table.each("mean sum var std max argmax median", INTS, axis=1)
    table.each("mean var sum", X.astype("float16"), axis=1)
    table.each("max min", X, axis=1, initial=0.5)
    table("prod", INTS, axis=1, dtype="float32")
    table("quantile", X, np.array([0.1, 0.5], "float32"), axis=1)
    table("quantile", X, 0.3, axis=1, method="nearest")
    table("average", X)
    table("average", X, axis=1)
    table("average", X, axis=1, weights=POSITIVE[0])
    table("count_nonzero", INTS - 3, axis=1)
    table("count_nonzero", INTS - 3)
    table.each("cumsum cumprod nancumsum nancumprod", X, axis=1)
    table("cumsum", INTS, axis=1, dtype="float32")
    table.each("nancumsum nancumprod", HOLES, axis=1)
    table.each("sort argsort diff", X)
    table("sort", X, axis=1)
    table("diff", X, n=2, axis=1)
    table.concrete("argpartition", SORTED[::-1].copy(), 0)
    table.concrete("bincount", np.array([0, 1, 1, 4]))
    table.concrete("bincount", INTS, weights=X, minlength=12)
    table.concrete("corrcoef", X)  # (batch, batch)
    table.concrete("correlate", VECTOR, SORTED[:2])
    table.concrete("correlate", VECTOR, SORTED, mode="full")
    table("digitize", X, SORTED[:2])
    table.concrete("histogram", VECTOR, bins=4)
    table.concrete("histogram", VECTOR, bins=4, range=(-1.0, 1.0))
    table.concrete("nonzero", INTS - 3)
    table("searchsorted", SORTED, X)
    table("searchsorted", SORTED, X, side="right")
    table("trapezoid", X)
    table("trapezoid", X, dx=0.5, axis=1)
    table("trapezoid", X, np.arange(3.0, dtype="float32"))
    table.concrete("unique", INTS)
    table.concrete("unique", INTS, return_counts=True, return_inverse=True)
    table("unique", INTS, size=5, fill_value=0)


def arranging(table):
    table.concrete("append", X, Y)  # the length is twice the unknown one
    table("append", X, Y, axis=1)
    table("array_split", X, 2, axis=1)
    table.concrete("broadcast_to", X[:1], (4, 3))
    table("concatenate", [X, Y], axis=-1)
    table.concrete("concatenate", [X, [[1.0, 2.0, 3.0]] * 4], axis=1)
    table.concrete("diag", VECTOR)
    table.concrete("diag", MATRICES[0], k=1)
    table.concrete("diagflat", VECTOR)
    table("diagonal", MATRICES, axis1=1, axis2=2)
    table("diagonal", MATRICES, offset=1, axis1=1, axis2=2)
    table("dsplit", CUBE, 2)
    table.each("dstack hstack", [X, Y])
    table.concrete("vstack", [X, Y])
    table("expand_dims", X, 1)
    table("expand_dims", X, (1, 2))
    table.each("flip fliplr flipud", X)
    table("flip", X, axis=1)
    table("get_item", X, (slice(None), 1))
    table("get_item", X, (slice(None), np.newaxis))
    table("hsplit", X, 3)
    table("moveaxis", CUBE, 1, 2)
    table("moveaxis", CUBE, (1, 2), (2, 1))
    table.concrete("ndim", X)
    table("pad", X, ((0, 0), (1, 2)))
    table("pad", X, ((0, 0), (1, 2)), mode="reflect")
    table("pad", X, ((0, 0), (1, 2)), constant_values=7.0)
    table.concrete("pad", VECTOR, 1)
    table("ravel", X)
    table("repeat", X, 2, axis=1)
    table.concrete("repeat", VECTOR, np.array([1, 0, 2, 1, 3]))
    table("reshape", X, (-1, 3, 1))
    table("reshape", CUBE, (-1, 6))
    table.concrete("reshape", X, 12)
    table("roll", X, 1)
    table("roll", X, 2, axis=1)
    table("rot90", CUBE, k=1, axes=(1, 2))
    table("select", [X > 1, X < 0], [X, Y], 9.0)
    table("size", X)
    table("split", X, 3, axis=1)
    table("split", X, [1, 2], axis=1)
    table("squeeze", CUBE[..., :1], axis=-1)
    table.concrete("squeeze", CUBE[:1, :, :1])
    table("stack", [X, Y], axis=1)
    table("stack", [X, Y], axis=-1)
    table("swapaxes", CUBE, 1, 2)
    table("take", X, np.array([2, 0]), axis=1)
    table.concrete("take", X, INTS)
    table("take_along_axis", X, MORE_INTS % 3, axis=1)
    table("tile", X, (1, 2))
    table("transpose", CUBE, (0, 2, 1))
    table("transpose", X)
    table.each("tril triu", MATRICES, k=1)
    table("unravel_index", INTS, (3, 4))
    table("view", X, "int32")
    table.concrete("vsplit", X, 2)
    table("where", BOOLS, X, Y)
    table("where", BOOLS, X, 0.0)
    table.concrete("where", BOOLS)


def creation(table):
    table.concrete("arange", 5)
    table.concrete("arange", 1, 4, 0.5)
    table.concrete("arange", 3, dtype="float32")
    table("array", X)
    table.concrete("array", [1, 2], dtype="float32")
    for name in ("bartlett", "blackman", "hamming", "hanning"):
        table.concrete(name, 7)
    table.concrete("kaiser", 7, 8.0)
    table.concrete("empty", (2, 0))
    table.each("empty_like ones_like zeros_like", X[:, :0])
    table.each("ones_like zeros_like", X, dtype="int32")
    table.concrete("eye", 3)
    table.concrete("eye", 3, 4, k=1, dtype="int32")
    table.concrete("full", (2, 3), 4)
    table("full_like", X, 2)
    table("geomspace", POSITIVE[:, 0], 9.0, num=5, axis=-1)
    table.concrete("identity", 3)
    table("linspace", X[:, 0], 1.0, num=4, axis=-1)
    table.concrete("linspace", 0.0, 1.0, num=4, endpoint=False, retstep=True)
    table("logspace", X[:, 0], 1.0, num=4, base=2.0, axis=-1)
    table.concrete("meshgrid", VECTOR, SORTED[:2])
    table.concrete("meshgrid", VECTOR, SORTED[:2], indexing="ij")
    table.concrete("ones", (2, 3))
    table.concrete("zeros", (2, 3), dtype="int32")
    table.concrete("tri", 3)
    table.concrete("tri", 3, 4, k=-1)
    table.concrete("vander", VECTOR)
    table("vander", VECTOR, N=3, increasing=True)


def products(table):
    table("cross", X, Y)
    table("dot", X, Y.T.copy())
    table("einsum", "bi,bi->b", X, Y)
    table("einsum", "bi,ij->bj", INTS.astype("int8"), np.eye(3, dtype="int8"))
    table("inner", X, Y[0])
    table("kron", X, Y[:1])
    table("matmul", X, MATRICES[0])
    table("matmul", INTS.astype("int8"), np.eye(3, dtype="int8"))
    table("matmul", MATRICES, CUBE)
    table.concrete("outer", VECTOR, SORTED)
    table("outer", VECTOR, SORTED[:2])
    table("slogdet", MATRICES)
    table("tensordot", CUBE, MATRICES[0], axes=[[1], [0]])
    table("tensordot", CUBE, CUBE[0], axes=2)
    table("trace", MATRICES, axis1=1, axis2=2)
    table.concrete("vdot", VECTOR, SORTED)


GROUPS = [elementwise, reductions, arranging, creation, products]


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
    assert cases.names == set(ops.numpy.__all__) - {"vectorize"}


def test_vectorize():
    total = ops.vectorize(lambda row, other: row @ other, signature="(n),(n)->()")
    np.testing.assert_allclose(total(X, Y), np.sum(X * Y, axis=1), rtol=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.where(BOOLS, X), "both x1 and x2"),
        (lambda: ops.pad(X, 1, mode="edge", constant_values=1), "mode='edge'"),
        (lambda: ops.histogram(X), r"shape \(4, 3\)"),
        (lambda: ops.histogram(VECTOR, bins=2.5), "bins=2.5"),
        (lambda: ops.bincount(INTS, sparse=True), "bincount gives dense arrays"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_lists_and_numbers_are_tensors():
    assert ops.add([1, 2], x2=3).tolist() == [4, 5]
    assert ops.mean(x=[[1.0, 3.0]], axis=[0, 1]) == 2.0
    assert ops.concatenate([[1], [2]]).tolist() == [1, 2]


def test_unknown_argument():
    with pytest.raises(TypeError, match="keepdim"):
        ops.sum(X, keepdim=True)

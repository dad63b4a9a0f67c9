import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads
from scipy.optimize import brentq

from jaxkeras import activations, registry

keras = pytest.importorskip("keras")

KERAS_NAMES = [name for name in dir(keras.activations) if not name.startswith("_")]
HELPERS = ["deserialize", "get", "serialize"]
# Keras 3.15's sparsemax adds up the cumulative sums of the support, so its results do not sum to 1.
FUNCTIONS = sorted({*KERAS_NAMES} - {*HELPERS, "sparsemax"})
POSITIONAL = {"threshold": (0.5, -2.0)}

LINE = np.float32(
    [0, -0.5, 0.5, -1, 1, -3, 3, 6, -6, -0.25, 0.25, 1e-4, -1e-4, 2.5, -2.5, 30, -30, 100, -100, 7]
)
GRIDS = {
    "rank 2": LINE.reshape(5, 4),
    "rank 3": np.random.RandomState(0).normal(0, 3, (2, 3, 4)).astype("float32"),
}


@functools.partial(jax.jit, static_argnums=0)
def value_and_pullback(function, x):
    value, pullback = jax.vjp(function, x)
    cotangent = jnp.linspace(0.5, 1.5, value.size, dtype=value.dtype).reshape(value.shape)
    return value, pullback(cotangent)[0]


def assert_same(ours, theirs, x, *args, **kwargs):
    actual = value_and_pullback(lambda x: ours(x, *args, **kwargs), x)
    expected = value_and_pullback(lambda x: theirs(x, *args, **kwargs), x)
    np.testing.assert_allclose(actual[0], expected[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(actual[1], expected[1], rtol=1e-5, atol=1e-6)


def test_names_are_those_of_keras():
    assert set(activations.__all__) == {*KERAS_NAMES, "legacy_hard_sigmoid"}


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients_are_those_of_keras(name, grid):
    ours, theirs = getattr(activations, name), getattr(keras.activations, name)
    assert_same(ours, theirs, GRIDS[grid], *POSITIONAL.get(name, ()))


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("relu", {"negative_slope": 0.3}),
        ("relu", {"max_value": 6}),
        ("relu", {"max_value": 2.5}),
        ("relu", {"threshold": 1.0}),
        ("relu", {"threshold": -1.0, "max_value": 5.0}),
        ("relu", {"negative_slope": 0.3, "max_value": 6}),
        ("relu", {"negative_slope": 0.3, "max_value": 2.0, "threshold": 0.5}),
        ("relu", {"negative_slope": 0.3, "threshold": -1.0}),
        ("leaky_relu", {"negative_slope": 0.01}),
        ("elu", {"alpha": 0.5}),
        ("celu", {"alpha": 0.5}),
        ("gelu", {"approximate": True}),
        ("squareplus", {"b": 1.0}),
        ("soft_shrink", {"threshold": 1.0}),
        ("hard_shrink", {"threshold": 1.0}),
        ("softmax", {"axis": 0}),
        ("softmax", {"axis": (0, 1)}),
        ("log_softmax", {"axis": 0}),
        ("glu", {"axis": -1}),
    ],
)
def test_arguments_mean_what_they_mean_in_keras(name, kwargs, grid):
    assert_same(getattr(activations, name), getattr(keras.activations, name), GRIDS[grid], **kwargs)


def test_relu_of_threshold_and_slope_is_its_formula():
    x = np.float32([-2, 0, 1, 2, 9])
    result = activations.relu(x, negative_slope=0.5, max_value=5, threshold=1)
    np.testing.assert_allclose(result, [-1.5, -0.5, 0, 2, 5])


@pytest.mark.parametrize("name", [*FUNCTIONS, "sparsemax"])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "int32"])
def test_float_type_is_kept_and_integers_become_floats(name, dtype):
    function = getattr(activations, name)
    args = POSITIONAL.get(name, ())
    result = jax.eval_shape(lambda x: function(x, *args), jax.ShapeDtypeStruct((2, 4), dtype))
    kept = name == "linear" or dtype != "int32"
    assert result.dtype == (dtype if kept else "float32")


@pytest.mark.parametrize("name", ["softmax", "sparsemax", "gelu", "log_sigmoid"])
def test_sixteen_bits_give_about_the_same(name):
    function, x = getattr(activations, name), GRIDS["rank 3"]
    np.testing.assert_allclose(
        function(jnp.asarray(x, "bfloat16")).astype("float32"), function(x), rtol=0.05, atol=0.02
    )


def test_lists_are_arrays():
    np.testing.assert_array_equal(activations.relu([[-2, 0], [1, 3]]), [[0, 0], [1, 3]])


@pytest.mark.parametrize("name", [*FUNCTIONS, "sparsemax"])
def test_activations_are_plain_functions_that_their_name_finds(name):
    function = getattr(activations, name)
    assert type(function) is type(lambda: None)
    assert activations.get(name) is function
    assert activations.deserialize(activations.serialize(function)) is function


def test_softmax_of_one_axis():
    np.testing.assert_allclose(activations.softmax([0.0, np.log(3.0)]), [0.25, 0.75], rtol=1e-6)


def test_softmax_takes_a_list_of_axes():
    x = GRIDS["rank 3"]
    result = activations.softmax(x, axis=[1, 2])
    np.testing.assert_allclose(jnp.sum(result, axis=(1, 2)), [1, 1], rtol=1e-6)
    np.testing.assert_allclose(activations.log_softmax(x, axis=[1, 2]), jnp.log(result), rtol=1e-5)


def test_softmax_over_one_entry_warns():
    with pytest.warns(UserWarning, match="use 'sigmoid'"):
        activations.softmax(jnp.ones((3, 1)))


def simplex_projection(scores):
    def surplus(cut):
        return np.maximum(scores - cut, 0).sum() - 1

    cut = brentq(surplus, scores.min() - 1, scores.max(), xtol=1e-12)
    return np.maximum(scores - cut, 0)


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_sparsemax_is_the_projection_on_the_simplex(scale):
    x = np.random.RandomState(0).normal(0, scale, (20, 7)).astype("float32")
    expected = np.stack([simplex_projection(row.astype("float64")) for row in x])
    np.testing.assert_allclose(activations.sparsemax(x), expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(activations.sparsemax(x.T, axis=0), expected.T, rtol=1e-4, atol=1e-6)


def test_sparsemax_is_that_of_keras_where_one_class_wins():
    x = np.float32([[5, 0, 1], [-3, 9, 2]])
    assert_same(activations.sparsemax, keras.activations.sparsemax, x)


def test_sparsemax_keeps_large_scores_apart():
    result = activations.sparsemax(jnp.float32([1e6, 1e6 + 0.5, 0]))
    np.testing.assert_allclose(result, [0.25, 0.75, 0])


def test_sparsemax_gradient_is_that_of_finite_differences():
    x = jnp.float32([0.3, 0.1, -0.2, -3.0])
    check_grads(activations.sparsemax, (x,), order=1, atol=1e-2, rtol=1e-2)


def test_glu_refuses_an_odd_axis():
    with pytest.raises(ValueError, match=r"axis -1, whose size must be even.*\(2, 3\)"):
        activations.glu(jnp.ones((2, 3)))


def test_get_of_none_is_linear():
    assert activations.get(None) is activations.linear


@pytest.mark.parametrize("alias", ["swish", "hard_swish", "soft_sign", "identity", "ReLU"])
def test_get_knows_aliases(alias):
    assert callable(activations.get(alias))


@pytest.mark.parametrize("function", [jax.nn.gelu, jnp.tanh, abs, lambda x: x])
def test_get_returns_callables_as_they_are(function):
    assert activations.get(function) is function


def test_get_of_an_unknown_name_suggests_one():
    with pytest.raises(ValueError, match="Unknown activation: 'sigmoind'. Did you mean 'sigmoid'?"):
        activations.get("sigmoind")


def test_get_of_a_number_fails():
    with pytest.raises(TypeError, match="Expected activation as a name"):
        activations.get(3)


def test_serialize_refuses_a_lambda():
    with pytest.raises(TypeError, match="a lambda, which has no name to find it by"):
        activations.serialize(lambda x: x)


def test_registered_function_is_found_by_its_full_name():
    @registry.register_keras_serializable(package="tests")
    def halve(x):
        return x / 2

    with registry.custom_object_scope({}):
        assert activations.serialize(halve)["config"] == "tests>halve"
        assert activations.deserialize("tests>halve") is halve
    del registry.get_custom_objects()["tests>halve"]


def test_custom_objects_hold_for_one_call_only():
    def double(x):
        return 2 * x

    assert activations.deserialize("double", custom_objects={"double": double}) is double
    with pytest.raises(ValueError, match="Unknown activation: 'double'"):
        activations.deserialize("double")

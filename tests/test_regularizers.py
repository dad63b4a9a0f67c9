import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import regularizers

keras = pytest.importorskip("keras")

CASES = [
    ("L1", {"l1": 0.3}),
    ("L2", {"l2": 0.3}),
    ("L1L2", {"l1": 0.3, "l2": 0.2}),
    ("L1L2", {"l2": 0.2}),
    ("OrthogonalRegularizer", {"factor": 0.3}),
    ("OrthogonalRegularizer", {"factor": 0.3, "mode": "columns"}),
]
MATRIX = np.random.RandomState(0).normal(0, 1, (4, 3)).astype("float32")


def names(module):
    return {name for name in dir(module) if not name.startswith("_")}


def test_names_are_those_of_keras():
    assert set(regularizers.__all__) == names(keras.regularizers)


@pytest.mark.parametrize(("name", "kwargs"), CASES)
def test_penalties_and_gradients_are_those_of_keras(name, kwargs):
    ours = getattr(regularizers, name)(**kwargs)
    theirs = getattr(keras.regularizers, name)(**kwargs)
    actual = jax.jit(jax.value_and_grad(ours))(MATRIX)
    expected = jax.jit(jax.value_and_grad(theirs))(MATRIX)
    np.testing.assert_allclose(actual[0], expected[0], rtol=1e-5)
    np.testing.assert_allclose(actual[1], expected[1], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ["L1", "L2", "L1L2"])
@pytest.mark.parametrize("shape", [(), (5,), (3, 3, 2, 4)])
def test_elementwise_penalties_take_any_shape(name, shape):
    x = np.random.RandomState(1).normal(size=shape).astype("float32")
    ours, theirs = getattr(regularizers, name)(), getattr(keras.regularizers, name)()
    np.testing.assert_allclose(ours(x), theirs(jnp.asarray(x)), rtol=1e-5)


@pytest.mark.parametrize("name", ["L1", "L2", "L1L2", "OrthogonalRegularizer"])
def test_configuration_is_that_of_keras_and_makes_an_equal_object(name):
    ours = getattr(regularizers, name)()
    assert ours.get_config() == pytest.approx(getattr(keras.regularizers, name)().get_config())
    again = regularizers.deserialize(regularizers.serialize(ours))
    assert type(again) is type(ours) and again.get_config() == ours.get_config()


@pytest.mark.parametrize(("name", "kwargs"), CASES)
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_float_type_is_kept(name, kwargs, dtype):
    regularizer = getattr(regularizers, name)(**kwargs)
    value, gradient = jax.jit(jax.value_and_grad(regularizer))(jnp.asarray(MATRIX, dtype))
    assert (value.dtype, gradient.dtype) == (dtype, dtype)
    np.testing.assert_allclose(value.astype("float32"), regularizer(MATRIX), rtol=2e-2)


@pytest.mark.parametrize(("name", "kwargs"), CASES)
def test_gradient_at_zero_is_finite(name, kwargs):
    gradient = jax.jit(jax.grad(getattr(regularizers, name)(**kwargs)))(jnp.zeros((3, 2)))
    assert bool(jnp.isfinite(gradient).all())


def test_penalty_of_integers():
    assert float(regularizers.L2(0.5)([[1, -3]])) == 5.0
    assert float(regularizers.OrthogonalRegularizer(1.0)([[1, 0], [2, 0]])) == 1.0


def test_one_vector_is_orthogonal_to_the_others():
    assert float(regularizers.OrthogonalRegularizer()(jnp.ones((1, 3)))) == 0.0


@pytest.mark.parametrize(
    ("made", "config"),
    [
        (lambda: regularizers.get("l1"), {"l1": 0.01}),
        (lambda: regularizers.get("l2"), {"l2": 0.01}),
        (lambda: regularizers.get("L2"), {"l2": 0.01}),
        (lambda: regularizers.get("l1_l2"), {"l1": 0.01, "l2": 0.01}),
        (lambda: regularizers.get("L1L2"), {"l1": 0.0, "l2": 0.0}),
        (lambda: regularizers.l2(0.1), {"l2": 0.1}),
        (lambda: regularizers.l2(l=0.1), {"l2": 0.1}),
        (lambda: regularizers.l1(l=0.1), {"l1": 0.1}),
        (lambda: regularizers.l1_l2(0.1, 0.2), {"l1": 0.1, "l2": 0.2}),
        (lambda: regularizers.l1_l2(l2=0.2), {"l1": 0.0, "l2": 0.2}),
        (lambda: regularizers.L1L2(l1=None, l2=0.2), {"l1": 0.0, "l2": 0.2}),
        (lambda: regularizers.L2(None), {"l2": 0.01}),
        (lambda: regularizers.L2(np.float64(0.5)), {"l2": 0.5}),
    ],
)
def test_factors(made, config):
    regularizer = made()
    assert {name: getattr(regularizer, name) for name in config} == config


def test_get_of_other_things():
    def cubic(x):
        return jnp.sum(x**3)

    assert regularizers.get(None) is None
    assert regularizers.get(cubic) is cubic
    assert isinstance(regularizers.get(regularizers.L1), regularizers.L1)
    assert regularizers.get({"class_name": "L2", "config": {"l2": 0.5}}).l2 == 0.5


def test_configuration_of_a_subclass_writes_itself():
    class Scaled(regularizers.Regularizer):
        def __init__(self, strength=0.1):
            self.strength = strength

        def __call__(self, x):
            return self.strength * jnp.sum(x)

    config = regularizers.serialize(Scaled(0.5))
    assert (config["class_name"], config["config"]) == ("Scaled", {"strength": 0.5})
    assert regularizers.deserialize(config, {"Scaled": Scaled}).strength == 0.5


def test_base_class_asks_no_penalty():
    assert float(regularizers.Regularizer()(jnp.ones(3))) == 0.0


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "big"])
def test_bad_factor(value):
    with pytest.raises(ValueError, match="L2 expected l2 to be a number >= 0. Received: l2="):
        regularizers.L2(value)


def test_bad_mode():
    with pytest.raises(ValueError, match="mode to be 'rows' or 'columns'. Received: mode='row'"):
        regularizers.OrthogonalRegularizer(mode="row")


def test_orthogonal_regularizer_needs_a_matrix():
    with pytest.raises(ValueError, match=r"expected a matrix.*\(2, 3, 4\)"):
        regularizers.OrthogonalRegularizer()(jnp.ones((2, 3, 4)))


def test_misspelt_keyword_is_answered():
    with pytest.raises(TypeError, match="L2 has no argument 'l'. Did you mean 'l2'?"):
        regularizers.L2(l=0.1)


def test_unknown_name():
    with pytest.raises(ValueError, match="Unknown regularizer: 'l3'"):
        regularizers.get("l3")

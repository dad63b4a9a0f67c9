import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import constraints

keras = pytest.importorskip("keras")

CASES = [
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.5, "axis": 1}),
    ("MaxNorm", {"max_value": 1.0, "axis": [0, 1]}),
    ("NonNeg", {}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": [0, 1]}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 1.0, "max_value": 2.0, "rate": 0.25, "axis": 1}),
]
OLD_NAMES = {"maxnorm", "nonneg", "unitnorm"}
rng = np.random.RandomState(0)
WEIGHTS = {
    "matrix": rng.normal(0, 2, (4, 3)).astype("float32"),
    "kernel": rng.normal(0, 2, (3, 3, 2, 5)).astype("float32"),
    "zero column": np.float32([[0, 3], [0, 4]]),
}


def names(module):
    return {name for name in dir(module) if not name.startswith("_")}


def test_names_are_those_of_keras():
    assert set(constraints.__all__) - OLD_NAMES == names(keras.constraints)


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize(("name", "kwargs"), CASES)
def test_projections_are_those_of_keras(name, kwargs, weight):
    w = WEIGHTS[weight]
    ours = getattr(constraints, name)(**kwargs)
    theirs = getattr(keras.constraints, name)(**kwargs)
    np.testing.assert_allclose(ours(w), theirs(jnp.asarray(w)), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("name", "kwargs"), CASES)
def test_gradients_are_those_of_keras(name, kwargs):
    w = jnp.asarray(WEIGHTS["matrix"])
    weights = jnp.linspace(0.5, 1.5, w.size).reshape(w.shape)
    ours = getattr(constraints, name)(**kwargs)
    theirs = getattr(keras.constraints, name)(**kwargs)
    actual, expected = (
        jax.jit(jax.grad(lambda w, f=f: jnp.vdot(weights, f(w))))(w) for f in (ours, theirs)
    )
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("name", "kwargs"), CASES)
def test_gradient_at_zero_is_finite(name, kwargs):
    constraint = getattr(constraints, name)(**kwargs)
    gradient = jax.jit(jax.grad(lambda w: jnp.sum(constraint(w))))(jnp.zeros((3, 2)))
    assert bool(jnp.isfinite(gradient).all())


@pytest.mark.parametrize(("name", "kwargs"), CASES)
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_float_type_is_kept(name, kwargs, dtype):
    constraint = getattr(constraints, name)(**kwargs)
    result = jax.jit(constraint)(jnp.asarray(WEIGHTS["matrix"], dtype))
    assert result.dtype == dtype
    np.testing.assert_allclose(
        result.astype("float32"), constraint(WEIGHTS["matrix"]), rtol=3e-2, atol=1e-2
    )


def test_norms_end_where_they_should():
    w = WEIGHTS["kernel"]
    norms = np.linalg.norm(constraints.MaxNorm(1.5, axis=(0, 1, 2))(w).reshape(-1, 5), axis=0)
    np.testing.assert_allclose(norms, 1.5, rtol=1e-6)
    norms = np.linalg.norm(constraints.UnitNorm(axis=(0, 1, 2))(w).reshape(-1, 5), axis=0)
    np.testing.assert_allclose(norms, 1, rtol=1e-5)


@pytest.mark.parametrize("name", ["MaxNorm", "NonNeg", "UnitNorm", "MinMaxNorm"])
def test_configuration_is_that_of_keras_and_makes_an_equal_object(name):
    ours = getattr(constraints, name)()
    assert ours.get_config() == getattr(keras.constraints, name)().get_config()
    again = constraints.deserialize(constraints.serialize(ours))
    assert type(again) is type(ours) and again.get_config() == ours.get_config()


def test_axes_survive_a_configuration():
    constraint = constraints.MaxNorm(1.0, axis=(0, 1, 2))
    again = constraints.deserialize(constraints.serialize(constraint))
    w = WEIGHTS["kernel"]
    np.testing.assert_array_equal(again(w), constraint(w))


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("max_norm", constraints.MaxNorm),
        ("maxnorm", constraints.MaxNorm),
        ("MaxNorm", constraints.MaxNorm),
        ("non_neg", constraints.NonNeg),
        ("nonneg", constraints.NonNeg),
        ("unit_norm", constraints.UnitNorm),
        ("unitnorm", constraints.UnitNorm),
        ("min_max_norm", constraints.MinMaxNorm),
    ],
)
def test_names_of_every_age(name, cls):
    assert type(constraints.get(name)) is cls
    assert getattr(constraints, name) is cls


def test_get_of_other_things():
    assert constraints.get(None) is None
    assert constraints.get(jnp.abs) is jnp.abs
    assert isinstance(constraints.get(constraints.NonNeg), constraints.NonNeg)
    assert constraints.get({"class_name": "MaxNorm", "config": {"max_value": 3}}).max_value == 3


def test_base_class_changes_nothing():
    np.testing.assert_array_equal(constraints.Constraint()(WEIGHTS["matrix"]), WEIGHTS["matrix"])


def test_custom_class_is_found_among_the_callers_objects():
    class Halve(constraints.Constraint):
        def __call__(self, w):
            return w / 2

    config = constraints.serialize(Halve())
    assert isinstance(constraints.deserialize(config, {"Halve": Halve}), Halve)
    with pytest.raises(ValueError, match="Unknown constraint: 'Halve'"):
        constraints.deserialize(config)


def test_misspelt_keyword_is_answered():
    with pytest.raises(TypeError, match="MaxNorm has no argument 'max_valu'. Did you mean"):
        constraints.MaxNorm(max_valu=1)

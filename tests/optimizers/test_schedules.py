"""Every schedule gives Keras's numbers, outside and inside of jit."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras.optimizers import schedules

keras = pytest.importorskip("keras")

STEPS = 64
CASES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.9}),
    (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.9, "staircase": True},
    ),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5}),
    (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True},
    ),
    ("PiecewiseConstantDecay", {"boundaries": [10, 20], "values": [1.0, 0.5, 0.1]}),
    ("PiecewiseConstantDecay", {"boundaries": [30], "values": [0.3, 0.2]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 20}),
    (
        "PolynomialDecay",
        {
            "initial_learning_rate": 0.1,
            "decay_steps": 20,
            "end_learning_rate": 0.01,
            "power": 0.5,
            "cycle": True,
        },
    ),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 30}),
    (
        "CosineDecay",
        {
            "initial_learning_rate": 0.01,
            "decay_steps": 30,
            "alpha": 0.1,
            "warmup_target": 0.2,
            "warmup_steps": 10,
        },
    ),
    ("CosineDecay", {"initial_learning_rate": 0.01, "decay_steps": 30, "warmup_target": 0.2}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 8}),
    (
        "CosineDecayRestarts",
        {
            "initial_learning_rate": 0.1,
            "first_decay_steps": 5,
            "t_mul": 1.5,
            "m_mul": 0.8,
            "alpha": 0.1,
        },
    ),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 8, "t_mul": 1.0, "m_mul": 0.5},
    ),
]


@pytest.fixture(params=CASES, ids=lambda case: case[0])
def pair(request):
    name, arguments = request.param
    ours, theirs = getattr(schedules, name), getattr(keras.optimizers.schedules, name)
    return ours(**arguments), theirs(**arguments)


def test_numbers(pair):
    ours, theirs = pair
    expected = jax.jit(jax.vmap(theirs))(jnp.arange(STEPS))
    for step in (0, 5, 21):
        np.testing.assert_allclose(ours(step), expected[step], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(jax.jit(ours)(jnp.arange(STEPS)), expected, rtol=1e-5, atol=1e-7)


def test_config_goes_to_keras_and_back(pair):
    ours, theirs = pair
    assert ours.get_config() == theirs.get_config()
    written = keras.optimizers.schedules.serialize(theirs)
    assert schedules.deserialize(written).get_config() == ours.get_config()


def test_type_is_floatx(pair):
    assert pair[0](3).dtype == jnp.float32
    assert not pair[0](jnp.int32(3)).weak_type


@pytest.mark.parametrize(
    "name", ["ExponentialDecay", "InverseTimeDecay", "PolynomialDecay", "CosineDecay"]
)
def test_decay_steps_are_positive(name):
    arguments = {"decay_rate": 0.5} if name in ("ExponentialDecay", "InverseTimeDecay") else {}
    with pytest.raises(ValueError, match="decay_steps=0"):
        getattr(schedules, name)(0.1, 0, **arguments)


def test_lengths_of_a_piecewise_schedule():
    with pytest.raises(ValueError, match="one boundary fewer than values"):
        schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])


def test_a_schedule_defines_call():
    with pytest.raises(NotImplementedError, match="Mine must define __call__"):
        type("Mine", (schedules.LearningRateSchedule,), {})()(0)


def test_unknown_schedule_suggests_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'CosineDecay'"):
        schedules.deserialize({"class_name": "CosineDecai", "config": {}})

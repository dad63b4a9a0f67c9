"""Policies of number types: the global one, and training under it."""

import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import mixed_precision
from jaxkeras.layers import BatchNormalization, Dense, Dropout

X = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


@pytest.fixture(autouse=True)
def _restore():
    yield
    mixed_precision.set_global_policy(None)


def test_the_global_policy_is_that_of_new_layers():
    before = Dense(1)
    mixed_precision.set_global_policy("mixed_bfloat16")
    assert mixed_precision.global_policy() == jaxkeras.DTypePolicy("mixed_bfloat16")
    after = Dense(1)
    assert (before.compute_dtype, after.compute_dtype) == ("float32", "bfloat16")
    assert Dense(1, dtype="float32").compute_dtype == "float32"
    assert after(X).dtype == jnp.bfloat16 and after.kernel.dtype == jnp.float32


def test_without_a_policy_the_float_type_counts():
    jaxkeras.config.set_floatx("bfloat16")
    try:
        assert jaxkeras.config.dtype_policy().name == Dense(1).dtype_policy.name == "bfloat16"
    finally:
        jaxkeras.config.set_floatx("float32")


def test_an_unknown_policy():
    with pytest.raises(ValueError, match="mixed_bfloat16"):
        mixed_precision.set_global_policy("mixed_float32")


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_training(policy):
    mixed_precision.set_global_policy(policy)
    model = jaxkeras.Sequential(
        [
            Dense(16, activation="relu"),
            BatchNormalization(),
            Dropout(0.1),
            Dense(1, activation="sigmoid", dtype="float32"),
        ]
    )
    model.compile(jaxkeras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["acc"])
    hist = model.fit(X, Y, epochs=15, batch_size=16, verbose=0)
    assert hist.history["acc"][-1] > 0.85 and hist.history["loss"][-1] < 0.5
    assert {weight.dtype for weight in model.weights} == {jnp.dtype("float32")}
    is_scaled = isinstance(model.optimizer, mixed_precision.LossScaleOptimizer)
    assert is_scaled == (policy == "mixed_float16")


def test_the_scale_can_be_left_out():
    model = jaxkeras.Sequential([Dense(1)])
    model.compile("sgd", "mse")
    assert isinstance(model.optimizer, jaxkeras.optimizers.SGD)
    mixed_precision.set_global_policy("mixed_float16")
    model = jaxkeras.Sequential([Dense(1)])
    model.compile("sgd", "mse", auto_scale_loss=False)
    assert isinstance(model.optimizer, jaxkeras.optimizers.SGD)


def test_double_precision_where_jax_has_it():
    import jax

    with jax.enable_x64(True):
        jaxkeras.config.set_floatx("float64")
        try:
            layer = Dense(2)
            outputs = layer(np.ones((1, 3)))
            assert outputs.dtype == layer.kernel.dtype == jnp.float64
        finally:
            jaxkeras.config.set_floatx("float32")

"""Global settings that change what other code does."""

import jax
import numpy as np
import pytest

import jaxkeras
from jaxkeras import config, dtype_policies
from jaxkeras.layers import Dense

keras = pytest.importorskip("keras")


def frames(error):
    count, trace = 0, error.__traceback__
    while trace is not None:
        count, trace = count + 1, trace.tb_next
    return count


def test_traces_of_errors_leave_frames_out_unless_told():
    def fail(x):
        raise ValueError("mine")

    assert config.is_traceback_filtering_enabled()
    counts = []
    for switch in (config.disable_traceback_filtering, config.enable_traceback_filtering):
        switch()
        with pytest.raises(ValueError, match="mine") as caught:
            jax.jit(fail)(1.0)
        counts.append(frames(caught.value))
    assert counts[0] > counts[1]


@pytest.mark.parametrize(
    ("get", "set_to"),
    [
        (config.max_epochs, config.set_max_epochs),
        (config.max_steps_per_epoch, config.set_max_steps_per_epoch),
    ],
)
def test_limits_are_numbers_or_none(get, set_to):
    assert get() is None
    set_to(3)
    assert get() == 3
    with pytest.raises(ValueError, match="Received: -1"):
        set_to(-1)
    set_to(None)
    assert get() is None


@pytest.mark.parametrize(
    "identifier",
    [
        None,
        "mixed_bfloat16",
        "float16",
        np.float32,
        dtype_policies.DTypePolicy("mixed_float16"),
        {"class_name": "DTypePolicy", "config": {"name": "bfloat16"}},
        {"class_name": "FloatDTypePolicy", "config": {"name": "mixed_bfloat16"}},
        keras.dtype_policies.serialize(keras.dtype_policies.DTypePolicy("mixed_float16")),
    ],
)
def test_policies_by_whatever_stands_for_them(identifier):
    policy = dtype_policies.get(identifier)
    if isinstance(identifier, dtype_policies.DTypePolicy):
        identifier = identifier.name
    reference = keras.dtype_policies.get(identifier)
    assert policy.name == reference.name
    assert policy.compute_dtype == reference.compute_dtype
    assert policy.variable_dtype == reference.variable_dtype
    assert dtype_policies.serialize(policy)["config"] == {"name": reference.name}
    assert Dense(1, dtype=policy).compute_dtype == reference.compute_dtype


def test_a_policy_without_a_name_is_the_global_one():
    config.set_dtype_policy("mixed_bfloat16")
    try:
        assert jaxkeras.DTypePolicy() == jaxkeras.FloatDTypePolicy("mixed_bfloat16")
    finally:
        config.set_dtype_policy(None)
    for wrong in (3, "mixed_int8", "flaot32"):
        with pytest.raises((TypeError, ValueError), match="flaot32|policy"):
            jaxkeras.DTypePolicy(wrong)

"""What all optimizers share: the learning rate, the state, names and configurations."""

import copy
import json
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from jaxkeras import optimizers
from jaxkeras.optimizers import schedules
from jaxkeras.optimizers.learning_rate import LearningRate
from jaxkeras.registry import custom_object_scope

NAMES = [
    "SGD", "RMSprop", "Adam", "AdamW", "Nadam", "Adamax", "Adagrad", "Adadelta", "Lion",
    "Adafactor", "Ftrl", "Lamb", "Muon", "ScheduleFreeAdamW",
]  # fmt: skip
WRAPPED = {
    "LossScaleOptimizer": lambda: optimizers.LossScaleOptimizer(optimizers.SGD(), 8.0),
    "MultiOptimizer": lambda: optimizers.MultiOptimizer(
        optimizers.OptimizerMap(optimizers.SGD(), {"bias": optimizers.Adam()})
    ),
    "accumulating": lambda: optimizers.SGD(gradient_accumulation_steps=2),
    "averaging": lambda: optimizers.SGD(use_ema=True, ema_overwrite_frequency=2),
}


@pytest.fixture(params=NAMES)
def optimizer(request):
    return getattr(optimizers, request.param)()


@pytest.fixture(params=NAMES + list(WRAPPED))
def any_optimizer(request):
    return WRAPPED.get(request.param, getattr(optimizers, request.param, None))()


@pytest.fixture
def params():
    return {"kernel": jnp.ones((2, 3)), "bias": jnp.zeros(3)}


def train_step(optimizer):
    """A jitted step with a donated carry, and the list that grows whenever it is traced."""
    traces = []

    def step(params, opt_state):
        traces.append(None)
        updates, opt_state = optimizer.update(params, opt_state, params)
        return optax.apply_updates(params, updates), opt_state

    return jax.jit(step, donate_argnums=(0, 1)), traces


# The state


def test_state_holds_arrays_only_and_keeps_its_shapes(any_optimizer, params):
    optimizer = any_optimizer
    opt_state = optimizer.init(params)
    assert all(isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(opt_state))
    assert not any(leaf.weak_type for leaf in jax.tree.leaves(opt_state))
    _, after = optimizer.update(params, opt_state, params)
    assert jax.tree.structure(after) == jax.tree.structure(opt_state)
    assert jax.tree.map(jax.typeof, after) == jax.tree.map(jax.typeof, opt_state)
    optimizer.adopt(after)
    assert optimizer.iterations == 1


def test_donated_state_runs_without_retracing(any_optimizer, params):
    optimizer = any_optimizer
    step, traces = train_step(optimizer)
    opt_state = jax.jit(optimizer.init)(params)
    for _ in range(3):
        params, opt_state = step(params, opt_state)
    assert len(traces) == 1
    optimizer.adopt(opt_state)
    assert optimizer.iterations == 3


def test_init_and_update_inside_scan_equal_steps_one_by_one(any_optimizer, params):
    optimizer = any_optimizer

    def body(carry, _):
        params, opt_state = carry
        updates, opt_state = optimizer.update(params, opt_state, params)
        return (optax.apply_updates(params, updates), opt_state), None

    @jax.jit
    def whole(params):
        return jax.lax.scan(body, (params, optimizer.init(params)), length=4)[0]

    carry = (params, optimizer.init(params))
    for _ in range(4):
        carry, _ = body(carry, None)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), whole(params), carry)


def test_update_may_be_called_without_params(optimizer, params):
    opt_state = optimizer.init(params)
    if optimizer.weight_decay or optimizer.reads_params:
        with pytest.raises(ValueError, match="needs the parameters"):
            optimizer.update(params, opt_state)
    else:
        given = optimizer.update(params, opt_state, params)
        jax.tree.map(np.testing.assert_array_equal, optimizer.update(params, opt_state), given)


def test_powers_of_beta_are_computed_once_not_per_leaf():
    def powers(leaves):
        params = {str(i): jnp.ones(2) for i in range(leaves)}
        optimizer = optimizers.Adam()
        jaxpr = jax.make_jaxpr(optimizer.update)(params, optimizer.init(params), params)
        return sum(equation.primitive.name == "pow" for equation in jaxpr.eqns)

    assert powers(1) == powers(5) == 2


def test_is_a_transformation_for_optax_and_flax(params):
    chain = optax.chain(optax.clip(0.5), optimizers.SGD(1.0))
    updates, _ = chain.update(params, chain.init(params), params)
    np.testing.assert_array_equal(updates["kernel"], -0.5)
    model = nnx.Linear(2, 3, rngs=nnx.Rngs(0))
    before = model.bias[...]
    nnx.Optimizer(model, optimizers.SGD(0.5), wrt=nnx.Param).update(
        model, jax.tree.map(jnp.ones_like, nnx.state(model, nnx.Param))
    )
    np.testing.assert_array_equal(model.bias[...], before - 0.5)


# The learning rate


@pytest.mark.parametrize("how", ["set", "assign", "alias"])
def test_changing_the_rate_retraces_nothing(how, params):
    optimizer = optimizers.SGD(1.0)
    step, traces = train_step(optimizer)
    opt_state = optimizer.sync(optimizer.init(params))
    for _ in range(2):
        params, opt_state = step(params, opt_state)
    np.testing.assert_array_equal(params["kernel"], 0.0)
    match how:
        case "set":
            optimizer.learning_rate = 0.5
        case "assign":
            optimizer.learning_rate.assign(0.5)
        case "alias":
            optimizer.lr = 0.5
    params = jax.tree.map(jnp.ones_like, params)
    params, opt_state = step(params, optimizer.sync(opt_state))
    np.testing.assert_array_equal(params["kernel"], 0.5)
    params, opt_state = step(params, optimizer.sync(opt_state))
    assert len(traces) == 1
    assert step._cache_size() == 1


def test_the_rate_reads_like_a_float_and_like_a_keras_variable():
    rate = optimizers.Adam(0.01).learning_rate
    assert isinstance(rate, float) and isinstance(rate, LearningRate)
    assert rate == 0.01 and repr(rate) == "0.01" and f"{rate:.3f}" == "0.010"
    assert rate.numpy().dtype == np.float32 and rate.numpy().shape == ()
    assert rate.value.dtype == jnp.float32
    assert json.dumps({"learning_rate": rate}) == '{"learning_rate": 0.01}'
    assert type(pickle.loads(pickle.dumps(rate))) is float
    np.testing.assert_allclose(jnp.ones(2) * rate, 0.01)


def test_with_learning_rate_is_pure_and_sync_writes_once(params):
    optimizer = optimizers.SGD(0.1)
    opt_state = optimizer.init(params)
    other = optimizer.with_learning_rate(opt_state, optimizer.learning_rate / 2)
    assert float(other.hyperparams["learning_rate"]) == pytest.approx(0.05)
    assert float(opt_state.hyperparams["learning_rate"]) == pytest.approx(0.1)
    assert jax.jit(optimizer.with_learning_rate)(opt_state, 0.3).hyperparams["learning_rate"] == 0.3
    assert optimizer.sync(other) is other
    optimizer.learning_rate = 0.2
    assert float(optimizer.sync(other).hyperparams["learning_rate"]) == pytest.approx(0.2)
    assert optimizer.sync(other) is other


def test_sync_of_an_assigned_rate_keeps_it_strongly_typed(params):
    optimizer = optimizers.SGD(0.1)
    optimizer.learning_rate = optimizers.SGD(0.2).learning_rate
    assert not optimizer.sync(optimizer.init(params)).hyperparams["learning_rate"].weak_type


def test_adopt_takes_over_a_restored_state(params):
    saved = optimizers.SGD(0.3)
    _, opt_state = saved.update(params, saved.init(params), params)
    optimizer = optimizers.SGD(0.1)
    optimizer.learning_rate = 0.7
    optimizer.adopt(opt_state)
    assert optimizer.learning_rate == 0.3 and optimizer.iterations == 1
    assert optimizer.sync(opt_state) is opt_state


def test_a_schedule_is_followed_and_cannot_be_set(params):
    optimizer = optimizers.SGD(schedules.InverseTimeDecay(1.0, 1, 1.0), name="mine")
    opt_state = optimizer.init(params)
    for expected in (1.0, 1 / 2, 1 / 3):
        assert optimizer.learning_rate == pytest.approx(expected)
        updates, opt_state = optimizer.update({"bias": jnp.ones(3)}, opt_state)
        np.testing.assert_allclose(updates["bias"], -expected, rtol=1e-6)
        assert float(opt_state.hyperparams["learning_rate"]) == pytest.approx(expected)
        optimizer.iterations += 1
    with pytest.raises(TypeError, match="SGD 'mine' follows a schedule.*number as learning_rate"):
        optimizer.learning_rate = 0.1
    with pytest.raises(TypeError, match="follows a schedule"):
        optimizer.learning_rate.assign(0.1)
    assert optimizer.sync(opt_state) is opt_state


def test_any_function_of_the_step_is_a_schedule(params):
    optimizer = optimizers.SGD(optax.linear_schedule(1.0, 0.0, 4))
    opt_state = optimizer.init(params)._replace(count=jnp.int32(3))
    updates, _ = optimizer.update({"bias": jnp.ones(3)}, opt_state)
    np.testing.assert_allclose(updates["bias"], -0.25)
    optimizer.iterations = 2
    assert optimizer.learning_rate == 0.5


def test_a_schedule_may_replace_the_rate(params):
    optimizer = optimizers.SGD(0.1)
    assert optimizer.schedule is None
    optimizer.learning_rate = schedule = schedules.CosineDecay(0.5, 10)
    assert optimizer.schedule is schedule and optimizer.learning_rate == 0.5


# Arguments


def test_spellings_of_keras_2_become_todays_arguments():
    config = optimizers.SGD(lr=0.5, momentum=0.9).get_config()
    assert config["learning_rate"] == 0.5 and "lr" not in config and "decay" not in config
    config = optimizers.SGD(lr=0.5, decay=0.1).get_config()
    assert config["learning_rate"]["class_name"] == "InverseTimeDecay"
    optimizer = optimizers.SGD.from_config(config)
    optimizer.iterations = 10
    assert optimizer.learning_rate == pytest.approx(0.25)
    assert optimizers.SGD(decay=0.0).schedule is None
    assert optimizers.Adam(epsilon=None).epsilon == 1e-7


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"learning_rate": "fast"}, TypeError, "SGD 'sgd' expected learning_rate.*'fast'"),
        ({"clipnorm": 1.0, "clipvalue": 1.0}, ValueError, "clips in one way.*clipvalue"),
        ({"clipnorm": -1.0}, ValueError, "positive limit.*-1.0"),
        ({"use_ema": True, "ema_momentum": 1.5}, ValueError, "ema_momentum from 0 to 1.*1.5"),
        ({"use_ema": True, "ema_overwrite_frequency": -1}, ValueError, "at least 1.*-1"),
        ({"gradient_accumulation_steps": 1}, ValueError, "accumulation_steps of at least 2.*1"),
        ({"momentum": 1.5}, ValueError, "momentum between 0 and 1.*1.5"),
        ({"learning_rate": schedules.CosineDecay(1.0, 2), "decay": 0.1}, TypeError, "not both"),
        ({"momentun": 0.9}, TypeError, "no argument 'momentun'. Did you mean 'momentum'"),
    ],
)
def test_wrong_arguments_are_explained(arguments, error, message):
    with pytest.raises(error, match=message):
        optimizers.SGD(**arguments)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optimizers.Lion(beta_1=0.0), "beta_1 above 0"),
        (lambda: optimizers.Adagrad(initial_accumulator_value=-1.0), "at least 0"),
        (lambda: optimizers.AdamW(weight_decay=None), "use Adam"),
        (lambda: optimizers.Ftrl(learning_rate_power=0.5), "learning_rate_power of at most 0.*0.5"),
        (lambda: optimizers.Ftrl(l1_regularization_strength=-1.0), "l1_.* at least 0.*-1.0"),
    ],
)
def test_limits_of_single_optimizers(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_subclass_must_have_a_rule(params):
    with pytest.raises(NotImplementedError, match="Mine must define update_step.* or rule"):
        type("Mine", (optimizers.Optimizer,), {})().init(params)


# Configurations and names


def test_config_round_trip(optimizer):
    optimizer.learning_rate = 0.125
    again = type(optimizer).from_config(json.loads(json.dumps(optimizer.get_config())))
    assert again.get_config() == optimizer.get_config()
    assert again.learning_rate == 0.125 and again.name == type(optimizer).__name__.lower()


@pytest.mark.parametrize("name", NAMES)
def test_config_goes_to_keras_and_back(name):
    keras = pytest.importorskip("keras")
    arguments = {
        "name": "mine", "clipnorm": 1.0, "use_ema": True, "ema_overwrite_frequency": 7,
        "loss_scale_factor": 2.0, "gradient_accumulation_steps": 3,
    }  # fmt: skip
    theirs = getattr(keras.optimizers, name)(0.5, **arguments)
    ours = getattr(optimizers, name)(0.5, **arguments)
    written = theirs.get_config()
    assert ours.get_config() == {key: written[key] for key in ours.get_config()}
    assert optimizers.get(keras.optimizers.serialize(theirs)).get_config() == ours.get_config()
    assert type(theirs).from_config(ours.get_config()).get_config() == written


def test_config_with_a_schedule_of_keras():
    keras = pytest.importorskip("keras")
    theirs = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 10))
    assert optimizers.get(keras.optimizers.serialize(theirs)).schedule.decay_steps == 10


def test_arguments_of_keras_2_without_effect_are_passed_over():
    config = {"jit_compile": True, "is_legacy_optimizer": False, "ema_overwrite_frequency": None}
    assert optimizers.Adam.from_config(config).get_config() == optimizers.Adam().get_config()
    with pytest.raises(TypeError, match="no argument 'ema_momentun'"):
        optimizers.Adam.from_config({"ema_momentun": 0.9})


def test_a_subclass_with_a_constructor_of_its_own_round_trips():
    class Mine(optimizers.SGD):
        def __init__(self, strength=2.0):
            super().__init__(strength / 10)

    assert Mine.from_config(Mine(3.0).get_config()).learning_rate == pytest.approx(0.3)


def test_copies_are_independent():
    optimizer = optimizers.SGD(0.1)
    twin = copy.deepcopy(optimizer)
    twin.learning_rate.assign(0.5)
    assert optimizer.learning_rate == 0.1 and twin.learning_rate == 0.5


@pytest.mark.parametrize("name", NAMES)
def test_get_by_name_in_any_case_by_class_and_by_config(name):
    cls = getattr(optimizers, name)
    for identifier in (name, name.lower(), name.upper(), cls, {"class_name": name, "config": {}}):
        assert type(optimizers.get(identifier)) is cls
    optimizer = cls()
    assert optimizers.get(optimizer) is optimizer


def test_get_finds_custom_objects():
    class Mine(optimizers.SGD):
        pass

    with custom_object_scope({"Mine": Mine}):
        assert type(optimizers.get("Mine")) is Mine


def test_get_explains_what_it_cannot_use():
    with pytest.raises(ValueError, match="Unknown optimizer: 'adan'. Did you mean 'adam'"):
        optimizers.get("adan")
    with pytest.raises(TypeError, match=r"such as optax.adam\(1e-3\).*function adam"):
        optimizers.get(optax.adam)
    with pytest.raises(TypeError, match="Expected"):
        optimizers.get(3)
    with pytest.raises(TypeError, match="Expected an optimizer"):
        optimizers.get(None)


def test_serialize_and_deserialize():
    class Mine(optimizers.SGD):
        pass

    written = json.loads(json.dumps(optimizers.serialize(Mine(0.5))))
    assert type(optimizers.deserialize(written, {"Mine": Mine})) is Mine
    with pytest.raises(ValueError, match="Unknown optimizer: 'Mine'"):
        optimizers.deserialize(written)

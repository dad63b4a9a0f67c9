"""Names of metrics, their pure functions, and metrics of one's own."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import losses, metrics

keras = pytest.importorskip("keras")


keras = pytest.importorskip("keras")
CLOSE = {"rtol": 1e-5, "atol": 1e-6}
SIZES = (5, 5, 3)  # of the batches; the last one is a partial batch


def bits(rng, n):
    return rng.integers(0, 2, size=(n, 4)), rng.uniform(size=(n, 4))


def batches(data, is_weighted=True):
    rng = np.random.default_rng(0)
    for size in SIZES:
        y_true, y_pred = data(rng, size)
        if y_pred.dtype == "float64":
            y_pred = y_pred.astype("float32")
        weights = rng.uniform(0, 2, size=size).astype("float32") if is_weighted else None
        yield y_true, y_pred, weights


@pytest.mark.parametrize("name", ["Mean", "Sum"])
@pytest.mark.parametrize(
    ("values", "weights"),
    [
        ((), None), ((), ()), ((4,), None), ((4,), (4,)), ((4,), (4, 1)), ((4, 1), (4,)),
        ((4, 3), None), ((4, 3), (4,)), ((4, 3), (4, 3)), ((4, 3, 2), (4, 3)), ((4, 3, 2), ()),
    ],
)  # fmt: skip
def test_reduction_of_any_shape_equals_keras(name, values, weights):
    rng = np.random.default_rng(0)
    values = rng.normal(size=values).astype("float32")
    weights = None if weights is None else rng.uniform(size=weights).astype("float32")
    ours, theirs = (getattr(module, name)() for module in (metrics, keras.metrics))
    np.testing.assert_allclose(ours(values, weights), theirs(values, weights), **CLOSE)
    np.testing.assert_allclose(ours(2 * values, weights), theirs(2 * values, weights), **CLOSE)


def test_partial_batches_count_by_their_samples():
    metric = metrics.BinaryAccuracy()
    metric.update_state([1, 1, 1, 1], [0.9, 0.9, 0.9, 0.9])
    metric.update_state([1], [0.1])
    assert float(metric.result()) == pytest.approx(4 / 5)


def test_a_function_sees_arrays_of_one_rank():
    metric = metrics.get(lambda y_true, y_pred: jnp.abs(y_true - y_pred))
    assert float(metric(np.array([1.0, 2.0]), np.array([[1.0], [4.0]]))) == 1.0


def test_names_in_the_history_are_those_of_keras():
    def my_metric(y_true, y_pred):
        return jnp.abs(y_true - y_pred)

    def requested(module):
        return [
            "acc", "mse", "mae", "MSE", "mean_squared_error", "RootMeanSquaredError", my_metric,
            module.metrics.mean_squared_error, module.losses.MeanAbsoluteError(),
            module.metrics.Precision, module.metrics.Recall(name="found"),
        ]  # fmt: skip

    class ours:
        losses, metrics = losses, metrics

    keras.utils.clear_session()
    x, y = np.random.normal(size=(10, 3)), np.random.uniform(size=10)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=requested(keras))
    history = model.fit(x, y, verbose=0).history
    names = [metrics.resolve(m, (10,), (10, 1)).name for m in requested(ours)]
    assert len(set(names)) == len(names) - 1  # the same name twice; a trainer numbers the second
    assert set(names) | {"loss", "mean_squared_error_1"} == set(history)


def test_every_name_in_the_catalog_of_keras_is_known():
    from keras.src.metrics import ALL_OBJECTS_DICT

    from jaxkeras.metrics.metric import catalog

    def plain(names):
        return {name.lower().replace("_", "") for name in names}

    assert plain(ALL_OBJECTS_DICT) - plain(catalog.names()) == {"metric"}


def test_get_takes_names_classes_functions_and_metrics():
    assert isinstance(metrics.get(metrics.MeanSquaredError), metrics.MeanSquaredError)
    metric = metrics.Mean(name="mine")
    assert metrics.get(metric) is metric
    assert metrics.get(None) is None
    assert metrics.get(losses.huber).name == "huber"
    assert metrics.get("huber").name == "huber"
    with pytest.raises(ValueError, match=r"Unknown metric: 'acuracy'. Did you mean 'accuracy'\?"):
        metrics.get("acuracy")


def test_metrics_share_the_functions_of_the_losses():
    assert metrics.mean_squared_error is losses.mean_squared_error
    assert metrics.get("mse").fn is losses.mean_squared_error


def test_a_wrapped_function_survives_its_configuration():
    def my_metric(y_true, y_pred):
        return y_true * y_pred

    metric = metrics.MeanMetricWrapper(my_metric, name="mine")
    again = metrics.deserialize(metrics.serialize(metric), {"my_metric": my_metric})
    assert (again.fn, again.name) == (my_metric, "mine")


class BinaryTruePositives(metrics.Metric):
    """The example of Keras's guide."""

    def __init__(self, name="binary_true_positives", **kwargs):
        super().__init__(name=name, **kwargs)
        self.true_positives = self.add_variable(shape=(), initializer="zeros", name="tp")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = jnp.asarray(y_true, bool), jnp.asarray(y_pred, bool)
        values = jnp.asarray(y_true & y_pred, self.dtype)
        if sample_weight is not None:
            values = values * sample_weight
        self.true_positives.assign(self.true_positives + jnp.sum(values))

    def result(self):
        return self.true_positives

    def reset_state(self):
        self.true_positives.assign(0)


class Huber(metrics.Metric):
    """As books on Keras 2 write it."""

    def __init__(self, threshold=1.0, **kwargs):
        super().__init__(**kwargs)
        self.threshold = threshold
        self.total = self.add_weight("total", initializer="zeros")
        self.count = self.add_weight("count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        values = losses.huber(y_true, y_pred, self.threshold)
        self.total.assign_add(jnp.sum(values))
        self.count.assign_add(values.size)

    def result(self):
        return self.total / self.count


class F1(metrics.Metric):
    """A metric made of metrics."""

    def __init__(self, name="f1", **kwargs):
        super().__init__(name=name, **kwargs)
        self.precision = metrics.Precision()
        self.others = [metrics.Recall()]

    def update_state(self, y_true, y_pred, sample_weight=None):
        for metric in (self.precision, *self.others):
            metric.update_state(y_true, y_pred, sample_weight)

    def result(self):
        p, r = self.precision.result(), self.others[0].result()
        return {"f1": 2 * p * r / (p + r), "precision": p}


def test_metric_of_the_guide_works_as_shell_and_as_pure_functions():
    metric = BinaryTruePositives(dtype="float32")
    y_true, y_pred = np.array([0, 1, 1, 1]), np.array([1, 1, 1, 0])
    assert float(metric(y_true, y_pred)) == 2.0
    state = jax.jit(metric.update)(metric.empty(), y_true, y_pred, np.array([1.0, 0.5, 1.0, 1.0]))
    assert list(state) == ["tp"]
    assert isinstance(metric.compute(state), jax.Array)
    assert float(metric.compute(state)) == 1.5
    assert float(metric.result()) == 2.0
    metric.reset_states()
    assert float(metric.result()) == 0.0
    assert metric.get_config() == {"name": "binary_true_positives", "dtype": "float32"}


def test_metric_of_keras_2_books_works():
    metric = Huber(2.0)
    assert (metric.name, metric.get_config()["threshold"]) == ("huber", 2.0)
    state = metric.update(metric.empty(), np.zeros((2, 1)), np.array([[1.0], [4.0]]))
    assert float(metric.compute(state)) == pytest.approx((0.5 + 6.0) / 2)


def test_a_metric_may_hold_metrics():
    metric, (y_true, y_pred, weights) = F1(), next(batches(bits))
    state = jax.jit(metric.update)(metric.empty(), y_true, y_pred, weights[:, None])
    assert set(state) == {"precision", "others_0"}
    metric.update_state(y_true, y_pred, weights[:, None])
    for name, value in metric.result().items():
        np.testing.assert_allclose(metric.compute(state)[name], value, **CLOSE)
    metric.reset_state()
    assert metric.precision.true_positives.numpy().tolist() == [0.0]


def test_a_failing_update_leaves_the_metric_as_it_was():
    class Failing(metrics.Mean):
        def update_state(self, values, sample_weight=None):
            super().update_state(values, sample_weight)
            raise RuntimeError("halfway")

    metric = Failing()
    with pytest.raises(RuntimeError, match="halfway"):
        jax.jit(metric.update)(metric.empty(), jnp.ones(3))
    assert float(metric.total) == 0.0  # and no tracer


def test_variables_may_be_added_by_the_first_update():
    class Late(metrics.Metric):
        def update_state(self, y_true, y_pred, sample_weight=None):
            if not hasattr(self, "sums"):
                self.sums = self.add_variable(shape=y_pred.shape[1:], name="sums")
            self.sums.assign_add(jnp.sum(y_pred, axis=0))

        def result(self):
            return jnp.max(self.sums)

    metric = Late()
    jax.eval_shape(metric.update, metric.empty(), jnp.ones((3, 2)), jnp.ones((3, 2)))
    state = jax.jit(metric.update)(metric.empty(), jnp.ones((3, 2)), jnp.ones((3, 2)))
    assert float(metric.compute(state)) == 3.0


def test_states_share_no_array_so_they_can_be_donated():
    metric = metrics.Mean()
    update = jax.jit(metric.update, donate_argnums=0)
    for _ in range(2):
        state = update(metric.empty(), jnp.ones(3))
        state = update(state, jnp.zeros(3))
        assert float(metric.compute(state)) == 0.5
    assert float(metric.result()) == 0.0


def test_variables_start_from_and_return_to_their_initial_value():
    class Least(metrics.Metric):
        def __init__(self):
            super().__init__()
            self.least = self.add_variable((), initializer=lambda s, dtype: jnp.full(s, jnp.inf))

        def update_state(self, values):
            self.least.assign(jnp.minimum(self.least, jnp.min(values)))

        def result(self):
            return self.least

    metric = Least()
    assert float(metric(jnp.array([3.0, 2.0]))) == 2.0
    assert float(metric.compute(metric.empty())) == np.inf
    metric.reset_state()
    assert float(metric.result()) == np.inf


def test_variable_calculates_like_its_array():
    variable = metrics.MetricVariable(jnp.array([1.0, 4.0]), "v")
    assert (np.float32(2) * variable).tolist() == [2.0, 8.0]
    assert (jnp.ones(2) - variable).tolist() == [0.0, -3.0]
    assert (variable / variable.sum()).tolist() == pytest.approx([0.2, 0.8])
    assert (-variable > 0).tolist() == [False, False]
    assert jnp.sqrt(variable).tolist() == np.sqrt(variable).tolist() == [1.0, 2.0]
    assert (variable[1], len(variable), variable.shape) == (4.0, 2, (2,))
    assert jax.jit(lambda x: x + jnp.sum(variable))(1.0) == 6.0
    np.testing.assert_array_equal(np.asarray(variable), variable.numpy())
    variable.assign_sub(1.0)
    assert variable.value.tolist() == [0.0, 3.0]


def test_messages_for_those_who_write_a_metric():
    class Forgetful(metrics.Metric):
        def __init__(self):
            self.total = self.add_variable((), name="total")

    with pytest.raises(RuntimeError, match=r"Forgetful adds .*super\(\).__init__\(\)"):
        Forgetful()
    with pytest.raises(ValueError, match=r'variable "total" has the shape \(\).*\(3,\).*jnp.sum'):
        metrics.Mean().total.assign(jnp.ones(3))
    with pytest.raises(NotImplementedError, match="update_state"):
        metrics.Metric().update_state([1], [1])
    with pytest.raises(ValueError, match="thresholds of precision .* from 0 to 1. Received: 1.5"):
        metrics.Precision(thresholds=1.5)


def test_variables_of_one_name_are_numbered():
    metric = metrics.Metric()
    names = [metric.add_weight(name=name).name for name in ("a", "a", "a_1", "a", None)]
    assert names == ["a", "a_1", "a_1_1", "a_2", "variable"]
    assert list(metric.empty()) == sorted(names)

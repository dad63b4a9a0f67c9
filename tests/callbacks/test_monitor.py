"""Finding the value that is watched, and which way it is better."""

import inspect
import types

import pytest

from jaxkeras import losses, metrics
from jaxkeras.callbacks import EarlyStopping, MonitorCallback, ReduceLROnPlateau
from jaxkeras.callbacks.log_names import absence_of, find_name
from jaxkeras.callbacks.monitor import direction

keras = pytest.importorskip("keras")


def keras_metrics():
    """An object of every metric of Keras that can be made without much ado."""
    for kind in vars(keras.metrics).values():
        if not inspect.isclass(kind) or kind.__name__ in ("MeanMetricWrapper", "Metric"):
            continue
        for arguments in [(), (0.5,), (2,), (2, [0])]:
            try:
                yield kind(*arguments)
                break
            except (TypeError, ValueError):
                continue


def test_every_class_goes_the_way_of_keras():
    ways = {"up": "max", "down": "min", None: None}
    expected = {type(m).__name__: ways[getattr(m, "_direction", None)] for m in keras_metrics()}
    assert len(expected) > 35 and expected["TruePositives"] is None
    found = {}
    for name in expected:
        metric = type(name, (), {"name": "m"})()
        found[name] = direction("val_m", types.SimpleNamespace(metrics=[metric]))
    assert found == expected


@pytest.mark.parametrize("prefix", ["", "val_"])
def test_names_that_compile_takes(prefix):
    for name in metrics.metric.catalog.names():
        ours = direction(prefix + name)
        try:
            theirs = keras.metrics.get(name)
        except (TypeError, ValueError):
            continue
        way = getattr(theirs, "_direction", None)
        assert ours == {"up": "max", "down": "min", None: None}[way], name


def test_loss_functions_are_better_small():
    assert direction("huber") == "min"
    metric = metrics.MeanMetricWrapper(losses.mean_absolute_error, name="error")
    assert direction("val_error", types.SimpleNamespace(metrics=[metric])) == "min"


def test_own_metrics():
    class Sharpness(metrics.Metric):
        _direction = "up"

    class Exact(metrics.BinaryAccuracy):
        pass

    model = types.SimpleNamespace(
        metrics=[Sharpness(), Exact(name="exact"), metrics.MeanMetricWrapper(max, name="largest")]
    )
    assert direction("sharpness", model) == direction("val_exact", model) == "max"
    assert direction("largest", model) is None


@pytest.mark.parametrize("kind", [MonitorCallback, EarlyStopping, ReduceLROnPlateau])
def test_unknown_direction(kind):
    callback = kind("val_sharpness")
    with pytest.raises(ValueError, match=f"{kind.__name__} cannot tell.*'val_sharpness'.*mode="):
        callback.watched({"val_sharpness": 0.5})
    assert kind("val_sharpness", mode="max").watched({"val_sharpness": 0.5}) == 0.5


@pytest.mark.parametrize(
    ("monitor", "logs", "message"),
    [
        ("los", {"acc": 0.5, "loss": 1.0}, "waits for 'los'.*hold: acc, loss. Did you mean 'loss'"),
        ("val_los", {"loss": 1.0, "val_loss": 1.0}, "Did you mean 'val_loss'"),
        ("val_loss", {"loss": 1.0}, "hold: loss. .*pass validation_data="),
        ("loss", {}, "hold: nothing yet"),
        ("loss", None, "hold: nothing yet"),
    ],
)
def test_value_that_is_not_there(monitor, logs, message):
    callback = MonitorCallback(monitor)
    with pytest.warns(UserWarning, match=message):
        assert callback.watched(logs) is None


@pytest.mark.parametrize("name", ["acc", "accuracy"])
@pytest.mark.parametrize("prefix", ["", "val_"])
def test_both_names_of_accuracy(prefix, name):
    for recorded in ("acc", "accuracy"):
        callback = MonitorCallback(prefix + name)
        assert callback.watched({prefix + recorded: 0.5, "loss": 1.0}) == 0.5
        assert callback.improves(0.6, on=0.5)


def test_unknown_mode():
    with pytest.warns(UserWarning, match="Received: 'maxi'. Did you mean 'max'"):
        assert MonitorCallback("loss", mode="maxi").mode == "auto"


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("min_delta", [0.0, 0.25, -0.25, 1e-8])
def test_improvements_are_those_of_keras(mode, min_delta):
    monitor = keras.src.callbacks.monitor_callback.MonitorCallback
    theirs = monitor("loss", mode, min_delta=min_delta)
    theirs._set_monitor_op()
    ours = MonitorCallback("loss", mode, min_delta=min_delta)
    ours.watched({"loss": 0.0})
    for value in (0.0, 0.25, 0.5, 0.5 + 1e-9, 0.75, 1.0, float("inf"), float("nan")):
        for other in (None, 0.5, 0.75, float("nan")):
            assert ours.improves(value, other) == bool(theirs._is_improvement(value, other))


def test_other_names():
    assert find_name("lr", ["learning_rate"]) == "learning_rate"
    assert find_name("acc", ["acc", "accuracy"]) == "acc"
    assert find_name("loss", ["val_loss"]) is None
    assert absence_of("loss", ["val_loss"]) == "val_loss. Did you mean 'val_loss'?"

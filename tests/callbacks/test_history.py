"""What `History` records, answers, and draws."""

import copy
import json
import pickle
import sys

import pytest

from jaxkeras.callbacks import CallbackList, History

EPOCHS = [
    {"accuracy": 0.5, "loss": 0.7, "val_accuracy": 0.4, "val_loss": 0.8},
    {"accuracy": 0.75, "loss": 0.4, "val_accuracy": 0.6, "val_loss": 0.5},
]


def recorded(epochs=EPOCHS, first=0):
    history = History()
    history.on_train_begin()
    for epoch, logs in enumerate(epochs, first):
        history.on_epoch_end(epoch, logs)
    return history


def test_records_as_keras():
    keras = pytest.importorskip("keras")

    class Model:
        pass

    results = []
    for module in (keras.callbacks, sys.modules[CallbackList.__module__.rpartition(".")[0]]):
        history = module.History()
        model = Model()
        for first in (0, 2):  # the second run goes on with the same object
            callbacks = module.CallbackList([history], model=model, epochs=4, steps=3, verbose=0)
            callbacks.on_train_begin()
            for epoch in (first, first + 1):
                callbacks.on_epoch_end(epoch, {"loss": 1 / (epoch + 1), "acc": 0.5})
            callbacks.on_epoch_end(first + 2, {"loss": 0.1, "acc": 0.5, "val_loss": 0.2})
        results.append((history.history, history.epoch, history.params, list(history.history)))
    assert results[0] == results[1]


def test_every_run_gets_a_fresh_history():
    first, second = (CallbackList(add_history=True).history for _ in range(2))
    assert first is not None and second is not None
    first.on_epoch_end(0, {"loss": 1.0})
    assert second.history == {} and second.epoch == []


@pytest.mark.parametrize("name", ["acc", "accuracy"])
@pytest.mark.parametrize("prefix", ["", "val_"])
def test_short_and_long_name_of_accuracy(name, prefix):
    other = {"acc": "accuracy", "accuracy": "acc"}[name]
    curves = recorded([{prefix + name: 0.5}]).history
    assert list(curves) == [prefix + name] == list(curves.keys())
    for key in (prefix + name, prefix + other):
        assert key in curves
        assert curves[key] == curves.get(key) == [0.5]
    absent = "acc" if prefix else "val_acc"
    assert absent not in curves and curves.get(absent) is None
    assert curves.get(absent, 3) == 3


def test_both_names_of_accuracy_are_kept_apart():
    curves = recorded([{"acc": 0.1, "accuracy": 0.2}]).history
    assert curves["acc"] == [0.1] and curves["accuracy"] == [0.2]


def test_unknown_name():
    with pytest.raises(KeyError, match="'los'. It holds: accuracy, loss, .*mean 'loss'"):
        recorded().history["los"]


def test_validation_that_was_not_there():
    with pytest.raises(KeyError, match="It holds: loss. .*pass validation_data="):
        recorded([{"loss": 1.0}]).history["val_loss"]


def test_a_curve_is_asked_of_the_dictionary():
    with pytest.raises(TypeError, match=r"history\.history\['loss'\]"):
        recorded()["loss"]


def test_nothing_recorded():
    with pytest.raises(KeyError, match="It holds: nothing yet"):
        History().history["loss"]


def test_curves_are_a_dictionary():
    curves = recorded().history
    assert isinstance(curves, dict)
    assert json.loads(json.dumps(curves)) == curves == dict(curves)
    assert repr(curves) == repr(dict(curves))


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda history: pickle.loads(pickle.dumps(history))]
)
def test_copies_hold_the_numbers_but_not_the_model(duplicate):
    history = recorded()
    history.set_params({"epochs": 2})
    model = history.model = lambda: "what cannot be pickled"
    other = duplicate(history)
    assert history.model is model and other.model is None
    assert other.history == history.history and other.history["acc"] == [0.5, 0.75]
    assert other.epoch == [0, 1] and other.params == {"epochs": 2}
    assert other.get_config() == {}


def test_plot_needs_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r'pip install "jaxkeras\[plot\]"'):
        recorded().plot()


def lines_of(panel):
    return {
        line.get_label(): (list(line.get_xdata()), list(line.get_ydata()))
        for line in panel.get_lines()
    }


def test_plot():
    pytest.importorskip("matplotlib")
    loss, accuracy = recorded().plot().axes
    assert [loss.get_ylabel(), accuracy.get_ylabel()] == ["loss", "accuracy"]
    assert lines_of(loss) == {"training": ([1, 2], [0.7, 0.4]), "validation": ([1, 2], [0.8, 0.5])}
    assert lines_of(accuracy)["validation"] == ([1, 2], [0.4, 0.6])
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["training", "validation"]


@pytest.mark.parametrize(("metrics", "labels"), [("acc", ["acc"]), (["loss"], ["loss"])])
def test_plot_of_chosen_metrics(metrics, labels):
    pytest.importorskip("matplotlib")
    figure = recorded().plot(metrics=metrics)
    assert [panel.get_ylabel() for panel in figure.axes] == labels
    assert [len(lines_of(panel)) for panel in figure.axes] == [2]


def test_plot_places_values_at_their_epochs():
    pytest.importorskip("matplotlib")
    epochs = [{"loss": 1.0}, {"loss": 0.8, "val_loss": 0.9}, {"loss": 0.5}]
    [panel] = recorded(epochs, first=5).plot().axes
    assert lines_of(panel) == {
        "training": ([6, 7, 8], [1.0, 0.8, 0.5]),
        "validation": ([7], [0.9]),
    }


def test_plot_goes_on_after_a_second_run():
    pytest.importorskip("matplotlib")
    history = recorded()
    history.on_train_begin()
    history.on_epoch_end(0, {"loss": 0.3})
    assert lines_of(history.plot(metrics="loss").axes[0])["training"][0] == [1, 2, 3]


def test_plot_of_a_curve_put_in_by_hand():
    pytest.importorskip("matplotlib")
    history = recorded()
    history.history["mine"] = [3.0, 2.0, 1.0]
    assert lines_of(history.plot(metrics="mine").axes[0])["training"][0] == [1, 2, 3]


def test_plot_saves_and_shows_in_a_notebook(tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    backend = matplotlib.get_backend(auto_select=False)
    figure = recorded().plot(tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert figure._repr_png_()[:8] == b"\x89PNG\r\n\x1a\n"
    assert matplotlib.get_backend(auto_select=False) == backend


def test_plot_of_an_unknown_metric():
    pytest.importorskip("matplotlib")
    with pytest.raises(KeyError, match="no curve 'mse'. It holds: accuracy, loss"):
        recorded().plot(metrics=["loss", "mse"])


def test_plot_of_nothing():
    pytest.importorskip("matplotlib")
    with pytest.raises(ValueError, match="Train first"):
        History().plot()

"""The event files of `TensorBoard`, read back with TensorBoard's own reader."""

import importlib.util
import sys

import numpy as np
import pytest

import jaxkeras
from jaxkeras.callbacks import CallbackList, TensorBoard
from jaxkeras.callbacks.tensorboard import _named_weights
from jaxkeras.layers import Dense

needs_tensorboard = pytest.mark.skipif(
    importlib.util.find_spec("tensorboard") is None, reason="tensorboard is not installed"
)


def events(folder):
    """What the files in a folder hold: ``{(name, step): array}``."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    from tensorboard.util.tensor_util import make_ndarray

    return {
        (value.tag, event.step): make_ndarray(value.tensor)
        for path in sorted(folder.glob("events.out.tfevents.*"))
        for event in EventFileLoader(str(path)).Load()
        for value in event.summary.value
    }


class FakeModel:
    name = "model"
    optimizer = jaxkeras.optimizers.SGD(0.5)


def drive(callback, epochs=2, steps=5, chunk=1):
    """Training whose loss is the number of steps done, and whose validation loss is the epoch."""
    model = FakeModel()
    model.optimizer.iterations = 0
    callbacks = CallbackList(callback, model=model)
    callbacks.on_train_begin()
    for epoch in range(epochs):
        callbacks.on_epoch_begin(epoch)
        for batch in range(chunk - 1, steps, chunk):
            callbacks.on_train_batch_begin(batch)
            model.optimizer.iterations = epoch * steps + batch + 1
            callbacks.on_train_batch_end(batch, {"loss": float(model.optimizer.iterations)})
        callbacks.on_test_begin()
        callbacks.on_test_end({"loss": float(epoch)})
        callbacks.on_epoch_end(epoch, {"loss": 0.5, "val_loss": float(epoch)})
    callbacks.on_train_end()
    return callbacks


@needs_tensorboard
def test_epochs(tmp_path):
    callbacks = drive(TensorBoard(tmp_path))
    assert not any(callbacks._batch_calls.values())
    assert events(tmp_path / "train") == {
        (f"epoch_{name}", epoch): 0.5 for name in ("loss", "learning_rate") for epoch in range(2)
    }
    assert events(tmp_path / "validation") == {
        ("epoch_loss", 0): 0.0,
        ("epoch_loss", 1): 1.0,
        ("evaluation_loss_vs_iterations", 5): 0.0,
        ("evaluation_loss_vs_iterations", 10): 1.0,
    }


@needs_tensorboard
@pytest.mark.parametrize(("frequency", "steps"), [("batch", range(1, 11)), (4, (4, 8))])
def test_batches(frequency, steps, tmp_path):
    drive(TensorBoard(tmp_path, update_freq=frequency))
    found = events(tmp_path / "train")
    batches = {step: value for (name, step), value in found.items() if name == "batch_loss"}
    assert batches == {step: float(step) for step in steps}


@needs_tensorboard
def test_batches_that_come_several_at_once(tmp_path):
    drive(TensorBoard(tmp_path, update_freq=2), steps=6, chunk=3)
    steps = [step for name, step in events(tmp_path / "train") if name == "batch_loss"]
    assert sorted(steps) == [3, 6, 9, 12]


@needs_tensorboard
def test_pace(tmp_path):
    drive(TensorBoard(tmp_path, update_freq=5, write_steps_per_second=True))
    found = events(tmp_path / "train")
    for key in [("epoch_steps_per_second", 1), ("batch_steps_per_second", 10)]:
        assert found[key] > 0


@needs_tensorboard
def test_fit_with_histograms(tmp_path):
    x = np.ones((8, 3), "float32")
    inner = jaxkeras.Sequential([Dense(2, name="hidden")], name="inner")
    model = jaxkeras.Sequential([inner, Dense(1, name="out")], name="outer")
    model.compile("sgd", "mse")
    board = TensorBoard(str(tmp_path), histogram_freq=2)
    history = model.fit(x, x[:, :1], epochs=3, verbose=0, callbacks=board, validation_split=0.5)
    found = events(tmp_path / "train")
    histograms = {name for name, _ in found if name.endswith("/histogram")}
    assert histograms == {
        f"outer/{path}/histogram"
        for path in ("inner/hidden/kernel", "inner/hidden/bias", "out/kernel", "out/bias")
    }
    assert {step for name, step in found if name in histograms} == {0, 2}
    buckets = found["outer/inner/hidden/kernel/histogram", 2]  # (30, [left, right, count])
    assert buckets[:, 2].sum() == 6
    kernel = model.get_weights()[0]
    np.testing.assert_allclose([buckets[0, 0], buckets[-1, 1]], [kernel.min(), kernel.max()])
    losses = [found["epoch_loss", epoch].item() for epoch in range(3)]
    np.testing.assert_allclose(losses, history.history["loss"], rtol=1e-6)
    assert "tensorflow" not in sys.modules


@needs_tensorboard
def test_histogram_of_weights_that_are_nan(tmp_path):
    board = TensorBoard(tmp_path)
    board._train.add_histogram("weights", np.array([1.0, np.nan]), 0)
    assert ("weights", 0) in events(tmp_path / "train")


@needs_tensorboard
def test_every_run_has_a_file_of_its_own(tmp_path):
    board = TensorBoard(tmp_path)
    for _ in range(2):
        drive(board, epochs=1)
    assert len(list((tmp_path / "train").iterdir())) == 2


@needs_tensorboard
def test_no_file_before_there_is_something_in_it(tmp_path):
    TensorBoard(tmp_path / "logs").set_model(FakeModel())
    assert not (tmp_path / "logs").exists()


def test_names_are_those_of_keras():
    keras = pytest.importorskip("keras")
    model = keras.Sequential(
        [keras.Input((3,)), keras.Sequential([keras.layers.Dense(2, name="in")], name="inner")],
        name="outer",
    )
    ours = jaxkeras.Sequential(
        [jaxkeras.Input((3,)), jaxkeras.Sequential([Dense(2, name="in")], name="inner")],
        name="outer",
    )
    names = [path for path, _ in _named_weights(ours)]
    assert names == [weight.path for weight in model.weights]


@needs_tensorboard
@pytest.mark.parametrize("frequency", ["epochs", 0, -1, 1.5, None])
def test_unknown_frequency(frequency, tmp_path):
    with pytest.raises(ValueError, match="expected update_freq.*Received"):
        TensorBoard(tmp_path, update_freq=frequency)


@needs_tensorboard
def test_what_is_not_written(tmp_path):
    with pytest.warns(UserWarning, match="nothing for write_images=True, embeddings_freq=1"):
        TensorBoard(tmp_path, write_images=True, embeddings_freq=1)


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto", None)
    with pytest.raises(ImportError, match=r'pip install "jaxkeras\[tensorboard\]"'):
        TensorBoard()

"""Training that is written down and goes on ends with the same bits."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import jaxkeras
from jaxkeras import callbacks, layers, optimizers
from jaxkeras.files import Group
from jaxkeras.models import load_model
from jaxkeras.models.training_state import put_training

_X = np.random.RandomState(1).normal(size=(20, 3)).astype("float32")
_Y = np.random.RandomState(2).normal(size=(20, 2)).astype("float32")


def _model(optimizer="adam"):
    model = jaxkeras.Sequential(
        [
            jaxkeras.Input((3,)),
            layers.Dense(4, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(2),
        ]
    )
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def _fit(model, epochs, **arguments):
    return model.fit(_X, _Y, batch_size=6, epochs=epochs, verbose=0, **arguments)


def _equal(one, other) -> None:
    for mine, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def _noisy():
    """Dropout between time steps, noise and turned images draw random numbers of their own."""
    model = jaxkeras.Sequential(
        [
            jaxkeras.Input((4, 4, 1)),
            layers.RandomFlip(),
            layers.Reshape((4, 4)),
            layers.GaussianNoise(0.1),
            layers.SimpleRNN(3, dropout=0.2, recurrent_dropout=0.2),
            layers.Dense(1, "sigmoid"),
        ]
    )
    optimizer = optimizers.AdamW(0.01, gradient_accumulation_steps=3)
    model.compile(optimizer, "binary_crossentropy", metrics=["auc"])
    images = np.random.RandomState(3).normal(size=(20, 4, 4, 1)).astype("float32")
    return model, images, (images.mean((1, 2)) > 0).astype("float32")


@pytest.mark.parametrize(
    "make", [lambda: (_model(), _X, _Y), pytest.param(_noisy, marks=pytest.mark.slow)]
)
def test_two_and_three_epochs_equal_five(make, tmp_path):
    """Nothing is to be done for it: the files hold the random state too."""
    unbroken, x, y = make()
    arguments = {"batch_size": 6, "validation_split": 0.2, "verbose": 0}
    unbroken.save(tmp_path / "start.keras")
    np.random.seed(7)
    whole = unbroken.fit(x, y, epochs=5, **arguments).history

    model = load_model(tmp_path / "start.keras")
    np.random.seed(7)
    model.fit(x, y, epochs=2, **arguments)
    for name, epochs in (("model.keras", {"epochs": 5, "initial_epoch": 2}), ("model.h5", {})):
        model.save(tmp_path / name)
        np.random.seed(99)
        twin = load_model(tmp_path / name)
        rest = twin.fit(x, y, **({"epochs": 3} | epochs), **arguments)
        _equal_training(twin, unbroken)
        assert rest.history == {name: values[2:] for name, values in whole.items()}
        assert rest.epoch == ([2, 3, 4] if epochs else [0, 1, 2])


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_averages_of_weights_go_on_as_without_a_file(ending, tmp_path):
    """Each `fit` ends with the averages as weights, so that 2 and 3 epochs are no 5 epochs."""
    optimizer = optimizers.SGD(
        0.1, momentum=0.5, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=5
    )
    model = _model(optimizer)
    _fit(model, 2)
    model.save(tmp_path / f"model.{ending}")
    twin = load_model(tmp_path / f"model.{ending}")
    assert _fit(model, 3).history == _fit(twin, 3).history
    _equal_training(twin, model)


def _equal_training(one, other) -> None:
    """Bit for bit: weights, the optimizer's variables, and all random state."""
    _equal(one, other)
    groups = (Group(), Group())
    for group, model in zip(groups, (one, other), strict=True):
        put_training(group, model)
    for (path, mine), (_, theirs) in zip(*(group.walk() for group in groups), strict=True):
        for name, array in mine.arrays().items():
            if name != "epoch":  # of a program that began to count anew
                np.testing.assert_array_equal(array, theirs.arrays()[name], err_msg=path)


def test_a_learning_rate_that_a_callback_lowered_stays_low(tmp_path):
    model = _model("sgd")
    lower = callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=0, min_delta=10.0)
    _fit(model, 3, callbacks=[lower])
    model.save(tmp_path / "model.h5")
    twin = load_model(tmp_path / "model.h5")
    assert twin.optimizer.learning_rate == model.optimizer.learning_rate == 0.0025


_PROGRAM = """
import os, sys
import jaxkeras
import test_resuming

class Kill(jaxkeras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if (self.model.optimizer.iterations, sys.argv[3]) == (10, "kill"):
            os.kill(os.getpid(), 9)

jaxkeras.utils.set_random_seed(int(sys.argv[2]))
test_resuming.train_with_backup(sys.argv[1], Kill()).save(sys.argv[1] + ".keras")
"""


def train_with_backup(folder, *others):
    """Five epochs of four batches; `_PROGRAM` calls it too."""
    model = _model()
    save_freq = int(folder[-1]) or "epoch"
    backup = callbacks.BackupAndRestore(folder, save_freq=save_freq)
    _fit(model, 5, callbacks=[backup, *others])
    return model


@pytest.mark.parametrize("save_freq", [3, pytest.param(0, marks=pytest.mark.slow)])
def test_training_that_was_killed_goes_on(tmp_path, save_freq):
    """``kill -9`` after the tenth step, in the middle of the third epoch."""
    folder = str(tmp_path / f"backup{save_freq}")
    here = os.path.dirname(__file__)
    path = os.pathsep.join([here, os.path.dirname(jaxkeras.__path__[0])])

    def run(seed: int, kind: str) -> int:
        command = [sys.executable, "-c", _PROGRAM, folder, str(seed), kind]
        return subprocess.run(command, env=os.environ | {"PYTHONPATH": path}).returncode

    assert run(7, "kill") == -signal.SIGKILL
    assert os.listdir(folder) == ["latest.weights.h5"]
    assert run(99, "live") == 0
    assert not os.path.exists(folder)
    jaxkeras.utils.set_random_seed(7)
    unbroken = train_with_backup(folder)
    _equal_training(load_model(f"{folder}.keras"), unbroken)


def test_weights_alone_leave_a_new_optimizer_as_it_is(tmp_path):
    model = _model()
    _fit(model, 2)
    model.save_weights(tmp_path / "x.weights.h5")
    before = model.get_weights()
    after = _fit(model, 1).history

    model.load_weights(tmp_path / "x.weights.h5")  # training has begun: its state comes back
    assert model.optimizer.iterations == 8
    for mine, kept in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, kept)
    assert _fit(model, 1).history == after

    fresh = _model(optimizers.Adam(1e-5))
    fresh.load_weights(tmp_path / "x.weights.h5")
    assert (fresh.optimizer.learning_rate, fresh.optimizer.iterations) == (1e-5, 0)
    fresh.load_weights(tmp_path / "x.weights.h5", include_optimizer=True)
    assert (fresh.optimizer.learning_rate, fresh.optimizer.iterations) == (1e-3, 8)
    assert _fit(fresh, 1).history == after


def test_a_learning_rate_that_was_just_set_is_saved(tmp_path):
    model = _model()
    _fit(model, 1)
    model.optimizer.learning_rate = 0.125
    model.save(tmp_path / "model.keras")
    assert load_model(tmp_path / "model.keras").optimizer.learning_rate == 0.125


def test_the_state_of_another_optimizer_is_left_out_with_a_warning(tmp_path):
    model = _model()
    _fit(model, 1)
    model.save_weights(tmp_path / "x.weights.h5")
    other = _model("sgd")
    with pytest.warns(UserWarning, match="holds the state of another optimizer.*expected 2 var"):
        other.load_weights(tmp_path / "x.weights.h5", include_optimizer=True)
    _equal(model, other)
    assert other.optimizer.iterations == 0


def test_optax_transformations_are_left_out_of_the_configuration_but_not_of_the_state(tmp_path):
    import optax

    model = _model(optax.sgd(0.01, momentum=0.9))
    _fit(model, 1)
    with pytest.warns(UserWarning, match="Compile it again after loading"):
        model.save(tmp_path / "model.keras")
    after = _fit(model, 1).history
    twin = load_model(tmp_path / "model.keras")
    assert twin.optimizer is None
    twin.compile(optax.sgd(0.01, momentum=0.9), "mse", metrics=["mae"])
    twin.load_weights(tmp_path / "model.keras", include_optimizer=True)
    assert _fit(twin, 1).history == after


def test_flax_modules_inside_are_saved_too(tmp_path):
    from flax import nnx

    def build():
        module = nnx.Linear(3, 2, rngs=nnx.Rngs(np.random.randint(100)))
        return jaxkeras.Sequential([jaxkeras.Input((3,)), layers.FlaxLayer(module)])

    model, other = build(), build()
    model.save_weights(tmp_path / "x.weights.h5")
    other.load_weights(tmp_path / "x.weights.h5")
    _equal(model, other)

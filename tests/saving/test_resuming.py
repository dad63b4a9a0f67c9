"""Training that is written down and goes on ends with the same bits."""

import numpy as np
import pytest

import jaxkeras
from jaxkeras import layers, optimizers
from jaxkeras.models import load_model

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


def test_two_and_three_epochs_equal_five(tmp_path):
    unbroken = _model()
    unbroken.save(tmp_path / "start.keras")
    np.random.seed(7)
    whole = _fit(unbroken, 5)

    model = load_model(tmp_path / "start.keras")
    np.random.seed(7)
    _fit(model, 2)
    for name in ("model.keras", "model.h5"):
        model.save(tmp_path / name)
    for name in ("model.keras", "model.h5"):
        np.random.seed(99)
        twin = load_model(tmp_path / name)
        rest = _fit(twin, 5, initial_epoch=2)
        _equal(twin, unbroken)
        assert rest.history["loss"] == whole.history["loss"][2:]
        assert rest.epoch == [2, 3, 4]


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

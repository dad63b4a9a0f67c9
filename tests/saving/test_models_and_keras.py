import json

import h5py
import numpy as np
import pytest

import jaxkeras
from jaxkeras.models import load_model

keras = pytest.importorskip("keras")

pytestmark = pytest.mark.filterwarnings("ignore:You are saving:UserWarning")


def _same(ours, theirs, rtol=1e-4) -> None:
    outputs = (ours, theirs) if isinstance(ours, (list, tuple)) else ([ours], [theirs])
    for mine, other in zip(*outputs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=rtol, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", ["sequential", "functional"])
def test_architectures_go_to_keras_and_back(architecture, tmp_path, name, ending):
    build, x = architecture(name)
    ours = build(jaxkeras)
    ours.set_weights([np.random.uniform(0.1, 0.5, w.shape) for w in ours.get_weights()])
    ours.save(tmp_path / f"ours.{ending}")
    theirs = keras.models.load_model(tmp_path / f"ours.{ending}")
    theirs.save(tmp_path / f"theirs.{ending}")
    twin = load_model(tmp_path / f"theirs.{ending}")
    assert [layer.name for layer in twin.layers] == [layer.name for layer in ours.layers]
    for other in (theirs, twin):
        for mine, weight in zip(ours.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_array_equal(mine, weight)
    if name == "functional" and ending == "keras":
        expected = theirs(x)
        _same(ours(x), expected)
        _same(twin(x), expected)


def _trainable(k, optimizer):
    L = k.layers
    model = k.Sequential(
        [k.Input((3,)), L.Dense(4, activation="relu"), L.BatchNormalization(), L.Dense(2)]
    )
    model.compile(
        optimizer(k),
        loss=k.losses.MeanSquaredError(),
        metrics=["mae", k.metrics.MeanAbsoluteError(name="other")],
    )
    return model


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda k: k.optimizers.Adam(0.05, clipnorm=1.0),
        lambda k: k.optimizers.SGD(
            k.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5), momentum=0.9, nesterov=True
        ),
    ],
)
def test_training_goes_on_on_the_other_side(tmp_path, optimizer):
    x, y = np.random.normal(size=(8, 3)), np.random.normal(size=(8, 2))
    ours = _trainable(jaxkeras, optimizer)
    for _ in range(2):
        ours.train_on_batch(x, y)
    ours.save(tmp_path / "ours.keras")

    theirs = keras.models.load_model(tmp_path / "ours.keras")
    assert int(theirs.optimizer.iterations) == 2
    _same(ours.predict(x, verbose=0), theirs.predict(x, verbose=0))
    _same(ours.evaluate(x, y, verbose=0), theirs.evaluate(x, y, verbose=0))
    for ending in ("keras", "h5"):
        theirs.save(tmp_path / f"theirs.{ending}")

    ours.train_on_batch(x, y)
    theirs.train_on_batch(x, y)
    _same(ours.get_weights(), theirs.get_weights())
    for ending in ("keras", "h5"):
        back = load_model(tmp_path / f"theirs.{ending}")
        assert back.optimizer.iterations == 2
        back.train_on_batch(x, y)
        _same(back.get_weights(), theirs.get_weights())


def test_a_model_that_was_compiled_but_never_trained_goes_both_ways(tmp_path):
    ours = _trainable(jaxkeras, lambda k: k.optimizers.Adam(0.25))
    ours.save(tmp_path / "ours.keras")
    theirs = keras.models.load_model(tmp_path / "ours.keras")
    assert float(theirs.optimizer.learning_rate) == 0.25
    theirs = _trainable(keras, lambda k: k.optimizers.Adam(0.25))
    theirs.save(tmp_path / "theirs.keras")
    twin = load_model(tmp_path / "theirs.keras")
    assert (twin.optimizer.learning_rate, twin.optimizer.iterations) == (0.25, 0)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_functional_model_of_an_unknown_class_is_its_graph(tmp_path, ending):
    class Mine(keras.Model):
        pass

    inputs = keras.Input((3,), name="x")
    theirs = Mine(inputs, keras.layers.Dense(2)(keras.layers.Dense(4, activation="relu")(inputs)))
    theirs.save(path := str(tmp_path / f"mine.{ending}"))
    x = np.random.normal(size=(5, 3)).astype("float32")
    model, rewrites = load_model(path, report=True)
    assert str(rewrites[0]).endswith("class_name='Mine' -> class_name='Functional'")
    np.testing.assert_allclose(model(x), theirs.predict(x, verbose=0), rtol=1e-5, atol=1e-6)

    class Mine(jaxkeras.Model):
        pass

    own = load_model(path, custom_objects={"Mine": Mine})
    assert type(own) is Mine
    np.testing.assert_array_equal(own(x), model(x))


def test_the_older_format_is_what_keras_writes(tmp_path):
    ours, theirs = (_trainable(k, lambda k: k.optimizers.Adam(0.05)) for k in (jaxkeras, keras))
    theirs.optimizer.build(theirs.trainable_variables)
    for model, name in ((ours, "ours.h5"), (theirs, "theirs.h5")):
        model.save(tmp_path / name)
    loaded = keras.models.load_model(tmp_path / "ours.h5")
    assert float(loaded.optimizer.learning_rate) == np.float32(0.05)
    with h5py.File(tmp_path / "ours.h5") as mine, h5py.File(tmp_path / "theirs.h5") as other:
        assert mine.attrs.keys() == other.attrs.keys()
        configs = [json.loads(file.attrs["training_config"]) for file in (mine, other)]
        assert configs[0].keys() == configs[1].keys()
        for group in ("model_weights", "optimizer_weights"):
            assert _shapes(mine[group]) == _shapes(other[group])
        names = [file["model_weights"].attrs["layer_names"] for file in (mine, other)]
        assert [len(name) for name in names] == [3, 3]


def _shapes(group) -> list[list[tuple]]:
    """Of the arrays in every list of names."""
    found = [[group[name].shape for name in group.attrs.get("weight_names", ())]]
    return found + [
        shapes
        for item in group.values()
        if isinstance(item, h5py.Group) and "weight_names" in item.attrs
        for shapes in _shapes(item)
    ]

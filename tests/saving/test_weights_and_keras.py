import h5py
import jax
import numpy as np
import pytest

import jaxkeras

keras = pytest.importorskip("keras")


def _randomize(model) -> None:
    model.set_weights([np.random.uniform(0.1, 1, w.shape) for w in model.get_weights()])


def _stored(path) -> dict[str, np.ndarray]:
    """Everything that Keras looks at: arrays, and the names noted beside them."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: _content(item)}))
    return {name: value for name, value in found.items() if not name.startswith("jaxkeras")}


def _content(item):
    return item[()] if isinstance(item, h5py.Dataset) else None


@pytest.mark.parametrize("name", ["sequential", "functional", "subclassed"])
@pytest.mark.parametrize("ending", ["weights.h5", "h5"])
def test_weights_go_to_keras_and_back(architecture, tmp_path, name, ending):
    build, _ = architecture(name)
    ours, theirs, third = build(jaxkeras), build(keras), build(jaxkeras)
    _randomize(ours)
    path = tmp_path / f"ours.{ending}"
    ours.save_weights(path)

    if ending == "weights.h5":
        theirs.load_weights(path)
        theirs.save_weights(tmp_path / "theirs.weights.h5")
        mine, other = _stored(path), _stored(tmp_path / "theirs.weights.h5")
        assert mine.keys() == other.keys()
        jax.tree.map(np.testing.assert_array_equal, mine, other)
    else:
        legacy = keras.src.legacy.saving.legacy_h5_format
        with h5py.File(path) as file:
            legacy.load_weights_from_hdf5_group(file, theirs)
        with h5py.File(tmp_path / "theirs.h5", "w") as file:
            legacy.save_weights_to_hdf5_group(file, theirs)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)

    third.load_weights(tmp_path / f"theirs.{ending}")
    for mine, other in zip(ours.get_weights(), third.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)


def _optimizers(o):
    schedule = o.schedules.ExponentialDecay(0.1, 2, 0.5)
    yield o.SGD(0.1)
    yield o.SGD(schedule, momentum=0.9, nesterov=True)
    yield o.Adam(0.1, amsgrad=True, use_ema=True)
    yield o.Adam(0.1, gradient_accumulation_steps=2)
    yield o.AdamW(0.1)
    yield o.Nadam(0.1)
    yield o.RMSprop(0.1, momentum=0.5, centered=True)
    yield o.Adagrad(0.1)
    yield o.Adadelta(0.1)
    yield o.Adafactor(0.1)
    yield o.Adamax(0.1)
    yield o.Ftrl(0.1)
    yield o.Lamb(0.1)
    yield o.Lion(0.1)
    yield o.Muon(0.1)
    yield o.ScheduleFreeAdamW(0.1)
    yield o.LossScaleOptimizer(o.Adam(0.1), initial_scale=4.0)
    first, second = o.SGD(0.1, momentum=0.9), o.Adam(0.1)
    yield o.MultiOptimizer(lambda variable: first if "bias" in variable.path else second)


@pytest.mark.parametrize("number", range(18))
def test_optimizer_state_goes_from_keras_to_us_and_back(architecture, tmp_path, number):
    build, _ = architecture("dense")
    ours, theirs = build(jaxkeras), build(keras)
    mine = list(_optimizers(jaxkeras.optimizers))[number]
    other = list(_optimizers(keras.optimizers))[number]
    ours.compile(mine, "mse")
    theirs.compile(other, "mse")
    other.build(theirs.trainable_variables)
    for variable in other.variables:
        if variable.dtype.startswith("float") and "learning_rate" not in variable.path:
            variable.assign(np.random.uniform(0.1, 1, variable.shape))
    gradients = [np.random.normal(size=w.shape).astype("float32") for w in theirs.get_weights()]
    _step(other, gradients, theirs)
    theirs.save_weights(tmp_path / "theirs.weights.h5")

    ours.load_weights(tmp_path / "theirs.weights.h5", include_optimizer=True)
    assert mine.iterations == 1
    ours.save_weights(tmp_path / "ours.weights.h5")
    own, reference = (_stored(tmp_path / f"{who}.weights.h5") for who in ("ours", "theirs"))
    assert own.keys() == reference.keys()
    if isinstance(mine, jaxkeras.optimizers.Adafactor):
        # Keras stores here what it makes anew of the rows and columns in every step.
        for name in ("optimizer/vars/4", "optimizer/vars/10"):
            assert own.pop(name).shape == reference.pop(name).shape
    for name, value in own.items():
        np.testing.assert_array_equal(value, reference[name], err_msg=name)

    loop = ours._require_loop()
    params = loop.structure.params()
    places = dict(zip(loop.structure.names, gradients, strict=True))
    grads = {layer: {w: places[f"{layer}/{w}"] for w in ws} for layer, ws in params.items()}
    updates, _ = mine.update(grads, loop.progress().opt_state, params)
    _step(other, gradients, theirs)
    stepped = [params[n.split("/")[0]][n.split("/")[1]] + _at(updates, n) for n in places]
    for after, reference in zip(stepped, theirs.trainable_variables, strict=True):
        np.testing.assert_allclose(after, reference, rtol=1e-4, atol=1e-5)


def _step(optimizer, gradients, model) -> None:
    variables = [variable.value for variable in model.trainable_variables]
    state = [variable.value for variable in optimizer.variables]
    variables, state = optimizer.stateless_apply(state, gradients, variables)
    for variable, value in zip(optimizer.variables, state, strict=True):
        variable.assign(value)
    for variable, value in zip(model.trainable_variables, variables, strict=True):
        variable.assign(value)


def _at(tree, name):
    layer, weight = name.split("/")
    return tree[layer][weight]

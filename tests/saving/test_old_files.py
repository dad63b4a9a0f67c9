"""Files that old versions of Keras wrote give the numbers that those versions gave.

`make_old_files.py` tells how the small ones beside this module came about.
"""

import itertools
import json
import logging
from pathlib import Path

import numpy as np
import pytest

import jaxkeras
from jaxkeras.models import load_model, model_from_json, model_from_yaml
from jaxkeras.models.training_state import optimizer_variables

SMALL = Path(__file__).parent / "old_files"
_LETTERS = "abcdefghij"
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "keras_files"


def _outputs(model, x):
    found = model.predict(x if len(x) > 1 else x[0], verbose=0)
    return found if isinstance(found, list) else [found]


def _arrays(path: Path, kind: str) -> list[np.ndarray]:
    with np.load(path) as arrays:
        return [arrays[name] for name in sorted(arrays) if name.startswith(kind)]


def _loaded(reference: Path):
    """The model whose inputs and outputs a file beside it has."""
    path = next(p for p in map(reference.with_suffix, (".keras", ".h5")) if p.exists())
    for ending, make in ((".json", model_from_json), (".yaml", model_from_yaml)):
        if (text := reference.with_suffix(ending)).exists():
            model = make(text.read_text())
            model.load_weights(path)
            return model
    return load_model(path)


def _check(reference: Path) -> None:
    jaxkeras.utils.clear_session()
    outputs = _outputs(_loaded(reference), _arrays(reference, "in"))
    for ours, theirs in zip(outputs, _arrays(reference, "out"), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", sorted(path.stem for path in SMALL.glob("*.npz")))
def test_small_files(name):
    _check(SMALL / f"{name}.npz")


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no files of old versions of Keras in {REAL}")
@pytest.mark.parametrize("name", sorted(path.stem for path in REAL.glob("*.npz")) or ["none"])
def test_real_files(name):
    _check(REAL / f"{name}.npz")


@pytest.mark.parametrize("name", ["keras1.2.2_th_branches", "keras2.2.4_th_trained"])
def test_what_is_saved_again_keeps_its_meaning_and_needs_no_rewriting(tmp_path, caplog, name):
    with caplog.at_level(logging.INFO, "jaxkeras"):
        model, rewrites = load_model(SMALL / f"{name}.h5", report=True)
    assert f"{len(rewrites)} fields of an older format were rewritten" in caplog.text
    x = _arrays(SMALL / f"{name}.npz", "in")
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"new.{ending}")
        again, rest = load_model(tmp_path / f"new.{ending}", report=True)
        assert rest == []
        for new, old in zip(_outputs(again, x), _outputs(model, x), strict=True):
            np.testing.assert_array_equal(new, old)


def test_training_goes_on_from_the_state_of_an_old_optimizer():
    model = load_model(SMALL / "keras2.2.4_th_trained.h5")
    assert model.optimizer.iterations == 2
    np.testing.assert_allclose(model.optimizer.learning_rate, 0.01 / (1 + 0.05 * 2), rtol=1e-6)
    model = load_model(SMALL / "keras2.21.0_te_trained.keras")
    assert (model.optimizer.iterations, model.optimizer.clipnorm) == (2, 1.0)
    state = optimizer_variables(model)
    velocities = [value for name, value in state.items() if name.endswith("velocity")]
    assert [value.shape for value in velocities] == [(2, 3), (3,), (3, 1), (1,)]
    assert all(value.max() > 0 for value in velocities)


def test_a_model_for_several_devices_is_one_model_again():
    model, rewrites = load_model(SMALL / "keras2.2.4_te_replicas.h5", report=True)
    assert [type(layer).__name__ for layer in model.layers[2:]] == ["Model"] + ["Activation"] * 2
    assert "one: axis=0 -> activation='linear'" in map(str, rewrites)
    assert model.optimizer.iterations == 1
    x = [np.ones((4, 3)), np.ones((4, 2))]
    hist = model.fit(x, {"one": np.ones((4, 2)), "two": np.ones((4, 1))}, epochs=2, verbose=0)
    assert hist.history["loss"][1] < hist.history["loss"][0]


def test_functions_of_lambda_layers_come_by_the_names_of_the_layers():
    code = ["4wAAAAA=", None, None]  # too short to be code
    config = {"name": "half", "function": code, "function_type": "lambda"}
    layers = [
        {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 2], "name": "x"}},
        {"class_name": "Lambda", "config": config},
    ]
    text = json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": layers}})
    with pytest.raises(ValueError, match='The code of the Lambda layer "half"'):
        model_from_json(text)
    for written in (text, json.dumps(text)):
        model = model_from_json(written, {"half": lambda x: x / 2})
        np.testing.assert_array_equal(model(np.ones((1, 2))), [[0.5, 0.5]])


def test_yaml_with_objects_of_python_is_refused():
    with pytest.raises(ValueError, match="reads plain data only"):
        model_from_yaml("class_name: !!python/object/apply:os.system ['true']")
    with pytest.raises(ValueError, match="expected the text that"):
        model_from_yaml("just words")
    lines = [f"{x}: &{x} [{', '.join([f'*{y}'] * 9)}]" for y, x in itertools.pairwise(_LETTERS)]
    for many in ("a: &a [*a]", "\n".join(["a: &a [1]", *lines])):
        with pytest.raises(ValueError, match="repeats parts of itself"):
            model_from_yaml(many)

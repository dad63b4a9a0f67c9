"""Which names of `keras.ops` are here, and whether they take the same arguments."""

import inspect
import types

import pytest

from jaxkeras import ops

keras = pytest.importorskip("keras")

# Names of Keras that are missing, and why.
MISSING: dict[str, str] = {}

# Operations with other parameters than Keras's, and why.
OTHER_PARAMETERS = {
    "layer_normalization": "Keras takes a deprecated rms_scaling by **kwargs",
    "multi_hot": "Keras takes a deprecated num_tokens by **kwargs",
    "switch": "positional only: the name of *operands is nobody's to use",
}


def _functions(module) -> dict[str, object]:
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }


@pytest.mark.parametrize("path", ["", "numpy", "nn", "linalg", "image"])
def test_names_are_present(path):
    theirs = _functions(getattr(keras.ops, path) if path else keras.ops)
    ours = getattr(ops, path) if path else ops
    missing = {name for name in theirs if name not in ours.__all__}
    assert missing == {name for name in MISSING if name in theirs}
    assert len(missing) <= 0.1 * len(theirs)
    assert all(callable(getattr(ours, name)) for name in theirs if name not in missing)


def test_nothing_is_exported_that_keras_lacks():
    theirs = {*_functions(keras.ops), "image", "linalg", "nn", "numpy"}
    assert set(ops.__all__) - theirs == set()
    assert len(ops.__all__) == len(set(ops.__all__))


def test_parameters_are_those_of_keras(parameters):
    modules = [(ops, keras.ops), (ops.image, keras.ops.image)]
    for ours, theirs in modules:
        for name, function in _functions(theirs).items():
            if name in MISSING or name in OTHER_PARAMETERS:
                continue
            own = getattr(ours, name)
            assert parameters(own) == parameters(function), name


def test_every_operation_has_a_name_and_a_docstring():
    for module in (ops, ops.image):
        for name in module.__all__:
            value = getattr(module, name)
            if not isinstance(value, types.ModuleType):
                assert value.__name__ == name
                assert inspect.getdoc(value), name

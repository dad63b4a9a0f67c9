"""The public surface of Keras 3.15, computed from it: nothing is missing here without a reason."""

import importlib
import inspect

import pytest

from jaxkeras.registry import Configurable

keras = pytest.importorskip("keras")

MODULES = [
    "activations",
    "constraints",
    "initializers",
    "losses",
    "metrics",
    "optimizers",
    "optimizers.schedules",
    "regularizers",
]

LEFT_OUT = {
    "optimizers.legacy": "in Keras 3 its classes only raise ImportError",
}
OTHER_DEFAULTS = {
    "optimizers.Muon.exclude_layers": "an empty tuple, which Keras makes of None",
    "optimizers.Optimizer.learning_rate": "Keras has none",
    "regularizers.l1_l2.l1": "tells an argument that was left out from a 0, as Keras's body does",
    "regularizers.l1_l2.l2": "the same",
}


def both(module: str):
    return importlib.import_module(f"jaxkeras.{module}"), importlib.import_module(f"keras.{module}")


def public(module) -> dict[str, object]:
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}


def arguments(function) -> dict[str, inspect.Parameter]:
    """Named arguments of a function or constructor, those of the bases behind it included."""
    if inspect.isclass(function) and issubclass(function, Configurable):
        from jaxkeras.registry.configurable import constructor_parameters

        return constructor_parameters(function)[0]
    if inspect.isclass(function):
        function = function.__init__
    parameters = inspect.signature(function).parameters
    variadic = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {k: p for k, p in parameters.items() if p.kind not in variadic and k != "self"}


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_of_keras_exists(module):
    ours, theirs = both(module)
    missing = {f"{module}.{name}" for name in public(theirs) if not hasattr(ours, name)}
    assert missing == {name for name in LEFT_OUT if name.rpartition(".")[0] == module}


@pytest.mark.parametrize("module", MODULES)
def test_public_names_are_listed(module):
    ours, theirs = both(module)
    listed = set(ours.__all__)
    assert {name for name in public(theirs) if hasattr(ours, name)} <= listed
    assert all(hasattr(ours, name) for name in listed)


@pytest.mark.parametrize("module", MODULES)
def test_arguments_have_the_names_and_defaults_of_keras(module):
    ours, theirs = both(module)
    differing = set()
    for name, function in public(theirs).items():
        if name in ("serialize", "deserialize") or f"{module}.{name}" in LEFT_OUT:
            continue  # of one argument, whose name differs from module to module
        if callable(function):
            known = arguments(getattr(ours, name))
            for key, parameter in arguments(function).items():
                if key not in known or known[key].default != parameter.default:
                    differing.add(f"{module}.{name}.{key}")
    assert differing == {name for name in OTHER_DEFAULTS if name.startswith(f"{module}.")}

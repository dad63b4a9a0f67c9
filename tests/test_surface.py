"""The public surface of Keras 3.15, computed from it: nothing is missing here without a reason.

The reasons stand in two tables of `docs/compatibility.md`.
"""

import fnmatch
import importlib
import inspect
import re
from pathlib import Path

import pytest

from jaxkeras.registry import Configurable

keras = pytest.importorskip("keras")

MODULES = [
    "",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "optimizers.schedules",
    "preprocessing",
    "preprocessing.image",
    "preprocessing.sequence",
    "random",
    "regularizers",
    "saving",
    "tree",
    "utils",
]

_PAGE = (Path(__file__).parents[1] / "docs" / "compatibility.md").read_text(encoding="utf-8")


def table(heading: str) -> dict[str, str]:
    """The names of a table of the page, which may be patterns, each with its reason."""
    section = _PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", section, re.MULTILINE))


LEFT_OUT = table("없는 이름")
OTHER_ARGUMENTS = table("다른 인수")


def both(module: str):
    """A module of both libraries; the empty name stands for the library itself."""
    names = (f"{library}.{module}".rstrip(".") for library in ("jaxkeras", "keras"))
    return tuple(map(importlib.import_module, names))


def full(module: str, *names: str) -> str:
    return ".".join((module, *names)).lstrip(".")


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
    missing = {full(module, name) for name in public(theirs) if not hasattr(ours, name)}
    assert missing == {name for name in LEFT_OUT if name.rpartition(".")[0] == module}


@pytest.mark.parametrize("module", MODULES)
def test_public_names_are_listed(module):
    ours, theirs = both(module)
    listed = set(ours.__all__)
    assert {name for name in public(theirs) if hasattr(ours, name)} <= listed
    assert all(hasattr(ours, name) for name in listed)


def canonical(default):
    """Defaults that mean the same, alike: one number for every axis, a name in any case."""
    while isinstance(default, tuple) and default and all(item == default[0] for item in default):
        default = default[0]
    return default.lower() if isinstance(default, str) else default


@pytest.mark.parametrize("module", MODULES)
def test_arguments_have_the_names_and_defaults_of_keras(module):
    ours, theirs = both(module)
    # What stands at the top too is looked at where it belongs.
    others = [] if module else [both(other)[1] for other in MODULES if other]
    elsewhere = {id(value) for other in others for value in public(other).values()}
    differing = set()
    for name, function in public(theirs).items():
        if id(function) in elsewhere or full(module, name) in LEFT_OUT:
            continue
        if name in ("serialize", "deserialize"):
            continue  # of one argument, whose name differs from module to module
        if callable(function) and hasattr(ours, name):
            known = arguments(getattr(ours, name))
            for key, parameter in arguments(function).items():
                own = known.get(key)
                if own is None or canonical(own.default) != canonical(parameter.default):
                    differing.add(full(module, name, key))
    reasons = [name for name in OTHER_ARGUMENTS if ".".join(name.split(".")[:-2]) == module]
    assert not [name for name in differing if not any_matches(name, reasons)]
    assert not [reason for reason in reasons if not fnmatch.filter(differing, reason)]


def any_matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)

"""Old modules as views of today's, found by a hook of the import system."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import re
import runpy
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jaxkeras.legacy.paths import LEFT_OUT, RENAMED, TODAY
from jaxkeras.random import set_random_seed
from jaxkeras.registry import suggest

__all__ = [
    "OldModules",
    "View",
    "find_old_modules",
    "install_keras_alias",
    "remove_keras_alias",
    "run_script",
]

_PACKAGE = "jaxkeras"


class View(types.ModuleType):
    """A module that has the names of others.

    Args:
        name: its own name.
        places: paths below this package of the modules whose names it has, the first one first.

    Example:
        >>> from jaxkeras import layers
        >>> from jaxkeras.legacy.alias import View
        >>> View("keras.layers.core", ("layers",)).Dense is layers.Dense
        True
    """

    def __init__(self, name: str, places: Sequence[str]):
        super().__init__(name, f"Names of {', '.join(map(_full, places))}.")
        self._places = tuple(places)

    @property
    def __all__(self) -> list[str]:
        names = {name: None for place in self._places for name in _module(place).__all__}
        return list(names)

    def __dir__(self) -> list[str]:
        return self.__all__

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") and name != "__version__":  # the import system asks for these
            raise AttributeError(f"{self.__name__} has no {name!r}.")
        for place in self._places:
            renamed = RENAMED.get(place, {}).get(name, name)
            if hasattr(module := _module(place), renamed):
                return getattr(module, renamed)
        raise AttributeError(
            f"{self.__name__} has no {name!r} in this package.{suggest(name, self.__all__)}"
        )


class OldModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """A hook of the import system that finds modules of old Keras; see `View`.

    Args:
        root: what stands for ``keras`` in their names.
        others: whether modules of this package that have kept their names are found, too.

    Raises:
        ModuleNotFoundError: in an import, if the module is left out here; it tells what to do.

    Example:
        >>> from jaxkeras.legacy.alias import OldModules
        >>> OldModules("keras", others=True).find_spec("keras.layers.convolutional").name
        'keras.layers.convolutional'
    """

    def __init__(self, root: str, others: bool):
        self.root = root
        self.others = others

    def find_spec(
        self, fullname: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if f"{fullname}.".startswith(f"{self.root}.") and self._places(fullname):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return View(spec.name, self._places(spec.name))

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is left to do."""

    def _places(self, fullname: str) -> tuple[str, ...]:
        path = fullname.removeprefix(self.root).removeprefix(".")
        for left_out, advice in LEFT_OUT.items():
            if f"{path}.".startswith(f"{left_out}."):
                raise ModuleNotFoundError(
                    f"There is no {fullname} in this package. {advice}", name=fullname
                )
        if path in TODAY:
            return TODAY[path]
        return (path,) if self.others and (not path or _exists(_full(path))) else ()


class _TensorFlow(types.ModuleType):
    """As much of ``tensorflow`` as programs for `tf.keras` use beside it."""

    __version__ = "2.99+jaxkeras"
    __path__: Sequence[str] = ()
    random = types.SimpleNamespace(set_seed=set_random_seed)
    set_random_seed = staticmethod(set_random_seed)

    def __getattr__(self, name: str) -> Any:
        if name == "keras":
            return importlib.import_module("tensorflow.keras")
        raise AttributeError(
            f"tensorflow has no {name!r} here: jaxkeras stands in for tensorflow.keras alone. Use "
            "numpy, jax.numpy or keras.ops instead."
        )


def install_keras_alias(tensorflow: bool = False) -> None:
    """From here on ``import keras``, and what is below it, imports this package.

    Modules of Keras 1 and 2 are found by their old names. Nothing else changes: that layers and
    methods take Keras 1's words, with a warning that tells today's, is so without it, too.

    Args:
        tensorflow: whether ``tensorflow.keras`` is this package, too. Other libraries then find a
            ``tensorflow`` that has nothing else.

    Raises:
        RuntimeError: the real one has been imported already.

    Example:
        >>> import jaxkeras.legacy
        >>> jaxkeras.legacy.install_keras_alias()  # doctest: +SKIP
        >>> from keras.layers.convolutional import Convolution2D  # doctest: +SKIP
    """
    for name in _roots(tensorflow):
        imported = sys.modules.get(name)
        if not isinstance(imported, View | _TensorFlow | None):
            raise RuntimeError(
                f"{name} itself is imported already. Install the alias at the beginning of the "
                f"program, before anything imports {name}."
            )
    remove_keras_alias()
    for root in ("keras", "tensorflow.keras")[: 1 + tensorflow]:
        sys.meta_path.insert(0, OldModules(root, others=True))
    if tensorflow:
        sys.modules["tensorflow"] = _TensorFlow("tensorflow")
        sys.modules["tensorflow"].__spec__ = importlib.machinery.ModuleSpec("tensorflow", None)


def remove_keras_alias() -> None:
    """From here on ``import keras`` imports Keras again, if it is installed.

    Example:
        >>> import jaxkeras.legacy
        >>> jaxkeras.legacy.remove_keras_alias()
    """
    for finder in [finder for finder in sys.meta_path if _is_alias(finder)]:
        sys.meta_path.remove(finder)
    for name, module in list(sys.modules.items()):
        is_view = isinstance(module, View) and not f"{name}.".startswith(f"{_PACKAGE}.")
        if is_view or isinstance(module, _TensorFlow):
            del sys.modules[name]


def run_script(path: Path, arguments: Sequence[str] = ()) -> None:
    """Run a program that imports ``keras`` or ``tensorflow.keras`` on this package.

    Args:
        path: the program.
        arguments: its ``sys.argv``, without the first.

    Raises:
        FileNotFoundError: there is no such file.

    Example:
        >>> import pathlib, tempfile
        >>> from jaxkeras.legacy import run_script
        >>> run_script(pathlib.Path("train.py"))  # doctest: +SKIP
    """
    source = Path(path).read_text(encoding="utf-8")
    install_keras_alias(re.search(r"^\s*(import|from)\s+tensorflow\b", source, re.M) is not None)
    sys.argv = [str(path), *arguments]
    sys.path.insert(0, str(Path(path).resolve().parent))
    runpy.run_path(str(path), run_name="__main__")


def find_old_modules() -> None:
    """Let the old modules of this package be found, and those that have kept their names have all.

    Example:
        >>> from jaxkeras.layers.core import Dropout
        >>> from jaxkeras.layers.convolutional import Conv2D
    """
    sys.meta_path.append(OldModules(_PACKAGE, others=False))
    for path, places in TODAY.items():
        module = sys.modules.get(_full(path))
        others = [place for place in places if place != path]
        if module is not None and others:
            vars(module)["__getattr__"] = View(module.__name__, others).__getattr__


def _roots(tensorflow: bool) -> tuple[str, ...]:
    return ("keras", "tensorflow")[: 1 + tensorflow]


def _is_alias(finder: Any) -> bool:
    return isinstance(finder, OldModules) and finder.root != _PACKAGE


def _full(path: str) -> str:
    return f"{_PACKAGE}.{path}".rstrip(".")


def _module(path: str) -> Any:
    return importlib.import_module(_full(path))


def _exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False

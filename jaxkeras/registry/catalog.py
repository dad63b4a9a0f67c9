"""Catalogs: the objects of one kind, by name; and objects made anew from their configurations."""

import contextlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from jaxkeras.registry.custom_objects import (
    custom_names,
    custom_object_scope,
    get_registered_object,
)
from jaxkeras.registry.names import snake_case, suggest

__all__ = ["Catalog", "deserializer", "find_custom", "is_function", "reading", "revive"]


class Catalog:
    """The objects of one kind, by every name under which Keras programs know them.

    Args:
        kind: what the catalog holds, for messages: ``"activation"``, ``"loss"``, ...

    Example:
        >>> from jaxkeras.registry import Catalog
        >>> animals = Catalog("animal")
        >>> @animals.register("hound")
        ... class Dog: pass
        >>> type(animals.get("dog")).__name__, type(animals.get("hound")).__name__
        ('Dog', 'Dog')
        >>> animals.get("dogg")
        Traceback (most recent call last):
            ...
        ValueError: Unknown animal: 'dogg'. Did you mean 'dog'?
    """

    _all: ClassVar[list["Catalog"]] = []

    def __init__(self, kind: str):
        self.kind = kind
        self._objects: dict[str, Any] = {}
        self._all.append(self)

    def register(self, *aliases: str) -> Callable[[Any], Any]:
        """Decorator that enters a class or function under its own name, snake case and aliases."""

        def enter(entry):
            for name in (entry.__name__, snake_case(entry.__name__), *aliases):
                self._objects[name] = entry
            return entry

        return enter

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._objects)

    def find(self, name: str) -> Any:
        """The class or function that stands under ``name``; the caller's own objects come first.

        Raises:
            ValueError: the name is unknown.
        """
        for key in (name, name.lower()):
            if (custom := get_registered_object(key)) is not None:
                return custom
        for key in (name, name.lower()):
            if key in self._objects:
                return self._objects[key]
        hint = suggest(name, [*self._objects, *custom_names()])
        raise ValueError(f"Unknown {self.kind}: {name!r}.{hint or self._hint(name)}")

    def _hint(self, name: str) -> str:
        """For a name that resembles none here: what it is elsewhere, or the names there are."""
        for other in self._all:
            if name.lower() in other._objects:
                return f" It is the name of a kind of {other.kind}."
        names = [known for known in self.names() if known.islower()] or self.names()
        return f" There are: {', '.join(names)}." if names else ""

    def get(self, identifier: Any) -> Any:
        """Turn a name, a configuration, a class or an object into an object.

        Args:
            identifier: a registered name; ``{"class_name": ..., "config": ...}``; a class, which
                is called without arguments; or a ready object, which is returned as it is.

        Raises:
            ValueError: the name is unknown.
            TypeError: the identifier is none of these.
        """
        if identifier is None:
            return None
        if isinstance(identifier, str):
            found = self.find(identifier)
        elif isinstance(identifier, Mapping):
            return self.deserialize(identifier)
        else:
            found = identifier
        if inspect.isclass(found):
            return found()
        if callable(found) or hasattr(found, "get_config"):
            return found
        raise TypeError(
            f"Expected {self.kind} as a name, a configuration or a callable object. "
            f"Received: {identifier!r}"
        )

    def deserialize(
        self, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Any:
        """The object that ``{"class_name": ..., "config": ...}`` describes.

        Args:
            config: what `serialize` wrote down; Keras's own may name a ``module`` besides.
            custom_objects: the caller's own classes and functions by name.

        Raises:
            ValueError: the name is unknown.
        """
        if "class_name" not in config:
            raise ValueError(
                f"The configuration of a {self.kind} needs the keys 'class_name' and 'config'. "
                f"Received keys: {sorted(config)}"
            )
        with custom_object_scope(custom_objects):
            custom = find_custom(config)
            name = config["config"] if is_function(config) else config["class_name"]
            return revive(self.find(name) if custom is None else custom, config)

    @classmethod
    def of(cls, name: str, rooms: list[str]) -> Any:
        """The entry called exactly ``name`` of any catalog, or ``None``.

        Args:
            name: of a class or function.
            rooms: modules of this package below which it has to be defined.
        """
        for catalog in cls._all:
            entry = catalog._objects.get(name)
            if entry is not None and entry.__module__.split(".")[: len(rooms)] == rooms:
                return entry
        return None


def is_function(config: Mapping[str, Any]) -> bool:
    """Whether a configuration describes a function, of which there is only the name.

    Example:
        >>> from jaxkeras.registry.catalog import is_function
        >>> is_function({"class_name": "function", "config": "relu"})
        True
    """
    return config.get("class_name") == "function"


def find_custom(config: Mapping[str, Any]) -> Any:
    """The caller's own class or function that a configuration names, or ``None``.

    Args:
        config: its ``registered_name`` counts before its ``class_name``.

    Example:
        >>> from jaxkeras.registry import custom_object_scope
        >>> from jaxkeras.registry.catalog import find_custom
        >>> with custom_object_scope({"Text": str}):
        ...     find_custom({"class_name": "Text", "config": {}})
        <class 'str'>
    """
    name = config["config"] if is_function(config) else config["class_name"]
    for key in (config.get("registered_name"), name):
        if key is not None and (found := get_registered_object(key)) is not None:
            return found
    return None


def revive(entry: Any, config: Mapping[str, Any]) -> Any:
    """A function as it is; of a class an object, built and compiled as its configuration says.

    Args:
        entry: the class or function.
        config: the entry ``"config"`` has the arguments; ``"build_config"`` and
            ``"compile_config"``, where there are any, go to the methods of such names.

    Example:
        >>> from jaxkeras import layers
        >>> from jaxkeras.registry import revive
        >>> config = {"config": {"units": 3}, "build_config": {"input_shape": [None, 4]}}
        >>> revive(layers.Dense, config).count_params()
        15
    """
    if not inspect.isclass(entry):
        return entry
    with reading(config):
        arguments = dict(config.get("config") or {})
        make: Any = getattr(entry, "from_config", None)
        made: Any = entry(**arguments) if make is None else make(arguments)
        if config.get("build_config") and not getattr(made, "built", True):
            made.build_from_config(config["build_config"])
        if config.get("compile_config"):
            made.compile_from_config(config["compile_config"])
        return made


@contextlib.contextmanager
def reading(config: Mapping[str, Any]) -> Iterator[None]:
    """Note on errors inside a ``with`` block which object's configuration was being read.

    Args:
        config: that of the object.

    Example:
        >>> from jaxkeras.registry.catalog import reading
        >>> try:
        ...     with reading({"class_name": "Dense", "config": {"name": "out"}}):
        ...         raise KeyError("units")
        ... except KeyError as error:
        ...     error.__notes__
        ["In the configuration of Dense 'out'."]
    """
    try:
        yield
    except Exception as error:
        inner = config.get("config")
        name = inner.get("name") if isinstance(inner, Mapping) else None
        told = f" {name!r}" if isinstance(name, str) else ""
        note = f"In the configuration of {config.get('class_name') or 'an object'}{told}."
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)
        raise


def deserializer(get: Callable[[Any], Any]) -> Callable[..., Any]:
    """The public ``deserialize(config, custom_objects=None)`` of a module, made of its `get`."""

    def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """What `serialize` wrote down, made anew; the caller's own classes come by name."""
        with custom_object_scope(custom_objects):
            return get(config)

    return deserialize

"""The caller's own classes and functions, by the names under which files know them."""

import contextlib
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = [
    "custom_names",
    "custom_object_scope",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "register_keras_serializable",
]

_objects: dict[str, Any] = {}
_scopes: list[Mapping[str, Any]] = []
_registered_names: dict[Any, str] = {}


def get_custom_objects() -> dict[str, Any]:
    """The caller's own classes and functions by name; the dictionary may be changed.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.utils.get_custom_objects()['swishy'] = lambda x: x / 2
        >>> jaxkeras.activations.get('swishy')(4.0)
        2.0
        >>> jaxkeras.utils.get_custom_objects().clear()
    """
    return _objects


@contextlib.contextmanager
def custom_object_scope(custom_objects: Mapping[str, Any] | None) -> Iterator[None]:
    """Make the caller's own classes and functions resolvable by name inside a ``with`` block.

    Args:
        custom_objects: classes and functions by name.

    Example:
        >>> import jaxkeras
        >>> with jaxkeras.utils.custom_object_scope({'double': lambda x: 2 * x}):
        ...     jaxkeras.activations.get('double')(4.0)
        8.0
    """
    _scopes.append(dict(custom_objects or {}))
    try:
        yield
    finally:
        _scopes.pop()


def custom_names() -> list[str]:
    """All names of the caller's own classes and functions.

    Example:
        >>> from jaxkeras.registry.custom_objects import custom_names, custom_object_scope
        >>> with custom_object_scope({"double": lambda x: 2 * x}):
        ...     custom_names()[0]
        'double'
    """
    return [name for table in (*_scopes, _objects) for name in table]


def register_keras_serializable(package: str = "Custom", name: str | None = None):
    """Decorator that makes a class or function loadable by name, as ``package>name``.

    Args:
        package: what the names of one author begin with.
        name: by default the name in Python.

    Raises:
        TypeError: a class has no ``get_config``, so it cannot be written down.

    Example:
        >>> import jaxkeras
        >>> @jaxkeras.utils.register_keras_serializable(package="demo")
        ... def halve(x):
        ...     return x / 2
        >>> jaxkeras.activations.get("demo>halve")(4.0)
        2.0
        >>> jaxkeras.utils.get_registered_name(halve)
        'demo>halve'
        >>> jaxkeras.utils.get_custom_objects().clear()
    """

    def enter(entry):
        if inspect.isclass(entry) and not hasattr(entry, "get_config"):
            raise TypeError(
                f"The class {entry.__name__} cannot be registered: it has no get_config(), which "
                "tells a file the arguments to make it again with."
            )
        registered = f"{package}>{name or entry.__name__}"
        _registered_names[entry] = registered
        _objects[registered] = entry
        return entry

    return enter


def get_registered_name(obj: Any) -> str:
    """The name of a class or function in files: ``package>name``, or its name in Python.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.utils.get_registered_name(jaxkeras.layers.Dense)
        'Dense'
    """
    return _registered_names.get(obj) or obj.__name__


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """The caller's own class or function of this name, or ``None``.

    Args:
        name: ``package>name``, or a name of `custom_object_scope`.
        custom_objects: where else to look for it.
        module_objects: where to look for it last.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.utils.get_registered_object("half", {"half": 0.5})
        0.5
    """
    tables = [*reversed(_scopes), _objects, custom_objects or {}, module_objects or {}]
    return next((table[name] for table in tables if name in table), None)

"""Values as plain data, in the format of Keras 3, and back."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.config import DTypePolicy
from jaxkeras.registry.catalog import Catalog, find_custom, is_function, revive
from jaxkeras.registry.custom_objects import custom_object_scope, get_registered_name

__all__ = ["described", "deserialize", "serialize"]

# Where Keras has what lies in modules of this package, if not in the room of the same name.
_PLACES = {
    "jaxkeras.models": "keras",
    "jaxkeras.optimizers.schedules": "keras.optimizers.schedules",
}

# Classes that Keras writes down under another name than their own.
_PUBLIC_NAMES = {"GroupedQueryAttention": "GroupQueryAttention"}


def serialize(value: Any) -> Any:
    """A value as plain data, in the format of Keras 3.

    Objects that have a ``get_config`` become dictionaries with the keys ``module``,
    ``class_name``, ``config`` and ``registered_name``; layers also tell for which shape they were
    built, and models how they were compiled. Functions become names.

    Args:
        value: a number, text, array, named function, configurable object, or a list or dictionary
            of these.

    Raises:
        TypeError: the value is nothing of that kind, such as a ``lambda``.

    Source:
        ``keras.saving.serialize_keras_object``

    Example:
        >>> import jaxkeras
        >>> jaxkeras.utils.serialize_keras_object([jaxkeras.regularizers.L2(0.5)])
        [{'module': 'keras.regularizers', 'class_name': 'L2', 'config': {'l2': 0.5},
          'registered_name': None}]
    """
    if hasattr(value, "get_config") and not isinstance(value, type):
        return _written_down(value)
    match value:
        case None | bool() | int() | float() | str():
            return value
        case DTypePolicy():
            return described("keras", "DTypePolicy", {"name": value.name})
        case np.generic():
            return value.item()
        case np.ndarray() | jax.Array():
            if value.ndim == 0:
                return value.item()
            kind = "__numpy__" if isinstance(value, np.ndarray) else "__tensor__"
            return _special(kind, value=np.asarray(value).tolist(), dtype=str(value.dtype))
        case Mapping():
            return {key: serialize(item) for key, item in value.items()}
        case list() | tuple():
            return [serialize(item) for item in value]
        case slice():
            parts = (serialize(part) for part in (value.start, value.stop, value.step))
            return _special("__slice__", **dict(zip(("start", "stop", "step"), parts, strict=True)))
        case bytes():
            return _special("__bytes__", value=value.decode())
    if value is Ellipsis:
        return _special("__ellipsis__")
    name = getattr(value, "__name__", "<lambda>")
    if name == "<lambda>":
        what = "a lambda, which has no name to find it by" if callable(value) else repr(value)
        raise TypeError(
            f"A configuration cannot hold {what}. It takes numbers, text, arrays, functions made "
            "with `def`, best with @jaxkeras.utils.register_keras_serializable() above, and "
            "objects that have a get_config()."
        )
    if _is_own(value):
        return value.__name__
    return described(value.__module__, "function", get_registered_name(value), value)


def described(module: str | None, class_name: str, config: Any, custom: Any = None) -> dict:
    """How Keras 3 writes down an object.

    Args:
        module: where its class is found.
        class_name: name of its class.
        config: the arguments to make it again with.
        custom: the class or function, if it is the caller's own.

    Example:
        >>> from jaxkeras.registry.serialization import described
        >>> described("keras.layers", "Flatten", {})
        {'module': 'keras.layers', 'class_name': 'Flatten', 'config': {}, 'registered_name': None}
    """
    return {
        "module": None if module == "__main__" else module,
        "class_name": class_name,
        "config": config,
        "registered_name": None if custom is None else get_registered_name(custom),
    }


def _special(class_name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": config}


def _is_own(entry: Any) -> bool:
    return entry.__module__.split(".")[0] == "jaxkeras"


def _place(entry: Any) -> str:
    """The module in which programs find a class of this package, by Keras's name for it."""
    for own, theirs in _PLACES.items():
        if f"{entry.__module__}.".startswith(f"{own}."):
            return theirs
    return f"keras.{entry.__module__.split('.')[1]}"


def _written_down(value: Any) -> dict[str, Any]:
    cls = type(value)
    config = serialize(value.get_config())
    if not _is_own(cls):
        data = described(cls.__module__, cls.__name__, config, cls)
    elif (public := getattr(value, "keras_class", None)) is not None:
        module, name = public
        data = described(module, name, config) | {"registered_name": name}
    else:
        name = _PUBLIC_NAMES.get(cls.__name__, cls.__name__)
        data = described(_place(cls), name, config)
    for key in ("build_config", "compile_config"):
        get = getattr(value, f"get_{key}", None)
        if get is not None and (part := get()):
            data[key] = serialize(part)
    return data


def deserialize(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True
) -> Any:
    """What `serialize` or Keras 3 wrote down, made anew. Nothing is imported and no code is run.

    Args:
        config: plain data; every dictionary with ``class_name`` and ``config`` becomes an object.
        custom_objects: the caller's own classes and functions by name.
        safe_mode: no matter: stored code is never run.

    Raises:
        ValueError: a class is unknown, or the data holds code.

    Source:
        ``keras.saving.deserialize_keras_object``

    Example:
        >>> import jaxkeras
        >>> config = jaxkeras.utils.serialize_keras_object({"penalty": jaxkeras.regularizers.L2(3)})
        >>> jaxkeras.utils.deserialize_keras_object(config)["penalty"].l2
        3.0
    """
    with custom_object_scope(custom_objects):
        return _made_anew(config)


def _made_anew(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_made_anew(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "class_name" not in value or "config" not in value:
        return {key: _made_anew(item) for key, item in value.items()}
    read = _READERS.get(value["class_name"])
    return _revived(value) if read is None else read(value["config"])


def _revived(config: Mapping[str, Any]) -> Any:
    found = find_custom(config)
    name, module = config["class_name"], config.get("module") or ""
    if is_function(config):
        name = config["config"]
    top, *rooms = [part for part in module.split(".") if part != "src"]
    if found is None and top in ("keras", "builtins"):
        found = Catalog.of(name, ["jaxkeras", *rooms[:1]])
    if found is None:
        where = f" of the module {module!r}" if module else ""
        raise ValueError(
            f"Unknown class or function {name!r}{where}: nothing is imported while a "
            f"configuration is read. If it is your own, pass custom_objects={{{name!r}: ...}}, or "
            "put @jaxkeras.utils.register_keras_serializable() above its definition and import it."
        )
    return revive(found, config)


def _refused(config: Any) -> Any:
    raise ValueError(
        "The data holds a lambda, that is code, which is not run here. Write it as a function "
        "with a name, make the object anew and load its weights."
    )


def _array(config: Any) -> np.ndarray:
    """An array of numbers; text of a stated length would take memory without end."""
    dtype = jnp.dtype(config["dtype"])
    if not (jnp.issubdtype(dtype, jnp.number) or dtype.kind == "b"):
        raise ValueError(f"An array of a configuration holds numbers. Received: dtype={dtype!s}")
    return np.asarray(config["value"], dtype)


_READERS: dict[str, Callable[[Any], Any]] = {
    "__numpy__": _array,
    "__tensor__": lambda config: jnp.asarray(_array(config)),
    "__bytes__": lambda config: config["value"].encode(),
    "__slice__": lambda config: slice(*(config[part] for part in ("start", "stop", "step"))),
    "__ellipsis__": lambda config: ...,
    "__lambda__": _refused,
    **dict.fromkeys(
        ("DTypePolicy", "FloatDTypePolicy", "Policy"), lambda config: DTypePolicy(config["name"])
    ),
}

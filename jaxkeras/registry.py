"""Names and objects: classes that record their own configuration, and catalogs of names.

Loading a configuration resolves names in closed catalogs and in what the caller hands over
(`custom_object_scope`, ``custom_objects=``); it never imports and never runs stored code.
"""

import collections
import contextlib
import difflib
import functools
import inspect
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, ClassVar

import jax
import numpy as np

from jaxkeras.config import DTypePolicy

__all__ = [
    "Catalog",
    "Configurable",
    "clear_session",
    "custom_object_scope",
    "deserializer",
    "get_custom_objects",
    "no_argument",
    "register_keras_serializable",
    "serialize",
    "snake_case",
    "suggest",
    "unique_name",
]

_custom_objects: dict[str, Any] = {}
_name_counts: collections.Counter[str] = collections.Counter()

# What Keras 1 and 2 called things that have another name today.
_TODAY = {
    "W_constraint": "kernel_constraint", "W_regularizer": "kernel_regularizer",
    "b_constraint": "bias_constraint", "b_regularizer": "bias_regularizer",
    "init": "kernel_initializer", "input": "inputs", "nb_epoch": "epochs",
    "nb_val_samples": "validation_steps", "output": "outputs", "output_dim": "units", "p": "rate",
    "samples_per_epoch": "steps_per_epoch", "show_accuracy": "metrics",
}  # fmt: skip


def suggest(word: str, choices: Iterable[str]) -> str:
    """A sentence that names the nearest right spelling, or an empty string.

    A word of Keras 1 or 2 is answered with today's.

    Example:
        >>> from jaxkeras.registry import suggest
        >>> suggest("rellu", ["relu", "tanh"])
        " Did you mean 'relu'?"
    """
    lowered = {choice.lower(): choice for choice in choices}
    if (today := _TODAY.get(word)) in lowered:
        return f" Did you mean {today!r}?"
    close = difflib.get_close_matches(str(word).lower(), lowered, n=1, cutoff=0.6)
    return f" Did you mean {lowered[close[0]]!r}?" if close else ""


def no_argument(owner: str, name: str, known: Collection[str]) -> TypeError:
    """The answer to an unknown keyword: the nearest right one, or all that there are.

    Example:
        >>> from jaxkeras.registry import no_argument
        >>> no_argument("fit", "nb_epoch", ["x", "y", "epochs"])
        TypeError("fit has no argument 'nb_epoch'. Did you mean 'epochs'?")
    """
    hint = suggest(name, known) or f" It takes: {', '.join(known) or 'none'}."
    return TypeError(f"{owner} has no argument {name!r}.{hint}")


def snake_case(name: str) -> str:
    """``"LayerNormalization"`` as ``"layer_normalization"``, ``"Conv2D"`` as ``"conv2d"``.

    Example:
        >>> from jaxkeras.registry import snake_case
        >>> snake_case("GlorotUniform"), snake_case("Conv2DTranspose"), snake_case("GRUCell")
        ('glorot_uniform', 'conv2d_transpose', 'gru_cell')
    """
    words = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def unique_name(base: str) -> str:
    """The next free one of ``base``, ``base_1``, ``base_2``, ...

    Example:
        >>> from jaxkeras.registry import unique_name
        >>> unique_name("example"), unique_name("example")
        ('example', 'example_1')
    """
    count = _name_counts[base]
    _name_counts[base] += 1
    return f"{base}_{count}" if count else base


def clear_session() -> None:
    """Start the numbering of automatic names (``dense``, ``dense_1``, ...) anew.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.utils.clear_session()
        >>> jaxkeras.layers.Dense(2).name, jaxkeras.layers.Dense(2).name
        ('dense', 'dense_1')
    """
    _name_counts.clear()


class _Record:
    """The arguments that an object was constructed with; compared and hashed by identity."""

    __slots__ = ("arguments",)

    def __init__(self, arguments: dict[str, Any]):
        self.arguments = arguments


@functools.cache
def _parameters(cls: type) -> tuple[dict[str, inspect.Parameter], bool]:
    """Named parameters that ``cls(...)`` accepts, those behind ``**kwargs`` of bases included.

    The second value tells whether other keywords may be right too, which is so where a class of
    the user's takes ``**kwargs``: only the class itself knows what it does with them.
    """
    found: dict[str, inspect.Parameter] = {}
    is_open = False
    for base in cls.__mro__:
        if "__init__" not in vars(base) or base is object:
            continue
        parameters = list(inspect.signature(base.__init__).parameters.values())[1:]
        named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        found.update({p.name: p for p in named if p.name not in found})
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
        if vars(base).get("_keeps_keywords", False):
            return found, True
        is_open = is_open or not base.__module__.startswith("jaxkeras.")
    return found, is_open


class Configurable:
    """Base of every object that can be written down as a dictionary and made again from it.

    The arguments of the constructor are recorded when an object is made, so `get_config` is
    derived, and a misspelt argument is answered with the nearest right name.

    Example:
        >>> from jaxkeras.registry import Configurable
        >>> class Scale(Configurable):
        ...     def __init__(self, factor, offset=0.0):
        ...         self.factor, self.offset = factor, offset
        >>> Scale(3.0).get_config()
        {'factor': 3.0, 'offset': 0.0}
        >>> Scale.from_config({'factor': 2.0}).factor
        2.0
        >>> Scale(facter=3.0)
        Traceback (most recent call last):
            ...
        TypeError: Scale has no argument 'facter'. Did you mean 'factor'?
    """

    _record: _Record
    _keeps_keywords: bool = False  # whether the class has a use of its own for any keyword

    def __new__(cls, *args, **kwargs):
        self = super().__new__(cls)
        known, is_open = _parameters(cls)
        for name in kwargs:
            if name not in known and not is_open:
                raise no_argument(cls.__name__, name, known)
        signature = inspect.signature(cls.__init__)
        try:
            bound = signature.bind(self, *args, **kwargs)
        except TypeError:
            return self  # copy and pickle pass no arguments; otherwise __init__ says what is wrong
        arguments: dict[str, Any] = {}
        for name, value in list(bound.arguments.items())[1:]:
            kind = signature.parameters[name].kind
            arguments.update(value if kind is inspect.Parameter.VAR_KEYWORD else {name: value})
        object.__setattr__(self, "_record", _Record(arguments))
        return self

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data: numbers, strings, lists and dictionaries."""
        given = self._record.arguments
        config = {
            name: given.get(name, parameter.default)
            for name, parameter in _parameters(type(self))[0].items()
            if name in given or parameter.default is not inspect.Parameter.empty
        }
        config |= {name: value for name, value in given.items() if name not in config}
        return {name: serialize(value) for name, value in config.items()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]):
        """An object made anew from what `get_config` returned."""
        return cls(**config)


def serialize(value: Any) -> Any:
    """A value as plain data: configurable objects become ``{"class_name": ..., "config": ...}``."""
    match value:
        case Configurable():
            cls = type(value)
            return {
                "class_name": getattr(cls, "_registered_name", cls.__name__),
                "config": value.get_config(),
            }
        case None | bool() | int() | float() | str():
            return value
        case DTypePolicy():
            return value.name
        case np.generic():
            return value.item()
        case np.ndarray() | jax.Array():
            return np.asarray(value).tolist()
        case Mapping():
            return {key: serialize(item) for key, item in value.items()}
        case list() | tuple():
            return [serialize(item) for item in value]
    if hasattr(value, "__name__"):
        return getattr(value, "_registered_name", value.__name__)
    raise TypeError(
        f"A configuration cannot hold {value!r}: it takes numbers, text, arrays, named functions "
        "and objects that have a get_config()."
    )


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
        for table in (_custom_objects, self._objects):
            for key in (name, name.lower()):
                if key in table:
                    return table[key]
        hint = suggest(name, [*self._objects, *_custom_objects])
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
        if callable(found) or isinstance(found, Configurable):
            return found
        raise TypeError(
            f"Expected {self.kind} as a name, a configuration or a callable object. "
            f"Received: {identifier!r}"
        )

    def deserialize(self, config: Mapping[str, Any]) -> Any:
        """The object that ``{"class_name": ..., "config": ...}`` describes."""
        if "class_name" not in config:
            raise ValueError(
                f"The configuration of a {self.kind} needs the keys 'class_name' and 'config'. "
                f"Received keys: {sorted(config)}"
            )
        found: Any = self.find(config.get("registered_name") or config["class_name"])
        make = getattr(found, "from_config", None)
        return found if make is None else make(dict(config.get("config") or {}))


def get_custom_objects() -> dict[str, Any]:
    """The caller's own classes and functions by name; the dictionary may be changed.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.utils.get_custom_objects()['swishy'] = lambda x: x / 2
        >>> jaxkeras.activations.get('swishy')(4.0)
        2.0
        >>> jaxkeras.utils.get_custom_objects().clear()
    """
    return _custom_objects


@contextlib.contextmanager
def custom_object_scope(custom_objects: Mapping[str, Any] | None) -> Iterator[None]:
    """Make the caller's own classes and functions resolvable by name inside a ``with`` block.

    Example:
        >>> import jaxkeras
        >>> with jaxkeras.utils.custom_object_scope({'double': lambda x: 2 * x}):
        ...     jaxkeras.activations.get('double')(4.0)
        8.0
    """
    before = dict(_custom_objects)
    _custom_objects.update(custom_objects or {})
    try:
        yield
    finally:
        _custom_objects.clear()
        _custom_objects.update(before)


def deserializer(get: Callable[[Any], Any]) -> Callable[..., Any]:
    """The public ``deserialize(config, custom_objects=None)`` of a module, made of its `get`."""

    def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """What `serialize` wrote down, made anew; the caller's own classes come by name."""
        with custom_object_scope(custom_objects):
            return get(config)

    return deserialize


def register_keras_serializable(package: str = "Custom", name: str | None = None):
    """Decorator that makes a class or function loadable by name, as ``package>name``.

    Example:
        >>> import jaxkeras
        >>> @jaxkeras.utils.register_keras_serializable(package="demo")
        ... def halve(x):
        ...     return x / 2
        >>> jaxkeras.activations.get("demo>halve")(4.0)
        2.0
        >>> jaxkeras.utils.get_custom_objects().clear()
    """

    def enter(entry):
        registered = f"{package}>{name or entry.__name__}"
        entry._registered_name = registered
        _custom_objects[registered] = entry
        return entry

    return enter

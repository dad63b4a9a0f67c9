"""Classes that record their own configuration."""

import functools
import inspect
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from jaxkeras.registry.keywords import no_argument
from jaxkeras.registry.serialization import deserialize, serialize

__all__ = ["Configurable", "constructor_parameters"]


class _Record:
    """The arguments that an object was constructed with; compared and hashed by identity."""

    __slots__ = ("arguments", "build_shapes")

    def __init__(self, arguments: dict[str, Any]):
        self.arguments = arguments
        self.build_shapes: dict[str, Any] | None = None  # of a layer: what `build` was called with


@functools.cache
def constructor_parameters(cls: type) -> tuple[dict[str, inspect.Parameter], bool]:
    """Named parameters that ``cls(...)`` accepts, those behind ``**kwargs`` of bases included.

    The second value tells whether other keywords may be right too, which is so where a class of
    the user's takes ``**kwargs``: only the class itself knows what it does with them.

    Args:
        cls: a configurable class.

    Example:
        >>> from jaxkeras import layers
        >>> from jaxkeras.registry.configurable import constructor_parameters
        >>> known, is_open = constructor_parameters(layers.RepeatVector)
        >>> sorted(known)[-3:], is_open
        (['n', 'name', 'trainable'], False)
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
        known, is_open = constructor_parameters(cls)
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
            for name, parameter in constructor_parameters(type(self))[0].items()
            if name in given or parameter.default is not inspect.Parameter.empty
        }
        config |= {name: value for name, value in given.items() if name not in config}
        return {name: serialize(self._stands_for(name, value)) for name, value in config.items()}

    def _stands_for(self, name: str, value: Any) -> Any:
        """The object that was named by an argument; lists for arrays, which constructors take."""
        if isinstance(value, (np.ndarray, jax.Array)):
            return np.asarray(value).tolist()
        is_name = value is None or isinstance(value, (str, dict))
        is_property = isinstance(getattr(type(self), name, None), property)
        made = getattr(self, name, None) if is_name and not is_property else None
        is_own = str(getattr(made, "__module__", "")).startswith("jaxkeras.")
        is_object = hasattr(made, "get_config") and not inspect.isclass(made)
        return made if is_object or (is_own and inspect.isfunction(made)) else value

    @classmethod
    def from_config(cls, config: Mapping[str, Any]):
        """An object made anew from what `get_config` returned, here or in Keras.

        Arguments that this class does not have are passed over where they ask for nothing, that is
        where they are ``None`` or ``False``.
        """
        known, is_open = constructor_parameters(cls)
        wanted = {
            name: value
            for name, value in config.items()
            if is_open or name in known or value not in (None, False)
        }
        return cls(**{name: _object(value) for name, value in wanted.items()})


def _object(value: Any) -> Any:
    """Objects for what Keras 3 wrote down; an older format is left to the constructor."""
    if isinstance(value, list):
        return [_object(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "module" in value or str(value.get("class_name")).startswith("__"):
        return deserialize(value)
    return {key: _object(item) for key, item in value.items()}

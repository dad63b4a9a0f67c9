"""Keywords: the answer to a misspelt one, and today's for those of older Keras."""

import functools
import inspect
import typing
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar, cast

from jaxkeras.registry.names import suggest

__all__ = [
    "format_arguments",
    "given_twice",
    "keywords_of",
    "no_argument",
    "refuse_unknown",
    "takes_legacy_keywords",
    "teaches_keywords",
    "warn_of_legacy_keywords",
]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def no_argument(owner: str, name: str, known: Collection[str]) -> TypeError:
    """The answer to an unknown keyword: the nearest right one, or all that there are.

    Args:
        owner: what was called.
        name: the keyword.
        known: the right ones.

    Example:
        >>> from jaxkeras.registry import no_argument
        >>> no_argument("fit", "nb_epoch", ["x", "y", "epochs"])
        TypeError("fit has no argument 'nb_epoch'. Did you mean 'epochs'?")
    """
    hint = suggest(name, known) or f" It takes: {', '.join(known) or 'none'}."
    return TypeError(f"{owner} has no argument {name!r}.{hint}")


def keywords_of(signature: inspect.Signature) -> list[str] | None:
    """The keywords that a function takes; ``None`` if any will do.

    Args:
        signature: that of the function; its ``**options`` may be annotated with `typing.Unpack`
            of a `typing.TypedDict`.

    Example:
        >>> import inspect
        >>> from typing import TypedDict, Unpack
        >>> from jaxkeras.registry import keywords_of
        >>> class Look(TypedDict, total=False):
        ...     color: str
        >>> def draw(x, **look: Unpack[Look]): ...
        >>> keywords_of(inspect.signature(draw))
        ['x', 'color']
    """
    known: list[str] = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            options = typing.get_args(parameter.annotation)
            if not options:
                return None
            known += options[0].__annotations__
        elif parameter.name != "self" and parameter.kind is not parameter.VAR_POSITIONAL:
            known.append(parameter.name)
    return known


def refuse_unknown(owner: str, given: Iterable[str], known: Collection[str] | None) -> None:
    """Answer the first keyword that is none of the known ones.

    Args:
        owner: what was called.
        given: the keywords it was called with.
        known: what `keywords_of` tells.

    Raises:
        TypeError: there is such a keyword.

    Example:
        >>> from jaxkeras.registry import refuse_unknown
        >>> refuse_unknown("relu", ["x", "alfa"], ["x", "alpha"])
        Traceback (most recent call last):
            ...
        TypeError: relu has no argument 'alfa'. Did you mean 'alpha'?
    """
    for name in given:
        if known is not None and name not in known:
            raise no_argument(owner, name, known)


def teaches_keywords(*without_effect: str) -> Callable[[_Function], _Function]:
    """Decorator: a misspelt keyword is answered with the nearest right name.

    Args:
        *without_effect: keywords of Keras that change no result; they are accepted and dropped.

    Example:
        >>> from jaxkeras.registry import teaches_keywords
        >>> @teaches_keywords("workers")
        ... def train(x, epochs=1):
        ...     return epochs
        >>> train(0, epochs=2, workers=4)
        2
        >>> train(0, epoch=2)
        Traceback (most recent call last):
            ...
        TypeError: train has no argument 'epoch'. Did you mean 'epochs'?
    """

    def teach(function: _Function) -> _Function:
        known = keywords_of(inspect.signature(function))
        called = _called(function)

        @functools.wraps(function)
        def call(*args, **kwargs):
            for dropped in without_effect:
                kwargs.pop(dropped, None)
            refuse_unknown(called, kwargs, known)
            return function(*args, **kwargs)

        return cast(_Function, call)

    return teach


def takes_legacy_keywords(
    convert: Mapping[str, Callable[[Any], Any]] | None = None, /, **today: str
) -> Callable[[_Function], _Function]:
    """Decorator: keywords of older Keras are taken as today's, with a warning.

    Args:
        convert: by the old name, what makes today's value of the old one.
        **today: by the old name, today's.

    Example:
        >>> import warnings
        >>> from jaxkeras.registry import takes_legacy_keywords
        >>> @takes_legacy_keywords(nb_epoch="epochs")
        ... def train(x, epochs=1):
        ...     return epochs
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     warnings.simplefilter("always")
        ...     train(0, nb_epoch=3)
        3
        >>> print(caught[0].message)
        train got nb_epoch=3, which is Keras 1's. Today it is written epochs=3.
    """

    def take(function: _Function) -> _Function:
        called = _called(function)

        @functools.wraps(function)
        def call(*args, **kwargs):
            old = {name: kwargs.pop(name) for name in today if name in kwargs}
            if not old:
                return function(*args, **kwargs)
            new = {
                today[name]: (convert or {}).get(name, _as_it_is)(value)
                for name, value in old.items()
            }
            for name in old:
                if today[name] in kwargs:
                    raise given_twice(called, name, today[name])
            warn_of_legacy_keywords(called, format_arguments((), old), format_arguments((), new))
            return function(*args, **kwargs, **new)

        return cast(_Function, call)

    return take


def given_twice(owner: str, old: str, today: str) -> TypeError:
    """The answer to one thing under two names.

    Args:
        owner: what was called.
        old: Keras 1's name of an argument.
        today: today's.

    Example:
        >>> from jaxkeras.registry import given_twice
        >>> print(given_twice("fit", "nb_epoch", "epochs"))
        fit got 'nb_epoch' and 'epochs', Keras 1's and today's name of one thing. Pass 'epochs'
        alone.
    """
    return TypeError(
        f"{owner} got {old!r} and {today!r}, Keras 1's and today's name of one thing. Pass "
        f"{today!r} alone."
    )


def warn_of_legacy_keywords(
    owner: str, old: str, new: str, advice: str = "", stacklevel: int = 3
) -> None:
    """Tell that words of older Keras were understood, and what is written today.

    Args:
        owner: what was called.
        old: arguments as they came.
        new: as they are written today; empty if they have no effect.
        advice: a sentence on what to do instead of what is left out.
        stacklevel: see `warnings.warn`.

    Example:
        >>> import warnings
        >>> from jaxkeras.registry import warn_of_legacy_keywords
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     warnings.simplefilter("always")
        ...     warn_of_legacy_keywords("LSTM", "consume_less='gpu'", "")
        >>> print(caught[0].message)
        LSTM got consume_less='gpu', which is Keras 1's. Today it is left out.
    """
    today = f"written {new}" if new else "left out"
    message = f"{owner} got {old}, which is Keras 1's. Today it is {today}. {advice}"
    warnings.warn(message.rstrip(), None, stacklevel)


def format_arguments(args: Iterable[Any], kwargs: Mapping[str, Any]) -> str:
    """Arguments as they are written in a call; three dots stand for objects.

    Example:
        >>> from jaxkeras.registry import format_arguments
        >>> format_arguments((8, (3, 3)), {"padding": "same", "kernel_regularizer": object()})
        "8, (3, 3), padding='same', kernel_regularizer=..."
    """
    named = [f"{name}={_shown(value)}" for name, value in kwargs.items()]
    return ", ".join([*map(_shown, args), *named])


def _called(function: Callable) -> str:
    """What a user calls: the function, or the class whose constructor it is."""
    *_, owner, name = ["", *function.__qualname__.split(".")]
    return owner if name == "__init__" else name


def _shown(value: Any) -> str:
    return repr(value) if _is_plain(value) else "..."


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (str, int, float))


def _as_it_is(value: Any) -> Any:
    return value

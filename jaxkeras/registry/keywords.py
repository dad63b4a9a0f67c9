"""Keywords: the answer to a misspelt one."""

import functools
import inspect
import typing
from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar, cast

from jaxkeras.registry.names import suggest

__all__ = ["keywords_of", "no_argument", "refuse_unknown", "teaches_keywords"]

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
        *_, owner, name = ["", *function.__qualname__.split(".")]
        called = owner if name == "__init__" else name

        @functools.wraps(function)
        def call(*args, **kwargs):
            for dropped in without_effect:
                kwargs.pop(dropped, None)
            refuse_unknown(called, kwargs, known)
            return function(*args, **kwargs)

        return cast(_Function, call)

    return teach

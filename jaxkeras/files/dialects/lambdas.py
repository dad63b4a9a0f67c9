"""Layers whose function was stored as code, which is read but never run."""

from collections.abc import Collection, Mapping
from typing import Any

from jaxkeras.files.dialects.draft import Draft
from jaxkeras.files.lambdas import expression_of

__all__ = ["turn_lambda"]

_CODE = ("function_type", "module", "output_shape", "output_shape_module", "output_shape_type")


def turn_lambda(draft: Draft, functions: Collection[str] = ()) -> None:
    """Give a ``Lambda`` the caller's function, or what its stored code is known to compute.

    Args:
        draft: of a layer of any kind; others stay as they are.
        functions: names of layers whose function the caller has.

    Raises:
        UnsafeCodeError: the code is more than arithmetic; the message shows it.
        CorruptFileError: it is no code at all.

    Example:
    >>> from jaxkeras.files.dialects.draft import Draft
    >>> from jaxkeras.files.dialects.lambdas import turn_lambda
    >>> stored = {"name": "half", "function": ["4wE=", None, None], "function_type": "lambda"}
    >>> draft = Draft({"class_name": "Lambda", "config": stored}, [])
    >>> turn_lambda(draft, ["half"])
    >>> draft.finished()["config"]
    {'name': 'half', 'function': 'half'}
    """
    if draft.class_name not in ("Lambda", "Merge"):
        return
    field = "function" if draft.class_name == "Lambda" else "mode"
    if draft.name in functions:
        if draft.class_name == "Merge":
            draft.become("Lambda")
            draft.config = {"name": draft.name, "function": draft.name}
            return
        draft.drop(*_CODE)
        draft.turn(field, function=draft.name)
        return
    if draft.class_name == "Merge":
        return
    function = draft.config.get("function")
    draft.drop(*_CODE)
    if _is_code(function, draft.entry["config"]):
        expression = expression_of(_code(function), draft.config.get("arguments"), draft.name)
        draft.become("Formula")
        draft.drop("arguments", "mask")
        draft.turn("function", expression=expression.to_data())


def _is_code(function: Any, config: Mapping[str, Any]) -> bool:
    if isinstance(function, Mapping):
        return function.get("class_name") in ("__lambda__", "__tuple__")
    return isinstance(function, (list, tuple)) or config.get("function_type") == "lambda"


def _code(function: Any) -> Any:
    """Code, defaults and closure, without the tuple that `tf.keras` puts around them."""
    is_tuple = isinstance(function, Mapping) and function["class_name"] == "__tuple__"
    return function["items"] if is_tuple else function

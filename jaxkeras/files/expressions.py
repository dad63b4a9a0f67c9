"""Arithmetic of one argument as data: what can stand in a file where others store code."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["FUNCTIONS", "Expression", "ExpressionError", "fold"]

_MOST_NODES = 500
_DEEPEST = 60
_LARGEST = 2**63
_LONGEST = 32  # text: the name of a type

_ONE = ("x",)
_REDUCTION = ("x", "axis", "keepdims")
_TWO = ("x1", "x2")

FUNCTIONS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(
        (
            "abs", "ceil", "cos", "elu", "exp", "expm1", "floor", "gelu", "log", "log1p",
            "negative", "relu", "relu6", "round", "rsqrt", "selu", "sigmoid", "sign", "silu",
            "sin", "softplus", "softsign", "sqrt", "square", "stop_gradient", "tanh",
        ),
        _ONE,
    ),
    **dict.fromkeys(("logsumexp", "max", "mean", "min", "prod", "std", "sum", "var"), _REDUCTION),
    **dict.fromkeys(
        ("add", "divide", "dot", "matmul", "maximum", "minimum", "multiply", "power", "subtract"),
        _TWO,
    ),
    "argmax": ("x", "axis"),
    "argmin": ("x", "axis"),
    "cast": ("x", "dtype"),
    "clip": ("x", "x_min", "x_max"),
    "concatenate": ("xs", "axis"),
    "expand_dims": ("x", "axis"),
    "flip": ("x", "axis"),
    "normalize": ("x", "axis", "order", "epsilon"),
    "reshape": ("x", "newshape"),
    "softmax": ("x", "axis"),
    "squeeze": ("x", "axis"),
    "stack": ("x", "axis"),
    "transpose": ("x", "axes"),
}  # fmt: skip
"""The functions of `jaxkeras.ops` that an expression may call, with their parameters."""

_BINARY: dict[str, tuple[int, Callable[[Any, Any], Any]]] = {  # with how strongly they bind
    "<": (1, operator.lt), "<=": (1, operator.le), "==": (1, operator.eq), "!=": (1, operator.ne),
    ">": (1, operator.gt), ">=": (1, operator.ge), "+": (2, operator.add), "-": (2, operator.sub),
    "*": (3, operator.mul), "/": (3, operator.truediv), "//": (3, operator.floordiv),
    "%": (3, operator.mod), "@": (3, operator.matmul), "**": (5, operator.pow),
}  # fmt: skip
_UNARY = {"-": operator.neg}
_UNARY_STRENGTH, _POWER_STRENGTH, _WHOLE = 4, 5, 6


class ExpressionError(ValueError):
    """Data that is no expression, or one that is too large."""


@dataclass(frozen=True)
class Expression:
    """Arithmetic of one argument ``x``, an array or a list of arrays.

    Args:
        tree: nested tuples or lists, each with its kind in front: ``("input",)``,
            ``("const", number)``, ``("unary", "-", a)``, ``("binary", "+", a, b)``,
            ``("index", a, place)``, ``("slice", start, stop, step)``, ``("ellipsis",)``,
            ``("tuple", ...)``, ``("list", ...)``, and ``("call", name, arguments, named)`` for a
            function of `jaxkeras.ops`, with pairs of names and values at the end.

    Raises:
        ExpressionError: it is none of these, or larger than an expression needs to be.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import ops
        >>> from jaxkeras.files.expressions import Expression
        >>> scaled = Expression(["binary", "/", ["input"], ["const", 255.0]])
        >>> print(scaled)
        x / 255.0
        >>> scaled(jnp.array([51.0]), ops)
        Array([0.2], dtype=float32)
        >>> Expression(scaled.to_data()) == scaled
        True
    """

    tree: Any

    def __post_init__(self):
        object.__setattr__(self, "tree", _checked(self.tree))

    def __call__(self, x: Any, ops: Any) -> Any:
        """The value for an argument.

        Args:
            x: an array or a symbolic tensor, or a list of such.
            ops: what has the functions as attributes: `jaxkeras.ops`.

        Raises:
            TypeError: an operator is used on a list, or on numbers alone.
        """
        return _value(self.tree, x, ops)

    def __str__(self) -> str:
        return _text(self.tree, 0)

    def to_data(self) -> list[Any]:
        """The tree as lists, for JSON."""
        return _listed(self.tree)


def fold(name: str, first: float, second: float) -> float:
    """An operator on two numbers, worked out within bounds.

    Raises:
        ExpressionError: the result is no number, or would be very large.

    Example:
        >>> from jaxkeras.files.expressions import fold
        >>> fold("/", 1, 4)
        0.25
        >>> fold("**", 9, 999999)
        Traceback (most recent call last):
            ...
        jaxkeras.files.expressions.ExpressionError: 9 ** 999999 is not worked out.
    """
    is_large = name == "**" and abs(second) > 64
    try:
        value = None if is_large or name not in _BINARY else _BINARY[name][1](first, second)
    except (ArithmeticError, TypeError):
        value = None
    if value is None or not _is_constant(value):
        raise ExpressionError(f"{first} {name} {second} is not worked out.")
    return value


def _checked(tree: Any) -> tuple[Any, ...]:
    left = _MOST_NODES

    def check(node: Any, depth: int) -> tuple[Any, ...]:
        nonlocal left
        left -= 1
        if left < 0 or depth > _DEEPEST:
            raise ExpressionError(
                f"An expression has at most {_MOST_NODES} parts, {_DEEPEST} deep."
            )
        match node:
            case ["input" | "ellipsis" as kind]:
                return (kind,)
            case ["const", value] if _is_constant(value):
                return ("const", value)
            case ["tuple" | "list" as kind, *items]:
                return (kind, *(check(item, depth + 1) for item in items))
            case ["slice", start, stop, step]:
                return ("slice", *(check(item, depth + 1) for item in (start, stop, step)))
            case ["index", value, place]:
                return ("index", check(value, depth + 1), check(place, depth + 1))
            case ["unary", str(name), value] if name in _UNARY:
                return ("unary", name, check(value, depth + 1))
            case ["binary", str(name), first, second] if name in _BINARY:
                return ("binary", name, check(first, depth + 1), check(second, depth + 1))
            case ["call", str(name), [*args], [*named]] if name in FUNCTIONS:
                pairs = []
                for pair in named:
                    match pair:
                        case [str(key), value] if key in FUNCTIONS[name]:
                            pairs.append((key, check(value, depth + 1)))
                        case _:
                            raise ExpressionError(f"{name} has no argument {str(pair)[:40]}.")
                return ("call", name, tuple(check(arg, depth + 1) for arg in args), tuple(pairs))
        raise ExpressionError(f"This is no part of an expression: {str(node)[:80]}")

    return check(tree, 0)


def _is_constant(value: Any) -> bool:
    match value:
        case None | bool():
            return True
        case int():
            return abs(value) < _LARGEST
        case float():
            return not math.isnan(value)
        case str():
            return len(value) <= _LONGEST and value.isidentifier()
    return False


def _value(node: tuple[Any, ...], x: Any, ops: Any) -> Any:
    def values(nodes: Any) -> list[Any]:
        return [_value(inner, x, ops) for inner in nodes]

    match node:
        case ("input",):
            return x
        case ("const", value):
            return value
        case ("ellipsis",):
            return ...
        case ("slice", *parts):
            return slice(*values(parts))
        case ("tuple", *items):
            return tuple(values(items))
        case ("list", *items):
            return values(items)
        case ("index", value, place):
            value, place = values((value, place))
            return value[place]
        case ("unary", name, value):
            return _UNARY[name](*_operands(name, values((value,))))
        case ("binary", name, *both):
            return _BINARY[name][1](*_operands(name, values(both)))
    _, name, args, named = node
    given = {key: _value(value, x, ops) for key, value in named}
    return getattr(ops, name)(*values(args), **given)


def _operands(name: str, values: list[Any]) -> list[Any]:
    """Arrays and numbers; anything else could grow beyond all bounds."""
    kinds = [type(value) for value in values]
    is_number = [kind in (bool, int, float) for kind in kinds]
    if all(is_number) or any(issubclass(kind, Sequence | slice) for kind in kinds):
        shown = ", ".join(kind.__name__ for kind in kinds)
        raise TypeError(
            f"The operator {name} is for arrays, and for numbers with an array. Received: {shown}."
            + (" Choose one of several inputs: x[0]." if list in kinds else "")
        )
    return values


def _listed(node: Any) -> Any:
    return [_listed(part) for part in node] if isinstance(node, tuple) else node


def _text(node: Any, strength: int) -> str:
    """As Python writes it, in parentheses where what stands around binds more strongly."""

    def texts(nodes: Any) -> list[str]:
        return [_text(inner, 0) for inner in nodes]

    match node:
        case ("input",):
            return "x"
        case ("ellipsis",):
            return "..."
        case ("const", value):
            return f"({value!r})" if str(value).startswith("-") and strength else repr(value)
        case ("list", *items):
            return f"[{', '.join(texts(items))}]"
        case ("tuple", *items):
            return f"({', '.join(texts(items))}{',' * (len(items) == 1)})"
        case ("slice", *parts):
            return f"slice({', '.join(texts(parts))})"
        case ("index", value, place):
            places = place[1:] if place[0] == "tuple" and len(place) > 1 else (place,)
            return f"{_text(value, _WHOLE)}[{', '.join(map(_place, places))}]"
        case ("unary", name, value):
            made, own = f"{name}{_text(value, _UNARY_STRENGTH)}", _UNARY_STRENGTH
        case ("binary", name, first, second):
            own = _BINARY[name][0]
            sides = (own + 1, own) if own == _POWER_STRENGTH else (own, own + 1)
            made = f"{_text(first, sides[0])} {name} {_text(second, sides[1])}"
        case _:
            _, name, args, named = node
            given = [f"{key}={_text(value, 0)}" for key, value in named]
            return f"{name}({', '.join(texts(args) + given)})"
    return f"({made})" if own < strength else made


def _place(node: Any) -> str:
    """What stands between brackets."""
    if node[0] != "slice":
        return _text(node, 0)
    parts = ["" if part == ("const", None) else _text(part, 0) for part in node[1:]]
    return ":".join(parts if parts[2] else parts[:2])

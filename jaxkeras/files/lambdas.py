"""Functions that old files store as code, recognised as arithmetic without running them.

The instructions are followed on paper: a stack of expressions instead of values. What is not
arithmetic of the input by functions that are known by name is refused.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jaxkeras.files.bytecode import Instruction, instructions_of, listing
from jaxkeras.files.errors import UnsafeCodeError, damaged
from jaxkeras.files.expressions import Expression, ExpressionError, fold
from jaxkeras.files.functions import known_call, known_constant, known_type
from jaxkeras.files.marshal_data import CodeData, read_marshal

__all__ = ["expression_of"]

_LONGEST = 1_000_000  # bytes of code
_MOST_INSTRUCTIONS = 2000
_MOST_UNPACKED = 20
_TAKES_ANY = 0x04 | 0x08  # *args, **kwargs
_IS_GENERATOR = 0x20 | 0x80 | 0x200
_CODE_STARTS = "c\xe3"


def expression_of(
    stored: Any, arguments: Mapping[str, Any] | None = None, layer: str = "lambda"
) -> Expression:
    """The arithmetic that the stored code of a `Lambda` layer computes. Nothing is run.

    Args:
        stored: what the layer's configuration says of its function: marshalled code as text;
            ``[code, defaults, closure]`` of Keras 1 and 2; or the ``__lambda__`` of Keras 3.
        arguments: further arguments that the layer gives to the function, by name.
        layer: the layer's name, for messages.

    Raises:
        UnsafeCodeError: it does something else; the message shows the code.
        CorruptFileError: it is no code at all.

    Example:
        >>> import base64, marshal
        >>> from jaxkeras.files.lambdas import expression_of
        >>> def scale(x): return x / 127.5 - 1
        >>> print(expression_of([base64.b64encode(marshal.dumps(scale.__code__)).decode()]))
        x / 127.5 - 1
    """
    label = f'The code of the Lambda layer "{layer}"'
    code, defaults, closure = _parts(stored, label)
    made = read_marshal(_bytes(code, label), label)
    if not isinstance(made, CodeData):
        raise damaged(label, f"it holds no code, but {type(made).__name__}")
    try:
        frame = _Frame(made, _locals(made, defaults, arguments), _free(made, closure))
        return Expression(frame.result())
    except (_NotArithmetic, ExpressionError, RecursionError) as error:
        raise UnsafeCodeError(layer, str(error), listing(made)) from error


class _NotArithmetic(Exception):
    """The code does something that expressions do not have."""


def _parts(stored: Any, label: str) -> tuple[Any, Any, Any]:
    match stored:
        case str():
            return stored, None, None
        case {"code": code}:
            return code, stored.get("defaults"), stored.get("closure")
        case {"class_name": "__lambda__", "config": {"code": _}}:
            return _parts(stored["config"], label)
        case [code]:
            return code, None, None
        case [code, defaults]:
            return code, defaults, None
        case [code, defaults, closure]:
            return code, defaults, closure
    raise damaged(label, f"expected text or a list of three, got {str(stored)[:60]}")


def _bytes(text: Any, label: str) -> bytes:
    """Undo what makes bytes text: base64 since Keras 2.0.7, one character a byte before."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise damaged(label, "it is no text, or too long")
    if text[:1] in _CODE_STARTS:
        return text.encode("raw_unicode_escape")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError as error:
        raise damaged(label, error) from error


def _locals(code: CodeData, defaults: Any, arguments: Any) -> dict[str, Any]:
    """The variables at the beginning: the input, and arguments that have a value."""
    if code.flags & (_TAKES_ANY | _IS_GENERATOR):
        raise _NotArithmetic("it takes any number of arguments, or gives its values one by one")
    if not 0 < code.argcount + code.other_parameters <= len(code.varnames):
        raise _NotArithmetic("it takes no argument")
    values = list(defaults) if isinstance(defaults, Sequence) else []
    first = max(code.argcount - len(values), 0)
    named = dict(zip(code.varnames[first : code.argcount], values, strict=False))
    named |= arguments if isinstance(arguments, Mapping) else {}
    variables = {}
    for name in code.varnames[1 : code.argcount + code.other_parameters]:
        if name not in named:
            raise _NotArithmetic(f"its argument {name!r} has no value")
        variables[name] = _constant(named[name])
    return variables | {code.varnames[0]: ("input",)}


def _free(code: CodeData, closure: Any) -> dict[str, Any]:
    """The variables of the function around, as far as they were stored."""
    values = closure if isinstance(closure, Sequence) else ()
    return {
        name: _constant(value) for name, value in zip(code.freevars, values, strict=False)
    }  # those without a value are missed only where they are used


def _constant(value: Any) -> Any:
    match value:
        case tuple() | list():
            return ("tuple" if isinstance(value, tuple) else "list", *map(_constant, value))
        case bytes():
            return ("const", value.decode("latin-1"))
        case CodeData():
            raise _NotArithmetic("it makes a function")
    if value is Ellipsis:
        return ("ellipsis",)
    return ("const", value)


@dataclass(frozen=True)
class _Name:
    """A global variable, or an attribute of one: ``K.abs``."""

    path: str


_NULL = _Name("")  # what Python puts beside a function that is no method


@dataclass
class _Frame:
    """Follows the instructions of one function."""

    code: CodeData
    variables: dict[str, Any]
    free: dict[str, Any]
    stack: list[Any] = field(default_factory=list)
    keywords: tuple[str, ...] = ()

    def result(self) -> Any:
        steps = instructions_of(self.code)
        if len(steps) > _MOST_INSTRUCTIONS:
            raise _NotArithmetic("it is too long")
        for step in steps:
            if step.name == "RETURN_VALUE":
                return self.pop_value()
            self.follow(step)
        raise _NotArithmetic("it does not end")

    def follow(self, step: Instruction) -> None:
        name, arg = step
        word, _, sign = name.partition(" ")
        if word == "BINARY":
            second, first = self.pop_value(), self.pop_value()
            self.push(_binary(sign, first, second, self.code.python < (3, 0)))
            return
        act = _ACTIONS.get(name)
        if act is None:
            raise _NotArithmetic(f"it has the instruction {name}")
        act(self, arg)

    # ---------------------------------------------------------------- the stack

    def push(self, value: Any) -> None:
        if isinstance(value, tuple):
            Expression(value)  # so that what grows is noticed while it is small
        self.stack.append(value)

    def require(self, count: int) -> None:
        if not 0 < count <= len(self.stack):
            raise _NotArithmetic("it takes more values than it has")

    def pop(self) -> Any:
        self.require(1)
        return self.stack.pop()

    def drop(self) -> None:
        self.pop()

    def pop_value(self) -> Any:
        value = self.pop()
        if isinstance(value, _Name):
            known = known_constant(value.path)
            if known is None:
                raise _NotArithmetic(f"it computes with {value.path or 'nothing'}")
            return ("const", known)
        return value

    def pop_values(self, count: int, pop: Callable | None = None) -> list[Any]:
        if count:
            self.require(count)
        return [(pop or self.pop_value)() for _ in range(count)][::-1]

    def named(self, table: Sequence[Any], index: int) -> Any:
        if index >= len(table):
            raise _NotArithmetic(f"it names variable {index}, which there is not")
        return table[index]

    # ---------------------------------------------------------------- instructions

    def load(self, table: str, known: str, index: int) -> None:
        name = self.named(getattr(self.code, table), index)
        variables = getattr(self, known)
        if name not in variables:
            raise _NotArithmetic(f"it uses {name!r}, whose value is not stored")
        self.push(variables[name])

    def load_const(self, index: int) -> None:
        self.push(_constant(self.named(self.code.consts, index)))

    def load_global(self, index: int) -> None:
        self.push(_Name(self.named(self.code.names, index)))

    def load_attr(self, index: int) -> None:
        name, owner = self.named(self.code.names, index), self.pop()
        if not isinstance(owner, _Name) or owner is _NULL:
            raise _NotArithmetic(f"it asks a value for {name!r}")
        self.push(_Name(f"{owner.path}.{name}"))

    def load_method(self, index: int) -> None:
        self.load_attr(index)
        self.push(_NULL)

    def import_name(self, index: int) -> None:
        wanted = self.pop()
        self.pop()
        path = self.named(self.code.names, index)
        self.push(_Name(path if wanted != ("const", None) else path.partition(".")[0]))

    def import_from(self, index: int) -> None:
        owner = self.pop()
        self.push(owner)
        self.push(owner)
        self.load_attr(index)

    def store(self, index: int) -> None:
        self.variables[self.named(self.code.varnames, index)] = self.pop()

    def swap(self, place: int) -> None:
        self.require(place)
        self.stack[-place], self.stack[-1] = self.stack[-1], self.stack[-place]

    def copy(self, place: int) -> None:
        self.require(place)
        self.push(self.stack[-place])

    def build(self, kind: str, count: int) -> None:
        self.push((kind, *self.pop_values(count)))

    def build_slice(self, count: int) -> None:
        parts = self.pop_values(count)
        self.push(("slice", *parts, *[("const", None)] * (3 - len(parts))))

    def slice_of(self, has_start: bool, has_stop: bool) -> None:
        """What Python 2 has besides: ``x[start:stop]``."""
        stop = self.pop_value() if has_stop else ("const", None)
        start = self.pop_value() if has_start else ("const", None)
        self.push(("index", self.pop_value(), ("slice", start, stop, ("const", None))))

    def subscript(self, _: int) -> None:
        place = self.pop_value()
        self.push(("index", self.pop_value(), place))

    def negative(self, _: int) -> None:
        value = self.pop_value()
        is_number = value[0] == "const" and type(value[1]) in (int, float)
        self.push(("const", -value[1]) if is_number else ("unary", "-", value))

    def unpack(self, count: int) -> None:
        value = self.pop_value()
        if count > _MOST_UNPACKED:
            raise _NotArithmetic(f"it unpacks {count} values")
        for place in reversed(range(count)):
            self.push(("index", value, ("const", place)))

    # ---------------------------------------------------------------- calls

    def take_names(self, index: int) -> None:
        self.keywords = _strings(_constant(self.named(self.code.consts, index)))

    def call(self, count: int) -> None:
        """Since 3.11, and of a method since 3.7: something empty stands beside the function."""
        self.call_with(count, self.keywords, has_null=True)
        self.keywords = ()

    def call_plain(self, count: int) -> None:
        self.call_with(count, ())

    def call_named(self, count: int) -> None:
        has_null = self.code.python >= (3, 11)
        self.call_with(count, _strings(self.pop_value()), has_null)

    def call_pairs(self, counts: int) -> None:
        """Until 3.5: the names of arguments stand before each of them."""
        pairs = self.pop_values(2 * (counts >> 8))
        names = _strings(("tuple", *pairs[::2]))
        for value in pairs[1::2]:
            self.push(value)
        self.call_with((counts & 255) + len(names), names)

    def call_with(self, count: int, names: tuple[str, ...], has_null: bool = False) -> None:
        if len(names) > count:
            raise _NotArithmetic("it names more arguments than it gives")
        values = self.pop_values(count, self.pop_argument)
        first = count - len(names)
        function = self.pop()
        if has_null:
            other = self.pop()
            function = other if function is _NULL else function
            if other is not _NULL and function is not other:
                raise _NotArithmetic("it calls a method of a value")
        if not isinstance(function, _Name) or function is _NULL:
            raise _NotArithmetic("it calls what it computed")
        made = known_call(
            function.path, values[:first], dict(zip(names, values[first:], strict=True))
        )
        if made is None:
            raise _NotArithmetic(f"it calls {function.path}")
        self.push(made)

    def pop_argument(self) -> Any:
        """A value, or the name of a type, as in ``tf.cast(x, tf.float32)``."""
        value = self.stack[-1] if self.stack else None
        name = known_type(value.path) if isinstance(value, _Name) else None
        return self.pop_value() if name is None else self.drop() or ("const", name)


def _strings(node: Any) -> tuple[str, ...]:
    match node:
        case ("tuple", *items) if all(item[0] == "const" for item in items):
            names = [item[1] for item in items]
            if all(isinstance(name, str) for name in names):
                return tuple(names)
    raise _NotArithmetic("it names arguments in an unknown way")


def _binary(sign: str, first: Any, second: Any, is_python_2: bool) -> Any:
    """Two constants are worked out at once, within bounds."""
    numbers = [node[1] for node in (first, second) if node[0] == "const"]
    if len(numbers) < 2 or not all(type(number) in (int, float) for number in numbers):
        return ("binary", sign, first, second)
    is_whole = all(type(number) is int for number in numbers)
    return ("const", fold("//" if sign == "/" and is_python_2 and is_whole else sign, *numbers))


_ACTIONS: Mapping[str, Callable[[_Frame, int], None]] = {
    "BINARY_SUBSCR": _Frame.subscript,
    "BUILD_LIST": lambda frame, count: frame.build("list", count),
    "BUILD_SLICE": _Frame.build_slice,
    "BUILD_TUPLE": lambda frame, count: frame.build("tuple", count),
    "CALL": _Frame.call,
    "CALL_FUNCTION": _Frame.call_plain,
    "CALL_FUNCTION_KW": _Frame.call_named,
    "CALL_KW": _Frame.call_named,
    "CALL_METHOD": _Frame.call,
    "CALL_WITH_PAIRS": _Frame.call_pairs,
    "COPY": _Frame.copy,
    "IMPORT_FROM": _Frame.import_from,
    "IMPORT_NAME": _Frame.import_name,
    "KW_NAMES": _Frame.take_names,
    "LOAD_ATTR": _Frame.load_attr,
    "LOAD_CONST": _Frame.load_const,
    "LOAD_DEREF": lambda frame, index: frame.load("derefs", "free", index),
    "LOAD_FAST": lambda frame, index: frame.load("varnames", "variables", index),
    "LOAD_GLOBAL": _Frame.load_global,
    "LOAD_METHOD": _Frame.load_method,
    "POP_TOP": lambda frame, _: frame.drop(),
    "PUSH_NULL": lambda frame, _: frame.push(_NULL),
    "SLICE+0": lambda frame, _: frame.slice_of(False, False),
    "SLICE+1": lambda frame, _: frame.slice_of(True, False),
    "SLICE+2": lambda frame, _: frame.slice_of(False, True),
    "SLICE+3": lambda frame, _: frame.slice_of(True, True),
    "STORE_FAST": _Frame.store,
    "SWAP": _Frame.swap,
    "UNARY_NEGATIVE": _Frame.negative,
    "UNPACK_SEQUENCE": _Frame.unpack,
}

"""Python's marshal format read as data: what code objects consist of, without making one.

Old Keras files hold the functions of `Lambda` layers in this format. Reading takes time and memory
in proportion to the bytes that are there, whatever these claim.

Source:
    ``Python/marshal.c`` of CPython 2.7 to 3.13
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jaxkeras.files.errors import damaged

__all__ = ["CodeData", "read_marshal"]

_DEEPEST = 50
_MOST_VALUES = 100_000
_MOST_DIGITS = 100  # of 15 bits, for a whole number
_FROM_REFERENCES = 0x80  # the bit that has a value remembered, to be referred to
_FREE = 0x80  # the kind of a variable that comes from the function around
_TEXT, _BYTES = "aAzZtu", "s"


@dataclass(frozen=True)
class CodeData:
    """What a code object consists of.

    Attributes:
        python: the first version of Python that lays out code objects in this way.
        name: of the function, ``"<lambda>"`` for one without.
        argcount: how many parameters are positional.
        other_parameters: how many can only be named.
        flags: bits that tell, for example, that there is a ``*args``.
        code: the instructions.
        consts: the constants.
        names: of global variables and of attributes.
        varnames: of local variables, parameters first.
        derefs: of variables that are shared with other functions.
        freevars: those of them that come from the function around.
    """

    python: tuple[int, int]
    name: str
    argcount: int
    other_parameters: int
    flags: int
    code: bytes
    consts: tuple[Any, ...]
    names: tuple[str, ...]
    varnames: tuple[str, ...]
    derefs: tuple[str, ...]
    freevars: tuple[str, ...]


def read_marshal(data: bytes, label: str) -> Any:
    """The value that ``marshal.dumps`` of any Python since 2.4 wrote; code comes as `CodeData`.

    Args:
        data: the bytes.
        label: what they are, for messages.

    Raises:
        CorruptFileError: they are damaged, or nested deeper than any program is.

    Example:
        >>> import marshal
        >>> from jaxkeras.files.marshal_data import read_marshal
        >>> read_marshal(marshal.dumps((1, 2.5, "text", None)), "example")
        (1, 2.5, 'text', None)
        >>> def double(x): return 2 * x
        >>> read_marshal(marshal.dumps(double.__code__), "example").varnames
        ('x',)
    """
    try:
        return _Reader(data).value(0)
    except (_Damage, struct.error, ValueError, OverflowError) as error:
        raise damaged(label, f"marshalled data: {error}") from error


class _Damage(Exception):
    """The bytes make no sense."""


class _Incomplete:
    """Stands for a value that is being read, and that refers to itself."""


class _Reader:
    """Reads from the front and remembers what later bytes refer to."""

    def __init__(self, data: bytes):
        self.data, self.place = data, 0
        self.count = 0  # of values, those of references counted each time
        self.references: list[tuple[Any, int]] = []  # values, and how many each consists of
        self.interned: list[tuple[Any, int]] = []  # likewise, in Python 2

    def take(self, size: int) -> bytes:
        if not 0 <= size <= len(self.data) - self.place:
            raise _Damage(f"{size} bytes wanted at {self.place} of {len(self.data)}")
        self.place += size
        return self.data[self.place - size : self.place]

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def counted(self, more: int) -> None:
        self.count += more
        if self.count > _MOST_VALUES:
            raise _Damage(f"more than {_MOST_VALUES} values")

    def value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise _Damage(f"nested more than {_DEEPEST} deep")
        self.counted(1)
        before, byte = self.count, self.take(1)[0]
        kind = chr(byte & ~_FROM_REFERENCES)
        if kind == "r":
            return self.referred(self.references)
        if kind == "R":
            return self.referred(self.interned)
        index = len(self.references)
        is_remembered = bool(byte & _FROM_REFERENCES)
        if is_remembered:
            self.references.append((_Incomplete, 1))
        made = self.made(kind, depth)
        if is_remembered:
            self.references[index] = made, self.count - before + 1
        return made

    def referred(self, known: list[tuple[Any, int]]) -> Any:
        index = self.number("<i")
        if not 0 <= index < len(known) or known[index][0] is _Incomplete:
            raise _Damage(f"a reference to value {index}, which there is not")
        value, count = known[index]
        self.counted(count)
        return value

    def made(self, kind: str, depth: int) -> Any:
        if kind in _ALONE:
            return _ALONE[kind]
        if kind in _TEXT or kind in _BYTES:
            return self.text(kind)
        if kind in _SEQUENCES:
            size = self.number("B" if kind == ")" else "<i")
            if not 0 <= size <= len(self.data) - self.place:
                raise _Damage(f"{size} values wanted at {self.place} of {len(self.data)}")
            return _SEQUENCES[kind](self.value(depth + 1) for _ in range(size))
        match kind:
            case "i":
                return self.number("<i")
            case "I":
                return self.number("<q")
            case "l":
                return self.long()
            case "f":
                return float(self.take(self.number("B")))
            case "g":
                return self.number("<d")
            case "x":
                return complex(*(float(self.take(self.number("B"))) for _ in range(2)))
            case "y":
                return complex(self.number("<d"), self.number("<d"))
            case "c":
                return self.code(depth + 1)
        raise _Damage(f"unknown kind {kind!r} at {self.place - 1}")

    def long(self) -> int:
        size = self.number("<i")
        if abs(size) > _MOST_DIGITS:
            raise _Damage(f"a number of {abs(size)} digits")
        digits = struct.unpack(f"<{abs(size)}H", self.take(2 * abs(size)))
        total = sum(digit << (15 * place) for place, digit in enumerate(digits))
        return -total if size < 0 else total

    def text(self, kind: str) -> Any:
        content = self.take(self.number("B" if kind in "zZ" else "<i"))
        if kind == "s":
            return content
        made = content.decode("utf-8" if kind in "tu" else "latin-1", "surrogatepass")
        if kind == "t":
            self.interned.append((made, 1))
        return made

    def code(self, depth: int) -> CodeData:
        numbers = [self.number("<i") for _ in range(self.numbers_before_code())]
        code, consts, names, variables, kinds = (self.value(depth) for _ in range(5))
        varnames = _names(variables)
        if isinstance(kinds, bytes):
            python = 3, 11
            free = tuple(name for name, kind in zip(varnames, kinds, strict=True) if kind & _FREE)
            derefs = varnames
        else:
            python = {4: (2, 0), 5: (3, 0), 6: (3, 8)}[len(numbers)]
            free = _names(kinds)
            derefs = _names(self.value(depth)) + free
        _file_name, name = self.value(depth), self.value(depth)
        if python >= (3, 11):
            _qualified_name = self.value(depth)
        _first_line, _lines = self.number("<i"), self.value(depth)
        if python >= (3, 11):
            _exceptions = self.value(depth)
        if not isinstance(code, bytes) or not isinstance(consts, tuple):
            raise _Damage("a code object without instructions or constants")
        return CodeData(
            python=python,
            name=_names((name,))[0],
            argcount=numbers[0],
            other_parameters={(2, 0): 0, (3, 0): numbers[1]}.get(python, numbers[2]),
            flags=numbers[-1],
            code=code,
            consts=consts,
            names=_names(names),
            varnames=varnames,
            derefs=derefs,
            freevars=free,
        )

    def numbers_before_code(self) -> int:
        """How many numbers there are: that tells which Python wrote them."""
        for count in (4, 5, 6):
            head = self.data[self.place + 4 * count :][:5]
            if len(head) == 5 and chr(head[0] & ~_FROM_REFERENCES) == "s":
                size = int.from_bytes(head[1:], "little")
                if size <= len(self.data) - self.place:
                    return count
        raise _Damage(f"a code object of an unknown layout at {self.place}")


def _names(values: Any) -> tuple[str, ...]:
    """Text, which in Python 2 is stored as bytes."""
    if not isinstance(values, tuple):
        raise _Damage("names that are no tuple")
    texts = [value.decode("latin-1") if isinstance(value, bytes) else value for value in values]
    if not all(isinstance(text, str) for text in texts):
        raise _Damage("names that are no text")
    return tuple(texts)


_ALONE: dict[str, Any] = {"N": None, "F": False, "T": True, ".": Ellipsis}
# Sets become tuples: what they hold need not be hashable here.
_SEQUENCES: dict[str, Callable[..., Any]] = {
    "(": tuple, ")": tuple, "[": list, "<": tuple, ">": tuple
}  # fmt: skip

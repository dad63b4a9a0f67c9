"""The instructions of Python's code objects, of any version that old files come from.

Only those are known by name of which arithmetic consists; the others keep their number.

Source:
    the tables of the module ``dis`` of CPython 2.7 to 3.13
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from jaxkeras.files.errors import printable
from jaxkeras.files.marshal_data import CodeData

__all__ = ["Instruction", "instructions_of", "listing"]

_MOST_LINES = 60


class Instruction(NamedTuple):
    """One instruction.

    Attributes:
        name: as in the module ``dis``; ``"<57>"`` if the instruction is not known here.
        arg: its number, 0 where it takes none.
    """

    name: str
    arg: int


class _Version(NamedTuple):
    """How some versions of Python write instructions.

    Attributes:
        opcodes: names by number.
        caches: how many empty places follow an instruction, by its name.
        first_with_arg: of the opcodes, where only those have an argument; ``None`` where all have.
        comparison_bits: how many bits of a comparison's argument tell something else.
    """

    opcodes: Mapping[int, str]
    caches: Mapping[str, int] = {}
    first_with_arg: int | None = None
    comparison_bits: int = 0


_OPERATORS = {
    "POWER": "**", "MULTIPLY": "*", "DIVIDE": "/", "MODULO": "%", "ADD": "+", "SUBTRACT": "-",
    "FLOOR_DIVIDE": "//", "TRUE_DIVIDE": "/", "MATRIX_MULTIPLY": "@",
}  # fmt: skip
_BINARY = {16: "MATRIX_MULTIPLY", 19: "POWER", 20: "MULTIPLY", 22: "MODULO", 23: "ADD",
           24: "SUBTRACT", 26: "FLOOR_DIVIDE", 27: "TRUE_DIVIDE"}  # fmt: skip
_INPLACE = {17: "MATRIX_MULTIPLY", 28: "FLOOR_DIVIDE", 29: "TRUE_DIVIDE", 55: "ADD",
            56: "SUBTRACT", 57: "MULTIPLY", 59: "MODULO", 67: "POWER"}  # fmt: skip
_NEVER_CHANGED = {
    1: "POP_TOP", 9: "NOP", 11: "UNARY_NEGATIVE", 25: "BINARY_SUBSCR", 83: "RETURN_VALUE",
    92: "UNPACK_SEQUENCE", 100: "LOAD_CONST", 102: "BUILD_TUPLE", 103: "BUILD_LIST",
    106: "LOAD_ATTR", 107: "COMPARE_OP", 108: "IMPORT_NAME", 109: "IMPORT_FROM",
    116: "LOAD_GLOBAL", 124: "LOAD_FAST", 125: "STORE_FAST", 133: "BUILD_SLICE",
    144: "EXTENDED_ARG",
}  # fmt: skip
_UNTIL_3_10 = {
    **_NEVER_CHANGED,
    **{number: f"BINARY_{name}" for number, name in _BINARY.items()},
    **{number: f"INPLACE_{name}" for number, name in _INPLACE.items()},
    2: "ROT_TWO", 3: "ROT_THREE", 4: "DUP_TOP", 10: "UNARY_POSITIVE", 136: "LOAD_DEREF",
}  # fmt: skip
_PYTHON_2 = _Version(
    {
        **_UNTIL_3_10,
        21: "BINARY_DIVIDE", 58: "INPLACE_DIVIDE", 30: "SLICE+0", 31: "SLICE+1", 32: "SLICE+2",
        33: "SLICE+3", 131: "CALL_WITH_PAIRS", 144: "<144>", 145: "EXTENDED_ARG",
    },
    first_with_arg=90,
)  # fmt: skip
_PYTHON_3_0 = _Version({**_UNTIL_3_10, 131: "CALL_WITH_PAIRS"}, first_with_arg=90)
_PYTHON_3_6 = _Version(
    {
        **_UNTIL_3_10,
        131: "CALL_FUNCTION", 141: "CALL_FUNCTION_KW", 160: "LOAD_METHOD", 161: "CALL_METHOD",
    }
)  # fmt: skip
_FROM_3_11 = {
    **_NEVER_CHANGED,
    2: "PUSH_NULL", 99: "SWAP", 120: "COPY", 122: "BINARY_OP", 137: "LOAD_DEREF",
    149: "COPY_FREE_VARS", 151: "RESUME", 171: "CALL", 172: "KW_NAMES",
}  # fmt: skip
_PYTHON_3_11 = _Version(
    {
        **_FROM_3_11,
        10: "UNARY_POSITIVE", 106: "LOAD_ATTR", 116: "LOAD_GLOBAL_OR_NULL", 160: "LOAD_METHOD",
        166: "PRECALL",
    },
    {
        "BINARY_SUBSCR": 4, "UNPACK_SEQUENCE": 1, "LOAD_ATTR": 4, "COMPARE_OP": 2,
        "LOAD_GLOBAL_OR_NULL": 5, "LOAD_METHOD": 10, "BINARY_OP": 1, "PRECALL": 1, "CALL": 4,
    },
)  # fmt: skip
_CACHES = {
    "BINARY_SUBSCR": 1, "UNPACK_SEQUENCE": 1, "LOAD_ATTR_OR_METHOD": 9, "COMPARE_OP": 1,
    "LOAD_GLOBAL_OR_NULL": 4, "BINARY_OP": 1, "CALL": 3,
}  # fmt: skip
_PYTHON_3_12 = _Version(
    {
        **_FROM_3_11,
        26: "BINARY_SLICE", 106: "LOAD_ATTR_OR_METHOD", 116: "LOAD_GLOBAL_OR_NULL",
        121: "RETURN_CONST", 127: "LOAD_FAST",
    },
    _CACHES,
    comparison_bits=4,
)  # fmt: skip
_PYTHON_3_13 = _Version(
    {
        4: "BINARY_SLICE", 5: "BINARY_SUBSCR", 30: "NOP", 32: "POP_TOP", 34: "PUSH_NULL",
        36: "RETURN_VALUE", 42: "UNARY_NEGATIVE", 45: "BINARY_OP", 47: "BUILD_LIST",
        50: "BUILD_SLICE", 52: "BUILD_TUPLE", 53: "CALL", 57: "CALL_KW", 58: "COMPARE_OP",
        61: "COPY", 62: "COPY_FREE_VARS", 71: "EXTENDED_ARG", 74: "IMPORT_FROM",
        75: "IMPORT_NAME", 82: "LOAD_ATTR_OR_METHOD", 83: "LOAD_CONST", 84: "LOAD_DEREF",
        85: "LOAD_FAST", 87: "LOAD_FAST", 88: "LOAD_FAST_LOAD_FAST", 91: "LOAD_GLOBAL_OR_NULL",
        103: "RETURN_CONST", 110: "STORE_FAST", 111: "STORE_FAST_LOAD_FAST",
        112: "STORE_FAST_STORE_FAST", 115: "SWAP", 117: "UNPACK_SEQUENCE", 149: "RESUME",
    },
    _CACHES,
    comparison_bits=5,
)  # fmt: skip

# What `BINARY_OP` and `COMPARE_OP` number.
_NUMBERED = ("+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^")
_COMPARISONS = ("<", "<=", "==", "!=", ">", ">=")


def instructions_of(code: CodeData) -> list[Instruction]:
    """The instructions of a code object, in words that do not depend on the version of Python.

    Those that do two things are given as two, and those that do nothing are left out.

    Args:
        code: what `jaxkeras.files.marshal_data.read_marshal` found.

    Example:
        >>> import marshal
        >>> from jaxkeras.files.bytecode import instructions_of
        >>> from jaxkeras.files.marshal_data import read_marshal
        >>> def double(x): return 2 * x
        >>> code = read_marshal(marshal.dumps(double.__code__), "example")
        >>> [name for name, _ in instructions_of(code)]
        ['LOAD_CONST', 'LOAD_FAST', 'BINARY *', 'RETURN_VALUE']
    """
    versions = _versions(code)
    readings = [list(_read(code.code, version)) for version in versions]
    unknown = [sum(name.startswith("<") for name, _ in steps) for steps in readings]
    best = unknown.index(min(unknown))
    plain = (_plain(*step, versions[best]) for step in readings[best])
    return [Instruction(name, arg) for steps in plain for name, arg in steps]


def listing(code: CodeData) -> str:
    """The instructions as text, one a line.

    Example:
        >>> import marshal
        >>> from jaxkeras.files.bytecode import listing
        >>> from jaxkeras.files.marshal_data import read_marshal
        >>> def shout(text): return str.upper(text)
        >>> code = read_marshal(marshal.dumps(shout.__code__), "example")
        >>> print(listing(code))
        shout(text):
            ...
            RETURN_VALUE
    """
    steps = instructions_of(code)
    lines = [f"{code.name}({', '.join(code.varnames[: max(code.argcount, 0)])}):"]
    lines += [f"    {name} {_shown(code, name, arg)}".rstrip() for name, arg in steps[:_MOST_LINES]]
    lines += ["    ..."] * (len(steps) > _MOST_LINES)
    return "\n".join(map(printable, lines))


def _shown(code: CodeData, name: str, arg: int) -> Any:
    tables = {"LOAD_CONST": code.consts, "LOAD_FAST": code.varnames, "LOAD_DEREF": code.derefs}
    is_named = name.startswith(("LOAD_GLOBAL", "LOAD_ATTR", "LOAD_METHOD", "IMPORT"))
    table = code.names if is_named else tables.get(name, ())
    if not table:
        return arg or ""
    value = table[arg] if arg < len(table) else f"<{arg}>"
    if isinstance(value, CodeData):
        return f"<code of {value.name}>"
    shown = value if is_named or not isinstance(value, (str, bytes)) else repr(value[:60])
    return str(shown)[:60]


def _versions(code: CodeData) -> list[_Version]:
    match code.python:
        case (2, _):
            return [_PYTHON_2]
        case (3, 0):  # an instruction without argument ends a function until 3.5
            ends_short = code.code[-1:] == b"S"
            return [_PYTHON_3_0 if ends_short else _PYTHON_3_6]
        case (3, 8):
            return [_PYTHON_3_6]
    return [_PYTHON_3_11, _PYTHON_3_12, _PYTHON_3_13]


def _read(code: bytes, version: _Version) -> Iterator[Instruction]:
    place = extended = 0
    while place < len(code):
        opcode = code[place]
        name = version.opcodes.get(opcode, f"<{opcode}>")
        if version.first_with_arg is None:
            size = 2
        else:
            size = 3 if opcode >= version.first_with_arg else 1
        arg = extended | int.from_bytes(code[place + 1 : place + size], "little")
        place += size
        if name == "EXTENDED_ARG":
            extended = (arg << 8 * (size - 1)) & 0xFFFFFFFF
            continue
        extended = 0
        empty = 2 * version.caches.get(name, 0)
        if any(code[place : place + empty]) or place + empty > len(code):
            name = f"<{opcode}>"
        else:
            place += empty
        yield Instruction(name, arg)


def _plain(name: str, arg: int, version: _Version) -> list[tuple[str, int]]:
    kind, _, rest = name.partition("_")
    if kind in ("BINARY", "INPLACE") and rest in _OPERATORS:
        return [(f"BINARY {_OPERATORS[rest]}", 0)]
    null = [("PUSH_NULL", 0)] * (arg & 1)
    match name:
        case "NOP" | "RESUME" | "COPY_FREE_VARS" | "PRECALL":
            return []
        case "BINARY_OP" if arg < 2 * len(_NUMBERED):
            return [(f"BINARY {_NUMBERED[arg % len(_NUMBERED)]}", 0)]
        case "COMPARE_OP" if arg >> version.comparison_bits < len(_COMPARISONS):
            return [(f"BINARY {_COMPARISONS[arg >> version.comparison_bits]}", 0)]
        case "LOAD_GLOBAL_OR_NULL":
            return [*null, ("LOAD_GLOBAL", arg >> 1)]
        case "LOAD_ATTR_OR_METHOD":
            return [("LOAD_METHOD" if arg & 1 else "LOAD_ATTR", arg >> 1)]
        case "LOAD_FAST_LOAD_FAST" | "STORE_FAST_LOAD_FAST" | "STORE_FAST_STORE_FAST":
            first, _, second, _ = name.split("_")
            return [(f"{first}_FAST", arg >> 4), (f"{second}_FAST", arg & 15)]
        case "RETURN_CONST":
            return [("LOAD_CONST", arg), ("RETURN_VALUE", 0)]
        case "BINARY_SLICE":
            return [("BUILD_SLICE", 2), ("BINARY_SUBSCR", 0)]
        case "ROT_TWO":
            return [("SWAP", 2)]
        case "ROT_THREE":
            return [("SWAP", 3), ("SWAP", 2)]
        case "DUP_TOP":
            return [("COPY", 1)]
    return [(name, arg)]

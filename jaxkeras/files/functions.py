"""Functions of Keras's backend and of TensorFlow by their names, as calls of `jaxkeras.ops`."""

import ast
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jaxkeras.files.expressions import FUNCTIONS
from jaxkeras.files.tensorflow_functions import DEFAULTS
from jaxkeras.files.tensorflow_functions import FUNCTIONS as TENSORFLOW
from jaxkeras.registry import snake_case

__all__ = ["known_call", "known_constant", "known_type"]

_PATTERNS = {
    "keras": r"(?:(?:tf|tensorflow|tensorflow\.python)\.)?(?:keras\.)?(?:K|backend)\.(\w+)",
    "tf": r"(?:K\.)?(?:tf|tensorflow)\.(?:compat\.v1\.)?(?:math\.|nn\.)?(\w+)",
    "ops": r"(?:keras\.)?ops\.(?:numpy\.|nn\.)?(\w+)",
    "activations": r"(?:(?:tf|tensorflow)\.)?(?:keras\.)?activations\.(\w+)",
}
_CONSTANTS = {
    **dict.fromkeys(("math.pi", "np.pi", "numpy.pi"), math.pi),
    "False": False,  # in Python 2 these are variables
    "True": True,
}
_TYPES = ("float16", "bfloat16", "float32", "float64", "int8", "uint8", "int32", "int64", "bool")

# What has the same name as in `ops`, with nothing but the input.
_SAME = (
    "abs", "cos", "elu", "exp", "log", "relu", "round", "sigmoid", "sign", "sin", "softplus",
    "softsign", "sqrt", "square", "stop_gradient", "tanh",
)  # fmt: skip
_REDUCTIONS = ("logsumexp", "max", "mean", "min", "prod", "std", "sum", "var")

# Name in the other library: name in `ops`, and its parameters in the order of the other library.
_KERAS = {
    **{name: (name, "x") for name in _SAME},
    **{name: (name, "x axis keepdims") for name in _REDUCTIONS},
    "argmax": ("argmax", "x axis=-1"),
    "argmin": ("argmin", "x axis=-1"),
    "cast": ("cast", "x dtype"),
    "clip": ("clip", "x x_min x_max"),
    "concatenate": ("concatenate", "xs axis=-1"),
    "dot": ("dot", "x1 x2"),
    "expand_dims": ("expand_dims", "x axis=-1"),
    "l2_normalize": ("normalize", "x axis=None epsilon=1e-6"),
    "maximum": ("maximum", "x1 x2"),
    "minimum": ("minimum", "x1 x2"),
    "permute_dimensions": ("transpose", "x axes"),
    "pow": ("power", "x1 x2"),
    "reshape": ("reshape", "x newshape"),
    "reverse": ("flip", "x axis"),
    "softmax": ("softmax", "x axis=-1"),
    "squeeze": ("squeeze", "x axis"),
    "stack": ("stack", "x axis=0"),
}
_NOT_SNAKE_CASE = {"absolute": "abs", "true_divide": "divide"}


def _tensorflow() -> Iterator[tuple[str, tuple[str, str]]]:
    """What expressions may call of the functions of TensorFlow, by name without the module."""
    for path, (_, class_name, renamed) in TENSORFLOW.items():
        own = snake_case(class_name)
        own = _NOT_SNAKE_CASE.get(own, own)
        known = FUNCTIONS.get(own, ())
        defaults = DEFAULTS.get(class_name, {})
        if path.startswith("__") or not known or not defaults.keys() <= set(known):
            continue
        others = [name for name in dict.fromkeys(renamed.values()) if name in known[1:]]
        signature = [
            f"{name}={defaults[name]!r}" if name in defaults else name
            for name in (known[0], *others)
        ]
        yield path.rpartition(".")[2], (own, " ".join(signature))


_TABLES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "keras": _KERAS,
    "tf": dict(_tensorflow()),
    "ops": {name: (name, " ".join(parameters)) for name, parameters in FUNCTIONS.items()},
    "activations": {
        **{name: (name, "x") for name in ("elu", "relu", "selu", "sigmoid", "softplus")},
        **{name: (name, "x") for name in ("softsign", "tanh")},
        "softmax": ("softmax", "x axis=-1"),
    },
}
_FIRST = ("features", "input", "input_tensor", "logits", "t", "tensor", "tensors", "values", "x")
_RENAMED = {
    "clip_value_max": "x_max", "clip_value_min": "x_min", "dim": "axis", "keep_dims": "keepdims",
    "max_value": "x_max", "min_value": "x_min", "pattern": "axes", "perm": "axes",
    "reduction_indices": "axis", "shape": "newshape", "squeeze_dims": "axis", "y": "x2",
}  # fmt: skip


def known_call(path: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The expression that a call of another library's function stands for, or ``None``.

    Args:
        path: the function as the code names it, ``"K.sum"``.
        args: expressions.
        kwargs: expressions by name.

    Example:
        >>> from jaxkeras.files.functions import known_call
        >>> known_call("tf.reduce_sum", [("input",)], {"keep_dims": ("const", True)})
        ('call', 'sum', (('input',),), (('keepdims', ('const', True)),))
        >>> known_call("os.system", [("input",)], {})
    """
    library, name = _located(path)
    if name == "epsilon" and library == "keras" and not args and not kwargs:
        return ("const", 1e-7)
    if name == "identity" and library in ("keras", "tf") and len(args) == 1:
        return args[0]
    if name == "to_float" and library == "tf" and len(args) == 1:
        return ("call", "cast", tuple(args), (("dtype", ("const", "float32")),))
    if name not in _TABLES.get(library, ()):
        return None
    own, signature = _TABLES[library][name]
    parameters = [word.partition("=")[::2] for word in signature.split()]
    names = [parameter for parameter, _ in parameters]
    if len(args) > len(names):
        return None
    given = dict(zip(names, args, strict=False))
    for key, value in kwargs.items():
        key = names[0] if key in _FIRST else _RENAMED.get(key, key)
        if key == "name":
            continue
        if key not in names or key in given:
            return None
        given[key] = value
    if names[0] not in given:
        return None
    for parameter, default in parameters:
        if default:
            given.setdefault(parameter, ("const", ast.literal_eval(default)))
    return ("call", own, (given.pop(names[0]),), tuple(given.items()))


def _located(path: str) -> tuple[str, str]:
    if path == "abs":
        return "keras", path
    for library, pattern in _PATTERNS.items():
        if found := re.fullmatch(pattern, path):
            return library, found[1]
    return "", path


def known_constant(path: str) -> float | None:
    """What a variable that is known by name stands for, or ``None``.

    Example:
        >>> from jaxkeras.files.functions import known_constant
        >>> known_constant("np.pi")
        3.141592653589793
    """
    return _CONSTANTS.get(path)


def known_type(path: str) -> str | None:
    """The type of numbers that a variable of another library stands for, or ``None``.

    Example:
        >>> from jaxkeras.files.functions import known_type
        >>> known_type("tf.float32"), known_type("tf.float31")
        ('float32', None)
    """
    owner, _, name = path.rpartition(".")
    return name if name in _TYPES and owner in ("tf", "tensorflow", "np", "numpy") else None

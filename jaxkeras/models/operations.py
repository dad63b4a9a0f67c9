"""Operations in the graph of a model, as Keras 3 writes them down, and back."""

import collections
import inspect
import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from jaxkeras import activations, ops
from jaxkeras.registry import deserialize, snake_case, suggest
from jaxkeras.symbolic import Node, is_symbolic

__all__ = ["call_name", "operation_named", "written_call"]

_HOME = "keras.src.ops."

# The rooms of `jaxkeras.ops`, which are also Keras's.
_ROOMS = {
    "core": ops.core,
    "linalg": ops.linalg,
    "math": ops.math,
    "nn": ops.nn,
    "numpy": ops.numpy,
    "image": ops.image,
    "einops": ops.einops,
}
_ROOM_OF = {name: room for room, module in _ROOMS.items() for name in module.__all__}

_OPERATORS = {
    operator.neg: "negative", operator.abs: "absolute", operator.invert: "logical_not",
    operator.add: "add", operator.sub: "subtract", operator.mul: "multiply",
    operator.truediv: "true_divide", operator.floordiv: "floor_divide", operator.mod: "mod",
    operator.pow: "power", operator.matmul: "matmul", operator.and_: "logical_and",
    operator.or_: "logical_or", operator.xor: "logical_xor", operator.lt: "less",
    operator.le: "less_equal", operator.gt: "greater", operator.ge: "greater_equal",
    operator.getitem: "get_item",
}  # fmt: skip

# Classes of Keras whose names are not those of the functions in camel case.
_CLASSES = {
    "abs": "Absolute", "allclose": "AllClose", "batch_normalization": "BatchNorm",
    "cdist": "CDist", "conj": "Conjugate", "ctc_decode": "CTCDecode", "ctc_loss": "CTCLoss",
    "extract_patches_3d": "ExtractPatches", "fft": "FFT", "fft2": "FFT2", "hard_swish": "HardSilu",
    "hsv_to_rgb": "HSVToRGB", "ifft2": "IFFT2", "irfft": "IRFFT", "isin": "IsIn",
    "istft": "ISTFT", "layer_normalization": "LayerNorm", "psnr": "PSNR", "rfft": "RFFT",
    "rgb_to_grayscale": "RGBToGrayscale", "rgb_to_hsv": "RGBToHSV",
    "rms_normalization": "RMSNorm", "searchsorted": "SearchSorted", "ssim": "SSIM",
    "stft": "STFT", "svd": "SVD", "swish": "Silu",
}  # fmt: skip

# In Keras a call takes the tensors, and the object that is called keeps everything else; but:
_ALSO_CALLED = {
    "dot_product_attention": {"scale"},
    "full_like": {"fill_value"},
    "get_item": {"key"},
    "isclose": {"rtol", "atol"},
    "rearrange": {"pattern", "axes_lengths"},
    "scale_and_translate": {"output_shape"},
    "select": {"condlist", "choicelist"},
    "slice": {"start_indices"},
    "slice_update": {"start_indices"},
}
_KEPT = {
    "bincount": {"weights"},
    "clip": {"x_min", "x_max"},
    "squareplus": {"b"},
    "trapezoid": {"x"},
    "unique": {"fill_value"},
}


class WrittenCall(NamedTuple):
    """A call of an operation in Keras's terms.

    Attributes:
        module: where the operation's class is found.
        class_name: name of the class.
        config: what the object keeps.
        args: what its call takes.
        kwargs: likewise, by name.
    """

    module: str
    class_name: str
    config: dict[str, Any]
    args: list[Any]
    kwargs: dict[str, Any]


def call_name(operation: Callable) -> str:
    """What a call of a function is named after in a model: for operations as in Keras.

    Example:
        >>> import operator
        >>> from jaxkeras.models.operations import call_name
        >>> call_name(operator.mul), call_name(len)
        ('multiply', 'len')
    """
    name = _public_name(operation)
    return snake_case(_class_name(name)) if name in _ROOM_OF else name


def _public_name(operation: Callable) -> str:
    """The name of an operation in `jaxkeras.ops`, or that of another function."""
    return _OPERATORS.get(operation) or getattr(operation, "__name__", type(operation).__name__)


def written_call(node: Node) -> WrittenCall:
    """The call of an operation as Keras 3 describes it.

    Args:
        node: what was recorded on symbolic tensors.

    Raises:
        TypeError: the function is none of `jaxkeras.ops`.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.models.operations import written_call
        >>> total = jaxkeras.ops.sum(jaxkeras.Input((3,)), axis=1)
        >>> call = written_call(total.node)
        >>> call.module, call.class_name, call.config
        ('keras.src.ops.numpy', 'Sum', {'axis': 1, 'keepdims': False})
    """
    name = _public_name(node.operation)
    is_activation = getattr(activations, name, None) is node.operation
    is_named = is_activation or node.operation in _OPERATORS
    by_name: Any = getattr(ops, name, None) if is_named else None
    function = by_name or getattr(node.operation, "operation", None)
    if function is None or name not in _ROOM_OF:
        raise TypeError(
            f"The model calls the function {name!r} on symbolic tensors, which a configuration "
            "cannot hold. Use a function of jaxkeras.ops, or a layer."
        )
    signature = inspect.signature(function)
    kwargs = _set_arguments(node, signature) if is_activation else node.kwargs
    bound = signature.bind(*(() if is_activation else node.args), **kwargs)
    called = (function.tensors | _ALSO_CALLED.get(name, set())) - _KEPT.get(name, set())
    config: dict[str, Any] = {}
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for parameter in signature.parameters.values():
        value = bound.arguments.get(parameter.name, parameter.default)
        is_called = parameter.name in called or is_symbolic(value)
        if parameter.kind is parameter.VAR_KEYWORD:
            kwargs |= bound.arguments.get(parameter.name, {})
        elif parameter.kind is parameter.VAR_POSITIONAL:
            args += bound.arguments.get(parameter.name, ())
        elif is_called:
            args.append(value)
        else:
            config[parameter.name] = value
    return WrittenCall(f"{_HOME}{_ROOM_OF[name]}", _class_name(name), config, args, kwargs)


def _set_arguments(node: Node, known: inspect.Signature) -> dict[str, Any]:
    """By name, the arguments of an activation's call for the operation of the same name."""
    signature = inspect.signature(node.operation)
    bound = signature.bind(*node.args, **node.kwargs)
    bound.apply_defaults()
    for name, value in bound.arguments.items():
        if name not in known.parameters and value != signature.parameters[name].default:
            raise TypeError(
                f"The model calls the activation {node.operation.__name__!r} with {name}={value!r} "
                "on symbolic tensors, which a configuration cannot hold. Use the layer instead."
            )
    return {name: bound.arguments[name] for name in known.parameters if name in bound.arguments}


def operation_named(module: str, class_name: str, config: Mapping[str, Any]) -> Callable | None:
    """The operation that Keras 3 describes, as a function of what a call takes.

    Args:
        module: where Keras finds the class, or ``"keras.src.ops."`` where that is not known;
            ``None`` is returned if it is no place of operations.
        class_name: name of the class.
        config: what the object keeps.

    Raises:
        ValueError: there is no such operation.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.models.operations import operation_named
        >>> operation_named("keras.src.ops.numpy", "Sum", {"axis": 0})([[1.0], [2.0]])
        Array([3.], dtype=float32)
    """
    if not module.startswith(_HOME):
        return None
    room = module.removeprefix(_HOME).split(".")[0]
    names = [name for name, own in _ROOM_OF.items() if room in (own, "")]
    functions = {make(name): name for make in (_class_name, _camel) for name in names}
    if class_name not in functions:
        hint = suggest(class_name, functions)
        if not room:
            hint += f" If it is a layer of your own, pass custom_objects={{{class_name!r}: ...}}."
        raise ValueError(f"Unknown operation {class_name!r} of {module!r}.{hint}")
    name = functions[class_name]
    function = getattr(_ROOMS[_ROOM_OF[name]], name)
    signature = inspect.signature(function)
    config = deserialize(config)
    kept = {key: value for key, value in config.items() if key in signature.parameters}
    asked = sorted(config.keys() - kept - {"name", "dtype"})
    if any(config[key] not in (None, False) for key in asked):
        raise ValueError(f"The operation {class_name!r} has no arguments {', '.join(asked)}.")

    def call(*args: Any, **kwargs: Any) -> Any:
        rest = [tuple(arg) if name == "get_item" and isinstance(arg, list) else arg for arg in args]
        named = {**kept, **kwargs}
        bound = inspect.BoundArguments(signature, collections.OrderedDict())
        for parameter in signature.parameters.values():
            if parameter.name in named:
                bound.arguments[parameter.name] = named.pop(parameter.name)
            elif parameter.kind is parameter.VAR_POSITIONAL:
                bound.arguments[parameter.name], rest = tuple(rest), []
            elif rest:
                bound.arguments[parameter.name] = rest.pop(0)
        return function(*bound.args, **bound.kwargs, **named)

    call.__name__ = call.__qualname__ = name
    return call


def _camel(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def _class_name(name: str) -> str:
    return _CLASSES.get(name) or _camel(name)

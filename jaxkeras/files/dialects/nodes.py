"""Nodes of TensorFlow's graph, in models of `tf.keras` 2.0 to 2.3, as calls of functions."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

__all__ = ["node_as_call"]


class _Node(NamedTuple):
    """A function of TensorFlow, and what it calls the constants and attributes of a node."""

    function: str
    constants: Sequence[str] = ()
    attributes: Mapping[str, str] = {}


_KEEPS = {"keep_dims": "keepdims"}
_NODES = {
    **{
        name: _Node(function)
        for name, function in {
            "Abs": "abs", "Add": "add", "AddV2": "add", "BiasAdd": "add", "Ceil": "math.ceil",
            "Cos": "math.cos", "Elu": "nn.elu", "Equal": "math.equal", "Erf": "math.erf",
            "Exp": "exp", "Floor": "math.floor", "Greater": "math.greater", "Identity": "identity",
            "Less": "math.less", "Log": "log", "Log1p": "math.log1p", "LogSoftmax":
            "nn.log_softmax", "Maximum": "maximum", "Minimum": "minimum", "Mul": "multiply",
            "Neg": "negative", "Pow": "pow", "RealDiv": "divide", "Relu": "nn.relu", "Relu6":
            "nn.relu6", "Round": "math.round", "Rsqrt": "math.rsqrt", "Selu": "nn.selu",
            "Sigmoid": "sigmoid", "Sign": "math.sign", "Sin": "math.sin", "Softmax": "nn.softmax",
            "Softplus": "math.softplus", "Sqrt": "sqrt", "Square": "square", "StopGradient":
            "stop_gradient", "Sub": "subtract", "Tanh": "tanh",
        }.items()
    },
    **{
        name: _Node(f"math.reduce_{name.lower()}", ("axis",), _KEEPS)
        for name in ("All", "Any", "Max", "Mean", "Min", "Prod", "Sum")
    },
    "ArgMax": _Node("math.argmax", ("axis",)),
    "ArgMin": _Node("math.argmin", ("axis",)),
    "BatchMatMulV2": _Node("matmul", (), {"adj_x": "adjoint_a", "adj_y": "adjoint_b"}),
    "Cast": _Node("cast", (), {"DstT": "dtype"}),
    "ClipByValue": _Node("clip_by_value", ("clip_value_min", "clip_value_max")),
    "ConcatV2": _Node("concat", ("axis",)),
    "DepthToSpace": _Node("nn.depth_to_space", (), {"block_size": "block_size"}),
    "ExpandDims": _Node("expand_dims", ("axis",)),
    "LeakyRelu": _Node("nn.leaky_relu", (), {"alpha": "alpha"}),
    "MatMul": _Node("matmul", (), {"transpose_a": "transpose_a", "transpose_b": "transpose_b"}),
    "Pack": _Node("stack", (), {"axis": "axis"}),
    "Pad": _Node("pad", ("paddings",)),
    "Reshape": _Node("reshape", ("shape",)),
    "Squeeze": _Node("squeeze", (), {"squeeze_dims": "axis"}),
    "StridedSlice": _Node("__operators__.getitem", ("begin", "end", "strides")),
    "Tile": _Node("tile", ("multiples",)),
    "Transpose": _Node("transpose", ("perm",)),
}  # fmt: skip
_TAKE_LISTS = ("ConcatV2", "Pack")
_TYPES = {
    "DT_BOOL": "bool", "DT_DOUBLE": "float64", "DT_FLOAT": "float32", "DT_HALF": "float16",
    "DT_INT32": "int32", "DT_INT64": "int64", "DT_UINT8": "uint8",
}  # fmt: skip


def node_as_call(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A layer that holds a node of TensorFlow's graph, as one that calls a function.

    Args:
        entry: of a ``TensorFlowOpLayer``, with its calls in the words of Keras 3.

    Example:
        >>> from jaxkeras.files.dialects.nodes import node_as_call
        >>> tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}
        >>> entry = {"class_name": "TensorFlowOpLayer", "inbound_nodes": [{"args": [tensor]}],
        ...          "config": {"name": "m", "node_def": {"op": "Mean"}, "constants": {"1": -1}}}
        >>> call = node_as_call(entry)
        >>> call["config"]["function"], call["inbound_nodes"][0]["kwargs"]
        ('math.reduce_mean', {'axis': -1})
    """
    config = entry["config"]
    name = entry.get("name") or config["name"]
    about = config["node_def"] if isinstance(config["node_def"], Mapping) else {}
    operation, attributes = about.get("op", "?"), about.get("attr") or {}
    node = _NODES.get(operation) or _Node(f"raw_ops.{operation}")
    constants = {int(place): value for place, value in (config.get("constants") or {}).items()}
    kwargs = {
        keyword: _value(attributes[key])
        for key, keyword in node.attributes.items()
        if key in attributes
    }
    kwargs = {key: value for key, value in kwargs.items() if value not in (None, False)}
    if node.constants:
        kwargs |= dict(zip(node.constants, [constants[k] for k in sorted(constants)], strict=True))
        constants = {}
    if operation == "StridedSlice":
        begin, end, strides = (kwargs.pop(key) for key in node.constants)
        kwargs["slice_spec"] = _slices(begin, end, strides, attributes)
    calls = []
    for call in entry["inbound_nodes"]:
        first = call["args"][0]
        args = list(first) if isinstance(first, list) else [first]
        for place in sorted(constants):
            args.insert(place, constants[place])
        calls.append({"args": [args] if operation in _TAKE_LISTS else args, "kwargs": kwargs})
    called = {"name": name, "function": node.function}
    return {"class_name": "TFOpLambda", "config": called, "name": name, "inbound_nodes": calls}


def _value(attribute: Mapping[str, Any]) -> Any:
    """The value of an attribute of a node, in the JSON of Google's protocol buffers."""
    match attribute:
        case {"b": value} | {"f": value}:
            return value
        case {"i": value}:
            return int(value)
        case {"type": name}:
            return _TYPES.get(name, name)
        case {"list": {"i": values}}:
            return [int(value) for value in values]
    return None


def _slices(
    begin: Sequence[int], end: Sequence[int], strides: Sequence[int], masks: Mapping[str, Any]
) -> list[Any]:
    """An index, of which the bits of masks tell what stands at each place."""

    def is_set(mask: str, place: int) -> bool:
        return bool((_value(masks.get(mask) or {}) or 0) >> place & 1)

    index: list[Any] = []
    for place, (start, stop, step) in enumerate(zip(begin, end, strides, strict=True)):
        if is_set("ellipsis_mask", place):
            index.append({"class_name": "__ellipsis__", "config": {}})
        elif is_set("new_axis_mask", place):
            index.append(None)
        elif is_set("shrink_axis_mask", place):
            index.append(start)
        else:
            start = None if is_set("begin_mask", place) else start
            stop = None if is_set("end_mask", place) else stop
            index.append({"start": start, "stop": stop, "step": step})
    return index

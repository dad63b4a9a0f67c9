"""Functions of TensorFlow that a model of `tf.keras` calls, as operations of Keras 3."""

from collections.abc import Mapping
from typing import Any

__all__ = ["turn_operation"]

_X = {"x": "x", "input": "x", "features": "x", "logits": "x", "tensor": "x"}
_TWO = {"x": "x1", "y": "x2", "a": "x1", "b": "x2"}
_ALONG = {"input_tensor": "x", "input": "x", "axis": "axis", "keepdims": "keepdims"}
_NAMED = {name: name for name in ("axis", "repeats", "shape", "dtype", "depth", "alpha", "indices")}

# By the name of the function: the room and class of the operation, and what its arguments are
# called there.
_FUNCTIONS: dict[str, tuple[str, str, Mapping[str, str]]] = {}


def _enter(room: str, renamed: Mapping[str, str], **classes: str) -> None:
    for class_name, functions in classes.items():
        for function in functions.split():
            _FUNCTIONS[function] = (f"keras.src.ops.{room}", class_name, renamed)


_enter(
    "numpy", _TWO,
    Add="__operators__.add math.add add", Subtract="math.subtract subtract __operators__.sub",
    Multiply="math.multiply multiply __operators__.mul", TrueDivide="math.truediv math.divide "
    "realdiv divide truediv __operators__.truediv", FloorDivide="math.floordiv floordiv",
    Mod="math.floormod math.mod", Power="math.pow pow", Maximum="math.maximum maximum",
    Minimum="math.minimum minimum", Greater="math.greater greater", Less="math.less less",
    GreaterEqual="math.greater_equal greater_equal", LessEqual="math.less_equal less_equal",
    Equal="math.equal equal", NotEqual="math.not_equal not_equal",
    LogicalAnd="math.logical_and logical_and", LogicalOr="math.logical_or logical_or",
    Matmul="linalg.matmul matmul", Arctan2="math.atan2",
)  # fmt: skip
_enter(
    "numpy", _X,
    Absolute="math.abs abs", Negative="math.negative negative", Square="math.square square",
    Sqrt="math.sqrt sqrt", Exp="math.exp exp", Log="math.log log", Log1p="math.log1p",
    Expm1="math.expm1", Sin="math.sin sin", Cos="math.cos cos", Tan="math.tan tan",
    Tanh="math.tanh tanh nn.tanh", Sinh="math.sinh sinh", Cosh="math.cosh cosh",
    Floor="math.floor floor", Ceil="math.ceil ceil", Round="math.round round",
    Sign="math.sign sign", Reciprocal="math.reciprocal", LogicalNot="math.logical_not",
    OnesLike="ones_like", ZerosLike="zeros_like", Isnan="math.is_nan",
)  # fmt: skip
_enter(
    "numpy", _ALONG,
    Sum="math.reduce_sum reduce_sum", Mean="math.reduce_mean reduce_mean",
    Max="math.reduce_max reduce_max", Min="math.reduce_min reduce_min",
    Prod="math.reduce_prod reduce_prod", Std="math.reduce_std", Var="math.reduce_variance",
    All="math.reduce_all reduce_all", Any="math.reduce_any reduce_any",
    Argmax="math.argmax argmax", Argmin="math.argmin argmin", Squeeze="squeeze",
    ExpandDims="expand_dims", Cumsum="math.cumsum",
)  # fmt: skip
_enter("numpy", {"values": "xs", "axis": "axis"}, Concatenate="concat")
_enter("numpy", {"values": "x", "axis": "axis"}, Stack="stack")
_enter("numpy", {"tensor": "x", "shape": "newshape"}, Reshape="reshape")
_enter("numpy", {"a": "x", "perm": "axes"}, Transpose="transpose")
_enter("numpy", {"input": "x", "multiples": "repeats"}, Tile="tile")
_enter("numpy", {"input": "x", "repeats": "repeats", "axis": "axis"}, Repeat="repeat")
_enter("numpy", {"params": "x", "indices": "indices", "axis": "axis"}, Take="gather")
_enter(
    "numpy", {"t": "x", "clip_value_min": "x_min", "clip_value_max": "x_max"}, Clip="clip_by_value"
)
_enter("numpy", {"condition": "condition", "x": "x1", "y": "x2"}, Where="where")
_enter("numpy", {"input": "x", "slice_spec": "key"}, GetItem="__operators__.getitem")
_enter("numpy", {"tensor": "x", "paddings": "pad_width", "mode": "mode"}, Pad="pad")
_enter("numpy", {"x": "x", "axis": "axis", "tensor": "x"}, Flip="reverse")
_enter("math", _X, Rsqrt="math.rsqrt", Erf="math.erf")
_enter("math", _ALONG, Logsumexp="math.reduce_logsumexp reduce_logsumexp")
_enter("core", {"x": "x", "dtype": "dtype"}, Cast="cast")
_enter("core", {"input": "variable"}, StopGradient="stop_gradient")
_enter(
    "nn", _X | {"axis": "axis"},
    Relu="nn.relu", Relu6="nn.relu6", Sigmoid="math.sigmoid nn.sigmoid sigmoid", Elu="nn.elu",
    Selu="nn.selu", Silu="nn.silu nn.swish", Softplus="math.softplus nn.softplus",
    Softsign="nn.softsign", Softmax="nn.softmax", LogSoftmax="nn.log_softmax",
    LogSigmoid="math.log_sigmoid",
)  # fmt: skip
_enter("nn", {"features": "x", "alpha": "negative_slope"}, LeakyRelu="nn.leaky_relu")
_enter("nn", {"features": "x", "approximate": "approximate"}, Gelu="nn.gelu")
_enter(
    "nn", {"indices": "x", "depth": "num_classes", "axis": "axis", "dtype": "dtype"},
    OneHot="one_hot",
)  # fmt: skip
_enter(
    "nn", {"x": "x", "axis": "axis", "epsilon": "epsilon"},
    Normalize="math.l2_normalize linalg.l2_normalize nn.l2_normalize",
)  # fmt: skip

# Operations that take a list of tensors, however many there are.
_TAKE_LISTS = ("Concatenate", "Stack")
# What TensorFlow takes for granted, and Keras 3 does not.
_DEFAULTS = {"Gelu": {"approximate": False}, "Normalize": {"epsilon": 1e-6}}
_WRAPPERS = ("SlicingOpLambda", "TFOpLambda")

# Operations of TensorFlow 2.0 to 2.3, by their names in its graphs.
_NODES = {
    "Abs": "abs", "Add": "add", "AddV2": "add", "Exp": "exp", "Log": "log", "Maximum": "maximum",
    "Minimum": "minimum", "Mul": "multiply", "Neg": "negative", "Pow": "pow", "RealDiv": "divide",
    "Relu": "nn.relu", "Relu6": "nn.relu6", "Rsqrt": "math.rsqrt", "Sigmoid": "sigmoid",
    "Softmax": "nn.softmax", "Sqrt": "sqrt", "Square": "square", "Sub": "subtract", "Tanh": "tanh",
}  # fmt: skip


def turn_operation(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The call of a function of TensorFlow as that of an operation; a layer stays as it is.

    Args:
        entry: of a functional model, with its calls in the words of Keras 3.

    Raises:
        ValueError: the function has no counterpart here; the message tells what to do.

    Example:
        >>> from jaxkeras.files.dialects.operations import turn_operation
        >>> tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}
        >>> entry = {"class_name": "TFOpLambda", "name": "tf.math.add",
        ...          "config": {"name": "tf.math.add", "function": "math.add"},
        ...          "inbound_nodes": [{"args": [tensor], "kwargs": {"y": 1.0}}]}
        >>> today = turn_operation(entry)
        >>> today["class_name"], today["inbound_nodes"][0]["kwargs"]
        ('Add', {'x2': 1.0})
    """
    if entry["class_name"] == "TensorFlowOpLayer":
        entry = _from_node(entry)
    if entry["class_name"] not in _WRAPPERS:
        return dict(entry)
    function = entry["config"]["function"].removeprefix("compat.v1.")
    name = entry.get("name") or entry["config"]["name"]
    if function not in _FUNCTIONS:
        raise ValueError(
            f"The model calls the function tf.{function} of TensorFlow ({name!r}), for which there "
            "is none here. Make the model anew with operations of jaxkeras.ops and load its "
            "weights, or save it without that call."
        )
    module, class_name, renamed = _FUNCTIONS[function]
    nodes = [_call(node, class_name, renamed) for node in entry["inbound_nodes"]]
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": name, **_DEFAULTS.get(class_name, {})},
        "name": name,
        "inbound_nodes": nodes,
        "registered_name": class_name,
    }


def _call(node: Mapping[str, Any], class_name: str, renamed: Mapping[str, str]) -> dict[str, Any]:
    args = list(node["args"])
    if class_name in _TAKE_LISTS and not isinstance(args[0], list):
        args = [[args[0]]]
    kwargs = {
        renamed.get(key, key): _slices(value) if key == "slice_spec" else value
        for key, value in node["kwargs"].items()
        if key != "name" and (key in renamed or value not in (None, False))
    }
    if isinstance(mode := kwargs.get("mode"), str):
        kwargs["mode"] = mode.lower()
    if "key" in kwargs:
        args.append(kwargs.pop("key"))
    return {"args": args, "kwargs": kwargs}


def _slices(spec: Any) -> Any:
    """An index, in which `tf.keras` writes slices as dictionaries."""
    if isinstance(spec, list):
        return [_slices(item) for item in spec]
    if isinstance(spec, Mapping) and spec.keys() <= {"start", "stop", "step"}:
        config = {part: spec.get(part) for part in ("start", "stop", "step")}
        return {"class_name": "__slice__", "config": config}
    return spec


def _from_node(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A node of TensorFlow's graph, whose constants stand beside the tensors, as a call."""
    config = entry["config"]
    name = entry.get("name") or config["name"]
    operation = config["node_def"]["op"] if isinstance(config["node_def"], Mapping) else "?"
    constants = {int(place): value for place, value in (config.get("constants") or {}).items()}
    nodes = []
    for node in entry["inbound_nodes"]:
        first = node["args"][0]
        args = list(first) if isinstance(first, list) else [first]
        for place in sorted(constants):
            args.insert(place, constants[place])
        nodes.append({"args": args, "kwargs": {}})
    called = {"name": name, "function": _NODES.get(operation, f"raw_ops.{operation}")}
    return {"class_name": "TFOpLambda", "config": called, "name": name, "inbound_nodes": nodes}

"""Functions of TensorFlow by their names, and the operations of Keras 3 that do the same."""

from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["DEFAULTS", "FUNCTIONS", "Counterpart"]


class Counterpart(NamedTuple):
    """The operation of Keras 3 that does what a function of TensorFlow does.

    Attributes:
        room: the module of ``keras.ops`` it is found in.
        class_name: name of its class.
        renamed: what the function's arguments are called there, in the order of the function.
    """

    room: str
    class_name: str
    renamed: Mapping[str, str]


FUNCTIONS: dict[str, Counterpart] = {}
"""The operations by the path of the function below ``tf``: ``"math.reduce_sum"``."""

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "Argmax": {"axis": 0},
    "Argmin": {"axis": 0},
    "Gelu": {"approximate": False},
    "Normalize": {"axis": None, "epsilon": 1e-6},
    "Softmax": {"axis": -1},
    "Stack": {"axis": 0},
}
"""What TensorFlow takes for granted, by the class of the operation."""

_X = {"x": "x", "input": "x", "features": "x", "logits": "x", "tensor": "x"}
_TWO = {"x": "x1", "y": "x2", "a": "x1", "b": "x2"}
_ALONG = {"input_tensor": "x", "input": "x", "axis": "axis", "keepdims": "keepdims"}


def _enter(room: str, renamed: Mapping[str, str], **classes: str) -> None:
    for class_name, functions in classes.items():
        for function in functions.split():
            FUNCTIONS[function] = Counterpart(room, class_name, renamed)


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
_enter("numpy", {"value": "x1", "bias": "x2"}, Add="nn.bias_add")
_enter("numpy", {"scalar": "x1", "x": "x2"}, Multiply="math.scalar_mul scalar_mul")
_enter("numpy", {"input": "x", "shape": "shape"}, BroadcastTo="broadcast_to")
_enter("numpy", {"input": "x", "shift": "shift", "axis": "axis"}, Roll="roll")
_enter(
    "numpy", {"value": "x", "num_or_size_splits": "indices_or_sections", "axis": "axis"},
    Split="split",
)  # fmt: skip
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
_enter("math", {"input": "x", "k": "k", "sorted": "sorted"}, TopK="math.top_k nn.top_k")
_enter("core", {"input": "variable"}, StopGradient="stop_gradient")
_enter("core", {"value": "x", "num": "num", "axis": "axis"}, Unstack="unstack")
_enter(
    "image", {"images": "images", "size": "size", "method": "interpolation"}, Resize="image.resize"
)
_enter("nn", {"input": "x", "block_size": "block_size"}, DepthToSpace="nn.depth_to_space")
_enter("nn", {"input": "x", "block_size": "block_size"}, SpaceToDepth="nn.space_to_depth")
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

"""The functions that programs of Keras 1 and 2 call as ``K``: operations, values and settings.

Example:
    >>> from jaxkeras import backend as K
    >>> def root_mean_squared_error(y_true, y_pred):
    ...     return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1))
    >>> root_mean_squared_error(K.zeros((1, 2)), K.constant([[3.0, 3.0]]))
    Array([3.], dtype=float32)
"""

from jaxkeras.backend import dtypes, layouts, networks, tensors, values
from jaxkeras.backend.dtypes import *  # noqa: F403
from jaxkeras.backend.layouts import *  # noqa: F403
from jaxkeras.backend.networks import *  # noqa: F403
from jaxkeras.backend.tensors import *  # noqa: F403
from jaxkeras.backend.values import *  # noqa: F403
from jaxkeras.config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
    standardize_dtype,
)
from jaxkeras.ops import (
    abs,
    all,
    any,
    arange,
    binary_crossentropy,
    cast,
    categorical_crossentropy,
    conv,
    cos,
    depthwise_conv,
    dot,
    dtype,
    elu,
    equal,
    exp,
    greater,
    greater_equal,
    less,
    less_equal,
    log,
    logsumexp,
    max,
    maximum,
    mean,
    min,
    minimum,
    ndim,
    not_equal,
    one_hot,
    ones,
    ones_like,
    prod,
    reshape,
    round,
    separable_conv,
    shape,
    sigmoid,
    sign,
    sin,
    slice,
    softmax,
    softplus,
    softsign,
    sparse_categorical_crossentropy,
    sqrt,
    square,
    squeeze,
    stack,
    std,
    stop_gradient,
    sum,
    tanh,
    tile,
    transpose,
    var,
    zeros,
    zeros_like,
)
from jaxkeras.registry import clear_session

__all__ = [
    "abs", "all", "any", "arange", "binary_crossentropy", "cast", "categorical_crossentropy",
    "clear_session", "conv1d", "conv2d", "conv3d", "cos", "depthwise_conv2d", "dot", "dtype",
    "elu", "epsilon", "equal", "exp", "floatx", "greater", "greater_equal", "image_data_format",
    "less", "less_equal", "log", "logsumexp", "max", "maximum", "mean", "min", "minimum", "ndim",
    "not_equal", "one_hot", "ones", "ones_like", "prod", "reshape", "round", "separable_conv2d",
    "set_epsilon", "set_floatx", "set_image_data_format", "shape", "sigmoid", "sign", "sin",
    "slice", "softmax", "softplus", "softsign", "sparse_categorical_crossentropy", "sqrt",
    "square", "squeeze", "stack", "standardize_dtype", "std", "stop_gradient", "sum", "tanh",
    "tile", "transpose",
    "var", "zeros", "zeros_like",
]  # fmt: skip
__all__ += dtypes.__all__
__all__ += layouts.__all__
__all__ += networks.__all__
__all__ += tensors.__all__
__all__ += values.__all__

conv1d = conv2d = conv3d = conv
depthwise_conv2d = depthwise_conv
separable_conv2d = separable_conv

# What the old backend had and this one has not, and what to do instead.
_INSTEAD = {
    "function": "make a jaxkeras.Model of its inputs and outputs",
    "gradients": "call jax.grad on a function",
    "learning_phase": "take the argument `training` of the layer's call",
    "placeholder": "make a jaxkeras.Input",
    "rnn": "use jaxkeras.layers.RNN, or ops.scan",
    "set_learning_phase": "pass training=True or False to the model",
}


def __getattr__(name: str):
    if name in _INSTEAD:
        raise AttributeError(f"jaxkeras.backend has no {name!r}: {_INSTEAD[name]}.")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Activation functions as operations; `jaxkeras.activations` documents those that are its own."""

import jax

from jaxkeras import activations
from jaxkeras.ops.operation import thin

__all__ = [
    "celu", "elu", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish",
    "hard_tanh", "leaky_relu", "log_sigmoid", "log_softmax", "relu", "relu6", "selu", "sigmoid",
    "silu", "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid",
    "sparsemax", "squareplus", "swish", "tanh_shrink", "threshold",
]  # fmt: skip

celu = thin(jax.nn.celu, "x, alpha=1.0")
elu = thin(jax.nn.elu, "x, alpha=1.0")
gelu = thin(jax.nn.gelu, "x, approximate=True")
glu = thin(jax.nn.glu, "x, axis=-1")
hard_shrink = thin(activations.hard_shrink, "x, threshold=0.5")
hard_sigmoid = thin(jax.nn.hard_sigmoid)
hard_silu = thin(jax.nn.hard_silu, name="hard_silu")
hard_swish = thin(jax.nn.hard_silu, name="hard_swish")
hard_tanh = thin(jax.nn.hard_tanh)
leaky_relu = thin(jax.nn.leaky_relu, "x, negative_slope=0.2")
log_sigmoid = thin(jax.nn.log_sigmoid)
log_softmax = thin(activations.log_softmax, "x, axis=-1")
relu = thin(jax.nn.relu)
relu6 = thin(jax.nn.relu6)
selu = thin(jax.nn.selu)
sigmoid = thin(jax.nn.sigmoid)
silu = thin(jax.nn.silu, name="silu")
soft_shrink = thin(activations.soft_shrink, "x, threshold=0.5")
softmax = thin(activations.softmax, "x, axis=-1")
softplus = thin(jax.nn.softplus)
softsign = thin(jax.nn.soft_sign, name="softsign")
sparse_plus = thin(jax.nn.sparse_plus)
sparse_sigmoid = thin(jax.nn.sparse_sigmoid)
sparsemax = thin(activations.sparsemax, "x, axis=-1")
squareplus = thin(jax.nn.squareplus, "x, b=4")
swish = thin(jax.nn.silu, name="swish")
tanh_shrink = thin(activations.tanh_shrink)
threshold = thin(activations.threshold, "x, threshold, default_value")

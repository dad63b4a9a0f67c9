"""Computing in 16 bits with weights of 32.

Example:
    >>> import jaxkeras
    >>> from jaxkeras import mixed_precision
    >>> mixed_precision.set_global_policy("mixed_bfloat16")
    >>> layer = jaxkeras.layers.Dense(2)
    >>> mixed_precision.set_global_policy("float32")
    >>> layer.compute_dtype, layer.variable_dtype
    ('bfloat16', 'float32')

Source: Micikevicius et al., "Mixed Precision Training", 2018. Keras name:
``keras.mixed_precision``.
"""

from jaxkeras.config import DTypePolicy, dtype_policy, set_dtype_policy
from jaxkeras.optimizers import LossScaleOptimizer

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy

"""Operations on arrays, on numbers and lists of them, and on symbolic tensors.

They have the names and the parameters of ``keras.ops``. On a symbolic tensor they note the call in
the graph of a model.

Example:
    >>> import jaxkeras
    >>> from jaxkeras import ops
    >>> ops.sum([[1.0, 2.0], [3.0, 4.0]], axis=1)
    Array([3., 7.], dtype=float32)
    >>> x = jaxkeras.Input((5,))
    >>> model = jaxkeras.Model(x, ops.max(ops.square(x), axis=-1))
    >>> model.predict(ops.ones((2, 5)), verbose=0)
    array([1., 1.], dtype=float32)
"""

from jaxkeras.ops import core, einops, image, linalg, math, nn, numpy
from jaxkeras.ops.core import *  # noqa: F403
from jaxkeras.ops.einops import *  # noqa: F403
from jaxkeras.ops.linalg import *  # noqa: F403
from jaxkeras.ops.math import *  # noqa: F403
from jaxkeras.ops.nn import *  # noqa: F403
from jaxkeras.ops.numpy import *  # noqa: F403

__all__ = ["image", "linalg", "nn", "numpy"]
__all__ += core.__all__
__all__ += einops.__all__
__all__ += linalg.__all__
__all__ += math.__all__
__all__ += nn.__all__
__all__ += numpy.__all__

"""Operations of NumPy, on arrays and on symbolic tensors; Keras's names and parameters.

Example:
    >>> from jaxkeras import KerasTensor, ops
    >>> ops.numpy.mean([1.0, 3.0]), ops.numpy.mean(KerasTensor((None, 5)), axis=1).shape
    (Array(2., dtype=float32), (None,))
"""

from jaxkeras.ops.numpy import arranging, creation, elementwise, products, reductions
from jaxkeras.ops.numpy.arranging import *  # noqa: F403
from jaxkeras.ops.numpy.creation import *  # noqa: F403
from jaxkeras.ops.numpy.elementwise import *  # noqa: F403
from jaxkeras.ops.numpy.products import *  # noqa: F403
from jaxkeras.ops.numpy.reductions import *  # noqa: F403

__all__ = []
__all__ += arranging.__all__
__all__ += creation.__all__
__all__ += elementwise.__all__
__all__ += products.__all__
__all__ += reductions.__all__

"""Operations of neural networks, on arrays and on symbolic tensors; Keras's names and parameters.

Example:
    >>> from jaxkeras import KerasTensor, ops
    >>> ops.nn.relu([-1.0, 1.0]), ops.nn.one_hot(KerasTensor((None,), "int32"), 10).shape
    (Array([0., 1.], dtype=float32), (None, 10))
"""

from jaxkeras.ops.nn import activation, blocks, convolution, ctc, encoding, normalization
from jaxkeras.ops.nn.activation import *  # noqa: F403
from jaxkeras.ops.nn.blocks import *  # noqa: F403
from jaxkeras.ops.nn.convolution import *  # noqa: F403
from jaxkeras.ops.nn.ctc import *  # noqa: F403
from jaxkeras.ops.nn.encoding import *  # noqa: F403
from jaxkeras.ops.nn.normalization import *  # noqa: F403

__all__ = []
__all__ += activation.__all__
__all__ += blocks.__all__
__all__ += convolution.__all__
__all__ += ctc.__all__
__all__ += encoding.__all__
__all__ += normalization.__all__

"""Operations on images, on arrays and on symbolic tensors; Keras's names and parameters.

Example:
    >>> from jaxkeras import KerasTensor, ops
    >>> ops.image.resize(KerasTensor((None, 32, 32, 3)), (8, 8)).shape
    (None, 8, 8, 3)
"""

from jaxkeras.ops.image import color, filtering, geometry, sizes
from jaxkeras.ops.image.color import *  # noqa: F403
from jaxkeras.ops.image.filtering import *  # noqa: F403
from jaxkeras.ops.image.geometry import *  # noqa: F403
from jaxkeras.ops.image.sizes import *  # noqa: F403

__all__ = []
__all__ += color.__all__
__all__ += filtering.__all__
__all__ += geometry.__all__
__all__ += sizes.__all__

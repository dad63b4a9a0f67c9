"""Where images have their channels, in the words of Keras 1."""

from jaxkeras.config import image_data_format, set_image_data_format
from jaxkeras.files.dialects.keras1 import LAYOUTS

__all__ = ["image_dim_ordering", "set_image_dim_ordering"]


def image_dim_ordering() -> str:
    """The default layout of images: ``"tf"`` with the channels last, ``"th"`` with them first.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.image_dim_ordering()
        'tf'

    Today: `jaxkeras.config.image_data_format`.
    """
    return {layout: word for word, layout in LAYOUTS.items()}[image_data_format()]


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Set the default layout of images.

    Args:
        dim_ordering: ``"tf"`` or ``"th"``, see `image_dim_ordering`.

    Raises:
        ValueError: it is neither.

    Example:
        >>> from jaxkeras import backend as K
        >>> K.set_image_dim_ordering("tf")
        >>> K.image_data_format()
        'channels_last'

    Today: `jaxkeras.config.set_image_data_format`.
    """
    layout = LAYOUTS.get(dim_ordering)
    if layout is None:
        raise ValueError(
            "dim_ordering is 'tf', with the channels last, or 'th', with the channels first. "
            f"Received: {dim_ordering!r}."
        )
    set_image_data_format(layout)

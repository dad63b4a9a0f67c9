"""Pillow, imported when a picture is first needed."""

from typing import Any

__all__ = ["pillow"]


def pillow(purpose: str) -> Any:
    """The module ``PIL.Image``.

    Args:
        purpose: what needs it, for the message.

    Raises:
        ImportError: Pillow is not installed.

    Example:
        >>> from jaxkeras.utils._pillow import pillow
        >>> pillow("load_img").new("L", (2, 3)).size
        (2, 3)
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            f"{purpose} needs Pillow, which is not installed: pip install pillow"
        ) from error
    return Image

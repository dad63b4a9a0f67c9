"""Image files of a data set, read one by one."""

from typing import Any

from jaxkeras.utils.images import load_img

__all__ = ["CHANNELS", "read_image"]

CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}  # by color_mode


def read_image(path: str, *args: Any, **kwargs: Any) -> Any:
    """An image from a file, or an error that names the file.

    Args:
        path: the file.
        *args: see `jaxkeras.utils.load_img`.
        **kwargs: likewise.

    Returns:
        An image of Pillow.

    Raises:
        OSError: the file holds no image, or half of one.

    Example:
        >>> import pathlib, tempfile
        >>> from jaxkeras.utils.image_dataset_files import read_image
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "cat.jpg")
        ...     _ = path.write_text("no image")
        ...     read_image(str(path))
        Traceback (most recent call last):
        ...
        OSError: ...cat.jpg cannot be read as an image: ... Replace the file, or remove it.
    """
    try:
        return load_img(path, *args, **kwargs)
    except FileNotFoundError:
        raise
    except (OSError, SyntaxError) as error:  # Pillow's errors for what is no image, or damaged
        raise OSError(
            f"{path} cannot be read as an image: {error}. Replace the file, or remove it."
        ) from error

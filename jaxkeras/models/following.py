"""What a file says of a model is followed, and told as the reason where that fails."""

import contextlib
from collections.abc import Iterator

from jaxkeras.files import ConfigurationError, CorruptFileError
from jaxkeras.registry import get_registered_object
from jaxkeras.registry.custom_objects import custom_names

__all__ = ["following"]

_OTHER_REASONS = (CorruptFileError, ImportError, OSError, Warning)


@contextlib.contextmanager
def following(label: str) -> Iterator[None]:
    """Inside a ``with`` block errors are those of the file whose configuration is followed.

    What the caller's own classes and functions raise passes as it is.

    Args:
        label: what holds the configuration, for messages.

    Raises:
        ConfigurationError: for any error that tells nothing of the file.

    Example:
        >>> from jaxkeras.models.following import following
        >>> with following("model.keras"):
        ...     int("3O")
        Traceback (most recent call last):
            ...
        jaxkeras.files.errors.ConfigurationError: model.keras describes no model that can be made.
        invalid literal for int() with base 10: '3O'
    """
    try:
        yield
    except _OTHER_REASONS:
        raise
    except Exception as error:
        if _is_callers(error):
            raise
        raise ConfigurationError(label, error) from error


def _is_callers(error: Exception) -> bool:
    """Whether code beside the caller's own classes and functions had a part in it."""
    owners = {getattr(get_registered_object(name), "__module__", None) for name in custom_names()}
    owners = {owner for owner in owners if owner and not owner.startswith("jaxkeras.")}
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") in owners:
            return True
        trace = trace.tb_next
    return False

"""Lines for people: printed, or logged where nobody looks on."""

import logging

from jaxkeras.config import is_interactive_logging_enabled

__all__ = ["report"]

_logger = logging.getLogger("jaxkeras")


def report(text: str) -> None:
    """Print a line; or log it, if interactive logging is off.

    Args:
        text: the line.

    Example:
        >>> from jaxkeras.utils.messages import report
        >>> report("Epoch 1/5")
        Epoch 1/5
    """
    if is_interactive_logging_enabled():
        print(text, flush=True)
    else:
        _logger.info(text)

"""The names in the logs of an epoch, and the other names under which programs ask for them."""

from collections.abc import Collection

from jaxkeras.registry import suggest

__all__ = ["absence_of", "find_name"]

_PAIRS = [("acc", "accuracy"), ("val_acc", "val_accuracy"), ("lr", "learning_rate")]
_OTHER_NAME = {name: other for pair in _PAIRS for name, other in (pair, pair[::-1])}


def find_name(name: str, recorded: Collection[str]) -> str | None:
    """The name under which a value was recorded: this one or its other one; ``None`` if neither.

    ``acc`` and ``accuracy`` stand for each other, and so do ``lr`` and ``learning_rate``.

    Example:
        >>> from jaxkeras.callbacks.log_names import find_name
        >>> find_name("val_acc", ["loss", "val_accuracy"])
        'val_accuracy'
    """
    return next((known for known in (name, _OTHER_NAME.get(name)) if known in recorded), None)


def absence_of(name: str, recorded: Collection[str]) -> str:
    """What there is instead of a name that was not recorded, and what to do about it.

    Example:
        >>> from jaxkeras.callbacks.log_names import absence_of
        >>> absence_of("los", ["accuracy", "loss"])
        "accuracy, loss. Did you mean 'loss'?"
        >>> absence_of("val_loss", ["loss"])
        'loss. For validation pass validation_data= or validation_split= to fit().'
    """
    fix = suggest(name, recorded)
    if str(name).startswith("val_") and not any(key.startswith("val_") for key in recorded):
        fix = " For validation pass validation_data= or validation_split= to fit()."
    return f"{', '.join(recorded) or 'nothing yet'}.{fix}"

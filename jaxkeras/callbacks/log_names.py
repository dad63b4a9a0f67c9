"""The names in the logs of an epoch, and the other names under which programs ask for them."""

from collections.abc import Collection
from typing import Any

from jaxkeras.registry import suggest

__all__ = ["Named", "absence_of", "find_name"]

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


class Named(dict[str, Any]):
    """Values by name, each of which is found under its other name too, see `find_name`.

    Example:
        >>> from jaxkeras.callbacks.log_names import Named
        >>> logs = Named(accuracy=0.9, loss=0.3)
        >>> logs["acc"], logs.get("acc"), "acc" in logs, list(logs)
        (0.9, 0.9, True, ['accuracy', 'loss'])
    """

    _what = "the log has no value"

    def __missing__(self, name: str) -> Any:
        known = find_name(name, self.keys())
        if known is None:
            raise KeyError(f"{self._what} {name!r}. It holds: {absence_of(name, self)}")
        return self[known]

    def __contains__(self, name: object) -> bool:
        return find_name(name, self.keys()) is not None  # pyright: ignore

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(find_name(name, self.keys()) or name, default)

"""Batches as `fit` takes them: inputs, targets and sample weights in one tuple."""

from typing import Any

__all__ = ["pack_x_y_sample_weight", "unpack_x_y_sample_weight"]


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """A batch: ``(x, y, sample_weight)``, without what is ``None`` at its end.

    Inputs alone come without a tuple, unless they are a list or tuple themselves.

    Args:
        x: inputs.
        y: targets.
        sample_weight: weight of every sample.

    Example:
        >>> from jaxkeras.utils import pack_x_y_sample_weight
        >>> pack_x_y_sample_weight([1.0], [2.0])
        ([1.0], [2.0])
    """
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """The parts ``(x, y, sample_weight)`` of a batch, ``None`` for those that it lacks.

    Args:
        data: a tuple or list of one to three parts; anything else is inputs alone.

    Raises:
        ValueError: there are more parts.

    Example:
        >>> from jaxkeras.utils import unpack_x_y_sample_weight
        >>> unpack_x_y_sample_weight(([1.0], [2.0]))
        ([1.0], [2.0], None)
    """
    parts = tuple(data) if isinstance(data, (tuple, list)) else (data,)
    if not 1 <= len(parts) <= 3:
        raise ValueError(
            "A batch is x, (x, y) or (x, y, sample_weight). Received a "
            f"{type(data).__name__} of {len(parts)} parts. "
            "Several inputs are one part: ([a, b], y)."
        )
    x, y, sample_weight = (*parts, None, None)[:3]
    return x, y, sample_weight

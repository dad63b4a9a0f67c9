"""Do these targets fit this loss and this output? Asked before training, answered in words.

Shapes are tuples in which None stands for an unknown dimension.
"""

import numpy as np

__all__ = ["check_binary", "check_categorical", "check_elementwise", "check_labels", "check_sparse"]

Shape = tuple[int | None, ...]

_ONE_UNIT = (
    'The output has a single class: for two classes use loss="binary_crossentropy", '
    "for more give the last layer one unit for each."
)


def _fit(left: Shape, right: Shape) -> bool:
    """Whether two shapes can be equal."""
    return len(left) == len(right) and all(
        None in pair or pair[0] == pair[1] for pair in zip(left, right, strict=True)
    )


def _output(name: str | None) -> str:
    return f'the output "{name}"' if name else "the output"


def _mismatch(
    loss: str, expected: str, y_true: Shape, y_pred: Shape, name: str | None, fix: str
) -> ValueError:
    return ValueError(
        f"{loss} expected targets (y) of {expected}, because {_output(name)} has the shape "
        f"{y_pred}. Received targets of shape {y_true}. {fix}"
    )


def check_elementwise(loss: str, y_true: Shape, y_pred: Shape, name: str | None = None) -> None:
    """Targets are compared with outputs one by one; a trailing dimension of 1 may be missing.

    Raises:
        ValueError: the shapes do not broadcast, or only by mixing samples with features.

    Example:
        >>> from jaxkeras.losses.checks import check_elementwise
        >>> check_elementwise("mean_squared_error", (32,), (None, 1))
        >>> check_elementwise("mean_squared_error", (32,), (None, 3), name="dense")
        Traceback (most recent call last):
            ...
        ValueError: mean_squared_error expected targets (y) of shape (batch, 3), because the output
        "dense" has the shape (None, 3). Received targets of shape (32,). Give every sample 3
        target values, or give the last layer 1 unit.
    """
    longer, shorter = (y_true, y_pred) if len(y_true) > len(y_pred) else (y_pred, y_true)
    if len(longer) == len(shorter) + 1 and longer[-1] in (1, None):
        longer = longer[:-1]
    if len(longer) == len(shorter) and all(
        None in pair or pair[0] == pair[1] for pair in zip(longer[1:], shorter[1:], strict=True)
    ):
        return
    sizes = ", ".join(str(size) for size in y_pred[1:])
    if len(y_pred) == 2:
        units = y_true[-1] if len(y_true) == 2 else 1
        fix = (
            f"Give every sample {y_pred[1]} target values, "
            f"or give the last layer {units} unit{'s' if units != 1 else ''}."
        )
    else:
        fix = "Reshape the targets, or change the last layers of the model, so that both agree."
    shape = f"shape (batch, {sizes})" if sizes else "shape (batch,)"
    raise _mismatch(loss, shape, y_true, y_pred, name, fix)


def check_binary(loss: str, y_true: Shape, y_pred: Shape, name: str | None = None) -> None:
    """Every output is compared with its own target, 0 or 1.

    Raises:
        ValueError: there are more or fewer targets than outputs.

    Example:
        >>> from jaxkeras.losses.checks import check_binary
        >>> check_binary("binary_crossentropy", (32,), (None, 1))
        >>> check_binary("binary_crossentropy", (32,), (None, 2))
        Traceback (most recent call last):
            ...
        ValueError: binary_crossentropy expected targets (y) of shape (batch, 2), one for every
        output, because the output has the shape (None, 2). Received targets of shape (32,). For
        two classes in one column end the model with Dense(1, activation="sigmoid"); for more
        classes use loss="sparse_categorical_crossentropy".
    """
    fits = _fit(y_true[1:], y_pred[1:]) or (
        _fit((*y_true[1:], 1), y_pred[1:]) or _fit(y_true[1:], (*y_pred[1:], 1))
    )
    if fits:
        return
    is_column = len(y_true) < len(y_pred) or y_true[-1] == 1
    fix = (
        'For two classes in one column end the model with Dense(1, activation="sigmoid"); '
        'for more classes use loss="sparse_categorical_crossentropy".'
        if is_column
        else f"Give the last layer {y_true[-1]} units, one for every column of the targets."
    )
    shape = f"shape (batch, {', '.join(str(size) for size in y_pred[1:])}), one for every output"
    raise _mismatch(loss, shape, y_true, y_pred, name, fix)


def check_categorical(
    loss: str, y_true: Shape, y_pred: Shape, name: str | None = None, axis: int = -1
) -> None:
    """Targets are one-hot rows (or probabilities), as wide as the output.

    Raises:
        ValueError: the targets look like integer labels, or have another width.

    Example:
        >>> from jaxkeras.losses.checks import check_categorical
        >>> check_categorical("categorical_crossentropy", (32, 10), (None, 10))
        >>> check_categorical("categorical_crossentropy", (32,), (None, 10))
        Traceback (most recent call last):
            ...
        ValueError: categorical_crossentropy expected targets (y) of 10 columns, one for every
        class, because the output has the shape (None, 10). Received targets of shape (32,). They
        look like integer labels: use loss="sparse_categorical_crossentropy", or convert them with
        jaxkeras.utils.to_categorical(y, 10).
    """
    if _fit(y_true[1:], y_pred[1:]) and len(y_true) > 0:
        return
    classes = y_pred[axis] if y_pred else 1
    if classes == 1:
        fix = _ONE_UNIT
    elif 1 < len(y_true) < len(y_pred) and y_true[axis] == classes:
        fix = (
            "The output has further axes, the targets are one row a sample: put Flatten() or "
            "GlobalAveragePooling in front of the last layer, or return_sequences=False in the "
            "last recurrent layer."
        )
    elif len(y_true) < len(y_pred) or y_true[axis] == 1:
        fix = (
            'They look like integer labels: use loss="sparse_categorical_crossentropy", '
            f"or convert them with jaxkeras.utils.to_categorical(y, {classes})."
        )
    elif len(y_true) == len(y_pred) and y_true[axis] != classes:
        fix = (
            f"Give the last layer {y_true[axis]} units, or convert the labels with "
            f"jaxkeras.utils.to_categorical(y, {classes})."
        )
    else:
        fix = "Reshape the targets so that both shapes agree."
    columns = f"{classes} columns, one for every class"
    raise _mismatch(loss, columns, y_true, y_pred, name, fix)


def check_sparse(
    loss: str, y_true: Shape, y_pred: Shape, name: str | None = None, axis: int = -1
) -> None:
    """Targets are integer labels: the shape of the output without its class dimension.

    Raises:
        ValueError: the targets look one-hot, or have another shape.

    Example:
        >>> from jaxkeras.losses.checks import check_sparse
        >>> check_sparse("sparse_categorical_crossentropy", (32,), (None, 10))
        >>> check_sparse("sparse_categorical_crossentropy", (32, 10), (None, 10))
        Traceback (most recent call last):
            ...
        ValueError: sparse_categorical_crossentropy expected targets (y) of shape (batch,), one
        label each, because the output has the shape (None, 10). Received targets of shape
        (32, 10). They look one-hot: use loss="categorical_crossentropy", or turn them into labels
        with y.argmax(axis=-1).
    """
    labels = list(y_pred)
    classes = labels.pop(axis) if labels else None
    without, with_one = tuple(labels), list(y_pred)
    if with_one:
        with_one[axis] = 1
    if _fit(y_true[1:], without[1:]) or (_fit(y_true[1:], tuple(with_one[1:])) and with_one):
        return
    if _fit(y_true[1:], y_pred[1:]):
        fix = (
            'They look one-hot: use loss="categorical_crossentropy", '
            "or turn them into labels with y.argmax(axis=-1)."
        )
    elif len(y_true) == len(y_pred) == 2:
        fix = f"Every sample needs one label from 0 to {(classes or 1) - 1}."
    elif len(y_true) < len(without):
        fix = "For one label a sample put Flatten or a pooling layer before the last Dense layer."
    else:
        fix = "Reshape the targets so that every row of the output has one label."
    shape = "(batch,)" if len(without) < 2 else f"(batch, {', '.join(map(str, without[1:]))})"
    raise _mismatch(loss, f"shape {shape}, one label each", y_true, y_pred, name, fix)


def check_labels(
    loss: str,
    labels: np.ndarray,
    classes: int,
    ignore_class: int | None = None,
    name: str | None = None,
) -> None:
    """Every label is an integer from 0 to ``classes - 1``, or the one that is ignored.

    Raises:
        ValueError: one is not; the message says which and where.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.losses.checks import check_labels
        >>> check_labels("sparse_categorical_crossentropy", np.array([0, 2]), 3)
        >>> check_labels("sparse_categorical_crossentropy", np.array([1, 3]), 3, name="dense")
        Traceback (most recent call last):
            ...
        ValueError: sparse_categorical_crossentropy expected labels from 0 to 2, because the output
        "dense" has 3 classes. Received the label 3 at index 1. The labels seem to start at 1: pass
        y - 1, or give the last layer 4 units.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "biuf":
        raise ValueError(
            f"{loss} expected integer labels from 0 to {classes - 1}. Received labels of type "
            f"{labels.dtype}, for instance {labels.flat[0]!r}. Number them first: "
            "names, y = np.unique(y, return_inverse=True)."
        )
    is_wrong = ~((labels >= 0) & (labels < classes))
    if labels.dtype.kind == "f":
        is_wrong |= labels != np.floor(labels)
    if ignore_class is not None:
        is_wrong &= labels != ignore_class
    if not is_wrong.any():
        return
    index = tuple(int(i) for i in np.argwhere(is_wrong)[0])
    label = labels[index].item()
    place = index[0] if len(index) == 1 else index
    counted = labels[np.isfinite(labels) & (labels != ignore_class)]
    if not counted.size:
        return
    lowest, highest = counted.min().item(), counted.max().item()
    if isinstance(label, float) and not label.is_integer():
        fix = "Labels are whole numbers; for real-valued targets use loss='mean_squared_error'."
    elif classes == 1:
        fix = _ONE_UNIT
    elif lowest < 0:
        fix = (
            "Number the classes from 0: names, y = np.unique(y, return_inverse=True). "
            f"If {label} marks what has no label, use ignore_class={label}."
        )
    elif lowest == 1 and highest == classes:
        fix = (
            "The labels seem to start at 1: pass y - 1, "
            f"or give the last layer {int(highest) + 1} units."
        )
    else:
        fix = f"Give the last layer at least {int(highest) + 1} units, or renumber the labels."
    raise ValueError(
        f"{loss} expected labels from 0 to {classes - 1}, because {_output(name)} has {classes} "
        f"class{'es' if classes != 1 else ''}. Received the label {label} at index {place}. {fix}"
    )

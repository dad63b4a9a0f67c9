"""Operations that summarize, accumulate, order or count elements along axes."""

import builtins

import jax.numpy as jnp

from jaxkeras.ops.operation import Tensor, operation, refuse_sparse, thin

__all__ = [
    "all", "amax", "amin", "any", "argmax", "argmin", "argpartition", "argsort", "average",
    "bincount", "corrcoef", "correlate", "count_nonzero", "cumprod", "cumsum", "diff", "digitize",
    "histogram", "max", "mean", "median", "min", "nanargmax", "nanargmin", "nancumprod",
    "nancumsum", "nanmax", "nanmean", "nanmedian", "nanmin", "nanpercentile", "nanprod",
    "nanquantile", "nanstd", "nansum", "nanvar", "nonzero", "percentile", "prod", "ptp",
    "quantile", "searchsorted", "sort", "std", "sum", "trapezoid", "unique", "var",
]  # fmt: skip

_AXIS = "x, axis=None, keepdims=False"
_CUMULATED = "x, axis=None, dtype=None"
_QUANTILE = "x, q, axis=None, method='linear', keepdims=False"

all = thin(jnp.all, _AXIS)
amax = thin(jnp.amax, _AXIS, "amax")
amin = thin(jnp.amin, _AXIS, "amin")
any = thin(jnp.any, _AXIS)
argmax = thin(jnp.argmax, _AXIS)
argmin = thin(jnp.argmin, _AXIS)
max = thin(jnp.max, "x, axis=None, keepdims=False, initial=None")
mean = thin(jnp.mean, _AXIS)
median = thin(jnp.median, _AXIS)
min = thin(jnp.min, "x, axis=None, keepdims=False, initial=None")
nanargmax = thin(jnp.nanargmax, _AXIS)
nanargmin = thin(jnp.nanargmin, _AXIS)
nanmax = thin(jnp.nanmax, _AXIS)
nanmean = thin(jnp.nanmean, _AXIS)
nanmedian = thin(jnp.nanmedian, _AXIS)
nanmin = thin(jnp.nanmin, _AXIS)
nanprod = thin(jnp.nanprod, _AXIS)
nanstd = thin(jnp.nanstd, _AXIS)
nansum = thin(jnp.nansum, _AXIS)
nanvar = thin(jnp.nanvar, _AXIS)
prod = thin(jnp.prod, "x, axis=None, keepdims=False, dtype=None")
ptp = thin(jnp.ptp, _AXIS)
std = thin(jnp.std, _AXIS)
sum = thin(jnp.sum, _AXIS)
var = thin(jnp.var, _AXIS)

average = thin(jnp.average, "x, axis=None, weights=None")
count_nonzero = thin(jnp.count_nonzero, "x, axis=None")
cumprod = thin(jnp.cumprod, _CUMULATED)
cumsum = thin(jnp.cumsum, _CUMULATED)
nancumprod = thin(jnp.nancumprod, _CUMULATED)
nancumsum = thin(jnp.nancumsum, _CUMULATED)
nanpercentile = thin(jnp.nanpercentile, _QUANTILE)
nanquantile = thin(jnp.nanquantile, _QUANTILE)
percentile = thin(jnp.percentile, _QUANTILE)
quantile = thin(jnp.quantile, _QUANTILE)

argsort = thin(jnp.argsort, "x, axis=-1")
corrcoef = thin(jnp.corrcoef)
correlate = thin(jnp.correlate, "x1, x2, mode='valid'")
diff = thin(jnp.diff, "a, n=1, axis=-1")
digitize = thin(jnp.digitize, "x, bins")
nonzero = thin(jnp.nonzero)
searchsorted = thin(jnp.searchsorted, "sorted_sequence, values, side='left'")
sort = thin(jnp.sort, "x, axis=-1")
trapezoid = thin(jnp.trapezoid, "y, x=None, dx=1.0, axis=-1")


@operation
def argpartition(x: Tensor, kth: int, axis: int | None = -1) -> Tensor:
    """Positions that would put the ``kth`` smallest element into its place, smaller ones before.

    Args:
        x: tensor of any shape.
        kth: a place in the sorted order, from 0.
        axis: the axis to sort along; ``None`` for the flattened tensor.

    Example:
        >>> from jaxkeras import ops
        >>> int(ops.argpartition([3, 1, 2], 0)[0])
        1
    """
    return jnp.argpartition(x.ravel() if axis is None else x, kth, axis=axis or 0)


@operation
def bincount(
    x: Tensor, weights: Tensor | None = None, minlength: int = 0, sparse: bool = False
) -> Tensor:
    """How often each whole number from 0 occurs. The length of the result depends on the values.

    Args:
        x: whole numbers, not negative: ``(length,)``, or ``(batch, length)`` to count each row.
        weights: what each occurrence counts, in the shape of ``x``; by default 1.
        minlength: least length of the result.
        sparse: sparse results are not supported.

    Raises:
        ValueError: ``sparse`` is true.

    Example:
        >>> from jaxkeras import ops
        >>> ops.bincount([1, 1, 3])
        Array([0, 2, 0, 1], dtype=int32)
    """
    refuse_sparse("bincount", sparse)
    length = builtins.max(minlength, int(jnp.max(x)) + 1 if x.size else 0)
    return jnp.vectorize(
        lambda *row: jnp.bincount(*row, length=length),
        signature="(n)->(m)" if weights is None else "(n),(n)->(m)",
    )(*([x] if weights is None else [x, weights]))


@operation
def histogram(
    x: Tensor, bins: int = 10, range: tuple[float, float] | None = None
) -> tuple[Tensor, Tensor]:
    """How many elements lie in each of a number of equal intervals.

    Args:
        x: ``(length,)``
        bins: number of intervals.
        range: where the first begins and the last ends; by default least and greatest element.

    Returns:
        Counts ``(bins,)``, and the edges of the intervals ``(bins + 1,)``.

    Raises:
        ValueError: ``x`` has more than one axis, or ``bins`` is no whole number above 0.

    Example:
        >>> from jaxkeras import ops
        >>> ops.histogram([0.0, 0.1, 1.0], bins=2)[0]
        Array([2., 1.], dtype=float32)
    """
    if not isinstance(bins, int) or bins < 1 or x.ndim > 1:
        raise ValueError(
            "histogram takes a tensor of one axis and a number of bins. "
            f"Received: shape {x.shape}, bins={bins!r}"
        )
    return jnp.histogram(x, bins=bins, range=range)


@operation
def unique(
    x: Tensor,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Tensor | None = None,
) -> Tensor:
    """The elements without repetitions. Unless ``size`` is given, their number follows the values.

    Args:
        x: tensor of any shape.
        sorted: whether they are in order.
        return_index: whether to tell where each occurs first.
        return_inverse: whether to tell which of them stands at each place.
        return_counts: whether to tell how often each occurs.
        axis: compare slices along this axis; by default single elements.
        size: a fixed number of results, padded with ``fill_value``.
        fill_value: by default the least element.

    Example:
        >>> from jaxkeras import ops
        >>> ops.unique([3, 1, 3])
        Array([1, 3], dtype=int32)
    """
    return jnp.unique(
        x,
        return_index,
        return_inverse,
        return_counts,
        axis,
        equal_nan=False,
        size=size,
        fill_value=fill_value,
        sorted=sorted,
    )

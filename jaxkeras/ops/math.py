"""Operations of mathematics beyond those of NumPy: segments, spectra, special functions."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxkeras.ops.numpy.products import slogdet
from jaxkeras.ops.operation import Tensor, as_array, operation, thin

__all__ = [
    "cdist", "erf", "erfc", "erfinv", "extract_sequences", "fft", "fft2", "ifft2", "in_top_k",
    "irfft", "istft", "logdet", "logsumexp", "rfft", "rsqrt", "segment_max", "segment_min",
    "segment_prod", "segment_sum", "stft", "top_k", "view_as_complex", "view_as_real",
]  # fmt: skip

_SEGMENTS = "data, segment_ids, num_segments=None, sorted=False"
_WINDOWS = {"hann": jnp.hanning, "hamming": jnp.hamming}


def _by_segment(function: Callable[..., Any]) -> Callable[..., Any]:
    def reduce(data: Tensor, segment_ids: Tensor, num_segments: int | None, sorted: bool) -> Tensor:
        return function(data, segment_ids, num_segments, indices_are_sorted=sorted)

    reduce.__doc__, reduce.__module__ = function.__doc__, function.__module__
    reduce.__name__ = function.__name__
    return reduce


erf = thin(jax.scipy.special.erf)
erfc = thin(jax.scipy.special.erfc)
erfinv = thin(jax.scipy.special.erfinv)
logsumexp = thin(jax.scipy.special.logsumexp, "x, axis=None, keepdims=False")
rsqrt = thin(jax.lax.rsqrt)
segment_max = thin(_by_segment(jax.ops.segment_max), _SEGMENTS)
segment_min = thin(_by_segment(jax.ops.segment_min), _SEGMENTS)
segment_prod = thin(_by_segment(jax.ops.segment_prod), _SEGMENTS)
segment_sum = thin(_by_segment(jax.ops.segment_sum), _SEGMENTS)


@operation
def cdist(x: Tensor, y: Tensor) -> Tensor:
    """Euclidean distances of all pairs of points.

    Args:
        x: ``(..., m, features)``
        y: ``(..., n, features)``

    Returns:
        ``(..., m, n)``

    Raises:
        ValueError: the points have different numbers of features, or an axis is missing.

    Example:
        >>> from jaxkeras import ops
        >>> ops.cdist([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]])
        Array([[5., 1.]], dtype=float32)
    """
    if min(x.ndim, y.ndim) < 2 or x.shape[-1] != y.shape[-1]:
        raise ValueError(
            "cdist takes tensors of shape (..., points, features) with as many features. "
            f"Received: {x.shape} and {y.shape}"
        )
    differences = x[..., :, None, :] - y[..., None, :, :]
    return jnp.sqrt(jnp.sum(jnp.square(differences), axis=-1))


@operation
def extract_sequences(x: Tensor, sequence_length: int, sequence_stride: int) -> Tensor:
    """All windows of a signal that lie a stride apart.

    Args:
        x: ``(..., time)``
        sequence_length: length of a window.
        sequence_stride: distance of neighbouring windows.

    Returns:
        ``(..., number of windows, sequence_length)``

    Example:
        >>> from jaxkeras import ops
        >>> ops.extract_sequences([1, 2, 3, 4, 5], 3, 2)
        Array([[1, 2, 3],
               [3, 4, 5]], dtype=int32)
    """
    count = (x.shape[-1] - sequence_length) // sequence_stride + 1
    starts = sequence_stride * jnp.arange(count)
    return x[..., starts[:, None] + jnp.arange(sequence_length)]


@operation
def in_top_k(targets: Tensor, predictions: Tensor, k: int) -> Tensor:
    """Whether the right class is among the ``k`` with the greatest scores.

    Args:
        targets: ``(batch,)``, class numbers.
        predictions: ``(batch, classes)``, scores.
        k: how many count.

    Returns:
        ``(batch,)``, booleans. Of equal scores all count as the first of them.

    Example:
        >>> from jaxkeras import ops
        >>> ops.in_top_k([0, 1], [[0.1, 0.5, 0.4], [0.1, 0.5, 0.4]], k=1)
        Array([False,  True], dtype=bool)
    """
    own = jnp.take_along_axis(predictions, targets[..., None], axis=-1)
    own = jnp.where(jnp.isnan(own), -jnp.inf, own)
    return jnp.sum(predictions > own, axis=-1) < k


@operation
def logdet(x: Tensor) -> Tensor:
    """Logarithm of the absolute value of a determinant.

    Args:
        x: ``(..., size, size)``

    Example:
        >>> from jaxkeras import ops
        >>> ops.logdet([[1.0, 0.0], [0.0, 1.0]])
        Array(0., dtype=float32)
    """
    return slogdet(x)[1]


@operation
def top_k(x: Tensor, k: int, sorted: bool = True) -> tuple[Tensor, Tensor]:
    """The greatest values along the last axis, and where they are.

    Args:
        x: ``(..., size)``
        k: how many.
        sorted: they come in falling order in any case.

    Returns:
        Values and positions, both ``(..., k)``.

    Example:
        >>> from jaxkeras import ops
        >>> ops.top_k([1, 3, 2], k=2)[1]
        Array([1, 2], dtype=int32)
    """
    values, positions = jax.lax.top_k(x, k)
    return values, positions


@operation
def view_as_complex(x: Tensor) -> Tensor:
    """Pairs of real and imaginary part as complex numbers.

    Args:
        x: ``(..., 2)``

    Raises:
        ValueError: the last axis has another size.

    Example:
        >>> from jaxkeras import ops
        >>> ops.view_as_complex([1.0, 2.0])
        Array(1.+2.j, dtype=complex64)
    """
    if x.ndim == 0 or x.shape[-1] != 2:
        raise ValueError(f"view_as_complex takes a last axis of size 2. Received: {x.shape}")
    return jax.lax.complex(x[..., 0].astype("float32"), x[..., 1].astype("float32"))


@operation
def view_as_real(x: Tensor) -> Tensor:
    """Complex numbers as pairs of real and imaginary part.

    Args:
        x: complex tensor of any shape.

    Returns:
        ``(..., 2)``

    Example:
        >>> from jaxkeras import ops
        >>> ops.view_as_real([1.0 + 2.0j])
        Array([[1., 2.]], dtype=float32)
    """
    return jnp.stack([jnp.real(x), jnp.imag(x)], axis=-1)


@operation
def fft(x: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Discrete Fourier transform along the last axis.

    Args:
        x: real and imaginary part, both ``(..., time)``.

    Returns:
        Real and imaginary part.

    Example:
        >>> from jaxkeras import ops
        >>> ops.fft(([1.0, 1.0], [0.0, 0.0]))[0]
        Array([2., 0.], dtype=float32)
    """
    return _parts(jnp.fft.fft(_complex(x)))


@operation
def fft2(x: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Discrete Fourier transform along the two last axes.

    Args:
        x: real and imaginary part, both ``(..., height, width)``.

    Returns:
        Real and imaginary part.

    Example:
        >>> from jaxkeras import ops
        >>> ops.fft2(([[1.0, 1.0]], [[0.0, 0.0]]))[0]
        Array([[2., 0.]], dtype=float32)
    """
    return _parts(jnp.fft.fft2(_complex(x)))


@operation
def ifft2(x: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Inverse of `fft2`.

    Args:
        x: real and imaginary part, both ``(..., height, width)``.

    Returns:
        Real and imaginary part.

    Example:
        >>> from jaxkeras import ops
        >>> ops.ifft2(([[2.0, 0.0]], [[0.0, 0.0]]))[0]
        Array([[1., 1.]], dtype=float32)
    """
    return _parts(jnp.fft.ifft2(_complex(x)))


@operation
def rfft(x: Tensor, fft_length: int | None = None) -> tuple[Tensor, Tensor]:
    """Discrete Fourier transform of real numbers: the frequencies that are not negative.

    Args:
        x: ``(..., time)``
        fft_length: length to which the signal is cut or padded with zeros.

    Returns:
        Real and imaginary part, both ``(..., fft_length // 2 + 1)``.

    Example:
        >>> from jaxkeras import ops
        >>> ops.rfft([1.0, 1.0])[0]
        Array([2., 0.], dtype=float32)
    """
    return _parts(jnp.fft.rfft(x, fft_length))


@operation
def irfft(x: tuple[Tensor, Tensor], fft_length: int | None = None) -> Tensor:
    """Inverse of `rfft`.

    Args:
        x: real and imaginary part, both ``(..., frequencies)``.
        fft_length: length of the result; by default ``2 * (frequencies - 1)``.

    Example:
        >>> from jaxkeras import ops
        >>> ops.irfft(([2.0, 0.0], [0.0, 0.0]))
        Array([1., 1.], dtype=float32)
    """
    return jnp.fft.irfft(_complex(x), fft_length)


@operation
def stft(
    x: Tensor,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: str | Tensor | None = "hann",
    center: bool = True,
) -> tuple[Tensor, Tensor]:
    """Short-time Fourier transform: the spectra of all windows that lie a stride apart.

    Args:
        x: ``(..., time)``
        sequence_length: length of a window.
        sequence_stride: distance of neighbouring windows.
        fft_length: length to which a window is padded with zeros.
        window: ``"hann"``, ``"hamming"``, factors of shape ``(sequence_length,)``, or ``None``.
        center: whether window ``t`` is centered at ``t * sequence_stride``, which pads the signal
            with its own reflection.

    Returns:
        Real and imaginary part, both ``(..., windows, fft_length // 2 + 1)``.

    Raises:
        ValueError: ``fft_length`` is shorter than a window, or ``window`` is unknown.

    Example:
        >>> from jaxkeras import ops
        >>> ops.stft(ops.ones(16), 8, 4, 8)[0].shape
        (5, 5)
    """
    factors = _window(window, sequence_length, fft_length, x.dtype)
    if center:
        x = _reflected(x, fft_length // 2)
    return rfft(extract_sequences(x, fft_length, sequence_stride) * factors)


@operation
def istft(
    x: tuple[Tensor, Tensor],
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: str | Tensor | None = "hann",
    center: bool = True,
) -> Tensor:
    """Inverse of `stft`: the signal that follows from overlapping spectra.

    Args:
        x: real and imaginary part, both ``(..., windows, fft_length // 2 + 1)``.
        sequence_length: see `stft`.
        sequence_stride: see `stft`.
        fft_length: see `stft`.
        length: length of the signal; by default all that the windows cover.
        window: see `stft`.
        center: see `stft`.

    Raises:
        ValueError: see `stft`.

    Example:
        >>> from jaxkeras import ops
        >>> spectra = ops.stft(ops.ones(16), 8, 4, 8)
        >>> ops.istft(spectra, 8, 4, 8).round(3)[:4]
        Array([1., 1., 1., 1.], dtype=float32)
    """
    windows = irfft(x, fft_length)  # (..., windows, fft_length)
    factors = _window(window, sequence_length, fft_length, windows.dtype)
    total = sequence_stride * (windows.shape[-2] - 1) + fft_length
    signal = _overlap(windows * factors, sequence_stride, total)
    weight = _overlap(jnp.broadcast_to(factors**2, windows.shape[-2:]), sequence_stride, total)
    signal = signal / jnp.where(weight > 1e-10, weight, 1.0)
    start = fft_length // 2 if center else 0
    stop = total - start if length is None else start + length
    return signal[..., start:stop]


def _overlap(windows: Tensor, stride: int, total: int) -> Tensor:
    """The sum of windows that begin a stride apart."""
    places = stride * jnp.arange(windows.shape[-2])[:, None] + jnp.arange(windows.shape[-1])
    return jnp.zeros((*windows.shape[:-2], total), windows.dtype).at[..., places].add(windows)


def _reflected(x: Tensor, width: int) -> Tensor:
    """``(..., time)`` continued by its own reflection, whether or not its length is known."""
    length = x.shape[-1]
    period = jnp.maximum(2 * (length - 1), 1)
    place = (jnp.arange(length + 2 * width) - width) % period
    return x[..., jnp.where(place < length, place, period - place)]


def _window(window: Any, length: int, fft_length: int, dtype: Any) -> Tensor:
    """Factors of a window, with zeros on both sides."""
    if (isinstance(window, str) and window not in _WINDOWS) or fft_length < length:
        raise ValueError(
            "stft and istft take the window 'hann' or 'hamming', or its factors, and an fft_length "
            f"of at least sequence_length={length}. Received: {window=}, {fft_length=}"
        )
    if window is None:
        return jnp.ones(fft_length, dtype)
    if isinstance(window, str):
        window = _WINDOWS[window](length + 1)[:-1]
    before = (fft_length - length) // 2
    return jnp.pad(jnp.asarray(window, dtype), (before, fft_length - length - before))


def _complex(x: tuple[Tensor, Tensor]) -> Tensor:
    real, imaginary = map(as_array, x)
    return jax.lax.complex(real, imaginary)


def _parts(x: Tensor) -> tuple[Tensor, Tensor]:
    return jnp.real(x), jnp.imag(x)

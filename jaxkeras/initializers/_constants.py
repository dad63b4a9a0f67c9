"""Initializers without chance: constants, the identity and the short-time Fourier transform."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxkeras.config import standardize_dtype
from jaxkeras.initializers._base import Initializer, _catalog, standardize_shape

__all__ = ["STFT", "Constant", "Identity", "Ones", "Zeros"]


@_catalog.register()
class Constant(Initializer):
    """One value everywhere, or the values of an array.

    Args:
        value: a number, or an array that has the shape of the weight or broadcasts to it.

    Raises:
        ValueError: the array does not broadcast to the shape of the weight.

    Example:
        >>> from jaxkeras import initializers
        >>> initializers.Constant(0.5)((2,))
        Array([0.5, 0.5], dtype=float32)
    """

    def __init__(self, value: Any = 0.0):
        self.value = value

    def __call__(self, shape, dtype=None, key=None):
        shape = standardize_shape("Constant", shape)
        value = jnp.asarray(self.value, standardize_dtype(dtype))
        try:
            return jnp.broadcast_to(value, shape)
        except ValueError:
            raise ValueError(
                f"Constant holds an array of shape {value.shape}, which does not fit a weight of "
                f"shape {shape}. Give it one number or an array of the weight's shape."
            ) from None


@_catalog.register("zero")
class Zeros(Initializer):
    """All zeros.

    Example:
        >>> from jaxkeras import initializers
        >>> initializers.Zeros()((2,))
        Array([0., 0.], dtype=float32)
    """

    def __call__(self, shape, dtype=None, key=None):
        return jnp.zeros(standardize_shape("Zeros", shape), standardize_dtype(dtype))


@_catalog.register("one")
class Ones(Initializer):
    """All ones.

    Example:
        >>> from jaxkeras import initializers
        >>> initializers.Ones()((2,))
        Array([1., 1.], dtype=float32)
    """

    def __call__(self, shape, dtype=None, key=None):
        return jnp.ones(standardize_shape("Ones", shape), standardize_dtype(dtype))


@_catalog.register("IdentityInitializer")
class Identity(Initializer):
    """The identity matrix times a factor; a matrix that is not square gets its main diagonal.

    Args:
        gain: the factor.

    Raises:
        ValueError: the weight is not a matrix.

    Example:
        >>> from jaxkeras import initializers
        >>> initializers.Identity(gain=2.0)((2, 3))
        Array([[2., 0., 0.], [0., 2., 0.]], dtype=float32)
    """

    def __init__(self, gain: float = 1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None, key=None):
        shape = standardize_shape("Identity", shape)
        if len(shape) != 2:
            raise ValueError(
                f"Identity expected a matrix (rows, columns). Received: shape={shape} of rank "
                f"{len(shape)}."
            )
        dtype = standardize_dtype(dtype)
        return jnp.asarray(self.gain, dtype) * jnp.eye(*shape, dtype=dtype)


@_catalog.register("STFTInitializer")
class STFT(Initializer):
    """A convolution kernel that computes the short-time Fourier transform of a signal.

    Args:
        side: ``"real"`` for the cosines or ``"imag"`` for the negative sines.
        window: name of a window of `scipy.signal.get_window`, its values, or ``None`` for none.
        scaling: ``"density"`` divides by the window's Euclidean norm, ``"spectrum"`` by the sum
            of its absolute values, ``None`` by nothing.
        periodic: make the named window periodic rather than symmetric.

    Raises:
        ValueError: ``side``, ``window`` or ``scaling`` is unknown, or the weight has another shape
            than ``(frame_length, 1, fft_length // 2 + 1)``.

    Example:
        >>> from jaxkeras import initializers
        >>> kernel = initializers.STFT("real", window=None)((4, 1, 3))
        >>> kernel[:, 0, 2]
        Array([ 1., -1.,  1., -1.], dtype=float32)
    """

    def __init__(
        self,
        side: str = "real",
        window: Any = "hann",
        scaling: str | None = "density",
        periodic: bool = False,
    ):
        if side not in ("real", "imag"):
            raise ValueError(f"STFT expected side to be 'real' or 'imag'. Received: side={side!r}")
        if scaling not in ("density", "spectrum", None):
            raise ValueError(
                "STFT expected scaling to be 'density', 'spectrum' or None. "
                f"Received: scaling={scaling!r}"
            )
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic
        if isinstance(window, str):
            self._window_values(1)

    def __call__(self, shape, dtype=None, key=None):
        shape = standardize_shape("STFT", shape)
        if len(shape) != 3 or shape[1] != 1 or shape[2] < 2:
            raise ValueError(
                "STFT expected a shape (frame_length, 1, fft_length // 2 + 1). "
                f"Received: shape={shape}"
            )
        frame_length, _, bins = shape
        turns = np.outer(np.arange(frame_length), np.arange(bins)) / (2 * (bins - 1))
        wave = np.cos if self.side == "real" else np.sin
        kernel = wave(-2 * np.pi * turns) * self._window_values(frame_length)[:, np.newaxis]
        return jnp.asarray(kernel[:, np.newaxis, :], standardize_dtype(dtype))

    def _window_values(self, length: int) -> np.ndarray:
        """The scaled window, ``(length,)``."""
        if self.window is None:
            return np.ones(length)
        if isinstance(self.window, str):
            from scipy.signal import get_window  # slow to import and seldom needed

            try:
                window = get_window(self.window, length, fftbins=self.periodic)
            except ValueError:
                raise ValueError(
                    "STFT expected window to be a name that scipy.signal.get_window knows, such as "
                    f"'hann', an array or None. Received: window={self.window!r}"
                ) from None
        else:
            window = self.window
        values = np.asarray(window, np.float64)
        if values.shape != (length,):
            raise ValueError(
                f"STFT expected a window of shape ({length},), one value per step of the frame. "
                f"Received a window of shape {values.shape}."
            )
        if self.scaling == "density":
            return values / np.linalg.norm(values)
        return values / np.sum(np.abs(values)) if self.scaling == "spectrum" else values

"""Spectrograms of sound."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxkeras.config import epsilon
from jaxkeras.initializers import STFT
from jaxkeras.layers._spatial import SpatialLayer
from jaxkeras.layers.arguments import whole_number
from jaxkeras.layers.layer import Layer
from jaxkeras.ops import conv, stft
from jaxkeras.ops._moments import wide
from jaxkeras.symbolic import Shape

__all__ = ["MelSpectrogram", "STFTSpectrogram"]

_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


class MelSpectrogram(Layer):
    """How strong the pitches in a signal are over time, on a scale on which they sound equidistant.

    Args:
        fft_length: length to which windows are padded with zeros before the Fourier transform.
        sequence_stride: distance of neighbouring windows.
        sequence_length: length of a window; by default ``fft_length``.
        window: ``"hann"``, ``"hamming"``, factors of shape ``(sequence_length,)``, or ``None``.
        sampling_rate: samples in a second.
        num_mel_bins: number of pitches.
        min_freq: the lowest pitch, in hertz.
        max_freq: the highest pitch; by default half the sampling rate.
        power_to_db: whether the result is in decibels.
        top_db: by how many decibels values may lie below the greatest of the batch.
        mag_exp: power of the magnitudes: 1 for amplitudes, 2 for energies.
        min_power: what is less counts as this much.
        ref_power: what has 0 decibels.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, time)`` or ``(time,)``

    Output shape:
        ``(batch, num_mel_bins, windows)`` or ``(num_mel_bins, windows)``

    Raises:
        TypeError: a length is no number.
        ValueError: a length is not positive, or ``fft_length`` shorter than a window.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.MelSpectrogram(256, 128, num_mel_bins=16, sampling_rate=8000)
        >>> layer(np.sin(np.arange(8000.0))).shape
        (16, 63)
    """

    def __init__(
        self,
        fft_length: int = 2048,
        sequence_stride: int = 512,
        sequence_length: int | None = None,
        window: Any = "hann",
        sampling_rate: int = 16000,
        num_mel_bins: int = 128,
        min_freq: float = 20.0,
        max_freq: float | None = None,
        power_to_db: bool = True,
        top_db: float = 80.0,
        mag_exp: float = 2.0,
        min_power: float = 1e-10,
        ref_power: float = 1.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.fft_length = whole_number(f"{self.label}: fft_length", fft_length)
        self.sequence_stride = whole_number(f"{self.label}: sequence_stride", sequence_stride)
        self.sequence_length = whole_number(
            f"{self.label}: sequence_length", sequence_length or fft_length
        )
        if self.fft_length < self.sequence_length:
            raise ValueError(
                f"{self.label} needs an fft_length that is no shorter than a window. Received: "
                f"fft_length={fft_length}, sequence_length={sequence_length}"
            )
        self.window = window
        self.sampling_rate = sampling_rate
        self.num_mel_bins = whole_number(f"{self.label}: num_mel_bins", num_mel_bins)
        self.min_freq = min_freq
        self.max_freq = max_freq or int(sampling_rate / 2)
        self.power_to_db = power_to_db
        self.top_db = top_db
        self.mag_exp = mag_exp
        self.min_power = min_power
        self.ref_power = ref_power

    def call(self, inputs: jax.Array) -> jax.Array:
        signal = wide(inputs)
        real, imaginary = stft(
            signal, self.sequence_length, self.sequence_stride, self.fft_length, self.window
        )
        power = jnp.hypot(real, imaginary) ** self.mag_exp  # (..., windows, frequencies)
        filters = mel_filters(
            self.num_mel_bins, power.shape[-1], self.sampling_rate, self.min_freq, self.max_freq
        )
        pitches = power @ jnp.asarray(filters, power.dtype)
        if self.power_to_db:
            decibels = self._decibels(pitches) - self._decibels(abs(self.ref_power))
            pitches = jnp.maximum(decibels, jnp.max(decibels) - self.top_db)
        return jnp.swapaxes(pitches, -1, -2).astype(self.compute_dtype)

    def _decibels(self, power: Any) -> jax.Array:
        return 10 * jnp.log10(jnp.maximum(power, self.min_power))


def mel_filters(
    pitches: int, frequencies: int, sampling_rate: float, lowest: float, highest: float
) -> np.ndarray:
    """How much each frequency of a Fourier transform counts for each pitch.

    A pitch has a triangle of weights that begins and ends at its neighbours. The mel scale is that
    of the Hidden Markov Model Toolkit, which leaves out the frequency 0.

    Args:
        pitches: number of pitches.
        frequencies: number of frequencies, from 0 to half the sampling rate.
        sampling_rate: samples in a second.
        lowest: where the triangle of the lowest pitch begins, in hertz.
        highest: where that of the highest ends.

    Returns:
        ``(frequencies, pitches)``

    Example:
        >>> from jaxkeras.layers.preprocessing.spectrogram import mel_filters
        >>> mel_filters(2, 5, 8000, 0, 4000).round(1).tolist()
        [[0.0, 0.0], [0.6, 0.4], [0.0, 0.9], [0.0, 0.4], [0.0, 0.0]]
    """

    def to_mel(hertz: Any) -> Any:
        return 1127 * np.log1p(np.asarray(hertz) / 700)

    mels = to_mel(np.linspace(0, sampling_rate / 2, frequencies)[1:, None])
    edges = np.linspace(to_mel(lowest), to_mel(highest), pitches + 2)
    rising = (mels - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mels) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0, np.minimum(rising, falling))
    return np.pad(weights, [(1, 0), (0, 0)])


class STFTSpectrogram(SpatialLayer):
    """The short-time Fourier transform of signals, by convolution; its kernels may be trained.

    Args:
        mode: ``"log"``, ``"magnitude"``, ``"psd"`` for spectral densities, ``"real"``, ``"imag"``,
            ``"angle"``, or ``"stft"`` for the real parts followed by the imaginary ones.
        frame_length: length of a window.
        frame_step: distance of neighbouring windows; by default half of ``frame_length``.
        fft_length: length to which windows are padded with zeros; by default the next power of two.
        window: a name, factors, or ``None``: see `jaxkeras.initializers.STFT`.
        periodic: whether the window of that name is periodic rather than symmetric.
        scaling: ``"density"``, ``"spectrum"`` or ``None``: see `jaxkeras.initializers.STFT`.
        padding: ``"valid"`` or ``"same"``.
        expand_dims: whether frequencies get an axis of their own, as in images.
        data_format: ``"channels_last"`` or ``"channels_first"``; by default the global setting.
        **kwargs: see `Layer`.

    Input shape:
        ``(batch, time, channels)``, or ``(batch, channels, time)``

    Output shape:
        ``(batch, windows, channels * frequencies)``, or with the windows last; with
        ``expand_dims`` ``(batch, windows, frequencies, channels)``, or ``(batch, channels, windows,
        frequencies)``. There are ``fft_length // 2 + 1`` frequencies, twice as many in the mode
        ``"stft"``.

    Raises:
        TypeError: a length is no number, or the input not of floats.
        ValueError: an argument is none of these.

    Example:
        >>> import numpy as np, jaxkeras
        >>> layer = jaxkeras.layers.STFTSpectrogram(frame_length=8, expand_dims=True)
        >>> layer(np.ones((2, 32, 3), "float32")).shape
        (2, 7, 5, 3)
        >>> [(w.name, w.shape) for w in layer.weights]
        [('real_kernel', (8, 1, 5)), ('imag_kernel', (8, 1, 5))]
    """

    rank = 1

    def __init__(
        self,
        mode: str = "log",
        frame_length: int = 256,
        frame_step: int | None = None,
        fft_length: int | None = None,
        window: Any = "hann",
        periodic: bool = False,
        scaling: str | None = "density",
        padding: str = "valid",
        expand_dims: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.mode = self._one_of("mode", mode, _MODES)
        self.frame_length = whole_number(f"{self.label}: frame_length", frame_length)
        step = frame_length // 2 if frame_step is None else frame_step
        self.frame_step = whole_number(f"{self.label}: frame_step", step)
        if self.frame_step > self.frame_length:
            raise ValueError(
                f"{self.label} needs a frame_step that is no longer than a frame. Received: "
                f"frame_step={frame_step}, frame_length={frame_length}"
            )
        power_of_two = 1 << (self.frame_length - 1).bit_length()
        self.fft_length = whole_number(f"{self.label}: fft_length", fft_length or power_of_two)
        if self.fft_length < self.frame_length:
            raise ValueError(
                f"{self.label} needs an fft_length that is no shorter than a frame. Received: "
                f"fft_length={fft_length}, frame_length={frame_length}"
            )
        self.padding = self._one_of("padding", padding, ("valid", "same"))
        self.expand_dims = expand_dims
        self.data_format = self._layout(data_format)
        self._parts = {
            side: STFT(side, window, scaling, periodic)
            for side, other in (("real", "imag"), ("imag", "real"))
            if self.mode != other
        }

    def build(self, input_shape: Shape) -> None:
        shape = (self.frame_length, 1, self.fft_length // 2 + 1)
        for side, initializer in self._parts.items():
            kernel = self.add_weight(shape, initializer, name=f"{side}_kernel")
            setattr(self, f"{side}_kernel", kernel)

    def call(self, inputs: jax.Array) -> jax.Array:
        if not jnp.issubdtype(inputs.dtype, jnp.floating):
            raise TypeError(
                f"{self.label} takes signals of floats, got {inputs.dtype}. Convert them: "
                "x.astype('float32')."
            )
        spectra = self._spectra(inputs)  # (batch, channels, windows, frequencies)
        if self.expand_dims:
            is_last = self.data_format == "channels_last"
            return jnp.moveaxis(spectra, 1, -1) if is_last else spectra
        if self.data_format == "channels_first":
            spectra = jnp.swapaxes(spectra, 2, 3)
            return spectra.reshape(spectra.shape[0], -1, spectra.shape[-1])
        spectra = jnp.swapaxes(spectra, 1, 2)
        return spectra.reshape(*spectra.shape[:2], -1)

    def _spectra(self, inputs: jax.Array) -> jax.Array:
        """What the mode says of each channel, ``(batch, channels, windows, frequencies)``."""
        parts = [self._convolved(inputs, getattr(self, f"{side}_kernel")) for side in self._parts]
        if len(parts) == 1:
            return parts[0]
        real, imaginary = parts
        if self.mode == "stft":
            return jnp.concatenate(parts, axis=-1)
        if self.mode == "angle":
            return jnp.arctan2(imaginary, real)
        power = jnp.square(real) + jnp.square(imaginary)
        if self.mode == "psd":  # all frequencies but the first and the last stand for two
            return power.at[..., 1:-1].multiply(2)
        magnitude = jnp.sqrt(jnp.maximum(power, epsilon()))
        return jnp.log(jnp.maximum(magnitude, epsilon())) if self.mode == "log" else magnitude

    def _convolved(self, inputs: jax.Array, kernel: Any) -> jax.Array:
        signals = jnp.moveaxis(inputs, self.channel_axis, 1)  # (batch, channels, time)
        folded = signals.reshape(-1, signals.shape[-1], 1)
        weights = kernel[...].astype(inputs.dtype)
        spectra = conv(folded, weights, self.frame_step, self.padding, "channels_last")
        return spectra.reshape(*signals.shape[:2], *spectra.shape[1:])

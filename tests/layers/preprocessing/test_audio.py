"""Spectrograms, compared with Keras's."""

from typing import Any

import numpy as np
import pytest

import jaxkeras

keras = pytest.importorskip("keras")

layers = jaxkeras.layers

SIGNALS = np.random.default_rng(0).normal(size=(2, 200)).astype("float32")
MEL: dict[str, Any] = {
    "fft_length": 64,
    "sequence_stride": 24,
    "num_mel_bins": 8,
    "sampling_rate": 8000,
}


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"sequence_length": 48, "window": "hamming", "power_to_db": False},
        {"window": None, "mag_exp": 1.0, "min_freq": 100.0, "max_freq": 3000.0},
        {"top_db": 10.0, "ref_power": 2.0, "min_power": 1e-3, "window": np.linspace(0, 1, 64)},
    ],
)
def test_mel_spectrograms_are_those_of_keras(arguments):
    ours, theirs = (m.layers.MelSpectrogram(**MEL, **arguments) for m in (jaxkeras, keras))
    expected = np.asarray(theirs(SIGNALS))
    np.testing.assert_allclose(ours(SIGNALS), expected, rtol=1e-3, atol=2e-4)
    if not arguments:
        single = np.asarray(theirs(SIGNALS[0]))
        np.testing.assert_allclose(ours(SIGNALS[0]), single, rtol=1e-3, atol=2e-4)
        assert ours(jaxkeras.Input((200,))).shape == (None, *expected.shape[1:])
        assert ours(jaxkeras.Input((None,))).shape == (None, 8, None)
        half = layers.MelSpectrogram(**MEL, dtype="bfloat16")
        assert half(jaxkeras.Input((200,))).dtype == "bfloat16"


def test_a_tone_is_where_its_pitch_is():
    time = np.arange(8000) / 8000
    layer = layers.MelSpectrogram(512, 256, num_mel_bins=20, sampling_rate=8000, min_freq=0)
    low, high = (np.asarray(layer(np.sin(2 * np.pi * hertz * time))) for hertz in (300, 2000))
    edges = 700 * (np.exp(np.linspace(0, np.log1p(4000 / 700), 22)) - 1)
    for spectrum, hertz in ((low, 300), (high, 2000)):
        loudest = spectrum[:, 10].argmax()
        assert edges[loudest] < hertz < edges[loudest + 2]


@pytest.mark.parametrize(
    "arguments",
    [
        {"mode": "log"},
        {"mode": "log", "data_format": "channels_first"},
        {"mode": "magnitude", "expand_dims": True, "padding": "same"},
        {"mode": "psd", "scaling": "spectrum", "window": "hamming", "periodic": True},
        {"mode": "real", "fft_length": 32, "frame_step": 5},
        {"mode": "imag", "expand_dims": True, "scaling": None, "data_format": "channels_first"},
        {"mode": "angle", "window": None},
        {"mode": "stft", "padding": "same", "window": np.linspace(0.1, 1.0, 16)},
    ],
)
def test_stft_spectrograms_are_those_of_keras(assert_same_layer, arguments):
    inputs = np.random.normal(size=(2, 60, 3)).astype("float32")
    if "data_format" in arguments:
        inputs = np.swapaxes(inputs, 1, 2)
    assert_same_layer(
        "STFTSpectrogram",
        inputs.shape,
        inputs=inputs,
        eager=False,
        frame_length=16,
        atol=1e-4,
        rtol=1e-3,
        **arguments,
    )


def test_stft_kernels_begin_as_the_fourier_transform_and_are_trained():
    layer = layers.STFTSpectrogram("real", 8, 8, window=None)
    signal = np.random.normal(size=(1, 8, 1)).astype("float32")
    np.testing.assert_allclose(layer(signal)[0, 0], np.fft.rfft(signal[0, :, 0]).real, atol=1e-5)
    theirs = keras.layers.STFTSpectrogram("log", 8)
    theirs.build((None, 20, 1))
    ours = layers.STFTSpectrogram("log", 8)
    ours.build((None, 20, 1))
    for own, reference in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(own, reference, atol=1e-6)
    assert [len(ours.trainable_weights), len(ours.non_trainable_weights)] == [2, 0]
    assert ours(jaxkeras.Input((None, 1))).shape == (None, None, 5)


@pytest.mark.parametrize("name", ["MelSpectrogram", "STFTSpectrogram"])
def test_configurations_of_keras_are_read(name):
    theirs = getattr(keras.layers, name)()
    ours = getattr(layers, name).from_config(theirs.get_config())
    defaults = getattr(layers, name)(name=ours.name)
    assert ours.get_config().keys() == theirs.get_config().keys()
    for key, value in ours.get_config().items():
        assert value == defaults.get_config()[key] or getattr(defaults, key) == value


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.MelSpectrogram(64, sequence_length=65), "no shorter than a window"),
        (lambda: layers.MelSpectrogram(num_mel_bins=0), "num_mel_bins must be a whole number"),
        (lambda: layers.MelSpectrogram(64, window="round")(SIGNALS), "round"),
        (lambda: layers.STFTSpectrogram("logs"), "mode must be one of .*Did you mean 'log'"),
        (lambda: layers.STFTSpectrogram(frame_step=300), "no longer than a frame"),
        (lambda: layers.STFTSpectrogram(fft_length=128), "no shorter than a frame"),
        (lambda: layers.STFTSpectrogram(window="round"), "STFT expected window"),
        (lambda: layers.STFTSpectrogram(scaling="none"), "STFT expected scaling"),
        (lambda: layers.STFTSpectrogram(padding="causal"), "padding must be one of"),
        (lambda: layers.STFTSpectrogram()(np.ones((1, 300, 1), int)), "takes signals of floats"),
    ],
)
def test_messages(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()

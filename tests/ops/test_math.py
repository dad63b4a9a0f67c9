import jax
import numpy as np
import pytest

from jaxkeras import ops
from jaxkeras.ops import math

rng = np.random.default_rng(0)


def floats(*shape):
    return rng.normal(size=shape).astype("float32")


X = floats(4, 8)
UNIT = rng.uniform(-0.9, 0.9, size=(4, 8)).astype("float32")
IDS = np.array([0, 2, 2, 1], "int32")
PAIR = (floats(4, 6, 8), floats(4, 6, 8))
SPECTRA = (floats(4, 5), floats(4, 5))
SIGNALS = floats(4, 40)
MATRICES = floats(4, 3, 3)
POSITIVE = MATRICES @ MATRICES.transpose(0, 2, 1) + np.eye(3, dtype="float32")


def functions(table):
    table.each("erf erfc logsumexp view_as_complex", X[:, :2])
    table("erfinv", UNIT)
    table("rsqrt", np.abs(X))
    table("logsumexp", X, axis=1, keepdims=True)
    table("view_as_real", (PAIR[0] + 1j * PAIR[1]).astype("complex64"))
    table("cdist", PAIR[0], PAIR[1])
    table("top_k", X, 3)
    table("in_top_k", IDS, X, k=3)
    table("in_top_k", IDS, np.where(X > 0, X, np.nan), k=3)
    table("logdet", POSITIVE)
    table("extract_sequences", SIGNALS, 7, 3)
    table("extract_sequences", PAIR[0], 4, 2)
    table.each("segment_max segment_min segment_prod segment_sum", X, IDS, num_segments=4)
    table("segment_sum", X, np.sort(IDS), num_segments=3, sorted=True)


def spectra(table):
    table.each("fft fft2 ifft2", PAIR)
    table("rfft", X)
    table("rfft", X, fft_length=12)
    table("irfft", SPECTRA)
    table("irfft", SPECTRA, fft_length=6)
    table("stft", SIGNALS, 8, 4, 16)
    table("stft", SIGNALS, 5, 3, 8, np.arange(1.0, 6.0, dtype="float32"), center=False)
    windows = tuple(ops.convert_to_numpy(ops.stack(ops.stft(SIGNALS, 8, 2, 16))))
    table("istft", windows, 8, 2, 16, length=30)
    table("istft", windows, 8, 2, 16, window="hamming", center=False)


def matrices(table):
    table.each("det inv slogdet matrix_rank", MATRICES)
    table("pinv", floats(4, 3, 2))
    table("cholesky", POSITIVE)
    table("cholesky", POSITIVE, upper=True)
    roots = np.linalg.cholesky(POSITIVE)
    table.concrete("cholesky_inverse", roots[0])  # Keras's takes a single matrix
    table.concrete("cholesky_inverse", roots[0].T.copy(), upper=True)
    table("eigh", POSITIVE)
    table("eig", POSITIVE)
    table.concrete("lstsq", floats(5, 3), floats(5, 2))
    table("lu_factor", MATRICES)
    for options in ({"axis": 1}, {"ord": 1, "axis": 1, "keepdims": True}, {}):
        table("norm", X, **options)
    table("norm", MATRICES, ord="fro", axis=(1, 2))
    table.concrete("norm", IDS)
    table("qr", floats(4, 5, 3))
    table("qr", floats(4, 5, 3), mode="complete")
    table("solve", MATRICES, floats(4, 3, 2))
    table("solve_triangular", roots, floats(4, 3, 2), lower=True)
    table("svd", floats(4, 5, 3))
    table("svd", floats(4, 5, 3), full_matrices=False)
    table("svd", MATRICES, compute_uv=False)


GROUPS = [functions, spectra, matrices]


@pytest.mark.parametrize("group", GROUPS)
def test_values_are_those_of_keras(group, table, agree):
    cases = table()
    group(cases)
    agree(cases)


@pytest.mark.parametrize("group", GROUPS)
def test_unknown_batch(group, table, infer):
    cases = table()
    group(cases)
    infer(cases)


def test_tables_are_complete(table):
    cases = table()
    for group in GROUPS:
        group(cases)
    assert cases.names >= {*math.__all__, *ops.linalg.__all__} - {"jvp"}


def test_jvp():
    value, slope, extra = ops.jvp(lambda x: (ops.sin(x), 7), (0.5,), (2.0,), has_aux=True)
    np.testing.assert_allclose([value, slope, extra], [np.sin(0.5), 2 * np.cos(0.5), 7], rtol=1e-6)


def test_istft_undoes_stft():
    spectra = ops.stft(SIGNALS, 12, 3, 16, window="hamming")
    signals = ops.istft(spectra, 12, 3, 16, length=38, window="hamming")
    np.testing.assert_allclose(signals, SIGNALS[:, :38], rtol=1e-4, atol=1e-5)


def test_cholesky_tells_what_is_not_positive_definite():
    with pytest.raises(ValueError, match="positive definite"):
        ops.cholesky([[1.0, 2.0], [2.0, 1.0]])
    assert np.isnan(jax.jit(ops.cholesky)(-np.eye(2))).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.cdist(X, X[:, 1:]), "as many features"),
        (lambda: ops.view_as_complex(X), "size 2"),
        (lambda: ops.stft(SIGNALS, 8, 4, 6), "fft_length=6"),
        (lambda: ops.stft(SIGNALS, 8, 4, 8, window="han"), "window='han'"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()

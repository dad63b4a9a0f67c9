"""The forms for CPU give what `jax.lax` gives, and its gradients."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from jaxkeras.ops import _patches, _windows


def both(function, reference, *args):
    """Outputs and gradients of the two, whose outputs are weighted so that each counts."""

    def graded(f):
        def weighted(*args):
            outputs = f(*args)
            return (outputs * jnp.cos(jnp.arange(outputs.size)).reshape(outputs.shape)).sum()

        compiled = jax.jit(lambda *args: (f(*args), *jax.grad(weighted, range(len(args)))(*args)))
        return compiled(*args)

    for mine, other in zip(graded(function), graded(reference), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-4)


CONVOLUTIONS = [
    # size of space, window, strides, dilation
    ((7,), (3,), (1,), (1,)),
    ((9,), (2,), (3,), (2,)),
    ((6, 7), (3, 2), (1, 1), (1, 1)),
    ((7, 8), (1, 1), (2, 2), (1, 1)),
    ((8, 9), (3, 3), (2, 1), (1, 1)),
    ((9, 8), (2, 3), (1, 1), (3, 2)),
    ((4, 5, 4), (2, 2, 3), (1, 2, 1), (1, 1, 1)),
]


@pytest.mark.parametrize(("space", "window", "strides", "dilation"), CONVOLUTIONS)
def test_convolution(space, window, strides, dilation):
    rank = len(space)
    kernel = np.random.normal(size=(*window, 3, 4)).astype("float32")
    paddings = ["valid", "same", "causal"] if rank == 1 else ["valid", "same"]
    for padding, data_format in itertools.product(paddings, ["channels_last", "channels_first"]):
        shape = _windows.around(space, 0, data_format)
        last = data_format == "channels_last"
        shape = (2, *space, 3) if last else (2, 3, *space)
        x = np.random.normal(size=shape).astype("float32")
        spans = [(size - 1) * rate for size, rate in zip(window, dilation, strict=True)]

        def plain(x, kernel, padding=padding, last=last, spans=spans):
            letters = "DHW"[-rank:]
            layout = f"N{letters}C" if last else f"NC{letters}"
            return lax.conv_general_dilated(
                x,
                kernel,
                strides,
                [(spans[0], 0)] if padding == "causal" else padding.upper(),
                rhs_dilation=dilation,
                dimension_numbers=(layout, letters + "IO", layout),
            )

        def ours(x, kernel, padding=padding, data_format=data_format):
            return _windows.convolve(x, kernel, strides, padding, data_format, dilation)

        both(ours, plain, x, kernel)


@pytest.mark.parametrize("limit", [1, 300, 1200])
def test_convolution_of_some_samples_at_a_time(monkeypatch, limit):
    """Blocks that divide the batch, that leave a rest, and of one sample each."""
    monkeypatch.setattr(_patches, "_BLOCK", limit)
    kernel = np.random.normal(size=(3, 2, 2, 4)).astype("float32")
    x = np.random.normal(size=(7, 5, 6, 2)).astype("float32")

    def ours(x, kernel):
        return _patches.convolve(x, kernel, (1, 1), ((1, 1), (0, 1)), (1, 1))

    def plain(x, kernel):
        layout = ("NHWC", "HWIO", "NHWC")
        return lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=layout)

    assert "scan" in str(jax.make_jaxpr(ours)(x, kernel))
    both(ours, plain, x, kernel)


POOLINGS = [
    ((7,), (2,), (2,)),
    ((8,), (3,), (1,)),
    ((7, 8), (2, 2), (2, 2)),
    ((7, 8), (3, 2), (2, 1)),
    ((9, 9), (2, 2), (3, 3)),
    ((4, 5, 5), (2, 2, 3), (2, 1, 2)),
]


@pytest.mark.parametrize("values", ["different", "ties", "nan", "infinite"])
@pytest.mark.parametrize(("space", "window", "strides"), POOLINGS)
def test_max_pooling(space, window, strides, values):
    x = np.random.normal(size=(2, *space, 3)).astype("float32")
    if values == "ties":
        x = np.round(x)
    if values in ("nan", "infinite"):
        x[np.random.uniform(size=x.shape) < 0.2] = np.nan if values == "nan" else -np.inf
    for padding, data_format in itertools.product(
        ["valid", "same"], ["channels_last", "channels_first"]
    ):
        last = data_format == "channels_last"
        inputs = x if last else np.moveaxis(x, -1, 1)

        def plain(x, padding=padding, data_format=data_format):
            shapes = (_windows.around(sizes, 1, data_format) for sizes in (window, strides))
            return lax.reduce_window(x, -jnp.inf, lax.max, *shapes, padding.upper())

        def ours(x, padding=padding, data_format=data_format):
            return _windows.pool(x, "max", window, strides, padding, data_format)

        both(ours, plain, inputs)


def test_whole_numbers_are_pooled():
    x = np.arange(8, dtype="int32").reshape(1, 8, 1)
    np.testing.assert_array_equal(
        _windows.pool(x, "max", (3,), (3,), "same", "channels_last").ravel(), [2, 5, 7]
    )


def test_large_patches_are_left_to_the_plain_convolution():
    kernel = jax.ShapeDtypeStruct((3, 3, 64, 64), "float32")
    for size, suits in [(56, True), (512, False)]:
        inputs = jax.ShapeDtypeStruct((8, size, size, 64), "float32")
        assert _patches.suits(inputs, kernel) == suits
    assert not _patches.suits(jax.ShapeDtypeStruct((0, 56, 56, 64), "float32"), kernel)

"""What `InputSpec` lets through and what it says about the rest."""

import re

import pytest

from jaxkeras.layers import InputSpec

LABEL = 'Dense "out"'


@pytest.mark.parametrize(
    ("spec", "shape"),
    [
        (InputSpec(), ()),
        (InputSpec(ndim=2), (3, 4)),
        (InputSpec(min_ndim=2), (None, 3, 4)),
        (InputSpec(axes={-1: 4}), (3, 4)),
        (InputSpec(axes={-1: 4}), (3, None)),
        (InputSpec(axes={1: 5}), (3, 5, 2)),
        (InputSpec(axes={3: 5}), (3, 5)),
        (InputSpec(max_ndim=3, axes=None), (3, 4, 5)),
        (InputSpec(shape=(None, 4)), (3, 4)),
    ],
)
def test_shapes_that_fit(spec, shape):
    assert spec.check(LABEL, shape) is None


@pytest.mark.parametrize(
    ("spec", "shape", "message"),
    [
        (InputSpec(ndim=2), (3, 4, 5), "expected 2 dimensions (batch included), got shape"),
        (InputSpec(ndim=4), (None, 28, 28), "the channels of grey images: x[..., None]"),
        (InputSpec(ndim=3), (None, 8), "give that one return_sequences=True"),
        (InputSpec(min_ndim=2), (784,), "A single sample needs a batch axis: x[None]."),
        (InputSpec(min_ndim=2, axes={-1: 3}), (3,), "needs a batch axis"),
        (InputSpec(min_ndim=2, axes={-1: 3}), (50,), "x.reshape(len(x), -1)"),
        (InputSpec(axes={-1: 784}), (None, 28, 28), "x.reshape(len(x), 784), or put Flatten()"),
        (InputSpec(axes={-1: 784}), (None, 783), "expected last dimension 784, got shape (None"),
        (InputSpec(max_ndim=2), (2, 3, 4), "expected at most 2 dimensions (batch included), got"),
        (InputSpec(shape=(None, 4)), (3, 4, 4), "expected 2 dimensions (batch included), got"),
        (InputSpec(shape=(None, 4)), (3, 5), "expected size 4 on axis 1, got shape (3, 5)."),
        (InputSpec(axes={1: 3}), (2, 4, 4), "expected size 3 on axis 1, got shape (2, 4, 4)."),
    ],
)
def test_what_does_not_fit_is_explained(spec, shape, message):
    with pytest.raises(ValueError, match=f'^Dense "out" .*{re.escape(message)}'):
        spec.check(LABEL, shape)


def test_a_specification_can_be_hashed_as_static_data_of_a_module():
    assert hash(InputSpec(axes={-1: 3})) == hash(InputSpec(axes={-1: 3}))
    assert InputSpec(axes={-1: 3}) != InputSpec(axes={-1: 4})

"""Batches as tuples."""

import pytest

from jaxkeras import utils

keras = pytest.importorskip("keras")


@pytest.mark.parametrize(
    "data", [([1], [2], [3]), ([1], [2]), ([1],), [[1], [2]], "x", ([1], None)]
)
def test_batches_are_taken_apart_and_put_together_as_in_keras(data):
    parts = utils.unpack_x_y_sample_weight(data)
    assert parts == keras.utils.unpack_x_y_sample_weight(data)
    assert utils.pack_x_y_sample_weight(*parts) == keras.utils.pack_x_y_sample_weight(*parts)


def test_a_batch_of_four_parts():
    with pytest.raises(ValueError, match=r"Received a tuple of 4 parts. Several inputs are one"):
        utils.unpack_x_y_sample_weight((1, 2, 3, 4))

"""Sequences of different lengths in one array, as Keras makes it."""

import itertools

import numpy as np
import pytest

from jaxkeras.utils import pad_sequences

keras = pytest.importorskip("keras")

RAGGED = [[1], [2, 3, 4, 5], [], [6, 7]]


@pytest.mark.parametrize("maxlen", [None, 3, 6])
def test_the_same_as_in_keras(maxlen):
    for padding, truncating in itertools.product(("pre", "post"), repeat=2):
        arguments = {"maxlen": maxlen, "padding": padding, "truncating": truncating}
        ours = pad_sequences(RAGGED, **arguments)
        reference = keras.utils.pad_sequences(RAGGED, **arguments)
        assert ours.dtype == reference.dtype == np.int32
        np.testing.assert_array_equal(ours, reference)


def test_vectors_texts_and_other_types():
    vectors = [np.ones((2, 3)), np.full((4, 3), 2.0)]
    for arguments in ({"dtype": "float32", "value": -1.5}, {"dtype": "float64", "maxlen": 3}):
        np.testing.assert_array_equal(
            pad_sequences(vectors, **arguments), keras.utils.pad_sequences(vectors, **arguments)
        )
    words = pad_sequences([["a"], ["b", "cc"]], dtype=object, value="<pad>", padding="post")
    assert words.tolist() == [["a", "<pad>"], ["b", "cc"]]
    assert pad_sequences([["a"], ["bb"]], dtype="<U2").tolist() == [["a"], ["bb"]]
    assert pad_sequences([[], []]).shape == (2, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sequences": [1, 2]}, r"entry 0 is 1\. For a single sequence pass \[sequence\]"),
        ({"sequences": iter([[1]])}, "takes a list of sequences. Received: list_iterator"),
        ({"sequences": [[[1, 2]], [[1]]]}, r"entries of sequence 1 have shape \(1,\).*\(2,\)"),
        ({"sequences": [[1]], "padding": "poste"}, "'pre' or 'post'.*Did you mean 'post'"),
        ({"sequences": [[1]], "truncating": "front"}, "truncating must be 'pre' or 'post'"),
        ({"sequences": [[1]], "value": "<pad>"}, "with the text '<pad>'. Pass dtype=object"),
    ],
)
def test_misuse_is_answered(arguments, message):
    with pytest.raises(ValueError, match=message):
        pad_sequences(**arguments)

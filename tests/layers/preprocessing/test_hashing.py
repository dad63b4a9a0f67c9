"""Hashes and buckets: those that FarmHash, SipHash and TensorFlow give."""

import jax
import numpy as np
import pytest

from jaxkeras import Input
from jaxkeras.layers import HashedCrossing, Hashing
from jaxkeras.layers.preprocessing._fingerprint import fingerprint64, siphash24

LETTERS = [["A"], ["B"], ["C"], ["D"], ["E"]]
NAMES = ["omar", "stringer", "marlo", "wire", "skywalker"]

# Fingerprints of the first bytes of the alphabet, again and again, by Google's library.
FINGERPRINTS = {
    0: 0x9AE16A3B2F90404F,
    3: 0x24A5B3A074E7F369,
    5: 0xC22F4663E54E04D4,
    12: 0x4EC73F47499F33DB,
    20: 0x65FED21C0DE0497E,
    40: 0x3AA136E2F9308792,
    64: 0x9C4A595C23BB9BFA,
    65: 0x2434D8917886FE2A,
    129: 0x9B1CA0571B8CEFD4,
    200: 0x25D40299E8419AF6,
}


@pytest.mark.parametrize(("size", "expected"), FINGERPRINTS.items())
def test_fingerprints(size, expected):
    assert fingerprint64((b"abcdefghijklmnopqrstuvwxyz" * 10)[:size]) == expected


def test_siphash_of_its_paper_and_of_its_reference_program():
    key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    assert siphash24(bytes(range(15)), key) == 0xA129CA6149BE45E5
    assert siphash24(b"", key) == 0x726FDB47DD0E0E31


# The expected buckets are those in Keras's documentation and tests.
@pytest.mark.parametrize(
    ("arguments", "inputs", "expected"),
    [
        ({"num_bins": 3}, LETTERS, [[1], [0], [1], [1], [2]]),
        ({"num_bins": 3, "mask_value": ""}, [["A"], ["B"], [""], ["C"]], [[1], [1], [0], [2]]),
        ({"num_bins": 3, "salt": [133, 137]}, LETTERS, [[1], [2], [1], [0], [2]]),
        ({"num_bins": 3, "salt": 133}, LETTERS, [[0], [0], [2], [1], [0]]),
        ({"num_bins": 2, "salt": [211, 137]}, NAMES, [1, 0, 1, 0, 1]),
        ({"num_bins": 2}, NAMES, [0, 0, 1, 0, 0]),
        ({"num_bins": 3, "mask_value": "omar"}, NAMES, [0, 1, 2, 1, 1]),
        ({"num_bins": 3}, [0, 1, 2, 3, 4], [1, 0, 1, 0, 2]),
        ({"num_bins": 3}, [0.0, 1.9, 2.0], [1, 0, 1]),
        ({"num_bins": 3, "salt": [133, 137]}, range(5), [1, 1, 2, 0, 1]),
        ({"num_bins": 1, "mask_value": ""}, ["", "a"], [0, 0]),
    ],
)
def test_buckets_are_those_of_keras(arguments, inputs, expected):
    layer = Hashing(**arguments)
    outputs = layer(np.array(inputs))
    assert isinstance(outputs, jax.Array) and outputs.dtype == "int32"
    np.testing.assert_array_equal(outputs, expected)
    np.testing.assert_array_equal(Hashing.from_config(layer.get_config())(list(inputs)), expected)


def test_forms_of_the_output():
    numbers = np.array([[0, 1, 2, 3, 4]])  # in buckets 1, 0, 1, 0, 2
    count, multi_hot = (Hashing(3, output_mode=mode)(numbers) for mode in ("count", "multi_hot"))
    np.testing.assert_array_equal(count, [[2.0, 2.0, 1.0]])
    np.testing.assert_array_equal(multi_hot, [[1.0, 1.0, 1.0]])
    one_hot = Hashing(3, output_mode="one_hot")(numbers.T)
    np.testing.assert_array_equal(one_hot, np.eye(3)[[1, 0, 1, 0, 2]])
    assert one_hot.dtype == count.dtype == "float32"


def test_every_kind_of_text():
    expected = Hashing(1000)(["né", "b"])
    for texts in (
        np.array(["né", "b"]),
        np.array(["né", "b"], object),
        np.char.encode(["né", "b"]),
        ["né".encode(), b"b"],
        ("né", "b"),
    ):
        np.testing.assert_array_equal(Hashing(1000)(texts), expected)
    assert Hashing(1000)("b") == expected[1]


FIRST, SECOND = np.array(["A", "B", "A", "B", "A"]), np.array([101, 101, 101, 102, 102])
CROSSED = [1, 4, 1, 1, 3]  # as in Keras's documentation


def test_crossing():
    layer = HashedCrossing(5)
    np.testing.assert_array_equal(layer((FIRST, SECOND)), CROSSED)
    column = layer([FIRST[:, None], SECOND[:, None]])
    np.testing.assert_array_equal(column, np.array(CROSSED)[:, None])
    assert int(layer(("A", 101))) == CROSSED[0]
    one_hot = HashedCrossing.from_config({"num_bins": 5, "output_mode": "one_hot"})
    np.testing.assert_array_equal(one_hot((FIRST, SECOND)), np.eye(5)[CROSSED])
    assert not np.array_equal(
        HashedCrossing(999)((FIRST, FIRST)), HashedCrossing(999)((FIRST, SECOND))
    )


def test_misuse():
    with pytest.raises(ValueError, match="num_bins must be a whole number, at least 1"):
        Hashing(num_bins=0)
    with pytest.raises(ValueError, match="salt is one whole number, or two"):
        Hashing(2, salt=[1, 2, 3])
    with pytest.raises(ValueError, match="dense arrays only"):
        Hashing(2, output_mode="count", sparse=True)
    with pytest.raises(ValueError, match="leave dtype out"):
        Hashing(2, dtype="float32")
    with pytest.raises(TypeError, match="cannot be part of a model.*x = layer"):
        Hashing(2)(Input((1,), dtype="int32"))
    with pytest.raises(TypeError, match="cannot be part of a model"):
        jax.jit(Hashing(2))(np.arange(3))
    with pytest.raises(TypeError, match="got NoneType: None. Fill in"):
        Hashing(2)(["a", None])
    with pytest.raises(TypeError, match="expected text or whole numbers, got float: nan"):
        Hashing(2)([1.0, np.nan])
    with pytest.raises(TypeError, match="Pad or cut"):
        Hashing(2)([["a"], ["b", "c"]])
    with pytest.raises(TypeError, match="rows of different lengths"):
        Hashing(2)([[1], [2, 3]])
    with pytest.raises(ValueError, match="two or more features"):
        HashedCrossing(2)(FIRST)
    with pytest.raises(ValueError, match=r"one shape.*got shapes \(5,\), \(4,\)"):
        HashedCrossing(2)((FIRST, SECOND[:4]))

"""Hashes of text that are the same on every machine and in every release."""

import itertools
from collections.abc import Sequence

import numpy as np

__all__ = ["concatenate_fingerprints", "fingerprint64", "hash_buckets", "siphash24"]

_BITS = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_MURMUR = 0xC6A4A7935BD1E995
_Pair = tuple[int, int]


def hash_buckets(
    terms: np.ndarray, num_buckets: int, salt: Sequence[int] | None = None
) -> np.ndarray:
    """The bucket that every term falls into.

    Args:
        terms: text, or whole numbers, which are hashed by their decimal digits. Any shape.
        num_buckets: number of buckets.
        salt: two numbers; with them the hash is `siphash24`, without it is `fingerprint64`.

    Returns:
        Numbers from 0 to ``num_buckets - 1`` in the shape of ``terms``.

    Example:
        >>> import numpy as np
        >>> from jaxkeras.layers.preprocessing._fingerprint import hash_buckets
        >>> hash_buckets(np.array(["A", "B", "C", "D", "E"]), 3)
        array([1, 0, 1, 1, 2])
    """
    unique, inverse = np.unique(terms, return_inverse=True)
    texts = (str(term).encode() for term in unique.tolist())
    if salt is None:
        hashes = (fingerprint64(text) for text in texts)
    else:
        hashes = (siphash24(text, (salt[0], salt[1])) for text in texts)
    buckets = np.array([value % num_buckets for value in hashes], np.int64)
    return buckets[inverse].reshape(terms.shape)


def fingerprint64(data: bytes) -> int:
    """The 64-bit fingerprint of FarmHash.

    Source:
        Pike and Alakuijala, FarmHash (2014), ``farmhashna::Hash64``; ``tf.fingerprint``.

    Example:
        >>> from jaxkeras.layers.preprocessing._fingerprint import fingerprint64
        >>> hex(fingerprint64(b"")), hex(fingerprint64(b"abc"))
        ('0x9ae16a3b2f90404f', '0x24a5b3a074e7f369')
    """
    size = len(data)
    if size > 64:
        return _long(data)
    mul = (_K2 + 2 * size) & _BITS
    if size > 32:
        return _up_to_64(data, mul)
    if size > 16:
        y, z = _halves(data, _K1, mul)
        return _mix(y, z, mul)
    if size >= 8:
        a, b = (_word(data, 0) + _K2) & _BITS, _word(data, size - 8)
        c = (_rotate(b, 37) * mul + a) & _BITS
        d = (_rotate(a, 25) + b) * mul & _BITS
        return _mix(c, d, mul)
    if size >= 4:
        return _mix(size + (_word(data, 0, 4) << 3), _word(data, size - 4, 4), mul)
    if size > 0:
        y = data[0] + (data[size // 2] << 8)
        z = size + (data[-1] << 2)
        return _fold(y * _K2 & _BITS ^ z * _K0 & _BITS) * _K2 & _BITS
    return _K2


def concatenate_fingerprints(first: int, second: int) -> int:
    """One fingerprint for a sequence of two.

    Source:
        ``tensorflow::FingerprintCat64``.

    Example:
        >>> from jaxkeras.layers.preprocessing import _fingerprint
        >>> hex(_fingerprint.concatenate_fingerprints(1, 2))
        '0xc89a2574412ac8e4'
    """
    mixed = first ^ _MURMUR ^ (_fold(second * _MURMUR & _BITS) * _MURMUR & _BITS)
    return _fold(_fold(mixed * _MURMUR & _BITS) * _MURMUR & _BITS)


def siphash24(data: bytes, key: _Pair) -> int:
    """The 64-bit hash SipHash-2-4, which nobody foretells who does not know the key.

    Args:
        data: what to hash.
        key: the two halves of the key, each of 64 bits.

    Source:
        Aumasson and Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012.

    Example:
        >>> from jaxkeras.layers.preprocessing._fingerprint import siphash24
        >>> hex(siphash24(bytes(range(15)), (0x0706050403020100, 0x0F0E0D0C0B0A0908)))
        '0xa129ca6149be45e5'
    """
    low, high = key[0] & _BITS, key[1] & _BITS
    state = [
        low ^ 0x736F6D6570736575,
        high ^ 0x646F72616E646F6D,
        low ^ 0x6C7967656E657261,
        high ^ 0x7465646279746573,
    ]
    whole = len(data) // 8 * 8
    last = int.from_bytes(data[whole:], "little") | (len(data) & 0xFF) << 56
    for word in itertools.chain((_word(data, start) for start in range(0, whole, 8)), [last]):
        state[3] ^= word
        _sip_rounds(state, 2)
        state[0] ^= word
    state[2] ^= 0xFF
    _sip_rounds(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _sip_rounds(state: list[int], count: int) -> None:
    a, b, c, d = state
    for _ in range(count):
        a = (a + b) & _BITS
        c = (c + d) & _BITS
        b = _rotate(b, 51) ^ a
        d = _rotate(d, 48) ^ c
        a = _rotate(a, 32)
        a = (a + d) & _BITS
        c = (c + b) & _BITS
        d = _rotate(d, 43) ^ a
        b = _rotate(b, 47) ^ c
        c = _rotate(c, 32)
    state[:] = a, b, c, d


# ---------------------------------------------------------------------- parts of FarmHash


def _word(data: bytes, start: int, size: int = 8) -> int:
    return int.from_bytes(data[start : start + size], "little")


def _rotate(value: int, shift: int) -> int:
    """The 64 bits turned to the right."""
    return (value >> shift | value << (64 - shift)) & _BITS


def _fold(value: int) -> int:
    return value ^ value >> 47


def _mix(low: int, high: int, mul: int) -> int:
    """Two words into one."""
    first = _fold((low ^ high) * mul & _BITS)
    return _fold((high ^ first) * mul & _BITS) * mul & _BITS


def _halves(data: bytes, first_mul: int, mul: int) -> _Pair:
    """What the first and the last 16 bytes come to."""
    size = len(data)
    a, b = _word(data, 0) * first_mul & _BITS, _word(data, 8)
    c, d = _word(data, size - 8) * mul & _BITS, _word(data, size - 16) * _K2
    y = (_rotate(a + b & _BITS, 43) + _rotate(c, 30) + d) & _BITS
    return y, (a + _rotate(b + _K2 & _BITS, 18) + c) & _BITS


def _up_to_64(data: bytes, mul: int) -> int:
    size = len(data)
    y, z = _halves(data, _K2, mul)
    z = _mix(y, z, mul)
    a = _word(data, 0) * _K2
    e, f = _word(data, 16) * mul & _BITS, _word(data, 24)
    g = (y + _word(data, size - 32)) * mul & _BITS
    h = (z + _word(data, size - 24)) * mul
    low = (_rotate(e + f & _BITS, 43) + _rotate(g, 30) + h) & _BITS
    return _mix(low, (e + _rotate(f + a & _BITS, 18) + g) & _BITS, mul)


def _long(data: bytes) -> int:
    """More than 64 bytes: block by block, the last 64 bytes once more in another way."""
    y = (81 * _K1 + 113) & _BITS
    z = _fold((y * _K2 + 113) & _BITS) * _K2 & _BITS
    x = (81 * _K2 + _word(data, 0)) & _BITS
    v = w = (0, 0)
    rest = (len(data) - 1) % 64
    for start in range(0, len(data) - rest - 1, 64):
        x, y, z, v, w = _block(data, start, (x, y, z), v, w, _K1, 1)
    mul = _K1 + ((z & 0xFF) << 1)
    w = (w[0] + rest) & _BITS, w[1]
    v = (v[0] + w[0]) & _BITS, v[1]
    w = (w[0] + v[0]) & _BITS, w[1]
    x, y, z, v, w = _block(data, len(data) - 64, (x, y, z), v, w, mul, 9)
    low = (_mix(v[0], w[0], mul) + _fold(y) * _K0 + z) & _BITS
    return _mix(low, (_mix(v[1], w[1], mul) + x) & _BITS, mul)


def _block(
    data: bytes, start: int, state: tuple[int, int, int], v: _Pair, w: _Pair, mul: int, weight: int
) -> tuple[int, int, int, _Pair, _Pair]:
    x, y, z = state
    x = _rotate((x + y + v[0] + _word(data, start + 8)) & _BITS, 37) * mul & _BITS
    y = _rotate((y + v[1] + _word(data, start + 48)) & _BITS, 42) * mul & _BITS
    x ^= w[1] * weight & _BITS
    y = (y + v[0] * weight + _word(data, start + 40)) & _BITS
    z = _rotate((z + w[0]) & _BITS, 33) * mul & _BITS
    v = _absorb(data, start, v[1] * mul, x + w[0])
    w = _absorb(data, start + 32, z + w[1], y + _word(data, start + 16))
    return z, y, x, v, w


def _absorb(data: bytes, start: int, a: int, b: int) -> _Pair:
    """Four words of data and two of state into two."""
    first, *middle, last = (_word(data, start + offset) for offset in (0, 8, 16, 24))
    a = (a + first) & _BITS
    b = _rotate((b + a + last) & _BITS, 21)
    total = (a + sum(middle)) & _BITS
    return (total + last) & _BITS, (b + _rotate(total, 44) + a) & _BITS

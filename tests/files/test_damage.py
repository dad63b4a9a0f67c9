"""Files with bytes changed or cut off: read as they were, or refused, within time and memory."""

import io
import json
import os
import random
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

import jaxkeras
from jaxkeras.files import (
    Archive,
    CorruptFileError,
    Group,
    read_archive,
    read_hdf5,
    write_archive,
    write_hdf5,
)
from jaxkeras.files.errors import most_bytes

_PATIENCE = 5.0  # seconds for a file of some kilobytes


def _group() -> Group:
    arrays = {str(number): np.arange(12.0).reshape(3, 4) for number in range(3)}
    layers: dict = {f"layer_{number}": Group({"name": "a"}, dict(arrays)) for number in range(3)}
    attributes = {"model_config": '{"class_name": "Sequential"}' * 20, "names": ["a", "b"]}
    return Group(attributes, {"layers": Group({}, layers)})


def _hdf5() -> bytes:
    file = io.BytesIO()
    write_hdf5(file, _group())
    return file.getvalue()


def _packed() -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        packing = {"compression": "gzip", "shuffle": True, "fletcher32": True}
        values = np.arange(300.0).reshape(20, 15)
        opened.create_dataset("x", data=values, chunks=(6, 5), **packing)
        opened.attrs["texts"] = ["a", "b" * 100]
    return file.getvalue()


def _newest() -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w", libver="latest") as opened:
        for number in range(12):
            opened.attrs[f"a{number}"] = "text" * number
            opened[f"x{number}"] = np.arange(3)
        for number, most in enumerate(((None, 9), (None, None), (50, 9))):
            values = np.arange(320).reshape(40, 8)
            opened.create_dataset(f"y{number}", data=values, chunks=(2, 8), maxshape=most)
    return file.getvalue()


def _archive() -> bytes:
    file = io.BytesIO()
    write_archive(file, Archive({"class_name": "A"}, _group(), assets={"assets/words.txt": b"a"}))
    return file.getvalue()


_FILES: dict[str, tuple[Callable[[], bytes], Callable]] = {
    "hdf5": (_hdf5, read_hdf5),
    "packed": (_packed, read_hdf5),
    "newest": (_newest, read_hdf5),
    "archive": (_archive, read_archive),
}


def _changed(whole: bytes, count: int) -> Iterator[bytes]:
    """The same file with a few bytes changed, sometimes cut off."""
    chance = random.Random(0)
    for _ in range(count):
        spoilt = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            value = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
            spoilt[chance.randrange(len(whole))] = value
        yield bytes(spoilt[: chance.randrange(len(whole))] if chance.random() < 0.1 else spoilt)


def _everywhere(whole: bytes) -> Iterator[bytes]:
    """Every byte inverted; and cut off at every eighth."""
    for place in range(len(whole)):
        yield whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :]
    for size in range(0, len(whole), 8):
        yield whole[:size]


def _same(found: Archive, whole: Archive) -> bool:
    pairs = zip(found.weights.walk(), whole.weights.walk(), strict=True)
    return found.config == whole.config and all(
        a.attributes == b.attributes
        and a.arrays().keys() == b.arrays().keys()
        and all(np.array_equal(a.arrays()[name], b.arrays()[name]) for name in a.arrays())
        for (_, a), (_, b) in pairs
    )


def _try(files: Iterable[bytes], read: Callable, whole: bytes) -> Counter:
    counts = Counter(tried=0, refused=0, loaded=0)
    original = read(io.BytesIO(whole), "file")
    for content in files:
        counts["tried"] += 1
        started = time.perf_counter()
        try:
            found = read(io.BytesIO(content), "file")
            counts["loaded"] += 1
            if read is read_archive:  # its checksums leave nothing undiscovered
                assert _same(found, original)
        except CorruptFileError:
            counts["refused"] += 1
        assert time.perf_counter() - started < _PATIENCE
    return counts


@pytest.mark.parametrize("kind", _FILES)
def test_damage_is_refused_or_does_no_harm(kind):
    make, read = _FILES[kind]
    whole = make()
    counts = _try(_changed(whole, 500), read, whole)
    assert counts["tried"] == counts["refused"] + counts["loaded"] == 500
    assert counts["refused"] > 100, counts
    for size in range(0, len(whole) - 1, 199):
        if read is read_hdf5:
            _try([whole[:size]], read, whole)
            continue
        with pytest.raises(CorruptFileError):
            read(io.BytesIO(whole[:size]), "file")


def test_damage_takes_no_more_memory_than_stated():
    tracemalloc.start()
    try:
        for make, read in _FILES.values():
            whole = make()
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            _try(_changed(whole, 60), read, whole)
            assert tracemalloc.get_traced_memory()[1] - before < most_bytes(len(whole))
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("kind", _FILES)
def test_damage_at_every_byte(kind, capsys):
    make, read = _FILES[kind]
    whole = make()
    counts = _try(_everywhere(whole), read, whole) + _try(_changed(whole, 10_000), read, whole)
    with capsys.disabled():
        print(f"\n{kind}: {dict(counts)}, crashed: 0, hung: 0")
    assert counts["tried"] == counts["refused"] + counts["loaded"] > len(whole) + 10_000


@pytest.mark.parametrize("files", [150, pytest.param(5000, marks=pytest.mark.slow)])
def test_damaged_configurations(files, capsys):
    """Whole models, in a program of its own that has little memory and no patience."""
    program = Path(__file__).with_name("damage_configs.py")
    done = subprocess.run(
        [sys.executable, str(program), "0", str(files)],
        env=os.environ | {"PYTHONPATH": os.path.dirname(jaxkeras.__path__[0])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    counts = json.loads(done.stdout.splitlines()[-1])
    with capsys.disabled():
        print(f"\nconfigurations: {counts}")
    assert counts["crashed"] == counts["hung"] == 0, done.stderr[-3000:]
    assert counts["tried"] == counts["refused"] + counts["loaded"] == files
    assert counts["refused"] > files / 2

"""A program: loads files whose configurations are damaged, and tells what came of each.

``python damage_configs.py SEED FILES`` prints counts as JSON. It runs by itself, so that it can be
given a bound of memory and of time, and that the end of the program is a finding too.
"""

import collections
import io
import json
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import jaxkeras
from jaxkeras import layers as L
from jaxkeras.files import CorruptFileError
from jaxkeras.models import load_model, model_from_json

MOST_MEMORY = 2**30  # bytes, besides those that the program has when it starts to load
MOST_SECONDS = 10  # for a file
_VALUES = (None, -1, 0, 1, 2.5, 10**9, "", "relu", "same", True, [], {}, [1, 2], [None], {"a": 1})


def _dense() -> Any:
    hidden = L.Dense(3, "relu", kernel_regularizer="l2", kernel_constraint="max_norm")
    model = jaxkeras.Sequential([jaxkeras.Input((4,)), hidden, L.Dropout(0.5), L.Dense(2)])
    model.compile(jaxkeras.optimizers.SGD(0.1, momentum=0.9), "mse", metrics=["mae"])
    return model


def _images() -> Any:
    convolution = L.Conv2D(2, 3, padding="same", activation="relu")
    return jaxkeras.Sequential(
        [jaxkeras.Input((6, 6, 1)), convolution, L.BatchNormalization(), L.MaxPooling2D(),
         L.ZeroPadding2D(((1, 0), (0, 1))), L.Flatten(), L.Reshape((-1, 2))]
    )  # fmt: skip


def _graph() -> Any:
    a, b = jaxkeras.Input((4, 3), name="a"), jaxkeras.Input((4, 3), name="b")
    x = jaxkeras.Input((4, 3))
    inner = jaxkeras.Model(x, L.Dense(3)(x), name="inner")
    both = L.Concatenate()([inner(a), b * 2.0])
    return jaxkeras.Model([a, b], [L.Bidirectional(L.LSTM(2))(both), L.Permute((2, 1))(both)])


def _words() -> Any:
    return jaxkeras.Sequential(
        [jaxkeras.Input((4,), dtype="int32"), L.Embedding(5, 4), L.LayerNormalization(),
         L.TimeDistributed(L.Dense(2)), L.GlobalAveragePooling1D()]
    )  # fmt: skip


def _bytes_changed(text: str, chance: random.Random) -> str:
    """One to four characters changed, left out or added; seldom cut off."""
    changed = list(text)
    for _ in range(chance.choice((1, 1, 2, 4))):
        place = chance.randrange(len(changed))
        kind, letter = chance.randrange(6), chr(chance.randrange(32, 127))
        if changed[place].isdigit() and chance.random() < 0.7:
            letter = chance.choice("0123456789")
        changed[place] = letter if kind < 4 else "" if kind == 4 else changed[place] + letter
    return "".join(changed)[: chance.randrange(len(text)) if chance.random() < 0.02 else None]


def _values_changed(text: str, chance: random.Random) -> str:
    """One value anywhere in it another one, or left out, so that it stays JSON."""
    config = json.loads(text)
    holder, key = chance.choice(list(_places(config)))
    if isinstance(holder, dict) and chance.random() < 0.2:
        del holder[key]
    else:
        holder[key] = chance.choice(_VALUES)
    return json.dumps(config)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items):
        yield value, key
        if isinstance(item, (dict, list)):
            yield from _places(item)


def _in_archive(path: Path, change: Callable[[str], str]) -> bytes:
    with zipfile.ZipFile(path) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    members["config.json"] = change(members["config.json"].decode()).encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for name, content in members.items():
            written.writestr(name, content)
    return file.getvalue()


def _in_hdf5(path: Path, change: Callable[[str], str]) -> bytes:
    import h5py

    file = io.BytesIO(path.read_bytes())
    with h5py.File(file, "r+") as opened:
        name = "model_config"
        if "training_config" in opened.attrs and np.random.rand() < 0.3:
            name = "training_config"
        opened.attrs[name] = change(opened.attrs[name])
    return file.getvalue()


def _hung(*_: Any) -> None:
    raise BaseException("hung")


def main(seed: int, files: int) -> collections.Counter[str]:
    """Load damaged files.

    Args:
        seed: of the damages.
        files: how many.
    """
    warnings.simplefilter("ignore")
    kinds = ("tried", "refused", "loaded", "crashed", "hung")
    chance, counts = random.Random(seed), collections.Counter(dict.fromkeys(kinds, 0))
    np.random.seed(seed)
    folder = Path(tempfile.mkdtemp())
    for number, build in enumerate((_dense, _images, _graph, _words)):
        model = build()
        model.save(folder / f"{number}.keras")
        model.save(folder / f"{number}.h5")
        (folder / f"{number}.json").write_text(model.to_json())
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    signal.signal(signal.SIGALRM, _hung)
    spoilt, slowest = folder / "spoilt", 0.0
    for _ in range(files):
        path = folder / f"{chance.randrange(4)}.{chance.choice(('keras', 'h5', 'json'))}"
        damage = chance.choice((_bytes_changed, _values_changed))

        def change(text: str, damage: Callable = damage) -> str:
            return damage(text, chance)

        if path.suffix == ".json":
            content, read = change(path.read_text()), model_from_json
        else:
            inside = _in_archive if path.suffix == ".keras" else _in_hdf5
            spoilt.write_bytes(inside(path, change))
            content, read = spoilt, load_model
        counts["tried"] += 1
        started = time.perf_counter()
        signal.alarm(MOST_SECONDS)
        try:
            read(content).to_json()
            counts["loaded"] += 1
        except CorruptFileError:
            counts["refused"] += 1
        except Exception:
            counts["crashed"] += 1
            traceback.print_exc(limit=-4)
        except BaseException:
            counts["hung"] += 1
            traceback.print_exc(limit=-4)
        finally:
            signal.alarm(0)
        slowest = max(slowest, time.perf_counter() - started)
    counts["slowest in ms"] = round(1000 * slowest)
    return counts


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))

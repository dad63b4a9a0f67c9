"""Files that attacked Keras, built anew: each is refused, and none has an effect.

The numbers are those of the published reports (CVE) of the attacks.
"""

import base64
import collections
import contextlib
import io
import json
import marshal
import os
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import jaxkeras
from jaxkeras.files import CorruptFileError
from jaxkeras.models import load_model

FLAG = "pwned"
FIGURES = collections.Counter(dict.fromkeys(("tried", "refused", "loaded"), 0))


@contextlib.contextmanager
def refusing(match: str | None = None, kind: Any = CorruptFileError):
    """As `pytest.raises`, and counts."""
    FIGURES["tried"] += 1
    with pytest.raises(kind, match=match):
        yield
    FIGURES["refused"] += 1


@pytest.fixture(autouse=True, scope="module")
def _figures(request):
    """Tells how many files there were, and what came of them."""
    yield
    told = "\nhostile files: " + ", ".join(f"{name} {count}" for name, count in FIGURES.items())
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"{told}, with an effect 0, crashed 0, hung 0")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The working folder, in which no attack may leave anything."""
    inside = tmp_path / "work"
    inside.mkdir()
    monkeypatch.chdir(inside)
    yield tmp_path
    assert os.listdir(inside) == [] and not (tmp_path / FLAG).exists()


@pytest.fixture(scope="module")
def model():
    return jaxkeras.Sequential([jaxkeras.Input((3,)), jaxkeras.layers.Dense(2, name="out")])


@pytest.fixture(scope="module")
def members(model, tmp_path_factory) -> dict[str, bytes]:
    """The parts of an honest ``.keras`` file."""
    path = tmp_path_factory.mktemp("honest") / "model.keras"
    model.save(path)
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def _archive(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return path


def _with_config(path: Path, members: dict[str, bytes], change: Callable[[Any], Any]) -> Path:
    config = json.loads(members["config.json"])
    change(config)
    return _archive(path, members | {"config.json": json.dumps(config).encode()})


def _entry(module: str | None, class_name: str, config: Any, **more: Any) -> dict[str, Any]:
    named = {"module": module, "class_name": class_name, "config": config, "name": "evil"}
    return named | {"registered_name": None} | more


def _code() -> str:
    made = compile(f"(lambda x: __import__('os').mkdir('{FLAG}'))", "model.py", "eval")
    code = next(value for value in made.co_consts if hasattr(value, "co_code"))
    return base64.b64encode(marshal.dumps(code)).decode()


def _pickle() -> str:
    class Evil:
        def __reduce__(self):
            return os.mkdir, (FLAG,)

    return base64.b64encode(pickle.dumps(Evil())).decode()


def _function(module: str, name: str) -> dict[str, Any]:
    return _entry(module, "function", name)


def _lambda(function: Any, **arguments: Any) -> dict[str, Any]:
    return _entry("keras.layers", "Lambda", {"name": "evil", "function": function} | arguments)


def _stored_code() -> dict[str, Any]:
    return {"class_name": "__lambda__", "config": {"code": _code(), "defaults": None}}


LAYERS = {
    "CVE-2024-3660, code": lambda: _lambda(_stored_code()),
    "CVE-2025-1550, a class of any module": lambda: _entry("os", "mkdir", {"path": FLAG}),
    "CVE-2025-1550, a function of any module": lambda: _lambda(
        _function("os", "mkdir"), arguments={"path": FLAG}
    ),
    "CVE-2025-1550, builtins": lambda: _lambda(_function("builtins", "exec")),
    "CVE-2025-1550, a module of Keras that imports os": lambda: _lambda(
        _function("keras.src.utils.file_utils.os", "mkdir")
    ),
    "CVE-2025-8747, get_file": lambda: _lambda(
        _function("keras.utils", "get_file"), arguments={"origin": "file:///etc/hosts"}
    ),
    "CVE-2025-8747, load_model": lambda: _lambda(
        _function("keras.models", "load_model"), arguments={"safe_mode": False}
    ),
    "CVE-2025-9906, enable_unsafe_deserialization": lambda: _lambda(
        _function("keras.config", "enable_unsafe_deserialization")
    ),
    "CVE-2025-9906, set_global_attribute": lambda: _lambda(
        _function("keras.src.backend.common.global_state", "set_global_attribute"),
        arguments={"name": "safe_mode_saving", "value": False},
    ),
    "CVE-2025-12058, a file as vocabulary": lambda: _entry(
        "keras.layers", "StringLookup", {"name": "evil", "vocabulary": "/etc/hosts"}
    ),
    "CVE-2025-12058, an address as vocabulary": lambda: _entry(
        "keras.layers", "TextVectorization", {"name": "evil", "vocabulary": "http://127.0.0.1:9/x"}
    ),
    "CVE-2025-49655, a pickled module": lambda: _entry(
        "keras.layers", "TorchModuleWrapper", {"name": "evil", "module": _pickle()}
    ),
    "CVE-2026-1462, a saved model elsewhere": lambda: _entry(
        "keras.layers", "TFSMLayer", {"name": "evil", "filepath": "/tmp/evil"}
    ),
    "a pickle for JAX": lambda: _entry(
        "keras.layers", "FlaxLayer", {"name": "evil", "module": _pickle(), "variables": _pickle()}
    ),
    "a formula that calls": lambda: _entry(
        "keras.layers", "Formula", {"expression": ["call", "save", [["const", FLAG]], []]}
    ),
}


@pytest.mark.parametrize("attack", LAYERS)
@pytest.mark.parametrize("safe_mode", [True, False])
def test_layers_that_attack(attack, safe_mode, members, folder):
    layer = LAYERS[attack]()
    path = _with_config(
        folder / "evil.keras", members, lambda config: config["config"]["layers"].append(layer)
    )
    with refusing():
        load_model(path, safe_mode=safe_mode)
    with pytest.raises((ValueError, TypeError)):
        jaxkeras.layers.deserialize(layer)  # CVE-2026-12481: without the loading of a file


@pytest.mark.parametrize("key", ["kernel_initializer", "activation", "kernel_regularizer", "dtype"])
def test_arguments_that_attack(key, members, folder):
    """CVE-2025-1550, CVE-2025-8747: whatever may hold a name of an object."""
    for evil in (_function("os", "mkdir"), _entry("os", "mkdir", {"path": FLAG}), _stored_code()):
        path = _with_config(
            folder / "evil.keras",
            members,
            lambda config, evil=evil: config["config"]["layers"][1]["config"].update({key: evil}),
        )
        with refusing():
            load_model(path)


def test_compilation_that_attacks(members, folder):
    """CVE-2025-1550: losses, metrics and optimizers."""
    for key in ("optimizer", "loss", "metrics"):
        compiled = {"optimizer": "sgd", "loss": "mse"} | {key: _function("os", "mkdir")}
        path = _with_config(
            folder / "evil.keras",
            members,
            lambda config, c=compiled: config.update(compile_config=c),
        )
        with refusing():
            load_model(path)


def test_code_in_the_older_format(model, folder):
    """CVE-2024-3660, CVE-2025-9905: there too, whatever ``safe_mode`` is, and any generation."""
    model.save(folder / "evil.h5")
    with h5py.File(folder / "evil.h5", "r+") as opened:
        config = json.loads(opened.attrs["model_config"])
        for function in (
            [_code(), None, None],
            {"class_name": "__lambda__", "config": {"code": _code()}},
        ):
            layer = _lambda(function, function_type="lambda")
            config["config"]["layers"].append({k: layer[k] for k in ("class_name", "config")})
            opened.attrs["model_config"] = json.dumps(config)
            opened.flush()
            for safe_mode in (True, False):
                with refusing("saved with (a lambda|code)"):
                    load_model(folder / "evil.h5", safe_mode=safe_mode)
            config["config"]["layers"].pop()


def test_names_that_lead_out_of_the_folder(members, folder):
    """CVE-2026-12479: names of layers are no paths, neither in reading nor in writing."""
    path = _with_config(
        folder / "evil.keras",
        members,
        lambda config: config["config"]["layers"][1]["config"].update(name=f"../../{FLAG}"),
    )
    FIGURES["tried"] += 1
    loaded = load_model(path)
    FIGURES["loaded"] += 1
    before = set(folder.rglob("*"))
    inside = folder / "again"
    inside.mkdir()
    loaded.save(inside / "model.keras")
    loaded.save_weights(inside / "model.weights.h5")
    written = {inside, inside / "model.keras", inside / "model.weights.h5"}
    assert set(folder.rglob("*")) - before == written
    again = load_model(inside / "model.keras")
    np.testing.assert_array_equal(again.get_weights()[0], loaded.get_weights()[0])


def _external_link(file: h5py.File, secret: Path) -> None:
    del file["layers"]
    file["layers"] = h5py.ExternalLink(str(secret), "/layers")


def _soft_link(file: h5py.File, _: Path) -> None:
    group = file["layers/dense/vars"]
    del group["0"]
    group["0"] = h5py.SoftLink("/layers/dense/vars/1")


def _external_array(file: h5py.File, secret: Path) -> None:
    group = file["layers/dense/vars"]
    del group["0"]
    group.create_dataset("0", (3, 2), "float32", external=[(str(secret), 0, 24)])


def _virtual_array(file: h5py.File, secret: Path) -> None:
    layout = h5py.VirtualLayout((3, 2), "float32")
    layout[:] = h5py.VirtualSource(str(secret), "x", shape=(3, 2))
    group = file["layers/dense/vars"]
    del group["0"]
    group.create_virtual_dataset("0", layout)


def _shape_bomb(file: h5py.File, _: Path) -> None:
    group = file["layers/dense/vars"]
    del group["0"]
    group.create_dataset("0", (2**40, 2), "float32", chunks=(2**10, 2), compression="gzip")


def _pickled_array(file: h5py.File, _: Path) -> None:
    group = file["layers/dense/vars"]
    del group["0"]
    group["0"] = np.void(base64.b64decode(_pickle()))


@pytest.mark.parametrize(
    ("attack", "message"),
    [
        (_external_link, "is a link, which could lead to other files"),  # CVE-2026-1669
        (_soft_link, "is a link, which could lead to other files"),
        (_external_array, "lies in other files"),  # CVE-2026-1669
        (_virtual_array, "lies in other files"),
        (_shape_bomb, "for which the file holds too little"),  # CVE-2026-0897
        (_pickled_array, "not numbers"),
    ],
)
def test_weights_that_attack(attack, message, model, members, folder):
    secret = folder / "secret.h5"
    secret.write_bytes(members["model.weights.h5"])
    weights = folder / "evil.weights.h5"
    weights.write_bytes(members["model.weights.h5"])
    with h5py.File(weights, "r+") as opened:
        attack(opened, secret)
    before = model.get_weights()
    with refusing(message):
        model.load_weights(weights)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    inside = members | {"model.weights.h5": weights.read_bytes()}
    with refusing(message):
        load_model(_archive(folder / "evil.keras", inside))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_members_that_unpack_to_any_size(method, members, folder):
    size = 100 * 2**20 if method == zipfile.ZIP_DEFLATED else 1000
    bomb = members | {"assets/zeros": bytes(size)}
    path = _archive(folder / "evil.keras", bomb, method)
    assert path.stat().st_size < 2**20
    with refusing("holds too little|in another way than by deflate"):
        load_model(path)


@pytest.mark.parametrize(
    "name", [f"../{FLAG}", f"/tmp/{FLAG}", f"assets/../../{FLAG}", "config.json"]
)
def test_members_that_lie_elsewhere_or_twice(name, members, folder):
    path = _archive(folder / "evil.keras", members)
    with zipfile.ZipFile(path, "a") as opened:
        if name in members:
            with pytest.warns(UserWarning, match="Duplicate name"):
                opened.writestr(name, b"{}")
        else:
            opened.writestr(name, b"{}")
    with refusing(r"points out of it|holds 'config.json' twice"):
        load_model(path)


@pytest.mark.parametrize("name", [f"../{FLAG}", f"a/../../../{FLAG}"])
def test_downloads_that_unpack_elsewhere(name, folder):
    """CVE-2025-12638."""
    source = folder / "data.tar.gz"
    with tarfile.open(source, "w:gz") as opened:
        info = tarfile.TarInfo(name)
        info.size = 4
        opened.addfile(info, io.BytesIO(b"evil"))
    with refusing("would be written outside of its folder", ValueError):
        jaxkeras.utils.get_file(
            "data.tar.gz", source.as_uri(), extract=True, cache_dir=folder / "cache"
        )
    assert not any(FLAG in path.name for path in folder.rglob("*"))


def test_layers_of_any_size(members, folder):
    def widen(config):
        config["config"]["layers"][1]["config"]["units"] = 10**10
        return config

    path = _with_config(folder / "wide.keras", members, widen)
    with refusing("asks for a weight of shape"):
        load_model(path)

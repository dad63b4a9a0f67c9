"""The command line."""

import json
import subprocess
import sys

import numpy as np
import pytest

import jaxkeras
from jaxkeras.__main__ import main
from jaxkeras.files import Group, LayerWeights, write_hdf5
from jaxkeras.files.layouts import legacy_weights


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "jaxkeras", *arguments], capture_output=True, text=True, check=False
    )


def test_demo_learns_the_digits_and_ends_with_the_accuracy():
    result = run("demo")
    assert result.returncode == 0, result.stderr
    last = result.stdout.splitlines()[-1]
    label, value = last.rsplit(" ", 1)
    assert label == "test accuracy:"
    assert float(value) >= 0.95
    assert "\r" not in result.stdout and "\x1b" not in result.stdout
    for part in ("Total params", "Epoch 1/", "predicted:", "truth:"):
        assert part in result.stdout


def test_demo_is_reproducible_by_its_seed(capsys):
    outputs = []
    for seed in ("1", "1", "3"):
        assert main(["demo", "--epochs", "1", "--seed", seed]) == 0
        outputs.append(capsys.readouterr().out.splitlines()[-1])
    assert outputs[0] == outputs[1] != outputs[2]


def test_demo_saves_the_learning_curves(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    path = tmp_path / "curves.png"
    assert main(["demo", "--epochs", "2", "--plot", str(path)]) == 0
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "arguments",
    [[], ["demo"], ["data"], ["data", "prepare"], ["inspect"], ["convert"], ["run"]],
)
def test_help_everywhere(arguments, capsys):
    with pytest.raises(SystemExit) as exit_info:
        main([*arguments, "--help"])
    assert exit_info.value.code == 0
    assert "usage:" in capsys.readouterr().out


def test_missing_data_is_one_line_and_not_success(tmp_path, capsys):
    status = main(["data", "prepare", "mnist", "--from", str(tmp_path / "nowhere")])
    output = capsys.readouterr()
    assert status == 1
    assert output.err.startswith("error: ") and output.err.count("\n") == 1
    assert "nowhere" in output.err


def test_debug_shows_the_traceback(tmp_path):
    with pytest.raises(jaxkeras.datasets.DatasetError):
        main(["data", "prepare", "mnist", "--debug", "--from", str(tmp_path / "nowhere")])


@pytest.fixture
def old_file(tmp_path):
    """A model as Keras 1 wrote it."""
    dense = {"name": "out", "output_dim": 2, "init": "zero", "batch_input_shape": [None, 3]}
    config = {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": dense}]}
    about = {"keras_version": "1.2.2", "model_config": json.dumps(config)}
    weights = {"out_W": np.ones((3, 2), "float32"), "out_b": np.zeros(2, "float32")}
    path = tmp_path / "old.h5"
    with path.open("w+b") as file:
        inner = legacy_weights([LayerWeights("out", weights)])
        inner.attributes |= {"keras_version": "1.2.2", "backend": "tensorflow"}
        write_hdf5(file, Group(about, {"model_weights": inner}))
    return path


def test_inspect_tells_what_a_file_holds(old_file, tmp_path, capsys):
    assert main(["inspect", str(old_file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        f"{old_file}: a whole model, HDF5",
        "written by: Keras 1.2.2, backend tensorflow",
        "layers:",
        "    out  Dense  (3, 2), (2,)",
    ]
    assert "numbers: 8 in 2 arrays, 32 bytes" in lines
    assert any("fields" in line for line in lines)
    assert "    out: output_dim=2 -> units=2" in lines


def test_convert_writes_in_todays_format(old_file, tmp_path, capsys):
    expected = [np.ones((3, 2)), np.zeros(2)]
    for name in ("new.keras", "new.h5", "new.weights.h5"):
        new = tmp_path / name
        assert main(["convert", str(old_file), str(new)]) == 0
        assert capsys.readouterr().out.startswith(f"{new}: the ")
        assert main(["inspect", str(new)]) == 0
        assert "(3, 2), (2,)" in capsys.readouterr().out
        if name == "new.weights.h5":
            continue
        for found, array in zip(
            jaxkeras.models.load_model(new).get_weights(), expected, strict=True
        ):
            np.testing.assert_array_equal(found, array)
    assert main(["convert", str(old_file), str(new)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert main(["convert", "--overwrite", str(old_file), str(new)]) == 0
    assert main(["convert", str(new), str(tmp_path / "model.keras")]) == 1
    assert "holds weights, but no model" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["inspect", "convert"])
def test_files_that_cannot_be_read_are_one_line_and_not_success(command, tmp_path, capsys):
    damaged = tmp_path / "damaged.keras"
    damaged.write_bytes(b"PK\x03\x04")
    for path, name in ((damaged, "CorruptFileError"), (tmp_path / "x", "FileNotFoundError")):
        others = [str(tmp_path / "new.keras")] if command == "convert" else []
        assert main([command, str(path), *others]) == 1
        error = capsys.readouterr().err
        assert error.startswith(f"error: {name}: ") and error.count("\n") == 1
    assert not (tmp_path / "new.keras").exists()


@pytest.mark.parametrize(
    "arguments",
    [["demo", "--epochs", "0"], ["demo", "--dataset", "imagenet"], ["data", "prepare", "x"], []],
)
def test_wrong_arguments_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as exit_info:
        main(arguments)
    assert exit_info.value.code == 2
    assert "error:" in capsys.readouterr().err

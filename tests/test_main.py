"""The command line."""

import subprocess
import sys

import pytest

import jaxkeras
from jaxkeras.__main__ import main


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
    for seed in ("1", "1", "2"):
        assert main(["demo", "--epochs", "1", "--seed", seed]) == 0
        outputs.append(capsys.readouterr().out.splitlines()[-1])
    assert outputs[0] == outputs[1] != outputs[2]


def test_demo_saves_the_learning_curves(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    path = tmp_path / "curves.png"
    assert main(["demo", "--epochs", "2", "--plot", str(path)]) == 0
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("arguments", [[], ["demo"], ["data"], ["data", "prepare"]])
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


@pytest.mark.parametrize(
    "arguments",
    [["demo", "--epochs", "0"], ["demo", "--dataset", "imagenet"], ["data", "prepare", "x"], []],
)
def test_wrong_arguments_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as exit_info:
        main(arguments)
    assert exit_info.value.code == 2
    assert "error:" in capsys.readouterr().err

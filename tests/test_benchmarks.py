"""The benchmarks run, and what they write down is complete. No time is judged."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.data import make_data
from benchmarks.report import summarize

ROOT = Path(__file__).parent.parent


def run(*arguments, **environment):
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "benchmarks", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
    )


def test_two_contenders_learn_the_same_task(tmp_path):
    file = tmp_path / "report.json"
    options = ["--workloads", "A", "--contenders", "jaxkeras,jax", "--share", "0.02"]
    done = run(*options, "--rounds", 2, "--json", file)
    assert done.returncode == 0, done.stderr
    assert "jaxkeras" in done.stdout

    report = json.loads(file.read_text())
    (result,) = report["results"]
    assert result["samples"] == 1200 and not result["failures"]
    assert report["machine"]["processors"] >= 1
    assert set(result["processes"]) == {"jaxkeras", "jax"}
    assert result["processes"]["jaxkeras"]["versions"]["jaxkeras"] == "0.1.0"
    assert "jaxkeras" not in result["processes"]["jax"]["versions"]
    for contender in ("jaxkeras", "jax"):
        first, *others = (
            each["turns"][contender] for each in [result["warm_up"], *result["rounds"]]
        )
        assert len(others) == 2 and others[-1]["loss"] < first["loss"] < 2.5
        assert first["seconds"] > others[-1]["seconds"] > 0  # the first compiles
        assert others[-1]["cpu"] > 0 and others[-1]["accuracy"] > 0.5
        assert result["processes"][contender]["peak_memory"] > 2**26
    own, hand_written = result["summary"]
    assert own["contender"] == "jaxkeras"
    assert own["loss"] == pytest.approx(hand_written["loss"], rel=0.25)


@pytest.mark.slow
def test_what_is_left_out_changes_no_number(tmp_path):
    file = tmp_path / "report.json"
    contenders = "jaxkeras,without-groups,without-residence"
    options = ["--workloads", "A32", "--contenders", contenders, "--share", "0.01"]
    done = run(*options, "--rounds", 1, "--json", file)
    assert done.returncode == 0, done.stderr
    (result,) = json.loads(file.read_text())["results"]
    own, *others = (row["loss"] for row in result["summary"])
    assert len(others) == 2
    assert others == pytest.approx([own] * 2, rel=1e-4)


def test_a_pipeline_is_measured_for_those_that_have_one(tmp_path):
    file = tmp_path / "report.json"
    options = ["--workloads", "pipeline-2", "--contenders", "jaxkeras,jax", "--share", "0.02"]
    done = run(*options, "--rounds", 1, "--json", file)
    assert done.returncode == 0, done.stderr
    assert "pipeline-2 is nothing for jax." in done.stderr and "samples/s" in done.stdout
    (result,) = json.loads(file.read_text())["results"]
    (row,) = result["summary"]
    assert row["contender"] == "jaxkeras" and result["samples"] == 40
    assert row["samples_per_second"] == pytest.approx(40 / row["seconds"])


def test_a_contender_that_fails_leaves_the_others(tmp_path):
    file = tmp_path / "report.json"
    (tmp_path / "keras.py").write_text("raise ImportError('no absl here')")
    (tmp_path / "torch.py").write_text("class cuda: is_available = staticmethod(lambda: False)")
    done = run(
        *("--workloads", "import", "--contenders", "keras,torch", "--rounds", 1, "--json", file),
        PYTHONPATH=str(tmp_path),
    )
    (result,) = json.loads(file.read_text())["results"]
    assert done.returncode == 1 and "keras failed" in done.stderr
    assert "no absl here" in result["failures"]["keras"]
    assert [row["contender"] for row in result["summary"]] == ["torch"]


def test_a_contender_that_is_not_installed_is_named(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["--workloads", "import", "--contenders", "torch", "--rounds", "1"]) == 1
    said = capsys.readouterr().err
    assert "torch does not take part: torch is not installed." in said
    assert "No contender is left." in said


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--workloads", "A,Z", "'Z' is unknown. There are: A, A32"),
        ("--contenders", "mxnet", "'mxnet' is unknown"),
        ("--share", "0", "'0' is no float above zero"),
        ("--rounds", "two", "'two' is no int above zero"),
    ],
)
def test_options_that_make_no_sense(option, value, said, capsys):
    with pytest.raises(SystemExit):
        main([option, value])
    assert said in capsys.readouterr().err


def rounds(*times, noisy=()):
    return {
        "workload": {"name": "A"},
        "rounds": [
            {
                "turns": {
                    "keras": {"seconds": keras, "loss": 0.5},
                    "jaxkeras": {"seconds": own, "loss": 0.5},
                },
                "is_noisy": number in noisy,
            }
            for number, (keras, own) in enumerate(times)
        ],
        "processes": {},
    }


def test_summary_is_the_median_of_paired_ratios():
    # The ratios are 2, 4 and 3; the medians of the times, 4 and 2, would give 2.
    keras, own = summarize(rounds((2.0, 1.0), (8.0, 2.0), (4.0, 4 / 3)))
    assert keras.times_as_fast == 1 and keras.seconds == 4
    assert own.times_as_fast == pytest.approx(3) and own.seconds == pytest.approx(4 / 3)


def test_noisy_rounds_count_only_if_there_is_no_other():
    times = [(2.0, 1.0), (9.0, 1.0)]
    assert summarize(rounds(*times, noisy={1}))[1].times_as_fast == 2
    assert summarize(rounds(*times, noisy={0, 1}))[1].times_as_fast == 5.5


@pytest.mark.parametrize("model", ["mlp", "convnet", "deep_convnet", "lstm"])
def test_data_have_the_shapes_and_can_be_learned(model):
    x, y = make_data(model, 300)
    again, _ = make_data(model, 300)
    assert (x == again).all() and len(x) == len(y) == 300
    if model == "lstm":
        assert x.shape == (300, 80) and x.dtype == "int32" and set(y) == {0, 1}
        guesses = ((x >= 50) & (x < 100)).sum(1) > (x < 50).sum(1)
    else:
        assert x.dtype == "float32" and x.min() >= 0 and x.max() <= 1
        flat = x.reshape(300, -1)
        means = [flat[y == number].mean(0) for number in range(10)]
        guesses = [min(range(10), key=lambda k: ((row - means[k]) ** 2).sum()) for row in flat]
    assert 0.8 < np.mean(guesses == y) < 0.99

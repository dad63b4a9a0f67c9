"""The README, the package's metadata and `.ci/run` say the same."""

import importlib.metadata
import re
from pathlib import Path

import jaxkeras

ROOT = Path(__file__).parent.parent


def readme_commands() -> list[str]:
    """The one-line commands in the README's first shell block."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^```sh\n(.*?)^```$", readme, flags=re.MULTILINE | re.DOTALL)
    assert block is not None
    lines = block.group(1).splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_readme_opens_with_two_commands():
    demo, tests = readme_commands()
    assert demo.endswith("-m jaxkeras demo")
    assert tests.endswith("-m pytest -n auto")


def test_ci_runs_the_readme_test_command():
    _, tests = readme_commands()
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert tests in [line.strip() for line in script.splitlines()]


def test_version_matches_metadata():
    assert jaxkeras.__version__ == importlib.metadata.version("jaxkeras")

"""The runner of the pages' code: a page that no longer tells the truth fails."""

import os
from pathlib import Path

import numpy as np
import pytest
import snippets
from pages import read_page
from running import Session, fresh_state
from snippets import run_page, updated

import jaxkeras

PAGE = """---
term: 합
---

# 합

```python
total = 1 + 2
print(total)
```

```text title="출력"
3
```

1. 목록 안에서도 됩니다.

    ```python
    for word in ["하나", "둘"]:
        print(word, total, 0.12345)
    ```
    ```text title="출력"
    하나 3 0.1...
    둘   3 0.1...
    ```

```python run="아니요: 없는 함수"
missing()
```
"""


def run(text: str):
    return run_page(read_page(Path("page.md"), text))


def test_a_page_that_tells_the_truth():
    report = run(PAGE)
    assert report.wrong == []
    assert (len(report.results), len(report.skipped), report.compared) == (2, 1, 2)
    assert updated(report) == PAGE
    assert str(report).startswith("2 blocks executed, 1 skipped, 2 outputs compared, 0 pictures")


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [("\n3\n", "\n4\n", "page.md:7"), ("둘   3", "셋   3", "page.md:18")],
)
def test_a_broken_output_fails_and_can_be_mended(right, wrong, place):
    broken = PAGE.replace(right, wrong)
    assert broken != PAGE
    report = run(broken)
    assert [fault.partition(": ")[0] for fault in report.wrong] == [place]
    assert "-" + wrong.strip() in report.wrong[0]
    assert run(updated(report)).wrong == []


def test_an_output_is_added_where_it_is_missing_and_taken_away_where_nothing_is_printed():
    text = "```python\nprint('가')\n```\n\n끝\n"
    report = run(text)
    assert "the block prints" in report.wrong[0]
    assert updated(report) == text.replace("\n\n끝", '\n\n```text title="출력"\n가\n```\n\n끝')
    silent = '```python\na = 1\n```\n```text title="출력"\n1\n```\n'
    assert updated(run(silent)) == "```python\na = 1\n```\n"


def test_an_error_names_the_page_and_the_line_and_ends_the_page():
    report = run("\n\n```python\na = 1\n\nb = a / 0\n```\n\n```python\nprint(b)\n```\n")
    assert len(report.wrong) == 1 and report.results == {}
    assert report.wrong[0].startswith("page.md:3: the block raised")
    assert "page.md" in report.wrong[0] and "line 6" in report.wrong[0]
    assert "ZeroDivisionError" in report.wrong[0]


def test_a_warning_and_a_stray_output_are_faults():
    report = run("```python\nimport warnings\n\nwarnings.warn('새 이름')\n```\n")
    assert "UserWarning: 새 이름" in report.wrong[0]
    report = run('글\n\n```text title="출력"\n1\n```\n')
    assert report.wrong == ["page.md:3: an output that follows no block of Python"]


def test_pictures_are_kept_and_need_words():
    plotted = "```python\nimport matplotlib.pyplot as plt\n\nplt.plot([1, 2])\nplt.show()\n```\n"
    report = run(plotted)
    assert [picture.format for picture in report.pictures] == ["svg"]
    assert "alt=" in report.wrong[0]
    report = run(plotted.replace("python", 'python alt="선"'))
    assert report.wrong == []
    assert b"<svg" in report.pictures[0].data
    assert "draws nothing" in run('```python alt="없음"\na = 1\n```\n').wrong[0]
    drawn = Session().run("class A:\n    def _repr_svg_(self): return '<svg/>'\n\nA()")
    assert [picture.data for picture in drawn.pictures] == [b"<svg/>"]


def test_a_page_changes_nothing_for_the_next_one():
    here = Path.cwd()
    with fresh_state() as folder:
        assert Path.cwd() == folder.resolve() and not list(folder.iterdir())
        Path("left").touch()
        first = np.random.rand()
        jaxkeras.config.set_floatx("float16")
        jaxkeras.config.set_image_data_format("channels_first")
        jaxkeras.mixed_precision.set_global_policy("mixed_bfloat16")
        os.environ["LEFT_BEHIND"] = "1"
    assert Path.cwd() == here and not folder.exists() and "LEFT_BEHIND" not in os.environ
    with fresh_state():
        assert np.random.rand() == first
        assert jaxkeras.config.floatx() == "float32"
        assert jaxkeras.config.image_data_format() == "channels_last"
        assert jaxkeras.config.dtype_policy().name == "float32"


def test_the_command(tmp_path, capsys):
    page = tmp_path / "sum.md"
    page.write_text(PAGE.replace("\n3\n", "\n4\n"), encoding="utf-8")
    assert snippets.main([str(page)]) == 1
    assert "-4\n+3" in capsys.readouterr().out
    assert snippets.main(["--update", str(page)]) == 0
    assert page.read_text(encoding="utf-8") == PAGE

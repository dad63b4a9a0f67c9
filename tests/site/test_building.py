"""What the build adds: links to the glossary, notebooks, and the tables of other names."""

import json
from pathlib import Path

import nbformat
import pytest
from api import entries, with_other_names
from glossary import Term, link_terms
from notebooks import notebook_of
from pages import read_page
from running import Session, fresh_state

import jaxkeras

TERMS = [
    Term("에포크", "../epoch/", "한 바퀴."),
    Term("손실", "../x/", "x"),
    Term("손실 함수", "../loss/", "틀린 정도."),
    Term("배치", "../batch/", "묶음."),
    Term("층", "../layer/", "단계."),
    Term("Dense", "../dense/", "완전 연결 층."),
]


def linked(text: str) -> list[str]:
    """The words that are linked, in a paragraph."""
    content = link_terms(f"<p>{text}</p>", TERMS)
    return [piece.partition("</a>")[0].partition(">")[2] for piece in content.split("<a ")[1:]]


@pytest.mark.parametrize(
    "text",
    [
        "에포크",
        "에포크를",
        "에포크는",
        "에포크마다",
        "에포크에서도",
        "에포크들이",
        "(에포크)",
        "에포크라는 말",
    ],
)
def test_particles_do_not_hide_a_word(text):
    assert linked(text) == ["에포크"]


def test_only_whole_words_are_linked():
    assert linked("배치하다, 재배치, 은닉층, 에포크론, DenseNet") == []
    assert linked("층이 배치를 받는다") == ["층", "배치"]
    assert linked("Dense로 만든다") == ["Dense"]


def test_the_longest_word_wins_and_only_the_first_mention_is_linked():
    assert linked("손실 함수와 손실, 다시 손실 함수") == ["손실 함수", "손실"]
    assert linked("손실\n함수의 값") == ["손실\n함수"]
    assert linked("에포크, 에포크") == ["에포크"]


def test_code_headings_and_links_stay_as_they_are():
    content = (
        '<h2 id="a">에포크</h2><pre><code>에포크</code></pre><p><code>배치</code> &amp; &#48176; '
        '<a href="../loss/#a">손실 함수</a><img alt="층"> 손실 함수 <!-- 층 --></p>'
    )
    assert link_terms(content, TERMS) == content
    assert 'title="한 바퀴."' in link_terms("<p>에포크</p>", TERMS)


def test_a_notebook_opens_and_runs():
    page = read_page(Path(__file__).parents[2] / "docs" / "glossary" / "list-slicing.md")
    notebook = nbformat.reads(notebook_of(page), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) == len(page.blocks)
    with fresh_state():
        session = Session()
        printed = [session.run(cell.source).text for cell in code]
    kept = ["".join(output.text for output in cell.outputs) for cell in code]
    assert any(kept)
    for now, then in zip(printed, kept, strict=True):
        assert ("..." in then) or now.split() == then.split()
    text = json.dumps([c.source for c in notebook.cells if c.cell_type == "markdown"])
    assert ".md)" not in text and "---" not in text.partition("#")[0]


def test_names_without_an_entry_stand_in_a_table():
    some = '<h2 id="jaxkeras.activations.silu">silu</h2>'
    content = with_other_names(some, ["jaxkeras.activations"])
    names = {f"jaxkeras.activations.{name}" for name in jaxkeras.activations.__all__}
    assert names <= entries(content)
    assert '<a href="#jaxkeras.activations.silu"><code>silu</code></a>와 같습니다.' in content

"""The built site, as files."""

import importlib
import json
from pathlib import Path

import nbformat
import pytest
from api import entries, modules_of
from pages import read_page

DOCS = Path(__file__).parents[2] / "docs"

pytestmark = pytest.mark.slow  # building the site takes a minute


def html(site: Path, path: Path) -> str:
    """The built page of a source."""
    name = path.relative_to(DOCS).with_suffix("")
    folder = site / (name.parent if name.name == "index" else name)
    return (folder / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((DOCS / "api").glob("*.md")), ids=lambda path: path.stem)
def test_every_public_name_has_its_entry(site, path):
    modules = modules_of(path.read_text(encoding="utf-8"))
    names = {
        f"{module}.{name}"
        for module in modules
        for name in getattr(importlib.import_module(module), "__all__", ())
    }
    assert names
    assert sorted(names - entries(html(site, path))) == []


def test_every_drawing_block_has_its_picture_and_its_words(site):
    count = 0
    for path in sorted(DOCS.rglob("*.md")):
        if "_site" not in path.parts:
            text = html(site, path)
            for block in read_page(path).blocks:
                if block.alt:
                    count += 1
                    assert f'="{block.alt}"' in text, f"{path}:{block.line}"
    assert count > 20


def test_every_page_with_code_has_a_notebook_that_opens(site):
    count = 0
    for path in sorted((DOCS / "glossary").glob("*.md")):
        page = read_page(path)
        notebook = site / "glossary" / f"{path.stem}.ipynb"
        document = nbformat.read(notebook, as_version=4)
        nbformat.validate(document)
        code = [cell for cell in document.cells if cell.cell_type == "code"]
        assert len(code) == sum(block.reason is None for block in page.blocks)
        assert f'href="../{notebook.name}"' in html(site, path)
        count += 1
    assert count >= 45


def test_words_are_linked_on_the_pages(site):
    text = html(site, DOCS / "glossary" / "fit.md")
    assert 'class="term" href="../epoch/"' in text or 'href="../epoch/"' in text
    assert text.count('class="term"') >= 3


def test_the_drawing_page_has_its_network(site):
    network = json.loads((site / "draw-network.json").read_text(encoding="utf-8"))
    assert [len(layer["bias"]) for layer in network["layers"]][-1] == 10

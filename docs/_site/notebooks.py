"""A page as a Jupyter notebook."""

import re
from collections.abc import Iterator

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pages import Block, Page, body_of

__all__ = ["notebook_of"]

_NOTE = (
    "이 노트북은 jaxkeras 문서의 한 쪽입니다. 위에서부터 차례로 실행하세요(Shift+Enter). "
    "jaxkeras와 matplotlib이 설치된 환경이 필요합니다. 저장소의 맨 위 폴더에서 "
    "`pip install -e '.[plot]' notebook`으로 설치하고 `jupyter notebook`으로 엽니다."
)
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)]*\)")


def notebook_of(page: Page) -> str:
    """A page as a notebook: its text, its code, and the outputs that it prints.

    Links to other pages become plain words. A block that is not to be run is text.

    Args:
        page: to turn into a notebook.

    Returns:
        The notebook's file.

    Example:
        >>> from pathlib import Path
        >>> from notebooks import notebook_of
        >>> from pages import read_page
        >>> '"print(1)"' in notebook_of(read_page(Path("a.md"), "```python\\nprint(1)\\n```\\n"))
        True
    """
    cells = [new_markdown_cell(_NOTE), *_cells(page)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return nbformat.writes(new_notebook(cells=cells, metadata=metadata), indent=1) + "\n"


def _cells(page: Page) -> Iterator[nbformat.NotebookNode]:
    done = len(page.text) - len(body_of(page.text))
    for block in page.blocks:
        if block.reason is not None:
            continue
        yield from _text(page.text[done : block.span[0]])
        yield new_code_cell(block.code.rstrip("\n"), outputs=list(_outputs(block)))
        done = (block.output or block).span[1]
    yield from _text(page.text[done:])


def _outputs(block: Block) -> Iterator[nbformat.NotebookNode]:
    if block.output is not None:
        yield new_output("stream", name="stdout", text=block.output.text)


def _text(markdown: str) -> Iterator[nbformat.NotebookNode]:
    text = _LINK.sub(r"\1", markdown).strip()
    if text:
        yield new_markdown_cell(text)

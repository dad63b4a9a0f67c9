"""A page of the site: its front matter, its code blocks, and the outputs that it prints."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["OUTPUT_TITLES", "Block", "Output", "Page", "body_of", "fences", "read_page"]

OUTPUT_TITLES = ("출력", "Output")

_FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<ticks>`{3,})(?P<language>[\w+-]*)[ \t]*(?P<options>[^\n`]*)\n"
    r"(?P<body>(?:.*\n)*?)"
    r"(?P=indent)(?P=ticks)[ \t]*$\n?",
    re.MULTILINE,
)
_OPTION = re.compile(r'(\w+)="([^"]*)"')
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


@dataclass(frozen=True)
class Output:
    """What a page says that a block prints.

    Args:
        text: the lines, without the indentation of the fence.
        span: where the fence begins and ends in the page's text.
        line: the number of the fence's line.
    """

    text: str
    span: tuple[int, int]
    line: int


@dataclass(frozen=True)
class Block:
    """A block of Python on a page.

    Args:
        code: its lines, without the indentation of the fence.
        span: where the fence begins and ends in the page's text.
        line: the number of the line of the opening fence; the code begins on the next one.
        indent: what stands before the fence.
        options: the fence's options, such as ``alt`` and ``run``.
        output: what the page says that the block prints, if it says so.
    """

    code: str
    span: tuple[int, int]
    line: int
    indent: str = ""
    options: dict[str, str] = field(default_factory=dict)
    output: Output | None = None

    @property
    def alt(self) -> str | None:
        """What the picture that the block draws shows, in words."""
        return self.options.get("alt")

    @property
    def reason(self) -> str | None:
        """Why the block is not to be run; None where it is."""
        return self.options.get("run")


@dataclass(frozen=True)
class Page:
    """A page as it stands in its file.

    Args:
        path: of the file.
        text: all of it.
        meta: the front matter.
        blocks: the blocks of Python, from the top.
        stray: the lines of outputs that follow no block of Python.
    """

    path: Path
    text: str
    meta: dict[str, Any]
    blocks: tuple[Block, ...]
    stray: tuple[int, ...]


def body_of(text: str) -> str:
    """A page's text without its front matter.

    Args:
        text: of the page.

    Example:
        >>> from pages import body_of
        >>> body_of("---\\nterm: 층\\n---\\n# 층\\n")
        '# 층\\n'
    """
    return _FRONT_MATTER.sub("", text)


def fences(text: str) -> Iterator[re.Match[str]]:
    """Every fenced block of a Markdown text, from the top.

    Args:
        text: of the page.

    Example:
        >>> from pages import fences
        >>> [fence["language"] for fence in fences("```python\\n1\\n```\\n\\n```sh\\nls\\n```\\n")]
        ['python', 'sh']
    """
    return _FENCE.finditer(text)


def read_page(path: Path, text: str | None = None) -> Page:
    """Read a page.

    Args:
        path: of the file.
        text: of the page; by default what the file holds.

    Raises:
        ValueError: the options of a fence cannot be read.

    Example:
        >>> from pathlib import Path
        >>> from pages import read_page
        >>> page = read_page(Path("a.md"), '```python alt="선"\\nprint(1)\\n```\\n')
        >>> page.blocks[0].code, page.blocks[0].alt
        ('print(1)\\n', '선')
    """
    if text is None:
        text = path.read_text(encoding="utf-8")
    front = _FRONT_MATTER.match(text)
    meta = yaml.safe_load(front[1]) if front else {}
    blocks: list[Block] = []
    stray: list[int] = []
    for fence in fences(text):
        line = text.count("\n", 0, fence.start()) + 1
        options = dict(_OPTION.findall(fence["options"]))
        body = textwrap.dedent(fence["body"])
        if fence["language"] == "python":
            rest = _OPTION.sub("", fence["options"]).strip()
            if rest:
                raise ValueError(
                    f'{path}:{line}: a fence takes options of the form name="words". '
                    f"Received: {rest}"
                )
            blocks.append(Block(body, fence.span(), line, fence["indent"], options))
        elif options.get("title") in OUTPUT_TITLES:
            output = Output(body, fence.span(), line)
            last = blocks[-1] if blocks else None
            if last is None or last.output or text[last.span[1] : fence.start()].strip():
                stray.append(line)
            else:
                blocks[-1] = Block(
                    last.code, last.span, last.line, last.indent, last.options, output
                )
    return Page(path, text, meta or {}, tuple(blocks), tuple(stray))

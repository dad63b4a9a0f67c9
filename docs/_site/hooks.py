"""What the build of the site adds to MkDocs: pictures, notebooks, and links to the glossary."""

import logging
import multiprocessing
import re
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from html import escape
from pathlib import Path
from typing import Any

from api import entries, modules_of, with_other_names
from glossary import PARTICLES, Term, link_terms
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.utils import get_relative_url
from notebooks import notebook_of
from pages import OUTPUT_TITLES, Block, Page, read_page
from results import report_of
from running import Result
from snippets import Report

__all__ = ["on_config", "on_files", "on_page_content", "on_page_markdown", "on_post_page"]

_log = logging.getLogger("mkdocs.hooks")
_HERE = str(Path(__file__).parent)
_PROCESSES = 2
_API = "api/"
_GLOSSARY = "glossary/"
_BOOST = 2.0  # of the glossary's pages over the others in a search

_reports: dict[str, Report] = {}
_pages: dict[str, Page] = {}


@event_priority(100)  # before the search reads its configuration
def on_config(config: Any) -> Any:
    """Let the search take particles from the end of a word, in the pages and in what is typed."""
    search = config.plugins["material/search"].config
    search["separator"] += rf"|(?<=[가-힣]{{2}})(?:{PARTICLES})(?![가-힣])"
    return config


def on_files(files: Files, *, config: Any) -> Files:
    """Run the pages that draw, and add their pictures and every page's notebook to the site."""
    _pages.clear()
    _reports.clear()
    for file in files.documentation_pages():
        _pages[file.src_uri] = read_page(Path(str(file.abs_src_path)))
    _reports.update(_run(_pages))
    for uri, page in _pages.items():
        report = _reports.get(uri)
        if report is not None:
            for fault in report.wrong:
                _log.warning(fault)
            for name, data in _files_of(uri, report).items():
                files.append(File.generated(config, name, content=data))
        if page.blocks:
            files.append(File.generated(config, _notebook(uri), content=notebook_of(page)))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Files) -> str:
    """Put the pictures under their blocks, and take the fences' own options away."""
    uri = page.file.src_uri
    if uri.startswith(_GLOSSARY):
        page.meta.setdefault("search", {}).setdefault("boost", _BOOST)
    source = read_page(_pages[uri].path, markdown)
    front = _pages[uri].text.count("\n") - markdown.count("\n")  # lines that MkDocs took away
    report = _reports.get(uri)
    for block in reversed(source.blocks):
        result = report.results.get(block.line + front) if report else None
        below = [] if result is None else _shown(uri, block, block.line + front, result.pictures)
        if block.reason is not None:
            below = [f"<small>실행하지 않는 코드입니다. {_reason(block)}</small>"]
        output, end = _told(markdown, block, result)
        added = "".join(f"\n{block.indent}{line}\n" for line in below)
        markdown = (
            f"{markdown[: block.span[0]]}{_plain_fence(markdown[slice(*block.span)])}"
            f"{output}{added}{markdown[end:]}"
        )
    return _with_aliases(_without_copy(markdown), page.meta) + _footer(source)


def on_page_content(content: str, *, page: Any, config: Any, files: Files) -> str:
    """Link the first mention of every glossary word."""
    if page.file.src_uri.startswith(_API):
        content = with_other_names(content, modules_of(page.markdown))
        page.present_anchor_ids |= entries(content)  # other pages may link to the added ones
        return content
    terms = []
    for uri, other in _pages.items():
        target = files.get_file_from_path(uri)
        if uri != page.file.src_uri and "term" in other.meta and target is not None:
            url = get_relative_url(target.url, page.url)
            words = other.meta["term"]
            for word in words if isinstance(words, list) else [words]:
                terms.append(Term(str(word), url, str(other.meta["description"])))
    return link_terms(content, terms)


def on_post_page(output: str, *, page: Any, config: Any) -> str:
    """Name the search for those who hear the page."""
    return output.replace('class="md-search"', 'class="md-search" aria-label="검색"', 1)


def _run(pages: dict[str, Page]) -> dict[str, Report]:
    """The runs of the pages that draw or publish a file."""
    drawn = {
        uri: page
        for uri, page in pages.items()
        if page.meta.get("publish") or any(block.alt for block in page.blocks)
    }
    if not drawn:
        return {}
    if _HERE not in sys.path:
        sys.path.insert(0, _HERE)  # the processes take it over
    # A fresh process: what the build has loaded is no part of a page's run.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_PROCESSES, mp_context=context) as pool:
        return dict(zip(drawn, pool.map(report_of, drawn.values()), strict=True))


def _files_of(uri: str, report: Report) -> dict[str, bytes]:
    """The files that a page's run adds to the site."""
    folder = uri.rpartition("/")[0]
    files = {f"{folder}/{name}".lstrip("/"): data for name, data in report.files.items()}
    for line, result in report.results.items():
        for number, picture in enumerate(result.pictures):
            if picture.format != "html":
                name = _picture_name(uri, line, number, picture.format)
                files[f"{folder}/{name}".lstrip("/")] = picture.data
    return files


def _picture_name(uri: str, line: int, number: int, format: str) -> str:
    return f"{Path(uri).stem}-{line}-{number}.{format}"


def _shown(uri: str, block: Block, line: int, pictures: Iterable[Any]) -> list[str]:
    """The Markdown that shows the pictures of a block."""
    shown = []
    for number, picture in enumerate(pictures):
        if picture.format == "html":
            inner = picture.data.decode().replace("\n", " ")
            shown.append(f'<div class="picture" role="img" aria-label="{block.alt}">{inner}</div>')
        else:
            name = _picture_name(uri, line, number, picture.format)
            shown.append(f"![{block.alt}]({name}){{ .picture }}")
    return shown


def _told(markdown: str, block: Block, result: Result | None) -> tuple[str, int]:
    """The output's fence, with what came where the page says ``...``, and where it ends."""
    if block.output is None:
        return "", block.span[1]
    fence = markdown[block.span[1] : block.output.span[1]]
    said = block.output.text.splitlines()
    came = result.text.strip("\n").splitlines() if result else []
    if "..." in block.output.text and len(said) == len(came):
        lines = fence.splitlines(keepends=True)
        first = len(lines) - 1 - len(said)
        lines[first:-1] = [f"{block.indent}{line}\n" for line in came]
        fence = "".join(lines)
    return fence, block.output.span[1]


def _plain_fence(fence: str) -> str:
    """The fence with none of the options that only the runner reads."""
    head, rest = fence.split("\n", 1)
    return re.sub(r' *\b(?:alt|run)="[^"]*"', "", head) + "\n" + rest


def _without_copy(markdown: str) -> str:
    """Outputs have no button to copy them: what is copied is to be run."""
    for title in OUTPUT_TITLES:
        markdown = re.sub(
            rf'^([ \t]*`{{3,}})text title="{title}"',
            rf'\1{{ .text .output .no-copy title="{title}" }}',
            markdown,
            flags=re.MULTILINE,
        )
    return markdown


def _reason(block: Block) -> str:
    reason = (block.reason or "").partition(":")[2].strip()
    return escape(reason or (block.reason or ""))


def _with_aliases(markdown: str, meta: dict[str, Any]) -> str:
    """Other spellings stand under the title, so that a search finds them."""
    aliases = meta.get("aliases")
    if not aliases:
        return markdown
    words = " · ".join(escape(str(alias)) for alias in aliases)
    line = f'<p class="aliases">다른 표기: {words}</p>'
    return re.sub(r"^(# .*)$", rf"\1\n\n{line}", markdown, count=1, flags=re.MULTILINE)


def _notebook(uri: str) -> str:
    return str(Path(uri).with_suffix(".ipynb"))


def _footer(page: Page) -> str:
    """How to take the page away."""
    if not page.blocks:
        return ""
    name = _notebook(page.path.name)
    return (
        f"\n\n---\n\n[이 쪽을 노트북으로 받기]({name}){{ .notebook download={name} }}\n"
        "{ .notebook-line }\n\n"
        "받은 파일은 `jupyter notebook`으로 열어 위에서부터 차례로 실행합니다. 필요한 것은 파일의 "
        "첫 칸에 적혀 있습니다.\n{ .notebook-line }\n"
    )

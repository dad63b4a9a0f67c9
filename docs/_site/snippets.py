"""Runs the code of pages and compares what it prints with what the pages say that it prints.

python docs/_site/snippets.py docs/glossary/epoch.md
python docs/_site/snippets.py --update docs/glossary/epoch.md
python docs/_site/snippets.py --pictures /tmp/pictures docs/glossary/*.md
"""

import argparse
import difflib
import doctest
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pages import OUTPUT_TITLES, Block, Page, read_page
from running import BlockError, Picture, Result, Session, fresh_state

__all__ = ["Report", "check_page", "matches", "run_page", "updated"]

_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_CHECKER = doctest.OutputChecker()


@dataclass
class Report:
    """What became of a page.

    Args:
        page: that was run.
        results: of each block that ran, by its line.
        skipped: the lines of the blocks that are marked as not to be run.
        compared: how many outputs were compared.
        differences: outputs that are not what the page says, each with its name and the line.
        faults: what else is wrong.
        files: that the page wrote and publishes: those that its front matter names under
            ``publish``.
        seconds: that it took.
    """

    page: Page
    results: dict[int, Result] = field(default_factory=dict)
    skipped: list[int] = field(default_factory=list)
    compared: int = 0
    differences: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def wrong(self) -> list[str]:
        """All that is wrong with the page."""
        return self.differences + self.faults

    @property
    def pictures(self) -> list[Picture]:
        """All that the page drew."""
        return [picture for result in self.results.values() for picture in result.pictures]

    def __str__(self) -> str:
        return (
            f"{len(self.results)} blocks executed, {len(self.skipped)} skipped, "
            f"{self.compared} outputs compared, {len(self.pictures)} pictures, "
            f"{self.seconds:.1f} s"
        )


def matches(expected: str, actual: str) -> bool:
    """Whether an output is the one that a page prints.

    Args:
        expected: on the page; ``...`` stands for anything, and runs of white space count as one.
        actual: what was printed.

    Example:
        >>> from snippets import matches
        >>> matches("loss: 0.1...", "loss:   0.1234"), matches("1", "2")
        (True, False)
    """
    return _CHECKER.check_output(expected.strip() + "\n", actual.strip() + "\n", _FLAGS)


def run_page(page: Page, format: str | None = None) -> Report:
    """Run all blocks of a page in a new folder, and compare the outputs.

    After a block that raises, the rest of the page is not run.

    Args:
        page: to run.
        format: of matplotlib's figures; see `running.Session`.
    """
    report = Report(page)
    for line in page.stray:
        report.faults.append(f"{page.path}:{line}: an output that follows no block of Python")
    with fresh_state() as folder:
        start = time.perf_counter()
        session = Session(format)
        for block in page.blocks:
            if block.reason is not None:
                report.skipped.append(block.line)
                continue
            try:
                result = session.run(block.code, page.path, block.line)
            except BlockError as error:
                report.faults.append(f"{page.path}:{block.line}: the block raised\n{error}")
                break
            report.results[block.line] = result
            report.differences += _differences(page, block, result)
            report.faults += _faults(page, block, result)
            report.compared += block.output is not None
        for name in page.meta.get("publish", []):
            if (folder / name).is_file():
                report.files[name] = (folder / name).read_bytes()
            else:
                report.faults.append(f"{page.path}:1: no block wrote the file {name} to publish")
    report.seconds = time.perf_counter() - start
    return report


def check_page(path: Path) -> Report:
    """Run the page of a file.

    Args:
        path: of the page.
    """
    return run_page(read_page(path))


def _differences(page: Page, block: Block, result: Result) -> list[str]:
    place = f"{page.path}:{block.line}"
    if block.output is None:
        if not result.text.strip():
            return []
        hint = f'the block prints, and no ```text title="{OUTPUT_TITLES[0]}" follows it'
        return [f"{place}: {hint}\n{result.text}"]
    if matches(block.output.text, result.text):
        return []
    lines = difflib.unified_diff(
        block.output.text.splitlines(),
        result.text.splitlines(),
        f"{page.path}:{block.output.line} (the page)",
        "what came",
        lineterm="",
    )
    return [f"{place}: the output differs\n" + "\n".join(lines) + "\n"]


def _faults(page: Page, block: Block, result: Result) -> list[str]:
    place = f"{page.path}:{block.line}"
    faults = []
    if result.pictures and not block.alt:
        faults.append(f'{place}: the block draws a picture, and its fence says no alt="..."\n')
    if block.alt and not result.pictures:
        faults.append(f"{place}: the fence says alt={block.alt!r}, and the block draws nothing\n")
    return faults


def updated(report: Report) -> str:
    """The page's text with the outputs that came.

    An output that matches stays as it is, and so does a line with ``...`` that matches.

    Args:
        report: of the page.
    """
    page, text = report.page, report.page.text
    for block in reversed(page.blocks):
        result = report.results.get(block.line)
        if result is None or (block.output and matches(block.output.text, result.text)):
            continue
        old = block.output.text if block.output else ""
        fence = _output_fence(_kept_lines(old, result.text), block.indent)
        start, end = block.output.span if block.output else (block.span[1], block.span[1])
        if not result.text.strip():
            fence = ""
        elif block.output is None:
            fence = "\n" + fence
        text = text[:start] + fence + text[end:]
    return text


def _kept_lines(old: str, new: str) -> list[str]:
    """The new lines, save that an old line with ``...`` in the same place stays if it matches."""
    before, after = old.splitlines(), [line.rstrip() for line in new.strip("\n").splitlines()]
    if len(before) != len(after):
        return after
    return [
        was if "..." in was and matches(was, line) else line
        for was, line in zip(before, after, strict=True)
    ]


def _output_fence(lines: Sequence[str], indent: str) -> str:
    longest = max((len(ticks) for line in lines for ticks in re.findall("`+", line)), default=0)
    ticks = "`" * max(3, longest + 1)
    fence = [f'{ticks}text title="{OUTPUT_TITLES[0]}"', *lines, ticks]
    return "".join(f"{indent}{line}".rstrip() + "\n" for line in fence)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the pages that the command line names.

    Args:
        arguments: of the command line.

    Returns:
        The exit status: 1 if something is wrong.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--update", action="store_true", help="write the outputs into the pages")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="write the pictures there")
    options = parser.parse_args(arguments)
    status = 0
    for path in options.pages:
        report = run_page(read_page(path.resolve()), "png" if options.pictures else None)
        if options.update:
            path.write_text(updated(report), encoding="utf-8")
            report.differences.clear()
        if options.pictures:
            options.pictures.mkdir(parents=True, exist_ok=True)
            for index, picture in enumerate(report.pictures):
                name = f"{path.stem}-{index}.{picture.format}"
                (options.pictures / name).write_bytes(picture.data)
        print("\n".join([*report.wrong, f"{path}: {report}"]))
        status |= bool(report.wrong)
    return status


if __name__ == "__main__":
    sys.exit(main())

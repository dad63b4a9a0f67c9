"""Collects the pages of the site, and the README: each is a test that runs all its code."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from results import keep
from snippets import check_page

ROOT = Path(__file__).parents[1]


class PageFile(pytest.File):
    """A page."""

    def collect(self):
        yield PageItem.from_parent(self, name=self.path.stem)


class PageError(Exception):
    """What is wrong with a page."""


class PageItem(pytest.Item):
    """The code of a page."""

    def runtest(self) -> None:
        report = check_page(self.path)
        counts = {
            "executed": len(report.results),
            "skipped": len(report.skipped),
            "compared": report.compared,
        }
        self.user_properties.append(("blocks", counts))
        if report.wrong:
            raise PageError("\n".join(report.wrong))
        if report.results:
            keep(report)

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, PageError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, 0, f"{self.path.relative_to(ROOT)}"


class _Pages:
    """Registered for the whole session, because the README stands outside this folder."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Any:
        is_page = file_path.suffix == ".md" and file_path.is_relative_to(ROOT / "docs")
        if is_page or file_path == ROOT / "README.md":
            return PageFile.from_parent(parent, path=file_path)
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            properties: dict[str, Any] = dict(report.user_properties)
            self.counts.update(properties.get("blocks", {}))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.counts:
            told = ", ".join(f"{self.counts[name]} {name}" for name in sorted(self.counts))
            terminalreporter.write_line(f"blocks of the pages: {told}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Pages(), "pages-of-the-site")

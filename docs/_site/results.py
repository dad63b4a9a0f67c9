"""Keeps what a page drew, so that the site's build need not run again what the tests ran."""

import base64
import dataclasses
import functools
import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path

from pages import Page
from running import Picture, Result
from snippets import Report, run_page

__all__ = ["drawing_part", "keep", "kept", "key_of", "report_of"]

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".cache" / "pages"


def key_of(page: Page) -> str:
    """A name for the run of a page: another one if the page, the package or the tools change.

    Args:
        page: that is run.
    """
    digest = hashlib.sha256(_sources())
    digest.update(page.text.encode())
    return f"{page.path.stem}-{digest.hexdigest()[:20]}"


def keep(report: Report) -> None:
    """Write a run down.

    Args:
        report: of a page with nothing wrong.
    """
    page = report.page
    results = {
        str(line): {
            "text": result.text,
            "pictures": [
                [picture.format, base64.b64encode(picture.data).decode()]
                for picture in result.pictures
            ],
        }
        for line, result in report.results.items()
    }
    files = {name: base64.b64encode(data).decode() for name, data in report.files.items()}
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob(f"{page.path.stem}-{'?' * 20}.json"):
        old.unlink(missing_ok=True)
    path = FOLDER / f"{key_of(page)}.json"
    path.write_text(json.dumps({"results": results, "files": files}), encoding="utf-8")


def kept(page: Page) -> Report | None:
    """The run of a page as it was written down, if it was.

    Args:
        page: that was run.
    """
    path = FOLDER / f"{key_of(page)}.json"
    if not path.exists():
        return None
    document = json.loads(path.read_text(encoding="utf-8"))
    report = Report(page)
    for line, result in document["results"].items():
        pictures = tuple(
            Picture(format, base64.b64decode(data)) for format, data in result["pictures"]
        )
        report.results[int(line)] = Result(result["text"], pictures)
    report.files = {name: base64.b64decode(data) for name, data in document["files"].items()}
    return report


def report_of(page: Page) -> Report:
    """What a page draws and publishes: from the run that was written down, else from a new one.

    A new run ends with the last block that draws; the tests run the rest.

    Args:
        page: to run.
    """
    report = kept(page)
    if report is not None:
        return report
    needed = drawing_part(page)
    report = run_page(needed)
    if needed is page and report.results and not report.wrong:
        keep(report)
    return report


def drawing_part(page: Page) -> Page:
    """A page without the blocks below the last that draws; all of it, if it publishes files.

    Args:
        page: to cut.

    Example:
        >>> from pathlib import Path
        >>> from pages import read_page
        >>> page = read_page(Path("docs/glossary/epoch.md"))
        >>> 0 < len(drawing_part(page).blocks) < len(page.blocks)
        True
    """
    draws = [number for number, block in enumerate(page.blocks) if block.alt]
    if page.meta.get("publish") or not draws or draws[-1] == len(page.blocks) - 1:
        return page
    return dataclasses.replace(page, blocks=page.blocks[: draws[-1] + 1])


@functools.cache
def _sources() -> bytes:
    """What every run depends on."""
    digest = hashlib.sha256()
    runner = [Path(__file__).with_name(f"{name}.py") for name in ("pages", "running", "snippets")]
    for path in [*sorted((ROOT / "jaxkeras").rglob("*.py")), *runner]:
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    for name in ("jax", "numpy", "matplotlib"):
        digest.update(f"{name}={version(name)}".encode())
    digest.update(platform.python_version().encode())
    return digest.digest()

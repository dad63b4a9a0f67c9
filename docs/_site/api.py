"""What the pages of the API add to the entries that are made from docstrings."""

import importlib
import inspect
import re
from html import escape
from types import ModuleType
from typing import Any

__all__ = ["entries", "modules_of", "with_other_names"]

_MODULE = re.compile(r"^::: (\S+)$", re.MULTILINE)
_IDENTIFIER = re.compile(r'\bid="([^"]+)"')


def modules_of(markdown: str) -> list[str]:
    """The modules whose names a page documents.

    Args:
        markdown: of the page.

    Example:
        >>> from api import modules_of
        >>> modules_of("# ops\\n\\n::: jaxkeras.ops\\n")
        ['jaxkeras.ops']
    """
    return _MODULE.findall(markdown)


def entries(content: str) -> set[str]:
    """The identifiers of a page's elements: of an API page, the full names that it documents.

    Args:
        content: of the page, as HTML.

    Example:
        >>> from api import entries
        >>> entries('<h2 id="jaxkeras.ops.abs">abs</h2>')
        {'jaxkeras.ops.abs'}
    """
    return set(_IDENTIFIER.findall(content))


def with_other_names(content: str, modules: list[str]) -> str:
    """Add a table of the public names that have no entry: second names, and names made by a call.

    Args:
        content: of the page, as HTML.
        modules: that the page documents.
    """
    known = entries(content)
    rows = [row for name in modules for row in _rows(importlib.import_module(name), known)]
    if not rows:
        return content
    return (
        f'{content}\n<h2 id="other-names">그 밖의 이름</h2>\n'
        "<p>다른 이름으로도 부를 수 있는 것과, 설명이 한 줄인 것입니다.</p>\n"
        '<div class="md-typeset__scrollwrap" tabindex="0"><div class="md-typeset__table">'
        '<table class="other-names"><thead><tr><th>이름</th><th>설명</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div></div>\n"
    )


def _rows(module: ModuleType, known: set[str]) -> list[str]:
    rows = []
    for name in sorted(getattr(module, "__all__", ())):
        full = f"{module.__name__}.{name}"
        if full not in known:
            value = getattr(module, name)
            rows.append(
                f'<tr id="{full}"><td><code>{escape(_call(name, value))}</code></td>'
                f"<td>{_meaning(module, name, value, known)}</td></tr>"
            )
    return rows


def _call(name: str, value: Any) -> str:
    if not callable(value):
        return name
    try:
        parameters = inspect.signature(value).parameters
    except ValueError:
        return f"{name}(...)"
    names = [
        {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "") + key
        for key, parameter in parameters.items()
    ]
    return f"{name}({', '.join(names)})"


def _meaning(module: ModuleType, name: str, value: Any, known: set[str]) -> str:
    if isinstance(value, ModuleType):
        return f"모듈. {_summary(value)}"
    for other in module.__all__:
        full = f"{module.__name__}.{other}"
        if other != name and full in known and getattr(module, other) is value:
            return f'<a href="#{full}"><code>{other}</code></a>와 같습니다.'
    return _summary(value)


def _summary(value: Any) -> str:
    text = (inspect.getdoc(value) or "").strip().partition("\n\n")[0]
    return escape(" ".join(text.split()))

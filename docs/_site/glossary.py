"""The words that the glossary explains, and the links to them from running text."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser

__all__ = ["PARTICLES", "Term", "link_terms"]

# What Korean attaches to a noun; the longer ones first where one begins another.
PARTICLES = (
    "으로부터|로부터|에서부터|에서는|에서도|에서|에게서|에게|에는|에도|에만|에|으로서|으로써|으로는|"
    "으로도|으로|로서|로써|로는|로도|로|이라는|라는|이라고|라고|이라면|라면|이란|란|이라도|라도|이라|라|"
    "입니다|이며|며|이고|고|이나|나|이든|든|이면|면|인지|인|과는|와는|과의|와의|과|와|마다|부터|까지는|"
    "까지|보다는|보다|처럼|만큼|만으로|만을|만|밖에|뿐|대로|조차|하고|은|는|이|가|을|를|의|도|씩|째"
)

# Where words are not running text.
_CLOSED = frozenset(
    {"a", "abbr", "button", "code", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "kbd"}
    | {"label", "math", "pre", "script", "style", "summary", "svg", "textarea", "title"}
)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)


@dataclass(frozen=True)
class Term:
    """A word with a page of its own.

    Args:
        word: as running text writes it.
        url: of its page, from the page that is being written.
        meaning: in one sentence.
    """

    word: str
    url: str
    meaning: str


def link_terms(content: str, terms: Iterable[Term]) -> str:
    """Link the first mention of each term in a page's running text to the term's page.

    A mention may have particles attached. Code, headings and links stay as they are, and a term
    that the page itself links by hand before its first mention is not linked again.

    Args:
        content: of the page, as HTML.
        terms: of the other pages.

    Example:
        >>> from glossary import Term, link_terms
        >>> link_terms("<p>에포크마다 한 번</p>", [Term("에포크", "../epoch/", "뜻.")])
        '<p><a class="term" href="../epoch/" title="뜻.">에포크</a>마다 한 번</p>'
    """
    parser = _Linker(terms)
    parser.feed(content)
    parser.close()
    return "".join(parser.parts)


class _Linker(HTMLParser):
    """Passes HTML on as it is, with links put into its running text."""

    def __init__(self, terms: Iterable[Term]):
        super().__init__(convert_charrefs=False)
        self.terms = {_plain(term.word): term for term in terms}
        self.parts: list[str] = []
        self.closed: list[str] = []
        self.linked: set[str] = set()
        self.pattern = _pattern(self.terms)

    def handle_starttag(self, tag, attrs):
        self.parts.append(self.get_starttag_text() or "")
        if tag in _CLOSED or (self.closed and tag not in _VOID):
            self.closed.append(tag)
        target = (dict(attrs).get("href") or "").partition("#")[0]
        if tag == "a":
            self.linked.add(target)

    def handle_startendtag(self, tag, attrs):
        self.parts.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag):
        self.parts.append(f"</{tag}>")
        if self.closed and tag in self.closed:
            del self.closed[len(self.closed) - 1 - self.closed[::-1].index(tag) :]

    def handle_data(self, data):
        if self.closed or self.pattern is None:
            self.parts.append(data)
        else:
            self.parts.append(self.pattern.sub(self._linked, data))

    def handle_entityref(self, name):
        self.parts.append(f"&{name};")

    def handle_charref(self, name):
        self.parts.append(f"&#{name};")

    def handle_comment(self, data):
        self.parts.append(f"<!--{data}-->")

    def handle_decl(self, decl):
        self.parts.append(f"<!{decl}>")

    def _linked(self, found: re.Match[str]) -> str:
        term = self.terms[_plain(found[0])]
        if term.url in self.linked:
            return found[0]
        self.linked.add(term.url)
        title = html.escape(term.meaning)
        return f'<a class="term" href="{term.url}" title="{title}">{found[0]}</a>'


def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """Any of the words, whole: the longest that fits, with nothing but particles after it."""
    longest_first = sorted(words, key=len, reverse=True)
    if not longest_first:
        return None
    either = "|".join(r"\s+".join(map(re.escape, word.split())) for word in longest_first)
    return re.compile(rf"(?<![\w/.])(?:{either})(?=(?:들)?(?:{PARTICLES}){{0,2}}(?!\w))")


def _plain(word: str) -> str:
    return " ".join(word.split())

"""How wide a text is, which a drawing has to know before there is a font."""

import unicodedata

__all__ = ["text_width"]

# Widths of Helvetica's characters in thousandths of the font size; Arial has the same.
_WIDTHS = {
    character: width
    for width, characters in {
        222: "'ijl", 260: "|", 278: " !,./:;I[\\]ft", 333: "()-`r", 334: "{}", 355: '"', 389: "*",
        469: "^", 500: "Jckksvxyz", 584: "+<=>~", 611: "FTZ", 667: "&ABEKPSVXY", 722: "CDHNRUw",
        778: "GOQ", 833: "Mm", 889: "%", 944: "W", 1015: "@",
    }.items()
    for character in characters
}  # fmt: skip
_USUAL, _EAST_ASIAN = 556, 1000
_BOLD = 1.08


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of a line of text in Helvetica or Arial.

    Args:
        text: the line.
        size: of the font.
        bold: whether it is bold.

    Example:
        >>> from jaxkeras.utils.drawing.text import text_width
        >>> round(text_width("dense_1", 10), 2)
        38.36
    """
    total = sum(_width(character) for character in text)
    return total * size / 1000 * (_BOLD if bold else 1)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return _EAST_ASIAN
    return _WIDTHS.get(character, _USUAL)

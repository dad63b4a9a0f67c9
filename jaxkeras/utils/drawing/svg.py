"""A picture as SVG: one file without outside parts, its texts as text."""

import hashlib
from xml.sax.saxutils import escape, quoteattr

from jaxkeras.utils.drawing.picture import Line, Picture, Rectangle, Text
from jaxkeras.utils.drawing.text import text_width

__all__ = ["to_svg"]

_FONTS = "Helvetica, Arial, 'Liberation Sans', sans-serif"


def to_svg(picture: Picture) -> str:
    """Write a picture as SVG.

    Args:
        picture: what to write.

    Example:
        >>> from jaxkeras.utils.drawing.picture import Picture, Text
        >>> from jaxkeras.utils.drawing.svg import to_svg
        >>> print(to_svg(Picture(90, 20, [Text(5, 15, "a < b", 12, "black")], "net", "a, b")))
        <svg xmlns="http://www.w3.org/2000/svg" width="90" height="20" viewBox="0 0 90 20"...
        <title id="title-...">net</title>
        <desc id="description-...">a, b</desc>
        <rect width="100%" height="100%" fill="white"/>
        <text x="5" y="15" font-size="12" fill="black" textLength="27"...>a &lt; b</text>
        </svg>
    """
    # Several pictures may stand on one page, where all ids must differ.
    mark = hashlib.sha256(repr(picture).encode()).hexdigest()[:8]
    width, height = _number(picture.width), _number(picture.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="title-{mark} description-{mark}" font-family="{_FONTS}">',
        f'<title id="title-{mark}">{_text(picture.title)}</title>',
        f'<desc id="description-{mark}">{_text(picture.description)}</desc>',
        '<rect width="100%" height="100%" fill="white"/>',
        *map(_shape, picture.shapes),
        "</svg>",
    ]
    return "\n".join(lines)


def _shape(shape: Rectangle | Text | Line) -> str:
    match shape:
        case Rectangle():
            dashes = ' stroke-dasharray="6 4"' if shape.is_dashed else ""
            return (
                f'<rect x="{_number(shape.x)}" y="{_number(shape.y)}" '
                f'width="{_number(shape.width)}" height="{_number(shape.height)}" rx="6" '
                f'fill="{shape.fill}" stroke="{shape.outline}" stroke-width="1.2"{dashes}/>'
            )
        case Text():
            weight = ' font-weight="bold"' if shape.is_bold else ""
            # Where neither Helvetica nor Arial is there, the text keeps to its room.
            length = text_width(shape.text, shape.size, shape.is_bold)
            return (
                f'<text x="{_number(shape.x)}" y="{_number(shape.y)}" '
                f'font-size="{_number(shape.size)}"{weight} fill={quoteattr(shape.colour)} '
                f'textLength="{_number(length)}" lengthAdjust="spacingAndGlyphs">'
                f"{_text(shape.text)}</text>"
            )
        case Line():
            path = [f"M{_points((shape.start,))}"]
            path += [f"{'C' if len(piece) == 3 else 'L'}{_points(piece)}" for piece in shape.pieces]
            drawn = (
                f'<path d="{"".join(path)}" fill="none" stroke="{shape.colour}" '
                'stroke-width="1.4"/>'
            )
            head = f'<polygon points="{_points(shape.head)}" fill="{shape.colour}"/>'
            return drawn + (head if shape.head else "")


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _points(points: tuple) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _text(text: str) -> str:
    """Text as XML takes it, which has no place for control characters."""
    return escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))

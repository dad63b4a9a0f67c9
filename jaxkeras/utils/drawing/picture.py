"""A drawing as rectangles, lines and texts, whatever writes them down in the end."""

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from jaxkeras.registry import suggest
from jaxkeras.utils.drawing.diagram import Box, Diagram
from jaxkeras.utils.drawing.layout import Measures, Place, Point, Route, lay_out
from jaxkeras.utils.drawing.text import text_width

__all__ = ["Line", "Picture", "Rectangle", "Text", "paint"]

_DIRECTIONS = ("TB", "LR", "BT", "RL")
_SPLINES = ("ortho", "curved", "spline", "polyline", "line")

_TITLE, _BODY = 13.0, 12.0  # sizes of text
_HEADER, _ROW = 30.0, 19.0  # heights of lines
_PADDING, _COLUMN = 12.0, 10.0
_MARGIN = 16.0  # around the picture
_FRAME, _FRAME_TITLE = 18.0, 30.0  # room inside a frame: at its sides, and for its title
_CORNER = 7.0
_HEAD = (8.0, 3.6)  # length and half width of an arrow's head

_INK, _PALE, _ARROW = "#1f2933", "#5c6b7a", "#52606d"
_FRAME_COLOURS = ("#f7f9fb", "#9aa5b1")
_PLAIN = ("#f1f4f7", "#8896a5")
# Fill and outline by the module that a layer comes from.
_COLOURS = {
    family: colours
    for colours, families in {
        ("#e3f5e7", "#4c9a63"): "input preprocessing",
        ("#e4eefc", "#4a7ec2"): "core einsum_dense",
        ("#fdeedd", "#cf8433"): "convolution convolution_transpose separable",
        ("#fce6e4", "#c9625a"): "pooling adaptive_pooling global_pooling",
        ("#ddf3f2", "#3a9490"): "normalization batch_normalization",
        ("#efe7fb", "#8464bd"): "recurrent",
        ("#fbe6f3", "#b95d96"): "attention multi_head_attention group_query_attention embedding",
        ("#fdf6d3", "#b39b2d"): "activation",
    }.items()
    for family in families.split()
}


class Rectangle(NamedTuple):
    """A rectangle with round corners, by its upper left corner and size."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    outline: str
    is_dashed: bool = False


class Text(NamedTuple):
    """A line of text, by the left end of its baseline."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    is_bold: bool = False


class Line(NamedTuple):
    """A line of straight and curved pieces, perhaps with an arrow head.

    Attributes:
        start: its first point.
        pieces: for each piece its last point, behind two control points if it is a Bézier curve.
        colour: of line and head.
        head: corners of the head, or none.
    """

    start: Point
    pieces: list[tuple[Point, ...]]
    colour: str
    head: tuple[Point, ...] = ()


class Picture(NamedTuple):
    """Shapes, from the back to the front, and the same in words.

    Attributes:
        width: of the picture.
        height: of the picture.
        shapes: what is in it.
        title: what it shows.
        description: its boxes and arrows in words, for those who cannot see it.
    """

    width: float
    height: float
    shapes: list[Rectangle | Text | Line]
    title: str
    description: str


def paint(
    diagram: Diagram, rankdir: str = "TB", splines: str = "ortho", is_framed: bool = False
) -> Picture:
    """Draw a diagram.

    Args:
        diagram: what to draw.
        rankdir: which way the computation runs: ``"TB"`` down, ``"LR"`` to the right, ``"BT"`` up,
            ``"RL"`` to the left.
        splines: how arrows run: ``"ortho"`` along and across, ``"curved"``, or ``"line"``.
        is_framed: whether to put a frame around it all.

    Raises:
        ValueError: there is no such ``rankdir`` or ``splines``.

    Example:
        >>> from jaxkeras.utils.drawing import Arrow, Box, Diagram, End
        >>> from jaxkeras.utils.drawing.picture import paint
        >>> pair = Diagram("net", "Model", [Box("a", "A"), Box("b", "B")], [Arrow(End(0), End(1))])
        >>> paint(pair).description
        'a (A) leads to b (B).'
        >>> paint(pair, "TR")
        Traceback (most recent call last):
            ...
        ValueError: rankdir must be one of 'TB', 'LR', 'BT', 'RL'. Received: 'TR'.
    """
    _one_of("rankdir", rankdir, _DIRECTIONS)
    _one_of("splines", splines, _SPLINES)
    is_flat, is_reversed = rankdir in ("LR", "RL"), rankdir in ("BT", "RL")
    layout = lay_out(diagram, _measures(is_flat, is_reversed, splines == "ortho"), is_framed)
    length = layout.depth

    def turn(point: Point) -> Point:
        across, along = point
        along = _MARGIN + (length - along if is_reversed else along)
        across += _MARGIN
        return (along, across) if is_flat else (across, along)

    shapes: list[Rectangle | Text | Line] = []
    for place in layout.places:
        if isinstance(place.what, Diagram):
            shapes += _frame(place.what, *_corner(place, turn, is_flat))
    shapes += [_line(route, turn, splines, is_flat) for route in layout.routes]
    for place in layout.places:
        if isinstance(place.what, Box):
            shapes += _box(place.what, *_corner(place, turn, is_flat))
    size = (length, layout.breadth) if is_flat else (layout.breadth, length)
    return Picture(
        size[0] + 2 * _MARGIN, size[1] + 2 * _MARGIN, shapes, diagram.text, _in_words(diagram)
    )


def _one_of(name: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ValueError(
            f"{name} must be one of {', '.join(map(repr, choices))}. Received: {value!r}."
            f"{suggest(str(value), choices)}"
        )


# ------------------------------------------------------------------ sizes


def _measures(is_flat: bool, is_reversed: bool, is_square: bool) -> Measures:
    before, after = (_FRAME, _FRAME_TITLE)[:: 1 if is_reversed else -1]
    upright = (_FRAME, _FRAME, before, after)
    return Measures(
        lambda box: _turned(_box_size(box), is_flat),
        (_FRAME_TITLE, _FRAME, _FRAME, _FRAME) if is_flat else upright,
        lambda diagram: _turned((_frame_width(diagram, is_flat), 0.0), is_flat),
        is_square,
    )


def _turned(size: tuple[float, float], is_flat: bool) -> tuple[float, float]:
    return (size[1], size[0]) if is_flat else size


def _heading_width(what: Box | Diagram) -> float:
    name = text_width(what.name or what.kind, _TITLE, bold=True)
    return name + (text_width(what.kind, _BODY) + _COLUMN if what.name else 0)


def _frame_width(diagram: Diagram, is_flat: bool) -> float:
    """Room for the title; to the left of the middle, where an arrow may come in from above."""
    return (_heading_width(diagram) + 2 * _PADDING) * (1 if is_flat else 2)


def _label_width(box: Box) -> float:
    return max((text_width(label, _BODY) for label, _ in box.rows), default=0.0) + _COLUMN


def _box_size(box: Box) -> tuple[float, float]:
    values = max((text_width(value, _BODY) for _, value in box.rows), default=0.0)
    width = max(_heading_width(box), _label_width(box) + values if box.rows else 0.0)
    rows = _ROW * len(box.rows) + 8 if box.rows else 0.0
    return max(width + 2 * _PADDING, 72.0), _HEADER + rows


# ------------------------------------------------------------------ shapes


def _corner(place: Place, turn, is_flat: bool) -> tuple[float, float, float, float]:
    """Upper left corner, width and height."""
    width, height = _turned((place.breadth, place.depth), is_flat)
    x, y = turn((place.across, place.along))
    return x - width / 2, y - height / 2, width, height


def _heading(what: Box | Diagram, x: float, y: float) -> Iterable[Text]:
    yield Text(x, y, what.name or what.kind, _TITLE, _INK, True)
    if what.name:
        x += text_width(what.name, _TITLE, bold=True) + _COLUMN
        yield Text(x, y, what.kind, _BODY, _PALE)


def _box(box: Box, x: float, y: float, width: float, height: float) -> Iterable:
    fill, outline = _COLOURS.get(box.family, _PLAIN)
    yield Rectangle(x, y, width, height, fill, outline)
    indent = (width - _heading_width(box)) / 2 if not box.rows else _PADDING
    yield from _heading(box, x + indent, y + 20)
    if box.rows:
        yield Line((x, y + _HEADER), [((x + width, y + _HEADER),)], outline)
    for number, (label, value) in enumerate(box.rows):
        baseline = y + _HEADER + 4 + _ROW * number + 13.5
        yield Text(x + _PADDING, baseline, label, _BODY, _PALE)
        yield Text(x + _PADDING + _label_width(box), baseline, value, _BODY, _INK)


def _frame(diagram: Diagram, x: float, y: float, width: float, height: float) -> Iterable:
    yield Rectangle(x, y, width, height, *_FRAME_COLOURS, is_dashed=True)
    yield from _heading(diagram, x + _PADDING, y + 20)


def _line(route: Route, turn, splines: str, is_flat: bool) -> Line:
    points = [turn(point) for point in route.points]
    head: tuple[Point, ...] = ()
    pieces: list[tuple[Point, ...]]
    if splines == "ortho":
        pieces = _rounded(points)
    elif splines in ("curved", "spline"):
        pieces = _curved(points, is_flat)
    else:
        pieces = [(point,) for point in points[1:]]
    if route.has_head:
        tip = points[-1]
        before = pieces[-1][1] if len(pieces[-1]) == 3 else [points[0], *_ends(pieces)][-2]
        head, base = _head(before, tip)
        pieces[-1] = (*pieces[-1][:-1], base)
    return Line(points[0], pieces, _ARROW, head)


def _ends(pieces: list[tuple[Point, ...]]) -> list[Point]:
    return [piece[-1] for piece in pieces]


def _head(before: Point, tip: Point) -> tuple[tuple[Point, ...], Point]:
    """Corners of an arrow head, and the middle of its back."""
    step = tip[0] - before[0], tip[1] - before[1]
    length = (step[0] ** 2 + step[1] ** 2) ** 0.5 or 1.0
    dx, dy = step[0] / length, step[1] / length
    back = tip[0] - _HEAD[0] * dx, tip[1] - _HEAD[0] * dy
    side = -dy * _HEAD[1], dx * _HEAD[1]
    corners = (tip, (back[0] + side[0], back[1] + side[1]), (back[0] - side[0], back[1] - side[1]))
    return corners, back


def _rounded(points: list[Point]) -> list[tuple[Point, ...]]:
    """Straight pieces, with curves for corners."""
    pieces: list[tuple[Point, ...]] = []
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(_CORNER, *(_distance(corner, end) / 2 for end in (before, after)))
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        controls = _towards(corner, before, radius * 0.45), _towards(corner, after, radius * 0.45)
        pieces += [(start,), (*controls, end)]
    return [*pieces, (points[-1],)]


def _curved(points: list[Point], is_flat: bool) -> list[tuple[Point, ...]]:
    """Straight pieces along the flow, and S-shaped curves where the line steps aside."""
    pieces: list[tuple[Point, ...]] = []
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        middle = ((x + to_x) / 2, (y + to_y) / 2)
        if is_flat:
            pieces.append(((middle[0], y), (middle[0], to_y), (to_x, to_y)))
        else:
            pieces.append(((x, middle[1]), (to_x, middle[1]), (to_x, to_y)))
    return pieces


def _distance(a: Point, b: Point) -> float:
    return ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5


def _towards(start: Point, end: Point, length: float) -> Point:
    share = length / (_distance(start, end) or 1.0)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _in_words(diagram: Diagram) -> str:
    boxes = dict(diagram.boxes())
    sentences = [
        f"{boxes[source].text} leads to {boxes[target].text}." for source, target in diagram.links()
    ]
    connected = {path for link in diagram.links() for path in link}
    alone = [f"{box.text}." for path, box in boxes.items() if path not in connected]
    return " ".join(sentences + alone)

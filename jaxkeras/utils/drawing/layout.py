"""Where everything in a drawing stands: boxes, frames around models inside, and the ways between.

Places are measured along two directions: ``across`` the flow of computation, and ``along`` it.
"""

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from jaxkeras.utils.drawing.coordinates import coordinates
from jaxkeras.utils.drawing.diagram import Arrow, Box, Diagram, End
from jaxkeras.utils.drawing.layers import Layered, layered

__all__ = ["Layout", "Measures", "Place", "Route", "lay_out"]

Point = tuple[float, float]

_BESIDE = 28.0  # between two boxes of a layer
_BESIDE_LINE = 18.0  # between a box and a line that passes, or two lines
_GAP = 34.0  # between two layers
_TRACK = 11.0  # between two lines that run across in the same gap
_LOOP = 20.0  # how far an arrow from a box to itself goes out
_ALIKE = 0.5  # a smaller step aside is none
_STRAIGHT = 10.0  # a smaller one is taken at a box, so that the line stays straight


class Place(NamedTuple):
    """A rectangle by its centre and size; what it stands for."""

    what: Box | Diagram
    across: float
    along: float
    breadth: float
    depth: float


class Route(NamedTuple):
    """The way of an arrow; ``has_head`` tells whether it ends at a box."""

    points: list[Point]
    has_head: bool


class Measures(NamedTuple):
    """What the layout has to know about the look.

    Attributes:
        size: breadth and depth of a box.
        margins: of a frame: before and after its content, across; then the same, along.
        least: least breadth and depth of a frame, so that its title fits.
        is_square: whether lines run along and across only.
    """

    size: Callable[[Box], tuple[float, float]]
    margins: tuple[float, float, float, float]
    least: Callable[[Diagram], tuple[float, float]]
    is_square: bool = True


@dataclass
class Layout:
    """A diagram whose parts have their places.

    Attributes:
        breadth: size across.
        depth: size along.
        places: of boxes and frames, a frame before what is in it.
        routes: of the arrows.
        inputs: where arrows from outside come in, across, by port.
        outputs: where arrows to the outside leave, across, by port.
    """

    breadth: float
    depth: float
    places: list[Place] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    inputs: dict[int, float] = field(default_factory=dict)
    outputs: dict[int, float] = field(default_factory=dict)


def lay_out(
    diagram: Diagram,
    measures: Measures,
    is_framed: bool = False,
    inputs: Collection[int] = (),
    outputs: Collection[int] = (),
) -> Layout:
    """Give every part of a diagram its place.

    Args:
        diagram: what to draw.
        measures: sizes of its parts.
        is_framed: whether it gets a frame, to stand in a larger diagram.
        inputs: those of its inputs to which arrows lead from outside.
        outputs: those of its outputs from which arrows lead outside.

    Example:
        >>> from jaxkeras.utils.drawing import Arrow, Box, Diagram, End
        >>> from jaxkeras.utils.drawing.layout import Measures, lay_out
        >>> pair = Diagram("net", "Model", [Box("a", "A"), Box("b", "B")], [Arrow(End(0), End(1))])
        >>> measures = Measures(lambda box: (80.0, 26.0), (0, 0, 0, 0), lambda diagram: (0, 0))
        >>> layout = lay_out(pair, measures)
        >>> layout.breadth, layout.depth, layout.routes[0].points
        (80.0, 86.0, [(40.0, 26.0), (40.0, 60.0)])
    """
    entries = {port: end for port, end in enumerate(diagram.inputs) if port in inputs}
    exits = {port: end for port, end in enumerate(diagram.outputs) if port in outputs}
    layout = _Level(diagram, measures, entries, exits).layout()
    return _framed(diagram, layout, measures) if is_framed else layout


class _Level:
    """One diagram, to which the diagrams inside are boxes of which only the ports matter.

    Its nodes are, in this order: ports for arrows that come in, the children, ports for arrows that
    leave.
    """

    def __init__(
        self, diagram: Diagram, measures: Measures, entries: dict[int, End], exits: dict[int, End]
    ):
        self.measures = measures
        self.children = diagram.children
        self.entries, self.exits = entries, exits
        self.loops = {a.source.child for a in diagram.arrows if a.source.child == a.target.child}
        arrows = [a for a in dict.fromkeys(diagram.arrows) if a.source.child != a.target.child]
        targets = [*(arrow.target for arrow in arrows), *entries.values()]
        sources = [*(arrow.source for arrow in arrows), *exits.values()]
        self.inside = {
            position: lay_out(
                child,
                measures,
                True,
                {end.port for end in targets if end.child == position},
                {end.port for end in sources if end.child == position},
            )
            for position, child in enumerate(diagram.children)
            if isinstance(child, Diagram)
        }
        self.first = len(entries)
        self.last = self.first + len(diagram.children)
        self.count = self.last + len(exits)
        self.arrows = [Arrow(self._node(a.source), self._node(a.target)) for a in arrows]
        self.arrows += [Arrow(End(n), self._node(end)) for n, end in enumerate(entries.values())]
        self.arrows += [
            Arrow(self._node(end), End(self.last + n)) for n, end in enumerate(exits.values())
        ]
        self.sizes = [self._size(node) for node in range(self.count)]

    def _node(self, end: End) -> End:
        """The end of an arrow, with the number of the node in place of that of the child."""
        return End(end.child + self.first, end.port)

    def _size(self, node: int) -> tuple[float, float]:
        if not self.first <= node < self.last:
            return 0.0, 0.0
        position = node - self.first
        child = self.children[position]
        if isinstance(child, Box):
            breadth, depth = self.measures.size(child)
            return breadth + 2 * _LOOP * (position in self.loops), depth
        inner = self.inside[position]
        return inner.breadth + 2 * _LOOP * (position in self.loops), inner.depth

    def layout(self) -> Layout:
        ends = ((arrow.source.child, arrow.target.child) for arrow in self.arrows)
        edges = [(min(pair), max(pair)) for pair in ends]
        graph = layered(self.count, edges, range(self.first), range(self.last, self.count))
        centres = coordinates(graph, self._distance) if self.count else {}
        leftmost = min(
            (centres[node] - self.sizes[node][0] / 2 for node in range(self.count)), default=0.0
        )
        self.across = {node: centre - leftmost for node, centre in centres.items()}
        self.rank = {node: rank for rank, layer in enumerate(graph.layers) for node in layer}
        ways = {arrow: self._way(graph, arrow) for arrow in self.arrows}
        self._stack(graph, ways)
        layout = Layout(self._breadth(), self.bottoms[-1] if self.bottoms else 0.0)
        self._place_children(layout)
        layout.routes += [self._route(arrow, *way) for arrow, way in ways.items()]
        layout.inputs = {port: self.across[n] for n, port in enumerate(self.entries)}
        layout.outputs = {port: self.across[self.last + n] for n, port in enumerate(self.exits)}
        return layout

    def _breadth(self) -> float:
        real = (self.across[node] + self.sizes[node][0] / 2 for node in range(self.count))
        passing = (place for node, place in self.across.items() if node >= self.count)
        return max(itertools.chain(real, passing), default=0.0)

    def _distance(self, left: int, right: int) -> float:
        widths = [self.sizes[node][0] if node < self.count else 0.0 for node in (left, right)]
        return sum(widths) / 2 + (_BESIDE if all(widths) else _BESIDE_LINE)

    # -------------------------------------------------------------- ways

    def _way(self, graph: Layered, arrow: Arrow) -> tuple[int, list[float], list[int]]:
        """First layer of an arrow, and where it crosses each layer; nodes that it crosses."""
        source, target = arrow
        is_back = source.child > target.child
        upper, lower = (target, source) if is_back else (source, target)
        chain = graph.chains[upper.child, lower.child]
        places = [self.across[node] for node in chain]
        places[0] = self._port(upper, "inputs" if is_back else "outputs")
        places[-1] = self._port(lower, "outputs" if is_back else "inputs")
        # A box is wide enough to take an arrow a little beside its middle.
        if self._is_box(chain[-1]) and abs(places[-1] - places[-2]) < _STRAIGHT:
            places[-1] = places[-2]
        elif self._is_box(chain[0]) and abs(places[0] - places[1]) < _STRAIGHT:
            places[0] = places[1]
        return self.rank[upper.child], places, chain

    def _is_box(self, node: int) -> bool:
        return self.first <= node < self.last and node - self.first not in self.inside

    def _port(self, end: End, side: str) -> float:
        inner = self.inside.get(end.child - self.first)
        if inner is None:
            return self.across[end.child]
        left = self.across[end.child] - inner.breadth / 2
        return left + getattr(inner, side)[end.port]

    def _stack(self, graph: Layered, ways: dict[Arrow, tuple]) -> None:
        """Set where each layer begins and ends, and the tracks of lines that run across."""
        self.tops: list[float] = []
        self.bottoms: list[float] = []
        self.tracks: dict[tuple[int, int, float], int] = {}
        self.counts = [self._assign(rank, ways) for rank in range(len(graph.layers))]
        top = 0.0
        for rank, layer in enumerate(graph.layers):
            depth = max((self.sizes[node][1] for node in layer if node < self.count), default=0.0)
            self.tops.append(top)
            self.bottoms.append(top + depth)
            below = graph.layers[rank + 1] if rank + 1 < len(graph.layers) else []
            is_edge = self._are_ports(layer) or self._are_ports(below)
            gap = 0.0 if is_edge and not self.counts[rank] else _GAP
            top += depth + gap + _TRACK * max(self.counts[rank] - 1, 0)

    def _are_ports(self, layer: Sequence[int]) -> bool:
        return all(node < self.first or self.last <= node < self.count for node in layer)

    def _assign(self, rank: int, ways: dict[Arrow, tuple]) -> int:
        """Tracks for the lines that run across below a layer; returns how many there are.

        Lines that come from one place share a track, and so do those that only lead to one.
        """
        steps = {
            (chain[index], chain[index + 1], places[index], places[index + 1])
            for first, places, chain in ways.values()
            if 0 <= (index := rank - first) < len(places) - 1
        }
        spread: dict[tuple[int, float], set[tuple[int, float]]] = {}
        for upper, lower, start, end in steps:
            spread.setdefault((upper, start), set()).add((lower, end))
        spans: dict[tuple, list[float]] = {}
        members: dict[tuple, list[tuple[int, int, float]]] = {}
        for upper, lower, start, end in sorted(steps, key=lambda step: step[2:]):
            if abs(start - end) > _ALIKE:
                alone = len(spread[upper, start]) == 1
                key = ("to", lower, end) if alone else ("from", upper, start)
                spans.setdefault(key, []).extend((start, end))
                members.setdefault(key, []).append((rank, upper, start))
        taken: list[list[tuple[float, float]]] = []
        for key, found in spans.items():
            low, high = min(found), max(found)
            free = (all(high < a or low > b for a, b in track) for track in taken)
            number = next((i for i, is_free in enumerate(free) if is_free), len(taken))
            if number == len(taken):
                taken.append([])
            taken[number].append((low, high))
            self.tracks |= dict.fromkeys(members[key], number)
        return len(taken)

    def _route(self, arrow: Arrow, rank: int, places: Sequence[float], chain: list[int]) -> Route:
        points = [(places[0], self._edge(chain[0], 1))]
        for index, (start, end) in enumerate(itertools.pairwise(places)):
            here = rank + index
            if abs(start - end) <= _ALIKE:
                continue
            if self.measures.is_square:
                number = self.tracks[here, chain[index], start]
                count, room = self.counts[here], self.tops[here + 1] - self.bottoms[here]
                level = self.bottoms[here] + (room - _TRACK * (count - 1)) / 2 + _TRACK * number
                points += [(start, level), (end, level)]
            else:
                points += [(start, self.bottoms[here]), (end, self.tops[here + 1])]
        points.append((places[-1], self._edge(chain[-1], -1)))
        points = [point for point, _ in itertools.groupby(points)]
        is_back = arrow.source.child > arrow.target.child
        return Route(points[::-1] if is_back else points, self._is_box(arrow.target.child))

    def _edge(self, node: int, side: int) -> float:
        rank = self.rank[node]
        return (self.tops[rank] + self.bottoms[rank]) / 2 + side * self.sizes[node][1] / 2

    # -------------------------------------------------------------- places

    def _place_children(self, layout: Layout) -> None:
        for position, child in enumerate(self.children):
            node = position + self.first
            across, along = self.across[node], self._edge(node, 0)
            breadth, depth = self.sizes[node]
            breadth -= 2 * _LOOP * (position in self.loops)
            if position in self.loops:
                layout.routes.append(_loop(across + breadth / 2, along, depth))
            if isinstance(child, Box):
                layout.places.append(Place(child, across, along, breadth, depth))
            else:
                inner = self.inside[position]
                _put(layout, inner, across - breadth / 2, along - depth / 2)


def _loop(edge: float, along: float, depth: float) -> Route:
    """An arrow from a box back to itself, along its side."""
    reach = min(depth / 4, 12.0)
    out = edge + _LOOP * 0.75
    return Route(
        [(edge, along + reach), (out, along + reach), (out, along - reach), (edge, along - reach)],
        True,
    )


def _put(outer: Layout, inner: Layout, across: float, along: float) -> None:
    """Move what is laid out already to its place in a larger layout."""
    outer.places += [
        place._replace(across=place.across + across, along=place.along + along)
        for place in inner.places
    ]
    outer.routes += [
        route._replace(points=[(a + across, b + along) for a, b in route.points])
        for route in inner.routes
    ]


def _framed(diagram: Diagram, content: Layout, measures: Measures) -> Layout:
    """The content inside a frame that has room for its title; ports are at the frame."""
    left, right, before, after = measures.margins
    least_breadth, least_depth = measures.least(diagram)
    breadth = max(content.breadth + left + right, least_breadth)
    depth = max(content.depth + before + after, least_depth)
    across = left + (breadth - left - right - content.breadth) / 2
    along = before + (depth - before - after - content.depth) / 2
    framed = Layout(breadth, depth)
    framed.places.append(Place(diagram, breadth / 2, depth / 2, breadth, depth))
    _put(framed, content, across, along)
    framed.inputs = {port: place + across for port, place in content.inputs.items()}
    framed.outputs = {port: place + across for port, place in content.outputs.items()}
    entries = {(place, along): (place, 0.0) for place in framed.inputs.values()}
    exits = {(place, along + content.depth): (place, depth) for place in framed.outputs.values()}
    framed.routes = [
        route._replace(points=_reaching(route.points, entries, exits)) for route in framed.routes
    ]
    return framed


def _reaching(
    points: list[Point], entries: dict[Point, Point], exits: dict[Point, Point]
) -> list[Point]:
    """The points, drawn out to the frame where the way begins or ends at a port."""
    start, stop = entries.get(points[0]), exits.get(points[-1])
    return [*([start] if start else []), *points, *([stop] if stop else [])]

"""Where the nodes of a layer stand, so that edges run straight and nothing overlaps.

Source:
    Brandes and Köpf, "Fast and Simple Horizontal Coordinate Assignment", Graph Drawing (2001).
"""

import itertools
from collections.abc import Callable, Iterator

from jaxkeras.utils.drawing.layers import Edge, Layered

__all__ = ["coordinates"]

Neighbours = dict[int, list[int]]


def coordinates(graph: Layered, distance: Callable[[int, int], float]) -> dict[int, float]:
    """The centre of every node, along its layer.

    Nodes are aligned with the median of their neighbours in four ways, beginning above or below,
    left or right; of the four positions the mean of the middle two counts.

    Args:
        graph: nodes in layers.
        distance: how far the centres of two neighbours must be from each other.

    Example:
        >>> from jaxkeras.utils.drawing.coordinates import coordinates
        >>> from jaxkeras.utils.drawing.layers import layered
        >>> graph = layered(4, [(0, 1), (0, 2), (1, 3), (2, 3)])
        >>> coordinates(graph, lambda a, b: 10.0)
        {0: 5.0, 1: 0.0, 2: 10.0, 3: 5.0}
    """
    conflicts = _conflicts(graph)
    candidates = []
    for from_below, from_right in itertools.product((False, True), repeat=2):
        layers = [layer[::-1] if from_right else layer for layer in graph.layers]
        above = graph.below if from_below else graph.above
        if from_below:
            layers = layers[::-1]
        blocks = _blocks(layers, above, conflicts)
        places = _compact(layers, blocks, distance)
        sign = -1 if from_right else 1
        candidates.append({node: sign * place for node, place in places.items()})
    spans = [(min(places.values()), max(places.values())) for places in candidates]
    narrowest = min(spans, key=lambda span: span[1] - span[0])
    shifts = [
        narrowest[1] - right if index % 2 else narrowest[0] - left
        for index, (left, right) in enumerate(spans)
    ]
    found = {}
    for node in sorted(candidates[0]):
        options = sorted(
            places[node] + shift for places, shift in zip(candidates, shifts, strict=True)
        )
        found[node] = (options[1] + options[2]) / 2
    _centre(graph, found, distance)
    origin = min(found.values())
    return {node: place - origin for node, place in found.items()}


def _centre(graph: Layered, found: dict[int, float], distance: Callable[[int, int], float]) -> None:
    """Move rows of nodes that begin or end in a fork to the middle of the fork, if there is room.

    The medians take one of two middle neighbours; this sets a single trunk between them.
    """
    beside = {pair: distance(*pair) for layer in graph.layers for pair in itertools.pairwise(layer)}
    left = {right: (left, gap) for (left, right), gap in beside.items()}
    right = {left: (right, gap) for (left, right), gap in beside.items()}
    for trunk in _trunks(graph):
        forks = [graph.above.get(trunk[0], []), graph.below.get(trunk[-1], [])]
        middles = [
            (min(places) + max(places)) / 2
            for fork in forks
            if len(places := [found[node] for node in fork]) > 1
        ]
        if not middles or any(len(fork) == 1 for fork in forks):
            continue
        step = sum(middles) / len(middles) - found[trunk[0]]
        for node in trunk:
            if node in left:
                step = max(step, found[left[node][0]] + left[node][1] - found[node])
        for node in trunk:
            if node in right:
                step = min(step, found[right[node][0]] - right[node][1] - found[node])
        for node in trunk:
            found[node] += step


def _trunks(graph: Layered) -> Iterator[list[int]]:
    """The longest rows of nodes that follow each other without a fork, standing in one line."""
    for node in itertools.chain.from_iterable(graph.layers):
        above = graph.above.get(node, [])
        if len(above) == 1 and len(graph.below[above[0]]) == 1:
            continue  # in the middle of a row
        trunk = [node]
        while len(after := graph.below.get(trunk[-1], [])) == 1 and len(graph.above[after[0]]) == 1:
            trunk.append(after[0])
        yield trunk


def _conflicts(graph: Layered) -> set[Edge]:
    """Edges that cross a long one, which shall be straight instead of them."""
    found: set[Edge] = set()
    for upper, lower in itertools.pairwise(graph.layers):
        place = {node: position for position, node in enumerate(lower)}
        ends = [
            (position, place[target], (source, target))
            for position, source in enumerate(upper)
            for target in graph.below.get(source, ())
        ]
        long = [end for end in ends if min(end[2]) >= graph.count]
        for a, b, edge in ends:
            if min(edge) < graph.count and any((a - c) * (b - d) < 0 for c, d, _ in long):
                found |= {edge, (edge[1], edge[0])}
    return found


def _blocks(layers: list[list[int]], above: Neighbours, conflicts: set[Edge]) -> dict[int, int]:
    """For every node the first one of those that stand exactly one above the other."""
    root = {node: node for layer in layers for node in layer}
    is_aligned: set[int] = set()
    for upper, lower in itertools.pairwise(layers):
        place = {node: position for position, node in enumerate(upper)}
        reached = -1
        for node in lower:
            neighbours = sorted(above.get(node, ()), key=place.__getitem__)
            middle = len(neighbours) - 1
            for neighbour in neighbours[middle // 2 : (middle + 1) // 2 + 1]:
                free = root[node] == node and (neighbour, node) not in conflicts
                if free and place[neighbour] > reached and neighbour not in is_aligned:
                    root[node] = root[neighbour]
                    is_aligned.add(neighbour)
                    reached = place[neighbour]
    return root


def _compact(
    layers: list[list[int]], root: dict[int, int], distance: Callable[[int, int], float]
) -> dict[int, float]:
    """The blocks as far left as they go, then as far right as nothing else has to move."""
    before: dict[int, dict[int, float]] = {block: {} for block in root.values()}
    after: dict[int, dict[int, float]] = {block: {} for block in root.values()}
    for layer in layers:
        for left, right in itertools.pairwise(layer):
            gap = max(distance(left, right), before[root[right]].get(root[left], 0.0))
            before[root[right]][root[left]] = after[root[left]][root[right]] = gap
    order = _topological(before, after)
    place: dict[int, float] = {}
    for block in order:
        place[block] = max((place[b] + gap for b, gap in before[block].items()), default=0.0)
    for block in reversed(order):
        if after[block]:
            place[block] = min(place[b] - gap for b, gap in after[block].items())
    return {node: place[block] for node, block in root.items()}


def _topological(before: dict[int, dict], after: dict[int, dict]) -> list[int]:
    waiting = {block: len(left) for block, left in before.items()}
    order = [block for block, count in waiting.items() if not count]
    for block in order:
        for right in after[block]:
            waiting[right] -= 1
            if not waiting[right]:
                order.append(right)
    return order

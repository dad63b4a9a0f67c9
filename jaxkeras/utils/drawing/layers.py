"""Which layer of a drawing a node stands in, and in which order: Sugiyama's method.

Nodes are numbers; edges go from smaller to larger layers. An edge that passes through a layer
stands there as a node of its own, so that afterwards all edges connect neighbouring layers.

Source:
    Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System
    Structures", IEEE Transactions on Systems, Man, and Cybernetics 11 (1981).
"""

import bisect
import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = ["Layered", "layered"]

Edge = tuple[int, int]

_SWEEPS = 12


class Layered(NamedTuple):
    """Nodes in layers.

    Attributes:
        layers: the nodes of each layer from left to right. Numbers from ``count`` on are places
            where an edge passes through.
        count: number of real nodes.
        above: the neighbours of each node in the layer above.
        below: those in the layer below.
        chains: for every edge the nodes from its source to its target.
    """

    layers: list[list[int]]
    count: int
    above: dict[int, list[int]]
    below: dict[int, list[int]]
    chains: dict[Edge, list[int]]


def layered(
    count: int, edges: Iterable[Edge], first: Sequence[int] = (), last: Sequence[int] = ()
) -> Layered:
    """Arrange the nodes ``0 .. count - 1`` in layers with few crossings.

    Args:
        count: number of nodes.
        edges: pairs of nodes; the graph they make has no cycles, and a source is a smaller number
            than its target.
        first: nodes that must stand in the first layer, in this order.
        last: nodes that must stand in the last one.

    Example:
        >>> from jaxkeras.utils.drawing.layers import layered
        >>> layered(4, [(0, 1), (1, 2), (2, 3), (0, 3)]).layers
        [[0], [1, 4], [2, 5], [3]]
    """
    edges = sorted(set(edges))
    ranks = _ranks(count, edges, first, last)
    above: dict[int, list[int]] = {node: [] for node in range(count)}
    below: dict[int, list[int]] = {node: [] for node in range(count)}
    layers: list[list[int]] = [[] for _ in range(max(ranks, default=-1) + 1)]
    for node in [*first, *(n for n in range(count) if n not in first)]:
        layers[ranks[node]].append(node)
    chains = {}
    fresh = itertools.count(count)
    for source, target in edges:
        chain = [source, *itertools.islice(fresh, ranks[target] - ranks[source] - 1), target]
        chains[source, target] = chain
        for rank, node in enumerate(chain[1:-1], ranks[source] + 1):
            layers[rank].append(node)
        for upper, lower in itertools.pairwise(chain):
            below.setdefault(upper, []).append(lower)
            above.setdefault(lower, []).append(upper)
    fixed = {0} if first else set()
    return Layered(_ordered(layers, above, below, fixed), count, above, below, chains)


def _ranks(
    count: int, edges: Sequence[Edge], first: Sequence[int], last: Sequence[int]
) -> list[int]:
    """The layer of each node: as early as possible, but inputs near to where they are needed."""
    sources: list[list[int]] = [[] for _ in range(count)]
    targets: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        sources[target].append(source)
        targets[source].append(target)
    ranks = [0] * count
    for node in range(count):
        ranks[node] = max((ranks[source] + 1 for source in sources[node]), default=0)
    for node in last:
        ranks[node] = max(ranks)
    # A branch that starts by itself and leads to one place only moves as a whole.
    moves = [False] * count
    for node in range(count):
        alone = all(moves[s] and len(targets[s]) == 1 for s in sources[node])
        moves[node] = alone and node not in first
    for node in reversed(range(count)):
        if moves[node] and targets[node]:
            ranks[node] = min(ranks[target] for target in targets[node]) - 1
    return ranks


def _ordered(
    layers: list[list[int]],
    above: dict[int, list[int]],
    below: dict[int, list[int]],
    fixed: set[int],
) -> list[list[int]]:
    """The layers with their nodes reordered, by barycentres of neighbours, up and down in turn."""
    best, fewest = [list(layer) for layer in layers], _crossings(layers, below)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        downward = sweep % 2 == 0
        neighbours = above if downward else below
        span = range(1, len(layers)) if downward else range(len(layers) - 2, -1, -1)
        for rank in span:
            if rank in fixed:
                continue
            beside = layers[rank - 1 if downward else rank + 1]
            place = {node: position for position, node in enumerate(beside)}
            own = {node: position for position, node in enumerate(layers[rank])}
            layers[rank].sort(key=lambda node: _mean(neighbours.get(node), place, own[node]))
        crossings = _crossings(layers, below)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    return best


def _mean(neighbours: list[int] | None, place: dict[int, int], default: float) -> float:
    if not neighbours:
        return default
    return sum(place[node] for node in neighbours) / len(neighbours)


def _crossings(layers: list[list[int]], below: dict[int, list[int]]) -> int:
    total = 0
    for upper, lower in itertools.pairwise(layers):
        place = {node: position for position, node in enumerate(lower)}
        passed: list[int] = []  # ends of the edges that begin further left, in order
        for node in upper:
            for end in sorted(place[target] for target in below.get(node, ())):
                position = bisect.bisect_right(passed, end)
                total += len(passed) - position
                passed.insert(position, end)
    return total

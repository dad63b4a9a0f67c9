"""A diagram in the languages of Graphviz and Mermaid."""

from collections.abc import Iterator
from html import escape

from jaxkeras.utils.drawing.diagram import Box, Diagram

__all__ = ["to_dot", "to_mermaid"]

Path = tuple[int, ...]


def to_dot(
    diagram: Diagram,
    rankdir: str = "TB",
    splines: str = "ortho",
    dpi: float = 200,
    is_subgraph: bool = False,
) -> str:
    """Write a diagram in Graphviz's language.

    Args:
        diagram: what to write.
        rankdir: which way the computation runs.
        splines: how arrows run.
        dpi: pixels in an inch, for pictures made of it.
        is_subgraph: whether to write a cluster, to stand inside another graph.

    Example:
        >>> from jaxkeras.utils.drawing import Arrow, Box, Diagram, End
        >>> from jaxkeras.utils.drawing.notation import to_dot
        >>> pair = Diagram("net", "Model", [Box("a", "A"), Box("b", "B")], [Arrow(End(0), End(1))])
        >>> print(to_dot(pair))
        digraph "net" {
          graph [rankdir=TB, splines=ortho, dpi=200, fontname="Helvetica"];
          node [shape=plain, fontname="Helvetica"];
          n0 [label=<<table border="0" cellborder="1" cellspacing="0" cellpadding="6"><tr>...>];
          n1 [label=<<table border="0" cellborder="1" cellspacing="0" cellpadding="6"><tr>...>];
          n0 -> n1;
        }
    """
    if is_subgraph:
        lines = _cluster(diagram, ())
    else:
        lines = [
            f"digraph {_quoted(diagram.name)} {{",
            f'  graph [rankdir={rankdir}, splines={splines}, dpi={dpi:g}, fontname="Helvetica"];',
            '  node [shape=plain, fontname="Helvetica"];',
            *(f"  {line}" for line in _contents(diagram, ())),
        ]
    arrows = (f"  {_id(source)} -> {_id(target)};" for source, target in diagram.links())
    return "\n".join([*lines, *arrows, "}"]) + "\n"


def _contents(diagram: Diagram, path: Path) -> Iterator[str]:
    for position, child in enumerate(diagram.children):
        place = (*path, position)
        if isinstance(child, Box):
            yield f"{_id(place)} [label=<{_table(child)}>];"
        else:
            yield from _cluster(child, place)
            yield "}"


def _cluster(diagram: Diagram, path: Path) -> Iterator[str]:
    yield f"subgraph {_quoted('cluster' + ''.join(f'_{n}' for n in path) + '_' + diagram.name)} {{"
    yield f"  graph [style=dashed, labeljust=l, label={_quoted(diagram.text)}];"
    yield from (f"  {line}" for line in _contents(diagram, path))


def _table(box: Box) -> str:
    """The label of a box; a table in Graphviz's kind of HTML."""
    kind = escape(box.kind)
    title = f"<b>{escape(box.name)}</b> ({kind})" if box.name else f"<b>{kind}</b>"
    rows = "".join(
        f"<tr><td>{escape(label)}</td><td>{escape(value)}</td></tr>" for label, value in box.rows
    )
    span = ' colspan="2"' if rows else ""
    return (
        '<table border="0" cellborder="1" cellspacing="0" cellpadding="6">'
        f'<tr><td{span} bgcolor="lightgrey">{title}</td></tr>{rows}</table>'
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def to_mermaid(diagram: Diagram, rankdir: str = "TB") -> str:
    """Write a diagram in Mermaid's language, which GitHub and many wikis show as a drawing.

    Args:
        diagram: what to write.
        rankdir: which way the computation runs.

    Example:
        >>> from jaxkeras.utils.drawing import Arrow, Box, Diagram, End
        >>> from jaxkeras.utils.drawing.notation import to_mermaid
        >>> pair = Diagram("net", "Model", [Box("a", "A"), Box("b", "B")], [Arrow(End(0), End(1))])
        >>> print(to_mermaid(pair))
        flowchart TB
          n0["a (A)"]
          n1["b (B)"]
          n0 --> n1
    """
    arrows = (f"  {_id(source)} --> {_id(target)}" for source, target in diagram.links())
    return "\n".join([f"flowchart {rankdir}", *_mermaid(diagram, ()), *arrows]) + "\n"


def _mermaid(diagram: Diagram, path: Path) -> Iterator[str]:
    indent = "  " * (len(path) + 1)
    for position, child in enumerate(diagram.children):
        place = (*path, position)
        if isinstance(child, Box):
            rows = [f"{label}: {value}" for label, value in child.rows]
            text = "<br/>".join(map(_entities, [child.text, *rows]))
            yield f'{indent}{_id(place)}["{text}"]'
        else:
            yield f'{indent}subgraph {_id(place)}["{_entities(child.text)}"]'
            yield from _mermaid(child, place)
            yield f"{indent}end"


def _entities(text: str) -> str:
    """Text without the characters that mean something in Mermaid."""
    return "".join(c if c.isalnum() or c in " _-.,:()" else f"#{ord(c)};" for c in text)


def _id(path: Path) -> str:
    return "n" + "_".join(map(str, path))

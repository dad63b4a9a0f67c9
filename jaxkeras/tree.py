"""Nested structures of lists, tuples and dictionaries, and their leaves.

The functions stand on `jax.tree`, with what Keras's programs expect besides: ``None`` is a leaf,
and so is a variable or a module. The entries of a dictionary come in the order of its keys.

Example:
    >>> from jaxkeras import tree
    >>> tree.flatten({"b": [1, None], "a": 2})
    [2, 1, None]
"""

from collections.abc import Callable, Iterable
from typing import Any

import jax
from flax import nnx

__all__ = [
    "MAP_TO_NONE",
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]


class MAP_TO_NONE:
    """What the function of `traverse` returns, the class itself, to put ``None`` in a place."""


def is_nested(structure: Any) -> bool:
    """Whether it is a structure, an empty one too, and no leaf.

    Example:
        >>> from jaxkeras import tree
        >>> tree.is_nested([]), tree.is_nested(None), tree.is_nested("text")
        (True, False, False)
    """
    return not (_is_leaf(structure) or jax.tree_util.all_leaves([structure]))


def flatten(structure: Any) -> list[Any]:
    """The leaves of a structure, in order.

    Example:
        >>> from jaxkeras import tree
        >>> tree.flatten([1, (2, [3, None])])
        [1, 2, 3, None]
    """
    return jax.tree.leaves(structure, is_leaf=_is_leaf)


def flatten_with_path(structure: Any) -> list[tuple[tuple, Any]]:
    """The leaves of a structure, each behind the keys and numbers that lead to it.

    Example:
        >>> from jaxkeras import tree
        >>> tree.flatten_with_path({"a": [5, 6]})
        [(('a', 0), 5), (('a', 1), 6)]
    """
    if not is_nested(structure):
        return [((), structure)]
    return [
        ((key, *path), leaf)
        for key, part in _entries(structure)
        for path, leaf in flatten_with_path(part)
    ]


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """A structure like the given ones, with ``func(leaf, ...)`` for the leaves of each place.

    Args:
        func: takes a leaf of every structure.
        *structures: one, or several that are nested alike.
        none_is_leaf: whether ``func`` gets ``None`` too, rather than leaving it in its place.

    Raises:
        ValueError: there is no structure, or they are nested in different ways.

    Example:
        >>> from jaxkeras import tree
        >>> tree.map_structure(lambda a, b: a + b, {"x": 1, "y": [2]}, {"x": 10, "y": [20]})
        {'x': 11, 'y': [22]}
    """
    if not structures:
        raise ValueError("map_structure needs at least one structure.")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)
    return jax.tree.map(func, *structures, is_leaf=_is_leaf if none_is_leaf else _is_object)


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """Like `map_structure`, but what lies deeper than a shallow structure stays together.

    Args:
        shallow_structure: tells where the leaves are; they do not matter themselves.
        func: takes what each structure has in the place of a leaf.
        *structures: nested at least as deep.

    Raises:
        ValueError: there is no structure, or one is nested in another way.

    Example:
        >>> from jaxkeras import tree
        >>> tree.map_structure_up_to([0, 0], len, [[1, 2, 3], (4, 5)])
        [3, 2]
    """
    if not structures:
        raise ValueError("map_structure_up_to needs at least one structure.")
    return jax.tree.map(
        lambda _, *parts: func(*parts), shallow_structure, *structures, is_leaf=_is_leaf
    )


def assert_same_structure(a: Any, b: Any) -> None:
    """Check that two structures are nested alike, in containers of the same kinds.

    Raises:
        ValueError: they are not.

    Example:
        >>> from jaxkeras import tree
        >>> tree.assert_same_structure([1, (2, 3)], ["a", ("b", "c")])
        >>> tree.assert_same_structure([1, 2], [1])
        Traceback (most recent call last):
            ...
        ValueError: The structures are nested in different ways: [*, *] and [*].
    """
    one, other = (jax.tree.structure(structure, is_leaf=_is_leaf) for structure in (a, b))
    if one != other:
        shown = (str(kind).removeprefix("PyTreeDef(")[:-1][:200] for kind in (one, other))
        raise ValueError(f"The structures are nested in different ways: {' and '.join(shown)}.")


def assert_same_paths(a: Any, b: Any) -> None:
    """Check that the same keys and numbers lead to the leaves; lists and tuples count as equal.

    Raises:
        ValueError: they do not.

    Example:
        >>> from jaxkeras import tree
        >>> tree.assert_same_paths([1, {"x": 2}], (3, {"x": 4}))
    """
    one, other = ({path for path, _ in flatten_with_path(structure)} for structure in (a, b))
    if one != other:
        raise ValueError(
            "The structures have leaves in different places. Only the first has "
            f"{sorted(one - other, key=repr)}, only the second {sorted(other - one, key=repr)}."
        )


def pack_sequence_as(structure: Any, flat_sequence: Iterable[Any]) -> Any:
    """A structure like the given one, with these leaves; undoes `flatten`.

    Args:
        structure: how they are nested.
        flat_sequence: the leaves, in order.

    Raises:
        ValueError: there are too few or too many.

    Example:
        >>> from jaxkeras import tree
        >>> tree.pack_sequence_as({"a": 0, "b": (0, 0)}, [1, 2, 3])
        {'a': 1, 'b': (2, 3)}
    """
    return jax.tree.unflatten(jax.tree.structure(structure, is_leaf=_is_leaf), flat_sequence)


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """A structure in which a function replaces what it wants to, inner structures too.

    Args:
        func: takes a structure or leaf and returns what stands in its place: ``None`` to leave it,
            `MAP_TO_NONE` for ``None``.
        structure: what to begin with.
        top_down: whether a structure is looked at before what is in it; what replaces it is not
            looked into.

    Example:
        >>> from jaxkeras import tree
        >>> tree.traverse(lambda x: -x if isinstance(x, int) else None, [1, {"a": 2}])
        [-1, {'a': -2}]
    """
    found = func(structure) if top_down else None
    if found is None:
        inner = structure
        if is_nested(structure):
            parts = [traverse(func, part, top_down) for _, part in _entries(structure)]
            kind = jax.tree.structure(structure, is_leaf=lambda node: node is not structure)
            inner = jax.tree.unflatten(kind, parts)
        found = None if top_down else func(inner)
        found = inner if found is None else found
    return None if found is MAP_TO_NONE else found


def lists_to_tuples(structure: Any) -> Any:
    """A structure with tuples for lists.

    Example:
        >>> from jaxkeras import tree
        >>> tree.lists_to_tuples([1, {"a": [2, [3]]}])
        (1, {'a': (2, (3,))})
    """
    return traverse(
        lambda node: tuple(node) if isinstance(node, list) else None, structure, top_down=False
    )


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """A structure of shapes, with ``func(shape)`` for each of them.

    Example:
        >>> from jaxkeras import tree
        >>> tree.map_shape_structure(len, {"x": (None, 4), "y": [(2, 3, 1)]})
        {'x': 2, 'y': [3]}
    """
    return jax.tree.map(func, structure, is_leaf=lambda node: _is_shape(node) or _is_leaf(node))


def _is_object(node: Any) -> bool:
    """Whether JAX would look into what is one thing to a program."""
    return isinstance(node, (nnx.Variable, nnx.Module))


def _is_leaf(node: Any) -> bool:
    return node is None or _is_object(node)


def _is_shape(node: Any) -> bool:
    return isinstance(node, (list, tuple)) and all(
        dim is None or isinstance(dim, int) for dim in node
    )


def _entries(structure: Any) -> list[tuple[Any, Any]]:
    """What a structure holds, each with its key in a dictionary, or with its number."""
    parts = jax.tree_util.tree_leaves_with_path(
        structure, is_leaf=lambda node: node is not structure
    )
    return [(getattr(path[0], "key", number), part) for number, (path, part) in enumerate(parts)]

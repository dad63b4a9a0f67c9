"""Nested structures are taken apart and put together as Keras does it."""

import collections

import pytest
from flax import nnx

import jaxkeras
from jaxkeras import tree

keras = pytest.importorskip("keras")

Pair = collections.namedtuple("Pair", "x y")
STRUCTURES = [
    1,
    None,
    "text",
    [],
    {},
    (),
    [1, (2, None)],
    {"b": 1, "a": [2, {"c": ()}]},
    collections.OrderedDict([("b", 1), ("a", 2)]),
    collections.defaultdict(list, {"k": [1]}),
    Pair(1, [2]),
]


def outcome(module, name, *arguments, **keywords):
    """What a function gives, or the kind of its error."""
    try:
        return getattr(module, name)(*arguments, **keywords)
    except ValueError:
        return ValueError


@pytest.mark.parametrize("name", ["flatten", "flatten_with_path", "is_nested", "lists_to_tuples"])
def test_functions_of_one_structure(name):
    for structure in STRUCTURES:
        assert getattr(tree, name)(structure) == getattr(keras.tree, name)(structure), structure


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("map_structure", (lambda a, b: (a, b), [1, None], [2, None])),
        ("map_structure", (lambda a, b: a, [1, 2], [1])),
        ("map_structure", (lambda a, b: a, [1, 2], (1, 2))),
        ("map_structure", (lambda a, b: a, {"a": 1}, {"b": 1})),
        ("map_structure", (lambda a, b: a, [1, 2], [1, [2]])),
        ("map_structure", (len,)),
        ("map_structure_up_to", ([0, 0], lambda a: a, [[1], {"k": (2,)}])),
        ("map_structure_up_to", ([0, [0]], lambda a: a, [[1], 2])),
        ("assert_same_structure", ([1, 2], [1, None])),
        ("assert_same_structure", ([1, 2], [1, [2]])),
        ("assert_same_paths", ([1, {"x": 2}], (3, {"x": 4}))),
        ("assert_same_paths", ([1], (1, 2))),
        ("pack_sequence_as", ({"b": 1, "a": [2, None]}, [7, 8, 9])),
        ("pack_sequence_as", ([1, 2], [1])),
        ("map_shape_structure", (len, [(2, 3), {"a": (1, None, 4)}])),
        ("traverse", (lambda x: -x if isinstance(x, int) else None, [1, {"a": (2,)}])),
        ("traverse", (lambda x: tuple(x) if isinstance(x, list) else None, [[1], [2, [3]]])),
    ],
)
def test_several_structures(name, arguments):
    assert outcome(tree, name, *arguments) == outcome(keras.tree, name, *arguments)


def test_none_in_its_place():
    assert tree.map_structure(lambda x: [x], (1, None), none_is_leaf=False) == ([1], None)
    put = {1: tree.MAP_TO_NONE}
    assert tree.traverse(lambda x: put.get(x) if isinstance(x, int) else None, [1, 2]) == [None, 2]


def test_variables_and_layers_are_leaves():
    variable, dense = jaxkeras.Variable([1.0]), jaxkeras.layers.Dense(1)
    parameter = nnx.Param(2.0)
    structure = {"a": [variable, parameter], "b": dense, "c": jaxkeras.Input((2,))}
    leaves = tree.flatten(structure)
    assert leaves[:3] == [variable, parameter, dense] and len(leaves) == 4
    assert not tree.is_nested(variable)
    assert tree.pack_sequence_as(structure, leaves)["b"] is dense

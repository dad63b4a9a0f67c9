"""Symbolic tensors, and the shapes that follow from tracing."""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import Input, KerasTensor, layers
from jaxkeras.symbolic import infer, is_symbolic


@pytest.mark.parametrize("shape", [(), (None,), (None, 3), (2, None, None, 4)])
def test_shape_and_type(shape):
    tensor = KerasTensor(shape, "int32", name="words")
    assert (tensor.shape, tensor.ndim, tensor.dtype) == (shape, len(shape), "int32")
    assert repr(tensor) == f"<KerasTensor shape={shape}, dtype=int32, name=words>"


def test_automatic_names_differ():
    assert KerasTensor((None,)).name != KerasTensor((None,)).name


@pytest.mark.parametrize("use", [bool, np.asarray, lambda tensor: np.zeros(3) + tensor])
def test_a_symbolic_tensor_has_no_values(use):
    with pytest.raises(TypeError, match="has no values"):
        use(KerasTensor((None, 3)))


def test_symbolic_leaves_are_found_in_structures():
    assert is_symbolic({"a": [1, (KerasTensor((None,)),)]})
    assert not is_symbolic({"a": [1, (np.zeros(3),)]})


@pytest.mark.parametrize(
    ("function", "shape", "expected"),
    [
        (lambda x: x.reshape(x.shape[0], -1), (None, 4, 5), (None, 20)),
        (lambda x: x.reshape(x.shape[0], -1), (None, None, 5), (None, None)),
        (lambda x: x[:, ::2], (None, 5), (None, 3)),
        (lambda x: x[:, ::2], (None, None), (None, None)),
        (lambda x: jnp.concatenate([x, x], axis=1), (None, 3), (None, 6)),
        (lambda x: jnp.concatenate([x, x], axis=1), (None, None), (None, None)),
        (lambda x: x @ jnp.ones((3, 7)), (None, None, 3), (None, None, 7)),
        (lambda x: x.sum(axis=0), (None, 3), (3,)),
        (lambda x: x.T, (2, None), (None, 2)),
        (lambda x: jnp.split(x, 2, axis=1)[0], (None, 6), (None, 3)),
    ],
)
def test_shapes_follow_from_the_function(function, shape, expected):
    assert infer(function, KerasTensor(shape)).shape == expected


def test_structures_go_in_and_come_out():
    def both(tensors):
        return {"sum": tensors["a"] + tensors["b"], "pair": (tensors["a"], tensors["b"] > 0)}

    outputs = infer(both, {"a": KerasTensor((None, 3)), "b": KerasTensor((None, 1), "int32")})
    assert outputs["sum"].shape == (None, 3)
    assert [tensor.dtype for tensor in outputs["pair"]] == ["float32", "bool"]


def test_a_size_that_python_needs_as_a_number_is_stood_in_for():
    """``int(...)`` of an unknown size cannot be traced; two numbers in its place can."""

    def by_size(x):
        return jnp.zeros((int(x.shape[0]), x.shape[1], int(x.shape[0]) * 0 + 3))

    assert infer(by_size, KerasTensor((None, 4))).shape == (None, 4, 3)


def test_errors_come_through_where_all_sizes_are_known_and_where_not():
    for shape in ((2, 3), (None, 3)):
        with pytest.raises(TypeError, match="dot_general requires contracting dimensions"):
            infer(lambda x: x @ jnp.ones((4, 1)), KerasTensor(shape))


def test_a_layer_records_the_call():
    inputs = Input((3,))
    layer = layers.Dense(2)
    outputs = layer(inputs)
    assert outputs.node.operation is layer
    assert outputs.node.args == (inputs,)
    assert inputs.node is None
    assert layer.built and layer.count_params() == 8

"""Symbolic tensors, and the shapes that follow from tracing."""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import Input, KerasTensor, Model, activations, layers, losses, metrics
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


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        (activations.relu, (None, 3)),
        (activations.softmax, (None, 3)),
        (lambda x: losses.mean_squared_error(x, activations.sigmoid(x)), (None,)),
        (lambda x: losses.BinaryCrossentropy()(activations.sigmoid(x), 0 * x + 0.5), ()),
        (lambda x: metrics.binary_accuracy(x, activations.sigmoid(x)), (None, 3)),
    ],
)
def test_activations_losses_and_metrics_are_recorded(function, shape):
    inputs = Input((3,))
    outputs = function(inputs)
    assert outputs.shape == shape
    x = np.random.normal(size=(4, 3)).astype("float32")
    np.testing.assert_allclose(Model(inputs, outputs)(x), function(x), rtol=1e-6)


def test_functions_of_arrays_stay_what_they_are():
    assert activations.get("relu") is activations.relu
    assert losses.get(losses.mean_squared_error).name == "mean_squared_error"
    assert activations.relu.__name__ == "relu" and losses.huber([[1.0]], [[1.0]]).shape == (1,)


@pytest.mark.parametrize("make", [activations.gelu, lambda x: activations.leaky_relu(x, 0.3)])
def test_an_activation_in_a_graph_is_written_down_as_the_operation_of_keras(make):
    inputs = Input((3,))
    model = Model(inputs, make(inputs))
    twin = Model.from_config(model.get_config())
    x = np.linspace(-2, 2, 6, dtype="float32").reshape(2, 3)
    np.testing.assert_allclose(twin(x), make(x), rtol=1e-6)


def test_an_activation_that_keras_has_no_operation_for():
    inputs = Input((3,))
    with pytest.raises(TypeError, match="'relu' with max_value=3.0"):
        Model(inputs, activations.relu(inputs, max_value=3.0)).get_config()
    with pytest.raises(TypeError, match="'mean_squared_error' on symbolic tensors"):
        Model(inputs, losses.mean_squared_error(inputs, inputs)).get_config()

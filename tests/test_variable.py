"""Variables, their paths, and the blocks that programs put around them."""

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import jaxkeras
from jaxkeras import Variable
from jaxkeras.layers import Dense, Layer, NonTrainableWeight, Weight

keras = pytest.importorskip("keras")


@pytest.mark.parametrize(
    "arguments",
    [
        {"initializer": np.ones((2, 3))},
        {"initializer": 3},
        {"initializer": [1.0, 2.0], "dtype": "int32"},
        {"initializer": "ones", "shape": (2,)},
        {"initializer": "zeros", "shape": [2, 1], "dtype": "bfloat16", "trainable": False},
    ],
)
def test_the_first_value_is_keras_s(arguments):
    ours, theirs = (library.Variable(name="v", **arguments) for library in (jaxkeras, keras))
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    assert ours.shape == theirs.shape and ours.ndim == theirs.ndim
    assert ours.dtype == theirs.dtype and ours.name == theirs.name and ours.path == theirs.path
    assert isinstance(ours, nnx.Param) == theirs.trainable


def test_a_variable_is_what_a_layer_makes_and_owns():
    class Counter(Layer):
        def __init__(self):
            super().__init__(name="counter")
            self.calls = Variable(0.0, trainable=False, name="calls")
            self.gain = Variable("ones", shape=(1,), name="gain")

        def call(self, inputs):
            self.calls.assign_add(1.0)
            return inputs * self.gain

    layer = Counter()
    model = jaxkeras.Sequential([jaxkeras.Input((2,)), layer])
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 2)), np.zeros((8, 2)), batch_size=4, epochs=3, verbose=0)
    assert float(layer.calls) == 6.0 and float(layer.gain[0]) < 1.0
    assert [type(weight) for weight in layer.weights] == [Weight, NonTrainableWeight]
    kernel = Dense(2).add_weight((2, 2), name="kernel")
    assert isinstance(kernel, Variable) and isinstance(kernel, Weight)


def test_assignment_keeps_shape_and_type():
    variable = Variable([1.0, 2.0], name="scale")
    variable.assign_sub([1, 1])
    variable.value = variable.value * 2
    np.testing.assert_array_equal(variable + 1, [1.0, 3.0])
    assert variable.numpy().dtype == np.float32
    with pytest.raises(ValueError, match="'scale' has shape"):
        variable.assign(1.0)
    with pytest.raises(ValueError, match="needs a shape"):
        Variable("zeros", name="scale")
    with pytest.raises(ValueError, match="Leave the shape out"):
        Variable([1.0], shape=(2,))


def test_copies_are_variables_of_their_own():
    variable = Variable([1.0, 2.0], trainable=False, name="scale")
    for twin in (copy.deepcopy(variable), pickle.loads(pickle.dumps(variable))):
        assert type(twin) is NonTrainableWeight and twin.path == "scale"
        twin.assign([5.0, 5.0])
        np.testing.assert_array_equal(variable, [1.0, 2.0])


def test_paths_tell_layer_and_scope():
    dense = Dense(2, name="out")
    with jaxkeras.name_scope("head"), jaxkeras.name_scope("left"):
        dense.build((None, 3))
        scale = Variable(1.0, name="scale")
    assert [weight.path for weight in dense.weights] == [
        "head/left/out/kernel",
        "head/left/out/bias",
    ]
    assert (scale.path, scale.name) == ("head/left/scale", "scale")
    assert Variable(1.0, name="scale").path == "scale"


def test_operations_in_a_scope_carry_its_name():
    def add(x):
        with jaxkeras.name_scope("marked"):
            return x + 1

    assert "marked" in jax.jit(add).lower(1.0).as_text(debug_info=True)


def test_devices_by_kind_and_number():
    with jaxkeras.device("CPU:0"):
        assert jnp.ones(1).devices() == {jax.devices("cpu")[0]}
    with jaxkeras.device(jax.devices()[0]):
        assert jnp.ones(1).devices() == {jax.devices()[0]}
    for name in ("cpu:99", "abacus:0", "cpu:x"):
        with pytest.raises(ValueError, match="JAX sees cpu:0"):
            jaxkeras.device(name)


def test_remat_gives_the_same_gradient():
    gradients = [jax.grad(f)(2.0) for f in (jnp.sin, jaxkeras.remat(jnp.sin))]
    assert gradients[0] == gradients[1]

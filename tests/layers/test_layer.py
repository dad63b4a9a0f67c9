"""The life of a layer: building, calling, weights, and its place in plain NNX programs."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

import jaxkeras
from jaxkeras import Input, Sequential, layers
from jaxkeras.layers import Dense, Layer
from jaxkeras.layers.scope import call_scope

keras = pytest.importorskip("keras")


BOTH = (jaxkeras, keras)


def scale(api):
    """The same custom layer for jaxkeras and for Keras."""

    class Scale(api.layers.Layer):
        def __init__(self, offset=0.0, **kwargs):
            super().__init__(**kwargs)
            self.offset = offset
            self.dense = api.layers.Dense(2)

        def build(self, input_shape):
            self.count = self.add_weight(
                shape=(), initializer="zeros", trainable=False, name="count"
            )
            self.scale = self.add_weight(shape=(2,), initializer="ones", name="scale")
            self.dense.build(input_shape)

        def call(self, inputs):
            return self.dense(inputs) * self.scale + self.offset

    return Scale


Scale = scale(jaxkeras)


class Tower(Layer):
    """Layers in an attribute, a list that grows, nested lists and a dictionary."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = Dense(3)
        self.blocks = []
        for _ in range(2):
            self.blocks.append(Dense(3))
        self.nested = [[Dense(3)], (Dense(3),)]
        self.heads = {}
        self.heads["a"] = Dense(1)
        self.table = {"b": Dense(1)}

    def call(self, inputs):
        x = self.first(inputs)
        for block in [*self.blocks, self.nested[0][0], self.nested[1][0]]:
            x = block(x)
        return self.heads["a"](x) + self.table["b"](x)


class Noisy(Layer):
    def call(self, inputs, training=False):
        return inputs + 1 if training else inputs


class Outer(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = Noisy()

    def call(self, inputs):
        return self.inner(inputs)


# ---------------------------------------------------------------------- building and calling


def test_weights_are_made_at_the_first_call():
    layer = Scale()
    assert not layer.built and layer.get_weights() == []
    assert layer(np.ones((3, 4))).shape == (3, 2)
    assert layer.built and layer.count_params() == 13


def test_weights_of_a_custom_layer_have_the_order_of_keras():
    ours, theirs = (scale(api)() for api in (jaxkeras, keras))
    ours(np.ones((1, 3)))
    theirs(np.ones((1, 3)))
    for kind in ("weights", "trainable_weights", "non_trainable_weights"):
        found = [(w.get_metadata("name"), w.shape) for w in getattr(ours, kind)]
        assert found == [(w.name, w.shape) for w in getattr(theirs, kind)]


def test_layers_in_lists_and_dictionaries_are_found():
    layer = Tower()
    assert layer(np.ones((2, 4))).shape == (2, 1)
    assert len(layer.weights) == 14
    assert layer.count_params() == 15 + 4 * 12 + 2 * 4
    model = Sequential([Input((4,)), layer])
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(np.random.normal(size=(8, 4)), np.ones((8, 1)), verbose=0)
    assert all((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))


def test_layers_of_one_name_in_one_list_train_apart():
    class Pair(Layer):
        def __init__(self):
            super().__init__()
            self.parts = [Dense(1, name="part"), Dense(1, name="part")]

        def call(self, inputs):
            return self.parts[0](inputs) - 2 * self.parts[1](inputs)

    model = Sequential([Input((2,)), Pair()])
    model.compile("sgd", "mse")
    kernels = [model.get_weights()[index] for index in (0, 2)]
    model.fit(np.ones((1, 2)), 9 * np.ones((1, 1)), verbose=0)
    steps = [model.get_weights()[2 * index] - kernels[index] for index in range(2)]
    np.testing.assert_allclose(steps[1], -2 * steps[0], rtol=1e-4)
    assert steps[0].any()


def test_plain_lists_and_dictionaries_stay_what_they_are():
    layer = Layer()
    layer.sizes, layer.options = [3, 4], {"rate": 0.5}
    assert type(layer.sizes) is list and type(layer.options) is dict


def test_arrays_as_attributes():
    class Masked(Layer):
        def __init__(self):
            super().__init__()
            self.mask, self.table = np.array([1.0, 0.0]), jnp.array([2.0, 2.0])

        def call(self, inputs):
            return inputs * self.mask * self.table

    model = Sequential([Masked(), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones(4), verbose=0)
    assert len(model.weights) == 2
    np.testing.assert_array_equal(model.layers[0](np.ones((1, 2))), [[2, 0]])


def test_training_reaches_the_layers_inside():
    layer = Outer()
    x = np.zeros((1, 1))
    assert [float(layer(x, training=t)[0, 0]) for t in (True, False, None)] == [1, 0, 0]
    layer.inner.call = lambda inputs: inputs  # a call without the argument is not handed one
    with call_scope(training=True):
        assert float(Outer()(x)[0, 0]) == 1
        assert float(Outer()(x, training=False)[0, 0]) == 0


def test_several_inputs_and_outputs():
    class Both(Layer):
        def call(self, pair, scale=1.0):
            a, b = pair
            return {"sum": scale * (a + b), "first": a}

    layer = Both()
    outputs = layer([np.ones((2, 3)), np.ones((2, 1))], scale=2.0)
    np.testing.assert_array_equal(outputs["sum"], np.full((2, 3), 4.0))
    shapes = layer.compute_output_shape([(None, 3), (None, 1)])
    assert shapes == {"sum": (None, 3), "first": (None, 3)}
    assert layer((Input((3,)), Input((1,))))["sum"].shape == (None, 3)


def test_numbers_come_in_the_float_type_of_the_layer_and_integers_stay():
    types = []

    class Typed(Layer):
        def call(self, inputs):
            types.append(str(inputs.dtype))
            return inputs

    for x in (np.ones(2), np.ones(2, "float16"), np.ones(2, "int32"), np.ones(2, bool)):
        Typed()(x)
    assert types == ["float32", "float32", "int32", "bool"]


def test_a_layer_without_a_computation():
    with pytest.raises(NotImplementedError, match="Layer .* define `def call"):
        Layer()(np.ones((1, 1)))


def test_super_init_forgotten():
    class Forgetful(Layer):
        def __init__(self):
            self.units = 3

    with pytest.raises(RuntimeError, match=r"Forgetful.__init__ must call super\(\).__init__"):
        Forgetful()


def test_an_error_inside_a_layer_names_it():
    class Wrong(Layer):
        def call(self, inputs):
            return inputs @ jnp.ones((7, 7))

    with pytest.raises(TypeError) as caught:
        Wrong(name="odd")(np.ones((2, 3)))
    assert 'While calling Wrong "odd" on shape (2, 3).' in caught.value.__notes__


# ---------------------------------------------------------------------- weights


def test_set_weights_and_get_weights():
    layer = Dense(2)
    layer.build((None, 3))
    values = [np.arange(6.0).reshape(3, 2), np.array([7.0, 8.0])]
    layer.set_weights(values)
    got = layer.get_weights()
    jax.tree.map(np.testing.assert_array_equal, got, values)
    got[0][:] = 0
    values[1][:] = 0
    np.testing.assert_array_equal(layer.get_weights()[0], np.arange(6.0).reshape(3, 2))
    np.testing.assert_array_equal(layer.bias.numpy(), [7, 8])


def test_set_weights_that_do_not_fit_change_nothing():
    layer = Dense(2, name="out")
    with pytest.raises(ValueError, match=r"has 0 weights, got 2. It is not built yet"):
        layer.set_weights([np.zeros((3, 2)), np.zeros(2)])
    layer.build((None, 3))
    before = layer.get_weights()
    with pytest.raises(ValueError, match="has 2 weights, got 1"):
        layer.set_weights([np.zeros((3, 2))])
    with pytest.raises(ValueError, match=r"shape \(2,\) for weight 1 \('bias'\), got \(3,\)"):
        layer.set_weights([np.zeros((3, 2)), np.zeros(3)])
    jax.tree.map(np.testing.assert_array_equal, before, layer.get_weights())


def test_assigning_one_weight():
    layer = Dense(1)
    layer.build((None, 2))
    layer.kernel.assign([[1], [2]])
    assert float(layer(np.ones((1, 2)))[0, 0]) == 3
    np.testing.assert_array_equal(np.asarray(layer.kernel), [[1], [2]])
    with pytest.raises(ValueError, match=r"'kernel' has shape \(2, 1\)"):
        layer.kernel.assign([1, 2])


def test_a_weight_is_glorot_uniform_unless_told_otherwise():
    weight = Layer().add_weight(shape=(50, 50))
    assert 0 < np.abs(weight.numpy()).max() <= (6 / 100) ** 0.5


def test_freezing_reaches_the_layers_inside():
    layer = Scale()
    layer(np.ones((1, 3)))
    layer.dense.trainable = False
    assert [w.get_metadata("name") for w in layer.trainable_weights] == ["scale"]
    layer.trainable = False
    assert layer.trainable_weights == [] and len(layer.non_trainable_weights) == 4
    layer.trainable = True
    assert len(layer.trainable_weights) == 3


def test_losses_are_the_penalties_of_trainable_weights():
    layer = Dense(2, kernel_regularizer=jaxkeras.regularizers.L2(0.5), kernel_initializer="ones")
    layer.build((None, 3))
    assert [float(loss) for loss in layer.losses] == [3.0]
    layer.trainable = False
    assert layer.losses == []


def test_add_loss_joins_the_loss_of_training():
    class Penalty(Layer):
        def call(self, inputs):
            self.add_loss(0.5 * jnp.sum(inputs**2))
            return inputs

    model = Sequential([Input((1,)), Dense(1, kernel_initializer="ones"), Penalty()])
    model.compile(jaxkeras.optimizers.SGD(0.1), "mse")
    x, y = np.ones((1, 1)), np.ones((1, 1))
    assert model.evaluate(x, y, verbose=0) == pytest.approx(0.5)
    model.fit(x, y, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], [[0.9]])


def test_a_model_may_learn_from_added_losses_alone():
    class Penalty(Layer):
        def call(self, inputs):
            self.add_loss(jnp.sum(inputs**2))
            return inputs

    model = Sequential([Input((1,)), Dense(1, kernel_initializer="ones"), Penalty()])
    model.compile(jaxkeras.optimizers.SGD(0.1))
    model.fit(np.ones((1, 1)), verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], [[0.8]], rtol=1e-6)


def test_add_loss_outside_of_a_call():
    with pytest.raises(RuntimeError, match=r"add_loss\(\) belongs inside call\(\)"):
        Layer().add_loss(1.0)


# ---------------------------------------------------------------------- plain NNX and JAX


def test_layers_in_a_hand_written_nnx_program():
    class Net(nnx.Module):
        def __init__(self):
            self.hidden = Dense(8, activation="tanh")
            self.drop = layers.Dropout(0.2)
            self.out = Dense(1)

        def __call__(self, x, training):
            return self.out(self.drop(self.hidden(x), training=training))

    x = jnp.asarray(np.random.normal(size=(32, 3)), jnp.float32)
    y = x.sum(axis=1, keepdims=True)
    net = Net()
    net(x, training=False)
    optimizer = nnx.Optimizer(net, optax.adam(0.05), wrt=nnx.Param)

    @nnx.jit
    def step(net, optimizer, x, y):
        def loss_of(net):
            return jnp.mean((net(x, training=True) - y) ** 2)

        loss, grads = nnx.value_and_grad(loss_of)(net)
        optimizer.update(net, grads)
        return loss

    losses = [float(step(net, optimizer, x, y)) for _ in range(60)]
    assert losses[-1] < losses[0] / 4
    assert int(net.drop.seed_generator.count[...]) == 60
    assert len(jax.tree.leaves(nnx.state(net, nnx.Param))) == 4


def test_a_layer_is_built_inside_the_trace_it_belongs_to():
    layer = Sequential([Dense(3), layers.Dropout(0.5), Dense(2)])
    x = np.ones((2, 4), "float32")
    outputs = nnx.jit(lambda layer, x: layer(x))(layer, x)
    assert [w.shape for w in layer.weights] == [(4, 3), (3,), (3, 2), (2,)]
    np.testing.assert_allclose(layer(x), outputs, rtol=1e-6)


def test_a_layer_outside_of_a_trace_keeps_its_weights():
    layer = Dense(3)
    x = jnp.ones((2, 4))
    outputs = jax.jit(lambda x: layer(x))(x)
    assert not isinstance(layer.kernel[...], jax.core.Tracer)
    np.testing.assert_allclose(layer(x), outputs, rtol=1e-6)

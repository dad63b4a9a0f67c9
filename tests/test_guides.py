"""Layers of one's own, written as the guides of Keras 3 write them."""

import numpy as np

import jaxkeras
from jaxkeras import Input, Model, Sequential, layers, ops
from jaxkeras.layers import Dense

X = np.random.default_rng(0).normal(size=(96, 6)).astype("float32")


class Linear(layers.Layer):
    """Of the guide "Making new layers and models via subclassing"."""

    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
        )
        self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units})
        return config


class ComputeSum(layers.Layer):
    def __init__(self, input_dim):
        super().__init__()
        self.total = self.add_weight(initializer="zeros", shape=(input_dim,), trainable=False)

    def call(self, inputs):
        self.total.assign_add(ops.sum(inputs, axis=0))
        return self.total


class MLPBlock(layers.Layer):
    def __init__(self):
        super().__init__()
        self.linear_1, self.linear_2, self.linear_3 = Linear(8), Linear(8), Linear(1)

    def call(self, inputs):
        x = jaxkeras.activations.relu(self.linear_1(inputs))
        return self.linear_3(jaxkeras.activations.relu(self.linear_2(x)))


def test_layers_that_make_weights_and_hold_layers():
    layer = Linear(4, name="mine")
    assert layer.weights == []
    assert layer(ops.ones((2, 2))).shape == (2, 4)
    assert layer.weights == [layer.w, layer.b]
    assert Linear.from_config(layer.get_config()).get_config() == layer.get_config()
    block = MLPBlock()
    assert block(ops.ones((3, 64))).shape == (3, 1) and len(block.trainable_weights) == 6
    model = Model(inputs := Input((6,)), MLPBlock()(inputs))
    before = model.get_weights()
    model.compile("adam", "mse")
    model.fit(X, X[:, :1], verbose=0)
    assert all((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))


def test_a_weight_that_the_call_changes():
    layer = ComputeSum(2)
    x = ops.ones((2, 2))
    first = layer(x)
    np.testing.assert_array_equal(first, [2, 2])
    np.testing.assert_array_equal(layer(x), [4, 4])
    np.testing.assert_array_equal(first, [2, 2])
    assert len(layer.non_trainable_weights) == 1 and layer.trainable_weights == []
    layer.total.assign_sub([1.0, 2.0])
    np.testing.assert_array_equal(layer.total.value, [3, 2])
    np.testing.assert_array_equal(layer.total.numpy(), [3, 2])


def test_a_state_of_layers_inside_waits_for_data():
    """Finding the shapes of layers inside runs their calls, which must leave no trace."""

    class Net(Model):
        def __init__(self):
            super().__init__()
            self.total = ComputeSum(6)
            self.wide, self.out = Linear(4), Linear(3)

        def call(self, inputs):
            return self.out(self.wide(inputs + 0.0 * self.total(inputs)))

    jaxkeras.utils.set_random_seed(3)
    model = Net()
    model.predict(X, batch_size=96, verbose=0)
    np.testing.assert_allclose(model.total.total, X.sum(axis=0), rtol=1e-5)
    jaxkeras.utils.set_random_seed(3)
    called = Net()
    called(X)
    for ours, others in zip(called.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, others, rtol=1e-5)


def test_names_of_layers_that_a_build_makes_are_not_used_up():
    class Late(layers.Layer):
        def build(self, input_shape):
            self.inner = MLPBlock()

        def call(self, inputs):
            return self.inner(inputs)

    jaxkeras.utils.clear_session()
    model = Sequential([Input((6,)), Late()])
    assert model.layers[0].inner.name == "mlp_block"
    assert model.layers[0].inner.linear_3.name == "linear_2" and len(model.weights) == 6


class ActivityRegularizationLayer(layers.Layer):
    def __init__(self, rate=1e-2):
        super().__init__()
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * ops.mean(inputs))
        return inputs


class OuterLayer(layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = Dense(4, kernel_regularizer=jaxkeras.regularizers.l2(1e-3))
        self.activity_reg = ActivityRegularizationLayer(1e-2)

    def call(self, inputs):
        return self.activity_reg(self.dense(inputs))


def test_losses_of_layers():
    layer = OuterLayer()
    assert len(layer.losses) == 0
    for _ in range(2):
        layer(ops.ones((1, 1)))
        assert len(layer.losses) == 2
    kernel = layer.dense.kernel.numpy()
    np.testing.assert_allclose(sum(layer.losses), 0.01 * kernel.mean() + 1e-3 * (kernel**2).sum())
    model = Sequential([Input((6,)), OuterLayer()])
    model.compile(optimizer="adam")
    assert model.fit(X, verbose=0).history["loss"][0] != 0


def test_a_layer_of_several_inputs_and_one_that_draws():
    class Pair(layers.Layer):
        def build(self, query_shape, value_shape):
            self.left = self.add_weight(shape=(query_shape[-1], 4), name="left")
            self.right = self.add_weight(shape=(value_shape[-1], 4), name="right")

        def call(self, query, value):
            return ops.matmul(query, self.left) + ops.matmul(value, self.right)

    class CustomDropout(layers.Layer):
        def __init__(self, rate, **kwargs):
            super().__init__(**kwargs)
            self.rate = rate
            self.seed_generator = jaxkeras.random.SeedGenerator(1337)

        def call(self, inputs, training=None):
            if training:
                return jaxkeras.random.dropout(inputs, rate=self.rate, seed=self.seed_generator)
            return inputs

    x, y = Input((6,)), Input((2,))
    dropped = CustomDropout(0.5)(Pair()(x, value=y))
    model = Model([x, y], Dense(1)(dropped))
    assert [w.shape for w in model.weights] == [(6, 4), (2, 4), (4, 1), (1,)]
    model.compile("sgd", "mse")
    model.fit([X, X[:, :2]], X[:, :1], verbose=0)
    layer, ones = CustomDropout(0.5), ops.ones((4, 50))
    first, second = layer(ones, training=True), layer(ones, training=True)
    assert (layer(ones) == 1).all() and (first != second).any()
    assert {0.0, 2.0} == set(np.unique(first))


def test_masks_reach_layers_that_need_them_while_a_model_is_drawn_up():
    """Of the guide "Understanding masking & padding"."""

    class CustomEmbedding(layers.Layer):
        def __init__(self, input_dim, output_dim, **kwargs):
            super().__init__(**kwargs)
            self.input_dim, self.output_dim = input_dim, output_dim

        def build(self, input_shape):
            self.embeddings = self.add_weight(
                shape=(self.input_dim, self.output_dim), initializer="random_normal"
            )

        def call(self, inputs):
            return ops.take(self.embeddings, ops.cast(inputs, "int32"), axis=0)

        def compute_mask(self, inputs, mask=None):
            return ops.not_equal(inputs, 0)

    class MyActivation(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.supports_masking = True

        def call(self, inputs):
            return ops.relu(inputs)

    class TemporalSoftmax(layers.Layer):
        def call(self, inputs, mask=None):
            kept = ops.expand_dims(ops.cast(mask, "float32"), -1)
            exponentials = ops.exp(inputs) * kept
            return exponentials / ops.sum(exponentials, axis=1, keepdims=True)

    inputs = Input((None,), dtype="int32")
    x = Dense(1)(MyActivation()(CustomEmbedding(20, 4)(inputs)))
    model = Model(inputs, TemporalSoftmax()(x))
    shares = model(np.array([[3, 5, 0, 0], [1, 2, 3, 4]]))[..., 0]
    np.testing.assert_array_equal(shares[0, 2:], 0)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)

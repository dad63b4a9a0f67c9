"""What layers tell beside their outputs: losses, metrics and updates."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import layers, metrics


class Watched(layers.Layer):
    """Keeps a mean of its inputs, and reports their largest entry."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.mean = metrics.Mean("activation")
        self.parts = [metrics.Sum("part"), {"inner": metrics.Sum("part")}]

    def call(self, inputs):
        self.mean.update_state(inputs)
        self.add_metric(jnp.max(inputs), name="largest")
        self.add_loss([jnp.sum(inputs), inputs[:, 0]])
        return inputs


X = np.array([[1.0, 3.0], [4.0, 8.0]], "float32")


def values(layer):
    return {metric.name: float(metric.result()) for metric in layer.metrics}


def test_metrics_of_a_layer_count_its_calls():
    layer = Watched()
    assert [metric.name for metric in layer.metrics] == ["activation", "part"]
    layer(X), layer(2 * X)
    assert values(layer) == {"activation": 6.0, "part": 0.0, "largest": 12.0}
    outer = jaxkeras.Sequential([layer])
    assert outer.metrics == layer.metrics
    outer.reset_metrics()
    assert set(values(layer).values()) == {0.0}


def test_shapes_and_hand_written_programs_count_nothing():
    layer = Watched()
    layer(jaxkeras.Input((2,)))
    layer.compute_output_shape((None, 2))
    jax.jit(layer)(X)
    layer.stateless_call([], layer.non_trainable_variables, X)
    assert set(values(layer).values()) == {0.0}
    layer(X)
    assert values(layer)["activation"] == 4.0


def test_losses_in_a_list_and_losses_of_samples():
    layer = Watched()
    layer(X)
    assert [np.shape(loss) for loss in layer.losses] == [(), (2,)]
    model = jaxkeras.Sequential([layer, layers.Dense(1, kernel_initializer="zeros")])
    model.compile("sgd", "mse")
    assert model.evaluate(X, np.zeros(2), verbose=0, return_dict=True)["loss"] == 16.0 + 5.0


def test_misuse_of_add_metric():
    class Wrong(layers.Layer):
        def call(self, inputs, **arguments):
            self.add_metric(inputs, **arguments)
            return inputs

    with pytest.raises(ValueError, match="needs the name to report the value under"):
        Wrong()(X)
    with pytest.raises(ValueError, match=r"aggregation='mean' only.*metrics.Sum"):
        Wrong()(X, name="total", aggregation="sum")
    with pytest.raises(RuntimeError, match="belongs inside call"):
        Watched().add_metric(1.0, name="one")


def test_updates_as_in_keras_2():
    class Counter(layers.Layer):
        def build(self, input_shape):
            self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)
            self.last = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, inputs):
            self.add_update([jaxkeras.backend.update_add(self.calls, 1)], inputs)
            self.add_update((self.last, jnp.max(inputs)))
            return inputs

    model = jaxkeras.Sequential([Counter(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], batch_size=1, epochs=2, shuffle=False, verbose=0)
    assert [float(weight) for weight in model.layers[0].non_trainable_weights] == [4.0, 8.0]


def test_shapes_of_the_first_call():
    layer = layers.Dense(3)
    with pytest.raises(AttributeError, match="has no input and output"):
        _ = layer.input_shape
    total = layers.Add()
    total([layer(jaxkeras.Input((4,))), jaxkeras.Input((3,))])
    assert (layer.input_shape, layer.output_shape) == ((None, 4), (None, 3))
    assert total.input_shape == [(None, 3), (None, 3)]

    class Own(layers.Layer):
        def __init__(self):
            super().__init__()
            self.output_shape = (7,)

    assert Own().output_shape == (7,)

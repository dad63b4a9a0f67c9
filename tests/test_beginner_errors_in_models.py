"""What a beginner gets wrong in making models and layers: each mistake is answered, or works.

Asserted are the words that matter: what it is about, what was expected, what came, the fix.
"""

import warnings

import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import Input, Model, Sequential
from jaxkeras.layers import Activation, Dense, Dropout, Flatten, InputLayer, Layer, Reshape

N = 12
X = np.random.default_rng(0).random((N, 4)).astype("float32")
R = X.sum(axis=1)


# ---------------------------------------------------------------------- building models


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Dense, ["class Dense", "Dense(...)"]),
        ("relu", ["'relu'", "Activation"]),
        (lambda x: x, ["function", "Activation"]),
        (jnp.tanh, ["Activation"]),
        (None, ["layers such as Dense(10)", "None"]),
        (10, ["layers such as Dense(10)", "int"]),
        ([Dense(1), Dense(2)], ["one by one", "Sequential([...])"]),
    ],
)
def test_adding_what_is_no_layer(layer, words, assert_tells):
    assert_tells(lambda: Sequential(name="net").add(layer), 'Sequential "net"', *words)


def test_a_sequential_without_a_list(assert_tells):
    assert_tells(lambda: Sequential(Dense(1), Dense(2)), "list", "Sequential([")
    assert_tells(lambda: Sequential(layer=[Dense(1)]), "'layer'", "'layers'")


def test_layers_under_one_name(assert_tells):
    layer = Dense(3, name="a")
    assert_tells(lambda: Sequential([layer, Dense(3, name="a")]), "'a'", "Names must differ")
    assert_tells(lambda: Sequential([layer, layer]), "'a'", "another layer")


def test_an_input_in_the_middle(assert_tells):
    assert_tells(lambda: Sequential([Dense(3), Input((4,))]), "first entry")


def test_what_needs_a_built_or_compiled_model(assert_tells):
    model = Sequential([Dense(3, name="out")], name="net")
    for function in (model.fit, model.evaluate, model.train_on_batch):
        assert_tells(lambda f=function: f(X, R), '"net" is not compiled', "model.compile(")
    assert_tells(model.summary, '"net" is not built', "Input", "build(input_shape)")
    assert_tells(model.build, '"net" does not know its input shape', "input_shape=")
    assert_tells(lambda: model.output_shape, "input shape", "Input")
    assert_tells(model.as_pure, "no weights yet")
    assert model.layers[0].weights == []
    assert model.predict(X, verbose=0).shape == (N, 3)


def test_a_model_without_layers(assert_tells):
    model = Sequential(name="net")
    assert_tells(lambda: model.predict(X, verbose=0), '"net" has no layers', "model.add(Dense(10))")
    assert_tells(model.pop, '"net" has no layers')


def test_layers_that_are_not_there(assert_tells):
    model = Sequential([Input((4,)), Dense(3, name="a"), Dense(3, name="b")])
    assert_tells(lambda: model.get_layer("c"), "'c'", "a, b")
    assert_tells(lambda: model.get_layer(1), "no layer 1", "index=1")
    assert_tells(lambda: model.get_layer(index=7), "2 layers", "7")


def test_weights_that_do_not_fit(assert_tells):
    layer = Sequential([Input((4,)), Dense(3, name="out")]).layers[0]
    fix = ['Dense "out" has 2 weights', "(4, 3), (3,)"]
    assert_tells(lambda: layer.set_weights([np.ones((4, 3))]), *fix, "got 1")
    assert_tells(lambda: layer.set_weights(np.ones((4, 3))), *fix, "got 4")
    assert_tells(lambda: layer.set_weights(None), *fix, "got 0")
    assert_tells(
        lambda: layer.set_weights([np.ones((3, 4)), np.ones(3)]),
        *('Dense "out"', "(4, 3)", "'kernel'", "(3, 4)"),
    )
    assert_tells(lambda: Dense(3).set_weights([1, 2]), "not built yet", "build(input_shape)")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Dense(0), ["Dense", "positive whole number of units", "0"]),
        (lambda: Dense(-1), ["Dense", "positive", "-1"]),
        (lambda: Dense("10"), ["Dense", "whole number", "'10'"]),
        (lambda: Dense(2.5), ["Dense", "whole number", "2.5"]),
        (lambda: Dense(), ["Dense", "'units'"]),
        (lambda: Dense(3, activation="rellu"), ["activation", "'rellu'", "'relu'"]),
        (lambda: Dense(3, activation=5), ["Expected activation", "5"]),
        (lambda: Dense(3, kernel_initializer="glorot_unifrm"), ["initializer", "'glorot_uniform'"]),
        (lambda: Dense(3, kernel_initializer="relu"), ["Unknown initializer", "activation"]),
        (lambda: Dense(3, kernel_regularizer="l3"), ["Unknown regularizer", "l1, ", "l2"]),
        (lambda: Dense(3, activaton="relu"), ["Dense", "'activaton'", "'activation'"]),
        (lambda: Dense(unit=3), ["Dense", "'unit'", "'units'"]),
        (lambda: Dense(3, initializer="uniform"), ["Dense", "'initializer'", "_initializer'"]),
        (lambda: Dense(3, weights=[]), ["'weights'", "It takes", "use_bias"]),
        (lambda: Dense(3, inputshape=(4,)), ["'inputshape'", "'input_shape'"]),
        (lambda: Dropout(1.5), ["Dropout", "0 to 1", "1.5"]),
        (lambda: Dropout(20), ["Dropout", "0 to 1", "20 percent", "0.2"]),
        (lambda: Dropout("0.5"), ["Dropout", "0 to 1", "'0.5'"]),
        (lambda: Activation("softmaks"), ["'softmaks'", "'softmax'"]),
        (lambda: Flatten("channel_last"), ["Flatten", "'channels_last'"]),
        (lambda: Reshape((-1, -1)), ["Reshape", "one size", "(-1, -1)"]),
        (lambda: Reshape((None, 3)), ["Reshape", "-1", "(None, 3)"]),
        (lambda: Input("784"), ["Input", "whole number", "'784'"]),
        (lambda: Input((-1, 4)), ["Input", "at least 1", "-1"]),
        (lambda: Input(X), ["Input", "array of shape (12, 4)", "x.shape[1:]"]),
        (lambda: Input(), ["shape"]),
        (lambda: Dense(3, input_dim=(784,)), ["input_dim", "whole number", "(784,)"]),
        (lambda: Dense(3, input_dim="784"), ["input_dim", "whole number", "'784'"]),
        (lambda: jaxkeras.optimizers.Adam("fast"), ["Adam", "learning_rate", "'fast'"]),
        (lambda: jaxkeras.optimizers.Adam(rate=1), ["Adam", "'rate'", "learning_rate"]),
        (lambda: jaxkeras.optimizers.SGD(momentum=9), ["SGD", "momentum", "9"]),
    ],
)
def test_arguments_of_layers_and_optimizers(make, words, assert_tells):
    assert_tells(make, *words)


@pytest.mark.parametrize(
    "first",
    [
        {"input_shape": 4},
        {"input_shape": [4]},
        {"input_shape": (np.int64(4),)},
        {"input_shape": (4.0,)},
        {"input_dim": 4},
        {"input_dim": 4.0},
        {"input_dim": np.int64(4)},
        {"batch_input_shape": (None, 4)},
    ],
)
def test_ways_to_say_the_input_shape(first):
    assert Sequential([Dense(3, **first)]).input_shape == (None, 4)
    assert Dense(2.0).units == 2


@pytest.mark.parametrize("shape", [(None, 4), (N, 4)])
def test_an_input_shape_with_the_batch_in_it(shape, assert_tells):
    model = Sequential([Dense(3, input_shape=shape)])
    assert_tells(lambda: model.predict(X, verbose=0), "expected", "(None, 4)", "Input((4,))")


def test_a_reshape_that_does_not_fit(assert_tells):
    for target in ((3, 4), (-1, 4)):
        assert_tells(
            lambda target=target: Sequential([Input((10,)), Reshape(target, name="r")]),
            *('Reshape "r"', "(10,)", "10 elements", str(target), "without the batch"),
        )


def test_a_missing_channel_axis(assert_tells):
    class Convolution(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.input_spec = jaxkeras.layers.InputSpec(ndim=4)

        def call(self, inputs):
            return inputs

    assert_tells(
        lambda: Sequential([Input((28, 28)), Convolution(name="conv")]),
        *('Convolution "conv"', "4 dimensions", "(None, 28, 28)", "x[..., None]"),
    )


# ---------------------------------------------------------------------- calling layers


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ("abc", ["expected an array", "'abc'"]),
        (None, ["expected an array", "None"]),
        (Dense, ["expected an array", "Dense"]),
        (Dense(4), ["expected an array", "Dense", "on its own input"]),
        (5.0, ["at least 2 dimensions", "()"]),
        ([1.0, 2.0], ["at least 2 dimensions", "(2,)", "x[None]"]),
        (np.array([["a"]]), ["text", "numbers", "'a'"]),
    ],
)
def test_layers_called_on_something_else(inputs, words, assert_tells):
    assert_tells(lambda: Dense(3, name="out")(inputs), 'Dense "out"', *words)


def test_a_layer_called_on_nothing(assert_tells):
    assert_tells(lambda: Dense(3, name="out")(), 'Dense "out"', "layer(x)")


def test_symbolic_tensors_have_no_values(assert_tells):
    tensor = Input((4,), name="pixels")
    assert_tells(lambda: np.array(tensor), "pixels", "no values", "NumPy")
    assert_tells(lambda: bool(tensor), "pixels", "no values")
    assert_tells(lambda: np.mean(tensor), "pixels", "no values")


# ---------------------------------------------------------------------- own layers and models


def test_a_forgotten_super_init(assert_tells):
    class Layer1(Layer):
        def __init__(self, units):
            self.units = units

    class Layer2(Layer):
        def __init__(self):
            pass

    class Model1(Model):
        def __init__(self):
            self.dense = Dense(3)

    assert_tells(lambda: Layer1(3), "Layer1.__init__", "super().__init__()", "self.units")
    assert_tells(Layer2, "Layer2.__init__", "super().__init__()")
    assert_tells(Model1, "Model1.__init__", "super().__init__()", "self.dense")


def test_a_forgotten_call(assert_tells):
    class Nothing(Layer):
        pass

    class NoModel(Model):
        pass

    assert_tells(lambda: Nothing(name="mine")(X), 'Nothing "mine"', "def call(self, inputs)")
    assert_tells(lambda: NoModel(name="mine").predict(X), 'NoModel "mine"', "def call(")


def test_a_forgotten_return(assert_tells):
    class Silent(Layer):
        def call(self, inputs):
            inputs + 1

    model = Sequential([Dense(3), Silent(name="mine"), Dense(2)])
    assert_tells(lambda: model.predict(X, verbose=0), 'Silent "mine"', "returned nothing", "return")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda self, x: x @ jnp.ones((7, 3)), ["(None, 4)"]),
        (lambda self, x: self.nothing * x, ["'nothing'"]),
        (lambda self, x: x if jnp.sum(x) > 0 else -x, ["jnp.where"]),
        (lambda self, x: np.tanh(np.asarray(x)), ["jax.numpy instead of numpy"]),
        (lambda self, x, other: x, ["other"]),
    ],
)
def test_bugs_in_a_call_are_placed(call, words, assert_tells):
    layer = type("Custom", (Layer,), {"call": call})(name="mine")
    model = Sequential([layer, Dense(2)])
    assert_tells(
        lambda: model.predict(X, verbose=0), 'While calling Custom "mine"', *words, kind=Exception
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"shpe": (4, 3)}, ["add_weight", "'shpe'", "'shape'"]),
        ({"shape": (4, 3), "initializer": "unifrm"}, ["initializer", "'uniform'"]),
        ({"shape": (None, 3)}, ["known sizes", "(None, 3)"]),
    ],
)
def test_bugs_in_a_build_are_placed(arguments, words, assert_tells):
    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", **arguments)

    layer = type("Custom", (Layer,), {"build": build})(name="mine")
    assert_tells(lambda: layer(X), 'While building Custom "mine"', "(12, 4)", *words)


def test_the_name_of_a_weight_may_come_first():
    class Scale(Layer):
        def build(self, input_shape):
            self.scale = self.add_weight("scale", shape=input_shape[-1:], initializer="ones")
            self.shift = self.add_weight("shift", input_shape[-1:], initializer="zeros")

        def call(self, inputs):
            return inputs * self.scale + self.shift

    layer = Scale()
    np.testing.assert_array_equal(layer(X), X)
    assert [w.get_metadata("name") for w in layer.weights] == ["scale", "shift"]


def test_an_input_layer_adjusts_a_last_dimension_of_one():
    assert InputLayer((1,))(np.ones(3)).shape == (3, 1)
    assert InputLayer((4,))(X[..., None]).shape == (N, 4)
    assert InputLayer((4,))(X).shape == (N, 4)


def test_a_softmax_over_one_output_is_warned_about():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Sequential([Input((4,)), Dense(1, activation="softmax")])
    assert any("sigmoid" in str(warning.message) for warning in caught)

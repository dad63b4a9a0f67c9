"""A stack of layers: how it grows, when it gets its weights, what it answers."""

import numpy as np
import pytest
from flax import linen, nnx

import jaxkeras
from jaxkeras import Input, Sequential
from jaxkeras.layers import Activation, Dense, Dropout, Flatten, InputLayer, Reshape

keras = pytest.importorskip("keras")

X = np.random.default_rng(4).normal(size=(6, 3)).astype("float32")


@pytest.mark.parametrize(
    "start",
    [
        lambda: [Input((3,)), Dense(2)],
        lambda: [InputLayer((3,)), Dense(2)],
        lambda: [InputLayer(input_shape=(3,)), Dense(2)],
        lambda: [Dense(2, input_shape=(3,))],
        lambda: [Dense(2, input_dim=3)],
        lambda: [Dense(2, batch_input_shape=(None, 3))],
        lambda: [Sequential([Input((3,)), Dense(2)])],
        lambda: [Sequential([Dense(2, input_shape=(3,))])],
    ],
)
def test_a_model_that_knows_its_input_has_its_weights_at_once(start):
    model = Sequential(start())
    model.add(Dense(1))
    assert model.built
    assert (model.input_shape, model.output_shape) == ((None, 3), (None, 1))
    assert [w.shape for w in model.weights] == [(3, 2), (2,), (2, 1), (1,)]
    assert len(model.layers) == 2


def test_a_fixed_batch_size_shows_in_the_shapes():
    model = Sequential([Input((4, 3), batch_size=8), Flatten(), Dense(2)])
    assert (model.input_shape, model.output_shape) == ((8, 4, 3), (8, 2))


@pytest.mark.parametrize(
    "use",
    [
        lambda model: model.fit(X, np.ones(6), verbose=0),
        lambda model: model.evaluate(X, np.ones(6), verbose=0),
        lambda model: model.predict(X, verbose=0),
        lambda model: model(X),
        lambda model: model.build((None, 3)),
        lambda model: model.build((6, 3)),
    ],
    ids=["fit", "evaluate", "predict", "call", "build", "build batch"],
)
def test_a_model_that_does_not_gets_them_with_the_first_data(use):
    model = Sequential([Dense(2), Dropout(0.5), Dense(1)])
    model.compile("sgd", "mse")
    assert not model.built and model.get_weights() == []
    use(model)
    assert model.built and model.count_params() == 11
    assert model.output_shape == (None, 1)


def test_what_needs_the_input_shape_says_so():
    model = Sequential([Dense(2)], name="net")
    for ask in (lambda: model.output_shape, lambda: model.input, model.build):
        with pytest.raises(ValueError, match='"net" does not know its input shape yet'):
            ask()
    with pytest.raises(ValueError, match="has no layers"):
        Sequential().build((None, 3))


def test_weights_that_exist_stay_when_layers_are_added_and_taken_off():
    model = Sequential([Input((3,)), Dense(2)])
    kernel = model.get_weights()[0]
    model.add(Dense(1))
    np.testing.assert_array_equal(model.get_weights()[0], kernel)
    popped = model.pop()
    assert popped.units == 1 and model.output_shape == (None, 2) and len(model.layers) == 1
    assert model.predict(X, verbose=0).shape == (6, 2)
    model.pop()
    assert model.layers == [] and not model.built
    with pytest.raises(ValueError, match="has no layers to pop"):
        model.pop()
    model.add(Dense(4))
    assert model.output_shape == (None, 4)


def test_a_model_may_grow_between_fits():
    model = Sequential([Input((3,)), Dense(2)])
    model.compile("sgd", "mse")
    model.fit(X, np.ones((6, 2)), verbose=0)
    model.add(Dense(1))
    model.fit(X, np.ones((6, 1)), verbose=0)
    assert model.predict(X, verbose=0).shape == (6, 1)


def test_layers_by_name_and_index():
    model = Sequential([Input((3,)), Dense(2, name="first"), Dense(1, name="last")])
    assert model.get_layer("last") is model.layers[1] is model.get_layer(index=-1)
    assert model.get_layer(index=0).name == "first"
    with pytest.raises(ValueError, match="has no layer 'lst'. Its layers: first, last"):
        model.get_layer("lst")
    with pytest.raises(ValueError, match="has 2 layers, got index 2"):
        model.get_layer(index=2)


def test_weights_and_counts_equal_those_of_keras():
    def make(api):
        layers = api.layers
        return api.Sequential(
            [
                api.Input((2, 3)),
                layers.Flatten(),
                layers.Dense(4, use_bias=False),
                api.Sequential([layers.Dense(3), layers.Dense(2, trainable=False)]),
                layers.Dense(1),
            ]
        )

    ours, theirs = make(jaxkeras), make(keras)
    for kind in ("weights", "trainable_weights", "non_trainable_weights"):
        shapes = [[w.shape for w in getattr(model, kind)] for model in (ours, theirs)]
        assert shapes[0] == shapes[1]
    assert ours.count_params() == theirs.count_params()
    theirs.set_weights([np.random.normal(size=w.shape) for w in theirs.weights])
    ours.set_weights(theirs.get_weights())
    x = np.random.normal(size=(5, 2, 3))
    np.testing.assert_allclose(
        ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=1e-5, atol=1e-6
    )


def test_names_must_differ():
    with pytest.raises(ValueError, match="has a layer 'same' already. Names must differ"):
        Sequential([Dense(1, name="same"), Dense(1, name="same")])
    layer = Dense(3)
    with pytest.raises(ValueError, match="Names must differ"):
        Sequential([Input((3,)), layer, layer])


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (Dense, r"got the class Dense. Call it to make a layer: Dense\(...\)"),
        (np.tanh, "takes layers such as Dense"),
        (lambda x: x, r"add Activation\("),
        ("dense", "got str: 'dense'"),
        (None, "got NoneType"),
    ],
)
def test_entries_that_are_no_layers(layer, message):
    with pytest.raises(TypeError, match=message):
        Sequential([layer])


def test_an_input_only_comes_first():
    with pytest.raises(ValueError, match="only as its first entry"):
        Sequential([Dense(1), Input((3,))])


def test_a_layer_that_does_not_fit_is_told_when_it_is_added():
    model = Sequential([Input((6,))])
    with pytest.raises(ValueError, match=r"cannot turn samples of shape \(6,\)"):
        model.add(Reshape((4,)))
    assert model.layers == []
    model.add(Reshape((3, 2)))
    assert model.output_shape == (None, 3, 2)


def test_freezing_counts_from_the_next_compile():
    model = Sequential([Input((3,)), Dense(2, name="first"), Dense(1)])
    model.compile("sgd", "mse")
    y = np.ones((6, 1))
    model.fit(X, y, verbose=0)
    model.get_layer("first").trainable = False
    before = model.get_weights()
    model.fit(X, y, verbose=0)
    between = model.get_weights()
    assert (before[0] != between[0]).any()
    model.compile("sgd", "mse")
    model.fit(X, y, verbose=0)
    after = model.get_weights()
    np.testing.assert_array_equal(between[0], after[0])
    np.testing.assert_array_equal(between[1], after[1])
    assert (between[2] != after[2]).any()
    model.trainable = False
    assert model.trainable_weights == []
    model.trainable = True
    assert len(model.trainable_weights) == 4


def test_nested_models_train_and_keep_their_own_face():
    inner = Sequential([Dense(4, activation="relu"), Dense(2)], name="inner")
    model = Sequential([Input((3,)), inner, Activation("tanh"), Dense(1)])
    model.compile("sgd", "mse")
    before = inner.get_weights()
    model.fit(X, np.ones((6, 1)), verbose=0)
    assert any((a != b).any() for a, b in zip(before, inner.get_weights(), strict=True))
    assert inner.predict(X, verbose=0).shape == (6, 2)
    assert inner.input_shape == (None, 3)


def test_a_softmax_at_the_end_of_a_nested_model_is_found():
    def trained(*end):
        model = Sequential([Input((3,)), *end])
        model.set_weights([np.ones((3, 2)) * [1, -1], np.zeros(2)])
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(X * 100, np.zeros(6, int), shuffle=False, verbose=0)
        return model.get_weights()[0]

    flat = trained(Dense(2), Activation("softmax"))
    np.testing.assert_allclose(trained(Sequential([Dense(2, "softmax")])), flat, rtol=1e-6)


def test_flax_modules_are_layers_too():
    model = Sequential([Input((3,)), nnx.Linear(3, 4, rngs=nnx.Rngs(0)), linen.Dense(2)])
    assert [layer.kind for layer in model.layers] == ["Linear", "Dense"]
    assert model.output_shape == (None, 2) and model.count_params() == 26


def test_a_configuration_makes_an_equal_model():
    model = Sequential(
        [Input((3,)), Dense(4, "relu"), Sequential([Dense(2, trainable=False)]), Dropout(0.5)],
        name="net",
    )
    twin = Sequential.from_config(model.get_config())
    assert twin.get_config() == model.get_config()
    assert twin.name == "net" and twin.output_shape == (None, 2)
    twin.set_weights(model.get_weights())
    np.testing.assert_array_equal(twin.predict(X, verbose=0), model.predict(X, verbose=0))
    deferred = Sequential.from_config(Sequential([Dense(2)]).get_config())
    assert not deferred.built and deferred.predict(X, verbose=0).shape == (6, 2)

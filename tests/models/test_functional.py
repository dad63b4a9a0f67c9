"""Models made from symbolic tensors, and models that learn in their own way."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import jaxkeras
from jaxkeras.layers import Dense, Dropout

keras = pytest.importorskip("keras")


def branched(library):
    """Two inputs, a shared layer, arithmetic and slicing, two outputs."""
    left, right = library.Input((4,), name="left"), library.Input((4,), name="right")
    shared = library.layers.Dense(8, activation="tanh", name="shared")
    hidden = (shared(left) + 2 * shared(right))[:, :6] / 3
    classes = library.layers.Dense(3, activation="softmax", name="classes")(hidden)
    size = library.layers.Dense(1, name="size")(hidden)
    return library.Model([left, right], [classes, size])


def data(samples=40):
    x = [np.random.normal(size=(samples, 4)).astype("float32") for _ in range(2)]
    y = [np.random.randint(3, size=samples), x[0].sum(axis=1, keepdims=True)]
    return x, y


def same_weights(ours, theirs):
    ours.set_weights([np.asarray(variable.value) for variable in theirs.weights])


def test_a_graph_computes_what_keras_computes():
    ours, theirs = branched(jaxkeras), branched(keras)
    same_weights(ours, theirs)
    x, _ = data()
    for mine, reference in zip(
        ours.predict(x, verbose=0), theirs.predict(x, verbose=0), strict=True
    ):
        np.testing.assert_allclose(mine, reference, rtol=1e-5, atol=1e-6)
    assert ours.output_shape == [(None, 3), (None, 1)]
    assert ours.output_names == ["classes", "size"]


@pytest.mark.parametrize("by_name", [False, True])
def test_several_losses_and_metrics_train_as_in_keras(by_name):
    ours, theirs = branched(jaxkeras), branched(keras)
    same_weights(ours, theirs)
    x, y = data()
    weights = np.linspace(0.5, 1.5, 40).astype("float32")
    requests = {
        "loss": ["sparse_categorical_crossentropy", "mse"],
        "metrics": [["accuracy"], ["mae"]],
        "loss_weights": [1.0, 0.3],
    }
    if by_name:
        names = ("classes", "size")
        requests = {key: dict(zip(names, value, strict=True)) for key, value in requests.items()}
    histories = []
    for library, model in ((jaxkeras, ours), (keras, theirs)):
        model.compile(library.optimizers.SGD(0.1), **requests)
        named = by_name and model is ours  # Keras takes a list where the outputs are a list
        targets = dict(zip(names, y, strict=True)) if named else y
        sample_weight = weights if model is ours else [weights, weights]
        hist = model.fit(
            x,
            targets,
            batch_size=16,
            epochs=3,
            shuffle=False,
            verbose=0,
            sample_weight=sample_weight,
        )
        histories.append(dict(hist.history))
    assert set(histories[0]) == set(histories[1])
    for name, values in histories[1].items():
        np.testing.assert_allclose(histories[0][name], values, rtol=1e-4, atol=1e-6, err_msg=name)
    for mine, reference in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, reference, rtol=1e-4, atol=1e-6)


def test_data_may_come_as_a_dictionary_by_input_names():
    model = branched(jaxkeras)
    x, _ = data()
    by_position = model.predict(x, verbose=0)
    by_name = model.predict({"right": x[1], "left": x[0]}, verbose=0)
    np.testing.assert_array_equal(by_position[0], by_name[0])


def test_a_part_of_a_model_shares_its_weights():
    model = branched(jaxkeras)
    part = jaxkeras.Model(model.inputs, model.get_layer("classes").output)
    x, _ = data()
    before = part.predict(x, verbose=0)
    np.testing.assert_array_equal(before, model.predict(x, verbose=0)[0])
    model.get_layer("shared").kernel.assign(jnp.zeros((4, 8)))
    assert not np.allclose(part.predict(x, verbose=0), before)


def test_models_inside_models_train():
    encoder = jaxkeras.Sequential([Dense(5, activation="relu"), Dense(2)], name="encoder")
    inputs = jaxkeras.Input((7,))
    outputs = Dense(1, activation="sigmoid")(Dropout(0.1)(encoder(inputs)))
    model = jaxkeras.Model(inputs, outputs)
    assert model.count_params() == 52 + 3
    assert set(model.as_pure().params["encoder"]) == {layer.name for layer in encoder.layers}
    model.compile(jaxkeras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    x = np.random.normal(size=(128, 7)).astype("float32")
    y = (x.sum(axis=1) > 0).astype("int32")
    before = encoder.get_weights()
    hist = model.fit(x, y, epochs=40, verbose=0)
    assert hist.history["loss"][-1] < 0.7 * hist.history["loss"][0]
    assert not np.allclose(before[0], encoder.get_weights()[0])


@pytest.mark.parametrize("is_dictionary", [False, True])
def test_a_model_of_several_inputs_inside_another(is_dictionary):
    ids, size = jaxkeras.Input((3,), dtype="int32", name="ids"), jaxkeras.Input((1,), name="size")
    words = jaxkeras.layers.Flatten()(jaxkeras.layers.Embedding(5, 2)(ids))
    outputs = Dense(1)(jaxkeras.layers.Concatenate()([words, size]))
    given = {"size": size, "ids": ids} if is_dictionary else [ids, size]
    inner = jaxkeras.Model(given, outputs, name="inner")
    twins = [jaxkeras.Input(tensor.shape[1:], dtype=tensor.dtype) for tensor in (ids, size)]
    called = {"ids": twins[0], "size": twins[1]} if is_dictionary else twins
    model = jaxkeras.Model(twins, inner(called))
    x = [np.arange(6).reshape(2, 3) % 5, np.ones((2, 1), "float32")]
    own = {"ids": x[0], "size": x[1]} if is_dictionary else x
    model.compile("sgd", "mse")
    model.fit(x, np.ones((2, 1)), verbose=0)
    np.testing.assert_allclose(
        model.predict(x, verbose=0), inner.predict(own, verbose=0), rtol=1e-6
    )
    with pytest.raises(ValueError, match="has a row for each number from 0 to 4"):
        model.predict([x[0] + 1, x[1]], verbose=0)


def test_a_model_of_a_fixed_number_of_samples():
    x = jaxkeras.Input(batch_shape=(4, 3))
    noise = np.random.normal(size=(4, 2)).astype("float32")
    hidden = jaxkeras.layers.Lambda(lambda h: h + noise)(Dense(2)(x))
    model = jaxkeras.Model(x, Dense(1)(hidden))
    model.compile("sgd", "mse")
    data, targets = np.ones((12, 3)), np.ones((12, 1))
    hist = model.fit(data, targets, batch_size=4, validation_data=(data, targets), verbose=0)
    assert np.isfinite(hist.history["val_loss"])
    assert model.predict(data, batch_size=4, verbose=0).shape == (12, 1)
    stack = jaxkeras.Sequential([jaxkeras.Input(batch_shape=(4, 3)), *model.layers[1:]])
    np.testing.assert_array_equal(stack.predict(data[:4]), model.predict(data[:4]))


def test_a_loss_of_tensors_inside_the_model_is_told_where_to_go():
    x = jaxkeras.Input((3,))
    hidden = Dense(2)(x)
    model = jaxkeras.Model(x, Dense(1)(hidden))
    model.compile("sgd", lambda y_true, y_pred: (y_true - y_pred) ** 2 + jnp.sum(hidden))
    with pytest.raises(TypeError, match=r"added by model\.add_loss"):
        model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)


def test_vectors_scored_against_a_table_are_no_numbers_of_rows():
    vectors = jaxkeras.Input((4, 2))
    table = jaxkeras.layers.ReversibleEmbedding(5, 2)
    model = jaxkeras.Model(vectors, table(vectors, reverse=True))
    assert model.predict(np.full((1, 4, 2), -7.0), verbose=0).shape == (1, 4, 5)


def test_dictionaries_of_inputs_and_outputs():
    a, b = jaxkeras.Input((2,), name="a"), jaxkeras.Input((3,), name="b")
    model = jaxkeras.Model({"a": a, "b": b}, {"x": Dense(4)(a), "y": Dense(5)(b)})
    results = model.predict({"a": np.ones((6, 2)), "b": np.ones((6, 3))}, verbose=0)
    assert {name: value.shape for name, value in results.items()} == {"x": (6, 4), "y": (6, 5)}


def test_summary_of_a_graph_says_what_is_connected(capsys):
    branched(jaxkeras).summary()
    printed = capsys.readouterr().out
    assert "Connected to" in printed
    assert "Total params: 68" in printed


def test_an_output_without_its_input_is_refused():
    a, b = jaxkeras.Input((2,), name="a"), jaxkeras.Input((2,), name="b")
    with pytest.raises(ValueError, match=r"depend on .*name=b.*none of the model's inputs"):
        jaxkeras.Model(a, Dense(1)(a + b))


def test_arrays_are_no_outputs():
    a = jaxkeras.Input((2,))
    with pytest.raises(TypeError, match="symbolic tensors"):
        jaxkeras.Model(a, np.ones(3))


def test_data_of_another_width_names_the_input():
    model = branched(jaxkeras)
    x, _ = data()
    with pytest.raises(ValueError, match=r"input 'right', expected last dimension 4.*\(None, 5\)"):
        model.predict([x[0], np.ones((40, 5))], verbose=0)


def test_targets_of_another_width_name_the_output():
    model = branched(jaxkeras)
    model.compile("sgd", ["categorical_crossentropy", "mse"])
    x, y = data()
    with pytest.raises(ValueError, match="classes"):
        model.fit(x, [np.ones((40, 4)), y[1]], verbose=0)


class Regularised(jaxkeras.Model):
    """A model that adds a loss and has a loss of its own."""

    def __init__(self):
        super().__init__()
        self.hidden, self.out = Dense(3), Dense(4)

    def call(self, inputs):
        code = self.hidden(inputs)
        self.add_loss(0.5 * jnp.mean(code**2))
        return self.out(code)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return jnp.mean(jnp.abs(y - y_pred)) + sum(self.losses)


def test_a_model_with_its_own_loss():
    x = np.random.normal(size=(32, 4)).astype("float32")
    model = Regularised()
    outputs = model(x)
    expected = float(np.abs(x - np.asarray(outputs)).mean() + model.losses[0])
    model.compile("adam")
    np.testing.assert_allclose(model.evaluate(x, x, verbose=0), expected, rtol=1e-5)
    hist = model.fit(x, x, epochs=60, batch_size=8, verbose=0)
    assert hist.history["loss"][-1] < 0.8 * expected


class Twofold(jaxkeras.Sequential):
    """A step written by hand: two updates a batch."""

    def train_step(self, state, batch):
        def loss_of(params):
            outputs, carried = self.apply(params, state.state, batch.x, True)
            return jnp.mean((outputs - batch.y) ** 2), carried

        params, opt_state = state.params, state.opt_state
        for _ in range(2):
            (loss, carried), grads = jax.value_and_grad(loss_of, has_aux=True)(params)
            updates, opt_state = self.optimizer.update(grads, opt_state, params)
            params = optax.apply_updates(params, updates)
        state = state._replace(params=params, state=carried, opt_state=opt_state)
        return state._replace(step=state.step + 1), {"squared": loss}


def test_a_step_written_by_hand():
    x = np.random.normal(size=(32, 3)).astype("float32")
    y = x @ np.ones((3, 1), "float32")
    model = Twofold([jaxkeras.Input((3,)), Dense(1)])
    twin = jaxkeras.Sequential([jaxkeras.Input((3,)), Dense(1)])
    twin.set_weights(model.get_weights())
    model.compile(jaxkeras.optimizers.SGD(0.1))
    twin.compile(jaxkeras.optimizers.SGD(0.1), "mse")
    hist = model.fit(x, y, batch_size=32, epochs=1, verbose=0)
    twin.fit(x, y, batch_size=32, epochs=2, verbose=0)
    assert list(hist.history) == ["squared"]
    for ours, theirs in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)

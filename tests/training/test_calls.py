"""Calls of a model on arrays, `model(x)`."""

import jax
import numpy as np
import pytest
from flax import nnx

import jaxkeras
from jaxkeras import layers
from jaxkeras.layers.mask import get_mask


@pytest.fixture
def model():
    jaxkeras.utils.set_random_seed(0)
    return jaxkeras.Sequential(
        [layers.Input((4,)), layers.Dense(3, activation="relu"), layers.Dropout(0.5)]
    )


def layer_by_layer(model, x):
    for layer in model.layers:
        x = layer(x)
    return np.asarray(x)


def test_they_compute_what_the_layers_compute_and_are_traced_once(model, monkeypatch):
    x = np.random.rand(2, 4).astype("float32")
    first = model(x)
    np.testing.assert_allclose(first, layer_by_layer(model, x), rtol=1e-6)
    monkeypatch.setattr(layers.Dense, "call", None)  # which a new trace would call
    np.testing.assert_array_equal(model(x + 0), first)


def test_weights_are_those_of_the_moment(model):
    x = np.ones((1, 4), "float32")
    model(x)
    model.set_weights([np.full((4, 3), 2.0), np.ones(3)])
    np.testing.assert_allclose(model(x), [[9.0] * 3])
    model.compile("sgd", "mse")
    model.fit(x, np.zeros((1, 3)), verbose=0)
    np.testing.assert_allclose(model(x), layer_by_layer(model, x), rtol=1e-6)
    assert np.any(np.asarray(model(x)) < 9)


def test_a_changed_layer_counts(model):
    x = -np.ones((1, 4), "float32")
    model.set_weights([np.ones((4, 3)), np.zeros(3)])
    assert np.all(np.asarray(model(x)) == 0)
    model.layers[0].activation = jaxkeras.activations.linear
    np.testing.assert_allclose(model(x), [[-4.0] * 3])
    model.add(layers.Rescaling(2.0))
    np.testing.assert_allclose(model(x), [[-8.0] * 3])
    model.layers[-1].call = lambda inputs: inputs + 1
    np.testing.assert_allclose(model(x), [[-3.0] * 3])


def test_training_calls_draw_anew(model):
    x = np.ones((8, 4), "float32")
    model.set_weights([np.ones((4, 3)), np.zeros(3)])
    assert not np.array_equal(model(x, training=True), model(x, training=True))
    assert np.array_equal(model(x), model(x))


def test_own_code_is_called_on_values():
    seen = []

    def look(x):
        if not isinstance(x, jax.core.Tracer):
            seen.append(float(x.sum()))
        return x

    model = jaxkeras.Sequential([layers.Input((2,)), layers.Lambda(look)])
    seen.clear()
    model(np.ones((1, 2), "float32"))
    model(np.ones((3, 2), "float32"))
    assert seen == [2.0, 6.0]
    model = jaxkeras.Sequential([layers.Input((2,)), layers.Activation(look)])
    seen.clear()
    model(np.ones((1, 2), "float32"))
    assert seen == [2.0]


def test_losses_masks_and_states_come_out():
    model = jaxkeras.Sequential(
        [
            layers.Input((3,), dtype="int32", batch_size=2),
            layers.Embedding(5, 2, mask_zero=True),
            layers.ActivityRegularization(l1=1.0),
            layers.GRU(2, return_sequences=True, stateful=True, kernel_regularizer="l2"),
        ]
    )
    x = np.array([[1, 2, 0], [3, 0, 0]])
    outputs = model(x)
    assert get_mask(outputs).tolist() == [[True, True, False], [True, False, False]]
    values = model.layers[0](x)
    np.testing.assert_allclose(model.losses[0], np.abs(np.asarray(values)).sum() / 2, rtol=1e-5)
    assert len(model.losses) == 2
    again = model(x)
    assert not np.allclose(outputs, again)  # the state went on
    model.reset_states()
    np.testing.assert_allclose(model(x), outputs, rtol=1e-6)


def test_functional_models_take_structures():
    a, b = jaxkeras.Input((2,), name="a"), jaxkeras.Input((2,), name="b")
    model = jaxkeras.Model({"a": a, "b": b}, [layers.Add()([a, b]), layers.Subtract()([a, b])])
    total, difference = model({"a": np.full((1, 2), 3.0), "b": np.ones((1, 2))})
    assert total.tolist() == [[4.0, 4.0]] and difference.tolist() == [[2.0, 2.0]]


@pytest.mark.parametrize("has_run", [False, True])
def test_transformations_see_the_weights(model, has_run):
    x = np.ones((2, 4), "float32")
    if has_run:
        model(x)
    model.set_weights([np.ones((4, 3)), np.zeros(3)])
    grads = nnx.grad(lambda model: model(x).sum())(model)
    assert np.all(np.asarray(jax.tree.leaves(grads)[0]) == 2)  # of the bias
    assert nnx.jit(lambda model: model(x))(model).tolist() == [[4.0] * 3] * 2
    slope = jax.grad(lambda scale: model(x * scale).sum())(1.0)
    assert slope == pytest.approx(24)
    model.compile("sgd", "mse")
    model.fit(x, np.zeros((2, 3)), verbose=0)
    np.testing.assert_allclose(model(x), layer_by_layer(model, x), rtol=1e-6)
    np.testing.assert_allclose(model.predict(x, verbose=0), model(x), rtol=1e-6)


def test_copies_compute_with_weights_of_their_own(model):
    import copy
    import pickle

    x = np.ones((1, 4), "float32")
    before = model(x)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        twin.set_weights([np.ones((4, 3)), np.zeros(3)])
        assert twin(x).tolist() == [[4.0] * 3]
    np.testing.assert_array_equal(model(x), before)


def test_a_wrong_shape_names_the_layer(model):
    model(np.ones((1, 4), "float32"))
    with pytest.raises(ValueError, match=r'Dense "dense.*" expected .*got shape \(1, 5\)'):
        model(np.ones((1, 5), "float32"))


def test_what_needs_to_know_the_number_of_samples_runs_layer_by_layer():
    x = jaxkeras.Input((2,), batch_size=2)
    first, second = jaxkeras.ops.split(x, 2, axis=0)
    model = jaxkeras.Model(x, layers.Add()([first, second]))
    assert model(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist() == [[4.0, 6.0]]


def test_predict_again_is_predict(model):
    x = np.random.rand(3, 4).astype("float32")
    first = model.predict(x, verbose=0)
    again = model.predict(x, verbose=0)
    np.testing.assert_array_equal(again, first)
    again[0] = 0  # it is the user's own
    np.testing.assert_array_equal(model.predict(x, verbose=0), first)
    np.testing.assert_allclose(model.predict(x.astype("float64"), verbose=0), first, rtol=1e-6)
    model.set_weights([np.ones((4, 3)), np.zeros(3)])
    np.testing.assert_allclose(model.predict(x, verbose=0)[:, 0], x.sum(1), rtol=1e-6)
    model.add(layers.Rescaling(2.0))
    np.testing.assert_allclose(model.predict(x, verbose=0)[:, 0], 2 * x.sum(1), rtol=1e-6)
    np.testing.assert_allclose(
        model.predict(x, batch_size=2, verbose=0)[:, 0], 2 * x.sum(1), rtol=1e-6
    )

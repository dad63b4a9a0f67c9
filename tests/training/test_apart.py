"""Batches of `predict` that are filled up, so that few programs serve for all sizes."""

import numpy as np
import pytest

import jaxkeras
from jaxkeras import Input, Model, Sequential, layers, ops
from jaxkeras.training.apart import keeps_samples_apart


def programs_of(model):
    return sum(program._cache_size() for program in model._loop.predictor._programs.values())


def convnet():
    return Sequential(
        [
            Input((6, 6, 1)),
            layers.Conv2D(3, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(2, activation="softmax"),
        ]
    )


def test_few_programs_serve_for_all_sizes():
    model = convnet()
    x = np.random.normal(size=(40, 6, 6, 1)).astype("float32")
    expected = model.predict(x, batch_size=40, verbose=0)
    for count in range(1, 41):
        np.testing.assert_allclose(
            model.predict(x[:count], batch_size=40, verbose=0), expected[:count], rtol=1e-5
        )
    assert programs_of(model) <= 11


def test_the_last_batch_needs_no_program_of_its_own():
    model = convnet()
    x = np.random.normal(size=(29, 6, 6, 1)).astype("float32")
    outputs = model.predict(x, batch_size=10, verbose=0)
    assert outputs.shape == (29, 2)
    assert programs_of(model) == 1
    np.testing.assert_allclose(outputs, model(x), rtol=1e-5)


def test_callbacks_get_the_outputs_of_the_samples_alone():
    class Sizes(jaxkeras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.seen = []

        def on_predict_batch_end(self, batch, logs=None):
            self.seen.append(logs["outputs"].shape)

    sizes = Sizes()
    convnet().predict(np.zeros((7, 6, 6, 1)), batch_size=4, callbacks=[sizes], verbose=0)
    assert sizes.seen == [(4, 2), (3, 2)]


def mean_of_the_batch():
    inputs = Input((3,))
    return Model(inputs, layers.Dense(2)(inputs) - ops.mean(inputs))


def own_code():
    class Centred(layers.Layer):
        def call(self, x):
            return x - ops.mean(x, axis=0)

    return Sequential([Input((3,)), Centred()])


def softmax_over_samples():
    return Sequential([Input((3,)), layers.Softmax(axis=0)])


def joined_samples():
    first, second = Input((3,)), Input((3,))
    return Model([first, second], layers.Concatenate(axis=0)([first, second]))


def arbitrary_function():
    return Sequential([Input((3,)), layers.Lambda(lambda x: x - ops.mean(x))])


@pytest.mark.parametrize(
    "make", [mean_of_the_batch, own_code, softmax_over_samples, arbitrary_function]
)
def test_where_samples_meet_none_is_added(make):
    model = make()
    x = np.random.normal(size=(7, 3)).astype("float32")
    model.predict(x, verbose=0)
    for count in (5, 7):
        np.testing.assert_allclose(
            model.predict(x[:count], verbose=0), model(x[:count]), rtol=1e-5, atol=1e-6
        )
    assert not keeps_samples_apart(model)
    assert not keeps_samples_apart(joined_samples())

"""Names, configurations and copies of layers."""

import copy
import pickle

import numpy as np
import pytest

import jaxkeras
from jaxkeras import Input, Sequential, layers
from jaxkeras.layers import Dense

keras = pytest.importorskip("keras")

BOTH = (jaxkeras, keras)


def scale(api):
    """The same custom layer for jaxkeras and for Keras."""

    class Scale(api.layers.Layer):
        def __init__(self, factor=1.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, inputs):
            return self.factor * inputs

    return Scale


Scale = scale(jaxkeras)

# ---------------------------------------------------------------------- names and configuration


def test_names_are_those_of_keras():
    for api in (jaxkeras, keras):
        api.utils.clear_session()
    for _ in range(2):
        ours, theirs = ([a.layers.Dense(1), a.layers.Flatten(), scale(a)()] for a in BOTH)
        assert [layer.name for layer in ours] == [layer.name for layer in theirs]


EVERY_LAYER = [
    Dense(
        3,
        "relu",
        kernel_initializer=jaxkeras.initializers.HeNormal(seed=3),
        kernel_regularizer="l2",
        activity_regularizer="l1",
        bias_constraint="non_neg",
        name="d",
        dtype="mixed_bfloat16",
    ),
    layers.Activation("tanh"),
    layers.Flatten(data_format="channels_first"),
    layers.Reshape((3, -1)),
    layers.Dropout(0.25, noise_shape=(None, 1), seed=5),
    layers.InputLayer((None, 3), dtype="int32", name="words"),
    Scale(2.0, trainable=False),
    Sequential([Input((3,)), Dense(2, trainable=False), Sequential([Dense(1)])]),
]


@pytest.mark.parametrize("layer", EVERY_LAYER, ids=lambda layer: type(layer).__name__)
def test_a_configuration_makes_the_same_layer(layer):
    config = layer.get_config()
    twin = type(layer).from_config(config)
    assert twin.get_config() == config
    assert (twin.name, twin.trainable) == (layer.name, layer.trainable)
    described = jaxkeras.registry.serialize(layer)
    with jaxkeras.utils.custom_object_scope({"Scale": Scale}):
        again = layers.deserialize(described)
    assert type(again) is type(layer) and again.get_config() == config


def test_a_configuration_is_plain_data():
    config = EVERY_LAYER[0].get_config()
    assert config["kernel_initializer"]["class_name"] == "HeNormal"
    assert config["kernel_initializer"]["config"]["seed"] == 3
    assert config["activation"] == "relu" and config["dtype"]["config"] == {
        "name": "mixed_bfloat16"
    }


def test_an_unknown_class_in_a_configuration():
    with pytest.raises(ValueError, match="Unknown layer: 'Dens'. Did you mean '[Dd]ense'"):
        layers.deserialize({"class_name": "Dens", "config": {}})


def test_a_misspelt_argument():
    with pytest.raises(TypeError, match="Dense has no argument 'activaton'. Did you mean"):
        Dense(3, activaton="relu")


# ---------------------------------------------------------------------- copies

duplicates = pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))]
)


@duplicates
def test_copies_hold_weights_of_their_own(duplicate):
    layer = Dense(2, activation="relu", kernel_regularizer="l2", kernel_constraint="non_neg")
    x = np.random.normal(size=(4, 3))
    outputs = np.asarray(layer(x))
    twin = duplicate(layer)
    np.testing.assert_array_equal(twin(x), outputs)
    assert twin.get_config() == layer.get_config()
    assert len(twin.losses) == 1 and twin.kernel.get_metadata("constraint") is not None
    twin.set_weights([np.zeros((3, 2)), np.zeros(2)])
    np.testing.assert_array_equal(layer(x), outputs)


@duplicates
def test_copies_of_what_is_not_built_draw_weights_of_their_own(duplicate):
    layer = Dense(2)
    twin = duplicate(layer)
    x = np.ones((1, 3))
    assert not np.array_equal(layer(x), twin(x))

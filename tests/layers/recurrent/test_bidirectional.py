"""Bidirectional against Keras: merging, masks, states, the second layer."""

import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import layers
from jaxkeras.layers.mask import get_mask, set_mask

keras = pytest.importorskip("keras")

SHAPE = (2, 4, 3)
MASK = np.array([[True, True, False, True], [False, True, True, False]])


def two_ways(library, merge_mode="concat", backward=None, kind="LSTM", **arguments):
    make = getattr(library.layers, kind)
    second = None if backward is None else make(5, go_backwards=True, **(arguments | backward))
    return library.layers.Bidirectional(
        make(5, **arguments), merge_mode=merge_mode, backward_layer=second
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"return_sequences": True, "backward": {"activation": "relu"}, "kind": "SimpleRNN"},
        {"merge_mode": "sum", "return_state": True, "kind": "SimpleRNN"},
        {"merge_mode": "ave", "kind": "SimpleRNN"},
        {"merge_mode": "mul", "kind": "SimpleRNN"},
        {"merge_mode": None, "return_sequences": True, "return_state": True},
    ],
)
def test_same_as_keras(assert_same_layer, arguments):
    assert_same_layer(
        "Bidirectional", SHAPE, make=lambda lib: two_ways(lib, **arguments), unknown=(0, 1)
    )


@pytest.mark.parametrize("return_sequences", [False, True])
def test_mask_and_initial_state(assert_same_layer, return_sequences):
    states = [np.random.normal(size=(2, 5)).astype("float32") for _ in range(2)]
    assert_same_layer(
        "Bidirectional",
        SHAPE,
        make=lambda library: two_ways(
            library, kind="SimpleRNN", return_state=True, return_sequences=return_sequences
        ),
        call_arguments={"initial_state": states, "mask": MASK},
    )


def test_masks_of_the_outputs():
    x = jnp.ones(SHAPE)
    set_mask(x, jnp.asarray(MASK))
    np.testing.assert_array_equal(
        get_mask(two_ways(jaxkeras, kind="SimpleRNN", return_sequences=True)(x)), MASK
    )
    assert get_mask(two_ways(jaxkeras, kind="SimpleRNN")(x)) is None
    both = two_ways(jaxkeras, kind="SimpleRNN", merge_mode=None, return_sequences=True)(x)
    assert all(get_mask(output) is not None for output in both)


def test_the_layers_are_new_and_named_as_in_keras():
    pattern = layers.RNN(layers.StackedRNNCells([layers.GRUCell(2)]), name="reader")
    layer = layers.Bidirectional(pattern)
    layer.build(SHAPE)
    assert (layer.forward_layer.name, layer.backward_layer.name) == (
        "forward_reader",
        "backward_reader",
    )
    assert layer.forward_layer.cell is not pattern.cell is not layer.backward_layer.cell
    assert not pattern.built and len(layer.weights) == 6
    assert layer.backward_layer.go_backwards and not layer.forward_layer.go_backwards


def test_first_weights():
    source = two_ways(jaxkeras)
    source.build(SHAPE)
    layer = layers.Bidirectional(layers.LSTM(5), weights=source.get_weights())
    np.testing.assert_array_equal(layer(jnp.ones(SHAPE)), source(jnp.ones(SHAPE)))


def test_stateful():
    layer = two_ways(jaxkeras, stateful=True)
    first = layer(jnp.ones(SHAPE))
    assert len(layer.states) == 4
    assert np.abs(np.asarray(layer(jnp.ones(SHAPE)) - first)).max() > 1e-3
    layer.reset_states()
    np.testing.assert_array_equal(layer(jnp.ones(SHAPE)), first)


@pytest.mark.parametrize("arguments", [{}, {"backward": {"activation": "relu"}}])
def test_configurations_interchange(arguments):
    layer = two_ways(jaxkeras, merge_mode="sum", **arguments)
    outputs = layer(jnp.ones(SHAPE))
    again = layers.Bidirectional.from_config(layer.get_config())
    reference = two_ways(keras, merge_mode="sum", **arguments)
    from_keras = layers.Bidirectional.from_config(strings_for_types(reference.get_config()))
    for other in (again, from_keras):
        other.build(SHAPE)
        other.set_weights(layer.get_weights())
        np.testing.assert_array_equal(other(jnp.ones(SHAPE)), outputs)
        assert other.forward_layer.name.count("forward_") == 1


def strings_for_types(config):
    """A configuration of Keras's with its type policies by name."""
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "DTypePolicy":
        return config["config"]["name"]
    return {name: strings_for_types(value) for name, value in config.items()}


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: layers.Bidirectional(layers.Dense(2)), TypeError, "takes a recurrent layer"),
        (
            lambda: layers.Bidirectional(layers.GRU(2), merge_mode="add"),
            ValueError,
            "merge_mode must be one of 'concat', 'sum', 'ave', 'mul' or None",
        ),
        (
            lambda: layers.Bidirectional(layers.GRU(2), backward_layer=layers.GRU(2)),
            ValueError,
            "one layer must have go_backwards=True",
        ),
        (
            lambda: layers.Bidirectional(
                layers.GRU(2),
                backward_layer=layers.GRU(2, go_backwards=True, return_sequences=True),
            ),
            ValueError,
            "both layers need the same return_sequences",
        ),
    ],
)
def test_what_does_not_fit_is_explained(make, error, message):
    with pytest.raises(error, match=message):
        make()

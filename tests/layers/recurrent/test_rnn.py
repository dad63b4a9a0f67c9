"""SimpleRNN, LSTM, GRU and RNN against Keras: all arguments, masks, states, dropout, training."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import jaxkeras
from jaxkeras import Input, Sequential, layers
from jaxkeras.layers.mask import get_mask
from jaxkeras.layers.scope import call_scope

keras = pytest.importorskip("keras")

SHAPE = (2, 4, 3)
MASK = np.array([[True, True, False, True], [False, True, True, False]])
CELLS = {"SimpleRNN": 1, "GRU": 1, "LSTM": 2}  # and their numbers of states


def states_for(name, units=5, batch=2):
    return [np.random.normal(size=(batch, units)).astype("float32") for _ in range(CELLS[name])]


FIRST_WEIGHTS = {
    "kernel_initializer": "ones",
    "recurrent_initializer": "zeros",
    "bias_initializer": "ones",
}
PENALTIES = {
    "kernel_regularizer": "l2",
    "recurrent_regularizer": "l1",
    "bias_regularizer": "l2",
    "activity_regularizer": "l2",
}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("SimpleRNN", {"return_sequences": True, "return_state": True, "activation": "relu"}),
        ("SimpleRNN", {"unroll": True, "use_bias": False, "go_backwards": True}),
        ("LSTM", {"return_sequences": True, "return_state": True, "go_backwards": True}),
        ("LSTM", {"unroll": True, "use_bias": False, "return_sequences": True}),
        ("LSTM", PENALTIES | {"activation": None, "recurrent_activation": "hard_sigmoid"}),
        ("LSTM", FIRST_WEIGHTS | {"unit_forget_bias": False, "use_cudnn": False}),
        ("GRU", PENALTIES | {"return_state": True, "go_backwards": True}),
        ("GRU", {"reset_after": False, "activation": "relu", "recurrent_activation": "tanh"}),
        ("GRU", {"reset_after": False, "use_bias": False, "return_sequences": True}),
        ("GRU", {"implementation": 1, "use_bias": False}),
    ],
)
def test_same_as_keras(assert_same_layer, name, arguments):
    unknown = (0,) if "unroll" in arguments else (0, 1)
    assert_same_layer(name, SHAPE, unknown=unknown, units=5, **arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("LSTM", {"return_sequences": True, "return_state": True}),
        ("GRU", {"return_sequences": True, "return_state": True, "unroll": True}),
        ("SimpleRNN", {"go_backwards": True}),
        (
            "LSTM",
            {"return_sequences": True, "go_backwards": True, "zero_output_for_mask": True},
        ),
    ],
)
def test_mask(assert_same_layer, name, arguments):
    assert_same_layer(name, SHAPE, units=5, call_arguments={"mask": MASK}, **arguments)


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_initial_state(assert_same_layer, name):
    arguments = {"initial_state": states_for(name), "mask": MASK}
    assert_same_layer(name, SHAPE, units=5, call_arguments=arguments, return_sequences=True)


def test_simple_rnn_penalizes_its_output():
    # Keras 3.15 drops the argument.
    layer = layers.SimpleRNN(5, activity_regularizer="l2")
    outputs = layer(jnp.ones(SHAPE))
    np.testing.assert_allclose(layer.losses, [0.01 * jnp.sum(outputs**2) / 2], rtol=1e-5)


@pytest.mark.parametrize("name", CELLS)
def test_first_weights_and_constraints(name):
    arguments = {
        "kernel_constraint": "non_neg",
        "recurrent_constraint": "unit_norm",
        "bias_constraint": "max_norm",
    }
    ours, theirs = (getattr(module, name)(3, **arguments) for module in (layers, keras.layers))
    ours.build((None, None, 2))
    theirs.build((None, None, 2))
    kernel, recurrent, bias = ours.get_weights()
    assert np.abs(kernel).max() <= (6 / sum(kernel.shape)) ** 0.5 and kernel.std() > 0
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(3), atol=1e-5)
    np.testing.assert_array_equal(bias, theirs.get_weights()[2])
    kinds = [type(weight.get_metadata("constraint")).__name__ for weight in ours.weights]
    assert kinds == [type(weight.constraint).__name__ for weight in theirs.weights]
    assert ours.cell.kernel is ours.weights[0]


# ---------------------------------------------------------------------- states


def test_encoder_and_decoder_with_symbolic_states():
    source, target = Input((None, 3)), Input((None, 2))
    _, *states = layers.LSTM(5, return_state=True)(source)
    decoded = layers.LSTM(5, return_sequences=True)(target, initial_state=states)
    assert [state.shape for state in states] == [(None, 5), (None, 5)]
    assert decoded.shape == (None, None, 5)


def test_a_wrong_initial_state_is_explained():
    with pytest.raises(ValueError, match=r"expected 2 states of shapes \(2, 5\), \(2, 5\), got"):
        layers.LSTM(5)(jnp.ones(SHAPE), initial_state=jnp.ones((2, 5)))


def test_one_array_will_do_for_one_state():
    layer, state = layers.GRU(5), jnp.ones((2, 5))
    x = jnp.ones(SHAPE)
    np.testing.assert_array_equal(layer(x, initial_state=state), layer(x, initial_state=[state]))


@pytest.mark.parametrize("name", CELLS)
def test_stateful_goes_on_where_it_stopped(name):
    x = np.random.normal(size=(2, 6, 3)).astype("float32")
    layer = getattr(layers, name)(5, stateful=True, return_sequences=True)
    parts = [layer(x[:, :2]), layer(x[:, 2:])]
    layer.reset_states()
    np.testing.assert_allclose(np.concatenate(parts, axis=1), layer(x), rtol=1e-5, atol=1e-6)
    assert len(layer.weights) == 3 and len(layer.states) == CELLS[name]
    layer.reset_state()
    assert all(float(jnp.abs(state[...]).sum()) == 0 for state in layer.states)


def test_stateful_states_ride_through_training_and_belong_to_no_file():
    model = Sequential([Input(batch_shape=(2, 4, 3)), layers.LSTM(5, stateful=True)])
    layer = model.layers[0]
    assert float(jnp.abs(layer.states[0][...]).sum()) == 0  # as inference of shapes left it
    model.compile("sgd", "mse")
    x = np.random.normal(size=(6, 4, 3)).astype("float32")
    model.fit(x, np.zeros((6, 5)), batch_size=2, shuffle=False, verbose=0)
    assert float(jnp.abs(layer.states[0][...]).sum()) > 0
    assert len(model.get_weights()) == 3


def test_stateful_inside_a_layer_that_builds_what_it_holds():
    class Wrapper(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = layers.GRU(5, stateful=True)

        def call(self, inputs):
            return self.inner(inputs)

    layer = Wrapper()
    layer(Input(batch_shape=SHAPE))
    assert float(jnp.abs(layer.inner.states[0][...]).sum()) == 0
    layer(jnp.ones(SHAPE))
    assert float(jnp.abs(layer.inner.states[0][...]).sum()) > 0


def test_stateful_needs_a_batch_size():
    with pytest.raises(ValueError, match="needs to know the batch size"):
        layers.LSTM(5, stateful=True)(Input((4, 3)))
    layer = layers.LSTM(5, stateful=True)
    layer(jnp.ones(SHAPE))
    with pytest.raises(ValueError, match="expected 2 states of shapes"):
        layer(jnp.ones((3, 4, 3)))


# ---------------------------------------------------------------------- masks


def test_sequences_pass_a_mask_on_and_last_outputs_end_it():
    class Masks(layers.Layer):
        def call(self, inputs):
            return inputs + 0

        def compute_mask(self, inputs, previous_mask=None):
            return jnp.asarray(MASK)

    x = Masks()(jnp.ones(SHAPE))
    outputs = layers.LSTM(5, return_sequences=True, return_state=True)(x)
    np.testing.assert_array_equal(get_mask(outputs[0]), MASK)
    assert get_mask(outputs[1]) is None
    assert get_mask(layers.LSTM(5)(x)) is None
    layer = layers.GRU(5)
    np.testing.assert_array_equal(layer(x), layer(jnp.ones(SHAPE), mask=jnp.asarray(MASK)))


def test_padding_does_not_count():
    layer = layers.GRU(5)
    x = np.random.normal(size=SHAPE).astype("float32")
    padded = np.concatenate([x, np.full((2, 3, 3), 9, "float32")], axis=1)
    mask = jnp.arange(7)[None] < jnp.array([[4], [4]])
    np.testing.assert_allclose(layer(padded, mask=mask), layer(x), rtol=1e-5)


def test_a_mask_of_another_shape_is_explained():
    with pytest.raises(ValueError, match=r"expected a mask of shape \(batch, time\)"):
        layers.LSTM(5)(jnp.ones(SHAPE), mask=jnp.ones((2, 5), bool))


# ---------------------------------------------------------------------- dropout


def test_inputs_are_dropped_for_the_whole_sequence():
    layer = layers.SimpleRNN(
        300, "linear", kernel_initializer="identity", recurrent_initializer="zeros", dropout=0.4,
        return_sequences=True, seed=1,
    )  # fmt: skip
    outputs = np.asarray(layer(jnp.ones((20, 3, 300)), training=True))
    np.testing.assert_array_equal(outputs[:, 0], outputs[:, 2])
    assert abs((outputs[:, 0] != 0).mean() - 0.6) < 0.03
    np.testing.assert_allclose(np.unique(outputs), [0, 1 / 0.6], rtol=1e-6)
    again = np.asarray(layer(jnp.ones((20, 3, 300)), training=True))
    assert 0.45 < (again == outputs).mean() < 0.6
    np.testing.assert_array_equal(layer(jnp.ones((20, 3, 300))), np.ones((20, 3, 300)))


def test_previous_outputs_are_dropped_for_the_whole_sequence():
    layer = layers.SimpleRNN(
        300, "linear", kernel_initializer="identity", recurrent_initializer="identity",
        recurrent_dropout=0.5, return_sequences=True,
    )  # fmt: skip
    outputs = np.asarray(layer(jnp.ones((20, 3, 300)), training=True))
    np.testing.assert_array_equal(outputs[:, 0], 1)
    assert abs((outputs[:, 1] == 1).mean() - 0.5) < 0.03
    np.testing.assert_array_equal(outputs[:, 1] == 1, outputs[:, 2] == 1)
    np.testing.assert_array_equal(np.unique(outputs), [1, 3, 7])


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
@pytest.mark.parametrize("arguments", [{"dropout": 0.5}, {"dropout": 0.5, "implementation": 1}])
def test_masks_for_all_gates_or_for_each(name, arguments):
    cell = getattr(layers, name + "Cell")(1, kernel_initializer="ones", **arguments)
    cell.build((400, 1))
    keep = cell.dropout_masks(0.5, jnp.ones((400, 1)), training=True)
    gates = np.asarray(cell.project(jnp.ones((400, 1)), keep)) - np.asarray(
        cell.project(jnp.zeros((400, 1)))
    )
    same = (gates == gates[:, :1]).all(axis=1).mean()
    assert same == 1 if len(arguments) == 1 else same < 0.4
    assert abs((gates != 0).mean() - 0.5) < 0.08


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("LSTM", {"dropout": 0.3, "recurrent_dropout": 0.4}),
        ("GRU", {"recurrent_dropout": 0.4, "reset_after": False}),
        ("GRU", {"dropout": 1.0}),
    ],
)
def test_dropout_spares_inference(name, arguments):
    layer = getattr(layers, name)(5, **arguments)
    plain = getattr(layers, name)(5, **{n: v for n, v in arguments.items() if "drop" not in n})
    x = np.random.normal(size=SHAPE).astype("float32")
    plain.build(SHAPE)
    outputs = layer(x)
    plain.set_weights(layer.get_weights())
    np.testing.assert_allclose(outputs, plain(x), rtol=1e-5)
    first, second = layer(x, training=True), layer(x, training=True)
    if arguments.get("dropout") == 1.0:
        # Keras 3.15 drops nothing at a rate of 1.
        np.testing.assert_allclose(first, plain(np.zeros(SHAPE)), rtol=1e-5, atol=1e-7)
    else:
        assert np.abs(np.asarray(first) - np.asarray(second)).max() > 1e-3


def test_a_rate_out_of_range():
    with pytest.raises(ValueError, match="dropout must be from 0 to 1. Received: 20"):
        layers.LSTM(5, dropout=20)


# ---------------------------------------------------------------------- cells


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_alone(name):
    ours, theirs = (
        getattr(module, name + "Cell")(5, **({"reset_after": False} if name == "GRU" else {}))
        for module in (layers, keras.layers)
    )
    x, states = np.random.normal(size=(2, 3)).astype("float32"), states_for(name)
    theirs(x, states)
    ours(x, states)
    theirs.set_weights(ours.get_weights())
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6),
        ours(x, states),
        theirs(x, states),
    )
    size = theirs.state_size
    assert ours.state_size == (tuple(size) if isinstance(size, list) else size)
    assert ours.output_size == theirs.output_size
    shapes = [state.shape for state in ours.get_initial_state(batch_size=2)]
    assert shapes == [state.shape for state in theirs.get_initial_state(batch_size=2)]


def stack(library, **arguments):
    cells = [library.layers.LSTMCell(4), library.layers.SimpleRNNCell(3)]
    return library.layers.RNN(library.layers.StackedRNNCells(cells), **arguments)


@pytest.mark.parametrize(
    ("arguments", "mask"),
    [
        ({"return_state": True, "go_backwards": True}, None),
        ({"return_sequences": True}, MASK),
    ],
)
def test_stacked_cells(assert_same_layer, arguments, mask):
    assert_same_layer(
        "RNN",
        SHAPE,
        make=lambda library: stack(library, **arguments),
        call_arguments={} if mask is None else {"mask": mask},
        unknown=(0, 1),
    )


def test_a_list_of_cells_is_stacked_and_steps_like_the_stack():
    cells = [layers.LSTMCell(4), layers.GRUCell(3)]
    layer = layers.RNN(cells, return_sequences=True, return_state=True)
    x = np.random.normal(size=SHAPE).astype("float32")
    outputs, *last = layer(x)
    states = layer.get_initial_state(2)
    for step in range(SHAPE[1]):
        output, states = layer.cell(x[:, step], states)
        np.testing.assert_allclose(outputs[:, step], output, rtol=1e-5, atol=1e-6)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), last, states)
    flat = layer(x, initial_state=jax.tree.leaves(last))[0]
    np.testing.assert_array_equal(flat, layer(x, initial_state=last)[0])


def minimal(library, **arguments):
    """A user's cell with one state, whose output has another width."""

    class Minimal(library.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.state_size = units
            self.output_size = 2 * units

        def build(self, input_shape):
            self.kernel = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="uniform", name="kernel"
            )

        def call(self, inputs, states, training=False):
            state = jnp.tanh(inputs @ jnp.asarray(self.kernel[...]) + 0.5 * states[0])
            return jnp.concatenate([state, -state], axis=-1) * (2 if training else 1), [state]

    return library.layers.RNN(Minimal(3), **arguments)


@pytest.mark.parametrize(
    ("arguments", "training"),
    [
        ({"return_sequences": True, "return_state": True, "go_backwards": True}, True),
        ({"unroll": True}, False),
    ],
)
def test_a_cell_of_the_users(assert_same_layer, arguments, training):
    assert_same_layer(
        "RNN", SHAPE, make=lambda library: minimal(library, **arguments), training=training
    )


def test_masked_outputs_of_a_cell_of_the_users_repeat_the_output_before():
    outputs = np.asarray(minimal(jaxkeras, return_sequences=True)(jnp.ones(SHAPE), mask=MASK))
    np.testing.assert_array_equal(outputs[0, 2], outputs[0, 1])
    np.testing.assert_array_equal(outputs[1, 0], 0)
    assert outputs.shape == (2, 4, 6)


class Rich(layers.Layer):
    """A cell made of layers: it draws random numbers, adds losses, and lists its states."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.state_size = [4]
        self.dense = layers.Dense(4, activity_regularizer="l2", kernel_regularizer="l2")
        self.dropout = layers.Dropout(0.5, seed=1)

    def call(self, inputs, states):
        state = self.dense(inputs) + states[0]
        return self.dropout(state), (state,)

    def get_initial_state(self, batch_size):
        return jnp.ones((batch_size, 4))


def test_a_cell_made_of_layers_draws_anew_at_every_step_and_adds_losses():
    layer = layers.RNN(Rich(), return_sequences=True)
    x = jnp.zeros((30, 3, 2))
    with call_scope(training=False) as call:
        np.testing.assert_array_equal(layer(x), np.ones((30, 3, 4)))
    assert len(layer.weights) == 2 and len(layer.losses) == 1 and len(call.losses) == 1
    outputs = np.asarray(layer(x, training=True))
    assert (outputs[:, 0] != outputs[:, 1]).any()
    assert (outputs != np.asarray(layer(x, training=True))).any()
    assert nnx.clone(layer)(x).shape == (30, 3, 4)


def test_a_cell_made_of_layers_trains():
    model = Sequential([Input((3, 2)), layers.RNN(Rich())])
    model.compile("adam", "mse")
    x = np.random.normal(size=(8, 3, 2)).astype("float32")
    history = model.fit(x, np.zeros((8, 4)), epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_what_is_no_cell():
    with pytest.raises(TypeError, match="A cell is a Layer with call"):
        layers.RNN(layers.Dense(3))
    with pytest.raises(TypeError, match="takes a list of cells"):
        layers.StackedRNNCells([])


# ---------------------------------------------------------------------- types, shapes, training


@pytest.mark.parametrize("name", CELLS)
def test_mixed_precision(name):
    layer = getattr(layers, name)(5, dtype="mixed_bfloat16", return_state=True)
    outputs = layer(jnp.ones(SHAPE))
    assert {str(output.dtype) for output in outputs} == {"bfloat16"}
    assert {str(weight.dtype) for weight in layer.weights} == {"float32"}


def test_arguments_are_attributes_and_unknown_ones_are_errors():
    layer = layers.LSTM(5, recurrent_activation="tanh", dropout=0.1)
    assert (layer.units, layer.dropout, layer.use_bias, layer.state_size) == (5, 0.1, True, (5, 5))
    assert not hasattr(layer, "no_such_thing")
    with pytest.raises(TypeError, match="LSTM has no argument 'unit'. Did you mean 'units'"):
        layers.LSTM(unit=5)
    with pytest.raises(ValueError, match="units must be a whole number"):
        layers.LSTM(0)


@pytest.mark.parametrize("layer", [layers.LSTM(5), layers.RNN(layers.GRUCell(5))])
def test_a_missing_axis_is_explained(layer):
    with pytest.raises(ValueError, match="3 dimensions"):
        layer(jnp.ones((2, 4)))


def test_a_configuration_makes_the_same_layer():
    x = jnp.ones(SHAPE)
    for layer in (
        layers.GRU(5, reset_after=False, go_backwards=True),
        layers.RNN([layers.LSTMCell(4, activation="relu"), layers.GRUCell(3)]),
    ):
        outputs = layer(x)
        again = type(layer).from_config(layer.get_config())
        again.build(SHAPE)
        again.set_weights(layer.get_weights())
        np.testing.assert_array_equal(again(x), outputs)


@pytest.mark.parametrize("name", CELLS)
def test_keras_takes_our_configuration(name):
    config = getattr(layers, name)(5, return_sequences=True, unroll=True).get_config()
    theirs = getattr(keras.layers, name).from_config(config)
    assert (theirs.units, theirs.return_sequences, theirs.unroll) == (5, True, True)


def test_a_classifier_learns():
    x = np.random.normal(size=(64, 6, 2)).astype("float32")
    y = (x[:, :, 0].sum(axis=1) > 0).astype("int32")
    model = Sequential(
        [
            Input((None, 2)),
            layers.LSTM(8, dropout=0.1),
            layers.Dense(2, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.learning_rate = 0.02
    losses = model.fit(x, y, batch_size=16, epochs=12, verbose=0).history["loss"]
    assert losses[-1] < 0.6 * losses[0]

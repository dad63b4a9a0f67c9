"""Whole programs: the architectures of the books, small, trained on digits or made-up data."""

import numpy as np

import jaxkeras
from jaxkeras import backend as K
from jaxkeras import layers
from jaxkeras.datasets import digits

(DIGITS, LABELS), _ = digits.load_data()
DIGITS = (DIGITS[..., None] / 16).astype("float32")


def train(model, x, y, loss, **options):
    """The losses of the epochs."""
    model.compile(jaxkeras.optimizers.Adam(0.01), loss, **options)
    return model.fit(x, y, batch_size=50, epochs=4, verbose=0)


# ---------------------------------------------------------------------- images


def residual_network():
    def block(x, filters, strides=1):
        shortcut = x
        x = layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)(x)
        x = layers.Activation("relu")(layers.BatchNormalization()(x))
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        if strides > 1:
            shortcut = layers.Conv2D(filters, 1, strides)(shortcut)
        total = layers.Add(name=f"sum_{filters}")([x, shortcut])
        return layers.Activation("relu")(total)

    inputs = jaxkeras.Input((8, 8, 1))
    x = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
    x = block(block(x, 8), 16, strides=2)
    x = layers.GlobalAveragePooling2D()(x)
    return jaxkeras.Model(inputs, layers.Dense(10, activation="softmax")(x), name="resnet")


def test_a_residual_network_reads_digits():
    model = residual_network()
    assert model.get_layer("sum_8").output.shape == (None, 8, 8, 8)
    hist = train(model, DIGITS[:600], LABELS[:600], "sparse_categorical_crossentropy")
    assert hist.history["loss"][-1] < 0.5 * hist.history["loss"][0]
    normalization = next(x for x in model.layers if isinstance(x, layers.BatchNormalization))
    assert normalization.moving_mean.numpy().any()
    np.testing.assert_allclose(
        model.predict(DIGITS[:3], verbose=0), model.predict(DIGITS[:40], verbose=0)[:3], atol=1e-5
    )


def test_branches_of_an_inception_block_are_put_together():
    inputs = jaxkeras.Input((8, 8, 1))

    def branch(x, filters, size):
        return layers.Conv2D(filters, size, padding="same", activation="relu")(x)

    pooled = layers.MaxPooling2D(3, strides=1, padding="same")(inputs)
    x = layers.concatenate(
        [
            branch(inputs, 4, 1),
            branch(branch(inputs, 3, 1), 6, 3),
            branch(branch(inputs, 2, 1), 4, 5),
            branch(pooled, 2, 1),
        ],
        axis=-1,
    )
    assert x.shape == (None, 8, 8, 16)
    x = layers.Dropout(0.1)(layers.Flatten()(layers.AveragePooling2D()(x)))
    model = jaxkeras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    hist = train(
        model, DIGITS[:600], LABELS[:600], "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    assert hist.history["accuracy"][-1] > 0.8 > 0.6 > hist.history["accuracy"][0]


# ---------------------------------------------------------------------- shared weights


def euclidean_distance(vectors):
    x, y = vectors
    return K.sqrt(K.maximum(K.sum(K.square(x - y), axis=1, keepdims=True), K.epsilon()))


def contrastive_loss(y_true, y_pred):
    """Pulls equals together and pushes others beyond a margin (Hadsell et al., 2006)."""
    return K.mean(
        y_true * K.square(y_pred) + (1 - y_true) * K.square(K.maximum(1 - y_pred, 0)), axis=-1
    )


def test_a_siamese_network_shares_its_weights():
    flat = jaxkeras.Input((64,))
    base = jaxkeras.Model(flat, layers.Dense(8)(layers.Dense(16, activation="relu")(flat)))
    left, right = jaxkeras.Input((64,)), jaxkeras.Input((64,))
    encoded = base(left), base(right)
    distance = layers.Lambda(euclidean_distance, output_shape=lambda shapes: (shapes[0][0], 1))(
        [*encoded]
    )
    model = jaxkeras.Model([left, right], distance)
    assert len(model.trainable_weights) == 4 and model.output_shape == (None, 1)

    x = DIGITS[LABELS < 3].reshape(-1, 64)
    digit = LABELS[LABELS < 3]
    order = np.random.permutation(len(x))
    same = (digit == digit[order]).astype("float32")
    losses = train(model, [x, x[order]], same, contrastive_loss).history["loss"]
    assert losses[-1] < 0.3 * losses[0]
    distances = model.predict([x, x[order]], verbose=0)[:, 0]
    assert distances[same == 1].mean() < 0.5 < distances[same == 0].mean()
    by_hand = np.linalg.norm(base.predict(x[:4], verbose=0) - base.predict(x[order[:4]]), axis=1)
    np.testing.assert_allclose(distances[:4], by_hand, rtol=1e-4)


# ---------------------------------------------------------------------- sequences


def test_an_encoder_and_a_decoder_turn_sequences_around():
    """The LSTM pair of the sequence-to-sequence tutorial, and the two models cut out of it."""
    symbols, time, units, start = 5, 4, 32, 4
    encoder_inputs = jaxkeras.Input((None, symbols))
    _, *encoder_states = layers.LSTM(units, return_state=True)(encoder_inputs)
    decoder_inputs = jaxkeras.Input((None, symbols))
    decoder_lstm = layers.LSTM(units, return_sequences=True, return_state=True)
    decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=encoder_states)
    decoder_dense = layers.Dense(symbols, activation="softmax")
    decoder_outputs = decoder_dense(decoder_outputs)
    model = jaxkeras.Model([encoder_inputs, decoder_inputs], decoder_outputs)

    words = np.random.default_rng(0).integers(0, start, (400, time))
    answers = words[:, ::-1]
    taught = np.concatenate([np.full((400, 1), start), answers[:, :-1]], axis=1)
    x, previous, y = (np.eye(symbols, dtype="float32")[w] for w in (words, taught, answers))
    model.compile(jaxkeras.optimizers.Adam(0.02), "categorical_crossentropy", ["accuracy"])
    hist = model.fit([x, previous], y, batch_size=50, epochs=12, verbose=0)
    assert hist.history["loss"][-1] < 0.5 * hist.history["loss"][0]
    assert hist.history["accuracy"][-1] > 0.6

    encoder = jaxkeras.Model(encoder_inputs, encoder_states)
    state_inputs = [jaxkeras.Input((units,)), jaxkeras.Input((units,))]
    outputs, *states = decoder_lstm(decoder_inputs, initial_state=state_inputs)
    decoder = jaxkeras.Model([decoder_inputs, *state_inputs], [decoder_dense(outputs), *states])
    assert [w is v for w, v in zip(decoder.weights[:3], decoder_lstm.weights, strict=True)]

    # Step by step, the two give what the whole gives in one call.
    state = encoder.predict(x[:8], verbose=0)
    steps = []
    for t in range(time):
        step, *state = decoder.predict([previous[:8, t : t + 1], *state], verbose=0)
        steps.append(step)
    whole = model.predict([x[:8], previous[:8]], verbose=0)
    np.testing.assert_allclose(np.concatenate(steps, axis=1), whole, rtol=1e-4, atol=1e-5)

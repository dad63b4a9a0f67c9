"""A small Transformer encoder, put together and trained as in the textbooks."""

import numpy as np

import jaxkeras
from jaxkeras import layers, ops

TIME, WORDS, WIDTH = 8, 12, 16


class TokensAndPositions(layers.Layer):
    """Vectors of words plus vectors of their places; 0 is padding."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.words = layers.Embedding(WORDS, WIDTH, mask_zero=True)
        self.places = layers.Embedding(TIME, WIDTH)

    def call(self, inputs):
        return self.words(inputs) + self.places(ops.arange(inputs.shape[1]))

    def compute_mask(self, inputs, previous_mask=None):
        return self.words.compute_mask(inputs)


def encoder(dropout):
    inputs = jaxkeras.Input((None,), dtype="int32")
    x = TokensAndPositions()(inputs)
    attended = layers.MultiHeadAttention(2, WIDTH // 2, dropout=dropout)(x, x)
    x = layers.LayerNormalization()(layers.Add()([x, attended]))
    hidden = layers.Dense(2 * WIDTH, activation="relu")(x)
    hidden = layers.Dropout(dropout)(layers.Dense(WIDTH)(hidden))
    x = layers.LayerNormalization()(layers.Add()([x, hidden]))
    outputs = layers.Dense(1, activation="sigmoid")(layers.GlobalAveragePooling1D()(x))
    return jaxkeras.Model(inputs, outputs)


def sentences(samples):
    """Padded sequences; the label tells whether word 1 stands anywhere before word 2."""
    random = np.random.default_rng(0)
    x = random.integers(3, WORDS, (samples, TIME))
    first, second = random.permuted(np.tile(np.arange(4), (samples, 1)), axis=1)[:, :2].T
    x[np.arange(samples), first], x[np.arange(samples), second] = 1, 2
    x[np.arange(TIME) >= random.integers(4, TIME + 1, (samples, 1))] = 0
    return x, (first < second).astype("float32")


def test_an_encoder_learns_the_order_of_words():
    jaxkeras.utils.set_random_seed(1)
    model = encoder(dropout=0.1)
    model.compile(jaxkeras.optimizers.Adam(5e-3), "binary_crossentropy", ["accuracy"])
    x, y = sentences(512)
    losses = model.fit(x, y, batch_size=64, epochs=15, verbose=0).history["loss"]
    assert losses[0] > 0.6 and losses[-1] < 0.2
    loss, accuracy = model.evaluate(x, y, verbose=0)
    assert loss < 0.2 and accuracy > 0.9


def test_padding_changes_no_prediction():
    model = encoder(dropout=0.0)
    x, _ = sentences(6)
    x[:, 5:] = 0
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(model.predict(x[:, :5], verbose=0), expected, rtol=1e-5, atol=1e-6)
    assert np.ptp(expected) > 1e-3

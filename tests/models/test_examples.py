"""Whole programs: the architectures of the books, small, trained on digits or made-up data."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

import jaxkeras
from jaxkeras import backend as K
from jaxkeras import layers, ops
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
        return layers.Activation("relu")(layers.add([x, shortcut]))

    inputs = jaxkeras.Input((8, 8, 1))
    x = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
    x = block(block(x, 8), 16, strides=2)
    x = layers.GlobalAveragePooling2D()(x)
    return jaxkeras.Model(inputs, layers.Dense(10, activation="softmax")(x), name="resnet")


def test_a_residual_network_reads_digits():
    model = residual_network()
    assert model.get_layer("add").output.shape == (None, 8, 8, 8)
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


# ---------------------------------------------------------------------- generative models


class Sampling(layers.Layer):
    """A draw from the normal distribution that mean and log-variance describe."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = jaxkeras.random.SeedGenerator(1337)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        batch, width = ops.shape(z_mean)[0], ops.shape(z_mean)[1]
        epsilon = jaxkeras.random.normal((batch, width), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon


class VariationalAutoEncoder(jaxkeras.Model):
    """As in the guide: layers inside of layers, a random stream, and a loss of its own."""

    def __init__(self, latent, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(32, activation="relu")
        self.mean, self.log_var = layers.Dense(latent), layers.Dense(latent)
        self.sampling = Sampling()
        self.decoder = jaxkeras.Sequential(
            [layers.Dense(32, activation="relu"), layers.Dense(64, activation="sigmoid")]
        )

    def call(self, inputs):
        hidden = self.hidden(inputs)
        z_mean, z_log_var = self.mean(hidden), self.log_var(hidden)
        reconstructed = self.decoder(self.sampling((z_mean, z_log_var)))
        kl_loss = -0.5 * ops.mean(z_log_var - ops.square(z_mean) - ops.exp(z_log_var) + 1)
        self.add_loss(0.01 * kl_loss)
        return reconstructed


def test_a_variational_autoencoder_as_a_subclass():
    x = DIGITS[:600].reshape(-1, 64)
    vae = VariationalAutoEncoder(4)
    losses = train(vae, x, x, jaxkeras.losses.MeanSquaredError()).history["loss"]
    assert losses[-1] < 0.7 * losses[0]
    first, again = vae.predict(x[:9], verbose=0), vae.predict(x[:9], verbose=0)
    assert np.abs(first - again).max() > 1e-3  # another draw
    assert len(vae.losses) <= 1
    vae(x[:9])
    assert len(vae.losses) == 1 and float(vae.losses[0]) > 0


def test_a_variational_autoencoder_of_lambdas():
    """The one of Keras 2, with ``K.random_normal`` and a layer that adds the loss."""

    def sampling(args):
        z_mean, z_log_var = args
        epsilon = K.random_normal(shape=(K.shape(z_mean)[0], 2), mean=0.0, stddev=1.0)
        return z_mean + K.exp(z_log_var / 2) * epsilon

    class CustomVariationalLayer(layers.Layer):
        def vae_loss(self, x, z_decoded):
            x, z_decoded = K.flatten(x), K.flatten(z_decoded)
            xent_loss = jaxkeras.metrics.binary_crossentropy(x, z_decoded)
            kl_loss = -5e-4 * K.mean(
                1 + z_log_var_now[0] - K.square(z_mean_now[0]) - K.exp(z_log_var_now[0]), axis=-1
            )
            return K.mean(xent_loss + kl_loss)

        def call(self, inputs):
            x, z_decoded, z_mean_now[0], z_log_var_now[0] = inputs
            self.add_loss(self.vae_loss(x, z_decoded), inputs=inputs)
            return x

    z_mean_now, z_log_var_now = [None], [None]
    inputs = layers.Input(shape=(64,))
    h = layers.Dense(32, activation="relu")(inputs)
    z_mean, z_log_var = layers.Dense(2)(h), layers.Dense(2)(h)
    z = layers.Lambda(sampling, output_shape=(2,))([z_mean, z_log_var])
    decoder_input = layers.Input(K.int_shape(z)[1:])
    d = layers.Dense(32, activation="relu")(decoder_input)
    decoder = jaxkeras.Model(decoder_input, layers.Dense(64, activation="sigmoid")(d))
    outputs = CustomVariationalLayer()([inputs, decoder(z), z_mean, z_log_var])
    vae = jaxkeras.Model(inputs, outputs)

    x = DIGITS[:600].reshape(-1, 64)
    vae.compile(optimizer=jaxkeras.optimizers.Adam(lr=0.01), loss=None)
    losses = vae.fit(x=x, y=None, epochs=4, batch_size=50, verbose=0).history["loss"]
    assert losses[-1] < 0.85 * losses[0]
    assert decoder.predict(np.zeros((3, 2)), verbose=0).shape == (3, 64)


def networks():
    """A generator of points of the plane and a discriminator of true ones."""
    generator = jaxkeras.Sequential(
        [jaxkeras.Input((2,)), layers.Dense(16, activation="relu"), layers.Dense(2)],
        name="generator",
    )
    discriminator = jaxkeras.Sequential(
        [
            jaxkeras.Input((2,)),
            layers.Dense(16),
            layers.LeakyReLU(0.2),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="discriminator",
    )
    return generator, discriminator


CENTRE = np.array([2.0, -1.0])


def distance_from_truth(generator):
    points = generator.predict(np.random.normal(size=(200, 2)), verbose=0)
    return np.linalg.norm(points.mean(axis=0) - CENTRE)


def test_adversaries_take_turns_by_a_switch():
    """Keras 2's way: what is trainable counts from the moment of `compile`."""
    generator, discriminator = networks()
    discriminator.compile(jaxkeras.optimizers.Adam(0.01), "binary_crossentropy", ["accuracy"])
    discriminator.trainable = False
    z = jaxkeras.Input((2,))
    combined = jaxkeras.Model(z, discriminator(generator(z)))
    combined.compile(jaxkeras.optimizers.Adam(0.01), "binary_crossentropy")

    before = distance_from_truth(generator)
    for _ in range(120):
        noise = np.random.normal(size=(32, 2))
        real = CENTRE + 0.3 * np.random.normal(size=(32, 2))
        fake = generator.predict_on_batch(noise)
        judge = discriminator.get_weights()
        discriminator.train_on_batch(real, np.ones((32, 1)))
        loss, accuracy = discriminator.train_on_batch(fake, np.zeros((32, 1)))
        assert any((a != b).any() for a, b in zip(judge, discriminator.get_weights(), strict=True))
        judge = discriminator.get_weights()
        combined.train_on_batch(noise, np.ones((32, 1)))
        assert all((a == b).all() for a, b in zip(judge, discriminator.get_weights(), strict=True))
    assert 0 < loss < 3 and 0 <= accuracy <= 1
    assert distance_from_truth(generator) < 0.5 * before


def test_adversaries_in_a_loop_of_ones_own():
    """The same pair as pure functions, in a step that JAX compiles as one."""
    generator, discriminator = networks()
    make, judge = generator.as_pure(), discriminator.as_pure()
    optimizer = optax.adam(0.01)

    def cross_entropy(params, points, label):
        outputs, _ = judge.apply(params, judge.state, points, training=True)
        return jaxkeras.losses.BinaryCrossentropy()(jnp.full(outputs.shape, label), outputs)

    @jax.jit
    def step(params, opt_state, key):
        noise, scatter = jax.random.normal(key, (2, 32, 2))

        def loss_of(params):
            fake, _ = make.apply(params["make"], make.state, noise)
            fixed = jax.lax.stop_gradient(params["judge"])
            judged = cross_entropy(params["judge"], CENTRE + 0.3 * scatter, 1.0)
            judged += cross_entropy(params["judge"], jax.lax.stop_gradient(fake), 0.0)
            return judged + cross_entropy(fixed, fake, 1.0)

        updates, opt_state = optimizer.update(jax.grad(loss_of)(params), opt_state)
        return optax.apply_updates(params, updates), opt_state

    params = {"make": make.params, "judge": judge.params}
    opt_state = optimizer.init(params)

    def distance(params):
        points, _ = make.apply(params["make"], make.state, np.random.normal(size=(200, 2)))
        return np.linalg.norm(points.mean(axis=0) - CENTRE)

    before = distance(params)
    for key in jax.random.split(jax.random.key(1), 200):
        params, opt_state = step(params, opt_state, key)
    assert distance(params) < 0.5 * before


class GAN(jaxkeras.Model):
    """Both networks in one model, trained by a step of its own."""

    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator

    def call(self, inputs):
        return self.discriminator(self.generator(inputs))

    def train_step(self, state, batch):
        make, judge = self.generator.as_pure(), self.discriminator.as_pure()
        noise = jax.random.normal(jax.random.fold_in(jax.random.key(0), state.step), batch.x.shape)
        loss = jaxkeras.losses.BinaryCrossentropy()

        def judged(params, points, label):
            outputs, _ = judge.apply(params, judge.state, points, True)
            return loss(jnp.full(outputs.shape, label), outputs)

        def losses_of(params):
            fake, _ = make.apply(params["generator"], make.state, noise, True)
            own = judged(params["discriminator"], batch.x, 1.0)
            own += judged(params["discriminator"], jax.lax.stop_gradient(fake), 0.0)
            cheat = judged(jax.lax.stop_gradient(params["discriminator"]), fake, 1.0)
            return own + cheat, {"d_loss": own, "g_loss": cheat}

        grads, logs = jax.grad(losses_of, has_aux=True)(state.params)
        updates, opt_state = self.optimizer.update(grads, state.opt_state, state.params)
        params = optax.apply_updates(state.params, updates)
        return state._replace(params=params, opt_state=opt_state, step=state.step + 1), logs


def test_adversaries_in_a_training_step_of_ones_own():
    generator, discriminator = networks()
    gan = GAN(generator, discriminator)
    gan.compile(jaxkeras.optimizers.Adam(0.01))
    before = distance_from_truth(generator)
    real = CENTRE + 0.3 * np.random.normal(size=(640, 2))
    hist = gan.fit(real, batch_size=32, epochs=10, verbose=0)
    assert sorted(hist.history) == ["d_loss", "g_loss"]
    assert distance_from_truth(generator) < 0.5 * before

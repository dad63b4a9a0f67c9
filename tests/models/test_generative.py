"""Whole programs: variational autoencoders, and adversaries in three ways to train them."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

import jaxkeras
from jaxkeras import backend as K
from jaxkeras import layers, ops
from jaxkeras.datasets import digits


def digits_as_rows():
    (images, _), _ = digits.load_data()
    return images[:600].reshape(-1, 64).astype("float32") / 16


# ---------------------------------------------------------------------- variational autoencoders


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
    x = digits_as_rows()
    vae = VariationalAutoEncoder(4)
    vae.compile(jaxkeras.optimizers.Adam(0.01), loss=jaxkeras.losses.MeanSquaredError())
    losses = vae.fit(x, x, batch_size=50, epochs=4, verbose=0).history["loss"]
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
        def vae_loss(self, x, z_decoded, z_mean, z_log_var):
            xent_loss = jaxkeras.metrics.binary_crossentropy(K.flatten(x), K.flatten(z_decoded))
            kl_loss = 1 + z_log_var - K.square(z_mean) - K.exp(z_log_var)
            return K.mean(xent_loss - 5e-4 * K.mean(kl_loss, axis=-1))

        def call(self, inputs):
            self.add_loss(self.vae_loss(*inputs), inputs=inputs)
            return inputs[0]

    inputs = layers.Input(shape=(64,))
    h = layers.Dense(32, activation="relu")(inputs)
    z_mean, z_log_var = layers.Dense(2)(h), layers.Dense(2)(h)
    z = layers.Lambda(sampling, output_shape=(2,))([z_mean, z_log_var])
    decoder_input = layers.Input(K.int_shape(z)[1:])
    d = layers.Dense(32, activation="relu")(decoder_input)
    decoder = jaxkeras.Model(decoder_input, layers.Dense(64, activation="sigmoid")(d))
    outputs = CustomVariationalLayer()([inputs, decoder(z), z_mean, z_log_var])
    vae = jaxkeras.Model(inputs, outputs)

    x = digits_as_rows()
    vae.compile(optimizer=jaxkeras.optimizers.Adam(lr=0.01), loss=None)
    losses = vae.fit(x=x, y=None, epochs=4, batch_size=50, verbose=0).history["loss"]
    assert losses[-1] < 0.85 * losses[0]
    assert decoder.predict(np.zeros((3, 2)), verbose=0).shape == (3, 64)


# ---------------------------------------------------------------------- adversaries


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


def points(samples):
    """What the generator is to learn to make."""
    return (CENTRE + np.random.normal(size=(samples, 2))).astype("float32")


def adversaries():
    """An optimizer for both, by the names of the parts of the parameters."""
    rates = {"generator": 0.005, "discriminator": 0.02}
    return optax.multi_transform(
        {part: optax.adam(rate, b1=0.5) for part, rate in rates.items()},
        {part: part for part in rates},
    )


def distance_from_truth(generator):
    made = generator.predict(np.random.normal(size=(200, 2)), verbose=0)
    return np.linalg.norm(made.mean(axis=0) - CENTRE)


def test_adversaries_take_turns_by_a_switch():
    """Keras 2's way: what is trainable counts from the moment of `compile`."""
    generator, discriminator = networks()
    discriminator.compile(
        jaxkeras.optimizers.Adam(0.02, beta_1=0.5), "binary_crossentropy", metrics=["accuracy"]
    )
    discriminator.trainable = False
    z = jaxkeras.Input((2,))
    combined = jaxkeras.Model(z, discriminator(generator(z)))
    combined.compile(jaxkeras.optimizers.Adam(0.005, beta_1=0.5), "binary_crossentropy")

    def judges():
        return np.concatenate([weight.ravel() for weight in discriminator.get_weights()])

    before = distance_from_truth(generator)
    for _ in range(100):
        noise = np.random.normal(size=(32, 2))
        fake = generator.predict_on_batch(noise)
        untaught = judges()
        discriminator.train_on_batch(points(32), np.ones((32, 1)))
        loss, accuracy = discriminator.train_on_batch(fake, np.zeros((32, 1)))
        taught = judges()
        combined.train_on_batch(noise, np.ones((32, 1)))
        assert (untaught != taught).any() and (taught == judges()).all()
    assert 0 < loss < 3 and 0 <= accuracy <= 1
    assert distance_from_truth(generator) < 0.5 * before


def test_adversaries_in_a_loop_of_ones_own():
    """The same pair as pure functions, in a step that JAX compiles as one."""
    generator, discriminator = networks()
    make, judge, optimizer = generator.as_pure(), discriminator.as_pure(), adversaries()

    def cross_entropy(params, points, label):
        outputs, _ = judge.apply(params, judge.state, points, training=True)
        return jaxkeras.losses.BinaryCrossentropy()(jnp.full(outputs.shape, label), outputs)

    @jax.jit
    def step(params, opt_state, noise, real):
        def loss_of(params):
            fake, _ = make.apply(params["generator"], make.state, noise)
            fixed = jax.lax.stop_gradient(params["discriminator"])
            own = cross_entropy(params["discriminator"], real, 1.0)
            own += cross_entropy(params["discriminator"], jax.lax.stop_gradient(fake), 0.0)
            return own + cross_entropy(fixed, fake, 1.0)

        updates, opt_state = optimizer.update(jax.grad(loss_of)(params), opt_state)
        return optax.apply_updates(params, updates), opt_state

    params = {"generator": make.params, "discriminator": judge.params}
    opt_state = optimizer.init(params)
    for _ in range(150):
        params, opt_state = step(params, opt_state, np.random.normal(size=(32, 2)), points(32))
    before = distance_from_truth(generator)
    made, _ = make.apply(params["generator"], make.state, np.random.normal(size=(200, 2)))
    assert np.linalg.norm(made.mean(axis=0) - CENTRE) < 0.5 * before


class GAN(jaxkeras.Model):
    """Both networks in one model, trained by a step of its own."""

    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.make, self.judge = generator.as_pure().apply, discriminator.as_pure().apply

    def call(self, inputs):
        return self.discriminator(self.generator(inputs))

    def train_step(self, state, batch):
        noise = jax.random.normal(jax.random.fold_in(jax.random.key(0), state.step), (32, 2))
        loss = jaxkeras.losses.BinaryCrossentropy()

        def judged(params, points, label):
            outputs, _ = self.judge(params, {}, points, training=True)
            return loss(jnp.full(outputs.shape, label), outputs)

        def losses_of(params):
            fake, _ = self.make(params["generator"], {}, noise, training=True)
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
    gan.compile(adversaries())
    before = distance_from_truth(generator)
    hist = gan.fit(points(960), batch_size=32, epochs=5, verbose=0)
    assert sorted(hist.history) == ["d_loss", "g_loss"]
    assert distance_from_truth(generator) < 0.5 * before

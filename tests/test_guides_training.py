"""Losses, metrics, callbacks and small objects of one's own, as the guides of Keras 3 have them."""

import jax
import jax.numpy as jnp
import numpy as np

import jaxkeras
from jaxkeras import Input, Sequential, ops
from jaxkeras.layers import Dense

X = np.random.default_rng(0).normal(size=(96, 6)).astype("float32")
Y = (X[:, 0] > 0).astype("int32") + (X[:, 1] > 0)


def classifier(**options):
    return Sequential([Input((6,)), Dense(8, "relu", **options), Dense(3, "softmax")])


def fit(model, loss="sparse_categorical_crossentropy", y=Y, optimizer="adam", **options):
    model.compile(optimizer=optimizer, loss=loss, metrics=options.pop("metrics", None))
    return model.fit(X, y, batch_size=32, verbose=0, **options).history


# ---------------------------------------------------------------------- losses and metrics


def test_losses_as_functions_and_classes():
    """Of the guide "Training & evaluation with the built-in methods"."""

    def custom_mean_squared_error(y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred), axis=-1)

    class CustomMSE(jaxkeras.losses.Loss):
        def __init__(self, regularization_factor=0.1, name="custom_mse"):
            super().__init__(name=name)
            self.regularization_factor = regularization_factor

        def call(self, y_true, y_pred):
            mse = ops.mean(ops.square(y_true - y_pred), axis=-1)
            return mse + ops.mean(ops.square(0.5 - y_pred), axis=-1) * self.regularization_factor

    one_hot = ops.one_hot(Y, num_classes=3)
    model = classifier()
    model.compile("sgd", custom_mean_squared_error, metrics=[custom_mean_squared_error, "mse"])
    values = model.evaluate(X, one_hot, verbose=0, return_dict=True)
    assert set(values) == {"loss", "custom_mean_squared_error", "mse"}
    np.testing.assert_allclose(list(values.values()), values["mse"], rtol=1e-5)
    outputs = model.predict(X, verbose=0)
    model.compile("sgd", CustomMSE(0.5))
    expected = values["mse"] + 0.5 * ((0.5 - outputs) ** 2).mean()
    np.testing.assert_allclose(model.evaluate(X, one_hot, verbose=0), expected, rtol=1e-5)


class CategoricalTruePositives(jaxkeras.metrics.Metric):
    def __init__(self, name="categorical_true_positives", **kwargs):
        super().__init__(name=name, **kwargs)
        self.true_positives = self.add_variable(shape=(), name="ctp", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = ops.argmax(y_pred, axis=1)
        values = ops.cast(y_true, "int32") == ops.cast(y_pred, "int32")
        values = ops.cast(values, "float32")
        if sample_weight is not None:
            values = ops.multiply(values, ops.cast(sample_weight, "float32"))
        self.true_positives.assign_add(ops.sum(values))

    def result(self):
        return self.true_positives.value

    def reset_state(self):
        self.true_positives.assign(0)


class BinaryTruePositives(jaxkeras.metrics.Metric):
    def __init__(self, name="binary_true_positives", **kwargs):
        super().__init__(name=name, **kwargs)
        self.true_positives = self.add_weight(name="true_positives", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = ops.cast(y_true, "bool"), ops.cast(y_pred, "bool")
        values = ops.cast(ops.logical_and(ops.equal(y_true, True), y_pred), self.dtype)
        if sample_weight is not None:
            sample_weight = ops.broadcast_to(ops.cast(sample_weight, self.dtype), values.shape)
            values = ops.multiply(values, sample_weight)
        self.true_positives.assign(self.true_positives + ops.sum(values))

    def result(self):
        return self.true_positives

    def reset_states(self):
        self.true_positives.assign(0)


def test_metrics_as_classes():
    model = classifier()
    counted = fit(model, metrics=[CategoricalTruePositives(), "accuracy"], epochs=2)
    expected = 96 * np.array(counted["accuracy"])
    np.testing.assert_allclose(counted["categorical_true_positives"], expected, rtol=1e-5)
    metric = BinaryTruePositives()
    metric.update_state([0, 1, 1, 1], [0, 1, 0, 1])
    assert float(metric.result()) == 2
    metric.update_state([1, 1], [1, 1], sample_weight=[0.5, 0.25])
    assert float(metric.result()) == 2.75
    metric.reset_states()
    assert float(metric.result()) == 0


# ---------------------------------------------------------------------- callbacks


def test_every_hook_of_a_callback():
    """Of the guide "Writing your own callbacks"."""

    class CustomCallback(jaxkeras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(("train_begin", *logs))

        def on_train_end(self, logs=None):
            seen.append(("train_end", *logs))

        def on_epoch_begin(self, epoch, logs=None):
            seen.append(("epoch_begin", epoch, *logs))

        def on_epoch_end(self, epoch, logs=None):
            seen.append(("epoch_end", epoch, *logs))

        def on_test_begin(self, logs=None):
            seen.append(("test_begin", *logs))

        def on_test_end(self, logs=None):
            seen.append(("test_end", *logs))

        def on_predict_begin(self, logs=None):
            seen.append(("predict_begin", *logs))

        def on_predict_end(self, logs=None):
            seen.append(("predict_end", *logs))

        def on_train_batch_begin(self, batch, logs=None):
            seen.append(("train_batch_begin", batch, *logs))

        def on_train_batch_end(self, batch, logs=None):
            seen.append(("train_batch_end", batch, *logs))

        def on_test_batch_begin(self, batch, logs=None):
            seen.append(("test_batch_begin", batch, *logs))

        def on_test_batch_end(self, batch, logs=None):
            seen.append(("test_batch_end", batch, *logs))

        def on_predict_batch_begin(self, batch, logs=None):
            seen.append(("predict_batch_begin", batch, *logs))

        def on_predict_batch_end(self, batch, logs=None):
            seen.append(("predict_batch_end", batch, *logs))

    seen = []
    model = classifier()
    fit(model, callbacks=[CustomCallback()], validation_data=(X[:9], Y[:9]))
    test = [("test_begin",), ("test_batch_begin", 0), ("test_batch_end", 0, "loss")]
    test += [("test_end", "loss")]
    batches = [
        (f"train_batch_{hook}", batch, *logs)
        for batch in range(3)
        for hook, logs in (("begin", ()), ("end", ("loss",)))
    ]
    assert seen == [
        *[("train_begin",), ("epoch_begin", 0), *batches, *test],
        *[("epoch_end", 0, "loss", "val_loss"), ("train_end", "loss", "val_loss")],
    ]
    del seen[:]
    model.evaluate(X[:9], Y[:9], verbose=0, callbacks=[CustomCallback()])
    model.predict(X[:9], verbose=0, callbacks=[CustomCallback()])
    steps = [("predict_batch_begin", 0), ("predict_batch_end", 0, "outputs")]
    assert seen == [*test, ("predict_begin",), *steps, ("predict_end",)]


class EarlyStoppingAtMinLoss(jaxkeras.callbacks.Callback):
    def __init__(self, patience=0):
        super().__init__()
        self.patience = patience
        self.best_weights = None

    def on_train_begin(self, logs=None):
        self.wait, self.stopped_epoch, self.best = 0, 0, np.inf

    def on_epoch_end(self, epoch, logs=None):
        current = logs.get("loss")
        if np.less(current, self.best):
            self.best, self.wait = current, 0
            self.best_weights = self.model.get_weights()
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.stopped_epoch = epoch
                self.model.stop_training = True
                self.model.set_weights(self.best_weights)


class CustomLearningRateScheduler(jaxkeras.callbacks.Callback):
    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    def on_epoch_begin(self, epoch, logs=None):
        if not hasattr(self.model.optimizer, "learning_rate"):
            raise ValueError('Optimizer must have a "learning_rate" attribute.')
        lr = self.model.optimizer.learning_rate
        self.model.optimizer.learning_rate = self.schedule(epoch, lr)


def test_callbacks_that_steer_training():
    stopping = EarlyStoppingAtMinLoss()
    schedule = CustomLearningRateScheduler(lambda epoch, lr: 300.0 if epoch == 3 else lr)
    model = classifier()
    hist = fit(model, callbacks=[stopping, schedule], epochs=9, optimizer="sgd")
    losses = hist["loss"]
    assert stopping.stopped_epoch == 3 and len(losses) == 4 and losses[3] > losses[2]
    for ours, best in zip(model.get_weights(), stopping.best_weights, strict=True):
        np.testing.assert_array_equal(ours, best)
    assert float(model.optimizer.learning_rate) == 300


# ---------------------------------------------------------------------- the small objects


class KerasMomentum(jaxkeras.optimizers.Optimizer):
    """As Keras 3 has users write optimizers; a warm-up reads the number of steps."""

    def __init__(self, learning_rate=0.01, momentum=0.9, name="keras_momentum", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.momentums = []
        for variable in variables:
            self.momentums.append(
                self.add_variable_from_reference(reference_variable=variable, name="momentum")
            )

    def update_step(self, gradient, variable, learning_rate):
        learning_rate = ops.cast(learning_rate, variable.dtype)
        gradient = ops.cast(gradient, variable.dtype)
        warm = ops.minimum(ops.cast(self.iterations + 1, variable.dtype) / 4, 1.0)
        m = self.momentums[self._get_variable_index(variable)]
        self.assign(m, ops.subtract(ops.multiply(m, self.momentum), gradient * learning_rate))
        self.assign_add(variable, warm * m)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}


def test_an_optimizer_as_keras_3_has_it_written():
    optimizer, seen = KerasMomentum(0.1, clipnorm=1.0), []
    params, state = {"w": jnp.array([2.0])}, None
    state = optimizer.init(params)
    for _ in range(3):
        updates, state = optimizer.update({"w": jnp.array([0.5])}, state, params)
        seen.append(float(updates["w"][0]))
    np.testing.assert_allclose(seen, [0.25 * -0.05, 0.5 * -0.095, 0.75 * -0.1355], rtol=1e-5)
    model = classifier()
    hist = fit(model, optimizer=optimizer, epochs=8)
    assert hist["loss"][-1] < 0.9 * hist["loss"][0]
    copy = KerasMomentum.from_config(optimizer.get_config())
    assert (copy.momentum, copy.clipnorm) == (0.9, 1.0)


def test_an_optimizer_of_ones_own():
    class SignDescent(jaxkeras.optimizers.Optimizer):
        def __init__(self, learning_rate=0.01, name="sign_descent", **kwargs):
            super().__init__(learning_rate, name=name, **kwargs)

        def rule(self):
            def update(grads, state, params, *, learning_rate, step):
                return jax.tree.map(lambda g: -learning_rate * jnp.sign(g), grads), state

            return jaxkeras.optimizers.Rule(lambda params: None, update)

    model = classifier()
    before = model.get_weights()
    hist = fit(model, optimizer=SignDescent(0.125), epochs=1)
    moved = [a - b for a, b in zip(model.get_weights(), before, strict=True)]
    assert {0.125, 0.375} >= set(np.unique(np.abs(moved[3]).round(5)))  # three steps
    assert np.isfinite(hist["loss"][0])


def test_small_objects_of_ones_own():
    @jaxkeras.utils.register_keras_serializable(package="Guides", name="l2")
    class L2Regularizer(jaxkeras.regularizers.Regularizer):
        def __init__(self, l2=0.0):
            self.l2 = l2

        def __call__(self, x):
            return self.l2 * ops.sum(ops.square(x))

        def get_config(self):
            return {"l2": float(self.l2)}

    class NonNegative(jaxkeras.constraints.Constraint):
        def __call__(self, w):
            return w * ops.cast(ops.greater_equal(w, 0.0), dtype=w.dtype)

    class ExampleRandomNormal(jaxkeras.initializers.Initializer):
        def __init__(self, mean, stddev):
            self.mean, self.stddev = mean, stddev

        def __call__(self, shape, dtype=None, **kwargs):
            return jaxkeras.random.normal(shape, self.mean, self.stddev, dtype=dtype)

        def get_config(self):
            return {"mean": self.mean, "stddev": self.stddev}

    def my_init(shape, dtype=None):
        return jaxkeras.random.normal(shape, dtype=dtype)

    def swish(x):
        return x * ops.sigmoid(x)

    hidden = Dense(
        *(40, swish),
        kernel_initializer=ExampleRandomNormal(0.2, 0.5),
        bias_initializer=my_init,
        kernel_regularizer=L2Regularizer(0.1),
        kernel_constraint=NonNegative(),
    )
    model = Sequential([Input((6,)), hidden, Dense(3, activation=lambda x: ops.softmax(x))])
    kernel = hidden.kernel.numpy()
    assert abs(kernel.mean() - 0.2) < 0.2 and abs(kernel.std() - 0.5) < 0.1 and kernel.min() < 0
    assert hidden.bias.numpy().std() > 0.5
    x = X[:4] @ kernel + hidden.bias.numpy()
    np.testing.assert_allclose(hidden(X[:4]), x / (1 + np.exp(-x)), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.losses, [0.1 * (kernel**2).sum()], rtol=1e-5)
    fit(model)
    assert hidden.kernel.numpy().min() == 0
    assert (
        jaxkeras.regularizers.deserialize(
            jaxkeras.regularizers.serialize(hidden.kernel_regularizer)
        ).l2
        == 0.1
    )

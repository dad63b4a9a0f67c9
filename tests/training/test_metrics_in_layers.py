"""Metrics that layers and models keep: their sums ride through compiled steps."""

import copy

import jax
import numpy as np
import optax
import pytest

import jaxkeras
from jaxkeras import layers, metrics

X = np.arange(10, dtype="float32").reshape(10, 1)


class Watched(layers.Layer):
    def __init__(self):
        super().__init__()
        self.mean = metrics.Mean("mean")

    def call(self, inputs, training=False):
        self.mean.update_state(inputs)
        if training:
            self.add_metric(inputs.max(), name="largest")
        return inputs


def watched_model(**arguments):
    model = jaxkeras.Sequential([layers.Input((1,)), Watched(), layers.Dense(1)])
    model.compile(jaxkeras.optimizers.SGD(1e-3), "mse", metrics=["mae"], **arguments)
    return model


@pytest.mark.parametrize("steps", [1, 2])
def test_metrics_updated_in_a_call(steps):
    model = watched_model(steps_per_execution=steps)
    settings = {"batch_size": 4, "epochs": 2, "shuffle": False, "verbose": 0}
    history = model.fit(X, X, validation_data=(X[:4], X[:4]), **settings).history
    assert history["mean"] == [4.5, 4.5]  # counted anew in every epoch
    assert history["val_mean"] == [1.5, 1.5]
    np.testing.assert_allclose(history["largest"], [19 / 3, 19 / 3], rtol=1e-6)
    assert float(model.layers[0].mean.result()) == 1.5  # the last that was counted
    assert model.metrics_names == ["loss", "mae", "mean", "largest"]
    assert model.evaluate(X[:2], X[:2], verbose=0)[2:] == [0.5, 0.0]
    assert model.train_on_batch(X[6:], X[6:], return_dict=True)["mean"] == 7.5
    assert model.predict(X, verbose=0).shape == (10, 1)


def test_metrics_are_part_of_where_training_stands():
    class Reader(jaxkeras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.seen = []

        def on_train_batch_end(self, batch, logs=None):
            twin = copy.deepcopy(self.model)
            self.seen.append((float(logs["mean"]), float(twin.layers[0].mean.result())))
            twin.evaluate(X, X, verbose=0)
            self.model.evaluate(X[:1], X[:1], verbose=0)  # leaves the running epoch as it is

    model, reader = watched_model(), Reader()
    history = model.fit(X, X, batch_size=5, shuffle=False, verbose=0, callbacks=[reader]).history
    assert reader.seen == [(2.0, 2.0), (4.5, 4.5)]
    assert history["mean"] == [4.5]


class Regression(jaxkeras.Model):
    """As in the guides: the metrics are attributes, and the step updates them."""

    def __init__(self):
        super().__init__()
        self.out = layers.Dense(1)
        self.loss_tracker = metrics.Mean(name="loss")
        self.mae_metric = metrics.MeanAbsoluteError(name="mae")

    def call(self, inputs):
        return self.out(inputs)

    @property
    def metrics(self):
        return [self.loss_tracker, self.mae_metric]

    def train_step(self, state, batch):
        pure = self.as_pure()

        def loss_of(params):
            outputs, carried = pure.apply(params, state.state, batch.x, True)
            return ((outputs - batch.y) ** 2).mean(), (outputs, carried)

        (loss, (outputs, carried)), grads = jax.value_and_grad(loss_of, has_aux=True)(pure.params)
        updates, opt_state = self.optimizer.update(grads, state.opt_state, state.params)
        params = optax.apply_updates(state.params, updates)
        self.loss_tracker.update_state(loss)
        self.mae_metric.update_state(batch.y, outputs)
        state = state._replace(
            params=params, state=carried, opt_state=opt_state, step=state.step + 1
        )
        return state, {metric.name: metric.result() for metric in self.metrics}


def test_metrics_updated_in_a_step_of_ones_own():
    model = Regression()
    model.compile(jaxkeras.optimizers.SGD(0.0))
    history = model.fit(X, X, batch_size=5, epochs=2, verbose=0).history
    errors = X - model.predict(X, verbose=0)
    np.testing.assert_allclose(history["mae"], [np.abs(errors).mean()] * 2, rtol=1e-5)
    np.testing.assert_allclose(history["loss"], [(errors**2).mean()] * 2, rtol=1e-5)
    np.testing.assert_allclose(float(model.mae_metric.result()), history["mae"][-1], rtol=1e-6)
    assert model.metrics_names == ["loss", "mae"]


def test_a_step_that_learns_by_as_pure():
    model = Regression()
    model.compile(jaxkeras.optimizers.SGD(0.01))
    losses = model.fit(X / 10, X / 10, batch_size=2, epochs=8, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]


def test_metrics_updated_where_the_loss_is_computed():
    class Own(Regression):
        train_step = jaxkeras.Model.train_step
        metrics = jaxkeras.Model.metrics

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            self.mae_metric.update_state(y, y_pred)
            return ((y - y_pred) ** 2).mean()

    model = Own()
    model.compile(jaxkeras.optimizers.SGD(0.0))
    logs = model.fit(X, X, batch_size=5, verbose=0).history
    errors = np.abs(X - model.predict(X, verbose=0))
    np.testing.assert_allclose(logs["mae"], [errors.mean()], rtol=1e-5)
    np.testing.assert_allclose(logs["loss"], [(errors**2).mean()], rtol=1e-5)


def test_a_metric_that_compile_chose_counts_once():
    model = Regression()
    model.compile(jaxkeras.optimizers.SGD(0.0), "mse", metrics=[model.mae_metric])
    logs = model.evaluate(X, X, verbose=0, return_dict=True)
    errors = np.abs(X - model.predict(X, verbose=0))
    np.testing.assert_allclose(logs["mae"], errors.mean(), rtol=1e-5)
    np.testing.assert_allclose(logs["loss"], (errors**2).mean(), rtol=1e-5)


def test_a_metric_updated_where_jax_differentiates():
    class Wrong(Regression):
        def train_step(self, state, batch):
            def loss_of(params):
                outputs, _ = self.apply(params, state.state, batch.x, True)
                loss = ((outputs - batch.y) ** 2).mean()
                self.loss_tracker.update_state(loss)
                return loss

            jax.grad(loss_of)(state.params)
            return state._replace(step=state.step + 1), {}

    model = Wrong()
    model.compile("sgd")
    with pytest.raises(jax.errors.UnexpectedTracerError) as caught:
        model.fit(X, X, verbose=0)
    assert any("update metrics after it" in note for note in caught.value.__notes__)
    assert float(model.loss_tracker.result()) == 0.0


def test_metrics_of_a_cell_count_every_time_step():
    class Cell(layers.SimpleRNNCell):
        def __init__(self, units):
            super().__init__(units)
            self.seen = metrics.Sum("seen")

        def call(self, inputs, states, training=False):
            self.seen.update_state(inputs)
            return super().call(inputs, states, training=training)

    model = jaxkeras.Sequential([layers.Input((5, 1)), layers.RNN(Cell(1)), layers.Dense(1)])
    model.compile("sgd", "mse")
    logs = model.fit(np.ones((6, 5, 1)), np.ones(6), batch_size=3, verbose=0).history
    assert logs["seen"] == [30.0]


def test_metrics_of_a_model_inside_another_are_its_own_matter():
    inner = jaxkeras.Sequential([layers.Dense(1)])
    inner.tracker = metrics.Mean("inner")
    outer = jaxkeras.Sequential([layers.Input((1,)), inner])
    outer.compile("sgd", "mse")
    assert outer.metrics_names == ["loss"] and inner.metrics == [inner.tracker]
    assert list(outer.fit(X, X, verbose=0).history) == ["loss"]

"""What an optimizer or a metric needs of the training loop beyond its update."""

import jax
import numpy as np
import pytest

import jaxkeras
from jaxkeras.layers import Dense

keras = pytest.importorskip("keras")

X = np.random.default_rng(1).normal(size=(24, 3)).astype("float32")
Y = X @ np.array([[1.0], [-2.0], [0.5]], "float32")
KERNEL = np.array([[0.3], [0.1], [-0.2]], "float32")


def trained(library, optimizer, epochs=3):
    """A line after some epochs, and its history."""
    model = library.Sequential([library.Input((3,)), library.layers.Dense(1)])
    model.set_weights([KERNEL, np.zeros(1, "float32")])
    model.compile(optimizer(library.optimizers), "mse")
    hist = model.fit(X, Y, batch_size=8, epochs=epochs, shuffle=False, verbose=0)
    return model, hist.history["loss"]


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda library: library.SGD(0.05, loss_scale_factor=64.0),
        lambda library: library.LossScaleOptimizer(library.SGD(0.05), initial_scale=64.0),
        lambda library: library.SGD(0.05, use_ema=True, ema_momentum=0.5),
        lambda library: library.SGD(0.05, use_ema=True, ema_overwrite_frequency=2),
        lambda library: library.Adam(0.05, gradient_accumulation_steps=3),
    ],
    ids=["loss_scale_factor", "LossScaleOptimizer", "use_ema", "overwrite", "accumulation"],
)
def test_fit_follows_keras(optimizer):
    (ours, losses), (theirs, reference) = (trained(api, optimizer) for api in (jaxkeras, keras))
    np.testing.assert_allclose(losses, reference, rtol=1e-5)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)


def test_train_on_batch_reports_the_loss_without_its_scale():
    model, _ = trained(jaxkeras, lambda api: api.SGD(0.0, loss_scale_factor=64.0), epochs=1)
    np.testing.assert_allclose(
        model.train_on_batch(X, Y), np.mean((X @ KERNEL - Y) ** 2), rtol=1e-5
    )


def classes(library, metrics):
    """Loss and metrics of three classes after one epoch, and then of an evaluation."""
    labels = np.eye(3, dtype="float32")[np.argmax(X, axis=1)]
    layer = library.layers.Dense(3, activation="softmax")
    model = library.Sequential([library.Input((3,)), layer])
    model.set_weights([np.eye(3, dtype="float32"), np.zeros(3, "float32")])
    model.compile("sgd", "categorical_crossentropy", metrics=metrics(library.metrics))
    hist = model.fit(X, labels, batch_size=10, epochs=2, shuffle=False, verbose=0)
    return hist.history, model.evaluate(X, labels, verbose=0, return_dict=True)


@pytest.mark.parametrize(
    "metrics",
    [
        lambda library: ["f1_score"] if library is jaxkeras.metrics else [library.F1Score()],
        lambda library: [library.F1Score(average="macro")],
        lambda library: [library.R2Score()],
        lambda library: [library.AUC(multi_label=True, name="auc")],
        lambda library: ["accuracy", library.Precision(name="precision")],
    ],
    ids=["vector", "macro", "r2", "auc", "accuracy"],
)
def test_metrics_whose_sums_follow_the_data(metrics):
    (ours, judged), (theirs, reference) = (classes(api, metrics) for api in (jaxkeras, keras))
    assert set(ours) == set(theirs)
    for name, values in theirs.items():
        for mine, other in zip(ours[name], values, strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5, err_msg=name)
        np.testing.assert_allclose(judged[name], reference[name], rtol=1e-4, atol=1e-5)


def test_such_a_metric_compiles_the_step_once_for_a_shape():
    traces = []

    def counting(y_true, y_pred):
        traces.append(1)
        return jax.numpy.mean((y_true - y_pred) ** 2, axis=-1)

    model = jaxkeras.Sequential([jaxkeras.Input((3,)), Dense(3)])
    model.compile("sgd", counting, metrics=[jaxkeras.metrics.R2Score()])
    model.fit(X, X, batch_size=8, epochs=3, verbose=0)
    assert len(traces) == 1

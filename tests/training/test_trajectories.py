"""Training walks the path of Keras: 20 steps, every weight and every number of the history."""

import numpy as np
import pytest

import jaxkeras

keras = pytest.importorskip("keras")

# Keras reads its own variables in a way that NumPy has deprecated.

CLOSE = {"rtol": 1e-5, "atol": 1e-6}
BOTH = (jaxkeras, keras)
SAMPLES, BATCH, EPOCHS = 50, 16, 5  # 20 steps; the last batch of an epoch has 2 samples
EVEN = {"batch_size": 10, "epochs": 4}  # 20 steps too, of one size


def net(api, units=3, activation=None, hidden=None):
    return api.Sequential(
        [
            api.Input((4,)),
            api.layers.Dense(5, activation="tanh", **(hidden or {})),
            api.layers.Dense(units, activation=activation),
        ]
    )


def data(kind, samples=SAMPLES):
    x = np.random.normal(size=(samples, 4))
    labels = np.random.randint(0, 3, size=samples)
    y = {
        "values": np.random.normal(size=(samples, 3)),
        "column": np.random.normal(size=samples),
        "labels": labels,
        "one-hot": np.eye(3)[labels],
        "binary": labels[:, None] % 2,
    }[kind]
    return x, y


def pair(compiled, **arguments):
    """The same model twice, with the same weights; ``compiled(api)`` gives what `compile` takes."""
    models = [net(api, **arguments) for api in BOTH]
    values = [np.random.normal(size=w.shape) / 2 for w in models[1].weights]
    for api, model in zip(BOTH, models, strict=True):
        model.set_weights(values)
        model.compile(**compiled(api))
    return models


def assert_same_path(models, x, y, **fit):
    fit = {"batch_size": BATCH, "epochs": EPOCHS, "shuffle": False, "verbose": 0, **fit}
    ours, theirs = (model.fit(x, y, **fit).history for model in models)
    assert list(ours) == list(theirs)
    for name, curve in theirs.items():
        np.testing.assert_allclose(ours[name], curve, **CLOSE, err_msg=name)
    for a, b in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(a, b, **CLOSE)
    return models


def assert_same_evaluation(models, x, y, **arguments):
    arguments = {"batch_size": BATCH, "verbose": 0, "return_dict": True, **arguments}
    ours, theirs = (model.evaluate(x, y, **arguments) for model in models)
    assert set(ours) == set(theirs)
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, **CLOSE, err_msg=name)


def test_sgd_and_mean_squared_error_with_validation():
    models = pair(lambda api: {"optimizer": "sgd", "loss": "mse", "metrics": ["mae"]})
    x, y = data("values")
    assert_same_path(models, x, y, validation_data=data("values", 20))
    assert_same_evaluation(models, x, y)
    first, second = (model.evaluate(x, y, verbose=0) for model in models)
    np.testing.assert_allclose(first, second, **CLOSE)  # [loss, mae], in this order


def test_nesterov_and_mean_absolute_error_with_penalties_and_sample_weights():
    hidden = {"kernel_regularizer": "l2", "bias_regularizer": "l1", "activity_regularizer": "l2"}
    models = pair(
        lambda api: {
            "optimizer": api.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
            "loss": "mae",
            "metrics": ["mse"],
            "weighted_metrics": ["mae"],
        },
        hidden=hidden,
    )
    x, y = data("values")
    weight = np.random.uniform(0.1, 3, size=SAMPLES)
    validation = (*data("values", 20), np.random.uniform(size=20))
    assert_same_path(models, x, y, sample_weight=weight, validation_data=validation)
    assert_same_evaluation(models, x, y, sample_weight=weight)


def test_rmsprop_and_categorical_crossentropy_of_softmax_with_class_weights():
    models = pair(
        lambda api: {
            "optimizer": "rmsprop",
            "loss": "categorical_crossentropy",
            "metrics": ["accuracy"],
        },
        activation="softmax",
    )
    x, y = data("one-hot")
    assert_same_path(models, x, y, class_weight={0: 0.5, 1: 1.0, 2: 4.0})


def test_adam_and_sparse_categorical_crossentropy_with_constraints():
    hidden = {
        "kernel_constraint": "unit_norm",
        "bias_constraint": "non_neg",
    }
    models = pair(
        lambda api: {
            "optimizer": api.optimizers.Adam(0.02),
            "loss": "sparse_categorical_crossentropy",
            "metrics": ["acc"],
        },
        activation="softmax",
        hidden=hidden,
    )
    ours, _ = assert_same_path(models, *data("labels"))
    kernel, bias = ours.get_weights()[:2]
    np.testing.assert_allclose(np.linalg.norm(kernel, axis=0), 1, rtol=1e-5)
    assert (bias >= 0).all()


def test_momentum_and_binary_crossentropy_of_sigmoid():
    models = pair(
        lambda api: {
            "optimizer": api.optimizers.SGD(0.1, momentum=0.9),
            "loss": "binary_crossentropy",
            "metrics": ["acc", "mse"],
        },
        units=1,
        activation="sigmoid",
    )
    x, y = data("binary")
    weight = np.random.uniform(0.1, 3, size=SAMPLES)
    assert_same_path(models, x, y, sample_weight=weight)


@pytest.mark.parametrize(
    ("loss", "kind", "units"),
    [
        ("CategoricalCrossentropy", "one-hot", 3),
        ("SparseCategoricalCrossentropy", "labels", 3),
        ("BinaryCrossentropy", "binary", 1),
    ],
)
def test_losses_from_logits(loss, kind, units):
    models = pair(
        lambda api: {
            "optimizer": api.optimizers.Adam(0.01),
            "loss": getattr(api.losses, loss)(from_logits=True),
        },
        units=units,
    )
    assert_same_path(models, *data(kind), **EVEN)


def test_losses_and_metrics_of_ones_own():
    def compiled(api):

        def cubed(y_true, y_pred):
            return (abs(y_true - y_pred) ** 3).mean(axis=-1)

        def bias(y_true, y_pred):
            return (y_pred - y_true).mean()

        return {"optimizer": "sgd", "loss": cubed, "metrics": [bias, cubed]}

    assert_same_path(pair(compiled), *data("values"), **EVEN)


def test_targets_in_a_row_meet_outputs_in_a_column():
    models = pair(lambda api: {"optimizer": "sgd", "loss": "mse", "metrics": ["mse"]}, units=1)
    assert_same_path(models, *data("column"), **EVEN)


def test_a_fused_activation_gives_the_gradient_that_was_meant():
    """Where softmax saturates, the probability is clipped and Keras learns nothing from it."""
    model = jaxkeras.Sequential(
        [jaxkeras.Input((1,)), jaxkeras.layers.Dense(2, use_bias=False, activation="softmax")]
    )
    model.set_weights([[[100.0, -100.0]]])
    model.compile(jaxkeras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
    x, y = np.ones((1, 1)), np.array([1])
    assert model.evaluate(x, y, verbose=0) == pytest.approx(200.0)
    model.fit(x, y, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], [[99.0, -99.0]])


def test_the_last_batch_counts_by_its_size():
    """Seven, seven and six samples give what twenty at once give."""
    [model, _] = pair(
        lambda api: {"optimizer": "sgd", "loss": "mse", "metrics": ["mae"]},
    )
    x, y = data("values", 20)
    in_batches = model.evaluate(x, y, batch_size=7, verbose=0)
    np.testing.assert_allclose(in_batches, model.evaluate(x, y, batch_size=20, verbose=0), **CLOSE)
    error = model.predict(x, batch_size=7, verbose=0) - y
    np.testing.assert_allclose(in_batches, [(error**2).mean(), abs(error).mean()], **CLOSE)

"""Complete programs as textbooks of 2016 to 2019 print them; only the import lines are new."""

import numpy as np
import pytest

import jaxkeras as keras
from jaxkeras.callbacks import LambdaCallback
from jaxkeras.datasets import digits, mnist
from jaxkeras.layers import Activation, Dense, Dropout, Flatten
from jaxkeras.models import Sequential
from jaxkeras.optimizers import SGD
from jaxkeras.utils import np_utils


def test_diabetes(capsys):
    np.random.seed(7)
    dataset = np.random.rand(768, 9)
    dataset[:, 8] = dataset[:, :8].sum(axis=1) > 4
    X = dataset[:, 0:8]
    Y = dataset[:, 8]

    model = Sequential()
    model.add(Dense(12, input_dim=8, kernel_initializer="uniform", activation="relu"))
    model.add(Dense(8, kernel_initializer="uniform", activation="relu"))
    model.add(Dense(1, kernel_initializer="uniform", activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    model.fit(X, Y, epochs=25, batch_size=32, verbose=2)
    scores = model.evaluate(X, Y)
    print("\n%s: %.2f%%" % (model.metrics_names[1], scores[1] * 100))  # noqa: UP031

    printed = capsys.readouterr().out
    assert "Epoch 25/25" in printed
    assert f"accuracy: {scores[1] * 100:.2f}%" in printed
    assert scores[1] > 0.8
    rounded = [round(x[0]) for x in model.predict(X, verbose=0).tolist()]
    assert set(rounded) == {0, 1}


def test_diabetes_as_keras_1_wrote_it():
    model = Sequential()
    with pytest.warns(UserWarning, match="Dense got init='uniform', .*kernel_initializer='random_"):
        model.add(Dense(12, input_dim=8, init="uniform", activation="relu"))
    with pytest.warns(UserWarning, match="output_dim=1, .* units=1"):
        model.add(Dense(output_dim=1))
    model.compile(loss="mse", optimizer="sgd")
    with pytest.warns(UserWarning, match="fit got nb_epoch=3, which is Keras 1's.* epochs=3"):
        hist = model.fit(np.ones((4, 8)), np.ones(4), nb_epoch=3, batch_size=10, verbose=0)
    assert hist.epoch == [0, 1, 2]


def test_xor():
    np.random.seed(1)
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    y = np.array([[0], [1], [1], [0]])

    model = Sequential()
    model.add(Dense(8, input_dim=2))
    model.add(Activation("tanh"))
    model.add(Dense(1))
    model.add(Activation("sigmoid"))
    sgd = SGD(lr=0.1)
    model.compile(loss="binary_crossentropy", optimizer=sgd)
    model.fit(X, y, batch_size=1, epochs=400, verbose=0)

    assert model.predict_classes(X).tolist() == [[0], [1], [1], [0]]
    assert model.predict(X, verbose=0).round().tolist() == y.tolist()


def test_iris():
    np.random.seed(7)
    centres = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
    names = np.repeat(["Iris-setosa", "Iris-versicolor", "Iris-virginica"], 50)
    _, encoded_Y = np.unique(names, return_inverse=True)
    X = centres[encoded_Y] + np.random.normal(0, 0.3, size=(150, 4))
    dummy_y = np_utils.to_categorical(encoded_Y)

    def baseline_model():
        model = Sequential()
        model.add(Dense(8, input_dim=4, activation="relu"))
        model.add(Dense(3, activation="softmax"))
        model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
        return model

    model = baseline_model()
    hist = model.fit(X, dummy_y, epochs=100, batch_size=5, verbose=0)
    assert hist.history["acc"][-1] > 0.9
    assert (model.predict_classes(X) == encoded_Y).mean() > 0.9


def test_house_prices():
    np.random.seed(0)
    train_data = np.random.normal(10, 5, size=(200, 13))
    train_targets = train_data @ np.arange(13) / 100
    mean = train_data.mean(axis=0)
    train_data -= mean
    std = train_data.std(axis=0)
    train_data /= std

    def build_model():
        model = keras.models.Sequential()
        model.add(keras.layers.Dense(64, activation="relu", input_shape=(train_data.shape[1],)))
        model.add(keras.layers.Dense(64, activation="relu"))
        model.add(keras.layers.Dense(1))
        model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
        return model

    k = 2
    num_val_samples = len(train_data) // k
    all_scores = []
    for i in range(k):
        val_data = train_data[i * num_val_samples : (i + 1) * num_val_samples]
        val_targets = train_targets[i * num_val_samples : (i + 1) * num_val_samples]
        partial = np.concatenate(
            [train_data[: i * num_val_samples], train_data[(i + 1) * num_val_samples :]], axis=0
        )
        partial_targets = np.concatenate(
            [train_targets[: i * num_val_samples], train_targets[(i + 1) * num_val_samples :]],
            axis=0,
        )
        model = build_model()
        history = model.fit(
            partial,
            partial_targets,
            validation_data=(val_data, val_targets),
            epochs=20,
            batch_size=8,
            verbose=0,
        )
        assert len(history.history["val_mae"]) == 20
        val_mse, val_mae = model.evaluate(val_data, val_targets, verbose=0)
        assert val_mse > val_mae**2 / 2
        all_scores.append(val_mae)
    assert np.mean(all_scores) < 0.2 * train_targets.mean()


def test_digits_mlp(capsys):
    np.random.seed(1671)
    NB_EPOCH, BATCH_SIZE, VERBOSE, NB_CLASSES, N_HIDDEN = 4, 64, 1, 10, 64
    (X_train, y_train), (X_test, y_test) = digits.load_data()
    RESHAPED = 64
    X_train = X_train.reshape(len(X_train), RESHAPED).astype("float32")
    X_test = X_test.reshape(len(X_test), RESHAPED).astype("float32")
    X_train /= 16
    X_test /= 16
    print(X_train.shape[0], "train samples")
    Y_train = np_utils.to_categorical(y_train, NB_CLASSES)
    Y_test = np_utils.to_categorical(y_test, NB_CLASSES)

    model = Sequential()
    model.add(Dense(N_HIDDEN, input_shape=(RESHAPED,)))
    model.add(Activation("relu"))
    model.add(Dropout(0.3))
    model.add(Dense(N_HIDDEN))
    model.add(Activation("relu"))
    model.add(Dropout(0.3))
    model.add(Dense(NB_CLASSES))
    model.add(Activation("softmax"))
    model.summary()
    sgd = SGD(lr=0.1, decay=1e-6, momentum=0.9, nesterov=True)
    model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])
    history = model.fit(
        X_train,
        Y_train,
        batch_size=BATCH_SIZE,
        epochs=NB_EPOCH,
        verbose=VERBOSE,
        validation_split=0.2,
    )
    score = model.evaluate(X_test, Y_test, verbose=VERBOSE)
    print("Test score:", score[0])
    print("Test accuracy:", score[1])

    printed = capsys.readouterr().out
    assert "dense" in printed and "Total params: 8,970" in printed
    assert "val_accuracy" in printed and "Test accuracy:" in printed
    assert len(history.history["val_loss"]) == len(history.history["val_acc"]) == NB_EPOCH
    assert score[1] > 0.8


def test_images_and_integer_labels():
    """Fashion MNIST as the tutorials have it, with the digits for data."""
    (train_images, train_labels), (test_images, test_labels) = digits.load_data()
    model = keras.Sequential(
        [
            keras.layers.Flatten(input_shape=(8, 8)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(lr=0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(train_images / 16.0, train_labels, epochs=4, verbose=0)
    test_loss, test_acc = model.evaluate(test_images / 16.0, test_labels, verbose=2)
    assert test_loss < 1 and test_acc > 0.8
    predictions = model.predict(test_images / 16.0)
    assert np.argmax(predictions[0]) in range(10)
    single = np.expand_dims(test_images[0] / 16.0, 0)
    assert np.allclose(model.predict(single), predictions[:1], atol=1e-5)


def test_callbacks_and_history(capsys):
    X = np.random.random((100, 20))
    y = np_utils.to_categorical(np.random.randint(10, size=(100, 1)), num_classes=10)
    model = Sequential()
    model.add(Dense(16, activation="relu", input_dim=20, kernel_initializer="normal"))
    model.add(Dropout(0.5))
    model.add(Dense(10, activation="softmax"))
    sgd = SGD(lr=0.01, decay=1e-6, momentum=0.9, nesterov=True)
    model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])

    losses = []
    show = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: print("begins", epoch),
        on_epoch_end=lambda epoch, logs: losses.append(logs["loss"]),
    )
    hist = model.fit(X, y, epochs=3, batch_size=32, callbacks=[show], verbose=0)
    assert capsys.readouterr().out.split() == ["begins", "0", "begins", "1", "begins", "2"]
    assert hist.history["loss"] == losses
    assert len(hist.history["acc"]) == 3 and hist.epoch == [0, 1, 2]
    with pytest.raises(KeyError, match="validation_data"):
        hist.history["val_loss"]


def test_the_hello_world_of_2019():
    model = keras.Sequential([keras.layers.Dense(units=1, input_shape=[1])])
    model.compile(optimizer="sgd", loss="mean_squared_error")
    xs = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0], dtype=float)
    ys = np.array([-3.0, -1.0, 1.0, 3.0, 5.0, 7.0], dtype=float)
    model.fit(xs, ys, epochs=400, verbose=0)
    assert abs(model.predict(np.array([10.0]), verbose=0)[0, 0] - 19) < 0.5


def test_generators():
    X, y = np.random.rand(64, 4), np.random.rand(64)

    def generator(batch_size):
        while True:
            for start in range(0, len(X), batch_size):
                yield [X[start : start + batch_size], y[start : start + batch_size]]

    model = Sequential([Flatten(input_shape=(4,)), Dense(1)])
    model.compile("rmsprop", "mse")
    hist = model.fit(generator(16), steps_per_epoch=len(X) / 16, epochs=2, workers=1, verbose=0)
    assert len(hist.history["loss"]) == 2


def test_the_data_sets_have_their_names():
    assert callable(mnist.load_data) and callable(keras.datasets.fashion_mnist.load_data)

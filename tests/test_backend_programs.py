"""Programs of the years of Keras 2 whose losses and layers are made of ``K`` functions."""

import numpy as np
import pytest

import jaxkeras
from jaxkeras import backend as K
from jaxkeras import layers
from jaxkeras.layers import Dense, Input, Lambda
from jaxkeras.models import Model, Sequential
from jaxkeras.optimizers import RMSprop
from jaxkeras.utils import np_utils

X = np.random.default_rng(0).normal(size=(96, 6)).astype("float32")
Y = (X[:, 0] > 0).astype("int32") + (X[:, 1] > 0)


def test_segmentation_with_a_dice_loss():
    smooth = 1.0

    def dice_coef(y_true, y_pred):
        y_true_f = K.flatten(y_true)
        y_pred_f = K.flatten(y_pred)
        intersection = K.sum(y_true_f * y_pred_f)
        return (2.0 * intersection + smooth) / (K.sum(y_true_f) + K.sum(y_pred_f) + smooth)

    def dice_coef_loss(y_true, y_pred):
        return -dice_coef(y_true, y_pred)

    inputs = Input((8, 8, 1))
    conv1 = layers.Conv2D(4, (3, 3), activation="relu", padding="same")(inputs)
    pool1 = layers.MaxPooling2D(pool_size=(2, 2))(conv1)
    conv2 = layers.Conv2D(8, (3, 3), activation="relu", padding="same")(pool1)
    up = layers.concatenate([layers.UpSampling2D(size=(2, 2))(conv2), conv1], axis=3)
    outputs = layers.Conv2D(1, (1, 1), activation="sigmoid")(up)
    model = Model(inputs=[inputs], outputs=[outputs])
    model.compile(jaxkeras.optimizers.Adam(lr=0.05), loss=dice_coef_loss, metrics=[dice_coef])
    masks = (np.random.rand(64, 8, 8, 1) > 0.8).astype("float32")
    images = masks + np.random.normal(0, 0.1, size=masks.shape)
    hist = model.fit(images, masks, batch_size=8, epochs=8, verbose=0).history
    np.testing.assert_allclose(hist["dice_coef"], -np.array(hist["loss"]), rtol=1e-5)
    assert hist["dice_coef"][-1] > hist["dice_coef"][0] + 0.1


def test_lambdas_of_the_old_backend():
    def antirectifier(x):
        x -= K.mean(x, axis=1, keepdims=True)
        x = K.l2_normalize(x, axis=1)
        return K.concatenate([K.relu(x), K.relu(-x)], axis=1)

    def antirectifier_output_shape(input_shape):
        return (input_shape[0], 2 * input_shape[1])

    def recall(y_true, y_pred):
        true_positives = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
        return true_positives / (K.sum(K.round(K.clip(y_true, 0, 1))) + K.epsilon())

    model = Sequential()
    model.add(Dense(8, input_dim=6))
    model.add(Lambda(antirectifier, output_shape=antirectifier_output_shape))
    model.add(Lambda(lambda x: x * 2))
    model.add(Dense(3, activation="softmax"))
    one_hot = np_utils.to_categorical(Y, 3)
    model.compile(RMSprop(lr=0.01), "categorical_crossentropy", metrics=["accuracy", recall])
    hist = model.fit(X, one_hot, epochs=40, batch_size=16, verbose=0)
    assert hist.history["acc"][-1] > 0.85 and 0.5 < hist.history["recall"][-1] <= 1
    assert (model.predict_classes(X) == Y).mean() > 0.85
    x = X[:2] @ model.get_weights()[0] + model.get_weights()[1]
    x -= x.mean(axis=1, keepdims=True)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    activations = Model(model.inputs, model.layers[1].output).predict(X[:2], verbose=0)
    expected = np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], axis=1)
    np.testing.assert_allclose(activations, expected, rtol=1e-4, atol=1e-5)


class MyLayer(layers.Layer):
    """Of Keras 2's documentation, which sets attributes before it calls ``super().__init__``."""

    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        super(MyLayer, self).__init__(**kwargs)  # noqa: UP008

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[1], self.output_dim),
            initializer="uniform",
            trainable=True,
        )
        super(MyLayer, self).build(input_shape)  # noqa: UP008

    def call(self, x):
        return K.dot(x, self.kernel)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.output_dim)


class MeanPool(layers.Layer):
    """The mean over the steps that count."""

    def __init__(self, **kwargs):
        self.supports_masking = True
        super().__init__(**kwargs)

    def compute_mask(self, input, input_mask=None):
        return None

    def call(self, x, mask=None):
        if mask is not None:
            mask = K.permute_dimensions(K.repeat(mask, x.shape[-1]), (0, 2, 1))
            mask = K.cast(mask, K.floatx())
            return K.sum(x * mask, axis=1) / K.sum(mask, axis=1)
        return K.mean(x, axis=1)


def test_layers_that_set_attributes_first():
    layer = MyLayer(3, input_shape=(6,))
    model = Sequential([layer])
    model.compile("sgd", "mse")
    before = K.get_value(layer.kernel)
    model.fit(X, X[:, :3], verbose=0)
    assert model.output_shape == (None, 3) and (K.get_value(layer.kernel) != before).any()
    model = Sequential([layers.Embedding(9, 4, mask_zero=True, input_length=3), MeanPool()])
    vectors = model.layers[0](np.array([[4, 5, 0]]))[0]
    means = model.predict(np.array([[4, 5, 0]]), verbose=0)
    np.testing.assert_allclose(means[0], vectors[:2].mean(axis=0), rtol=1e-5)


def test_layers_inside_come_after_super():
    class Early(layers.Layer):
        def __init__(self):
            self.dense = Dense(1)
            super().__init__()

    with pytest.raises(
        RuntimeError, match=r"call super\(\).__init__\(\) before it sets self.dense"
    ):
        Early()


@pytest.mark.parametrize("name", ["function", "gradients", "placeholder"])
def test_what_the_old_backend_had_and_this_one_has_not(name):
    with pytest.raises(AttributeError, match=f"no '{name}': "):
        getattr(K, name)

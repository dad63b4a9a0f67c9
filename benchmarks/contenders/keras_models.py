"""The models in Keras's words, for whichever library speaks them."""

from typing import Any

from benchmarks.data import LENGTH, WORDS

__all__ = ["MODELS"]

Library = Any


def _mlp(keras: Library) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )


def _small_mlp(keras: Library) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def _convnet(keras: Library) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def _deep_convnet(keras: Library) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def _lstm(keras: Library) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((LENGTH,), dtype="int32"),
            layers.Embedding(WORDS, 128),
            layers.LSTM(128),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def _transformer(keras: Library) -> Any:
    layers = keras.layers

    class Positions(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.table = self.add_weight(
                shape=input_shape[1:], initializer="random_uniform", name="table"
            )

        def call(self, inputs: Any) -> Any:
            return inputs + keras.ops.convert_to_tensor(self.table)

    inputs = keras.Input((LENGTH,), dtype="int32")
    x = Positions()(layers.Embedding(WORDS, 64)(inputs))
    for _ in range(2):
        attended = layers.MultiHeadAttention(num_heads=4, key_dim=16)(x, x)
        x = layers.LayerNormalization()(layers.Add()([x, attended]))
        hidden = layers.Dense(64)(layers.Dense(256, activation="relu")(x))
        x = layers.LayerNormalization()(layers.Add()([x, hidden]))
    outputs = layers.Dense(1, activation="sigmoid")(layers.GlobalAveragePooling1D()(x))
    return keras.Model(inputs, outputs)


def _resnet18(keras: Library) -> Any:
    layers, policy = keras.layers, "mixed_bfloat16"

    def convolve(x: Any, filters: int, size: int, strides: int = 1) -> Any:
        x = layers.Conv2D(filters, size, strides, padding="same", use_bias=False, dtype=policy)(x)
        return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, dtype=policy)(x)

    def block(x: Any, filters: int, strides: int) -> Any:
        shortcut = x
        if strides > 1:
            shortcut = convolve(x, filters, 1, strides)
        x = layers.ReLU(dtype=policy)(convolve(x, filters, 3, strides))
        x = layers.Add(dtype=policy)([convolve(x, filters, 3), shortcut])
        return layers.ReLU(dtype=policy)(x)

    inputs = keras.Input((32, 32, 3))
    x = layers.ReLU(dtype=policy)(convolve(inputs, 64, 3))
    for filters, strides in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        x = block(block(x, filters, strides), filters, 1)
    x = layers.GlobalAveragePooling2D(dtype=policy)(x)
    outputs = layers.Dense(10, activation="softmax")(x)  # in float32
    return keras.Model(inputs, outputs)


MODELS = {
    "mlp": _mlp,
    "small_mlp": _small_mlp,
    "convnet": _convnet,
    "deep_convnet": _deep_convnet,
    "lstm": _lstm,
    "transformer": _transformer,
    "resnet18": _resnet18,
}

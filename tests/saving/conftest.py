"""Models that Keras and jaxkeras build by the same words."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest


def _sequential(k):
    L = k.layers
    return k.Sequential(
        [
            k.Input((4, 3)),
            L.LSTM(2, return_sequences=True),
            L.Bidirectional(L.GRU(2, return_sequences=True)),
            L.TimeDistributed(L.Dense(3)),
            L.Dropout(0.5),
            L.BatchNormalization(),
            L.Conv1D(2, 2, name="my_conv"),
            L.Flatten(),
            L.Dense(2),
        ]
    )


def _functional(k):
    """Two inputs, branches, a shared layer, a nested model, cells in a stack, attention."""
    L = k.layers
    left, right = k.Input((4, 3), name="left"), k.Input((4, 3), name="right")
    shared = L.Dense(3)
    a = L.Conv1D(3, 2, padding="same")(shared(left))
    b = L.Dense(3, use_bias=False)(shared(right))
    both = L.Add()([a, L.LayerNormalization()(b)])
    both = L.MultiHeadAttention(2, 2)(both, left)
    both = L.RNN([L.LSTMCell(2), L.GRUCell(3)])(both)
    inner = k.Sequential([k.Input((3,)), L.Dense(2), L.Dense(3)], name="inner")
    x = k.Input((3,))
    block = k.Model(x, L.Dense(3)(L.PReLU()(x)), name="block")
    twice = inner(inner(block(both)))
    return k.Model([left, right], [L.Dense(2, name="out")(twice), L.Dense(1)(a)])


def _subclassed(k):
    L = k.layers

    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.blocks = [L.Dense(4), [L.Dense(5)], L.Dense(4)]
            self.heads = {"a": L.Dense(2), "b": L.Dense(3)}
            self._hidden = L.Dense(4)
            self.again = self.blocks[0]
            self.scale = self.add_weight(shape=(2,), initializer="ones", name="scale")
            self.core = k.Sequential([L.Dense(4), L.BatchNormalization()])

        def call(self, inputs):
            x = self.blocks[2](self.blocks[1][0](self.blocks[0](inputs)))
            x = self._hidden(self.core(x))
            return self.heads["a"](x) * self.scale

    model = Net()
    model.heads["b"].build((None, 4))
    return model


def _dense(k):
    L = k.layers
    return k.Sequential([k.Input((3,)), L.Dense(2, activation="relu"), L.Dense(1, use_bias=False)])


_ALL = {
    "sequential": (_sequential, [(2, 4, 3)]),
    "functional": (_functional, [(2, 4, 3), (2, 4, 3)]),
    "subclassed": (_subclassed, [(2, 3)]),
    "dense": (_dense, [(2, 3)]),
}


@pytest.fixture
def architecture() -> Callable[[str], tuple[Callable[[Any], Any], Any]]:
    """By name: a function from the library's module to the model, and data for it."""

    def make(name: str) -> tuple[Callable[[Any], Any], Any]:
        build, shapes = _ALL[name]
        x = [np.random.normal(size=shape).astype("float32") for shape in shapes]

        def built(library: Any) -> Any:
            model = build(library)
            if not model.built:
                model(x[0])
            return model

        return built, x if len(x) > 1 else x[0]

    return make

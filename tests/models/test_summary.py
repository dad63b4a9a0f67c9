"""The table that `summary` prints."""

import numpy as np
import pytest
from flax import nnx

from jaxkeras import Input, Model, Sequential
from jaxkeras.layers import Dense, Dropout, Flatten


def text_of(model, **arguments):
    texts = []
    model.summary(print_fn=texts.append, **arguments)
    return "\n".join(texts)


def cells(text):
    """The rows of the table: name and kind, shape, parameters."""
    rows = [line.replace("┃", "│").split("│") for line in text.splitlines()]
    return [tuple(cell.strip() for cell in row[1:4]) for row in rows if len(row) == 5]


def test_layers_shapes_and_counts():
    model = Sequential(
        [Input((28, 28)), Flatten(name="flat"), Dense(512, name="hidden"), Dense(10, name="out")],
        name="digits",
    )
    text = text_of(model)
    assert text.startswith('Model: "digits"')
    assert cells(text) == [
        ("Layer (type)", "Output Shape", "Param #"),
        ("flat (Flatten)", "(None, 784)", "0"),
        ("hidden (Dense)", "(None, 512)", "401,920"),
        ("out (Dense)", "(None, 10)", "5,130"),
    ]
    assert "Total params: 407,050 (1.55 MB)" in text
    assert "Trainable params: 407,050 (1.55 MB)" in text
    assert "Non-trainable params: 0 (0.00 B)" in text


def test_frozen_and_non_trainable_parameters():
    model = Sequential(
        [Input((4,)), Dense(4, trainable=False), nnx.BatchNorm(4, rngs=nnx.Rngs(0)), Dense(1)]
    )
    text = text_of(model)
    assert " Total params: 41 " in text
    assert " Trainable params: 13 " in text
    assert " Non-trainable params: 28 " in text


def test_unknown_dimensions_show_as_none():
    model = Sequential([Input((None, 3)), Dense(2), Dropout(0.5)])
    assert [row[1] for row in cells(text_of(model))[1:]] == ["(None, None, 2)"] * 2


def test_a_nested_model_is_one_row():
    inner = Sequential([Dense(4), Dense(2)], name="inner")
    model = Sequential([Input((3,)), inner, Dense(1, name="out")])
    assert cells(text_of(model))[1:] == [
        ("inner (Sequential)", "(None, 2)", "26"),
        ("out (Dense)", "(None, 1)", "3"),
    ]


def test_a_model_of_ones_own():
    class Net(Model):
        def __init__(self):
            super().__init__(name="mine")
            self.hidden = Dense(4, name="hidden")
            self.out = Dense(1, name="out")

        def call(self, inputs):
            return self.out(self.hidden(inputs))

    model = Net()
    model.predict(np.ones((2, 3)), verbose=0)
    assert [(row[0], row[2]) for row in cells(text_of(model))[1:]] == [
        ("hidden (Dense)", "16"),
        ("out (Dense)", "5"),
    ]


def test_it_prints_by_default(capsys):
    Sequential([Input((3,)), Dense(1, name="only")], name="[net]").summary()
    printed = capsys.readouterr().out
    assert 'Model: "[net]"' in printed and "only (Dense)" in printed


def test_the_width_of_the_table():
    model = Sequential([Input((3,)), Dense(1)])
    widths = {len(line) for line in text_of(model, line_length=60).splitlines() if "│" in line}
    assert widths == {60}


def test_a_model_without_shapes_has_no_summary():
    with pytest.raises(ValueError, match='"net" is not built yet, so it has no shapes to show'):
        Sequential([Dense(1)], name="net").summary()

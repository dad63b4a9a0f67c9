"""The table that `summary` prints."""

import numpy as np
import pytest
from flax import nnx

import jaxkeras
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


def nested_pair(library):
    """The same graph in both libraries: a shared layer, nested models, a frozen layer."""
    layers = library.layers
    a, b = library.Input((8,), name="a"), library.Input((8,), name="b")
    inner = library.Sequential(
        [library.Input((8,)), layers.Dense(4, name="i1"), layers.Dropout(0.1, name="i2")],
        name="inner",
    )
    shared = layers.Dense(8, name="shared")
    f = library.Input((4,), name="f")
    functional = library.Model(f, layers.Dense(3, name="fd")(f), name="fun")
    cat = layers.Concatenate(name="cat")([inner(shared(a)), inner(shared(b))])
    frozen = layers.Dense(2, name="out", trainable=False)(cat)
    return library.Model([a, b], [frozen, functional(inner(a))], name="m")


def table(text):
    """The cells of every layer by its name, wrapped ones joined."""
    found = {}
    name = None
    for line in text.replace("┃", "│").splitlines():
        if not line.startswith("│"):
            name = None
            continue
        row = [cell.strip() for cell in line.split("│")[1:-1]]
        name = row[0] if "(" in row[0] else name
        old = found.get(name, [""] * len(row))
        found[name] = [f"{a} {b}".strip() for a, b in zip(old, row, strict=True)]
    return {key.split(" (")[0].lstrip("└ "): value[1:] for key, value in found.items()}


def test_nested_shared_and_frozen_layers_as_in_keras(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")  # what Keras cuts its lines to
    keras = pytest.importorskip("keras")
    texts = []
    for library in (jaxkeras, keras):
        nested_pair(library).summary(
            line_length=150, expand_nested=True, show_trainable=True, print_fn=texts.append
        )
    ours, theirs = map(table, texts)
    assert list(ours) == list(theirs)
    for name, (shape, params, sources, trainable) in ours.items():
        assert [shape, params, trainable] == [theirs[name][i] for i in (0, 1, 3)]
        if name not in ("i2", "fd"):  # inside of nested models Keras tells no sources
            assert sources.split() == theirs[name][2].split()
    assert "   └ i1 (Dense)" in texts[0]


def test_a_range_of_layers():
    model = nested_pair(jaxkeras)
    assert list(table(text_of(model, layer_range=("shared", "cat")))) == [
        "Layer",
        "shared",
        "inner",
        "cat",
    ]
    expanded = table(text_of(model, layer_range=("in.*", "in.*"), expand_nested=True))
    assert list(expanded) == ["Layer", "inner", "i1", "i2"]
    with pytest.raises(ValueError, match="no layer that 'x1' matches. Its layers: a, b, shared"):
        model.summary(layer_range=("x1", "cat"))
    with pytest.raises(ValueError, match="takes the names of two layers"):
        model.summary(layer_range="cat")


def test_positions_of_the_columns():
    model = Sequential([Input((3,)), Dense(1)])
    line = text_of(model, line_length=100, positions=(0.5, 0.8, 1.0)).splitlines()[1]
    widths = [len(part) for part in line.strip("┏┓").split("┳")]
    assert widths[0] > widths[1] > widths[2] and sum(widths) > 90
    for same in ((50, 80, 100), (0.5, 0.8, 1.0, 1.0)):
        assert text_of(model, line_length=100, positions=same).splitlines()[1] == line
    ends = (0.5, 0.8, 1.0)
    wider = text_of(model, line_length=100, positions=ends, show_trainable=True).splitlines()[1]
    shares = [len(part) for part in wider.strip("┏┓").split("┳")]
    assert shares[3] == 10 and shares[0] < widths[0]
    with pytest.raises(ValueError, match="ends of 3 columns"):
        model.summary(positions=(0.5, 1.0))


def test_what_the_optimizer_keeps_counts_after_training(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    keras = pytest.importorskip("keras")
    totals = []
    for library in (jaxkeras, keras):
        model = library.Sequential([library.Input((4,)), library.layers.Dense(3)])
        model.compile("adam", "mse")
        texts = []
        if library is jaxkeras:  # Keras makes the variables when it compiles
            model.summary(print_fn=texts.append)
            assert "Optimizer params" not in texts.pop()
        model.fit(np.ones((2, 4)), np.ones((2, 3)), verbose=0)
        model.summary(print_fn=texts.append)
        totals.append([line for line in texts[0].splitlines() if "params: " in line])
    assert totals[0] == totals[1] and totals[0][-1] == " Optimizer params: 32 (128.00 B)"


def test_a_layer_without_weights_yet_says_so():
    class Net(Model):
        def __init__(self):
            super().__init__()
            self.used, self.spare = Dense(2, name="used"), Dense(2, name="spare")

        def call(self, inputs):
            return self.used(inputs)

    model = Net()
    model.build((None, 3))
    model.used(np.ones((1, 3)))
    assert "0 (unbuilt)" in text_of(model)

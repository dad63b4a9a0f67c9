"""Clones of models: other layers, other inputs, models inside."""

import numpy as np
import pytest

import jaxkeras
from jaxkeras import layers, models


def test_a_clone_with_other_layers():
    inputs = jaxkeras.Input((4,), name="x")
    shared = layers.Dense(4, name="d")
    model = jaxkeras.Model(inputs, layers.Dropout(0.5, name="o")(shared(shared(inputs))))

    def without_dropout(layer):
        is_dropout = isinstance(layer, layers.Dropout)
        return layers.Identity() if is_dropout else type(layer).from_config(layer.get_config())

    twin = models.clone_model(model, clone_function=without_dropout)
    assert [layer.kind for layer in twin.layers] == ["InputLayer", "Dense", "Identity"]
    assert twin.get_layer("d") is not shared

    def with_activation(layer, *args, **kwargs):
        outputs = layer(*args, **kwargs)
        return layers.ReLU()(outputs) if layer is shared else outputs

    new = jaxkeras.Input((4,), name="new")
    twin = models.clone_model(model, new, lambda layer: layer, with_activation)
    kinds = [layer.kind for layer in twin.layers]
    assert kinds.count("ReLU") == 2 and twin.get_layer("d") is shared and twin.input is new
    with pytest.raises(ValueError, match="input_tensors in the structure of its input"):
        models.clone_model(model, [new, new])


def test_clones_of_models_inside():
    x, y, z = jaxkeras.Input((4,)), jaxkeras.Input((4,)), jaxkeras.Input((3,))
    first = jaxkeras.Sequential([jaxkeras.Input((4,)), layers.Dense(3)])
    second = jaxkeras.Model(z, layers.Dense(2)(z))
    model = jaxkeras.Model([x, y], [second(first(x)), second(first(y))])
    seen = []

    def note(layer):
        seen.append(layer.kind)
        return type(layer).from_config(layer.get_config())

    models.clone_model(model, clone_function=note)
    assert seen == ["Sequential", "Model"]
    seen.clear()
    assert models.clone_model(model, clone_function=note, recursive=True).output_shape[0] == (
        None,
        2,
    )
    assert seen == ["Dense", "Dense"]


def test_clones_of_stacks():
    model = jaxkeras.Sequential([jaxkeras.Input((8,)), layers.Dense(4), layers.Dense(2)])
    twin = models.clone_model(model, input_tensors=jaxkeras.Input((8,), name="new"))
    assert twin.input.name == "new" and twin.name == model.name
    unbuilt = models.clone_model(jaxkeras.Sequential([layers.Dense(2)]))
    assert not unbuilt.built
    with pytest.raises(ValueError, match="call_function for functional models only"):
        models.clone_model(model, call_function=lambda layer, x: layer(x))
    with pytest.raises(ValueError, match="takes one symbolic tensor"):
        models.clone_model(model, input_tensors=np.ones((1, 8)))

"""A misspelt keyword is answered with the right one, wherever many can be passed."""

import numpy as np
import pytest

import jaxkeras
from jaxkeras import activations, backend, callbacks, layers, losses, ops, optimizers, utils
from jaxkeras.preprocessing import sequence, text
from jaxkeras.preprocessing.image import DirectoryIterator, ImageDataGenerator, load_img
from jaxkeras.registry import teaches_keywords

X = np.ones((2, 2, 2, 1))

CALLS = {
    "activation": (lambda: activations.relu(1.0, max_valu=6), "relu", "max_value"),
    "add_weight": (lambda: layers.Layer().add_weight(shap=(2,)), "add_weight", "shape"),
    "backend": (lambda: backend.sum(X, axi=1), "sum", "axis"),
    "callback": (lambda: callbacks.EarlyStopping(patiense=1), "EarlyStopping", "patience"),
    "directory": (
        lambda: DirectoryIterator("x", None, targetsize=(2, 2)), "DirectoryIterator", "target_size",
    ),
    "flow": (lambda: ImageDataGenerator().flow(X, batchsize=1), "flow", "batch_size"),
    "generator": (lambda: ImageDataGenerator(rescal=1), "ImageDataGenerator", "rescale"),
    "input": (lambda: jaxkeras.Input(shap=(2,)), "Input", "shape"),
    "load_img": (lambda: load_img("x", targetsize=(2, 2)), "load_img", "target_size"),
    "load_model": (
        lambda: jaxkeras.models.load_model("x", custom_object={}), "load_model", "custom_objects",
    ),
    "loss": (lambda: losses.BinaryCrossentropy(from_logit=True), "BinaryCross", "from_logits"),
    "loss function": (
        lambda: losses.binary_crossentropy([0], [0], from_logit=True), "binary_cross", "from_logits"
    ),
    "operation": (lambda: ops.sum(X, axi=1), "sum", "axis"),
    "optimizer": (lambda: optimizers.Adam(learnin_rate=1), "Adam", "learning_rate"),
    "padding": (lambda: sequence.pad_sequences([[1]], max_len=1), "pad_sequences", "maxlen"),
    "plot": (lambda: utils.plot_model(None, to_fil="x"), "plot_model", "to_file"),
    "to_categorical": (
        lambda: utils.to_categorical([1], num_class=2), "to_categorical", "num_classes"
    ),
    "tokenizer": (lambda: text.Tokenizer(num_word=1), "Tokenizer", "num_words"),
    "windows": (
        lambda: sequence.TimeseriesGenerator([1], [1], 1, workrs=2), "PyDataset", "workers",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_the_right_keyword_is_named(name):
    call, owner, right = CALLS[name]
    with pytest.raises(TypeError, match=rf"^{owner}.* has no argument .*Did you mean '{right}'\?"):
        call()


def test_keywords_without_effect_are_dropped_and_open_functions_take_all():
    @teaches_keywords("workers")
    def train(x, epochs=1):
        return x, epochs

    @teaches_keywords()
    def anything(**options):
        return options

    assert train(0, workers=4, epochs=2) == (0, 2)
    assert anything(workers=4) == {"workers": 4}

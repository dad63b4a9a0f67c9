"""The hooks of `Callback` and of `LambdaCallback`."""

import copy
import inspect

import pytest

from jaxkeras.callbacks import Callback, LambdaCallback

HOOKS = [name for name in vars(Callback) if name.startswith("on_")]


def test_hooks_are_those_of_keras():
    keras = pytest.importorskip("keras")
    theirs = [name for name in dir(keras.callbacks.Callback) if name.startswith("on_")]
    assert sorted(HOOKS) == theirs
    for name in theirs:
        ours = inspect.signature(getattr(Callback, name)).parameters
        assert list(ours) == list(
            inspect.signature(getattr(keras.callbacks.Callback, name)).parameters
        )


@pytest.mark.parametrize("end", ["begin", "end"])
def test_train_batch_hooks_call_the_old_names(end):
    calls = []

    class Old(Callback):
        def on_batch_begin(self, batch, logs=None):
            calls.append(("begin", batch, logs))

        def on_batch_end(self, batch, logs=None):
            calls.append(("end", batch, logs))

    getattr(Old(), f"on_train_batch_{end}")(3, {"loss": 0.5})
    assert calls == [(end, 3, {"loss": 0.5})]


def test_params_and_model():
    callback = Callback()
    assert callback.params is None and callback.model is None
    callback.set_params({"epochs": 5})
    callback.set_model("model")
    assert callback.params == {"epochs": 5} and callback.model == "model"


def test_subclass_need_not_call_the_base_constructor():
    class Careless(Callback):
        def __init__(self, patience=3):
            self.patience = patience

    callback = Careless(patience=5)
    callback.set_model("model")
    assert callback.model == "model"
    assert callback.get_config() == {"patience": 5}


def test_surplus_arguments_are_refused():
    with pytest.raises(TypeError):
        Callback(3)  # pyright: ignore
    with pytest.raises(TypeError, match="has no argument 'patience'"):
        Callback(patience=3)  # pyright: ignore


@pytest.mark.parametrize("hook", HOOKS)
def test_lambda_callback_takes_every_hook(hook):
    callback = LambdaCallback(**{hook: lambda *arguments: arguments})
    assert getattr(callback, hook)(1, 2) == (1, 2)
    assert [name for name in HOOKS if name in vars(callback)] == [hook]


def test_lambda_callback_takes_functions_in_the_order_of_keras():
    keras = pytest.importorskip("keras")
    parameters = inspect.signature(keras.callbacks.LambdaCallback).parameters.values()
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    functions = [lambda *arguments, name=name: name for name in names]
    callback = LambdaCallback(*functions)
    assert [getattr(callback, name)() for name in names] == names


def test_lambda_callback_old_batch_hook():
    seen = []
    callback = LambdaCallback(on_batch_end=lambda batch, logs: seen.append(batch))
    callback.on_train_batch_end(7)
    assert seen == [7]


def test_lambda_callback_names_the_nearest_hook():
    with pytest.raises(TypeError, match="Did you mean 'on_epoch_end'"):
        LambdaCallback(on_epoch_ends=print)  # pyright: ignore


def test_lambda_callback_wants_functions():
    with pytest.raises(TypeError, match="expected a function as on_epoch_end.*Received: 'print'"):
        LambdaCallback(on_epoch_end="print")  # pyright: ignore


def test_lambda_callback_copies():
    callback = copy.deepcopy(LambdaCallback(on_epoch_end=print))
    assert callback.on_epoch_end is print

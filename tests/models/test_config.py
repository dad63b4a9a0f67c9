"""Configurations of models: written and read here and by Keras 3."""

import json

import jax
import numpy as np
import optax
import pytest

import jaxkeras
from jaxkeras import layers, models, ops
from jaxkeras.utils import custom_object_scope, deserialize_keras_object, serialize_keras_object

keras = pytest.importorskip("keras")

pytestmark = pytest.mark.filterwarnings("ignore:When providing `inputs` as a dict:UserWarning")


def through_json(config):
    return json.loads(json.dumps(config))


def random_inputs(model):
    draw = np.random.default_rng(0)

    def one(tensor):
        shape = (2, *tensor.shape[1:])
        if "int" in tensor.dtype:
            return draw.integers(0, 9, shape).astype("int32")
        return draw.normal(size=shape).astype("float32")

    return jax.tree.map(one, model.input)


def set_weights(model, values):
    """Also of Keras's models, which count the seeds of dropout among the weights."""
    variables = [v for v in model.weights if "seed" not in getattr(v, "path", "")]
    assert [v.name for v in variables] == [name for name, _ in values]
    for variable, (_, value) in zip(variables, values, strict=True):
        variable.assign(value)


def assert_close(ours, theirs):
    for own, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-3, atol=1e-4)


# ---------------------------------------------------------------------- architectures


def stack(k):
    return k.Sequential(
        [
            k.Input((8,)),
            k.layers.Dense(4, activation="relu", kernel_regularizer="l2", name="a"),
            k.layers.BatchNormalization(name="bn"),
            k.layers.Dropout(0.3, name="dropout"),
            k.layers.Dense(2, name="b"),
        ]
    )


def stack_in_a_stack(k):
    inside = k.Sequential([k.layers.Dense(4, name="q"), k.layers.PReLU(name="prelu")], name="in")
    return k.Sequential([k.Input((8,)), inside, k.layers.Dense(2, name="o")])


def convolution(k):
    x = k.layers
    return k.Sequential(
        [
            k.Input((8, 8, 3)),
            x.Conv2D(4, 3, padding="same", name="c"),
            x.MaxPooling2D(name="p"),
            x.Flatten(name="f"),
            x.Dense(2, activation="softmax", name="o"),
        ]
    )


def mixed_precision(k):
    first = k.layers.Dense(3, dtype="mixed_bfloat16", name="d")
    return k.Sequential([k.Input((4,)), first, k.layers.Dense(2, name="e")])


def residual(k):
    inputs = k.Input((6, 6, 4), name="x")
    hidden = k.layers.Conv2D(4, 3, padding="same", name="c")(inputs)
    hidden = k.layers.ReLU(name="relu")(k.layers.BatchNormalization(name="bn")(hidden))
    hidden = k.layers.GlobalAveragePooling2D(name="g")(k.layers.Add(name="s")([inputs, hidden]))
    return k.Model(inputs, k.layers.Dense(2, name="o")(hidden))


def shared_layer(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    shared = k.layers.Dense(4, name="shared")
    joined = k.layers.Concatenate(name="c")([shared(shared(a)), shared(b)])
    return k.Model([a, b], [joined, k.layers.Dense(1, name="o")(shared(b))])


def branches_of_unequal_depth(k):
    a, b, unused = (k.Input((4,), name=name) for name in "abc")
    deep = k.layers.Dense(4, name="d2")(k.layers.Dense(4, name="d1")(b))
    total = k.layers.Add(name="s")([k.layers.Dense(4, name="d3")(a), deep])
    last = k.layers.Dense(2, name="o")(k.layers.Concatenate(name="join")([total, b]))
    return k.Model([a, b, unused], last)


def dictionaries(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    outputs = {"sum": k.layers.Add(name="s")([a, b]), "of_a": k.layers.Dense(2, name="d")(a)}
    return k.Model({"a": a, "b": b}, outputs)


def models_in_a_model(k):
    x, y, z = (k.Input((size,), name=name) for name, size in (("x", 4), ("y", 4), ("z", 3)))
    first = k.Sequential([k.Input((4,)), k.layers.Dense(3, name="q")], name="first")
    second = k.Model(z, k.layers.Dense(2, name="g")(z), name="second")
    return k.Model([x, y], [second(first(x)), second(first(y))])


def unbuilt_stack_in_a_model(k):
    inputs = k.Input((8,), name="x")
    decoder = k.Sequential([k.layers.Dense(8, name="d")], name="decoder")
    return k.Model(inputs, decoder(k.layers.Dense(3, name="code")(inputs)))


def frozen_layer(k):
    inputs = k.Input((8,), name="x")
    frozen = k.layers.Dense(3, name="d", trainable=False)
    return k.Model(inputs, k.layers.Dense(2, name="e")(frozen(inputs)))


def states_by_keyword(k):
    inputs = k.Input((5, 3), name="x")
    outputs, h, c = k.layers.LSTM(4, return_state=True, return_sequences=True, name="e")(inputs)
    return k.Model(inputs, k.layers.LSTM(4, name="d")(outputs, initial_state=[h, c]))


def masked(k):
    inputs = k.Input((5,), dtype="int32", name="x")
    hidden = k.layers.Embedding(9, 4, mask_zero=True, name="e")(inputs)
    return k.Model(inputs, k.layers.Bidirectional(k.layers.GRU(3, name="gru"), name="b")(hidden))


def attention(k):
    inputs = k.Input((5, 8), name="x")
    attend = k.layers.MultiHeadAttention(2, 4, name="mha")
    hidden = attend(inputs, value=inputs, use_causal_mask=True)
    return k.Model(inputs, k.layers.LayerNormalization(name="ln")(hidden + inputs))


def distributed(k):
    inputs = k.Input((3, 6, 6, 1), name="x")
    hidden = k.layers.TimeDistributed(k.layers.Conv2D(2, 3, name="c"), name="t")(inputs)
    hidden = k.layers.TimeDistributed(k.layers.Flatten(name="f"), name="t2")(hidden)
    return k.Model(inputs, k.layers.SimpleRNN(3, name="rnn")(hidden))


def operations(k):
    x, y = k.Input((4, 6), name="x"), k.Input((6,), name="y")
    z = k.ops.mean(k.ops.add(x, y[:, None]) * 2.0, axis=1)
    z = 1 - k.ops.relu(k.ops.concatenate([z, y], axis=-1))
    z = k.ops.where(z > 0, z, 0.5) / (k.ops.abs(z) + np.arange(12, dtype="float32"))
    z = k.ops.einsum("bi,bj->bij", k.ops.clip(z, -1.0, 1.0), y)
    return k.Model([x, y], [k.ops.reshape(z, (-1, 72)), k.ops.split(z, 2, axis=1)[1], -x[..., 0]])


ARCHITECTURES = [
    stack, stack_in_a_stack, convolution, mixed_precision, residual, shared_layer,
    branches_of_unequal_depth, dictionaries, models_in_a_model, unbuilt_stack_in_a_model,
    frozen_layer, states_by_keyword, masked, attention, distributed, operations,
]  # fmt: skip


@pytest.mark.parametrize("make", ARCHITECTURES, ids=lambda make: make.__name__)
def test_models_travel_between_here_and_keras(make):
    ours, theirs = make(jaxkeras), make(keras)
    values = [
        (v.name, np.random.uniform(0.1, 0.9, v.shape).astype("float32")) for v in ours.weights
    ]
    set_weights(ours, values)
    inputs = random_inputs(ours)
    outputs = jax.tree.leaves(ours(inputs))
    text = ours.to_json()
    assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]

    in_keras = keras.models.model_from_json(text)
    from_keras = models.model_from_json(theirs.to_json())
    for other in (in_keras, from_keras):
        set_weights(other, values)
        assert_close(outputs, other(inputs))
    assert from_keras.count_params() == ours.count_params()
    assert len(from_keras.trainable_weights) == len(ours.trainable_weights)
    for twin in (
        type(ours).from_config(through_json(ours.get_config())),
        models.model_from_json(text),
        models.clone_model(ours),
    ):
        assert twin.to_json() == text
        set_weights(twin, values)


def test_the_same_text_as_keras_but_for_what_asks_for_nothing():
    def stripped(value):
        if isinstance(value, list):
            return [stripped(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {key: stripped(item) for key, item in value.items() if item not in (None, {}, False)}

    made = (mixed_precision, shared_layer, branches_of_unequal_depth, dictionaries, operations)
    for make in (*made, frozen_layer):
        for api in (jaxkeras, keras):
            api.utils.clear_session()
        ours, theirs = (stripped(json.loads(make(api).to_json())) for api in (jaxkeras, keras))
        assert ours == theirs


def test_operations_are_those_of_keras():
    def outputs(k):
        x, i = k.Input((4, 6), name="x"), k.Input((4,), dtype="int32", name="i")
        image, o = k.Input((4, 4, 3), name="image"), k.ops
        made = [
            o.softmax(x), o.max(x, axis=-1, keepdims=True), o.stack([x, x], axis=1), o.exp(x),
            o.transpose(x, (0, 2, 1)), o.matmul(x, o.swapaxes(x, 1, 2)), o.cast(x, "int32"),
            o.one_hot(i, 5), o.take(x, [0, 2], axis=1), o.pad(x, ((0, 0), (1, 0), (0, 0))),
            o.image.resize(image, (8, 8)), o.full_like(x, 2.0), o.expand_dims(x, 1), x[:, 1:3],
            o.isclose(x, 1.0, rtol=0.5), o.cumsum(x, axis=1), o.logical_not(x > 0), x**2,
            o.squeeze(x[:, :1], 1), o.erf(x), o.top_k(x, 2)[1],
            o.layer_normalization(x, axis=-1), o.slice(x, (0, 1, 0), (2, 2, 6)), x % 2, x // 2,
            o.stop_gradient(x), o.sqrt(o.abs(x)),
        ]  # fmt: skip
        return k.Model([x, i, image], made)

    ours = outputs(jaxkeras)
    inputs = random_inputs(ours)
    expected = ours(inputs)
    assert_close(expected, keras.models.model_from_json(ours.to_json())(inputs))
    again = models.model_from_json(outputs(keras).to_json())
    assert_close(expected, again(inputs))
    assert models.model_from_json(again.to_json()).to_json() == again.to_json()


# ---------------------------------------------------------------------- one's own classes


class Scale(layers.Layer):
    """With a constructor that takes neither name nor type, and weights made in `build`."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def build(self, input_shape):
        self.offset = self.add_weight(shape=input_shape[-1:], initializer="zeros", name="offset")

    def call(self, inputs):
        return self.factor * inputs + self.offset


class Classifier(jaxkeras.Model):
    def __init__(self, classes, hidden=None, **kwargs):
        super().__init__(**kwargs)
        self.hidden = hidden or layers.Dense(4)
        self.embed = layers.Embedding(9, 3)
        self.out = layers.Dense(classes)

    def call(self, inputs):
        return self.out(self.hidden(self.embed(inputs)))


def cube(x):
    return x**3


def test_own_layers_and_functions_are_found_by_name():
    inputs = jaxkeras.Input((3,), name="x")
    own = Scale(2.0)
    own.name, own.trainable = "half", False
    model = jaxkeras.Model(inputs, layers.Dense(2, activation=cube)(own(inputs)))
    with pytest.raises(ValueError, match=r"Unknown class or function 'Scale'.*custom_objects="):
        models.model_from_json(model.to_json())
    found = {"Scale": Scale, "cube": cube}
    twins = [
        models.model_from_json(model.to_json(), custom_objects=found),
        jaxkeras.Model.from_config(model.get_config(), found),
    ]
    with custom_object_scope(found):
        twins.append(models.clone_model(model))
    for twin in twins:
        twin.set_weights(model.get_weights())
        assert type(twin.get_layer("half")) is Scale and not twin.get_layer("half").trainable
        assert_close(model(np.ones((1, 3))), twin(np.ones((1, 3))))


def test_registered_classes_are_found_without_help():
    @jaxkeras.utils.register_keras_serializable("tests")
    class Twice(layers.Layer):
        def call(self, inputs):
            return 2 * inputs

    class Thrice(Twice):
        def call(self, inputs):
            return 3 * inputs

    try:
        config = serialize_keras_object(Twice())
        assert config["registered_name"] == "tests>Twice"
        assert type(deserialize_keras_object(config)) is Twice
        assert jaxkeras.utils.get_registered_object("tests>Twice") is Twice
        assert serialize_keras_object(Thrice())["registered_name"] == "Thrice"
    finally:
        del jaxkeras.utils.get_custom_objects()["tests>Twice"]
    with pytest.raises(TypeError, match="no get_config"):
        jaxkeras.utils.register_keras_serializable()(dict)


def test_a_model_with_a_call_of_its_own():
    model = Classifier(2, hidden=layers.Dense(5, name="wide"), name="mine")
    x = np.array([[1, 2, 3]])
    model(x)
    config = through_json(serialize_keras_object(model))
    twin = deserialize_keras_object(config, {"Classifier": Classifier})
    assert twin.name == "mine" and twin.hidden.name == "wide"
    twin.set_weights(model.get_weights())  # it has them, without a call
    assert_close(model(x), twin(x))
    assert models.clone_model(model).count_params() == model.count_params()
    with pytest.raises(ValueError, match=r"computes in a call\(\) of its own"):
        models.clone_model(model, clone_function=lambda layer: layer)


def test_a_subclass_made_of_tensors_keeps_its_class():
    class Plain(jaxkeras.Model):
        pass

    class Sized(jaxkeras.Model):
        def __init__(self, units):
            inputs = jaxkeras.Input((3,))
            super().__init__(inputs, layers.Dense(units)(inputs))

    inputs = jaxkeras.Input((3,))
    plain, sized = Plain(inputs, layers.Dense(2)(inputs)), Sized(4)
    assert type(Plain.from_config(plain.get_config())) is Plain
    assert Sized.from_config(sized.get_config()).output_shape == (None, 4)
    found = {"Plain": Plain, "Sized": Sized}
    for model in (plain, sized):
        assert type(models.model_from_json(model.to_json(), found)) is type(model)


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "config",
    [
        {"module": "os", "class_name": "system", "config": {}, "registered_name": None},
        {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
        {"module": "builtins", "class_name": "function", "config": "eval"},
        {"module": "keras.utils", "class_name": "get_file", "config": {"origin": "http://x"}},
        {"module": "keras.layers", "class_name": "Nothing", "config": {}},
        {"class_name": "__lambda__", "config": {"value": ["4wEAAAA=", None, None]}},
    ],
)
def test_nothing_is_imported_and_no_code_is_run(config):
    with pytest.raises(ValueError, match="nothing is imported|which is not run"):
        deserialize_keras_object(config)


def test_what_has_no_configuration():
    inputs = jaxkeras.Input((3,))
    with pytest.raises(TypeError, match="a lambda, which has no name"):
        jaxkeras.Sequential([layers.Dense(1, activation=lambda x: x)]).to_json()
    outputs = jaxkeras.symbolic.record(jax.numpy.cbrt, inputs)
    with pytest.raises(TypeError, match="calls the function 'cbrt'.*a function of jaxkeras.ops"):
        jaxkeras.Model(inputs, outputs).get_config()


def test_configurations_that_do_not_fit_together():
    inputs = jaxkeras.Input((3,), name="x")
    model = jaxkeras.Model(inputs, ops.exp(layers.Dense(2, name="d")(inputs)))
    text = model.to_json()
    for old, new, message in (
        ('["x", 0, 0]}}], "kw', '["d", 5, 0]}}], "kw', "need tensors that nothing in it makes"),
        ('["x", 0, 0]}}], "kw', '["y", 0, 0]}}], "kw', "calls for a layer 'y'"),
        ('["x", 0, 0]}}], "kw', '["x", 0, 7]}}], "kw', "asks for output 7 of call 0 of 'x'"),
        ('"class_name": "Exp"', '"class_name": "Expp"', "Unknown operation 'Expp'.*Did you mean"),
        (
            '"keras.layers", "class_name": "InputLayer"',
            '"keras.layers", "class_name": "In"',
            "'In'",
        ),
    ):
        assert old in text
        with pytest.raises(ValueError, match=message):
            models.model_from_json(text.replace(old, new, 1))
    with pytest.raises(ValueError, match="expected the text that model.to_json"):
        models.model_from_json(json.dumps(serialize_keras_object(layers.Dense(2))))


def test_calls_as_keras_2_wrote_them_down():
    def entry(class_name, name, calls, **config):
        config = {"name": name, **config}
        return {"class_name": class_name, "config": config, "name": name, "inbound_nodes": calls}

    shape = {"batch_input_shape": [None, 4], "dtype": "float32", "sparse": False, "ragged": False}
    zeros = {"class_name": "Zeros", "config": {}}
    config = {
        "layers": [
            entry("InputLayer", "x", [], **shape),
            entry("Dense", "d", [[["x", 0, 0, {}]]], units=4, kernel_initializer=zeros),
            entry("Add", "s", [[["d", 0, 0, {}], ["x", 0, 0, {}]]]),
        ],
        "input_layers": [["x", 0, 0]],
        "output_layers": [["s", 0, 0]],
    }
    x = np.ones((1, 4), "float32")
    np.testing.assert_array_equal(jaxkeras.Model.from_config(config)([x])[0], x)


# ---------------------------------------------------------------------- how a model was compiled


def own_loss(y_true, y_pred):
    return abs(y_true - y_pred)


def test_what_compile_chose_travels_too():
    def compiled(k):
        model = dictionaries(k)
        model.compile(
            optimizer=k.optimizers.SGD(k.optimizers.schedules.CosineDecay(0.5, 10), momentum=0.5),
            loss={"sum": "mse", "of_a": k.losses.LogCosh(reduction="sum")},
            metrics={"sum": ["mae"], "of_a": [k.metrics.RootMeanSquaredError(name="r")]},
            loss_weights={"sum": 2.0, "of_a": 0.5},
        )
        return model

    ours, theirs = compiled(jaxkeras), compiled(keras)
    in_keras = keras.models.model_from_json(ours.to_json())
    configs = [m.optimizer.get_config() | {"name": "sgd"} for m in (in_keras, theirs)]
    assert configs[0] == configs[1]
    twins = [
        models.model_from_json(theirs.to_json()),
        models.model_from_json(ours.to_json()),
        models.clone_model(ours),
    ]
    x = random_inputs(ours)
    y = {"sum": np.ones((2, 4)), "of_a": np.ones((2, 2))}
    expected = ours.evaluate(x, y, verbose=0, return_dict=True)
    in_keras.set_weights(ours.get_weights())
    assert_close(expected["loss"], in_keras.evaluate(x, y, verbose=0, return_dict=True)["loss"])
    for twin in twins:
        twin.set_weights(ours.get_weights())
        logs = twin.evaluate(x, y, verbose=0, return_dict=True)
        assert logs.keys() == expected.keys()
        assert_close(expected, logs)
        assert twin.optimizer.momentum == 0.5


def test_own_losses_and_the_learning_rate_of_now():
    model = stack(jaxkeras)
    assert model.get_compile_config() == {} and "compile_config" not in model.to_json()
    model.compile("adam", own_loss, metrics=["accuracy"])
    model.optimizer.learning_rate = 0.25
    with pytest.raises(ValueError, match="'own_loss'"):
        models.model_from_json(model.to_json())
    twin = models.model_from_json(model.to_json(), {"own_loss": own_loss})
    assert float(twin.optimizer.learning_rate) == 0.25
    assert twin.metrics_names == model.metrics_names


def test_a_compile_of_ones_own_is_left_alone():
    class Own(jaxkeras.Sequential):
        def compile(self, rate):
            super().compile(jaxkeras.optimizers.SGD(rate), "mse")

    model = Own([jaxkeras.Input((2,)), layers.Dense(1)])
    model.compile(0.5)
    with pytest.warns(UserWarning, match=r"has a compile\(\) of its own"):
        assert models.model_from_json(model.to_json(), {"Own": Own}).optimizer is None


def test_an_optax_transformation_is_left_out_with_a_warning():
    model = stack(jaxkeras)
    model.compile(optax.sgd(0.1), "mse")
    with pytest.warns(UserWarning, match="as if it was not compiled.*optax"):
        text = model.to_json()
    assert models.model_from_json(text).optimizer is None

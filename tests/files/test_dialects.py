"""What older generations of Keras said differently, one rule at a time."""

import json

import numpy as np
import pytest

from jaxkeras.files import Group
from jaxkeras.files.dialects import (
    Origin,
    Rewrite,
    arrays_to_today,
    compiled_as,
    generation_of,
    model_to_today,
    optimizer_values,
    training_config,
)
from jaxkeras.files.dialects.compiling import turn_compiled
from jaxkeras.files.dialects.operations import turn_operation
from jaxkeras.files.functions import known_call
from jaxkeras.files.layouts import is_legacy, legacy_json, variables_at
from jaxkeras.models import model_from_json


def _layer(class_name, version, **config):
    """Today's description of a single layer, without what every layer has."""
    entry = {"class_name": class_name, "config": {"name": "a", **config}}
    stack = {"class_name": "Sequential", "config": [entry]}
    (today,) = model_to_today(stack, version)[0]["config"]["layers"]
    return today["class_name"], {k: v for k, v in today["config"].items() if k != "name"}


@pytest.mark.parametrize(
    ("class_name", "stored", "today", "expected"),
    [
        ("Dense", {"output_dim": 2, "bias": False, "init": "normal", "W_regularizer": None},
         "Dense", {"units": 2, "use_bias": False, "kernel_initializer": "random_normal",
                   "kernel_regularizer": None}),
        ("Convolution2D", {"nb_filter": 2, "nb_row": 3, "nb_col": 4, "subsample": [1, 2],
                           "border_mode": "valid", "dim_ordering": "th"},
         "Conv2D", {"filters": 2, "kernel_size": [3, 4], "strides": [1, 2], "padding": "valid",
                    "data_format": "channels_first"}),
        ("AtrousConvolution1D", {"nb_filter": 2, "filter_length": 3, "atrous_rate": 2},
         "Conv1D", {"filters": 2, "kernel_size": 3, "dilation_rate": 2}),
        ("SeparableConvolution2D", {"init": "uniform"},
         "SeparableConv2D", dict.fromkeys(("depthwise_initializer", "pointwise_initializer"),
                                          "random_uniform")),
        ("Deconvolution2D", {"output_shape": [None, 4, 4, 1], "nb_filter": 1},
         "Conv2DTranspose", {"filters": 1}),
        ("MaxPooling1D", {"pool_length": 2, "stride": 3, "border_mode": "same"},
         "MaxPooling1D", {"pool_size": 2, "strides": 3, "padding": "same"}),
        ("LSTM", {"output_dim": 2, "inner_init": "orthogonal", "inner_activation": "tanh",
                  "forget_bias_init": "one", "dropout_W": 0.1, "dropout_U": 0.2,
                  "consume_less": "cpu", "input_dim": 3, "input_length": None},
         "LSTM", {"units": 2, "recurrent_initializer": "orthogonal",
                  "recurrent_activation": "tanh", "unit_forget_bias": True, "dropout": 0.1,
                  "recurrent_dropout": 0.2, "input_shape": [None, 3]}),
        ("Embedding", {"input_dim": 5, "output_dim": 2, "init": "uniform", "dropout": 0.5,
                       "input_length": 4, "batch_input_shape": [None, 4]},
         "Embedding", {"input_dim": 5, "output_dim": 2, "batch_input_shape": [None, 4],
                       "embeddings_initializer": "random_uniform"}),
        ("Dropout", {"p": 0.5}, "Dropout", {"rate": 0.5}),
        ("GaussianNoise", {"sigma": 0.5}, "GaussianNoise", {"stddev": 0.5}),
        ("TimeDistributedDense", {"output_dim": 2}, "Dense", {"units": 2}),
        ("ZeroPadding2D", {"padding": {"top_pad": 1, "right_pad": 2}},
         "ZeroPadding2D", {"padding": [[1, 0], [0, 2]]}),
        ("BatchNormalization", {"mode": 0, "beta_init": "zero"},
         "BatchNormalization", {"beta_initializer": "zeros"}),
        ("BatchNormalization", {"mode": 1}, "BatchNormalizationByMode", {"mode": 1}),
        ("Dense", {"W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.5},
                   "b_constraint": {"name": "MaxNorm", "m": 2, "axis": 0}},
         "Dense", {"kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.5}},
                   "bias_constraint": {"class_name": "MaxNorm",
                                       "config": {"max_value": 2, "axis": 0}}}),
        ("Merge", {"mode": "concat", "concat_axis": 1, "dot_axes": -1}, "Concatenate", {"axis": 1}),
        ("Merge", {"mode": "cos", "dot_axes": 1}, "Dot", {"axes": 1, "normalize": True}),
    ],
)  # fmt: skip
def test_words_of_keras_1(class_name, stored, today, expected):
    assert _layer(class_name, "1.2.2", **stored) == (today, expected)


@pytest.mark.parametrize(
    ("class_name", "stored", "today", "expected"),
    [
        ("BatchNormalizationV1", {"axis": [3], "fused": True, "renorm": False},
         "BatchNormalization", {"axis": 3}),
        ("Activation", {"activation": "hard_sigmoid"},
         "Activation", {"activation": "legacy_hard_sigmoid"}),
        ("Activation", {"activation": {"class_name": "function", "config": "softmax_v2"}},
         "Activation", {"activation": "softmax"}),
        ("GRU", {"units": 2}, "GRU", {"units": 2, "reset_after": False,
                                      "recurrent_activation": "legacy_hard_sigmoid"}),
        ("CuDNNLSTM", {"units": 2}, "LSTM", {"units": 2, "recurrent_activation": "sigmoid"}),
        ("LSTM", {"units": 2, "recurrent_activation": "sigmoid", "implementation": 2,
                  "time_major": False}, "LSTM", {"units": 2, "recurrent_activation": "sigmoid"}),
        ("DepthwiseConv2D", {"kernel_size": [3, 3], "groups": 1, "kernel_initializer": "zeros"},
         "DepthwiseConv2D", {"kernel_size": [3, 3]}),
        ("LeakyReLU", {"alpha": {"type": "ndarray", "value": 0.25}},
         "LeakyReLU", {"negative_slope": 0.25}),
        ("InputLayer", {"batch_input_shape": [None, 2], "sparse": True, "ragged": False},
         "InputLayer", {"batch_shape": [None, 2]}),
        ("Dense", {"kernel_initializer": {"class_name": "GlorotUniform",
                                          "config": {"seed": None, "dtype": "float32"}},
                   "dtype": {"class_name": "Policy", "config": {"name": "mixed_float16"}}},
         "Dense", {"kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
                   "dtype": "mixed_float16"}),
        ("Reshape", {"target_shape": {"class_name": "__tuple__", "items": [2, 3]}},
         "Reshape", {"target_shape": [2, 3]}),
    ],
)  # fmt: skip
def test_words_of_keras_2(class_name, stored, today, expected):
    assert _layer(class_name, "2.4.0", **stored) == (today, expected)


def test_what_cannot_be_said_today_is_an_error():
    with pytest.raises(ValueError, match="LSTM 'a' takes its input with time first"):
        _layer("LSTM", "2.4.0", time_major=True)
    with pytest.raises(ValueError, match=r"Merge 'a' joins its inputs by a function"):
        _layer("Merge", "1.2.2", mode=["code", None, None], mode_type="lambda")


def test_theano_pads_in_its_own_way():
    convolution = {"name": "c", "kernel_size": [2, 3], "strides": [1, 1], "padding": "same"}
    stack = {
        "class_name": "Sequential",
        "config": [{"class_name": "Conv2D", "config": convolution}],
    }
    (kept,) = model_to_today(stack, "2.0.9")[0]["config"]["layers"]
    assert kept["config"]["padding"] == "same"
    today, rewrites = model_to_today(stack, "2.0.9", is_theano=True)
    zeros, turned = today["config"]["layers"]
    assert (zeros["class_name"], zeros["config"]["padding"]) == ("ZeroPadding2D", [[1, 0], [1, 1]])
    assert turned["config"]["padding"] == "valid"
    assert rewrites[0].layer == "c"


@pytest.mark.parametrize(("size", "step"), [((2, 3), (2, 2)), ((4, 2), (1, 2)), ((5, 1), (3, 1))])
@pytest.mark.parametrize("kind", ["Max", "Average"])
def test_theano_pools_in_its_own_way(kind, size, step):
    config = {"name": "p", "pool_size": size, "strides": step, "border_mode": "same"}
    config |= {"batch_input_shape": [None, 7, 6, 1], "dim_ordering": "tf"}
    entry = {"class_name": f"{kind}Pooling2D", "config": config}
    stack = {"class_name": "Sequential", "config": [entry], "keras_version": "1.2.2"}
    model = model_from_json(json.dumps(stack | {"backend": "theano"}))
    x = np.random.normal(size=(2, 7, 6, 1)).astype("float32")
    pads = [max(s - 2 if s % 2 else s - 1, 0) for s in size]
    padded = np.pad(x, ((0, 0), *((pad, pad + 9) for pad in pads), (0, 0)), constant_values=np.nan)
    reduce = {"Max": np.nanmax, "Average": np.nanmean}[kind]
    expected = [
        [
            reduce(padded[:, i : i + size[0], j : j + size[1]], axis=(1, 2))
            for j in range(0, 6, step[1])
        ]
        for i in range(0, 7, step[0])
    ]
    np.testing.assert_allclose(model(x), np.moveaxis(expected, 2, 0), rtol=1e-5)


def test_words_of_classes_of_the_callers_own_stay():
    config = {"name": "a", "output_dim": 2, "activation": "hard_sigmoid"}
    stack = {"class_name": "Sequential", "config": [{"class_name": "Mine", "config": config}]}
    today, rewrites = model_to_today(stack, "1.2.2", custom=["Mine"])
    assert today["config"]["layers"][0]["config"] == config
    assert rewrites == []


def test_layers_inside_of_layers_are_turned_too():
    inner = {"class_name": "LSTM", "config": {"name": "l", "output_dim": 2}}
    kind, config = _layer("Bidirectional", "1.0.8", layer=inner, merge_mode="concat")
    assert kind == "Bidirectional"
    assert config["layer"]["config"]["units"] == 2
    activation = {"class_name": "LeakyReLU", "config": {"name": "r", "alpha": 0.5}}
    _, config = _layer("Dense", "2.9.0", activation=activation)
    assert config["activation"]["config"] == {"name": "r", "negative_slope": 0.5}


def _entry(class_name, name, nodes=(), **config):
    config["name"] = name
    return {"class_name": class_name, "config": config, "name": name, "inbound_nodes": list(nodes)}


def _graph(*entries, outputs):
    config = {"layers": list(entries), "input_layers": [["x", 0, 0]], "output_layers": outputs}
    return model_to_today({"class_name": "Model", "config": config}, "2.4.0")[0]["config"]


def _histories(value):
    """Where the tensors in the arguments of a call come from."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        return value["config"]["keras_history"]
    if isinstance(value, dict):
        return {key: _histories(item) for key, item in value.items()}
    return [_histories(item) for item in value] if isinstance(value, list) else value


def _calls(config, name):
    entry = next(entry for entry in config["layers"] if entry["name"] == name)
    return [
        (_histories(node["args"]), _histories(node["kwargs"])) for node in entry["inbound_nodes"]
    ]


def test_calls_of_all_generations():
    x = _entry("InputLayer", "x", batch_input_shape=[None, 4, 2])
    config = _graph(
        x,
        _entry("LSTM", "l", [[["x", 0, 0]]], units=2),
        _entry("LSTM", "d", [[["x", 0, 0, {}], ["l", 0, 1, {}], ["l", 0, 2, {}]]], units=2),
        _entry("Add", "sum", [[["l", 0, 0, {}], ["d", 0, 0, {}]]]),
        _entry(
            "MultiHeadAttention", "m", [[["d", 0, 0, {"value": ["l", 0, 0], "training": None}]]]
        ),
        _entry("Model", "inner", [[["m", 0, 0, {}]]], layers=[], input_layers=[], output_layers=[]),
        outputs=[["inner", 1, 0]],
    )
    assert _calls(config, "l") == [([["x", 0, 0]], {})]
    states = {"initial_state": [["l", 0, 1], ["l", 0, 2]]}
    assert _calls(config, "d") == [([["x", 0, 0]], states)]
    assert _calls(config, "sum") == [([[["l", 0, 0], ["d", 0, 0]]], {})]
    assert _calls(config, "m") == [([["d", 0, 0]], {"value": ["l", 0, 0]})]
    assert (config["input_layers"], config["output_layers"]) == (["x", 0, 0], ["inner", 1, 0])
    with pytest.raises(ValueError, match="calls for .'y', 0, 0, ..., which is no output of a"):
        _graph(x, _entry("Dense", "l", [[["y", 0, 0, {}]]]), outputs=[["l", 0, 0]])


@pytest.mark.parametrize(
    ("function", "node", "class_name", "expected"),
    [
        ("__operators__.add", ["x", 0, 0, {"y": 1.0, "name": None}],
         "Add", ([["x", 0, 0]], {"x2": 1.0})),
        ("math.subtract", ["_CONSTANT_VALUE", -1, 1.0, {"y": ["x", 0, 0]}],
         "Subtract", ([1.0], {"x2": ["x", 0, 0]})),
        ("concat", [["x", 0, 0, {"axis": 1}], ["x", 0, 0, {"axis": 1}]],
         "Concatenate", ([[["x", 0, 0], ["x", 0, 0]]], {"axis": 1})),
        ("math.reduce_mean", ["x", 0, 0, {"axis": [1, 2], "keepdims": False}],
         "Mean", ([["x", 0, 0]], {"axis": [1, 2], "keepdims": False})),
        ("compat.v1.transpose", ["x", 0, 0, {"perm": [0, 2, 1], "conjugate": False}],
         "Transpose", ([["x", 0, 0]], {"axes": [0, 2, 1]})),
        ("split", ["x", 0, 0, {"num_or_size_splits": [1, 2, 1], "axis": 1}],
         "Split", ([["x", 0, 0]], {"indices_or_sections": [1, 3], "axis": 1})),
        ("identity", ["x", 0, 0, {}], "Identity", ([["x", 0, 0]], {})),
    ],
)  # fmt: skip
def test_functions_of_tensorflow(function, node, class_name, expected):
    x = _entry("InputLayer", "x", batch_input_shape=[None, 4, 2])
    config = _graph(x, _entry("TFOpLambda", "f", [node], function=function), outputs=[["f", 0, 0]])
    assert config["layers"][1]["class_name"] == class_name
    assert _calls(config, "f") == [expected]


def test_slices_constants_and_unknown_functions_of_tensorflow():
    x = _entry("InputLayer", "x", batch_input_shape=[None, 4, 2])
    spec = [{"start": None, "stop": None, "step": None}, 0]
    op = _entry("SlicingOpLambda", "f", [["x", 0, 0, {"slice_spec": spec}]])
    op["config"]["function"] = "__operators__.getitem"
    ((_, key), kwargs) = _calls(_graph(x, op, outputs=[["f", 0, 0]]), "f")[0]
    assert key[0]["class_name"] == "__slice__" and key[1] == 0 and kwargs == {}
    node = {"name": "Mul", "op": "Mul"}
    op = _entry("TensorFlowOpLayer", "f", [[["x", 0, 0, {}]]], node_def=node, constants={"0": 2.0})
    assert _calls(_graph(x, op, outputs=[["f", 0, 0]]), "f") == [([2.0, ["x", 0, 0]], {})]
    op = _entry("TFOpLambda", "f", [["x", 0, 0, {}]], function="image.ssim")
    with pytest.raises(ValueError, match="calls the function tf.image.ssim of TensorFlow"):
        _graph(x, op, outputs=[["f", 0, 0]])


@pytest.mark.parametrize(
    ("operation", "constants", "attributes", "compute"),
    [
        ("BiasAdd", {"1": [1.0, 2.0]}, {}, lambda x: x + np.array([1, 2])),
        ("Sub", {"0": 3.0}, {}, lambda x: 3 - x),
        ("Mean", {"1": 1}, {"keep_dims": {"b": True}}, lambda x: x.mean(1, keepdims=True)),
        ("Reshape", {"1": [-1, 8]}, {}, lambda x: x.reshape(-1, 8)),
        ("Transpose", {"1": [0, 2, 1]}, {}, lambda x: x.transpose(0, 2, 1)),
        ("Cast", {}, {"DstT": {"type": "DT_INT32"}}, lambda x: x.astype("int32")),
        ("ConcatV2", {"2": 1}, {}, lambda x: np.concatenate([x, x], 1)),
        ("ClipByValue", {"1": 0.0, "2": 1.0}, {}, lambda x: x.clip(0, 1)),
        ("LeakyRelu", {}, {"alpha": {"f": 0.25}}, lambda x: np.where(x > 0, x, x / 4)),
        ("StridedSlice", {"1": [0, 0, 1], "2": [0, -1, 2], "3": [1, 2, 1]},
         {"begin_mask": {"i": "3"}, "end_mask": {"i": 1}, "shrink_axis_mask": {"i": "4"}},
         lambda x: x[:, :-1:2, 1]),
        ("Squeeze", {}, {"squeeze_dims": {"list": {}}}, lambda x: x),
    ],
)  # fmt: skip
def test_nodes_of_the_graph_of_tensorflow(operation, constants, attributes, compute):
    x = _entry("InputLayer", "x", batch_input_shape=[None, 4, 2])
    node = [["x", 0, 0, {}]] * (1 + (operation == "ConcatV2"))
    about = {"op": operation, "attr": attributes}
    op = _entry("TensorFlowOpLayer", "f", [node], node_def=about, constants=constants)
    config = {"layers": [x, op], "input_layers": [["x", 0, 0]], "output_layers": [["f", 0, 0]]}
    model = model_from_json(json.dumps({"class_name": "Model", "config": config}))
    values = np.random.normal(size=(3, 4, 2)).astype("float32")
    np.testing.assert_allclose(model(values), compute(values), rtol=1e-6)


def test_calls_of_operations_in_the_older_format_of_keras_3():
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}
    x = {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 2]}}
    calls = [{"args": [tensor, 3.0], "kwargs": {}}]
    division = {"class_name": "TrueDivide", "config": {"name": "d"}, "inbound_nodes": calls}
    layers = [x | {"name": "x", "inbound_nodes": []}, division | {"name": "d"}]
    config = {"layers": layers, "input_layers": ["x", 0, 0], "output_layers": ["d", 0, 0]}
    stored = {"class_name": "Functional", "config": config, "keras_version": "3.15.1"}
    model = model_from_json(json.dumps(stored))
    np.testing.assert_allclose(model(np.ones((1, 2))), np.full((1, 2), 1 / 3), rtol=1e-6)


def test_shapes_and_losses_that_tensorflow_wrapped():
    dense = {"class_name": "Dense", "config": {"name": "d", "units": 2}}
    shape = {"class_name": "TensorShape", "items": [None, 3]}
    config = {"name": "s", "layers": [dense], "build_input_shape": shape}
    stored = {"class_name": "Sequential", "config": config, "keras_version": "2.4.0"}
    assert model_from_json(json.dumps(stored)).count_params() == 8
    assert _layer("AddLoss", "2.4.0", unconditional=True) == ("Identity", {})
    old = {"max_tokens": 4, "output_mode": "binary"}
    today = {"num_tokens": 4, "output_mode": "multi_hot"}
    assert _layer("CategoryEncoding", "2.4.0", **old) == ("CategoryEncoding", today)


def test_names_of_losses_in_the_older_format_are_those_that_keras_3_finds():
    function = {"module": "keras.metrics", "class_name": "function", "config": "mse"}
    compiled = {"optimizer": {"class_name": "SGD", "config": {}}, "metrics": ["mae", function]}
    written = training_config(compiled | {"loss": {"a": "mse", "b": "Mine"}})
    assert written["loss"] == {"a": "mean_squared_error", "b": "Mine"}
    assert written["metrics"] == ["mae", "mse"]


def test_generations_are_told_by_words_where_there_is_no_version():
    def stack(class_name, **config):
        return {
            "class_name": "Sequential",
            "config": [{"class_name": class_name, "config": config}],
        }

    assert generation_of({"name": "Sequential", "layers": []}) == 0
    assert generation_of(stack("Dense", output_dim=2)) == 1
    assert generation_of(stack("Embedding", output_dim=2, embeddings_initializer="x")) == 2
    assert generation_of(stack("Dense", units=2) | {"keras_version": "1.1.0"}) == 1
    assert generation_of(stack("Dense", batch_input_shape=[None, 2]) | {"module": "keras"}) == 2
    assert generation_of(stack("InputLayer", batch_shape=[None, 2])) == 3
    assert generation_of({"module": "keras", "class_name": "Sequential", "config": {}}) == 3


def test_optimizers_losses_and_metrics():
    loss = {"class_name": "BinaryCrossentropy", "config": {"reduction": "auto", "fn": "f"}}
    optimizer = {"class_name": "Custom>Adam", "config": {"lr": 0.1, "epsilon": None, "decay": 0.0,
                                                         "is_legacy_optimizer": False}}  # fmt: skip
    stored = {"optimizer_config": optimizer, "loss": loss, "metrics": [["acc"]]}
    rewrites: list[Rewrite] = []
    today = turn_compiled(compiled_as(stored), rewrites)
    assert today["optimizer"]["class_name"] == "Adam"
    assert today["optimizer"]["config"] == {"learning_rate": 0.1, "epsilon": 1e-7}
    assert today["loss"]["config"] == {"reduction": "sum_over_batch_size"}
    assert today["metrics"] == [["acc"]]
    assert "Adam: lr=0.1 -> learning_rate=0.1" in map(str, rewrites)


def test_variables_of_another_optimizer_are_not_taken():
    expected = {"iteration": np.array(0), "a_momentum": np.zeros(2)}
    assert optimizer_values([np.array(1), np.zeros(3)], expected) is None
    assert optimizer_values([np.ones(2)], expected)[0] == 0  # Keras 1 counted no steps of some


def _gates(count, shape):
    return [np.random.rand(*shape) for _ in range(count)]


def test_gates_of_recurrent_layers():
    kernels, recurrents, biases = _gates(4, (2, 3)), _gates(4, (3, 3)), _gates(4, (3,))
    stored = [w for gate in zip(kernels, recurrents, biases, strict=True) for w in gate]
    shapes = [(2, 12), (3, 12), (12,)]
    found = arrays_to_today("LSTM", stored, shapes, Origin(1))
    for whole, parts in zip(found, (kernels, recurrents, biases), strict=True):
        i, c, f, o = parts
        np.testing.assert_array_equal(whole, np.concatenate([i, f, c, o], axis=-1))


@pytest.mark.parametrize(("name", "gates", "bias"), [("LSTM", 4, (12,)), ("GRU", 3, (2, 9))])
def test_layers_made_for_the_library_of_nvidia(name, gates, bias):
    kernel, recurrent = np.random.rand(2, 3 * gates), np.random.rand(3, 3 * gates)
    both = np.random.rand(2, 3 * gates)
    # The library keeps each gate's matrix the other way round, in memory of the same shape.
    stored = [
        np.hstack([part.T.reshape(part.shape) for part in np.hsplit(kernel, gates)]),
        np.hstack([part.T for part in np.hsplit(recurrent, gates)]),
        both.ravel(),
    ]
    found = arrays_to_today(name, stored, [kernel.shape, recurrent.shape, bias], Origin(2))
    np.testing.assert_array_equal(found[0], kernel)
    np.testing.assert_array_equal(found[1], recurrent)
    np.testing.assert_array_equal(found[2], both.sum(0) if name == "LSTM" else both)


def test_paths_that_keras_2_and_windows_wrote():
    for folder in ("_layer_checkpoint_dependencies", "layers"):
        root = Group()
        root.put(f"{folder}/attention/_key_dense/vars/0", [1.0])
        assert variables_at(root, "layers/attention/key_dense") == [np.array([1.0])]
    child = Group(children={"0": np.array([2.0])})
    root = Group(children={"layers\\dense\\vars": child})
    assert variables_at(root, "layers/dense") == [np.array([2.0])]
    assert variables_at(root, "layers/dense_1") == []


def test_json_inside_of_json_and_layouts():
    root = Group({"model_config": '"{\\"class_name\\": \\"Model\\"}"'})
    assert legacy_json(root, "model_config", "m.h5") == {"class_name": "Model"}
    assert is_legacy(Group({"nb_layers": 1}))
    assert not is_legacy(Group())


def test_what_tensorflow_takes_for_granted_is_written_down():
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}
    for function, config in (("math.argmax", {"axis": 0}), ("nn.gelu", {"approximate": False})):
        entry = {
            "class_name": "TFOpLambda",
            "config": {"name": "f", "function": function},
            "inbound_nodes": [{"args": [tensor], "kwargs": {}}],
        }
        assert turn_operation(entry)["config"] == {"name": "f"} | config
    # An expression has no place for `approximate`, so it stands for no call of gelu.
    assert known_call("tf.nn.gelu", [("input",)], {}) is None
    call = known_call("tf.argmax", [("input",)], {})
    assert call == ("call", "argmax", (("input",),), (("axis", ("const", 0)),))

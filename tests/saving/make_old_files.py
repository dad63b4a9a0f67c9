"""Writes the files in ``old_files/``: small models of old versions of Keras, and what they give.

Of what it writes, the smaller ones are kept. Each version needs an old Python of its own. In a
virtual environment of it, run::

    3.6:  pip install pyyaml==5.4.1 tensorflow==1.4.1 keras==1.2.2 theano==1.0.5 "numpy<1.17"
              "h5py<3" "protobuf<3.18" "scipy<1.3"
    3.6:  the same with keras==0.3.3
    3.7:  pip install tensorflow==1.15.5 keras==2.2.4 theano==1.0.5 "numpy<1.19" "h5py<3"
              "protobuf<3.21"
    3.11: pip install tf_keras tensorflow-cpu

    KERAS_BACKEND=theano python make_old_files.py    # or tensorflow

It is a program of its own time, so that it runs on all of them.
"""
# ruff: noqa: B905, F401, UP031

import os
import sys
import warnings
import zipfile

import numpy as np

warnings.simplefilter("ignore")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tf_keras as keras
except ImportError:
    import keras
    import keras.models

VERSION = getattr(keras, "__version__", "0.3.3")
GENERATION = int(VERSION[0])
IS_TF = keras.__name__ == "tf_keras"
BACKEND = "tensorflow" if IS_TF else os.environ["KERAS_BACKEND"]
if BACKEND == "theano":
    import theano.ifelse  # Keras 1 forgets to
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "old_files")
L = getattr(keras, "layers", None)
Sequential = keras.models.Sequential
Model = getattr(keras.models, "Model", None)  # there was none before version 1


def conv2d(filters, size, **rest):
    """A convolution by the words of the version; ``first`` has the channels in front."""
    first, shape = rest.pop("first", False), rest.pop("shape", None)
    same, dilation = rest.pop("same", False), rest.pop("dilation", 1)
    stride, kind = rest.pop("stride", 1), rest.pop("kind", "Conv2D")
    if shape:
        rest["input_shape"] = shape
    if GENERATION > 1:
        rest["padding"] = "same" if same else "valid"
        rest["data_format"] = "channels_first" if first else "channels_last"
        if dilation > 1:
            rest["dilation_rate"] = dilation
        return getattr(L, kind)(filters, size, strides=stride, **rest)
    rest["border_mode"] = "same" if same else "valid"
    rest["dim_ordering"] = "th" if first else "tf"
    rest["subsample"] = (stride, stride)
    names = {"Conv2D": "Convolution2D", "SeparableConv2D": "SeparableConvolution2D"}
    if dilation > 1:
        return L.AtrousConvolution2D(
            filters, size[0], size[1], atrous_rate=(dilation, dilation), **rest
        )
    return getattr(L, names[kind])(filters, size[0], size[1], **rest)


def conv1d(filters, size, **rest):
    if GENERATION > 1:
        return L.Conv1D(filters, size, **rest)
    return L.Convolution1D(filters, size, **rest)


def joined(how, tensors, axis=-1):
    if GENERATION > 1:
        classes = {"sum": L.Add, "mul": L.Multiply, "max": L.Maximum, "ave": L.Average}
        if how == "concat":
            return L.Concatenate(axis=axis)(tensors)
        if how == "dot":
            return L.Dot(axes=axis)(tensors)
        return classes[how]()(tensors)
    if how == "dot":
        return L.merge(tensors, mode="dot", dot_axes=axis)
    return L.merge(tensors, mode=how, concat_axis=axis)


def model_of(inputs, outputs):
    if GENERATION > 1:
        return Model(inputs, outputs)
    return Model(input=inputs, output=outputs)


def images(first):
    """Convolutions with the channels in front or at the end."""
    shape = (2, 7, 8) if first else (7, 8, 2)
    axis = 1 if first else -1
    model = Sequential()
    model.add(conv2d(3, (3, 2), shape=shape, first=first, activation="elu"))
    model.add(L.BatchNormalization(axis=axis))
    model.add(conv2d(2, (3, 2), first=first, same=True, stride=2))
    if GENERATION > 1:
        layout = {"data_format": "channels_first" if first else "channels_last"}
    else:
        layout = {"dim_ordering": "th" if first else "tf"}
    model.add(L.ZeroPadding2D((1, 0), **layout))
    model.add(L.UpSampling2D((2, 2), **layout))
    model.add(conv2d(2, (2, 2), first=first, dilation=2))
    model.add(L.AveragePooling2D((2, 2), **layout))
    model.add(L.Flatten())
    model.add(L.Dense(2, activation="softmax"))
    return model


def transposed(first):
    if GENERATION > 1:
        shape = (2, 3, 4) if first else (3, 4, 2)
        layout = "channels_first" if first else "channels_last"
        layer = L.Conv2DTranspose(3, (2, 3), strides=2, data_format=layout, input_shape=shape)
        return Sequential([layer])
    shape, out = ((2, 3, 4), (None, 3, 6, 9)) if first else ((3, 4, 2), (None, 6, 9, 3))
    layer = L.Deconvolution2D(
        3, 2, 3, output_shape=out, subsample=(2, 2), input_shape=shape,
        dim_ordering="th" if first else "tf",
    )  # fmt: skip
    return Sequential([layer])


def separable():
    return Sequential([conv2d(3, (2, 2), kind="SeparableConv2D", shape=(4, 4, 2))])


def recurrent():
    model = Sequential()
    model.add(L.Embedding(7, 4, mask_zero=True, input_length=5))
    model.add(L.Bidirectional(L.LSTM(3, return_sequences=True)))
    model.add(L.GRU(3, return_sequences=True))
    model.add(L.TimeDistributed(L.Dense(3, activation="hard_sigmoid")))
    model.add(L.SimpleRNN(2))
    return model


def packed():
    """Gates in one array, and dropout that does nothing in inference."""
    rest = {"implementation": 2} if GENERATION > 1 else {"consume_less": "gpu"}
    if GENERATION > 1:
        rest["recurrent_dropout"] = 0.1
    else:
        rest["dropout_U"] = 0.1
    return Sequential(
        [
            L.LSTM(3, return_sequences=True, input_shape=(4, 2), **rest),
            L.GRU(2, go_backwards=True, **rest),
        ]
    )


def signals():
    model = Sequential()
    model.add(conv1d(3, 3, input_shape=(8, 2), name="first"))
    model.add(L.PReLU())
    model.add(L.MaxPooling1D(2))
    model.add(L.LocallyConnected1D(2, 2))
    model.add(L.LeakyReLU(0.2))
    model.add(L.ThresholdedReLU(0.1))
    model.add(L.Flatten())
    model.add(L.GaussianNoise(0.1))
    return model


def local(first):
    shape = (2, 4, 3) if first else (4, 3, 2)
    if GENERATION > 1:
        layout = {"data_format": "channels_first" if first else "channels_last"}
        return Sequential([L.LocallyConnected2D(2, (2, 2), input_shape=shape, **layout)])
    layout = {"dim_ordering": "th" if first else "tf"}
    return Sequential([L.LocallyConnected2D(2, 2, 2, input_shape=shape, **layout)])


def functional():
    """Shared and nested models, several inputs and outputs."""
    left, right = L.Input((4,), name="left"), L.Input((4,), name="right")
    x = L.Input((4,))
    inner = model_of(x, L.Dense(4, activation="tanh")(L.BatchNormalization()(x)))
    stack = Sequential([L.Dense(4, input_shape=(4,)), L.Dense(4, activation="sigmoid")])
    shared = L.Dense(4, name="shared")
    a, b = shared(left), shared(right)
    both = joined("concat", [inner(a), joined("sum", [b, stack(left)])])
    both = joined("max", [both, joined("mul", [both, both])])
    return model_of([left, right], [L.Dense(2, name="out")(both), joined("dot", [a, b], 1)])


def branches():
    """A stack of Keras 1 that begins with two stacks."""
    one, two = (
        Sequential([L.Dense(3, input_dim=2), L.Dense(3, activation="relu")]) for _ in range(2)
    )
    model = Sequential()
    model.add(L.Merge([one, two], mode="concat"))
    model.add(L.MaxoutDense(4, nb_feature=2))
    model.add(L.Highway(activation="relu"))
    model.add(Sequential([L.Dense(2, input_dim=4)]))
    return model


def activations():
    model = Sequential()
    model.add(L.Dense(4, input_dim=3, bias=False))
    model.add(L.ParametricSoftplus())
    model.add(L.SReLU())
    model.add(L.BatchNormalization(mode=1))
    model.add(L.BatchNormalization(mode=2))
    model.add(L.ELU())
    return model


def films():
    """Convolutions in three dimensions, and recurrent ones."""
    model = Sequential()
    if GENERATION > 1:
        lstm = L.ConvLSTM2D(2, (2, 2), return_sequences=True, padding="same",
                            input_shape=(4, 3, 3, 1))  # fmt: skip
        model.add(lstm)
        model.add(L.Conv3D(2, (2, 2, 2)))
        return model
    lstm = L.ConvLSTM2D(2, 2, 2, return_sequences=True, border_mode="same",
                        input_shape=(4, 3, 3, 1), dim_ordering="tf")  # fmt: skip
    model.add(lstm)
    model.add(L.Convolution3D(2, 2, 2, 2, dim_ordering="tf"))
    return model


def states():
    """States of one layer go to another, as among words to translate."""
    source, target = L.Input((None, 2)), L.Input((None, 3))
    _, h, c = L.LSTM(3, return_state=True)(source)
    decoded, _, _ = L.LSTM(3, return_sequences=True, return_state=True)(
        target, initial_state=[h, c]
    )
    _, summary = L.GRU(2, return_state=True)(decoded)
    return model_of([source, target], [L.TimeDistributed(L.Dense(2))(decoded), summary])


def operations():
    """Functions of TensorFlow among the layers."""
    import tensorflow as tf

    x, y = L.Input((4, 3)), L.Input((4, 3))
    z = tf.nn.relu(x - 2 * y) + tf.math.reduce_mean(x, axis=1, keepdims=True)
    z = tf.concat([z[:, 1:], y[:, :1] / 3.0], axis=1)
    z = tf.transpose(tf.expand_dims(z, 1)[:, 0], [0, 2, 1])
    z = 1.0 - tf.math.l2_normalize(tf.nn.gelu(z), axis=-1)
    z = L.MultiHeadAttention(2, 2)(z, z)
    z = L.LayerNormalization()(tf.square(z) ** 0.5 + tf.clip_by_value(z, -1.0, 1.0))
    return model_of([x, y], L.Dense(2, activation=tf.nn.leaky_relu)(z))


def modern():
    model = Sequential(
        [
            L.Rescaling(0.5, input_shape=(6, 6, 2)),
            L.DepthwiseConv2D(3, activation=L.LeakyReLU(0.3), depth_multiplier=2),
            L.BatchNormalization(),
            L.SeparableConv2D(3, 2, padding="same"),
            L.Conv2DTranspose(2, 2, strides=2),
            L.ReLU(max_value=1.0),
            L.GlobalAveragePooling2D(),
            L.Reshape((2, 1)),
            L.Bidirectional(L.GRU(2, return_sequences=True)),
            L.RNN([L.LSTMCell(2), L.GRUCell(2)]),
            L.Dense(2, kernel_regularizer="l2", kernel_constraint="max_norm"),
        ]
    )
    rate = 0.01
    model.compile(
        keras.optimizers.legacy.Adam(rate, decay=0.1),
        keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=["accuracy", keras.metrics.AUC()],
    )
    x = np.random.RandomState(5).rand(4, 6, 6, 2)
    model.fit(x, np.random.RandomState(6).randint(2, size=(4, 2)), verbose=0)
    return model


def trained():
    model = Sequential([L.Dense(3, input_shape=(2,), activation="relu"), L.Dense(1)])
    optimizers = keras.optimizers
    optimizer = optimizers.Adam(clipnorm=1.0) if IS_TF else optimizers.Adam(lr=0.01, decay=0.05)
    model.compile(optimizer, "mse", metrics=["mae"])
    x = np.random.RandomState(5).rand(8, 2)
    model.fit(x, x.sum(1, keepdims=True), batch_size=4, verbose=0)
    return model


def replicas():
    """A model for two devices, which need not be there."""
    import tensorflow as tf

    utils = keras.utils.multi_gpu_utils
    utils._get_available_devices = lambda: ["/cpu:0", "/gpu:0", "/gpu:1"]
    options = tf.compat.v1.ConfigProto(allow_soft_placement=True)
    keras.backend.set_session(tf.compat.v1.Session(config=options))
    left, right = L.Input((3,)), L.Input((2,))
    x = L.BatchNormalization()(L.Dense(4)(L.Concatenate()([left, right])))
    model = Model([left, right], [L.Dense(2, name="one")(x), L.Dense(1, name="two")(x)])
    model = utils.multi_gpu_model(model, 2)
    model.compile("adam", {"one": "mse", "two": "mae"})
    random = np.random.RandomState(5)
    xs, ys = ([random.rand(4, size) for size in sizes] for sizes in ((3, 2), (2, 1)))
    model.fit(xs, ys, verbose=0)
    return model


class Layers0:
    """All layers of Keras 0.x, which has them in many modules."""

    def __getattr__(self, name):
        import importlib

        rooms = ("core", "convolutional", "recurrent", "embeddings", "normalization")
        modules = [importlib.import_module("keras.layers." + room) for room in rooms]
        return next(getattr(module, name) for module in modules if hasattr(module, name))


def images0():
    model, k = Sequential(), Layers0()
    model.add(k.Convolution2D(3, 3, 2, input_shape=(2, 6, 5), border_mode="same"))
    model.add(k.Activation("relu"))
    model.add(k.BatchNormalization(axis=1))
    model.add(k.ZeroPadding2D((1, 1)))
    model.add(k.MaxPooling2D((2, 2)))
    model.add(k.Flatten())
    model.add(k.Dense(4, activation="hard_sigmoid", W_regularizer="l2"))
    model.add(k.MaxoutDense(2))
    model.add(k.Highway())
    return model


def series0():
    model, k = Sequential(), Layers0()
    model.add(k.Embedding(7, 4, input_length=6))
    model.add(k.Convolution1D(3, 2))
    model.add(k.LSTM(3, return_sequences=True))
    model.add(k.TimeDistributedDense(3))
    model.add(k.GRU(2, return_sequences=True))
    model.add(k.SimpleRNN(2))
    return model


def branches0():
    one, two, model, k = Sequential(), Sequential(), Sequential(), Layers0()
    one.add(k.Dense(3, input_dim=2))
    one.add(k.Dense(3))
    two.add(k.Dense(3, input_dim=2))
    two.add(k.Dense(3))
    model.add(k.Merge([one, two], mode="concat"))
    model.add(k.Dense(2))
    return model


def graph0():
    from keras.models import Graph

    model, k = Graph(), Layers0()
    model.add_input("x", input_shape=(3,))
    model.add_input("y", input_shape=(3,))
    model.add_node(k.Dense(4), name="d1", input="x")
    model.add_node(k.Dense(4, activation="tanh"), name="d2", input="y")
    model.add_node(k.Dense(2), name="d3", inputs=["d1", "d2"], merge_mode="mul")
    model.add_output("out", input="d3")
    model.add_output("sum", inputs=["d1", "d2"], merge_mode="sum")
    return model


# Shapes of the inputs, of which Keras 0.x models tell nothing.
SHAPES0 = {
    "images": [(2, 6, 5)], "recurrent": [(6,)], "branches": [(2,), (2,)], "graph": [(3,), (3,)],
}  # fmt: skip


def architectures():
    if GENERATION == 0:
        return {"images": images0, "recurrent": series0, "branches": branches0, "graph": graph0}
    is_tensorflow = BACKEND == "tensorflow"
    if IS_TF:
        return {
            "images": lambda: images(False), "recurrent": recurrent, "functional": functional,
            "states": states, "operations": operations, "modern": modern, "trained": trained,
            "films": films,
        }  # fmt: skip
    found = {
        "images_first": lambda: images(True),
        "images_last": lambda: images(False),
        "recurrent": recurrent,
        "functional": functional,
        "signals": signals,
        "transposed_first": lambda: transposed(True),
        "transposed_last": lambda: transposed(False),
        "local_first": lambda: local(True),
        "packed": packed,
        "trained": trained,
    }
    if is_tensorflow:  # which has no kernels for channels in front, without a GPU
        found = {k: v for k, v in found.items() if not k.endswith("_first")}
        found.update(separable=separable, films=films, local_last=lambda: local(False))
    if GENERATION == 1:
        found.update(branches=branches, activations=activations)
    else:
        found["states"] = states
        if is_tensorflow:
            found["replicas"] = replicas
    return found


def shapes_of(name, model):
    """Shapes of the inputs, without the batch."""
    if GENERATION == 0:
        return SHAPES0[name]
    shapes = model.input_shape
    return [shape[1:] for shape in (shapes if isinstance(shapes, list) else [shapes])]


def pack(path):
    """Deflate the members of an archive, which Keras stores as they are."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            archive.writestr(name, members[name])


def main():
    if not os.path.isdir(FOLDER):
        os.mkdir(FOLDER)
    only = sys.argv[1:]
    for name, make in sorted(architectures().items()):
        if only and name not in only:
            continue
        keras.backend.clear_session() if BACKEND == "tensorflow" else None
        np.random.seed(3)
        model = make()
        random = np.random.RandomState(4)
        weights = [w + random.uniform(0.05, 0.4, w.shape) * (w.dtype.kind == "f")
                   for w in model.get_weights()]  # fmt: skip
        model.set_weights(weights)
        xs = []
        for shape in shapes_of(name, model):
            x = random.uniform(-1, 1, [2] + [size or 4 for size in shape])
            xs.append(random.randint(0, 7, x.shape) if name == "recurrent" else x)
        xs = [x.astype("float32") for x in xs]
        if GENERATION == 0:
            is_graph = name == "graph"
            model.compile("sgd", {"out": "mse", "sum": "mse"} if is_graph else "mse")
            if is_graph:
                ys = model.predict(dict(zip("xy", xs)))
                ys = [ys["out"], ys["sum"]]
        if name != "graph":
            ys = model.predict(xs if len(xs) > 1 else xs[0])
            ys = ys if isinstance(ys, list) else [ys]
        stem = os.path.join(FOLDER, "_".join(["keras" + VERSION, BACKEND[:2], name]))
        if name == "packed" or GENERATION == 0:  # the architecture by itself
            with open(stem + (".yaml" if name == "packed" else ".json"), "w") as file:
                file.write(model.to_yaml() if name == "packed" else model.to_json())
            model.save_weights(stem + ".h5", overwrite=True)
        else:
            model.save(stem + (".keras" if name in ("modern", "trained") and IS_TF else ".h5"))
        if os.path.exists(stem + ".keras"):
            pack(stem + ".keras")
        arrays = {"in_%d" % i: x for i, x in enumerate(xs)}
        arrays.update({"out_%d" % i: y.astype("float32") for i, y in enumerate(ys)})
        np.savez_compressed(stem + ".npz", **arrays)
        print(stem)


if __name__ == "__main__":
    main()

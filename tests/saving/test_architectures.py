"""Models that go between Keras and jaxkeras, predict the same and go on training the same."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import h5py
import jax
import numpy as np
import pytest

import jaxkeras
from jaxkeras.models import load_model
from jaxkeras.models.training_state import optimizer_variables

keras = pytest.importorskip("keras")
legacy_h5_format = keras.src.legacy.saving.legacy_h5_format

pytestmark = pytest.mark.filterwarnings("ignore:You are saving:UserWarning")

_BATCH = 3


class _Case(NamedTuple):
    """A model that either library builds by the same words, and how it is trained."""

    build: Callable[[Any], Any]
    optimizer: Callable[[Any], Any]


_CASES: dict[str, _Case] = {}


def _case(optimizer: Callable[[Any], Any]) -> Callable[[Callable], Callable]:
    def enter(build: Callable[[Any], Any]) -> Callable[[Any], Any]:
        _CASES[build.__name__.strip("_")] = _Case(build, optimizer)
        return build

    return enter


def _stack(k: Any, shape: tuple, *layers: Any, dtype: str | None = None) -> Any:
    return k.Sequential([k.Input(shape, dtype=dtype), *layers])


# ---------------------------------------------------------------------- dense and convolutional


@_case(lambda o: o.Lion(1e-3))
def _mlp(k):
    L = k.layers
    return _stack(k, (4,), L.Dense(5, "tanh"), L.Dropout(0.0), L.Dense(2, use_bias=False))


@_case(lambda o: o.Adam(0.01, clipnorm=1.0))
def _penalties(k):
    L, R, C = k.layers, k.regularizers, k.constraints
    hidden = L.Dense(
        5,
        kernel_regularizer=R.L1L2(0.01, 0.02),
        bias_regularizer="l2",
        activity_regularizer=R.L2(0.01),
        kernel_constraint=C.MaxNorm(1.5, axis=0),
        bias_constraint="non_neg",
    )
    last = L.Dense(2, kernel_constraint=C.UnitNorm(), kernel_regularizer=R.OrthogonalRegularizer())
    return _stack(k, (4,), hidden, L.ActivityRegularization(l1=0.01), last)


@_case(lambda o: o.SGD(0.05, momentum=0.9, nesterov=True))
def _frozen(k):
    L = k.layers
    model = _stack(k, (4,), L.Dense(5), L.BatchNormalization(), L.Dense(3, "relu"), L.Dense(2))
    model.layers[0].trainable = False
    model.layers[1].trainable = False
    return model


@_case(lambda o: o.SGD(o.schedules.ExponentialDecay(0.1, 2, 0.5), momentum=0.9))
def _cnn(k):
    L = k.layers
    return _stack(
        k, (6, 6, 2), L.Conv2D(3, 3, padding="same"), L.BatchNormalization(), L.ReLU(max_value=6.0),
        L.MaxPooling2D(), L.Conv2D(4, 2, strides=2, activation="relu"), L.GlobalAveragePooling2D(),
        L.Dense(2),
    )  # fmt: skip


@_case(lambda o: o.SGD(0.02))
def _residual(k):
    L = k.layers
    x = image = k.Input((4, 4, 2))
    for _ in range(2):
        y = L.Activation("relu")(L.BatchNormalization()(L.Conv2D(2, 3, padding="same")(x)))
        x = L.add([x, L.Conv2D(2, 1, kernel_initializer="he_normal")(y)])
    return k.Model(image, L.Dense(2)(L.Flatten()(L.AveragePooling2D(2)(x))))


@_case(lambda o: o.AdamW(0.01, weight_decay=0.1))
def _unet(k):
    L = k.layers
    image = k.Input((4, 4, 2))
    down = L.Conv2D(3, 3, padding="same", activation="gelu")(image)
    low = L.Conv2D(3, 3, padding="same", activation="silu")(L.MaxPooling2D()(down))
    up = L.UpSampling2D(2, interpolation="bilinear")(low)
    return k.Model(image, L.Conv2D(1, 1, activation="sigmoid")(L.Concatenate()([up, down])))


@_case(lambda o: o.Adagrad(0.05))
def _separable(k):
    L = k.layers
    return _stack(
        k, (6, 6, 2), L.SeparableConv2D(3, 3, depth_multiplier=2), L.DepthwiseConv2D(2, strides=2),
        L.GlobalMaxPooling2D(), L.Reshape((3, 1)), L.SeparableConv1D(2, 2, padding="same"),
        L.DepthwiseConv1D(2, padding="same"), L.Flatten(), L.Dense(1),
    )  # fmt: skip


@_case(lambda o: o.Adadelta(0.5))
def _transpose(k):
    L = k.layers
    return _stack(
        k, (4,), L.Dense(8), L.Reshape((2, 2, 2)), L.Conv2DTranspose(2, 3, 2, padding="same"),
        L.LeakyReLU(0.1), L.Reshape((8, 4)), L.Conv1DTranspose(1, 3, 2),
    )  # fmt: skip


@_case(lambda o: o.Adamax(0.01))
def _volumes(k):
    L = k.layers
    return _stack(
        k, (4, 4, 4, 1), L.Conv3D(2, 2), L.MaxPooling3D(2, padding="same"), L.UpSampling3D(2),
        L.Cropping3D(1), L.ZeroPadding3D(1), L.Conv3DTranspose(2, 2), L.GlobalAveragePooling3D(),
    )  # fmt: skip


@_case(lambda o: o.Ftrl(0.05))
def _causal(k):
    L = k.layers
    return _stack(
        k, (8, 2), L.Conv1D(3, 2, padding="causal", dilation_rate=2), L.SpatialDropout1D(0.0),
        L.Conv1D(4, 3, groups=1, strides=2), L.AveragePooling1D(2), L.Cropping1D((0, 0)),
        L.ZeroPadding1D(1), L.GlobalMaxPooling1D(), L.Dense(2),
    )  # fmt: skip


@_case(lambda o: o.SGD(0.05, global_clipnorm=1.0))
def _channels_first(k):
    L, first = k.layers, {"data_format": "channels_first"}
    return _stack(
        k, (2, 5, 5), L.Conv2D(3, 2, **first), L.BatchNormalization(axis=1),
        L.MaxPooling2D(2, **first), L.Flatten(**first), L.Dense(2),
    )  # fmt: skip


@_case(lambda o: o.Nadam(0.01))
def _geometry(k):
    L = k.layers
    return _stack(
        k, (4, 4, 2), L.ZeroPadding2D(((1, 0), (0, 2))), L.Cropping2D(((0, 1), (1, 1))),
        L.Permute((2, 1, 3)), L.UpSampling2D((1, 2)), L.Reshape((-1, 2)), L.Conv1D(2, 3),
        L.UpSampling1D(2), L.Flatten(), L.RepeatVector(3), L.Dense(2),
    )  # fmt: skip


# ---------------------------------------------------------------------- recurrent


@_case(lambda o: o.Adam(0.01, amsgrad=True))
def _lstm(k):
    L = k.layers
    return _stack(k, (4, 3), L.LSTM(3, return_sequences=True), L.LSTM(2, use_bias=False))


@_case(lambda o: o.SGD(0.1, momentum=0.5, clipvalue=0.5))
def _gru(k):
    L = k.layers
    first = L.GRU(3, return_sequences=True, go_backwards=True)
    return _stack(k, (4, 3), first, L.GRU(2, reset_after=False, activation="relu"))


@_case(lambda o: o.Adam(0.01))
def _bidirectional(k):
    L = k.layers
    first = L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode="sum")
    backward = L.GRU(3, go_backwards=True)
    return _stack(k, (4, 3), first, L.Bidirectional(L.GRU(3), backward_layer=backward))


@_case(lambda o: o.RMSprop(0.01))
def _cells(k):
    L = k.layers
    cells = L.RNN([L.LSTMCell(2), L.GRUCell(3)], return_sequences=True)
    return _stack(k, (4, 3), cells, L.RNN(L.SimpleRNNCell(2)))


@_case(lambda o: o.Adam(0.01, epsilon=1e-4))
def _embedding(k):
    L = k.layers
    embedding = L.Embedding(7, 3, mask_zero=True)
    return _stack(k, (5,), embedding, L.SimpleRNN(2), L.Dense(1), dtype="int32")


@_case(lambda o: o.Adam(0.01, use_ema=True, ema_overwrite_frequency=2))
def _masked(k):
    L = k.layers
    mapped = L.TimeDistributed(L.Dense(3, activation="elu"))
    return _stack(k, (4, 3), L.Masking(0.0), mapped, L.GRU(2, return_sequences=True), L.LSTM(2))


@_case(lambda o: o.Adam(0.01))
def _translation(k):
    """An encoder gives its states to a decoder."""
    L = k.layers
    source, target = k.Input((4, 2), name="source"), k.Input((3, 2), name="target")
    _, *states = L.LSTM(3, return_state=True, name="encoder")(source)
    decoded = L.LSTM(3, return_sequences=True, name="decoder")(target, initial_state=states)
    return k.Model([source, target], L.Dense(2)(decoded))


@_case(lambda o: o.Adam(0.01))
def _video(k):
    L = k.layers
    frames = L.TimeDistributed(L.Conv2D(2, 2))
    return _stack(
        k, (3, 5, 5, 1), frames, L.ConvLSTM2D(2, 2, padding="same", return_sequences=True),
        L.TimeDistributed(L.GlobalAveragePooling2D()), L.Reshape((3, 2)), L.Flatten(), L.Dense(1),
    )  # fmt: skip


@_case(lambda o: o.Adagrad(0.05))
def _conv_lstm(k):
    L = k.layers
    return _stack(k, (3, 6, 2), L.ConvLSTM1D(2, 2, strides=2), L.Flatten(), L.Dense(2))


# ---------------------------------------------------------------------- graphs


@_case(lambda o: o.Adam(0.01))
def _shared(k):
    """Twins whose layers are the same, compared by the angle between them."""
    L = k.layers
    left, right = k.Input((4,), name="left"), k.Input((4,), name="right")
    first, second = L.Dense(3, "relu"), L.Dense(3)
    twins = [second(first(side)) for side in (left, right)]
    return k.Model([left, right], L.Dot(1, normalize=True)(twins))


@_case(lambda o: o.SGD(0.01, momentum=0.9))
def _nested(k):
    L = k.layers
    x = k.Input((3,))
    block = k.Model(x, L.Dense(3)(L.PReLU()(x)), name="block")
    y = k.Input((3,))
    deepest = k.Model(y, L.Dense(2)(y), name="deepest")
    inner = k.Sequential([k.Input((3,)), deepest, L.Dense(3), L.BatchNormalization()], name="inner")
    start = k.Input((3,))
    return k.Model(start, L.Dense(1)(inner(block(inner(start)))))


@_case(lambda o: o.Adam(0.01))
def _several(k):
    L = k.layers
    words, picture = k.Input((3,), dtype="int32", name="words"), k.Input((4, 4, 1), name="picture")
    text = L.GlobalAveragePooling1D()(L.Embedding(7, 3)(words))
    seen = L.Flatten()(L.Conv2D(2, 3)(picture))
    both = L.Concatenate()([text, seen])
    return k.Model([words, picture], [L.Dense(2, name="kind")(both), L.Dense(1, name="size")(seen)])


@_case(lambda o: o.Adamax(0.01))
def _merging(k):
    L = k.layers
    x = k.Input((3,))
    a, b = L.Dense(4)(x), L.Dense(4)(x)
    kinds = (L.Add, L.Subtract, L.Multiply, L.Average, L.Maximum, L.Minimum)
    return k.Model(x, L.Dense(2)(L.Concatenate(axis=-1)([kind()([a, b]) for kind in kinds])))


@_case(lambda o: o.Adam(0.01))
def _arithmetic(k):
    """Operations that stand in the graph without a layer."""
    L, ops = k.layers, k.ops
    x = k.Input((4, 3))
    y = 2.0 * L.Dense(3)(x) - x / 3.0 + 1.0
    y = ops.concatenate([y[:, 1:], -ops.abs(y[:, :1])], axis=1) ** 2
    y = ops.sqrt(1.0 + ops.mean(y, axis=1, keepdims=True)) + ops.max(x, axis=1, keepdims=True)
    return k.Model(x, L.Dense(1)(ops.reshape(ops.softmax(y), (-1, 3))))


# ---------------------------------------------------------------------- attention and normalization


@_case(lambda o: o.SGD(0.05, weight_decay=0.01))
def _transformer(k):
    L = k.layers
    x = k.Input((4, 6))
    y = L.LayerNormalization(epsilon=1e-6)(x)
    y = x + L.MultiHeadAttention(2, 3, dropout=0.0)(y, y, use_causal_mask=True)
    z = L.Dense(6)(L.Dense(8, activation="gelu")(L.RMSNormalization()(y)))
    return k.Model(x, L.Dense(2)(L.GlobalAveragePooling1D()(y + z)))


@_case(lambda o: o.SGD(0.05, momentum=0.9))
def _queries(k):
    L = k.layers
    x, memory = k.Input((4, 4), name="x"), k.Input((3, 4), name="memory")
    y = L.GroupQueryAttention(2, 4, 2)(x, memory)
    y = L.Attention(use_scale=True)([y, memory]) + L.AdditiveAttention()([y, memory])
    return k.Model([x, memory], L.GlobalAveragePooling1D()(y))


@_case(lambda o: o.SGD(0.05))
def _normalizations(k):
    L = k.layers
    return _stack(
        k, (4, 4, 4), L.GroupNormalization(2), L.Conv2D(4, 2), L.LayerNormalization(axis=(1, 2)),
        L.BatchNormalization(center=False, momentum=0.9), L.UnitNormalization(), L.Flatten(),
        L.Dense(2),
    )  # fmt: skip


@_case(lambda o: o.Adam(0.01))
def _einsum(k):
    L = k.layers
    wide = L.EinsumDense("abc,cd->abd", (None, 5), bias_axes="d", activation="relu")
    return _stack(k, (4, 3), wide, L.EinsumDense("abc,bcd->ad", 2), L.Softmax())


@_case(lambda o: o.LossScaleOptimizer(o.Adam(0.01), initial_scale=4.0))
def _activations(k):
    L = k.layers
    return _stack(
        k, (4,), L.Dense(5), L.PReLU(), L.Dense(5), L.ELU(0.5), L.Dense(5), L.LeakyReLU(0.3),
        L.Dense(5, activation="mish"), L.Activation("softplus"), L.Dense(3, L.ReLU(6.0, 0.1)),
    )  # fmt: skip


# ---------------------------------------------------------------------- preprocessing


@_case(lambda o: o.RMSprop(0.01, momentum=0.5, centered=True))
def _images(k):
    L = k.layers
    scaled = L.Normalization(mean=[0.1, 0.2], variance=[1.0, 2.0])
    return _stack(
        k, (6, 6, 2), L.Rescaling(0.5, offset=-0.1), scaled, L.CenterCrop(5, 5), L.Resizing(4, 4),
        L.Conv2D(2, 2), L.GlobalAveragePooling2D(),
    )  # fmt: skip


@_case(lambda o: o.Adam(0.01))
def _columns(k):
    L = k.layers
    number, kind = k.Input((1,), name="number"), k.Input((1,), dtype="int32", name="kind")
    bins = L.CategoryEncoding(4, "one_hot")(L.Discretization([-0.5, 0.0, 0.5])(number))
    known = L.Flatten()(L.Embedding(6, 2)(kind))
    return k.Model([number, kind], L.Dense(2)(L.concatenate([bins, known])))


@pytest.fixture(autouse=True, scope="module")
def _programs(tmp_path_factory) -> Iterator[None]:
    """A model that was loaded runs the programs that were compiled for the one that was saved."""
    settings = {
        "jax_compilation_cache_dir": str(tmp_path_factory.mktemp("programs")),
        "jax_persistent_cache_min_compile_time_secs": 0.0,
        "jax_persistent_cache_min_entry_size_bytes": 0,
    }
    before = {name: getattr(jax.config, name) for name in settings}
    for name, value in settings.items():
        jax.config.update(name, value)
    yield
    for name, value in before.items():
        jax.config.update(name, value)


def _numbers(tensor: Any, is_input: bool) -> np.ndarray:
    shape = (_BATCH, *tensor.shape[1:])
    if is_input and str(tensor.dtype).startswith("int"):
        return np.random.randint(0, 6, shape).astype("int32")
    return np.random.normal(size=shape).astype("float32")


def _data(model: Any) -> tuple[list[np.ndarray], list[np.ndarray]]:
    return (
        [_numbers(tensor, True) for tensor in model.inputs],
        [_numbers(tensor, False) for tensor in model.outputs],
    )


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _whole(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _same(ours: Any, theirs: Any) -> None:
    for mine, other in zip(_listed(ours), _listed(theirs), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5)


def _same_state(ours: Any, theirs: Any) -> None:
    """Bit for bit: weights, and the variables of the optimizer."""
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    expected = [np.asarray(variable) for variable in theirs.optimizer.variables]
    for mine, other in zip(optimizer_variables(ours).values(), expected, strict=True):
        np.testing.assert_array_equal(mine, other)


def _train(model: Any, x: list[Any], y: list[Any], steps: int) -> None:
    for _ in range(steps):
        model.train_on_batch(_whole(x), _whole(y))


def _opened(path: Any) -> Any:
    """What Keras makes of a file of ours.

    Of the older format, Keras 3.15 gives what is its own too an optimizer of no weights; the state
    that the file holds of it is handed over here by Keras's own function.
    """
    model: Any = keras.models.load_model(path)
    if path.suffix == ".h5":
        optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
        optimizer.build(model.trainable_variables)
        with h5py.File(path) as file:
            values = legacy_h5_format.load_optimizer_weights_from_hdf5_group(file)
            for variable, value in zip(optimizer.variables, values, strict=True):
                variable.assign(value[()])
        model.compile(optimizer, model.loss)
    return model


def _check(name: str, ending: str, folder: Any) -> None:
    """Ours to Keras, three steps on both sides; theirs back to us, and another three."""
    build, optimizer = _CASES[name]
    jaxkeras.utils.clear_session()
    keras.utils.clear_session()
    ours = build(jaxkeras)
    ours.compile(optimizer(jaxkeras.optimizers), "mse")
    x, y = _data(ours)
    _train(ours, x, y, 2)
    ours.save(folder / f"ours.{ending}")

    theirs = _opened(folder / f"ours.{ending}")
    _go_on_alike(ours, theirs, x, y)
    theirs.save(folder / f"theirs.{ending}")
    _go_on_alike(load_model(folder / f"theirs.{ending}"), theirs, x, y)


def _go_on_alike(ours: Any, theirs: Any, x: Any, y: Any) -> None:
    """Two models are the same, and are so after three more steps of training."""
    _same_state(ours, theirs)
    _same(ours.predict_on_batch(_whole(x)), theirs.predict_on_batch(_whole(x)))
    _train(ours, x, y, 3)
    _train(theirs, x, y, 3)
    _same(ours.get_weights(), theirs.get_weights())


_FAST = (("arithmetic", "h5"), ("cnn", "keras"), ("several", "keras"))


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        pytest.param(*case, marks=() if case in _FAST else pytest.mark.slow)
        for case in itertools.product(_CASES, ("keras", "h5"))
    ],
)
def test_architectures_train_on_in_the_other_library(name, ending, tmp_path):
    _check(name, ending, tmp_path)

import copy
import math
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import initializers
from jaxkeras.initializers._scaling import _fans

keras = pytest.importorskip("keras")

KERAS_NAMES = {name for name in dir(keras.initializers) if not name.startswith("_")}
CLASSES = sorted(
    {getattr(initializers, name).__name__ for name in KERAS_NAMES if name[0].isupper()}
    - {"Initializer"}
)
SCHEMES = ["GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform"]
RANDOM = [
    *[(name, {}) for name in SCHEMES],
    ("RandomNormal", {"mean": 1.0, "stddev": 0.5}),
    ("RandomUniform", {"minval": -2.0, "maxval": 5.0}),
    ("TruncatedNormal", {"mean": 1.0, "stddev": 0.5}),
    ("VarianceScaling", {"scale": 2.0, "mode": "fan_out", "distribution": "uniform"}),
    ("VarianceScaling", {"scale": 0.5, "mode": "fan_avg", "distribution": "untruncated_normal"}),
    ("VarianceScaling", {"distribution": "normal"}),
    ("VarianceScaling", {"distribution": "Uniform", "input_axes": [0], "output_axes": [1, 2]}),
    ("Orthogonal", {"gain": 2.0}),
]


def ids(case):
    return case if isinstance(case, str) else "-".join(map(str, case.values()))


def matrix_shape(name):
    return (6, 1, 4) if name == "STFT" else (6, 4)


def test_names_are_those_of_keras():
    assert set(initializers.__all__) == KERAS_NAMES


def test_get_knows_every_name_that_keras_knows():
    from keras.src.initializers import ALL_OBJECTS_DICT

    for name, cls in ALL_OBJECTS_DICT.items():
        if cls is not keras.initializers.Initializer:
            expected = getattr(initializers, cls.__name__)
            assert type(initializers.get(name)) is expected, name


@pytest.mark.parametrize("dtype", [None, "float16", "bfloat16", "int32"])
@pytest.mark.parametrize(
    ("name", "kwargs", "shape"),
    [
        ("Zeros", {}, (2, 3)),
        ("Ones", {}, (2, 3, 4)),
        ("Ones", {}, ()),
        ("Constant", {"value": 3.0}, (2, 3)),
        ("Constant", {"value": [[1.0, 2.0], [3.0, 4.0]]}, (2, 2)),
        ("Identity", {}, (3, 3)),
        ("Identity", {"gain": 2.0}, (2, 5)),
    ],
)
def test_constants_are_those_of_keras(name, kwargs, shape, dtype):
    ours = getattr(initializers, name)(**kwargs)(shape, dtype)
    theirs = getattr(keras.initializers, name)(**kwargs)(shape, dtype)
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == (dtype or "float32")


@pytest.mark.parametrize("side", ["real", "imag"])
@pytest.mark.parametrize("scaling", ["density", "spectrum", None])
@pytest.mark.parametrize(
    ("window", "periodic"), [("hann", False), ("hamming", True), (None, False), (range(1, 9), True)]
)
def test_stft_is_that_of_keras(side, scaling, window, periodic):
    window = list(window) if isinstance(window, range) else window
    arguments = (side, window, scaling, periodic)
    ours = initializers.STFT(*arguments)((8, 1, 9))
    theirs = keras.initializers.STFT(*arguments)((8, 1, 9))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=2e-5)  # Keras's phase is in float32


def test_stft_kernels_compute_a_discrete_fourier_transform():
    signal = np.random.RandomState(0).normal(size=512)
    expected = np.fft.rfft(signal)
    real = initializers.STFT("real", window=None)((512, 1, 257))[:, 0]
    imag = initializers.STFT("imag", window=None)((512, 1, 257))[:, 0]
    np.testing.assert_allclose(signal @ real, expected.real, atol=1e-4)
    np.testing.assert_allclose(signal @ imag, expected.imag, atol=1e-4)


@pytest.mark.parametrize("shape", [(4, 2, 6), (3, 2, 2, 8)])
@pytest.mark.parametrize(("name", "kwargs"), RANDOM, ids=ids)
def test_a_seed_gives_the_values_of_keras(name, kwargs, shape):
    ours = getattr(initializers, name)(**kwargs, seed=1337)(shape)
    theirs = getattr(keras.initializers, name)(**kwargs, seed=1337)(shape)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", [(), (9,)])
def test_fans_of_scalars_and_vectors_are_those_of_keras(shape):
    ours = initializers.GlorotUniform(seed=3)(shape)
    np.testing.assert_array_equal(ours, keras.initializers.GlorotUniform(seed=3)(shape))


@pytest.mark.parametrize(
    ("shape", "fans"),
    [
        ((), (1, 1)),
        ((5,), (5, 5)),
        ((5, 7), (5, 7)),
        ((3, 4, 8), (12, 24)),
        ((3, 3, 4, 8), (36, 72)),
        ((2, 3, 3, 4, 8), (72, 144)),
    ],
)
def test_fans(shape, fans):
    assert _fans(shape) == fans


def test_fans_of_named_axes():
    assert _fans((2, 3, 5), [0], [1, 2]) == (2, 15)


@pytest.mark.parametrize("shape", [(300, 200), (5, 5, 40, 60)])
@pytest.mark.parametrize(
    ("name", "scale", "mode"),
    [
        ("GlorotNormal", 1, "avg"),
        ("GlorotUniform", 1, "avg"),
        ("HeNormal", 2, "in"),
        ("HeUniform", 2, "in"),
        ("LecunNormal", 1, "in"),
        ("LecunUniform", 1, "in"),
    ],
)
def test_variance_and_bounds(name, scale, mode, shape):
    window = math.prod(shape[:-2])
    fan = window * {"avg": (shape[-2] + shape[-1]) / 2, "in": shape[-2]}[mode]
    stddev = math.sqrt(scale / fan)
    values = np.asarray(getattr(initializers, name)(seed=0)(shape), "float64")
    assert abs(values.mean()) < 5 * stddev / math.sqrt(values.size)
    np.testing.assert_allclose(values.std(), stddev, rtol=0.01)
    bound = math.sqrt(3) * stddev if "Uniform" in name else 2 * stddev / 0.87962566
    assert 0.99 * bound < np.abs(values).max() <= bound * (1 + 1e-6)


def test_truncated_normal_stays_within_two_deviations():
    values = initializers.TruncatedNormal(mean=1.0, stddev=0.5, seed=0)((100_000,))
    assert 0.0 <= float(values.min()) < 0.02
    assert 1.98 < float(values.max()) <= 2.0


@pytest.mark.parametrize("shape", [(6, 6), (8, 3), (3, 8), (2, 2, 3, 5)])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_orthogonal_is_orthogonal(shape, dtype):
    weight = initializers.Orthogonal(gain=2.0)(shape, dtype)
    matrix = np.asarray(weight, "float32").reshape(-1, shape[-1])
    matrix = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
    tolerance = 1e-5 if dtype == "float32" else 0.05
    np.testing.assert_allclose(matrix.T @ matrix, 4 * np.eye(matrix.shape[1]), atol=tolerance)


@pytest.mark.parametrize(("name", "kwargs"), RANDOM[:10], ids=ids)
def test_where_the_values_come_from(name, kwargs):
    cls = getattr(initializers, name)
    seeded, unseeded, shape = cls(**kwargs, seed=7), cls(**kwargs), (4, 3)

    np.testing.assert_array_equal(seeded(shape), seeded(shape))
    np.testing.assert_array_equal(seeded(shape), cls(**kwargs, seed=7)(shape))
    assert not np.array_equal(seeded(shape), cls(**kwargs, seed=8)(shape))

    np.random.seed(1)
    first, second = unseeded(shape), unseeded(shape)
    np.random.seed(1)
    np.testing.assert_array_equal(first, unseeded(shape))
    assert not np.array_equal(first, second)

    key = jax.random.key(5)
    np.testing.assert_array_equal(seeded(shape, key=key), unseeded(shape, key=key))
    assert not np.array_equal(seeded(shape, key=key), seeded(shape))
    np.testing.assert_array_equal(
        unseeded(shape, key=jax.random.PRNGKey(5)), unseeded(shape, key=key)
    )


@pytest.mark.parametrize("seed", [0, -1, 2**31, 2**32 + 5, 2**64 - 1, np.int64(3)])
def test_seeds_of_any_size(seed):
    values = initializers.RandomNormal(seed=seed)((3,))
    assert not np.array_equal(values, initializers.RandomNormal(seed=5)((3,)))


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("dtype", ["bfloat16", "float16", None])
def test_type_and_shape_are_those_asked_for(name, dtype):
    initializer, shape = getattr(initializers, name)(), matrix_shape(name)
    values = jax.eval_shape(lambda: initializer(shape, dtype))
    assert (values.shape, values.dtype) == (shape, dtype or "float32")


def test_jit_agrees():
    initializer, key = initializers.GlorotNormal(), jax.random.key(0)
    jitted = jax.jit(lambda key: initializer((6, 4), key=key))(key)
    np.testing.assert_allclose(jitted, initializer((6, 4), key=key), rtol=1e-5)


@pytest.mark.parametrize("name", CLASSES)
def test_configuration_is_that_of_keras_and_makes_an_equal_object(name):
    ours = getattr(initializers, name)()
    if name != "Identity":  # Keras 3.15 leaves its gain out
        assert ours.get_config() == getattr(keras.initializers, name)().get_config()
    again = initializers.deserialize(initializers.serialize(ours))
    assert type(again) is type(ours) and again.get_config() == ours.get_config()


@pytest.mark.parametrize(("name", "kwargs"), RANDOM, ids=ids)
def test_configuration_brings_back_the_values(name, kwargs):
    ours = getattr(initializers, name)(**kwargs, seed=2)
    again = initializers.deserialize(initializers.serialize(ours))
    np.testing.assert_array_equal(again((4, 2, 6)), ours((4, 2, 6)))


@pytest.mark.parametrize("name", CLASSES)
def test_initializers_can_be_hashed_copied_and_pickled(name):
    initializer = getattr(initializers, name)()
    assert {initializer: 1}[initializer] == 1
    for again in (copy.deepcopy(initializer), pickle.loads(pickle.dumps(initializer))):
        assert again.get_config() == initializer.get_config()


def test_shape_may_be_a_list_or_a_number():
    assert initializers.Zeros()([2, np.int64(3)]).shape == (2, 3)
    assert initializers.GlorotUniform()(4).shape == (4,)


@pytest.mark.parametrize("identifier", [np.eye(2), jnp.eye(2), [[1.0, 0.0], [0.0, 1.0]]])
def test_get_of_an_array(identifier):
    initializer = initializers.get(identifier)
    np.testing.assert_array_equal(initializer((2, 2), "float16"), np.eye(2))
    again = initializers.deserialize(initializers.serialize(initializer))
    np.testing.assert_array_equal(again((2, 2)), np.eye(2))
    with pytest.raises(ValueError, match=r"Constant holds an array of shape \(2, 2\)"):
        initializer((3, 2))


def keras_style(shape, dtype=None):
    return jnp.full(shape, 2, dtype)


def jax_style(key, shape, dtype):
    return jax.random.normal(key, shape, dtype)


class CallableObject:
    def __call__(self, shape, dtype=None, **kwargs):
        return np.full(shape, 2, dtype)


@pytest.mark.parametrize(
    "function",
    [
        keras_style,
        CallableObject(),
        lambda s, d: jnp.full(s, 2, d),
        lambda shape: np.full(shape, 2),
        lambda shape, value=2: np.full(shape, value),
        lambda shape, *, dtype: np.full(shape, 2, dtype),
        lambda shape, **kwargs: np.full(shape, 2, **kwargs),
        lambda *args: jnp.full(args[0], 2),
        lambda key, shape, dtype: jnp.full(shape, 2, dtype),
        lambda k, s, d: jnp.full(s, 2, d),
        jax.nn.initializers.constant(2),
    ],
)
def test_get_takes_a_function_of_either_convention(function):
    initializer = initializers.get(function)
    values = initializer((2, 3), "float16")
    np.testing.assert_array_equal(values, np.full((2, 3), 2))
    assert values.dtype == "float16"
    assert initializers.get(initializer) is initializer


@pytest.mark.parametrize(
    "function",
    [
        jax_style,
        jax.nn.initializers.glorot_uniform(),
        jax.nn.initializers.truncated_normal(),
        jax.nn.initializers.orthogonal(),
        jax.jit(jax_style, static_argnums=(1, 2)),
    ],
)
def test_get_gives_jax_initializers_a_fresh_key(function):
    initializer = initializers.get(function)
    np.random.seed(0)
    first, second = initializer((4, 3)), initializer((4, 3))
    np.random.seed(0)
    np.testing.assert_array_equal(first, initializer((4, 3)))
    assert not np.array_equal(first, second)
    key = jax.random.key(1)
    np.testing.assert_array_equal(initializer((4, 3), key=key), function(key, (4, 3), jnp.float32))


def test_wrapped_functions_keep_their_name():
    assert initializers.serialize(initializers.get(jax_style))["config"] == "jax_style"


def test_get_refuses_a_factory_that_was_not_called():
    with pytest.raises(TypeError, match=r"if it makes initializers, call it: he_normal\(\)"):
        initializers.get(jax.nn.initializers.he_normal)


def test_get_of_other_things():
    assert initializers.get(None) is None
    assert isinstance(initializers.get(initializers.Ones), initializers.Ones)
    assert initializers.get({"class_name": "Constant", "config": {"value": 5}}).value == 5
    ready = initializers.Ones()
    assert initializers.get(ready) is ready


def test_get_of_a_number_fails():
    with pytest.raises(TypeError, match="Expected initializer as a name"):
        initializers.get(0.5)


def test_get_of_an_unknown_name_suggests_one():
    with pytest.raises(ValueError, match="Did you mean 'glorot_uniform'?"):
        initializers.get("glorot_unifrom")


def test_subclass_needs_neither_key_nor_configuration():
    class Ramp(initializers.Initializer):
        def __init__(self, step):
            self.step = step

        def __call__(self, shape, dtype=None):
            return self.step * jnp.arange(shape[0], dtype=dtype)

    again = initializers.deserialize(initializers.serialize(Ramp(2)), {"Ramp": Ramp})
    np.testing.assert_array_equal(again((3,), "float32"), [0, 2, 4])


def test_base_class_cannot_be_called():
    with pytest.raises(NotImplementedError, match=r"must define __call__\(shape, dtype\)"):
        initializers.Initializer()((2,))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: initializers.VarianceScaling(scale=0), "scale to be a positive number.*scale=0"),
        (lambda: initializers.VarianceScaling(mode="fan"), "mode to be one of .*mode='fan'"),
        (lambda: initializers.VarianceScaling(distribution="gamma"), "distribution='gamma'"),
        (lambda: initializers.RandomNormal(seed=1.5), "RandomNormal expected seed .*seed=1.5"),
        (lambda: initializers.GlorotUniform(seed=True), "GlorotUniform expected seed"),
        (lambda: initializers.STFT(side="left"), "side to be 'real' or 'imag'.*side='left'"),
        (lambda: initializers.STFT(scaling="l2"), "scaling='l2'"),
        (lambda: initializers.STFT(window="hen"), "STFT expected window .*window='hen'"),
        (lambda: initializers.STFT(window=[1, 2])((4, 1, 3)), r"a window of shape \(2,\)"),
        (lambda: initializers.STFT()((4, 3)), r"fft_length // 2 \+ 1"),
        (lambda: initializers.Identity()((2, 2, 2)), r"Identity expected a matrix.*rank 3"),
        (lambda: initializers.Orthogonal()((5,)), "Orthogonal .*at least two axes.*rank 1"),
        (lambda: initializers.HeNormal()((None, 3)), r"HeNormal expected .*\(None, 3\)"),
        (lambda: initializers.Zeros()((2, -1)), r"Zeros expected a shape .*\(2, -1\)"),
        (lambda: initializers.Constant([1, 2, 3])((2, 2)), r"shape \(3,\), which does not fit"),
    ],
)
def test_errors_say_what_is_wrong(make, message):
    with pytest.raises(ValueError, match=message):
        make()

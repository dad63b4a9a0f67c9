import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras import KerasTensor
from jaxkeras import backend as K

rng = np.random.default_rng(0)
X = rng.normal(size=(4, 3)).astype("float32")
SEQUENCES = rng.normal(size=(4, 5, 3)).astype("float32")
IMAGES = rng.normal(size=(4, 6, 5, 2)).astype("float32")

# What Keras 2 gave, written with NumPy.
VALUES = [
    ("argmax", (X,), {}, X.argmax(axis=-1)),
    ("argmin", (X, 0), {}, X.argmin(axis=0)),
    ("batch_dot", (X, X), {}, (X * X).sum(axis=1, keepdims=True)),
    ("batch_dot", (SEQUENCES, X), {"axes": (2, 1)}, np.einsum("btf,bf->bt", SEQUENCES, X)),
    (
        "batch_dot",
        (SEQUENCES, SEQUENCES),
        {"axes": 1},
        np.einsum("btf,btg->bfg", SEQUENCES, SEQUENCES),
    ),
    ("batch_dot", (SEQUENCES, SEQUENCES), {"axes": -1}, SEQUENCES @ SEQUENCES.transpose(0, 2, 1)),
    ("batch_flatten", (IMAGES,), {}, IMAGES.reshape(4, 60)),
    ("bias_add", (IMAGES, [1.0, 2.0]), {}, IMAGES + np.array([1.0, 2.0])),
    (
        "bias_add",
        (SEQUENCES, np.arange(5.0)),
        {"data_format": "channels_first"},
        SEQUENCES + np.arange(5.0)[:, None],
    ),
    ("binary_crossentropy", (np.float32([1, 0]), np.float32([0.5, 0.1])), {},
     -np.log([0.5, 0.9])),
    ("clip", (X, None, 0.5), {}, np.minimum(X, 0.5)),
    ("concatenate", ([X, X],), {}, np.concatenate([X, X], axis=-1)),
    ("cumsum", (X,), {}, X.cumsum(axis=0)),
    ("cumprod", (X, 1), {}, X.cumprod(axis=1)),
    ("dot", (X, X.T), {}, X @ X.T),
    ("expand_dims", (X,), {}, X[..., None]),
    ("eye", (3, "int32"), {}, np.eye(3, dtype="int32")),
    ("flatten", (X,), {}, X.ravel()),
    ("gather", (X, [2, 0]), {}, X[[2, 0]]),
    ("hard_sigmoid", (4 * X,), {}, np.clip(0.8 * X + 0.5, 0, 1)),
    ("in_top_k", (X, X.argmax(axis=1), 1), {}, np.full(4, True)),
    ("l2_normalize", (X, -1), {}, X / np.linalg.norm(X, axis=-1, keepdims=True)),
    ("permute_dimensions", (SEQUENCES, (0, 2, 1)), {}, SEQUENCES.transpose(0, 2, 1)),
    ("pow", (np.abs(X), 1.5), {}, np.abs(X) ** 1.5),
    ("relu", (X, 0.1, 1.0), {}, np.minimum(np.where(X > 0, X, 0.1 * X), 1.0)),
    ("repeat", (X, 2), {}, np.stack([X, X], axis=1)),
    ("repeat_elements", (X, 2, 1), {}, X.repeat(2, axis=1)),
    ("resize_images", (IMAGES, 2, 3), {}, IMAGES.repeat(2, axis=1).repeat(3, axis=2)),
    ("reverse", (SEQUENCES, (1, 2)), {}, SEQUENCES[:, ::-1, ::-1]),
    ("spatial_2d_padding", (IMAGES,), {}, np.pad(IMAGES, ((0, 0), (1, 1), (1, 1), (0, 0)))),
    (
        "spatial_2d_padding",
        (IMAGES, ((1, 0), (0, 2)), "channels_first"),
        {},
        np.pad(IMAGES, ((0, 0), (0, 0), (1, 0), (0, 2))),
    ),
    ("switch", (X[:, 0] > 0, X, lambda: -X), {}, np.where(X[:, :1] > 0, X, -X)),
    ("temporal_padding", (SEQUENCES, (2, 1)), {}, np.pad(SEQUENCES, ((0, 0), (2, 1), (0, 0)))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "kwargs", "expected"), VALUES)
def test_values(name, args, kwargs, expected):
    np.testing.assert_allclose(getattr(K, name)(*args, **kwargs), expected, rtol=1e-5)


def test_operations_take_symbolic_tensors():
    x = KerasTensor((None, 5, 3))
    assert K.int_shape(K.batch_flatten(x)) == (None, 15)
    assert K.int_shape(K.batch_dot(x, x, axes=(2, 2))) == (None, 5, 5)
    assert K.int_shape(K.argmax(x)) == (None, 5)
    assert K.int_shape(K.mean(K.square(x), axis=(1, 2))) == (None,)
    assert K.is_keras_tensor(K.l2_normalize(x, axis=-1)) and not K.is_keras_tensor(X)


def test_an_old_loss_trains_a_model():
    def root_mean_squared_error(y_true, y_pred):
        return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1) + K.epsilon())

    model = jaxkeras.Sequential([jaxkeras.Input((3,)), jaxkeras.layers.Dense(1)])
    model.compile("adam", root_mean_squared_error)
    history = model.fit(X, X[:, :1], epochs=3, verbose=0).history["loss"]
    assert history[-1] < history[0]


def test_variables():
    x = K.variable([[1, 2], [3, 4]], name="x")
    assert K.dtype(x) == "float32" and K.count_params(x) == 4
    assert K.update_add(x, 1.0) is x and K.update_sub(x, [[1.0, 1.0]] * 2) is x
    np.testing.assert_array_equal(K.eval(x), [[1, 2], [3, 4]])
    np.testing.assert_array_equal(K.dot(x, [1.0, 1.0]), [3, 7])
    K.batch_set_value([(x, np.zeros((2, 2)))])
    np.testing.assert_array_equal(K.batch_get_value([x])[0], np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"\(2, 2\). Received: \(2,\)"):
        K.set_value(x, [1.0, 2.0])
    with pytest.raises(TypeError, match="float is none"):
        K.set_value(0.1, 0.2)


def test_weights_of_layers_are_variables():
    layer = jaxkeras.layers.Dense(1)
    layer.build((None, 3))
    K.set_value(layer.kernel, np.ones((3, 1)))
    np.testing.assert_allclose(layer(X), X.sum(axis=1, keepdims=True), rtol=1e-5)
    assert isinstance(K.get_value(layer.kernel), np.ndarray)


def test_constants_and_types():
    assert K.constant(3, shape=(2, 2)).tolist() == [[3.0, 3.0]] * 2
    assert K.cast_to_floatx(np.arange(2)).dtype == np.float32
    assert K.cast_to_floatx(jnp.arange(2)).dtype == jnp.float32
    assert K.int_shape(K.zeros((2, 3))) == (2, 3) == K.shape(K.ones_like(K.zeros((2, 3))))
    assert K.backend() == "jax"


def test_random_numbers():
    assert K.random_normal((2,), seed=1).tolist() == K.random_normal((2,), seed=1).tolist()
    assert set(K.random_bernoulli((50,), p=0.5, seed=1).tolist()) == {0.0, 1.0}
    assert K.dropout(K.ones((50,)), 0.5, seed=1).max() == 2.0


def test_ctc_batch_cost_is_the_loss_of_the_probabilities():
    probabilities = jax.nn.softmax(SEQUENCES)
    labels, lengths = np.array([[0, 1]] * 4), np.array([[2]] * 4)
    cost = K.ctc_batch_cost(labels, probabilities, np.array([[5]] * 4), lengths)
    expected = jaxkeras.ops.ctc_loss(labels, SEQUENCES, [2] * 4, [5] * 4, mask_index=2)
    np.testing.assert_allclose(cost[:, 0], expected, rtol=1e-4)


def test_phases():
    assert K.in_train_phase(lambda: 1, 2, training=True) == 1
    assert K.in_test_phase(1, 2) == 1


def test_pooling():
    assert K.pool2d(IMAGES, (2, 2), (2, 2), "same").shape == (4, 3, 3, 2)
    assert K.pool3d(IMAGES[None], (2, 2, 2), pool_mode="avg").shape == (1, 3, 5, 4, 2)


def test_get_uid():
    K.clear_session()
    assert [K.get_uid("thing") for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("name", ["gradients", "placeholder", "function", "learning_phase"])
def test_what_is_gone_names_what_is_there(name):
    with pytest.raises(AttributeError, match=f"{name}': .*(jax|layer)"):
        getattr(K, name)
    assert not hasattr(K, "nothing_of_the_kind")


def test_all_names_are_there():
    assert len(K.__all__) == len(set(K.__all__)) > 120
    assert all(hasattr(K, name) for name in K.__all__)


def test_layouts_in_the_words_of_keras_1():
    assert K.image_dim_ordering() == "tf"
    try:
        K.set_image_dim_ordering("th")
        assert (K.image_dim_ordering(), K.image_data_format()) == ("th", "channels_first")
    finally:
        K.set_image_dim_ordering("tf")
    assert K.image_data_format() == "channels_last"
    with pytest.raises(ValueError, match="dim_ordering is 'tf'.*Received: 'channels_last'"):
        K.set_image_dim_ordering("channels_last")

"""Keras 1's words in Python: they make the same layers as today's, and a warning says so."""

from typing import Any

import numpy as np
import pytest

import jaxkeras
from jaxkeras import layers
from jaxkeras.legacy.alias import View
from jaxkeras.regularizers import L2

PENALTY = L2(0.1)
LEGACY: Any = layers  # calls that no checker of types would let pass
OLD_AND_NEW = [
    (lambda: LEGACY.Dense(output_dim=3, init="one"), lambda: layers.Dense(3, None, True, "ones")),
    (
        lambda: LEGACY.Dense(3, W_regularizer=PENALTY, b_constraint="nonneg", bias=True),
        lambda: layers.Dense(3, kernel_regularizer=PENALTY, bias_constraint="nonneg"),
    ),
    (lambda: LEGACY.Dropout(p=0.3), lambda: layers.Dropout(0.3)),
    (
        lambda: LEGACY.Conv2D(8, 3, 5, border_mode="same", subsample=(2, 1), dim_ordering="th"),
        lambda: layers.Conv2D(8, (3, 5), (2, 1), "same", "channels_first"),
    ),
    (lambda: LEGACY.Conv2D(nb_filter=8, nb_row=3, nb_col=5), lambda: layers.Conv2D(8, (3, 5))),
    (lambda: LEGACY.Conv3D(8, 3, 4, 5), lambda: layers.Conv3D(8, (3, 4, 5))),
    (lambda: LEGACY.Conv1D(8, 3, subsample_length=2), lambda: layers.Conv1D(8, 3, 2)),
    (
        lambda: LEGACY.Conv2DTranspose(8, 3, 3, output_shape=(None, 14, 14, 8), subsample=(2, 2)),
        lambda: layers.Conv2DTranspose(8, (3, 3), (2, 2)),
    ),
    (
        lambda: LEGACY.SeparableConv2D(8, 3, 3, init="zero"),
        lambda: layers.SeparableConv2D(
            8, (3, 3), depthwise_initializer="zeros", pointwise_initializer="zeros"
        ),
    ),
    (lambda: LEGACY.MaxPooling1D(pool_length=3, stride=2), lambda: layers.MaxPooling1D(3, 2)),
    (lambda: LEGACY.UpSampling1D(length=3), lambda: layers.UpSampling1D(3)),
    (
        lambda: LEGACY.LSTM(
            4, inner_init="one", dropout_W=0.1, dropout_U=0.2, forget_bias_init="zero",
            inner_activation="relu", consume_less="gpu", U_regularizer=PENALTY,
        ),
        lambda: layers.LSTM(
            4, recurrent_initializer="ones", dropout=0.1, recurrent_dropout=0.2,
            unit_forget_bias=False, recurrent_activation="relu", recurrent_regularizer=PENALTY,
        ),
    ),
    (
        lambda: LEGACY.Embedding(9, 4, init="zero", W_constraint="nonneg"),
        lambda: layers.Embedding(9, 4, "zeros", embeddings_constraint="nonneg"),
    ),
    (lambda: LEGACY.BatchNormalization(mode=0), lambda: layers.BatchNormalization()),
    (lambda: LEGACY.GaussianNoise(sigma=0.2), lambda: layers.GaussianNoise(0.2)),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), OLD_AND_NEW)
def test_words_of_keras_1_are_taken_as_todays(old, new):
    jaxkeras.utils.clear_session()
    with pytest.warns(UserWarning, match="got .*, which is Keras 1's. Today it is ") as caught:
        mine = old()
    assert caught[0].filename == __file__ and len(caught) == 1
    jaxkeras.utils.clear_session()
    assert mine.get_config() == new().get_config()


def test_the_warning_tells_todays_call():
    expected = (
        "Conv2D got 8, 3, 3, border_mode='same', W_regularizer=..., which is Keras 1's. Today it "
        "is written 8, (3, 3), padding='same', kernel_regularizer=...."
    )
    with pytest.warns(UserWarning) as caught:
        LEGACY.Conv2D(8, 3, 3, border_mode="same", W_regularizer=PENALTY, activation="relu")
    assert str(caught[0].message) == expected


def test_a_size_or_a_stride():
    with pytest.warns(UserWarning, match=r"write Conv2D\(8, \(3, 3\)\). If strides are meant"):
        layer = layers.Conv2D(8, 3, 3)
    assert (layer.kernel_size, layer.strides) == ((3, 3), (3, 3))  # as in Keras 3
    for layer in (layers.Conv2D(8, 3, 2), layers.Conv2DTranspose(8, 2, 2)):
        assert layer.strides == (2, 2)


class OfOne(layers.Dense):
    pass


class OfOnesOwn(layers.Dense):
    def __init__(self, output_dim, **kwargs):
        super().__init__(output_dim, **kwargs)


def test_layers_of_ones_own():
    with pytest.warns(UserWarning, match="OfOne got init='one'.*kernel_initializer='ones'"):
        assert OfOne(2, init="one")(np.ones((1, 3))).tolist() == [[3.0, 3.0]]
    assert OfOnesOwn(output_dim=2).units == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LEGACY.Dense(units=2, output_dim=3), "'output_dim' and 'units'.*'units' alone"),
        (lambda: LEGACY.Dense(output_dim=2, activaton="relu"), "'activaton'. Did you mean 'activ"),
        (lambda: LEGACY.Dense(2, nb_filter=3), "Dense has no argument 'filters'"),
        (lambda: LEGACY.BatchNormalization(mode=2), "BatchNormalization has no argument 'mode'"),
        (lambda: LEGACY.MaxPooling2D(dim_ordering="thh"), "no argument 'dim_ordering'"),
    ],
)
def test_what_stays_wrong(make, message):
    with pytest.raises(TypeError, match=message):
        make()


def test_models_of_inputs_and_outputs():
    x = jaxkeras.Input((3,))
    with pytest.warns(UserWarning, match=r"input=\.\.\., output=\.\.\., which .* inputs=\.\.\., o"):
        model = jaxkeras.Model(input=x, output=[layers.Dense(2)(x)])
    assert model.output_shape == [(None, 2)]


@pytest.mark.parametrize(
    ("mode", "options", "new"),
    [
        ("sum", {}, layers.Add()),
        ("mul", {}, layers.Multiply()),
        ("ave", {}, layers.Average()),
        ("max", {}, layers.Maximum()),
        ("concat", {"concat_axis": 1}, layers.Concatenate(1)),
        ("dot", {"dot_axes": 1}, layers.Dot(1)),
        ("cos", {"dot_axes": 1}, layers.Dot(1, normalize=True)),
        (lambda tensors: tensors[0] - tensors[1], {}, layers.Subtract()),
    ],
)
def test_merge(mode, options, new):
    merge = View("keras.layers", ("layers", "layers.legacy")).merge
    tensors = [jaxkeras.Input((3,)), jaxkeras.Input((3,))]
    x = list(np.random.normal(size=(2, 4, 3)).astype("float32"))
    merged = merge(tensors, mode, output_shape=(3,), name="both", **options)
    model = jaxkeras.Model(tensors, merged)
    assert model.layers[-1].name == "both"
    np.testing.assert_allclose(model.predict(x, verbose=0), new(x), rtol=1e-5, atol=1e-6)


def test_there_is_no_such_way_to_merge():
    tensors = [jaxkeras.Input((3,)), jaxkeras.Input((3,))]
    with pytest.raises(ValueError, match=r"Received: 'summ'\. Did you mean 'sum'\?"):
        LEGACY.legacy.merge(tensors, "summ")


def test_dropout_of_words():
    with pytest.warns(UserWarning, match="dropout=0.2, .* left out. .* let SpatialDropout1D"):
        LEGACY.Embedding(9, 4, dropout=0.2)


def test_other_functions():
    generator: Any = jaxkeras.preprocessing.image.ImageDataGenerator
    with pytest.warns(UserWarning, match="ImageDataGenerator got dim_ordering='th'"):
        assert generator(dim_ordering="th").data_format == "channels_first"
    with (
        pytest.raises(ValueError, match="'thh'"),
        pytest.warns(UserWarning, match="data_format='thh'"),
    ):
        generator(dim_ordering="thh")
    K: Any = jaxkeras.backend
    with pytest.warns(UserWarning, match="got std=0.0, .* stddev=0.0"):
        assert K.random_normal((2,), std=0.0).tolist() == [0.0, 0.0]
    with pytest.warns(UserWarning, match="got low=2.0, high=2.5, .* minval=2.0, maxval=2.5"):
        assert 2.0 <= float(K.random_uniform((), low=2.0, high=2.5)) <= 2.5


def test_numbers_of_classes():
    with pytest.warns(UserWarning, match="to_categorical got nb_classes=3, .* num_classes=3"):
        assert jaxkeras.utils.to_categorical([0], nb_classes=3).shape == (1, 3)

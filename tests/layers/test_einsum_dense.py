"""EinsumDense: Keras's numbers for all kinds of equations."""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import Input, Sequential, layers

keras = pytest.importorskip("keras")

REGULARIZED = {
    "activation": "tanh",
    "kernel_initializer": "he_normal",
    "bias_initializer": "ones",
    "kernel_regularizer": "l2",
    "bias_regularizer": "l1",
    "activity_regularizer": "l2",
    "kernel_constraint": "max_norm",
    "bias_constraint": "non_neg",
}


@pytest.mark.parametrize(
    ("shape", "unknown", "equation", "output_shape", "bias_axes", "arguments"),
    [
        ((4, 3), (0,), "ab,bc->ac", 5, "c", REGULARIZED),
        ((4, 2, 3), (0, 1), "abc,cde->abde", (None, 5, 2), "e", {}),
        ((4, 2, 3), (0,), "abc,bce->abe", (2, 5), "be", {}),
        ((4, 2, 2, 3), (0, 1), "...xc,cy->...xy", (2, 5), "xy", {}),
        ((4, 3), (0,), "...bc,cy->...by", (5,), "y", {}),
        ((4, 2, 3), (0,), "ab...,bc->ac...", 5, "c", {}),
        ((4, 2, 3, 2), (0, 2), "ab...,bc->ac...", 5, None, {}),
    ],
)
def test_equals_keras(
    assert_same_layer, shape, unknown, equation, output_shape, bias_axes, arguments
):
    assert_same_layer(
        "EinsumDense",
        shape,
        eager=False,
        unknown=unknown,
        equation=equation,
        output_shape=output_shape,
        bias_axes=bias_axes,
        **arguments,
    )


def test_the_first_kernel_scales_to_the_fans_of_the_equation():
    layer = layers.EinsumDense("abc,cde->abde", (None, 20, 30))
    layer.build((None, None, 50))
    limit = (6 / (50 + 20 * 30)) ** 0.5
    assert 0.98 * limit < np.abs(layer.get_weights()[0]).max() <= limit


def test_a_last_softmax_is_trained_as_logits():
    layer = layers.EinsumDense("ab,bc->ac", 3, activation="softmax")
    assert layer.detach_activation("softmax") is not None


@pytest.mark.parametrize(
    ("equation", "shape", "output_shape", "bias_axes", "message"),
    [
        ("ab->ac", (2, 3), 4, None, "an equation is of the form ab,bc->ac"),
        ("...ab,bc->ac", (2, 3), 4, None, "an equation is of the form"),
        ("ab,bc->ac", (2, 3, 4), 4, None, "it is for inputs of 2 dimensions"),
        ("abc,cd->abd", (2, 3, 4), 5, None, "output_shape must have 2 sizes, for b, d"),
        ("abc,cd->abd", (2, 3, 4), (7, 5), None, "b is 3 in the input"),
        ("abc,cd->abd", (2, 3, 4), (3, None), None, "the size of d is not known"),
        ("abc,cd->abd", (2, 3, None), (3, 5), None, "the size of c is not known"),
        ("ab,bc->ac", (2, 3), 4, "x", "the output has no x, which bias_axes='x' names"),
    ],
)
def test_what_does_not_fit(equation, shape, output_shape, bias_axes, message):
    layer = layers.EinsumDense(equation, output_shape, bias_axes=bias_axes, name="sum")
    with pytest.raises(ValueError, match=f'EinsumDense "sum" cannot compute .*: {message}'):
        layer.build(shape)


def test_mixed_precision_and_configuration():
    layer = layers.EinsumDense("...x,xy->...y", 2, bias_axes="y", dtype="mixed_bfloat16")
    assert layer(jnp.ones((2, 3))).dtype == "bfloat16"
    assert layers.EinsumDense.from_config(layer.get_config()).get_config() == layer.get_config()
    model = Sequential([Input((None, 3)), layers.EinsumDense("abc,cd->abd", (None, 2))])
    assert model.output_shape == (None, None, 2)

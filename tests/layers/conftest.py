"""Comparison of one layer with Keras's layer of the same name."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import jaxkeras
from jaxkeras.layers.scope import call_scope

keras = pytest.importorskip("keras")

Shape = tuple[int | None, ...]


def _total(outputs: Any) -> jax.Array:
    """A number in which every output counts differently."""
    leaves = [leaf for leaf in jax.tree.leaves(outputs) if jnp.issubdtype(leaf.dtype, jnp.floating)]
    return sum(
        (jnp.sum(leaf * jnp.linspace(0.5, 1.5, leaf.size).reshape(leaf.shape)) for leaf in leaves),
        jnp.zeros(()),
    )


def _ours(layer: Any, x: Any, training: bool, call_arguments: dict) -> Any:
    """Gradients by weights and inputs of a weighted sum; then outputs, losses, new statistics."""

    def run(values, x):
        module = nnx.clone(layer)
        for variable, value in zip(module.trainable_weights, values, strict=True):
            variable.set_value(value)
        with call_scope(training) as call:
            outputs = module(x, **call_arguments)
        losses = sum(call.losses + module.penalties, jnp.zeros(()))
        statistics = [variable[...] for variable in module.non_trainable_weights]
        return _total(outputs) + losses, (outputs, losses, statistics)

    values = [variable[...] for variable in layer.trainable_weights]
    return jax.jit(jax.grad(run, argnums=(0, 1), has_aux=True, allow_int=True))(values, x)


def _theirs(layer: Any, x: Any, training: bool, call_arguments: dict) -> Any:
    seeds = [v for v in layer.non_trainable_variables if "seed" in v.path]
    held = [variable.value for variable in layer.non_trainable_variables]

    def run(values, x):
        arguments = dict(call_arguments)
        if "training" in layer._call_signature.parameters:
            arguments["training"] = training
        # `stateless_call` passes over the layer's own activity regularizer.
        variables = [*layer.trainable_variables, *layer.non_trainable_variables]
        mapping = zip(variables, [*values, *held], strict=True)
        with keras.StatelessScope(mapping, collect_losses=True) as scope:
            outputs = layer(x, **arguments)
            losses = sum(layer.losses, jnp.zeros(()))
        statistics = [
            scope.get_current_value(variable)
            for variable in layer.non_trainable_variables
            if all(variable is not seed for seed in seeds)
        ]
        return _total(outputs) + losses, (outputs, losses, statistics)

    values = [variable.value for variable in layer.trainable_variables]
    return jax.jit(jax.grad(run, argnums=(0, 1), has_aux=True, allow_int=True))(values, x)


def _tensor(array: np.ndarray) -> Any:
    return keras.KerasTensor(array.shape, array.dtype.name)


def _assert_same_layer(
    name: str,
    shape: Shape | list[Shape],
    *,
    inputs: Any = None,
    training: bool = False,
    call_arguments: dict | None = None,
    unknown: tuple[int, ...] = (0,),
    rtol: float = 1e-4,
    atol: float = 1e-5,
    make: Callable[[Any], Any] | None = None,
    eager: bool = True,
    **arguments: Any,
) -> None:
    """Assert that a layer of ours equals Keras's, given the same weights.

    Compared are: number, order, names and shapes of weights; outputs; losses; gradients by inputs
    and by weights; moving statistics; and the output shape with unknown dimensions.

    Args:
        name: the class, in both libraries.
        shape: shape of the input, batch included, or a list of shapes of several inputs.
        inputs: the input itself; by default it is drawn from a normal distribution.
        training: whether to compare a training call.
        call_arguments: further arguments of the call, such as ``mask``.
        unknown: axes whose size is not told when output shapes are compared.
        rtol: relative tolerance.
        atol: absolute tolerance.
        make: makes the layer from a library's module, in place of name and arguments.
        eager: whether to call the layers without `jax.jit` first, or build them, which is faster.
        **arguments: of the constructor, for both.
    """
    if make is None:
        make = lambda library: getattr(library.layers, name)(**arguments)  # noqa: E731
    shapes = shape if isinstance(shape, list) else [shape]
    if inputs is None:
        inputs = [np.random.normal(size=s).astype("float32") for s in shapes]
        inputs = inputs if isinstance(shape, list) else inputs[0]
    ours, theirs = make(jaxkeras), make(keras)
    is_plain = all(isinstance(leaf, np.ndarray) for leaf in jax.tree.leaves(inputs))
    if not eager:
        ours.build(shape)
        theirs.build(shape)
    else:
        ours(inputs, **(call_arguments or {}))
        is_symbolic = is_plain and not call_arguments  # which compiles nothing
        theirs(jax.tree.map(_tensor, inputs) if is_symbolic else inputs, **(call_arguments or {}))

    own_weights, reference = ours.weights, theirs.weights
    assert [w.shape for w in own_weights] == [tuple(w.shape) for w in reference]
    assert [w.get_metadata("name") for w in own_weights] == [w.name for w in reference]
    values = [
        np.abs(np.random.normal(size=w.shape)).astype("float32") + 0.1
        if "variance" in w.name
        else np.random.normal(size=w.shape).astype("float32") * 0.5
        for w in reference
    ]
    ours.set_weights(values)
    theirs.set_weights(values)
    arrays = jax.tree.map(jnp.asarray, inputs)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(
            np.asarray(a).astype(np.float64) if a.dtype != jax.dtypes.float0 else 0,
            np.asarray(b).astype(np.float64) if b.dtype != jax.dtypes.float0 else 0,
            rtol=rtol,
            atol=atol,
        ),
        _ours(ours, arrays, training, call_arguments or {}),
        _theirs(theirs, arrays, training, call_arguments or {}),
    )

    if call_arguments or not is_plain:
        return

    def symbols(library: Any) -> Any:
        made = [
            library.Input(
                batch_shape=tuple(None if axis in unknown else n for axis, n in enumerate(s)),
                dtype=str(leaf.dtype),
            )
            for s, leaf in zip(shapes, jax.tree.leaves(inputs), strict=True)
        ]
        return made if isinstance(shape, list) else made[0]

    own_shapes, reference_shapes = (
        [tuple(output.shape) for output in jax.tree.leaves(layer(symbols(library)))]
        for layer, library in ((ours, jaxkeras), (theirs, keras))
    )
    assert own_shapes == reference_shapes


@pytest.fixture
def assert_same_layer() -> Callable[..., None]:
    """`_assert_same_layer`, for the tests of this folder."""
    return _assert_same_layer

"""Layers that merge several arrays entry by entry."""

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from jaxkeras.layers.layer import Layer
from jaxkeras.symbolic import Shape

__all__ = [
    "Add",
    "Average",
    "Maximum",
    "Merge",
    "Minimum",
    "Multiply",
    "Subtract",
    "add",
    "average",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]

Arrays = Sequence[jax.Array]
Masks = Sequence[jax.Array | None]


class Merge(Layer):
    """Base of layers that take a list of arrays.

    Args:
        **kwargs: see `Layer`.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras.layers.merging import Merge
        >>> class Norm(Merge):
        ...     count_of_inputs = 2
        ...     def call(self, inputs):
        ...         return jnp.hypot(*inputs)
        >>> Norm()([jnp.array([3.0]), jnp.array([4.0])])
        Array([5.], dtype=float32)
    """

    count_of_inputs: ClassVar[int | None] = None  # how many, where it is fixed

    def build(self, input_shape: Sequence[Shape]) -> None:
        is_list = isinstance(input_shape, (list, tuple)) and all(
            isinstance(shape, (list, tuple)) for shape in input_shape
        )
        count = len(input_shape) if is_list else 1
        if not is_list or not input_shape or count != (self.count_of_inputs or count):
            number = self.count_of_inputs or "some"
            raise ValueError(
                f"{self.label} takes a list of {number} arrays, as in layer([a, b]), got "
                f"{f'{count} of them' if is_list else f'one of shape {input_shape}'}."
            )
        self.check_shapes([tuple(shape) for shape in input_shape])

    def check_shapes(self, shapes: list[Shape]) -> None:
        """Refuse shapes that do not go together, as far as they are known."""

    def refuse(self, shapes: Sequence[Shape], fix: str) -> None:
        shown = " and ".join(map(str, shapes))
        raise ValueError(f"{self.label} cannot merge arrays of shapes {shown}. {fix}")


class _Elementwise(Merge):
    """Base of layers that merge entry by entry; arrays of fewer axes get axes after the batch.

    The output has a mask if every input has one: a step counts where it does in any of them.
    """

    def check_shapes(self, shapes: list[Shape]) -> None:
        ndim = max(map(len, shapes))
        for sizes in zip(*(_padded(shape, ndim) for shape in shapes), strict=True):
            if len({size for size in sizes if size not in (None, 1)}) > 1:
                self.refuse(shapes, "Each axis, after the batch, needs one size, or size 1.")

    def call(self, inputs: Arrays, mask: Masks | None = None) -> jax.Array:
        ndim = max(x.ndim for x in inputs)
        masks = [
            None if m is None else jnp.expand_dims(m, range(m.ndim, x.ndim))
            for x, m in zip(inputs, mask or [None] * len(inputs), strict=True)
        ]
        return self._merge(*([_expanded(x, ndim) for x in group] for group in (inputs, masks)))

    def _merge(self, inputs: Arrays, masks: Masks) -> jax.Array:
        raise NotImplementedError

    def compute_mask(self, inputs: Arrays, previous_mask: Masks | None = None) -> Any:
        """A step counts where it does in any input."""
        known = [mask for mask in previous_mask or () if mask is not None]
        return functools.reduce(operator.or_, known) if len(known) == len(inputs) else None


def _padded(shape: Shape, ndim: int) -> Shape:
    """With axes of size 1 after the batch."""
    return (*shape[:1], *(1,) * (ndim - len(shape)), *shape[1:])


def _expanded(x: Any, ndim: int) -> Any:
    return None if x is None else jnp.expand_dims(x, range(1, 1 + ndim - x.ndim))


class Add(_Elementwise):
    """The sum of the inputs.

    Args:
        **kwargs: see `Layer`.

    Input shape:
        a list of arrays that broadcast: ``(batch, ...)``

    Output shape:
        ``(batch, ...)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Add()([jnp.array([[1.0]]), jnp.array([[2.0]])])
        Array([[3.]], dtype=float32)
    """

    def _merge(self, inputs: Arrays, masks: Masks) -> jax.Array:
        return functools.reduce(jnp.add, inputs)


class Subtract(_Elementwise):
    """The first of two inputs minus the second.

    Args:
        **kwargs: see `Layer`.

    Input shape:
        a list of two arrays that broadcast: ``(batch, ...)``

    Output shape:
        ``(batch, ...)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Subtract()([jnp.array([[1.0]]), jnp.array([[2.0]])])
        Array([[-1.]], dtype=float32)
    """

    count_of_inputs = 2

    def _merge(self, inputs: Arrays, masks: Masks) -> jax.Array:
        return jnp.subtract(*inputs)


class Multiply(_Elementwise):
    """The product of the inputs. A masked step does not count as a factor.

    Args:
        **kwargs: see `Layer`.

    Input shape:
        a list of arrays that broadcast: ``(batch, ...)``

    Output shape:
        ``(batch, ...)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Multiply()([jnp.array([[3.0]]), jnp.array([[2.0]])])
        Array([[6.]], dtype=float32)
    """

    def _merge(self, inputs: Arrays, masks: Masks) -> jax.Array:
        factors = [
            x if mask is None else jnp.where(mask, x, 1)
            for x, mask in zip(inputs, masks, strict=True)
        ]
        product = functools.reduce(jnp.multiply, factors)
        mask = self.compute_mask(inputs, masks)
        return product if mask is None else jnp.where(mask, product, 0)


class Average(_Elementwise):
    """The mean of the inputs.

    Args:
        **kwargs: see `Layer`.

    Input shape:
        a list of arrays that broadcast: ``(batch, ...)``

    Output shape:
        ``(batch, ...)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Average()([jnp.array([[3.0]]), jnp.array([[2.0]])])
        Array([[2.5]], dtype=float32)
    """

    def _merge(self, inputs: Arrays, masks: Masks) -> jax.Array:
        return functools.reduce(jnp.add, inputs) / len(inputs)


class _Extremum(_Elementwise):
    """Base of `Maximum` and `Minimum`. A masked step is not compared with others."""

    _choose: ClassVar[Callable[[jax.Array, jax.Array], jax.Array]]

    def _merge(self, inputs: Arrays, masks: Masks) -> jax.Array:
        best, counts = inputs[0], masks[0]
        for x, mask in zip(inputs[1:], masks[1:], strict=True):
            x = x if mask is None else jnp.where(mask, x, best)
            best = best if counts is None else jnp.where(counts, best, x)
            best = type(self)._choose(best, x)
            counts = None if counts is None or mask is None else counts | mask
        return best


class Maximum(_Extremum):
    """The largest of the inputs, entry by entry. A masked step is not compared with others.

    Args:
        **kwargs: see `Layer`.

    Input shape:
        a list of arrays that broadcast: ``(batch, ...)``

    Output shape:
        ``(batch, ...)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Maximum()([jnp.array([[1.0, 5.0]]), jnp.array([[2.0, 4.0]])])
        Array([[2., 5.]], dtype=float32)
    """

    _choose = staticmethod(jnp.maximum)


class Minimum(_Extremum):
    """The smallest of the inputs, entry by entry. A masked step is not compared with others.

    Args:
        **kwargs: see `Layer`.

    Input shape:
        a list of arrays that broadcast: ``(batch, ...)``

    Output shape:
        ``(batch, ...)``

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.Minimum()([jnp.array([[1.0, 5.0]]), jnp.array([[2.0, 4.0]])])
        Array([[1., 4.]], dtype=float32)
    """

    _choose = staticmethod(jnp.minimum)


def add(inputs: Arrays, **kwargs: Any) -> Any:
    """The sum of a list of arrays or symbolic tensors; see `Add`.

    Example:
        >>> import jaxkeras
        >>> left, right = jaxkeras.Input((4,)), jaxkeras.Input((4,))
        >>> jaxkeras.layers.add([left, right]).shape
        (None, 4)
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Arrays, **kwargs: Any) -> Any:
    """The first of two arrays or symbolic tensors minus the second; see `Subtract`.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.subtract([jnp.array([3.0]), jnp.array([1.0])])
        Array([2.], dtype=float32)
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Arrays, **kwargs: Any) -> Any:
    """The product of a list of arrays or symbolic tensors; see `Multiply`.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.multiply([jnp.array([3.0]), jnp.array([2.0])])
        Array([6.], dtype=float32)
    """
    return Multiply(**kwargs)(inputs)


def average(inputs: Arrays, **kwargs: Any) -> Any:
    """The mean of a list of arrays or symbolic tensors; see `Average`.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.average([jnp.array([3.0]), jnp.array([1.0])])
        Array([2.], dtype=float32)
    """
    return Average(**kwargs)(inputs)


def maximum(inputs: Arrays, **kwargs: Any) -> Any:
    """The largest of a list of arrays or symbolic tensors, entry by entry; see `Maximum`.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.maximum([jnp.array([3.0]), jnp.array([1.0])])
        Array([3.], dtype=float32)
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Arrays, **kwargs: Any) -> Any:
    """The smallest of a list of arrays or symbolic tensors, entry by entry; see `Minimum`.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.layers.minimum([jnp.array([3.0]), jnp.array([1.0])])
        Array([1.], dtype=float32)
    """
    return Minimum(**kwargs)(inputs)

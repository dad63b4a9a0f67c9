"""jaxkeras without one of the complications that are there for speed, to see what each is worth."""

import functools
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["TRICKS", "leave_out"]


def leave_out(trick: str) -> None:
    """Put the plain form in the place of a quick one, for the rest of the process.

    Args:
        trick: a key of `TRICKS`.
    """
    _PLAIN[trick]()


def _replace(original: Any, other: Any) -> None:
    """Let every module of jaxkeras that knows an object know another instead."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "jaxkeras":
            for key, value in list(vars(module).items()):
                if value is original:
                    setattr(module, key, other)


def _one_step_a_program() -> None:
    from jaxkeras.training.fusion import affordable_steps

    _replace(affordable_steps, lambda *args: 1)


def _no_few_larger_steps() -> None:
    from jaxkeras.training import fusion

    fusion._FEW = 1


def _no_patches() -> None:
    from jaxkeras.ops import _patches

    _replace(_patches.suits, lambda inputs, kernel: False)


def _all_samples_at_once() -> None:
    from jaxkeras.ops import _patches

    _patches._BLOCK = 2**62


def _no_own_gradient_of_pooling() -> None:
    from jax import lax

    from jaxkeras.ops import _patches

    def max_pool(inputs: Any, window: Any, strides: Any, pads: Any) -> Any:
        sizes = (1, *window, 1), (1, *strides, 1), ((0, 0), *pads, (0, 0))
        return lax.reduce_window(inputs, -float("inf"), lax.max, *sizes)

    _replace(_patches.max_pool, max_pool)


def _no_hoisted_gradient() -> None:
    from jaxkeras.layers import LSTMCell, SimpleRNNCell

    for cell in (LSTMCell, SimpleRNNCell):
        cell.adds_recurrent = False


def _no_rows() -> None:
    from jaxkeras.random.drawing import drawn

    _replace(drawn, lambda draw, key, shape: draw(key, shape=tuple(shape)))


def _no_resident_data() -> None:
    import jax

    from jaxkeras.training.data import ArraySource, take_item

    numbered = ArraySource.items

    def items(self: Any, generator: Any) -> Any:
        for rows in numbered(self, generator):
            yield jax.tree.map(functools.partial(_rows, rows), self.data)

    ArraySource.items = items
    setattr(ArraySource, "take", staticmethod(take_item))  # noqa: B010
    ArraySource.is_indexed = False


def _rows(rows: Any, array: Any) -> Any:
    return array[rows]


_PLAIN: dict[str, Callable[[], None]] = {
    "groups": _one_step_a_program,
    "few": _no_few_larger_steps,
    "patches": _no_patches,
    "blocks": _all_samples_at_once,
    "pooling": _no_own_gradient_of_pooling,
    "hoisting": _no_hoisted_gradient,
    "rows": _no_rows,
    "residence": _no_resident_data,
}
TRICKS = {
    "groups": "many steps in one program",
    "few": "at least a few steps in one program, if they are large",
    "patches": "convolution as a product of patches",
    "blocks": "convolution of a few samples at a time",
    "pooling": "an own gradient of max pooling",
    "hoisting": "the gradient of recurrent kernels outside of the loop",
    "rows": "drawing initial weights in rows",
    "residence": "data that stay on the device",
}

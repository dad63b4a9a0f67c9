"""The gradient of a recurrent kernel as one matrix product, outside of the loop over time."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

__all__ = ["hoisted"]


def hoisted(run: Callable, product: Callable) -> Callable:
    """The same loop, differentiated with one product for all steps instead of one for each.

    A step adds the product of its first state with the kernel to its inputs. So a change of the
    kernel acts like a change of the inputs, by the product of all those states with it. States are
    known once the loop has run; the loop over changes then needs no kernel of its own, and neither
    does its transpose, which otherwise sums a gradient of the kernel's size at every step.

    Args:
        run: ``(inputs, kernel, states, *others) -> (results, previous)``, a loop over time;
            ``previous`` is the first state before each step, ``(time, batch, ...)``. ``kernel``
            acts by nothing but ``product``, whose results are added to the inputs.
        product: ``(states, kernel) -> inputs``, the product for a batch of states.

    Returns:
        ``(inputs, kernel, states, *others) -> results``; no gradient goes to ``others``.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from jaxkeras.layers.recurrent.hoisting import hoisted
        >>> def run(inputs, kernel, state):
        ...     def step(state, x):
        ...         return jnp.tanh(x + state @ kernel), state
        ...     return jax.lax.scan(step, state, inputs)
        >>> loop = hoisted(run, jnp.matmul)
        >>> arguments = jnp.ones((3, 2, 1)), jnp.ones((1, 1)), jnp.zeros((2, 1))
        >>> plain = jax.grad(lambda kernel: run(arguments[0], kernel, arguments[2])[0].sum())
        >>> quick = jax.grad(lambda kernel: loop(arguments[0], kernel, arguments[2]).sum())
        >>> bool(jnp.allclose(plain(arguments[1]), quick(arguments[1])))
        True
    """

    @jax.custom_jvp
    def loop(inputs: Any, kernel: jax.Array, states: Any, *others: Any) -> Any:
        return run(inputs, kernel, states, *others)[0]

    @loop.defjvp
    def _(primals: tuple, tangents: tuple) -> tuple[Any, Any]:
        inputs, kernel, states, *others = primals
        of_inputs, of_kernel, of_states, *_ = tangents

        def without_kernel(inputs: Any, states: Any) -> Any:
            return run(inputs, kernel, states, *others)

        (results, previous), change = jax.linearize(without_kernel, inputs, states)
        flat = previous.reshape(-1, *previous.shape[2:])  # (time * batch, ...)
        joining = jax.tree.map(
            lambda part: part.reshape(*previous.shape[:2], *part.shape[1:]),
            product(flat, of_kernel),
        )
        of_inputs = jax.tree.map(jnp.add, of_inputs, joining)
        return results, change(of_inputs, of_states)[0]

    return loop

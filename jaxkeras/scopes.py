"""What a program puts around what it makes and computes: names, and the device to use."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import jax

__all__ = ["device", "name_scope", "scoped"]

_prefix: ContextVar[str] = ContextVar("prefix", default="")


@contextlib.contextmanager
def name_scope(name: str) -> Iterator[None]:
    """The paths of variables that are made in the ``with`` block begin with ``name/``.

    Operations in the block carry the name too, in what `jax.profiler` shows of them.

    Example:
        >>> import jaxkeras
        >>> with jaxkeras.name_scope("encoder"):
        ...     jaxkeras.Variable([1.0], name="scale").path
        'encoder/scale'

    Keras name: ``keras.name_scope``.
    """
    token = _prefix.set(f"{_prefix.get()}{name}/")
    try:
        with jax.named_scope(name):
            yield
    finally:
        _prefix.reset(token)


def scoped(path: str) -> str:
    """A path behind the names of every `name_scope` around the call.

    Example:
        >>> from jaxkeras.scopes import name_scope, scoped
        >>> with name_scope("model"), name_scope("block"):
        ...     scoped("kernel")
        'model/block/kernel'
    """
    return _prefix.get() + path


def device(device_name: Any) -> contextlib.AbstractContextManager:
    """The device that arrays made in the ``with`` block go to.

    Args:
        device_name: a kind and a number, as in ``"cpu:0"`` or ``"gpu:1"``; or a device of
            `jax.devices`.

    Raises:
        ValueError: there is no such device.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> with jaxkeras.device("cpu:0"):
        ...     x = jnp.ones(2)
        >>> [place.platform for place in x.devices()]
        ['cpu']

    Keras name: ``keras.device``.
    """
    if isinstance(device_name, jax.Device):
        return jax.default_device(device_name)
    kind, _, number = str(device_name).lower().partition(":")
    try:
        return jax.default_device(jax.devices(kind)[int(number or 0)])
    except (RuntimeError, IndexError, ValueError) as error:
        known = ", ".join(f"{one.platform}:{one.id}" for one in jax.devices())
        raise ValueError(
            f"There is no device {device_name!r} here. Write a kind and a number; JAX sees {known}."
        ) from error

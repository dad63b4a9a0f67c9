"""Global settings: the default float type, the fuzz factor, the image layout, and where to log."""

import os

import jax.numpy as jnp

__all__ = [
    "DTypePolicy",
    "disable_interactive_logging",
    "dtype_policy",
    "enable_interactive_logging",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_interactive_logging_enabled",
    "keras_home",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "standardize_dtype",
]

_FLOAT_TYPES = ("bfloat16", "float16", "float32", "float64")
_IMAGE_DATA_FORMATS = ("channels_last", "channels_first")

_floatx = "float32"
_epsilon = 1e-7
_image_data_format = "channels_last"
_is_interactive = True


def floatx() -> str:
    """Name of the default float type of weights and computations.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.floatx()
        'float32'
    """
    return _floatx


def set_floatx(value: str) -> None:
    """Set the default float type.

    Args:
        value: ``"bfloat16"``, ``"float16"``, ``"float32"`` or ``"float64"`` (the last needs
            ``jax.config.update("jax_enable_x64", True)``).

    Raises:
        ValueError: ``value`` is none of these.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.set_floatx("float32")
    """
    global _floatx
    if value not in _FLOAT_TYPES:
        raise ValueError(f"floatx must be one of {', '.join(_FLOAT_TYPES)}. Received: {value!r}")
    _floatx = value


def epsilon() -> float:
    """The small number that keeps divisions and logarithms finite.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.epsilon()
        1e-07
    """
    return _epsilon


def set_epsilon(value: float) -> None:
    """Set the number that `epsilon` returns.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.set_epsilon(1e-7)
    """
    global _epsilon
    _epsilon = float(value)


def image_data_format() -> str:
    """Default layout of images: ``"channels_last"`` or ``"channels_first"``.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.image_data_format()
        'channels_last'
    """
    return _image_data_format


def set_image_data_format(value: str) -> None:
    """Set the default layout of images.

    Raises:
        ValueError: ``value`` is neither ``"channels_last"`` nor ``"channels_first"``.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.set_image_data_format("channels_last")
    """
    global _image_data_format
    if value not in _IMAGE_DATA_FORMATS:
        raise ValueError(
            f"image_data_format must be one of {', '.join(_IMAGE_DATA_FORMATS)}. "
            f"Received: {value!r}"
        )
    _image_data_format = value


def enable_interactive_logging() -> None:
    """Print progress and messages on standard output, as is done from the start.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.enable_interactive_logging()
    """
    global _is_interactive
    _is_interactive = True


def disable_interactive_logging() -> None:
    """Send progress and messages to the logger ``"jaxkeras"`` of `logging`, a line an epoch.

    For programs whose output nobody watches, such as jobs on a server.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.disable_interactive_logging()
        >>> jaxkeras.config.is_interactive_logging_enabled()
        False
        >>> jaxkeras.config.enable_interactive_logging()
    """
    global _is_interactive
    _is_interactive = False


def is_interactive_logging_enabled() -> bool:
    """Whether progress and messages are printed.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.is_interactive_logging_enabled()
        True
    """
    return _is_interactive


def keras_home() -> str:
    """The folder where Keras keeps files: ``KERAS_HOME``, or ``~/.keras``.

    Example:
        >>> import os
        >>> from jaxkeras.config import keras_home
        >>> os.path.isabs(keras_home())
        True
    """
    return os.path.expanduser(os.environ.get("KERAS_HOME") or "~/.keras")


def standardize_dtype(dtype) -> str:
    """Canonical name of a type given as a name, a NumPy or a JAX dtype; ``None`` means `floatx`.

    Example:
        >>> import jax.numpy as jnp, jaxkeras
        >>> jaxkeras.config.standardize_dtype(jnp.bfloat16)
        'bfloat16'
    """
    return _floatx if dtype is None else jnp.dtype(dtype).name


class DTypePolicy:
    """The pair of types that a layer works with: one for its weights, one to compute in.

    Args:
        name: a float type, used for both; or ``"mixed_bfloat16"`` / ``"mixed_float16"``, which
            compute in 16 bits and keep weights in ``float32``.

    Example:
        >>> from jaxkeras.config import DTypePolicy
        >>> policy = DTypePolicy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')
    """

    def __init__(self, name: str):
        self.name = name
        if name.startswith("mixed_"):
            self.compute_dtype, self.variable_dtype = name.removeprefix("mixed_"), "float32"
        else:
            self.compute_dtype = self.variable_dtype = standardize_dtype(name)
        if self.name.startswith("mixed_") and self.compute_dtype not in ("bfloat16", "float16"):
            raise ValueError(
                f"A mixed dtype policy is 'mixed_bfloat16' or 'mixed_float16'. Received: {name!r}"
            )

    def __repr__(self) -> str:
        return f"DTypePolicy({self.name!r})"

    def __eq__(self, other) -> bool:
        return isinstance(other, DTypePolicy) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


_policy: DTypePolicy | None = None


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are made without ``dtype``: that of `floatx`, unless one was set.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.dtype_policy()
        DTypePolicy('float32')
    """
    return _policy or DTypePolicy(floatx())


def set_dtype_policy(policy: str | DTypePolicy | None) -> None:
    """Set the policy of layers that will be made without ``dtype``.

    Args:
        policy: ``"mixed_bfloat16"``, ``"mixed_float16"``, a float type, or a `DTypePolicy`.
            ``None`` goes back to `floatx`.

    Raises:
        ValueError: there is no policy of that name.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.set_dtype_policy("mixed_bfloat16")
        >>> layer = jaxkeras.layers.Dense(1)
        >>> jaxkeras.config.set_dtype_policy(None)
        >>> layer.compute_dtype, layer.variable_dtype
        ('bfloat16', 'float32')
    """
    global _policy
    _policy = DTypePolicy(policy) if isinstance(policy, str) else policy

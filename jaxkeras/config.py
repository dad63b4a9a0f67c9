"""Global settings: the default float type, the fuzz factor, the image layout, and where to log."""

import os

import jax
import jax.numpy as jnp

__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "backend",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_interactive_logging_enabled",
    "is_nnx_enabled",
    "is_traceback_filtering_enabled",
    "keras_home",
    "max_epochs",
    "max_steps_per_epoch",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_max_epochs",
    "set_max_steps_per_epoch",
    "standardize_dtype",
]

_FLOAT_TYPES = ("bfloat16", "float16", "float32", "float64")
_IMAGE_DATA_FORMATS = ("channels_last", "channels_first")

_floatx = "float32"
_epsilon = 1e-7
_image_data_format = "channels_last"
_is_interactive = True


def _limit(value: int | str | None) -> int | None:
    """A number of epochs or steps to stop after; 0 and an empty text stand for none."""
    number = int(value or 0)
    if number < 0:
        raise ValueError(f"A limit is a positive whole number, or None. Received: {value!r}")
    return number or None


_max_epochs = _limit(os.environ.get("KERAS_MAX_EPOCHS"))
_max_steps_per_epoch = _limit(os.environ.get("KERAS_MAX_STEPS_PER_EPOCH"))


def backend() -> str:
    """The name of what computes; it is always JAX.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.backend()
        'jax'
    """
    return "jax"


def is_nnx_enabled() -> bool:
    """Whether layers are modules of Flax NNX; they always are.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.is_nnx_enabled()
        True
    """
    return True


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


def set_image_data_format(data_format: str) -> None:
    """Set the default layout of images.

    Raises:
        ValueError: ``data_format`` is neither ``"channels_last"`` nor ``"channels_first"``.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.set_image_data_format("channels_last")
    """
    global _image_data_format
    if data_format not in _IMAGE_DATA_FORMATS:
        raise ValueError(
            f"image_data_format must be one of {', '.join(_IMAGE_DATA_FORMATS)}. "
            f"Received: {data_format!r}"
        )
    _image_data_format = data_format


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


def enable_traceback_filtering() -> None:
    """Leave the frames of JAX's own code out of the traces of errors, as is done from the start.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.enable_traceback_filtering()
    """
    jax.config.update("jax_traceback_filtering", "auto")


def disable_traceback_filtering() -> None:
    """Show every frame in the traces of errors, to look for a defect of a library.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.disable_traceback_filtering()
        >>> jaxkeras.config.is_traceback_filtering_enabled()
        False
        >>> jaxkeras.config.enable_traceback_filtering()
    """
    jax.config.update("jax_traceback_filtering", "off")


def is_traceback_filtering_enabled() -> bool:
    """Whether the traces of errors leave frames out.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.is_traceback_filtering_enabled()
        True
    """
    return jax.config.values["jax_traceback_filtering"] != "off"


def max_epochs() -> int | None:
    """The most epochs that a `fit` runs, or ``None``.

    Without `set_max_epochs` it is what the environment variable ``KERAS_MAX_EPOCHS`` says.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.max_epochs()
    """
    return _max_epochs


def set_max_epochs(max_epochs: int | None) -> None:
    """Let no `fit` run more epochs than this, to try out a program quickly.

    Args:
        max_epochs: how many, or ``None`` for no limit.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.set_max_epochs(2)
        >>> jaxkeras.config.max_epochs()
        2
        >>> jaxkeras.config.set_max_epochs(None)
    """
    global _max_epochs
    _max_epochs = _limit(max_epochs)


def max_steps_per_epoch() -> int | None:
    """The most batches of an epoch of `fit`, and of `evaluate` and `predict`, or ``None``.

    Without `set_max_steps_per_epoch` it is what the environment variable
    ``KERAS_MAX_STEPS_PER_EPOCH`` says.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.max_steps_per_epoch()
    """
    return _max_steps_per_epoch


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Let no epoch take more batches than this, to try out a program quickly.

    Args:
        max_steps_per_epoch: how many, or ``None`` for no limit.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.config.set_max_steps_per_epoch(10)
        >>> jaxkeras.config.max_steps_per_epoch()
        10
        >>> jaxkeras.config.set_max_steps_per_epoch(None)
    """
    global _max_steps_per_epoch
    _max_steps_per_epoch = _limit(max_steps_per_epoch)


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
            compute in 16 bits and keep weights in ``float32``. By default the global policy's.

    Raises:
        TypeError: the name is no text, or no type's.
        ValueError: there is no mixed policy of that name.

    Example:
        >>> from jaxkeras.config import DTypePolicy
        >>> policy = DTypePolicy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')
    """

    def __init__(self, name: str | None = None):
        name = dtype_policy().name if name is None else name
        if not isinstance(name, str):
            raise TypeError(
                "A dtype policy has a name, such as 'float32' or 'mixed_bfloat16'. "
                f"Received: {name!r}"
            )
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


FloatDTypePolicy = DTypePolicy

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

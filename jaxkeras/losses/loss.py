"""What all losses share, and finding one by its name."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxkeras.config import DTypePolicy, standardize_dtype
from jaxkeras.losses.reduction import match_rank, reduce_weighted_values
from jaxkeras.registry import (
    Catalog,
    Configurable,
    deserializer,
    serialize,
    snake_case,
    suggest,
)
from jaxkeras.symbolic import is_symbolic, note

__all__ = [
    "Loss",
    "LossFunctionWrapper",
    "catalog",
    "compute_dtype",
    "deserialize",
    "get",
    "implements",
    "name_of",
    "resolve",
    "serialize",
    "target_kind",
]

_REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None)

catalog = Catalog("loss")
_class_of: dict[Callable, Callable[..., "Loss"]] = {}


def compute_dtype(dtype: Any) -> str:
    """Name of the type to compute in, for what a user may pass as ``dtype``.

    Example:
        >>> from jaxkeras.config import DTypePolicy
        >>> from jaxkeras.losses.loss import compute_dtype
        >>> compute_dtype(None), compute_dtype(DTypePolicy("mixed_bfloat16"))
        ('float32', 'bfloat16')
    """
    return dtype.compute_dtype if isinstance(dtype, DTypePolicy) else standardize_dtype(dtype)


def name_of(function: Any) -> str:
    """The name under which a loss or metric that a user passed is reported.

    Example:
        >>> from jaxkeras import losses
        >>> from jaxkeras.losses.loss import name_of
        >>> name_of(losses.mean_squared_error), name_of(losses.Huber())
        ('mean_squared_error', 'huber_loss')
    """
    if hasattr(function, "name"):
        return function.name
    return snake_case(getattr(function, "__name__", type(function).__name__))


class Loss(Configurable):
    """Base of all losses; a new one overrides `call` (``keras.losses.Loss``).

    Args:
        name: name of the loss; by default that of its class in snake case.
        reduction: how the losses of single samples come together; see `reduce_weighted_values`.
            ``"auto"``, the word of Keras 2, means ``"sum_over_batch_size"``.
        dtype: float type to compute in; by default `jaxkeras.config.floatx`.

    Raises:
        ValueError: the reduction is unknown.

    Example:
        >>> import jax.numpy as jnp
        >>> from jaxkeras import losses
        >>> class FourthPower(losses.Loss):
        ...     def call(self, y_true, y_pred):
        ...         return jnp.mean((y_pred - y_true) ** 4, axis=-1)
        >>> float(FourthPower()([[0.0], [0.0]], [[1.0], [2.0]]))
        8.5
    """

    logits_activation: str | None = None
    """The activation that the loss can undo, so that it may be computed from logits; or None.

    It is ``"softmax"`` or ``"sigmoid"`` on a loss whose `on_logits` gives the same number for
    the inputs of that activation as the loss itself gives for its outputs.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if {"call", "__call__"} & vars(cls).keys() and "logits_activation" not in vars(cls):
            cls.logits_activation = None

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ):
        self.name = name or snake_case(type(self).__name__)
        self.reduction = "sum_over_batch_size" if reduction == "auto" else reduction
        if self.reduction not in _REDUCTIONS:
            raise ValueError(
                f"The reduction of the loss {self.name} must be one of "
                f"{', '.join(map(repr, _REDUCTIONS))}. Received: {reduction!r}."
                f"{suggest(str(reduction), filter(None, _REDUCTIONS))}"
            )
        self.dtype = compute_dtype(dtype)

    def call(self, y_true: jax.Array, y_pred: jax.Array) -> jax.Array:
        """Losses of single samples.

        Args:
            y_true: targets, already of the type `dtype`.
            y_pred: predictions of shape ``(batch, ...)``, likewise.
        """
        raise NotImplementedError(
            f"The loss {type(self).__name__} has no `call`. Define call(self, y_true, y_pred) "
            "in the class; it returns one loss a sample."
        )

    def compute_mask(self, y_true: jax.Array, y_pred: jax.Array) -> jax.Array | None:
        """Which of the values that `call` returns count; None means all."""
        return None

    def __call__(
        self,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        sample_weight: ArrayLike | None = None,
        mask: ArrayLike | None = None,
    ) -> jax.Array:
        """The reduced loss: a scalar, unless the reduction is ``"none"``.

        Args:
            y_true: targets; symbolic tensors are taken too, as `Model.add_loss` wants them.
            y_pred: predictions of shape ``(batch, ...)``.
            sample_weight: weights of shape ``(batch,)`` or of the shape of the losses.
            mask: which of the losses count, for instance which time steps are no padding.
        """
        if is_symbolic((y_true, y_pred, sample_weight, mask)):
            return note(self, (y_true, y_pred, sample_weight, mask), {})
        y_true, y_pred = jnp.asarray(y_true, self.dtype), jnp.asarray(y_pred, self.dtype)
        values = jnp.asarray(self.call(y_true, y_pred), self.dtype)
        own_mask = self.compute_mask(y_true, y_pred)
        if mask is None:
            mask = own_mask
        elif own_mask is not None:
            mask = jnp.asarray(mask, bool) & own_mask
        return reduce_weighted_values(values, sample_weight, mask, self.reduction)

    def on_logits(self) -> "Loss":
        """The same loss for a model without its last activation, which is more accurate.

        The result equals that of this loss as long as no probability is clipped to
        `jaxkeras.config.epsilon`; there the logits still carry a gradient.

        Raises:
            ValueError: `logits_activation` is None: the loss takes logits already, its class
                axis is not the last one, or it is not a cross-entropy.

        Example:
            >>> from jaxkeras import losses
            >>> loss = losses.CategoricalCrossentropy(label_smoothing=0.1)
            >>> loss.logits_activation, loss.on_logits().get_config()["from_logits"]
            ('softmax', True)
        """
        raise ValueError(
            f"The loss {self.name} cannot be computed from logits. Ask `logits_activation` first."
        )

    def check(
        self, y_true: np.ndarray, output_shape: tuple[int | None, ...], name: str | None = None
    ) -> None:
        """Tell a wrong array of targets before training starts; this base class takes any.

        Args:
            y_true: all targets, as NumPy data on the host.
            output_shape: shape of the predictions; None stands for an unknown dimension.
            name: name of the output, for the message.

        Raises:
            ValueError: the targets do not fit the loss and the output.
        """


@catalog.register()
class LossFunctionWrapper(Loss):
    """A loss made of a function ``(y_true, y_pred) -> losses``.

    Args:
        fn: the function. It gets float arrays whose ranks are matched by `match_rank`.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.
        **kwargs: further arguments of the function.

    Example:
        >>> from jaxkeras import losses
        >>> def cubed(y_true, y_pred):
        ...     return abs(y_true - y_pred) ** 3
        >>> float(losses.LossFunctionWrapper(cubed, "sum")([1.0, 2.0], [1.0, 4.0]))
        8.0
    """

    _keeps_keywords = True

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs,
    ):
        super().__init__(name, reduction, dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: jax.Array, y_pred: jax.Array) -> jax.Array:
        return self.fn(*match_rank(y_true, y_pred), **self._fn_kwargs)

    def on_logits(self) -> Loss:
        if self.logits_activation is None:
            return super().on_logits()
        arguments = {**self._fn_kwargs, "from_logits": True}
        return _class_of[self.fn](
            **arguments, reduction=self.reduction, name=self.name, dtype=self.dtype
        )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]):
        if "fn" in config:
            config = {**config, "fn": get(config["fn"]).fn}
        return super().from_config(config)


def implements(function: Callable, *aliases: str) -> Callable[[type], type]:
    """Class decorator: enter a loss in the catalog, and as the class of its pure function.

    Example:
        >>> from jaxkeras import losses
        >>> type(losses.get(losses.poisson)).__name__
        'Poisson'
    """

    def enter(cls):
        _class_of[function] = cls
        return catalog.register(function.__name__, *aliases)(cls)

    return enter


def get(identifier: Any) -> Any:
    """A loss from its name, class or configuration, from a function or from a loss.

    A function ``(y_true, y_pred)`` that is not one of this package is wrapped in
    `LossFunctionWrapper`.

    Raises:
        ValueError: the name is unknown.
        TypeError: the identifier is nothing of that kind.

    Example:
        >>> from jaxkeras import losses
        >>> type(losses.get("mse")).__name__
        'MeanSquaredError'
        >>> def my_loss(y_true, y_pred):
        ...     return abs(y_true - y_pred)
        >>> losses.get(my_loss).name
        'my_loss'
    """
    found = catalog.get(identifier)
    if found is None or isinstance(found, Loss):
        return found
    if found in _class_of:
        return _class_of[found]()
    return LossFunctionWrapper(found, name=name_of(found))


def target_kind(y_true_shape: tuple, y_pred_shape: tuple) -> str:
    """``"binary"``, ``"sparse_categorical"`` or ``"categorical"``: what the shapes speak of.

    Example:
        >>> from jaxkeras import losses
        >>> losses.target_kind((None, 1), (None, 1)), losses.target_kind((None,), (None, 10))
        ('binary', 'sparse_categorical')
    """
    if y_pred_shape[-1] == 1:
        return "binary"
    if len(y_true_shape) < len(y_pred_shape) or y_true_shape[-1] == 1:
        return "sparse_categorical"
    return "categorical"


def resolve(identifier: Any, y_true_shape: tuple, y_pred_shape: tuple) -> Any:
    """Like `get`, where ``"crossentropy"`` and ``"ce"`` mean the one that fits the shapes.

    Example:
        >>> from jaxkeras import losses
        >>> losses.resolve("crossentropy", (None,), (None, 10)).name
        'sparse_categorical_crossentropy'
    """
    if str(identifier).lower() in ("crossentropy", "ce"):
        identifier = f"{target_kind(y_true_shape, y_pred_shape)}_crossentropy"
    return get(identifier)


deserialize = deserializer(get)

"""Losses that compare each output with its own target, then average over the last axis."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxkeras.config import epsilon
from jaxkeras.losses.checks import check_elementwise
from jaxkeras.losses.loss import LossFunctionWrapper, implements
from jaxkeras.losses.reduction import as_floats
from jaxkeras.symbolic import recordable

__all__ = [
    "ElementwiseLoss",
    "Huber",
    "LogCosh",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
]


class ElementwiseLoss(LossFunctionWrapper):
    """Base of the losses whose targets have the shape of the outputs.

    Example:
        >>> import numpy as np
        >>> from jaxkeras import losses
        >>> losses.MeanSquaredError().check(np.zeros((32, 2)), (None, 2))
    """

    def check(
        self, y_true: np.ndarray, output_shape: tuple[int | None, ...], name: str | None = None
    ) -> None:
        check_elementwise(self.name, np.shape(y_true), output_shape, name)


@recordable
def mean_squared_error(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """Mean of ``(y_true - y_pred)**2`` over the last axis.

    Args:
        y_true: targets of shape ``(batch, ..., outputs)``.
        y_pred: predictions of that shape.

    Returns:
        Losses of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import losses
        >>> losses.mean_squared_error([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]).tolist()
        [0.5, 0.5]
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


@implements(mean_squared_error, "mse", "MSE")
class MeanSquaredError(ElementwiseLoss):
    """Mean of the squared errors; see `mean_squared_error` (``keras.losses.MeanSquaredError``).

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
        0.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_error",
        dtype: Any = None,
    ):
        super().__init__(mean_squared_error, reduction, name, dtype)


@recordable
def mean_absolute_error(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """Mean of ``|y_true - y_pred|`` over the last axis.

    Args:
        y_true: targets of shape ``(batch, ..., outputs)``.
        y_pred: predictions of that shape.

    Returns:
        Losses of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import losses
        >>> losses.mean_absolute_error([[0.0, 1.0]], [[2.0, 0.0]]).tolist()
        [1.5]
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


@implements(mean_absolute_error, "mae", "MAE")
class MeanAbsoluteError(ElementwiseLoss):
    """Mean of the absolute errors; see `mean_absolute_error` (``keras.losses.MeanAbsoluteError``).

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.MeanAbsoluteError()([[0.0, 1.0]], [[2.0, 0.0]]))
        1.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_error",
        dtype: Any = None,
    ):
        super().__init__(mean_absolute_error, reduction, name, dtype)


@recordable
def mean_absolute_percentage_error(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """Mean of ``100 |y_true - y_pred| / |y_true|`` over the last axis.

    Args:
        y_true: targets of shape ``(batch, ..., outputs)``.
        y_pred: predictions of that shape.

    Returns:
        Losses of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import losses
        >>> losses.mean_absolute_percentage_error([[1.0, 2.0]], [[2.0, 3.0]]).tolist()
        [75.0]
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    error = jnp.abs((y_true - y_pred) / jnp.maximum(jnp.abs(y_true), epsilon()))
    return 100.0 * jnp.mean(error, axis=-1)


@implements(mean_absolute_percentage_error, "mape", "MAPE")
class MeanAbsolutePercentageError(ElementwiseLoss):
    """Mean of the errors in percent; see `mean_absolute_percentage_error`.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.MeanAbsolutePercentageError()([[1.0, 2.0]], [[2.0, 3.0]]))
        75.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_percentage_error",
        dtype: Any = None,
    ):
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


@recordable
def mean_squared_logarithmic_error(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """Mean of ``(log(1 + y_true) - log(1 + y_pred))**2`` over the last axis.

    Args:
        y_true: targets of shape ``(batch, ..., outputs)``; negative ones count as 0.
        y_pred: predictions of that shape, likewise.

    Returns:
        Losses of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import losses
        >>> losses.mean_squared_logarithmic_error([[0.0, 3.0]], [[0.0, 3.0]]).tolist()
        [0.0]
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    log_true = jnp.log(jnp.maximum(y_true, epsilon()) + 1.0)
    log_pred = jnp.log(jnp.maximum(y_pred, epsilon()) + 1.0)
    return jnp.mean(jnp.square(log_pred - log_true), axis=-1)


@implements(mean_squared_logarithmic_error, "msle", "MSLE")
class MeanSquaredLogarithmicError(ElementwiseLoss):
    """Mean of the squared errors of logarithms; see `mean_squared_logarithmic_error`.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.MeanSquaredLogarithmicError()([[0.0, 3.0]], [[0.0, 3.0]]))
        0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ):
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


@recordable
def huber(y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0) -> jax.Array:
    """Half the squared error where it is small, linear beyond ``delta``; mean over the last axis.

    Args:
        y_true: targets of shape ``(batch, ..., outputs)``.
        y_pred: predictions of that shape.
        delta: the absolute error at which the loss turns linear.

    Returns:
        Losses of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import losses
        >>> losses.huber([[0.0], [0.0]], [[1.0], [3.0]]).tolist()
        [0.5, 2.5]

    Huber, "Robust Estimation of a Location Parameter", 1964.
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    error = jnp.abs(y_pred - y_true)
    linear = delta * error - 0.5 * delta**2
    return jnp.mean(jnp.where(error <= delta, 0.5 * jnp.square(error), linear), axis=-1)


@implements(huber, "huber_loss")
class Huber(ElementwiseLoss):
    """Squared for small errors, linear for large ones; see `huber` (``keras.losses.Huber``).

    Args:
        delta: the absolute error at which the loss turns linear.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.Huber()([[0.0], [0.0]], [[1.0], [3.0]]))
        1.5
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: Any = None,
    ):
        super().__init__(huber, reduction, name, dtype, delta=delta)


@recordable
def log_cosh(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """Mean of ``log(cosh(y_pred - y_true))`` over the last axis.

    Args:
        y_true: targets of shape ``(batch, ..., outputs)``.
        y_pred: predictions of that shape.

    Returns:
        Losses of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import losses
        >>> losses.log_cosh([[0.0, 1.0]], [[0.0, 1.0]]).tolist()
        [0.0]
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    error = y_pred - y_true
    return jnp.mean(error + jax.nn.softplus(-2.0 * error) - jnp.log(2.0), axis=-1)


@implements(log_cosh, "logcosh")
class LogCosh(ElementwiseLoss):
    """Logarithm of the hyperbolic cosine of the error; see `log_cosh` (``keras.losses.LogCosh``).

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> float(losses.LogCosh()([[0.0, 1.0]], [[0.0, 1.0]]))
        0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "log_cosh",
        dtype: Any = None,
    ):
        super().__init__(log_cosh, reduction, name, dtype)


@recordable
def poisson(y_true: ArrayLike, y_pred: ArrayLike) -> jax.Array:
    """Mean of ``y_pred - y_true * log(y_pred)`` over the last axis.

    Args:
        y_true: counts of shape ``(batch, ..., outputs)``.
        y_pred: predicted rates of that shape.

    Returns:
        Losses of shape ``(batch, ...)``.

    Example:
        >>> from jaxkeras import losses
        >>> losses.poisson([[0.0, 2.0]], [[1.0, 1.0]]).round(4).tolist()
        [1.0]
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + epsilon()), axis=-1)


@implements(poisson)
class Poisson(ElementwiseLoss):
    """Negative log-likelihood of counts up to a constant; see `poisson` (``keras.losses.Poisson``).

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> from jaxkeras import losses
        >>> round(float(losses.Poisson()([[0.0, 2.0]], [[1.0, 1.0]])), 4)
        1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "poisson",
        dtype: Any = None,
    ):
        super().__init__(poisson, reduction, name, dtype)

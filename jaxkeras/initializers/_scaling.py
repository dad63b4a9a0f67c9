"""Initializers that scale to the fans of a weight: variance scaling, Glorot, He, LeCun."""

import math
from collections.abc import Sequence

from jaxkeras.initializers._base import _catalog
from jaxkeras.initializers._random import RandomInitializer, normal, truncated_normal, uniform

__all__ = [
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "LecunNormal",
    "LecunUniform",
    "VarianceScaling",
]

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")
_TRUNCATED_STDDEV = 0.87962566103423978  # of a standard normal that is cut off at -2 and 2


def _fans(
    shape: tuple[int, ...],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """How many inputs reach an output of a weight, and how many outputs an input reaches.

    Without axes ``shape`` is ``(inputs, outputs)`` or a convolution kernel
    ``(*window, inputs, outputs)``, whose fans are multiplied by the window's size.
    """
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[i] for i in input_axes), math.prod(shape[i] for i in output_axes)
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


@_catalog.register()
class VarianceScaling(RandomInitializer):
    """Values of mean 0 and variance ``scale / fan``, so that signals keep their size.

    The fan-in of a weight is the number of inputs that reach one output, its fan-out the number
    of outputs that one input reaches; a convolution kernel counts every position of its window.

    Args:
        scale: factor of the variance.
        mode: ``"fan_in"``, ``"fan_out"``, or ``"fan_avg"`` for their mean.
        distribution: ``"truncated_normal"`` (or ``"normal"``), ``"untruncated_normal"`` or
            ``"uniform"``.
        seed: integer that makes every call give the same values.
        input_axes: the axes whose sizes multiply to the fan-in; give both or neither.
        output_axes: the axes whose sizes multiply to the fan-out.

    Raises:
        ValueError: ``scale`` is not positive, or ``mode`` or ``distribution`` is unknown.

    Example:
        >>> from jaxkeras import initializers
        >>> initializer = initializers.VarianceScaling(2.0, "fan_out", "uniform")
        >>> bool(abs(initializer((50, 600))).max() <= 0.1)
        True
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ):
        super().__init__(seed)
        if scale <= 0:
            raise ValueError(
                f"VarianceScaling expected scale to be a positive number. Received: scale={scale!r}"
            )
        if mode not in _MODES:
            raise ValueError(
                f"VarianceScaling expected mode to be one of {_MODES}. Received: mode={mode!r}"
            )
        kind = {"normal": "truncated_normal"}.get(distribution.lower(), distribution.lower())
        if kind not in _DISTRIBUTIONS:
            raise ValueError(
                f"VarianceScaling expected distribution to be one of {_DISTRIBUTIONS}. "
                f"Received: distribution={distribution!r}"
            )
        self.scale = scale
        self.mode = mode
        self.distribution = kind
        self.input_axes = input_axes
        self.output_axes = output_axes

    def _draw(self, key, shape, dtype):
        fan_in, fan_out = _fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1.0, fan))
        if self.distribution == "uniform":
            limit = math.sqrt(3) * stddev
            return uniform(key, shape, dtype, -limit, limit)
        if self.distribution == "untruncated_normal":
            return normal(key, shape, dtype, 0.0, stddev)
        return truncated_normal(key, shape, dtype, 0.0, stddev / _TRUNCATED_STDDEV)


class _Scheme(VarianceScaling):
    """A `VarianceScaling` whose scale, mode and distribution have a name."""

    _settings: tuple[float, str, str]

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ):
        super().__init__(*self._settings, seed, input_axes, output_axes)


@_catalog.register()
class GlorotUniform(_Scheme):
    """Uniform between ``±sqrt(6 / (fan_in + fan_out))``, also called Xavier; the usual default.

    Glorot and Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html.

    Args:
        seed: integer that makes every call give the same values.
        input_axes: the axes whose sizes multiply to the fan-in; give both or neither.
        output_axes: the axes whose sizes multiply to the fan-out.

    Example:
        >>> from jaxkeras import initializers
        >>> bool(abs(initializers.GlorotUniform()((300, 300))).max() <= 0.1)
        True
    """

    _settings = (1.0, "fan_avg", "uniform")


@_catalog.register()
class GlorotNormal(_Scheme):
    """Truncated normal of variance ``2 / (fan_in + fan_out)``, also called Xavier.

    Glorot and Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html.

    Args:
        seed: integer that makes every call give the same values.
        input_axes: the axes whose sizes multiply to the fan-in; give both or neither.
        output_axes: the axes whose sizes multiply to the fan-out.

    Example:
        >>> from jaxkeras import initializers
        >>> round(float(initializers.GlorotNormal(seed=0)((300, 100)).std()), 2)
        0.07
    """

    _settings = (1.0, "fan_avg", "truncated_normal")


@_catalog.register()
class HeUniform(_Scheme):
    """Uniform between ``±sqrt(6 / fan_in)``, for layers with `relu`.

    He et al., 2015, https://arxiv.org/abs/1502.01852.

    Args:
        seed: integer that makes every call give the same values.
        input_axes: the axes whose sizes multiply to the fan-in; give both or neither.
        output_axes: the axes whose sizes multiply to the fan-out.

    Example:
        >>> from jaxkeras import initializers
        >>> bool(abs(initializers.HeUniform()((600, 50))).max() <= 0.1)
        True
    """

    _settings = (2.0, "fan_in", "uniform")


@_catalog.register()
class HeNormal(_Scheme):
    """Truncated normal of variance ``2 / fan_in``, for layers with `relu`.

    He et al., 2015, https://arxiv.org/abs/1502.01852.

    Args:
        seed: integer that makes every call give the same values.
        input_axes: the axes whose sizes multiply to the fan-in; give both or neither.
        output_axes: the axes whose sizes multiply to the fan-out.

    Example:
        >>> from jaxkeras import initializers
        >>> round(float(initializers.HeNormal(seed=0)((200, 100)).std()), 2)
        0.1
    """

    _settings = (2.0, "fan_in", "truncated_normal")


@_catalog.register()
class LecunUniform(_Scheme):
    """Uniform between ``±sqrt(3 / fan_in)``.

    LeCun et al., 1998, "Efficient BackProp".

    Args:
        seed: integer that makes every call give the same values.
        input_axes: the axes whose sizes multiply to the fan-in; give both or neither.
        output_axes: the axes whose sizes multiply to the fan-out.

    Example:
        >>> from jaxkeras import initializers
        >>> bool(abs(initializers.LecunUniform()((300, 50))).max() <= 0.1)
        True
    """

    _settings = (1.0, "fan_in", "uniform")


@_catalog.register()
class LecunNormal(_Scheme):
    """Truncated normal of variance ``1 / fan_in``, for layers with `selu`.

    Klambauer et al., 2017, https://arxiv.org/abs/1706.02515.

    Args:
        seed: integer that makes every call give the same values.
        input_axes: the axes whose sizes multiply to the fan-in; give both or neither.
        output_axes: the axes whose sizes multiply to the fan-out.

    Example:
        >>> from jaxkeras import initializers
        >>> round(float(initializers.LecunNormal(seed=0)((100, 200)).std()), 2)
        0.1
    """

    _settings = (1.0, "fan_in", "truncated_normal")

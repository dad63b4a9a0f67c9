"""Operations on every element: arithmetic, functions, comparisons, logic and bits."""

import jax.numpy as jnp

from jaxkeras.config import floatx
from jaxkeras.ops.operation import Tensor, operation, thin

__all__ = [
    "abs", "absolute", "add", "allclose", "angle", "arccos", "arccosh", "arcsin", "arcsinh",
    "arctan", "arctan2", "arctanh", "bitwise_and", "bitwise_invert", "bitwise_left_shift",
    "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "cbrt", "ceil", "clip",
    "conj", "conjugate", "copy", "cos", "cosh", "deg2rad", "divide", "divide_no_nan", "equal",
    "exp", "exp2", "expm1", "fabs", "floor", "floor_divide", "fmax", "fmin", "fmod", "gcd",
    "greater", "greater_equal", "heaviside", "hypot", "i0", "imag", "isclose", "isfinite", "isin",
    "isinf", "isnan", "isneginf", "isposinf", "isreal", "lcm", "ldexp", "left_shift", "less",
    "less_equal", "log", "log1p", "log2", "log10", "logaddexp", "logaddexp2", "logical_and",
    "logical_not", "logical_or", "logical_xor", "maximum", "minimum", "mod", "multiply",
    "nan_to_num", "negative", "nextafter", "not_equal", "power", "rad2deg", "real", "reciprocal",
    "right_shift", "round", "sign", "signbit", "sin", "sinc", "sinh", "sqrt", "square", "subtract",
    "tan", "tanh", "true_divide", "trunc",
]  # fmt: skip

_CLOSE = "x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False"

abs = thin(jnp.abs)
absolute = thin(jnp.absolute)
angle = thin(jnp.angle)
arccos = thin(jnp.arccos)
arccosh = thin(jnp.arccosh)
arcsin = thin(jnp.arcsin)
arcsinh = thin(jnp.arcsinh)
arctan = thin(jnp.arctan)
arctanh = thin(jnp.arctanh)
bitwise_invert = thin(jnp.bitwise_invert)
bitwise_not = thin(jnp.bitwise_not)
cbrt = thin(jnp.cbrt)
conj = thin(jnp.conj, name="conj")
conjugate = thin(jnp.conjugate)
copy = thin(jnp.copy)
cos = thin(jnp.cos)
cosh = thin(jnp.cosh)
deg2rad = thin(jnp.deg2rad)
exp = thin(jnp.exp)
exp2 = thin(jnp.exp2)
expm1 = thin(jnp.expm1)
fabs = thin(jnp.fabs)
i0 = thin(jnp.i0)
imag = thin(jnp.imag)
isfinite = thin(jnp.isfinite)
isinf = thin(jnp.isinf)
isnan = thin(jnp.isnan)
isneginf = thin(jnp.isneginf)
isposinf = thin(jnp.isposinf)
isreal = thin(jnp.isreal)
log = thin(jnp.log)
log10 = thin(jnp.log10)
log1p = thin(jnp.log1p)
log2 = thin(jnp.log2)
logical_not = thin(jnp.logical_not)
nan_to_num = thin(jnp.nan_to_num, "x, nan=0.0, posinf=None, neginf=None")
negative = thin(jnp.negative)
rad2deg = thin(jnp.rad2deg)
real = thin(jnp.real)
reciprocal = thin(jnp.reciprocal)
sign = thin(jnp.sign)
signbit = thin(jnp.signbit)
sin = thin(jnp.sin)
sinc = thin(jnp.sinc)
sinh = thin(jnp.sinh)
sqrt = thin(jnp.sqrt)
square = thin(jnp.square)
tan = thin(jnp.tan)
tanh = thin(jnp.tanh)

add = thin(jnp.add, "x1, x2")
allclose = thin(jnp.allclose, _CLOSE)
arctan2 = thin(jnp.arctan2, "x1, x2")
bitwise_and = thin(jnp.bitwise_and, "x, y")
bitwise_left_shift = thin(jnp.left_shift, "x, y", "bitwise_left_shift")
bitwise_or = thin(jnp.bitwise_or, "x, y")
bitwise_right_shift = thin(jnp.right_shift, "x, y", "bitwise_right_shift")
bitwise_xor = thin(jnp.bitwise_xor, "x, y")
divide = thin(jnp.divide, "x1, x2", "divide")
equal = thin(jnp.equal, "x1, x2")
floor_divide = thin(jnp.floor_divide, "x1, x2")
fmax = thin(jnp.fmax, "x1, x2")
fmin = thin(jnp.fmin, "x1, x2")
fmod = thin(jnp.fmod, "x1, x2")
gcd = thin(jnp.gcd, "x1, x2")
greater = thin(jnp.greater, "x1, x2")
greater_equal = thin(jnp.greater_equal, "x1, x2")
heaviside = thin(jnp.heaviside, "x1, x2")
hypot = thin(jnp.hypot, "x1, x2")
isclose = thin(jnp.isclose, _CLOSE)
isin = thin(jnp.isin, "x1, x2, assume_unique=False, invert=False")
lcm = thin(jnp.lcm, "x1, x2")
ldexp = thin(jnp.ldexp, "x1, x2")
left_shift = thin(jnp.left_shift, "x, y")
less = thin(jnp.less, "x1, x2")
less_equal = thin(jnp.less_equal, "x1, x2")
logaddexp = thin(jnp.logaddexp, "x1, x2")
logaddexp2 = thin(jnp.logaddexp2, "x1, x2")
logical_and = thin(jnp.logical_and, "x1, x2")
logical_or = thin(jnp.logical_or, "x1, x2")
logical_xor = thin(jnp.logical_xor, "x1, x2")
maximum = thin(jnp.maximum, "x1, x2")
minimum = thin(jnp.minimum, "x1, x2")
mod = thin(jnp.mod, "x1, x2", "mod")
multiply = thin(jnp.multiply, "x1, x2")
nextafter = thin(jnp.nextafter, "x1, x2")
not_equal = thin(jnp.not_equal, "x1, x2")
power = thin(jnp.power, "x1, x2")
right_shift = thin(jnp.right_shift, "x, y")
subtract = thin(jnp.subtract, "x1, x2")
true_divide = thin(jnp.true_divide, "x1, x2")


@operation
def ceil(x: Tensor) -> Tensor:
    """Least whole number that is not below each element, as a float.

    Args:
        x: tensor of any shape.

    Example:
        >>> from jaxkeras import ops
        >>> ops.ceil([1.2, -1.2])
        Array([ 2., -1.], dtype=float32)
    """
    return jnp.ceil(_float(x))


@operation
def clip(x: Tensor, x_min: Tensor, x_max: Tensor) -> Tensor:
    """Elements kept between two bounds.

    Args:
        x: tensor of any shape; booleans count as 0 and 1.
        x_min: lower bound, a number or a tensor that broadcasts.
        x_max: upper bound.

    Example:
        >>> from jaxkeras import ops
        >>> ops.clip([-3, 0, 3], -1, 1)
        Array([-1,  0,  1], dtype=int32)
    """
    return jnp.clip(x.astype("int32") if x.dtype == bool else x, x_min, x_max)


@operation
def divide_no_nan(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 / x2``, and 0 where ``x2`` is 0.

    Args:
        x1: numerators.
        x2: denominators, which broadcast with them.

    Example:
        >>> from jaxkeras import ops
        >>> ops.divide_no_nan([1.0, 1.0], [0.0, 2.0])
        Array([0. , 0.5], dtype=float32)
    """
    return jnp.where(x2 == 0, 0, jnp.divide(x1, jnp.where(x2 == 0, 1, x2)))


@operation
def floor(x: Tensor) -> Tensor:
    """Greatest whole number that is not above each element, as a float.

    Args:
        x: tensor of any shape.

    Example:
        >>> from jaxkeras import ops
        >>> ops.floor([1.2, -1.2])
        Array([ 1., -2.], dtype=float32)
    """
    return jnp.floor(_float(x))


@operation
def round(x: Tensor, decimals: int = 0) -> Tensor:
    """Elements with a number of decimal places; halves go to the even neighbour.

    Args:
        x: tensor of any shape.
        decimals: number of places; a negative one counts tens, hundreds, ...

    Example:
        >>> from jaxkeras import ops
        >>> ops.round([0.5, 1.5, 1.7])
        Array([0., 2., 2.], dtype=float32)
        >>> ops.round([17, 24], decimals=-1)
        Array([20, 20], dtype=int32)
    """
    if decimals < 0 and jnp.issubdtype(x.dtype, jnp.integer):
        unit = 10.0**-decimals
        return (jnp.round(x / unit) * unit).astype(x.dtype)
    return jnp.round(x, decimals)


@operation
def trunc(x: Tensor) -> Tensor:
    """Elements without their decimal places.

    Args:
        x: tensor of any shape.

    Example:
        >>> from jaxkeras import ops
        >>> ops.trunc([1.7, -1.7])
        Array([ 1., -1.], dtype=float32)
    """
    return jnp.trunc(x) if jnp.issubdtype(x.dtype, jnp.inexact) else x


def _float(x: Tensor) -> Tensor:
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(floatx())

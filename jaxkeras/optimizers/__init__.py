"""Optimizers with Keras's names and formulas; each is an optax gradient transformation."""

from typing import Any

import optax

from jaxkeras.optimizers import schedules
from jaxkeras.optimizers.adadelta import Adadelta
from jaxkeras.optimizers.adafactor import Adafactor
from jaxkeras.optimizers.adagrad import Adagrad
from jaxkeras.optimizers.adam import Adam, AdamW
from jaxkeras.optimizers.adamax import Adamax
from jaxkeras.optimizers.from_optax import OptaxOptimizer
from jaxkeras.optimizers.ftrl import Ftrl
from jaxkeras.optimizers.lamb import Lamb
from jaxkeras.optimizers.lion import Lion
from jaxkeras.optimizers.loss_scale import LossScaleOptimizer
from jaxkeras.optimizers.multi import MultiOptimizer, OptimizerMap
from jaxkeras.optimizers.muon import Muon
from jaxkeras.optimizers.nadam import Nadam
from jaxkeras.optimizers.optimizer import Optimizer, catalog
from jaxkeras.optimizers.rmsprop import RMSprop
from jaxkeras.optimizers.rule import Rule
from jaxkeras.optimizers.schedule_free import ScheduleFreeAdamW
from jaxkeras.optimizers.sgd import SGD
from jaxkeras.registry import deserializer, serialize

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "OptaxOptimizer",
    "Optimizer",
    "OptimizerMap",
    "RMSprop",
    "Rule",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

for _class in (
    SGD,
    RMSprop,
    Adam,
    AdamW,
    Nadam,
    Adamax,
    Adagrad,
    Adadelta,
    Adafactor,
    Ftrl,
    Lamb,
    Lion,
    Muon,
    ScheduleFreeAdamW,
    LossScaleOptimizer,
    MultiOptimizer,
):
    catalog.register(_class.__name__.lower())(_class)


def get(identifier: Any) -> Optimizer:
    """An optimizer from a name, a configuration, a class, an optimizer or an optax transformation.

    Args:
        identifier: ``"adam"`` in any case; ``{"class_name": ..., "config": ...}``; a class, which
            is called without arguments; an optimizer, which is returned as it is; or an
            `optax.GradientTransformation`, which is wrapped in an `OptaxOptimizer`.

    Raises:
        ValueError: the name is unknown.
        TypeError: the identifier is none of these.

    Example:
        >>> from jaxkeras import optimizers
        >>> optimizers.get("adam").learning_rate
        0.001
        >>> optimizers.get("sdg")
        Traceback (most recent call last):
            ...
        ValueError: Unknown optimizer: 'sdg'. Did you mean 'sgd'?
    """
    if isinstance(identifier, optax.GradientTransformation):
        return OptaxOptimizer(identifier)
    optimizer = catalog.get(identifier)
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            "Expected an optimizer: a name such as 'adam', an optimizer such as Adam(0.001), or "
            f"an optax transformation such as optax.adam(1e-3). Received: {identifier!r}"
        )
    return optimizer


deserialize = deserializer(get)

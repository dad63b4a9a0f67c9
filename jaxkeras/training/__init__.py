"""Training: pure steps over a `TrainState`, and the loops that drive them."""

from jaxkeras.training.pure import PureModel
from jaxkeras.training.state import Batch, TrainState

__all__ = ["Batch", "PureModel", "TrainState"]

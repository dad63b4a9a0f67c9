"""Callbacks: objects that the training loop calls at its turning points."""

from jaxkeras.callbacks.callback import Callback, LambdaCallback
from jaxkeras.callbacks.callback_list import CallbackList
from jaxkeras.callbacks.csv_logger import CSVLogger
from jaxkeras.callbacks.early_stopping import EarlyStopping
from jaxkeras.callbacks.history import History
from jaxkeras.callbacks.learning_rate import LearningRateScheduler, ReduceLROnPlateau
from jaxkeras.callbacks.monitor import MonitorCallback
from jaxkeras.callbacks.progress import ProgbarLogger
from jaxkeras.callbacks.remote_monitor import RemoteMonitor
from jaxkeras.callbacks.tensorboard import TensorBoard
from jaxkeras.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "MonitorCallback",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "TensorBoard",
    "TerminateOnNaN",
]

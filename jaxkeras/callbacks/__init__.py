"""Callbacks: objects that the training loop calls at its turning points."""

from jaxkeras.callbacks.backup_and_restore import BackupAndRestore
from jaxkeras.callbacks.callback import Callback, LambdaCallback
from jaxkeras.callbacks.callback_list import CallbackList
from jaxkeras.callbacks.csv_logger import CSVLogger
from jaxkeras.callbacks.early_stopping import EarlyStopping
from jaxkeras.callbacks.history import History
from jaxkeras.callbacks.learning_rate import LearningRateScheduler, ReduceLROnPlateau
from jaxkeras.callbacks.model_checkpoint import ModelCheckpoint
from jaxkeras.callbacks.monitor import MonitorCallback
from jaxkeras.callbacks.orbax_checkpoint import OrbaxCheckpoint
from jaxkeras.callbacks.progress import ProgbarLogger
from jaxkeras.callbacks.remote_monitor import RemoteMonitor
from jaxkeras.callbacks.swap_ema_weights import SwapEMAWeights
from jaxkeras.callbacks.tensorboard import TensorBoard
from jaxkeras.callbacks.terminate_on_nan import TerminateOnNaN
from jaxkeras.callbacks.timing import EpochTime, Timing

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "EpochTime",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "MonitorCallback",
    "OrbaxCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
    "Timing",
]

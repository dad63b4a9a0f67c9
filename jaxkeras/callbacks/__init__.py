"""Callbacks: objects that the training loop calls at its turning points."""

from jaxkeras.callbacks.callback import Callback, LambdaCallback
from jaxkeras.callbacks.callback_list import CallbackList
from jaxkeras.callbacks.history import History
from jaxkeras.callbacks.progress import ProgbarLogger

__all__ = ["Callback", "CallbackList", "History", "LambdaCallback", "ProgbarLogger"]

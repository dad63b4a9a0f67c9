"""The callback that ends training when the loss is no longer a number."""

import math

from jaxkeras.callbacks.callback import Callback, Logs

__all__ = ["TerminateOnNaN"]


class TerminateOnNaN(Callback):
    """Ends training after the batch in which the loss became NaN or infinite.

    Args:
        raise_error: whether to end it by an error, instead of ending `fit` as after its last epoch.

    Raises:
        RuntimeError: in `fit`, if ``raise_error`` is true and the loss is no longer a number.

    Example:
        >>> import types
        >>> from jaxkeras.callbacks import TerminateOnNaN
        >>> callback = TerminateOnNaN()
        >>> callback.set_model(types.SimpleNamespace(stop_training=False))
        >>> callback.on_train_batch_end(3, {"loss": float("nan")})
        Batch 3: the loss is nan, training ends.
        >>> callback.model.stop_training
        True

    Keras name: ``keras.callbacks.TerminateOnNaN``.
    """

    batches_need_model = False

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"The loss is {loss} after batch {batch}. A smaller learning rate, clipnorm=1.0 in "
                "the optimizer, or inputs scaled to about -1 to 1 may help."
            )
        print(f"\nBatch {batch}: the loss is {loss}, training ends.")
        self.model.stop_training = True

"""The callback that evaluates with averaged weights while training goes on with its own."""

from typing import Any

from jaxkeras.callbacks.callback import Callback, Logs

__all__ = ["SwapEMAWeights"]


class SwapEMAWeights(Callback):
    """Puts the moving average of the weights into the model while it is evaluated or used.

    The optimizer has to keep one: ``use_ema=True``.

    Args:
        swap_on_epoch: whether the average also stays in the model from the end of an epoch to the
            beginning of the next, so that callbacks behind this one, such as `ModelCheckpoint`,
            save it.

    Raises:
        ValueError: when it is used, if the optimizer keeps no average.

    Example:
        >>> import numpy as np, jaxkeras
        >>> model = jaxkeras.Sequential([jaxkeras.Input((2,)), jaxkeras.layers.Dense(1)])
        >>> model.compile(jaxkeras.optimizers.SGD(0.1, use_ema=True), "mse")
        >>> x, y = np.ones((8, 2)), np.ones((8, 1))
        >>> swap = jaxkeras.callbacks.SwapEMAWeights()
        >>> history = model.fit(x, y, validation_data=(x, y), callbacks=[swap], verbose=0)

    Keras name: ``keras.callbacks.SwapEMAWeights``.
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._own: Any = None  # the weights of training, while the average is in the model

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._put_back()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.swap_on_epoch:
            self._put_average()

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._own = None  # training ends with the average in the model

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self._put_average()

    def on_test_end(self, logs: Logs | None = None) -> None:
        self._put_back()

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._put_average()

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._put_back()

    def _put_average(self) -> None:
        if self._own is None:
            self._own = self.model.use_averaged_weights()

    def _put_back(self) -> None:
        if self._own is not None:
            self.model.set_weights(self._own)
            self._own = None

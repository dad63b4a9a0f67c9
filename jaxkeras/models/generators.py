"""`fit_generator` and its like: what Keras 2, and Keras 1, had for batches made elsewhere."""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax

from jaxkeras.callbacks import Callback, History
from jaxkeras.layers.arguments import whole_number
from jaxkeras.registry import takes_legacy_keywords, teaches_keywords
from jaxkeras.training.batches import is_arrays
from jaxkeras.training.data import Source, make_source
from jaxkeras.training.read_ahead import ReadAhead

__all__ = ["GeneratorMethods"]


class _Samples(int):
    """How many samples, in Keras 1, where Keras 2 says how many batches."""

    def __repr__(self) -> str:
        return f"{int(self)} / batch_size"


def _takes_legacy_keywords(**samples: str) -> Callable:
    """Decorator: Keras 1's keywords are taken as today's.

    Args:
        **samples: by their names, numbers of samples, and what numbers of batches are called.
    """

    def of_batches(name: str, count: Any) -> _Samples | None:
        return None if count is None else _Samples(whole_number(name, count))

    return takes_legacy_keywords(
        {name: functools.partial(of_batches, name) for name in samples},
        max_q_size="max_queue_size",
        nb_epoch="epochs",
        nb_worker="workers",
        pickle_safe="use_multiprocessing",
        **samples,
    )


class GeneratorMethods:
    """Keras 2's methods for generators, which do what `fit`, `evaluate` and `predict` do.

    Every `Model` has them.

    Example:
        >>> import jaxkeras
        >>> from jaxkeras.models.generators import GeneratorMethods
        >>> isinstance(jaxkeras.Sequential(), GeneratorMethods)
        True
    """

    fit: Callable[..., History]
    evaluate: Callable[..., Any]
    predict: Callable[..., Any]

    @_takes_legacy_keywords(samples_per_epoch="steps_per_epoch", nb_val_samples="validation_steps")
    @teaches_keywords()
    def fit_generator(
        self,
        generator: Any,
        steps_per_epoch: float | None = None,
        epochs: int = 1,
        verbose: int | str = 1,
        callbacks: Sequence[Callback] | Callback | None = None,
        validation_data: Any = None,
        validation_steps: float | None = None,
        validation_freq: int | Sequence[int] = 1,
        class_weight: Mapping[int, float] | None = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        shuffle: bool = True,
        initial_epoch: int = 0,
    ) -> History:
        """Train on batches that a generator makes; Keras 2's name for `fit` with a generator.

        Keras 1's keywords are understood: ``nb_epoch``, ``samples_per_epoch`` and
        ``nb_val_samples``, which count samples and are divided by the size of the first batch,
        ``nb_worker``, ``pickle_safe`` and ``max_q_size``.

        Args:
            generator: yields batches ``(x, y)`` or ``(x, y, sample_weight)``; or a `PyDataset`.
            steps_per_epoch: batches in an epoch; needed unless the data tells how many it has.
            epochs: number of the epoch to stop before.
            verbose: see `fit`, as of all that follows.
            callbacks: likewise.
            validation_data: likewise.
            validation_steps: batches to validate on, where validation data is a generator.
            validation_freq: likewise.
            class_weight: likewise.
            max_queue_size: likewise.
            workers: likewise.
            use_multiprocessing: likewise.
            shuffle: whether the batches of a `PyDataset` come in another order every epoch.
            initial_epoch: likewise.

        Returns:
            The `History`.

        Raises:
            ValueError: nothing tells how many batches make an epoch.

        Example:
            >>> import numpy as np, jaxkeras
            >>> def batches():
            ...     while True:
            ...         x = np.random.rand(8, 2)
            ...         yield x, x.sum(axis=1)
            >>> model = jaxkeras.Sequential([jaxkeras.layers.Dense(1)])
            >>> model.compile("sgd", "mse")
            >>> hist = model.fit_generator(batches(), steps_per_epoch=5, epochs=2, verbose=0)
            >>> len(hist.history["loss"])
            2

        Keras 2 name: ``keras.Model.fit_generator``.
        """
        queue = functools.partial(ReadAhead, workers, use_multiprocessing, max_queue_size)
        source = _source("fit", generator, queue(), class_weight)
        is_generator = validation_data is not None and not is_arrays(validation_data)
        if is_generator:
            validation_data = _source("fit", validation_data, queue())
            validation_steps = _steps("validation_steps", validation_steps, validation_data)
        return self.fit(
            source,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            shuffle=shuffle,
            initial_epoch=initial_epoch,
            steps_per_epoch=_steps("steps_per_epoch", steps_per_epoch, source),
            validation_steps=validation_steps if is_generator else None,
            validation_freq=validation_freq,
        )

    @_takes_legacy_keywords(val_samples="steps")
    @teaches_keywords()
    def evaluate_generator(
        self,
        generator: Any,
        steps: float | None = None,
        callbacks: Sequence[Callback] | Callback | None = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: int | str = 0,
    ) -> Any:
        """Loss and metrics over a generator's batches; Keras 2's name for `evaluate` with one.

        Args:
            generator: yields batches, or a `PyDataset`.
            steps: batches to evaluate on; needed unless the data tells how many it has.
            callbacks: see `evaluate`, as of all that follows.
            max_queue_size: likewise.
            workers: likewise.
            use_multiprocessing: likewise.
            verbose: likewise.

        Returns:
            The loss, or ``[loss, *metrics]``.

        Raises:
            ValueError: nothing tells how many batches there are.

        Example:
            >>> import itertools, numpy as np, jaxkeras
            >>> model = jaxkeras.Sequential([jaxkeras.layers.Dense(1, "linear", False, "ones")])
            >>> model.compile("sgd", "mse")
            >>> same = itertools.repeat((np.ones((4, 2)), np.ones((4, 1))))
            >>> model.evaluate_generator(same, steps=3)
            1.0

        Keras 2 name: ``keras.Model.evaluate_generator``.
        """
        ahead = ReadAhead(workers, use_multiprocessing, max_queue_size)
        source = _source("evaluate", generator, ahead)
        count = _steps("steps", steps, source)
        return self.evaluate(source, steps=count, callbacks=callbacks, verbose=verbose)

    @_takes_legacy_keywords(val_samples="steps")
    @teaches_keywords()
    def predict_generator(
        self,
        generator: Any,
        steps: float | None = None,
        callbacks: Sequence[Callback] | Callback | None = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: int | str = 0,
    ) -> Any:
        """The outputs for a generator's batches; Keras 2's name for `predict` with one.

        Args:
            generator: yields batches, whose targets are left aside, or a `PyDataset`.
            steps: batches to predict; needed unless the data tells how many it has.
            callbacks: see `predict`, as of all that follows.
            max_queue_size: likewise.
            workers: likewise.
            use_multiprocessing: likewise.
            verbose: likewise.

        Returns:
            NumPy arrays ``(samples, ...)``.

        Raises:
            ValueError: nothing tells how many batches there are.

        Example:
            >>> import itertools, numpy as np, jaxkeras
            >>> model = jaxkeras.Sequential([jaxkeras.layers.Dense(1, "linear", False, "ones")])
            >>> model.predict_generator(itertools.repeat(np.ones((1, 2))), steps=3)
            array([[2.],
                   [2.],
                   [2.]], dtype=float32)

        Keras 2 name: ``keras.Model.predict_generator``.
        """
        ahead = ReadAhead(workers, use_multiprocessing, max_queue_size)
        source = _source("predict", generator, ahead)
        count = _steps("steps", steps, source)
        return self.predict(source, steps=count, callbacks=callbacks, verbose=verbose)


def _source(
    use: str,
    generator: Any,
    ahead: ReadAhead,
    class_weight: Mapping[int, float] | None = None,
) -> Source:
    if is_arrays(generator):
        raise TypeError(
            f"{use}_generator takes a generator of batches, got a {type(generator).__name__}. For "
            f"arrays there is {use}(x, ...); of a list of batches iter(batches) makes a generator."
        )
    return make_source(generator, class_weight=class_weight, ahead=ahead)


def _steps(name: str, steps: float | None, source: Source) -> float | None:
    """How many batches were asked for."""
    if steps is None and source.size is None:
        raise ValueError(
            f"Nothing tells how many batches to take of this generator: pass {name}=, such as "
            "the number of samples divided by the size of a batch."
        )
    if isinstance(steps, _Samples):
        return math.ceil(steps / len(jax.tree.leaves(source.first().x)[0]))
    return steps

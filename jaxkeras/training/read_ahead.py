"""Batches made before they are needed, by threads or by processes, in their order."""

import collections
import contextlib
import functools
import multiprocessing
import pickle
import random
import signal
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxkeras.layers.arguments import explain, whole_number

__all__ = ["ReadAhead"]

Task = Callable[[], Any]


class ReadAhead:
    """Workers that make batches ahead of their use.

    Without it a batch is made when it is needed, while the device may still be busy with the one
    before. Workers pay where making a batch takes longer than a step.

    Args:
        workers: how many; 0, or 1 without processes, is none.
        use_multiprocessing: whether they are processes, not threads. They are started anew rather
            than forked, so a program that is a script needs ``if __name__ == "__main__":``.
        max_queue_size: most batches that wait to be used.

    Example:
        >>> from jaxkeras.training.read_ahead import ReadAhead
        >>> ahead = ReadAhead(workers=2)
        >>> list(ahead.run((lambda n=n: n**2) for n in range(5)))
        [0, 1, 4, 9, 16]
        >>> ahead.close()
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ):
        self.workers = whole_number("workers", workers, 0)
        self.use_multiprocessing = bool(use_multiprocessing)
        self.max_queue_size = whole_number("max_queue_size", max_queue_size)
        self.is_on = self.workers > 1 or (self.workers > 0 and self.use_multiprocessing)
        self._pool: Executor | None = None
        self._passes = 0

    def run(
        self, tasks: Iterable[Task], alone: bool = False, unused: collections.deque | None = None
    ) -> Generator[Any, None, None]:
        """The results of tasks, in their order, while workers do the next.

        Args:
            tasks: what to do; picklable where the workers are processes.
            alone: whether one thread does them one after the other, whatever the workers.
            unused: gets the results that were ready and not taken, when this is closed.
        """
        waiting: collections.deque[Future] = collections.deque()
        pool = self._open(alone)
        try:
            for task in tasks:
                waiting.append(pool.submit(task))
                if len(waiting) > self.max_queue_size:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in reversed(waiting):
                future.cancel()
            begun = [future for future in waiting if not future.cancelled()]
            done = [future.result() for future in begun if future.exception() is None]
            if unused is not None:
                unused.extend(done)

    def run_in_processes(self, batches: Any, indices: Iterable[Any]) -> Generator[Any, None, None]:
        """The batches of these indices, made in processes that get a copy of ``batches``.

        NumPy's and Python's global generators are seeded for every batch, by the state of NumPy's
        here, the number of the pass and the index.

        Args:
            batches: what has the batches, by ``batches[index]``.
            indices: which, in which order.

        Raises:
            RuntimeError: a process ended.
        """
        self._passes += 1
        state: Any = np.random.get_state()
        seed = (*state[1][:2].tolist(), self._passes)
        with _sent(batches) as path:
            results = self.run(
                functools.partial(_make, path, index, (*seed, place))
                for place, index in enumerate(indices)
            )
            try:
                yield from results
            except BrokenProcessPool as error:
                self.close()
                raise RuntimeError(
                    f"A process that made batches of {type(batches).__name__} ended before it was "
                    "done. It may have run out of memory, or been stopped. If this program is a "
                    'script, put what it does behind `if __name__ == "__main__":`, because every '
                    "process imports it; or leave use_multiprocessing out to have threads."
                ) from error
            finally:
                results.close()

    def _open(self, alone: bool) -> Executor:
        if self._pool is None:
            if self.use_multiprocessing and not alone:
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(self.workers, context, _begin)
            else:
                count = 1 if alone else self.workers
                self._pool = ThreadPoolExecutor(count, thread_name_prefix="jaxkeras-batches")
        return self._pool

    def close(self) -> None:
        """End all workers; a batch that one is making is waited for."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


# ---------------------------------------------------------------------- in and for processes


@contextlib.contextmanager
def _sent(batches: Any) -> Iterator[str]:
    """The path of a copy, there as long as it is read."""
    with tempfile.TemporaryDirectory(prefix="jaxkeras-") as folder:
        path = Path(folder, "batches.pickle")
        try:
            with path.open("wb") as file:
                pickle.dump(batches, file, pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            explain(
                error,
                f"use_multiprocessing=True sends {type(batches).__name__} to other processes, so "
                "everything in it must be picklable. Leave use_multiprocessing out for threads.",
            )
            raise
        yield str(path)


def _begin() -> None:
    """A worker process leaves the accelerator and Ctrl-C to the program that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jax.config.update("jax_platforms", "cpu")


@functools.lru_cache(maxsize=1)
def _received(path: str) -> Any:
    with Path(path).open("rb") as file:
        return pickle.load(file)


def _make(path: str, index: Any, seed: tuple[int, ...]) -> Any:
    np.random.seed(seed)
    random.seed(repr(seed))
    return _received(path)[index]

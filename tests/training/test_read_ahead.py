"""Batches made ahead: the same, in the same order; errors arrive, and nothing is left over."""

import collections
import functools
import itertools
import signal
import threading
import time
import traceback

import numpy as np
import pytest

import jaxkeras
from jaxkeras.preprocessing.sequence import TimeseriesGenerator
from jaxkeras.training.data import BatchSource, make_source
from jaxkeras.training.feed import Feed
from jaxkeras.training.read_ahead import ReadAhead
from jaxkeras.utils import PyDataset


def workers():
    return [t for t in threading.enumerate() if t.name.startswith("jaxkeras-batches")]


@pytest.fixture(autouse=True)
def limited():
    """Nothing hangs, and no thread is left when a test is over."""

    def stop(*_):
        raise TimeoutError("The test took longer than it may.")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    assert workers() == []


@pytest.fixture(scope="module")
def model():
    model = jaxkeras.Sequential([jaxkeras.Input((1,)), jaxkeras.layers.Dense(1)])
    model.compile(jaxkeras.optimizers.SGD(0.1), "mse")
    model.fit(Slow(workers=1), verbose=0)
    return model


KILLING = collections.defaultdict(functools.partial(signal.raise_signal, signal.SIGKILL))


class Slow(PyDataset):
    """Eight batches; the later ones of a group are ready before the earlier ones."""

    bad: int | None = None

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.threads = set()

    def __len__(self):
        return 8

    def __getitem__(self, index):
        self.threads.add(threading.current_thread().name)
        time.sleep(0.02 * (index % 3 == 0))
        if index == self.bad:
            raise ZeroDivisionError("on purpose")
        x = np.full((2, 1), index / 8, "float32")
        return x, 2 * x


def numbers():
    for number in range(100):
        yield np.full((1, 1), number, "float32"), np.zeros((1, 1), "float32")


def fresh(model):
    model.set_weights([np.ones((1, 1)), np.zeros(1)])
    jaxkeras.utils.set_random_seed(0)


def test_workers_change_no_number(model):
    losses = {}
    for kind in ({"workers": 1}, {"workers": 3}, {"workers": 3, "max_queue_size": 1}):
        fresh(model)
        data = Slow(**kind)
        losses[str(kind)] = model.fit(data, epochs=2, shuffle=False, verbose=0).history["loss"]
        names = {name.rstrip("0123456789_") for name in data.threads}
        assert ("jaxkeras-batches" in names) == (kind["workers"] > 1)
    first, *others = losses.values()
    assert len(first) == 2 and others == [first, first]
    data = Slow()
    model.fit(data, shuffle=False, workers=2, verbose=0)
    assert any(name.startswith("jaxkeras-batches") for name in data.threads)


def test_an_error_in_a_worker_reaches_the_user(model):
    data = Slow(workers=2)
    data.bad = 5
    for use in (model.fit, model.evaluate, model.predict):
        options = {"shuffle": False} if use == model.fit else {}
        with pytest.raises(ZeroDivisionError, match="on purpose") as error:
            use(data, verbose=0, **options)
        assert "in __getitem__" in "".join(traceback.format_tb(error.tb))
        assert "In batch 5 of the Slow, counted from 0." in error.value.__notes__
        assert workers() == []


def test_an_interruption_ends_the_workers(model):
    class Interrupted(jaxkeras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            assert workers()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.fit(Slow(workers=2), callbacks=Interrupted(), verbose=0)
    assert workers() == []


def test_a_generator_is_read_by_one_thread_and_loses_nothing_between_epochs():
    names, read = set(), []

    def watched():
        for x, y in numbers():
            names.add(threading.current_thread().name)
            read.append(x.item())
            yield x, y

    feed = Feed(make_source(watched(), ahead=ReadAhead(4, max_queue_size=3)), steps=5)
    feed.source.first()
    taken = []
    for _ in range(3):
        taken += [batch.x.item() for batch, _ in feed.epoch(lambda: None)]
        feed.restart()
    feed.close()
    assert taken == list(range(15))
    assert read == list(range(len(read))) and len(read) <= 15 + 3 + 1
    assert len(names - {"MainThread"}) == 1


def test_a_generator_that_fails_or_ends_early(model):
    def failing():
        yield from (batch for batch, _ in zip(numbers(), range(3), strict=False))
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone") as error:
        model.fit(failing(), workers=2, verbose=0)
    assert "In batch 3 of the generator, counted from 0." in error.value.__notes__
    for count in (1, 2):
        batches = (batch for batch, _ in zip(numbers(), range(6), strict=False))
        with pytest.warns(UserWarning, match="The data ran out after 2 of 4 steps"):
            history = model.fit_generator(
                batches, steps_per_epoch=4, epochs=3, workers=count, verbose=0
            )
        assert history.epoch == [0, 1] and len(history.history["loss"]) == 2
        assert workers() == []


def test_processes_make_the_same_batches():
    series = np.arange(12.0)
    data = TimeseriesGenerator(series, series, 3, batch_size=4, workers=1, use_multiprocessing=True)
    source = make_source(data)
    passes = [[batch.x.tolist() for batch in source.items(None)] for _ in range(2)]
    assert passes[0] == passes[1] == [data[index][0].tolist() for index in range(3)]
    data.shuffle = True
    first, again = ([batch.x.tolist() for batch in source.items(None)] for _ in range(2))
    assert first != again and first[0] != first[1]

    ahead = source._ahead
    with pytest.raises(RuntimeError, match="made batches of defaultdict ended.*__main__"):
        list(ahead.run_in_processes(KILLING, [0]))
    assert ahead._pool is None
    with pytest.raises(Exception, match="[Pp]ickle") as error:
        list(ahead.run_in_processes([lambda: 0], [0]))
    assert "everything in it must be picklable" in error.value.__notes__[0]
    with pytest.warns(UserWarning, match="A generator cannot be read by several processes"):
        source = make_source(numbers(), ahead=ReadAhead(2, use_multiprocessing=True))
    assert next(source.items(None)).x.item() == 0
    source.close()


def test_what_has_no_end_needs_a_number_of_steps():
    class Endless(Slow):
        num_batches = None

    for data in (Endless(), itertools.cycle([next(numbers())])):
        with pytest.raises(ValueError, match="has no end, .* steps_per_epoch="):
            Feed(make_source(data))
    feed = Feed(make_source(Endless(workers=2)), 9)
    with pytest.raises(ValueError, match="workers must be a whole number, at least 0"):
        ReadAhead(-1)
    assert len([item for item, _ in feed.epoch(lambda: None)]) == 9
    feed.close()


def test_a_generator_without_end_is_questioned(monkeypatch):
    monkeypatch.setattr("jaxkeras.training.feed._MANY", 20)
    items = Feed(make_source(numbers())).epoch(lambda: None)
    assert len([next(items) for _ in range(19)]) == 19
    with pytest.warns(UserWarning, match="20 batches have come.* steps_per_epoch="):
        next(items)
    known = Feed(BatchSource([batch for batch, _ in zip(numbers(), range(30), strict=False)]))
    assert len(list(known.epoch(lambda: None))) == 30


def test_a_damaged_image_is_named_by_the_worker_that_meets_it(tmp_path):
    for name in ("a", "b", "c", "d"):
        (tmp_path / "cats").mkdir(exist_ok=True)
        image = np.full((4, 4, 3), ord(name), "uint8")
        jaxkeras.utils.save_img(tmp_path / "cats" / f"{name}.png", image, scale=False)
    (tmp_path / "cats" / "c.png").write_bytes(b"no picture")
    generator = jaxkeras.preprocessing.image.ImageDataGenerator()
    batches = generator.flow_from_directory(tmp_path, (4, 4), batch_size=1, shuffle=False)
    source = make_source(batches, ahead=ReadAhead(2))
    with pytest.raises(OSError, match=r"c\.png cannot be read as an image: .*remove it") as error:
        list(source.items(None))
    assert "In batch 2 of the DirectoryIterator, counted from 0." in error.value.__notes__
    source.close()


def test_a_batch_that_differs_is_looked_at_and_numbered():
    seen = []
    shapes = [(2, 1), (3, 1), (2, 4), (5, 4)]
    source = BatchSource([(np.zeros(shape), np.zeros(shape[:1])) for shape in shapes])
    source.first()
    source.check = lambda batch: seen.append(batch.x.shape)
    assert len(list(source.items(None))) == 4 and seen == [(2, 4)]
    source = BatchSource([(np.zeros((2, 1)), np.zeros(2)), (np.zeros((3, 1)), np.zeros(2))])
    for kept in (source, BatchSource(source.batches, ahead=ReadAhead(2))):
        with pytest.raises(ValueError, match="x has 3, y has 2") as error:
            list(kept.items(None))
        assert "In batch 1 of the list, counted from 0." in error.value.__notes__
        kept.close()

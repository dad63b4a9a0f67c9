"""Grain's data sets and loaders feed training, which goes on where their iterators stood."""

import itertools

import numpy as np
import pytest

import jaxkeras
from jaxkeras.callbacks import BackupAndRestore, LambdaCallback
from jaxkeras.files import Group
from jaxkeras.models.training_state import put_training
from jaxkeras.training.data import BatchSource, make_source
from jaxkeras.training.feed import Feed
from jaxkeras.training.read_ahead import ReadAhead
from jaxkeras.training.state import Progress

X = np.random.RandomState(0).rand(48, 3).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def sample(index):
    return X[index], Y[index, 0]


class Samples:
    def __len__(self):
        return len(X)

    def __getitem__(self, index):
        return sample(index)


class Counter:
    """An iterator that can tell and change its place, as Grain's can."""

    def __init__(self, form=lambda number: {"next": number}, unform=lambda state: state["next"]):
        self.number, self.form, self.unform = 0, form, unform

    def __iter__(self):
        return self

    def __next__(self):
        self.number += 1
        return X[:4] + self.number, Y[:4]

    def get_state(self):
        return self.form(self.number)

    def set_state(self, state):
        self.number = self.unform(state)


IN_BYTES = {"form": lambda number: b"%d" % number, "unform": int}


@pytest.fixture
def model():
    model = jaxkeras.Sequential([jaxkeras.Input((3,)), jaxkeras.layers.Dense(1, "relu")])
    model.compile("sgd", "mse")
    model.set_weights([np.full((3, 1), 0.1), np.zeros(1)])
    return model


def test_positions_are_those_of_batches_that_were_used():
    for workers in (1, 3):
        feed = Feed(make_source(Counter(), ahead=ReadAhead(workers, max_queue_size=4)), 5)
        feed.source.first()
        assert feed.position is None
        for expected in (5, 10):
            assert len(list(feed.epoch(lambda: None))) == 5
            assert feed.position == {"next": expected}
        feed.skip(7, lambda: None, {"next": 7})
        assert next(feed.epoch(lambda: None, 2))[0].x[0, 0] == X[0, 0] + 8
        feed.close()
    with pytest.raises(ValueError, match="list_iterator has no place that can be set"):
        feed = Feed(make_source(iter([(X, Y)])))
        feed.skip(1, lambda: None, {"next": 1})
        next(feed.epoch(lambda: None, 1))
    feed = Feed(BatchSource([(X[row:][:1], Y[row:][:1]) for row in range(4)]))
    feed.skip(2, lambda: None, {"next": 2})  # by their numbers, whatever the place
    assert next(feed.epoch(lambda: None, 2))[0].x[0, 0] == X[2, 0]
    feed = Feed(make_source(Counter()))
    feed.skip(1, lambda: None, {"other": 1})
    with pytest.raises(KeyError) as error:
        next(feed.epoch(lambda: None, 1))
    assert "remove the backup" in error.value.__notes__[0]


@pytest.mark.parametrize(("workers", "kind"), [(1, {}), (2, IN_BYTES)])
def test_an_iterator_goes_on_where_it_stood(model, tmp_path, kind, workers):
    arguments = {"steps_per_epoch": 5, "epochs": 3, "verbose": 0, "workers": workers}
    whole = model.fit(Counter(**kind), **arguments).history["loss"]
    expected = model.get_weights()
    model.set_weights([np.full((3, 1), 0.1), np.zeros(1)])
    model.compile("sgd", "mse")

    ends = itertools.count(1)

    def crash(batch, logs):
        if next(ends) == 8:
            raise RuntimeError("on purpose")

    backup = BackupAndRestore(tmp_path / "backup", save_freq=1)
    with pytest.raises(RuntimeError, match="on purpose"):
        model.fit(
            Counter(**kind), callbacks=[backup, LambdaCallback(on_batch_end=crash)], **arguments
        )
    again = model.fit(
        Counter(**kind), callbacks=BackupAndRestore(tmp_path / "backup", save_freq=1), **arguments
    )
    assert again.history["loss"] == whole[1:]
    for array, other in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(array, other)


def test_a_place_that_no_file_can_hold_is_said(model):
    loop = model._require_loop()
    loop.resume(Progress(position=object()))
    with pytest.warns(UserWarning, match="get_state gives a object that JSON cannot hold"):
        put_training(Group(), model)


def test_what_grain_makes_feeds_training(model):
    grain = pytest.importorskip("grain")
    arguments = {"batch_size": 8, "shuffle": False, "epochs": 2, "verbose": 0}
    expected = model.fit(X, Y, **arguments).history["loss"]
    samples = grain.MapDataset.range(48).map(sample)
    sampler = grain.samplers.SequentialSampler(48, grain.sharding.NoSharding())
    loader = grain.DataLoader(
        data_source=Samples(), sampler=sampler, operations=[grain.transforms.Batch(8)]
    )
    for data in (
        samples,
        samples.batch(8),
        samples.to_iter_dataset().batch(8),
        iter(samples.batch(8).repeat().to_iter_dataset()),
        samples.batch(8).repeat(),
        loader,
    ):
        model.set_weights([np.full((3, 1), 0.1), np.zeros(1)])
        history = model.fit(data, steps_per_epoch=6, **arguments).history
        np.testing.assert_allclose(history["loss"], expected, rtol=1e-5)
    with pytest.raises(ValueError, match="has no end, .* steps_per_epoch="):
        model.fit(samples.batch(8).repeat())
    with pytest.raises(ValueError, match=r"without end. Have it make batches.*data.batch\(32\)"):
        model.fit(samples.repeat())
    with pytest.raises(ValueError, match="same number of samples") as error:
        model.fit(samples.map(lambda entry: (entry[0], entry[1][None])))
    assert "are taken for batches" in error.value.__notes__[0]
    for data in (loader, samples.batch(8).to_iter_dataset()):
        source = make_source(data)
        assert len(list(zip(range(2), source.items(None), strict=False))) == 2
        again = make_source(data)
        again.go_to(source.position)
        third = next(again.items(None))
        np.testing.assert_array_equal(third.x, X[16:24])

"""Whatever the user feeds becomes batches: arrays by index, generators as they come."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxkeras
from jaxkeras.config import set_max_epochs, set_max_steps_per_epoch
from jaxkeras.training.batches import as_arrays, make_batch, split_off
from jaxkeras.training.data import ArraySource, BatchSource, make_source
from jaxkeras.training.feed import Feed, limited_epochs
from jaxkeras.training.state import Batch
from jaxkeras.utils import PyDataset


def rows(source, key=None):
    return [item.tolist() for item in source.items(key)]


def unshuffled():
    return None


class Batches(PyDataset):
    """Five numbered batches, and what happened to them."""

    def __init__(self):
        super().__init__()
        self.events = []

    def __len__(self):
        return 5

    def __getitem__(self, index):
        self.events.append(index)
        return np.full((2, 1), index, "float32"), np.zeros((2, 1), "float32")

    def on_epoch_begin(self):
        self.events.append("begin")

    def on_epoch_end(self):
        self.events.append("end")


# ---------------------------------------------------------------------- arrays


def test_arrays_come_in_order_with_a_smaller_last_batch():
    source = make_source(np.zeros((7, 2)), np.zeros(7), batch_size=3)
    assert isinstance(source, ArraySource) and source.size == 3
    assert rows(source) == [[0, 1, 2], [3, 4, 5], [6]]
    assert source.first().x.shape == (3, 2)


def test_a_key_shuffles_every_sample_once():
    source = make_source(np.zeros(50), batch_size=8)
    shuffled = rows(source, np.random.default_rng(1))
    assert [len(batch) for batch in shuffled] == [8] * 6 + [2]
    order = [row for batch in shuffled for row in batch]
    assert sorted(order) == list(range(50)) and order != sorted(order)
    assert rows(source, np.random.default_rng(1)) == shuffled
    assert rows(source, np.random.default_rng(2)) != shuffled


def test_a_batch_is_taken_from_the_device():
    source = make_source(np.arange(6).reshape(3, 2), np.arange(3.0), np.ones(3), batch_size=2)
    assert all(isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(source.resident))
    batch = source.take(source.resident, np.array([2, 0]))
    assert batch.x.tolist() == [[4, 5], [0, 1]]
    assert batch.y.tolist() == [2, 0] and batch.sample_weight.tolist() == [1, 1]


def test_the_batch_size_is_32_by_default():
    assert [len(batch) for batch in rows(make_source(np.zeros((70, 1))))] == [32, 32, 6]


@pytest.mark.parametrize("batch_size", [0, -1])
def test_a_batch_size_that_is_not_positive(batch_size):
    with pytest.raises(ValueError, match="batch_size must be .*Received: "):
        make_source(np.zeros(3), batch_size=batch_size)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (np.ones(2), "float32"),
        ([1.0, 2.0], "float32"),
        (np.ones(2, "float16"), "float16"),
        (np.ones(2, "int64"), "int32"),
        (np.ones(2, "uint8"), "uint8"),
        (np.ones(2, bool), "bool"),
        (jnp.ones(2, "bfloat16"), "bfloat16"),
    ],
)
def test_types_are_those_a_device_takes(value, dtype):
    assert as_arrays(value, "x").dtype == dtype


def test_structures_of_arrays():
    assert as_arrays({"a": [1.0]}, "x")["a"].shape == (1,)
    parts = as_arrays([np.ones((2, 3)), np.ones((2, 1))], "x")
    assert [part.shape for part in parts] == [(2, 3), (2, 1)]
    assert as_arrays([np.ones((2, 3))], "x").shape == (2, 3)
    assert as_arrays([[1.0, 2.0], [3.0, 4.0]], "x").shape == (2, 2)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (["a", "b"], TypeError, "x holds text, expected numbers"),
        (np.array([object(), 1]), TypeError, "x holds .*objects, expected numbers"),
        ([[1, 2], [3]], TypeError, "x does not form an array: its rows have different lengths"),
        (np.array([2**40]), TypeError, "do not fit 32 bits"),
        (3.0, ValueError, "x must be an array of samples"),
    ],
)
def test_values_that_are_no_data(value, error, message):
    with pytest.raises(error, match=message):
        as_arrays(value, "x")


def test_lengths_that_differ_and_no_data_at_all():
    with pytest.raises(ValueError, match="same number of samples, but x has 3, y has 2"):
        make_batch(np.zeros((3, 1)), np.zeros(2))
    with pytest.raises(ValueError, match=r"The data is empty: x has shape \(0, 4\)"):
        make_batch(np.zeros((0, 4)), np.zeros(0))


@pytest.mark.parametrize(
    "targets",
    [[0, 2, 1, 0], [[0], [2], [1], [0]], np.eye(3)[[0, 2, 1, 0]]],
    ids=["labels", "column", "one-hot"],
)
def test_class_weights_become_sample_weights(targets):
    weights = {0: 1.0, 1: 2.0, 2: 4.0}
    batch = make_batch(np.zeros(4), np.array(targets), class_weight=weights)
    np.testing.assert_array_equal(batch.sample_weight, [1, 4, 2, 1])


def test_class_weights_multiply_sample_weights_unlike_in_keras_3():
    batch = make_batch(np.zeros(2), np.array([0, 1]), np.array([0.5, 3.0]), {0: 2.0, 1: 10.0})
    np.testing.assert_array_equal(batch.sample_weight, [1, 30])


def test_a_class_without_a_weight_is_an_error_unlike_in_keras():
    with pytest.raises(ValueError, match=r"no entry for class 1. Its keys: \[0\]"):
        make_batch(np.zeros(2), np.array([0, 1]), class_weight={0: 1.0})


def test_the_last_part_is_split_off():
    data = Batch(np.arange(10), {"a": np.arange(10)}, None)
    kept, held_out = split_off(data, 0.3)
    assert kept.x.tolist() == list(range(7)) and held_out.x.tolist() == [7, 8, 9]
    assert held_out.y["a"].tolist() == [7, 8, 9] and held_out.sample_weight is None


@pytest.mark.parametrize("fraction", [-0.1, 1.0, 20, 0.99])
def test_parts_that_cannot_be_split_off(fraction):
    with pytest.raises(ValueError, match=r"validation_split.*(between 0 and 1|leaves nothing)"):
        split_off(Batch(np.zeros(5)), fraction)


# ---------------------------------------------------------------------- batches made elsewhere


def test_a_generator_is_used_up_once_and_its_first_batch_is_not_lost():
    source = make_source((np.full((1, 1), i), np.zeros(1)) for i in range(3))
    assert isinstance(source, BatchSource) and source.size is None
    assert source.first().x.item() == 0 and source.first().x.item() == 0
    assert [batch.x.item() for batch in source.items(None)] == [0, 1, 2]
    assert list(source.items(None)) == []


def test_numbered_batches_come_in_order_between_their_hooks():
    batches = Batches()
    feed = Feed(make_source(batches))
    assert feed.size == 5
    for _ in range(2):
        assert [item.x[0, 0] for item, _ in feed.epoch(unshuffled)] == [0, 1, 2, 3, 4]
    assert batches.events == ["begin", 0, 1, 2, 3, 4, "end"] * 2
    batches.events.clear()
    feed = Feed(make_source(batches), 2)  # the hooks belong to epochs, not to passes
    for _ in range(3):
        list(feed.epoch(unshuffled))
    assert batches.events == [
        "begin", 0, 1, "end", "begin", 2, 3, "end", "begin", 4, 0, "end"
    ]  # fmt: skip


def test_numbered_batches_are_shuffled_by_a_key_unless_they_keep_their_order():
    batches = Batches()
    source = make_source(batches)
    passes = []
    for seed in (0, 0, 1):
        list(source.items(np.random.default_rng(seed)))
        passes.append(batches.events)
        batches.events = []
    assert sorted(passes[0]) == sorted(passes[2]) == [0, 1, 2, 3, 4]
    assert passes[0] == passes[1] != passes[2] and passes[0] != sorted(passes[0])
    batches.keeps_order = True
    list(source.items(np.random.default_rng(0)))
    assert batches.events == [0, 1, 2, 3, 4]

    class Others:
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return np.full((2, 1), index)

    source = make_source(Others())
    assert source.size == 3 and source.first().x.shape == (2, 1)
    for _ in range(2):
        assert [batch.x[0, 0] for batch in source.items(np.random.default_rng(0))] == [0, 1, 2]


def test_fit_shuffles_numbered_batches_and_calls_their_hooks():
    model = jaxkeras.Sequential([jaxkeras.Input((1,)), jaxkeras.layers.Dense(1)])
    model.compile("sgd", "mse")
    orders = {}
    for shuffle in (True, False):
        batches = Batches()
        model.fit(batches, epochs=2, shuffle=shuffle, verbose=0)
        events = batches.events[batches.events.index("begin") :]
        assert [e for e in events if isinstance(e, str)] == ["begin", "end", "begin", "end"]
        orders[shuffle] = events[1:6], events[8:13]
    assert orders[False] == ([0, 1, 2, 3, 4], [0, 1, 2, 3, 4])
    first, second = orders[True]
    assert first != second and sorted(first) == sorted(second) == [0, 1, 2, 3, 4]


def test_a_data_set_may_have_no_end():
    class Endless(Batches):
        num_batches = None

    source = make_source(Endless())
    assert source.size is None
    feed = Feed(source, 7)
    assert [item.x[0, 0] for item, _ in feed.epoch(lambda: np.random.default_rng(0))] == list(
        range(7)
    )


def test_the_steps_of_an_epoch_can_be_limited_everywhere():
    set_max_steps_per_epoch(2)
    try:
        with pytest.warns(UserWarning, match="max_steps_per_epoch.. is 2"):
            feed = Feed(make_source(Batches()))
        assert feed.size == len(list(feed.epoch(unshuffled))) == 2
        assert Feed(make_source(Batches()), 1).size == 1
    finally:
        set_max_steps_per_epoch(None)


def test_the_epochs_can_be_limited():
    set_max_epochs(2)
    try:
        with pytest.warns(UserWarning, match="max_epochs.. is 2"):
            assert limited_epochs(5) == 2
        assert limited_epochs(1) == 1
    finally:
        set_max_epochs(None)


def test_an_iterable_without_a_length():
    class Twice:
        def __iter__(self):
            return iter([np.zeros((2, 1)), (np.ones((1, 1)),)])

    source = make_source(Twice())
    for _ in range(2):
        assert [batch.x.shape for batch in source.items(None)] == [(2, 1), (1, 1)]


def test_class_weights_reach_the_batches_of_a_generator():
    source = make_source(iter([(np.zeros(2), np.array([1, 0]))]), class_weight={0: 1.0, 1: 3.0})
    np.testing.assert_array_equal(next(source.items(None)).sample_weight, [3, 1])


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: make_source(iter([]), np.zeros(3)), ValueError, "brings its own targets"),
        (lambda: make_source(iter([])).first(), ValueError, "The data has no batches"),
        (lambda: make_source(iter([(0, 0, 0, 0)])).first(), ValueError, "tuple of 4 entries"),
        (lambda: make_source(3), TypeError, "must be an array, .* Received: int"),
    ],
)
def test_what_cannot_be_fed(make, error, message):
    with pytest.raises(error, match=message):
        make()


# ---------------------------------------------------------------------- epochs


def test_an_epoch_is_all_there_is():
    feed = Feed(make_source(np.zeros(5), batch_size=2))
    assert feed.size == 3
    for _ in range(2):
        assert [len(item) for item, _ in feed.epoch(unshuffled)] == [2, 2, 1]


def test_epochs_of_some_steps_go_on_and_start_anew_at_the_end_unlike_in_keras():
    """Keras breaks an epoch off, with a warning, where the arrays end."""
    feed = Feed(make_source(np.zeros(5), batch_size=1), steps=3)
    epochs = [[int(item[0]) for item, _ in feed.epoch(unshuffled)] for _ in range(4)]
    assert epochs == [[0, 1, 2], [3, 4, 0], [1, 2, 3], [4, 0, 1]]


def test_every_pass_over_the_data_asks_for_a_generator():
    generators = iter([np.random.default_rng(seed) for seed in range(9)])
    feed = Feed(make_source(np.zeros(4), batch_size=1), steps=6)
    order = [int(item[0]) for _ in range(2) for item, _ in feed.epoch(lambda: next(generators))]
    passes = [order[start : start + 4] for start in (0, 4, 8)]
    assert [sorted(one) for one in passes] == [[0, 1, 2, 3]] * 3
    assert len({tuple(one) for one in passes}) > 1
    assert len(list(generators)) == 6


def test_a_restart_begins_with_the_first_batch():
    feed = Feed(make_source(np.zeros(5), batch_size=1), steps=3)
    for _ in range(2):
        assert [int(item[0]) for item, _ in feed.epoch(unshuffled)] == [0, 1, 2]
        feed.restart()


def test_a_restart_leaves_an_endless_generator_where_it_is():
    feed = Feed(make_source(np.full((1, 1), i) for i in range(100)), steps=2)
    taken = []
    for _ in range(3):
        taken += [item.x.item() for item, _ in feed.epoch(unshuffled)]
        feed.restart()
    assert taken == [0, 1, 2, 3, 4, 5]


def test_data_that_runs_out_is_told():
    feed = Feed(make_source(iter([np.zeros((1, 1))] * 3)), steps=2)
    assert len(list(feed.epoch(unshuffled))) == 2
    with pytest.warns(UserWarning, match="The data ran out after 1 of 2 steps"):
        assert len(list(feed.epoch(unshuffled))) == 1
    feed = Feed(make_source(iter([np.zeros((1, 1))])))
    assert len(list(feed.epoch(unshuffled))) == 1
    with pytest.raises(ValueError, match="The data is used up: a generator runs through once"):
        list(feed.epoch(unshuffled))


def test_steps_must_be_positive():
    with pytest.raises(ValueError, match="number of steps must be .*Received: 0"):
        Feed(make_source(np.zeros(3)), steps=0)

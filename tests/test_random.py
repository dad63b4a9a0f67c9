import copy

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from jaxkeras import random

keras = pytest.importorskip("keras")

LOGITS = np.log(np.array([[0.1, 0.2, 0.7], [0.5, 0.4, 0.1]], "float32"))
X = np.arange(12.0, dtype="float32").reshape(4, 3)
CALLS = [
    ("normal", ((3, 4),), {"mean": 1.0, "stddev": 2.0}),
    ("uniform", ((3, 4),), {"minval": -1.0, "maxval": 2.0}),
    ("truncated_normal", ((50,),), {"mean": 1.0, "stddev": 2.0}),
    ("randint", ((3, 4), -5, 5), {}),
    ("categorical", (LOGITS, 6), {}),
    ("dropout", (X, 1.0), {}),
    ("shuffle", (X,), {}),
    ("shuffle", (X,), {"axis": 1}),
    ("gamma", ((5,), 2.0), {}),
    ("beta", ((5,), [2.0] * 5, 3.0), {}),
    ("binomial", ((5,), 10, 0.3), {}),
]


@pytest.mark.parametrize(("name", "args", "kwargs"), CALLS)
def test_numbers_are_those_of_keras(name, args, kwargs):
    ours = getattr(random, name)(*args, seed=7, **kwargs)
    theirs = getattr(keras.random, name)(*args, seed=7, **kwargs)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert ours.dtype == theirs.dtype


def test_a_seed_generator_gives_keras_numbers_one_after_the_other():
    ours, theirs = random.SeedGenerator(3), keras.random.SeedGenerator(3)
    for _ in range(3):
        own = random.normal((2,), seed=ours)
        np.testing.assert_allclose(own, keras.random.normal((2,), seed=theirs), rtol=1e-6)


def test_a_seed_generator_carries_its_state_through_jit():
    @nnx.jit
    def draw(generator):
        return random.uniform((), seed=generator)

    generator = random.SeedGenerator(3)
    other = copy.deepcopy(generator)
    assert [float(draw(generator)) for _ in range(2)] == [
        float(random.uniform((), seed=other)) for _ in range(2)
    ]


def test_config_of_a_seed_generator():
    config = random.SeedGenerator(3, name="mine").get_config()
    assert config == {"seed": 3, "name": "mine"}
    assert random.SeedGenerator.from_config(config).get_config() == config


def test_kinds_of_seeds():
    key = jax.random.key(1)
    expected = jax.random.normal(key, (2,))
    np.testing.assert_array_equal(random.normal((2,), seed=key), expected)
    np.testing.assert_array_equal(random.normal((2,), seed=jax.random.key_data(key)), expected)
    stream = nnx.RngStream(1, tag="noise")
    assert random.normal((), seed=stream) != random.normal((), seed=stream)


def test_without_a_seed_numbers_follow_numpy():
    np.random.seed(1)
    first = random.normal((2,)), random.normal((2,)), random.SeedGenerator().next()
    np.random.seed(1)
    again = random.normal((2,)), random.normal((2,)), random.SeedGenerator().next()
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert (first[0] != first[1]).all()


def test_key_scope():
    def draw(key):
        with random.key_scope(key):
            return random.normal(()), random.next_key()

    one, again, other = (draw(jax.random.key(seed)) for seed in (1, 1, 2))
    assert one == again and one[0] != other[0]
    assert jax.jit(draw)(jax.random.key(1))[0] == one[0]
    np.random.seed(0)
    fresh = random.next_key()
    np.random.seed(0)
    assert random.next_key() == fresh  # the scope is over


def test_traced_without_a_seed():
    with pytest.raises(ValueError, match="SeedGenerator"):
        jax.jit(lambda: random.normal((2,)))()


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", True])
def test_no_seed(seed):
    with pytest.raises(ValueError, match="seed"):
        random.normal((2,), seed=seed)
    with pytest.raises(ValueError, match="seed"):
        random.SeedGenerator(seed)


def test_types():
    assert random.normal((2,), dtype="float16").dtype == jnp.float16
    assert random.dropout(jnp.ones(3, "bfloat16"), 0.5).dtype == jnp.bfloat16
    assert random.dropout(X, 0.0) is not None


def test_categorical_takes_rows():
    with pytest.raises(ValueError, match=r"\(batch, classes\)"):
        random.categorical(LOGITS[0], 2)


@pytest.mark.parametrize("rate", [0.002, 0.1, 0.25, 0.3, 0.5, 0.9])
def test_a_mask_has_its_rate_and_neighbours_are_independent(rate):
    masks = jax.vmap(lambda key: random.keep_mask((64, 65), rate, key))
    kept = np.asarray(masks(jax.random.split(jax.random.key(7), 200)))
    deviation = (rate * (1 - rate) / kept.size) ** 0.5
    assert abs(kept.mean() - (1 - rate)) < 4 * deviation
    assert set(kept.ravel().tolist()) == {True, False}
    centred = kept - kept.mean()
    for shift, axis in [(1, 2), (2, 2), (4, 2), (1, 1), (1, 0)]:
        together = (centred * np.roll(centred, shift, axis)).mean() / (rate * (1 - rate))
        assert abs(together) < 5 / kept.size**0.5


def test_a_mask_of_any_shape():
    assert random.keep_mask((), 0.5, 1).shape == ()
    assert random.keep_mask((0, 3), 0.5, 1).shape == (0, 3)
    assert random.keep_mask((5,), 0.0, 1).all()
    assert not random.keep_mask((5,), 1.0, 1).any()


def test_dropout_drops_and_scales():
    x = np.random.normal(size=(300, 40)).astype("float32")
    outputs = np.asarray(random.dropout(x, 0.3, seed=1))
    kept = outputs != 0
    assert kept.mean() == pytest.approx(0.7, abs=0.02)
    np.testing.assert_allclose(outputs[kept], x[kept] / 0.7, rtol=1e-5)
    rows = np.asarray(random.dropout(x, 0.3, noise_shape=(None, 1), seed=1)) != 0
    assert set(rows.mean(axis=1)) == {0.0, 1.0}
    assert rows.mean() == pytest.approx(0.7, abs=0.1)

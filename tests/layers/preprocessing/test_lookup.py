"""Vocabularies: numbers for terms and back, what adapt learns, and models around it."""

import copy

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxkeras import Input, Sequential
from jaxkeras.layers import Embedding, IntegerLookup, StringLookup

KEYS = [12, 36, 1138, 42]
ROWS = np.array([[12, 1138, 42, 42], [42, 7, 36, 7]])
WORDS = ["a", "b", "c", "d"]
TEXTS = np.array([["a", "c", "d", "d"], ["d", "z", "b", "z"]])
COUNTS = [[0.0, 1.0, 0.0, 1.0, 2.0], [2.0, 0.0, 1.0, 0.0, 1.0]]
WEIGHTS = [0.25, 0.75, 0.6, 0.4]

both = pytest.mark.parametrize(
    ("cls", "terms", "inputs"), [(IntegerLookup, KEYS, ROWS), (StringLookup, WORDS, TEXTS)]
)


@both
def test_forms_of_the_output(cls, terms, inputs):
    outputs = {
        mode: cls(vocabulary=terms, output_mode=mode)(inputs)
        for mode in ("int", "one_hot", "multi_hot", "count")
    }
    numbers = [[1, 3, 4, 4], [4, 0, 2, 0]]
    np.testing.assert_array_equal(outputs["int"], numbers)
    np.testing.assert_array_equal(outputs["one_hot"], np.eye(5)[numbers])
    np.testing.assert_array_equal(outputs["count"], COUNTS)
    np.testing.assert_array_equal(outputs["multi_hot"], np.sign(COUNTS))
    assert outputs["int"].dtype == "int32" and outputs["count"].dtype == "float32"
    column = cls(vocabulary=terms, output_mode="one_hot")(inputs[:, :1])
    np.testing.assert_array_equal(column, np.eye(5)[[1, 4]])


@both
def test_tf_idf_as_in_the_documentation_of_keras(cls, terms, inputs):
    layer = cls(vocabulary=terms, idf_weights=WEIGHTS, output_mode="tf_idf")
    expected = [[0, 0.25, 0, 0.6, 0.8], [1.0, 0, 0.75, 0, 0.4]]
    np.testing.assert_allclose(layer(inputs), expected, rtol=1e-6)
    own = cls(
        vocabulary=[layer.get_vocabulary()[0], *terms],
        idf_weights=[0.9, *WEIGHTS],
        output_mode="tf-idf",
        max_tokens=7,
        pad_to_max_tokens=True,
    )
    expected = [[0, 0.25, 0, 0.6, 0.8, 0, 0], [1.8, 0, 0.75, 0, 0.4, 0, 0]]
    for twin in (own, cls.from_config(own.get_config())):
        np.testing.assert_allclose(twin(inputs), expected, rtol=1e-6)


@both
def test_numbers_and_back(cls, terms, inputs):
    layer = cls(vocabulary=terms)
    back = cls(vocabulary=layer.get_vocabulary(), invert=True)
    unknown = layer.get_vocabulary()[0]
    restored = np.asarray(back(layer(inputs)))
    np.testing.assert_array_equal(restored, np.where(np.isin(inputs, terms), inputs, unknown))
    np.testing.assert_array_equal(back(np.array([-1, 99])), [unknown, unknown])


@both
def test_mask_and_several_numbers_for_the_unknown(cls, terms, inputs):
    mask = inputs[0, 0].item()
    layer = cls(vocabulary=terms[1:], mask_token=mask, num_oov_indices=2)
    assert layer.get_vocabulary()[0] == mask and layer.vocabulary_size() == 6
    numbers = np.asarray(layer(inputs))
    assert numbers[0].tolist() == [0, 4, 5, 5] and set(numbers[1, 1::2]) <= {1, 2}
    assert layer.get_vocabulary(include_special_tokens=False) == terms[1:]
    counts = cls(vocabulary=terms[1:], mask_token=mask, output_mode="count")(inputs)
    np.testing.assert_array_equal(counts, np.delete(COUNTS, 1, axis=1))


def test_buckets_of_the_unknown():
    rows = np.array([[0, 1, 2, 3, 4]])
    by_remainder = IntegerLookup(vocabulary=[99], num_oov_indices=3)
    np.testing.assert_array_equal(by_remainder(rows), rows % 3)
    by_hash = IntegerLookup(vocabulary=[99], num_oov_indices=3, oov_method="farmhash")
    np.testing.assert_array_equal(by_hash(rows), [[1, 0, 1, 0, 2]])  # as Hashing(3)
    letters = ["A", "B", "C", "D", "E"]
    texts = StringLookup(vocabulary=["z"], num_oov_indices=3)
    np.testing.assert_array_equal(texts(letters), [1, 0, 1, 1, 2])
    salted = StringLookup(vocabulary=["z"], num_oov_indices=3, salt=[133, 137])
    np.testing.assert_array_equal(salted(letters), [1, 2, 1, 0, 2])


def test_adapt_orders_by_count_and_then_backwards():
    layer = StringLookup(max_tokens=4)
    layer.adapt(["b", "a", "c", "a", "[UNK]", "b", "d"])
    assert layer.get_vocabulary() == ["[UNK]", "b", "a", "d"]
    numbers = IntegerLookup(mask_token=0)
    for data in (ROWS, jnp.asarray(ROWS), [ROWS[0], ROWS[1]], iter(ROWS.tolist()), ROWS.tolist()):
        numbers.adapt(data)
        assert numbers.get_vocabulary() == [0, -1, 42, 7, 1138, 36, 12]
    words = StringLookup()
    words.adapt(text for text in ["b", "a", "b"])
    assert words.get_vocabulary() == ["[UNK]", "b", "a"]
    numbers.adapt(iter(ROWS), steps=1)
    assert numbers.get_vocabulary(include_special_tokens=False) == [42, 1138, 12]


def test_adapt_weighs_by_documents():
    layer = StringLookup(output_mode="tf_idf")
    layer.adapt(TEXTS)
    assert layer.get_vocabulary() == ["[UNK]", "d", "z", "c", "b", "a"]
    weights = np.log(1 + 2 / (1 + np.array([2, 1, 1, 1, 1])))
    expected = np.array([[0, 2, 0, 1, 0, 1], [0, 1, 2, 0, 1, 0]]) * [weights.mean(), *weights]
    np.testing.assert_allclose(layer(TEXTS), expected, rtol=1e-6)
    np.testing.assert_allclose(layer([["?"]]), [[weights.mean(), 0, 0, 0, 0, 0]], rtol=1e-6)


@both
def test_what_was_learned_is_part_of_the_configuration(cls, terms, inputs):
    layer = cls(mask_token=terms[0])
    assert layer.get_config()["vocabulary"] is None
    layer.adapt(inputs)
    for twin in (cls.from_config(layer.get_config()), copy.deepcopy(layer)):
        assert twin.get_vocabulary() == layer.get_vocabulary()
        np.testing.assert_array_equal(twin(inputs), layer(inputs))
    again = cls.from_config({**layer.get_config(), "vocabulary_size": 6, "oov_method": "floormod"})
    again.adapt(inputs[:1])
    assert again.vocabulary_size() < layer.vocabulary_size()


@both
def test_a_vocabulary_in_a_file(cls, terms, inputs, tmp_path):
    path = tmp_path / "vocabulary.txt"
    path.write_text("\n".join(map(str, terms)), "utf-8")
    layer = cls(vocabulary=str(path))
    path.unlink()
    twin = cls.from_config(layer.get_config())
    np.testing.assert_array_equal(twin(inputs), cls(vocabulary=terms)(inputs))
    with pytest.raises(ValueError, match="no vocabulary file"):
        twin.set_vocabulary(path)
    with pytest.raises(ValueError, match="not opened"):
        cls.from_config({"vocabulary": str(path)})


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"mask_token": 12, "num_oov_indices": 2},
        {"output_mode": "count"},
        {"output_mode": "tf_idf", "idf_weights": WEIGHTS, "max_tokens": 9, "pad_to_max_tokens": 1},
        {"invert": True},
    ],
)
def test_whole_numbers_inside_of_a_compiled_program(arguments):
    vocabulary = KEYS[1:] if "mask_token" in arguments else KEYS
    layer = IntegerLookup(vocabulary=vocabulary, **arguments)
    inputs = np.array([[0, 1, 4, 9]]) if "invert" in arguments else ROWS
    expected = layer(inputs)
    np.testing.assert_allclose(jax.jit(layer)(inputs.astype("int32")), expected, rtol=1e-6)
    symbolic = layer(Input((None,), dtype="int32"))
    assert symbolic.shape == (
        None,
        *(expected.shape[1:] if layer._index.output_mode != "int" else (None,)),
    )
    assert symbolic.dtype == expected.dtype


def test_a_model_with_a_lookup_and_large_keys():
    model = Sequential(
        [Input((4,), dtype="int32"), IntegerLookup(vocabulary=KEYS), Embedding(5, 2)]
    )
    outputs = model.predict(ROWS, verbose=0)
    np.testing.assert_array_equal(outputs[1, 1], model.layers[1].get_weights()[0][0])
    large = IntegerLookup(vocabulary=[2**40, 2**40 + 1])
    np.testing.assert_array_equal(large([2**40 + 1, 5]), [2, 0])
    with pytest.raises(TypeError, match="output of IntegerLookup.*do not fit 32 bits"):
        IntegerLookup(vocabulary=[2**40], invert=True)([1])
    with pytest.raises(TypeError, match="vocabulary of IntegerLookup.*do not fit 32 bits"):
        jax.jit(large)(jnp.arange(3))


def test_a_model_that_ran_keeps_its_vocabulary():
    lookup = IntegerLookup()
    lookup.adapt(KEYS)
    model = Sequential([Input((4,), dtype="int32"), lookup, Embedding(9, 2)])
    lookup.adapt(ROWS)
    outputs = model.predict(ROWS, verbose=0)
    np.testing.assert_array_equal(outputs, model(ROWS))
    with pytest.raises(RuntimeError, match="part of a compiled program"):
        lookup.adapt(KEYS)
    with pytest.raises(RuntimeError, match="Make layer and model anew"):
        lookup.set_vocabulary(KEYS)
    np.testing.assert_array_equal(model(ROWS), outputs)


def test_misuse_of_arguments():
    with pytest.raises(ValueError, match="max_tokens must be a whole number, at least 2"):
        StringLookup(max_tokens=1)
    with pytest.raises(ValueError, match="num_oov_indices must be a whole number, at least 0"):
        StringLookup(num_oov_indices=-1)
    with pytest.raises(ValueError, match="needs max_tokens, the length to pad to"):
        StringLookup(pad_to_max_tokens=True, output_mode="count")
    with pytest.raises(ValueError, match="invert=True, so leave output_mode"):
        StringLookup(invert=True, output_mode="count")
    with pytest.raises(ValueError, match="Did you mean 'farmhash'"):
        IntegerLookup(oov_method="farmhas")
    with pytest.raises(ValueError, match="salt only with oov_method='farmhash'"):
        IntegerLookup(salt=3)
    with pytest.raises(ValueError, match="leave vocabulary_dtype out"):
        IntegerLookup(vocabulary_dtype="int32")
    with pytest.raises(ValueError, match="dense arrays only"):
        StringLookup(sparse=True, output_mode="count")
    with pytest.raises(TypeError, match="has no argument 'oov_tokn'. Did you mean 'oov_token'"):
        StringLookup(oov_tokn="?")


def test_misuse_of_vocabularies():
    with pytest.raises(ValueError, match="terms that occur twice: 'a'. Make them unique"):
        StringLookup(vocabulary=["a", "b", "a"])
    with pytest.raises(ValueError, match="reserved term in the middle: '0'"):
        StringLookup(vocabulary=["a", "0"], mask_token="0")
    with pytest.raises(ValueError, match="vocabulary of 3 terms.*max_tokens=2"):
        StringLookup(vocabulary=["a", "b"], max_tokens=2)
    with pytest.raises(ValueError, match="empty vocabulary"):
        StringLookup(vocabulary=[])
    with pytest.raises(ValueError, match="add idf_weights"):
        StringLookup(vocabulary=["a"], output_mode="tf_idf")
    with pytest.raises(ValueError, match="leave out idf_weights"):
        StringLookup(vocabulary=["a"], idf_weights=[1.0])
    with pytest.raises(ValueError, match=r"each of 1 terms, got shape \(2,\)"):
        StringLookup(vocabulary=["a"], idf_weights=[1.0, 2.0], output_mode="tf_idf")
    with pytest.raises(ValueError, match="without the terms"):
        StringLookup(idf_weights=[1.0], output_mode="tf_idf")
    with pytest.raises(TypeError, match="expected whole numbers, got text: 'a'. Use StringLookup"):
        IntegerLookup(vocabulary=["a"])


def test_misuse_of_calls():
    with pytest.raises(RuntimeError, match="no vocabulary yet. Call adapt"):
        StringLookup()(["a"])
    with pytest.raises(ValueError, match="does not know 'z'.*num_oov_indices=1"):
        StringLookup(vocabulary=["a"], num_oov_indices=0)(["a", "z"])
    with pytest.raises(ValueError, match="does not know 7"):
        IntegerLookup(vocabulary=[1], num_oov_indices=0)(jnp.array([7]))
    with pytest.raises(TypeError, match="expected text, got whole numbers: 1. Use IntegerLookup"):
        StringLookup(vocabulary=["a"])([1, 2])
    with pytest.raises(TypeError, match="cannot be part of a model"):
        Sequential([Input((1,)), StringLookup(vocabulary=["a"])])
    with pytest.raises(TypeError, match="no compiled program computes the hash"):
        layer = IntegerLookup(vocabulary=[1], num_oov_indices=2, oov_method="farmhash")
        layer(Input((1,), dtype="int32"))
    with pytest.raises(TypeError, match="turns numbers into terms"):
        StringLookup(vocabulary=["a"], invert=True)(["a"])
    with pytest.raises(ValueError, match="nothing to learn"):
        StringLookup(vocabulary=["a"]).adapt(["b"])
    with pytest.raises(ValueError, match="nothing to learn in the data"):
        StringLookup(max_tokens=2, num_oov_indices=2).adapt(["b"])
    with pytest.raises(ValueError, match="got no data to learn from"):
        StringLookup().adapt([])

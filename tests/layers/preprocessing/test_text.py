"""TextVectorization: from text to numbers, step by step, and models on top of it."""

import numpy as np
import pytest

import jaxkeras
from jaxkeras import Input, Sequential
from jaxkeras.layers import Dense, Embedding, GlobalAveragePooling1D, TextVectorization

TEXTS = ["foo qux bar", "qux baz"]
VOCABULARY = ["baz", "bar", "foo"]
NUMBERS = [[4, 1, 3, 0], [1, 2, 0, 0]]  # as in Keras's documentation


def test_sequences_as_in_the_documentation_of_keras():
    layer = TextVectorization(output_sequence_length=4)
    layer.adapt(["foo bar", "bar baz", "baz bada boom"])
    assert layer.get_vocabulary() == ["", "[UNK]", "baz", "bar", "foo", "boom", "bada"]
    for texts in (TEXTS, np.array(TEXTS), np.array(TEXTS, object)[:, None], np.char.encode(TEXTS)):
        np.testing.assert_array_equal(layer(texts), NUMBERS)
    np.testing.assert_array_equal(layer(TEXTS[0]), NUMBERS[0])
    given = TextVectorization(vocabulary=["", "[UNK]", *VOCABULARY])
    np.testing.assert_array_equal(given(TEXTS), np.array(NUMBERS)[:, :3])
    assert given(["", " "]).shape == (2, 0)
    short = TextVectorization(vocabulary=VOCABULARY, output_sequence_length=2)
    np.testing.assert_array_equal(short(TEXTS), np.array(NUMBERS)[:, :2])


def test_vectors():
    counts = [[2, 0, 1, 1], [1, 1, 0, 0]]
    texts = ["foo qux bar qux", "qux baz"]
    for mode, expected in {"count": counts, "multi_hot": np.sign(counts)}.items():
        layer = TextVectorization(vocabulary=VOCABULARY, output_mode=mode)
        np.testing.assert_array_equal(layer(texts), expected)
        wide = TextVectorization(8, vocabulary=VOCABULARY, output_mode=mode, pad_to_max_tokens=True)
        np.testing.assert_array_equal(wide(texts), np.pad(expected, ((0, 0), (0, 4))))
    layer = TextVectorization(
        vocabulary=VOCABULARY, output_mode="tf_idf", idf_weights=[0.5, 1.0, 1.5]
    )
    np.testing.assert_allclose(layer(texts), np.array(counts) * [1.0, 0.5, 1.0, 1.5])
    layer = TextVectorization(output_mode="tf_idf")
    layer.adapt(texts)
    assert layer.get_vocabulary() == ["[UNK]", "qux", "foo", "baz", "bar"]
    weights = np.log(1 + 2 / (1 + np.array([2, 1, 1, 1])))
    np.testing.assert_allclose(layer(["qux qux"]), [[0, 2 * weights[0], 0, 0, 0]], rtol=1e-6)


def words(texts, **arguments):
    """The words that a layer makes of texts."""
    layer = TextVectorization(**arguments)
    return layer._documents(texts)


def test_standardization_touches_only_ascii():
    texts = ["It's ÉCLAIR, no?\u3000YES!"]
    assert words(texts, split=None) == [["its Éclair no\u3000yes"]]
    assert words(texts, split=None, standardize="lower") == [["it's Éclair, no?\u3000yes!"]]
    stripped = words(texts, split=None, standardize="strip_punctuation")
    assert stripped == [["Its ÉCLAIR no\u3000YES"]]
    assert words(texts, split=None, standardize=None) == [texts]
    assert words(["a\tb \n c\u00a0d"]) == [["a", "b", "c\u00a0d"]]
    every = r"""!"#$%&()*+,-./:;<=>?@[\]^_`{|}~'"""
    assert words([every], split=None) == [[""]]


def test_splits():
    assert words(["añ b"], split="character") == [["a", "ñ", " ", "b"]]
    commas = words(
        ["A,b", "c"], standardize=np.char.upper, split=lambda texts: [t.split(",") for t in texts]
    )
    assert commas == [["A", "B"], ["C"]]
    layer = TextVectorization(split=None, vocabulary=VOCABULARY)
    np.testing.assert_array_equal(layer([["foo", "baz"], ["qux", ""]]), [[4, 2], [1, 0]])
    np.testing.assert_array_equal(layer(["foo", "baz"]), [4, 2])
    with pytest.raises(ValueError, match=r"got shape \(1, 2\). If they are split already"):
        TextVectorization(vocabulary=VOCABULARY)([["foo", "baz"]])


def test_ngrams():
    texts = ["a b c", "d"]
    assert words(texts, ngrams=2) == [["a", "b", "c", "a b", "b c"], ["d"]]
    assert words(texts, ngrams=(3, 2)) == [["a b c", "a b", "b c"], []]
    layer = TextVectorization(ngrams=(2,), vocabulary=["a b", "b c"])
    np.testing.assert_array_equal(layer(texts), [[2, 3], [0, 0]])


@jaxkeras.utils.register_keras_serializable("tests")
def without_digits(texts):
    """A standardization of the user's own."""
    return [text.strip("0123456789") for text in texts]


def test_configurations():
    layer = TextVectorization(
        max_tokens=9, standardize=without_digits, ngrams=2, output_sequence_length=3
    )
    layer.adapt(["one1 two", "two2"])
    twin = TextVectorization.from_config(layer.get_config())
    texts = ["9two one", "three"]
    np.testing.assert_array_equal(twin(texts), layer(texts))
    assert twin.get_config() == layer.get_config()
    config = TextVectorization().get_config()
    assert config["standardize"] == "lower_and_strip_punctuation"
    assert config["split"] == "whitespace" and config["vocabulary"] is None
    assert not {"mask_token", "oov_token", "invert"} & set(config)


def test_adapt_takes_batches():
    whole, batches = TextVectorization(), TextVectorization()
    whole.adapt(TEXTS * 3)
    batches.adapt((np.array(TEXTS), np.zeros(2)) for _ in range(3))
    assert batches.get_vocabulary() == whole.get_vocabulary()
    batches.adapt(([text] for text in TEXTS), steps=1)
    assert batches.get_vocabulary(include_special_tokens=False) == ["qux", "foo", "bar"]


def test_a_classifier_of_texts():
    texts = ["good film", "bad film", "really good", "really bad"] * 8
    labels = np.array([1, 0, 1, 0] * 8)
    vectorize = TextVectorization(output_sequence_length=3)
    vectorize.adapt(texts)
    model = Sequential(
        [
            Input((3,), dtype="int32"),
            Embedding(vectorize.vocabulary_size(), 4),
            GlobalAveragePooling1D(),
            Dense(1, "sigmoid"),
        ]
    )
    model.compile(jaxkeras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(vectorize(texts), labels, epochs=20, verbose=0).history
    assert history["accuracy"][-1] == 1.0


def test_misuse():
    with pytest.raises(ValueError, match="Unknown standardization: 'lowr'. Did you mean 'lower'"):
        TextVectorization(standardize="lowr")
    with pytest.raises(ValueError, match="Unknown split: 'words'. There are: character, whitesp"):
        TextVectorization(split="words")
    with pytest.raises(ValueError, match="ngrams must be a whole number"):
        TextVectorization(ngrams=0)
    with pytest.raises(ValueError, match="pads sequences to one length"):
        TextVectorization(ragged=True)
    with pytest.raises(ValueError, match="dense arrays only"):
        TextVectorization(sparse=True)
    with pytest.raises(ValueError, match="leave output_sequence_length out"):
        TextVectorization(output_mode="count", output_sequence_length=3)
    with pytest.raises(TypeError, match="TextVectorization has no argument 'oov_token'"):
        TextVectorization(oov_token="?")
    with pytest.raises(TypeError, match="expected text, got whole numbers"):
        TextVectorization(vocabulary=["a"])([1, 2])
    with pytest.raises(TypeError, match="cannot be part of a model.*model.fit"):
        Sequential([Input((1,)), TextVectorization(vocabulary=["a"])])
    with pytest.raises(RuntimeError, match="no vocabulary yet"):
        TextVectorization()(["a"])

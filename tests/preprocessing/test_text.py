"""Words as numbers, exactly as Keras 2 counted them."""

import json

import numpy as np
import pytest

from jaxkeras.preprocessing import text

theirs = pytest.importorskip("keras.src.legacy.preprocessing.text")

TEXTS = ["The cat sat; the CAT ran.", "A dog's life!", "", "the end,\tof\nthe dog"]
UNSEEN = ["the mouse sat on A dog's CAT", "", "zebra"]


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({}, TEXTS),
        ({"num_words": 4}, TEXTS),
        ({"num_words": 4, "oov_token": "<OOV>"}, TEXTS),
        ({"oov_token": "cat", "lower": False, "filters": "!"}, TEXTS),
        ({"split": "t", "filters": ""}, TEXTS),
        ({"char_level": True}, TEXTS),
        ({"char_level": True, "oov_token": "?"}, "one Text"),
        ({}, [["The", "cat"], ["cat"]]),
        ({"analyzer": lambda line: line.split("a")}, TEXTS),
    ],
)
def test_the_tokenizer_does_what_keras_2_did(options, texts):
    ours, reference = text.Tokenizer(**options), theirs.Tokenizer(**options)
    for tokenizer in (ours, reference):
        tokenizer.fit_on_texts(texts)
        tokenizer.fit_on_texts(texts[:2])
        tokenizer.fit_on_sequences([[1, 2, 2], [3]])
    for name in ("word_index", "index_word", "word_counts", "word_docs", "index_docs"):
        assert dict(getattr(ours, name)) == dict(getattr(reference, name)), name
    assert list(ours.word_counts) == list(reference.word_counts)
    assert ours.document_count == reference.document_count
    for given in (texts, UNSEEN):
        sequences = ours.texts_to_sequences(given)
        assert sequences == reference.texts_to_sequences(given)
        numbers = [*sequences, [1, 2, 99]]
        assert ours.sequences_to_texts(numbers) == reference.sequences_to_texts(numbers)
        for mode in ("binary", "count", "freq", "tfidf"):
            matrix = ours.texts_to_matrix(given, mode)
            np.testing.assert_array_equal(matrix, reference.texts_to_matrix(given, mode))
    for written in (ours.to_json(), reference.to_json(indent=1)):
        again, by_keras = text.tokenizer_from_json(written), theirs.tokenizer_from_json(written)
        assert again.get_config() == by_keras.get_config()
        matrices = [t.texts_to_matrix(TEXTS, "tfidf").tolist() for t in (again, by_keras)]
        assert matrices[0] == matrices[1]


def test_single_texts():
    line = "Hello, hello World_wide web"
    for options in ({}, {"lower": False}, {"filters": "o", "split": "l"}):
        words = text.text_to_word_sequence(line, **options)
        assert words == theirs.text_to_word_sequence(line, **options)
        assert text.one_hot(line, 9, **options) == theirs.one_hot(line, 9, **options)
        for function in (None, "md5", len):
            ours = text.hashing_trick(line, 9, function, **options)
            assert ours == theirs.hashing_trick(line, 9, function, **options)
    assert text.hashing_trick("", 9) == []
    assert text.hashing_trick("ab a", 9, len, analyzer=list) == [2, 2, 2, 2]


def test_misuse_is_answered():
    assert text.Tokenizer(nb_words=3).num_words == 3
    with pytest.raises(TypeError, match="Tokenizer has no argument 'num_word'.*'num_words'"):
        text.Tokenizer(num_word=3)
    with pytest.raises(ValueError, match="call fit_on_texts first, or pass num_words"):
        text.Tokenizer().texts_to_matrix(["a"])
    with pytest.raises(ValueError, match="'tfidf' needs texts to count in"):
        text.Tokenizer(num_words=3).sequences_to_matrix([[1]], "tfidf")
    with pytest.raises(ValueError, match="mode must be .*Received: 'bianry'. Did you mean 'bin"):
        text.Tokenizer(num_words=3).sequences_to_matrix([[1]], "bianry")
    with pytest.raises(ValueError, match="n must be at least 2"):
        text.one_hot("a", 1)
    with pytest.raises(ValueError, match="hash_function must be .*'sha'"):
        text.hashing_trick("a", 5, "sha")
    with pytest.raises(ValueError, match="not a Tokenizer's: it has no 'word_counts'"):
        text.tokenizer_from_json(json.dumps({"class_name": "Dense", "config": {}}))

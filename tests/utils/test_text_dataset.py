"""Folders of texts as a data set: found, labelled, shuffled and parted as in Keras."""

import os
from pathlib import Path

import numpy as np
import pytest

from jaxkeras.utils import text_dataset_from_directory

theirs = pytest.importorskip("keras.src.utils.dataset_utils")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("texts")
    for name, count in (("neg", 5), ("pos", 6), ("unsup", 2), (".hidden", 1)):
        for number in range(count):
            path = root / name / str(number % 2) / f"{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{name} número {number}", encoding="utf-8")
    (root / "neg" / "notes.md").write_text("no sample")
    return str(root)


def texts_of(dataset):
    entries = list(dataset)
    parts = [entry[0] if isinstance(entry, tuple) else entry for entry in entries]
    return np.concatenate(parts).tolist()


@pytest.mark.parametrize(
    ("shuffle", "split", "class_names"),
    [(False, None, None), (True, None, ["pos", "neg"]), (True, 0.3, None), (False, 0.3, ["pos"])],
)
def test_files_come_as_in_keras(folder, shuffle, split, class_names, capsys):
    options = {"class_names": class_names, "shuffle": shuffle, "seed": 3}
    paths, labels, names = theirs.index_directory(folder, "inferred", (".txt",), **options)
    expected_parts = {
        subset: theirs.get_training_or_validation_split(paths, labels, split, subset)
        for subset in ((None,) if split is None else ("training", "validation"))
    }
    printed = capsys.readouterr().out
    datasets = {
        subset: text_dataset_from_directory(
            folder, validation_split=split, subset=subset, batch_size=4, verbose=place == 0,
            **options,
        )
        for place, subset in enumerate(expected_parts)
    }  # fmt: skip
    assert capsys.readouterr().out.splitlines()[0] == printed.splitlines()[0]
    for subset, (files, numbers) in expected_parts.items():
        dataset = datasets[subset]
        assert dataset.class_names == names and dataset.file_paths == files
        assert np.concatenate([y for _, y in dataset]).tolist() == list(numbers)
        written = [Path(file).read_text(encoding="utf-8") for file in files]
        assert texts_of(dataset) == written
    if split is not None:
        both = text_dataset_from_directory(
            folder, validation_split=split, subset="both", verbose=False, **options
        )
        assert [texts_of(part) for part in both] == [texts_of(d) for d in datasets.values()]


def test_labels_and_batches(folder, capsys):
    kwargs = {"class_names": ["neg", "pos"], "shuffle": False}
    x, y = text_dataset_from_directory(folder, label_mode="binary", **kwargs)[0]
    assert x.shape == (11,) and y.shape == (11, 1) and y.dtype == "float32" and y.sum() == 6
    x, y = text_dataset_from_directory(folder, label_mode="categorical", max_length=3)[0]
    assert y.shape == (13, 3) and set(x) == {"neg", "pos", "uns"}
    single = text_dataset_from_directory(folder, batch_size=None, **kwargs)
    assert single[-1] == ("pos número 5", 1) and len(single) == 11
    capsys.readouterr()
    for options in ({"labels": None}, {"label_mode": None}):
        dataset = text_dataset_from_directory(folder, batch_size=9, seed=1, **options)
        assert capsys.readouterr().out == "Found 14 files.\n" and dataset.class_names is None
        assert [batch.shape for batch in dataset] == [(9,), (5,)]
        before = texts_of(dataset)
        dataset.on_epoch_end()
        assert texts_of(dataset) != before and sorted(texts_of(dataset)) == sorted(before)
    given = text_dataset_from_directory(folder, labels=[7] * 4 + [3] * 10, shuffle=False)
    assert given.class_names == ["3", "7"] and given[0][1].tolist() == [7] * 4 + [3] * 10


def test_misuse_is_answered(folder, tmp_path):
    for options, message in (
        ({"labels": [1, 2]}, r"one for each of the 14 files .*Received: 2 numbers"),
        ({"labels": "infer"}, r"labels must be 'inferred', None, .*Received: 'infer'"),
        ({"label_mode": "binary"}, r"takes two classes. Received: \['neg', 'pos', 'unsup'\]"),
        ({"label_mode": "categorial"}, r"Received: 'categorial'. Did you mean 'categorical'"),
        ({"class_names": ["negs"]}, r"no folder 'negs' .*Did you mean 'neg'"),
        ({"labels": None, "class_names": ["neg"]}, r"class_names go with labels='inferred' only"),
        ({"validation_split": 0.2}, r"goes with subset"),
        ({"validation_split": 2, "subset": "training"}, r"must lie between 0 and 1"),
        ({"validation_split": 0.2, "subset": "both"}, r"pass seed=0, or shuffle=False"),
        ({"validation_split": 0.01, "subset": "both", "seed": 0}, r"leaves none for validation"),
        ({"format": "csv"}, r"format must be 'tf' or 'grain'"),
    ):
        with pytest.raises(ValueError, match=message):
            text_dataset_from_directory(folder, verbose=False, **options)
    for labels in (None, "inferred"):
        with pytest.raises(ValueError, match=r"has no files that end in \.txt"):
            text_dataset_from_directory(tmp_path, labels=labels)
    with pytest.raises(FileNotFoundError):
        text_dataset_from_directory(tmp_path / "missing")
    os.mkdir(tmp_path / "a")
    (tmp_path / "a" / "latin.txt").write_bytes("müde".encode("latin-1"))
    with pytest.raises(ValueError, match=r"latin.txt is not a text in UTF-8"):
        text_dataset_from_directory(tmp_path, verbose=False)[0]

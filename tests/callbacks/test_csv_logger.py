"""`CSVLogger` writes the text that Keras writes."""

import csv
import io

import numpy as np
import pytest

import jaxkeras
from jaxkeras.callbacks import CSVLogger

keras = pytest.importorskip("keras")

TRAINING = [{"loss": 0.1 + 0.2, "acc": 0.5}, {"loss": 1 / 3, "acc": 1.0}]
VALIDATED = [{"loss": 0.5, "val_loss": 0.25}, {"loss": 0.25, "val_loss": 1e-12}]
SOMETIMES = [{"loss": 0.5}, {"loss": 0.4, "val_loss": 0.6}, {"loss": 0.3, "new": 1.0}]
ODD = [{"loss": float("nan"), "note": 'a "b", c', "list": [1, 2], "flat": np.array(3.0)}]


def write(module, path, runs, **arguments):
    """The file after these runs of one callback each."""
    for epochs in runs:
        callbacks = module.CallbackList([module.CSVLogger(path, **arguments)])
        callbacks.on_train_begin()
        for epoch, logs in enumerate(epochs):
            callbacks.on_epoch_end(epoch, logs)
        callbacks.on_train_end()
    return path.read_bytes()


@pytest.mark.filterwarnings("ignore:CSVLogger leaves out new")
@pytest.mark.parametrize("epochs", [TRAINING, VALIDATED, SOMETIMES, ODD, [], [{}]])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("append", [False, True])
def test_text_is_that_of_keras(epochs, separator, append, tmp_path):
    texts = [
        write(module, tmp_path / name, [epochs, epochs], separator=separator, append=append)
        for name, module in [("ours", jaxkeras.callbacks), ("theirs", keras.callbacks)]
    ]
    assert texts[0] == texts[1]


def test_text(tmp_path):
    assert write(jaxkeras.callbacks, tmp_path / "log.csv", [TRAINING]) == (
        b"epoch,acc,loss,val_acc,val_loss\r\n"
        b"0,0.5,0.30000000000000004,NA,NA\r\n1,1.0,0.3333333333333333,NA,NA\r\n"
    )


def test_appended_rows_keep_to_the_columns_of_the_file(tmp_path):
    path = tmp_path / "log.csv"
    text = write(jaxkeras.callbacks, path, [VALIDATED, [{"loss": 1.0}]], append=True)
    rows = list(csv.DictReader(io.StringIO(text.decode())))
    assert [row["loss"] for row in rows] == ["0.5", "0.25", "1.0"]
    assert [row["val_loss"] for row in rows] == ["0.25", "1e-12", "NA"]


def test_values_without_a_column(tmp_path):
    with pytest.warns(UserWarning, match="leaves out acc: .*columns epoch, loss, val_loss"):
        write(jaxkeras.callbacks, tmp_path / "log.csv", [VALIDATED, TRAINING], append=True)


def test_file_is_complete_while_training_goes_on(tmp_path):
    logger = CSVLogger(str(tmp_path / "log.csv"))
    logger.on_train_begin()
    for epoch in range(2):
        logger.on_epoch_end(epoch, {"loss": 0.5})
        assert len((tmp_path / "log.csv").read_text().splitlines()) == epoch + 2


def test_an_object_starts_its_file_anew(tmp_path):
    logger = CSVLogger(tmp_path / "log.csv")
    for name in ("loss", "error"):
        logger.on_train_begin()
        logger.on_epoch_end(0, {name: 0.5})
    assert (tmp_path / "log.csv").read_text().splitlines() == ["epoch,error,val_error", "0,0.5,NA"]


def test_folder_that_does_not_exist(tmp_path):
    with pytest.raises(FileNotFoundError):
        CSVLogger(tmp_path / "runs" / "log.csv").on_train_begin()

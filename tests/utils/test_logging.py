"""The switch between printing and logging."""

import logging

import numpy as np
import pytest

import jaxkeras
from jaxkeras import config, utils


@pytest.fixture(autouse=True)
def printing_again():
    yield
    utils.enable_interactive_logging()


def test_progress_goes_to_the_logger(capsys, caplog):
    utils.disable_interactive_logging()
    assert not config.is_interactive_logging_enabled()
    assert not utils.is_interactive_logging_enabled()
    model = jaxkeras.Sequential([jaxkeras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with caplog.at_level(logging.INFO, logger="jaxkeras"):
        model.fit(np.ones((4, 1)), np.ones((4, 1)), epochs=2)
    assert capsys.readouterr().out == ""
    messages = [record.message for record in caplog.records if record.name == "jaxkeras"]
    assert [message.split()[0] for message in messages] == ["Epoch", "1/1", "Epoch", "1/1"]
    assert "loss: " in messages[1] and "━" not in messages[1]
    utils.enable_interactive_logging()
    model.fit(np.ones((4, 1)), np.ones((4, 1)))
    assert "1/1" in capsys.readouterr().out

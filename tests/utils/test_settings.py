"""Named values that can be frozen, as in Keras."""

import copy
import json
import pickle

import pytest

from jaxkeras.utils import Config


def test_entries_are_attributes_and_items():
    config = Config(b=1, a=2)
    config.c = 3
    config["d"] = 4
    assert (config.a, config["b"], config.c, config.d) == (2, 1, 3, 4)
    assert list(config) == ["a", "b", "c", "d"] and len(config) == 4 and "a" in config
    assert dict(config.items()) == config.as_dict() == json.loads(config.to_json())
    assert config.pop("d") == 4 and config.get("d", 7) == 7
    config.update(a=5, e=6)
    assert (config.a, config.e) == (5, 6)
    del config["e"]
    assert repr(config) == "<Config {'b': 1, 'a': 5, 'c': 3}>"
    config.as_dict()["a"] = 0
    assert config.a == 5


def test_a_frozen_one_does_not_change():
    config = Config(a=1)
    config.freeze()
    changes = [
        lambda: setattr(config, "a", 2),
        lambda: config.update(a=2),
        lambda: config.pop("a"),
        lambda: config.__delitem__("a"),
    ]
    for change in changes:
        with pytest.raises(ValueError, match=r"frozen, so 'a' cannot be changed. Call unfreeze"):
            change()
    assert config.frozen and config.a == 1
    config.unfreeze()
    config.a = 2
    assert config.a == 2


def test_copies_are_their_own():
    config = Config(a=[1])
    for twin in (copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        twin.a.append(2)
        assert config.a == [1]


def test_wrong_names_are_answered():
    config = Config(momentum=0.9)
    with pytest.raises(AttributeError, match="no setting 'momentm'. Did you mean 'momentum'"):
        config.momentm  # noqa: B018
    with pytest.raises(AttributeError, match="'freeze' .* belongs to Config itself"):
        config.freeze = True

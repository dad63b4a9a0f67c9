"""Named values that can be frozen."""

import json
from collections.abc import Iterator, MutableMapping
from typing import Any

from jaxkeras.registry import suggest

__all__ = ["Config"]


class Config(MutableMapping):
    """A dictionary of settings whose entries are attributes too, and which can be frozen.

    Args:
        **kwargs: first entries.

    Example:
        >>> from jaxkeras.utils import Config
        >>> config = Config(learning_rate=0.1)
        >>> config.momentum = 0.9
        >>> config["momentum"], config.to_json()
        (0.9, '{"learning_rate": 0.1, "momentum": 0.9}')
        >>> config.learning_rat
        Traceback (most recent call last):
            ...
        AttributeError: There is no setting 'learning_rat'. Did you mean 'learning_rate'?
        >>> config.freeze()
        >>> config.seed = 3
        Traceback (most recent call last):
            ...
        ValueError: The settings are frozen, so 'seed' cannot be changed. Call unfreeze() first.
    """

    _config: dict[str, Any]
    _frozen: bool

    def __init__(self, **kwargs: Any):
        vars(self).update(_config=kwargs, _frozen=False)

    @property
    def frozen(self) -> bool:
        """Whether changes are refused."""
        return self._frozen

    def freeze(self) -> None:
        """Refuse changes from now on."""
        vars(self)["_frozen"] = True

    def unfreeze(self) -> None:
        """Allow changes again."""
        vars(self)["_frozen"] = False

    def as_dict(self) -> dict[str, Any]:
        """The entries as a dictionary of their own."""
        return dict(self._config)

    def to_json(self) -> str:
        """The entries as JSON."""
        return json.dumps(self._config)

    def _require_open(self, name: str) -> None:
        if self._frozen:
            raise ValueError(
                f"The settings are frozen, so {name!r} cannot be changed. Call unfreeze() first."
            )

    def __getitem__(self, name: str) -> Any:
        return self._config[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._require_open(name)
        self._config[name] = value

    def __delitem__(self, name: str) -> None:
        self._require_open(name)
        del self._config[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._config))

    def __len__(self) -> int:
        return len(self._config)

    def __getattr__(self, name: str) -> Any:
        config = vars(self).get("_config", {})
        if name in config:
            return config[name]
        raise AttributeError(f"There is no setting {name!r}.{suggest(name, config)}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or hasattr(type(self), name):
            raise AttributeError(
                f"{name!r} cannot be a setting's attribute: it belongs to Config itself. Use "
                f"config[{name!r}] = ..."
            )
        self[name] = value

    def __repr__(self) -> str:
        return f"<Config {self._config}>"

"""The callback that sends the values of every epoch to a server."""

import json
import urllib.parse
import urllib.request
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxkeras.callbacks.callback import Callback, Logs

__all__ = ["RemoteMonitor"]

_TIMEOUT = 10.0  # seconds


class RemoteMonitor(Callback):
    """Sends the logs of every epoch to a server, by an HTTP POST request.

    The server gets ``{"epoch": 0, "loss": 0.5, ...}``. If it cannot be reached or answers with an
    error, a warning says so and training goes on.

    Args:
        root: the server, ``"http://..."`` or ``"https://..."``.
        path: the path on it.
        field: name of the form field that holds the values as JSON.
        headers: more headers of the request.
        send_as_json: whether the request is JSON itself, rather than a form.

    Raises:
        ValueError: ``root`` is no address of the web.

    Example:
        >>> from jaxkeras.callbacks import RemoteMonitor
        >>> RemoteMonitor("http://localhost:9000", send_as_json=True).url
        'http://localhost:9000/publish/epoch/end/'

    Keras name: ``keras.callbacks.RemoteMonitor``.
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        if urllib.parse.urlsplit(root).scheme not in ("http", "https"):
            raise ValueError(
                "RemoteMonitor expected root as a web address such as 'http://localhost:9000'. "
                f"Received: {root!r}"
            )
        self.url = root + path
        self.field = field
        self.headers = dict(headers or {})
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        values = json.dumps({"epoch": epoch, **(logs or {})}, default=_plain)
        if self.send_as_json:
            body, content_type = values, "application/json"
        else:
            body = urllib.parse.urlencode({self.field: values})
            content_type = "application/x-www-form-urlencoded"
        headers = {"Content-Type": content_type, **self.headers}
        request = urllib.request.Request(self.url, body.encode(), headers)
        try:
            urllib.request.urlopen(request, timeout=_TIMEOUT).close()
        except OSError as error:
            warnings.warn(
                f"RemoteMonitor could not send epoch {epoch} to {self.url}: {error}", stacklevel=2
            )


def _plain(value: Any) -> Any:
    """Numbers and lists of Python for those of NumPy and JAX."""
    return np.asarray(value).tolist()

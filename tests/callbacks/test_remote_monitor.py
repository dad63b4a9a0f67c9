"""`RemoteMonitor` against a server on this machine."""

import http.server
import json
import threading
import urllib.parse

import numpy as np
import pytest

from jaxkeras.callbacks import RemoteMonitor

LOGS = {"loss": 0.5, "count": np.float32(2.0), "each": np.array([1, 2])}


@pytest.fixture
def server(monkeypatch):
    """A server whose `requests` are (path, headers, body) and whose answers have its `status`."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.requests.append((self.path, self.headers, body))
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, format, *args):
            pass

    found = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    found.requests, found.status = [], 200
    found.root = f"http://127.0.0.1:{found.server_port}"
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def test_form(server):
    RemoteMonitor(server.root).on_epoch_end(3, LOGS)
    ((path, headers, body),) = server.requests
    assert path == "/publish/epoch/end/"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    (values,) = urllib.parse.parse_qs(body)["data"]
    assert json.loads(values) == {"epoch": 3, "loss": 0.5, "count": 2.0, "each": [1, 2]}


def test_json(server):
    monitor = RemoteMonitor(server.root, "/here", headers={"X-Run": "7"}, send_as_json=True)
    monitor.on_epoch_end(0, {"loss": 0.5})
    ((path, headers, body),) = server.requests
    assert path == "/here"
    assert headers["Content-Type"] == "application/json" and headers["X-Run"] == "7"
    assert json.loads(body) == {"epoch": 0, "loss": 0.5}


def test_what_keras_sends(server):
    keras = pytest.importorskip("keras")
    pytest.importorskip("requests")
    for kind in (RemoteMonitor, keras.callbacks.RemoteMonitor):
        for as_json in (False, True):
            kind(server.root, field="values", send_as_json=as_json).on_epoch_end(1, {"loss": 0.5})
    sent = [(path, headers["Content-Type"], body) for path, headers, body in server.requests]
    assert sent[0] == sent[2]
    assert sent[1][:2] == sent[3][:2] and json.loads(sent[1][2]) == json.loads(sent[3][2])


def test_server_that_answers_with_an_error(server):
    server.status = 500
    with pytest.warns(UserWarning, match=f"could not send epoch 0 to {server.root}.*500"):
        RemoteMonitor(server.root).on_epoch_end(0, LOGS)


def test_server_that_is_not_there(server):
    server.server_close()  # its port is free now
    with pytest.warns(UserWarning, match="could not send epoch 0"):
        RemoteMonitor(server.root).on_epoch_end(0, LOGS)


@pytest.mark.parametrize("root", ["file:///tmp", "localhost:9000", ""])
def test_only_the_web(root):
    with pytest.raises(ValueError, match="expected root as a web address"):
        RemoteMonitor(root)

import functools
import http.server
import threading
from dataclasses import replace

import numpy as np
import pytest

from jaxkeras.datasets import DatasetError, _catalog, _download, mnist, prepare
from jaxkeras.datasets._catalog import CATALOG


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files, and says that they are longer than they are where `cut` is set."""

    cut = False

    def log_message(self, *_):
        pass

    def send_header(self, keyword, value):
        if keyword == "Content-Length" and self.cut:
            value = str(int(value) + 1000)
        super().send_header(keyword, value)


@pytest.fixture
def server(tiny_mnist, monkeypatch):
    """The raw files of `tiny_mnist` at an address that the catalog names."""
    from tensorflow_datasets.core.download import checksums, downloader

    monkeypatch.setattr(downloader, "MAX_RETRIES", 0)
    handler = functools.partial(Quiet, directory=str(tiny_mnist.raw_dir))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        downloads, infos = [], checksums.get_all_url_infos()
        for download in CATALOG["mnist"].downloads:
            info = checksums.compute_url_info(tiny_mnist.raw_dir / download.name)
            served = replace(
                download, url=address + download.name, size=info.size, sha256=info.checksum
            )
            infos = infos | {served.url: info}
            downloads.append(served)
        monkeypatch.setattr(checksums, "get_all_url_infos", lambda: dict(infos))
        dataset = replace(CATALOG["mnist"], downloads=tuple(downloads))
        monkeypatch.setitem(_catalog.CATALOG, "mnist", dataset)
        yield server
        server.shutdown()


def left_over(data_dir):
    return sorted(path.name for path in data_dir.glob("**/*") if ".tmp." in path.name)


def test_a_download_through_tfds(server, tiny_mnist, data_dir):
    (x_train, _), _ = mnist.load_data()

    np.testing.assert_array_equal(x_train, tiny_mnist.arrays["train"]["image"][..., 0])
    assert left_over(data_dir) == []


def test_kept_downloads_need_no_network(server, data_dir, monkeypatch):
    folder = prepare("mnist")
    monkeypatch.setattr(_download, "_probe", lambda _: pytest.fail("asked the network"))

    assert prepare("mnist", overwrite=True) == folder


def test_a_wrong_checksum(server, tiny_mnist, data_dir):
    path = next(tiny_mnist.raw_dir.iterdir())
    path.write_bytes(path.read_bytes() + b"\0")

    with pytest.raises(DatasetError, match=r"(?s)wrong checksum.*Three ways out"):
        mnist.load_data()
    assert left_over(data_dir) == []
    assert not (data_dir / "mnist").exists()


def test_a_download_that_is_cut(server, data_dir, monkeypatch):
    monkeypatch.setattr(Quiet, "cut", True)
    with pytest.raises(DatasetError, match=r"cannot be downloaded:(?s:.*)Three ways out"):
        mnist.load_data()
    assert left_over(data_dir) == []
    assert not (data_dir / "mnist").exists()


def test_a_file_that_is_gone(server, tiny_mnist):
    (tiny_mnist.raw_dir / "train-images-idx3-ubyte.gz").unlink()
    with pytest.raises(DatasetError, match="HTTP code: 404"):
        mnist.load_data()


def test_a_server_in_trouble(server, monkeypatch):
    monkeypatch.setattr(Quiet, "do_HEAD", lambda self: self.send_error(503))
    with pytest.raises(DatasetError, match="answers 503"):
        mnist.load_data()


def test_without_a_network_the_error_names_three_ways(tiny_mnist, data_dir, monkeypatch):
    nowhere = replace(CATALOG["mnist"].downloads[0], url="http://127.0.0.1:1/images.gz")
    dataset = replace(CATALOG["mnist"], downloads=(nowhere,))
    monkeypatch.setitem(_catalog.CATALOG, "mnist", dataset)

    with pytest.raises(DatasetError) as failure:
        mnist.load_data()

    message = str(failure.value)
    assert "127.0.0.1:1 cannot be reached" in message
    assert "connect to the network" in message
    assert "python -m jaxkeras data prepare mnist --from DIR" in message
    assert "raw_dir=DIR" in message
    assert "jaxkeras.datasets.digits.load_data()" in message
    assert not data_dir.exists()

"""Files from the network, here from a folder and from a server on this machine."""

import functools
import hashlib
import http.server
import io
import tarfile
import threading
import zipfile

import pytest

from jaxkeras.utils import get_file

TEXT = b"1 2 3" * 100_000


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "numbers.txt"
    path.write_bytes(TEXT)
    return path


def left_over(cache):
    return [path for path in cache.rglob("*") if path.name.startswith(".incomplete")]


def test_a_file_comes_once(source, cache, capsys):
    path = get_file(origin=source.as_uri(), cache_dir=cache)
    assert path == str(cache / "datasets" / "numbers.txt")
    assert (cache / "datasets" / "numbers.txt").read_bytes() == TEXT
    assert "Downloading data from file://" in capsys.readouterr().out
    source.write_bytes(b"changed")
    assert get_file(origin=source.as_uri(), cache_dir=cache) == path
    assert (cache / "datasets" / "numbers.txt").read_bytes() == TEXT
    assert capsys.readouterr().out == ""
    get_file(origin=source.as_uri(), cache_dir=cache, force_download=True)
    assert (cache / "datasets" / "numbers.txt").read_bytes() == b"changed"


def test_the_folder_of_keras_is_the_default(source, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    path = get_file("mine.txt", source.as_uri(), cache_subdir="texts")
    assert path == str(tmp_path / "home" / "texts" / "mine.txt")


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_hashes_are_checked(source, cache, algorithm):
    right = hashlib.new(algorithm, TEXT).hexdigest()
    target = cache / "datasets" / "numbers.txt"
    with pytest.raises(ValueError, match=f"its {algorithm} is {right}, expected {right[::-1]}"):
        get_file(origin=source.as_uri(), cache_dir=cache, file_hash=right[::-1])
    assert not target.exists() and not left_over(cache)
    get_file(origin=source.as_uri(), cache_dir=cache, file_hash=right.upper())
    target.write_bytes(b"damaged")
    get_file(origin=source.as_uri(), cache_dir=cache, file_hash=right, hash_algorithm=algorithm)
    assert target.read_bytes() == TEXT


def test_md5_hash_of_keras_1(source, cache):
    with pytest.raises(ValueError, match="its md5 is"):
        get_file(origin=source.as_uri(), cache_dir=cache, md5_hash="0" * 32)


def archive(path, members, kind):
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as opened:
            for name, content in members.items():
                opened.writestr(name, content)
        return path
    with tarfile.open(path, "w:gz") as opened:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            opened.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_archives_are_unpacked(tmp_path, cache, kind):
    file = archive(tmp_path / "flowers.tgz", {"a.txt": b"A", "deep/b.txt": b"B"}, kind)
    folder = get_file(origin=file.as_uri(), cache_dir=cache, extract=True)
    assert folder == str(cache / "datasets" / "flowers.tgz")
    assert (cache / "datasets" / "flowers.tgz" / "deep" / "b.txt").read_bytes() == b"B"
    assert (cache / "datasets" / "flowers.tgz_archive").is_file()
    named = get_file("roses.tgz", file.as_uri(), cache_dir=cache, extract=True)
    assert named == str(cache / "datasets" / "roses_extracted")
    bare = get_file("roses", file.as_uri(), cache_dir=cache, extract=True, archive_format=kind)
    assert bare == str(cache / "datasets" / "roses")
    assert not left_over(cache)


@pytest.mark.parametrize("name", ["../evil.txt", "/tmp/evil-of-jaxkeras.txt", "a/../../evil.txt"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_no_member_gets_out_of_the_folder(tmp_path, cache, kind, name):
    file = archive(tmp_path / "evil.tar", {"good.txt": b"", name: b"evil"}, kind)
    with pytest.raises(ValueError, match="written outside of its folder.*Do not trust"):
        get_file(origin=file.as_uri(), cache_dir=cache, extract=True)
    assert [path.name for path in (cache / "datasets").iterdir()] == ["evil.tar_archive"]
    assert not (tmp_path / "evil.txt").exists()


def test_a_link_does_not_lead_out(tmp_path, cache):
    file = tmp_path / "links.tar"
    with tarfile.open(file, "w") as opened:
        info = tarfile.TarInfo("link")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc"
        opened.addfile(info)
    with pytest.raises(ValueError, match="written outside"):
        get_file(origin=file.as_uri(), cache_dir=cache, untar=True)


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        pass

    def do_GET(self):
        if self.path == "/short.txt":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"too little")
        else:
            super().do_GET()


@pytest.fixture
def server(source):
    handler = functools.partial(_Handler, directory=source.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_over_http(server, cache, capsys):
    path = get_file(origin=f"{server}/numbers.txt?version=2", cache_dir=cache)
    assert path.endswith("numbers.txt") and (cache / "datasets/numbers.txt").read_bytes() == TEXT
    assert "500000/500000" in capsys.readouterr().out
    with pytest.raises(OSError, match="none.txt cannot be downloaded: 404. Get the file another"):
        get_file(origin=f"{server}/none.txt", cache_dir=cache)
    with pytest.raises(OSError, match="broke after 10 of 100 bytes"):
        get_file(origin=f"{server}/short.txt", cache_dir=cache)
    assert [path.name for path in (cache / "datasets").iterdir()] == ["numbers.txt"]


def test_misuse_is_answered(source, cache):
    with pytest.raises(ValueError, match="needs the address"):
        get_file("a.txt")
    for name in ("../a.txt", "a/b.txt", ".."):
        with pytest.raises(ValueError, match="name of a file without folders"):
            get_file(name, source.as_uri(), cache_dir=cache)
    with pytest.raises(ValueError, match="hash_algorithm must be.*Did you mean 'sha256'"):
        get_file(origin=source.as_uri(), cache_dir=cache, hash_algorithm="sha265")
    with pytest.raises(ValueError, match="is no archive of the format 'auto'"):
        get_file(origin=source.as_uri(), cache_dir=cache, extract=True)
    with pytest.raises(ValueError, match="archive_format must be 'auto', 'tar' or 'zip'"):
        get_file(origin=source.as_uri(), cache_dir=cache, extract=True, archive_format="rar")

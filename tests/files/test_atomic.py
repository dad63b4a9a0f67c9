import os

import pytest

from jaxkeras.files import atomic_write


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path):
    path = tmp_path / "folder" / "file"
    with atomic_write(path) as file:
        file.write(b"first")
        assert not path.exists()
    with pytest.raises(ZeroDivisionError), atomic_write(path) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert path.read_bytes() == b"first"
    with atomic_write(path) as file:
        file.write(b"second")
        assert path.read_bytes() == b"first"
    assert path.read_bytes() == b"second"
    assert os.listdir(path.parent) == ["file"]


def test_permissions_are_those_of_the_file_before_or_of_any_new_file(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    path = tmp_path / "file"
    with atomic_write(path):
        pass
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode
    path.chmod(0o600)
    with atomic_write(path):
        pass
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_there_is_kept_without_overwrite(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    message = "exists already and overwrite=False"
    with pytest.raises(FileExistsError, match=message), atomic_write(path, False) as file:
        file.write(b"new")
    assert path.read_bytes() == b"old"
    message = "is a folder. Name a file in it"
    with pytest.raises(IsADirectoryError, match=message), atomic_write(tmp_path):
        pass

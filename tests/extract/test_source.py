"""Reading bytes returns a file or a reason without waiting, whatever the path has become since discovery."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import replace

import pytest

from steckbrief.extract.limits import DEFAULT_LIMITS
from steckbrief.extract.model import Unreadable
from steckbrief.extract.source import FileHash, hash_file, read_bytes
from tests.as_nobody import as_nobody


def reason(root, path="x.md"):
    result = read_bytes(root, path, DEFAULT_LIMITS)
    assert isinstance(result, Unreadable)
    assert result == hash_file(root, path, DEFAULT_LIMITS)
    assert result.path == path
    return result.problem.rule, result.problem.values["detail"]


def test_bytes_are_returned_as_stored_with_their_hash(tmp_path):
    data = b"\xef\xbb\xbf# A\r\n\0\xff"
    (tmp_path / "x.md").write_bytes(data)
    assert read_bytes(tmp_path, "x.md", DEFAULT_LIMITS) == data
    assert hash_file(tmp_path, "x.md", DEFAULT_LIMITS) == FileHash("x.md", len(data), hashlib.sha256(data).hexdigest())


def test_a_changed_file_has_another_hash(tmp_path):
    (tmp_path / "x.md").write_bytes(b"a")
    first_hash = hash_file(tmp_path, "x.md", DEFAULT_LIMITS)
    (tmp_path / "x.md").write_bytes(b"b")
    assert hash_file(tmp_path, "x.md", DEFAULT_LIMITS) != first_hash


def test_the_limit_is_the_largest_size_that_is_read(tmp_path):
    limits = replace(DEFAULT_LIMITS, file_bytes=4)
    (tmp_path / "x.md").write_bytes(b"abcd")
    assert read_bytes(tmp_path, "x.md", limits) == b"abcd"
    (tmp_path / "x.md").write_bytes(b"abcde")
    result = read_bytes(tmp_path, "x.md", limits)
    assert isinstance(result, Unreadable)
    assert (result.problem.rule, result.problem.values) == ("file-too-large", {"limit": "4"})


def test_a_file_that_grows_during_reading_is_read_to_its_end_or_the_limit(tmp_path, monkeypatch):
    (tmp_path / "x.md").write_bytes(b"abcdefgh")
    real = os.fstat

    def smaller(descriptor):
        status = list(real(descriptor))
        status[stat.ST_SIZE] = 3
        return os.stat_result(status)

    monkeypatch.setattr("steckbrief.extract.source.os.fstat", smaller)
    assert read_bytes(tmp_path, "x.md", replace(DEFAULT_LIMITS, file_bytes=8)) == b"abcdefgh"
    result = read_bytes(tmp_path, "x.md", replace(DEFAULT_LIMITS, file_bytes=7))
    assert isinstance(result, Unreadable)
    assert result.problem.rule == "file-too-large"


def test_a_vanished_file_is_reported(tmp_path):
    assert reason(tmp_path) == ("file-unreadable", "No such file or directory")


def test_a_folder_that_became_a_file_is_reported(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    assert reason(tmp_path, "a/x.md") == ("file-unreadable", "Not a directory")


def test_a_folder_instead_of_a_file_is_reported(tmp_path):
    (tmp_path / "x.md").mkdir()
    assert reason(tmp_path) == ("file-unreadable", "Is a directory")


def test_a_pipe_instead_of_a_file_is_reported_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "x.md")
    assert reason(tmp_path)[0] == "not-a-file"


def test_a_link_instead_of_a_file_is_not_followed(tmp_path):
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "x.md").symlink_to(tmp_path / "secret")
    assert reason(tmp_path)[0] == "file-unreadable"


def test_a_device_instead_of_a_file_is_reported(tmp_path):
    assert reason(tmp_path, "/dev/zero")[0] == "not-a-file"


def test_a_file_without_permission_is_reported(tmp_path):
    (tmp_path / "x.md").write_bytes(b"a")
    (tmp_path / "x.md").chmod(0)
    result = as_nobody(tmp_path, "read_bytes(root, 'x.md', DEFAULT_LIMITS).problem.values")
    assert result == {"detail": "Permission denied"}


@pytest.mark.parametrize("name", [b"a\xff.md", b"a\nb.md"])
def test_files_with_any_name_can_be_read(tmp_path, name):
    path = os.fsdecode(name)
    (tmp_path / path).write_bytes(b"a")
    assert read_bytes(tmp_path, path, DEFAULT_LIMITS) == b"a"

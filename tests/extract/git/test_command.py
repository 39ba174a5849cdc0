"""Git answers without starting anything, ends in time with all its children, and fails in words that help."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from steckbrief.extract.git import command as runner
from steckbrief.extract.git.command import RepositoryError, ask, may_pass, transfer
from steckbrief.extract.git.export import export
from steckbrief.extract.git.fetch import fetch
from steckbrief.extract.git.read import commit_of, files_of, is_bare, line_of
from steckbrief.extract.git.read import commit_of_folder
from tests.command import ROOT
from tests.repositories import commit, git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    home = tmp_path / "catalogue"
    commit(home, {"a/x.md": "eins\n", "b/y.md": "zwei\n"}, "2026-02-01T12:00:00Z")
    return home


def script(file: Path, text: str) -> Path:
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def is_alive(pid: int) -> bool:
    """Whether a process runs: a dead one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_dead(pid: int) -> None:
    for _ in range(500):
        if not is_alive(pid):
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} is still there")


def read_everything(repository: Path, folder: Path) -> None:
    """Every question about content that is ever asked."""
    assert not is_bare(repository)
    head = commit_of(repository, "HEAD")
    assert line_of(repository, "HEAD").commits[-1] == head
    export(repository, {}, files_of(repository, head), folder, 1000)
    assert commit_of_folder(repository) == f"{head}-dirty"


PROGRAMS = {
    "core.fsmonitor": "{}",
    "core.sshCommand": "{}",
    "core.askPass": "{}",
    "core.gitProxy": "{}",
    "core.pager": "{}",
    "core.editor": "{}",
    "core.alternateRefsCommand": "{}",
    "credential.helper": "!{}",
    "filter.evil.clean": "{}",
    "filter.evil.smudge": "{}",
    "filter.evil.process": "{}",
    "diff.evil.textconv": "{}",
    "diff.evil.command": "{}",
    "diff.external": "{}",
    "merge.evil.driver": "{}",
    "uploadpack.packObjectsHook": "{}",
    "remote.origin.uploadpack": "{}",
    "remote.origin.promisor": "true",
    "gpg.program": "{}",
    "log.showSignature": "true",
    "protocol.allow": "always",
    "protocol.ext.allow": "always",
    "remote.origin.url": "ext::{}",
    "fetch.recurseSubmodules": "true",
    "submodule.recurse": "true",
    "alias.ls-tree": "!{}",
    "alias.rev-list": "!{}",
}


def test_reading_starts_no_program_that_the_repository_names(repository: Path, tmp_path: Path) -> None:
    """Each setting, each hook and each attribute alike names a program that leaves a mark."""
    evil = script(tmp_path / "evil", f'echo "$0 $*" >> {tmp_path}/marks; cat')
    git(repository, "-c", "gpg.program=false", "commit", "--quiet", "--allow-empty", "--message", "m")
    for key, value in PROGRAMS.items():
        git(repository, "config", key, value.format(evil))
    for name in ("post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"):
        script(repository / ".git/hooks" / name, f"echo {name} >> {tmp_path}/marks")
    git(repository, "config", "core.hooksPath", str(repository / ".git/hooks"))
    attributes = "* filter=evil diff=evil merge=evil text\n"
    (repository / ".git/info").mkdir(exist_ok=True)
    (repository / ".git/info/attributes").write_text(attributes, encoding="utf-8")
    (repository / ".gitattributes").write_text(attributes, encoding="utf-8")
    (repository / "a/x.md").write_text("eint\n", encoding="utf-8")  # of the same size, so that contents are compared
    index = (repository / ".git/index").read_bytes()
    read_everything(repository, tmp_path / "out")
    assert (tmp_path / "out/a/x.md").read_text(encoding="utf-8") == "eins\n"
    assert not (tmp_path / "marks").exists()
    assert (repository / ".git/index").read_bytes() == index
    # The trap works: git as people use it does start the programs.
    subprocess.run(["git", "status"], cwd=repository, capture_output=True, check=False)
    assert (tmp_path / "marks").exists()


def test_fetching_runs_no_hooks_no_housekeeping_and_no_address_that_is_a_command(
    repository: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", str(repository), "tree")
    tree, evil = tmp_path / "tree", script(tmp_path / "evil", f"echo evil >> {tmp_path}/marks")
    for name in ("post-index-change", "post-merge", "reference-transaction", "pre-auto-gc", "post-rewrite"):
        script(tree / ".git/hooks" / name, f"echo {name} >> {tmp_path}/marks")
    for key, value in {"gc.auto": "1", "protocol.ext.allow": "always", "core.fsmonitor": str(evil)}.items():
        git(tree, "config", key, value)
    newest = commit(repository, {"a/x.md": "neu\n"}, "2026-02-05T12:00:00Z")
    assert fetch(tree, "HEAD", 30) == newest
    git(tree, "config", "remote.origin.url", f"ext::{evil}")
    with pytest.raises(RepositoryError, match="transport 'ext' not allowed"):
        fetch(tree, "HEAD", 30)
    assert not (tmp_path / "marks").exists()


def test_fetching_uses_the_transport_that_the_operator_configured(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(repository), "tree")
    ssh = script(tmp_path / "ssh", f'shift; echo used >> {tmp_path}/marks; exec sh -c "$*"')
    git(tmp_path / "tree", "config", "core.sshCommand", str(ssh))
    git(tmp_path / "tree", "config", "ssh.variant", "simple")
    git(tmp_path / "tree", "config", "remote.origin.url", f"ssh://example.invalid{repository}")
    newest = commit(repository, {"a/x.md": "neu\n"}, "2026-02-05T12:00:00Z")
    assert fetch(tmp_path / "tree", "HEAD", 30) == newest
    assert (tmp_path / "marks").exists()


def test_replaced_objects_and_grafts_do_not_count(repository: Path, tmp_path: Path) -> None:
    first = commit_of(repository, "HEAD")
    second = commit(repository, {"a/x.md": "neu\n"}, "2026-02-02T12:00:00Z")
    git(repository, "replace", second, first)
    (repository / ".git/info/grafts").write_text(f"{second}\n", encoding="utf-8")
    assert line_of(repository, "HEAD").commits == (first, second)
    export(repository, {}, files_of(repository, second), tmp_path / "out", 1000)
    assert (tmp_path / "out/a/x.md").read_text(encoding="utf-8") == "neu\n"


def test_a_hook_that_starts_a_build_does_not_lend_it_another_repository(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = commit_of(repository, "HEAD")
    commit(tmp_path / "other", {"z.md": "z"}, "2026-02-01T12:00:00Z")
    for name in ("GIT_DIR", "GIT_COMMON_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "other/.git/objects"))
    monkeypatch.setenv("GIT_ICASE_PATHSPECS", "1")
    assert commit_of(repository, "HEAD") == head
    assert set(files_of(repository, head, ["a"])) == {"a/x.md"}


def test_a_repository_of_another_owner_is_read_but_not_fetched_into(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "clone", "--quiet", str(repository), "tree")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert commit_of_folder(tmp_path / "tree") == git(repository, "rev-parse", "HEAD")
    with pytest.raises(RepositoryError, match=r"belongs to another user: run as its owner, or, .*safe\.directory"):
        fetch(tmp_path / "tree", "HEAD", 30)


@pytest.mark.parametrize("obeys", [True, False])
def test_a_fetch_that_hangs_ends_with_its_children_and_leaves_no_lock(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, obeys: bool
) -> None:
    monkeypatch.setattr(runner, "GRACE", 5 if obeys else 0.2)
    git(tmp_path, "clone", "--quiet", str(repository), "tree")
    tree = tmp_path / "tree"
    trap = "" if obeys else "trap '' TERM; "
    ssh = script(tmp_path / "ssh", f"{trap}echo $$ >> {tmp_path}/pids; sleep 1000 & echo $! >> {tmp_path}/pids; wait")
    address = git(tree, "config", "remote.origin.url")
    git(tree, "config", "core.sshCommand", str(ssh))
    git(tree, "config", "remote.origin.url", "ssh://example.invalid/x")
    with pytest.raises(RepositoryError, match="git fetch did not end within 1 seconds") as caught:
        fetch(tree, "HEAD", 1)
    assert caught.value.passing
    pids = [int(each) for each in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2
    for each in pids:
        wait_until_dead(each)
    assert list((tree / ".git").rglob("*.lock")) == []
    git(tree, "config", "remote.origin.url", address)
    newest = commit(repository, {"a/x.md": "neu\n"}, "2026-02-05T12:00:00Z")
    assert fetch(tree, "HEAD", 30) == newest


def test_a_fetch_ends_with_the_process_that_wanted_it(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(repository), "tree")
    ssh = script(tmp_path / "ssh", f"echo $$ > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid; sleep 1000")
    git(tmp_path / "tree", "config", "core.sshCommand", str(ssh))
    git(tmp_path / "tree", "config", "remote.origin.url", "ssh://example.invalid/x")
    tree = str(tmp_path / "tree")
    code = f"from pathlib import Path; from steckbrief.extract.git.fetch import fetch; fetch(Path({tree!r}), '', 600)"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    try:
        while not (tmp_path / "pid").exists():
            assert process.poll() is None
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    wait_until_dead(int((tmp_path / "pid").read_text()))


def test_an_interruption_takes_git_along(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = script(tmp_path / "git", f"echo $$ > {tmp_path}/pid; sleep 0.3; kill -s USR1 {os.getpid()}; exec sleep 1000")
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")

    class StopError(BaseException):
        pass

    def stop(*_: object) -> None:
        raise StopError

    before = signal.signal(signal.SIGUSR1, stop)
    try:
        with pytest.raises(StopError):
            ask(repository, "rev-parse", "HEAD")
    finally:
        signal.signal(signal.SIGUSR1, before)
    wait_until_dead(int((tmp_path / "pid").read_text()))


def test_failures_are_told_in_gits_own_words(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RepositoryError, match="git ls-tree failed: fatal: Not a valid object name nowhere"):
        ask(repository, "ls-tree", "nowhere")
    with pytest.raises(RepositoryError, match="git fetch failed: fatal: 'nowhere' does not appear") as caught:
        transfer(repository, "fetch", "nowhere", patience=30)
    assert not caught.value.passing
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RepositoryError, match=r"git could not be started .*Install git"):
        ask(repository, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    "words",
    [
        "fatal: unable to access 'https://x/': Could not resolve host: x",
        "fatal: unable to access 'https://x/': Failed to connect to x port 443 after 0 ms: Connection refused",
        "fatal: unable to access 'https://x/': The requested URL returned error: 503",
        "error: RPC failed; HTTP 429 curl 22 The requested URL returned error: 429",
        "ssh: connect to host x port 22: Connection timed out fatal: Could not read from remote repository.",
        "ssh: Could not resolve hostname x: Temporary failure in name resolution",
        "fatal: the remote end hung up unexpectedly fatal: early EOF",
        "ssh: connect to host x port 22: Network is unreachable",
    ],
)
def test_what_may_pass_is_worth_another_try(words: str) -> None:
    assert may_pass(words)


@pytest.mark.parametrize(
    "words",
    [
        "fatal: unable to access 'https://x/': The requested URL returned error: 403",
        "remote: Not Found fatal: unable to access 'https://x/': The requested URL returned error: 404",
        "error: RPC failed; HTTP 403 curl 22 The requested URL returned error: 403 fatal: the remote end hung up",
        "fatal: unable to access 'https://x/': SSL certificate problem: certificate has expired",
        "fatal: could not read Username for 'https://x': terminal prompts disabled",
        "git@x: Permission denied (publickey). fatal: Could not read from remote repository.",
        "Host key verification failed. fatal: Could not read from remote repository.",
        "fatal: couldn't find remote ref refs/heads/gone",
        "error: cannot lock ref 'refs/heads/main': Unable to create '/x/main.lock': File exists.",
    ],
)
def test_what_will_be_the_same_tomorrow_is_not_tried_again(words: str) -> None:
    assert not may_pass(words)

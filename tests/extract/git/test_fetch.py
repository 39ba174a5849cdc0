"""Fetching finds new commits, does not change a working tree, and ends in time with all its children."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from steckbrief.extract.git import fetch as module
from steckbrief.extract.git.fetch import fetch, may_pass
from steckbrief.extract.git.read import RepositoryError
from tests.repositories import commit, git, script


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    home = tmp_path / "catalogue"
    commit(home, {"a/x.md": "eins\n"}, "2026-02-01T12:00:00Z")
    return home


def cloned(remote: Path, *options: str) -> Path:
    folder = remote.parent / "clone"
    git(remote.parent, "clone", "--quiet", *options, str(remote), str(folder))
    return folder


def state(tree: Path) -> tuple[dict[str, bytes], str, str]:
    """Return every file of a working tree, its index, its branch and its commit."""
    files = {str(path): path.read_bytes() for path in tree.rglob("*") if path.is_file() and ".git" not in path.parts}
    files["index"] = (tree / ".git/index").read_bytes()
    return files, git(tree, "symbolic-ref", "HEAD"), git(tree, "rev-parse", "HEAD")


def test_a_working_tree_does_not_change_whatever_its_state(remote: Path) -> None:
    """The tree has half-staged edits, a commit that was never pushed, and a stale lock on the index."""
    tree = cloned(remote)
    commit(tree, {"a/mine.md": "m"}, "2026-02-05T12:00:00Z")
    (tree / "a/x.md").write_text("gerade in Arbeit", encoding="utf-8")
    git(tree, "add", "a/x.md")
    (tree / "a/x.md").write_text("noch mehr", encoding="utf-8")
    (tree / ".git/index.lock").touch()
    newest = commit(remote, {"a/x.md": "neu\n"}, "2026-02-06T12:00:00Z")
    before = state(tree)
    assert fetch(tree, "HEAD", 30) == newest
    assert state(tree) == before
    assert git(tree, "rev-parse", "origin/main") == newest


def test_a_rewritten_history_is_followed(remote: Path) -> None:
    commit(remote, {"a/x.md": "zwei\n"}, "2026-02-02T12:00:00Z")
    tree = cloned(remote)
    git(remote, "reset", "--quiet", "--hard", "HEAD~1")
    newest = commit(remote, {"a/x.md": "anders\n"}, "2026-02-03T12:00:00Z")
    assert fetch(tree, "HEAD", 30) == newest
    mirror = remote.parent / "mirror.git"
    git(remote.parent, "clone", "--quiet", "--mirror", str(remote), str(mirror))
    git(remote, "reset", "--quiet", "--hard", "HEAD~1")
    assert fetch(mirror, "HEAD", 30) == git(remote, "rev-parse", "HEAD")


def test_the_upstream_counts_and_not_a_branch_with_the_same_name(remote: Path) -> None:
    git(remote, "branch", "release")
    tree = cloned(remote)
    git(tree, "branch", "--quiet", "--set-upstream-to=origin/release", "main")
    commit(remote, {"a/x.md": "neu\n"}, "2026-02-06T12:00:00Z")
    assert fetch(tree, "HEAD", 30) == git(remote, "rev-parse", "release")


def test_a_branch_that_the_remote_has_deleted_is_reported(remote: Path) -> None:
    tree = cloned(remote)
    git(remote, "branch", "--quiet", "--move", "main", "trunk")
    with pytest.raises(RepositoryError, match="couldn't find remote ref refs/heads/main"):
        fetch(tree, "HEAD", 30)


@pytest.mark.parametrize("where", ["detached", "without upstream", "following itself"])
def test_a_working_tree_without_upstream_is_reported(remote: Path, where: str) -> None:
    tree = cloned(remote)
    if where == "detached":
        git(tree, "checkout", "--quiet", "--detach")
    elif where == "without upstream":
        git(tree, "checkout", "--quiet", "-b", "mine")
    else:
        git(tree, "checkout", "--quiet", "-b", "mine", "--track", "main")
    with pytest.raises(RepositoryError, match=r"no branch .*git\.update = false"):
        fetch(tree, "HEAD", 30)


@pytest.mark.parametrize("mirror", [True, False])
def test_a_bare_repository_fetches_everything_its_configuration_names(remote: Path, mirror: bool) -> None:
    git(remote, "branch", "old")
    bare = cloned(remote, "--mirror" if mirror else "--bare")
    git(bare, "config", "remote.origin.fetch", "+refs/*:refs/*" if mirror else "+refs/heads/*:refs/heads/*")
    git(remote, "branch", "--quiet", "--delete", "old")
    newest = commit(remote, {"a/x.md": "neu\n"}, "2026-02-06T12:00:00Z")
    git(remote, "branch", "young")
    assert fetch(bare, "HEAD", 30) == fetch(bare, "main", 30) == fetch(bare, "young", 30) == newest
    assert "old" not in git(bare, "for-each-ref", "--format=%(refname:short)").split()
    assert fetch(bare, newest, 30) == newest
    with pytest.raises(RepositoryError, match="'old' names no commit"):
        fetch(bare, "old", 30)


@pytest.mark.parametrize("specs", [[], ["+refs/heads/*:refs/remotes/origin/*"], ["+refs/heads/main:refs/heads/mine"]])
def test_a_bare_repository_whose_branch_would_never_move_is_reported(remote: Path, specs: list[str]) -> None:
    bare = cloned(remote, "--bare")
    git(bare, "config", "remote.origin.push", "refs/heads/main")  # pushing moves nothing here
    for spec in specs:
        git(bare, "config", "--add", "remote.origin.fetch", spec)
    newest = commit(remote, {"a/x.md": "neu\n"}, "2026-02-06T12:00:00Z")
    with pytest.raises(
        RepositoryError, match=r"fetching does not move refs/heads/main.*or clone with --mirror"
    ) as caught:
        fetch(bare, "HEAD", 30)
    message = str(caught.value)
    git(bare, "config", "--unset-all", "remote.origin.fetch") if specs else None
    command = message[message.index("(git -C") + 1 : message.index("),")].split()
    git(bare, *(word.strip("'") for word in command[3:]))
    assert fetch(bare, "HEAD", 30) == newest


def test_a_remote_branch_of_a_bare_repository_can_be_read(remote: Path) -> None:
    bare = cloned(remote, "--bare", "--config=remote.origin.fetch=+refs/heads/*:refs/remotes/origin/*")
    newest = commit(remote, {"a/x.md": "neu\n"}, "2026-02-06T12:00:00Z")
    git(bare, "fetch", "--quiet")
    assert fetch(bare, "origin/main", 30) == newest


def test_the_only_remote_is_used_whatever_its_name_and_a_missing_remote_is_reported(remote: Path) -> None:
    bare = cloned(remote, "--mirror")
    git(bare, "remote", "rename", "origin", "central.example")
    git(bare, "config", "remote.central.example.fetch", "+refs/*:refs/*")
    newest = commit(remote, {"a/x.md": "neu\n"}, "2026-02-06T12:00:00Z")
    assert fetch(bare, "HEAD", 30) == newest
    git(bare, "config", "--remove-section", "remote.central.example")
    with pytest.raises(RepositoryError, match=r"has no remote 'origin' \(its remotes: none\)\. Add it"):
        fetch(bare, "HEAD", 30)


def test_an_empty_mirror_is_reported_until_the_remote_has_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "catalogue")
    mirror = tmp_path / "mirror.git"
    git(tmp_path, "clone", "--quiet", "--mirror", str(tmp_path / "catalogue"), str(mirror))
    with pytest.raises(RepositoryError, match="'HEAD' names no commit"):
        fetch(mirror, "HEAD", 30)
    newest = commit(tmp_path / "catalogue", {"a/x.md": "eins\n"}, "2026-02-01T12:00:00Z")
    assert fetch(mirror, "HEAD", 30) == newest


def test_an_unreachable_remote_is_worth_a_retry_and_a_deleted_one_is_not(remote: Path) -> None:
    tree = cloned(remote)
    git(tree, "remote", "set-url", "origin", "http://127.0.0.1:9/nothing.git")
    with pytest.raises(RepositoryError, match="git fetch failed") as caught:
        fetch(tree, "HEAD", 30)
    assert caught.value.passing
    git(tree, "remote", "set-url", "origin", str(remote.parent / "gone.git"))
    with pytest.raises(RepositoryError, match="git fetch failed") as caught:
        fetch(tree, "HEAD", 30)
    assert not caught.value.passing


def test_a_lock_that_a_killed_git_left_is_reported_with_what_to_do(remote: Path) -> None:
    tree = cloned(remote)
    commit(remote, {"a/x.md": "neu\n"}, "2026-02-06T12:00:00Z")
    (tree / ".git/refs/remotes/origin/main.lock").touch()
    with pytest.raises(RepositoryError, match=r"If no git process is running there, one was killed: remove that file"):
        fetch(tree, "HEAD", 30)


def is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_dead(pid: int) -> None:
    for _ in range(500):
        if not is_alive(pid):
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} is still running")


def test_fetching_runs_no_hooks_no_housekeeping_and_no_command_in_an_address(remote: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(remote), "tree")
    tree, evil = tmp_path / "tree", script(tmp_path / "evil", f"echo evil >> {tmp_path}/marks")
    for name in ("post-index-change", "post-merge", "reference-transaction", "pre-auto-gc", "post-rewrite"):
        script(tree / ".git/hooks" / name, f"echo {name} >> {tmp_path}/marks")
    for key, value in {"gc.auto": "1", "protocol.ext.allow": "always", "core.fsmonitor": str(evil)}.items():
        git(tree, "config", key, value)
    newest = commit(remote, {"a/x.md": "neu\n"}, "2026-02-05T12:00:00Z")
    assert fetch(tree, "HEAD", 30) == newest
    git(tree, "config", "remote.origin.url", f"ext::{evil}")
    with pytest.raises(RepositoryError, match="transport 'ext' not allowed"):
        fetch(tree, "HEAD", 30)
    assert not (tmp_path / "marks").exists()


def test_fetching_uses_the_transport_that_the_operator_configured(remote: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(remote), "tree")
    ssh = script(tmp_path / "ssh", f'shift; echo used >> {tmp_path}/marks; exec sh -c "$*"')
    git(tmp_path / "tree", "config", "core.sshCommand", str(ssh))
    git(tmp_path / "tree", "config", "ssh.variant", "simple")
    git(tmp_path / "tree", "config", "remote.origin.url", f"ssh://example.invalid{remote}")
    newest = commit(remote, {"a/x.md": "neu\n"}, "2026-02-05T12:00:00Z")
    assert fetch(tmp_path / "tree", "HEAD", 30) == newest
    assert (tmp_path / "marks").exists()


def test_variables_of_a_hook_do_not_lead_git_to_another_repository(
    remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = cloned(remote)
    newest = commit(remote, {"a/x.md": "neu\n"}, "2026-02-05T12:00:00Z")
    commit(tmp_path / "other", {"z.md": "z"}, "2026-02-01T12:00:00Z")
    for name in ("GIT_DIR", "GIT_COMMON_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "other/.git/objects"))
    assert fetch(tree, "HEAD", 30) == newest


def test_fetching_refuses_a_repository_of_another_user(remote: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = cloned(remote)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(RepositoryError, match=r"belongs to another user: run as its owner, or, .*safe\.directory"):
        fetch(tree, "HEAD", 30)


@pytest.mark.parametrize("obeys", [True, False])
def test_a_hanging_fetch_ends_with_its_children_and_leaves_no_lock(
    remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, obeys: bool
) -> None:
    monkeypatch.setattr(module, "GRACE", 5 if obeys else 0.2)
    git(tmp_path, "clone", "--quiet", str(remote), "tree")
    tree = tmp_path / "tree"
    trap = "" if obeys else "trap '' TERM; "
    ssh = script(tmp_path / "ssh", f"{trap}echo $$ >> {tmp_path}/pids; sleep 1000 & echo $! >> {tmp_path}/pids; wait")
    address = git(tree, "config", "remote.origin.url")
    git(tree, "config", "core.sshCommand", str(ssh))
    git(tree, "config", "remote.origin.url", "ssh://example.invalid/x")
    with pytest.raises(RepositoryError, match="git fetch did not end within 1 seconds") as caught:
        fetch(tree, "HEAD", 1)
    assert caught.value.passing
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2
    for pid in pids:
        wait_until_dead(pid)
    assert list((tree / ".git").rglob("*.lock")) == []
    git(tree, "config", "remote.origin.url", address)
    newest = commit(remote, {"a/x.md": "neu\n"}, "2026-02-05T12:00:00Z")
    assert fetch(tree, "HEAD", 30) == newest


def test_an_interrupt_ends_git_too(remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = cloned(remote)
    slow = script(tmp_path / "git", f"echo $$ > {tmp_path}/pid; sleep 0.3; kill -s USR1 {os.getpid()}; exec sleep 1000")
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")

    class StopError(BaseException):
        pass

    def stop(*_: object) -> None:
        raise StopError

    previous = signal.signal(signal.SIGUSR1, stop)
    try:
        with pytest.raises(StopError):
            fetch(tree, "HEAD", 30)
    finally:
        signal.signal(signal.SIGUSR1, previous)
    wait_until_dead(int((tmp_path / "pid").read_text()))


def test_a_missing_git_is_reported(remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = cloned(remote)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RepositoryError, match=r"git could not be started .*Install git"):
        fetch(tree, "HEAD", 30)


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
def test_a_temporary_failure_is_worth_a_retry(words: str) -> None:
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
def test_a_permanent_failure_is_not_retried(words: str) -> None:
    assert not may_pass(words)

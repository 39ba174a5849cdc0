"""Creates git repositories for tests, with commits of chosen dates."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


def git(folder: Path, *arguments: str, when: str = "2026-02-01T12:00:00Z", stdin: bytes = b"") -> str:
    """Run git in `folder`, without the user's settings, and return its output."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_DATE": when,
    }
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *who, *arguments],
        cwd=folder,
        env=env,
        input=stdin,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout.decode().strip()


def commit(folder: Path, files: Mapping[str, str | bytes | None], when: str) -> str:
    """Write files (None deletes one), commit them with the date `when`, and return the commit."""
    if not (folder / ".git").exists():
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet")
    for path, content in files.items():
        file = folder / path
        if content is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    git(folder, "add", "--all", when=when)
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Ein Abend", when=when)
    return git(folder, "rev-parse", "HEAD")


def tree_with(repository: Path, entries: bytes) -> str:
    """Return a commit with a tree of these bytes, which git itself would refuse to write."""
    tree = git(repository, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=entries)
    return git(repository, "commit-tree", tree, "-m", "m")


def script(file: Path, text: str) -> Path:
    """Write an executable shell script with this text."""
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)
    return file

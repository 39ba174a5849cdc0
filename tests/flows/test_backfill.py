"""The nights of a git history are built as they would have been then; interrupted, they come to the same."""

from __future__ import annotations

import datetime as dt
import json
import signal
import time
from pathlib import Path

import pytest

from flows.backfill import Every, nights
from flows.errors import UsageError
from tests.flows.command import PROFILE, Running, steckbrief, table_files
from tests.repositories import commit, git


def profile(name: str, more: str = "") -> str:
    return PROFILE.format(title=name.title(), slug=name) + more


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with six nights: two profiles, an edit, nothing, a profile more, a rename, one profile less."""
    home = tmp_path_factory.mktemp("history") / "catalogue"
    commit(home, {"readme.txt": "n"}, "2026-02-01T09:00:00Z")
    commit(
        home,
        {"content/tools/krita.md": profile("krita"), "content/en/tools/gimp.md": profile("gimp")},
        "2026-02-02T09:00:00Z",
    )
    commit(home, {"content/tools/krita.md": profile("krita", "\nNeu.\n")}, "2026-02-03T09:00:00Z")
    commit(home, {"content/tools/vlc.md": profile("vlc"), "other/x.md": "# X\n"}, "2026-02-05T09:00:00Z")
    commit(home, {"content/tools/vlc.md": None, "content/tools/vlc-player.md": profile("vlc")}, "2026-02-06T09:00:00Z")
    commit(home, {"content/en/tools/gimp.md": None}, "2026-02-07T09:00:00Z")
    return home


def arguments(repository: Path, output: str = "out") -> list[str | Path]:
    paths = ["--path", "content/tools", "--path", "content/en/tools"]
    return ["backfill", repository, *paths, "--since", "2026-02-01", "--until", "2026-02-08", "--output", output]


def contents(output: Path) -> dict[str, bytes]:
    """Every byte that the nights left, but for release.json, which tells how long each took."""
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in sorted((output / "releases").rglob("*"))
        if path.is_file() and path.name not in ("release.json", "steckbrief.duckdb")
    }


@pytest.fixture(scope="module")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("built")
    before = git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes()
    done = steckbrief(*arguments(repository), cwd=home)
    assert before == (git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes())
    assert "5 of 8 nights published" in done.stdout
    told = [line.partition(": ")[2] for line in done.stderr.splitlines() if line.startswith("2026-")]
    assert [told[0], told[3], told[7]] == ["no profile yet", "no new commit", "no new commit"]
    return home / "out"


def test_every_night_with_a_change_is_a_release_of_its_time_and_commit(built: Path, repository: Path) -> None:
    ids = sorted(path.name for path in (built / "releases").iterdir())
    assert ids == [f"202602{day:02}T235959Z" for day in (2, 3, 5, 6, 7)]
    commits = git(repository, "rev-list", "--reverse", "HEAD").split()
    manifests = [json.loads((built / "releases" / each / "release.json").read_text()) for each in ids]
    assert [each["source"]["commit"] for each in manifests] == commits[1:]
    assert [each["tables"]["profiles"]["rows"] for each in manifests] == [2, 2, 3, 3, 2]
    assert [each["inputs"]["reused"] for each in manifests] == [0, 1, 2, 2, 2]
    assert "5 releases as published" in steckbrief("verify", "--all", "--output", built, cwd=built).stdout


def test_the_history_tells_when_each_row_came_and_went(built: Path) -> None:
    import duckdb

    query = "SELECT valid_from::DATE, valid_to::DATE FROM read_parquet(?) WHERE profile_id = ? ORDER BY 1"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        history = str(built / "history" / "features.parquet")
        days = dict.fromkeys(connection.execute(query, [history, "en/gimp"]).fetchall())
        assert list(days) == [(dt.date(2026, 2, 2), dt.date(2026, 2, 7))]
        days = dict.fromkeys(connection.execute(query, [history, "de/vlc"]).fetchall())
        assert list(days) == [(dt.date(2026, 2, 5), None)]


def test_each_night_is_what_a_full_build_of_its_commit_gives(built: Path, repository: Path, tmp_path: Path) -> None:
    git(repository, "clone", "--quiet", "--no-local", str(repository), str(tmp_path / "clone"))
    for each in sorted((built / "releases").iterdir()):
        told = json.loads((each / "release.json").read_text())
        git(tmp_path / "clone", "checkout", "--quiet", told["source"]["commit"])
        (tmp_path / "steckbrief.toml").write_text('include = ["content/**"]\n', encoding="utf-8")
        steckbrief("build", "clone", "--direct", "--full", "--force", "--output", each.name, cwd=tmp_path)
        full = {
            name: data for name, data in table_files(tmp_path / each.name / "latest").items() if "changes" not in name
        }
        mine = {name: data for name, data in table_files(each).items() if "changes" not in name}
        assert mine == full


def test_again_it_builds_nothing(built: Path, repository: Path) -> None:
    before = contents(built)
    done = steckbrief(*arguments(repository, str(built)), cwd=built)
    assert "0 of 8 nights published" in done.stdout
    assert contents(built) == before


@pytest.mark.slow
@pytest.mark.parametrize("after", ["2026-02-02", "2026-02-03", "2026-02-05"])
def test_killed_in_the_middle_it_goes_on_and_comes_to_the_same(
    built: Path, repository: Path, tmp_path: Path, after: str
) -> None:
    with Running(*arguments(repository), cwd=tmp_path) as running:
        running.wait_for_line(after)
        time.sleep(0.05)
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()
    steckbrief(*arguments(repository), cwd=tmp_path)
    assert contents(tmp_path / "out") == contents(built)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".lock", "history", "latest", "releases"]


def test_nightly_builds_go_on_where_the_past_ends_and_the_past_does_not_come_after(
    repository: Path, tmp_path: Path
) -> None:
    steckbrief("build", repository / "content", "--direct", "--output", "out", cwd=tmp_path)
    done = steckbrief(*arguments(repository), cwd=tmp_path, expect=2)
    assert "the past must come first" in done.stderr


def test_a_bare_repository_is_a_source_of_its_own(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--mirror", str(repository), "mirror.git")
    (tmp_path / "steckbrief.toml").write_text('[git]\nupdate = true\npaths = ["content"]\n', encoding="utf-8")
    steckbrief("build", "mirror.git", "--direct", cwd=tmp_path)
    told = json.loads((tmp_path / "output/latest/release.json").read_text())
    assert told["source"] == {"root": "mirror.git", "commit": git(repository, "rev-parse", "HEAD")}
    assert told["tables"]["profiles"]["rows"] == 2
    commit(repository, {"content/tools/krita.md": profile("krita", "\nAnders.\n")}, "2026-02-20T09:00:00Z")
    done = steckbrief("build", "mirror.git", "--direct", cwd=tmp_path)
    git(repository, "reset", "--quiet", "--hard", "HEAD~1")
    assert "plan: 1 file to read anew, 1 profile kept" in done.stderr


def test_a_remote_that_is_away_fails_the_night_and_yesterdays_release_stands(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--mirror", str(repository), "mirror.git")
    (tmp_path / "steckbrief.toml").write_text('[git]\nupdate = true\npaths = ["content"]\n', encoding="utf-8")
    steckbrief("build", "mirror.git", "--direct", cwd=tmp_path)
    before = (tmp_path / "output/latest").readlink()
    git(tmp_path / "mirror.git", "remote", "set-url", "origin", str(tmp_path / "gone.git"))
    done = steckbrief("build", "mirror.git", "--direct", cwd=tmp_path, expect=1)
    assert "git fetch failed" in done.stderr
    assert "the last release stands" in done.stderr
    assert (tmp_path / "output/latest").readlink() == before


@pytest.mark.parametrize(
    ("every", "days"),
    [
        (Every.DAY, [(2, 27), (2, 28), (3, 1)]),
        (Every.WEEK, []),
        (Every.MONTH, [(2, 28)]),
    ],
)
def test_nights_are_the_ends_of_days(every: Every, days: list[tuple[int, int]]) -> None:
    span = (dt.date(2026, 2, 27), dt.date(2026, 3, 1))
    if not days:
        with pytest.raises(UsageError, match="No night"):
            nights(*span, every)
        return
    assert nights(*span, every) == tuple(dt.datetime(2026, *day, 23, 59, 59, tzinfo=dt.UTC) for day in days)

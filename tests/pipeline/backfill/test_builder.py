"""A backfill builds every night as it would have been then, and an interrupted one ends with the same releases."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from steckbrief.extract.git.read import GitFile, files_of
from steckbrief.load.releases.published import released_at
from steckbrief.pipeline.backfill.builder import BackfillRequest, backfill
from steckbrief.pipeline.backfill.nights import Every, nights
from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.settings.load import load_settings
from tests.command import PROFILE, Running, steckbrief, table_files
from tests.repositories import commit, git

pytestmark = pytest.mark.slow


def profile(name: str, more: str = "") -> str:
    return PROFILE.format(title=name.title(), slug=name) + more


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with six changes: no profile, two profiles, an edit, an addition, a rename, a deletion."""
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


def arguments(repository: Path, output: str = "out", until: str = "2026-02-08") -> list[str | Path]:
    paths = ["--path", "content/tools", "--path", "content/en/tools"]
    return ["backfill", repository, *paths, "--since", "2026-02-01", "--until", until, "--output", output]


def releases_of(output: Path) -> list[Path]:
    return sorted((output / "releases").iterdir())


def contents(output: Path) -> dict[str, bytes]:
    """The files of all releases except release.json and the database, which record times."""
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in sorted((output / "releases").rglob("*"))
        if path.is_file() and path.name not in ("release.json", "steckbrief.duckdb")
    }


@pytest.fixture(scope="module")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("built")
    worktree = git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes()
    done = steckbrief(*arguments(repository), cwd=home)
    assert worktree == (git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes())
    assert "5 of 8 nights published" in done.stdout
    outcomes = [line.partition(": ")[2] for line in done.stderr.splitlines() if line.startswith("2026-")]
    assert [outcomes[0], outcomes[3], outcomes[7]] == ["no profile", "no new commit", "no new commit"]
    return home / "out"


def test_every_night_with_a_change_is_a_release_of_its_time_and_commit(built: Path, repository: Path) -> None:
    ids = sorted(path.name for path in (built / "releases").iterdir())
    assert ids == [f"202602{day:02}T235959Z" for day in (2, 3, 5, 6, 7)]
    commits = git(repository, "rev-list", "--reverse", "HEAD").split()
    manifests = [json.loads((built / "releases" / release / "release.json").read_text()) for release in ids]
    assert [manifest["source"]["commit"] for manifest in manifests] == commits[1:]
    assert [manifest["tables"]["profiles"]["rows"] for manifest in manifests] == [2, 2, 3, 3, 2]
    assert [manifest["inputs"]["reused"] for manifest in manifests] == [0, 1, 2, 2, 2]
    assert "5 releases undamaged" in steckbrief("verify", "--all", "--output", built, cwd=built).stdout


def test_the_history_records_from_when_until_when_every_row_was_valid(built: Path) -> None:
    import duckdb

    query = "SELECT valid_from::DATE, valid_to::DATE FROM read_parquet(?) WHERE profile_id = ? ORDER BY 1"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        history = str(built / "history" / "features.parquet")
        days = dict.fromkeys(connection.execute(query, [history, "en/gimp"]).fetchall())
        assert list(days) == [(dt.date(2026, 2, 2), dt.date(2026, 2, 7))]
        days = dict.fromkeys(connection.execute(query, [history, "de/vlc"]).fetchall())
        assert list(days) == [(dt.date(2026, 2, 5), None)]


def test_every_night_equals_a_full_build_of_its_commit(built: Path, repository: Path, tmp_path: Path) -> None:
    git(repository, "clone", "--quiet", "--no-local", str(repository), str(tmp_path / "clone"))
    for release in sorted((built / "releases").iterdir()):
        manifest = json.loads((release / "release.json").read_text())
        git(tmp_path / "clone", "checkout", "--quiet", manifest["source"]["commit"])
        (tmp_path / "steckbrief.toml").write_text('include = ["content/**"]\n', encoding="utf-8")
        steckbrief("build", "clone", "--direct", "--full", "--force", "--output", release.name, cwd=tmp_path)
        full = {
            name: data
            for name, data in table_files(tmp_path / release.name / "latest").items()
            if "changes" not in name
        }
        night = {name: data for name, data in table_files(release).items() if "changes" not in name}
        assert night == full


def test_a_repeated_backfill_builds_nothing(built: Path, repository: Path) -> None:
    files = contents(built)
    done = steckbrief(*arguments(repository, str(built)), cwd=built)
    assert "0 of 8 nights published" in done.stdout
    assert contents(built) == files


def test_a_backfill_cannot_follow_a_nightly_build(repository: Path, tmp_path: Path) -> None:
    steckbrief("build", repository / "content", "--direct", "--output", "out", cwd=tmp_path)
    done = steckbrief(*arguments(repository), cwd=tmp_path, expect=2)
    assert "A backfill must come before other releases" in done.stderr


def test_a_backfill_continues_however_the_path_of_its_repository_is_written(
    built: Path, repository: Path, tmp_path: Path
) -> None:
    """The path is relative to one folder, then to another, then absolute and through a symlink."""
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to(repository)
    (tmp_path / "catalogue").symlink_to(repository)
    steckbrief(*arguments(Path("catalogue"), "out", until="2026-02-03"), cwd=tmp_path)
    steckbrief(*arguments(Path("../catalogue/"), "../out", until="2026-02-06"), cwd=tmp_path / "here")
    done = steckbrief(*arguments(tmp_path / "link", str(tmp_path / "out")), cwd=repository)
    assert "1 of 8 nights published" in done.stdout
    assert contents(tmp_path / "out") == contents(built)
    sources = [
        json.loads((release / "release.json").read_text())["source"] for release in releases_of(tmp_path / "out")
    ]
    assert [source["root"] for source in sources] == ["catalogue"] * 2 + ["../catalogue"] * 2 + [str(tmp_path / "link")]
    assert sources[0]["paths"] == ["content/tools", "content/en/tools"]


def test_a_terminated_backfill_says_what_stays_and_how_to_continue(
    built: Path, repository: Path, tmp_path: Path
) -> None:
    with Running(*arguments(repository), cwd=tmp_path) as running:
        running.wait_for_line("2026-02-02")
        running.process.terminate()
        code, _, stderr = running.end()
    assert code == 143
    assert "stopped by SIGTERM; the finished nights are kept. Run the same command again to continue." in stderr
    steckbrief(*arguments(repository), cwd=tmp_path)
    assert contents(tmp_path / "out") == contents(built)


def run_nights(
    home: Path, output: Path, days: tuple[int, int], *paths: str, ref: str = "HEAD", force: bool = False
) -> list[str]:
    """Build the nights of these days of February in this process, and return their outcomes."""
    return list(iterate_nights(home, output, days, *paths, ref=ref, force=force))


def iterate_nights(
    home: Path, output: Path, days: tuple[int, int], *paths: str, ref: str = "HEAD", force: bool = False
) -> Iterator[str]:
    settings = load_settings(home, None, {"output": output, "workers": 1})
    times = nights(dt.date(2026, 2, days[0]), dt.date(2026, 2, days[1]), Every.DAY)
    request = BackfillRequest(home, paths, ref, times, ("steckbrief", "backfill", str(home)))
    return (night.outcome for night in backfill(request, settings, past_gates=force))


def test_other_folders_of_the_same_commit_make_a_release(repository: Path, tmp_path: Path) -> None:
    ref = git(repository, "rev-parse", "main~2")
    run_nights(repository, tmp_path, (5, 5), "content/tools", ref=ref)
    outcomes = run_nights(repository, tmp_path, (5, 7), "content", ref=ref)
    assert outcomes == ["already built, or followed by a later release", "3 profiles, 1 read", "no new commit"]
    sources = [json.loads((release / "release.json").read_text())["source"] for release in releases_of(tmp_path)]
    assert [source["paths"] for source in sources] == [["content/tools"], ["content"]]
    assert sources[0]["commit"] == sources[1]["commit"] == ref


def test_a_commit_that_empties_the_source_is_skipped(tmp_path: Path) -> None:
    home = tmp_path / "catalogue"
    commit(home, {"krita.md": profile("krita")}, "2026-02-01T09:00:00Z")
    commit(home, {"krita.md": None, "readme.txt": "leer"}, "2026-02-02T09:00:00Z")
    commit(home, {"_draft.md": "kein Profil"}, "2026-02-04T09:00:00Z")
    commit(home, {"krita.md": profile("krita", "\nWieder da.\n")}, "2026-02-05T09:00:00Z")
    assert run_nights(home, tmp_path / "output", (1, 6)) == [
        "1 profile, 1 read",
        "no profile",
        "no new commit",
        "no profile",
        "1 profile, 1 read",
        "no new commit",
    ]


def test_a_date_that_comes_due_makes_a_release_without_a_commit(tmp_path: Path) -> None:
    """On that day, the diagnostic about a date in the future disappears, as in a nightly build."""
    home, output = tmp_path / "catalogue", tmp_path / "output"
    dated = profile("krita").replace("---\n# ", "updated_at: 2026-02-04\n---\n# ")
    commit(home, {"krita.md": dated, "vlc.md": profile("vlc")}, "2026-02-01T09:00:00Z")
    quiet = "no new commit"
    assert run_nights(home, output, (2, 6)) == [
        "2 profiles, 2 read",
        quiet,
        "2 profiles, 0 read",
        quiet,
        quiet,
    ]
    first, second = releases_of(output)
    assert "2026-02-04" in (first / "diagnostics.csv").read_text(encoding="utf-8-sig")
    assert "2026-02-04" not in (second / "diagnostics.csv").read_text(encoding="utf-8-sig")
    # A backfill that stops before that day and continues later ends with the same releases.
    run_nights(home, tmp_path / "again", (2, 3))
    run_nights(home, tmp_path / "again", (2, 6))
    assert contents(tmp_path / "again") == contents(output)


def test_profiles_that_come_back_unchanged_change_nothing_until_a_date_comes_due(tmp_path: Path) -> None:
    home, output = tmp_path / "catalogue", tmp_path / "output"
    dated = profile("krita").replace("---\n# ", "updated_at: 2026-02-06\n---\n# ")
    commit(home, {"krita.md": dated}, "2026-02-01T09:00:00Z")
    commit(home, {"krita.md": None}, "2026-02-02T09:00:00Z")
    commit(home, {"krita.md": dated}, "2026-02-03T09:00:00Z")
    commit(home, {"readme.txt": "n"}, "2026-02-04T09:00:00Z")
    assert run_nights(home, output, (1, 7)) == [
        "1 profile, 1 read",
        "no profile",
        "nothing changed",
        "nothing changed",
        "no new commit",
        "1 profile, 0 read",
        "no new commit",
    ]


def test_other_settings_make_another_release_of_the_same_commit(repository: Path, tmp_path: Path) -> None:
    run_nights(repository, tmp_path / "output", (5, 5), "content")
    site_file = repository / "steckbrief.toml"
    site_file.write_text('exclude = ["**/vlc.md"]\n', encoding="utf-8")
    try:
        outcomes = run_nights(repository, tmp_path / "output", (6, 7), "content", ref="main~2")
    finally:
        site_file.unlink()
    assert outcomes == ["2 profiles, 0 read", "no new commit"]


def test_settings_that_change_no_row_read_the_files_once(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_nights(repository, tmp_path / "output", (5, 5), "content", ref="main~2")
    monkeypatch.setenv("STECKBRIEF_GATES__ROWS_LOST", "0.5")
    outcomes = run_nights(repository, tmp_path / "output", (6, 9), "content", ref="main~2")
    assert outcomes == ["nothing changed", *["no new commit"] * 3]


def test_a_folder_that_was_never_in_the_repository_is_an_error(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no commit of HEAD in .* has a file below content/tool, contents"):
        run_nights(repository, tmp_path / "output", (1, 7), "content/tools", "content/tool", "contents")
    assert not (tmp_path / "output/latest").exists()
    # A folder that has been deleted, or that comes later, is no error.
    outcomes = run_nights(repository, tmp_path / "output", (1, 3), "content/en/tools/", "other")
    assert outcomes == ["no profile", "1 profile, 1 read", "nothing changed"]


def test_paths_are_relative_to_the_repository_even_if_the_source_is_a_folder_in_it(
    repository: Path, tmp_path: Path
) -> None:
    outcomes = run_nights(repository / "content", tmp_path / "output", (1, 2), "content/tools")
    assert outcomes == ["no profile", "1 profile, 1 read"]
    with pytest.raises(UsageError, match="has a file below tools"):
        run_nights(repository / "content", tmp_path / "output", (1, 2), "tools")


def test_other_code_makes_another_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "catalogue"
    commit(home, {"krita.md": profile("krita")}, "2026-02-01T09:00:00Z")
    run_nights(home, tmp_path / "output", (2, 3))
    for module in ("steckbrief.pipeline.run", "steckbrief.pipeline.backfill.builder"):
        monkeypatch.setattr(f"{module}.fingerprint", lambda _: "another")
    assert run_nights(home, tmp_path / "output", (4, 5)) == ["1 profile, 1 read", "no new commit"]


def test_nights_that_are_not_over_are_left_out(tmp_path: Path) -> None:
    commit(tmp_path / "catalogue", {"krita.md": profile("krita")}, "2026-02-02T09:00:00Z")
    today = dt.datetime.now(dt.UTC).date()
    since, until = today - dt.timedelta(days=3), today + dt.timedelta(days=400)
    words = ["backfill", "catalogue", "--since", f"{since}", "--until", f"{until}"]
    done = steckbrief(*words, cwd=tmp_path)
    assert "(UTC) is not over yet" in done.stderr
    assert all(released_at(release.name) <= dt.datetime.now(dt.UTC) for release in releases_of(tmp_path / "output"))
    done = steckbrief(*words[:3], f"{until}", *words[4:], cwd=tmp_path, expect=2)
    assert "Let --since and --until be days that are over" in done.stderr


def test_a_long_quiet_history_reads_each_commit_once(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Counter[str]()

    def count(folder: Path, commit: str, paths: tuple[str, ...]) -> dict[str, GitFile]:
        listed[commit] += 1
        return files_of(folder, commit, paths)

    monkeypatch.setattr("steckbrief.pipeline.backfill.builder.files_of", count)
    settings = load_settings(repository, None, {"output": tmp_path / "out", "workers": 1})
    days = nights(dt.date(2016, 1, 1), dt.date(2026, 2, 28), Every.DAY)
    request = BackfillRequest(repository, ("content",), "HEAD", days, ())
    outcomes = Counter(night.outcome for night in backfill(request, settings))
    assert outcomes["no new commit"] == 1 + 21  # the 4th, and from the 8th on
    assert listed == dict.fromkeys(git(repository, "rev-list", "HEAD").split(), 1)


def test_a_history_that_cannot_be_read_is_an_error(repository: Path, tmp_path: Path) -> None:
    done = steckbrief(*arguments(repository), "--ref", "nowhere", cwd=tmp_path, expect=1)
    assert "'nowhere' names no commit. Name a branch, a tag or a commit of it." in done.stderr

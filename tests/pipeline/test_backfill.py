"""The nights of a git history are built as they would have been then; interrupted, they come to the same."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from steckbrief.extract.git.read import GitFile, files_of
from steckbrief.load.releases.published import released_at
from steckbrief.pipeline.backfill import Wanted, backfill
from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.nights import Every, nights
from steckbrief.pipeline.settings import load_settings
from tests.command import PROFILE, Running, steckbrief, table_files
from tests.repositories import commit, git

pytestmark = pytest.mark.slow


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


def arguments(repository: Path, output: str = "out", until: str = "2026-02-08") -> list[str | Path]:
    paths = ["--path", "content/tools", "--path", "content/en/tools"]
    return ["backfill", repository, *paths, "--since", "2026-02-01", "--until", until, "--output", output]


def releases_of(output: Path) -> list[Path]:
    return sorted((output / "releases").iterdir())


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
    assert [told[0], told[3], told[7]] == ["no profile", "no new commit", "no new commit"]
    return home / "out"


def test_every_night_with_a_change_is_a_release_of_its_time_and_commit(built: Path, repository: Path) -> None:
    ids = sorted(path.name for path in (built / "releases").iterdir())
    assert ids == [f"202602{day:02}T235959Z" for day in (2, 3, 5, 6, 7)]
    commits = git(repository, "rev-list", "--reverse", "HEAD").split()
    manifests = [json.loads((built / "releases" / each / "release.json").read_text()) for each in ids]
    assert [each["source"]["commit"] for each in manifests] == commits[1:]
    assert [each["tables"]["profiles"]["rows"] for each in manifests] == [2, 2, 3, 3, 2]
    assert [each["inputs"]["reused"] for each in manifests] == [0, 1, 2, 2, 2]
    assert "5 releases undamaged" in steckbrief("verify", "--all", "--output", built, cwd=built).stdout


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


def test_nightly_builds_go_on_where_the_past_ends_and_the_past_does_not_come_after(
    repository: Path, tmp_path: Path
) -> None:
    steckbrief("build", repository / "content", "--direct", "--output", "out", cwd=tmp_path)
    done = steckbrief(*arguments(repository), cwd=tmp_path, expect=2)
    assert "the past must come first" in done.stderr


def test_from_another_working_directory_and_in_another_spelling_it_goes_on(
    built: Path, repository: Path, tmp_path: Path
) -> None:
    """Paths that are relative to one folder, then to another, then absolute and through a link."""
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to(repository)
    (tmp_path / "catalogue").symlink_to(repository)
    steckbrief(*arguments(Path("catalogue"), "out", until="2026-02-03"), cwd=tmp_path)
    steckbrief(*arguments(Path("../catalogue/"), "../out", until="2026-02-06"), cwd=tmp_path / "here")
    done = steckbrief(*arguments(tmp_path / "link", str(tmp_path / "out")), cwd=repository)
    assert "1 of 8 nights published" in done.stdout
    assert contents(tmp_path / "out") == contents(built)
    told = [json.loads((each / "release.json").read_text())["source"] for each in releases_of(tmp_path / "out")]
    assert [each["root"] for each in told] == ["catalogue"] * 2 + ["../catalogue"] * 2 + [str(tmp_path / "link")]
    assert told[0]["paths"] == ["content/tools", "content/en/tools"]


def test_asked_to_end_it_says_what_stays_and_how_to_go_on(built: Path, repository: Path, tmp_path: Path) -> None:
    with Running(*arguments(repository), cwd=tmp_path) as running:
        running.wait_for_line("2026-02-02")
        running.process.terminate()
        code, _, told = running.end()
    assert code == 143
    assert "stopped by SIGTERM; the finished nights are kept. Run the same command again to continue." in told
    steckbrief(*arguments(repository), cwd=tmp_path)
    assert contents(tmp_path / "out") == contents(built)


def run_nights(
    home: Path, output: Path, days: tuple[int, int], *paths: str, ref: str = "HEAD", force: bool = False
) -> list[str]:
    """Build the nights of these days of February in this process, and give what is told of each."""
    return list(going_on(home, output, days, *paths, ref=ref, force=force))


def going_on(
    home: Path, output: Path, days: tuple[int, int], *paths: str, ref: str = "HEAD", force: bool = False
) -> Iterator[str]:
    settings = load_settings(home, None, {"output": output, "workers": 1})
    found = nights(dt.date(2026, 2, days[0]), dt.date(2026, 2, days[1]), Every.DAY)
    wanted = Wanted(home, paths, ref, found, ("steckbrief", "backfill", str(home)))
    return (night.told for night in backfill(wanted, settings, past_gates=force))


def test_other_folders_of_the_same_commit_are_another_night(repository: Path, tmp_path: Path) -> None:
    ref = git(repository, "rev-parse", "main~2")
    run_nights(repository, tmp_path, (5, 5), "content/tools", ref=ref)
    told = run_nights(repository, tmp_path, (5, 7), "content", ref=ref)
    assert told == ["there already, or followed by a later release", "3 profiles, 1 read anew", "no new commit"]
    sources = [json.loads((each / "release.json").read_text())["source"] for each in releases_of(tmp_path)]
    assert [each["paths"] for each in sources] == [["content/tools"], ["content"]]
    assert sources[0]["commit"] == sources[1]["commit"] == ref


def test_a_commit_that_empties_the_source_is_passed_over(tmp_path: Path) -> None:
    home = tmp_path / "catalogue"
    commit(home, {"krita.md": profile("krita")}, "2026-02-01T09:00:00Z")
    commit(home, {"krita.md": None, "readme.txt": "leer"}, "2026-02-02T09:00:00Z")
    commit(home, {"_draft.md": "kein Profil"}, "2026-02-04T09:00:00Z")
    commit(home, {"krita.md": profile("krita", "\nWieder da.\n")}, "2026-02-05T09:00:00Z")
    assert run_nights(home, tmp_path / "output", (1, 6)) == [
        "1 profiles, 1 read anew",
        "no profile",
        "no new commit",
        "no profile",
        "1 profiles, 1 read anew",
        "no new commit",
    ]


def test_a_date_that_comes_due_is_a_night_though_nobody_committed(tmp_path: Path) -> None:
    """As a real night would publish it: the diagnostic of a date in the future goes on that day."""
    home, output = tmp_path / "catalogue", tmp_path / "output"
    dated = profile("krita").replace("---\n# ", "updated_at: 2026-02-04\n---\n# ")
    commit(home, {"krita.md": dated, "vlc.md": profile("vlc")}, "2026-02-01T09:00:00Z")
    quiet = "no new commit"
    assert run_nights(home, output, (2, 6)) == [
        "2 profiles, 2 read anew",
        quiet,
        "2 profiles, 0 read anew",
        quiet,
        quiet,
    ]
    first, second = releases_of(output)
    assert "2026-02-04" in (first / "diagnostics.csv").read_text(encoding="utf-8-sig")
    assert "2026-02-04" not in (second / "diagnostics.csv").read_text(encoding="utf-8-sig")
    # Stopped before that day and told to go on, it comes to the same.
    run_nights(home, tmp_path / "again", (2, 3))
    run_nights(home, tmp_path / "again", (2, 6))
    assert contents(tmp_path / "again") == contents(output)


def test_profiles_that_come_back_as_they_were_change_nothing_until_a_date_comes_due(tmp_path: Path) -> None:
    home, output = tmp_path / "catalogue", tmp_path / "output"
    dated = profile("krita").replace("---\n# ", "updated_at: 2026-02-06\n---\n# ")
    commit(home, {"krita.md": dated}, "2026-02-01T09:00:00Z")
    commit(home, {"krita.md": None}, "2026-02-02T09:00:00Z")
    commit(home, {"krita.md": dated}, "2026-02-03T09:00:00Z")
    commit(home, {"readme.txt": "n"}, "2026-02-04T09:00:00Z")
    assert run_nights(home, output, (1, 7)) == [
        "1 profiles, 1 read anew",
        "no profile",
        "nothing changed",
        "nothing changed",
        "no new commit",
        "1 profiles, 0 read anew",
        "no new commit",
    ]


def test_other_settings_make_another_night_of_the_same_commit(repository: Path, tmp_path: Path) -> None:
    run_nights(repository, tmp_path / "output", (5, 5), "content")
    (repository.parent / "steckbrief.toml").write_text('exclude = ["**/vlc.md"]\n', encoding="utf-8")
    try:
        told = run_nights(repository, tmp_path / "output", (6, 7), "content", ref="main~2")
    finally:
        (repository.parent / "steckbrief.toml").unlink()
    assert told == ["2 profiles, 0 read anew", "no new commit"]


def test_settings_that_change_no_row_cost_one_look_at_the_files(repository: Path, tmp_path: Path) -> None:
    run_nights(repository, tmp_path / "output", (5, 5), "content", ref="main~2")
    (repository.parent / "steckbrief.toml").write_text("[gates]\nrows_lost = 0.5\n", encoding="utf-8")
    try:
        told = run_nights(repository, tmp_path / "output", (6, 9), "content", ref="main~2")
    finally:
        (repository.parent / "steckbrief.toml").unlink()
    assert told == ["nothing changed", *["no new commit"] * 3]


def test_a_folder_that_never_was_in_the_repository_is_an_error(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no commit of HEAD in .* has a file below content/tool, contents"):
        run_nights(repository, tmp_path / "output", (1, 7), "content/tools", "content/tool", "contents")
    assert not (tmp_path / "output/latest").exists()
    # One that is gone by now, or comes later, is none.
    told = run_nights(repository, tmp_path / "output", (1, 3), "content/en/tools/", "other")
    assert told == ["no profile", "1 profiles, 1 read anew", "nothing changed"]


def test_folders_are_those_of_the_repository_where_a_folder_of_its_working_tree_is_named(
    repository: Path, tmp_path: Path
) -> None:
    told = run_nights(repository / "content", tmp_path / "output", (1, 2), "content/tools")
    assert told == ["no profile", "1 profiles, 1 read anew"]
    with pytest.raises(UsageError, match="has a file below tools"):
        run_nights(repository / "content", tmp_path / "output", (1, 2), "tools")


def test_other_code_makes_another_night_as_it_would_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "catalogue"
    commit(home, {"krita.md": profile("krita")}, "2026-02-01T09:00:00Z")
    run_nights(home, tmp_path / "output", (2, 3))
    for module in ("steckbrief.pipeline.run", "steckbrief.pipeline.backfill"):
        monkeypatch.setattr(f"{module}.fingerprint", lambda _: "another")
    assert run_nights(home, tmp_path / "output", (4, 5)) == ["1 profiles, 1 read anew", "no new commit"]


def test_nights_that_are_not_over_are_left_out(tmp_path: Path) -> None:
    commit(tmp_path / "catalogue", {"krita.md": profile("krita")}, "2026-02-02T09:00:00Z")
    today = dt.datetime.now(dt.UTC).date()
    since, until = today - dt.timedelta(days=3), today + dt.timedelta(days=400)
    words = ["backfill", "catalogue", "--since", f"{since}", "--until", f"{until}"]
    done = steckbrief(*words, cwd=tmp_path)
    assert "is not over yet (UTC)" in done.stderr
    assert all(released_at(each.name) <= dt.datetime.now(dt.UTC) for each in releases_of(tmp_path / "output"))
    done = steckbrief(*words[:3], f"{until}", *words[4:], cwd=tmp_path, expect=2)
    assert "Let --until be a day that is over" in done.stderr


def test_a_long_quiet_history_reads_each_commit_once(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Counter[str]()

    def counted(folder: Path, commit: str, paths: tuple[str, ...]) -> dict[str, GitFile]:
        listed[commit] += 1
        return files_of(folder, commit, paths)

    monkeypatch.setattr("steckbrief.pipeline.backfill.files_of", counted)
    settings = load_settings(repository, None, {"output": tmp_path / "out", "workers": 1})
    days = nights(dt.date(2016, 1, 1), dt.date(2026, 2, 28), Every.DAY)
    told = Counter(night.told for night in backfill(Wanted(repository, ("content",), "HEAD", days, ()), settings))
    assert told["no new commit"] == 1 + 21  # the 4th, and from the 8th on
    assert listed == dict.fromkeys(git(repository, "rev-list", "HEAD").split(), 1)


def test_a_history_that_cannot_be_read_is_told(repository: Path, tmp_path: Path) -> None:
    done = steckbrief(*arguments(repository), "--ref", "nowhere", cwd=tmp_path, expect=1)
    assert "'nowhere' names no commit. Name a branch, a tag or a commit of it." in done.stderr

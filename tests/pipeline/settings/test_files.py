"""A site file describes the site and nothing else; everything else is the operator's, who wins."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pygit2
import pytest

from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.settings.files import MOST_BYTES, MOST_DOTS
from steckbrief.pipeline.settings.load import Settings, load_settings, output_folder
from steckbrief.pipeline.settings.operator import OperatorSettings
from steckbrief.pipeline.settings.site import SiteSettings
from tests.command import profiles, steckbrief, write_source

# A value other than the default for every setting that only the operator may set.
OPERATOR_KEYS = {
    "output": '"elsewhere"',
    "workers": "2",
    "csv_neutralise_formulas": "false",
    "limits": "{ nesting = 5 }",
    "git": "{ update = true }",
    "gates": "{ profiles_lost = 1.0 }",
}


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without a settings file, and no variables."""
    for name in os.environ:
        if name.startswith("STECKBRIEF_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The root of a git tree with a source in content/tools. A folder .git is enough to be a root."""
    root = tmp_path / "hosting" / "site"
    (root / ".git").mkdir(parents=True)
    (root / "content/tools").mkdir(parents=True)
    return root


def write(folder: Path, text: str, name: str = "steckbrief.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def site_path(settings: Settings) -> Path | None:
    return settings.files.site.path if settings.files.site else None


def test_the_site_file_is_the_nearest_one_up_to_the_root_of_the_git_tree(repository: Path) -> None:
    source = repository / "content/tools"
    write(repository.parent, 'default_locale = "it"')
    assert site_path(load_settings(source, None, {})) is None
    expected = []
    for folder, locale in ((repository, "fr"), (repository / "content", "es"), (source, "en")):
        file = write(folder, f'default_locale = "{locale}"')
        settings = load_settings(source, None, {})
        expected.append((site_path(settings), settings.default_locale) == (file, locale))
    assert expected == [True, True, True]
    assert load_settings(repository, None, {}).default_locale == "fr"


def test_a_worktree_or_submodule_is_a_git_tree_of_its_own(repository: Path) -> None:
    write(repository, 'default_locale = "fr"')
    write(repository / "content", "gitdir: ../.git/modules/content", ".git")
    assert site_path(load_settings(repository / "content/tools", None, {})) is None


def test_outside_git_the_site_file_is_in_the_source_or_its_parent(tmp_path: Path) -> None:
    source = tmp_path / "a/b/c"
    source.mkdir(parents=True)
    write(tmp_path / "a", 'default_locale = "it"')
    assert site_path(load_settings(source, None, {})) is None
    file = write(tmp_path / "a/b", 'default_locale = "fr"')
    assert site_path(load_settings(source, None, {})) == file
    file = write(source, 'default_locale = "en"')
    assert site_path(load_settings(source, None, {})) == file


def test_a_symlinked_source_has_the_site_file_of_the_folder_that_it_leads_to(
    repository: Path, working_directory: Path
) -> None:
    file = write(repository, 'default_locale = "fr"')
    write(working_directory, "workers = 3")
    link = working_directory / "raw"
    link.symlink_to(repository / "content/tools")
    settings = load_settings(link, None, {})
    assert (site_path(settings), settings.default_locale, settings.workers) == (file, "fr", 3)
    assert settings.files.warnings == ()


def test_a_bare_repository_has_no_site_file(tmp_path: Path, working_directory: Path) -> None:
    pygit2.init_repository(str(working_directory / "mirror.git"), bare=True)
    write(working_directory, "workers = 3")
    settings = load_settings(Path("mirror.git"), None, {})
    assert (site_path(settings), settings.workers) == (None, 3)


def test_every_setting_belongs_to_the_site_or_to_the_operator() -> None:
    site, operator = SiteSettings.model_fields.keys(), OperatorSettings.model_fields.keys()
    assert not site & operator
    assert Settings.model_fields.keys() == site | operator
    assert operator == OPERATOR_KEYS.keys()


@pytest.mark.parametrize("key", OPERATOR_KEYS)
def test_an_operator_key_in_a_site_file_is_ignored_with_a_warning_about_file_and_key(
    key: str, repository: Path
) -> None:
    file = write(repository, f'default_locale = "fr"\n{key} = {OPERATOR_KEYS[key]}\n')
    settings = load_settings(repository, None, {})
    assert getattr(settings, key) == Settings.model_fields[key].get_default()
    assert settings.default_locale == "fr"
    (warning,) = settings.files.warnings
    assert f"{file}: {key}" in warning
    assert "only the operator may set it" in warning


def test_a_warning_about_a_table_names_its_keys(repository: Path) -> None:
    write(repository, "[gates]\nprofiles_lost = 1.0\nrows_lost = 1.0\nunknown = 1\n")
    settings = load_settings(repository, None, {})
    assert [warning.partition(" is ignored")[0].partition(": ")[2] for warning in settings.files.warnings] == [
        "gates.profiles_lost",
        "gates.rows_lost",
    ]


def test_the_operator_sets_everything_in_the_working_directory(repository: Path, working_directory: Path) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in OPERATOR_KEYS.items())
    file = write(working_directory, f'default_locale = "it"\n{text}')
    write(repository, 'default_locale = "fr"\ntemplate_profiles = 9\n')
    settings = load_settings(repository, None, {})
    assert settings.files.operator_path == str(file)
    assert all(getattr(settings, key) != Settings.model_fields[key].get_default() for key in OPERATOR_KEYS)
    assert (settings.default_locale, settings.template_profiles) == ("it", 9)
    assert settings.output == working_directory / "elsewhere"
    assert settings.files.warnings == ()


def test_config_is_the_operators_file_wherever_it_is(repository: Path, working_directory: Path) -> None:
    write(working_directory, "workers = 4")
    site_file = write(repository, 'default_locale = "fr"\ntemplate_profiles = 9\nworkers = 2\n')
    inside = write(repository / "content", "csv_neutralise_formulas = false\n", "nightly.toml")
    settings = load_settings(repository, inside, {})
    assert (settings.workers, settings.csv_neutralise_formulas, settings.template_profiles) == (None, False, 9)
    settings = load_settings(repository, site_file, {})
    assert (settings.workers, settings.default_locale, site_path(settings)) == (2, "fr", None)
    assert settings.files.warnings == ()


def test_flags_win_over_variables_over_the_operators_file_over_the_site_file(
    repository: Path, working_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repository, 'default_locale = "fr"\n[aliases]\nname = "title"\nlink = "official_url"\n')
    assert load_settings(repository, None, {}).default_locale == "fr"
    write(working_directory, 'default_locale = "it"\nworkers = 2\n[aliases]\nname = "category"\n')
    settings = load_settings(repository, None, {})
    assert (settings.default_locale, settings.workers) == ("it", 2)
    assert settings.aliases == {"name": "category", "link": "official_url"}
    monkeypatch.setenv("STECKBRIEF_DEFAULT_LOCALE", "es")
    monkeypatch.setenv("STECKBRIEF_WORKERS", "3")
    settings = load_settings(repository, None, {"workers": 4})
    assert (settings.default_locale, settings.workers) == ("es", 4)


def test_if_the_working_directory_is_the_source_its_file_is_the_site_file(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    file = write(repository, 'output = "elsewhere"\ndefault_locale = "fr"\n')
    for source in (Path(), Path("content/tools")):
        settings = load_settings(source, None, {})
        assert (site_path(settings), settings.files.operator) == (file, None)
        assert (settings.output, settings.default_locale) == (Path("output"), "fr")


def test_outside_git_a_file_beside_a_source_with_its_own_site_file_is_the_operators(working_directory: Path) -> None:
    (working_directory / "raw").mkdir()
    write(working_directory / "raw", 'default_locale = "fr"')
    operator_file = write(working_directory, "workers = 3")
    settings = load_settings(Path("raw"), None, {})
    assert (settings.default_locale, settings.workers) == ("fr", 3)
    assert settings.files.operator_path == str(operator_file)


@pytest.mark.parametrize("folder", [".", "ops"])
def test_a_file_in_the_git_tree_of_the_source_is_not_the_operators_unless_config_names_it(
    folder: str, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise, strangers could commit a site file beside the profiles and an operator's file in the root."""
    (repository / folder).mkdir(exist_ok=True)
    monkeypatch.chdir(repository / folder)
    source = repository / "content/tools"
    write(source, 'default_locale = "fr"')
    file = write(repository / folder, "workers = 3")
    settings = load_settings(source, None, {})
    assert settings.workers is None
    assert any(str(file) in warning and "--config" in warning for warning in settings.files.warnings)
    assert load_settings(source, file, {}).workers == 3


def test_a_bare_repository_committed_to_a_git_tree_does_not_make_its_root_the_operators(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pygit2.init_repository(str(repository / "mirror.git"), bare=True)
    write(repository, "workers = 3")
    monkeypatch.chdir(repository)
    settings = load_settings(Path("mirror.git"), None, {})
    assert settings.workers is None
    assert "name it with --config" in settings.files.warnings[0]


def test_errors_name_the_file_that_has_the_mistake(repository: Path, working_directory: Path) -> None:
    operator_file = write(working_directory, "workerz = 2\n[aliases]\nname = 'titel'\n")
    site_file = write(repository, "default_locale = 'Deutsch'\nkinds_ = 1\n")
    with pytest.raises(UsageError) as caught:
        load_settings(repository, None, {})
    lines = str(caught.value).splitlines()
    assert {line.rpartition(".toml: ")[0] + ".toml" for line in lines} == {str(operator_file), str(site_file)}
    (unknown,) = [line for line in lines if "kinds_" in line]
    assert "aliases" in unknown
    assert "output" not in unknown, "a site file cannot set the output"


def test_a_symlink_out_of_the_site_is_an_error(repository: Path, tmp_path: Path) -> None:
    secret = write(tmp_path, "workers = 2", "secret.toml")
    (repository / "steckbrief.toml").symlink_to(secret)
    with pytest.raises(UsageError, match=r"steckbrief\.toml: .* symlink to .*secret\.toml, outside the site"):
        load_settings(repository, None, {})


def test_a_symlink_inside_the_site_is_read(repository: Path) -> None:
    write(repository, 'default_locale = "fr"', "site.toml")
    (repository / "content/steckbrief.toml").symlink_to("../site.toml")
    assert load_settings(repository / "content/tools", None, {}).default_locale == "fr"


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "steckbrief.toml", "missing.toml"])
def test_a_symlink_to_a_device_to_itself_or_to_nothing_is_an_error(
    target: str, repository: Path, working_directory: Path
) -> None:
    (repository / "steckbrief.toml").symlink_to(target)
    write(working_directory, "workers = 3")
    with pytest.raises(UsageError, match=r"steckbrief\.toml: this settings file"):
        load_settings(repository, None, {})


def test_a_pipe_or_a_folder_is_an_error(repository: Path) -> None:
    os.mkfifo(repository / "steckbrief.toml")
    with pytest.raises(UsageError, match="not a regular file"):
        load_settings(repository, None, {})
    (repository / "content/steckbrief.toml").mkdir()
    with pytest.raises(UsageError, match="not a regular file"):
        load_settings(repository / "content", None, {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#" * (MOST_BYTES + 1), "larger than 100,000 bytes"),
        (".".join("a" * 40_000) + " = 1", "more than 300 dots"),
        ("a = " + "[" * 90_000, "nested too deeply"),
        ("a = " + "{a=" * 30_000, "nested too deeply"),
        ("workers = " + "9" * 90_000, "cannot be read"),
        ("".join(f"{'a.' * MOST_DOTS}b{number} = 1\n" for number in range(160)), "no such setting"),
        ("catalogue_links = [" + "'(?P<slug>a)'," * 101 + "]", "at most 100"),
        ("catalogue_links = ['(?P<slug>(a{1000}){1000})']", "RE2"),
        ("include = [" + "'a'," * 101 + "]", "at most 100"),
    ],
)
def test_a_hostile_site_file_ends_the_command_in_seconds(text: str, message: str, repository: Path) -> None:
    write(repository, text)
    start = time.process_time()
    with pytest.raises(UsageError, match=message):
        load_settings(repository, None, {})
    assert time.process_time() - start < 10


@pytest.mark.parametrize("folder", ["../secret", "a/../../b"])
def test_a_site_file_cannot_name_paths_outside_the_source(folder: str, repository: Path) -> None:
    write(repository, f"include = ['{folder}']")
    with pytest.raises(UsageError, match="include"):
        load_settings(repository, None, {})


def test_commands_without_a_source_read_output_from_a_file_that_cannot_be_a_site_file(
    repository: Path, working_directory: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write(working_directory, 'output = "tables"')
    assert output_folder(None) == working_directory / "tables"
    assert caplog.text == ""
    (working_directory / "raw").mkdir()
    assert output_folder(None) == Path("output"), "the file is the site file of raw"
    monkeypatch.chdir(repository)
    write(repository, 'output = "tables"')
    caplog.clear()
    assert output_folder(None) == Path("output"), "strangers may have committed the file"
    assert f"{repository / 'steckbrief.toml'} may be a site file" in caplog.text
    assert output_folder(Path("tables")) == Path("tables")


def test_the_summary_names_the_files_and_the_warning(repository: Path, working_directory: Path) -> None:
    write_source(repository / "content", profiles(2))
    site_file = write(repository, 'output = "elsewhere"\ntemplate_profiles = 9\n')
    operator_file = write(working_directory, 'output = "tables"\nworkers = 1\n')
    reason = "only the operator may set it; if this file is yours, name it with --config"
    warning = f"{site_file}: output is ignored, because {reason}"
    build = ("build", repository / "content", "--direct")
    done = steckbrief(*build, cwd=working_directory)
    assert f"Site file: {site_file}\nOperator's settings: {operator_file}\n" in done.stdout
    assert f"Warning: {warning}." in done.stdout
    assert f"Warning: {warning}." in done.stderr
    summary = json.loads(steckbrief(*build, "--json", cwd=working_directory).stdout)
    assert (summary["site_file"], summary["operator_file"]) == (str(site_file), str(operator_file))
    assert summary["warnings"] == [warning]
    assert summary["path"].startswith(str(working_directory / "tables"))
    assert not (repository / "elsewhere").exists()
    done = steckbrief("check", repository / "content", cwd=working_directory)
    assert f"Warning: {warning}." in done.stderr


def test_without_settings_files_the_summary_names_none(tmp_path: Path) -> None:
    write_source(tmp_path / "raw", profiles(1))
    done = steckbrief("build", "--direct", "--json", cwd=tmp_path)
    summary = json.loads(done.stdout)
    assert (summary["site_file"], summary["operator_file"], summary["warnings"]) == (None, None, [])


def test_a_site_file_cannot_open_a_gate(tmp_path: Path) -> None:
    source = write_source(tmp_path / "raw", profiles(8))
    steckbrief("build", "--direct", cwd=tmp_path)
    for path in sorted(source.rglob("*.md"))[3:]:
        path.unlink()
    write(source, "[gates]\nprofiles_lost = 1.0\nrows_lost = 1.0\n")
    done = steckbrief("build", "--direct", cwd=tmp_path, expect=3)
    assert "profiles-lost: 5 of 8 profiles" in done.stderr
    assert "gates.profiles_lost is ignored" in done.stderr

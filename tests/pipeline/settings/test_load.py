"""Settings: which place wins, and every mistake is an error."""

from __future__ import annotations

import datetime as dt
import os
import pickle
from dataclasses import fields
from pathlib import Path

import pygit2
import pytest

from steckbrief.extract.limits import FileLimits
from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.settings.load import Settings, load_settings, output_folder
from steckbrief.transform.options import Options


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("STECKBRIEF_"):
            monkeypatch.delenv(name)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source away from the working directory `tmp_path`, whose settings file is the operator's."""
    folder = tmp_path / "site/raw"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return folder


def write(folder: Path, text: str, name: str = "steckbrief.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_without_settings_the_documented_defaults_apply(source: Path) -> None:
    settings = load_settings(source, None, {})
    assert settings.output == Path("output")
    assert settings.default_locale == "de"
    assert settings.workers is None
    assert settings.csv_neutralise_formulas is True
    assert settings.file_limits == FileLimits()


def test_flags_win_over_variables_over_the_file_over_defaults(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 'workers = 2\ndefault_locale = "fr"\ncsv_neutralise_formulas = false\n')
    assert load_settings(source, None, {}).workers == 2
    monkeypatch.setenv("STECKBRIEF_WORKERS", "3")
    assert load_settings(source, None, {}).workers == 3
    settings = load_settings(source, None, {"workers": 4})
    assert (settings.workers, settings.default_locale, settings.csv_neutralise_formulas) == (4, "fr", False)


def test_a_flag_that_was_not_used_overrides_nothing(source: Path, tmp_path: Path) -> None:
    write(tmp_path, "workers = 2\n")
    assert load_settings(source, None, {"workers": None}).workers == 2


def test_limits_from_several_places_are_merged(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "[limits]\nnesting = 7\nfile_bytes = 1000\n")
    monkeypatch.setenv("STECKBRIEF_LIMITS__FILE_BYTES", "2000")
    assert load_settings(source, None, {}).file_limits == FileLimits(nesting=7, file_bytes=2000)


@pytest.mark.parametrize("limit", [field.name for field in fields(FileLimits)])
def test_every_limit_can_be_set(limit: str, source: Path, tmp_path: Path) -> None:
    write(tmp_path, f"[limits]\n{limit} = 5\n")
    assert getattr(load_settings(source, None, {}).file_limits, limit) == 5


def test_a_path_in_the_file_is_relative_to_the_file(source: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "etc"
    elsewhere.mkdir()
    config = write(elsewhere, 'output = "releases"\n', "nightly.toml")
    assert load_settings(source, config, {}).output == elsewhere / "releases"
    assert load_settings(source, config, {"output": Path("here")}).output == Path("here")


def test_an_empty_text_is_not_a_folder(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, 'output = ""\n')
    for load in (lambda: load_settings(source, None, {}), lambda: output_folder(None)):
        with pytest.raises(UsageError, match=r"steckbrief\.toml: output: .*empty text"):
            load()
    monkeypatch.setenv("STECKBRIEF_OUTPUT", "")
    for load in (lambda: load_settings(source, None, {}), lambda: output_folder(None)):
        with pytest.raises(UsageError, match=r"STECKBRIEF_OUTPUT: .*empty text"):
            load()


def test_a_folder_whose_name_is_not_utf_8_is_refused(source: Path, tmp_path: Path) -> None:
    latin = Path(os.fsdecode(bytes(tmp_path) + b"/b\xfcro"))
    latin.mkdir()
    for load in (
        lambda: load_settings(latin, None, {}),
        lambda: load_settings(source, None, {"output": latin}),
        lambda: output_folder(latin),
    ):
        with pytest.raises(UsageError, match=r"b\\udcfcro: the name of this folder is not UTF-8"):
            load()


def test_config_replaces_the_file_in_the_working_directory(source: Path, tmp_path: Path) -> None:
    write(tmp_path, "workers = 2\n")
    config = write(tmp_path, 'default_locale = "fr"\n', "other.toml")
    assert load_settings(source, config, {}).workers is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("workerz = 2", ["steckbrief.toml", "workerz", "no such setting", "workers"]),
        ("[limits]\nbytes = 2", ["limits.bytes", "no such setting", "file_bytes"]),
        ("workers = 0", ["workers", "greater than or equal to 1", "0"]),
        ('workers = "many"', ["workers", "valid integer", "many"]),
        ("[limits]\nfile_bytes = -1", ["limits.file_bytes", "greater than 0", "-1"]),
        ('default_locale = "Deutsch"', ["default_locale", "language code", "Deutsch"]),
        ('catalogue_links = ["/tools/(.*)"]', ["catalogue_links", "slug"]),
        ('catalogue_links = ["/tools/("]', ["catalogue_links", "regular expression"]),
        ("exclude = [" + 101 * '"a",' + "]", ["exclude", "at most 100"]),
        ('[aliases]\nname = "nmae"', ["aliases.name", "nmae", "title"]),
        ('[price_models]\nGratis = "cheap"', ["price_models.Gratis", "cheap", "free"]),
        ('[headings]\nfeature = "Was es kann"', ["headings.feature", "features"]),
        ('[headings]\nquestion = "Was?"', ["headings.question"]),
        ('[headings]\npros = "Plus"\ncons = "Plus"', ["headings", "Plus", "pros", "cons"]),
        ('[locales]\nschweiz = "xx"', ["locales.schweiz", "xx"]),
        ('required_keys = ["price"]', ["required_keys", "price", "price_model"]),
        ('[severities]\nlink-dangling = "fatal"', ["severities.link-dangling", "fatal"]),
        ('[severities]\nlink-dangeling = "off"', ["severities.link-dangeling", "link-dangling"]),
        ("limits = 3", ["limits"]),
        ("workers = = 2", ["steckbrief.toml", "line 1"]),
        ('default_locale = "\\u001b]0;"', ["\\x1b"]),
    ],
)
def test_a_mistake_in_the_file_names_file_setting_and_value(
    text: str, parts: list[str], source: Path, tmp_path: Path
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        load_settings(source, None, {})
    message = str(caught.value)
    assert message.isprintable()
    assert str(file) in message
    for part in parts:
        assert part in message


def test_all_mistakes_are_reported_at_once(source: Path, tmp_path: Path) -> None:
    write(tmp_path, "workers = 0\nworkerz = 1\n")
    with pytest.raises(UsageError) as caught:
        load_settings(source, None, {})
    assert len(str(caught.value).splitlines()) == 2


def test_the_error_about_a_file_that_is_not_utf8_names_it(source: Path, tmp_path: Path) -> None:
    (tmp_path / "steckbrief.toml").write_bytes(b'output = "\xff"')
    with pytest.raises(UsageError, match=r"steckbrief\.toml.*UTF-8"):
        load_settings(source, None, {})


def test_a_misspelt_variable_is_an_error(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STECKBRIEF_WORKER", "2")
    with pytest.raises(UsageError, match=r"STECKBRIEF_WORKER: no such setting.*STECKBRIEF_WORKERS"):
        load_settings(source, None, {})


def test_errors_name_the_variable_or_the_flag(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"^--workers: "):
        load_settings(source, None, {"workers": 0})
    monkeypatch.setenv("STECKBRIEF_LIMITS__NESTING", "deep")
    with pytest.raises(UsageError, match=r"^STECKBRIEF_LIMITS__NESTING: "):
        load_settings(source, None, {})


@pytest.mark.parametrize("variable", ["STECKBRIEF_LIMITS", "STECKBRIEF_CATALOGUE_LINKS", "STECKBRIEF_ALIASES"])
def test_the_error_about_a_variable_that_is_not_json_names_it(
    variable: str, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "{")
    with pytest.raises(UsageError, match="JSON") as caught:
        load_settings(source, None, {})
    assert variable.removeprefix("STECKBRIEF_").lower() in str(caught.value)


def test_site_settings_become_options_of_transform(source: Path, tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        catalogue_links = ["/p/(?P<slug>[a-z]+)"]
        template_profiles = 9
        required_keys = ["title"]
        [aliases]
        name = "title"
        [price_models]
        "Für  LAU" = "free"
        "Abo oder Kauf" = ["subscription", "one_time"]
        [headings]
        features = "Was es kann"
        pros = ["Plus", "Licht"]
        [locales]
        Schweiz = "de-CH"
        it = false
        [severities]
        link-dangling = "off"
        """,
    )
    options = load_settings(source, None, {}).options(dt.date(2026, 1, 2))
    assert options.catalogue_links == ("/p/(?P<slug>[a-z]+)",)
    assert options.template_profiles == 9
    assert options.required_keys == ("title",)
    assert options.aliases == {"name": "title"}
    assert sorted(options.price_models.values()) == [("free",), ("subscription", "one_time")]
    assert options.headings == {"was es kann": "features", "plus": "pros", "licht": "pros"}
    assert options.locales == {"schweiz": "de-ch", "it": None}
    assert options.severities == {"link-dangling": "off"}
    assert options.today == dt.date(2026, 1, 2)


def test_options_can_be_sent_to_a_worker(source: Path) -> None:
    options = load_settings(source, None, {}).options(dt.date(2026, 1, 2))
    assert pickle.loads(pickle.dumps(options)) == options  # noqa: S301 - our own bytes


def test_default_settings_are_the_defaults_of_transform(source: Path) -> None:
    assert load_settings(source, None, {}).options(dt.date(2026, 1, 2)) == Options(today=dt.date(2026, 1, 2))


def test_every_setting_is_described() -> None:
    assert all((field.description or "").endswith(".") for field in Settings.model_fields.values())


def test_a_bare_repository_that_cannot_be_opened_is_a_usage_error(tmp_path: Path) -> None:
    pygit2.init_repository(str(tmp_path / "mirror.git"), bare=True)
    with (tmp_path / "mirror.git" / "config").open("a", encoding="utf-8") as config:
        config.write("[extensions]\n\tobjectformat = sha256\n[core]\n\trepositoryformatversion = 1\n")
    with pytest.raises(UsageError, match="cannot be opened"):
        load_settings(tmp_path / "mirror.git", None, {})

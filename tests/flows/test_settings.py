"""Settings: which place wins, and that no mistake passes in silence."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import pytest

from extract.limits import Limits
from flows.errors import UsageError
from flows.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("STECKBRIEF_"):
            monkeypatch.delenv(name)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


def write(folder: Path, text: str, name: str = "steckbrief.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_without_any_settings_the_documented_defaults_hold(source: Path) -> None:
    settings = load_settings(source, None, {})
    assert settings.output == Path("output")
    assert settings.default_locale == "de"
    assert settings.workers is None
    assert settings.csv_neutralise_formulas is True
    assert settings.file_limits == Limits()


def test_flags_win_over_variables_over_the_file_over_defaults(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 'workers = 2\ndefault_locale = "fr"\ncsv_neutralise_formulas = false\n')
    assert load_settings(source, None, {}).workers == 2
    monkeypatch.setenv("STECKBRIEF_WORKERS", "3")
    assert load_settings(source, None, {}).workers == 3
    settings = load_settings(source, None, {"workers": 4})
    assert (settings.workers, settings.default_locale, settings.csv_neutralise_formulas) == (4, "fr", False)


def test_a_flag_that_was_not_given_hides_nothing(source: Path, tmp_path: Path) -> None:
    write(tmp_path, "workers = 2\n")
    assert load_settings(source, None, {"workers": None}).workers == 2


def test_limits_from_different_places_add_up(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "[limits]\nnesting = 7\nfile_bytes = 1000\n")
    monkeypatch.setenv("STECKBRIEF_LIMITS__FILE_BYTES", "2000")
    assert load_settings(source, None, {}).file_limits == Limits(nesting=7, file_bytes=2000)


@pytest.mark.parametrize("limit", [field.name for field in fields(Limits)])
def test_every_limit_can_be_set(limit: str, source: Path, tmp_path: Path) -> None:
    write(tmp_path, f"[limits]\n{limit} = 5\n")
    assert getattr(load_settings(source, None, {}).file_limits, limit) == 5


def test_a_path_in_the_file_is_relative_to_the_file(source: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "etc"
    elsewhere.mkdir()
    config = write(elsewhere, 'output = "releases"\n', "nightly.toml")
    assert load_settings(source, config, {}).output == elsewhere / "releases"
    assert load_settings(source, config, {"output": Path("here")}).output == Path("here")


def test_a_given_file_replaces_the_one_beside_the_source(source: Path, tmp_path: Path) -> None:
    write(tmp_path, "workers = 2\n")
    config = write(tmp_path, 'default_locale = "fr"\n', "other.toml")
    assert load_settings(source, config, {}).workers is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("workerz = 2", ["steckbrief.toml", "workerz", "no such setting", "workers"]),
        ("[limits]\nbytes = 2", ["limits.bytes", "no such setting", "file_bytes"]),
        ("workers = 0", ["workers", "greater than or equal to 1", "0"]),
        ('workers = "many"', ["workers", "valid integer", "many"]),
        ("[limits]\nfile_bytes = -1", ["limits.file_bytes", "greater than 0", "-1"]),
        ('default_locale = "Deutsch"', ["default_locale", "language code", "Deutsch"]),
        ('catalogue_link = "/tools/(.*)"', ["catalogue_link", "slug"]),
        ('catalogue_link = "/tools/("', ["catalogue_link", "regular expression"]),
        ("limits = 3", ["limits"]),
        ("workers = = 2", ["steckbrief.toml", "line 1"]),
        ('default_locale = "\\u001b]0;"', ["\\x1b"]),
    ],
)
def test_a_mistake_in_the_file_names_file_setting_and_value(
    text: str, said: list[str], source: Path, tmp_path: Path
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        load_settings(source, None, {})
    message = str(caught.value)
    assert message.isprintable()
    assert str(file) in message
    for part in said:
        assert part in message


def test_all_mistakes_are_told_at_once(source: Path, tmp_path: Path) -> None:
    write(tmp_path, "workers = 0\nworkerz = 1\n")
    with pytest.raises(UsageError) as caught:
        load_settings(source, None, {})
    assert len(str(caught.value).splitlines()) == 2


def test_a_file_that_is_not_utf8_is_named(source: Path, tmp_path: Path) -> None:
    (tmp_path / "steckbrief.toml").write_bytes(b'output = "\xff"')
    with pytest.raises(UsageError, match=r"steckbrief\.toml.*UTF-8"):
        load_settings(source, None, {})


def test_a_misspelt_variable_is_refused(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STECKBRIEF_WORKER", "2")
    with pytest.raises(UsageError, match=r"STECKBRIEF_WORKER: no such setting.*STECKBRIEF_WORKERS"):
        load_settings(source, None, {})


def test_a_wrong_variable_and_a_wrong_flag_are_named_as_such(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"^--workers: "):
        load_settings(source, None, {"workers": 0})
    monkeypatch.setenv("STECKBRIEF_LIMITS__NESTING", "deep")
    with pytest.raises(UsageError, match=r"^STECKBRIEF_LIMITS__NESTING: "):
        load_settings(source, None, {})


def test_every_setting_is_described() -> None:
    assert all((field.description or "").endswith(".") for field in Settings.model_fields.values())

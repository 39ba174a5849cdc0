"""docs/your-profiles.md: the settings it shows are complete, valid, and the defaults where it says so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from steckbrief.pipeline.settings.load import Settings, load_settings
from steckbrief.pipeline.settings.operator import OperatorSettings
from steckbrief.pipeline.settings.site import SiteSettings
from tests.documents import ROOT, blocks_in, prose

PAGE = ROOT / "docs/your-profiles.md"
TOML = blocks_in("toml", PAGE)


def test_settings_shown_as_defaults_are_the_defaults(tmp_path: Path) -> None:
    site, _, operator = TOML
    assert _settings(site.text, tmp_path).model_dump() == Settings().model_dump()
    settings = _settings(operator.text, tmp_path)
    assert settings.model_dump() == {**Settings().model_dump(), "output": tmp_path / "output"}


def test_examples_of_site_files_have_only_settings_of_the_site() -> None:
    *site, operator = TOML
    assert all(tomllib.loads(block.text).keys() <= SiteSettings.model_fields.keys() for block in site)
    assert tomllib.loads(operator.text).keys() <= OperatorSettings.model_fields.keys()


def test_every_setting_is_shown_and_every_example_is_valid(tmp_path: Path) -> None:
    shown: dict[str, object] = {}
    for block in TOML:
        text = re.sub(r"^# (\w+ = )", r"\1", block.text, flags=re.MULTILINE)
        _settings(text, tmp_path)
        shown |= tomllib.loads(text)
    assert shown.keys() == Settings.model_fields.keys()
    assert shown["limits"] == Settings().limits.model_dump()  # type: ignore[attr-defined]


def _settings(text: str, folder: Path) -> Settings:
    file = folder / "steckbrief.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(folder, file, {})


def test_variables_named_in_the_text_are_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = set(re.findall(r"STECKBRIEF_\w+", prose(PAGE)))
    assert named
    for variable in named:
        monkeypatch.setenv(variable, "en" if "LOCALE" in variable else "9")
    settings = load_settings(tmp_path, None, {})
    assert settings != Settings.model_construct()

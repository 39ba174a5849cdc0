"""Every command reads the settings file of a site, and a mistake in it ends the command with exit code 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.run import inspected
from steckbrief.pipeline.settings.load import load_settings
from tests.command import PROFILE, steckbrief

SETTINGS = """
include = ["**"]
exclude = ["**/drafts/**", "README.md"]
[headings]
features = ["Was drin ist"]
[aliases]
name = "title"
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Two profiles, a draft and a page that is not a profile, with the site file beside them."""
    source = tmp_path / "site"
    profile = PROFILE.format(title="Eins", slug="eins").replace("Hauptfunktionen", "Was drin ist")
    for name, text in {
        "a.md": profile.replace("title:", "name:"),
        "b.md": profile.replace("Eins", "Zwei").replace("eins", "zwei"),
        "drafts/c.md": "not a profile yet",
        "README.md": "about this folder",
    }.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    (tmp_path / "steckbrief.toml").write_text(SETTINGS, encoding="utf-8")
    return source


def test_a_build_reports_which_pattern_excluded_how_many_files(site: Path, tmp_path: Path) -> None:
    done = steckbrief("build", site, "--output", "out", "--direct", cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("2 profiles from 2 files ")
    assert lines[1:4] == [
        "0 skipped by name, 0 quarantined, 0 not Markdown",
        "1 excluded by **/drafts/**",
        "1 excluded by README.md",
    ]
    assert "2 excluded by **/drafts/** (1), README.md (1)" in done.stderr
    manifest = json.loads((tmp_path / "out/latest/release.json").read_text(encoding="utf-8"))
    assert manifest["inputs"]["skipped"] == 2
    assert manifest["inputs"]["excluded"] == {"**/drafts/**": 1, "README.md": 1}
    assert manifest["settings"]["headings"] == {"features": ["Was drin ist"]}


def test_check_reads_the_same_settings(site: Path, tmp_path: Path) -> None:
    done = steckbrief("check", site, "--format", "json", cwd=tmp_path, expect=None)
    findings = json.loads(done.stdout)
    assert not [finding for finding in findings if "drafts" in str(finding["path"]) or "README" in str(finding["path"])]
    assert not [finding for finding in findings if finding["rule"] == "title-missing"]


def test_vocabulary_reads_the_same_settings(site: Path, tmp_path: Path) -> None:
    assert "Was drin ist" not in steckbrief("vocabulary", site, cwd=tmp_path).stdout
    (tmp_path / "steckbrief.toml").unlink()
    assert "Was drin ist" in steckbrief("vocabulary", site, cwd=tmp_path).stdout


def test_workers_read_the_same_settings(site: Path) -> None:
    for workers in (1, 2):
        with inspected(site, load_settings(site, None, {"workers": workers})) as tables:
            assert tables["features"].column("profile_id").to_pylist() == ["de/eins"] * 2 + ["de/zwei"] * 2


def test_the_error_about_a_source_without_profiles_names_the_pattern_that_excluded_them(
    site: Path, tmp_path: Path
) -> None:
    config = tmp_path / "none.toml"
    config.write_text('exclude = ["**"]\n', encoding="utf-8")
    done = steckbrief("build", site, "--config", config, "--output", "out", "--direct", cwd=tmp_path, expect=1)
    assert "4 Markdown files excluded by ** (4)" in done.stderr


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('exclude = ["../x"]', ["exclude", "../x"]),
        ('include = ["[z-a]"]', ["include", "is not a"]),
        ("include = 3", ["include"]),
        ('[aliases]\nname = "titel"', ["aliases.name", "titel", "title"]),
        ('[price_models]\ngratis = "umsonst"', ["price_models.gratis", "umsonst", "free"]),
        ('[headings]\nfeature = ["x"]', ["headings.feature", "features"]),
        ('[headings]\ntitle = ["x"]', ["headings.title"]),
        ('[headings]\npros = ["Plus"]\ncons = ["plus"]', ["headings", "plus"]),
        ('[locales]\nenglish = "English"', ["locales.english", "English"]),
        ("[locales]\nit = true", ["locales.it"]),
        ('catalogue_links = ["/(?P<slug>a)(?=x)"]', ["catalogue_links", "look-around", "/(?P<slug>a)(?=x)", "/apps/"]),
        ('catalogue_links = ["/x/"]', ["catalogue_links", "slug"]),
    ],
)
def test_the_error_about_a_mistake_names_file_and_key(text: str, parts: list[str], tmp_path: Path) -> None:
    source = tmp_path / "site"
    source.mkdir()
    file = tmp_path / "steckbrief.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_settings(source, None, {})
    assert str(file) in str(caught.value)
    for part in parts:
        assert part in str(caught.value)
    assert caught.value.exit_code == 2

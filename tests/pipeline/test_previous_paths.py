"""The previous release decides which of two files keeps a profile_id, in full and in incremental builds alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from steckbrief.load.formats.parquet import read_parquet
from tests.command import PROFILE, steckbrief, write_source

KRITA = PROFILE.format(title="Krita", slug="krita")


def sources(root: Path) -> list[str]:
    return sorted(read_parquet(root / "output/latest", "profiles")["source_path"].to_pylist())


@pytest.mark.parametrize("flags", [(), ("--full",)], ids=["incremental", "full"])
def test_a_copy_in_an_earlier_folder_is_quarantined(tmp_path: Path, flags: tuple[str, ...]) -> None:
    source = write_source(tmp_path / "raw", {"tools/krita.md": KRITA})
    steckbrief("build", "--direct", cwd=tmp_path)
    write_source(source, {"archive/krita.md": KRITA.replace("Krita", "Copy")})
    summary = json.loads(steckbrief("build", "--direct", "--json", *flags, cwd=tmp_path).stdout)
    assert (sources(tmp_path), summary["quarantined"]) == (["tools/krita.md"], 1)


def test_folder_pages_and_replaced_dates_are_not_quarantined(tmp_path: Path) -> None:
    dated = KRITA.replace("slug: krita\n", "")
    files = {"README.md": "# Tools\n", "2023-11-02-krita.md": dated, "2024-05-01-krita.md": dated}
    write_source(tmp_path / "raw", files)
    summary = json.loads(steckbrief("build", "--direct", "--json", cwd=tmp_path).stdout)
    assert (sources(tmp_path), summary["quarantined"]) == (["2024-05-01-krita.md"], 0)


def test_a_site_names_where_its_slugs_come_from(tmp_path: Path) -> None:
    (tmp_path / "steckbrief.toml").write_text('slug_from = "path"\nlocale_suffixes = true\n', encoding="utf-8")
    write_source(tmp_path / "raw", {"tools/gimp.fr.md": KRITA})
    steckbrief("build", "--direct", cwd=tmp_path)
    profiles = read_parquet(tmp_path / "output/latest", "profiles")
    assert profiles["profile_id"].to_pylist() == ["fr/gimp"]

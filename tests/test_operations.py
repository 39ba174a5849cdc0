"""docs/operations.md: units, figures and quoted messages agree with the code."""

from __future__ import annotations

import errno
import os
import re

from steckbrief import flows
from steckbrief.flows import automations
from tests.documents import ROOT, blocks_in

PAGE = ROOT / "docs/operations.md"
TEXT = " ".join(PAGE.read_text(encoding="utf-8").split())
UNITS = {
    block.text.split()[1].rpartition("/")[2]: block.text for block in blocks_in("text", PAGE) if "[Unit]" in block.text
}

SYSTEM_MESSAGES = {os.strerror(number) for number in (errno.ENOSPC, errno.EROFS, errno.EACCES)}
"""Quoted messages that come from the operating system."""


def environment(unit: str) -> dict[str, str]:
    """Return the environment that a unit sets."""
    lines = re.findall(r"^Environment=(.+)$", UNITS[unit], re.MULTILINE)
    return dict(variable.split("=", 1) for line in lines for variable in line.split())


def test_the_unit_of_the_server_sets_what_a_server_needs() -> None:
    assert flows.SERVER.items() <= environment("steckbrief-server.service").items()


def test_the_unit_of_the_server_is_closed_to_other_users() -> None:
    unit = UNITS["steckbrief-server.service"]
    (address,) = re.findall(r"--host (\S+) --port (\d+)", unit)
    assert environment("steckbrief-server.service")["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] == "http://" + ":".join(
        address
    )
    assert address[0] == "127.0.0.1"
    assert "UMask=0077" in unit.splitlines()


def test_every_unit_reads_the_password_from_a_private_file() -> None:
    for unit in UNITS.values():
        assert "EnvironmentFile=/srv/steckbrief/.prefect/auth.env" in unit.splitlines()
        assert "AUTH_STRING" not in unit
    (recipe,) = (block.text for block in blocks_in("text", PAGE) if "> auth.env" in block.text)
    assert "install -d -m 0700" in recipe
    assert recipe.index("umask 077") < recipe.index("> auth.env")
    assert {"PREFECT_API_AUTH_STRING=%s", "PREFECT_SERVER_API_AUTH_STRING=%s"} == set(
        re.findall(r"PREFECT_\w+=%s", recipe)
    )


def test_every_unit_switches_telemetry_off() -> None:
    assert len(UNITS) == 2
    for unit in UNITS:
        off = {name: flows.TELEMETRY_OFF[name] for name in ("DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED")}
        assert off.items() <= environment(unit).items()


def test_figures_of_the_automations_agree_with_the_code() -> None:
    assert f"a heartbeat every {flows.HEARTBEAT} seconds" in TEXT
    minutes = automations.SILENCE.total_seconds() / 60
    assert f"after {minutes:.0f} minutes of silence" in TEXT
    assert {f"{minutes:.0f}"} == set(re.findall(r"(\d+) minutes", TEXT))
    assert automations.PATIENCE.total_seconds() == 3600
    assert "waited for another for an hour" in TEXT


def test_the_code_contains_every_message_in_the_table_of_failures() -> None:
    files = (file for folder in ("extract", "load", "pipeline", "flows") for file in (ROOT / folder).rglob("*.py"))
    # Adjacent literals are one text.
    code = re.sub(r'"\s*\n\s*f?"', "", "\n".join(file.read_text(encoding="utf-8") for file in files))
    rows = [line.split(" | ")[0] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    quoted = [words for row in rows for words in re.findall(r'"([^"]+)"', row)]
    assert len(quoted) > 10
    assert [words for words in quoted if words.removesuffix(" ...") not in code and words not in SYSTEM_MESSAGES] == []

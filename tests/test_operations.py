"""docs/operations.md: its units, figures and quoted messages are those of the code."""

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

OF_THE_SYSTEM = {os.strerror(number) for number in (errno.ENOSPC, errno.EROFS, errno.EACCES)}
"""Words that are quoted and come from the operating system."""


def surroundings(unit: str) -> dict[str, str]:
    """The environment that a unit sets."""
    lines = re.findall(r"^Environment=(.+)$", UNITS[unit], re.MULTILINE)
    return dict(each.split("=", 1) for line in lines for each in line.split())


def test_the_servers_unit_has_what_a_server_needs() -> None:
    assert flows.SERVER.items() <= surroundings("steckbrief-server.service").items()


def test_the_servers_unit_is_closed_to_everybody_else() -> None:
    unit = UNITS["steckbrief-server.service"]
    (address,) = re.findall(r"--host (\S+) --port (\d+)", unit)
    assert surroundings("steckbrief-server.service")["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] == "http://" + ":".join(
        address
    )
    assert address[0] == "127.0.0.1"
    assert "UMask=0077" in unit.splitlines()


def test_every_unit_has_the_password_from_a_file_that_is_made_for_one_user() -> None:
    for unit in UNITS.values():
        assert "EnvironmentFile=/srv/steckbrief/.prefect/auth.env" in unit.splitlines()
        assert "AUTH_STRING" not in unit
    (recipe,) = (block.text for block in blocks_in("text", PAGE) if "> auth.env" in block.text)
    assert "install -d -m 0700" in recipe
    assert recipe.index("umask 077") < recipe.index("> auth.env")
    assert {"PREFECT_API_AUTH_STRING=%s", "PREFECT_SERVER_API_AUTH_STRING=%s"} == set(
        re.findall(r"PREFECT_\w+=%s", recipe)
    )


def test_no_unit_lets_telemetry_out() -> None:
    assert len(UNITS) == 2
    for unit in UNITS:
        off = {name: flows.TELEMETRY_OFF[name] for name in ("DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED")}
        assert off.items() <= surroundings(unit).items()


def test_figures_of_the_automations_are_those_of_the_code() -> None:
    assert f"a heartbeat every {flows.HEARTBEAT} seconds" in TEXT
    minutes = automations.SILENCE.total_seconds() / 60
    assert f"after {minutes:.0f} minutes of silence" in TEXT
    assert {f"{minutes:.0f}"} == set(re.findall(r"(\d+) minutes", TEXT))
    assert automations.PATIENCE.total_seconds() == 3600
    assert "waited for another for an hour" in TEXT


def test_every_message_quoted_in_the_table_of_failures_is_printed_by_the_code() -> None:
    files = (file for folder in ("extract", "load", "pipeline", "flows") for file in (ROOT / folder).rglob("*.py"))
    # Literals side by side are one text; a subject is made by the server from a template.
    code = re.sub(r'"\s*\n\s*f?"', "", "\n".join(file.read_text(encoding="utf-8") for file in files))
    rows = [line.split(" | ")[0] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    quoted = [words for row in rows for words in re.findall(r'"([^"]+)"', row)]
    assert len(quoted) > 10
    assert [words for words in quoted if words.removesuffix(" ...") not in code and words not in OF_THE_SYSTEM] == []

"""A guard that writes down every address that a process and all Python processes below it speak to."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

from tests.command import ROOT

_HOOK = """
import os, socket, sys

def look(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        note(arguments[1])
    elif event == "socket.getaddrinfo":
        note((arguments[0], arguments[1]))

def note(address):
    if isinstance(address, tuple):
        with open(os.environ["GUARD_RECORD"], "a") as record:
            record.write(f"{address[0]}\\n")

sys.addaudithook(look)
"""


@dataclass(frozen=True)
class Guard:
    """Every address that a guarded process connected to, sent to or looked up, in a file."""

    record: Path

    @classmethod
    def in_folder(cls, folder: Path) -> Guard:
        """A guard whose hook and record are in `folder`, which is made."""
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(_HOOK)
        (folder / "record").touch()
        return cls(folder / "record")

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that put a process under guard."""
        path = f"{self.record.parent}{os.pathsep}{ROOT}"
        return {"GUARD_RECORD": str(self.record), "PYTHONPATH": path}

    def addresses(self) -> set[str]:
        return set(self.record.read_text().split())

    def outside(self) -> set[str]:
        """Addresses that are not this machine; names other than localhost count, whatever they resolve to."""
        return {each for each in self.addresses() if not _is_here(each)}


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"

"""A guard that records every address that a process, and any Python process below it, talks to."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

from tests.command import ROOT

_HOOK = """
import os, socket, sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        record(arguments[1])
    elif event == "socket.getaddrinfo":
        record((arguments[0], arguments[1]))

def record(address):
    if isinstance(address, tuple):
        with open(os.environ["GUARD_RECORD"], "a") as file:
            file.write(f"{address[0]}\\n")

sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Guard:
    """A file with every address that a guarded process connected to, sent to or looked up."""

    record: Path

    @classmethod
    def in_folder(cls, folder: Path) -> Guard:
        """A guard with its hook and record in `folder`, which is created."""
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
        """Addresses of other machines. Every name but localhost counts, whatever it resolves to."""
        return {address for address in self.addresses() if not _is_local(address)}


def _is_local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"

"""One Prefect server with the deployment on it, shared by every test that neither stops it nor needs its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flows.guard import Guard
from tests.flows.prefect_server import PrefectServer
from tests.flows.prefect_server import prefect_server as running_server
from tests.flows.webhook import Receiver, receiving


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """The receiver of the server's reports."""
    with receiving() as webhook:
        yield webhook


@pytest.fixture(scope="session")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    """The guard of the server and of everything that runs in its environment."""
    return Guard.in_folder(tmp_path_factory.mktemp("guard") / "hook")


@pytest.fixture(scope="session")
def prefect_server(
    tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, guard: Guard
) -> Iterator[PrefectServer]:
    """The server, with deployment and automations. Tests may add runs, but not stop it."""
    home = tmp_path_factory.mktemp("prefect") / "home"
    home.mkdir()
    # The home existed before, other users can read it, and they can enter the folders above it.
    for folder in (home, *home.parents[:3]):
        folder.chmod(0o755)
    with running_server(home, {"HOME": str(home), **guard.variables}) as server:
        for arguments in (["steckbrief.flows.deployment"], ["steckbrief.flows.automations", "--webhook", receiver.url]):
            process = server.run_python("-m", *arguments)
            assert process.returncode == 0, process.stderr
        yield server


@pytest.fixture(scope="session")
def worker(prefect_server: PrefectServer) -> Iterator[object]:
    """A worker of that server."""
    with prefect_server.worker() as process:
        yield process

"""`make nightly`: its port is the one asked for or an error, and it ends with what it has started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from steckbrief.flows import machine, nightly
from steckbrief.flows.machine import Machine, Started
from steckbrief.pipeline.errors import CommandError, UsageError
from tests.command import ROOT, environment


@contextmanager
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield int(listening.getsockname()[1])


@pytest.mark.parametrize("asked", ["", "x", "-1", "0", "65536", "4200.5", " 4200", "\uff14\uff12\uff10\uff10"])
def test_what_is_no_port_is_refused(asked: str) -> None:
    with pytest.raises(UsageError, match="NIGHTLY_PORT"):
        nightly.port(asked)


def test_a_port_that_is_asked_for_and_taken_is_an_error() -> None:
    with taken() as port, pytest.raises(CommandError, match=f"{port}.*taken"):
        nightly.port(str(port))


def test_a_port_that_is_asked_for_and_free_is_taken() -> None:
    port = machine.free_port()
    assert nightly.port(str(port)) == port


def test_only_the_port_that_nobody_asked_for_may_move(monkeypatch: pytest.MonkeyPatch) -> None:
    with taken() as port:
        monkeypatch.setattr(nightly, "PORT", port)
        assert nightly.port(None) != port
    assert nightly.port(None) == port


def test_nonsense_is_one_line_and_exit_code_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "steckbrief.flows.nightly"],
        cwd=ROOT,
        env=environment(NIGHTLY_PORT="nonsense"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: NIGHTLY_PORT is 'nonsense'")


def test_when_server_or_worker_end_so_does_everything_with_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def started(*_: object) -> Iterator[Machine]:
        with (
            subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as server,
            subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"]) as worker,
        ):
            lives, dies = Started("server", server, tmp_path / "s.log"), Started("worker", worker, tmp_path / "w.log")
            try:
                yield Machine("http://127.0.0.1:1", {}, [lives, dies])
            finally:
                server.kill()

    monkeypatch.delenv("NIGHTLY_ONCE", raising=False)
    monkeypatch.delenv("NIGHTLY_PORT", raising=False)
    monkeypatch.setattr(nightly, "raise_on_signals", lambda: None)
    monkeypatch.setattr(nightly, "machine", started)
    monkeypatch.setattr(nightly, "_first_run", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        nightly.main()
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert "worker has ended by itself, exit code 7" in told
    assert str(tmp_path / "w.log") in told


class Unwilling(BaseHTTPRequestHandler):
    """Answers that it cannot answer yet, three times."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_response(200 if self.asked > 3 else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def test_a_server_that_cannot_answer_yet_is_asked_again_after_a_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    with (
        HTTPServer(("127.0.0.1", 0), Unwilling) as server,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked = Machine(f"http://127.0.0.1:{server.server_address[1]}", os.environ)
        machine._await(asked, process, tmp_path / "log")
        process.kill()
        server.shutdown()
    assert len(pauses) == 3
    assert min(pauses) > 0


def test_a_server_that_ends_at_once_is_not_waited_for(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"]) as process:
        process.wait()
        with pytest.raises(CommandError, match="ended before it answered"):
            machine._await(Machine("http://127.0.0.1:1", {}), process, tmp_path / "log")


def test_what_is_started_can_be_asked_to_end(tmp_path: Path) -> None:
    process = Machine("http://127.0.0.1:1", environment(PYTHONUNBUFFERED="1")).start(
        "http.server", "0", log=tmp_path / "log"
    )
    until = time.monotonic() + 60
    while b"Serving" not in (tmp_path / "log").read_bytes() and time.monotonic() < until:
        time.sleep(0.05)
    machine._end([process])
    assert process.returncode == -signal.SIGTERM


def test_a_busy_server_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [503, 503, 200]
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(
        httpx,
        "request",
        lambda method, url, **_: httpx.Response(answers.pop(0), json={}, request=httpx.Request(method, url)),
    )
    assert Machine("http://127.0.0.1:1", {}).get("/health") == {}
    assert answers == []

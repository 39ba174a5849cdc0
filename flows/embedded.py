"""Prefect's embedded server, on a leash: it ends with the process that started it, however that process ends."""

from __future__ import annotations

import os
import subprocess
from typing import Any

from prefect.server.api.server import SubprocessASGIServer


class EmbeddedServer(SubprocessASGIServer):
    """The server as Prefect starts it, and a small process that ends it when this one is gone.

    Prefect ends its server when Python ends in order. A process that is killed cannot, and the server of every such
    night would go on for good. The small process waits on a pipe that the kernel closes when this process is gone.
    """

    _leash: subprocess.Popen[bytes] | None = None
    _hand: int | None = None

    def stop(self) -> None:
        """End the server, and what watches over it."""
        super().stop()
        self._let_go()

    def _run_uvicorn_command(self) -> subprocess.Popen[Any]:
        self._let_go()
        process = super()._run_uvicorn_command()
        watched, self._hand = os.pipe()
        command = ["/bin/sh", "-c", f"read -r _; kill {process.pid}"]
        self._leash = subprocess.Popen(  # noqa: S603 - a fixed command and a number
            command, stdin=watched, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(watched)
        return process

    def _let_go(self) -> None:
        if self._leash is not None and self._hand is not None:
            os.close(self._hand)
            self._leash.wait()
            self._leash = self._hand = None

"""A receiver for the server's reports, on 127.0.0.1."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Keeps every message that is posted to `url`."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        messages = self.messages

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                messages.append(json.loads(self.rfile.read(length)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/night"

    def wait_for(self, *words: str, seconds: float = 150) -> dict[str, Any]:
        """The first message with all these words, once it has arrived."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for message in self.messages:
                if all(word in json.dumps(message) for word in words):
                    return message
            time.sleep(0.2)
        raise AssertionError(f"no message with {words}: {self.messages}")


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver for the duration of the block."""
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()

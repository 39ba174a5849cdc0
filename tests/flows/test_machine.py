"""A server that stands still for a while is asked again where asking changes nothing, and only there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from steckbrief.flows.machine import Machine


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of a server that does not answer the first time."""
    methods: list[str] = []

    def request(method: str, url: str, *, json: Mapping[str, Any] | None, timeout: float) -> httpx.Response:
        methods.append(method)
        if len(methods) == 1:
            raise httpx.ReadTimeout("timed out")
        return httpx.Response(200, json={"url": url}, request=httpx.Request(method, url))

    monkeypatch.setattr(httpx, "request", request)
    return methods


def test_what_only_asks_is_asked_again(asked: list[str]) -> None:
    assert Machine("http://127.0.0.1:1", {}).get("/health") == {"url": "http://127.0.0.1:1/api/health"}
    assert asked == ["GET", "GET"]


def test_what_may_have_been_done_is_not_sent_again(asked: list[str]) -> None:
    with pytest.raises(httpx.ReadTimeout):
        Machine("http://127.0.0.1:1", {}).post("/flow_runs/filter", {})
    assert asked == ["POST"]

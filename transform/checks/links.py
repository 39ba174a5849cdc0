"""Checks of links, once all targets are known."""

from __future__ import annotations

from collections.abc import Sequence

from steckbrief.extract.model import Problem
from steckbrief.transform.checks.compared import ComparedLink, Findings


def link_problems(links: Sequence[ComparedLink]) -> Findings:
    """(profile_id, problem) for every catalogue link without a profile."""
    for link in links:
        if link.kind == "catalogue" and link.target_profile_id is None:
            yield link.profile_id, Problem("link-dangling", link.line_start, link.line_start, {"url": str(link.url)})

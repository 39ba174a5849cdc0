"""Checks of links, once their targets are known."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from steckbrief.extract.model import Problem
from steckbrief.transform.checks.compared import ComparedLink, Findings


def link_problems(links: Sequence[ComparedLink], folder_pages: Collection[str] = ()) -> Findings:
    """Report every link into the catalogue that leads neither to a profile nor to the page of a folder."""
    for link in links:
        if link.kind == "catalogue" and link.target_profile_id is None and link.linked_profile_id not in folder_pages:
            yield link.profile_id, Problem("link-dangling", link.line_start, link.line_start, {"url": str(link.url)})

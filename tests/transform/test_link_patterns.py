"""Patterns of catalogue links: those that name no slug or could take for ever are refused."""

from __future__ import annotations

import pytest

from steckbrief.transform.link_patterns import read_link_pattern
from steckbrief.transform.options import CATALOGUE_LINK


@pytest.mark.parametrize(
    "source",
    [
        CATALOGUE_LINK,
        r"/apps/(?P<slug>[\w-]+)(?:\.html)?",
        r"(?:[a-z]{2}/)*(?P<slug>\w+)",
        r"(?:/[a-z]++/)*+(?P<slug>\w+)",
        r"[(+*|]+(?P<slug>\w+)\)+\|*",
        r"(?i:/Apps/)(?P<slug>[^/]+)/?(?=#|$)",
        r"(?:a|b){2}(?P<slug>\w+)",
    ],
)
def test_a_sound_pattern_is_taken(source: str) -> None:
    assert read_link_pattern(source).pattern == source


@pytest.mark.parametrize(
    "source",
    [
        r"(?P<slug>(a+)+)",
        r"(?P<slug>(?:a|ab)*)",
        r"(?:(?:a?b)x)+(?P<slug>x)",
        r"(?P<slug>(?:\w*-)*)",
        r"(?:x(?P<slug>a{1,}))+",
        r"(?:x(?P<slug>a?)){3,}",
    ],
)
def test_a_repeated_group_of_no_fixed_form_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="repeats without bound"):
        read_link_pattern(source)


@pytest.mark.parametrize(("source", "said"), [("/(.*)", "slug"), ("/(?P<slug>", "regular expression")])
def test_a_pattern_without_slug_or_sense_is_refused(source: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_link_pattern(source)

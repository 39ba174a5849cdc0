"""Patterns of catalogue links: some are refused, and none takes long on any address."""

from __future__ import annotations

import pytest

from steckbrief.transform.link_patterns import LONGEST_ADDRESS, check_link_pattern, match_link
from steckbrief.transform.options import CATALOGUE_LINK


@pytest.mark.parametrize(
    "source",
    [
        CATALOGUE_LINK,
        r"/apps/(?P<slug>[\w-]+)(?:\.html)?",
        r"(?:[a-z]{2}/)*(?P<slug>\w+)",
        r"(?i:/Apps/)(?P<slug>[^/]+)/?",
        r"(?P<slug>(?:a|ab)*)",
    ],
)
def test_a_pattern_with_a_slug_is_accepted(source: str) -> None:
    assert check_link_pattern(source) == source


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("/(.*)", r"no group \(\?P<slug>"),
        ("/(?P<slug>", "missing \\)"),
        (r"/(?P<slug>[^/]+)(?=#|$)", "look-around"),
        (r"(?<!x)/(?P<slug>[^/]+)", "look-around"),
        (r"/(?P<slug>a)\1", "backreferences"),
        (r"(?P<slug>(?:a{1000}){1000})", "repetition"),
    ],
)
def test_a_refused_pattern_is_explained_with_an_example(
    source: str, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match=rf"(?s){reason}.*for example /apps/"):
        check_link_pattern(source)
    assert capfd.readouterr() == ("", "")


def test_the_groups_of_the_first_pattern_that_matches_the_whole_address_are_returned() -> None:
    patterns = (r"/p/(?P<slug>\w+)", r"/(?P<locale>\w\w)?/?p/(?P<slug>.+)")
    assert match_link(patterns, "/p/krita") == {"slug": "krita"}
    assert match_link(patterns, "/en/p/krita") == {"locale": "en", "slug": "krita"}
    assert match_link(patterns, "/p/kri-ta") == {"locale": None, "slug": "kri-ta"}
    assert match_link(patterns, "x/p/krita") is None


def test_nested_repetition_takes_no_longer_than_the_address() -> None:
    assert match_link((r"(?P<slug>(a+)+)",), "a" * (LONGEST_ADDRESS - 1) + "!") is None


def test_an_address_longer_than_the_limit_is_not_a_catalogue_link() -> None:
    assert match_link((r"/(?P<slug>.+)",), "/" + "a" * (LONGEST_ADDRESS - 1)) is not None
    assert match_link((r"/(?P<slug>.+)",), "/" + "a" * LONGEST_ADDRESS) is None

"""Web addresses: which texts are one, and which of them open the same page."""

from __future__ import annotations

import pytest

from steckbrief.transform.checks.addresses import comparable_address, is_web_address


@pytest.mark.parametrize(
    "text",
    [
        "https://krita.org",
        "http://krita.org/",
        "HTTPS://Krita.org",
        "https://krita.org:8080/a?b=c#d",
        "https://bücher.de/ä",
    ],
)
def test_a_complete_address_is_a_web_address(text: str) -> None:
    assert is_web_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "krita.org",
        "www.krita.org",
        "//krita.org",
        "ftp://krita.org",
        "mailto:a@krita.org",
        "https://",
        "https:krita.org",
        "https://krita",
        "https://.org",
        "https://krita..org",
        "https://krita.org/a b",
        "'https://krita.org'",
        "http://[",
        "-",
        "https:///krita.org",
        "javascript:alert(1)",
    ],
)
def test_a_text_without_scheme_or_host_is_not_a_web_address(text: str) -> None:
    assert not is_web_address(text)


@pytest.mark.parametrize(
    "other",
    [
        "http://krita.org/features",
        "https://www.krita.org/features/",
        "https://KRITA.org/features",
        "krita.org/features",
        "https://krita.org/features#top",
        "https://krita.org/features?",
    ],
)
def test_differences_that_do_not_change_the_page_are_ignored(other: str) -> None:
    assert comparable_address(other) == comparable_address("https://krita.org/features")


@pytest.mark.parametrize(
    "other",
    [
        "https://krita.org/Features",
        "https://krita.org",
        "https://krita.org/features?a=b",
        "https://krita.com/features",
        "https://docs.krita.org/features",
        "https://krita.org/en/features",
    ],
)
def test_different_pages_stay_different(other: str) -> None:
    assert comparable_address(other) != comparable_address("https://krita.org/features")


@pytest.mark.parametrize(
    "other",
    [
        "https://krita.org/en/features",
        "https://krita.org/en-us/features/",
        "https://de.krita.org/features",
        "https://krita.org/features?hl=de",
        "https://www.krita.org/fr/features?lang=fr",
    ],
)
def test_two_language_versions_of_a_page_are_equal(other: str) -> None:
    assert comparable_address(other, localised=True) == comparable_address("https://krita.org/features", localised=True)


def test_a_language_inside_a_file_name_is_ignored_too() -> None:
    french, spanish = (
        comparable_address(f"https://x.org/vlc/index.{code}.html", localised=True) for code in ("fr", "es")
    )
    assert french == spanish
    assert comparable_address("https://x.org/vlc/index.html", localised=True) == french


@pytest.mark.parametrize("other", ["https://de.org", "https://krita.org/x?v=2", "https://krita.org/de.html"])
def test_a_part_that_only_looks_like_a_language_is_not_removed(other: str) -> None:
    plain = {"https://de.org": "https://org", "https://krita.org/x?v=2": "https://krita.org/x"}
    assert comparable_address(other, localised=True) != comparable_address(
        plain.get(other, "https://krita.org/html"), localised=True
    )


def test_a_malformed_address_is_compared_unchanged() -> None:
    assert comparable_address("http://[") == "http://["

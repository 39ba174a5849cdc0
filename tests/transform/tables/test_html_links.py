"""Raw HTML gives the links and images that a browser would make of it, and breaks nothing."""

from __future__ import annotations

import pytest

from steckbrief.transform.tables.html_links import HtmlLink, html_links
from tests.transform.support import rows


def link(text: str, url: str, line: int = 10) -> HtmlLink:
    return HtmlLink(text, url, is_image=False, line=line)


def image(text: str, url: str, line: int = 10) -> HtmlLink:
    return HtmlLink(text, url, is_image=True, line=line)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/x">Text</a>', [link("Text", "/x")]),
        ("<A HREF='/x'>Text</A>", [link("Text", "/x")]),
        ("<a href=/x>Text</a>", [link("Text", "/x")]),
        ("<a href=it's>Text</a>", [link("Text", "it's")]),
        ('<a class="b" href="/x" target="_blank"><b>Text</b> mehr</a>', [link("Text", "/x")]),
        ('<a href="/x?a=1&amp;b=2">A &amp; B</a>', [link("A & B", "/x?a=1&b=2")]),
        ('<a href="/x"></a><p>Danach</p>', [link("", "/x")]),
        ('<a href="/x"><img src="i.png"></a>', [link("", "/x"), image("", "i.png")]),
        ('<img src="i.png" alt="a > b &lt; c">', [image("a > b < c", "i.png")]),
        ('<img alt="ohne">', []),
        ("<a name='x'>Text</a>", []),
        ("<abbr href='/x'>Text</abbr>", []),
        ('\n<a\nhref="/x"\n>\nText\n</a>\n<img src="i.png">', [link("Text", "/x", 11), image("", "i.png", 16)]),
        ('<!-- <a href="/x">Text</a> --><a href="/y">mehr</a>', [link("mehr", "/y")]),
        ('<script>document.write("<a href=/x>")</script><a href="/y">mehr</a>', [link("mehr", "/y")]),
        ('5 < 6 <a href="/x">Text</a>', [link("Text", "/x")]),
        ('<a href="/x">Text', [link("Text", "/x")]),
        ('<a href="/x" Text', []),
        ('<a href="/x Text', []),
        ("<![foo[bar]]><a href='/x'>Text</a>", [link("Text", "/x")]),
        ("<![ foo <a href='/x'>Text</a>", [link("Text", "/x")]),
        ("<!DOCTYPE html><a href='/x'>Text</a>", [link("Text", "/x")]),
        ("<?php echo 1 ?><a href='/x'>Text</a>", [link("Text", "/x")]),
        ("<>< ></><a href='/x'>Text</a>", [link("Text", "/x")]),
        ("", []),
    ],
)
def test_links_and_images_are_read_as_browsers_read_them(html: str, expected: list[HtmlLink]) -> None:
    assert html_links(html, 10) == expected


@pytest.mark.parametrize(
    "piece", ["<a ", "<", "<!-- ", "<!a ", "</a ", '<a a="', "<a a='\"", "<script ", "<a a= ", "<a =", "a"]
)
def test_malformed_html_is_read_in_linear_time(piece: str) -> None:
    # With half a million repetitions, a quadratic pass would not end.
    assert html_links(piece * 500_000, 1) == []
    assert html_links(f"<a {piece * 500_000}>", 1) == []


def test_a_profile_with_a_malformed_declaration_is_read() -> None:
    body = "<div>\n<![foo[bar]]>\n<a href='/tools/gimp/'>GIMP</a>\n</div>\n"
    assert [row["target_slug"] for row in rows(body)["links"]] == ["gimp"]

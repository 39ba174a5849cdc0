"""Every link and image of a profile, with its line and its target."""

from __future__ import annotations

import pytest

from steckbrief.transform.links import LinkReader
from steckbrief.transform.options import Options
from tests.transform.support import column, rows, table


def link_columns(body: str) -> list[tuple[object, ...]]:
    return [(row["text"], row["url"], row["kind"], row["line_start"]) for row in table(body, "links")]


def test_links_and_images_are_in_document_order_with_their_lines() -> None:
    body = (
        "# [Krita](https://krita.org)\n\n"  # line 5
        "Erst [GIMP](/tools/gimp/),\ndann [Seite](#seite)\nund ![Bild](bild.png).\n\n"  # 7
        "- [Inkscape](/en/tools/inkscape/)\n  - [mehr](mehr/)\n\n"  # 11
        "| a |\n|---|\n| [Tabelle](https://x.org) |\n\n"  # 14
        '> [Zitat](https://y.org "Titel")\n'  # 18
    )
    assert link_columns(body) == [
        ("Krita", "https://krita.org", "external", 5),
        ("GIMP", "/tools/gimp/", "catalogue", 7),
        ("Seite", "#seite", "anchor", 8),
        ("Bild", "bild.png", "image", 9),
        ("Inkscape", "/en/tools/inkscape/", "catalogue", 11),
        ("mehr", "mehr/", "relative", 12),
        ("Tabelle", "https://x.org", "external", 16),
        ("Zitat", "https://y.org", "external", 18),
    ]
    assert column(table(body, "links"), "position") == list(range(1, 9))


def test_links_in_code_are_text() -> None:
    assert link_columns("`[a](/b)`\n\n```\n[a](/b)\n<a href='c'>\n```\n\n    [a](/b)\n") == []


def test_reference_links_are_resolved() -> None:
    assert link_columns("Siehe [GIMP][1] und [Krita].\n\n[1]: /tools/gimp/\n[krita]: https://krita.org\n") == [
        ("GIMP", "/tools/gimp/", "catalogue", 5),
        ("Krita", "https://krita.org", "external", 5),
    ]


def test_an_image_inside_a_link_is_an_image() -> None:
    assert link_columns("[![Bild](bild.png)](https://krita.org)\n")[0][:3] == ("Bild", "bild.png", "image")


def test_links_and_images_in_html_are_found_too() -> None:
    body = 'Text.\n\n<figure>\n<a href="/tools/gimp/">\n<img src="bild.png" alt="Ein Bild"></a>\n</figure>\n'
    assert link_columns(body) == [(None, "/tools/gimp/", "catalogue", 8), ("Ein Bild", "bild.png", "image", 9)]


def test_every_link_has_its_section() -> None:
    assert column(table("[a](b)\n\n## Vorteile\n\n[c](d)\n", "links"), "section_position") == [1, 2]


@pytest.mark.parametrize(
    ("url", "kind", "slug", "target"),
    [
        ("/tools/gimp/", "catalogue", "gimp", "de/gimp"),
        ("/en/tools/gimp/", "catalogue", "gimp", "en/gimp"),
        ("/pt-br/tools/gimp/", "catalogue", "gimp", "pt-br/gimp"),
        ("/tools/gimp/#preise", "catalogue", "gimp", "de/gimp"),
        ("/tools/", "relative", None, None),
        ("/tools/gimp/preise/", "relative", None, None),
        ("tools/gimp/", "relative", None, None),
        ("https://example.org/tools/gimp/", "external", None, None),
        ("//example.org/tools/gimp/", "external", None, None),
        ("mailto:info@krita.org", "external", None, None),
        ("tel:+49", "external", None, None),
        ("#oben", "anchor", None, None),
        ("", "relative", None, None),
    ],
)
def test_the_kind_of_a_target_follows_from_its_address(
    url: str, kind: str, slug: str | None, target: str | None
) -> None:
    assert LinkReader(Options()).target(url) == (kind, slug, target)


def test_the_form_of_catalogue_links_is_a_setting() -> None:
    options = Options(default_locale="en", catalogue_links=(r"https://x\.org/(?P<locale>[a-z]{2})?/?p/(?P<slug>\w+)",))
    (row,) = rows("[GIMP](https://x.org/p/gimp)\n", options=options)["links"]
    assert (row["kind"], row["target_slug"], row["linked_profile_id"]) == ("catalogue", "gimp", "en/gimp")

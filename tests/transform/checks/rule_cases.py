"""Profiles that break a rule, and profiles that come close but do not.

Expected lines are counted by hand. FRONT occupies lines 1 to 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.transform.support import FRONT, front

Files = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Case:
    """Files that break a rule on line `line` of the file `path`, and files that come close but do not break it."""

    rule: str
    breaks: Files
    line: int
    close: Files
    path: str = "tools/krita.md"


def one(rule: str, breaks: str | bytes, line: int, close: str | bytes) -> Case:
    """Return the case of a rule that a single file can break."""
    return Case(rule, {"tools/krita.md": breaks}, line, {"tools/krita.md": close})


def gimp(**fields: str) -> str:
    """Return the front matter of another product."""
    return front(slug="gimp", title="GIMP", **fields)


def pair(own: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    """Return one product in two locales: the German version is the reference that the English one is compared with."""
    return {"tools/krita.md": front(**other) + "# Krita\n", "en/tools/krita.md": front(**own) + "# Krita\n"}


def categories(*, own: str, reference: str, usual: str, times: int) -> dict[str, str]:
    """Return `times` pairs of the categories Grafik (German) and `usual` (English), and a pair that may differ."""
    files = pair({"category": own}, {"category": reference})
    for number in range(times):
        fields = {"slug": f"p{number}", "title": f"P{number}"}
        files[f"tools/p{number}.md"] = front(**fields, category="Grafik") + "x"
        files[f"en/tools/p{number}.md"] = front(**fields, category=usual) + "x"
    return files


def products(*paths: str) -> dict[str, str]:
    """Return one file per path, for a product with the name of the file."""
    return {path: front(slug=path[-4], title=path[-4].upper()) + "x" for path in paths}


COMPLETE = {"category": "Grafik", "price_model": "Open Source", "official_url": "https://krita.org"}

STRUCTURE = [
    one(
        "section-empty",
        FRONT + "# Krita\n\n## Preise\n\n---\n\n## FAQ\n\nText.\n",
        7,
        FRONT + "# K\n## A\n### B\n\n![x](y)\n",
    ),
    one(
        "heading-level-skipped",
        FRONT + "## A\n\na\n\n#### B\n\nb\n",
        9,
        FRONT + "### A\n\na\n\n#### B\n\nb\n\n### C\n\nc\n",
    ),
    one(
        "heading-out-of-order", FRONT + "### A\n\na\n\n## B\n\nb\n", 9, FRONT + "## A\n\na\n\n### B\n\nb\n\n## C\n\nc\n"
    ),
    one(
        "item-duplicate",
        FRONT + "## Vorteile\n\n- Es ist frei.\n- b\n- es ist FREI\n",
        9,
        FRONT + "## Vorteile\n\n- Es ist frei.\n- Es ist nicht frei.\n\n## Nachteile\n\n- Es ist frei.\n",
    ),
    one(
        "faq-question-duplicate",
        FRONT + "## FAQ\n\n**Ist es frei?**\n\nJa.\n\n**Ist es FREI?**\n\nNein.\n",
        11,
        FRONT + "## FAQ\n\n**Ist es frei?**\n\nJa.\n\n**Ist es für Firmen frei?**\n\nJa.\n",
    ),
    one(
        "faq-answer-repeated",
        FRONT + "## FAQ\n\n**A?**\n\nDas steht auf der Seite.\n\n**B?**\n\nDas steht auf der Seite.\n",
        11,
        FRONT + "## FAQ\n\n**A?**\n\nJa, sicher.\n\n**B?**\n\nJa, sicher.\n\n**C?**\n\n**D?**\n",
    ),
]

FIELDS = [
    one("key-missing", front(**COMPLETE | {"category": "''"}), 1, front(**COMPLETE)),
    one("official-url-invalid", front(official_url="krita.org"), 4, front(official_url="http://krita.org/de?a=b#c")),
    one("date-in-future", front(updated_at="2026-11-23"), 4, front(updated_at="2026-11-22")),
]

ALTERNATIVES = [
    Case(
        "alternative-duplicate",
        {
            "tools/krita.md": FRONT + "## Alternativen\n\n- [GIMP](/tools/gimp/): a\n- GIMP: b\n",
            "tools/gimp.md": gimp(),
        },
        8,
        {
            "tools/krita.md": FRONT + "## Alternativen\n\n- [GIMP](/tools/gimp/): a\n- GIMP Portable: b\n",
            "tools/gimp.md": gimp(),
        },
    ),
    Case(
        "alternative-two-targets",
        {
            "tools/krita.md": FRONT + "## Alternativen\n\n- [Paint](/tools/a/)\n",
            "tools/gimp.md": gimp() + "## Alternativen\n\n- [Paint](/tools/b/)\n",
            **products("tools/b.md"),
        },
        7,
        {
            "tools/krita.md": FRONT + "## Alternativen\n\n- [Paint](/tools/a/)\n- [Paint B](/tools/b/)\n",
            "tools/gimp.md": gimp() + "## Alternativen\n\n- [paint](/tools/a/)\n- Paint\n",
            "en/tools/gimp.md": gimp() + "## Alternatives\n\n- [Paint](/tools/b/)\n",
        },
    ),
    Case(
        "alternative-unlinked",
        {"tools/krita.md": FRONT + "## Alternativen\n\n- gimp: frei\n", "tools/gimp.md": gimp()},
        7,
        {
            "tools/krita.md": FRONT
            + "## Alternativen\n\n- [GIMP](/tools/gimp/)\n- [GIMP](https://x.org)\n- Gimpshop\n",
            "tools/gimp.md": gimp(),
        },
    ),
]

PROFILES = [
    Case(
        "official-url-shared",
        {
            "tools/krita.md": front(official_url="https://krita.org/"),
            "tools/gimp.md": gimp(official_url="http://www.KRITA.org"),
        },
        4,
        {
            "tools/krita.md": front(official_url="https://krita.org"),
            "en/tools/krita.md": front(official_url="https://krita.org"),
            "tools/gimp.md": gimp(official_url="https://krita.org/gimp"),
        },
    ),
    Case(
        "locale-official-url-differs",
        pair({"official_url": "https://krita.com/en/"}, {"official_url": "https://krita.org/"}),
        4,
        pair({"official_url": "https://www.krita.org/en/?hl=en"}, {"official_url": "https://krita.org"}),
        path="en/tools/krita.md",
    ),
    Case(
        "locale-price-model-differs",
        pair({"price_model": "Free, Subscription"}, {"price_model": "Kostenlos"}),
        4,
        pair({"price_model": "Free, Subscription"}, {"price_model": "Abo, Open Source"}),
        path="en/tools/krita.md",
    ),
    Case(
        "locale-category-differs",
        categories(own="Office", reference="Grafik", usual="Graphics", times=5),
        4,
        categories(own="Office", reference="Grafik", usual="Graphics", times=4),
        path="en/tools/krita.md",
    ),
    Case(
        "translation-missing",
        {**products("tools/a.md", "en/tools/a.md", "tools/b.md", "en/tools/b.md"), "tools/krita.md": FRONT + "x"},
        1,
        {**products("tools/a.md", "en/tools/a.md", "tools/b.md"), "tools/krita.md": FRONT + "x"},
    ),
]

IDENTITY = [
    Case(
        "folder-page",
        {"tools/README.md": "# Tools\n", "tools/krita.md": FRONT + "x"},
        1,
        {"tools/README.md": gimp() + "x", "tools/krita.md": FRONT + "x"},
        path="tools/README.md",
    ),
    Case(
        "profile-replaced",
        {"2023-11-02-krita.md": "x", "2024-05-01-krita.md": "x"},
        1,
        {"2023-11-02-krita.md": "x", "2024-05-01-gimp.md": "x"},
        path="2023-11-02-krita.md",
    ),
    Case(
        "slug-similar",
        {"tools/krita.md": FRONT + "x", "tools/b.md": front(slug="Krita") + "x"},
        2,
        {"tools/krita.md": FRONT + "x", "en/tools/krita.md": FRONT + "x", "tools/b.md": front(slug="krita-2") + "x"},
        path="tools/b.md",
    ),
    Case(
        "alternative-other-locale",
        {
            "en/tools/krita.md": FRONT + "## Alternatives\n\n- [GIMP](/tools/gimp/): a\n",
            "en/tools/gimp.md": gimp(),
            "tools/gimp.md": gimp(),
        },
        7,
        {
            "en/tools/krita.md": FRONT + "## Alternatives\n\n- [GIMP](/tools/gimp/): a\n",
            "tools/gimp.md": gimp(),
        },
        path="en/tools/krita.md",
    ),
]

CASES = [*STRUCTURE, *FIELDS, *ALTERNATIVES, *PROFILES, *IDENTITY]

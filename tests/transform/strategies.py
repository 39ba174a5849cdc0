"""Generated profiles: the pieces that editors write, in any order, and some that they should not write."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

HEADINGS = (
    "Vorteile",
    "Nachteile",
    "Vorteile und Nachteile",
    "Hauptfunktionen",
    "Alternativen zu Krita",
    "FAQ",
    "Für wen ist Krita geeignet?",
    "Typische Einsatzszenarien",
    "Preise",
    "Ist es frei?",
    "Kosten und Grenzen",
    "Betrieb",
    "Key Features",
    "???",
    "",
    "1. **Pros**",
)
BLOCKS = (
    "Ein Satz.",
    "Ein Satz mit [Link](/tools/gimp/) und **Fett**.",
    "- eins\n- **zwei:** mehr\n- drei",
    "- eins\n  - tief\n    - tiefer\n\n- zwei",
    "1. eins\n2.\n3. **Ist es?** Ja.",
    "-\n- **:**\n- [](x)\n- []()",
    "* [GIMP](/tools/gimp/): frei\n* **Inkscape** – Vektoren\n* Blender",
    "**Ist es frei?**\n\nJa.",
    "**1. Ist es frei?**\nJa.",
    "**Ist es frei?** Ja.",
    "**Nie geschlossen?",
    "**Vorteile**",
    "**Ist\nes so?** Ja,\nso.",
    "> Zitat\n> - eins",
    "> > # tief\n> - eins\nfaul",
    "```sql\n## kein Kopf\n```",
    "    eingerückt",
    "| a | b |\n|---|---|\n| 1 | [c](d) |",
    "<figure>\n<img src='a.png'>\n</figure>\n## Geklebt",
    "<![foo[bar]]>",
    "<a href='x'>y",
    "---",
    "Setext\n===",
    "Unterzeile\n---",
    "![Bild](a.png)",
    "[ref]: /tools/ref/\n\n[ref] und [ref][ref]",
    "{{NAME}}",
    "&#0; &amp; &nbsp; \\* \u2028 \u00a0",
    "\t- Tab",
    "https://krita.org",
)
LINE_ENDS = ("\n", "\r\n", "\r")
FRONTS = (
    "",
    "---\n---\n",
    "---\nslug: krita\ntitle: Krita\n---\n",
    "---\nslug: [a]\ntitle: {b: c}\ntags: {d: e}\ncreated_at: soon\n---\n\n",
    "---\nslug: ../x\ntitle: 5\nprice_model: 'tags: [a]'\nofficial_url: https://www.\n---\n",
    '---\n"": 1\nnull: 2\ntitle: "a\\0b"\nupdated_at: 2026-05-31 10:00:00\n---\n',
    "---\ntitle: 'never closed\n---\n",
    "---\nslug: krita\n",
)

noise = st.text(st.sampled_from("ab \t\n\r#*_-+>`[]()<>!|:1.?&;\\\0\ufeff\u2028ä"), max_size=40)
pieces = st.one_of(
    st.sampled_from(BLOCKS),
    st.builds(lambda level, text: f"{'#' * level} {text}", st.integers(1, 6), st.sampled_from(HEADINGS)),
    noise,
)


@st.composite
def profile_texts(draw: st.DrawFn) -> str:
    """Return any file: some front matter, then pieces with gaps between them, with one kind of line end."""
    body = "".join(
        piece + draw(st.sampled_from(("\n", "\n\n", "\n\n\n"))) for piece in draw(st.lists(pieces, max_size=14))
    )
    return (draw(st.sampled_from(FRONTS)) + body).replace("\n", draw(st.sampled_from(LINE_ENDS)))


@st.composite
def sources(draw: st.DrawFn) -> dict[str, str]:
    """Return a few files, some of which claim the same profile_id."""
    paths = ("tools/krita.md", "tools/kopie.md", "en/tools/krita.md", "tools/gimp.md", "tools/../x.md", "a/b/c.md")
    return {path: f"{draw(profile_texts())}x" for path in draw(st.sets(st.sampled_from(paths), min_size=1))}


@dataclass(frozen=True)
class Piecewise:
    """A profile whose sections can be moved: every section is a level-2 heading with self-contained blocks."""

    sections: tuple[str, ...]

    def text(self, order: list[int]) -> str:
        """Return the file with its sections in this order."""
        return "---\nslug: krita\ntitle: Krita\n---\n# Krita\n\n" + "\n".join(self.sections[index] for index in order)


_closed = st.sampled_from(
    [block for block in BLOCKS if not block.startswith(("    ", "\t", "[ref]", "<a", "Setext", "Unter", "<figure"))]
)


@st.composite
def piecewise(draw: st.DrawFn) -> Piecewise:
    """Return a profile with movable sections."""
    sections = draw(
        st.lists(st.tuples(st.sampled_from(HEADINGS), st.lists(_closed, max_size=3)), min_size=1, max_size=6)
    )
    return Piecewise(
        tuple(f"## {heading}\n\n" + "".join(f"{block}\n\n" for block in blocks) for heading, blocks in sections)
    )

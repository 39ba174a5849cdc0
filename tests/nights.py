"""Nights of an invented catalogue whose files are edited, added, renamed, moved and deleted at random.

The profiles are small and related in every way that matters across files: links, colliding names, slugs and titles,
shared addresses, template text, displaced answers, future dates, unreadable files.
"""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = ("krita", "gimp", "inkscape", "blender", "darktable")
FOLDERS = ("tools", "en/tools", "tools/old")

_LINES = st.sampled_from(
    [
        "- {title} ist frei und kostet 0 Euro",
        "- {title} läuft überall",
        "- **Ebenen:** viele davon",
        "- Eigenes von {title} Nummer 7",
    ]
)
_OTHERS = st.sampled_from(
    [
        *(f"- [{name.title()}](/tools/{name}/): so wie {{title}}" for name in NAMES),
        *(f"- **{name.title()}**: anders" for name in NAMES[:3]),
        "- [Gimp](/en/tools/gimp/)",
        "- Namenlos, und ein ganzer Satz über {title}.",
    ]
)
_QUESTIONS = st.sampled_from(
    [
        "**Ist {title} frei?**\n\nJa, {title} ist frei.",
        "**Was kann {title}?**",
        "**Läuft {title} unter Linux?**\n\nJa.\n\nUnd dies stand einmal woanders.",
        "**Wer macht {title}?**\n\nViele.",
    ]
)
_BROKEN = st.sampled_from(
    ["", "---\ntitle: [\n---\n# Kaputt\n", "ohne alles\n", "---\nslug: krita\n---\n## Vorteile\n\n- Doppelt\n"]
)


@st.composite
def profiles(draw: st.DrawFn) -> str:
    """Draw the text of one file."""
    if draw(st.integers(0, 9)) == 0:
        return draw(_BROKEN)
    slug = draw(st.sampled_from(NAMES))
    title = draw(st.sampled_from([slug.title(), slug.upper(), "Krita"]))
    front = [
        f"slug: {slug}",
        f"title: {title}",
        f"official_url: https://{draw(st.sampled_from(NAMES[:3]))}.example.org",
    ]
    front += draw(
        st.lists(st.sampled_from(["category: Grafik", "updated_at: 2026-03-02", "tags: [a, b]"]), unique=True)
    )
    sections = [
        ("Hauptfunktionen", draw(st.lists(_LINES, max_size=3))),
        ("Vorteile", draw(st.lists(_LINES, max_size=3))),
        ("Alternativen", draw(st.lists(_OTHERS, max_size=4))),
    ]
    body = [f"## {heading}\n\n" + "\n".join(lines) for heading, lines in sections if lines]
    body += ["## FAQ", *draw(st.lists(_QUESTIONS, max_size=4))]
    text = "---\n" + "\n".join(front) + f"\n---\n# {title}\n\n" + "\n\n".join(body) + "\n"
    return text.replace("{title}", title)


PATHS = st.builds(lambda folder, name: f"{folder}/{name}.md", st.sampled_from(FOLDERS), st.sampled_from(NAMES))


@st.composite
def nights(draw: st.DrawFn, most: int = 4) -> list[dict[str, str]]:
    """Draw the files (path -> text) of several nights, each changed a little from the previous one."""
    files = draw(st.dictionaries(PATHS, profiles(), min_size=1, max_size=8))
    result = [dict(files)]
    for _ in range(draw(st.integers(1, most - 1))):
        for _ in range(draw(st.integers(0, 3))):
            match draw(st.sampled_from(["edit", "add", "move", "delete"])):
                case "delete" if len(files) > 1:
                    del files[draw(st.sampled_from(sorted(files)))]
                case "move":
                    files[draw(PATHS)] = files.pop(draw(st.sampled_from(sorted(files))))
                case "edit":
                    path = draw(st.sampled_from(sorted(files)))
                    files[path] = draw(st.one_of(profiles(), st.just("\n".join([files[path], "Nachtrag.\n"]))))
                case _:
                    files[draw(PATHS)] = draw(profiles())
        result.append(dict(files))
    return result

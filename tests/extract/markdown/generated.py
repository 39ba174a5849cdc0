"""Hypothesis strategies for Markdown, front matter and whole profiles, including hostile ones."""

from __future__ import annotations

from hypothesis import strategies as st

# Lines that start, continue or end every block structure, in forms that interact.
MARKDOWN_LINES = (
    *("text", "more text", "two  ", "back\\", "\u00a0", "a\u2028b", "Größe – „so“", "\x0c", "a|b"),
    *("# H", "## H ##", "   # H", "    # code", "#no", "###", "===", "---", " - - -", "***", "____"),
    *("- a", "  - b", "* c", "+", "1. d", "10) e", " - f", "-\ta", "-     code", "- > q", "- # H"),
    *("> q", ">", "> - x", "> ```", ">     code", "  > y", "> # H", "> a|b"),
    *("```", "```py", "~~~", "    indented", "\ttab", "  \t", "   "),
    *(
        "<figure>",
        "</figure>",
        "<!-- c",
        "-->",
        "<script>",
        "</script>",
        "<pre>",
        "<x>",
        "<?x",
        "?>",
        "<!D",
        "<![CDATA[",
    ),
    *("[a]: /u", "[b]: <u> 'title", "title'", "[c]:", "[d]", "[e]: /u 't' x"),
    *("|a|b|", "|--|--|", "| 1 | 2 |", "-|-", ":-", "|-"),
    *("", "", ""),
)
_PREFIXES = ("", "", "", "  ", "    ", "> ", "- ", "\t", ">> ", "1. ")

_LINE = st.builds(str.__add__, st.sampled_from(_PREFIXES), st.sampled_from(MARKDOWN_LINES))
_LINE_END = st.sampled_from(("\n", "\r\n", "\r"))

_FRONT_MATTERS = (
    "",
    "---\ntitle: A\ntags: [x, y]\n---\n",
    "---\ntitle: A\n---\n\n \t\n\n",
    "---\ntitle: A\n---",
    "----- \ntitle: A\n-----\t\n",
    "---\n---\n",
    "---\n- a\n---\n",
    "---\na: b: c\n---\n",
    "---\na: [\n---\n",
    "---\ntitle: {{NAME}}\nnever closed\n",
    "---\ntitle: A\n\n# H\n\nb: c: d\n---\n",
    "---\n# H\n---\n",
    "\n<!-- c -->\n---\ntitle: A\n...\n",
    "<!-- c -->\n\n---\ntext: a: b\n---\n",
    "---\ntitle: A: B\n\tx: y\ntags: [a\nb: 'c\nd\n---\n",
    "+++\ntitle = 'A'\n[x]\ny = [\n1,\n2]\n+++\n",
    '+++\na = """\n---\n"""\nb = c: d\n[[e]]\nf = [\n+++\n',
    "+++\nnot TOML\n",
    '{"title": "A", "b": {"c": [1.50]}}\n',
    '{\n"a": b,\n"c": [1\n}\n---\n',
    '---json\n{\n"a": "b"\n}\n---\n',
    '{"a": {\n',
    "---\nä: 'x\u2028y'\nb: \u0007\n---\n",
    "---\na: &a [*a]\n---\n",
    "---",
    "\n\n---\na: 1\n---\n",
)


@st.composite
def markdown(draw: st.DrawFn, ends: st.SearchStrategy[str] = _LINE_END) -> str:
    """Markdown of up to sixteen lines, with one kind of line end or with mixed ones, with or without a final one."""
    lines = draw(st.lists(st.one_of(_LINE, st.text(max_size=12).filter(_is_storable)), max_size=16))
    end = draw(ends)
    mixed = draw(st.integers(0, 9)) == 0
    text = "".join(line + (draw(ends) if mixed else end) for line in lines)
    return text if draw(st.booleans()) else text.rstrip("\r\n")


@st.composite
def profiles(draw: st.DrawFn) -> bytes:
    """The bytes of a file in UTF-8 without NUL characters, and otherwise as hostile as possible."""
    mark = draw(st.sampled_from(("", "", "\ufeff")))
    front_matter = draw(st.sampled_from(_FRONT_MATTERS)).replace("\n", draw(_LINE_END))
    return (mark + front_matter + draw(markdown())).encode()


def _is_storable(text: str) -> bool:
    return "\0" not in text


# Pieces of inline content: markup, text that looks like markup, and the text around it.
_INLINE_PIECES = (
    *("a", "b c", " ", "  ", "\n", "  \n", "\t\n", "\\\n", ".", ",", ":", "(", ")", "–", "„", "ä", "\u00a0", "\u2028"),
    *("**", "*", "_", "__", "**w**", "**w:**", "**a b**", "***", "`", "``", "\\", "!", "Wow!", "~", "1."),
    *(
        "[",
        "]",
        "](",
        "[t](/u/)",
        "[t](https://x.y/)",
        "[t](//X.Y/z?a=b#c)",
        "[t](HTTP://a)",
        "[t](/a(b))",
        "[t]()",
        "![",
    ),
    *(
        "<",
        ">",
        "<br>",
        "<http://a.b>",
        "<b",
        "&",
        "&amp;",
        "&#35;",
        "R&D",
        "& ",
        "&copy",
        "&x;",
        "\x0b",
        "\x1c",
        "\x85",
    ),
)
INLINE = st.lists(st.sampled_from(_INLINE_PIECES), max_size=9).map("".join)

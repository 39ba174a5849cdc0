"""Files that are written to be slow: one generator for each structure that a careless reader takes quadratic time for.

Every generator takes a size and gives a body whose length grows in proportion to it.
"""

from __future__ import annotations

from collections.abc import Callable

Make = Callable[[int], str]

FRONT = "---\nslug: krita\ntitle: Krita\n---\n"


def _section(heading: str, content: str) -> str:
    return f"# Krita\n\n## {heading}\n\n{content}\n\n## Nachteile\n\n- nach\n"


def _repeated(piece: str, heading: str = "Vorteile", start: str = "") -> Make:
    return lambda size: _section(heading, start + piece * size)


def _numbered(line: str, heading: str = "Vorteile") -> Make:
    return lambda size: _section(heading, "".join(line.replace("@", str(at)) for at in range(size)))


def _staircase(line: str, indent: str) -> Make:
    """Lists that nest as deep as they are followed, again and again."""
    return lambda size: _section("Vorteile", "".join(indent * (at % 40) + line for at in range(size)))


GENERATORS: dict[str, Make] = {
    "nested quotes in one line": _repeated("> "),
    "nested lists in one line": _repeated("- "),
    "nested numbered lists in one line": _repeated("1. "),
    "lists and quotes in turn": _repeated("- > "),
    "quotes of growing depth": lambda size: _section(
        "Vorteile", "".join("> " * (at % 50) + "a\n" for at in range(size))
    ),
    "deep quotes with lazy lines": _repeated("> > > > > > > > a\nlazy\n"),
    "lists of growing depth": _staircase("- a\n", "  "),
    "numbered lists of growing depth": _staircase("1. a\n", "   "),
    "lists of growing depth in alternatives": lambda size: _section(
        "Alternativen", "".join("  " * (at % 40) + "- a: b\n" for at in range(size))
    ),
    "opening brackets": _repeated("["),
    "opening brackets of images": _repeated("!["),
    "closing brackets": _repeated("]("),
    "brackets with text": _repeated("[a](", "Alternativen", "- "),
    "nested brackets": lambda size: _section("Vorteile", "- " + "[" * size + "a" + "](u)" * size),
    "nested brackets closed": lambda size: _section("Vorteile", "- " + "[" * size + "a" + "]" * size),
    "brackets and definitions": lambda size: _section("Vorteile", "[a]: /u\n\n- " + "[a" * size),
    "nested brackets and definitions": lambda size: _section(
        "Vorteile", "[a]: /u\n\n- " + "[" * size + "a" + "]" * size
    ),
    "addresses that never end": _repeated("[a](<b"),
    "addresses of brackets": _repeated("[a](" + "(" * 10),
    "titles that never end": _repeated('[a](b "'),
    "asterisks": _repeated("*", start="a"),
    "underscores": _repeated("_", start="a"),
    "asterisks with words": _repeated("*a "),
    "asterisks of three lengths": _repeated("a**b*c***d "),
    "double asterisks": _repeated("**a "),
    "asterisks and underscores": _repeated("*a_ ", start="- "),
    "opened and closed in turn": _repeated("*a **b_ c* "),
    "backticks": _repeated("`", start="a"),
    "backticks of growing length": lambda size: _section(
        "Vorteile", "a" + " ".join("`" * at for at in range(1, int((2 * size) ** 0.5)))
    ),
    "backticks apart": _repeated("`a``b"),
    "less-than signs": _repeated("<", start="a"),
    "tags that never end": _repeated("<a b='c", start="- "),
    "comments that never end": _repeated("<!-- ", start="a "),
    "declarations that never end": _repeated("<!A ", start="a "),
    "instructions that never end": _repeated("<? ", start="a "),
    "CDATA that never ends": _repeated("<![CDATA[ ", start="a "),
    "autolinks that never end": _repeated("<http://a", start="a "),
    "ampersands": _repeated("&"),
    "ampersands and letters": _repeated("&a"),
    "numeric references": _repeated("&#1"),
    "backslashes": _repeated("\\", start="a"),
    "escapes": _repeated("\\*"),
    "braces": _repeated("{{a "),
    "colons": _repeated("a: ", "Alternativen", "- "),
    "dashes": _repeated(" -", "Alternativen", "- a"),
    "spaces inside a line": lambda size: _section("Alternativen", "- a" + " " * size + "b"),
    "spaces inside bold": lambda size: _section("FAQ", "**a" + " " * size + "?** b"),
    "spaces at line ends": lambda size: _section("Vorteile", ("a" + " " * 100 + "\n") * (size // 100)),
    "blank lines": _repeated("\n"),
    "lines of spaces": _repeated(" \n"),
    "a long line of words": _repeated("word "),
    "a long line of bold words": _repeated("**word** "),
    "a long line of links": _repeated("[a](/b/) "),
    "a long line without a space": _repeated("a"),
    "a long heading": lambda size: "# " + "word " * size + "\n\nText.\n",
    "a long heading of kinds": lambda size: "## " + "Vorteile und Nachteile von " * size + "\n\n- a\n",
    "a long heading of brackets": lambda size: "## " + "[" * size + "\n\n- a\n",
    "a long underlined heading": lambda size: "word\n" * size + "===\n",
    "a long question": lambda size: _section("FAQ", "**" + "1. " * size + "?** Ja."),
    "words in a paragraph": _repeated("word\n"),
    "a wide table": lambda size: _section("Vorteile", "|" + "a|" * size + "\n|" + "-|" * size + "\n|" + "b|" * size),
    "a long table": lambda size: _section("Vorteile", "|a|b|\n|-|-|\n" + "|c|d|\n" * size),
    "a wide header over short rows": lambda size: _section(
        "Vorteile", "|" + "a|" * 200 + "\n|" + "-|" * 200 + "\n" + "|b\n" * size
    ),
    "a square table of short rows": lambda size: _section(
        "Vorteile", "|" + "a|" * size + "\n|" + "-|" * size + "\n" + "|b\n" * size
    ),
    "a table of alternatives": lambda size: _section("Alternativen", "|a|b|\n|-|-|\n" + "|c|d|\n" * size),
    "pros and cons side by side": lambda size: (
        "## Vorteile und Nachteile\n\n|Vorteile|Nachteile|\n|-|-|\n" + "|c<br>d|e|\n" * size
    ),
    "breaks in a cell": lambda size: (
        "## Vorteile und Nachteile\n\n|Vorteile|Nachteile|\n|-|-|\n|" + "c<br>" * size + "|e|\n"
    ),
    "unended breaks in a cell": lambda size: (
        "## Vorteile und Nachteile\n\n|Vorteile|Nachteile|\n|-|-|\n|" + "c<br" * size + "|e|\n"
    ),
    "many tables": _repeated("|a|b|\n|-|-|\n|c|d|\n\n"),
    "link definitions": _numbered("[a@]: /u@\n"),
    "one definition again and again": _repeated("[a]: /u\n"),
    "link definitions and references": lambda size: _section(
        "Vorteile",
        "".join(f"[a{at}]: /u{at}\n" for at in range(size)) + "\n" + "".join(f"- [a{at}]\n" for at in range(size)),
    ),
    "references on one line": lambda size: _section("Vorteile", "[a]: /u\n\n" + "[a] " * size),
    "references to a long definition": lambda size: _section(
        "Vorteile", "[a]: /" + "u" * 1_000 + "\n\n" + "- [a]\n" * size
    ),
    "definitions that never end": _repeated("[a"),
    "definitions of many lines": _repeated("[a]:\n", start=""),
    "definitions with open titles": _repeated("[a]: /u 'b\n"),
    "a definition with a long title": lambda size: _section("Vorteile", "[a]: /u '" + "b\n" * size),
    "labels of many lines": lambda size: _section("Vorteile", "[" + "a\n" * size),
    "glued headings": _repeated("<div>\n## Preise\n"),
    "lines of HTML": _repeated("<div>\n"),
    "HTML blocks": _repeated("<div>\n\n"),
    "comments opened": _repeated("<!-- \n"),
    "comments opened apart": _repeated("<!-- a\n\n"),
    "scripts in a line": _repeated("<script>", start="<div>"),
    "scripts opened": _repeated("<div><script>\n\n"),
    "headings after open fences": _repeated("<div>```\n# a\n\n"),
    "tags with open quotes": _repeated("<a href='b\n", start="<div>"),
    "tags in HTML that never end": _repeated("<a ", start="<div>"),
    "tags with many attributes": lambda size: _section("Vorteile", "<div>\n<a " + "b='c' " * size + ">d</a>\n</div>"),
    "tags with many names": lambda size: _section("Vorteile", "<div>\n<a " + "b " * size + ">d</a>\n</div>"),
    "tags with many equal signs": lambda size: _section("Vorteile", "<div>\n<a " + "= " * size + ">d</a>\n</div>"),
    "links in HTML": _repeated("<a href='b'>c</a>\n", start="<div>\n"),
    "headings": _repeated("## Preise\n\n"),
    "headings of all levels": lambda size: "".join("#" * (at % 6 + 1) + f" Kopf {at}\n\n" for at in range(size)),
    "unknown headings": _numbered("## Kopf @ der Sache\n"),
    "closing hashes": lambda size: "## a" + " #" * size + "\n\nText.\n",
    "rules": _repeated("---\n"),
    "rules with spaces": lambda size: _section("Vorteile", "- " * size + "\n"),
    "asterisk rules": _repeated("* * *\n"),
    "fences": _repeated("```\n"),
    "fences of other lengths": _repeated("```\n````\n"),
    "fences that never end": _repeated("> ```\n\n"),
    "indented code": _repeated("    a\n\n"),
    "unclosed details": _repeated("<details>\n", "FAQ"),
    "unclosed details apart": _repeated("<details>\n\n", "FAQ"),
    "details that never end": _repeated("<details ", "FAQ", start="<div>"),
    "summaries": _repeated("<details><summary>Ist es?</summary>\n\nJa.\n\n</details>\n\n", "FAQ"),
    "unclosed summaries": _repeated("<details><summary>Ist es?\n\nJa.\n\n", "FAQ"),
    "summaries in one block": _repeated("<details><summary>Ist es?</summary>Ja.</details>\n", "FAQ"),
    "details in one line": _repeated("<details>", "FAQ"),
    "details below questions": lambda size: "## FAQ\n\n" + "### Ist es?\n\n<details>\n\n" * size,
    "closing details": _repeated("a</details>\n\n", "FAQ"),
    "bold that never ends in a FAQ": _repeated("**Ist es?\n\n", "FAQ"),
    "bold that never ends in one paragraph": _repeated("**Ist es?\n", "FAQ"),
    "questions without answers": _repeated("**Ist es frei?**\n\n", "FAQ"),
    "questions with answers": _numbered("**Ist @ frei?** Ja, @ ist es.\n\n", "FAQ"),
    "questions as headings": lambda size: "## FAQ\n\n" + "### Ist es frei?\n\n" * size,
    "questions as items": _repeated("- **Ist es frei?** Ja.\n", "FAQ"),
    "an answer of many blocks": lambda size: _section("FAQ", "**Ist es frei?**\n\n" + "Ja.\n\n" * size),
    "an answer of many images": lambda size: _section("FAQ", "**Ist es frei?**\n\nJa.\n\n" + "![a](b)\n\n" * size),
    "an answer of many rules": lambda size: _section("FAQ", "**Ist es frei?**\n\nJa.\n\n" + "***\n\n" * size),
    "identical items": _repeated("- a\n"),
    "identical paragraphs": _repeated("a\n\n"),
    "items of many paragraphs": _repeated("  a\n\n", start="- a\n\n"),
    "loose items": _repeated("- a\n\n"),
    "items with nothing": _repeated("-\n"),
    "items with bold leads": _numbered("- **Name @:** Text\n"),
    "alternatives": _numbered("- [Name @](/tools/name-@/): Text\n", "Alternativen"),
    "alternatives on one line": lambda size: _section("Alternativen", "- " + "[a](/tools/a/) " * size),
    "many lists": _repeated("- a\n\n+ b\n\n"),
    "bold lines in a container": lambda size: "## Vorteile und Nachteile\n\n" + "**Vorteile**\n\n- a\n\n" * size,
    "containers": lambda size: "## Vorteile und Nachteile\n\n- a\n\n" * size,
    "NUL characters": _repeated("\0 words "),
    "line separators": _repeated("\u2028"),
    "carriage returns": _repeated("\r"),
    "astral characters": _repeated("\U0001f600 "),
    "tabs": _repeated("\t", start="a"),
    "tabs before items": _repeated("\t- a\n"),
}

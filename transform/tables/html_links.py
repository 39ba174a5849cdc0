"""Links and images in raw HTML, read as browsers read them, in one linear pass.

The standard library's HTMLParser raises on some malformed declarations and takes quadratic time on others.
"""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

# Comments, scripts and styles are skipped. If one of them, or a tag, is never closed, it swallows the rest, as in
# browsers. Quotes hide ">" only inside a value.
_TOKEN = re.compile(
    r"""
    <!--.*?(?:-->|\Z)
    | <(?P<raw>script|style)\b.*?(?:</(?P=raw)|\Z)
    | <(?P<tag>/?[a-z][a-z0-9-]*)(?P<attributes>(?:=\s*"[^"]*" | =\s*'[^']*' | =(?!\s*["']) | [^>=])*+)(?P<end>>?)
    | (?P<text>[^<]+)
    | <
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    r"""(?<![^\s"'/])(?P<name>[^\s=/"']++)\s*+=\s*+(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"']\S*))"""
)


class HtmlLink(NamedTuple):
    """A link or an image: its text or alternative text ("" if it has none), its address and its line."""

    text: str
    url: str
    is_image: bool
    line: int


def html_links(html: str, line: int) -> list[HtmlLink]:
    """Return every `<a href>` and `<img src>` in document order.

    The text of a link is the first text inside it. `line` is the line of the file on which `html` starts.

    >>> html_links('<a href="/gimp"><b>GIMP</b></a>', 3)
    [HtmlLink(text='GIMP', url='/gimp', is_image=False, line=3)]
    """
    links: list[HtmlLink] = []
    opened: int | None = None
    for token in _TOKEN.finditer(html):
        tag = (token["tag"] or "").lower()
        if tag and not token["end"]:
            break
        if tag in ("a", "/a"):
            opened = None
        if tag in ("a", "img"):
            values = _attributes(token["attributes"])
            if tag == "a" and values.get("href"):
                opened = len(links)
                links.append(HtmlLink("", values["href"], is_image=False, line=line))
            elif tag == "img" and values.get("src"):
                text = " ".join(values.get("alt", "").split())
                links.append(HtmlLink(text, values["src"], is_image=True, line=line))
        elif opened is not None and (text := " ".join(unescape(token["text"] or "").split())):
            links[opened] = links[opened]._replace(text=text)
            opened = None
        line += token.group().count("\n")
    return links


def _attributes(source: str) -> dict[str, str]:
    return {
        match["name"].lower(): unescape(match["double"] or match["single"] or match["bare"] or "").strip()
        for match in _ATTRIBUTE.finditer(source)
    }

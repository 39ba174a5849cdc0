"""Links and images in raw HTML: what browsers would make of them, in one linear pass.

The standard library's HTMLParser is not used: it raises on some malformed declarations and is quadratic on others.
"""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

# A comment, script or style is skipped whole. One of these or a tag that is never closed swallows the rest, as in
# browsers. Quotes hide ">" in a value, and nowhere else.
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
    """A link or an image: its text or alternative text ("" without), its address, and the line on which it stands."""

    text: str
    url: str
    is_image: bool
    line: int


def html_links(html: str, line: int) -> list[HtmlLink]:
    """Every `<a href>` and `<img src>` in document order.

    `line` is the line of the file on which `html` starts. The text of a link is the first text inside it.
    """
    found: list[HtmlLink] = []
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
                opened = len(found)
                found.append(HtmlLink("", values["href"], is_image=False, line=line))
            elif tag == "img" and values.get("src"):
                text = " ".join(values.get("alt", "").split())
                found.append(HtmlLink(text, values["src"], is_image=True, line=line))
        elif opened is not None and (text := " ".join(unescape(token["text"] or "").split())):
            found[opened] = found[opened]._replace(text=text)
            opened = None
        line += token.group().count("\n")
    return found


def _attributes(source: str) -> dict[str, str]:
    found = _ATTRIBUTE.finditer(source)
    return {
        each["name"].lower(): unescape(each["double"] or each["single"] or each["bare"] or "").strip() for each in found
    }

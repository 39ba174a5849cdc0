"""Content of an HTML block that is not Markdown: comments, scripts, preformatted text and code fences in it."""

from __future__ import annotations

import re

# Inside an HTML block, what "#" at the start of a line is no heading in to any author; and the mark that ends it.
_RAW = re.compile(r"^ {0,3}(?P<fence>```|~~~)|(?P<comment><!--)|<(?P<tag>script|pre|style|textarea)\b", re.IGNORECASE)


def raw_until(text: str, mark: str) -> str:
    """The mark that ends the raw content open after this line of HTML, when `mark` was awaited before it; else ""."""
    at = 0
    while True:
        if mark:
            found = text.lower().find(mark, at)
            if found < 0:
                return mark
            at, mark = found + len(mark), ""
        else:
            opening = _RAW.search(text, at)
            if opening is None:
                return ""
            at = opening.end()
            mark = opening["fence"] or ("-->" if opening["comment"] else f"</{opening['tag'].lower()}")

"""Parts of an HTML block that are not Markdown: comments, scripts, preformatted text and code fences."""

from __future__ import annotations

import re

# In these parts of an HTML block, "#" at the start of a line is not a heading.
_RAW = re.compile(r"^ {0,3}(?P<fence>```|~~~)|(?P<comment><!--)|<(?P<tag>script|pre|style|textarea)\b", re.IGNORECASE)


def raw_until(text: str, mark: str) -> str:
    """Return the mark that ends the raw content that is still open after a line of HTML, or "".

    `mark` is the result for the previous line.

    >>> raw_until("<div><!-- a comment", ""), raw_until("its end --> <p>", "-->")
    ('-->', '')
    """
    at = 0
    while True:
        if mark:
            end = text.lower().find(mark, at)
            if end < 0:
                return mark
            at, mark = end + len(mark), ""
        else:
            opening = _RAW.search(text, at)
            if opening is None:
                return ""
            at = opening.end()
            mark = opening["fence"] or ("-->" if opening["comment"] else f"</{opening['tag'].lower()}")

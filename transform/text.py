"""Texts in a profile: the text of raw HTML, bold leads, and labels of links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import NamedTuple

from steckbrief.extract.markdown.inline import runs_text
from steckbrief.extract.model import Block, Run

# A tag contains no other tag, so a search ends at the next "<" and stays linear.
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<[^<>]*>", re.DOTALL)
# Tags inside a sentence, which do not separate words.
_PHRASING = re.compile(
    r"</?(?:a|abbr|b|cite|code|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|u|var|wbr)(?![\w-])[^<>]*>",
    re.IGNORECASE,
)
_WEB_ADDRESS = re.compile(r"https?://")
_LONGEST_LABEL = 5


class Lead(NamedTuple):
    """The name at the start of an item, and the plain text after it (None if nothing follows)."""

    name: str
    rest: str | None


def walk(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield all blocks in document order, containers before their content, without recursion."""
    pending = list(reversed(blocks))
    while pending:
        block = pending.pop()
        yield block
        pending.extend(reversed(block.children))


def html_text(source: str) -> str:
    """Return the text of HTML on one line, without tags and comments, and with entities resolved.

    >>> html_text("<p>Free <b>for</b> all<br>&amp; ever</p><!-- x -->")
    'Free for all & ever'
    """
    return " ".join(unescape(_TAG.sub(" ", _PHRASING.sub("", source))).split())


def labels_link(text: str) -> bool:
    """Return whether the text beside a link is empty or only its label.

    >>> labels_link("Project page:"), labels_link("Anbieter: https://krita.org"), labels_link("See also the manual")
    (True, True, False)
    """
    address = _WEB_ADDRESS.search(text)
    label = text[: address.start()].rstrip() if address else text
    if address and " " in text[address.start() :]:
        return False
    return not any(char.isalnum() for char in label) or (label.endswith(":") and len(label.split()) <= _LONGEST_LABEL)


def split_bold_lead(runs: Sequence[Run]) -> tuple[str, Sequence[Run]] | None:
    """Return the bold text at the start of `runs` and the runs after it; None if they do not start with bold text."""
    end = 0
    while end < len(runs) and (runs[end].strong or not runs[end].text.strip()):
        end += 1
    name = runs_text(runs[:end])
    return (name, runs[end:]) if name and any(run.strong for run in runs[:end]) else None


_CLOSED_INSIDE = re.compile(r"\s*(?::|\s[–—-])\s*$")
_CLOSED_OUTSIDE = re.compile(r"\s*(?::|[–—]|-(?=\s))\s*")


def bold_lead(runs: Sequence[Run], after: str = "") -> Lead | None:
    """Return the name of an item that starts with bold text closed by a colon or a dash, inside or outside the bold.

    Args:
        runs: the runs of the item's first paragraph.
        after: the plain text of the rest of the item.

    Returns:
        None if the bold text runs on into the sentence, or if the whole item is bold.
    """
    split = split_bold_lead(runs)
    if split is None:
        return None
    name, following = split
    rest = runs_text(following)
    inside = _CLOSED_INSIDE.search(name)
    outside = _CLOSED_OUTSIDE.match(rest)
    if not (inside or outside) or not (rest or after):
        return None
    if inside:
        name = name[: inside.start()]
    elif outside:
        rest = rest[outside.end() :]
    return Lead(name.strip(), f"{rest} {after}".strip() or None) if name.strip() else None

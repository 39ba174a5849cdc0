"""Texts of a profile: what HTML says, and the bold leads and link labels of inline runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import NamedTuple

from steckbrief.extract.markdown.inline import runs_text
from steckbrief.extract.model import Block, Run

# No tag holds another, so that a search ends at the next "<" and stays linear.
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<[^<>]*>", re.DOTALL)
# Tags that stand within a sentence and separate no words.
_PHRASING = re.compile(
    r"</?(?:a|abbr|b|cite|code|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|u|var|wbr)(?![\w-])[^<>]*>",
    re.IGNORECASE,
)
_WEB_ADDRESS = re.compile(r"https?://")
_LONGEST_LABEL = 5


class Lead(NamedTuple):
    """The start of an item that names it, and what follows as plain text (None where nothing does)."""

    name: str
    rest: str | None


def walk(blocks: Sequence[Block]) -> Iterator[Block]:
    """All blocks in document order, containers before their content, without recursion."""
    pending = list(reversed(blocks))
    while pending:
        block = pending.pop()
        yield block
        pending.extend(reversed(block.children))


def html_text(source: str) -> str:
    """The text of HTML on one line: tags and comments gone, entities resolved."""
    return " ".join(unescape(_TAG.sub(" ", _PHRASING.sub("", source))).split())


def labels_link(text: str) -> bool:
    """Whether what stands beside a link only labels it ("Project page:", "Anbieter: https://..."), or says nothing."""
    address = _WEB_ADDRESS.search(text)
    label = text[: address.start()].rstrip() if address else text
    if address and " " in text[address.start() :]:
        return False
    return not any(char.isalnum() for char in label) or (label.endswith(":") and len(label.split()) <= _LONGEST_LABEL)


def split_bold_lead(runs: Sequence[Run]) -> tuple[str, Sequence[Run]] | None:
    """The bold text at the start of `runs`, and the runs after it; None where they do not start with bold."""
    at = 0
    while at < len(runs) and (runs[at].strong or not runs[at].text.strip()):
        at += 1
    name = runs_text(runs[:at])
    return (name, runs[at:]) if name and any(run.strong for run in runs[:at]) else None


_CLOSED_INSIDE = re.compile(r"\s*(?::|\s[–—-])\s*$")
_CLOSED_OUTSIDE = re.compile(r"\s*(?::|[–—]|-(?=\s))\s*")


def bold_lead(runs: Sequence[Run], after: str = "") -> Lead | None:
    """The name of an item that starts with bold text closed by a colon or a dash, inside or outside the bold.

    `after` is the plain text of what follows in the item. None where the bold runs on into the sentence, or where
    the whole item is bold (RULES: no name).
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

"""Reading blocks as text: plain text, names, links, of any block of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from steckbrief.extract.markdown.inline import inline_runs, plain_text, runs_text
from steckbrief.extract.model import Block, BlockKind, Run

# No tag holds another, so that a search ends at the next "<" and stays linear.
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<[^<>]*>", re.DOTALL)
# Tags that stand within a sentence and separate no words.
_PHRASING = re.compile(
    r"</?(?:a|abbr|b|cite|code|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|u|var|wbr)(?![\w-])[^<>]*>",
    re.IGNORECASE,
)
_MAY_BE_LINK = re.compile(r"\[|<|https?:")
_WEB_ADDRESS = re.compile(r"https?://")
_LONGEST_LABEL = 5


@dataclass(frozen=True, slots=True)
class Lead:
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


def block_text(block: Block, references: Mapping[str, object]) -> str:
    """The plain text of a block and all it contains, on one line.

    Items of an ordered list inside it keep their numbers, which the text around may refer to; the number of the block
    itself, where it is an item, is markup. Recursion is bounded by the parser's limit on nesting.
    """
    if not block.children:
        return _own_text(block, references)
    if len(block.children) == 1:
        return _text_within(block.children[0], references)
    return " ".join([text for child in block.children if (text := _text_within(child, references))])


def _text_within(block: Block, references: Mapping[str, object]) -> str:
    text = block_text(block, references)
    return f"{block.text} {text}".rstrip() if block.kind is BlockKind.ITEM and block.text else text


def _own_text(block: Block, references: Mapping[str, object]) -> str:
    if not block.text:
        return ""
    if block.kind is BlockKind.HTML:
        return html_text(block.text)
    if block.kind is BlockKind.ITEM:
        return ""
    if block.kind is BlockKind.CODE:
        return " ".join(block.text.split())
    return plain_text(block.text, references)


def html_text(source: str) -> str:
    """The text of HTML on one line: tags and comments gone, entities resolved."""
    return " ".join(unescape(_TAG.sub(" ", _PHRASING.sub("", source))).split())


def blocks_text(blocks: Sequence[Block], references: Mapping[str, object]) -> str | None:
    """The plain text of blocks, one line each; None where they hold no text."""
    return "\n".join(text for block in blocks if (text := block_text(block, references))) or None


def runs_of(block: Block, references: Mapping[str, object]) -> tuple[Run, ...]:
    """The inline runs of a text block."""
    return inline_runs(block.text, references)


def is_furniture(block: Block, references: Mapping[str, object]) -> bool:
    """Whether a block says nothing by itself: a rule, a figure, an image, raw HTML, a link alone or with its label."""
    if block.kind in (BlockKind.RULE, BlockKind.HTML):
        return True
    if block.kind is not BlockKind.PARAGRAPH or not _MAY_BE_LINK.search(block.text):
        return False
    runs = [run for run in runs_of(block, references) if run.text.strip() and run.kind != "image"]
    return _is_label(runs_text([run for run in runs if run.link is None]))


def _is_label(text: str) -> bool:
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


def is_bold_line(block: Block, references: Mapping[str, object]) -> bool:
    """Whether a paragraph is bold from end to end: a sub-heading without a heading's markup."""
    if block.kind is not BlockKind.PARAGRAPH or not block.text.startswith(("**", "__")):
        return False
    return all(run.strong or not run.text.strip() for run in runs_of(block, references))

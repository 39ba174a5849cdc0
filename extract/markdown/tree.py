"""Turn the flat tokens of a CommonMark parser into a tree of blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from steckbrief.extract.model import Block, BlockKind

_CONTAINERS = {
    "bullet_list_open": BlockKind.LIST,
    "ordered_list_open": BlockKind.LIST,
    "list_item_open": BlockKind.ITEM,
    "blockquote_open": BlockKind.QUOTE,
    "table_open": BlockKind.TABLE,
    "tr_open": BlockKind.TABLE_ROW,
}
# Their only child is inline content, which becomes the text of the block.
_TEXTS = {
    "heading_open": BlockKind.HEADING,
    "paragraph_open": BlockKind.PARAGRAPH,
    "th_open": BlockKind.TABLE_CELL,
    "td_open": BlockKind.TABLE_CELL,
}
_LEAVES = {
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
    "html_block": BlockKind.HTML,
    "hr": BlockKind.RULE,
}


class Token:
    """The attributes of markdown-it-py's Token that its rules write and we read, at a fifth of the cost."""

    map: Sequence[int] | None = None
    content = markup = info = ""
    # Rules assign a new mapping and never change this one.
    attrs: Mapping[str, str | int] = MappingProxyType({})
    hidden = False

    def __init__(self, kind: str, tag: str, nesting: int, level: int) -> None:
        self.type = kind
        self.tag = tag
        self.nesting = nesting
        self.level = level


def build_tree(tokens: Sequence[Token], lines: Sequence[str], first_line: int) -> tuple[Block, ...]:
    """Turn a stream of tokens into top-level blocks, without recursion.

    Args:
        tokens: the tokens of the block parser.
        lines: the lines of the body with their line ends.
        first_line: the line number of the first of them in the file.
    """
    blocks: list[Block] = []
    parents: list[tuple[Token, list[Block]]] = []
    text = ""
    for token in tokens:
        kind = token.type
        if kind == "inline":
            text = token.content
        elif token.nesting > 0:
            if token.map is None:
                # Cells have the lines of their row.
                token.map = parents[-1][0].map
            parents.append((token, blocks))
            blocks = []
        elif token.nesting == 0:
            blocks.append(_block(_LEAVES[kind], token, lines, first_line, token.content))
        else:
            children = blocks
            opening, blocks = parents.pop()
            kind = opening.type
            if kind in _TEXTS:
                blocks.append(_block(_TEXTS[kind], opening, lines, first_line, text))
            elif kind in _CONTAINERS:
                number = f"{opening.info}." if opening.info else ""
                blocks.append(_block(_CONTAINERS[kind], opening, lines, first_line, number, tuple(children)))
            else:
                # thead and tbody have no block.
                blocks.extend(children)
    return tuple(blocks)


def _block(
    kind: BlockKind, token: Token, lines: Sequence[str], first_line: int, text: str, children: tuple[Block, ...] = ()
) -> Block:
    """Return one block. markdown-it-py ends containers after trailing blank lines; we end them before."""
    assert token.map is not None  # noqa: S101  (set by the parser, or above)
    start, end = token.map
    while end - 1 > start and (end > len(lines) or not lines[end - 1].strip(" \t\r\n")):
        end -= 1
    level = int(token.tag[1]) if kind is BlockKind.HEADING else 0
    return Block(kind, start + first_line, end - 1 + first_line, text, level, children)

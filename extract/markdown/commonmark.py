"""The parser markdown-it-py: CommonMark with tables, to blocks and inline runs.

Three things save time. Inline content is parsed on demand, because it costs as much as the blocks. The first character
of a line selects the block rules to try, while markdown-it-py tries all rules on every line. Tokens are light objects,
because a thousand profiles create a quarter of a million. Tests compare the result with that of markdown-it-py on
generated and real files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.parser_block import ParserBlock
from markdown_it.ruler import Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import html_block as strict_html_block
from markdown_it.rules_block import table as strict_table
from markdown_it.rules_block.html_block import HTML_SEQUENCES
from markdown_it.token import Token as FullToken

from steckbrief.extract.limits import FileLimits
from steckbrief.extract.markdown.parser import Body
from steckbrief.extract.markdown.raw_html import raw_until
from steckbrief.extract.markdown.tree import Token, build_tree
from steckbrief.extract.model import Block, BlockKind, Problem, References, Run

_Rule = Callable[[StateBlock, int, int, bool], bool]

# The characters a block can start with (CommonMark 0.31, chapters 4 and 5). Blocks of other rules can start with any
# character.
_STARTS = {
    "fence": "`~",
    "blockquote": ">",
    "hr": "-*_",
    "list": "-*+0123456789",
    "reference": "[",
    "html_block": "<",
    "heading": "#",
}
# Other blocks can end a paragraph, a link definition, the lazy lines of a quote and a list item.
_ENDED = ("paragraph", "reference", "blockquote", "list")
# Content indented by four columns is code, whatever it starts with.
_CODE_INDENT = 4
_ATX_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_CELL_TOKENS = 3  # opening, inline content, closing
# Conditions 1 to 5 of CommonMark 4.6: HTML blocks that end with a closing mark, not with a blank line.
_SELF_ENDING_HTML = tuple(opening for opening, _, _ in HTML_SEQUENCES[:5])


class _State(StateBlock):
    """markdown-it-py's state of a block parse, with light tokens and our findings.

    `exceeded` is the first line that is nested too deep; `glued` are the lines of headings that strict CommonMark would
    make part of an HTML block; `cut` are the lines from which a table stays text. All lines count from 0. `cells` is
    the number of table cells so far.
    """

    tokens: list[Token]  # type: ignore[assignment]

    def __init__(self, text: str, env: MutableMapping[str, object], limits: FileLimits) -> None:
        super().__init__(text, _BLOCKS, env, [])
        self.limits = limits
        self.exceeded: int | None = None
        self.glued: list[int] = []
        self.cut: list[int] = []
        self.cells = 0

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:  # type: ignore[override]
        """Append a token."""
        if nesting < 0:
            self.level -= 1
        token = Token(ttype, tag, nesting, self.level)
        if nesting > 0:
            self.level += 1
        self.tokens.append(token)
        return token


class _BlockParser(ParserBlock):
    """markdown-it-py's block parser, which tries only the rules that the first character of a line allows."""

    def __init__(self) -> None:
        super().__init__()
        self.ruler.disable("lheading")
        self.ruler.at("paragraph", _paragraph)
        self.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
        self.ruler.at("html_block", _html_block, {"alt": ["paragraph", "reference", "blockquote"]})
        names = dict(zip(self.ruler.getRules(""), self.ruler.get_active_rules(), strict=True))
        self._all = tuple(names)
        self._by_start, self._any = _dispatch({rule: name for rule, name in names.items() if name != "code"})
        enders = Ruler[_Rule]()
        for ended in _ENDED:
            rule = _first_of(*_dispatch({rule: names[rule] for rule in self.ruler.getRules(ended)}))
            enders.push(f"end of {ended}", rule, {"alt": [ended]})
        # The state looks up this name to see whether indented code is enabled.
        enders.push("code", self._all[0], {"alt": []})
        # From here on, the ruler is only used to find what ends a block.
        self.ruler = enders

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803  (overridden names)
        """Generate tokens for a range of lines, with the loop of ParserBlock but fewer rules."""
        assert isinstance(state, _State)  # noqa: S101  (rules pass on their state)
        marks, shifts, ends, indents = state.bMarks, state.tShift, state.eMarks, state.sCount
        line, saw_blank = startLine, False
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or indents[line] < state.blkIndent:
                break
            if state.level >= state.limits.nesting:
                state.exceeded = line if state.exceeded is None else min(line, state.exceeded)
                state.line = _end_of_container(state, line, endLine)
                break
            if indents[line] - state.blkIndent >= _CODE_INDENT:
                rules = self._all
            else:
                rules = self._by_start.get(state.src[marks[line] + shifts[line]], self._any)
            for rule in rules:
                if rule(state, line, endLine, False):  # noqa: FBT003  (the parser's signature)
                    break
            state.tight = not saw_blank
            line = state.line
            if line - 1 < endLine and marks[line - 1] + shifts[line - 1] >= ends[line - 1]:
                saw_blank = True
            if line < endLine and marks[line] + shifts[line] >= ends[line]:
                saw_blank = True
                line += 1
                state.line = line


def _end_of_container(state: StateBlock, line: int, end: int) -> int:
    """Return the first line after the list item that contains `line`.

    markdown-it-py skips to the end of all open blocks, which in a list is the end of the file.
    """
    while line < end and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
        line += 1
    return line


def _dispatch(names: Mapping[_Rule, str]) -> tuple[dict[str, tuple[_Rule, ...]], tuple[_Rule, ...]]:
    """Return the rules by the first character of a line, and the rules for all other characters, in order."""
    by_start = {
        character: tuple(rule for rule, name in names.items() if character in _STARTS.get(name, character))
        for character in "".join(_STARTS.values())
    }
    return by_start, tuple(rule for rule, name in names.items() if name not in _STARTS)


def _first_of(by_start: Mapping[str, tuple[_Rule, ...]], others: tuple[_Rule, ...]) -> _Rule:
    """Return a rule that matches if any of the rules matches."""

    def rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  (the parser's signature)
        at = state.bMarks[start] + state.tShift[start]
        for candidate in by_start.get(state.src[at : at + 1], others):  # noqa: SIM110  (any() costs twice as much)
            if candidate(state, start, end, silent):
                return True
        return False

    return rule


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001, FBT001
    """Parse a paragraph or a setext heading: two rules of markdown-it-py in one pass."""
    ends = state.md.block.ruler.getRules("paragraph")[0]
    parent, state.parentType = state.parentType, "paragraph"
    marker = ""
    following = start + 1
    # A paragraph may continue below its quote (lazy continuation); an underline may not.
    while following < state.lineMax and not state.isEmpty(following):
        indent = state.sCount[following] - state.blkIndent
        if indent < _CODE_INDENT:
            if following < end and indent >= 0 and (marker := _underline(state, following)):
                break
            # A negative indent marks a lazy line of a quote, which the quote has already checked.
            if state.sCount[following] >= 0 and ends(state, following, state.lineMax, True):  # noqa: FBT003
                break
        following += 1
    state.parentType = parent
    state.line = following + 1 if marker else following
    kind, tag = ("heading", "h1" if marker == "=" else "h2") if marker else ("paragraph", "p")
    opening = state.push(f"{kind}_open", tag, 1)
    opening.map = [start, state.line]
    inline = state.push("inline", "", 0)
    inline.content = mdTrim(state.getLines(start, following, state.blkIndent, keepLastLF=False))
    inline.map = [start, following]
    closing = state.push(f"{kind}_close", tag, -1)
    opening.markup = closing.markup = marker
    return True


def _underline(state: StateBlock, line: int) -> str:
    """Return the character of a setext underline on this line, or "" for any other line."""
    at = state.bMarks[line] + state.tShift[line]
    marker = state.src[at]
    if marker in "-=" and state.skipSpaces(state.skipCharsStr(at, marker)) >= state.eMarks[line]:
        return marker
    return ""


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """Parse a table within the limits on columns and cells; a larger one is a paragraph, and its line is recorded.

    markdown-it-py fills every row up to the width of the header, and ends a table that needs too many such cells.
    """
    assert isinstance(state, _State)  # noqa: S101  (rules pass on their state)
    limits = state.limits
    columns = state.src.count("|", state.bMarks[start], state.eMarks[start]) - 1
    if columns > limits.table_columns or state.cells >= limits.table_cells:
        if not silent and strict_table(state, start, end, True):  # noqa: FBT003
            state.cut.append(start)
        return False
    tokens_before = len(state.tokens)
    if not strict_table(state, start, end, silent):
        return False
    state.cells += (len(state.tokens) - tokens_before) // _CELL_TOKENS
    if not silent and _continues(state, state.line, end):
        state.cut.append(state.line)
    return True


def _continues(state: StateBlock, line: int, end: int) -> bool:
    """Return whether a table ended early: whether `line` would be its next row."""
    if line >= end or state.isEmpty(line) or state.sCount[line] < state.blkIndent or state.is_code_block(line):
        return False
    return not any(rule(state, line, end, True) for rule in state.md.block.ruler.getRules("blockquote"))  # noqa: FBT003


def _html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """Parse an HTML block, and end it before a heading line.

    In strict CommonMark, "## Heading" on the line after "</figure>" belongs to the HTML block. Its author meant a
    heading, and the section would be lost. Headings in lists and quotes start no section, so they need no exception.
    """
    heading = None if silent or state.level else _glued_heading(state, start, end)
    if not strict_html_block(state, start, end if heading is None else heading, silent):
        return False
    if heading is not None and state.line == heading:
        assert isinstance(state, _State)  # noqa: S101  (rules pass on their state)
        state.glued.append(heading)
    return True


def _glued_heading(state: StateBlock, start: int, end: int) -> int | None:
    """Return the first heading line of the HTML block at `start`, outside comments, scripts and the like."""
    text = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if any(opening.search(text) for opening in _SELF_ENDING_HTML):
        return None
    mark = ""
    for line in range(start, end):
        if state.isEmpty(line):
            return None
        text = state.src[state.bMarks[line] : state.eMarks[line]]
        if not mark and line > start and _ATX_HEADING.match(text):
            return line
        mark = raw_until(text, mark)
    return None


_BLOCKS = MarkdownIt("commonmark")
_BLOCKS.block = _BlockParser()
_INLINE = MarkdownIt("commonmark")


def parse_blocks(lines: Sequence[str], first_line: int, limits: FileLimits) -> Body:
    """Parse Markdown into blocks; see MarkdownParser."""
    env: dict[str, object] = {}
    state = _tokenize("".join(lines), env, limits)
    references = env.get("references", {})
    assert isinstance(references, Mapping)  # noqa: S101  (what markdown-it-py documents)
    blocks = build_tree(state.tokens, lines, first_line)
    return Body(blocks, references, tuple(_problems(state, blocks, first_line)))


def _problems(state: _State, blocks: Sequence[Block], first_line: int) -> Iterator[Problem]:
    limits = state.limits
    glued = {line + first_line for line in state.glued}
    for block in blocks if glued else ():
        if block.line_start in glued and block.kind is BlockKind.HEADING:
            yield Problem("heading-glued-to-html", block.line_start, block.line_start, {"heading": block.text})
    if state.exceeded is not None:
        line = state.exceeded + first_line
        yield Problem("nesting-too-deep", line, line, {"limit": str(limits.nesting)})
    if state.cut:
        line = state.cut[0] + first_line
        values = {"columns": str(limits.table_columns), "cells": str(limits.table_cells), "count": str(len(state.cut))}
        yield Problem("table-too-large", line, line, values)


def _tokenize(text: str, env: dict[str, object], limits: FileLimits) -> _State:
    state = _State(text.replace("\r\n", "\n").replace("\r", "\n"), env, limits)
    _BLOCKS.block.tokenize(state, 0, state.lineMax)
    return state


def parse_inline(source: str, references: References) -> tuple[Run, ...]:
    """Parse the inline source of one block into runs; see MarkdownParser."""
    # Do not copy `references`: a file can have as many definitions as texts.
    tokens = _INLINE.parseInline(source, {"references": references})
    runs: list[Run] = []
    for run in _runs(tokens[0].children or ()):
        last = runs[-1] if runs else None
        if last and run.kind == "text" == last.kind and (run.strong, run.link) == (last.strong, last.link):
            runs[-1] = Run(last.text + run.text, "text", run.strong, run.link, run.url)
        else:
            runs.append(run)
    return tuple(runs)


def _runs(tokens: Sequence[FullToken]) -> Iterator[Run]:
    strong = links = 0
    link: int | None = None
    url: str | None = None
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "link_open":
                links += 1
                link, url = links, str(token.attrs.get("href", ""))
            case "link_close":
                link = url = None
            case "image":
                yield Run(token.content, "image", strong > 0, link, str(token.attrs.get("src", "")))
            case "softbreak" | "hardbreak":
                yield Run("\n", "text", strong > 0, link, url)
            case "code_inline" | "html_inline" | "text":
                kind = token.type.removesuffix("_inline")
                if kind != "text" or token.content:
                    yield Run("" if kind == "html" else token.content, kind, strong > 0, link, url)
